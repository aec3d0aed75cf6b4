//! A page → the story's blocks.
//!
//! ```text
//! page ─ parse ─▶ DOM ─ walk ─▶ blocks ─ features ─▶ rows of numbers ─ model ─▶ scores ─ choose ─▶ story ─ write ─▶ Markdown
//! ```
//!
//! There is no rule for any site, and none for a language: a model that was learned from the pages of many outlets
//! decides, block by block, by numbers that mean the same everywhere.

mod block;
mod choose;
#[expect(clippy::cast_precision_loss, reason = "counts of a page are small, and rows have 32 bits")]
mod features;
mod head;
mod hints;
mod inline;
#[expect(clippy::cast_precision_loss, reason = "counts of a page are small, and rows have 32 bits")]
mod measure;
mod parse;
mod walk;
mod write;

#[cfg(test)]
mod tests;

use crate::clean::Rejected;
use crate::clean::model::Model;
use block::Block;
use dom_query::Document;
use features::Measured;
use std::sync::LazyLock;
use url::Url;
use walk::Walked;

/// A page, measured.
pub struct Page {
    walked: Walked,
    measured: Measured,
}

/// The story of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// In Markdown.
    pub body: String,
    /// Its words, a blank line between blocks.
    pub text: String,
}

/// The model that is part of the program.
pub fn model() -> &'static Model {
    static OWN: LazyLock<Model> =
        LazyLock::new(|| Model::read(include_bytes!("model.bin")).expect("a test reads it"));
    &OWN
}

/// Parses a page, within limits.
pub(super) fn parse(html: &str) -> Result<Document, Rejected> {
    parse::parse(html)
}

impl Page {
    /// Reads a page.
    pub fn read(html: &str) -> Result<Self, Rejected> {
        Ok(Self::new(&parse::parse(html)?))
    }

    pub(super) fn new(document: &Document) -> Self {
        let walked = walk::walk(document);
        let measured = Measured::new(&walked, &head::read(document));
        Self { walked, measured }
    }

    /// The words of each block.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.walked.blocks.iter().map(|block| block.text.as_str())
    }

    /// Which blocks have no words to judge by.
    pub fn silent(&self) -> impl Iterator<Item = bool> {
        self.walked.blocks.iter().map(|block| block.kind.is_silent())
    }

    /// The element that each block stands in, as a number.
    pub fn containers(&self) -> impl Iterator<Item = usize> {
        self.walked.blocks.iter().map(|block| self.walked.home(block))
    }

    /// What the first look sees.
    pub fn first(&self) -> Vec<Vec<f32>> {
        self.measured.first(&self.walked)
    }

    /// What the second sees, given the scores of the first.
    pub fn second(&self, first: &[Vec<f32>], scores: &[f32]) -> Vec<Vec<f32>> {
        self.measured.second(&self.walked, first, scores)
    }

    /// How likely each block belongs to the story.
    pub fn scores(&self, model: &Model) -> Vec<f32> {
        let first = self.first();
        let scores: Vec<f32> = first.iter().map(|row| model.first.score(row)).collect();
        let second = self.second(&first, &scores);
        second.iter().map(|row| model.second.score(row)).collect()
    }

    /// The story; empty if there is none. Relative addresses are resolved by `base`.
    pub fn story(&self, model: &Model, base: Option<&Url>) -> Story {
        let chosen = choose::choose(&self.walked, &self.scores(model));
        let chosen: Vec<&Block> = chosen.iter().collect();
        Story { body: write::markdown(&chosen, base), text: write::text(&chosen) }
    }
}
