//! A page → the story's blocks.
//!
//! ```text
//! page ─ parse ─▶ DOM ─ walk ─▶ blocks ─ features ─▶ rows of numbers ─ model ─▶ scores ─ choose ─▶ story ─ write ─▶ Markdown
//! ```
//!
//! There is no rule for any site, and none for a language: a model that was learned from the pages of many outlets
//! decides, block by block, by numbers that mean the same everywhere, and by words as far as it knows them.

mod block;
mod choose;
#[expect(clippy::cast_precision_loss, reason = "counts of a page are small, and rows have 32 bits")]
mod features;
mod head;
mod headings;
mod hints;
mod inline;
#[expect(clippy::cast_precision_loss, reason = "counts of a block are small, and rows have 32 bits")]
mod lexicon;
#[expect(clippy::cast_precision_loss, reason = "counts of a page are small, and rows have 32 bits")]
mod measure;
mod parse;
#[expect(clippy::cast_precision_loss, reason = "counts of a page are small, and rows have 32 bits")]
mod parts;
mod pictures;
mod spare;
mod tidy;
mod walk;
mod write;

#[cfg(test)]
mod tests;

use crate::clean::model;
use crate::clean::{Judged, Rejected};
use crate::raw::Content;
use block::Block;
use choose::Verdict;
use dom_query::Document;
use features::Measured;
pub use lexicon::Lexicon;
use std::sync::LazyLock;
pub(super) use tidy::repeated;
use url::Url;
use walk::Walked;

/// A page, measured.
pub struct Page {
    walked: Walked,
    measured: Measured,
    extent: Extent,
}

/// How much of a page there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All that is on it.
    Page,
    /// The body of its article, as far as whoever stored it could tell.
    Body,
}

impl Extent {
    pub(super) fn of(content: &Content) -> Self {
        if matches!(content, Content::Body(_)) { Self::Body } else { Self::Page }
    }
}

/// The story of a page: its blocks.
pub struct Story(Vec<Block>);

/// What was learned of pages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    looks: model::Model,
    lexicon: Lexicon,
}

impl Model {
    /// Reads a file as `training/train.py` writes it; `None` if it is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let model = Self { looks: model::Model::part(&mut rest)?, lexicon: Lexicon::read(&mut rest)? };
        rest.is_empty().then_some(model)
    }
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

/// What relative addresses of a page start from, given its own (HTML, section 2.4.3, "document base URLs").
pub(super) fn base(document: &Document, own: Option<Url>) -> Option<Url> {
    let said = document.select_single("base[href]").attr("href");
    let resolved = said.and_then(|said| Url::options().base_url(own.as_ref()).parse(said.trim()).ok());
    resolved.filter(|url| matches!(url.scheme(), "http" | "https")).or(own)
}

impl Page {
    /// Reads a page.
    pub fn read(html: &str) -> Result<Self, Rejected> {
        Ok(Self::new(&parse::parse(html)?, Extent::Page))
    }

    pub(super) fn new(document: &Document, extent: Extent) -> Self {
        let walked = walk::walk(document);
        let measured = Measured::new(&walked, &head::read(document));
        Self { walked, measured, extent }
    }

