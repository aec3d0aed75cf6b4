//! Numbers about the words of a block of a page, with its links and its likeness to what the page is called.

use super::block::{Block, Kind};
use super::head::Head;
use super::lexicon;
use crate::clean::measure::Letters;
use crate::clean::words::{hashes, runs, share};

/// What is measured of one block.
#[derive(Clone, Debug, Default)]
pub(super) struct Measure {
    /// As in [`Letters`].
    pub(super) size: f32,
    pub(super) words: f32,
    pub(super) linked: f32,
    pub(super) strong: f32,
    pub(super) emphasised: f32,
    pub(super) digits: f32,
    pub(super) capitals: f32,
    pub(super) signs: f32,
    pub(super) end: f32,
    pub(super) commas: f32,
    pub(super) sentences: f32,
    pub(super) start: f32,
    pub(super) quotes: f32,
    pub(super) separators: f32,
    pub(super) marks: [f32; 5],
    pub(super) title: [f32; 2],
    pub(super) summary: f32,
    pub(super) body: f32,
    /// What it is called on the page, as a number.
    pub(super) kind: f32,
    pub(super) hash: u64,
    /// Its entries in the lexicon.
    pub(super) entries: Vec<u16>,
}

/// Measures a block.
pub(super) fn measure(block: &Block, head: &Head) -> Measure {
    let text = &block.text;
    let words = hashes(text);
    let letters = Letters::of(text);
    let bytes = (text.len() as f32).max(1.0);
    let of_title = share(words.iter().copied(), &head.title);
    Measure {
        size: letters.size,
        words: words.len() as f32,
        linked: block.facts.linked as f32 / bytes,
        strong: block.facts.strong as f32 / bytes,
        emphasised: block.facts.emphasised as f32 / bytes,
        digits: letters.digits,
        capitals: letters.capitals,
        signs: letters.signs,
        end: letters.end,
        commas: letters.commas,
        sentences: letters.sentences,
        start: letters.start,
        quotes: letters.quotes,
        separators: letters.separators,
        marks: letters.marks,
        title: [of_title, of_title * words.len() as f32 / (head.title.len() as f32).max(4.0)],
        summary: share(words.iter().copied(), &head.summary),
        body: if head.body.is_empty() { -1.0 } else { share(runs(&words), &head.body) },
        kind: kind(&block.kind),
        hash: words.iter().fold(words.len() as u64, |sum, word| sum.rotate_left(9) ^ word),
        entries: lexicon::entries(&words),
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
