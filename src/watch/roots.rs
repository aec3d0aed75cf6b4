//! What is watched: the project's own files, and some of its folders with all below.

use crate::fs;
use notify::{ErrorKind, RecursiveMode, Watcher};
use std::io;
use std::path::{Path, PathBuf};

/// The watches of a project.
pub(super) struct Roots<W> {
    watcher: W,
    /// Where the project is now: events speak of whole paths, and a project may be moved while it is watched.
    project: PathBuf,
    /// The folders in it, each with which one it is: what is mounted or unmounted comes and goes without an event.
    folders: Vec<(PathBuf, Option<(u64, u64)>)>,
}

impl<W: Watcher> Roots<W> {
    /// Watches all that exists. A folder that is not there is seen when it comes; `None` if the project itself is not.
    pub(super) fn watch(watcher: W, project: &Path, folders: &[&str]) -> notify::Result<Option<Self>> {
        let Ok(project) = fs::canonical(project) else { return Ok(None) };
        let mut roots = Self { watcher, project, folders: Vec::new() };
        if !roots.add(&roots.project.clone(), RecursiveMode::NonRecursive)? {
            return Ok(None);
        }
        for folder in folders {
            let folder = roots.project.join(folder);
            // Asked before: if it is another one by the time it is watched, that is seen.
            let identity = fs::identity(&folder);
            roots.add(&folder, RecursiveMode::Recursive)?;
            roots.folders.push((folder, identity));
        }
        Ok(Some(roots))
    }

    /// An event's path from the project's folder; `None` if it lies elsewhere, as after the project was moved.
    pub(super) fn relative(&self, path: &Path) -> Option<PathBuf> {
        path.strip_prefix(&self.project).map(Path::to_path_buf).ok()
    }

    /// Whether this is the folder that is watched.
    pub(super) fn is_at(&self, folder: &Path) -> bool {
        self.project == folder
    }

    /// Whether other folders have the names of those that are watched.
    pub(super) fn are_others(&self) -> bool {
        self.folders.iter().any(|(folder, identity)| fs::identity(folder) != *identity)
    }

    fn add(&mut self, path: &Path, mode: RecursiveMode) -> notify::Result<bool> {
        match self.watcher.watch(path, mode) {
            Ok(()) => Ok(true),
            Err(error) if is_absent(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn is_absent(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => {
            matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
        }
        _ => false,
    }
}

/// Which setting to raise, if an error comes from a limit of the system.
pub(super) fn limit(error: &notify::Error) -> Option<&'static str> {
    const WATCHES: &str =
        "the system allows no more watched folders (raise `fs.inotify.max_user_watches` with sysctl)";
    const INSTANCES: &str =
        "the system allows no more watching programs (raise `fs.inotify.max_user_instances` with sysctl)";
    match &error.kind {
        ErrorKind::MaxFilesWatch => Some(WATCHES),
        ErrorKind::Io(error) if error.raw_os_error() == Some(28) => Some(WATCHES),
        ErrorKind::Io(error) if error.raw_os_error() == Some(24) => Some(INSTANCES),
        _ => None,
    }
}
