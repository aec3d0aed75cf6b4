//! What `content/` holds before something is added to it.

use super::same;
use crate::article::{self, Article, Date, Keys};
use crate::config::{Config, Permalink, PermalinkPart};
use crate::fs;
use crate::route::{Slug, suffix};
use anyhow::Result;
use data_encoding::HEXLOWER;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, HashSet};
use xxhash_rust::xxh3::xxh3_128;

/// Largest article that is looked at.
pub(super) const LIMIT: u64 = 32 << 20;

/// An article that `import` made.
#[derive(Clone)]
pub(super) struct Known {
    /// Relative to the project.
    pub(super) name: Box<str>,
    /// Whether its bytes are still those that `import` wrote.
    pub(super) untouched: bool,
    /// Whether this run has met the record it was made from.
    pub(super) met: bool,
}

/// The articles of a folder: what they were made from, and the addresses they have. Of each a few dozen bytes, as a run
/// may make millions.
pub struct Existing<'a> {
    config: &'a Config,
    articles: Vec<Known>,
    /// By the hash of the hash of their record.
    records: HashMap<u128, u32>,
    /// By their original address.
    originals: HashMap<u64, u32>,
    /// Hashes of their addresses: the parts of the date that the permalink shows, and the slug.
    taken: HashSet<u128>,
    /// Files that a run without writing would have made.
    planned: HashSet<u128>,
}

/// One file of `content/`.
struct Found<T> {
    raw: Option<(String, Option<u64>, Known)>,
    address: Option<u128>,
    look: Option<T>,
}

impl<'a> Existing<'a> {
    /// Reads the articles below a folder of the project.
    pub fn read(config: &'a Config, folder: &str) -> Result<Self> {
        Ok(Self::read_with(config, folder, |_, _, _, _, _| None::<()>)?.0)
    }

    /// Reads the articles below a folder of the project, and what somebody makes of each: of its file, front matter,
    /// date, body, and whether it is as `import` wrote it.
    pub(super) fn read_with<T: Send>(
        config: &'a Config,
        folder: &str,
        look: impl Fn(&str, &Article, Option<Date>, &str, bool) -> Option<T> + Sync,
    ) -> Result<(Self, Vec<T>)> {
        let walk = fs::walk(&config.folder(folder), folder, |name| name.starts_with('.'))?;
        let markdown = |file: &fs::File| file.name.ends_with(".md") || file.name.ends_with(".markdown");
        let keys = Keys { renamed: config.keys.clone(), ..Keys::default() };
        let files: Vec<_> = walk.files.into_par_iter().filter(markdown).collect();
        let found = files.par_iter().filter_map(|file| found(file, folder, &keys, config, &look));
        let found: Vec<Found<T>> = found.collect();
        let (articles, records, originals, planned) = Default::default();
        let taken = HashSet::with_capacity(found.len());
        let mut existing = Self { config, articles, records, originals, taken, planned };
        let mut seen = Vec::with_capacity(found.len());
        for Found { raw, address, look } in found {
            existing.taken.extend(address);
            seen.extend(look);
            if let Some((hash, original, known)) = raw {
                existing.add(&hash, original, known);
            }
        }
        Ok((existing, seen))
    }

    fn add(&mut self, hash: &str, original: Option<u64>, known: Known) {
        let at = u32::try_from(self.articles.len()).expect("no disk has that many articles");
        self.articles.push(known);
        // The first of several in order of names, as everywhere.
        self.records.entry(xxh3_128(hash.as_bytes())).or_insert(at);
        if let Some(original) = original {
            self.originals.entry(original).or_insert(at);
        }
    }

    /// The article made from a record, by the hash of its bytes; and whether this run has met it before.
    pub(super) fn made_from(&mut self, hash: &str) -> Option<Known> {
        let at = *self.records.get(&xxh3_128(hash.as_bytes()))?;
        let known = &mut self.articles[at as usize];
        let before = known.clone();
        known.met = true;
        Some(before)
    }

    /// The article that was made of what was published at an address.
    pub(super) fn published_at(&self, original: u64) -> Option<&Known> {
        self.originals.get(&original).map(|at| &self.articles[*at as usize])
    }

