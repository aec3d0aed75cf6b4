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

use super::lists::Lists;
use super::{Archive, Entry, title};
use crate::article::{Kind, term_key};
use crate::config::Config;
use ahash::AHashMap;
use rayon::prelude::*;
use std::borrow::Cow;
use std::cmp;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

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

/// Titles that are taken apart at a time.
const CHUNK: usize = 16 << 10;

/// Finds related articles. To look at all titles takes its time, and is worth it only if more than a few articles ask.
///
/// Those who ask may be threads of a pool. Such a thread takes other work up while it waits, and if that were an article
/// that asks as well, it would wait for itself: so nobody waits for somebody else's look, and a look that was not made
/// beforehand is made by the one thread that needs it.
#[derive(Default)]
pub struct Related {
    /// What was found for a few.
    few: Mutex<Vec<(usize, Vec<usize>)>>,
    /// How many asked before there was an index.
    asked: AtomicUsize,
    index: OnceLock<Index>,
    /// Whether what titles say is kept for the archive after an edit.
    keeps: bool,
    titles: OnceLock<Titles>,
}

/// What all titles say.
#[derive(Clone)]
struct Titles {
    all: Arc<Apart>,
    /// Those that were edited since.
    edited: BTreeMap<usize, Vec<title::Word>>,
}

/// Titles taken apart, in the order of their entries.
struct Apart {
    words: Vec<title::Word>,
    ends: Vec<u32>,
    /// Which entries can be shown: neither removed ones nor copies, for which the canonical article stands.
    shown: Vec<bool>,
}

/// The words of one title after the other.
type Words<'a> = Box<dyn Iterator<Item = Cow<'a, [title::Word]>> + 'a>;

/// Who takes titles apart.
#[derive(Clone, Copy, PartialEq)]
enum Hands {
    /// All threads of the pool.
    All,
    /// This one.
    One,
}

impl Related {
    /// As many articles are looked at each by itself; it takes a part of the time that all take.
    const FEW: usize = 4;

    /// One that keeps what titles say, for archives that are edited.
    pub fn keeping() -> Self {
        Self { keeps: true, ..Self::default() }
    }

    /// The same for an archive in which some entries stand in the place of those of `before` and differ from them by
    /// nothing but words; nothing if no article has another title.
    pub fn retitled(&self, archive: &Archive, before: &[Arc<Entry>]) -> Option<Self> {
        let articles = before.iter().filter(|entry| entry.article.kind == Kind::Article);
        let placed = articles.filter_map(|entry| Some((archive.place(entry)?, entry)));
        let retitled = placed.filter(|(id, entry)| archive.entries[*id].title != entry.title);
        let ids: Vec<usize> = retitled.map(|(id, _)| id).collect();
        if ids.is_empty() {
            return None;
        }
        let mut titles = self.titles.get().cloned();
        if let Some(Titles { edited, .. }) = &mut titles {
            edited.extend(ids.iter().map(|id| (*id, words_of(&archive.entries[*id]))));
        }
        let titles = titles.map(OnceLock::from).unwrap_or_default();
        Some(Self { keeps: self.keeps, titles, ..Self::default() })
    }

    /// Gets ready, by all threads, for some articles of an archive, which is always the same; while nobody else asks.
    pub fn prepare(&self, archive: &Archive, config: &Config, ids: impl Iterator<Item = usize>) {
        let mut few = self.few.lock().unwrap_or_else(PoisonError::into_inner);
        let new = ids.filter(|id| !few.iter().any(|(known, _)| known == id));
        let new: Vec<usize> = new.take(Self::FEW + 1).collect();
        if self.index.get().is_some() || new.is_empty() {
            return;
        }
        if few.len() + new.len() > Self::FEW {
            // Nobody else asks.
            let _ = self.index.set(self.index_of(archive, config, None, Hands::All));
        } else {
            let found = |id| (id, self.index_of(archive, config, Some(id), Hands::All).of(archive, id));
            few.extend(new.into_iter().map(found));
        }
    }

    /// The articles most like one of the archive, best first; none that have little in common.
    pub fn of(&self, archive: &Archive, config: &Config, id: usize) -> Vec<usize> {
        if let Some(index) = self.index.get() {
            return index.of(archive, id);
        }
        // Nobody who asks looks at titles while he holds it.
        let few = || self.few.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = few().iter().find(|(known, _)| *known == id) {
            return found.clone();
        }
        // Outside of a pool nobody takes other work up.
        let hands = if rayon::current_thread_index().is_none() { Hands::All } else { Hands::One };
        if self.asked.fetch_add(1, Ordering::Relaxed) == Self::FEW {
            let index = self.index_of(archive, config, None, hands);
            return self.index.get_or_init(|| index).of(archive, id);
        }
        let found = self.index_of(archive, config, Some(id), hands).of(archive, id);
        few().push((id, found.clone()));
        found
    }

