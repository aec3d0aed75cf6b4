//! Images that articles refer to. Those beside articles are published under `/media/`, by a hash of their bytes; those
//! of `static/` are published anyway. Of both, width and height are known.

use super::files::Files;
use super::links;
use super::load::Load;
use crate::archive::Entry;
use crate::cache;
use crate::content::Listing;
use crate::fs;
use crate::problem::Problem;
use crate::route::OutPath;
use data_encoding::HEXLOWER;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

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
    sizes: BTreeMap<OutPath, (u32, u32)>,
    /// All files of `content/` that articles refer to, published or not.
    mentioned: BTreeSet<String>,
    pub(super) problems: Vec<Problem>,
}

impl Media {
    /// Finds the images that published articles refer to. Files of `static/` are measured already.
    pub(super) fn new(
        load: &Load,
        files: &mut Files,
        known: (&cache::Cache, Option<fs::Moment>),
    ) -> fs::Result<Self> {
        Self::of(load.entries.iter(), &load.listing, files, known)
    }

    /// Finds the images that some articles refer to.
    pub(super) fn of<'e>(
        entries: impl Iterator<Item = &'e Arc<Entry>>,
        listing: &Listing,
        files: &mut Files,
        (known, now): (&cache::Cache, Option<fs::Moment>),
    ) -> fs::Result<Self> {
        let others: HashMap<&str, &fs::File> =
            listing.others.iter().map(|file| (&*file.name, file)).collect();
        let mut wanted: BTreeMap<&str, (&fs::File, &str)> = BTreeMap::new();
        let mut plain: BTreeSet<String> = BTreeSet::new();
        let published = entries.filter(|entry| !entry.removed());
        for entry in published {
            for link in entry.links.iter().chain(&entry.article.image) {
                let source = links::source_of(&entry.source, link);
                if let Some((name, file)) = source.and_then(|source| others.get_key_value(source.as_str())) {
                    wanted.entry(name).or_insert((file, &entry.source));
                } else {
                    plain.extend(links::below_root(link));
                }
            }
        }
        let images = wanted.iter().filter(|(name, _)| kind_of(name).is_some());
        files.measure(images.map(|(name, (file, _))| (*name, *file)), &known.files, now)?;
        let mut media = Self::default();
        for (name, (_, article)) in wanted {
            media.mentioned.insert(name.to_string());
            match path_of(name, files) {
                Ok((path, size)) => {
                    media.sizes.extend(size.map(|size| (path.clone(), size)));
                    media.files.entry(path.clone()).or_insert_with(|| name.to_string());
                    media.paths.insert(name.to_string(), path);
                }
                Err(problem) => media.problems.push(problem.file(article)),
            }
        }
        for name in plain {
            let size = files.of(&format!("{}/{name}", crate::theme::STATIC)).ok().and_then(|file| file.size);
            media.sizes.extend(OutPath::new(&name).ok().zip(size));
        }
        Ok(media)
    }

    /// Width and height of an image in pixels.
    pub(super) fn size(&self, path: &OutPath) -> Option<(u32, u32)> {
        self.sizes.get(path).copied()
    }

    /// All that pages can see of the images.
    pub(super) fn faces(&self) -> impl Iterator<Item = (&str, Option<(u32, u32)>)> {
        let paths = self.files.keys().chain(self.sizes.keys());
        paths.map(|path| (path.as_str(), self.size(path)))
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

/// The kind of an image that may be published, by its name.
fn kind_of(name: &str) -> Option<&'static str> {
    let end = name.rsplit_once('.')?.1.to_ascii_lowercase();
    KINDS.into_iter().find(|kind| *kind == end)
}

/// Where an image goes, and its size.
fn path_of(source: &str, files: &Files) -> Result<(OutPath, Option<(u32, u32)>), Problem> {
    if kind_of(source).is_none() {
        let message =
            format!("`{source}` is not published: only {} images may lie in `content/`", KINDS.join(", "));
        let hint = "put a file that you trust into `static/` and refer to it by `/name`";
        return Err(Problem::warning("unsafe-image", message).hint(hint));
    }
    let unreadable = |reason: &str| Problem::warning("missing-image", format!("`{source}`: {reason}"));
    let file = files.of(source).map_err(unreadable)?;
    let name = source.rsplit('/').next().unwrap_or_default();
    let hash = HEXLOWER.encode(&file.sha256);
    let path = OutPath::new(&format!("media/{}-{name}", &hash[..DIGITS]));
    Ok((path.map_err(|reason| unreadable(&reason))?, file.size))
}
