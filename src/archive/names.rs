//! Names of terms as entries hold them: each text once, however many articles have it.

use crate::article::{Terms, term_key};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The names of one article, by taxonomy key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names(Box<[OfTaxonomy]>);

/// A key and its names.
type OfTaxonomy = (Arc<str>, Box<[Arc<str>]>);

/// Names that are known already.
#[derive(Debug, Default)]
pub struct Pool(Mutex<HashSet<Arc<str>>>);

impl Names {
    /// The names in a taxonomy.
    pub fn of(&self, taxonomy: &str) -> &[Arc<str>] {
        let key = term_key(taxonomy);
        self.0.iter().find(|(known, _)| **known == *key).map_or(&[], |(_, names)| names)
    }
}

impl Pool {
    /// The names of an article, with those of others where they are the same.
    pub fn names(&self, terms: &Terms) -> Names {
        if terms.is_empty() {
            return Names::default();
        }
        // What a thread that failed has put in is as good as anything.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut shared = |name: &str| {
            if let Some(known) = known.get(name) {
                return Arc::clone(known);
            }
            let name: Arc<str> = name.into();
            known.insert(Arc::clone(&name));
            name
        };
        let all = terms.iter().map(|(key, names)| {
            let names = names.iter().map(|name| shared(name)).collect::<Vec<_>>();
            (shared(key), names.into())
        });
        Names(all.collect())
    }
}
