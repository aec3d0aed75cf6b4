//! One builder at a time: an advisory lock on a file, in a folder of its own, that exists only while it is held.

use super::{Result, create_folders, named};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Holds a lock until it is dropped; the system releases it when the process dies.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Takes the lock, waiting for another holder; `waiting` is told once what that holder wrote about itself.
    pub fn take(path: &Path, name: &str, waiting: &dyn Fn(&str)) -> Result<Self> {
        let mut told = false;
        loop {
            // The last holder may remove the folder at any moment: then this is tried again.
            match path.parent().map(create_folders) {
                Some(Err(error))
                    if error.kind() == io::ErrorKind::AlreadyExists && !is_file(path.parent()) =>
                {
                    continue;
                }
                Some(made) => made?,
                None => {}
            }
            let mut file =
                match OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path) {
                    Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
                    result => named("lock", path, result)?,
                };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    if !told {
                        let holder = std::fs::read_to_string(path).unwrap_or_default();
                        waiting(holder.trim());
                        told = true;
                    }
                    named("lock", path, file.lock())?;
                }
                Err(TryLockError::Error(cause)) => named("lock", path, Err(cause))?,
            }
            // The last holder removed the file when it was done: what we locked may have no name any more.
            if named("lock", path, is_at(&file, path))? {
                // A courtesy to those who wait: on a full disk it is the lock that counts, as a build may make room.
                let _ = file.set_len(0).and_then(|()| file.write_all(name.as_bytes()));
                return Ok(Self { path: path.to_path_buf(), file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is still held, so that nobody can lock it in between and lose it.
        let _ = std::fs::remove_file(&self.path);
        if let Some(folder) = self.path.parent() {
            super::remove_empty_folder(folder);
        }
        let _ = self.file.unlock();
    }
}

fn is_file(path: Option<&Path>) -> bool {
    path.is_some_and(|path| path.exists() && !path.is_dir())
}

fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let ours = same_file::Handle::from_file(file.try_clone()?)?;
    match same_file::Handle::from_path(path) {
        Ok(theirs) => Ok(ours == theirs),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn only_one_holder_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/lock");
        let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let lock = Lock::take(&path, "me", &|_| {}).unwrap();
                        most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert_eq!(most.into_inner(), 1);
        assert!(!folder.path().join("deep").exists());
    }
}
