//! A plain text → the story's blocks. What was scraped as text has menus, teasers and notices around its story, and
//! nothing is left of the elements that held them.
//!
//! ```text
//! text ─ lines ─▶ blocks ─ features ─▶ rows of numbers ─ model ─▶ scores ─ choose ─▶ blocks of the story
//! ```
//!
//! As for pages, there is no rule for any site, and none for a language.

#[expect(clippy::cast_precision_loss, reason = "counts of a text are small, and rows have 32 bits")]
mod choose;
#[expect(clippy::cast_precision_loss, reason = "counts of a text are small, and rows have 32 bits")]
mod common;
#[expect(clippy::cast_precision_loss, reason = "counts of a text are small, and rows have 32 bits")]
mod features;
#[expect(clippy::cast_precision_loss, reason = "counts of a text are small, and rows have 32 bits")]
mod lexicon;
#[expect(clippy::cast_precision_loss, reason = "counts of a text are small, and rows have 32 bits")]
mod lines;
#[expect(clippy::cast_precision_loss, reason = "counts of a text are small, and rows have 32 bits")]
mod numbers;
#[expect(clippy::cast_precision_loss, reason = "counts of a text are small, and rows have 32 bits")]
mod seen;
#[cfg(test)]
mod tests;

use super::blocks::Block;
use super::model::{self, Forest};
use features::Measured;
pub use lexicon::{Lexicon, tokens};
pub use lines::Lines;
use std::sync::LazyLock;

/// Blocks below which a text is no page: what is around its story is found by its words.
const LEAST: usize = 8;
/// Blocks above which it is none either, but a book or a table.
const MOST: usize = 20_000;

/// What was learned of plain texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// Which lines go on from those before.
    pub(super) joins: Forest,
    /// What is known of words.
    pub lexicon: Lexicon,
    /// Which blocks belong to the story.
    pub(super) looks: model::Model,
}

impl Model {
    /// The model that is part of the program.
    pub fn own() -> &'static Self {
        static OWN: LazyLock<Model> =
            LazyLock::new(|| Model::read(include_bytes!("model.bin")).expect("a test reads it"));
        &OWN
    }

    /// Reads a file as `training/train_text.py` writes it; `None` if it is none. Where only the first parts of it are
    /// there, as while the rest is trained, no word is known, or no block is judged.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let joins = Forest::read(&mut rest)?;
        let lexicon = if rest.is_empty() { Lexicon::default() } else { Lexicon::read(&mut rest)? };
        let looks = if rest.is_empty() { model::Model::default() } else { model::Model::read(rest)? };
        Some(Self { joins, lexicon, looks })
    }
}

/// The blocks of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocks(Vec<Block>);

impl Blocks {
    /// Cuts a text into blocks.
    pub fn of(text: &str, model: &Model) -> Self {
        Self(Lines::of(text).joined(&model.joins))
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words of some of them, in the order of their numbers.
    pub(super) fn take(self, numbers: &[usize]) -> Vec<String> {
        let is_taken = |at: &usize| numbers.binary_search(at).is_ok();
        (0..).zip(self.0).filter(|(at, _)| is_taken(at)).map(|(_, block)| block.text).collect()
    }

    /// The words of each block.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|block| block.text.as_str())
    }
}

/// A text, measured.
pub struct Text(Measured);

impl Text {
    /// Measures blocks, given what they are called together if that is said, whether other records hold each of them –
    /// 1 for yes, 0 for no, -1 if nobody knows – and what is known of words.
    pub fn new(blocks: &Blocks, title: Option<&str>, held: &[f32], lexicon: &Lexicon) -> Self {
        Self(Measured::new(&blocks.0, title, held, lexicon))
    }

    /// What the first look sees.
    pub fn first(&self) -> Vec<Vec<f32>> {
        self.0.first()
    }

    /// What the second sees, given the scores of the first.
    pub fn second(&self, first: &[Vec<f32>], scores: &[f32]) -> Vec<Vec<f32>> {
        self.0.second(first, scores)
    }

    /// How likely each block belongs to the story.
    pub fn scores(&self, model: &Model) -> Vec<f32> {
        let first = self.first();
        let scores: Vec<f32> = first.iter().map(|row| model.looks.first.score(row)).collect();
        let second = self.second(&first, &scores);
        second.iter().map(|row| model.looks.second.score(row)).collect()
    }
}

/// The numbers of the blocks that an article is made of – its story, and what is said of it – and the scores by which
/// they were chosen; all of them, without scores, if the text is none to be judged by these. `title` and `held` are those
/// of [`Text::new`].
///
/// What others hold tells the furniture of a page. A text that is a story and nothing else has none: of a column of
/// recipes, of which each has the same headings, that would take them.
pub(super) fn choose(
    blocks: &Blocks,
    title: Option<&str>,
    held: &[f32],
    model: &Model,
) -> (Vec<usize>, Option<Vec<f32>>) {
    let all = &blocks.0;
    if !(LEAST..=MOST).contains(&all.len()) {
        return ((0..all.len()).collect(), None);
    }
    let unknown = vec![-1.0; all.len()];
    let alone = Text::new(blocks, title, &unknown, &model.lexicon);
    let scores = alone.scores(model);
    let chosen = choose::choose(all, &alone.0, &scores);
    if chosen.len() == all.len() || held == unknown {
        return (chosen, Some(scores));
    }
    let text = Text::new(blocks, title, held, &model.lexicon);
    let scores = text.scores(model);
    (choose::choose(all, &text.0, &scores), Some(scores))
}
