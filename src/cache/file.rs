//! The form of the file: a name with a version, blocks, and a hash of all before. Then amendments, each a block and a
//! hash of the hash before and the block. Long lists are stored in blocks of their own, each with its length before it,
//! so that all processors can read and write them; an empty one ends the list.

use super::{Amendment, Cache, File, Published, Saving, SourceRef, Wanted};
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read, Write};
use xxhash_rust::xxh3::Xxh3;

/// Changes with every change of the form; the program's own hash would do, but this says so.
const MAGIC: &[u8] = b"backissue cache 4\n";
/// Records in one block.
const BLOCK: usize = 1024;
/// Blocks that are in memory at a time: of a large archive, all would be large.
const BATCH: usize = 16;
/// Bytes of a hash.
const HASH: usize = 16;

/// The end of a stored cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail {
    /// How many bytes stand before it.
    pub length: u64,
    /// How many of them are no amendments.
    whole: u64,
    hash: u128,
}

impl Tail {
    /// The bytes that the file ends with.
    pub fn mark(&self) -> [u8; HASH] {
        self.hash.to_le_bytes()
    }

    /// Whether to read the amendments takes less time than to write all.
    pub(super) fn is_worth_it(&self) -> bool {
        self.length - self.whole <= most_added(self.whole)
    }
}

/// Most bytes of amendments to so many of the whole.
fn most_added(whole: u64) -> u64 {
    const SMALL: u64 = 64 << 10;
    SMALL.max(whole / 8)
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

/// Writes a cache as a whole; gives where it ends.
pub(super) fn write<'a>(
    saving: Saving<'a, impl Iterator<Item = (&'a str, SourceRef<'a>)>>,
    out: &mut dyn Write,
) -> io::Result<Tail> {
    let mut hashed = Hashed { out, hash: Xxh3::new(), length: 0 };
    hashed.write_all(MAGIC)?;
    let Saving { key, sources, files, published } = saving;
    write_block(&block(&HeadRef { key, files: &files, published })?, &mut hashed)?;
    write_records(sources, &mut hashed)?;
    write_records(published.outputs.iter(), &mut hashed)?;
    write_records(published.folders.iter(), &mut hashed)?;
    let (hash, length) = (hashed.hash.digest128(), hashed.length + HASH as u64);
    out.write_all(&hash.to_le_bytes())?;
    Ok(Tail { length, whole: length, hash })
}

/// The bytes of an amendment, and where the cache ends with it.
pub(super) fn amended(amendment: &Amendment, tail: Tail) -> (Vec<u8>, Tail) {
    let mut bytes = Vec::new();
    let written = block(amendment).and_then(|block| write_block(&block, &mut bytes));
    written.expect("plain data into memory");
    let hash = chained(tail.hash, &bytes);
    bytes.extend(hash.to_le_bytes());
    let length = tail.length + bytes.len() as u64;
    (bytes, Tail { length, hash, ..tail })
}

fn chained(before: u128, block: &[u8]) -> u128 {
    let mut hash = Xxh3::new();
    hash.update(&before.to_le_bytes());
    hash.update(block);
    hash.digest128()
}

/// The cache that is read from a file of this size, as far as it is wanted, and what wrote it; `None` if it is no such
/// file, or a damaged one.
pub(super) fn decode(from: impl Read + Send, size: u64, wanted: Wanted) -> io::Result<Option<(u128, Cache)>> {
    let mut source = Source { from, hash: Xxh3::new(), left: size };
    match source.cache(wanted) {
        Ok(stored) => Ok(Some(stored)),
        Err(Bad::Form) => Ok(None),
        Err(Bad::Read(cause)) => Err(cause),
    }
}

/// Why there is nothing to be had from a stored cache.
enum Bad {
    /// It is damaged, or of another form.
    Form,
    /// It cannot be read.
    Read(io::Error),
}

impl From<io::Error> for Bad {
    fn from(cause: io::Error) -> Self {
        Self::Read(cause)
    }
}

impl From<postcard::Error> for Bad {
    fn from(_: postcard::Error) -> Self {
        Self::Form
    }
}

/// A stored cache that is read from its beginning to its end, never as a whole: of a large archive, the memory for its
/// bytes would take as long to get as all that is made of them.
struct Source<R> {
    from: R,
    /// Of all that was read.
    hash: Xxh3,
    /// Bytes that were not read yet.
    left: u64,
}

impl<R: Read + Send> Source<R> {
    fn cache(&mut self, wanted: Wanted) -> Result<(u128, Cache), Bad> {
        let size = self.left;
        let mut buffer = Vec::new();
        self.take(MAGIC.len() as u64, &mut buffer)?;
        if buffer != MAGIC {
            return Err(Bad::Form);
        }
        self.block(&mut buffer)?;
        let Head { key, files, mut published } = postcard::from_bytes(&buffer)?;
        let sources = self.records()?;
        if wanted == Wanted::All {
            (published.outputs, published.folders) = (self.records()?, self.records()?);
        } else {
            self.pass()?;
            self.pass()?;
        }
        let hash = self.hash.digest128();
        let rest = self.rest(size - self.left)?;
        let mut rest = rest.as_slice();
        let mut hash = read_hash(&mut rest).filter(|read| *read == hash).ok_or(Bad::Form)?;
        let whole = size - rest.len() as u64;
        let mut cache = Cache { sources, files, published, tail: None };
        let mut amendments = Vec::new();
        while let Some((amendment, its_hash)) = read_amendment(&mut rest, hash) {
            amendments.push(if wanted == Wanted::All { amendment } else { amendment.of_inputs() });
            hash = its_hash;
        }
        Amendment::apply(amendments, &mut cache).ok_or(Bad::Form)?;
        // A torn end, as a killed process leaves it, is as if it had never been written; but nothing can be added to it.
        let is_whole = rest.is_empty();
        cache.tail = is_whole.then_some(Tail { length: size, whole, hash });
        Ok((key, cache))
    }

