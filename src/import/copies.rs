//! Which of the articles are copies → `same_as` in their front matter.

use super::existing::{LIMIT, is_untouched, stamped};
use super::near::{self, Item, Text};
use crate::article::{self, Article, Date, Keys, Raw};
use crate::fs;
use anyhow::Result;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use xxhash_rust::xxh3::xxh3_64;

/// All articles that may be copies of one another.
#[derive(Default)]
pub(super) struct Copies {
    items: Vec<Item>,
    /// Their places, by the hashes of their names.
    places: HashMap<u64, usize>,
}

/// A canonical article and its copies, as files relative to the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The article that stands for all.
    pub canonical: String,
    /// The others.
    pub copies: Vec<String>,
}

/// What came of it.
#[derive(Default)]
pub(super) struct Settled {
    /// Groups of which an article says now what it did not say before.
    pub(super) groups: Vec<Group>,
    /// Copies among the articles of this run, each with its canonical one.
    pub(super) copies: Vec<(String, String)>,
    /// Articles that were there before and say something else now.
    pub(super) regrouped: Vec<String>,
    /// Articles that were edited by hand, each with one of this run that it seems to be a copy of.
    pub(super) kept: Vec<(String, String)>,
}

impl Copies {
    pub(super) fn of(items: Vec<Item>) -> Self {
        let places = items.iter().enumerate().map(|(at, item)| (xxh3_64(item.name.as_bytes()), at)).collect();
        Self { items, places }
    }

    /// Adds an article that this run wrote.
    pub(super) fn add(&mut self, name: &str, article: &Article, text: &Text) {
        let Some(mut item) = Item::of(name, article, article.date, text.clone(), true) else { return };
        (item.met, item.written) = (true, true);
        let at = *self.places.entry(xxh3_64(name.as_bytes())).or_insert(self.items.len());
        match self.items.get_mut(at) {
            Some(known) => *known = item,
            None => self.items.push(item),
        }
    }

    /// Remembers that an article is of this run, though it stays as it is.
    pub(super) fn meet(&mut self, name: &str) {
        if let Some(at) = self.places.get(&xxh3_64(name.as_bytes())) {
            self.items[*at].met = true;
        }
    }

    /// Decides which articles are copies, and writes it down where it is not said yet.
    pub(super) fn settle(&self, root: &Path, dry_run: bool) -> Result<Settled> {
        let near::Decided { decisions, kept } = near::decide(&self.items);
        let name = |at: u32| self.items[at as usize].name.to_string();
        let item = |at: u32| &self.items[at as usize];
        let is_news = |(copy, canonical): &&near::Decision| !item(*copy).says(canonical.map(&item));
        let news: Vec<near::Decision> = decisions.iter().filter(is_news).copied().collect();
        if !dry_run {
            self.write(root, &news)?;
        }
        let mut groups: BTreeMap<u32, Group> = BTreeMap::new();
        for canonical in news.iter().filter_map(|(_, canonical)| *canonical) {
            groups
                .entry(canonical)
                .or_insert_with(|| Group { canonical: name(canonical), ..Group::default() });
        }
        let mut settled = Settled::default();
        for (copy, canonical) in decisions.iter().filter_map(|(copy, of)| Some((*copy, (*of)?))) {
            if let Some(group) = groups.get_mut(&canonical) {
                group.copies.push(name(copy));
            }
            if item(copy).met {
                settled.copies.push((name(copy), name(canonical)));
            }
        }
        settled.groups = groups.into_values().collect();
        settled.regrouped =
            news.iter().filter(|(at, _)| !item(*at).written).map(|(at, _)| name(*at)).collect();
        settled.kept = kept.into_iter().map(|(copy, canonical)| (name(copy), name(canonical))).collect();
        Ok(settled)
    }

    fn write(&self, root: &Path, news: &[near::Decision]) -> Result<()> {
        let name = |at: u32| &*self.items[at as usize].name;
        let canonical: Vec<u32> = {
            let mut all: Vec<u32> = news.iter().filter_map(|(_, canonical)| *canonical).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let addresses: Vec<Option<String>> =
            canonical.par_iter().map(|at| address(&root.join(name(*at)))).collect();
        let called = |at: u32| {
            let address = canonical.binary_search(&at).ok().and_then(|place| addresses[place].as_deref());
            (name(at), address)
        };
        news.par_iter().try_for_each(|(copy, of)| amend(&root.join(name(*copy)), of.map(called)))
    }
}

/// The original address of an article.
fn address(path: &Path) -> Option<String> {
    let bytes = fs::read(path, LIMIT).ok()?;
    let parsed = article::parse(&String::from_utf8_lossy(&bytes), &Keys::default()).ok()?;
    parsed.article.provenance.original_url
}

/// Names the canonical article of one in its front matter, by its address, which stays when files are moved, or else
/// by its file. An article that was edited in the meantime stays as it is.
fn amend(path: &Path, canonical: Option<(&str, Option<&str>)>) -> Result<()> {
    let text = String::from_utf8_lossy(&fs::read(path, LIMIT)?).replace("\r\n", "\n");
    let Ok(parsed) = article::parse(&text, &Keys::default()) else { return Ok(()) };
    let mut article = parsed.article;
    let Some(raw) = article.raw.take() else { return Ok(()) };
    if !is_untouched(&text, raw.written.as_deref().unwrap_or_default()) {
        return Ok(());
    }
    article.raw = Some(Box::new(Raw { written: None, ..*raw }));
    article.same_as = canonical.map(|(file, address)| {
        let address = address.filter(|address| article.provenance.original_url.as_deref() != Some(address));
        address.unwrap_or_else(|| file.strip_prefix("content/").unwrap_or(file)).to_string()
    });
    article.seldom.settle();
    let body = text[parsed.body..].trim_matches('\n');
    fs::replace(path, stamped(&article, body).as_bytes())?;
    Ok(())
}

/// What a file of the archive is to those that may be its copies.
pub(super) fn item(
    name: &str,
    article: &Article,
    date: Option<Date>,
    body: &str,
    ours: bool,
) -> Option<Item> {
    Item::of(name, article, date, Text::of(article, body), ours)
}
