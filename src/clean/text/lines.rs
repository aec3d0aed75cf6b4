//! Lines → blocks. A page whose every text node became a line has sentences in pieces; whether a line goes on from the
//! one before is learned from what stands on both sides of the break.

use super::numbers::{flag, share_of};
use crate::clean::blocks::{self, Block, ends_sentence};
use crate::clean::measure::Letters;
use crate::clean::model::Forest;
use crate::clean::words::hashes;
use std::collections::HashMap;

/// How likely a line must go on from the one before to be joined with it. A wrong join may take a paragraph with it;
/// a wrong break costs none of its words.
const JOINED: f32 = 0.6;
/// Lines of a text below which no lines are joined: verses and lists of names are short, pages in pieces are not.
const LEAST: usize = 12;
/// Lines above which it is no page.
const MOST: usize = 20_000;
/// Longest line of pieces in letters that counts as short.
const SHORT: f32 = 25.0;

/// The lines of a text.
pub struct Lines {
    all: Vec<Block>,
    measured: Vec<Line>,
    /// What the text is like as a whole.
    whole: [f32; 5],
}

/// What is known of a line for its ends.
struct Line {
    size: f32,
    words: f32,
    capitals: f32,
    /// What it begins and ends with, as numbers.
    start: f32,
    end: f32,
    /// Whether a bracket or quotation is open at its end.
    open: f32,
    /// How often it occurs.
    repeats: f32,
}

impl Lines {
    /// Cuts a text into lines.
    pub fn of(text: &str) -> Self {
        let lines = blocks::split(text);
        let words: Vec<Vec<u64>> = lines.iter().map(|line| hashes(&line.text)).collect();
        let mut repeats: HashMap<&[u64], u16> = HashMap::new();
        for words in &words {
            let count = repeats.entry(words).or_default();
            *count = count.saturating_add(1);
        }
        let measured: Vec<Line> = lines
            .iter()
            .zip(&words)
            .map(|(line, words)| {
                Line::of(&line.text, words.len() as f32, f32::from(repeats[words.as_slice()]))
            })
            .collect();
        let whole = [
            share_of(&measured, |line| line.end == SENTENCE),
            share_of(&measured, |line| line.start == SMALL),
            share_of(&measured, |line| line.start == CASELESS),
            share_of(&measured, |line| line.size < SHORT),
            (measured.len() as f32).ln_1p(),
        ];
        Self { all: lines, measured, whole }
    }

    /// Where a line may go on from the one before: the number of the first line.
    pub fn breaks(&self) -> impl Iterator<Item = usize> {
        let most = if (LEAST..=MOST).contains(&self.all.len()) { self.all.len() } else { 0 };
        (1..most).filter(|at| !self.all[*at].apart).map(|at| at - 1)
    }

    /// The lines as they are.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|line| line.text.as_str())
    }

    /// What the model sees of the break behind a line.
    pub fn row(&self, at: usize) -> Vec<f32> {
        let mut row = Vec::with_capacity(48);
        row.extend(self.whole);
        for by in [-2, -1, 0, 1, 2, 3] {
            match at.checked_add_signed(by).and_then(|at| Some((at, self.measured.get(at)?))) {
                Some((at, line)) => {
                    row.extend([line.size.ln_1p(), line.start, line.end, flag(self.all[at].apart)]);
                    if by == 0 || by == 1 {
                        row.extend([line.words, line.capitals, line.open, line.repeats]);
                    }
                }
                None => row.extend([-1.0; 4]),
            }
        }
        row
    }

    /// The blocks: lines that go on are joined with those before.
    pub(super) fn joined(self, joins: &Forest) -> Vec<Block> {
        let mut goes_on = vec![false; self.all.len()];
        for at in self.breaks() {
            goes_on[at + 1] = joins.score(&self.row(at)) > JOINED;
        }
        let mut blocks: Vec<Block> = Vec::with_capacity(self.all.len());
        for (line, goes_on) in self.all.into_iter().zip(goes_on) {
            match blocks.last_mut().filter(|_| goes_on) {
                Some(block) => append(&mut block.text, &line.text),
                None => blocks.push(line),
            }
        }
        blocks
    }
}

/// Appends a piece: signs that close stand close to what they close, those that open to what they open.
fn append(block: &mut String, piece: &str) {
    let (last, first) = (block.chars().last(), piece.chars().next());
    let close = first.is_some_and(|sign| kind_of_start(sign) == CLOSING) && !piece.starts_with('…');
    let open = last.is_some_and(|sign| {
        matches!(sign, '(' | '[' | '“' | '„' | '«' | '‘' | '#' | '@' | '/' | '$' | '€' | '£')
    });
    if !close && !open && !blocks::spaceless(last, first) {
        block.push(' ');
    }
    block.push_str(piece);
}

const SMALL: f32 = 0.0;
const CASELESS: f32 = 2.0;
const CLOSING: f32 = 4.0;
const SENTENCE: f32 = 4.0;

impl Line {
    fn of(text: &str, words: f32, repeats: f32) -> Self {
        let letters = Letters::of(text);
        let count = |signs: &[char]| text.matches(signs).count();
        let open = count(&['(', '[', '“', '„', '«', '「']) > count(&[')', ']', '”', '»', '」'])
            || text.matches('"').count() % 2 == 1;
        Self {
            size: letters.size,
            words,
            capitals: letters.capitals,
            start: text.chars().next().map_or(7.0, kind_of_start),
            end: kind_of_end(text),
            open: flag(open),
            repeats,
        }
    }
}

/// What a line begins with; a letter without case tells nothing of sentences.
fn kind_of_start(first: char) -> f32 {
    match first {
        _ if first.is_lowercase() => SMALL,
        _ if first.is_uppercase() => 1.0,
        _ if first.is_alphabetic() => CASELESS,
        _ if first.is_numeric() => 3.0,
        ',' | '.' | ';' | ':' | '!' | '?' | ')' | ']' | '”' | '’' | '»' | '%' | '…' | '،' | '؛' | '؟'
        | '。' | '、' | '，' | '！' | '？' | '」' | '』' | '）' | '।' | '۔' => CLOSING,
        '"' | '“' | '„' | '«' | '‘' | '\'' | '(' | '[' | '「' | '『' | '（' => 5.0,
        '-' | '–' | '—' | '•' | '·' | '*' | '|' | '/' | '›' => 6.0,
        _ => 7.0,
    }
}

/// What a line ends with.
fn kind_of_end(text: &str) -> f32 {
    if ends_sentence(text) {
        return SENTENCE;
    }
    match text.chars().last() {
        Some(last) if last.is_lowercase() => 0.0,
        Some(last) if last.is_uppercase() => 1.0,
        Some(last) if last.is_alphabetic() => 2.0,
        Some(last) if last.is_numeric() => 3.0,
        Some(',' | ';' | '،' | '؛' | '、' | '，') => 5.0,
        Some(':' | '：') => 6.0,
        Some('(' | '[' | '“' | '„' | '«' | '‘' | '「' | '（') => 7.0,
        Some('-' | '–' | '—') => 8.0,
        _ => 9.0,
    }
}
