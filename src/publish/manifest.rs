//! What we own in the output: `manifest.json` lists one `manifest/<top folder>.ndjson` each, with its hash; these
//! hold path, size, SHA-256 and source of every published file, one a line.
//!
//! Ownership lives here and nowhere else. What a build is about to write is entered first, in
//! `manifest/pending`, so that a killed build leaves no file without an owner. For that reason reading is
//! tolerant: every line that can be read counts, whether or not the parts fit together.

use crate::config::Site;
use crate::fs::{self, Kind};
use crate::route::OutPath;
use anyhow::Result;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

pub(super) const INDEX: &str = "manifest.json";
pub(super) const FOLDER: &str = "manifest";
pub(super) const PENDING: &str = "manifest/pending";
/// The part that holds files without a folder; a folder of that name would share it.
const ROOT: &str = "root";
/// Largest part in bytes: about 200 a file.
pub(super) const LIMIT: u64 = 4 << 30;

/// What is known about one published file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its path below the output.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes in hexadecimal.
    pub sha256: String,
    /// The input it was made from.
    pub source: String,
}

/// Names the site that an output belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteName {
    /// Its title.
    pub title: String,
    /// Its address, or nothing.
    pub base_url: String,
}

/// `manifest.json`.
#[derive(Serialize, Deserialize)]
pub(super) struct Index {
    format: u32,
    generator: String,
    site: SiteName,
    /// The parts.
    pub(super) files: Vec<Record>,
}

/// The manifest of an output as it was found.
#[derive(Debug, Default)]
pub struct Manifest {
    /// Whose output it is; `None` without a readable `manifest.json`.
    pub site: Option<SiteName>,
    /// Parts that `manifest.json` lists and that are not there.
    pub(super) lost: Vec<String>,
    /// Files where the manifest's own should be, that no build wrote.
    pub(super) foreign: Vec<String>,
    /// All that we own, by path. A file may have two records: one of before a killed build, one of after.
    records: HashMap<String, Vec<Record>>,
}

impl Record {
    /// The hash as bytes; zeros if it is none.
    pub(super) fn digest(&self) -> [u8; 32] {
        let bytes = HEXLOWER.decode(self.sha256.as_bytes()).unwrap_or_default();
        bytes.try_into().unwrap_or_default()
    }

    /// Whether these are the file's bytes.
    pub(super) fn is_of(&self, bytes: &[u8]) -> bool {
        self.size == bytes.len() as u64 && self.sha256 == HEXLOWER.encode(&Sha256::digest(bytes))
    }
}

impl Manifest {
    /// Reads the manifest of an output; empty if there is none.
    pub fn read(output: &Path) -> Result<Self> {
        let mut manifest = Self::default();
        let index = output.join(INDEX);
        if fs::kind(&index)? == Some(Kind::File) {
            let bytes = fs::read(&index, LIMIT)?;
            if let Ok(index) = serde_json::from_slice::<Index>(&bytes) {
                manifest.site = Some(index.site);
                for part in index.files {
                    if fs::kind(&output.join(&part.path))?.is_none() {
                        manifest.lost.push(part.path);
                    }
                }
            } else if !is_damaged(&bytes) {
                manifest.foreign.push(INDEX.to_string());
            }
        }
        let folder = output.join(FOLDER);
        if fs::kind(&folder)? != Some(Kind::Folder) {
            return Ok(manifest);
        }
        for name in fs::names(&folder)? {
            let path = folder.join(&name);
            let ours = name.ends_with(".ndjson") || PENDING.ends_with(&name);
            if !ours || fs::kind(&path)? != Some(Kind::File) {
                continue;
            }
            let bytes = fs::read(&path, LIMIT)?;
            let mut ours = bytes.is_empty() || PENDING.ends_with(&name);
            for line in bytes.split(|byte| *byte == b'\n') {
                let Ok(record) = serde_json::from_slice::<Record>(line) else { continue };
                ours = true;
                // A manifest that was tampered with must not lead outside.
                if OutPath::new(&record.path).is_ok_and(|path| path.as_str() == record.path) {
                    manifest.records.entry(record.path.clone()).or_default().push(record);
                }
            }
            if !ours {
                manifest.foreign.push(format!("{FOLDER}/{name}"));
            }
        }
        Ok(manifest)
    }

