//! The index of a large taxonomy: pages by letter, and pages by number of articles.

use super::known;
use crate::archive::{Archive, Term};
use crate::config::Taxonomy;
use crate::route::OutPath;
use std::ops::Range;

/// Terms that one index page holds: with the longest names it stays below 300 kB.
const MOST: usize = 500;

/// A page of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermPart {
    /// What orders the terms.
    pub by: By,
    /// Which page of the letter or order, from 1.
    pub number: usize,
    /// The terms: their indices for a letter, their ranks by number of articles else.
    pub range: Range<usize>,
}

/// The order of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Terms whose slug begins with a letter; `0` for those that begin with a digit.
    Letter(char),
    /// Terms with most articles first.
    Count,
}

impl By {
    /// The letter that a term stands under.
    pub fn letter(term: &Term) -> char {
        term.slug.as_str().chars().next().filter(char::is_ascii_alphabetic).unwrap_or('0')
    }
}

/// The parts of each taxonomy's index; none if one page can hold all.
pub(super) fn parts(archive: &Archive) -> Vec<Vec<TermPart>> {
    archive.terms.iter().map(|terms| if terms.len() > MOST { split(terms) } else { Vec::new() }).collect()
}

fn split(terms: &[Term]) -> Vec<TermPart> {
    let mut parts = Vec::new();
    let mut start = 0;
    // Terms are sorted by slug, so that a letter's stand side by side.
    for group in terms.chunk_by(|a, b| By::letter(a) == By::letter(b)) {
        pages(By::Letter(By::letter(&group[0])), start..start + group.len(), &mut parts);
        start += group.len();
    }
    pages(By::Count, 0..terms.len(), &mut parts);
    parts
}

fn pages(by: By, range: Range<usize>, parts: &mut Vec<TermPart>) {
    for (at, start) in range.clone().step_by(MOST).enumerate() {
        parts.push(TermPart { by, number: at + 1, range: start..range.end.min(start + MOST) });
    }
}

/// Path of an index page; no term's folder has a dot in its name.
pub fn term_part_path(taxonomy: &Taxonomy, part: &TermPart) -> OutPath {
    let name = match part.by {
        By::Letter(letter) => format!("letter-{letter}"),
        By::Count => "by-number".to_string(),
    };
    let number = if part.number > 1 { format!("-{}", part.number) } else { String::new() };
    known(&format!("{}{name}{number}.html", taxonomy.path))
}
