//! A text as rows of numbers, one for each block: what the model decides by. The program that trains it calls this very
//! code.
//!
//! The first look sees the block, its neighbours, its place, its words in common with the rest, and what other records of
//! the outlet hold as well. The second sees also what the first thought of the blocks around.

use super::common::{Common, Makes, distinct};
use super::lexicon::{Lexicon, Said};
use super::numbers::{Sums, best, counts, far, flag, ratio, share_of};
use super::seen::Seen;
use crate::clean::blocks::Block;
use crate::clean::evidence::{Line, MOSTLY};
use crate::clean::measure::Letters;
use crate::clean::words::{hashes, is_wide};
use std::collections::BTreeSet;

/// How far neighbours are looked at.
const WINDOW: isize = 3;
/// Blocks from this size on that end a sentence are taken for prose, until something better is known.
const PROSE: f32 = 80.0;
/// From this size on, whatever they end with.
const LONG: f32 = 160.0;
/// What a block that is no prose costs a run of prose.
const GAP: f32 = 40.0;
/// Smallest and largest headline.
const HEADLINE: (f32, f32) = (12.0, 250.0);

/// What is known of one block.
pub(super) struct Measure {
    pub(super) letters: Letters,
    pub(super) words: f32,
    /// The share of words with case that begin with a capital; below 0 if there are none.
    pub(super) capitalised: f32,
    pub(super) prose: bool,
    /// The share of its words that the title has, and the share of the title's that it has.
    pub(super) title: [f32; 2],
    /// The share of its words, weighted by how seldom they are, that the prose has elsewhere; and of all of them.
    pub(super) common: [f32; 2],
    pub(super) repeats: f32,
    pub(super) said: Said,
}

/// A text before anything is decided.
pub(super) struct Measured {
    pub(super) measures: Vec<Measure>,
    pub(super) apart: Vec<bool>,
    /// The share of blocks that are apart.
    pub(super) parted: f32,
    /// Whether other records of the outlet hold the block: 1 for yes, 0 for no, -1 if nobody knows.
    pub(super) held: Vec<f32>,
    /// Whether most others do.
    pub(super) mostly: Vec<bool>,
    /// Size, size of prose, blocks of prose, blocks that others hold, blocks of which it is known, short blocks,
    /// sentences, repeated blocks, times and years, what words say.
    pub(super) sums: Sums<11>,
    /// The run with most prose in it, to before its end.
    pub(super) core: (usize, usize),
    /// The likeliest headline above it.
    pub(super) headline: Option<usize>,
    /// Whether the title was said, and not just the first line.
    pub(super) titled: bool,
    /// First and last block of the run of prose, and of the run of no prose, that each is in.
    pub(super) runs: Vec<(usize, usize)>,
    /// How many blocks are of the same make.
    pub(super) makes: Makes,
    /// The words of each block.
    pub(super) words: Vec<Vec<u64>>,
    pub(super) common: Common,
}

impl Measured {
    pub(super) fn new(blocks: &[Block], title: Option<&str>, held: &[f32], lexicon: &Lexicon) -> Self {
        let words: Vec<Vec<u64>> = blocks.iter().map(|block| hashes(&block.text)).collect();
        let said = title.map(hashes).filter(|words| !words.is_empty());
        let titled = said.is_some();
        let title: BTreeSet<u64> =
            said.or_else(|| words.first().cloned()).unwrap_or_default().into_iter().collect();
        let lengths: Vec<usize> = words.iter().map(Vec::len).collect();
        let letters: Vec<Letters> = blocks.iter().map(|block| Letters::of(&block.text)).collect();
        let prose: Vec<bool> = letters.iter().map(is_prose).collect();
        let words: Vec<Vec<u64>> = words.into_iter().map(distinct).collect();
        let common = Common::new(&words, &prose);
        let lines: Vec<u64> = blocks.iter().map(|block| Line::of(&block.text).hash).collect();
        let repeats = counts(lines.iter().copied());
        let measure = |at: usize| Measure {
            letters: letters[at],
            words: lengths[at] as f32,
            capitalised: capitalised(&blocks[at].text),
            prose: prose[at],
            title: likeness(&words[at], &title),
            common: common.of(&words[at], prose[at]),
            repeats: f32::from(repeats[&lines[at]]),
            said: lexicon.of(&blocks[at].text),
        };
        let measures: Vec<Measure> = (0..blocks.len()).map(measure).collect();
        let sums = Sums::new(measures.iter().zip(held).map(|(it, held)| {
            let size = it.letters.size;
            let prose = flag(it.prose);
            let short = flag(size < 40.0);
            let time = flag(it.letters.marks[2] + it.letters.marks[3] > 0.0);
            let (known, sentence) = (flag(*held >= 0.0), flag(it.letters.end > 1.5));
            [
                size,
                size * prose,
                prose,
                held.clamp(0.0, 1.0),
                known,
                short,
                sentence,
                flag(it.repeats > 1.0),
                time,
                it.said.told,
                it.said.on,
            ]
        }));
        let core = best(measures.iter().map(|it| if it.prose { it.letters.size.min(600.0) } else { -GAP }));
        let headline = headline(&measures, core.0);
        let runs = runs(&prose);
        let apart = blocks.iter().map(|block| block.apart).collect();
        let parted = share_of(blocks, |block| block.apart);
        let makes = Makes::new(&measures);
        Self {
            measures,
            apart,
            parted,
            held: held.iter().map(|held| held.min(1.0)).collect(),
            mostly: held.iter().map(|held| *held >= MOSTLY).collect(),
            sums,
            core,
            headline,
            titled,
            runs,
            makes,
            words,
            common,
        }
    }

