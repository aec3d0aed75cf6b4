//! Groups of syndicated copies: `same_as` names the canonical article by its source or original address.

use super::Entry;
use crate::problem::Problem;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// For each copy its canonical article. A copy of a copy belongs to the same group; a ring has no canonical one.
pub(super) fn canonical(entries: &[Arc<Entry>]) -> (BTreeMap<usize, usize>, Vec<Problem>) {
    let names = names(entries);
    let (mut links, mut problems) = (BTreeMap::new(), Vec::new());
    for (id, entry) in entries.iter().enumerate().filter(|(_, entry)| !entry.removed()) {
        let Some(name) = &entry.article.same_as else { continue };
        match names.get(name.as_str()).copied().filter(|other| *other != id) {
            Some(other) => {
                links.insert(id, other);
            }
            None => problems.push(unknown(entry, name)),
        }
    }
    let mut canonical = BTreeMap::new();
    for (&copy, &first) in &links {
        let mut last = first;
        // No chain is longer than there are links; a longer one goes round.
        let steps = (0..links.len()).take_while(|_| match links.get(&last) {
            Some(next) => {
                last = *next;
                true
            }
            None => false,
        });
        if steps.count() < links.len() && last != copy {
            canonical.insert(copy, last);
        } else {
            let message = "`same_as` leads back to the article itself, so that no copy is the canonical one";
            let problem = Problem::warning("invalid-value", message).file(&entries[copy].source);
            problems.push(problem.hint("take `same_as` out of the article that was published first"));
        }
    }
    (canonical, problems)
}

/// How an article can be called: its file, with and without `content/`, and its original address.
fn names(entries: &[Arc<Entry>]) -> HashMap<&str, usize> {
    let mut names = HashMap::new();
    for (id, entry) in entries.iter().enumerate().filter(|(_, entry)| !entry.removed()) {
        let source = entry.source.as_str();
        let original = entry.article.provenance.original_url.as_deref();
        let short = source.split_once('/').map(|(_, below)| below);
        for name in [Some(source), short, original].into_iter().flatten() {
            names.entry(name).or_insert(id);
        }
    }
    names
}

fn unknown(entry: &Entry, name: &str) -> Problem {
    let message = format!("`same_as: {name}` names no other published article");
    Problem::warning("invalid-value", message)
        .file(&entry.source)
        .hint("name a file of `content/`, or the `original_url` of an article")
}