    /// Whether nothing is known to be ours.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// What is known of a path.
    pub fn of(&self, path: &str) -> &[Record] {
        self.records.get(path).map_or(&[], Vec::as_slice)
    }

    /// Sources of articles, as far as they are known.
    pub fn content(&self) -> impl Iterator<Item = &str> {
        let sources = self.records.values().flatten().map(|record| record.source.as_str());
        sources.filter(|source| source.starts_with("content/"))
    }

    /// All paths that are ours, in order.
    pub fn paths(&self) -> BTreeSet<&str> {
        self.records.keys().map(String::as_str).collect()
    }
}

/// Whether a `manifest.json` that cannot be read was once ours: applications of the web have files of that name.
fn is_damaged(bytes: &[u8]) -> bool {
    const NAME: &[u8] = b"backissue";
    bytes.is_empty() || bytes.windows(NAME.len()).any(|part| part == NAME)
}

/// Enters files that are about to be written.
pub(super) fn write_pending<'a>(output: &Path, records: impl Iterator<Item = &'a Record>) -> Result<()> {
    fs::create_folders(&output.join(FOLDER))?;
    replace(output, PENDING, &lines(records))
}

/// Writes the whole manifest where it differs, and forgets what was pending. Says whether anything was written.
pub(super) fn write(output: &Path, site: &Site, records: &BTreeMap<String, Record>) -> Result<()> {
    let mut parts: BTreeMap<String, Vec<&Record>> = BTreeMap::new();
    for record in records.values() {
        parts.entry(part_of(&record.path)).or_default().push(record);
    }
    fs::create_folders(&output.join(FOLDER))?;
    let mut files = Vec::with_capacity(parts.len());
    for (name, records) in &parts {
        let bytes = lines(records.iter().copied());
        write_if_different(output, name, &bytes)?;
        files.push(record(name, &bytes, "manifest"));
    }
    let site = SiteName { title: site.title.clone(), base_url: site.base_url.clone() };
    let generator = concat!("backissue ", env!("CARGO_PKG_VERSION")).to_string();
    let mut index =
        serde_json::to_vec_pretty(&Index { format: 1, generator, site, files }).expect("plain data");
    index.push(b'\n');
    write_if_different(output, INDEX, &index)?;
    for name in fs::names(&output.join(FOLDER))? {
        let name = format!("{FOLDER}/{name}");
        if name == PENDING || (name.ends_with(".ndjson") && !parts.contains_key(&name)) {
            fs::remove(&output.join(name))?;
        }
    }
    Ok(())
}

/// The part that lists a path.
pub(super) fn part_of(path: &str) -> String {
    let top = path.split_once('/').map_or(ROOT, |(top, _)| top);
    // Folders that differ by case alone must share a part: their files would be one on some systems.
    let name = OutPath::new(top).map_or_else(|_| top.to_string(), |top| top.folded());
    format!("{FOLDER}/{name}.ndjson")
}

/// Whether a file of the output is the manifest's own.
pub(super) fn is_own(path: &str) -> bool {
    let in_folder = path.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/'));
    path == INDEX || path == PENDING || in_folder.is_some_and(|name| name.ends_with(".ndjson"))
}

/// The record of a file with these bytes.
pub(super) fn record(path: &str, bytes: &[u8], source: &str) -> Record {
    let sha256 = HEXLOWER.encode(&Sha256::digest(bytes));
    Record { path: path.to_string(), size: bytes.len() as u64, sha256, source: source.to_string() }
}

fn lines<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for record in records {
        serde_json::to_writer(&mut bytes, record).expect("plain data into memory");
        bytes.push(b'\n');
    }
    bytes
}

fn write_if_different(output: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = output.join(name);
    let same = fs::kind(&path)? == Some(Kind::File) && fs::read(&path, LIMIT)? == bytes;
    if same { Ok(()) } else { replace(output, name, bytes) }
}

/// Writes a file aside, where the next build clears up if this one is killed, and moves it into place.
fn replace(output: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let aside = output.join(super::TEMPORARY).join(super::MANIFEST);
    fs::write(&aside, bytes)?;
    Ok(fs::rename(&aside, &output.join(name))?)
}
