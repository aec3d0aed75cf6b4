//! What a page is made of: blocks of text, each with what is known of the elements that it stands in.

use std::sync::Arc;

/// A run of characters with one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) text: String,
    pub(super) style: Style,
    /// Where it leads, as the page has it.
    pub(super) link: Option<Arc<str>>,
}

/// How a run of characters looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) strong: bool,
    pub(super) emphasis: bool,
    pub(super) code: bool,
}

/// What a block is to a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Paragraph,
    /// Its level.
    Heading(u8),
    /// An item of a list: how deep from 0, and its number if it is counted.
    Item {
        depth: u8,
        number: Option<u32>,
    },
    /// More of an item, below its first paragraph.
    Continued {
        depth: u8,
    },
    /// Rows of cells.
    Table(Vec<Vec<Vec<Span>>>),
    /// Lines as they are; the spans hold them.
    Code,
    Caption,
    /// A picture.
    Image {
        source: String,
        words: String,
    },
    /// A video, a map, a post: only its address.
    Embed(String),
    Rule,
}

impl Kind {
    /// What it is called.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Paragraph => "paragraph",
            Self::Heading(_) => "heading",
            Self::Item { .. } | Self::Continued { .. } => "item",
            Self::Table(_) => "table",
            Self::Code => "code",
            Self::Caption => "caption",
            Self::Image { .. } => "image",
            Self::Embed(_) => "embed",
            Self::Rule => "rule",
        }
    }

    /// Whether it has no words of its own, and follows its neighbours.
    pub(super) fn is_silent(&self) -> bool {
        matches!(self, Self::Image { .. } | Self::Embed(_) | Self::Rule)
    }
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) kind: Kind,
    pub(super) spans: Vec<Span>,
    /// The words of its spans.
    pub(super) text: String,
    /// Whether only a line break divides it from the block before.
    pub(super) tight: bool,
    /// Whether it is inside a quotation.
    pub(super) quoted: bool,
    pub(super) facts: Facts,
}

impl Block {
    /// Its words, or where it leads.
    pub(super) fn said(&self) -> &str {
        match &self.kind {
            Kind::Image { source, .. } | Kind::Embed(source) => source,
            _ => &self.text,
        }
    }
}

/// What is known of a block beside its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// The nearest element that is a block.
    pub(super) container: usize,
    /// How far up the nearest element with each hint is; `FAR` if there is none.
    pub(super) near: Near,
    pub(super) depth: u16,
    /// Equal for blocks whose elements have equal names and classes.
    pub(super) signature: u64,
    /// Bytes of text in links, in strong and in emphasised letters.
    pub(super) linked: usize,
    pub(super) strong: usize,
    pub(super) emphasised: usize,
    pub(super) links: usize,
}

/// How far up an element may be to be told from none.
pub(super) const FAR: u8 = 12;
/// Kinds of hints; `hints::NAMES` and `hints::WORDS` have one entry each.
pub(super) const HINTS: usize = 46;
/// A distance for each hint.
pub(super) type Near = [u8; HINTS];

/// An element that is a block, with what is in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Container {
    pub(super) parent: usize,
    pub(super) depth: u16,
    /// The nearest element that is an article; the root if there is none.
    pub(super) article: usize,
    /// Blocks from `first` to before `end`.
    pub(super) first: usize,
    pub(super) end: usize,
}
