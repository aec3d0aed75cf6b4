//! Every access to the disk. Errors name what was tried and the path; nothing else in the crate uses
//! `std::fs`, so what a run may touch can be read in one place.
//!
//! Inputs are hostile: a file is opened without blocking, must be a regular file and has a size limit, and
//! walks never leave their root.

#![expect(clippy::disallowed_methods, reason = "this is the room the others are sent to")]

mod lock;
mod stamp;
mod walk;

pub use lock::Lock;
pub use stamp::{MOMENT, Moment, Stamp, folder_stamp, identity, is_alone, moment, own_stamp, stamp};
pub use walk::{File, Walk, walk};

use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::{fmt, fs};

/// A failed disk access: what was tried, where, and why it failed.
#[derive(Debug)]
pub struct Error {
    verb: &'static str,
    path: PathBuf,
    cause: io::Error,
}

impl Error {
    /// The kind of the operating system's error.
    pub fn kind(&self) -> io::ErrorKind {
        self.cause.kind()
    }

    /// Why it failed.
    pub fn cause(&self) -> &io::Error {
        &self.cause
    }

    /// Whether more than this one file is in trouble.
    pub fn ails_system(&self) -> bool {
        ails_system(&self.cause)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "failed to {} `{}`", self.verb, self.path.display())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// Result of a disk access.
pub type Result<T> = std::result::Result<T, Error>;

/// Whether a failure says nothing about the file that it met: a failing disk, a server that is gone, no descriptor
/// left. What it hid may be whole, and must not be taken for missing or broken.
fn ails_system(cause: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    #[cfg(unix)]
    const LOOP: i32 = rustix::io::Errno::LOOP.raw_os_error();
    #[cfg(not(unix))]
    const LOOP: i32 = 1921;
    let of_the_file = matches!(
        cause.kind(),
        Kind::NotFound
            | Kind::NotADirectory
            | Kind::PermissionDenied
            | Kind::InvalidFilename
            | Kind::FileTooLarge
            | Kind::InvalidData
            | Kind::Other
    );
    !of_the_file && cause.raw_os_error() != Some(LOOP)
}

fn named<T>(verb: &'static str, path: &Path, result: io::Result<T>) -> Result<T> {
    result.map_err(|cause| Error { verb, path: path.to_path_buf(), cause })
}

/// Asks the system for an error where a file gets larger than this process may write (`ulimit -f`): unasked, it ends
/// the process without a word. For programs; a library leaves signals to those who use it.
pub fn heed_size_limit() {
    // The flag is never read: that somebody listens is enough. If nobody can, all is as before.
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default());
}

/// What stands at a path, links not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Folder,
    /// A symbolic link, wherever it leads.
    Link,
    /// A pipe, socket or device.
    Other,
}

/// What stands at a path; `None` if nothing does.
pub fn kind(path: &Path) -> Result<Option<Kind>> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(kind_of(found.file_type()))),
        // A file where a folder is expected means that nothing stands below it.
        Err(cause) if matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(cause) => named("look at", path, Err(cause)),
    }
}

fn kind_of(kind: fs::FileType) -> Kind {
    match kind {
        kind if kind.is_symlink() => Kind::Link,
        kind if kind.is_dir() => Kind::Folder,
        kind if kind.is_file() => Kind::File,
        _ => Kind::Other,
    }
}

/// Whether there is a regular file without a byte, links followed.
pub fn is_empty_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() == 0)
}

/// Reads a regular file of at most `limit` bytes. A pipe or device is an error, never a wait.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_into(path, limit, &mut bytes)?;
    Ok(bytes)
}

/// As [`read`], into a buffer that is emptied first and keeps its memory between files.
pub fn read_into(path: &Path, limit: u64, bytes: &mut Vec<u8>) -> Result<()> {
    bytes.clear();
    let read = open_regular(path).and_then(|(file, about)| read_open(file, about.len(), limit, bytes));
    named("read", path, read)
}

