//! Scores → the blocks of the story, with the pictures that belong to it.

use super::block::{Block, Kind};
use super::walk::Walked;

/// Score from which on a block is the story's. Below one half, as a lost paragraph is worse than one too many, and as
/// measured: a heading or an item between paragraphs rarely scores high by itself.
const STORY: f32 = 0.4;
/// As [`STORY`], of a block between two of the story's: an item that is missing in the middle of a list is worse still.
const BETWEEN: f32 = 0.2;

/// Which of these blocks are the story's, by their scores. The likeliest sequence (Viterbi) was tried as well: it takes
/// last lines that stand by themselves away, and finds no more than this.
fn decide(scores: &[f32]) -> Vec<bool> {
    let told = |at: usize| scores.get(at).is_some_and(|score| *score > STORY);
    let between = |at: usize| scores[at] > BETWEEN && at > 0 && told(at - 1) && told(at + 1);
    (0..scores.len()).map(|at| told(at) || between(at)).collect()
}

/// The blocks of the story in their order; the headline is none of them.
pub(super) fn choose(page: &Walked, headline: Option<usize>, scores: &[f32]) -> Vec<Block> {
    let blocks = &page.blocks;
    // Silent blocks follow their neighbours.
    let speaks = |at: &usize| !blocks[*at].kind.is_silent() && headline != Some(*at);
    let speaks: Vec<usize> = (0..blocks.len()).filter(speaks).collect();
    let decided = decide(&speaks.iter().map(|at| scores[*at]).collect::<Vec<_>>());
    let mut told = vec![false; blocks.len()];
    for (at, decided) in speaks.into_iter().zip(decided) {
        told[at] = decided;
    }
    let (Some(first), Some(last)) = (told.iter().position(|it| *it), told.iter().rposition(|it| *it)) else {
        return Vec::new();
    };
    let mut chosen = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        if told[at] {
            let mut block = block.clone();
            // A line goes on from the line before only if that is there.
            block.tight &= at > 0 && told[at - 1];
            chosen.push(block);
        } else if block.kind.is_silent() && at + 3 >= first && at <= last && belongs(page, &told, at) {
            let mut block = block.clone();
            block.text = caption(page, &told, at);
            chosen.push(block);
        }
    }
    chosen
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
fn caption(page: &Walked, told: &[bool], at: usize) -> String {
    if !matches!(page.blocks[at].kind, Kind::Image { .. }) {
        return String::new();
    }
    let next = (at + 1..told.len()).take(4).take_while(|other| page.blocks[*other].kind == Kind::Caption);
    let words: Vec<&str> =
        next.filter(|other| !told[*other]).map(|other| page.blocks[other].text.as_str()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_block_between_strong_ones_stays_and_a_strong_one_by_itself_too() {
        assert_eq!(decide(&[0.1, 0.9, 0.25, 0.9, 0.25]), [false, true, true, true, false]);
        assert_eq!(decide(&[0.9, 0.25, 0.25, 0.9]), [true, false, false, true]);
        assert_eq!(decide(&[0.1, 0.41, 0.1]), [false, true, false]);
        assert_eq!(decide(&[0.3]), [false]);
        assert_eq!(decide(&[]), [false; 0]);
    }
}
