//! What the last build knew: sources as they were understood, files as they were measured, pages as they were published.
//!
//! One file, which may be deleted at any time: it costs only time. It begins with a name and a version and ends with a
//! hash of all before; what is not exactly so, or was written by another program, is dropped. Nothing is taken from it
//! without a stamp or hash that says that the file it speaks of is the same. Who owns what in the output is not its
//! business: that stands in the manifest.

use crate::archive::Entry;
use crate::config::Config;
use crate::fs::{self, Stamp};
use crate::problem::Problem;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// The folder of the cache in a project.
pub const FOLDER: &str = ".backissue";
const FILE: &str = "cache";
/// Changes with every change of the form; the program's own hash would do, but this says so.
const MAGIC: &[u8] = b"backissue cache 1\n";
/// Largest cache that is read: about a kilobyte an article.
const LIMIT: u64 = 16 << 30;

/// What is known of a project.
#[derive(Debug, Default)]
pub struct Cache {
    /// By name, sorted.
    sources: Vec<(String, Source)>,
    /// By name: files beside articles, and of `static/`.
    pub files: HashMap<String, File>,
    /// What the last build published.
    pub published: Published,
}

/// A file of `content/`, as it was understood.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Source {
    /// Its stamp; `None` if a later edit might leave it as it is.
    pub stamp: Option<Stamp>,
    /// Hash of its bytes.
    pub hash: u128,
    /// What it holds, or why it cannot be used.
    pub read: Result<(Arc<Entry>, Vec<Problem>), Problem>,
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
#[derive(Debug, Default, Serialize, Deserialize)]
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
    pub outputs: Vec<(Arc<str>, Output)>,
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

/// The stored form; [`Saving`] must have the same fields in the same order.
#[derive(Deserialize)]
struct Stored {
    key: u128,
    sources: Vec<(String, Source)>,
    files: HashMap<String, File>,
    published: Published,
}

/// What is to be stored, borrowed from where it is.
#[derive(Serialize)]
pub struct Saving<'a> {
    /// Hash of the program, and of what it was told about reading sources.
    pub key: u128,
    /// Sorted by name.
    pub sources: Vec<(&'a str, SourceRef<'a>)>,
    /// Files, by name.
    pub files: &'a BTreeMap<String, File>,
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
    /// What is known of the output at a path.
    pub fn of(&self, path: &str) -> Option<&Output> {
        let at = self.outputs.binary_search_by(|(known, _)| (**known).cmp(path)).ok()?;
        Some(&self.outputs[at].1)
    }

    /// Paths and stamps of all outputs; a stamp that cannot be trusted is none.
    pub fn stamps(&self) -> Vec<(&str, Option<Stamp>)> {
        self.outputs.iter().map(|(path, output)| (&**path, output.stamp)).collect()
    }
}

impl Cache {
    /// Reads the cache of a project; empty if there is none, or with a reason if it cannot be used.
    pub fn load(config: &Config, key: u128) -> (Self, Option<String>) {
        let path = path(config);
        let Ok(Some(fs::Kind::File)) = fs::kind(&path) else { return Self::default_with(None) };
        let stored = match fs::read(&path, LIMIT) {
            Err(error) => Err(error.to_string()),
            Ok(bytes) => decode(&bytes).ok_or_else(|| "it is damaged, or of another form".to_string()),
        };
        match stored {
            Ok(stored) if stored.key == key => {
                let Stored { sources, files, published, .. } = stored;
                (Self { sources, files, published }, None)
            }
            Ok(_) => Self::default_with(Some("another program or configuration wrote it".to_string())),
            Err(reason) => Self::default_with(Some(reason)),
        }
    }

    /// What is known of inputs without a file: sources sorted by name.
    pub fn of(sources: Vec<(String, Source)>, files: HashMap<String, File>) -> Self {
        Self { sources, files, published: Published::default() }
    }

    fn default_with(reason: Option<String>) -> (Self, Option<String>) {
        (Self::default(), reason)
    }

    /// What is known of each of some sources, sorted by name, and whether others are known; all is taken out.
    pub fn sources<'n>(&mut self, names: impl Iterator<Item = &'n str>) -> (Vec<Option<Source>>, bool) {
        let count = self.sources.len();
        let mut known = self.sources.drain(..).peekable();
        let find = |name: &str| {
            while known.next_if(|(other, _)| other.as_str() < name).is_some() {}
            known.next_if(|(other, _)| other == name).map(|(_, source)| source)
        };
        let found: Vec<Option<Source>> = names.map(find).collect();
        let others = found.iter().flatten().count() < count;
        (found, others)
    }
}

/// Writes the cache of a project as a whole.
pub fn save(config: &Config, saving: &Saving) -> fs::Result<()> {
    let path = path(config);
    let aside = path.with_extension("tmp");
    // No waiting for the disk: what a loss of power leaves of it is found out by its hash.
    let saved = fs::write_with(&aside, |out| {
        let mut failed = None;
        let mut hashed = Hashed { out, hash: Xxh3::new(), failed: &mut failed };
        hashed.write_all(MAGIC)?;
        // Never as a whole in memory: of a large archive it is large.
        let hash = postcard::to_io(saving, &mut hashed).map(|hashed| hashed.hash.digest128());
        // Of a failed write the library says only that it failed.
        let hash = hash.map_err(|error| failed.take().unwrap_or_else(|| io::Error::other(error)))?;
        out.write_all(&hash.to_le_bytes())
    });
    let saved = saved.and_then(|()| fs::rename(&aside, &path));
    if saved.is_err() {
        // On a full disk the room is needed. Best effort: what matters is the first error.
        let _ = fs::remove(&aside);
    }
    saved
}

/// Hashes what passes through.
struct Hashed<'a> {
    out: &'a mut dyn Write,
    hash: Xxh3,
    failed: &'a mut Option<io::Error>,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.out.write_all(bytes) {
            let kind = error.kind();
            *self.failed = Some(error);
            return Err(kind.into());
        }
        self.hash.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
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

fn decode(bytes: &[u8]) -> Option<Stored> {
    let (body, hash) = bytes.split_last_chunk::<16>()?;
    let whole = xxh3_128(body) == u128::from_le_bytes(*hash);
    let body = body.strip_prefix(MAGIC).filter(|_| whole)?;
    postcard::from_bytes(body).ok()
}
