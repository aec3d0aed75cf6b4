//! Articles that name another one in their front matter: by its file or its original address.

use super::Entry;
use crate::article::Article;
use crate::problem::Problem;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What published articles can be called.
pub(super) struct Named<'a> {
    entries: &'a [Arc<Entry>],
    known: HashMap<&'a str, usize>,
}

impl<'a> Named<'a> {
    /// Each article's file, with and without `content/`, and its original address.
    pub(super) fn of(entries: &'a [Arc<Entry>]) -> Self {
        let mut known = HashMap::new();
        // Most archives have no such article, and every name of every article is many names.
        let names_another =
            |entry: &Arc<Entry>| entry.article.same_as.is_some() || entry.article.translation_of.is_some();
        if !entries.iter().any(names_another) {
            return Self { entries, known };
        }
        for (id, entry) in entries.iter().enumerate().filter(|(_, entry)| !entry.removed()) {
            let source = &*entry.source;
            let original = entry.article.provenance.original_url.as_deref();
            let short = source.split_once('/').map(|(_, below)| below);
            for name in [Some(source), short, original].into_iter().flatten() {
                known.entry(name).or_insert(id);
            }
        }
        Self { entries, known }
    }

    /// For each published article that names another under a key: the other.
    pub(super) fn links(
        &self,
        key: &str,
        named: impl Fn(&Article) -> Option<&String>,
    ) -> (BTreeMap<usize, usize>, Vec<Problem>) {
        let (mut links, mut problems) = (BTreeMap::new(), Vec::new());
        for (id, entry) in self.entries.iter().enumerate().filter(|(_, entry)| !entry.removed()) {
            let Some(name) = named(&entry.article) else { continue };
            match self.known.get(name.as_str()).copied().filter(|other| *other != id) {
                Some(other) => {
                    links.insert(id, other);
                }
                None => problems.push(unknown(entry, key, name)),
            }
        }
        (links, problems)
    }
}

fn unknown(entry: &Entry, key: &str, name: &str) -> Problem {
    let message = format!("`{key}: {name}` names no other published article");
    Problem::warning("invalid-value", message)
        .file(&*entry.source)
        .hint("name a file of `content/`, or the `original_url` of an article")
}