    /// What [`write_records`] wrote. While some blocks are decoded, the next are read.
    fn records<T: DeserializeOwned + Send>(&mut self) -> Result<Vec<T>, Bad> {
        // A damaged number must not ask for all the memory there is; few records take less than that.
        let count = self.length()?.min(self.left / 32);
        let mut records = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
        let (mut blocks, mut next) = (Vec::new(), Vec::new());
        let mut is_last = self.blocks(&mut blocks)?;
        loop {
            let decode = |block: &Vec<u8>| postcard::from_bytes::<Vec<T>>(block);
            let decode = || blocks.par_iter().map(decode).collect::<Result<Vec<_>, _>>();
            let read = || if is_last { Ok(true) } else { self.blocks(&mut next) };
            let (decoded, read) = rayon::join(decode, read);
            records.extend(decoded?.into_iter().flatten());
            if is_last {
                return Ok(records);
            }
            is_last = read?;
            std::mem::swap(&mut blocks, &mut next);
        }
    }

    /// Leaves out what [`write_records`] wrote.
    fn pass(&mut self) -> Result<(), Bad> {
        self.length()?;
        let mut blocks = Vec::new();
        while !self.blocks(&mut blocks)? {}
        Ok(())
    }

    /// Reads the next blocks of a list into the place of others; says whether they are its last.
    fn blocks(&mut self, blocks: &mut Vec<Vec<u8>>) -> Result<bool, Bad> {
        blocks.resize(BATCH, Vec::new());
        for at in 0..BATCH {
            self.block(&mut blocks[at])?;
            if blocks[at].is_empty() {
                blocks.truncate(at);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn block(&mut self, block: &mut Vec<u8>) -> Result<(), Bad> {
        let length = self.length()?;
        self.take(length, block)
    }

    fn length(&mut self) -> Result<u64, Bad> {
        let mut bytes = Vec::new();
        self.take(8, &mut bytes)?;
        Ok(u64::from_le_bytes(*bytes.first_chunk().ok_or(Bad::Form)?))
    }

    /// Reads so many bytes into the place of others.
    fn take(&mut self, length: u64, bytes: &mut Vec<u8>) -> Result<(), Bad> {
        self.left = self.left.checked_sub(length).ok_or(Bad::Form)?;
        let length = usize::try_from(length).map_err(|_| Bad::Form)?;
        bytes.try_reserve(length.saturating_sub(bytes.len())).map_err(|_| Bad::Form)?;
        bytes.resize(length, 0);
        // The file may have become shorter since.
        self.from.read_exact(bytes).map_err(|cause| match cause.kind() {
            io::ErrorKind::UnexpectedEof => Bad::Form,
            _ => Bad::Read(cause),
        })?;
        self.hash.update(bytes);
        Ok(())
    }

    /// Reads the end: a hash and what was added. More than that was not written by us.
    fn rest(&mut self, whole: u64) -> Result<Vec<u8>, Bad> {
        let mut rest = Vec::new();
        if self.left > most_added(whole) + 2 * HASH as u64 {
            return Err(Bad::Form);
        }
        self.take(self.left, &mut rest)?;
        Ok(rest)
    }
}

/// Takes an amendment and its hash off some bytes; nothing if they begin with none that goes on from a hash.
fn read_amendment(bytes: &mut &[u8], before: u128) -> Option<(Amendment, u128)> {
    let mut rest = *bytes;
    let block = read_block(&mut rest)?;
    let length = bytes.len() - rest.len();
    let hash = read_hash(&mut rest).filter(|hash| *hash == chained(before, &bytes[..length]))?;
    let amendment = postcard::from_bytes(block).ok()?;
    *bytes = rest;
    Some((amendment, hash))
}

/// Hashes and counts what passes through.
struct Hashed<'a> {
    out: &'a mut dyn Write,
    hash: Xxh3,
    length: u64,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes)?;
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes records in blocks, and about how many there are before them.
fn write_records<T: Serialize + Sync>(
    mut records: impl Iterator<Item = T>,
    out: &mut impl Write,
) -> io::Result<()> {
    let (_, most) = records.size_hint();
    out.write_all(&length(most.unwrap_or(0)))?;
    loop {
        let batch: Vec<T> = records.by_ref().take(BLOCK * BATCH).collect();
        if batch.is_empty() {
            return write_block(&[], out);
        }
        let blocks: Vec<Vec<u8>> = batch.par_chunks(BLOCK).map(block).collect::<io::Result<_>>()?;
        blocks.iter().try_for_each(|block| write_block(block, out))?;
    }
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

fn read_block<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = read_length(bytes)?;
    bytes.split_off(..length)
}

fn read_length(bytes: &mut &[u8]) -> Option<usize> {
    let (length, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    usize::try_from(u64::from_le_bytes(*length)).ok()
}

fn read_hash(bytes: &mut &[u8]) -> Option<u128> {
    let (hash, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u128::from_le_bytes(*hash))
}
