//! The form of the file: a name with a version, blocks, and a hash of all before. Then amendments, each a block and a
//! hash of the hash before and the block. Long lists are stored in blocks of their own, each with its length before it,
//! so that all processors can read and write them.

use super::{Amendment, Cache, File, Published, Saving, Wanted};
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// Changes with every change of the form; the program's own hash would do, but this says so.
const MAGIC: &[u8] = b"backissue cache 3\n";
/// Records in one block.
const BLOCK: usize = 4096;
/// Blocks that are made before they are written: of a large archive, all would be large.
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
        const SMALL: u64 = 64 << 10;
        self.length - self.whole <= SMALL.max(self.whole / 8)
    }
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
pub(super) fn write(saving: &Saving, out: &mut dyn Write) -> io::Result<Tail> {
    let mut hashed = Hashed { out, hash: Xxh3::new(), length: 0 };
    hashed.write_all(MAGIC)?;
    let Saving { key, sources, files, published } = saving;
    write_block(&block(&HeadRef { key: *key, files, published })?, &mut hashed)?;
    write_blocks(sources, &mut hashed)?;
    write_blocks(&published.outputs, &mut hashed)?;
    write_blocks(&published.folders, &mut hashed)?;
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

/// The cache in some bytes, as far as it is wanted, and what wrote it.
pub(super) fn decode(bytes: &[u8], wanted: Wanted) -> Option<(u128, Cache)> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let head = read_block(&mut rest)?;
    let [sources, outputs, folders] =
        [split_blocks(&mut rest)?, split_blocks(&mut rest)?, split_blocks(&mut rest)?];
    let end = bytes.len() - rest.len();
    let mut hash = read_hash(&mut rest).filter(|hash| *hash == xxh3_128(&bytes[..end]))?;
    let whole = (end + HASH) as u64;
    let Head { key, files, mut published } = postcard::from_bytes(head).ok()?;
    if wanted == Wanted::All {
        (published.outputs, published.folders) = (read_blocks(&outputs)?, read_blocks(&folders)?);
    }
    let mut cache = Cache { sources: read_blocks(&sources)?, files, published, tail: None };
    let mut amendments = Vec::new();
    while let Some((amendment, its_hash)) = read_amendment(&mut rest, hash) {
        amendments.push(if wanted == Wanted::All { amendment } else { amendment.of_inputs() });
        hash = its_hash;
    }
    Amendment::apply(amendments, &mut cache)?;
    // A torn end, as a killed process leaves it, is as if it had never been written; but nothing can be added to it.
    let is_whole = rest.is_empty();
    cache.tail = is_whole.then_some(Tail { length: bytes.len() as u64, whole, hash });
    Some((key, cache))
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

/// Takes off the beginning of some bytes what [`write_blocks`] wrote.
fn split_blocks<'b>(bytes: &mut &'b [u8]) -> Option<Vec<&'b [u8]>> {
    let count = read_length(bytes)?;
    (0..count).map(|_| read_block(bytes)).collect()
}

fn read_blocks<T: DeserializeOwned + Send>(blocks: &[&[u8]]) -> Option<Vec<T>> {
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

fn read_hash(bytes: &mut &[u8]) -> Option<u128> {
    let (hash, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u128::from_le_bytes(*hash))
}
