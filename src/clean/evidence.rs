//! What other records of an outlet hold as well. A line that stands on many of its pages is part of the page; nothing
//! else tells a menu from a story so surely, in any language.
//!
//! Records are noted in their order, and what they are told depends on nothing but the records that were noted before.
//! Of two versions of one story only one counts, or the story would be evidence against itself.

use super::blocks::ends_sentence;
use super::words::is_wide;
use std::collections::{BTreeMap, HashMap};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// Most lines that are remembered: with their counts, 36 MiB. When they are reached, those are forgotten that fewest
/// records hold.
const LINES: usize = 1 << 20;
/// Most outlets that are remembered.
const OUTLETS: usize = 1 << 16;
/// Most lines of a record that are noted; stories have fewer, and so have menus.
const OF_RECORD: usize = 4096;
/// Size from which on a line may be a paragraph. Authors say the same of the background in several stories, so that
/// such a line must stand in a fifth of the others.
const LONG: u32 = 80;
/// Size from which on nobody writes a line twice by chance. Shorter ones must stand in a twentieth of the others.
const SHORT: u32 = 20;
/// Percentage of a story that is another's from which on it counts as a version of that.
const SAME: u64 = 70;
/// Size that a longer line counts for.
const MOST: u32 = 600;
/// Other stories of an outlet below which nobody can tell most of them from a few.
const FEW: u32 = 4;
/// Of a line that at least half of several others hold: it is none of the story, whatever it is like.
pub const MOSTLY: f32 = 2.0;
/// Long lines in a row, all of which others hold, that are a story told twice rather than part of the page.
const RUN: usize = 3;

/// The lines of one record, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held(Vec<Line>);

/// A line, folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Equal for lines with equal letters, whatever their case, signs and numbers.
    pub(super) hash: u64,
    /// Letters; those of scripts without spaces count for more.
    size: u32,
    /// Whether it ends as sentences do, which headlines do not.
    told: bool,
}

impl Held {
    /// Folds the blocks of a text or page.
    pub fn of<'a>(blocks: impl Iterator<Item = &'a str>) -> Self {
        Self(blocks.map(Line::of).collect())
    }

    /// What [`Evidence::held`] says of a record of which no others are known.
    pub fn unknown(&self) -> Vec<f32> {
        vec![-1.0; self.0.len()]
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Line {
    pub(super) fn of(text: &str) -> Self {
        let mut hash = Xxh3::new();
        let (mut halves, mut letters, mut number) = (0, false, false);
        let mut buffer = [0; 4];
        for letter in text.chars().filter(|letter| letter.is_alphanumeric()) {
            halves += if is_wide(letter) { 5 } else { 2 };
            letters |= letter.is_alphabetic();
            if letter.is_numeric() {
                // Days and counters differ from page to page.
                if !number {
                    hash.update(b"0");
                }
            } else {
                for small in letter.to_lowercase() {
                    hash.update(small.encode_utf8(&mut buffer).as_bytes());
                }
            }
            number = letter.is_numeric();
        }
        // What has no letters is compared as it is, or all numbers would be equal.
        let hash = if letters { hash.digest() } else { xxh3_64(text.as_bytes()) };
        Self { hash, size: halves / 2, told: ends_sentence(text) }
    }
}

/// Lines of all outlets, with how many stories hold them.
#[derive(Debug, Default)]
pub struct Evidence {
    lines: HashMap<u64, Known>,
    /// Stories of each outlet.
    outlets: HashMap<u64, u32>,
    stories: u32,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    stories: u32,
    /// The first of them.
    first: u32,
}

/// A record that was noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noted {
    outlet: u64,
    story: u32,
    /// Whether it counted for itself, and not as another version.
    counted: bool,
}

impl Evidence {
    /// Notes a record of an outlet.
    pub fn note(&mut self, outlet: &str, held: &Held) -> Noted {
        let outlet = xxh3_64(outlet.as_bytes());
        if let Some(story) = self.version(outlet, held) {
            return Noted { outlet, story, counted: false };
        }
        let mut lines: Vec<u64> = held.0.iter().take(OF_RECORD).map(|line| key(outlet, line)).collect();
        lines.sort_unstable();
        lines.dedup();
        if self.lines.len() + lines.len() > LINES {
            forget(&mut self.lines, LINES / 2, |known| known.stories);
        }
        let story = self.stories;
        self.stories += 1;
        for line in lines {
            let known = self.lines.entry(line).or_insert(Known { stories: 0, first: story });
            known.stories += 1;
        }
        if self.outlets.len() >= OUTLETS && !self.outlets.contains_key(&outlet) {
            forget(&mut self.outlets, OUTLETS / 2, |stories| *stories);
        }
        *self.outlets.entry(outlet).or_default() += 1;
        Noted { outlet, story, counted: true }
    }

