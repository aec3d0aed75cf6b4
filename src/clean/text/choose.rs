//! Scores → the blocks that are looked at for an article: its story, and what above and below it says something of it.

use super::features::Measured;
use crate::clean::blocks::Block;
use crate::clean::roles;
use crate::clean::{below, byline, dates};

/// Score from which on a block is likely the story's. Below one half, as a lost paragraph is worse than one too many.
const STORY: f32 = 0.35;
/// The same for a text that is judged as a whole, as a share of how well its story can be told from the rest, and the
/// least and the most that this may be. Half of it would be best for F1.
const WELL: f32 = 0.4;
const BOUNDS: (f32, f32) = (0.2, 0.6);
/// How much more a sentence above the first paragraph or below the last must have, and another line there: most of
/// these are the page's.
const EDGE: (f32, f32) = (0.05, 0.45);
/// The share of it that a block between two of the story's must have.
const BETWEEN: f32 = 0.57;
/// Score from which on it might be.
const PERHAPS: f32 = 0.15;
/// Blocks above and below all that might be a story, of a text in which there is nothing else: its title and date, and
/// what is said of its rights.
const EDGES: (usize, usize) = (2, 1);
/// How far above a story its headline may stand.
const ABOVE: usize = 25;
/// How far below it what is said of its rights.
const BELOW: usize = 15;
/// Share of a headline's words, by how seldom they are, that its story repeats.
const REPEATED: f32 = 0.3;

/// The numbers of the blocks to keep, in their order.
pub(super) fn choose(blocks: &[Block], measured: &Measured, scores: &[f32]) -> Vec<usize> {
    if is_clean(measured, scores) { (0..blocks.len()).collect() } else { of_page(blocks, measured, scores) }
}

/// Whether a text is a story and nothing else. Then it loses no line of its own: a page has something at its edges, so
/// that what seems to be none of the story in the midst of it is a heading, an item or a verse.
fn is_clean(measured: &Measured, scores: &[f32]) -> bool {
    let may_be = |score: &f32| *score > PERHAPS;
    let (Some(first), Some(last)) = (scores.iter().position(may_be), scores.iter().rposition(may_be)) else {
        return false;
    };
    // A page's title is often said twice.
    let twice = scores.len() > 1 && says_again(measured, 1);
    let of_outlet = scores.iter().enumerate().any(|(at, score)| *score <= STORY && measured.is_held(at));
    first <= EDGES.0 && scores.len() - 1 - last <= EDGES.1 && !twice && !of_outlet
}

fn of_page(blocks: &[Block], measured: &Measured, scores: &[f32]) -> Vec<usize> {
    let told = told(measured, scores);
    let (Some(first), Some(last)) = (told.iter().position(|it| *it), told.iter().rposition(|it| *it)) else {
        return Vec::new();
    };
    let headline = headline(blocks, measured, first);
    let top = headline.unwrap_or(first.saturating_sub(BELOW));
    let keeps = |at: &usize| {
        let block = blocks[*at].text.as_str();
        let labelled = || dates::line(block).is_some_and(|line| line.label != dates::Label::None);
        told[*at]
            || headline == Some(*at)
            || *at < first && (byline::read(block).is_some() || dates::line(block).is_some())
            || labelled()
            || *at > last && (roles::is_origin(block) || roles::is_work(block))
    };
    (top..blocks.len().min(last + 1 + BELOW)).filter(keeps).collect()
}

/// Which blocks are the story's. Where none is for sure, those that are most likely, if they are likely at all.
fn told(measured: &Measured, scores: &[f32]) -> Vec<bool> {
    let most = scores.iter().copied().fold(0.0, f32::max);
    let story = (WELL * told_apart(measured, scores)).clamp(BOUNDS.0, BOUNDS.1);
    let least = if most > story { story } else { (most * 0.6).max(PERHAPS) };
    let prose = |at: &usize| scores[*at] > least && measured.is_prose(*at);
    let start = (0..scores.len()).find(prose).unwrap_or(0);
    let end = (0..scores.len()).rfind(prose).unwrap_or(scores.len());
    let edge = |at: usize| story + if measured.is_sentence(at) { EDGE.0 } else { EDGE.1 };
    let is_told =
        |(at, score): (usize, &f32)| *score > if (start..=end).contains(&at) { least } else { edge(at) };
    let by_itself =
        |at: usize| scores.get(at).is_some_and(|score| is_told((at, score)) && !measured.mostly[at]);
    let between =
        |at: usize| scores[at] > story * BETWEEN && at > 0 && by_itself(at - 1) && by_itself(at + 1);
    let mut told: Vec<bool> =
        (0..scores.len()).map(|at| by_itself(at) || between(at) && !measured.mostly[at]).collect();
    let judged = |(at, told): (usize, &bool)| (*told, scores[at], measured.length(at));
    let judged: Vec<below::Judged> = told.iter().enumerate().map(judged).collect();
    if let Some(other) = below::another(&judged) {
        told[other..].fill(false);
    }
    told
}

/// How well a story can be told from the rest: the F1 that the best choice would have by these scores. Where nothing is
/// sure, leaving out what is likely none of it costs more than it saves.
fn told_apart(measured: &Measured, scores: &[f32]) -> f32 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let all: f32 = order.iter().map(|at| measured.length(*at) * scores[*at]).sum();
    let (mut found, mut chosen, mut best) = (0.0, 0.0, 0.0_f32);
    for at in order {
        found += measured.length(at) * scores[at];
        chosen += measured.length(at);
        best = best.max(2.0 * found / (chosen + all).max(1.0));
    }
    best
}

/// What the story is called: the line above it that is most like its said title, or else that it repeats most of.
fn headline(blocks: &[Block], measured: &Measured, first: usize) -> Option<usize> {
    let fits = |at: &usize| {
        let block = blocks[*at].text.as_str();
        roles::may_be_headline(block) && dates::line(block).is_none()
    };
    // It may have passed for the story's first line.
    let above = (first.saturating_sub(ABOVE)..=first).filter(fits);
    let (worth, least): (Box<dyn Fn(usize) -> f32>, f32) = if measured.is_titled() {
        (Box::new(|at| measured.title(at).into_iter().fold(1.0, f32::min)), 0.5)
    } else {
        let again = |at: usize| if says_again(measured, at) { 2.0 } else { 1.0 };
        (Box::new(move |at| measured.common(at) * again(at)), REPEATED)
    };
    let near =
        |at: usize| worth(at) * (1.0 - (first - at) as f32 / 50.0) * measured.length(at).min(8.0).sqrt();
    let found = above.filter(|at| worth(*at) >= least).max_by(|a, b| near(*a).total_cmp(&near(*b)));
    // Where a story begins below one line, that is its headline, whatever it has in common with it.
    found.or_else(|| Some(0).filter(|at| first == 1 && fits(at)))
}

/// Whether a block is what the first line of the text says beside the outlet's name.
fn says_again(measured: &Measured, at: usize) -> bool {
    let [own, all] = measured.title(at);
    at > 0 && !measured.is_titled() && own > 0.8 && all > 0.3 && measured.length(at) >= 3.0
}
