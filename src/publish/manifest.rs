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
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

pub(super) const INDEX: &str = "manifest.json";
pub(super) const FOLDER: &str = "manifest";
pub(super) const PENDING: &str = "manifest/pending";
/// The part that holds files without a folder; a folder of that name would share it.
const ROOT: &str = "root";
/// Largest part in bytes: about 200 a file.
pub(super) const LIMIT: u64 = 4 << 30;

/// A SHA-256.
pub type Digest = [u8; 32];

/// What is known about one published file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its path below the output.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes, in hexadecimal where it is written.
    #[serde(with = "hexadecimal")]
    pub sha256: Digest,
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
    /// What builds that did not end entered.
    pending: Vec<Record>,
    /// Parts that `manifest.json` lists and that are not there.
    pub(super) lost: Vec<String>,
    /// Files where the manifest's own should be, that no build wrote.
    pub(super) foreign: Vec<String>,
    /// All that we own, sorted by path. A file may have two records: one of before a killed build, one of after.
    records: Vec<Record>,
    /// Parts that are as `manifest.json` says, with what it says of them and the number of their records.
    parts: HashMap<String, (Record, usize)>,
    /// Whether the manifest is whole: nothing is missing, damaged or pending.
    whole: bool,
}

/// What was read of a part.
struct Part {
    name: String,
    records: Vec<Record>,
    /// The hash of the whole file.
    sha256: Digest,
    size: usize,
    ours: bool,
}

impl Record {
    /// Whether these are the file's bytes.
    pub(super) fn is_of(&self, bytes: &[u8]) -> bool {
        self.size == bytes.len() as u64 && self.sha256 == digest(bytes)
    }
}

impl Manifest {
    /// Reads the manifest of an output; empty if there is none.
    pub fn read(output: &Path) -> Result<Self> {
        let mut manifest = Self::default();
        let index = output.join(INDEX);
        let mut listed = Vec::new();
        if fs::kind(&index)? == Some(Kind::File) {
            let bytes = fs::read(&index, LIMIT)?;
            if let Ok(index) = serde_json::from_slice::<Index>(&bytes) {
                manifest.site = Some(index.site);
                listed = index.files;
            } else if !is_damaged(&bytes) {
                manifest.foreign.push(INDEX.to_string());
            }
        }
        let folder = output.join(FOLDER);
        if fs::kind(&folder)? == Some(Kind::Folder) {
            let ours = |name: &String| name.ends_with(".ndjson") || PENDING.ends_with(name);
            let names: Vec<String> = fs::names(&folder)?.into_iter().filter(ours).collect();
            let parts: Vec<Option<Part>> =
                names.par_iter().map(|name| part(&folder, name)).collect::<Result<_>>()?;
            manifest.take(parts.into_iter().flatten(), listed);
        } else {
            manifest.lost = listed.into_iter().map(|part| part.path).collect();
        }
        Ok(manifest)
    }

    fn take(&mut self, parts: impl Iterator<Item = Part>, listed: Vec<Record>) {
        let mut listed: HashMap<String, Record> =
            listed.into_iter().map(|part| (part.path.clone(), part)).collect();
        self.whole = self.site.is_some();
        for part in parts {
            let is_listed = listed.remove(&part.name);
            match is_listed.filter(|known| known.sha256 == part.sha256 && known.size == part.size as u64) {
                Some(known) => _ = self.parts.insert(part.name.clone(), (known, part.records.len())),
                None => self.whole = false,
            }
            if part.name == PENDING {
                self.pending.clone_from(&part.records);
            }
            if !part.ours {
                self.foreign.push(part.name);
            }
            self.records.extend(part.records);
        }
        self.whole &= listed.is_empty();
        self.lost = listed.into_keys().collect();
        self.lost.sort();
        self.records.par_sort_by(|a, b| a.path.cmp(&b.path));
    }

    /// Whether nothing is known to be ours.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether nothing of it is missing, damaged or pending, and it lists so many files.
    pub(super) fn is_whole(&self, files: usize) -> bool {
        self.whole && self.records.len() == files
    }

    /// What is known of a path.
    pub fn of(&self, path: &str) -> &[Record] {
        let start = self.records.partition_point(|record| record.path.as_str() < path);
        let count = self.records[start..].iter().take_while(|record| record.path == path).count();
        &self.records[start..start + count]
    }

