//! What the first look thought of the blocks of a text, as the second sees it.

use super::features::{Measure, Measured};
use super::numbers::{Sums, best, counts, far, flag, ratio};

/// How far the scores of neighbours are looked at.
const REACH: isize = 4;
/// Size of what is told at the beginning of a story.
const BEGINNING: f32 = 1200.0;

/// What the first look thought.
pub(super) struct Seen<'a> {
    scores: &'a [f32],
    /// How much each block has in common with the whole of what is likely the story, and with its beginning.
    like: Vec<[f32; 2]>,
    likes: Sums<2>,
    /// Size, size by score, scores, wanted blocks.
    sums: Sums<4>,
    /// The run that is most likely the story.
    core: (usize, usize),
    first: usize,
    last: usize,
    /// The longest run of blocks that are not wanted between the first that is and each, and where it ends.
    breaks: Vec<(usize, usize)>,
    /// What words say most clearly of the story's end between its first block and each, where that is, and the sum of
    /// all that they say of it.
    ends: Vec<(f32, usize, f32)>,
}

impl<'a> Seen<'a> {
    pub(super) fn new(measured: &Measured, scores: &'a [f32]) -> Self {
        let sums =
            Sums::new(
                measured.measures.iter().zip(scores).map(|(it, score)| {
                    [it.letters.size, it.letters.size * score, *score, flag(*score > 0.5)]
                }),
            );
        let weight =
            |(it, score): (&Measure, &f32)| (score - 0.4) * (20.0 + it.letters.size.min(600.0)).sqrt();
        let core = best(measured.measures.iter().zip(scores).map(weight));
        let first = scores.iter().position(|score| *score > 0.5).unwrap_or(0);
        let last = scores.iter().rposition(|score| *score > 0.5).unwrap_or(0);
        let like = like(measured, scores, core);
        let likes = Sums::new(like.iter().copied());
        let breaks = breaks(scores, first);
        let ends = ends(&measured.measures, first);
        Self { scores, like, likes, sums, core, first, last, breaks, ends }
    }

    pub(super) fn row(&self, row: &mut Vec<f32>, at: usize) {
        let count = self.scores.len();
        row.push(self.scores[at]);
        for by in (-REACH..=REACH).filter(|by| *by != 0) {
            row.push(at.checked_add_signed(by).and_then(|it| self.scores.get(it)).copied().unwrap_or(-1.0));
        }
        for reach in [4, 10, 25] {
            let [before, after] = self.sums.around(at, reach);
            row.extend([ratio(before[1], before[0]), ratio(after[1], after[0])]);
            row.extend([ratio(before[2], reach as f32), ratio(after[2], reach as f32)]);
        }
        let all = self.sums.between(0, count);
        let before = self.sums.between(0, at);
        row.extend([ratio(before[1], all[1]), ratio(all[1], all[0]), all[3], ratio(all[3], count as f32)]);
        let core = self.sums.between(self.core.0, self.core.1);
        row.extend([
            far(at, self.core.0),
            far(at + 1, self.core.1),
            ratio(core[1], all[1]),
            ratio(core[1], core[0]),
        ]);
        row.extend([far(at, self.first), far(at, self.last)]);
        let (length, end) = self.breaks[at];
        let behind = self.sums.between(end, at);
        let until = self.sums.between(self.first, end);
        row.extend([
            length as f32,
            far(at, end),
            ratio(behind[1], until[1]).min(9.0),
            ratio(until[1], all[1]),
        ]);
        row.extend(self.like[at]);
        let [before, after] = self.likes.around(at, 3);
        row.extend([before[0] / 3.0, before[1] / 3.0, after[0] / 3.0, after[1] / 3.0]);
        let [before, after] = self.likes.around(at, 10);
        row.extend([before[1] / 10.0, after[1] / 10.0]);
        let wanted = |other: &usize| self.scores[*other] > 0.5;
        let last = (at.saturating_sub(30)..at).rev().find(wanted).map_or(31, |other| at - other);
        let next = (at + 1..count.min(at + 31)).find(wanted).map_or(31, |other| other - at);
        row.extend([last as f32, next as f32]);
        let (clearest, end, sum) = self.ends[at];
        row.extend([clearest, far(at, end), sum]);
        let all = self.ends[self.ends.len() - 1];
        row.extend([all.0, far(at, all.1)]);
    }
}

/// For each block what words say of the story's end from the block behind the first on to the one before: most clearly,
/// where, and in sum.
fn ends(measures: &[Measure], first: usize) -> Vec<(f32, usize, f32)> {
    let (mut clearest, mut sum) = ((0.0, first), 0.0);
    let each = measures.iter().enumerate().map(|(at, it)| {
        let found = (clearest.0, clearest.1, sum);
        if at > first {
            let on = it.said.on.min(0.0);
            sum += on;
            if on < clearest.0 {
                clearest = (on, at);
            }
        }
        found
    });
    each.collect()
}

/// For each block the longest break of what is wanted above it, from the first wanted block on: how long it is, and
/// where it ends.
fn breaks(scores: &[f32], first: usize) -> Vec<(usize, usize)> {
    let (mut longest, mut length) = ((0, first), 0);
    let each = scores.iter().enumerate().map(|(at, score)| {
        let found = longest;
        length = if at < first || *score > 0.5 { 0 } else { length + 1 };
        if length > longest.0 {
            longest = (length, at + 1);
        }
        found
    });
    each.collect()
}

/// How much each block has in common with the run that is likely the story, and with what is told at its beginning.
fn like(measured: &Measured, scores: &[f32], core: (usize, usize)) -> Vec<[f32; 2]> {
    let told = (core.0..core.1).filter(|at| scores[*at] > 0.5);
    let story: Vec<usize> = told.collect();
    let mut beginning: Vec<usize> = measured.headline.into_iter().collect();
    let mut size = 0.0;
    for at in &story {
        if size < BEGINNING {
            beginning.push(*at);
            size += measured.measures[*at].letters.size;
        }
    }
    let counted = |blocks: &[usize]| counts(blocks.iter().flat_map(|at| measured.words[*at].iter().copied()));
    let (whole, begun) = (counted(&story), counted(&beginning));
    let in_story = |at: usize| story.binary_search(&at).is_ok();
    let each = |at: usize| {
        let words = &measured.words[at];
        let whole = measured.common.share(words, &whole, in_story(at));
        [whole, measured.common.share(words, &begun, beginning.contains(&at))]
    };
    (0..scores.len()).map(each).collect()
}
