//! Damage that scraping does to sentences.

/// Puts back the space that was lost between two sentences: `the borders.Then` → `the borders. Then`.
///
/// Only where a word of two or more small letters ends, a mark follows, perhaps with closing quotes, and a capital
/// with a small letter begins the next: so initials (`U.S.Army`), addresses and file names stay as they are.
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
    let opening = usize::from(OPENING.contains(&rest[0]));
    let begins = rest.get(opening).is_some_and(|c| c.is_uppercase())
        && rest.get(opening + 1).is_some_and(|c| c.is_lowercase());
    if !begins {
        return false;
    }
    let mut before = letters[..at].iter().rev().skip_while(|c| CLOSING.contains(c)).copied();
    if !before.next().is_some_and(|mark| matches!(mark, '.' | '!' | '?' | '…')) {
        return false;
    }
    let word: Vec<char> = before.take_while(|c| c.is_alphanumeric()).collect();
    let small = word.iter().take(2).filter(|c| c.is_lowercase()).count() == 2;
    let year = word.len() >= 3 && word.iter().all(char::is_ascii_digit);
    (small || year) && !is_name(&rest[opening..])
}

/// `Booking.Com`, `Node.Js`: what follows is the end of a name, not a sentence.
fn is_name(rest: &[char]) -> bool {
    const ENDS: [&str; 12] = ["com", "org", "net", "gov", "edu", "info", "js", "io", "co", "tv", "ru", "de"];
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
            ("plain text. With spaces.", "plain text. With spaces."),
        ] {
            assert_eq!(sentences(text), repaired);
        }
    }
}