    /// The story that a record is another version of: most of its paragraphs were first in that. Where there is no
    /// paragraph, whatever is no word of a menu is compared.
    fn version(&self, outlet: u64, held: &Held) -> Option<u32> {
        let lines = || held.0.iter().take(OF_RECORD);
        let least = if lines().any(|line| line.size >= LONG) { LONG } else { SHORT };
        let mut shared: BTreeMap<u32, u64> = BTreeMap::new();
        let mut all = 0;
        for line in lines().filter(|line| line.size >= least) {
            // A notice of a page may be longer than its story.
            let weight = u64::from(line.size.min(MOST));
            all += weight;
            if let Some(known) = self.lines.get(&key(outlet, line)) {
                *shared.entry(known.first).or_default() += weight;
            }
        }
        let (story, most) = shared.into_iter().max_by_key(|(story, weight)| (*weight, *story))?;
        (most * 100 >= all * SAME).then_some(story)
    }

    /// Whether others of its outlet hold each line of a record: [`MOSTLY`] if at least half of several do, else 1 for
    /// yes, 0 for no, -1 if nobody knows.
    pub fn held(&self, noted: Noted, held: &Held) -> Vec<f32> {
        let others = self.outlets.get(&noted.outlet).copied().unwrap_or(0).saturating_sub(1);
        if others == 0 {
            return held.unknown();
        }
        let holders: Vec<u32> = held.0.iter().map(|line| self.holders(noted, line)).collect();
        let most = |holders: u32| others >= FEW && holders * 2 >= others;
        let is_held = |(line, holders): (&Line, u32)| {
            holders > 0
                && match line.size {
                    LONG.. => holders * 5 >= others,
                    SHORT.. => true,
                    _ => holders * 20 >= others,
                }
        };
        let each = held.0.iter().zip(&holders).map(|(line, holders)| match is_held((line, *holders)) {
            true if most(*holders) => MOSTLY,
            held => f32::from(u8::from(held)),
        });
        let mut found: Vec<f32> = each.collect();
        spare(&mut found, &held.0);
        found
    }

    /// How many other stories of its outlet hold a line of a record.
    fn holders(&self, noted: Noted, line: &Line) -> u32 {
        let Some(known) = self.lines.get(&key(noted.outlet, line)) else { return 0 };
        let own = noted.counted || known.first == noted.story || known.stories > 1;
        known.stories - u32::from(own)
    }
}

/// Forgets what fewest stories have, until there is room.
fn forget<T>(known: &mut HashMap<u64, T>, most: usize, stories: impl Fn(&T) -> u32) {
    let mut least = 2;
    while known.len() > most {
        known.retain(|_, it| stories(it) >= least);
        least *= 2;
    }
}

fn key(outlet: u64, line: &Line) -> u64 {
    (outlet ^ line.hash.rotate_left(17)).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ line.hash
}

