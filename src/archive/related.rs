//! Articles → the few that are about the same: by names and title words that both have and few others do.
//!
//! What two articles share weighs by how rare it is, as the logarithm of its count, rounded down. So a new article
//! changes the weight of a name only where its count doubles, and then for articles that have the name; nothing else
//! depends on how many there are, but for archives of less than 4,096, where it is their size, rounded in the same way.
//!
//! | shared | times its rarity |
//! |---|---|
//! | a tag, or a term of a taxonomy of the project's own | 4 |
//! | a place | 3 |
//! | a word of the title | 2 |
//! | an author, a section, two letters of a title without spaces | 1 |
//! | a source | 0 |
//!
//! Of a frequent name only the articles nearest in date are looked at, so that the work grows with the number of
//! articles and no faster.

use super::{Archive, Entry, title};
use crate::article::term_key;
use crate::config::Config;
use std::cmp::Ordering;
use std::collections::HashMap;

/// Most articles shown as related to one.
const MOST: usize = 5;
/// Names in more articles than two to this power weigh nothing.
const RAREST: u32 = 12;
/// As for [`RAREST`], in the smallest archives: else two of three articles would have nothing rare in common.
const LEAST_RARE: u32 = 3;
/// Terms of one article that count: the first ones.
const TERMS: usize = 24;
/// How many articles before and after one are looked at for each name.
const REACH: usize = 20;

/// What relates articles.
pub struct Related {
    /// The weight of what but one article has.
    rarest: u32,
    /// What each taxonomy counts for.
    factors: Vec<u32>,
    /// Which entries can be shown: neither removed ones nor copies, for which the canonical article stands.
    shown: Vec<bool>,
    /// The day of each entry, for distances.
    days: Vec<Option<i32>>,
    /// The words of each entry's title.
    words_of: Lists,
    /// The entries that can be shown with each word in their titles.
    with_word: Lists,
    /// What each word counts for.
    word_factors: Vec<u32>,
}

/// Many short lists in one piece.
#[derive(Default)]
struct Lists {
    ends: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    fn push(&mut self, items: impl IntoIterator<Item = u32>) {
        self.items.extend(items);
        self.ends.push(self.items.len() as u32);
    }

    fn get(&self, at: usize) -> &[u32] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[start as usize..self.ends[at] as usize]
    }

    /// For each of `count` items the lists that hold it, in order.
    fn inverted(&self, count: usize, wanted: &[bool]) -> Self {
        let lists = || (0..self.ends.len()).filter(|list| wanted[*list]);
        let mut ends = vec![0; count];
        for item in lists().flat_map(|list| self.get(list)) {
            ends[*item as usize] += 1;
        }
        let mut next = 0;
        for end in &mut ends {
            // First where a list begins; filling it moves that to where it ends.
            next += std::mem::replace(end, next);
        }
        let mut items = vec![0; next as usize];
        for list in lists() {
            for item in self.get(list) {
                let end = &mut ends[*item as usize];
                items[*end as usize] = list as u32;
                *end += 1;
            }
        }
        Self { ends, items }
    }
}

/// Sums by article: one small table, as this is asked for each article, and sorting would take three times as long.
struct Tally {
    /// Article and sum, where a sum of 0 is an empty slot.
    slots: Vec<(u32, u32)>,
}

impl Tally {
    fn for_at_most(count: usize) -> Self {
        Self { slots: vec![(0, 0); (count + count / 2).next_power_of_two()] }
    }

    fn add(&mut self, id: u32, weight: u32) {
        let last = self.slots.len() - 1;
        // Fibonacci hashing: articles of one day stand side by side.
        let mut at = (id.wrapping_mul(0x9e37_79b9) >> 7) as usize & last;
        while self.slots[at].1 > 0 && self.slots[at].0 != id {
            at = (at + 1) & last;
        }
        self.slots[at].0 = id;
        self.slots[at].1 += weight;
    }

    fn scores(self) -> impl Iterator<Item = (usize, u32)> {
        let used = self.slots.into_iter().filter(|(_, sum)| *sum > 0);
        used.map(|(id, sum)| (id as usize, sum))
    }
}

/// An article that has something in common with another.
struct Match {
    id: usize,
    score: u32,
    /// Days between the two.
    distance: u32,
}

impl Related {
    /// Looks at all titles.
    pub fn new(archive: &Archive, config: &Config) -> Self {
        let entries = archive.entries.iter().enumerate();
        let shown: Vec<bool> =
            entries.map(|(id, entry)| !entry.removed() && !archive.canonical.contains_key(&id)).collect();
        let mut known: HashMap<u64, u32> = HashMap::new();
        let mut word_factors = Vec::new();
        let mut words_of = Lists::default();
        for entry in &archive.entries {
            let words = if entry.removed() { Vec::new() } else { title::words(&entry.title) };
            let number = |word: title::Word| {
                *known.entry(word.hash).or_insert_with(|| {
                    word_factors.push(if word.half { 1 } else { 2 });
                    word_factors.len() as u32 - 1
                })
            };
            let mut words: Vec<u32> = words.into_iter().map(number).collect();
            words.sort_unstable();
            words.dedup();
            words_of.push(words);
        }
        let with_word = words_of.inverted(word_factors.len(), &shown);
        let count = shown.iter().filter(|shown| **shown).count();
        Self {
            rarest: count.max(1).ilog2().clamp(LEAST_RARE, RAREST),
            factors: config.taxonomies.iter().map(|taxonomy| factor(&taxonomy.name)).collect(),
            days: archive.entries.iter().map(|entry| day(entry)).collect(),
            shown,
            words_of,
            with_word,
            word_factors,
        }
    }

