//! Names → terms: spellings that fold to one slug are one term.

use super::Entry;
use crate::article::term_key;
use crate::config::{Config, Taxonomy};
use crate::problem::Problem;
use crate::route::Slug;
use std::collections::{BTreeMap, BTreeSet};

/// Index of a term in its taxonomy.
pub type TermId = usize;

/// A term with its articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The most frequent spelling.
    pub name: String,
    /// Its folder below the taxonomy's.
    pub slug: Slug,
    /// Indices of its entries, oldest first, removed ones included.
    pub slots: Vec<usize>,
    /// How many of them are published; a term without any does not exist.
    pub count: usize,
}

type Grouped = (Vec<Vec<Term>>, Vec<Vec<Vec<TermId>>>, Vec<Problem>);

/// Groups entries by their terms, for every configured taxonomy.
pub(super) fn group(entries: &[Entry], config: &Config) -> Grouped {
    let mut problems: Vec<Problem> = without_taxonomy(config).collect();
    let mut all = Vec::with_capacity(config.taxonomies.len());
    let mut terms_of = vec![Vec::with_capacity(config.taxonomies.len()); entries.len()];
    for taxonomy in &config.taxonomies {
        let (terms, of) = group_one(entries, taxonomy, config, &mut problems);
        for (slot, ids) in terms_of.iter_mut().zip(of) {
            slot.push(ids);
        }
        all.push(terms);
    }
    (all, terms_of, problems)
}

/// Names that stand for others. Like terms, they are found however they are spelt.
pub struct Aliases<'a>(BTreeMap<Slug, &'a str>);

impl<'a> Aliases<'a> {
    /// Those of a taxonomy.
    pub fn of(config: &'a Config, taxonomy: &str) -> Self {
        let all = config.aliases.iter().filter(|(name, _)| term_key(name) == term_key(taxonomy));
        Self(all.flat_map(|(_, map)| map).map(|(from, to)| (Slug::new(from), to.as_str())).collect())
    }

    /// The name to use for a name, and its slug.
    pub fn resolve<'n>(&self, name: &'n str) -> (&'n str, Slug)
    where
        'a: 'n,
    {
        let slug = Slug::new(name);
        match self.0.get(&slug) {
            Some(other) => (other, Slug::new(other)),
            None => (name, slug),
        }
    }
}

/// Aliases of what is no taxonomy have no effect.
fn without_taxonomy(config: &Config) -> impl Iterator<Item = Problem> {
    let known = |name: &str| config.taxonomies.iter().any(|known| term_key(&known.name) == term_key(name));
    config.aliases.iter().filter(move |(name, _)| !known(name)).map(|(name, _)| {
        let message =
            format!("`aliases: {{{name}: …}}` has no effect: `{name}` is no taxonomy of this archive");
        Problem::warning("config", message).file(crate::config::FILE)
    })
}

#[derive(Default)]
struct Group<'a> {
    /// Spellings and how often each was used.
    spellings: BTreeMap<&'a str, usize>,
    slots: Vec<usize>,
    count: usize,
}

fn group_one(
    entries: &[Entry],
    taxonomy: &Taxonomy,
    config: &Config,
    problems: &mut Vec<Problem>,
) -> (Vec<Term>, Vec<Vec<TermId>>) {
    let aliases = Aliases::of(config, &taxonomy.name);
    let mut names: BTreeMap<&str, (&str, Slug)> = BTreeMap::new();
    let mut groups: BTreeMap<Slug, Group> = BTreeMap::new();
    for (id, entry) in entries.iter().enumerate() {
        for name in entry.article.terms(&taxonomy.name) {
            let (name, slug) = names.entry(name).or_insert_with(|| aliases.resolve(name));
            let group = groups.entry(slug.clone()).or_default();
            if group.slots.last() != Some(&id) {
                group.slots.push(id);
                group.count += usize::from(!entry.removed());
            }
            *group.spellings.entry(name).or_default() += usize::from(!entry.removed());
        }
    }
    groups.retain(|_, group| group.count > 0);
    let mut of = vec![Vec::new(); entries.len()];
    let mut terms = Vec::with_capacity(groups.len());
    for (slug, group) in groups {
        problems.extend(misspelt(&group, taxonomy));
        for id in &group.slots {
            of[*id].push(terms.len());
        }
        terms.push(Term { name: shown(&group).to_string(), slug, slots: group.slots, count: group.count });
    }
    // An article lists its terms in the order written, which says what matters most.
    for (entry, ids) in entries.iter().zip(&mut of) {
        let written = entry.article.terms(&taxonomy.name);
        let place = |id: &TermId| {
            let slug = &terms[*id].slug;
            written.iter().position(|name| names.get(name.as_str()).is_some_and(|(_, other)| other == slug))
        };
        ids.sort_by_cached_key(place);
    }
    (terms, of)
}

/// The most frequent spelling; of equals, the first in order.
fn shown<'a>(group: &Group<'a>) -> &'a str {
    let best = group.spellings.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)));
    best.map_or("", |(name, _)| name)
}

fn misspelt(group: &Group, taxonomy: &Taxonomy) -> Option<Problem> {
    const SHOWN: usize = 5;
    let used = group.spellings.iter().filter(|(_, count)| **count > 0);
    let different: BTreeSet<String> = used.clone().map(|(name, _)| name.to_lowercase()).collect();
    if different.len() < 2 {
        return None;
    }
    let list = used.take(SHOWN).map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let message = format!("{}: {list} are one term, shown as `{}`", taxonomy.name, shown(group));
    let hint = format!("choose one under `aliases: {{{}: …}}` in `archive.yaml`", taxonomy.name);
    Some(Problem::warning("term-spelling", message).hint(hint))
}
