//! Damage that scraping does to sentences.

/// Puts back the space that was lost between two sentences: `the borders.Then` → `the borders. Then`.
///
/// Only where a word of two or more small letters, a long number or a percentage ends, a mark follows, perhaps with
/// closing quotes, and a capital or a year begins the next: initials (`U.S.Army`), addresses and file names stay.
pub(super) fn sentences(text: &str) -> String {
    let mut words = Vec::new();
    let mut quotes = 0;
    for word in text.split(' ') {
        words.push(if is_address(word) { word.to_string() } else { split_word(word, quotes) });
        quotes += word.matches('"').count();
    }
    words.join(" ")
}

/// Things with dots in them that are one word.
fn is_address(word: &str) -> bool {
    word.contains("://")
        || word.contains('@')
        || word.contains('/')
        || word.starts_with("www.")
        || word.starts_with('#')
}

/// `quotes` is the number of straight quotes before the word: an odd one more closes.
fn split_word(word: &str, quotes: usize) -> String {
    let mut quotes = quotes;
    let mut curly = |letter: char| {
        quotes += usize::from(letter == '"');
        // Straight quotes count as what they mean; the text itself keeps them.
        if letter != '"' {
            letter
        } else if quotes % 2 == 1 {
            '“'
        } else {
            '”'
        }
    };
    let letters: Vec<char> = word.chars().map(&mut curly).collect();
    let mut out = String::with_capacity(word.len() + 1);
    for (at, letter) in word.chars().enumerate() {
        if at > 0 && begins_sentence(&letters, at) {
            out.push(' ');
        }
        out.push(letter);
    }
    out
}

/// Whether a new sentence begins at a letter, glued to the one before.
fn begins_sentence(letters: &[char], at: usize) -> bool {
    const CLOSING: [char; 5] = ['”', '’', '»', ')', ']'];
    const OPENING: [char; 4] = ['“', '„', '«', '('];
    let rest = &letters[at..];
    // The next sentence, perhaps behind an opening quote.
    let rest = &rest[usize::from(OPENING.contains(&rest[0]))..];
    let mut before = letters[..at].iter().rev().skip_while(|c| CLOSING.contains(c)).copied();
    let Some(mark) = before.next().filter(|mark| matches!(mark, '.' | '!' | '?' | '…')) else {
        return false;
    };
    let closed = CLOSING.contains(&letters[at - 1]);
    // `5 p.m.Then`: the dot of an hour may end a sentence as well.
    let hour = matches!(&letters[..at], [.., 'a' | 'p', '.', 'm', '.']);
    let word: Vec<char> = before.take_while(|c| c.is_alphanumeric() || *c == '%').collect();
    let small = word.iter().take(2).filter(|c| c.is_lowercase()).count() == 2;
    // The word stands here from its end.
    let named = word.last().is_some_and(|first| first.is_uppercase());
    if mark == '!' && named {
        return false;
    }
    match begin(rest) {
        Begin::Word => (small || hour || closed && word.len() > 1 || is_number(&word)) && !is_name(rest),
        Begin::Capitals => small && !named && !is_name(rest),
        // Three letters at least, so that `no.1999` and `p.1999` stay whole.
        Begin::Year => small && word.len() > 3,
        Begin::No => false,
    }
}

/// What begins here.
enum Begin {
    /// A capital and a small letter.
    Word,
    /// An acronym, or a word of one letter.
    Capitals,
    /// Four digits that are a year.
    Year,
    No,
}

fn begin(rest: &[char]) -> Begin {
    let word: Vec<char> = rest.iter().copied().take_while(|c| c.is_alphanumeric()).collect();
    let Some(first) = word.first() else { return Begin::No };
    if first.is_uppercase() && word.get(1).is_some_and(|c| c.is_lowercase()) {
        Begin::Word
    } else if word.iter().all(|c| c.is_uppercase()) && rest.get(word.len()) != Some(&'.') {
        Begin::Capitals
    } else if word.len() == 4
        && word.iter().all(char::is_ascii_digit)
        && matches!(word[..2], ['1', '7'..='9'] | ['2', '0'])
    {
        Begin::Year
    } else {
        Begin::No
    }
}

/// A year or another number of three digits, or a percentage; `2.5` and `3.Next` are none. Digits from the end.
fn is_number(word: &[char]) -> bool {
    let percent = word.first() == Some(&'%');
    let digits = &word[usize::from(percent)..];
    (percent || digits.len() >= 3) && !digits.is_empty() && digits.iter().all(char::is_ascii_digit)
}

/// `Booking.Com`, `Node.Js`, `Report.Pdf`: what follows is the end of a name, not a sentence.
fn is_name(rest: &[char]) -> bool {
    const ENDS: [&str; 40] = [
        "com", "org", "net", "gov", "edu", "info", "js", "io", "co", "tv", "ru", "de", "fr", "uk", "eu",
        "nl", "pl", "jp", "cn", "br", "kr", "pdf", "doc", "docx", "xls", "xlsx", "ppt", "txt", "html", "htm",
        "jpg", "jpeg", "png", "gif", "zip", "exe", "mp3", "mp4", "csv", "php",
    ];
    let word: String =
        rest.iter().take_while(|c| c.is_alphanumeric()).flat_map(|c| c.to_lowercase()).collect();
    ENDS.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glued_sentences_come_apart_and_names_do_not() {
        for (text, repaired) in [
            ("the external borders.Then he left.", "the external borders. Then he left."),
            ("Is it?Yes it is!But why", "Is it? Yes it is! But why"),
            ("said \"no.\"Then he left", "said \"no.\" Then he left"),
            ("he said \"this is it.\"Then \"that.\"", "he said \"this is it.\" Then \"that.\""),
            ("he left.\"No,\" she said", "he left. \"No,\" she said"),
            ("he left.“No,” she said", "he left. “No,” she said"),
            ("границы.Путин", "границы. Путин"),
            ("in 1998.Since then", "in 1998. Since then"),
            ("the U.S.Army", "the U.S.Army"),
            ("J.R.R.Tolkien", "J.R.R.Tolkien"),
            ("see Example.Com or Node.Js", "see Example.Com or Node.Js"),
            ("https://example.org/Some.Thing x", "https://example.org/Some.Thing x"),
            ("mail Jane.Doe@example.org", "mail Jane.Doe@example.org"),
            ("version 2.5 and 3.Next", "version 2.5 and 3.Next"),
            ("the borders.NATO was there", "the borders. NATO was there"),
            ("came late.I was there", "came late. I was there"),
            ("it is over.A new day", "it is over. A new day"),
            ("went home.2019 was better", "went home. 2019 was better"),
            ("rose by 5%.Nobody knew", "rose by 5%. Nobody knew"),
            ("in Syria.Putin said", "in Syria. Putin said"),
            ("Yahoo!Japan and Report.Pdf", "Yahoo!Japan and Report.Pdf"),
            ("amazon.Fr or index.HTML", "amazon.Fr or index.HTML"),
            ("at 9.30 or no.7, a.k.a. 1.5", "at 9.30 or no.7, a.k.a. 1.5"),
            ("at 5 p.m.Then he left", "at 5 p.m. Then he left"),
            ("said: \"No.\"And he left", "said: \"No.\" And he left"),
            ("plain text. With spaces.", "plain text. With spaces."),
        ] {
            assert_eq!(sentences(text), repaired);
        }
    }
}
