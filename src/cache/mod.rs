//! What the last build knew: sources as they were understood, files as they were measured, pages as they were published.
//!
//! One file, which may be deleted at any time: it costs only time. Its form is told in `file.rs`; what is not exactly so,
//! or was written by another program, is dropped. Nothing is taken from it without a stamp or hash that says that the
//! file it speaks of is the same. Who owns what in the output is not its business: that stands in the manifest.
//!
//! After a small edit only what is other is written, behind the rest: an [`Amendment`]. When these have grown to a part
//! of the whole that takes its time to read, all is written anew.

mod amend;
mod file;

pub use amend::{Amendment, Lists};
pub use file::Tail;

use crate::archive::Entry;
use crate::config::Config;
use crate::fs::{self, Stamp};
use crate::problem::Problem;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folder of the cache in a project.
pub const FOLDER: &str = ".backissue";
const FILE: &str = "cache";
/// Largest cache that is read: about a kilobyte an article.
const LIMIT: u64 = 16 << 30;

/// What of it is of use: to read what nobody wants takes as long as the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    All,
    /// What is known of inputs; the lists of what was published stay empty.
    Inputs,
}

/// What is known of a project.
#[derive(Debug, Default)]
pub struct Cache {
    /// By name, sorted.
    sources: Vec<(Arc<str>, Source)>,
    /// By name: files beside articles, and of `static/`.
    pub files: HashMap<String, File>,
    /// What the last build published.
    pub published: Published,
    /// Where it ends on the disk.
    pub tail: Option<Tail>,
}

/// A file of `content/`, as it was understood.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Source {
    /// Its stamp; `None` if a later edit might leave it as it is.
    pub stamp: Option<Stamp>,
    /// Hash of its bytes.
    pub hash: u128,
    /// What it holds, or why it cannot be used.
    pub read: Result<(Arc<Entry>, Vec<Problem>), Box<Problem>>,
}

/// Any other file that is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// As for sources.
    pub stamp: Option<Stamp>,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Width and height in pixels, of images.
    pub size: Option<(u32, u32)>,
}

/// A site as it was published.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Published {
    /// Where.
    pub output: String,
    /// Hash of all that it was made from; files that were copied stand for themselves.
    pub inputs: u128,
    /// Hash of all that pages are made from but the bodies of articles.
    pub index: u128,
    /// Articles with a page and an entry.
    pub articles: usize,
    /// What was found while it was planned and made.
    pub problems: Vec<Problem>,
    /// Every output with its path, sorted by it: of a large archive a table takes twice the memory.
    #[serde(skip)]
    pub outputs: Vec<(Arc<str>, Output)>,
    /// Stamps of the folders that the manifest names, in its order; `None` for one in which something foreign was, or
    /// may be.
    #[serde(skip)]
    pub folders: Vec<Option<Stamp>>,
}

/// A published file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Output {
    /// Of the view that it was made from.
    pub fingerprint: u128,
    /// Hash of the body in it, of an article or page.
    pub body: u128,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its size in bytes.
    pub size: u64,
    /// Its stamp; `None` if a later edit might leave it as it is.
    pub stamp: Option<Stamp>,
    /// Remarks on the body, with lines of the body.
    pub notes: Vec<Problem>,
}

/// What is to be stored, borrowed from where it is.
pub struct Saving<'a, S> {
    /// Hash of the program, and of what it was told about reading sources.
    pub key: u128,
    /// Sorted by name; made as they are written, as all of a large archive would be a twentieth of all memory.
    pub sources: S,
    /// Files, by name.
    pub files: BTreeMap<&'a str, &'a File>,
    /// What is published.
    pub published: &'a Published,
}

/// A [`Source`], borrowed.
#[derive(Serialize)]
pub struct SourceRef<'a> {
    /// As in [`Source`].
    pub stamp: Option<Stamp>,
    /// As in [`Source`].
    pub hash: u128,
    /// As in [`Source`].
    pub read: Result<(&'a Entry, &'a [Problem]), &'a Problem>,
}

impl Published {
    /// Whether there is nothing in this that the other would add to what a build knows.
    pub fn is_like(&self, other: &Self) -> bool {
        self.folders == other.folders && self.is_same_site(other)
    }

    /// Whether the same was published from the same.
    pub fn is_same_site(&self, other: &Self) -> bool {
        self.inputs == other.inputs
            && self.outputs.len() == other.outputs.len()
            && self.outputs.par_iter().zip(&other.outputs).all(|(a, b)| a.0 == b.0 && a.1.is_like(&b.1))
    }

    /// What is said of the site as a whole.
    fn without_lists(&self) -> Self {
        Self {
            output: self.output.clone(),
            problems: self.problems.clone(),
            outputs: Vec::new(),
            folders: Vec::new(),
            ..*self
        }
    }

