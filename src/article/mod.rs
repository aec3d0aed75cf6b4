//! The model of an article and its text form: YAML front matter between `---` lines, then Markdown.
//!
//! Reading is forgiving about what cannot do harm (a wrong date means undated) and strict about what can: a
//! `status`, `embargo` or `redact` that is not understood sets the article aside, because publishing it might
//! show what was meant to be hidden.

mod date;
mod place;
mod read;
mod redact;
#[cfg(test)]
mod tests;
mod write;

pub use date::{Date, Precision};
pub use read::{KEYS, Keys, Parsed, parse};
pub use redact::Redaction;
pub use write::{front, write};

use crate::yaml::Node;
use serde::{Deserialize, Serialize};
use std::ops::{Deref, DerefMut};

/// The metadata of one article or page, as its author gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Headline; absent if the file gives none, then the body's heading or the file's name stands in.
    pub title: Option<String>,
    /// Standfirst.
    pub subtitle: Option<String>,
    /// Summary in one sentence.
    pub description: Option<String>,
    /// When it was published first.
    pub date: Option<Date>,
    /// Names by taxonomy key (see [`term_key`]); no empty lists, names or repetitions.
    pub terms: Terms,
    /// The slug asked for, not yet folded.
    pub slug: Option<String>,
    /// BCP 47 language tag, where it differs from the site's.
    pub lang: Option<String>,
    /// Whether it belongs to the archive.
    pub kind: Kind,
    /// Whether it is published.
    pub status: Status,
    /// Where it comes from.
    pub provenance: Provenance,
    /// The raw file it was made from.
    pub raw: Option<Box<Raw>>,
    /// The rest, which reads as if it were here.
    pub seldom: Seldom<Particulars>,
}

/// What few articles say of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Particulars {
    /// When its text changed last.
    pub updated: Option<Date>,
    /// Paths under which it was known before.
    pub aliases: Vec<String>,
    /// Lead image, as written.
    pub image: Option<String>,
    /// Not published before this moment.
    pub embargo: Option<Date>,
    /// Not published from this moment on.
    pub expires: Option<Date>,
    /// What was wrong in it, newest as written.
    pub corrections: Vec<Correction>,
    /// The canonical article of a group of syndicated copies.
    pub same_as: Option<String>,
    /// The article that it is a translation of.
    pub translation_of: Option<String>,
    /// Names to be replaced wherever the article is published.
    pub redact: Vec<String>,
    /// Everything else, for the user's own templates.
    pub extra: Vec<(String, Node)>,
}

impl Deref for Article {
    type Target = Particulars;

    fn deref(&self) -> &Particulars {
        &self.seldom
    }
}

impl DerefMut for Article {
    fn deref_mut(&mut self) -> &mut Particulars {
        &mut self.seldom
    }
}

/// What few articles have: it takes room only where it is something, and reads as if it were always there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Seldom<T>(Option<Box<T>>);

/// What has a value that says nothing.
pub trait Nothing: Default + PartialEq + 'static {
    /// That value.
    const NOTHING: &'static Self;
}

impl<T: Nothing> Seldom<T> {
    /// Takes no room for nothing.
    pub fn new(value: T) -> Self {
        Self((value != *T::NOTHING).then(|| Box::new(value)))
    }

    /// Gives room back that is taken for nothing.
    pub fn settle(&mut self) {
        if **self == *T::NOTHING {
            self.0 = None;
        }
    }
}

impl<T: Nothing> Deref for Seldom<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or(T::NOTHING)
    }
}

impl<T: Nothing> DerefMut for Seldom<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}

impl<T: Nothing> PartialEq for Seldom<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Nothing + Eq> Eq for Seldom<T> {}

impl Nothing for Particulars {
    const NOTHING: &'static Self = &Self {
        updated: None,
        aliases: Vec::new(),
        image: None,
        embargo: None,
        expires: None,
        corrections: Vec::new(),
        same_as: None,
        translation_of: None,
        redact: Vec::new(),
        extra: Vec::new(),
    };
}

/// Names by taxonomy key, sorted by key: a list, as a tree of a few keys takes half a kilobyte an article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms(Vec<(Box<str>, Vec<String>)>);

