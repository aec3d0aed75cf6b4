//! Files as they were found → [`RawArticle`]: decoded text with its origin. Nothing is judged here.
//!
//! A format is one file of this room. Each cuts an input into records, one after the other and no more of it in memory
//! than one, and reads a record, which may happen on any thread. What kind a file is, its content says.

mod detect;
mod feed;
mod html;
mod http;
mod input;
mod json;
mod members;
mod source;
mod text;
mod tree;
mod warc;
mod wordpress;

pub use input::{Input, list};

use data_encoding::HEXLOWER;
use detect::Format;
use sha2::{Digest as _, Sha256};
use source::Source;
use std::io::{self, ErrorKind, Read as _};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Largest page or text in bytes.
const PAGE: usize = 8 << 20;
/// Longest of them in bytes of UTF-8: a byte of an old encoding may be a letter of three.
const LETTERS: usize = 3 * PAGE;
/// Largest record in bytes, as it is stored and as it is decoded.
const RECORD: usize = 64 << 20;

/// One raw article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawArticle {
    /// The path of its file below the folder that is imported, with `/`, and `#` and the name of its record if there
    /// are several in it.
    pub file: String,
    /// SHA-256 of its record's bytes in hexadecimal.
    pub sha256: String,
    /// What it is made of.
    pub content: Content,
    /// What is said of it beside its text.
    pub said: Said,
    /// Whether some of its bytes could not be read; `�` stands for them.
    pub damaged: bool,
}

/// The text of a raw article, decoded; line ends and odd characters as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text without markup.
    Text(String),
    /// A page, or a part of one that somebody saved.
    Html(String),
    /// The body of an article with marks of HTML, as a feed, an export or a record gives it: what is on the page
    /// around it is left out already.
    Body(String),
}

impl Content {
    /// What is marked up in HTML: a body, unless it is a page as a whole.
    fn marked(html: String) -> Self {
        const PAGE: [&str; 4] = ["<!doctype", "<html", "<head", "<body"];
        let is_page = |start: &&str| {
            html.as_bytes().windows(start.len()).any(|part| part.eq_ignore_ascii_case(start.as_bytes()))
        };
        if PAGE.iter().any(is_page) { Self::Html(html) } else { Self::Body(html) }
    }

    /// Its letters, with marks and all.
    pub fn text(&self) -> &str {
        let (Self::Text(text) | Self::Html(text) | Self::Body(text)) = self;
        text
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// What the file that an article came in says of it: a feed, an export, a crawl. Nothing of it is judged here; dates
/// are as they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What the file calls it.
    pub id: Option<String>,
    /// Where it was published, or was fetched from.
    pub url: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// What it is about, in a few sentences.
    pub summary: Option<String>,
    /// Who wrote it, one name each.
    pub authors: Vec<String>,
    /// When it was published.
    pub date: Option<String>,
    /// When it was changed last.
    pub updated: Option<String>,
    /// Its section of the outlet.
    pub section: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its language (BCP 47).
    pub lang: Option<String>,
    /// Who published it.
    pub outlet: Option<String>,
    /// Its lead image.
    pub image: Option<String>,
    /// Whether the text is known to be but a part of it.
    pub excerpt: bool,
    /// When it was fetched.
    pub retrieved: Option<String>,
    /// Whether it is a page about the outlet rather than an article of it.
    pub page: bool,
}

/// What records are read with.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Keys of objects that mean one of ours.
    pub keys: Arc<Vec<(String, String)>>,
    /// Counts the bytes of files that were read.
    pub read: Arc<AtomicU64>,
}

/// What is found in an input, in its order.
pub enum Found {
    /// A record to be read.
    Record(Box<Record>),
    /// A record in which nobody looks for an article: an image of a crawl, an answer that a page is gone.
    Passed(Unread),
    /// A record that should be an article and cannot be read, or the end of a file that is cut off; what stands before
    /// it was read.
    Broken(Unread),
    /// A page that was found at another address than it was asked for at: from, to.
    Moved(String, String),
    /// A file of none of the kinds that are imported.
    Unknown,
}

/// A record that is not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// What it is called in its file.
    pub record: Option<String>,
    /// Where it was published.
    pub url: Option<String>,
    /// Why, in a few words that many records share.
    pub reason: String,
    /// What else is known of it.
    pub detail: Option<String>,
    /// Whether nobody looks for an article in it.
    pub passed: bool,
}

impl Unread {
    fn new(reason: &str) -> Self {
        Self { reason: reason.to_string(), ..Self::default() }
    }

    fn of(self, record: impl Into<Option<String>>) -> Self {
        Self { record: record.into(), ..self }
    }

    fn at(self, url: impl Into<Option<String>>) -> Self {
        Self { url: url.into(), ..self }
    }

