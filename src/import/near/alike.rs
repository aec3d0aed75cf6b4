//! Whether a text is a copy of another: how much of it stands there, in the same words.
//!
//! An editor who exchanges every seventh word leaves less than half of all passages of five words whole, but seven of ten
//! words still stand in one. So words are counted, not passages.
//!
//! Notices of a kind – the weather, the dead, the prices of fish – have all but a few words in common and are no copies.
//! Three things tell them: they are short; in the same places they have other numbers; and where eight or more of them are
//! alike, all but what is left out and filled in stands in all of them. There only the words count that are an article's
//! own – unless one of two texts is whole without the other's words, as the original is of what everybody printed.

use super::text::{Text, is_number};
use std::collections::HashMap;
use std::ops::Range;

/// Words of a passage.
const PASSAGE: usize = 5;
/// Words of a passage of a text that was edited all over.
const SMALL: usize = 3;
/// Share of the words of the shorter text that must stand in passages of the other, in percent: half of them, or in small
/// ones, as texts about one thing have them without being copies, somewhat more.
const SHARE: usize = 50;
const SMALL_SHARE: usize = 55;
/// Articles that are alike from which on they may be forms that were filled in; and how many percent of the words of
/// a text that is none may stand in gaps, which are so many words long.
const COMMON: usize = 8;
const GAPS: usize = 2;
const GAP: usize = 5;
/// Words below which a text is a copy only if it is equal.
const LEAST: usize = 40;
/// Two texts below this many words are copies only if they are equal: what makes two notices of a kind two articles may
/// be a name.
const BRIEF: usize = 100;
/// Words that an article must have in common with another, of those that count.
const OWN: usize = 30;
/// Words before the first passage in common that may be a new lead, which says nothing of the rest; at most a third of
/// the text.
const LEAD: usize = 40;
/// Percent of a text that both end with, below which it may be what a site puts below each of its articles.
const END: usize = 67;
/// Percent of a text that must stand in passages of another of the same outlet: all of it, but for a printer's error.
const VERSION: usize = 99;
/// Numbers that may be others in the same places, as those of the injured are in the evening.
const OTHER_NUMBERS: usize = 2;

/// Whether so much of one text stands in the other that it may be a copy, whatever other texts there are.
pub(super) fn may_be_copies(a: &Text, b: &Text) -> bool {
    let (short, long) = in_order(a, b);
    let may = short.words.len() >= LEAST && long.words.len() >= BRIEF;
    may && Shared::of(short, long).is_enough(|_| true) && {
        let (same, other) = numbers(short, long);
        other <= OTHER_NUMBERS || other <= same
    }
}

/// Which words of a text stand in passages that most of those have, too, which it resembles; none if these are few.
pub(super) fn common<'a>(text: &Text, alike: impl ExactSizeIterator<Item = &'a Text>) -> Vec<bool> {
    if alike.len() + 1 < COMMON {
        return Vec::new();
    }
    let mut counts: HashMap<u64, usize> = passages(text, PASSAGE).map(|passage| (passage, 1)).collect();
    for other in alike {
        let mut passages: Vec<u64> = passages(other, PASSAGE).collect();
        passages.sort_unstable();
        passages.dedup();
        for passage in passages {
            counts.entry(passage).and_modify(|count| *count += 1);
        }
    }
    marked(text, PASSAGE, |passage| counts[&passage] >= COMMON)
}

/// Whether one of two texts, of which so much is the same, is a copy of the other, given what is common in each.
pub(super) fn are_copies(a: (&Text, &[bool]), b: (&Text, &[bool])) -> bool {
    if !may_be_copies(a.0, b.0) {
        return false;
    }
    let (short, long) = if b.0.words.len() < a.0.words.len() { (b, a) } else { (a, b) };
    let (shared, shared_of_long) = (Shared::of(short.0, long.0), Shared::of(long.0, short.0));
    let is_common = |at: usize| short.1.get(at).copied().unwrap_or_default();
    if shared.is_enough(|at| !is_common(at)) {
        return true;
    }
    let (same, other) = numbers(short.0, long.0);
    let is_whole = has_few_gaps(short.1, &shared.whole) || has_few_gaps(long.1, &shared_of_long.whole);
    other * 4 <= same && is_whole
}

