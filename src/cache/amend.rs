//! What is other than in the cache that was read.

use super::{Cache, File, Output, Published, Source};
use crate::fs::Stamp;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A record that is other than before; `None` if it is gone.
type Changed<K, T> = (K, Option<T>);

/// The outputs and folders of a site that was published.
pub type Lists<'a> = (&'a [(Arc<str>, Output)], &'a [Option<Stamp>]);

/// The difference between two caches.
#[derive(Serialize, Deserialize)]
pub struct Amendment {
    /// Sources, by name.
    pub sources: Vec<Changed<Arc<str>, Source>>,
    /// Other files, by name.
    pub files: Vec<Changed<String, File>>,
    /// What is said of the site as a whole.
    published: Published,
    outputs: Vec<Changed<Arc<str>, Output>>,
    /// Folders, by their number: there are as many as before.
    folders: Vec<(u32, Option<Stamp>)>,
}

impl Amendment {
    /// What is other in a site than the outputs and folders that the cache says were published into the same output;
    /// `None` if the folders are others. Sources and files are left to the caller.
    pub fn of((before, folders): Lists, now: &Published) -> Option<Self> {
        if folders.len() != now.folders.len() {
            return None;
        }
        let folders = now.folders.par_iter().zip(folders).enumerate();
        let folders = folders.filter(|(_, (now, before))| now != before);
        let folders = folders.map(|(at, (stamp, _))| (at as u32, *stamp)).collect();
        Some(Self { outputs: outputs(before, &now.outputs), folders, ..Self::plain(now) })
    }

    /// That of sources and outputs which stand in the lists of before already.
    pub fn of_some(
        sources: Vec<(Arc<str>, Source)>,
        outputs: Vec<(Arc<str>, Output)>,
        now: &Published,
    ) -> Self {
        let sources = sources.into_iter().map(|(name, source)| (name, Some(source))).collect();
        let outputs = outputs.into_iter().map(|(path, output)| (path, Some(output))).collect();
        Self { sources, outputs, ..Self::plain(now) }
    }

    /// What it says of inputs.
    pub(super) fn of_inputs(self) -> Self {
        Self { outputs: Vec::new(), folders: Vec::new(), ..self }
    }

    fn plain(now: &Published) -> Self {
        let published = now.without_lists();
        Self { sources: Vec::new(), files: Vec::new(), published, outputs: Vec::new(), folders: Vec::new() }
    }

    /// Puts some, one after the other, into the cache that they are about; nothing if they are about another.
    pub(super) fn apply(all: Vec<Self>, cache: &mut Cache) -> Option<()> {
        // The last word on each: to put them into long lists one by one would take its time.
        let (mut new_sources, mut new_outputs) = (BTreeMap::new(), BTreeMap::new());
        for Self { sources, files, published, outputs, folders } in all {
            new_sources.extend(sources);
            new_outputs.extend(outputs);
            for (name, file) in files {
                match file {
                    Some(file) => _ = cache.files.insert(name, file),
                    None => _ = cache.files.remove(&name),
                }
            }
            let lists = std::mem::take(&mut cache.published);
            cache.published = Published { outputs: lists.outputs, folders: lists.folders, ..published };
            for (at, stamp) in folders {
                *cache.published.folders.get_mut(at as usize)? = stamp;
            }
        }
        merge(&mut cache.sources, new_sources);
        merge(&mut cache.published.outputs, new_outputs);
        Some(())
    }
}

/// Records of one list that are not in the other, which are both sorted by path.
fn outputs(before: &[(Arc<str>, Output)], now: &[(Arc<str>, Output)]) -> Vec<Changed<Arc<str>, Output>> {
    let pairs = || now.par_iter().zip(before);
    if now.len() == before.len() && pairs().all(|(now, before)| now.0 == before.0) {
        // As after most edits: then all processors can look.
        let changed = pairs().filter(|(now, before)| !before.1.is_like(&now.1));
        return changed.map(|((path, output), _)| (Arc::clone(path), Some(output.clone()))).collect();
    }
    let mut changed = Vec::new();
    let mut old = before.iter().peekable();
    for (path, output) in now {
        while let Some((gone, _)) = old.next_if(|(other, _)| other < path) {
            changed.push((Arc::clone(gone), None));
        }
        let known = old.next_if(|(other, _)| other == path);
        if !known.is_some_and(|(_, known)| known.is_like(output)) {
            changed.push((Arc::clone(path), Some(output.clone())));
        }
    }
    changed.extend(old.map(|(gone, _)| (Arc::clone(gone), None)));
    changed
}

/// Puts changes into a sorted list.
fn merge<T>(list: &mut Vec<(Arc<str>, T)>, changes: BTreeMap<Arc<str>, Option<T>>) {
    let mut gone = Vec::new();
    let mut new = Vec::new();
    for (name, change) in changes {
        match (list.binary_search_by(|(other, _)| other.cmp(&name)), change) {
            (Ok(at), Some(record)) => list[at].1 = record,
            (Ok(at), None) => gone.push(at),
            (Err(_), Some(record)) => new.push((name, record)),
            (Err(_), None) => {}
        }
    }
    if !gone.is_empty() {
        let mut at = 0;
        list.retain(|_| {
            at += 1;
            gone.binary_search(&(at - 1)).is_err()
        });
    }
    if !new.is_empty() {
        list.extend(new);
        list.sort_by(|(a, _), (b, _)| a.cmp(b));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::btree_map;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn changes_lead_from_one_list_to_another(
            before in btree_map("[a-c]{0,2}", 0..3_u64, 0..8),
            now in btree_map("[a-c]{0,2}", 0..3_u64, 0..8),
        ) {
            let output = |size: u64| Output {
                fingerprint: u128::from(size), body: 0, sha256: [0; 32], size, stamp: None, notes: Vec::new(),
            };
            let list = |of: BTreeMap<String, u64>| -> Vec<(Arc<str>, Output)> {
                of.into_iter().map(|(path, size)| (path.into(), output(size))).collect()
            };
            let (mut before, now) = (list(before), list(now));
            let changes = outputs(&before, &now);
            let sizes = |list: &[(Arc<str>, Output)]| -> BTreeMap<String, u64> {
                list.iter().map(|(path, output)| (path.to_string(), output.size)).collect()
            };
            let (old, new) = (sizes(&before), sizes(&now));
            let needless = changes.iter().filter(|(path, _)| old.get(&**path) == new.get(&**path)).count();
            merge(&mut before, changes.into_iter().collect());
            prop_assert_eq!((sizes(&before), needless), (new, 0));
            prop_assert!(before.is_sorted_by(|(a, _), (b, _)| a < b));
        }
    }
}
