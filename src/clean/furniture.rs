//! What pages have around a story, in the languages that dumps come in.
//!
//! A block is furniture by its shape, never because a word occurs in it: a story may talk about cookies and followers.
//! Either the whole block is a known phrase, or it begins as furniture begins – an imperative or a "we" of the page –
//! and has nothing more to say, or more words of the page. What is quoted or told by somebody is story.
//! The phrases are in `phrases`.

use super::phrases::{BUTTONS, LISTS, NETWORKS, PAGE, PATTERNS, TEASERS, WHOLE, behind, is_told, words};

/// Longest furniture in characters; longer blocks are always story.
const LONGEST: usize = 200;

/// How sure it is that a block is furniture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sure {
    /// It is.
    Yes,
    /// Beside other furniture it is.
    Beside,
    /// It is not.
    No,
}

/// Judges a block at the edges of a story.
pub(super) fn at_edge(block: &str) -> Sure {
    if anywhere(block) || !block.chars().any(char::is_alphanumeric) {
        return Sure::Yes;
    }
    let bare = bare(block);
    // `Comments (12)`
    let counted = bare.trim_end_matches(|c: char| c.is_ascii_digit() || " (".contains(c));
    if BUTTONS.contains(&bare.as_str()) || BUTTONS.contains(&counted) { Sure::Beside } else { Sure::No }
}

/// Whether a block is furniture even between two paragraphs of a story.
pub(super) fn anywhere(block: &str) -> bool {
    if block.chars().count() > LONGEST {
        return false;
    }
    // What ends as a sentence is somebody's; the headlines of other stories do not.
    let teaser = block.split_once(':').filter(|_| !block.ends_with(['.', '。']));
    WHOLE.contains(&bare(block).as_str())
        || announces(block)
        || teaser.is_some_and(|(head, _)| TEASERS.contains(&bare(head).as_str()))
        || is_addressed(block)
}

/// Whether a block announces other stories: their headlines follow.
pub(super) fn announces(block: &str) -> bool {
    LISTS.contains(&bare(block).as_str())
}

/// Whether the page speaks to its visitors about itself; below the story, nothing but more of the page follows.
pub(super) fn is_addressed(block: &str) -> bool {
    if block.chars().count() > LONGEST || block.contains(['"', '“', '”', '„', '«', '»']) {
        return false;
    }
    let words = words(block);
    let is_of_page = |rest: &[String]| {
        let said = rest.join(" ");
        let has = |known: &&str| format!(" {said} ").contains(&format!(" {known} "));
        rest.is_empty()
            || PAGE.iter().chain(NETWORKS).any(has)
            || block.contains("://")
            || block.contains('@')
    };
    !is_told(&words) && PATTERNS.iter().any(|pattern| behind(&words, pattern).is_some_and(is_of_page))
}

/// A block without signs around it; a full stop stays, as it ends a sentence.
fn bare(block: &str) -> String {
    let around = |c: char| !c.is_alphanumeric() && !".!?".contains(c);
    block.trim_matches(around).to_lowercase()
}
