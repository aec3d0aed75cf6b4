//! Bytes → the output folder: never lose, never tear.
//!
//! A build first *stages* everything: bytes that differ from what is published go to temporary files in the output's
//! `.backissue-tmp/`. Only when all pages are made does [`Site::commit`] move them into place, in an order that
//! keeps links whole, and remove what is no longer planned. Until then the old site stands untouched, so that an
//! error in the last template of a large archive publishes nothing.
//!
//! Where nothing is published yet, files are staged in the folders that they will be in, and whole folders are moved:
//! making a large site is mostly asking the system for files and folders, and this asks once for each.

mod commit;
mod foreign;
mod guard;
pub mod hosts;
mod manifest;
mod places;
mod prune;
mod verify;

pub use commit::{Changes, Planned};
pub use foreign::Foreign;
pub use manifest::{Manifest, Record, SiteName};
pub use places::places;
pub use verify::{Verified, verify};

use crate::config::Config;
use crate::fs::{self, Kind, Lock, Moment, Stamp};
use crate::problem::{Fatal, Problem};
use crate::route::OutPath;
use anyhow::Result;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

const TEMPORARY: &str = ".backissue-tmp";
/// The manifest's file there.
const MANIFEST: &str = "manifest";
/// The folder there in which a fresh site grows; other sites' files go to folders with numbers, this among them.
const TREE: &str = "0";
/// Temporary files in one folder.
const PER_FOLDER: u32 = 4096;
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
    files: AtomicU32,
    safe_folders: Mutex<HashSet<String>>,
    // Declared last: the lock is released when everything else is gone.
    _lock: Lock,
}

/// A planned file whose bytes are known.
#[derive(Debug)]
pub struct Staged {
    /// Its bytes, and the stamp of what is published, or will be when it is moved with its folder.
    file: Filed,
    rank: u8,
    state: State,
    /// Whether the published file was not as the last build left it.
    edited: bool,
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
    /// The new bytes lie in the temporary file of this number.
    Aside(u32),
    /// The new bytes lie where they belong in the tree of a fresh site.
    Grown,
    /// Something that is not ours stands there.
    Foreign(Box<str>),
}

/// What stays although it is not planned.
#[derive(Debug, Default)]
pub struct Kept {
    /// Sources of articles that are set aside: the pages they have already stay until they are mended or deleted.
    pub sources: BTreeSet<String>,
}

