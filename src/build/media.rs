//! Images beside articles: published under `/media/`, by a hash of their bytes, if an article refers to them.

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
    /// All files of `content/` that articles refer to, published or not.
    mentioned: BTreeSet<String>,
    pub(super) problems: Vec<Problem>,
}

impl Media {
    pub(super) fn new(load: &Load) -> Self {
        let others: HashMap<&str, &fs::File> =
            load.listing.others.iter().map(|file| (file.name.as_str(), file)).collect();
        let mut wanted: BTreeMap<&str, (&fs::File, &str)> = BTreeMap::new();
        let published = load.entries.iter().filter(|entry| !entry.removed());
        for entry in published {
            for link in entry.links.iter().chain(&entry.article.image) {
                let source = links::source_of(&entry.source, link);
                let Some((name, file)) = source.and_then(|source| others.get_key_value(source.as_str()))
                else {
                    continue;
                };
                wanted.entry(name).or_insert((file, &entry.source));
            }
        }
        let mentioned = wanted.keys().map(ToString::to_string).collect();
        let named: Vec<_> =
            wanted.into_par_iter().map(|(name, (file, article))| (name, path_of(file, article))).collect();
        let mut media = Self { mentioned, ..Self::default() };
        let mut reported = BTreeSet::new();
        for (name, path) in named {
            match path {
                Ok(path) => {
                    media.files.entry(path.clone()).or_insert_with(|| name.to_string());
                    media.paths.insert(name.to_string(), path);
                }
                Err(problem) if reported.insert(name) => media.problems.push(problem),
                Err(_) => {}
            }
        }
        media
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

fn path_of(file: &fs::File, article: &str) -> Result<OutPath, Problem> {
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
    OutPath::new(&format!("media/{}-{name}", &hash[..DIGITS])).map_err(unreadable)
}