impl Terms {
    /// The names of a key.
    pub fn get(&self, key: &str) -> Option<&Vec<String>> {
        self.0.iter().find(|(known, _)| **known == *key).map(|(_, names)| names)
    }

    /// Whether there are no names.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets the names of a key.
    pub fn insert(&mut self, key: &str, names: Vec<String>) {
        let at = self.0.partition_point(|(known, _)| **known < *key);
        match self.0.get_mut(at).filter(|(known, _)| **known == *key) {
            Some((_, known)) => *known = names,
            None => self.0.insert(at, (key.into(), names)),
        }
    }

    /// Keys and names, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Vec<String>)> {
        self.0.iter().map(|(key, names)| (&**key, names))
    }

    /// Keeps some of the names; a key without names is none.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        for (_, names) in &mut self.0 {
            names.retain(|name| keep(name));
        }
        self.0.retain(|(_, names)| !names.is_empty());
    }
}

/// What a file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// An article of the archive.
    #[default]
    Article,
    /// A page outside of it, in no list.
    Page,
}

/// Whether an article is published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// It is, unless its date, embargo or expiry says otherwise.
    #[default]
    Published,
    /// It is still being written.
    Draft,
    /// It was taken down.
    Removed(Box<Removal>),
}

/// Why and when an article was taken down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// When.
    pub date: Option<Date>,
    /// Why, for the public.
    pub reason: Option<String>,
    /// Whether the law demanded it (HTTP 451) or not (410).
    pub legal: bool,
}

/// Where an article comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Where it was published.
    pub original_url: Option<String>,
    /// When it was fetched.
    pub retrieved: Option<Date>,
    /// Who holds the rights.
    pub rights: Option<String>,
    /// The rest, which reads as if it were here.
    pub details: Seldom<Details>,
}

/// What few articles say of where they come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// A copy in a web archive.
    pub archived_url: Option<String>,
    /// Who published it first.
    pub first_published_by: Option<String>,
    /// Where it was written, as printed before the first sentence.
    pub dateline: Option<String>,
    /// The news agency.
    pub agency: Option<String>,
    /// Where it stood in print.
    pub print: Print,
}

impl Nothing for Details {
    const NOTHING: &'static Self = &Self {
        archived_url: None,
        first_published_by: None,
        dateline: None,
        agency: None,
        print: Print { edition: None, page: None, column: None },
    };
}

impl Deref for Provenance {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.details
    }
}

impl DerefMut for Provenance {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.details
    }
}

/// Where an article stood in print.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Print {
    /// Edition.
    pub edition: Option<String>,
    /// Page.
    pub page: Option<String>,
    /// Column.
    pub column: Option<String>,
}

/// The raw file an imported article was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raw {
    /// Its path below the folder that was imported.
    pub file: String,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
    /// SHA-256 of the article's file as `import` wrote it, without the line that holds this.
    pub written: Option<String>,
}

/// What was wrong in an article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// When it was mended.
    pub date: Option<Date>,
    /// What was mended.
    pub text: String,
}

/// Front-matter keys that hold terms, each with its other spelling.
const TERM_KEYS: &[(&str, &str)] = &[
    ("tags", "tag"),
    ("authors", "author"),
    ("sources", "source"),
    ("sections", "section"),
    ("places", "place"),
];

/// Whether a key of front matter has a meaning of its own, so that no taxonomy can have its name.
pub fn is_reserved(key: &str) -> bool {
    let is_term = TERM_KEYS.iter().any(|(plural, singular)| *plural == key || *singular == key);
    key == "extra" || (KEYS.contains(&key) && !is_term)
}

/// A BCP 47 language tag, also if it is written with `_`; `None` for what is none, such as `english`.
pub fn language_tag(text: &str) -> Option<String> {
    let tag = text.replace('_', "-");
    let mut parts = tag.split('-');
    let primary = parts
        .next()
        .is_some_and(|part| (2..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic()));
    let is_sub =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    (primary && parts.all(is_sub)).then_some(tag)
}

/// The one key under which [`Article::terms`] holds a taxonomy: `section` and `sections` are the same.
pub fn term_key(taxonomy: &str) -> &str {
    let known = TERM_KEYS.iter().find(|(plural, singular)| *plural == taxonomy || *singular == taxonomy);
    known.map_or(taxonomy, |(plural, _)| plural)
}