    /// The articles of the same archive most like one, best first; none that have little in common.
    pub fn of(&self, archive: &Archive, id: usize) -> Vec<usize> {
        let canonical = archive.canonical.get(&id);
        let translations = archive.translations(id);
        let mut best: Vec<Match> = Vec::with_capacity(MOST + 1);
        for (other, score) in self.scores(archive, id) {
            // As much as a tag of half the greatest rarity; no single word of a title is enough, two rare ones are.
            let enough = score >= 2 * self.rarest;
            let linked = Some(&other) == canonical || translations.contains(&other);
            if !enough || other == id || !self.shown[other] || linked {
                continue;
            }
            let found = Match { id: other, score, distance: self.distance(id, other) };
            let at = best.partition_point(|known| order(archive, known, &found).is_lt());
            if at < MOST {
                best.insert(at, found);
                best.truncate(MOST);
            }
        }
        best.into_iter().map(|found| found.id).collect()
    }

    /// Articles that share something with one, in no order, and what it weighs in all.
    fn scores(&self, archive: &Archive, id: usize) -> impl Iterator<Item = (usize, u32)> + use<> {
        let taxonomies = archive.terms.iter().zip(&archive.terms_of[id]).zip(&self.factors);
        let terms =
            taxonomies.flat_map(|((terms, of), factor)| of.iter().map(|term| (&terms[*term], *factor)));
        // What weighs nothing stands in the longest lists: to look for a place in these would be most of the work.
        let terms = terms
            .map(|(term, factor)| (&term.slots, factor * self.rarity(term.count)))
            .filter(|(_, weight)| *weight > 0);
        let terms: Vec<_> = terms.take(TERMS).map(|(slots, weight)| (nearest(slots, &id), weight)).collect();
        let words = self.words_of.get(id).iter().map(|word| {
            let with_word = self.with_word.get(*word as usize);
            (with_word, self.word_factors[*word as usize] * self.rarity(with_word.len()))
        });
        let words = words.filter(|(_, weight)| *weight > 0);
        let words: Vec<_> = words.map(|(list, weight)| (nearest(list, &(id as u32)), weight)).collect();
        let many = terms.iter().map(|(near, _)| near.len()).chain(words.iter().map(|(near, _)| near.len()));
        let mut tally = Tally::for_at_most(many.sum());
        for (near, weight) in terms {
            for other in near {
                tally.add(*other as u32, weight);
            }
        }
        for (near, weight) in words {
            for other in near {
                tally.add(*other, weight);
            }
        }
        tally.scores()
    }

    fn rarity(&self, count: usize) -> u32 {
        self.rarest.saturating_sub(count.max(1).ilog2())
    }

    fn distance(&self, a: usize, b: usize) -> u32 {
        match (self.days[a], self.days[b]) {
            (Some(a), Some(b)) => a.abs_diff(b),
            (None, None) => 0,
            _ => u32::MAX,
        }
    }
}

/// The better first, then the nearer in date. Of equals their identity decides: where they stand may change.
fn order(archive: &Archive, a: &Match, b: &Match) -> Ordering {
    let identity = |found: &Match| archive.entries[found.id].identity();
    let (score, distance) = (b.score.cmp(&a.score), a.distance.cmp(&b.distance));
    score.then(distance).then_with(|| identity(a).cmp(identity(b))).then_with(|| a.id.cmp(&b.id))
}

fn factor(taxonomy: &str) -> u32 {
    match term_key(taxonomy) {
        "sources" => 0,
        "authors" | "sections" => 1,
        "places" => 3,
        _ => 4,
    }
}

/// Entries are ordered by date, so those nearest in a list are those nearest in date.
fn nearest<'l, T: Ord>(list: &'l [T], id: &T) -> &'l [T] {
    let at = list.partition_point(|other| other < id);
    &list[at.saturating_sub(REACH)..list.len().min(at + REACH + 1)]
}

/// A number that grows with the date; months may be as long as each other.
fn day(entry: &Entry) -> Option<i32> {
    let (year, month, day, _) = entry.article.date?.civil();
    Some((i32::from(year) * 12 + i32::from(month)) * 31 + i32::from(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_inverted() {
        let mut lists = Lists::default();
        for items in [vec![0, 2], vec![], vec![2], vec![0, 3]] {
            lists.push(items);
        }
        let inverted = lists.inverted(4, &[true, true, true, true]);
        let all: Vec<_> = (0..4).map(|item| inverted.get(item)).collect();
        assert_eq!(all, [&[0, 3][..], &[], &[0, 2], &[3]]);
        assert_eq!(lists.inverted(4, &[true, true, false, false]).get(2), [0]);
    }

    #[test]
    fn a_tally_adds_up() {
        let mut tally = Tally::for_at_most(9);
        for id in [7, 0, 7, 32, 64, 7, u32::MAX, 0, 1] {
            tally.add(id, 2);
        }
        let mut scores: Vec<_> = tally.scores().collect();
        scores.sort_unstable();
        assert_eq!(scores, [(0, 4), (1, 2), (7, 6), (32, 2), (64, 2), (u32::MAX as usize, 2)]);
        assert_eq!(Tally::for_at_most(0).scores().count(), 0);
    }

    #[test]
    fn only_the_nearest_of_many_are_looked_at() {
        let list: Vec<u32> = (0..1000).map(|n| n * 2).collect();
        assert_eq!(nearest(&list, &1000), &list[500 - REACH..=500 + REACH]);
        assert_eq!(nearest(&list, &0).len(), REACH + 1);
        assert_eq!(nearest(&list, &1999).len(), REACH);
        assert_eq!(nearest(&[] as &[u32], &7), [] as [u32; 0]);
    }
}
