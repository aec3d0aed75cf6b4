//! [`RawArticle`] → article: what belongs to the story, in Markdown, and what is said about it.
//!
//! ```text
//! text ─ blocks, text ─▶ blocks of the story, and what is said of it ─ roles ─▶ a role a block, with its neighbours in
//!        view ─▶ article + Markdown
//! page ─ html ─▶ the blocks of its story ─▶ Markdown; ─ metadata ─▶ what it says of it
//! ```
//!
//! Nothing is invented and nothing of the story is lost: whatever is not recognised stays a paragraph.

mod below;
mod blocks;
mod byline;
mod dates;
pub mod evidence;
mod explain;
mod furniture;
pub mod html;
pub mod language;
mod markdown;
#[expect(clippy::cast_precision_loss, reason = "counts of a text are small, and rows have 32 bits")]
mod measure;
pub mod metadata;
mod model;
mod origin;
mod phrases;
mod repair;
mod roles;
pub mod text;
#[expect(clippy::cast_precision_loss, reason = "counts of a text are small, and rows have 32 bits")]
mod words;

pub use explain::{Explanation, Judged, SAID, Statement, explain, stated};

use crate::article::{Article, Date, Raw};
use crate::raw::{Content, RawArticle, Said};
use dates::{Label, Line};
use evidence::Held;
pub use html::Model;
use metadata::Metadata;
use roles::Role;
use text::Blocks;
use url::Url;

/// A cleaned article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaned {
    /// What is known about it; `raw.written` and `slug` are left to the importer.
    pub article: Article,
    /// Its body in Markdown.
    pub body: String,
    /// The words of its body, a blank line between blocks.
    pub text: String,
}

/// Why a raw file holds no article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rejected {
    /// There is no text in it.
    Empty,
    /// It is not text.
    Binary,
    /// It has a headline or furniture, but no story.
    NoStory,
    /// It is a page that is too large, or nested too deep, for anyone to have written it.
    Excessive,
}

impl Rejected {
    /// The reason in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Empty => "there is no text in it",
            Self::Binary => "it is not text",
            Self::NoStory => "there is no story in it",
            Self::Excessive => "it is larger or nested deeper than pages are",
        }
    }
}

/// A raw article before it is cleaned.
pub struct Prepared {
    /// What is said of it; its content is in what was read.
    raw: RawArticle,
    read: Read,
    held: Held,
}

/// What was read of a raw article.
enum Read {
    Text(Blocks),
    Page(Box<Page>),
}

/// A page, without its document: of a batch, all pages are in memory.
struct Page {
    blocks: html::Page,
    found: Metadata,
    /// What its relative addresses start from.
    base: Option<Url>,
}

/// Reads one raw article, as far as others of its outlet must know of it; what a page says is no date of it if it is
/// later than `today`.
pub fn prepare(mut raw: RawArticle, today: Option<Date>) -> Result<Prepared, Rejected> {
    let content = std::mem::take(&mut raw.content);
    if is_binary(content.text()) {
        return Err(Rejected::Binary);
    }
    if content.text().trim().is_empty() {
        return Err(Rejected::Empty);
    }
    let (read, held) = match &content {
        Content::Text(text) => {
            let blocks = Blocks::of(text, text::Model::own());
            let held = Held::of(blocks.texts());
            (Read::Text(blocks), held)
        }
        Content::Html(_) | Content::Body(_) => {
            let page = Page::of(&content, &raw.said, today)?;
            let held = Held::of(page.blocks.texts());
            (Read::Page(Box::new(page)), held)
        }
    };
    Ok(Prepared { raw, read, held })
}

impl Prepared {
    /// The article as it was read, without its text.
    pub fn raw(&self) -> &RawArticle {
        &self.raw
    }

    /// Its lines, to be compared with those of others.
    pub fn held(&self) -> &Held {
        &self.held
    }

    /// Cleans it, given what others of its outlet hold of its lines.
    pub fn clean(self, held: &[f32]) -> Result<(RawArticle, Cleaned), Rejected> {
        let Self { raw, read, .. } = self;
        let mut cleaned = match read {
            Read::Text(blocks) => from_text(blocks, raw.said.title.as_deref(), held, text::Model::own())?,
            Read::Page(page) => page.clean(&raw.said, held)?,
        };
        cleaned.article.raw =
            Some(Box::new(Raw { file: raw.file.clone(), sha256: raw.sha256.clone(), written: None }));
        Ok((raw, cleaned))
    }
}

/// The day that a few words name, in any of the languages that dumps come in; none if they could mean two.
pub fn date(words: &str) -> Option<Date> {
    dates::line(words).map(|line| line.date)
}

/// Cleans one raw article of which no others are known.
pub fn clean(raw: &RawArticle, today: Option<Date>) -> Result<Cleaned, Rejected> {
    let prepared = prepare(raw.clone(), today)?;
    let held = prepared.held.unknown();
    prepared.clean(&held).map(|(_, cleaned)| cleaned)
}

