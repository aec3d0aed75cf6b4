//! What is watched: the project's own files, and some of its folders with all below. Where one of them is a link, what it
//! leads to is watched, under the name that it has in the project.

use crate::fs;
use notify::{ErrorKind, RecursiveMode, Watcher};
use std::io;
use std::path::{Path, PathBuf};

/// The watches of a project.
pub(super) struct Roots<W> {
    watcher: W,
    /// Where the project is now: events speak of whole paths, and a project may be moved while it is watched.
    project: PathBuf,
    folders: Vec<Folder>,
    /// Files of the project, each with where it is if a link leads to it: the folder of that is watched, too.
    files: Vec<(PathBuf, Option<Linked>)>,
}

/// Where a link leads.
#[derive(PartialEq, Eq)]
struct Linked {
    file: PathBuf,
    /// The folder of that, and which one it is.
    folder: PathBuf,
    identity: Option<(u64, u64)>,
}

/// A folder of the project.
struct Folder {
    /// Its name in the project.
    name: PathBuf,
    /// Where it is.
    real: PathBuf,
    /// Which one it is: what is mounted or unmounted, or a link leads to, comes and goes without an event.
    identity: Option<(u64, u64)>,
}

impl<W: Watcher> Roots<W> {
    /// Watches all that exists. What is not there is seen when it comes; `None` if the project itself is not.
    pub(super) fn watch(
        watcher: W,
        project: &Path,
        (folders, files): (&[&str], &[&str]),
    ) -> notify::Result<Option<Self>> {
        let Ok(project) = fs::canonical(project) else { return Ok(None) };
        let mut roots = Self { watcher, project, folders: Vec::new(), files: Vec::new() };
        if !roots.add(&roots.project.clone(), RecursiveMode::NonRecursive)? {
            return Ok(None);
        }
        // Before the folders: one of them may hold such a file, and has to be watched with all below in the end.
        for file in files {
            let linked = Linked::of(&roots.project.join(file));
            if let Some(Linked { folder, .. }) = &linked {
                roots.add(folder, RecursiveMode::NonRecursive)?;
            }
            roots.files.push((file.into(), linked));
        }
        for folder in folders {
            let path = roots.project.join(folder);
            // Asked before: if it is another one by the time it is watched, that is seen.
            let identity = fs::identity(&path);
            let real = fs::canonical(&path).unwrap_or(path);
            roots.add(&real, RecursiveMode::Recursive)?;
            roots.folders.push(Folder { name: folder.into(), real, identity });
        }
        Ok(Some(roots))
    }

    /// What the project calls the path of an event: links may give it several names, and what lies beside a file that one
    /// leads to has none. `None` if it lies elsewhere, as after the project was moved.
    pub(super) fn names(&self, path: &Path) -> Option<Vec<PathBuf>> {
        let below = |folder: &Folder| {
            let rest = path.strip_prefix(&folder.real).ok()?;
            Some(if rest.as_os_str().is_empty() { folder.name.clone() } else { folder.name.join(rest) })
        };
        let leads_here = |linked: &Option<Linked>| linked.as_ref().is_some_and(|linked| linked.file == path);
        let linked = self.files.iter().filter(|(_, linked)| leads_here(linked));
        let mut names: Vec<PathBuf> =
            self.folders.iter().filter_map(below).chain(linked.map(|(name, _)| name.clone())).collect();
        let own = path.strip_prefix(&self.project).ok();
        names.extend(own.filter(|own| own.components().count() < 2).map(Path::to_path_buf));
        names.sort();
        names.dedup();
        let is_beside =
            || self.files.iter().any(|(_, at)| at.as_ref().is_some_and(|at| path.starts_with(&at.folder)));
        (own.is_some() || !names.is_empty() || is_beside()).then_some(names)
    }

    /// Whether this is the folder that is watched.
    pub(super) fn is_at(&self, folder: &Path) -> bool {
        self.project == folder
    }

    /// Whether others have the names of the folders and links that are watched.
    pub(super) fn are_others(&self) -> bool {
        let is_other = |folder: &Folder| fs::identity(&self.project.join(&folder.name)) != folder.identity;
        self.folders.iter().any(is_other)
            || self.files.iter().any(|(name, linked)| Linked::of(&self.project.join(name)) != *linked)
    }

    fn add(&mut self, path: &Path, mode: RecursiveMode) -> notify::Result<bool> {
        match self.watcher.watch(path, mode) {
            Ok(()) => Ok(true),
            Err(error) if is_absent(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Linked {
    /// `None` of what is no link, and of one that leads nowhere.
    fn of(path: &Path) -> Option<Self> {
        let file = fs::canonical(path).ok().filter(|file| file != path)?;
        let folder = file.parent()?.to_path_buf();
        let identity = fs::identity(&folder);
        Some(Self { file, folder, identity })
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
