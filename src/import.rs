//! The verb: raw files in, articles in `content/` out. Importing again changes nothing, nothing is overwritten that
//! was edited by hand, and no raw file is lost.

use crate::article::{self, Article, Keys, Raw};
use crate::clean::{self, Cleaned};
use crate::config::Config;
use crate::fs;
use crate::problem::Problem;
use crate::raw::{self, Input, RawArticle};
use crate::route::{Slug, suffix};
use anyhow::Result;
use data_encoding::HEXLOWER;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

/// Largest article that is looked at for what it was made from.
const LIMIT: u64 = 32 << 20;

/// What an import did.
#[derive(Debug, Default)]
pub struct Imported {
    /// New articles, relative to the project.
    pub written: Vec<String>,
    /// Articles that today's cleaning makes differently.
    pub rewritten: Vec<String>,
    /// Raw files that were imported before, or twice.
    pub unchanged: usize,
    /// Articles kept because they were edited by hand.
    pub edited: Vec<String>,
    /// Raw files without an article.
    pub rejected: usize,
    /// What should be known.
    pub problems: Vec<Problem>,
}

/// An article that is in `content/` already.
struct Known {
    /// Relative to the project.
    name: String,
    path: PathBuf,
    /// Whether its bytes are still those that `import` wrote.
    untouched: bool,
}

/// Imports files and folders; `step` is called after each file.
pub fn import(config: &Config, inputs: &[PathBuf], step: &(dyn Fn(usize) + Sync)) -> Result<Imported> {
    let (inputs, problems) = raw::list(inputs)?;
    let mut imported = Imported { problems, ..Imported::default() };
    let total = inputs.len();
    let cleaned: Vec<_> = inputs
        .par_iter()
        .map(|input| {
            let made = clean_one(input);
            step(total);
            made
        })
        .collect();
    let mut known = known(config)?;
    // One after the other: which of two equal files is filed must not depend on threads.
    for (input, result) in inputs.iter().zip(cleaned) {
        match result {
            Ok((raw, cleaned)) => imported.file(config, &raw, cleaned, &mut known)?,
            Err(problem) => {
                imported.rejected += 1;
                imported.problems.push(problem.file(&input.file));
            }
        }
    }
    Ok(imported)
}

fn clean_one(input: &Input) -> Result<(RawArticle, Cleaned), Problem> {
    let raw = raw::read(input).map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        Problem::error("import-rejected", format!("not imported: the file could not be read{cause}"))
    })?;
    match clean::clean(&raw) {
        Ok(cleaned) => Ok((raw, cleaned)),
        Err(rejected) => {
            Err(Problem::warning("import-rejected", format!("not imported: {}", rejected.reason())))
        }
    }
}

impl Imported {
    fn file(
        &mut self,
        config: &Config,
        raw: &RawArticle,
        cleaned: Cleaned,
        known: &mut HashMap<String, Known>,
    ) -> Result<()> {
        if let Some(known) = known.get(&raw.sha256) {
            return self.again(raw, cleaned, known);
        }
        let (name, text) = place(config, raw, cleaned)?;
        let path = config.root.join(&name);
        fs::create(&path, text.as_bytes())?;
        self.written.push(name.clone());
        known.insert(raw.sha256.clone(), Known { name, path, untouched: true });
        Ok(())
    }

    /// The same raw bytes have an article already.
    fn again(&mut self, raw: &RawArticle, cleaned: Cleaned, known: &Known) -> Result<()> {
        if self.written.contains(&known.name) {
            self.unchanged += 1;
            let message = format!("imported once only: `{}` has the same bytes", known.name);
            self.problems.push(Problem::note("same-path", message).file(&raw.file));
            return Ok(());
        }
        if !known.untouched {
            self.edited.push(known.name.clone());
            let message = format!("kept as it is: edited by hand since it was made from `{}`", raw.file);
            self.problems.push(Problem::note("edited-import", message).file(&known.name));
            return Ok(());
        }
        let current = String::from_utf8_lossy(&fs::read(&known.path, LIMIT)?).into_owned();
        // The slug and the name under which it was found first stay: addresses and origins do not move.
        let old = article::parse(&current, &Keys::default()).map(|parsed| parsed.article).unwrap_or_default();
        let mut article = cleaned.article;
        article.slug = old.slug;
        article.raw = old.raw.or(article.raw).map(|raw| Raw { written: None, ..raw });
        let text = stamped(&article, &cleaned.body);
        if text == current {
            self.unchanged += 1;
        } else {
            fs::replace(&known.path, text.as_bytes())?;
            self.rewritten.push(known.name.clone());
        }
        Ok(())
    }
}

/// A free name for a new article, and its text.
fn place(config: &Config, raw: &RawArticle, cleaned: Cleaned) -> Result<(String, String)> {
    let mut article = cleaned.article;
    let stem = raw.file.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
    let mut slug = Slug::new(article.title.as_deref().unwrap_or(stem));
    let folder = match article.date {
        Some(date) => match date.month() {
            Some(month) => format!("content/{:04}/{month:02}", date.year()),
            None => format!("content/{:04}", date.year()),
        },
        None => "content/undated".to_string(),
    };
    let free =
        |slug: &Slug| fs::kind(&config.root.join(format!("{folder}/{slug}.md"))).map(|kind| kind.is_none());
    if !free(&slug)? {
        slug = slug.with_suffix(&suffix(&raw.sha256));
    }
    if !free(&slug)? {
        slug = slug.with_suffix(&raw.sha256);
    }
    article.slug = Some(slug.to_string());
    Ok((format!("{folder}/{slug}.md"), stamped(&article, &cleaned.body)))
}

/// The article's text with the hash of itself in it: the hash of all lines but the one that holds it.
fn stamped(article: &Article, body: &str) -> String {
    let mut article = article.clone();
    let bare = article::write(&article, body);
    if let Some(raw) = &mut article.raw {
        raw.written = Some(HEXLOWER.encode(&Sha256::digest(bare.as_bytes())));
    }
    article::write(&article, body)
}

/// Articles of `content/` that `import` made, by the hash of their raw file.
fn known(config: &Config) -> Result<HashMap<String, Known>> {
    let walk = fs::walk(&config.folder("content"), "content", |name| name.starts_with('.'))?;
    let files: BTreeMap<String, PathBuf> =
        walk.files.into_iter().map(|file| (file.name, file.path)).collect();
    let found = files.into_par_iter().filter(|(name, _)| name.ends_with(".md")).filter_map(|(name, path)| {
        let text = String::from_utf8(fs::read(&path, LIMIT).ok()?).ok()?;
        let raw = article::parse(&text, &Keys::default()).ok()?.article.raw?;
        let written = raw.written.unwrap_or_default();
        let untouched = without_stamp(&text, &written)
            .is_some_and(|bare| HEXLOWER.encode(&Sha256::digest(bare.as_bytes())) == written);
        Some((raw.sha256, Known { name: format!("content/{name}"), path, untouched }))
    });
    let found: Vec<_> = found.collect();
    // The first of several in order of names, as everywhere.
    Ok(found.into_iter().rev().collect())
}

/// The text without the line that holds its own hash.
fn without_stamp(text: &str, written: &str) -> Option<String> {
    if written.is_empty() {
        return None;
    }
    let line = text
        .split_inclusive('\n')
        .find(|line| line.trim_start().starts_with("written:") && line.contains(written))?;
    Some(text.replacen(line, "", 1))
}