/// Whether a folder holds the manifest of a site, whatever it says.
pub fn is_listed(output: &Path) -> bool {
    fs::kind(&output.join(manifest::INDEX)).is_ok_and(|kind| kind.is_some())
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
        let (files, safe_folders) = (AtomicU32::new(0), Mutex::default());
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

    /// Makes the folders of a fresh site, for all that is planned; before it, nothing is staged. As folders are moved
    /// as a whole, what was staged for another plan is dropped.
    pub fn prepare<'p>(&self, planned: impl Iterator<Item = &'p OutPath>) -> Result<()> {
        if !self.fresh {
            return Ok(());
        }
        let tree = self.tree();
        fs::remove_tree(&tree)?;
        fs::create_folders(&tree)?;
        commit::make_folders(&tree, planned.map(OutPath::as_str))
    }

    /// Compares bytes with what is published; keeps them aside if they differ. `rank` orders the commit: what others
    /// refer to goes first.
    pub fn stage(&self, path: &OutPath, bytes: &[u8], rank: u8) -> Result<Staged> {
        let (sha256, size) = (manifest::digest(bytes), bytes.len() as u64);
        if self.fresh {
            let stamp = fs::write(&self.tree().join(path.as_str()), bytes)?;
            let file = Filed { sha256, size, stamp };
            return Ok(Staged { file, rank, state: State::Grown, edited: false });
        }
        let before = fs::own_stamp(&self.output.join(path.as_str()));
        let (state, edited) = self.compare(path, bytes)?;
        let settled = |stamp: &Stamp| self.opened.is_some_and(|opened| stamp.settled_before(opened));
        let stamp = before.filter(|stamp| matches!(state, State::Unchanged) && settled(stamp));
        Ok(Staged { file: Filed { sha256, size, stamp }, rank, state, edited })
    }

    /// Which of some sorted paths the manifest found here lists.
    pub fn is_ours<'p>(&self, paths: impl Iterator<Item = &'p str>) -> impl Iterator<Item = bool> {
        places(paths, self.found.records(), |record| &record.path).map(|place| place.is_some())
    }

    /// Whether the site is just as the last build left it: its manifest whole, and these files untouched.
    pub fn is_as_left(&self, files: &[(&str, Option<Stamp>)]) -> bool {
        let all_known = || files.iter().all(|(_, stamp)| stamp.is_some());
        self.found.is_whole(files.len()) && all_known() && self.are_untouched(files)
    }

    /// Whether the manifest that was found is whole and lists just these files, which are sorted by path.
    pub fn lists<'f>(&self, files: impl ExactSizeIterator<Item = (&'f str, Filed)>) -> bool {
        let is_listed = |(record, (path, file)): (&Record, (&str, Filed))| {
            record.path == path && (record.sha256, record.size) == (file.sha256, file.size)
        };
        self.found.is_whole(files.len()) && self.found.records().iter().zip(files).all(is_listed)
    }

    /// Whether published files are as they were left, as far as stamps say; one that cannot be trusted says nothing.
    pub fn are_untouched(&self, files: &[(&str, Option<Stamp>)]) -> bool {
        files.par_iter().all(|(path, stamp)| stamp.is_none() || self.is_untouched(path, *stamp))
    }

    /// Whether a published file still has the stamp that it was left with.
    pub fn is_untouched(&self, path: &str, stamp: Option<Stamp>) -> bool {
        stamp.is_some() && fs::own_stamp(&self.output.join(path)) == stamp
    }

    /// What is to be done for an output, and whether its file was edited by hand.
    fn compare(&self, path: &OutPath, bytes: &[u8]) -> Result<(State, bool)> {
        let foreign = |reason: String| Ok((State::Foreign(reason.into()), false));
        if let Some(reason) = self.unsafe_parent(path)? {
            return foreign(reason);
        }
        let target = self.output.join(path.as_str());
        let mut edited = false;
        match fs::kind(&target)? {
            Some(Kind::File) => {
                let published = fs::read(&target, LIMIT.max(bytes.len() as u64));
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
        Ok((State::Aside(self.set_aside(bytes)?), edited))
    }

    /// Why a file is taken for somebody else's.
    fn unknown_file(&self, path: &OutPath) -> String {
        match self.found.lost.iter().find(|part| **part == manifest::part_of(path.as_str())) {
            Some(part) => format!("`{part}`, which would say whose the file there is, is missing"),
            None => "a file that backissue did not write stands there".to_string(),
        }
    }

    /// Writes bytes to a temporary file; gives its number.
    fn set_aside(&self, bytes: &[u8]) -> Result<u32> {
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        let aside = self.aside(number);
        match fs::write(&aside, bytes) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                aside.parent().map_or(Ok(()), fs::create_folders)?;
                fs::write(&aside, bytes)?;
            }
            written => _ = written?,
        }
        Ok(number)
    }

    /// The temporary file of a number.
    fn aside(&self, number: u32) -> PathBuf {
        let (folder, file) = (number / PER_FOLDER, number % PER_FOLDER);
        self.output.join(TEMPORARY).join(folder.to_string()).join(file.to_string())
    }

    /// Where a fresh site grows.
    fn tree(&self) -> PathBuf {
        self.output.join(TEMPORARY).join(TREE)
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
}

impl Staged {
    /// A planned file that is published as it should be.
    pub fn as_it_is(file: Filed, rank: u8) -> Self {
        Self { file, rank, state: State::Unchanged, edited: false }
    }

    /// What was staged, or is published already; the stamp is known after the commit.
    pub fn file(&self) -> Filed {
        self.file
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
    let ours =
        |name: &str| matches!(name, MANIFEST | fs::MOMENT) || name.bytes().all(|byte| byte.is_ascii_digit());
    for name in fs::names(temporary)?.iter().filter(|name| ours(name)) {
        fs::remove_tree(&temporary.join(name))?;
    }
    Ok(())
}

/// How messages call the output: its folder's own name.
fn output_name(output: &Path) -> String {
    output.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
