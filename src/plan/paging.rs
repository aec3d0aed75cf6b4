//! Stable page numbers.
//!
//! Numbered pages hold full chunks counted from the oldest article, so an old page keeps its articles whatever is
//! published later. The list's folder page holds the newest `per_page … 2·per_page − 1`. A newer article rewrites
//! the folder page; when a chunk fills, one page is created and two are rewritten.

use std::ops::Range;

/// Which page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The one at the list's own address, with the newest articles.
    Folder,
    /// A full chunk, from 1 for the oldest.
    Numbered(usize),
}

/// How a list of slots (articles, oldest first) is cut into pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    slots: usize,
    per_page: usize,
    numbered: usize,
    complete: bool,
}

/// One page: which slots, and what lies beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The slots, oldest first.
    pub slots: Range<usize>,
    /// The page with newer articles.
    pub newer: Option<Part>,
    /// The page with older articles.
    pub older: Option<Part>,
}

impl Paging {
    /// Cuts `slots` articles into pages of `per_page`; without `all` there is only the folder page with the newest.
    pub fn new(slots: usize, per_page: usize, all: bool) -> Self {
        let numbered = if all { (slots / per_page).saturating_sub(1) } else { 0 };
        Self { slots, per_page, numbered, complete: all || slots <= per_page }
    }

    /// The numbered pages, newest first.
    pub fn numbers(&self) -> impl Iterator<Item = usize> + use<> {
        (1..=self.numbered).rev()
    }

    /// All pages: the folder's, then the numbered ones, newest first.
    pub fn parts(&self) -> impl Iterator<Item = Part> + use<> {
        std::iter::once(Part::Folder).chain(self.numbers().map(Part::Numbered))
    }

    /// Whether every article of the list is on one of its pages.
    pub fn complete(&self) -> bool {
        self.complete
    }

    /// The page that a slot is on, if the list is complete.
    pub fn part_of(&self, slot: usize) -> Part {
        let number = slot / self.per_page + 1;
        if number <= self.numbered { Part::Numbered(number) } else { Part::Folder }
    }

    /// One page.
    pub fn chunk(&self, part: Part) -> Chunk {
        let numbered =
            |number: usize| (1..=self.numbered).contains(&number).then_some(Part::Numbered(number));
        match part {
            Part::Folder if self.complete => {
                let start = self.numbered * self.per_page;
                Chunk { slots: start..self.slots, newer: None, older: numbered(self.numbered) }
            }
            Part::Folder => Chunk {
                slots: self.slots.saturating_sub(self.per_page)..self.slots,
                newer: None,
                older: None,
            },
            Part::Numbered(number) => {
                let newer = numbered(number + 1).unwrap_or(Part::Folder);
                let slots = (number - 1) * self.per_page..number * self.per_page;
                Chunk { slots, newer: Some(newer), older: numbered(number - 1) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_slot_is_on_one_page_and_the_folder_page_is_never_short(slots in 0usize..500, per_page in 1usize..60) {
            let paging = Paging::new(slots, per_page, true);
            let mut seen = Vec::new();
            for part in paging.parts() {
                let chunk = paging.chunk(part);
                if part == Part::Folder {
                    prop_assert!(chunk.slots.len() < 2 * per_page);
                    prop_assert!(slots < per_page || chunk.slots.len() >= per_page);
                } else {
                    prop_assert_eq!(chunk.slots.len(), per_page);
                }
                seen.extend(chunk.slots);
            }
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..slots).collect::<Vec<_>>());
        }

        #[test]
        fn a_newer_article_touches_the_folder_page_and_at_most_one_numbered_one(slots in 0usize..500, per_page in 1usize..60) {
            let (before, after) = (Paging::new(slots, per_page, true), Paging::new(slots + 1, per_page, true));
            let changed = before.numbers().filter(|n| before.chunk(Part::Numbered(*n)) != after.chunk(Part::Numbered(*n))).count();
            let created = after.numbers().count() - before.numbers().count();
            prop_assert!(created <= 1);
            prop_assert!(changed <= created, "only the newest numbered page changes, and only when it gets a newer neighbour");
        }

        #[test]
        fn neighbours_lead_there_and_back(slots in 0usize..500, per_page in 1usize..60) {
            let paging = Paging::new(slots, per_page, true);
            let parts: Vec<_> = paging.parts().collect();
            for pair in parts.windows(2) {
                prop_assert_eq!(paging.chunk(pair[0]).older, Some(pair[1]));
                prop_assert_eq!(paging.chunk(pair[1]).newer, Some(pair[0]));
            }
        }
    }
}
