//! Names → terms: spellings that fold to one slug are one term.

use super::Entry;
use super::lists::Lists;
use crate::article::term_key;
use crate::config::{Config, Taxonomy};
use crate::problem::Problem;
use crate::route::{Slug, suffix};
use ahash::AHashMap;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization as _;

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

type Grouped = (Vec<Vec<Term>>, Vec<Lists>, Vec<Problem>);

/// Groups entries by their terms, for every configured taxonomy.
pub(super) fn group(entries: &[Arc<Entry>], config: &Config) -> Grouped {
    let mut problems: Vec<Problem> = without_taxonomy(config).collect();
    let (mut all, mut terms_of) = (Vec::new(), Vec::new());
    let grouped: Vec<_> =
        config.taxonomies.par_iter().map(|taxonomy| group_one(entries, taxonomy, config)).collect();
    for (terms, of, found) in grouped {
        problems.extend(found);
        all.push(terms);
        terms_of.push(of);
    }
    (all, terms_of, problems)
}

/// The slug of a term. Two words in Chinese characters can sound alike and mean something else, so their slug, which
/// is how they sound, gets digits of the very word.
pub fn term_slug(name: &str) -> Slug {
    let slug = Slug::new(name);
    let is_han =
        |letter: char| matches!(u32::from(letter), 0x3400..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff);
    if !name.is_ascii() && name.chars().any(is_han) {
        slug.with_suffix(&suffix(&name.nfkc().collect::<String>().to_lowercase()))
    } else {
        slug
    }
}

/// Names that stand for others. Like terms, they are found however they are spelt.
pub struct Aliases {
    names: BTreeMap<Slug, (String, Slug)>,
    /// Names that lead back to themselves; they stand for nothing.
    rings: Vec<String>,
}

impl Aliases {
    /// Those of a taxonomy.
    pub fn of(config: &Config, taxonomy: &str) -> Self {
        let all = config.aliases.iter().filter(|(name, _)| term_key(name) == term_key(taxonomy));
        let pairs: Vec<(&str, &str)> =
            all.flat_map(|(_, map)| map).map(|(from, to)| (from.as_str(), to.as_str())).collect();
        let next: BTreeMap<Slug, (&str, Slug)> =
            pairs.iter().map(|(from, to)| (term_slug(from), (*to, term_slug(to)))).collect();
        let (mut names, mut rings) = (BTreeMap::new(), Vec::new());
        for (from, _) in pairs {
            let first = term_slug(from);
            let mut last = &next[&first];
            // No chain is longer than there are aliases; a longer one goes round. One that only respells is its end.
            let steps = (0..next.len()).take_while(|_| match next.get(&last.1) {
                Some(further) if further.1 != last.1 => {
                    last = further;
                    true
                }
                _ => false,
            });
            if steps.count() < next.len() {
                names.insert(first, (last.0.to_string(), last.1.clone()));
            } else {
                rings.push(from.to_string());
            }
        }
        Self { names, rings }
    }

    /// The name to use for a name.
    pub fn name<'n>(&'n self, name: &'n str) -> &'n str {
        // Without aliases there is nothing that a slug would be looked up in.
        if self.names.is_empty() { name } else { self.resolve(name).0 }
    }

    /// The name to use for a name, and its slug.
    pub fn resolve<'n>(&'n self, name: &'n str) -> (&'n str, Slug) {
        let slug = term_slug(name);
        match self.names.get(&slug) {
            Some((other, slug)) => (other, slug.clone()),
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

/// A spelling as it is written, and who uses it.
struct Spelling<'a> {
    /// The name to use for it.
    name: &'a str,
    slug: Slug,
    slots: Vec<usize>,
    count: usize,
}

#[derive(Default)]
struct Group<'a> {
    /// Spellings and how often each was used.
    spellings: BTreeMap<&'a str, usize>,
    slots: Vec<usize>,
    count: usize,
}

fn group_one(
    entries: &[Arc<Entry>],
    taxonomy: &Taxonomy,
    config: &Config,
) -> (Vec<Term>, Lists, Vec<Problem>) {
    let aliases = Aliases::of(config, &taxonomy.name);
    let ring = aliases.rings.first().map(|name| {
        let message = format!("`aliases: {{{}: {{{name}: …}}}}` leads back to itself", taxonomy.name);
        let hint = "of names that mean one, let one stand for the others";
        Problem::warning("config", message).file(crate::config::FILE).hint(hint)
    });
    let mut problems: Vec<Problem> = ring.into_iter().collect();
    let (spellings, written) = spellings(entries, taxonomy, &aliases);
    let mut groups: BTreeMap<&Slug, (Group, Vec<usize>)> = BTreeMap::new();
    for (at, spelling) in spellings.iter().enumerate() {
        let (group, members) = groups.entry(&spelling.slug).or_default();
        *group.spellings.entry(spelling.name).or_default() += spelling.count;
        group.slots.extend(&spelling.slots);
        members.push(at);
    }
    let mut term_of = vec![None; spellings.len()];
    let mut terms = Vec::with_capacity(groups.len());
    for (slug, (mut group, members)) in groups {
        // Several spellings in one article are one use.
        group.slots.sort_unstable();
        group.slots.dedup();
        group.count = group.slots.iter().filter(|id| !entries[**id].removed()).count();
        if group.count == 0 {
            continue;
        }
        problems.extend(misspelt(&group, taxonomy));
        for at in members {
            term_of[at] = Some(terms.len() as u32);
        }
        let name = shown(&group).to_string();
        terms.push(Term { name, slug: slug.clone(), slots: group.slots, count: group.count });
    }
    // An article lists its terms in the order written, which says what matters most.
    let mut of = Lists::default();
    for entry in 0..entries.len() {
        let mut ids: Vec<u32> = Vec::new();
        for id in written.get(entry).iter().filter_map(|at| term_of[*at as usize]) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        of.push(ids);
    }
    (terms, of, problems)
}

/// All spellings, and for each entry those it uses: a name that thousands of articles have is folded once.
fn spellings<'a>(
    entries: &'a [Arc<Entry>],
    taxonomy: &Taxonomy,
    aliases: &'a Aliases,
) -> (Vec<Spelling<'a>>, Lists) {
    let mut index: AHashMap<&str, usize> = AHashMap::new();
    let mut spellings: Vec<Spelling> = Vec::new();
    let mut written = Lists::default();
    for (id, entry) in entries.iter().enumerate() {
        written.push(entry.terms(&taxonomy.name).iter().map(|name| {
            let at = *index.entry(name).or_insert_with(|| {
                let (name, slug) = aliases.resolve(name);
                spellings.push(Spelling { name, slug, slots: Vec::new(), count: 0 });
                spellings.len() - 1
            });
            spellings[at].slots.push(id);
            spellings[at].count += usize::from(!entry.removed());
            at as u32
        }));
    }
    (spellings, written)
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
