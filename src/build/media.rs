//! Images that articles refer to. Those beside articles are published under `/media/`, by a hash of their bytes; those
//! of `static/` are published anyway. Of both, width and height are known.

use super::links;
use super::load::Load;
use crate::fs;
use crate::problem::Problem;
use crate::route::OutPath;
use data_encoding::HEXLOWER;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Largest image in bytes.
const LIMIT: u64 = 256 << 20;
/// Hexadecimal digits of the hash in an image's name.
const DIGITS: usize = 12;
/// Kinds of images that cannot run script. SVG can, and content is not trusted: it belongs in `static/`.
const KINDS: [&str; 6] = ["png", "jpg", "jpeg", "gif", "webp", "avif"];

/// The images that articles refer to.
#[derive(Debug, Default)]
pub(super) struct Media {
    /// By source: where it goes.
    paths: HashMap<String, OutPath>,
    /// By path, so that equal images of equal names are published once.
    files: BTreeMap<OutPath, String>,
    /// Width and height in pixels.
    sizes: HashMap<OutPath, (u32, u32)>,
    /// All files of `content/` that articles refer to, published or not.
    mentioned: BTreeSet<String>,
    pub(super) problems: Vec<Problem>,
}

impl Media {
    pub(super) fn new(load: &Load, statics: &[fs::File]) -> Self {
        let others: HashMap<&str, &fs::File> =
            load.listing.others.iter().map(|file| (file.name.as_str(), file)).collect();
        let statics: HashMap<&str, &fs::File> =
            statics.iter().map(|file| (file.name.as_str(), file)).collect();
        let mut wanted: BTreeMap<&str, (&fs::File, &str)> = BTreeMap::new();
        let mut plain: BTreeMap<&str, &fs::File> = BTreeMap::new();
        let published = load.entries.iter().filter(|entry| !entry.removed());
        for entry in published {
            for link in entry.links.iter().chain(&entry.article.image) {
                let source = links::source_of(&entry.source, link);
                if let Some((name, file)) = source.and_then(|source| others.get_key_value(source.as_str())) {
                    wanted.entry(name).or_insert((file, &entry.source));
                } else if let Some(name) = links::below_root(link)
                    && let Some((name, file)) = statics.get_key_value(name.as_str())
                {
                    plain.insert(name, file);
                }
            }
        }
        let mentioned = wanted.keys().map(ToString::to_string).collect();
        let named: Vec<_> =
            wanted.into_par_iter().map(|(name, (file, article))| (name, path_of(file, article))).collect();
        let mut media = Self { mentioned, ..Self::default() };
        let mut reported = BTreeSet::new();
        for (name, path) in named {
            match path {
                Ok((path, size)) => {
                    media.sizes.extend(size.map(|size| (path.clone(), size)));
                    media.files.entry(path.clone()).or_insert_with(|| name.to_string());
                    media.paths.insert(name.to_string(), path);
                }
                Err(problem) if reported.insert(name) => media.problems.push(problem),
                Err(_) => {}
            }
        }
        media.sizes.par_extend(plain.into_par_iter().filter_map(|(name, file)| {
            let bytes = read(file).ok()?;
            Some((OutPath::new(name).ok()?, size_of(&bytes)?))
        }));
        media
    }

    /// Width and height of an image in pixels.
    pub(super) fn size(&self, path: &OutPath) -> Option<(u32, u32)> {
        self.sizes.get(path).copied()
    }

    /// Whether an article refers to a file.
    pub(super) fn mentions(&self, source: &str) -> bool {
        self.mentioned.contains(source)
    }

    /// Where an image is published, if it is.
    pub(super) fn path(&self, source: &str) -> Option<&OutPath> {
        self.paths.get(source)
    }

    /// Paths and sources, in order.
    pub(super) fn files(&self) -> impl Iterator<Item = (&OutPath, &str)> {
        self.files.iter().map(|(path, source)| (path, source.as_str()))
    }
}

/// Reads a file that is copied to the site.
pub(super) fn read(file: &fs::File) -> fs::Result<Vec<u8>> {
    fs::read(&file.path, LIMIT)
}

/// Width and height in pixels, as far as the bytes say.
fn size_of(bytes: &[u8]) -> Option<(u32, u32)> {
    let size = imagesize::blob_size(bytes).ok()?;
    Some((u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?))
        .filter(|(w, h)| *w > 0 && *h > 0)
}

fn path_of(file: &fs::File, article: &str) -> Result<(OutPath, Option<(u32, u32)>), Problem> {
    let name = file.name.rsplit('/').next().unwrap_or_default();
    let kind = name.rsplit_once('.').map_or(String::new(), |(_, end)| end.to_ascii_lowercase());
    if !KINDS.contains(&kind.as_str()) {
        let message = format!(
            "`{}` is not published: only {} images may lie in `content/`",
            file.name,
            KINDS.join(", ")
        );
        let hint = "put a file that you trust into `static/` and refer to it by `/name`";
        return Err(Problem::warning("unsafe-image", message).file(article).hint(hint));
    }
    let unreadable = |reason: String| {
        Problem::warning("missing-image", format!("`{}`: {reason}", file.name)).file(article)
    };
    let bytes = read(file).map_err(|error| unreadable(error.to_string()))?;
    let hash = HEXLOWER.encode(&Sha256::digest(&bytes));
    let path = OutPath::new(&format!("media/{}-{name}", &hash[..DIGITS])).map_err(unreadable)?;
    Ok((path, size_of(&bytes)))
}
