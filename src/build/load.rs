//! Every file of `content/` → an entry of the archive, withheld, or set aside.

use super::{Event, Progress, Stage, guarded};
use crate::archive::{self, Archive, Entry, Reason};
use crate::article::{Article, Keys};
use crate::config::Config;
use crate::content::{self, Listing, Loaded};
use crate::fs;
use crate::markdown;
use crate::problem::{Fatal, Problem};
use anyhow::Result;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use xxhash_rust::xxh3::xxh3_128;

/// The content as a build knows it; bodies are not kept.
pub(super) struct Load {
    pub(super) listing: Listing,
    pub(super) keys: Keys,
    /// Published articles and pages, and removed ones.
    pub(super) entries: Vec<Entry>,
    pub(super) withheld: BTreeMap<Reason, Vec<String>>,
    /// Sources that cannot be used, with the reason.
    pub(super) set_aside: BTreeMap<String, Problem>,
    pub(super) problems: Vec<Problem>,
    /// Places of the sources in the listing.
    index: HashMap<String, usize>,
}

impl Load {
    pub(super) fn new(config: &Config, progress: Progress) -> Result<Self> {
        let mut listing = content::list(config)?;
        let keys = content::keys(config);
        progress(Event::Stage(Stage::Reading, listing.sources.len()));
        let read = |source: &fs::File| {
            let result = guarded(&source.name, || entry(source, &keys));
            progress(Event::Step);
            result
        };
        let results: Vec<_> = listing.sources.par_iter().map(read).collect();
        let index =
            listing.sources.iter().enumerate().map(|(at, source)| (source.name.clone(), at)).collect();
        let problems = std::mem::take(&mut listing.problems);
        let mut load = Self {
            keys: content::keys(config),
            entries: Vec::with_capacity(results.len()),
            withheld: BTreeMap::new(),
            set_aside: BTreeMap::new(),
            problems,
            index,
            listing,
        };
        for (at, result) in results.into_iter().enumerate() {
            match result {
                Ok((entry, problems)) => load.sort(entry, problems, config),
                Err(problem) if problem.code == "system" => return Err(Fatal::one(problem)),
                Err(problem) => {
                    load.set_aside.insert(load.listing.sources[at].name.clone(), problem);
                }
            }
        }
        Ok(load)
    }

    fn sort(&mut self, entry: Entry, problems: Vec<Problem>, config: &Config) {
        self.problems.extend(problems);
        let reason = archive::reason(&entry.article, config);
        if let Some(reason) = reason {
            self.withheld.entry(reason).or_default().push(entry.source.clone());
        }
        if matches!(reason, None | Some(Reason::Removed)) {
            self.entries.push(entry);
        }
    }

    /// The file of a source.
    pub(super) fn source(&self, name: &str) -> Option<&fs::File> {
        self.index.get(name).map(|at| &self.listing.sources[*at])
    }

    /// Sets articles aside that turned out to be unusable.
    pub(super) fn set_aside(&mut self, archive: Archive, failed: BTreeMap<String, Problem>) {
        self.entries = archive.into_entries();
        self.entries.retain(|entry| !failed.contains_key(&entry.source));
        self.set_aside.extend(failed);
    }

    /// Sources set aside whose pages stay. A page of before may show what is to be redacted now.
    pub(super) fn kept(&self) -> BTreeSet<String> {
        let kept = self.set_aside.iter().filter(|(_, problem)| problem.code != "redact");
        kept.map(|(source, _)| source.clone()).collect()
    }

    /// Why sources were set aside.
    pub(super) fn set_aside_problems(&self) -> Vec<Problem> {
        self.set_aside.values().cloned().collect()
    }
}

fn entry(source: &fs::File, keys: &Keys) -> std::result::Result<(Entry, Vec<Problem>), Problem> {
    let loaded = content::read(source, keys)?;
    let outline = markdown::outline(&loaded.body)
        .map_err(|refused| refusal(&refused, &source.name, loaded.body_line))?;
    let Loaded { article, slug, explicit_slug, name_title, body, mut problems, .. } = loaded;
    problems.extend(unusable_addresses(&article, &source.name));
    let title =
        article.title.clone().or(outline.heading).filter(|title| !title.is_empty()).unwrap_or(name_title);
    let redaction = content::redaction(&article);
    let entry = Entry {
        source: source.name.clone(),
        alias: redaction.finds(&source.name).then(|| redaction.text(&source.name)),
        title: if title.is_empty() { slug.to_string() } else { title },
        article,
        slug,
        explicit_slug,
        excerpt: outline.excerpt,
        links: outline.links,
        body: xxh3_128(body.as_bytes()),
    };
    Ok((entry, problems))
}

/// Addresses of the provenance that no page can link to.
fn unusable_addresses<'a>(article: &'a Article, source: &'a str) -> impl Iterator<Item = Problem> + 'a {
    let from = &article.provenance;
    let addresses = [("original_url", &from.original_url), ("archived_url", &from.archived_url)];
    let given = addresses.into_iter().filter_map(|(key, url)| Some((key, url.as_deref()?)));
    given.filter(|(_, url)| markdown::safe_web_url(url).is_none()).map(move |(key, url)| {
        let url: String = url.chars().take(80).collect();
        let message = format!("`{key}: {url}` is not an address of the web; it is not shown");
        Problem::warning("unsafe-link", message).file(source).hint("write it with `https://` or `http://`")
    })
}

/// A body over a limit, as a problem of its file.
pub(super) fn refusal(refused: &markdown::Refused, source: &str, body_line: usize) -> Problem {
    let line = refused.line.map(|line| line + body_line - 1);
    Problem::error("markdown-limits", refused.message.clone()).file(source).at("", line, None)
}
