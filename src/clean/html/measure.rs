//! Numbers about the words of a block that mean the same in every language.

use super::block::{Block, Kind};
use super::head::Head;
use super::words::{hashes, is_wide, runs, share};
use crate::clean::blocks::ends_sentence;

/// What is measured of one block.
#[derive(Clone, Debug, Default)]
pub(super) struct Measure {
    /// Letters and signs; those of scripts that need fewer of them count for more.
    pub(super) size: f32,
    pub(super) words: f32,
    pub(super) linked: f32,
    pub(super) strong: f32,
    pub(super) emphasised: f32,
    pub(super) digits: f32,
    pub(super) capitals: f32,
    pub(super) signs: f32,
    /// 2 for a sentence, 1 for what announces something, 0 for others.
    pub(super) end: f32,
    pub(super) commas: f32,
    pub(super) sentences: f32,
    /// What it begins with: 0 a small letter, 1 another letter, 2 a digit, 3 a sign.
    pub(super) start: f32,
    pub(super) quotes: f32,
    pub(super) separators: f32,
    /// Signs of addresses, rights, times, years and money.
    pub(super) marks: [f32; 5],
    pub(super) title: [f32; 2],
    pub(super) summary: f32,
    pub(super) body: f32,
    /// What it is called on the page, as a number.
    pub(super) kind: f32,
    pub(super) hash: u64,
}

/// Measures a block.
pub(super) fn measure(block: &Block, head: &Head) -> Measure {
    let text = &block.text;
    let words = hashes(text);
    let counted = count(text);
    let bytes = (text.len() as f32).max(1.0);
    let letters = (counted.letters as f32).max(1.0);
    let all = (counted.all as f32).max(1.0);
    let of_title = share(words.iter().copied(), &head.title);
    Measure {
        size: counted.size,
        words: words.len() as f32,
        linked: block.facts.linked as f32 / bytes,
        strong: block.facts.strong as f32 / bytes,
        emphasised: block.facts.emphasised as f32 / bytes,
        digits: counted.digits as f32 / all,
        capitals: counted.capitals as f32 / letters,
        signs: counted.signs as f32 / all,
        end: end(text),
        commas: counted.commas as f32,
        sentences: counted.sentences as f32,
        start: start(text),
        quotes: counted.quotes as f32,
        separators: counted.separators as f32,
        marks: marks(text),
        title: [of_title, of_title * words.len() as f32 / (head.title.len() as f32).max(4.0)],
        summary: share(words.iter().copied(), &head.summary),
        body: if head.body.is_empty() { -1.0 } else { share(runs(&words), &head.body) },
        kind: kind(&block.kind),
        hash: words.iter().fold(words.len() as u64, |sum, word| sum.rotate_left(9) ^ word),
    }
}

fn kind(kind: &Kind) -> f32 {
    match kind {
        Kind::Paragraph => 0.0,
        Kind::Heading(level) => f32::from(*level),
        Kind::Item { .. } => 7.0,
        Kind::Continued { .. } => 8.0,
        Kind::Table(_) => 9.0,
        Kind::Code => 10.0,
        Kind::Caption => 11.0,
        Kind::Image { .. } => 12.0,
        Kind::Embed(_) => 13.0,
        Kind::Rule => 14.0,
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