    /// Sources of articles, as far as they are known.
    pub fn content(&self) -> impl Iterator<Item = &str> {
        let sources = self.records.iter().map(|record| record.source.as_str());
        sources.filter(|source| source.starts_with("content/"))
    }

    /// All that is known, by path.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Whether a part lists just these records, so that it need not be written.
    fn lists(&self, part: &str, records: &[&Record]) -> Option<&Record> {
        let (known, count) = self.parts.get(part)?;
        let same = *count == records.len()
            && records.iter().all(|record| matches!(self.of(&record.path), [known] if known == *record));
        same.then_some(known)
    }
}

fn part(folder: &Path, name: &str) -> Result<Option<Part>> {
    let path = folder.join(name);
    if fs::kind(&path)? != Some(Kind::File) {
        return Ok(None);
    }
    let bytes = fs::read(&path, LIMIT)?;
    let mut records = Vec::new();
    let mut ours = bytes.is_empty() || PENDING.ends_with(name);
    for line in bytes.split(|byte| *byte == b'\n') {
        let Ok(record) = serde_json::from_slice::<Record>(line) else { continue };
        ours = true;
        // A manifest that was tampered with must not lead outside.
        if OutPath::new(&record.path).is_ok_and(|path| path.as_str() == record.path) {
            records.push(record);
        }
    }
    let name = format!("{FOLDER}/{name}");
    Ok(Some(Part { name, records, sha256: digest(&bytes), size: bytes.len(), ours }))
}

/// Whether a `manifest.json` that cannot be read was once ours: applications of the web have files of that name.
fn is_damaged(bytes: &[u8]) -> bool {
    const NAME: &[u8] = b"backissue";
    bytes.is_empty() || bytes.windows(NAME.len()).any(|part| part == NAME)
}

/// Enters files that are about to be written. What earlier builds had entered when they were killed may be published,
/// and stays ours until a build comes to its end.
pub(super) fn write_pending<'a>(
    output: &Path,
    records: impl Iterator<Item = &'a Record>,
    found: &'a Manifest,
) -> Result<()> {
    let mut records: Vec<&Record> = records.collect();
    if !found.pending.is_empty() {
        records.extend(&found.pending);
        records.sort_by(|a, b| (&a.path, a.sha256, &a.source).cmp(&(&b.path, b.sha256, &b.source)));
        records.dedup();
    }
    fs::create_folders(&output.join(FOLDER))?;
    replace(output, PENDING, &lines(records.into_iter()))
}

/// Writes the manifest where it differs from the one that was found, and forgets what was pending. The records are
/// sorted by path.
pub(super) fn write(output: &Path, site: &Site, records: &[&Record], found: &Manifest) -> Result<()> {
    let mut parts: BTreeMap<String, Vec<&Record>> = BTreeMap::new();
    for record in records.iter().copied() {
        parts.entry(part_of(&record.path)).or_default().push(record);
    }
    fs::create_folders(&output.join(FOLDER))?;
    let mut files = Vec::with_capacity(parts.len());
    for (name, records) in &parts {
        if let Some(known) = found.lists(name, records) {
            files.push(known.clone());
            continue;
        }
        let bytes = lines(records.iter().copied());
        write_if_different(output, name, &bytes)?;
        files.push(record(name, &bytes, "manifest"));
    }
    let site = SiteName { title: site.title.clone(), base_url: site.base_url.clone() };
    if found.whole
        && found.site.as_ref() == Some(&site)
        && files.len() == found.parts.len()
        && files.iter().all(|part| found.parts.get(&part.path).is_some_and(|(known, _)| known == part))
    {
        // The one that was found says it all; but this build may have entered what it was about to write.
        return Ok(fs::remove(&output.join(PENDING))?);
    }
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
    let (path, source) = (path.to_string(), source.to_string());
    Record { path, size: bytes.len() as u64, sha256: digest(bytes), source }
}

fn digest(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// Hashes as `sha256sum` writes them.
mod hexadecimal {
    use super::Digest;
    use data_encoding::HEXLOWER;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(digest: &Digest, out: S) -> Result<S::Ok, S::Error> {
        let mut text = [0; 64];
        HEXLOWER.encode_mut(digest, &mut text);
        out.serialize_str(std::str::from_utf8(&text).expect("hexadecimal digits"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(source: D) -> Result<Digest, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(source)?;
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(D::Error::custom)?;
        bytes.try_into().map_err(|_| D::Error::custom("a SHA-256 has 64 digits"))
    }
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
