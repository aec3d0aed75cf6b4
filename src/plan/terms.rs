//! The index of a large taxonomy, or of many sites: pages by letter, and pages by number of articles.

use super::known;
use crate::archive::{Archive, Term};
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
        Self::letter_of(term.slug.as_str())
    }

    pub(super) fn letter_of(slug: &str) -> char {
        slug.chars().next().filter(char::is_ascii_alphabetic).unwrap_or('0')
    }
}

/// The parts of each taxonomy's index; none if one page can hold all.
pub(super) fn parts(archive: &Archive) -> Vec<Vec<TermPart>> {
    let of = |terms: &Vec<Term>| {
        let mut parts = by_letter(terms, |term| term.slug.as_str());
        if !parts.is_empty() {
            pages(By::Count, 0..terms.len(), &mut parts);
        }
        parts
    };
    archive.terms.iter().map(of).collect()
}

/// The parts of a list by the first letters of what orders it, so that a letter's stand side by side; none if one
/// page can hold all.
pub(super) fn by_letter<T>(sorted: &[T], name: impl Fn(&T) -> &str) -> Vec<TermPart> {
    let (mut parts, mut start) = (Vec::new(), 0);
    if sorted.len() <= MOST {
        return parts;
    }
    for group in sorted.chunk_by(|a, b| By::letter_of(name(a)) == By::letter_of(name(b))) {
        pages(By::Letter(By::letter_of(name(&group[0]))), start..start + group.len(), &mut parts);
        start += group.len();
    }
    parts
}

fn pages(by: By, range: Range<usize>, parts: &mut Vec<TermPart>) {
    for (at, start) in range.clone().step_by(MOST).enumerate() {
        parts.push(TermPart { by, number: at + 1, range: start..range.end.min(start + MOST) });
    }
}

/// Path of an index page; no term's folder has a dot in its name.
pub fn term_part_path(folder: &str, part: &TermPart) -> OutPath {
    let name = match part.by {
        By::Letter(letter) => format!("letter-{letter}"),
        By::Count => "by-number".to_string(),
    };
    let number = if part.number > 1 { format!("-{}", part.number) } else { String::new() };
    known(&format!("{folder}{name}{number}.html"))
}
