//! Aliases that name nothing, and terms that look like misspellings of others.

use crate::archive::{Archive, Term, term_slug};
use crate::article::term_key;
use crate::config::{self, Config, Taxonomy};
use crate::problem::Problem;
use crate::route::Slug;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Terms of which one note speaks.
const SHOWN: usize = 10;
/// Shorter words differ by a letter and mean something else: `war`, `car`.
const SHORTEST: usize = 5;

/// Aliases that name no term of a published article. Those of what is no taxonomy are reported by the archive.
pub(super) fn orphans(archive: &Archive, config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, aliases) in &config.aliases {
        let is_meant = |taxonomy: &Taxonomy| term_key(&taxonomy.name) == term_key(name);
        let Some(index) = config.taxonomies.iter().position(is_meant) else { continue };
        let name = &config.taxonomies[index].name;
        let published = archive.entries.iter().filter(|entry| !entry.removed());
        let names: BTreeSet<&Arc<str>> = published.flat_map(|entry| entry.terms(name)).collect();
        let used: BTreeMap<Slug, &Arc<str>> = names.into_iter().map(|name| (term_slug(name), name)).collect();
        for (from, to) in aliases.iter().filter(|(from, _)| !used.contains_key(&term_slug(from))) {
            let target = term_slug(to);
            let message = if archive.terms[index].iter().any(|term| term.slug == target) {
                format!("{name}: no article has `{from}`, so that its alias for `{to}` does nothing")
            } else {
                format!("{name}: no article has `{from}` or `{to}`, so that the alias does nothing")
            };
            let from = term_slug(from);
            let meant = used.iter().find(|(slug, _)| is_almost(slug.as_str(), from.as_str()));
            problems.push(match meant {
                Some((_, name)) => orphan(message).hint(format!("did you mean `{name}`?")),
                None => orphan(message).hint("remove it, or correct its spelling"),
            });
        }
    }
    problems
}

fn orphan(message: String) -> Problem {
    Problem::warning("orphan-term", message).file(config::FILE)
}

/// One note for each taxonomy that has terms of one article which are almost other, more used ones.
pub(super) fn similar(archive: &Archive, config: &Config) -> Vec<Problem> {
    let taxonomies = config.taxonomies.iter().zip(&archive.terms);
    taxonomies.filter_map(|(taxonomy, terms)| note(archive, &taxonomy.name, terms)).collect()
}

fn note(archive: &Archive, taxonomy: &str, terms: &[Term]) -> Option<Problem> {
    let pairs = pairs(terms);
    let (rare, usual) = pairs.first()?;
    let describe = |(rare, usual): &(&Term, &Term)| {
        let published = rare.slots.iter().map(|id| &archive.entries[*id]).find(|entry| !entry.removed());
        let place = published.map_or("", |entry| &*entry.source);
        format!("`{}` in `{place}` and `{}` in {} articles", rare.name, usual.name, usual.count)
    };
    let mut list: Vec<String> = pairs.iter().take(SHOWN).map(describe).collect();
    if pairs.len() > SHOWN {
        list.push(format!("and {} more", pairs.len() - SHOWN));
    }
    let message = format!("{taxonomy}: almost the same: {}", list.join("; "));
    let hint = format!(
        "if they are one, say so in `archive.yaml`: `aliases: {{{taxonomy}: {{{}: {}}}}}`",
        rare.name, usual.name
    );
    Some(Problem::note("similar-terms", message).hint(hint))
}

/// Terms of one article, each with the most used of those that differ from it by case, accent or one edit.
///
/// Slugs are without case and accents. Two words that differ by one edit are equal when the right letter is left out
/// of each, or of one: looking these up takes time in proportion to the terms, comparing all with all would not.
fn pairs(terms: &[Term]) -> Vec<(&Term, &Term)> {
    let mut usual: HashMap<String, Vec<&Term>> = HashMap::new();
    for term in terms.iter().filter(|term| term.count > 1) {
        for variant in variants(term.slug.as_str()) {
            usual.entry(variant).or_default().push(term);
        }
    }
    let best = |rare: &Term| {
        let found = variants(rare.slug.as_str()).filter_map(|variant| usual.get(&variant)).flatten();
        let alike = found.filter(|usual| is_almost(rare.slug.as_str(), usual.slug.as_str()));
        alike.max_by(|a, b| a.count.cmp(&b.count).then_with(|| b.slug.cmp(&a.slug))).copied()
    };
    terms.iter().filter(|term| term.count == 1).filter_map(|term| Some((term, best(term)?))).collect()
}

/// A slug, and what is left of it without each one of its letters.
fn variants(slug: &str) -> impl Iterator<Item = String> {
    let without =
        slug.char_indices().map(|(at, letter)| [&slug[..at], &slug[at + letter.len_utf8()..]].concat());
    std::iter::once(slug.to_string()).chain(without)
}

fn is_almost(a: &str, b: &str) -> bool {
    // `2019` and `2020`, `phase-1` and `phase-2` differ on purpose.
    let digits = |slug: &str| slug.chars().filter(char::is_ascii_digit).collect::<String>();
    a.len().min(b.len()) >= SHORTEST && digits(a) == digits(b) && strsim::osa_distance(a, b) <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(name: &str, count: usize) -> Term {
        Term { name: name.to_string(), slug: Slug::new(name), slots: vec![0; count], count }
    }

    #[track_caller]
    fn check(rare: &str, usual: &str, alike: bool) {
        let terms = [term(rare, 1), term(usual, 2)];
        assert_eq!(!pairs(&terms).is_empty(), alike, "{rare} {usual}");
    }

    #[test]
    fn one_edit_makes_a_likely_misspelling() {
        check("Econmy", "Economy", true);
        check("Econoomy", "Economy", true);
        check("Economi", "Economy", true);
        check("Eocnomy", "Economy", true);
        check("Élection", "Elections", true);
        check("Ecnmy", "Economy", false);
        check("war", "car", false);
        check("Phase 1", "Phase 2", false);
        check("Covid-19", "Covid", false);
    }

    #[test]
    fn the_most_used_of_several_is_meant() {
        let terms = [term("Harbou", 1), term("Harbour", 9), term("Harbout", 3)];
        assert_eq!(pairs(&terms), [(&terms[0], &terms[1])]);
        let terms = [term("Harbour", 1), term("Harbou", 1)];
        assert!(pairs(&terms).is_empty(), "neither is used more");
    }
}
