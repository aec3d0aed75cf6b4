//! What blocks of a text have in common: words, and their make.

use super::features::Measure;
use super::numbers::{counts, flag, ratio};
use std::collections::HashMap;

/// Words that the prose of a text has in common with a block.
pub(super) struct Common {
    /// In how many blocks of prose each word is, and in how many blocks at all.
    known: HashMap<u64, (u32, u32)>,
    blocks: f32,
}

impl Common {
    pub(super) fn new(words: &[Vec<u64>], prose: &[bool]) -> Self {
        let mut known: HashMap<u64, (u32, u32)> = HashMap::new();
        for (words, prose) in words.iter().zip(prose) {
            for word in words {
                let count = known.entry(*word).or_default();
                count.0 += u32::from(*prose);
                count.1 += 1;
            }
        }
        Self { known, blocks: words.len() as f32 }
    }

    /// The share of distinct words that prose has elsewhere, by how seldom they are, and by their number.
    pub(super) fn of(&self, words: &[u64], prose: bool) -> [f32; 2] {
        let (mut weight, mut found, mut plain) = (0.0, 0.0, 0.0);
        for word in words {
            let elsewhere = flag(self.known[word].0 > u32::from(prose));
            let seldom = self.seldom(*word);
            weight += seldom;
            found += seldom * elsewhere;
            plain += elsewhere;
        }
        [ratio(found, weight), ratio(plain, words.len() as f32)]
    }

    /// The share of distinct words, by how seldom they are, that some blocks have; `own` says that these words are
    /// from one of them.
    pub(super) fn share(&self, words: &[u64], some: &HashMap<u64, u16>, own: bool) -> f32 {
        let (mut weight, mut found) = (0.0, 0.0);
        for word in words {
            let elsewhere = some.get(word).copied().unwrap_or(0) > u16::from(own);
            let seldom = self.seldom(*word);
            weight += seldom;
            found += seldom * flag(elsewhere);
        }
        ratio(found, weight)
    }

    fn seldom(&self, word: u64) -> f32 {
        (self.blocks / self.known[&word].1 as f32).ln() + 0.1
    }
}

/// Blocks of the same make: of about the same size, and with beginnings and ends of one kind.
pub(super) struct Makes {
    of_block: Vec<[u32; 4]>,
    counts: HashMap<[u32; 4], u16>,
}

impl Makes {
    pub(super) fn new(measures: &[Measure]) -> Self {
        let make = |it: &Measure| {
            let size = (it.letters.size.max(1.0).ln() * 1.5).floor();
            let capitals = ((it.capitalised + 1.0) * 2.0).floor();
            [size, it.letters.start, it.letters.end, capitals].map(f32::to_bits)
        };
        let of_block: Vec<[u32; 4]> = measures.iter().map(make).collect();
        let counts = counts(of_block.iter().copied());
        Self { of_block, counts }
    }

    /// The share of all blocks that are like one, and how many are of those near it.
    pub(super) fn of(&self, at: usize) -> [f32; 2] {
        let own = self.of_block[at];
        let near = &self.of_block[at.saturating_sub(6)..self.of_block.len().min(at + 7)];
        let near = near.iter().filter(|make| **make == own).count() - 1;
        [f32::from(self.counts[&own]) / self.of_block.len() as f32, near as f32]
    }
}

/// Words, each once.
pub(super) fn distinct(mut words: Vec<u64>) -> Vec<u64> {
    words.sort_unstable();
    words.dedup();
    words
}
