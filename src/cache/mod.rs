//! What the last build knew: sources as they were understood, files as they were measured, pages as they were published.
//!
//! One file, which may be deleted at any time: it costs only time. It begins with a name and a version and ends with a
//! hash of all before; what is not exactly so, or was written by another program, is dropped. Long lists are stored in
//! blocks, each with its length before it, so that all processors can read and write them. Nothing is taken from it
//! without a stamp or hash that says that the file it speaks of is the same. Who owns what in the output is not its
//! business: that stands in the manifest.

use crate::archive::Entry;
use crate::config::Config;
use crate::fs::{self, Stamp};
use crate::problem::Problem;
use rayon::prelude::*;
use serde::de::DeserializeOwned;
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
const MAGIC: &[u8] = b"backissue cache 2\n";
/// Largest cache that is read: about a kilobyte an article.
const LIMIT: u64 = 16 << 30;
/// Records in one block.
const BLOCK: usize = 4096;
/// Blocks that are made before they are written: of a large archive, all would be large.
const BATCH: usize = 16;

/// What is known of a project.
#[derive(Debug, Default)]
pub struct Cache {
    /// By name, sorted.
    sources: Vec<(Arc<str>, Source)>,
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

/// What stands before the blocks.
#[derive(Deserialize)]
struct Head {
    key: u128,
    files: HashMap<String, File>,
    published: Published,
}

/// [`Head`], borrowed; it must have the same fields in the same order.
#[derive(Serialize)]
struct HeadRef<'a> {
    key: u128,
    files: &'a BTreeMap<&'a str, &'a File>,
    published: &'a Published,
}

/// What is to be stored, borrowed from where it is.
pub struct Saving<'a> {
    /// Hash of the program, and of what it was told about reading sources.
    pub key: u128,
    /// Sorted by name.
    pub sources: Vec<(&'a str, SourceRef<'a>)>,
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
        let same = |a: &Output, b: &Output| a.fingerprint == b.fingerprint && a.stamp == b.stamp;
        self.inputs == other.inputs
            && self.folders == other.folders
            && self.outputs.len() == other.outputs.len()
            && self.outputs.par_iter().zip(&other.outputs).all(|(a, b)| a.0 == b.0 && same(&a.1, &b.1))
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
            Ok((written_by, stored)) if written_by == key => (stored, None),
            Ok(_) => Self::default_with(Some("another program or configuration wrote it".to_string())),
            Err(reason) => Self::default_with(Some(reason)),
        }
    }

    /// What is known of inputs without a file: sources sorted by name.
    pub fn of(sources: Vec<(Arc<str>, Source)>, files: HashMap<String, File>) -> Self {
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
            while known.next_if(|(other, _)| **other < *name).is_some() {}
            known.next_if(|(other, _)| **other == *name).map(|(_, source)| source)
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
        let mut hashed = Hashed { out, hash: Xxh3::new() };
        hashed.write_all(MAGIC)?;
        let Saving { key, sources, files, published } = saving;
        write_block(&block(&HeadRef { key: *key, files, published })?, &mut hashed)?;
        write_blocks(sources, &mut hashed)?;
        write_blocks(&published.outputs, &mut hashed)?;
        write_blocks(&published.folders, &mut hashed)?;
        let hash = hashed.hash.digest128();
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
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes)?;
        self.hash.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes records in blocks, and how many blocks there are before them.
fn write_blocks<T: Serialize + Sync>(records: &[T], out: &mut impl Write) -> io::Result<()> {
    out.write_all(&length(records.len().div_ceil(BLOCK)))?;
    for batch in records.chunks(BLOCK * BATCH) {
        let blocks: Vec<Vec<u8>> = batch.par_chunks(BLOCK).map(block).collect::<io::Result<_>>()?;
        blocks.iter().try_for_each(|block| write_block(block, out))?;
    }
    Ok(())
}

fn block(value: &(impl Serialize + ?Sized)) -> io::Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(io::Error::other)
}

fn write_block(block: &[u8], out: &mut impl Write) -> io::Result<()> {
    out.write_all(&length(block.len()))?;
    out.write_all(block)
}

fn length(length: usize) -> [u8; 8] {
    (length as u64).to_le_bytes()
}

/// What [`write_blocks`] wrote at the beginning of some bytes; takes it off them.
fn read_blocks<T: DeserializeOwned + Send>(bytes: &mut &[u8]) -> Option<Vec<T>> {
    let count = read_length(bytes)?;
    let blocks: Vec<&[u8]> = (0..count).map(|_| read_block(bytes)).collect::<Option<_>>()?;
    let read = |block: &&[u8]| postcard::from_bytes::<Vec<T>>(block).ok();
    let blocks: Vec<Vec<T>> = blocks.par_iter().map(read).collect::<Option<_>>()?;
    let mut records = Vec::with_capacity(blocks.iter().map(Vec::len).sum());
    records.extend(blocks.into_iter().flatten());
    Some(records)
}

fn read_block<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = read_length(bytes)?;
    bytes.split_off(..length)
}

fn read_length(bytes: &mut &[u8]) -> Option<usize> {
    let (length, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    usize::try_from(u64::from_le_bytes(*length)).ok()
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

/// The cache in some bytes, and what wrote it.
fn decode(bytes: &[u8]) -> Option<(u128, Cache)> {
    let (body, hash) = bytes.split_last_chunk::<16>()?;
    let whole = xxh3_128(body) == u128::from_le_bytes(*hash);
    let mut body = body.strip_prefix(MAGIC).filter(|_| whole)?;
    let Head { key, files, mut published } = postcard::from_bytes(read_block(&mut body)?).ok()?;
    let sources = read_blocks(&mut body)?;
    published.outputs = read_blocks(&mut body)?;
    published.folders = read_blocks(&mut body)?;
    Some((key, Cache { sources, files, published }))
}
