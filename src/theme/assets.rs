//! Files of the theme that pages refer to, under names that change with their bytes.

use super::File;
use crate::problem::{Fatal, Problem};
use crate::route::OutPath;
use anyhow::Result;
use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The folder below `templates/`, and below the output.
const FOLDER: &str = "assets/";
/// Hexadecimal digits of the hash in a file's name.
const DIGITS: usize = 12;

/// A file of the theme, as it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its name below `templates/assets/`, by which templates ask for it.
    pub name: String,
    /// Where it goes: `assets/style.<hash>.css`, with a hash of the bytes alone.
    pub path: OutPath,
    /// Subresource Integrity (W3C) of the bytes.
    pub integrity: String,
    /// How messages call it.
    pub label: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

pub(super) fn load(files: &[File]) -> Result<Vec<Asset>> {
    // Later files are the user's and replace embedded ones.
    let mut assets = BTreeMap::new();
    for file in files {
        let Some(name) = file.name.strip_prefix(FOLDER) else { continue };
        assets.insert(name, asset(name, file)?);
    }
    Ok(assets.into_values().collect())
}

fn asset(name: &str, file: &File) -> Result<Asset> {
    let hash = Sha256::digest(&file.bytes);
    let digits = &HEXLOWER.encode(&hash)[..DIGITS];
    let path = match name.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() => format!("{FOLDER}{stem}.{digits}.{end}"),
        _ => format!("{FOLDER}{name}.{digits}"),
    };
    let path = OutPath::new(&path).map_err(|reason| {
        Fatal::one(Problem::error("path", reason).file(file.label.clone()).hint("rename the file"))
    })?;
    Ok(Asset {
        name: name.to_string(),
        path,
        integrity: format!("sha256-{}", BASE64.encode(&hash)),
        label: file.label.clone(),
        bytes: file.bytes.clone(),
    })
}
