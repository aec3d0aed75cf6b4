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
use crate::fs::{self, Kind, Lock, Moment, Stamp};
use crate::problem::{Fatal, Problem};
use crate::route::OutPath;
use anyhow::Result;
use prune::Prune;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const TEMPORARY: &str = ".backissue-tmp";
/// The manifest's file there.
const MANIFEST: &str = "manifest";
/// Temporary files in one folder.
const PER_FOLDER: usize = 4096;
/// Largest published file that is compared byte by byte.
const LIMIT: u64 = 8 << 30;

/// An output folder that is ours to write to, locked.
pub struct Site {
    output: PathBuf,
    found: Manifest,
    /// Whether nothing is in it: then nothing has to be compared, and nobody's file can be in the way.
    fresh: bool,
    /// The moment at which it was opened, by the clock of its file system.
    opened: Option<Moment>,
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
    /// Whether the published file was not as the last build left it.
    edited: bool,
    /// The stamp of what is published, if it can be trusted.
    stamp: Option<Stamp>,
}

/// A published file, to be known again.
#[derive(Clone, Copy, Debug)]
pub struct Filed {
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its size in bytes.
    pub size: u64,
    /// Its stamp; `None` if a later edit might leave it as it is.
    pub stamp: Option<Stamp>,
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
    /// What is published now, in the order in which it was staged.
    pub filed: Vec<Filed>,
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
        let index = output.join(manifest::INDEX);
        let before = fs::own_stamp(&index);
        let mut found = Manifest::read(&output)?;
        guard::check_owner(&output, &found, config)?;
        let temporary = output.join(TEMPORARY);
        if matches!(fs::kind(&temporary)?, Some(kind) if kind != Kind::Folder) {
            let message = format!("`{}` is not a folder", temporary.display());
            return Err(Fatal::one(Problem::error("config", message).hint("remove it")));
        }
        let name = format!("process {}", std::process::id());
        let lock = Lock::take(&temporary.join("lock"), &name, waiting)?;
        // What a killed build left behind, now that nobody else can be using it.
        clear(&temporary)?;
        // Another build may have published, or may have been killed, while we waited.
        let pending = fs::kind(&output.join(manifest::PENDING))?.is_some();
        if before.is_none() || pending || fs::own_stamp(&index) != before {
            found = Manifest::read(&output)?;
            guard::check_owner(&output, &found, config)?;
        }
        let fresh = fs::names(&output)?.iter().all(|name| name == TEMPORARY);
        // The lock was written just now.
        let opened = fs::own_stamp(&temporary.join("lock")).map(|stamp| stamp.modified());
        let (files, safe_folders) = (AtomicUsize::new(0), Mutex::default());
        Ok(Self { output, found, fresh, opened, files, safe_folders, _lock: lock })
    }

    /// The output's real path.
    pub fn output(&self) -> &Path {
        &self.output
    }

    /// Pages that stay although they are not planned, with their sources: nothing else may take their paths.
    pub fn kept_paths(&self, kept: &Kept) -> Vec<(OutPath, String)> {
        let kept = self.found.records().iter().filter(|record| kept.sources.contains(&record.source));
        kept.filter_map(|record| Some((OutPath::new(&record.path).ok()?, record.source.clone()))).collect()
    }

    /// Compares bytes with what is published; keeps them aside if they differ. `rank` orders the commit: what others
    /// refer to goes first.
    pub fn stage(&self, path: &OutPath, bytes: &[u8], source: &str, rank: u8) -> Result<Staged> {
        let record = manifest::record(path.as_str(), bytes, source);
        if self.fresh {
            let state = State::Changed(self.set_aside(bytes)?);
            return Ok(Staged { record, rank, state, edited: false, stamp: None });
        }
        let before = fs::own_stamp(&self.output.join(path.as_str()));
        let (state, edited) = self.compare(path, bytes, &record)?;
        let settled = |stamp: &Stamp| self.opened.is_some_and(|opened| stamp.settled_before(opened));
        let stamp = before.filter(|stamp| matches!(state, State::Unchanged) && settled(stamp));
        Ok(Staged { record, rank, state, edited, stamp })
    }

    /// Whether a published file is ours and still has the stamp that it was left with.
    pub fn is_untouched(&self, path: &OutPath, stamp: &Stamp) -> bool {
        let is = fs::own_stamp(&self.output.join(path.as_str()));
        is.as_ref() == Some(stamp) && !self.found.of(path.as_str()).is_empty()
    }

    /// Whether the site is just as the last build left it: its manifest whole, and these files untouched.
    pub fn is_as_left(&self, files: &[(&str, Option<Stamp>)]) -> bool {
        let untouched = |(path, stamp): &(&str, Option<Stamp>)| {
            stamp.is_some() && fs::own_stamp(&self.output.join(path)) == *stamp
        };
        self.found.is_whole(files.len()) && files.par_iter().all(untouched)
    }

    /// A planned file that is published as it should be.
    pub fn as_it_is(path: &OutPath, filed: Filed, source: &str, rank: u8) -> Staged {
        let (path, source) = (path.to_string(), source.to_string());
        let record = Record { path, size: filed.size, sha256: filed.sha256, source };
        Staged { record, rank, state: State::Unchanged, edited: false, stamp: filed.stamp }
    }

    /// What is to be done for an output, and whether its file was edited by hand.
    fn compare(&self, path: &OutPath, bytes: &[u8], record: &Record) -> Result<(State, bool)> {
        let foreign = |reason: String| Ok((State::Foreign(reason), false));
        if let Some(reason) = self.unsafe_parent(path)? {
            return foreign(reason);
        }
        let target = self.output.join(path.as_str());
        let mut edited = false;
        match fs::kind(&target)? {
            Some(Kind::File) => {
                let published = fs::read(&target, LIMIT.max(record.size));
                if published.as_ref().is_ok_and(|published| published == bytes) {
                    return Ok((State::Unchanged, false));
                }
                let ours = self.found.of(path.as_str());
                if ours.is_empty() {
                    published?;
                    return foreign(self.unknown_file(path));
                }
                edited = published.is_ok_and(|published| !ours.iter().any(|ours| ours.is_of(&published)));
            }
            // Whether the folder holds only files of ours is known when they are removed.
            Some(Kind::Folder) | None => {}
            Some(Kind::Link | Kind::Other) => return foreign("a link or device stands there".to_string()),
        }
        Ok((State::Changed(self.set_aside(bytes)?), edited))
    }

    /// Why a file is taken for somebody else's.
    fn unknown_file(&self, path: &OutPath) -> String {
        match self.found.lost.iter().find(|part| **part == manifest::part_of(path.as_str())) {
            Some(part) => format!("`{part}`, which would say whose the file there is, is missing"),
            None => "a file that backissue did not write stands there".to_string(),
        }
    }

    /// Writes bytes to a temporary file.
    fn set_aside(&self, bytes: &[u8]) -> Result<PathBuf> {
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        let folder = self.output.join(TEMPORARY).join((number / PER_FOLDER).to_string());
        if number.is_multiple_of(PER_FOLDER) || fs::kind(&folder)?.is_none() {
            fs::create_folders(&folder)?;
        }
        let aside = folder.join((number % PER_FOLDER).to_string());
        fs::write(&aside, bytes)?;
        Ok(aside)
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
    pub fn commit(self, config: &Config, staged: &[Staged], kept: &Kept) -> Result<Changes> {
        refuse_foreign(staged)?;
        let mut moves: Vec<&Staged> =
            staged.iter().filter(|staged| matches!(staged.state, State::Changed(_))).collect();
        moves.sort_by(|a, b| (a.rank, &a.record.path).cmp(&(b.rank, &b.record.path)));
        let unchanged = staged.len() - moves.len();
        let mut changes = Changes { written: moves.len(), unchanged, ..Changes::default() };
        changes.problems.extend(moves.iter().filter(|staged| staged.edited).map(|staged| {
            let message = "edited by hand since the last build; the site's own version took its place";
            Problem::warning("changed-by-hand", message)
                .file(format!("{}/{}", output_name(&self.output), staged.record.path))
                .hint("edit what it is made from instead")
        }));
        if !moves.is_empty() {
            manifest::write_pending(&self.output, moves.iter().map(|staged| &staged.record), &self.found)?;
        }
        // From here on, what is written in the output is written later than what was set aside before.
        let begun = fs::own_stamp(&self.output.join(manifest::PENDING)).map(|stamp| stamp.modified());
        let mut records: Vec<&Record> = staged.iter().map(|staged| &staged.record).collect();
        records.par_sort_by(|a, b| a.path.cmp(&b.path));
        let mut prune = Prune::new(&self, &records, kept)?;
        if !self.fresh {
            moves.iter().try_for_each(|staged| prune.make_way(&staged.record.path))?;
        }
        // Before the first file is moved: what needs room, or rights, is better refused while the old site stands.
        self.make_folders(&moves)?;
        // What others refer to stands before them.
        for moves in moves.chunk_by(|a, b| a.rank == b.rank) {
            self.move_in(moves)?;
        }
        let (removed, stay) = prune.finish(&mut changes.problems)?;
        changes.removed = removed;
        if !stay.is_empty() {
            records.extend(&stay);
            records.sort_by(|a, b| a.path.cmp(&b.path));
        }
        if !self.fresh {
            let listed =
                |name: &str| records.binary_search_by(|record| record.path.as_str().cmp(name)).is_ok();
            changes.problems.extend(self.foreign_but(listed));
        }
        manifest::write(&self.output, &config.site, &records, &self.found)?;
        for number in 0..=self.files.load(Ordering::Relaxed) / PER_FOLDER {
            fs::remove_tree(&self.output.join(TEMPORARY).join(number.to_string()))?;
        }
        changes.filed = self.filed(staged, begun);
        if changes.written + changes.removed > 0 {
            fs::sync(&self.output, &self.output.join(manifest::INDEX))?;
        }
        Ok(changes)
    }

    /// Makes the folders that staged files go to.
    fn make_folders(&self, moves: &[&Staged]) -> Result<()> {
        let folder =
            |staged: &&Staged| staged.record.path.rsplit_once('/').map(|(folder, _)| folder.to_string());
        // Sorted, so that a folder comes before those in it.
        let folders: BTreeSet<String> = moves.iter().filter_map(folder).collect();
        Ok(folders.par_iter().try_for_each(|folder| fs::create_folders(&self.output.join(folder)))?)
    }

    /// Moves staged files into place.
    fn move_in(&self, moves: &[&Staged]) -> Result<()> {
        Ok(moves.par_iter().try_for_each(|staged| match &staged.state {
            State::Changed(aside) => fs::rename(aside, &self.output.join(&staged.record.path)),
            _ => Ok(()),
        })?)
    }

    /// What is published, with stamps that can be trusted: a file that was moved has the time at which it was set
    /// aside, unless somebody wrote to it since.
    fn filed(&self, staged: &[Staged], begun: Option<Moment>) -> Vec<Filed> {
        let filed = |staged: &Staged| {
            let stamp = match staged.state {
                State::Changed(_) => fs::own_stamp(&self.output.join(&staged.record.path))
                    .filter(|stamp| begun.is_some_and(|begun| stamp.written_before(begun))),
                _ => staged.stamp,
            };
            Filed { sha256: staged.record.sha256, size: staged.record.size, stamp }
        };
        staged.par_iter().map(filed).collect()
    }

    /// Files in the output that the manifest found there does not list.
    pub fn foreign(&self) -> Vec<Problem> {
        self.foreign_but(|name| !self.found.of(name).is_empty())
    }

    /// Files in the output that nobody told us about.
    fn foreign_but(&self, known: impl Fn(&str) -> bool) -> Vec<Problem> {
        // The site stands already: what cannot be listed is nobody's but its owner's.
        let unknown = unknown(&self.output, known).unwrap_or_default();
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
        let _ = clear(&self.output.join(TEMPORARY));
    }
}

/// Removes what builds leave in their temporary folder; anything else in it is not ours.
fn clear(temporary: &Path) -> fs::Result<()> {
    let ours = |name: &str| name == MANIFEST || name.bytes().all(|byte| byte.is_ascii_digit());
    for name in fs::names(temporary)?.iter().filter(|name| ours(name)) {
        fs::remove_tree(&temporary.join(name))?;
    }
    Ok(())
}

/// What lies in an output and is neither `listed` nor the manifest's own, nor the business of the server.
fn unknown(output: &Path, listed: impl Fn(&str) -> bool) -> fs::Result<fs::Walk> {
    let mut walk = fs::walk(output, "", |name| name == TEMPORARY)?;
    let own = |name: &str| manifest::is_own(name) || name == "CNAME";
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
            let hint = "move the file away if it is yours, remove it if it is an old page, or choose another output with `--output DIR`";
            Some(Problem::error("foreign-file", message).file(&staged.record.source).hint(hint))
        })
        .collect();
    if clashes.is_empty() { Ok(()) } else { Err(Fatal(clashes).into()) }
}
