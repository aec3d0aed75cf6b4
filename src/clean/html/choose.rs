//! Scores → the blocks of the story, with the pictures that belong to it.

use super::block::{Block, Kind};
use super::walk::Walked;

/// Score from which on a block is the story's. Below one half, as a lost paragraph is worse than one too many, and as
/// measured: a heading or an item between paragraphs rarely scores high by itself.
const STORY: f32 = 0.4;

/// The blocks of the story in their order.
pub(super) fn choose(page: &Walked, scores: &[f32]) -> Vec<Block> {
    let blocks = &page.blocks;
    let told: Vec<bool> =
        blocks.iter().zip(scores).map(|(it, score)| !it.kind.is_silent() && *score > STORY).collect();
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
