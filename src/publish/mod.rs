//! Bytes → the output folder: never lose, never tear.
//!
//! A build first *stages* everything: bytes that differ from what is published go to temporary files in the output's
//! `.backissue-tmp/`. Only when all pages are made does [`Site::commit`] move them into place, in an order that
//! keeps links whole, and remove what is no longer planned. Until then the old site stands untouched, so that an
//! error in the last template of a large archive publishes nothing.

mod guard;
pub mod hosts;
mod manifest;
mod prune;
mod verify;

pub use manifest::{Manifest, Record, SiteName};
pub use verify::{Verified, verify};

use crate::config::Config;
use crate::fs::{self, Kind, Lock};
use crate::problem::{Fatal, Problem};
use crate::route::OutPath;
use anyhow::Result;
use prune::Prune;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const TEMPORARY: &str = ".backissue-tmp";
/// Temporary files in one folder.
const PER_FOLDER: usize = 4096;
/// Largest published file that is compared byte by byte.
const LIMIT: u64 = 8 << 30;

/// An output folder that is ours to write to, locked.
pub struct Site {
    output: PathBuf,
    found: Manifest,
    files: AtomicUsize,
    safe_folders: Mutex<HashSet<String>>,
    // Declared last: the lock is released when everything else is gone.
    _lock: Lock,
}

/// A planned file whose bytes are known.
#[derive(Debug)]
pub struct Staged {
    record: Record,
    rank: u8,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The published bytes are the same.
    Unchanged,
    /// The new bytes lie in a temporary file.
    Changed(PathBuf),
    /// Something that is not ours stands there.
    Foreign(String),
}

/// What a commit changed, manifest not counted.
#[derive(Debug, Default)]
pub struct Changes {
    /// Files created or replaced.
    pub written: usize,
    /// Files that were up to date.
    pub unchanged: usize,
    /// Files that are no longer part of the site.
    pub removed: usize,
    /// What was found in the output that should be known.
    pub problems: Vec<Problem>,
}

/// What stays although it is not planned.
#[derive(Debug, Default)]
pub struct Kept {
    /// Sources of articles that are set aside: the pages they have already stay until they are mended or deleted.
    pub sources: BTreeSet<String>,
}

impl Site {
    /// Checks and locks the output; `waiting` is told who holds the lock if somebody else does.
    pub fn open(config: &Config, home: Option<&Path>, waiting: &dyn Fn(&str)) -> Result<Self> {
        let output = guard::check(config, home)?;
        guard::check_owner(&output, &Manifest::read(&output)?, config)?;
        let temporary = output.join(TEMPORARY);
        if matches!(fs::kind(&temporary)?, Some(kind) if kind != Kind::Folder) {
            let message = format!("`{}` is not a folder", temporary.display());
            return Err(Fatal::one(Problem::error("config", message).hint("remove it")));
        }
        let name = format!("process {}", std::process::id());
        let lock = Lock::take(&temporary.join("lock"), &name, waiting)?;
        // What a killed build left behind, now that nobody else can be using it.
        for name in fs::names(&temporary)?.iter().filter(|name| *name != "lock") {
            fs::remove_tree(&temporary.join(name))?;
        }
        // Another build may have published while we waited.
        let found = Manifest::read(&output)?;
        guard::check_owner(&output, &found, config)?;
        Ok(Self { output, found, files: AtomicUsize::new(0), safe_folders: Mutex::default(), _lock: lock })
    }

    /// The output's real path.
    pub fn output(&self) -> &Path {
        &self.output
    }

    /// Pages that stay although they are not planned, with their sources: nothing else may take their paths.
    pub fn kept_paths(&self, kept: &Kept) -> Vec<(OutPath, String)> {
        let records = self.found.paths().into_iter().flat_map(|path| self.found.of(path));
        let kept = records.filter(|record| kept.sources.contains(&record.source));
        kept.filter_map(|record| Some((OutPath::new(&record.path).ok()?, record.source.clone()))).collect()
    }

    /// Compares bytes with what is published; keeps them aside if they differ. `rank` orders the commit: what others
    /// refer to goes first.
    pub fn stage(&self, path: &OutPath, bytes: &[u8], source: &str, rank: u8) -> Result<Staged> {
        let record = manifest::record(path.as_str(), bytes, source);
        let state = self.compare(path, bytes, &record)?;
        Ok(Staged { record, rank, state })
    }

    fn compare(&self, path: &OutPath, bytes: &[u8], record: &Record) -> Result<State> {
        if let Some(reason) = self.unsafe_parent(path)? {
            return Ok(State::Foreign(reason));
        }
        let target = self.output.join(path.as_str());
        match fs::kind(&target)? {
            Some(Kind::File) => {
                let same =
                    fs::read(&target, LIMIT.max(record.size)).is_ok_and(|published| published == bytes);
                if same {
                    return Ok(State::Unchanged);
                }
                if self.found.of(path.as_str()).is_empty() {
                    return Ok(State::Foreign(
                        "a file that backissue did not write stands there".to_string(),
                    ));
                }
            }
            // Whether the folder holds only files of ours is known when they are removed.
            Some(Kind::Folder) | None => {}
            Some(Kind::Link | Kind::Other) => {
                return Ok(State::Foreign("a link or device stands there".to_string()));
            }
        }
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        let folder = self.output.join(TEMPORARY).join((number / PER_FOLDER).to_string());
        if number.is_multiple_of(PER_FOLDER) || fs::kind(&folder)?.is_none() {
            fs::create_folders(&folder)?;
        }
        let aside = folder.join((number % PER_FOLDER).to_string());
        fs::write(&aside, bytes)?;
        Ok(State::Changed(aside))
    }

