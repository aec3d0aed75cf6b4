//! Headings of a story as a writer would have marked them up: pages choose levels for their size, and some set lines in
//! bold instead.

use super::block::{Block, Kind};

/// Longest line in bold that is a heading, in characters and in words: longer ones are leads and notices.
const LETTERS: usize = 80;
const WORDS: usize = 12;
/// Fewest such lines: a single one may be anything.
const LINES: usize = 2;

/// A heading that is strong as a whole is a heading.
pub(super) fn plain(blocks: &mut [Block]) {
    for block in blocks.iter_mut().filter(|block| matches!(block.kind, Kind::Heading(_))) {
        if is_strong(block) {
            weaken(block);
        }
    }
}

/// Lines in bold between paragraphs become headings, below those that there are.
pub(super) fn lines(blocks: &mut [Block]) {
    let found: Vec<usize> = (1..blocks.len()).filter(|at| is_line(blocks, *at)).collect();
    if found.len() < LINES {
        return;
    }
    let mut around = None;
    for (at, block) in blocks.iter_mut().enumerate() {
        if let Kind::Heading(level) = block.kind {
            around = Some(level);
        } else if found.binary_search(&at).is_ok() {
            weaken(block);
            block.kind = Kind::Heading(around.map_or(2, |level| level.max(2) + 1));
        }
    }
}

/// Levels without gaps, from 2 on: that of the title is 1.
pub(super) fn levels(blocks: &mut [Block]) {
    let level = |block: &Block| if let Kind::Heading(level) = block.kind { Some(level.max(2)) } else { None };
    let mut used: Vec<u8> = blocks.iter().filter_map(level).collect();
    used.sort_unstable();
    used.dedup();
    for block in blocks {
        if let Some(level) = level(block) {
            let place = used.iter().zip(2..=6).find(|(used, _)| **used == level);
            block.kind = Kind::Heading(place.map_or(6, |(_, level)| level));
        }
    }
}

/// Whether a line stands for a heading: it is strong as a whole and no sentence, and something follows it.
fn is_line(blocks: &[Block], at: usize) -> bool {
    let block = &blocks[at];
    let text = block.text.trim();
    let begins = text.starts_with(|it: char| it.is_alphanumeric() && !it.is_lowercase());
    let ends = text.ends_with(|it: char| it.is_alphanumeric() || matches!(it, ')' | '%' | '’' | '\''));
    block.kind == Kind::Paragraph
        && !block.tight
        && !block.quoted
        && begins
        && ends
        && text.chars().count() <= LETTERS
        && text.split_whitespace().count() <= WORDS
        && is_strong(block)
        && block.spans.iter().all(|span| span.link.is_none())
        && is_followed(blocks, at)
}

/// Whether words that are not strong follow, on a line of their own.
fn is_followed(blocks: &[Block], at: usize) -> bool {
    let next = blocks[at + 1..].iter().find(|block| !block.kind.is_silent());
    next.is_some_and(|next| {
        let speaks = matches!(next.kind, Kind::Paragraph | Kind::Item { .. } | Kind::Table(_));
        speaks && !next.tight && !is_strong(next)
    })
}

fn is_strong(block: &Block) -> bool {
    block.spans.iter().all(|span| span.style.strong || span.text.trim().is_empty())
}

fn weaken(block: &mut Block) {
    block.spans.iter_mut().for_each(|span| span.style.strong = false);
}

#[cfg(test)]
mod tests {
    use super::super::{Page, model};

    const PARAGRAPH: &str = "The ferry that left the harbour this morning came back before noon, because nobody had told the crew that the island had been moved.";

    #[track_caller]
    fn headings(inside: &str, expected: &[&str]) {
        let html = format!(
            "<!doctype html><title>Ferry waits</title><body><main><article><h1>Ferry waits</h1><div class=article-body><p>{PARAGRAPH}</p>{inside}</div></article></main>"
        );
        let written = Page::read(&html).unwrap().story(model()).markdown(None);
        let found: Vec<&str> = written.lines().filter(|line| line.starts_with('#')).collect();
        assert_eq!(found, expected, "{written}");
    }

    fn told(times: usize) -> String {
        format!("<p>{PARAGRAPH} It was told {times} times.</p>")
    }

    #[test]
    fn strong_headings_are_headings() {
        let inside =
            format!("<h2><b>What</b> <b>then?</b></h2>{}<h2>And <b>now</b>?</h2>{}", told(2), told(3));
        headings(&inside, &["## What then?", "## And **now**?"]);
    }

    #[test]
    fn lines_in_bold_are_headings() {
        let line = |text: &str| format!("<p><b>{text}</b></p>");
        let two = [line("The crew"), told(2), line("The island"), told(3)].concat();
        headings(&two, &["## The crew", "## The island"]);
        headings(&format!("<h2>What then</h2>{two}"), &["## What then", "### The crew", "### The island"]);
        // A question is asked, a notice leads elsewhere, a single line may be anything.
        let asked = [line("Who told the crew?"), told(2), line("Who moved the island?"), told(3)].concat();
        headings(&asked, &[]);
        headings(&[line("The crew"), told(2)].concat(), &[]);
    }

    #[test]
    fn levels_begin_below_the_title() {
        let inside =
            format!("<h4>The crew</h4>{}<h6>A goat</h6>{}<h4>The island</h4>{}", told(2), told(3), told(4));
        headings(&inside, &["## The crew", "### A goat", "## The island"]);
    }
}