    /// The articles for which others may be related than before some took the place of those of before, by index, with
    /// other titles, or which may show a new title: those near one for a term or word that both its titles have, and all
    /// for a word that only one has. By all threads.
    pub fn around(&self, archive: &Archive, before: &[(usize, &Entry)]) -> Vec<usize> {
        let titles = before.iter().map(|(id, before)| [words_of(&archive.entries[*id]), words_of(before)]);
        let titles: Vec<_> = titles.collect();
        let asked = in_order(titles.as_flattened().concat());
        let (shown, words) = self.words(archive, Some(&asked), Hands::All);
        let mut with_word: AHashMap<u64, Vec<usize>> = AHashMap::new();
        for (other, words) in words.enumerate() {
            words.iter().for_each(|word| with_word.entry(word.hash).or_default().push(other));
        }
        // It weighs nothing where too many titles have it, before and after; each edit can have added one.
        let most = (1 << RAREST) + before.len();
        let weighs = |all: &[usize]| all.iter().filter(|id| shown[**id]).count() <= most;
        let mut found = Vec::new();
        let edited = before.iter().map(|(id, _)| *id).zip(&titles);
        for (id, [now, then]) in edited.filter(|(id, _)| shown[*id]) {
            for word in in_order([&now[..], then].concat()) {
                let all = with_word.get(&word.hash).map_or(&[][..], Vec::as_slice);
                if now.contains(&word) && then.contains(&word) {
                    found.extend(near(all, id, &shown));
                } else if weighs(all) {
                    found.extend(all);
                }
            }
            for (taxonomy, terms) in archive.terms.iter().enumerate() {
                for term in archive.terms_of(id, taxonomy) {
                    let slots = &terms[term].slots;
                    found.extend(nearest(slots, slots.partition_point(|other| *other < id)));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn index_of(&self, archive: &Archive, config: &Config, one: Option<usize>, hands: Hands) -> Index {
        let asked = one.map(|id| words_of(&archive.entries[id]));
        let (shown, words) = self.words(archive, asked.as_deref(), hands);
        Index::new(config, shown, words)
    }

    /// Which entries can be shown, and the words of each one's title, or those of them that are asked for.
    fn words<'a>(
        &'a self,
        archive: &'a Archive,
        asked: Option<&'a [title::Word]>,
        hands: Hands,
    ) -> (Vec<bool>, Words<'a>) {
        if self.keeps && self.titles.get().is_none() {
            // Who comes second drops his own.
            let all = Arc::new(Apart::new(archive, hands));
            let _ = self.titles.set(Titles { all, edited: BTreeMap::new() });
        }
        let Some(titles) = self.titles.get() else {
            return (shown(archive), Box::new(taken_apart(archive, asked, hands).map(Cow::Owned)));
        };
        let words = (0..archive.entries.len()).map(move |id| match asked {
            Some(asked) => Cow::Owned(shared(titles.of(id), asked).copied().collect()),
            None => Cow::Borrowed(titles.of(id)),
        });
        (titles.all.shown.clone(), Box::new(words))
    }
}

impl Titles {
    fn of(&self, id: usize) -> &[title::Word] {
        self.edited.get(&id).map_or_else(|| self.all.of(id), Vec::as_slice)
    }
}

impl Apart {
    fn new(archive: &Archive, hands: Hands) -> Self {
        let (mut words, mut ends) = (Vec::new(), Vec::with_capacity(archive.entries.len()));
        for of_one in taken_apart(archive, None, hands) {
            words.extend(of_one);
            ends.push(words.len() as u32);
        }
        Self { words, ends, shown: shown(archive) }
    }

    fn of(&self, id: usize) -> &[title::Word] {
        let start = id.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.words[start as usize..self.ends[id] as usize]
    }
}

/// The words of all titles, or of them those that are asked for. They are taken apart on all processors, some titles at a
/// time: those of all would be much.
fn taken_apart<'a>(
    archive: &'a Archive,
    asked: Option<&'a [title::Word]>,
    hands: Hands,
) -> impl Iterator<Item = Vec<title::Word>> + 'a {
    let of_entry = move |entry: &Arc<Entry>| match asked {
        Some(asked) => in_order(shared(&all_words_of(entry), asked).copied().collect()),
        None => words_of(entry),
    };
    let of_part = move |part: &[Arc<Entry>]| match hands {
        Hands::All => part.par_iter().map(of_entry).collect::<Vec<_>>(),
        Hands::One => part.iter().map(of_entry).collect(),
    };
    archive.entries.chunks(CHUNK).flat_map(of_part)
}

/// Each word of a title once, in an order of their own.
fn words_of(entry: &Entry) -> Vec<title::Word> {
    in_order(all_words_of(entry))
}

fn all_words_of(entry: &Entry) -> Vec<title::Word> {
    if entry.removed() { Vec::new() } else { title::words(&entry.title) }
}

fn in_order(mut words: Vec<title::Word>) -> Vec<title::Word> {
    words.sort_unstable_by_key(|word| (word.hash, word.half));
    words.dedup_by_key(|word| word.hash);
    words
}

/// Those of some words that are among others, which are in order.
fn shared<'w>(words: &'w [title::Word], others: &[title::Word]) -> impl Iterator<Item = &'w title::Word> {
    words.iter().filter(|word| others.binary_search_by_key(&word.hash, |other| other.hash).is_ok())
}