    /// Paths and stamps of all outputs; a stamp that cannot be trusted is none.
    pub fn stamps(&self) -> Vec<(&str, Option<Stamp>)> {
        self.outputs.iter().map(|(path, output)| (&**path, output.stamp)).collect()
    }
}

impl Output {
    /// Whether nothing else is known of a file: it was made from the same view, and not touched since.
    pub fn is_like(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && self.stamp == other.stamp
    }
}

impl Cache {
    /// Reads the cache of a project; empty if there is none. Says so if it could not be used, or not all of it.
    pub fn load(config: &Config, key: u128, wanted: Wanted) -> (Self, Option<String>) {
        let path = path(config);
        let Ok(Some(fs::Kind::File)) = fs::kind(&path) else { return (Self::default(), None) };
        let read = |(from, size)| match size {
            0..=LIMIT => file::decode(from, size, wanted).map_err(|cause| cause.to_string()),
            _ => Ok(None),
        };
        let stored = fs::open(&path).map_err(|error| error.to_string()).and_then(read);
        let stored =
            stored.and_then(|stored| stored.ok_or_else(|| "it is damaged, or of another form".into()));
        match stored {
            Ok((written_by, stored)) if written_by == key => {
                let torn = stored.tail.is_none();
                (stored, torn.then(|| "the end of the cache is damaged, and was left out".to_string()))
            }
            Ok(_) => Self::none_because("another program or configuration wrote it"),
            Err(reason) => Self::none_because(&reason),
        }
    }

    /// What is known of inputs without a file: sources sorted by name.
    pub fn of(sources: Vec<(Arc<str>, Source)>, files: HashMap<String, File>) -> Self {
        Self { sources, files, ..Self::default() }
    }

    fn none_because(reason: &str) -> (Self, Option<String>) {
        (Self::default(), Some(format!("the cache is not used: {reason}")))
    }

    /// What is known of each of some sources, sorted by name, and which others are known; all is taken out.
    pub fn sources<'n>(
        &mut self,
        names: impl Iterator<Item = &'n str>,
    ) -> (Vec<Option<Source>>, Vec<Arc<str>>) {
        let mut others = Vec::new();
        let mut known = self.sources.drain(..).peekable();
        let find = |name: &str| {
            while let Some((other, _)) = known.next_if(|(other, _)| **other < *name) {
                others.push(other);
            }
            known.next_if(|(other, _)| **other == *name).map(|(_, source)| source)
        };
        let found: Vec<Option<Source>> = names.map(find).collect();
        others.extend(known.map(|(other, _)| other));
        (found, others)
    }
}

/// Writes the cache of a project as a whole; gives where it ends.
pub fn save<'a, S>(config: &Config, saving: Saving<'a, S>) -> fs::Result<Tail>
where
    S: Iterator<Item = (&'a str, SourceRef<'a>)>,
{
    let path = path(config);
    let aside = path.with_extension("tmp");
    let mut tail = None;
    // No waiting for the disk: what a loss of power leaves of it is found out by its hash.
    let saved = fs::write_with(&aside, |out| {
        tail = Some(file::write(saving, out)?);
        Ok(())
    });
    let saved = saved.and_then(|()| fs::rename(&aside, &path));
    match (saved, tail) {
        (Ok(()), Some(tail)) => Ok(tail),
        (saved, _) => {
            // On a full disk the room is needed. Best effort: what matters is the first error.
            let _ = fs::remove(&aside);
            saved.map(|()| unreachable!("what is written has an end"))
        }
    }
}

/// Writes what is other now behind what is stored, and gives the new end; `None` if all has to be written anew: the
/// file is no longer the one that ended so, or amendments would be a large part of it.
pub fn amend(config: &Config, amendment: &Amendment, tail: Tail) -> fs::Result<Option<Tail>> {
    let (bytes, new) = file::amended(amendment, tail);
    if !new.is_worth_it() {
        return Ok(None);
    }
    let appended = fs::append(&path(config), &tail.mark(), tail.length, &bytes)?;
    Ok(appended.then_some(new))
}

/// Makes the cache's folder. Gives the present moment by the clock of the file system that the project is on.
pub fn open(config: &Config) -> fs::Result<Option<fs::Moment>> {
    let folder = config.folder(FOLDER);
    if fs::kind(&folder)?.is_none() {
        fs::create_folders(&folder)?;
        // Version control of the user's project has no use for it.
        if let Err(error) = fs::create(&folder.join(".gitignore"), b"*\n") {
            // The next build tries again.
            fs::remove_empty_folder(&folder);
            return Err(error);
        }
    }
    fs::moment(&folder)
}

fn path(config: &Config) -> PathBuf {
    Path::new(&config.root).join(FOLDER).join(FILE)
}