/// As [`read`], with the stamp that the file had before it was read.
pub fn read_stamped(path: &Path, limit: u64) -> Result<(Vec<u8>, Option<Stamp>)> {
    let mut bytes = Vec::new();
    let stamp = open_regular(path).and_then(|(file, about)| {
        read_open(file, about.len(), limit, &mut bytes)?;
        Ok(Stamp::of(&about))
    });
    Ok((bytes, named("read", path, stamp)?))
}

/// Reads a regular file of any size piece by piece.
pub fn read_pieces(path: &Path, mut take: impl FnMut(&[u8])) -> Result<()> {
    const PIECE: usize = 64 << 10;
    let mut read = || {
        let (mut file, about) = open_regular(path)?;
        let mut piece = vec![0; PIECE.min(usize::try_from(about.len()).unwrap_or(PIECE) + 1)];
        loop {
            match file.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(length) => take(&piece[..length]),
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause),
            }
        }
    };
    named("read", path, read())
}

fn open_regular(path: &Path) -> io::Result<(fs::File, fs::Metadata)> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    let file = options.open(path)?;
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    Ok((file, about))
}

fn read_open(mut file: fs::File, size: u64, limit: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit} bytes"));
    if size > limit {
        return Err(too_large());
    }
    let size = usize::try_from(size).unwrap_or(0);
    // One more than there should be: if that is not filled, the end was met and no second call has to ask for it.
    bytes.resize(size + 1, 0);
    let mut filled = 0;
    while filled < size {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(length) => filled += length,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
    bytes.truncate(filled);
    // The file may grow while it is read, and some that say they are empty are not.
    if filled > size || size == 0 {
        file.take(limit.saturating_add(1) - filled as u64).read_to_end(bytes)?;
    }
    if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(()) }
}

/// A regular file to be read piece by piece, and its size.
pub fn open(path: &Path) -> Result<(Box<dyn io::Read + Send>, u64)> {
    let (file, about) = named("read", path, open_regular(path))?;
    Ok((Box::new(file), about.len()))
}

/// The standard input, to be read piece by piece.
pub fn stdin() -> Box<dyn io::Read + Send> {
    Box::new(io::stdin())
}

/// A file that is written piece by piece, whatever stood there.
pub fn writer(path: &Path) -> Result<Box<dyn io::Write + Send>> {
    let file = named("write", path, fs::File::create(path))?;
    Ok(Box::new(io::BufWriter::new(file)))
}

/// Writes a file that must not exist yet; folders above it are made.
pub fn create(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        create_folders(folder)?;
    }
    let mut file = named("create", path, fs::OpenOptions::new().write(true).create_new(true).open(path))?;
    let written = file.write_all(bytes);
    if written.is_err() {
        // Half a file would be in the way of the next attempt. Best effort: what matters is the first error.
        let _ = fs::remove_file(path);
    }
    named("create", path, written)
}

/// Writes a file of our own in a folder of our own, whatever stood there. Gives its stamp, if stamps say anything here.
pub fn write(path: &Path, bytes: &[u8]) -> Result<Option<Stamp>> {
    let written = fs::File::create(path).and_then(|mut file| {
        file.write_all(bytes)?;
        Ok(file.metadata().ok().as_ref().and_then(Stamp::of))
    });
    named("write", path, written)
}

