//! Sorted walks that never leave their root.

use super::{Error, Result, ails_system, named};
use crate::problem::Problem;
use rayon::prelude::*;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A regular file found by a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The folder that its name begins in; a large archive has many files, so that their paths are made when they are
    /// opened.
    pub root: Arc<Path>,
    /// Its path below the root, with `/`.
    pub name: Arc<str>,
}

impl File {
    /// Where to open it.
    pub fn path(&self) -> PathBuf {
        self.root.join(&*self.name)
    }
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walk {
    /// The files, sorted by name so that no result depends on the order of a directory.
    pub files: Vec<File>,
    /// What was skipped, and why.
    pub problems: Vec<Problem>,
    /// Whether a file was found through a link: then it may have several names.
    pub followed: bool,
}

/// Lists the regular files below `root`; nothing if there is no such folder. `label` stands before their names
/// in problems; files and folders whose own name `skip` accepts are passed over in silence.
///
/// A folder that cannot be listed is an error: what is taken for empty would be taken for deleted.
pub fn walk(root: &Path, label: &str, skip: impl Fn(&str) -> bool + Sync) -> Result<Walk> {
    let mut found = Walk::default();
    match std::fs::metadata(root) {
        Ok(about) if about.is_dir() => {}
        Ok(_) => return Ok(found),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        Err(cause) => return Err(unlisted(root, cause)),
    }
    let inside = root.canonicalize().map_err(|cause| unlisted(root, cause))?;
    let top = Top { root: &root.into(), inside: &inside, label };
    // The folders right below are walked side by side: of a large tree, listing it is most of the work.
    let mut folders = vec![root.to_path_buf()];
    for entry in walkdir::WalkDir::new(root).min_depth(1).max_depth(1) {
        let Some(entry) = there(entry, root)? else { continue };
        if entry.file_type().is_dir() && !skip(&entry.file_name().to_string_lossy()) {
            folders.push(entry.into_path());
        }
    }
    let below = folders.par_iter().map(|folder| top.below(folder, &skip)).collect::<Result<Vec<Walk>>>()?;
    for mut below in below {
        found.files.append(&mut below.files);
        found.problems.append(&mut below.problems);
        found.followed |= below.followed;
    }
    found.problems.sort_by(|a, b| a.file.cmp(&b.file));
    found.files.par_sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Where a walk began.
struct Top<'a> {
    root: &'a Arc<Path>,
    inside: &'a Path,
    label: &'a str,
}

impl Top<'_> {
    /// Walks one folder; of the root only the files in it.
    fn below(&self, folder: &Path, skip: &(impl Fn(&str) -> bool + Sync)) -> Result<Walk> {
        let mut found = Walk::default();
        let depth = if folder == &**self.root { 1 } else { usize::MAX };
        let tree = walkdir::WalkDir::new(folder).min_depth(1).max_depth(depth).into_iter();
        let tree =
            tree.filter_entry(|entry| entry.depth() == 0 || !skip(&entry.file_name().to_string_lossy()));
        for entry in tree {
            if let Some(entry) = there(entry, folder)? {
                found.take(&entry, self.root, self.inside, self.label)?;
            }
        }
        Ok(found)
    }
}

/// An entry of a folder; `None` if it vanished between two looks, as somebody else deleted it.
fn there(entry: walkdir::Result<walkdir::DirEntry>, folder: &Path) -> Result<Option<walkdir::DirEntry>> {
    let error = match entry {
        Ok(entry) => return Ok(Some(entry)),
        Err(error) => error,
    };
    let path = error.path().unwrap_or(folder).to_path_buf();
    match error.into_io_error() {
        Some(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        cause => Err(unlisted(&path, cause.unwrap_or_else(|| io::ErrorKind::Other.into()))),
    }
}

fn unlisted(folder: &Path, cause: io::Error) -> Error {
    Error { verb: "list", path: folder.to_path_buf(), cause }
}

impl Walk {
    fn take(
        &mut self,
        entry: &walkdir::DirEntry,
        root: &Arc<Path>,
        inside: &Path,
        label: &str,
    ) -> Result<()> {
        let kind = entry.file_type();
        if kind.is_dir() {
            return Ok(());
        }
        let Some(name) = name_below(entry.path(), root) else {
            let name = entry.path().strip_prefix(root).unwrap_or(entry.path()).to_string_lossy();
            self.problems.push(skipped(label, &name, "its name is not Unicode"));
            return Ok(());
        };
        let reason = if kind.is_file() {
            None
        } else if kind.is_symlink() {
            leads_away(entry.path(), inside)?
        } else {
            Some("not a regular file")
        };
        match reason {
            None => {
                self.followed |= kind.is_symlink();
                self.files.push(File { root: Arc::clone(root), name: name.into() });
            }
            Some(reason) => self.problems.push(skipped(label, &name, reason)),
        }
        Ok(())
    }
}

/// Why a link is not followed, if it is not: only links to files inside the same root are.
fn leads_away(link: &Path, inside: &Path) -> Result<Option<&'static str>> {
    let found = link.canonicalize().and_then(|target| Ok((std::fs::metadata(&target)?, target)));
    Ok(match found {
        // What is taken for a broken link would be taken for deleted.
        Err(cause) if ails_system(&cause) => return named("follow", link, Err(cause)),
        Err(_) => Some("a link that leads nowhere"),
        Ok((_, target)) if !target.starts_with(inside) => Some("a link that leads out of the folder"),
        Ok((about, _)) if !about.is_file() => Some("a link to something other than a file"),
        Ok(_) => None,
    })
}

fn name_below(path: &Path, root: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.iter().map(std::ffi::OsStr::to_str);
    parts.collect::<Option<Vec<_>>>().map(|parts| parts.join("/"))
}

fn skipped(label: &str, name: &str, reason: &str) -> Problem {
    let separator = if label.is_empty() || name.is_empty() { "" } else { "/" };
    Problem::warning("skipped-file", format!("skipped: {reason}")).file(format!("{label}{separator}{name}"))
}
