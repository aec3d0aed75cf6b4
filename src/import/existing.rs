//! What `content/` holds before something is added to it.

use crate::article::{self, Article, Date, Keys};
use crate::config::{Config, Permalink, PermalinkPart};
use crate::fs;
use crate::route::{Slug, suffix};
use anyhow::Result;
use data_encoding::HEXLOWER;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

/// Largest article that is looked at.
pub(super) const LIMIT: u64 = 32 << 20;

/// An article that `import` made.
pub(super) struct Known {
    /// Relative to the project.
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// Whether its bytes are still those that `import` wrote.
    pub(super) untouched: bool,
}

/// The articles of a folder: what they were made from, and the addresses they have.
pub struct Existing<'a> {
    config: &'a Config,
    /// By the hash of their raw file.
    known: HashMap<String, Known>,
    /// What their addresses are made of: the parts of the date that the permalink shows, and the slug.
    taken: HashSet<(String, Slug)>,
}

/// One file of `content/`.
struct Found {
    raw: Option<(String, Known)>,
    address: Option<(String, Slug)>,
}

impl<'a> Existing<'a> {
    /// Reads the articles below a folder of the project.
    pub fn read(config: &'a Config, folder: &str) -> Result<Self> {
        let walk = fs::walk(&config.folder(folder), folder, |name| name.starts_with('.'))?;
        let markdown = |file: &fs::File| file.name.ends_with(".md") || file.name.ends_with(".markdown");
        let keys = Keys { renamed: config.keys.clone(), ..Keys::default() };
        let files: Vec<_> = walk.files.into_par_iter().filter(markdown).collect();
        let found = files.par_iter().filter_map(|file| found(file, folder, &keys, config));
        let found: Vec<Found> = found.collect();
        let mut existing = Self { config, known: HashMap::new(), taken: HashSet::with_capacity(found.len()) };
        for Found { raw, address } in found {
            existing.taken.extend(address);
            if let Some((hash, known)) = raw {
                // The first of several in order of names, as everywhere.
                existing.known.entry(hash).or_insert(known);
            }
        }
        Ok(existing)
    }

    /// The article made from raw bytes, by their hash.
    pub(super) fn made_from(&self, hash: &str) -> Option<&Known> {
        self.known.get(hash)
    }

    /// Writes a new article, and remembers what it was made from.
    pub(super) fn create(&mut self, name: String, bytes: &[u8], hash: &str) -> Result<()> {
        let path = self.config.root.join(&name);
        fs::create(&path, bytes)?;
        self.known.insert(hash.to_string(), Known { name, path, untouched: true });
        Ok(())
    }

    /// Whether a slug is free on a date: no file is called so, and no article has the address.
    pub fn is_free(&self, slug: &Slug, date: Option<Date>) -> Result<bool> {
        let vacant = fs::kind(&self.config.root.join(file_name(date, slug)))?.is_none();
        Ok(vacant && !self.taken.contains(&address(&self.config.permalink, date, slug)))
    }

    /// Takes a slug for a new article: the bare one if it is free, else with digits of what the article is told from
    /// others by. No address that is published already goes to a newcomer.
    pub(super) fn take(&mut self, slug: &Slug, date: Option<Date>, identity: &str) -> Result<Slug> {
        let digits = [suffix(identity), identity.to_string()];
        let mut candidates = vec![slug.clone()];
        candidates.extend(digits.iter().map(|digits| slug.with_suffix(digits)));
        for slug in candidates {
            if self.is_free(&slug, date)? {
                self.taken.insert(address(&self.config.permalink, date, &slug));
                return Ok(slug);
            }
        }
        anyhow::bail!("`{}` exists already", file_name(date, slug))
    }
}

/// Where a new article lies, relative to the project.
pub fn file_name(date: Option<Date>, slug: &Slug) -> String {
    match date.map(|date| (date.year(), date.month())) {
        Some((year, Some(month))) => format!("content/{year:04}/{month:02}/{slug}.md"),
        Some((year, None)) => format!("content/{year:04}/{slug}.md"),
        None => format!("content/undated/{slug}.md"),
    }
}

fn found(file: &fs::File, folder: &str, keys: &Keys, config: &Config) -> Option<Found> {
    let name = format!("{folder}/{}", file.name);
    let bytes = fs::read(&file.path(), LIMIT).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let Ok(parsed) = article::parse(&text, keys) else {
        // Broken by hand, but still the article of its raw file: importing it again would make a second one.
        let known = Known { name, path: file.path(), untouched: false };
        return recorded_hash(&text).map(|hash| Found { raw: Some((hash, known)), address: None });
    };
    let article = parsed.article;
    let address = own_address(&article, &name, config);
    let raw = article.raw.map(|raw| {
        let untouched = is_untouched(&text, raw.written.as_deref().unwrap_or_default());
        (raw.sha256, Known { name, path: file.path(), untouched })
    });
    Some(Found { raw, address: Some(address) })
}

/// What an article's address is made of; a name stands for its file as it does for a build.
fn own_address(article: &Article, name: &str, config: &Config) -> (String, Slug) {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let stem = if stem == "index" { folder.rsplit('/').next().unwrap_or(stem) } else { stem };
    let (date, stem) = Date::from_file_name(stem).map_or((None, stem), |(date, rest)| (Some(date), rest));
    let slug = Slug::new(article.slug.as_deref().unwrap_or(stem));
    address(&config.permalink, article.date.or(date), &slug)
}

fn address(permalink: &Permalink, date: Option<Date>, slug: &Slug) -> (String, Slug) {
    let shown = |part: &PermalinkPart| {
        let date = date?;
        match part {
            PermalinkPart::Year => Some(date.year().to_string()),
            PermalinkPart::Month => date.month().map(|month| month.to_string()),
            PermalinkPart::Day => date.day().map(|day| day.to_string()),
            PermalinkPart::Literal(_) | PermalinkPart::Slug => None,
        }
    };
    let parts: Vec<String> = permalink.segments.iter().flatten().filter_map(shown).collect();
    (parts.join("/"), slug.clone())
}

/// The hash of a raw file in front matter that cannot be read as YAML.
fn recorded_hash(text: &str) -> Option<String> {
    let hashes = text.lines().filter_map(|line| line.trim_start().strip_prefix("sha256:"));
    let mut hashes = hashes.map(|hash| hash.trim().trim_matches(['"', '\'']));
    hashes.find(|hash| hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit())).map(str::to_string)
}

/// Whether a text has the hash of itself, without the line that holds it. Programs that move files may change how
/// lines end; nobody's edit is lost with that.
fn is_untouched(text: &str, written: &str) -> bool {
    let text = text.replace("\r\n", "\n");
    let is_stamp = |line: &&str| line.trim_start().starts_with("written:") && line.contains(written);
    let stamp = text.split_inclusive('\n').find(is_stamp).filter(|_| !written.is_empty());
    stamp.is_some_and(|line| {
        HEXLOWER.encode(&Sha256::digest(text.replacen(line, "", 1).as_bytes())) == written
    })
}