/// As [`write()`], piece by piece.
pub fn write_with(path: &Path, pieces: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<()> {
    const BUFFER: usize = 256 << 10;
    let written = fs::File::create(path).and_then(|file| {
        let mut buffer = io::BufWriter::with_capacity(BUFFER, file);
        pieces(&mut buffer)?;
        buffer.flush()
    });
    named("write", path, written)
}

/// Adds to a file of our own that has so many bytes and ends with a mark; does nothing, and says so, if it has others.
pub fn append(path: &Path, mark: &[u8], length: u64, bytes: &[u8]) -> Result<bool> {
    let appended = fs::OpenOptions::new().read(true).append(true).open(path).and_then(|mut file| {
        let mut end = vec![0; mark.len()];
        if file.metadata()?.len() != length || length < mark.len() as u64 {
            return Ok(false);
        }
        file.seek(io::SeekFrom::Start(length - mark.len() as u64))?;
        file.read_exact(&mut end)?;
        if end != mark {
            return Ok(false);
        }
        let written = file.write_all(bytes);
        if written.is_err() {
            // A part of it would be worth less than nothing. Best effort: what matters is the first error.
            let _ = file.set_len(length);
        }
        written.map(|()| true)
    });
    named("write", path, appended)
}

/// Replaces a file as a whole: readers see the old bytes or the new, and so does a machine that lost power.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    // Hidden, so that no walk takes what a killed process left for a file of the user's.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = fs::File::create(&aside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let renamed = written.and_then(|()| fs::rename(&aside, path));
    if renamed.is_err() {
        // Best effort: the error that matters is the one above.
        let _ = fs::remove_file(&aside);
    }
    named("write", path, renamed)
}

/// Moves a file over whatever file stands at the target.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    named("write", to, fs::rename(from, to))
}

/// Moves a file, or a folder with all that is in it, to where nothing is. Some systems do not move a folder as a whole,
/// because it is on several disks or because a program reads in it: then what is in it is moved.
pub fn rename_tree(from: &Path, to: &Path) -> Result<()> {
    use io::ErrorKind as Kinds;
    let in_parts = |cause: &io::Error| {
        matches!(cause.kind(), Kinds::CrossesDevices | Kinds::PermissionDenied | Kinds::ResourceBusy)
    };
    match fs::rename(from, to) {
        Err(cause) if in_parts(&cause) && kind(from)? == Some(Kind::Folder) => {
            create_folders(to)?;
            names(from)?.iter().try_for_each(|name| rename_tree(&from.join(name), &to.join(name)))
        }
        result => named("write", to, result),
    }
}

/// Removes a file; that it is gone already is no error.
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        result => named("remove", path, result),
    }
}

/// Removes a folder if it is empty; says whether it did.
pub fn remove_empty_folder(path: &Path) -> bool {
    fs::remove_dir(path).is_ok()
}

/// Removes a file or folder of our own with all that is in it; that it is gone already is no error.
pub fn remove_tree(path: &Path) -> Result<()> {
    if kind(path)?.is_some_and(|kind| kind != Kind::Folder) {
        return remove(path);
    }
    match fs::remove_dir_all(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        result => named("remove", path, result),
    }
}

/// Makes a folder and those above it.
pub fn create_folders(path: &Path) -> Result<()> {
    named("create", path, fs::create_dir_all(path))
}

/// The names directly in a folder, sorted; names that are not Unicode are shown with replacement characters.
pub fn names(folder: &Path) -> Result<Vec<String>> {
    let list = fs::read_dir(folder).and_then(|entries| {
        entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<Vec<_>>>()
    });
    let mut list = named("list", folder, list)?;
    list.sort();
    Ok(list)
}

/// The path without links and dots; it must exist.
pub fn canonical(path: &Path) -> Result<PathBuf> {
    named("find", path, fs::canonicalize(path))
}

/// Whether two paths name one file; not if one of them names none.
pub fn is_same(a: &Path, b: &Path) -> Result<bool> {
    match same_file::is_same_file(a, b) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
        result => named("look at", a, result),
    }
}

/// Sees to it that what was written below `folder` survives a loss of power: one call for the file system on
/// Linux (about a second for 100,000 files, where one call a file takes minutes), for one file elsewhere.
pub fn sync(folder: &Path, file: &Path) -> Result<()> {
    #[cfg(target_os = "linux")]
    {
        let _ = file;
        let synced = fs::File::open(folder).and_then(|open| Ok(rustix::fs::syncfs(&open)?));
        named("sync", folder, synced)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = folder;
        named("sync", file, fs::File::open(file).and_then(|open| open.sync_all()))
    }
}