    /// The rows of the first look.
    pub(super) fn first(&self) -> Vec<Vec<f32>> {
        (0..self.measures.len()).map(|at| self.row(at)).collect()
    }

    fn row(&self, at: usize) -> Vec<f32> {
        let mut row = Vec::with_capacity(160);
        self.words(&mut row, at);
        self.place(&mut row, at);
        self.held(&mut row, at);
        for by in (-WINDOW..=WINDOW).filter(|by| *by != 0) {
            match at.checked_add_signed(by).and_then(|at| self.measures.get(at)) {
                Some(it) => {
                    row.extend([it.letters.size.ln_1p(), it.letters.end, it.letters.start, it.capitalised]);
                    row.extend([it.common[0], it.letters.digits]);
                }
                None => row.extend([-1.0; 6]),
            }
        }
        self.said(&mut row, at);
        row
    }

    fn words(&self, row: &mut Vec<f32>, at: usize) {
        let it = &self.measures[at];
        let letters = &it.letters;
        row.extend([
            letters.size.ln_1p(),
            it.words.ln_1p(),
            letters.size / it.words.max(1.0),
            letters.digits,
        ]);
        row.extend([letters.capitals, letters.signs, letters.end, letters.start, it.capitalised]);
        row.extend([letters.commas, letters.sentences, letters.quotes, letters.separators].map(f32::ln_1p));
        row.extend(letters.marks);
        row.extend(it.title);
        row.extend(it.common);
        row.extend([flag(self.titled), it.repeats, flag(self.apart[at])]);
        row.extend(self.makes.of(at));
        row.push(flag(self.apart.get(at + 1).copied().unwrap_or(true)));
    }

    fn place(&self, row: &mut Vec<f32>, at: usize) {
        let count = self.measures.len();
        let all = self.sums.between(0, count);
        let before = self.sums.between(0, at);
        row.extend([at as f32, (count - at) as f32, at as f32 / count as f32, all[0].ln_1p()]);
        row.extend([ratio(before[0], all[0]), ratio(before[1], all[1]), ratio(all[1], all[0]), all[2]]);
        row.push(ratio(all[5], count as f32));
        row.push(self.parted);
        let is_prose = |other: &usize| self.measures[*other].prose;
        let last = (at.saturating_sub(20)..at).rev().find(is_prose).map_or(21, |other| at - other);
        let next = (at + 1..count.min(at + 21)).find(is_prose).map_or(21, |other| other - at);
        row.extend([last as f32, next as f32]);
        for reach in [4, 8, 16] {
            let [before, after] = self.sums.around(at, reach);
            row.extend([
                before[1].ln_1p(),
                after[1].ln_1p(),
                ratio(before[1], before[0]),
                ratio(after[1], after[0]),
            ]);
        }
        let [before, after] = self.sums.around(at, 6);
        row.extend([before[5], after[5], before[6], after[6]]);
        // Below a comment stands the same button each time, and above it when it was written.
        let [before, after] = self.sums.around(at, 10);
        row.extend([before[7], after[7], before[8], after[8]]);
        let (first, last) = self.runs[at];
        let run = self.sums.between(first, last + 1);
        row.extend([(last - first + 1) as f32, (at - first) as f32, (last - at) as f32, run[0].ln_1p()]);
        self.core(row, at, all[1]);
    }

    fn core(&self, row: &mut Vec<f32>, at: usize, prose: f32) {
        let (start, end) = self.core;
        let core = self.sums.between(start, end);
        row.extend([far(at, start), far(at + 1, end), ratio(core[1], prose), ratio(core[1], core[0])]);
        row.push(self.headline.map_or(-99.0, |headline| far(at, headline)));
        let top = self.headline.map_or(0.0, |headline| self.measures[headline].common[0]);
        row.push(self.measures[at].common[0] - top);
    }