/// Of paragraphs one after the other, with whatever stands between them, nothing is known: what is told twice is no
/// less a story, nor is what a report that is written as things happen has told in each of its states.
fn spare(found: &mut [f32], lines: &[Line]) {
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    let mut open = false;
    for at in (0..lines.len()).filter(|at| lines[*at].size >= LONG) {
        let twice = found[at] > 0.0 && lines[at].told;
        match runs.last_mut().filter(|_| twice && open) {
            Some(run) => (run.1, run.2) = (at, run.2 + 1),
            None if twice => runs.push((at, at, 1)),
            None => {}
        }
        open = twice;
    }
    for (first, last, _) in runs.into_iter().filter(|(_, _, count)| *count >= RUN) {
        found[first..=last].fill(-1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MENU: [&str; 4] =
        ["Home", "Comments (12)", "This paper is printed on the island since 1907", "18:20"];

    fn story(number: usize) -> Vec<String> {
        let line = |at: usize| {
            format!("{} day {} of the long search for the island that was moved", word(number), word(at))
        };
        (0..6).map(line).map(|line| format!("{line}, {line}.")).collect()
    }

    /// A word of its own for each number: digits count for nothing.
    fn word(number: usize) -> String {
        number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
    }

    fn record(number: usize, more: &[&str]) -> Held {
        let story = story(number);
        Held::of(MENU.iter().copied().chain(story.iter().map(String::as_str)).chain(more.iter().copied()))
    }

    /// What the first of some records is told, all of them having been noted.
    fn told(records: &[(&str, Held)]) -> Vec<f32> {
        let mut evidence = Evidence::default();
        let noted: Vec<Noted> = records.iter().map(|(outlet, held)| evidence.note(outlet, held)).collect();
        evidence.held(noted[0], &records[0].1)
    }

    #[test]
    fn what_others_hold_is_known() {
        let found = told(&[("a", record(1, &[])), ("a", record(2, &[])), ("a", record(3, &[]))]);
        assert_eq!(found, [1., 1., 1., 1., 0., 0., 0., 0., 0., 0.]);
        // The number of comments is another, the hour is a time of its own.
        let other = Held::of(["home", "COMMENTS: 7", "18:21"].into_iter());
        assert_eq!(told(&[("a", record(1, &[])), ("a", other)])[..4], [1., 1., 0., 0.]);
    }

    #[test]
    fn nothing_is_known_of_a_lone_record() {
        let unknown = vec![-1.0; 10];
        assert_eq!(told(&[("a", record(1, &[]))]), unknown);
        assert_eq!(told(&[("a", record(1, &[])), ("b", record(2, &[])), ("c", record(3, &[]))]), unknown);
    }

    #[test]
    fn versions_of_a_story_are_one() {
        // The same again, and with a paragraph more: no evidence against the story, in either order.
        let more = "And then the island was found behind the lighthouse, said the captain, where it had been all along.";
        for (first, second) in [(record(1, &[]), record(1, &[more])), (record(1, &[more]), record(1, &[]))] {
            assert!(told(&[("a", first.clone()), ("a", second.clone())]).iter().all(|held| *held < 0.0));
            let found = told(&[("a", first), ("a", second), ("a", record(2, &[]))]);
            assert_eq!(found[..10], [1., 1., 1., 1., 0., 0., 0., 0., 0., 0.]);
        }
    }

    #[test]
    fn a_story_within_another_is_spared() {
        // Half of a long record is the story of a short one.
        let short = record(1, &[]);
        let rest = story(7).into_iter().chain(story(8)).collect::<Vec<_>>();
        let long = record(1, &rest.iter().map(String::as_str).collect::<Vec<_>>());
        let found = told(&[("a", short), ("a", long)]);
        assert_eq!(found, [1., 1., 1., 1., -1., -1., -1., -1., -1., -1.]);
    }

    #[test]
    fn what_most_hold_is_told_from_what_some_do() {
        let notice =
            "This notice stands below every story of the paper and says who pays for it, and how to pay.";
        let mut records: Vec<_> = (1..8).map(|number| ("a", record(number, &[notice]))).collect();
        records.push(("a", record(9, &["Seal found in the library of the island"])));
        records.push(("a", record(10, &["Seal found in the library of the island"])));
        assert_eq!(told(&records)[10..], [MOSTLY]);
        records.rotate_right(2);
        assert_eq!(told(&records)[10..], [1.0]);
        // A run of paragraphs is a story, however often it is told.
        let report: Vec<String> = story(11);
        let report: Vec<&str> = report.iter().map(String::as_str).collect();
        let others: Vec<String> = (0..20).flat_map(story).collect();
        let own = |number: usize| others[number * 24..].iter().take(24).map(String::as_str);
        let states = (0..5).map(|number| ("a", Held::of(own(number).chain(report.iter().copied()))));
        assert_eq!(told(&states.collect::<Vec<_>>())[24..], [-1.0; 6]);
    }

    #[test]
    fn background_that_authors_repeat_is_no_furniture() {
        let background = "The island was moved in spring, after the council had voted for it by a majority of one vote, and against the advice of the harbour office.";
        let mut records = vec![("a", record(1, &[background])), ("a", record(2, &[background]))];
        records.extend((3..30).map(|number| ("a", record(number, &[]))));
        assert_eq!(told(&records)[10..], [0.0]);
    }

    #[test]
    fn lines_beyond_the_bound_are_forgotten_and_those_of_many_kept() {
        let mut evidence = Evidence::default();
        let noted = evidence.note("a", &record(0, &[]));
        for number in 1..=LINES / 4000 + 20 {
            let lines: Vec<String> =
                (0..4000).map(|at| format!("said on day {} of year {}", word(number), word(at))).collect();
            let held = Held::of(MENU.iter().copied().chain(lines.iter().map(String::as_str)));
            evidence.note(if number % 2 == 0 { "a" } else { "b" }, &held);
        }
        assert!(evidence.lines.len() <= LINES);
        assert_eq!(evidence.held(noted, &record(0, &[]))[..4], [MOSTLY; 4]);
    }
}
