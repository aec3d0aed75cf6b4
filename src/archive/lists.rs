//! Many short lists of small numbers.

use std::ops::Range;

/// Many short lists in one piece: as lists of their own, each would take more room than what is in it.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    ends: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    /// Adds a list.
    pub fn push(&mut self, items: impl IntoIterator<Item = u32>) {
        self.items.extend(items);
        self.ends.push(self.items.len() as u32);
    }

    /// A list.
    pub fn get(&self, at: usize) -> &[u32] {
        &self.items[self.range(at)]
    }

    /// Where a list stands among all items.
    pub fn range(&self, at: usize) -> Range<usize> {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        start as usize..self.ends[at] as usize
    }

    /// The item at a place among all.
    pub fn item(&self, place: usize) -> u32 {
        self.items[place]
    }

    /// For each of `count` items the wanted lists that hold it, in order; and for each item of each list, how many of
    /// these come before it.
    pub fn inverted(&self, count: usize, wanted: &[bool]) -> (Self, Vec<u32>) {
        let lists = || (0..self.ends.len()).filter(|list| wanted[*list]);
        let mut starts = vec![0; count];
        for item in lists().flat_map(|list| self.get(list)) {
            starts[*item as usize] += 1;
        }
        let mut next = 0;
        for start in &mut starts {
            next += std::mem::replace(start, next);
        }
        let mut ends = starts.clone();
        let mut items = vec![0; next as usize];
        let mut places = Vec::with_capacity(self.items.len());
        for (list, wanted) in wanted.iter().enumerate() {
            for item in self.get(list).iter().map(|item| *item as usize) {
                places.push(ends[item] - starts[item]);
                if *wanted {
                    items[ends[item] as usize] = list as u32;
                    ends[item] += 1;
                }
            }
        }
        (Self { ends, items }, places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_inverted() {
        let mut lists = Lists::default();
        for items in [vec![0, 2], vec![], vec![2], vec![0, 3]] {
            lists.push(items);
        }
        let (inverted, places) = lists.inverted(4, &[true, true, true, true]);
        let all: Vec<_> = (0..4).map(|item| inverted.get(item)).collect();
        assert_eq!(all, [&[0, 3][..], &[], &[0, 2], &[3]]);
        assert_eq!(places, [0, 0, 1, 1, 0]);
        let (inverted, places) = lists.inverted(4, &[true, true, false, false]);
        assert_eq!(inverted.get(2), [0]);
        assert_eq!(places, [0, 0, 1, 1, 0]);
    }
}