    /// What others of the outlet hold, here and around.
    fn held(&self, row: &mut Vec<f32>, at: usize) {
        let count = self.held.len();
        let all = self.sums.between(0, count);
        row.push(self.held[at]);
        if all[4] == 0.0 {
            row.extend([-1.0; 11]);
            return;
        }
        row.push(all[3] / all[4]);
        for by in [-3, -2, -1, 1, 2, 3] {
            row.push(at.checked_add_signed(by).and_then(|at| self.held.get(at)).copied().unwrap_or(-2.0));
        }
        let [before, after] = self.sums.around(at, 8);
        row.extend([ratio(before[3], before[4]), ratio(after[3], after[4])]);
        let is_held = |other: &usize| self.held[*other] > 0.0;
        let last = (at.saturating_sub(40)..at).rev().find(is_held).map_or(41, |other| at - other);
        let next = (at + 1..count.min(at + 41)).find(is_held).map_or(41, |other| other - at);
        row.extend([last as f32, next as f32]);
    }

    /// What the words say, here and around.
    fn said(&self, row: &mut Vec<f32>, at: usize) {
        let Said { told, on, known } = self.measures[at].said;
        row.extend([told, on, known]);
        for by in [-2, -1, 1, 2] {
            let it = at.checked_add_signed(by).and_then(|at| self.measures.get(at));
            let Said { told, on, .. } = it.map_or(Said::default(), |it| it.said);
            row.extend([told, on]);
        }
        for reach in [4, 8] {
            let [before, after] = self.sums.around(at, reach);
            row.extend([before[9], before[10], after[9], after[10]].map(|sum| sum / reach as f32));
        }
    }

    /// The rows of the second look, given the scores of the first.
    pub(super) fn second(&self, first: &[Vec<f32>], scores: &[f32]) -> Vec<Vec<f32>> {
        let seen = Seen::new(self, scores);
        let rows = first.iter().enumerate().map(|(at, row)| {
            let mut row = row.clone();
            seen.row(&mut row, at);
            row
        });
        rows.collect()
    }

    /// The share of a block's words that the prose repeats; seldom ones count for more.
    pub(super) fn common(&self, at: usize) -> f32 {
        self.measures[at].common[0]
    }

    /// Whether a block is as long as paragraphs are.
    pub(super) fn is_prose(&self, at: usize) -> bool {
        self.measures[at].prose
    }

    /// Whether a block ends as sentences do.
    pub(super) fn is_sentence(&self, at: usize) -> bool {
        self.measures[at].letters.end > 1.5
    }

    /// Whether others of the outlet are known to hold a block.
    pub(super) fn is_held(&self, at: usize) -> bool {
        self.held[at] > 0.0
    }

    /// Whether somebody said what the text is called.
    pub(super) fn is_titled(&self) -> bool {
        self.titled
    }

    /// The share of a block's words that the title has, and of the title's that it has.
    pub(super) fn title(&self, at: usize) -> [f32; 2] {
        self.measures[at].title
    }

    pub(super) fn length(&self, at: usize) -> f32 {
        self.measures[at].words
    }
}

fn is_prose(letters: &Letters) -> bool {
    letters.size >= LONG || letters.size >= PROSE && letters.end > 1.5
}

/// The share of words that begin with a capital, of those that have case.
fn capitalised(text: &str) -> f32 {
    let (mut capitals, mut all) = (0.0_f32, 0.0_f32);
    for word in text.split_whitespace() {
        let Some(first) = word.chars().find(|letter| letter.is_alphanumeric()) else { continue };
        if first.is_uppercase() || first.is_lowercase() {
            all += 1.0;
            capitals += flag(first.is_uppercase());
        } else if is_wide(first) {
            return -1.0;
        }
    }
    if all == 0.0 { -1.0 } else { capitals / all }
}

/// The share of words that a title has, and of the title's that they are.
fn likeness(words: &[u64], title: &BTreeSet<u64>) -> [f32; 2] {
    let both = words.iter().filter(|word| title.contains(word)).count() as f32;
    [ratio(both, words.len() as f32), ratio(both, title.len() as f32)]
}

/// What is said again by the prose, and stands above it.
fn headline(measures: &[Measure], core: usize) -> Option<usize> {
    let fits = |at: &usize| {
        let it = &measures[*at];
        (HEADLINE.0..HEADLINE.1).contains(&it.letters.size)
            && !it.prose
            && it.words >= 3.0
            && it.common[0] > 0.0
    };
    let worth = |at: usize| measures[at].common[0] * measures[at].words.min(12.0).sqrt();
    (0..measures.len().min(core + 2))
        .filter(fits)
        .max_by(|a, b| worth(*a).total_cmp(&worth(*b)).then(b.cmp(a)))
}

/// First and last of the blocks around each that are prose as it is, or are none as it is.
fn runs(prose: &[bool]) -> Vec<(usize, usize)> {
    let mut runs = Vec::with_capacity(prose.len());
    while runs.len() < prose.len() {
        let first = runs.len();
        let length = prose[first..].iter().take_while(|it| **it == prose[first]).count();
        runs.extend(std::iter::repeat_n((first, first + length - 1), length));
    }
    runs
}
