//! Names of terms as entries hold them: each text once, however many articles have it.

use crate::article::{Terms, term_key};
use ahash::AHashSet;
use serde::{Deserialize, Deserializer, Serialize};
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

/// Keys, each with where its names end.
type Ends = Arc<[(Arc<str>, u32)]>;

/// The names of one article, by taxonomy key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Names {
    /// Most articles of an archive have the same.
    ends: Ends,
    names: Box<[Arc<str>]>,
}

/// Names that are known already, and keys with the numbers of their names.
#[derive(Debug, Default)]
pub struct Pool(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    names: AHashSet<Arc<str>>,
    ends: AHashSet<Ends>,
}

thread_local! {
    /// What this thread has read: who reads a hundred thousand articles one after the other meets few new names.
    static READ: RefCell<Known> = RefCell::default();
}

/// Names of which a thread that reads remembers that it has them; then it begins anew.
const REMEMBERED: usize = 16 << 10;

/// [`Names`] as they are stored; it must have the same fields in the same order.
#[derive(Deserialize)]
#[serde(rename = "Names")]
struct Stored<'a> {
    #[serde(borrow)]
    ends: Vec<(&'a str, u32)>,
    #[serde(borrow)]
    names: Vec<&'a str>,
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored { ends, names } = Stored::deserialize(deserializer)?;
        Ok(READ.with_borrow_mut(|known| {
            if known.names.len() > REMEMBERED {
                *known = Known::default();
            }
            let ends = ends.into_iter().map(|(key, end)| (known.name(key), end)).collect();
            Self { ends: known.ends(ends), names: names.into_iter().map(|name| known.name(name)).collect() }
        }))
    }
}

impl Names {
    /// The names in a taxonomy.
    pub fn of(&self, taxonomy: &str) -> &[Arc<str>] {
        let key = term_key(taxonomy);
        let Some(at) = self.ends.iter().position(|(known, _)| **known == *key) else { return &[] };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before].1);
        self.names.get(start as usize..self.ends[at].1 as usize).unwrap_or_default()
    }
}

impl Known {
    fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        self.names.insert(Arc::clone(&name));
        name
    }

    fn ends(&mut self, ends: Vec<(Arc<str>, u32)>) -> Ends {
        if let Some(known) = self.ends.get(ends.as_slice()) {
            return Arc::clone(known);
        }
        let ends: Ends = ends.into();
        self.ends.insert(Arc::clone(&ends));
        ends
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
        let (mut ends, mut names) = (Vec::new(), Vec::new());
        for (key, of) in terms.iter() {
            names.extend(of.iter().map(|name| known.name(name)));
            ends.push((known.name(key), names.len() as u32));
        }
        Names { ends: known.ends(ends), names: names.into() }
    }
}
