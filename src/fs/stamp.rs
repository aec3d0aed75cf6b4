//! Whether a file is as it was, without reading it.

use super::{Result, named};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// What changes with a file: size, times and identity. A clock that jumps or a copied modification time cannot hide
/// an edit, as systems that have a change time set it themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    size: u64,
    modified: Moment,
    changed: Moment,
    inode: u64,
}

/// A moment as the file system counts it, in nanoseconds since 1970. Those before 1677 and after 2262 are taken for the
/// first and the last: there is a stamp for every file of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment(i64);

impl Moment {
    /// Whether there is no more than a time between two, whichever comes first.
    pub fn is_near(self, other: Self, time: Duration) -> bool {
        u128::from(self.0.abs_diff(other.0)) <= time.as_nanos()
    }
}

impl Stamp {
    /// Whether the file's content was last written before a moment. One written later may be written again within
    /// the same tick of the clock, which no stamp would show.
    pub fn written_before(&self, moment: Moment) -> bool {
        self.modified < moment
    }

    /// Whether nothing at all happened to the file from a moment on.
    pub fn settled_before(&self, moment: Moment) -> bool {
        self.modified < moment && self.changed < moment
    }

    /// When the content was last written.
    pub fn modified(&self) -> Moment {
        self.modified
    }

    #[cfg(unix)]
    #[expect(clippy::unnecessary_wraps, reason = "other systems have none")]
    pub(super) fn of(about: &fs::Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let moment =
            |seconds: i64, nanos: i64| Moment(seconds.saturating_mul(1_000_000_000).saturating_add(nanos));
        Some(Self {
            size: about.len(),
            modified: moment(about.mtime(), about.mtime_nsec()),
            changed: moment(about.ctime(), about.ctime_nsec()),
            inode: about.ino(),
        })
    }

    /// Without a change time, a file that was edited can look as it did.
    #[cfg(not(unix))]
    pub(super) fn of(_: &fs::Metadata) -> Option<Self> {
        None
    }
}

/// The stamp of a regular file, links followed; `None` if there is no such file, or if stamps say too little here.
pub fn stamp(path: &Path) -> Option<Stamp> {
    let about = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Stamp::of(&about)
}

/// As [`stamp`], for what is no link.
pub fn own_stamp(path: &Path) -> Option<Stamp> {
    let about = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
    Stamp::of(&about)
}

/// Which folder a path leads to, equal for one as long as it is there; `None` where that cannot be told.
#[cfg(unix)]
pub fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).ok().map(|about| (about.dev(), about.ino()))
}

/// Which folder a path leads to, equal for one as long as it is there; `None` where that cannot be told.
#[cfg(not(unix))]
pub fn identity(_: &Path) -> Option<(u64, u64)> {
    None
}

/// Whether a file below a folder is what its name says and nothing else: no link leads to it, and it has no second name.
/// `read` is the stamp of what was read under the name.
pub fn is_alone(root: &Path, name: &str, read: Option<&Stamp>) -> bool {
    let is_folder = |(at, _): (usize, &str)| {
        fs::symlink_metadata(root.join(&name[..at])).is_ok_and(|about| about.is_dir())
    };
    let is_file = |about: &fs::Metadata| about.is_file() && names_of(about) == 1;
    let about = fs::symlink_metadata(root.join(name)).ok().filter(is_file);
    name.match_indices('/').all(is_folder) && about.is_some_and(|about| Stamp::of(&about).as_ref() == read)
}

/// How many names a file has.
#[cfg(unix)]
fn names_of(about: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(about)
}

#[cfg(not(unix))]
fn names_of(_: &fs::Metadata) -> u64 {
    1
}

/// The stamp of a folder, which changes with the names in it.
pub fn folder_stamp(path: &Path) -> Option<Stamp> {
    let about = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_dir)?;
    Stamp::of(&about)
}

/// A file that is there while the clock is asked; if it cannot be removed it stays.
pub const MOMENT: &str = ".moment";

/// The present moment by the clock of the file system that a folder is on, which need not be ours.
pub fn moment(folder: &Path) -> Result<Option<Moment>> {
    let path = folder.join(MOMENT);
    let found = fs::write(&path, b"").and_then(|()| fs::metadata(&path));
    // If it stays, the next look takes its place.
    let _ = fs::remove_file(&path);
    Ok(Stamp::of(&named("write", &path, found)?).map(|stamp| stamp.modified))
}
