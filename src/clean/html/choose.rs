//! Scores → the blocks of the story, with the pictures that belong to it.

use super::block::{Block, Kind};
use super::walk::Walked;

/// Score from which on a block is the story's. Below one half, as a lost paragraph is worse than one too many, and as
/// measured: a heading or an item between paragraphs rarely scores high by itself.
const STORY: f32 = 0.4;
/// As [`STORY`], of a block between two of the story's: an item that is missing in the middle of a list is worse still.
const BETWEEN: f32 = 0.2;

/// What is decided about a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// By its score.
    Story,
    /// By its score and its neighbours.
    Between,
    /// A picture, or something else without words, among the story's paragraphs.
    Among,
    /// The headline, which is the article's and not in its body.
    Headline,
    /// By its score.
    Furniture,
    /// Something without words that is not among them.
    Elsewhere,
}

impl Verdict {
    pub(super) fn is_kept(self) -> bool {
        matches!(self, Self::Story | Self::Between | Self::Among)
    }
}

/// What these scores say of blocks in a row. The likeliest sequence (Viterbi) was tried as well: it takes last lines that
/// stand by themselves away, and finds no more than this.
fn decide(scores: &[f32]) -> impl Iterator<Item = Verdict> {
    let told = |at: usize| scores.get(at).is_some_and(|score| *score > STORY);
    let between = move |at: usize| scores[at] > BETWEEN && at > 0 && told(at - 1) && told(at + 1);
    (0..scores.len()).map(move |at| match at {
        _ if told(at) => Verdict::Story,
        _ if between(at) => Verdict::Between,
        _ => Verdict::Furniture,
    })
}

/// What is decided about each block.
pub(super) fn judge(page: &Walked, headline: Option<usize>, scores: &[f32]) -> Vec<Verdict> {
    let blocks = &page.blocks;
    // Silent blocks follow their neighbours.
    let speaks = |at: &usize| !blocks[*at].kind.is_silent() && headline != Some(*at);
    let speaking: Vec<usize> = (0..blocks.len()).filter(speaks).collect();
    let decided = decide(&speaking.iter().map(|at| scores[*at]).collect::<Vec<_>>()).collect::<Vec<_>>();
    let mut verdicts = vec![Verdict::Elsewhere; blocks.len()];
    for (at, verdict) in speaking.into_iter().zip(decided) {
        verdicts[at] = verdict;
    }
    if let Some(headline) = headline {
        verdicts[headline] = Verdict::Headline;
    }
    let told: Vec<bool> = verdicts.iter().map(|verdict| verdict.is_kept()).collect();
    let (Some(first), Some(last)) = (told.iter().position(|it| *it), told.iter().rposition(|it| *it)) else {
        return verdicts;
    };
    for at in first.saturating_sub(3)..=last {
        if blocks[at].kind.is_silent() && belongs(page, &told, at) {
            verdicts[at] = Verdict::Among;
        }
    }
    verdicts
}

/// The blocks of the story in their order.
pub(super) fn choose(page: &Walked, verdicts: &[Verdict]) -> Vec<Block> {
    let told = |at: usize| verdicts[at].is_kept() && verdicts[at] != Verdict::Among;
    let kept = (0..verdicts.len()).filter(|at| verdicts[*at].is_kept());
    kept.map(|at| {
        let mut block = page.blocks[at].clone();
        // A line goes on from the line before only if that is there.
        block.tight &= at > 0 && told(at - 1);
        if block.kind.is_silent() {
            block.text = caption(page, verdicts, at);
        }
        block
    })
    .collect()
}

/// Whether a picture stands among the paragraphs of the story, and not in a box that leads elsewhere.
fn belongs(page: &Walked, told: &[bool], at: usize) -> bool {
    let speaks =
        |other: &usize| !page.blocks[*other].kind.is_silent() && page.blocks[*other].kind != Kind::Caption;
    let before = (0..at).rev().find(speaks).is_some_and(|other| told[other]);
    let after = (at + 1..told.len()).find(speaks).is_some_and(|other| told[other]);
    let mut container = page.blocks[at].facts.container;
    for _ in 0..4 {
        let it = &page.containers[container];
        let inside: Vec<usize> = (it.first..it.end).filter(speaks).collect();
        if !inside.is_empty() {
            return inside.iter().any(|other| told[*other]) && (before || after);
        }
        container = it.parent;
    }
    before && after
}

/// What stands below a picture in the same figure, if it is not told anyway.
fn caption(page: &Walked, verdicts: &[Verdict], at: usize) -> String {
    if !matches!(page.blocks[at].kind, Kind::Image { .. }) {
        return String::new();
    }
    let next = (at + 1..verdicts.len()).take(4).take_while(|other| page.blocks[*other].kind == Kind::Caption);
    let words: Vec<&str> = next
        .filter(|other| !verdicts[*other].is_kept())
        .map(|other| page.blocks[other].text.as_str())
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_block_between_strong_ones_stays_and_a_strong_one_by_itself_too() {
        let kept = |scores: &[f32]| decide(scores).map(Verdict::is_kept).collect::<Vec<_>>();
        assert_eq!(kept(&[0.1, 0.9, 0.25, 0.9, 0.25]), [false, true, true, true, false]);
        assert_eq!(kept(&[0.9, 0.25, 0.25, 0.9]), [true, false, false, true]);
        assert_eq!(kept(&[0.1, 0.41, 0.1]), [false, true, false]);
        assert_eq!(kept(&[0.3]), [false]);
        assert_eq!(kept(&[]), [false; 0]);
    }
}
