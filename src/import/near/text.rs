//! A text as it is compared: one byte for each word.
//!
//! A byte says little of a word, but five of them in a row – forty bits – are as good as the words themselves: two texts
//! hardly ever have such a passage by chance. So texts are compared
//! themselves, not estimates of them, at some 400 bytes for a usual article, whether they are on the disk or not.

use crate::article::Article;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// Letters and digits below which a text is too short to tell articles apart by it alone.
const SHORT: usize = 200;
/// Words that are compared; what stands behind them is not.
const WORDS: usize = 2000;
/// Longest target of a link, or tag, in bytes; what does not end within is text.
const TARGET: usize = 4096;
/// From this value on, a byte is of a number, below of a word.
const NUMBERS: u8 = 224;

/// What is known of a text.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// Hashes of its words.
    pub(super) words: Box<[u8]>,
    /// What equal texts have in common: letters and digits, whatever their case. Short ones are alike too often: their
    /// headline and date count as well.
    pub(super) hash: u128,
}

impl Text {
    /// Reads the Markdown of an article. Its marks and the targets of its links are no words.
    pub fn of(article: &Article, markdown: &str) -> Self {
        let mut reader = Reader::default();
        let mut rest = markdown;
        while let Some(letter) = rest.chars().next() {
            // Most letters of most texts, which are many: they are taken a word at a time.
            let plain = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
            if plain > 0 {
                reader.plain(&rest[..plain]);
                rest = &rest[plain..];
                continue;
            }
            if letter == '\\' {
                // What is escaped is text, and opens nothing.
                reader.letter(' ');
                rest = &rest[1..];
                let escaped = rest.chars().next().filter(char::is_ascii_punctuation);
                rest = &rest[escaped.map_or(0, char::len_utf8)..];
                continue;
            }
            let skipped = if matches!(letter, ']' | '<') { target(rest) } else { 0 };
            reader.letter(if skipped == 0 { letter } else { ' ' });
            rest = &rest[skipped.max(letter.len_utf8())..];
        }
        reader.end_word();
        if reader.letters < SHORT {
            let date = article.date.map(|date| date.iso());
            reader.hash.update(format!("\n{:?}\n{date:?}", article.title).as_bytes());
        }
        Self { words: reader.words.into(), hash: reader.hash.digest128() }
    }

    /// What equal texts have in common.
    pub(in crate::import) fn hash(&self) -> u128 {
        self.hash
    }
}

#[derive(Default)]
struct Reader {
    hash: Xxh3,
    letters: usize,
    /// What was read of a word.
    word: String,
    is_number: bool,
    words: Vec<u8>,
}

impl Reader {
    fn plain(&mut self, letters: &str) {
        let is_number = letters.bytes().all(|letter| letter.is_ascii_digit());
        self.is_number = is_number && (self.word.is_empty() || self.is_number);
        self.letters += letters.len();
        let start = self.word.len();
        self.word.push_str(letters);
        self.word[start..].make_ascii_lowercase();
    }

    fn letter(&mut self, letter: char) {
        if !letter.is_alphanumeric() {
            self.end_word();
            return;
        }
        let stands_alone = stands_alone(letter);
        if stands_alone {
            self.end_word();
        }
        self.is_number = letter.is_numeric() && (self.word.is_empty() || self.is_number);
        self.letters += 1;
        self.word.extend(letter.to_lowercase());
        if stands_alone {
            self.end_word();
        }
    }

    fn end_word(&mut self) {
        self.hash.update(self.word.as_bytes());
        if !self.word.is_empty() && self.words.len() < WORDS {
            let hash = xxh3_64(self.word.as_bytes());
            let (first, values) = if self.is_number { (NUMBERS, 32) } else { (0, NUMBERS) };
            self.words.push(first + (hash % u64::from(values)) as u8);
        }
        self.word.clear();
    }
}

/// Whether a word of a text is a number.
pub(super) fn is_number(word: u8) -> bool {
    word >= NUMBERS
}

/// Whether a letter is of a script without spaces between words: there, letters are compared as words are elsewhere.
fn stands_alone(letter: char) -> bool {
    matches!(letter,
        '\u{0E00}'..='\u{0EFF}' // Thai, Lao
        | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' // Burmese, Khmer
        | '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' // Japanese syllables
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// How many bytes of what is no text a rest of Markdown begins with: where a link leads, or a tag.
fn target(rest: &str) -> usize {
    let line = || {
        let end = (0..=TARGET.min(rest.len())).rev().find(|at| rest.is_char_boundary(*at));
        rest[..end.unwrap_or_default()].split('\n').next().unwrap_or_default()
    };
    if rest.starts_with("](") {
        let mut depth = 0;
        let end = line().char_indices().find(|(_, letter)| {
            depth += i32::from(*letter == '(') - i32::from(*letter == ')');
            *letter == ')' && depth == 0
        });
        return end.map_or(0, |(at, _)| at + 1);
    }
    let is_tag = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    if rest.strip_prefix('<').is_some_and(is_tag) {
        return line().find('>').map_or(0, |at| at + 1);
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(markdown: &str) -> Text {
        Text::of(&Article::default(), markdown)
    }

    #[test]
    fn marks_and_targets_of_links_are_no_words() {
        let plain = text("The old mill burned down in 1911, and again in 1912");
        for marked in [
            "## The **old** mill\n\nburned [down](https://example.org/a_(b)) in 1911, and again in 1912",
            "The old <a href=\"x\">mill</a> BURNED down in 1911 –\n> and again in 1912",
        ] {
            let marked = text(marked);
            assert_eq!((&marked.words, marked.hash), (&plain.words, plain.hash));
        }
        assert_eq!((plain.words.len(), plain.words.iter().filter(|word| is_number(**word)).count()), (11, 2));
        assert_ne!(text("a [b](c").words.len(), 0, "a link without an end is text");
        assert_eq!(text("a \\<b c> d").words.len(), 4, "an escaped sign opens no tag");
        // Each of them is looked at, none to the end of the line.
        assert_eq!(text(&"<a ".repeat(100_000)).words.len(), WORDS);
    }

    #[test]
    fn scripts_without_spaces_are_read_letter_by_letter() {
        assert_eq!(text("昨日の火事").words.len(), 5);
        assert_eq!(text("한국어 기사").words.len(), 2);
    }

    #[test]
    fn short_texts_are_told_apart_by_headline_and_date() {
        let other = Article { title: Some("Other".into()), ..Article::default() };
        assert_ne!(text("Short.").hash, Text::of(&other, "Short.").hash);
        let long = "word ".repeat(60);
        assert_eq!(text(&long).hash, Text::of(&other, &long).hash);
    }
}