    /// Writes a new article, and remembers what it was made from. Without bytes it is remembered only.
    pub(super) fn create(
        &mut self,
        name: &str,
        bytes: Option<&[u8]>,
        hash: &str,
        original: Option<u64>,
    ) -> Result<()> {
        match bytes {
            Some(bytes) => fs::create(&self.config.root.join(name), bytes)?,
            None => drop(self.planned.insert(xxh3_128(name.as_bytes()))),
        }
        self.add(hash, original, Known { name: name.into(), untouched: true, met: true });
        Ok(())
    }

    /// Whether a slug is free on a date: no file is called so, and no article has the address.
    pub fn is_free(&self, slug: &Slug, date: Option<Date>) -> Result<bool> {
        let name = file_name(date, slug);
        let vacant = fs::kind(&self.config.root.join(&name))?.is_none();
        let planned = self.planned.contains(&xxh3_128(name.as_bytes()));
        Ok(vacant && !planned && !self.taken.contains(&address(&self.config.permalink, date, slug)))
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

fn found<T>(
    file: &fs::File,
    folder: &str,
    keys: &Keys,
    config: &Config,
    look: impl Fn(&str, &Article, Option<Date>, &str, bool) -> Option<T>,
) -> Option<Found<T>> {
    let name = format!("{folder}/{}", file.name);
    let bytes = fs::read(&file.path(), LIMIT).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let Ok(parsed) = article::parse(&text, keys) else {
        // Broken by hand, but still the article of its raw file: importing it again would make a second one.
        let known = Known { name: name.into(), untouched: false, met: false };
        let raw = (recorded_hash(&text)?, None, known);
        return Some(Found { raw: Some(raw), address: None, look: None });
    };
    let article = parsed.article;
    let (date, slug) = date_and_slug(&article, &name);
    let address = address(&config.permalink, date, &slug);
    let original = article.provenance.original_url.as_deref().and_then(same::address);
    let written = article.raw.as_ref().map(|raw| raw.written.as_deref().unwrap_or_default());
    let untouched = written.is_some_and(|written| is_untouched(&text, written));
    let look = look(&name, &article, date, &text[parsed.body..], untouched);
    let known = Known { name: name.into(), untouched, met: false };
    let raw = article.raw.map(|raw| (raw.sha256, original, known));
    Some(Found { raw, address: Some(address), look })
}

/// What an article's address is made of; a name stands for its file as it does for a build.
fn date_and_slug(article: &Article, name: &str) -> (Option<Date>, Slug) {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let stem = if stem == "index" { folder.rsplit('/').next().unwrap_or(stem) } else { stem };
    let (date, stem) = Date::from_file_name(stem).map_or((None, stem), |(date, rest)| (Some(date), rest));
    (article.date.or(date), Slug::new(article.slug.as_deref().unwrap_or(stem)))
}

fn address(permalink: &Permalink, date: Option<Date>, slug: &Slug) -> u128 {
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
    xxh3_128(format!("{}/{slug}", parts.join("/")).as_bytes())
}

/// The hash of a raw file in front matter that cannot be read as YAML.
fn recorded_hash(text: &str) -> Option<String> {
    let hashes = text.lines().filter_map(|line| line.trim_start().strip_prefix("sha256:"));
    let mut hashes = hashes.map(|hash| hash.trim().trim_matches(['"', '\'']));
    hashes.find(|hash| hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit())).map(str::to_string)
}

/// Whether a text has the hash of itself, without the line that holds it. Programs that move files may change how
/// lines end; nobody's edit is lost with that.
pub(super) fn is_untouched(text: &str, written: &str) -> bool {
    let text = text.replace("\r\n", "\n");
    let is_stamp = |line: &&str| line.trim_start().starts_with("written:") && line.contains(written);
    let stamp = text.split_inclusive('\n').find(is_stamp).filter(|_| !written.is_empty());
    stamp.is_some_and(|line| {
        HEXLOWER.encode(&Sha256::digest(text.replacen(line, "", 1).as_bytes())) == written
    })
}

/// The article's text with the hash of itself in it: the hash of all lines but the one that holds it.
pub(super) fn stamped(article: &Article, body: &str) -> String {
    let mut article = article.clone();
    let bare = article::write(&article, body);
    if let Some(raw) = &mut article.raw {
        raw.written = Some(HEXLOWER.encode(&Sha256::digest(bare.as_bytes())));
    }
    article::write(&article, body)
}