    /// How much of a page it is.
    pub(super) fn extent(&self) -> Extent {
        self.extent
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

    /// The entries of each block in any lexicon.
    pub fn entries(&self) -> impl Iterator<Item = &[u16]> {
        (0..self.walked.blocks.len()).map(|at| self.measured.entries(at))
    }

    /// What the first look sees; the last columns are the lexicon's.
    pub fn first(&self, lexicon: &Lexicon) -> Vec<Vec<f32>> {
        self.measured.first(&self.walked, lexicon)
    }

    /// What the second sees, given the scores of the first.
    pub fn second(&self, first: &[Vec<f32>], scores: &[f32]) -> Vec<Vec<f32>> {
        self.measured.second(&self.walked, first, scores)
    }

    /// How likely each block belongs to the story.
    pub fn scores(&self, model: &Model) -> Vec<f32> {
        let first = self.first(&model.lexicon);
        let scores: Vec<f32> = first.iter().map(|row| model.looks.first.score(row)).collect();
        let second = self.second(&first, &scores);
        second.iter().map(|row| model.looks.second.score(row)).collect()
    }

    /// The story; empty if there is none.
    pub fn story(&self, model: &Model) -> Story {
        self.story_among(model, &[])
    }

    /// The same, given what others of its outlet hold of each block.
    pub fn story_among(&self, model: &Model, held: &[f32]) -> Story {
        let verdicts = self.verdicts(&self.scores(model), held);
        let mut blocks = choose::choose(&self.walked, &verdicts);
        let mut spare = self.spare(&blocks).into_iter();
        blocks.retain(|_| spare.next().flatten().is_none());
        tidy::bullets(&mut blocks);
        tidy::footnotes(&mut blocks);
        headings::plain(&mut blocks);
        headings::lines(&mut blocks);
        headings::levels(&mut blocks);
        Story(blocks)
    }
}

impl Page {
    fn verdicts(&self, scores: &[f32], held: &[f32]) -> Vec<Verdict> {
        match self.extent {
            Extent::Page => choose::judge(&self.walked, self.measured.headline(), scores, held),
            Extent::Body => choose::judge_body(&self.walked, scores, held),
        }
    }

    /// Why some of the blocks that were chosen are left out after all; a body is kept whole.
    fn spare(&self, chosen: &[Block]) -> Vec<Option<&'static str>> {
        match self.extent {
            Extent::Page => spare::spare(chosen),
            Extent::Body => vec![None; chosen.len()],
        }
    }

    /// Each block with what is decided about it.
    pub(super) fn judged(&self, model: &Model, held: &[f32]) -> Vec<Judged> {
        let scores = self.scores(model);
        let verdicts = self.verdicts(&scores, held);
        let mut spare = self.spare(&choose::choose(&self.walked, &verdicts)).into_iter();
        let each = self.walked.blocks.iter().zip(verdicts).enumerate();
        each.map(|(at, (block, verdict))| {
            let speaks = !block.kind.is_silent();
            let reason = match verdict {
                Verdict::Story => "it scores as the story does",
                Verdict::Given => "its file gives it as part of the body",
                Verdict::Between => "it stands between two of the story",
                Verdict::Among => "it stands among paragraphs of the story",
                Verdict::Headline => "it is the headline",
                Verdict::Furniture => "it scores as furniture does",
                Verdict::Below => "it belongs to another text, which begins below the story",
                Verdict::Repeated => "most pages of its outlet hold it",
                Verdict::Elsewhere => "it stands beside the story",
            };
            let spare = if verdict.is_kept() { spare.next().flatten() } else { None };
            Judged {
                kind: block.kind.name(),
                text: block.said().to_string(),
                score: speaks.then(|| scores[at]),
                kept: verdict.is_kept() && spare.is_none(),
                reason: spare.unwrap_or(reason),
                facts: self.measured.facts(block, at),
            }
        })
        .collect()
    }
}

impl Story {
    /// Whether there is nothing in it, not even a picture.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes out what stands at its beginning though the article's head says it: title, standfirst, authors.
    pub(super) fn drop_head(&mut self, head: &[&str]) {
        tidy::drop_head(&mut self.0, head);
    }

    /// Takes out what ends the body of an article with a link to the article, which is how feeds say where they have it
    /// from.
    pub(super) fn drop_origin(&mut self, title: &str, own: &str) {
        tidy::drop_origin(&mut self.0, title, own);
    }

    /// Takes the heading that it begins with, if it says what machines are told of the article: a standfirst.
    pub(super) fn take_standfirst(&mut self, summary: &str) -> Option<String> {
        tidy::take_standfirst(&mut self.0, summary)
    }

    /// In Markdown. Relative addresses are resolved by `base`, or left out.
    pub fn markdown(&self, base: Option<&Url>) -> String {
        write::markdown(&pictures::captioned(&self.0).iter().collect::<Vec<_>>(), base)
    }

    /// Its words, a blank line between blocks.
    pub fn text(&self) -> String {
        write::text(&self.0)
    }
}