    fn detail(self, detail: impl std::fmt::Display) -> Self {
        Self { detail: Some(detail.to_string()), ..self }
    }

    /// A file that ends too early, or whose packing is damaged.
    fn cut(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::UnexpectedEof => Self::new("the file is cut off"),
            _ if members::is_damage(error) => Self::new("it is damaged").detail(error),
            _ => Self::new("the file cannot be read to its end").detail(error),
        }
    }
}

/// A record as it stands in its file.
pub struct Record {
    /// What it is called there; `None` if it is the whole file.
    pub name: Option<String>,
    bytes: Vec<u8>,
    packing: Packing,
}

/// How to read a record.
enum Packing {
    Text,
    Page,
    Json(Arc<Vec<(String, String)>>),
    Web(Box<warc::Capture>),
    Entry(Arc<feed::Channel>),
}

impl Record {
    /// Its size in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Decodes it. The name that a record gives itself goes before its place in the file.
    pub fn read(self, input: &Input) -> Result<RawArticle, Unread> {
        let sha256 = HEXLOWER.encode(&Sha256::digest(&self.bytes));
        let Self { name, bytes, packing } = self;
        let read = match packing {
            Packing::Text => sized(bytes).map(|bytes| text::decode(&bytes).into_article(Content::Text)),
            Packing::Page => sized(bytes).map(|bytes| html::decode(&bytes, None).into_article(Content::Html)),
            Packing::Json(keys) => json::read(&bytes, &keys),
            Packing::Web(capture) => capture.read(&bytes),
            Packing::Entry(channel) => feed::read(&bytes, &channel),
        };
        let mut article =
            read.map_err(|unread| Unread { record: unread.record.or(name.clone()), ..unread })?;
        if article.content.text().len() > LETTERS {
            return Err(too_large(PAGE).of(article.said.id.or(name)).at(article.said.url));
        }
        let name = name.map(|name| article.said.id.clone().unwrap_or(name));
        article.file = name.map_or_else(|| input.file.clone(), |name| format!("{}#{name}", input.file));
        article.sha256 = sha256;
        Ok(article)
    }
}

impl RawArticle {
    /// What its record is called in its file, if there are several in it.
    pub fn record<'a>(&'a self, input: &Input) -> Option<&'a str> {
        self.file.strip_prefix(&*input.file)?.strip_prefix('#')
    }
}

/// Pages and texts are small; what is larger is something else.
fn sized(bytes: Vec<u8>) -> Result<Vec<u8>, Unread> {
    if bytes.len() > PAGE { Err(too_large(PAGE)) } else { Ok(bytes) }
}

fn too_large(limit: usize) -> Unread {
    Unread::new("too large").detail(format!("more than {} MiB", limit >> 20))
}

/// Cuts an input into its records.
pub fn records(input: &Input, settings: &Settings) -> Box<dyn Iterator<Item = Found> + Send> {
    let unreadable = |error: &io::Error| match error.kind() {
        ErrorKind::UnexpectedEof => Found::Broken(Unread::cut(error)),
        _ => Found::Broken(Unread::new("the file could not be read").detail(error)),
    };
    let source = match input.open(Arc::clone(&settings.read)) {
        Ok(source) => source,
        Err(error) => return one(unreadable(&error)),
    };
    match detect::format(source.head(), &input.file, input.folder.is_none()) {
        Format::Unknown => one(Found::Unknown),
        Format::Text => whole(source, Packing::Text),
        Format::Page => whole(source, Packing::Page),
        Format::Lines => Box::new(json::Lines::new(source.into_text(), &settings.keys)),
        Format::Values => Box::new(json::Values::new(source.into_text(), &settings.keys)),
        Format::Warc => Box::new(warc::Warc::new(source, input.again())),
        Format::Feed => {
            let attachments = input.again().map(|again| wordpress::attachments(again.into_text()));
            Box::new(feed::Entries::new(source.into_text(), attachments.unwrap_or_default()))
        }
    }
}

/// The end of a file's name in small letters, without those of packed files.
pub fn end_of(file: &str) -> String {
    detect::end_of(file)
}

fn one(found: Found) -> Box<dyn Iterator<Item = Found> + Send> {
    Box::new(std::iter::once(found))
}

/// A file that is one record.
fn whole(source: Source, packing: Packing) -> Box<dyn Iterator<Item = Found> + Send> {
    let mut bytes = Vec::new();
    // One more than fits, to be told that it does not; how large it would be unpacked is not looked at.
    let read = source.take(PAGE as u64 + 1).read_to_end(&mut bytes);
    one(match read {
        Ok(_) => Found::Record(Box::new(Record { name: None, bytes, packing })),
        Err(error) => Found::Broken(Unread::cut(&error)),
    })
}
