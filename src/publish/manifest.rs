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
use std::path::{Path, PathBuf};

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

/// What is written about one published file: a [`Record`], of what others hold already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Line<'a> {
    pub(super) path: &'a str,
    pub(super) size: u64,
    #[serde(serialize_with = "hexadecimal::serialize")]
    pub(super) sha256: Digest,
    pub(super) source: &'a str,
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

    /// Its line.
    pub(super) fn line(&self) -> Line<'_> {
        Line { path: &self.path, size: self.size, sha256: self.sha256, source: &self.source }
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

    /// Whether a part has just these lines, so that it need not be written.
    fn lists(&self, part: &str, lines: &[&Line]) -> Option<&Record> {
        let (known, count) = self.parts.get(part)?;
        // Both are sorted: from where the first line stands, the records of the part follow one another, unless folders
        // that share it are apart.
        let mut rest = self.records.as_slice();
        let mut is_listed = |line: &&Line| {
            if rest.first().is_none_or(|next| next.path != line.path) {
                rest =
                    &self.records[self.records.partition_point(|record| record.path.as_str() < line.path)..];
            }
            let [known, after @ ..] = rest else { return false };
            rest = after;
            known.line() == **line && after.first().is_none_or(|next| next.path != line.path)
        };
        (*count == lines.len() && lines.iter().all(&mut is_listed)).then_some(known)
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
    entered: impl Iterator<Item = Line<'a>>,
    found: &'a Manifest,
) -> Result<()> {
    fs::create_folders(&output.join(FOLDER))?;
    let aside = aside(output);
    if found.pending.is_empty() {
        write_lines(&aside, entered)?;
    } else {
        let mut lines: Vec<Line> = entered.chain(found.pending.iter().map(Record::line)).collect();
        lines.sort_by(|a, b| (a.path, a.sha256, a.source).cmp(&(b.path, b.sha256, b.source)));
        lines.dedup();
        write_lines(&aside, lines.into_iter())?;
    }
    Ok(fs::rename(&aside, &output.join(PENDING))?)
}

/// Writes the manifest where it differs from the one that was found, and forgets what was pending. The lines are sorted
/// by path.
pub(super) fn write(output: &Path, site: &Site, lines: &[Line], found: &Manifest) -> Result<()> {
    let mut parts: BTreeMap<String, Vec<&Line>> = BTreeMap::new();
    for below in lines.chunk_by(|a, b| top(a.path) == top(b.path)) {
        parts.entry(part_of(below[0].path)).or_default().extend(below);
    }
    fs::create_folders(&output.join(FOLDER))?;
    let known: Vec<Option<&Record>> =
        parts.par_iter().map(|(name, lines)| found.lists(name, lines)).collect();
    let mut files = Vec::with_capacity(parts.len());
    for ((name, lines), known) in parts.iter().zip(known) {
        files.push(known.cloned().map_or_else(|| write_part(output, name, lines), Ok)?);
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
    fs::write(&aside(output), &index)?;
    replace_if_different(output, INDEX, (index.len() as u64, digest(&index)))?;
    for name in fs::names(&output.join(FOLDER))? {
        let name = format!("{FOLDER}/{name}");
        if name == PENDING || (name.ends_with(".ndjson") && !parts.contains_key(&name)) {
            fs::remove(&output.join(name))?;
        }
    }
    Ok(())
}

/// Writes a part; gives what `manifest.json` says of it.
fn write_part(output: &Path, name: &str, lines: &[&Line]) -> Result<Record> {
    let (size, sha256) = write_lines(&aside(output), lines.iter().map(|line| **line))?;
    replace_if_different(output, name, (size, sha256))?;
    Ok(Record { path: name.to_string(), size, sha256, source: "manifest".to_string() })
}

/// The folder that a path is in at the top of the output; none for a file there.
fn top(path: &str) -> Option<&str> {
    path.split_once('/').map(|(top, _)| top)
}

/// The part that lists a path.
pub(super) fn part_of(path: &str) -> String {
    let top = top(path).unwrap_or(ROOT);
    // Folders that differ by case alone must share a part: their files would be one on some systems.
    let name = OutPath::new(top).map_or_else(|_| top.to_string(), |top| top.folded());
    format!("{FOLDER}/{name}.ndjson")
}

/// Whether a file of the output is the manifest's own.
pub(super) fn is_own(path: &str) -> bool {
    let in_folder = path.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/'));
    path == INDEX || path == PENDING || in_folder.is_some_and(|name| name.ends_with(".ndjson"))
}

/// The SHA-256 of some bytes.
pub(super) fn digest(bytes: &[u8]) -> Digest {
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

/// Writes a file of lines, never as a whole in memory: of a large archive it is large. Gives its size and hash.
fn write_lines<'a>(path: &Path, lines: impl Iterator<Item = Line<'a>>) -> fs::Result<(u64, Digest)> {
    let (mut size, mut hash) = (0, Sha256::new());
    let mut line_of = Vec::new();
    fs::write_with(path, |out| {
        for line in lines {
            line_of.clear();
            serde_json::to_writer(&mut line_of, &line).expect("plain data into memory");
            line_of.push(b'\n');
            out.write_all(&line_of)?;
            hash.update(&line_of);
            size += line_of.len() as u64;
        }
        Ok(())
    })?;
    Ok((size, hash.finalize().into()))
}

/// Where a file is written before it is moved into place: the next build clears up there if this one is killed.
fn aside(output: &Path) -> PathBuf {
    output.join(super::TEMPORARY).join(super::MANIFEST)
}

/// Moves what was written aside into place, unless a file of this size and hash is there.
fn replace_if_different(output: &Path, name: &str, (size, sha256): (u64, Digest)) -> Result<()> {
    let (aside, path) = (aside(output), output.join(name));
    let same = fs::kind(&path)? == Some(Kind::File) && {
        let published = fs::read(&path, LIMIT)?;
        published.len() as u64 == size && digest(&published) == sha256
    };
    let replaced = if same { fs::remove(&aside) } else { fs::rename(&aside, &path) };
    Ok(replaced?)
}