    /// Whether a folder above a path is a link, which would lead the write elsewhere.
    fn unsafe_parent(&self, path: &OutPath) -> Result<Option<String>> {
        let Some((parent, _)) = path.as_str().rsplit_once('/') else { return Ok(None) };
        let known =
            |folders: &Mutex<HashSet<String>>| folders.lock().is_ok_and(|folders| folders.contains(parent));
        if known(&self.safe_folders) {
            return Ok(None);
        }
        for (at, _) in path.as_str().match_indices('/') {
            let folder = &path.as_str()[..at];
            match fs::kind(&self.output.join(folder))? {
                Some(Kind::Link | Kind::Other) => return Ok(Some(format!("`{folder}` is a link or device"))),
                Some(Kind::File) if self.found.of(folder).is_empty() => {
                    return Ok(Some(format!("a file that backissue did not write stands at `{folder}`")));
                }
                _ => {}
            }
        }
        if let Ok(mut folders) = self.safe_folders.lock() {
            folders.insert(parent.to_string());
        }
        Ok(None)
    }

    /// Publishes what was staged and removes what is ours and no longer planned.
    pub fn commit(self, config: &Config, staged: Vec<Staged>, kept: &Kept) -> Result<Changes> {
        refuse_foreign(&staged)?;
        let (mut moves, unchanged): (Vec<_>, Vec<_>) =
            staged.into_iter().partition(|staged| matches!(staged.state, State::Changed(_)));
        moves.sort_by(|a, b| (a.rank, &a.record.path).cmp(&(b.rank, &b.record.path)));
        let mut changes = Changes { written: moves.len(), unchanged: unchanged.len(), ..Changes::default() };
        if !moves.is_empty() {
            manifest::write_pending(&self.output, moves.iter().map(|staged| &staged.record))?;
        }
        let planned =
            moves.iter().chain(&unchanged).map(|staged| (staged.record.path.clone(), staged.record.clone()));
        let mut records: BTreeMap<String, Record> = planned.collect();
        let mut prune = Prune::new(&self, &records, kept);
        for staged in &moves {
            let State::Changed(aside) = &staged.state else { continue };
            prune.make_way(&staged.record.path)?;
            let target = self.output.join(&staged.record.path);
            if let Some(folder) = target.parent() {
                fs::create_folders(folder)?;
            }
            fs::rename(aside, &target)?;
        }
        let (removed, stay) = prune.finish(&mut changes.problems)?;
        changes.removed = removed;
        records.extend(stay.into_iter().map(|record| (record.path.clone(), record)));
        changes.problems.extend(self.foreign(&records));
        manifest::write(&self.output, &config.site, &records)?;
        for number in 0..=self.files.load(Ordering::Relaxed) / PER_FOLDER {
            fs::remove_tree(&self.output.join(TEMPORARY).join(number.to_string()))?;
        }
        if changes.written + changes.removed > 0 {
            fs::sync(&self.output, &self.output.join(manifest::INDEX))?;
        }
        Ok(changes)
    }

    /// Files in the output that nobody told us about.
    fn foreign(&self, records: &BTreeMap<String, Record>) -> Vec<Problem> {
        // The site stands already: what cannot be listed is nobody's but its owner's.
        let unknown = unknown(&self.output, |name| records.contains_key(name)).unwrap_or_default();
        let folder = output_name(&self.output);
        let note = |file: &fs::File| {
            Problem::note("foreign-file", "not written by backissue; it is kept")
                .file(format!("{folder}/{}", file.name))
        };
        unknown.files.iter().map(note).collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // After a commit there is nothing left; after an error the next build would do the same.
        let temporary = self.output.join(TEMPORARY);
        for name in fs::names(&temporary).unwrap_or_default().iter().filter(|name| *name != "lock") {
            let _ = fs::remove_tree(&temporary.join(name));
        }
    }
}

/// What lies in an output and is neither `listed` nor the manifest's own, nor the business of the server.
fn unknown(output: &Path, listed: impl Fn(&str) -> bool) -> fs::Result<fs::Walk> {
    let mut walk = fs::walk(output, "", |name| name == TEMPORARY)?;
    let own = |name: &str| name == manifest::INDEX || name.starts_with("manifest/") || name == "CNAME";
    walk.files.retain(|file| !file.name.starts_with('.') && !own(&file.name) && !listed(&file.name));
    Ok(walk)
}

/// How messages call the output: its folder's own name.
fn output_name(output: &Path) -> String {
    output.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn refuse_foreign(staged: &[Staged]) -> Result<()> {
    let clashes: Vec<Problem> = staged
        .iter()
        .filter_map(|staged| {
            let State::Foreign(reason) = &staged.state else { return None };
            let message = format!("`{}` cannot be published: {reason}", staged.record.path);
            let hint = "move the file away, or choose another output with `--output DIR`";
            Some(Problem::error("foreign-file", message).file(&staged.record.source).hint(hint))
        })
        .collect();
    if clashes.is_empty() { Ok(()) } else { Err(Fatal(clashes).into()) }
}