/// Whether a text of one outlet is another of it, published again: what an outlet says in the same words every day – who
/// died, what was decided in court, the wind at sea – differs in what matters.
pub(super) fn are_versions(a: &Text, b: &Text) -> bool {
    let (short, long) = in_order(a, b);
    let shared = Shared::of(short, long);
    let in_whole = shared.whole.iter().filter(|whole| **whole).count();
    in_whole * 100 >= shared.whole.len() * VERSION && numbers(short, long).1 == 0
}

fn in_order<'a>(a: &'a Text, b: &'a Text) -> (&'a Text, &'a Text) {
    if b.words.len() < a.words.len() { (b, a) } else { (a, b) }
}

/// Which words of a text stand in passages that another has, too.
struct Shared {
    whole: Vec<bool>,
    small: Vec<bool>,
    /// The words that count: neither those of a new lead, nor what a site has at the end of all its articles.
    counting: Range<usize>,
}

impl Shared {
    fn of(text: &Text, other: &Text) -> Self {
        let [whole, small] = [PASSAGE, SMALL].map(|length| {
            let mut known: Vec<u64> = passages(other, length).collect();
            known.sort_unstable();
            marked(text, length, |passage| known.binary_search(&passage).is_ok())
        });
        let length = text.words.len();
        let first = whole.iter().position(|shared| *shared).unwrap_or_default();
        let lead = if first <= LEAD.min(length / 3) { first } else { 0 };
        let end = text.words.iter().rev().zip(other.words.iter().rev()).take_while(|(a, b)| a == b).count();
        let end = if end * 100 < length * END { length - end } else { length };
        Self { whole, small, counting: lead.min(end)..end }
    }

    /// Whether enough words do, of those that count.
    fn is_enough(&self, counts: impl Fn(usize) -> bool) -> bool {
        let counting = || self.counting.clone().filter(|at| counts(*at));
        let (all, in_common) = (counting().count(), counting().filter(|at| self.small[*at]).count());
        let in_whole = counting().filter(|at| self.whole[*at]).count();
        in_common >= OWN && (in_whole * 100 >= all * SHARE || in_common * 100 >= all * SMALL_SHARE)
    }
}

fn passages(text: &Text, length: usize) -> impl Iterator<Item = u64> + '_ {
    let number = |words: &[u8]| words.iter().fold(0, |passage, word| passage << 8 | u64::from(*word));
    text.words.windows(length).map(number)
}

/// Which words of a text stand in a passage of a kind.
fn marked(text: &Text, length: usize, is: impl Fn(u64) -> bool) -> Vec<bool> {
    let mut marked = vec![false; text.words.len()];
    for (at, _) in passages(text, length).enumerate().filter(|(_, passage)| is(*passage)) {
        marked[at..at + length].fill(true);
    }
    marked
}

/// Whether few words stand in short gaps between those that are common or shared.
fn has_few_gaps(common: &[bool], shared: &[bool]) -> bool {
    let is_common = |at: usize| common.get(at).copied().unwrap_or_default();
    let marked: Vec<bool> = (0..shared.len()).map(|at| shared[at] || is_common(at)).collect();
    let runs: Vec<&[bool]> = marked.chunk_by(|a, b| a == b).collect();
    let inner = runs.get(1..runs.len().saturating_sub(1)).unwrap_or_default();
    let gaps = inner.iter().filter(|run| !run[0] && run.len() <= GAP);
    gaps.map(|run| run.len()).sum::<usize>() * 100 <= marked.len() * GAPS
}

/// How many numbers of a text are the same in another, where a number stands after the same two words, and how many are
/// others.
fn numbers(text: &Text, other: &Text) -> (usize, usize) {
    let placed = |text: &Text| -> Vec<[u8; 3]> {
        let places = text.words.windows(3).filter(|words| is_number(words[2]));
        places.map(|words| [words[0], words[1], words[2]]).collect()
    };
    let mut known = placed(other);
    known.sort_unstable();
    let (mut same, mut others) = (0, 0);
    for [a, b, number] in placed(text) {
        let from = known.partition_point(|words| words[..2] < [a, b][..]);
        let mut at_place = known[from..].iter().take_while(|words| words[..2] == [a, b][..]).peekable();
        if at_place.peek().is_some() {
            let is_same = at_place.any(|words| words[2] == number);
            *(if is_same { &mut same } else { &mut others }) += 1;
        }
    }
    (same, others)
}
