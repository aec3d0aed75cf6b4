//! Scores → the blocks of the story, with the pictures that belong to it.

use super::block::{Block, Kind};
use super::hints;
use super::walk::Walked;
use crate::clean::evidence::MOSTLY;
use crate::clean::{below, furniture};

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
    /// As what it is in is said to be the body.
    Given,
    /// By its score and its neighbours.
    Between,
    /// A picture, or something else without words, among the story's paragraphs.
    Among,
    /// The headline, which is the article's and not in its body.
    Headline,
    /// By its score.
    Furniture,
    /// As another text begins with it, or above it.
    Below,
    /// As other pages of its outlet hold it as well.
    Repeated,
    /// Something without words that is not among them.
    Elsewhere,
}

impl Verdict {
    pub(super) fn is_kept(self) -> bool {
        matches!(self, Self::Story | Self::Given | Self::Between | Self::Among)
    }
}

/// What the score of a block is worth that other pages of its outlet hold.
const HELD: f32 = 0.5;
/// Score from which on a block in the midst of a story is the story's, however many others of its outlet hold it: columns
/// have the same headings, and authors repeat what went before.
const SURE: f32 = 0.9;

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

/// What is decided about each block, given what others of its outlet hold, as far as that is known.
pub(super) fn judge(page: &Walked, headline: Option<usize>, scores: &[f32], held: &[f32]) -> Vec<Verdict> {
    let blocks = &page.blocks;
    // Silent blocks follow their neighbours.
    let speaks = |at: &usize| !blocks[*at].kind.is_silent() && headline != Some(*at);
    let speaking: Vec<usize> = (0..blocks.len()).filter(speaks).collect();
    let is_held = |at: usize| held.get(at).is_some_and(|held| *held > 0.0);
    let weighed = |at: &usize| scores[*at] * if is_held(*at) { HELD } else { 1.0 };
    let weighed: Vec<f32> = speaking.iter().map(weighed).collect();
    let mut decided: Vec<Verdict> = decide(&weighed).collect();
    let length = |at: usize| f32::from(u16::try_from(blocks[at].text.chars().count()).unwrap_or(u16::MAX));
    let judged = decided.iter().zip(&weighed).zip(&speaking);
    let judged = judged.map(|((verdict, score), at)| (verdict.is_kept(), *score, length(*at)));
    if let Some(other) = below::another(&judged.collect::<Vec<_>>()) {
        decided[other..]
            .iter_mut()
            .filter(|verdict| verdict.is_kept())
            .for_each(|verdict| *verdict = Verdict::Below);
    }
    let mut verdicts = vec![Verdict::Elsewhere; blocks.len()];
    for (at, verdict) in speaking.into_iter().zip(decided) {
        verdicts[at] = verdict;
    }
    let weak = |at: &usize| verdicts[*at] == Verdict::Furniture && scores[*at] > STORY;
    let weak: Vec<usize> = (0..blocks.len()).filter(weak).collect();
    for at in weak.into_iter().chain(repeated(blocks, &verdicts, scores, held)) {
        verdicts[at] = Verdict::Repeated;
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

/// The same of the body of an article: all of it is the story but what says what furniture says, or is marked up as
/// furniture and scores so.
pub(super) fn judge_body(page: &Walked, scores: &[f32], held: &[f32]) -> Vec<Verdict> {
    let of_one = |(block, score): (&Block, &f32)| match block.kind.is_silent() {
        true => Verdict::Among,
        false if furniture::anywhere(&block.text) => Verdict::Furniture,
        false if *score > STORY => Verdict::Story,
        false if hints::is_furniture(&block.facts.near) => Verdict::Furniture,
        false => Verdict::Given,
    };
    let mut verdicts: Vec<Verdict> = page.blocks.iter().zip(scores).map(of_one).collect();
    for at in repeated(&page.blocks, &verdicts, scores, held) {
        verdicts[at] = Verdict::Repeated;
    }
    verdicts
}

/// Blocks that would be the story's, but are on most pages of the outlet: those above and below all that is on this page
/// alone, and those in its midst that are not sure. What leads over to the story's own, as a heading does, stays with it;
/// and so does what is sure and has numbers, as others may have other numbers there.
fn repeated(blocks: &[Block], verdicts: &[Verdict], scores: &[f32], held: &[f32]) -> Vec<usize> {
    let is_own = |at: usize| held.get(at).is_none_or(|held| *held < MOSTLY);
    let speaks = |at: &usize| verdicts[*at].is_kept() && !blocks[*at].kind.is_silent();
    let told: Vec<usize> = (0..verdicts.len()).filter(speaks).collect();
    let own = || told.iter().copied().filter(|at| is_own(*at));
    let (Some(first), Some(last)) = (own().next(), own().next_back()) else { return Vec::new() };
    let mut leads_on = false;
    let mut stays = |at: usize| {
        let (text, inside) = (&blocks[at].text, (first..last).contains(&at));
        let leads = matches!(blocks[at].kind, Kind::Heading(_)) || text.ends_with([':', '：']);
        let sure = scores[at] >= SURE && (inside || text.contains(char::is_numeric));
        leads_on = is_own(at) || sure || leads && leads_on;
        leads_on
    };
    // From the end, as it is what follows that a heading leads to.
    told.iter().rev().copied().filter(|at| !stays(*at)).collect()
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

    /// What is kept of a page of these blocks: `#` begins a heading; the score, and what others hold, stand after it.
    fn kept(lines: &[(&str, f32, f32)]) -> Vec<String> {
        let html = lines.iter().map(|(line, ..)| match line.strip_prefix("# ") {
            Some(heading) => format!("<h2>{heading}</h2>"),
            None => format!("<p>{line}</p>"),
        });
        let html = format!("<body><article>{}</article>", html.collect::<String>());
        let page = super::super::walk::walk(&super::super::parse::parse(&html).unwrap());
        let (scores, held): (Vec<f32>, Vec<f32>) =
            lines.iter().map(|(_, score, held)| (*score, *held)).unzip();
        choose(&page, &judge(&page, None, &scores, &held)).into_iter().map(|block| block.text).collect()
    }

    #[test]
    fn what_most_pages_of_an_outlet_hold_is_none_of_a_story() {
        let story = "The ferry that left the harbour came back.";
        let notice = "Help the paper to sail on: give what you can.";
        // Above and below the story, however sure; in its midst unless it is.
        let lines = [
            (notice, 0.95, MOSTLY),
            (story, 0.95, 0.0),
            (notice, 0.85, MOSTLY),
            (story, 0.95, 0.0),
            (notice, 0.99, MOSTLY),
        ];
        assert_eq!(kept(&lines), [story, story]);
        // Of columns with the same headings nothing is lost, nor of a story that is told again.
        let lines = [
            ("# What it takes", 0.95, MOSTLY),
            (story, 0.95, 0.0),
            ("How it is done:", 0.95, MOSTLY),
            (story, 0.95, 0.0),
            ("# More", 0.95, MOSTLY),
        ];
        assert_eq!(kept(&lines), ["What it takes", story, "How it is done:", story]);
        assert_eq!(kept(&[(story, 0.95, MOSTLY), (notice, 0.9, MOSTLY)]), [story, notice]);
        // The tide is told in the same words every day.
        let tide = "High water at 5:12 and at 17:40.";
        assert_eq!(
            kept(&[(tide, 0.95, MOSTLY), (story, 0.95, 0.0), (tide, 0.95, MOSTLY)]),
            [tide, story, tide]
        );
        assert_eq!(kept(&[(tide, 0.85, MOSTLY), (story, 0.95, 0.0)]), [story]);
    }

    #[test]
    fn what_another_page_holds_must_be_surer() {
        let story = "The ferry that left the harbour came back.";
        let lines =
            [("Read on", 0.7, 1.0), ("Read this", 0.7, 0.0), (story, 0.9, 1.0), ("Read that", 0.7, -1.0)];
        assert_eq!(kept(&lines), ["Read this", story, "Read that"]);
    }

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