/// Which entries can be shown.
fn shown(archive: &Archive) -> Vec<bool> {
    let entries = archive.entries.iter().enumerate();
    entries.map(|(id, entry)| !entry.removed() && !archive.canonical.contains_key(&id)).collect()
}

/// What relates articles.
struct Index {
    /// The weight of what but one article has.
    rarest: u32,
    /// What each taxonomy counts for.
    factors: Vec<u32>,
    /// Which entries can be shown.
    shown: Vec<bool>,
    /// The words of each entry's title.
    words_of: Lists,
    /// The entries that can be shown with each word in their titles.
    with_word: Lists,
    /// Where in these an entry stands, or would stand, for each of [`Index::words_of`].
    places: Vec<u32>,
    /// What each word counts for.
    word_factors: Vec<u32>,
    /// Tallies that no thread is using.
    idle: Mutex<Vec<Tally>>,
}

/// Sums by article. A table with a slot for each is used again and again, as this is asked for each article: to make
/// even a small one each time takes longer than to fill it.
struct Tally {
    /// Of all articles; 0 but for those counted.
    sums: Vec<u32>,
    /// Some of them several times: whether one is new is not worth asking.
    counted: Vec<u32>,
}

impl Tally {
    fn of_none(articles: usize) -> Self {
        Self { sums: vec![0; articles], counted: Vec::new() }
    }

    fn add(&mut self, id: usize, weight: u32) {
        self.counted.push(id as u32);
        self.sums[id] += weight;
    }

    /// Takes all sums out, in no order.
    fn drain(&mut self) -> impl Iterator<Item = (usize, u32)> {
        let Self { sums, counted } = self;
        let all = counted.drain(..).map(|id| (id as usize, std::mem::take(&mut sums[id as usize])));
        all.filter(|(_, sum)| *sum > 0)
    }
}

/// An article that has something in common with another.
struct Match {
    id: usize,
    score: u32,
    /// Days between the two.
    distance: u32,
}

