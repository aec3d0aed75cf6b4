//! Groups of translations: `translation_of` names the article that another was made from.

use super::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// For each article with translations, or that is one, the whole group in order of language and source. Whoever is
/// led to another, through however many, is in its group; a ring is one as well.
pub(super) fn groups(
    entries: &[Arc<Entry>],
    links: &BTreeMap<usize, usize>,
    lang: &str,
) -> BTreeMap<usize, Arc<[usize]>> {
    let members: BTreeSet<usize> = links.iter().flat_map(|(id, other)| [*id, *other]).collect();
    let mut above: BTreeMap<usize, usize> = members.iter().map(|id| (*id, *id)).collect();
    for (id, other) in links {
        let (one, two) = (top(&mut above, *id), top(&mut above, *other));
        above.insert(one, two);
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for id in members {
        groups.entry(top(&mut above, id)).or_default().push(id);
    }
    let key = |id: &usize| {
        let entry = &entries[*id];
        (entry.article.lang.as_deref().unwrap_or(lang), &*entry.source)
    };
    let mut group_of = BTreeMap::new();
    for mut group in groups.into_values() {
        group.sort_by(|a, b| key(a).cmp(&key(b)));
        let group: Arc<[usize]> = group.into();
        group_of.extend(group.iter().map(|id| (*id, Arc::clone(&group))));
    }
    group_of
}

/// The article that stands for a group so far. Ways to it are halved as they are walked, or long ones would be walked
/// as often as they are long.
fn top(above: &mut BTreeMap<usize, usize>, mut id: usize) -> usize {
    while above[&id] != id {
        let next = above[&above[&id]];
        above.insert(id, next);
        id = next;
    }
    id
}
