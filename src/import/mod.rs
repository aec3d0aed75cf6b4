//! The verb: raw files in, articles in `content/` out. Importing again changes nothing, nothing is overwritten that
//! was edited by hand, and no raw file is lost.

mod existing;

pub use existing::{Existing, file_name};

use crate::article::{self, Article, Date, Keys, Raw};
use crate::clean::{self, Cleaned};
use crate::config::Config;
use crate::fs;
use crate::problem::Problem;
use crate::raw::{self, Input, RawArticle};
use crate::route::Slug;
use anyhow::Result;
use data_encoding::HEXLOWER;
use existing::Known;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;

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
    let mut existing = Existing::read(config, "content")?;
    // One after the other: which of two equal files is filed must not depend on threads.
    for (input, result) in inputs.iter().zip(cleaned) {
        match result {
            Ok((raw, cleaned)) => imported.file(input, &raw, cleaned, &mut existing)?,
            Err(problem) => {
                imported.rejected += 1;
                imported.problems.push(problem.file(&input.shown));
            }
        }
    }
    Ok(imported)
}

fn clean_one(input: &Input) -> Result<(RawArticle, Cleaned), Problem> {
    let raw = raw::read(input).map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        Problem::warning("import-rejected", format!("not imported: the file could not be read{cause}"))
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
        input: &Input,
        raw: &RawArticle,
        cleaned: Cleaned,
        existing: &mut Existing,
    ) -> Result<()> {
        if raw.damaged {
            let message = "some bytes could not be read; `�` stands for them in the article";
            let hint = "save the file as UTF-8 and import it again if you know its encoding";
            self.problems.push(Problem::warning("encoding", message).file(&input.shown).hint(hint));
        }
        if let Some(known) = existing.made_from(&raw.sha256) {
            return self.again(input, cleaned, known);
        }
        let Cleaned { mut article, body, .. } = cleaned;
        let stem = raw.file.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
        if article.title.is_none() {
            let message = "no headline was found; the article is called by its file";
            let hint =
                "put a line without a full stop above the first sentence, or edit the article's `title`";
            self.problems.push(Problem::warning("no-headline", message).file(&input.shown).hint(hint));
        }
        let slug = undated(Slug::new(article.title.as_deref().unwrap_or(stem)), article.date);
        let slug = existing.take(&slug, article.date, &raw.sha256)?;
        let name = file_name(article.date, &slug);
        article.slug = Some(slug.to_string());
        existing.create(name.clone(), stamped(&article, &body).as_bytes(), &raw.sha256)?;
        self.written.push(name);
        Ok(())
    }

    /// The same raw bytes have an article already.
    fn again(&mut self, input: &Input, cleaned: Cleaned, known: &Known) -> Result<()> {
        if self.written.contains(&known.name) {
            self.unchanged += 1;
            let message = format!("imported once only: `{}` has the same bytes", known.name);
            self.problems.push(Problem::note("same-path", message).file(&input.shown));
            return Ok(());
        }
        if !known.untouched {
            self.edited.push(known.name.clone());
            let message = format!("kept as it is: edited by hand since it was made from `{}`", input.shown);
            self.problems.push(Problem::note("edited-import", message).file(&known.name));
            return Ok(());
        }
        let current = String::from_utf8_lossy(&fs::read(&known.path, existing::LIMIT)?).into_owned();
        // The slug and the name under which it was found first stay: addresses and origins do not move.
        let old = article::parse(&current, &Keys::default()).map(|parsed| parsed.article).unwrap_or_default();
        let mut article = cleaned.article;
        article.slug = old.slug;
        article.raw = old.raw.or(article.raw).map(|raw| Box::new(Raw { written: None, ..*raw }));
        let text = stamped(&article, &cleaned.body);
        if text == current.replace("\r\n", "\n") {
            self.unchanged += 1;
        } else {
            fs::replace(&known.path, text.as_bytes())?;
            self.rewritten.push(known.name.clone());
        }
        Ok(())
    }
}

/// A slug whose file has no date in its name: a build would read it as the article's. `1998-05-03-x` → `19980503-x`.
fn undated(slug: Slug, date: Option<Date>) -> Slug {
    match Date::from_file_name(slug.as_str()) {
        Some((said, _)) if date.map(|date| date.civil()) != Some(said.civil()) => {
            Slug::new(&slug.as_str().replacen('-', "", 2))
        }
        _ => slug,
    }
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