impl Index {
    /// From the words of each title that count.
    fn new<'a>(
        config: &Config,
        shown: Vec<bool>,
        words: impl Iterator<Item = Cow<'a, [title::Word]>>,
    ) -> Self {
        let mut known: AHashMap<u64, u32> = AHashMap::new();
        let mut word_factors = Vec::new();
        let mut words_of = Lists::default();
        for words in words {
            let number = |word: &title::Word| {
                *known.entry(word.hash).or_insert_with(|| {
                    word_factors.push(if word.half { 1 } else { 2 });
                    word_factors.len() as u32 - 1
                })
            };
            words_of.push(words.iter().map(number));
        }
        let (with_word, places) = words_of.inverted(word_factors.len(), &shown);
        let count = shown.iter().filter(|shown| **shown).count();
        Self {
            rarest: count.max(1).ilog2().clamp(LEAST_RARE, RAREST),
            factors: config.taxonomies.iter().map(|taxonomy| factor(&taxonomy.name)).collect(),
            shown,
            words_of,
            with_word,
            places,
            word_factors,
            idle: Mutex::default(),
        }
    }

    /// As [`Related::of`], in the same archive.
    fn of(&self, archive: &Archive, id: usize) -> Vec<usize> {
        let canonical = archive.canonical.get(&id);
        let translations = archive.translations(id);
        // A tally of a thread that failed is gone; the others are whole.
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let idle_one = idle().pop();
        let mut tally = idle_one.unwrap_or_else(|| Tally::of_none(self.shown.len()));
        self.count(archive, id, &mut tally);
        let mut best: Vec<Match> = Vec::with_capacity(MOST + 1);
        for (other, score) in tally.drain() {
            // As much as a tag of half the greatest rarity; no single word of a title is enough, two rare ones are.
            let enough = score >= 2 * self.rarest;
            let linked = || Some(&other) == canonical || translations.contains(&other);
            if !enough || other == id || !self.shown[other] || linked() {
                continue;
            }
            let found =
                Match { id: other, score, distance: distance(&archive.entries[id], &archive.entries[other]) };
            let at = best.partition_point(|known| order(archive, known, &found).is_lt());
            if at < MOST {
                best.insert(at, found);
                best.truncate(MOST);
            }
        }
        idle().push(tally);
        best.into_iter().map(|found| found.id).collect()
    }

    /// Counts what articles share with one, by what it weighs.
    fn count(&self, archive: &Archive, id: usize, tally: &mut Tally) {
        let taxonomies = archive.terms.iter().zip(&self.factors).enumerate();
        let terms = taxonomies.flat_map(|(taxonomy, (terms, factor))| {
            archive.terms_of(id, taxonomy).map(|term| (&terms[term], *factor))
        });
        // What weighs nothing stands in the longest lists: to look for a place in these would be most of the work.
        let terms = terms
            .map(|(term, factor)| (&term.slots, factor * self.rarity(term.count)))
            .filter(|(_, weight)| *weight > 0);
        for (slots, weight) in terms.take(TERMS) {
            let place = slots.partition_point(|other| *other < id);
            for other in nearest(slots, place) {
                tally.add(*other, weight);
            }
        }
        for at in self.words_of.range(id) {
            let word = self.words_of.item(at) as usize;
            let with_word = self.with_word.get(word);
            let weight = self.word_factors[word] * self.rarity(with_word.len());
            if weight > 0 {
                for other in nearest(with_word, self.places[at] as usize) {
                    tally.add(*other as usize, weight);
                }
            }
        }
    }

    fn rarity(&self, count: usize) -> u32 {
        self.rarest.saturating_sub(count.max(1).ilog2())
    }
}

/// Days between two articles.
fn distance(a: &Entry, b: &Entry) -> u32 {
    match (day(a), day(b)) {
        (Some(a), Some(b)) => a.abs_diff(b),
        (None, None) => 0,
        _ => u32::MAX,
    }
}

/// The better first, then the nearer in date. Of equals their identity decides: where they stand may change.
fn order(archive: &Archive, a: &Match, b: &Match) -> cmp::Ordering {
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
fn nearest<T>(list: &[T], at: usize) -> &[T] {
    &list[at.saturating_sub(REACH)..list.len().min(at + REACH + 1)]
}

/// Those of a list, of which some are shown, that look at an entry in it if they look at the nearest that are shown.
fn near<'l>(list: &'l [usize], id: usize, shown: &'l [bool]) -> impl Iterator<Item = usize> + 'l {
    let at = list.partition_point(|other| *other < id);
    let within = move |seen: &mut usize, other: &'l usize| {
        *seen += usize::from(shown[*other]);
        (*seen <= REACH + 1).then_some(*other)
    };
    list[..at].iter().rev().scan(0, within).chain(list[at..].iter().scan(0, within))
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
    fn a_tally_adds_up() {
        let mut tally = Tally::of_none(65);
        for id in [7, 0, 7, 32, 64, 7, 0, 1] {
            tally.add(id, 2);
        }
        let mut scores: Vec<_> = tally.drain().collect();
        scores.sort_unstable();
        assert_eq!(scores, [(0, 4), (1, 2), (7, 6), (32, 2), (64, 2)]);
        tally.add(7, 1);
        assert_eq!(tally.drain().collect::<Vec<_>>(), [(7, 1)]);
    }

    #[test]
    fn only_the_nearest_of_many_are_looked_at() {
        let list: Vec<u32> = (0..1000).map(|n| n * 2).collect();
        assert_eq!(nearest(&list, 500), &list[500 - REACH..=500 + REACH]);
        assert_eq!(nearest(&list, 0).len(), REACH + 1);
        assert_eq!(nearest(&list, 1000).len(), REACH);
        assert_eq!(nearest(&[] as &[u32], 0), [] as [u32; 0]);
    }
}
