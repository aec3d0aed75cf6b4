//! Files that are copied to the site, measured: their hash and, of images, their size. What the last build measured
//! is not read again if its stamp is the same.

use crate::cache::File;
use crate::fs;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};

/// Largest file in bytes.
const LIMIT: u64 = 256 << 20;

/// What is known of files, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    measured: BTreeMap<String, File>,
    /// Why a file could not be read.
    unreadable: BTreeMap<String, String>,
}

impl Files {
    /// Measures files; `known` is what the last build knew, `now` the moment before the look.
    pub(super) fn measure<'f>(
        &mut self,
        wanted: impl IntoIterator<Item = (&'f str, &'f fs::File)>,
        known: &HashMap<String, File>,
        now: Option<fs::Moment>,
    ) -> fs::Result<()> {
        let wanted: Vec<_> =
            wanted.into_iter().filter(|(name, _)| !self.measured.contains_key(*name)).collect();
        let measured: Vec<_> =
            wanted.into_par_iter().map(|(name, file)| (name, one(file, known.get(name), now))).collect();
        for (name, file) in measured {
            match file {
                Ok(file) => _ = self.measured.insert(name.to_string(), file),
                // A site without its images would be a poor answer to a disk that fails for a moment.
                Err(error) if error.ails_system() => return Err(error),
                Err(error) => _ = self.unreadable.insert(name.to_string(), error.cause().to_string()),
            }
        }
        Ok(())
    }

    /// What is known of a file; an error says why it could not be read.
    pub(super) fn of(&self, name: &str) -> Result<&File, &str> {
        self.measured.get(name).ok_or_else(|| self.unreadable.get(name).map_or("not found", String::as_str))
    }

    /// Whether some could not be read.
    pub(super) fn any_unreadable(&self) -> bool {
        !self.unreadable.is_empty()
    }

    /// Takes over what the last build measured, as all files are as they were.
    pub(super) fn trust(&mut self, known: &HashMap<String, File>) {
        self.measured = known.iter().map(|(name, file)| (name.clone(), file.clone())).collect();
    }

    /// All of them, for the next build.
    pub(super) fn all(&self) -> &BTreeMap<String, File> {
        &self.measured
    }
}

/// Reads a file that is copied to the site.
pub(super) fn read(file: &fs::File) -> fs::Result<Vec<u8>> {
    fs::read(&file.path(), LIMIT)
}

fn one(file: &fs::File, known: Option<&File>, now: Option<fs::Moment>) -> fs::Result<File> {
    let same = |known: &&File| known.stamp.is_some() && known.stamp == fs::stamp(&file.path());
    if let Some(known) = known.filter(same) {
        return Ok(known.clone());
    }
    let (bytes, stamp) = fs::read_stamped(&file.path(), LIMIT)?;
    let settled = stamp.filter(|stamp| now.is_some_and(|now| stamp.settled_before(now)));
    Ok(File { stamp: settled, sha256: Sha256::digest(&bytes).into(), size: size_of(&bytes) })
}

/// Width and height in pixels, as far as the bytes say.
fn size_of(bytes: &[u8]) -> Option<(u32, u32)> {
    let size = imagesize::blob_size(bytes).ok()?;
    let size = (u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?);
    Some(size).filter(|(width, height)| *width > 0 && *height > 0)
}