impl Page {
    fn of(content: &Content, said: &Said, today: Option<Date>) -> Result<Self, Rejected> {
        let document = html::parse(content.text())?;
        let found = metadata::find_until(&document, said, today);
        // Of a page that is saved somewhere else, its own word for its address is the only one.
        let own = said.url.as_ref().or(found.canonical.as_ref().map(|found| &found.value));
        let base = html::base(&document, own.and_then(|url| Url::parse(url).ok()));
        let blocks = html::Page::new(&document, html::Extent::of(content));
        Ok(Self { blocks, found, base })
    }

    /// `said` is what its file says of it.
    fn clean(self, said: &Said, held: &[f32]) -> Result<Cleaned, Rejected> {
        let (title, url) = (said.title.as_deref(), said.url.as_deref());
        let Self { blocks, found, base } = self;
        let mut article = found.into_article();
        let mut story = blocks.story_among(html::model(), held);
        if story.is_empty() {
            return Err(Rejected::NoStory);
        }
        let said = [&article.title, &article.subtitle].map(|text| text.as_deref().unwrap_or_default());
        let authors = article.terms.get("authors").map(|names| names.join(" ")).unwrap_or_default();
        story.drop_head(&[said[0], said[1], &authors]);
        if blocks.extent() == html::Extent::Body {
            let own = url.or(article.provenance.original_url.as_deref()).unwrap_or_default();
            story.drop_origin(title.or(article.title.as_deref()).unwrap_or_default(), own);
        }
        if article.subtitle.is_none() {
            article.subtitle =
                article.description.as_deref().and_then(|summary| story.take_standfirst(summary));
            article.description = article.description.filter(|_| article.subtitle.is_none());
        }
        Ok(Cleaned { article, body: story.markdown(base.as_ref()), text: story.text() })
    }
}

/// Cleans the blocks of a plain text, given its title if that is said, and what others hold of it.
pub fn from_text(
    blocks: Blocks,
    title: Option<&str>,
    held: &[f32],
    model: &text::Model,
) -> Result<Cleaned, Rejected> {
    if blocks.is_empty() {
        return Err(Rejected::Empty);
    }
    let (chosen, _) = text::choose(&blocks, title, held, model);
    let blocks = blocks.take(&chosen);
    if blocks.is_empty() {
        return Err(Rejected::NoStory);
    }
    let roles = roles::assign(&blocks);
    let mut article = Article::default();
    let mut story = Told::default();
    for (block, role) in blocks.iter().zip(&roles) {
        match role {
            Role::Title => article.title = Some(block.clone()),
            Role::Standfirst => article.subtitle = Some(repair::sentences(block)),
            Role::Authors(byline) => {
                article.terms.insert("authors", byline.names.clone());
                if byline.more {
                    story.paragraph(block);
                }
            }
            Role::Date(Line { date, label: Label::Updated }) => article.updated = Some(*date),
            Role::Date(line) => article.date = article.date.or(Some(line.date)),
            // There is one first publisher; what else is said stays in the text.
            Role::FirstPublishedBy(..) if article.provenance.first_published_by.is_some() => {
                story.paragraph(block);
            }
            Role::FirstPublishedBy(name, date) => {
                article.provenance.first_published_by = Some(name.clone());
                article.date = article.date.or(*date);
            }
            Role::Rights => {
                let before = article.provenance.rights.take();
                article.provenance.rights =
                    Some(before.map_or_else(|| block.clone(), |before| format!("{before} {block}")));
            }
            Role::Subheading => story.push(markdown::heading(block), block),
            Role::Paragraph => story.paragraph(&repair::sentences(block)),
            Role::Furniture => {}
        }
    }
    if !roles.contains(&Role::Paragraph) {
        return Err(Rejected::NoStory);
    }
    if let Some(dateline) = roles::dateline(&blocks, &roles) {
        article.provenance.dateline = Some(dateline);
    }
    Ok(Cleaned { article, body: story.body.join("\n\n"), text: story.text.join("\n\n") })
}

/// Blocks of a story, as Markdown and as text.
#[derive(Default)]
struct Told {
    body: Vec<String>,
    text: Vec<String>,
}

impl Told {
    fn paragraph(&mut self, text: &str) {
        self.push(markdown::paragraph(text), text);
    }

    fn push(&mut self, markdown: String, text: &str) {
        self.body.push(markdown);
        self.text.push(text.to_string());
    }
}

/// Whether more than one character in a hundred, or in ten of a few words, is none that texts have; a stray one may
/// be damage. Letters that were lost before count only where they are a tenth: a German text that an old program
/// wrote may lack all of its umlauts.
fn is_binary(text: &str) -> bool {
    let (mut count, mut odd, mut lost) = (0_usize, 0_usize, 0_usize);
    for letter in text.chars() {
        count += 1;
        let layout = matches!(letter, '\t' | '\n' | '\x0b' | '\x0c' | '\r' | '\x1b');
        odd += usize::from(letter < ' ' && !layout);
        lost += usize::from(letter == '\u{fffd}');
    }
    odd > 1 + count / 100 || (odd + lost) * 10 > count
}
