//! Numbers about a text that mean the same in every language: what the models of pages and of plain texts see of a
//! block's words.

use super::blocks::ends_sentence;
use super::words::is_wide;

/// What the letters of a text are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Letters {
    /// Letters and signs; those of scripts that need fewer of them count for more.
    pub(super) size: f32,
    /// Shares of all letters and signs.
    pub(super) digits: f32,
    pub(super) signs: f32,
    /// The share of letters that are capitals.
    pub(super) capitals: f32,
    /// 2 for a sentence, 1 for what announces something, 0 for others.
    pub(super) end: f32,
    /// What it begins with: 0 a small letter, 1 another letter, 2 a digit, 3 a sign.
    pub(super) start: f32,
    pub(super) commas: f32,
    pub(super) sentences: f32,
    pub(super) quotes: f32,
    pub(super) separators: f32,
    /// Signs of addresses, rights, times, years and money.
    pub(super) marks: [f32; 5],
}

impl Letters {
    pub(super) fn of(text: &str) -> Self {
        let counted = count(text);
        let all = (counted.all as f32).max(1.0);
        Self {
            size: counted.size,
            digits: counted.digits as f32 / all,
            signs: counted.signs as f32 / all,
            capitals: counted.capitals as f32 / (counted.letters as f32).max(1.0),
            end: end(text),
            start: start(text),
            commas: counted.commas as f32,
            sentences: counted.sentences as f32,
            quotes: counted.quotes as f32,
            separators: counted.separators as f32,
            marks: marks(text),
        }
    }
}

#[derive(Default)]
struct Count {
    size: f32,
    all: usize,
    letters: usize,
    digits: usize,
    capitals: usize,
    signs: usize,
    commas: usize,
    sentences: usize,
    quotes: usize,
    separators: usize,
}

fn count(text: &str) -> Count {
    let mut it = Count::default();
    for letter in text.chars() {
        it.all += 1;
        it.size += if is_wide(letter) { 2.5 } else { 1.0 };
        if letter.is_alphabetic() {
            it.letters += 1;
            it.capitals += usize::from(letter.is_uppercase());
            continue;
        }
        match letter {
            _ if letter.is_numeric() => it.digits += 1,
            _ if letter.is_whitespace() => continue,
            ',' | '،' | '、' | '，' => it.commas += 1,
            '.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '۔' | '।' => it.sentences += 1,
            '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '』' => it.quotes += 1,
            '|' | '•' | '·' | '›' | '/' | '>' | '→' | '▸' | '▼' | '+' | '#' => it.separators += 1,
            _ => {}
        }
        it.signs += usize::from(!letter.is_numeric());
    }
    it
}

fn end(text: &str) -> f32 {
    if ends_sentence(text) {
        2.0
    } else if text.ends_with([':', '：', ';', ',']) {
        1.0
    } else {
        0.0
    }
}

fn start(text: &str) -> f32 {
    match text.chars().next() {
        Some(first) if first.is_lowercase() => 0.0,
        Some(first) if first.is_alphabetic() => 1.0,
        Some(first) if first.is_numeric() => 2.0,
        _ => 3.0,
    }
}

fn marks(text: &str) -> [f32; 5] {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let time = (1..bytes.len()).any(|at| bytes[at] == b':' && digit(at - 1) && digit(at + 1));
    let year = bytes.windows(4).enumerate().any(|(at, four)| {
        let whole = (at == 0 || !digit(at - 1)) && !digit(at + 4);
        whole && four.iter().all(u8::is_ascii_digit) && (four.starts_with(b"19") || four.starts_with(b"20"))
    });
    let flag = |it: bool| f32::from(u8::from(it));
    [
        flag(text.contains('@') || text.contains("://") || text.contains("www.")),
        flag(text.contains(['©', '®', '™'])),
        flag(time),
        flag(year),
        flag(text.contains(['$', '€', '£', '¥', '₽', '₹'])),
    ]
}
