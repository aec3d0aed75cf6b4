//! Which texts may be copies: MinHash signatures, cut into bands.
//!
//! Broder, *On the resemblance and containment of documents* (1997): the smallest value of a hash over all passages of a
//! text is that of another text with the probability of their resemblance. Texts of which a whole band of such minima is
//! equal are looked at (Leskovec, Rajaraman, Ullman, *Mining of Massive Datasets*, ch. 3). A copy that was cut to its half,
//! edited in every seventh word and given a lead has a quarter of the passages in common with its original: 64 bands of 2
//! find .98 of those, which leaves nothing for later steps to miss, and 96 find .996.
//!
//! A hash for each of 192 minima would take longer than all else. So each of a few hashes gives the minima of many bins,
//! and an empty bin has what the next one has (Li, Owen, Zhang, *One Permutation Hashing*, 2012; Shrivastava, Li,
//! *Densifying One Permutation Hashing*, 2014).

use rayon::prelude::*;
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// Odd numbers: a product with one is a permutation of all values (the fractions of the roots of the first primes).
const FACTORS: [u64; HASHES] = [
    0x6A09_E667_F3BC_C909,
    0xBB67_AE85_84CA_A73B,
    0x3C6E_F372_FE94_F82B,
    0xA54F_F53A_5F1D_36F1,
    0x510E_527F_ADE6_82D1,
    0x9B05_688C_2B3E_6C1F,
    0x1F83_D9AB_FB41_BD6B,
    0x5BE0_CD19_137E_2179,
];
/// Words of a passage.
const PASSAGE: usize = 3;
/// Bands of a signature.
pub(super) const BANDS: usize = 96;
/// Minima of a band.
const ROWS: usize = 2;
/// The minima come of so many hashes of each passage, each of which fills so many bins.
const HASHES: usize = 8;
const BINS: usize = BANDS * ROWS / HASHES;
/// Texts that are looked at of those that have a band in common, nearest first: a phrase that half of an archive has
/// must not make a table of all pairs.
const BUCKET: usize = 32;

/// Hashes of the bands of a text.
pub(super) type Keys = [u32; BANDS];

/// The bands of a text; `None` if it is shorter than a passage.
pub(super) fn keys(words: &[u8]) -> Option<Keys> {
    if words.len() < PASSAGE {
        return None;
    }
    let mut minima = [[u32::MAX; BINS]; HASHES];
    for passage in words.windows(PASSAGE) {
        let hash = xxh3_64(passage);
        for (bins, factor) in minima.iter_mut().zip(FACTORS) {
            // What is above decides on the bin, and what is below it on the value.
            let hash = u128::from(hash.wrapping_mul(factor)) * BINS as u128;
            let least = &mut bins[(hash >> 64) as usize];
            *least = (*least).min((hash as u64 >> 32) as u32);
        }
    }
    // Short texts leave bins empty: these have what the next one has.
    for bins in &mut minima {
        let next = |at: usize| (1..BINS).map(|step| bins[(at + step) % BINS]).find(|least| *least < u32::MAX);
        let filled: Vec<u32> = (0..BINS)
            .map(|at| if bins[at] < u32::MAX { bins[at] } else { next(at).unwrap_or_default() })
            .collect();
        bins.copy_from_slice(&filled);
    }
    // The minima of a band are of different hashes.
    let least = |at: usize| minima[at % HASHES][at / HASHES].to_le_bytes();
    Some(std::array::from_fn(|band| xxh3_64(&[least(band * ROWS), least(band * ROWS + 1)].concat()) as u32))
}

/// Texts by their bands.
pub(super) struct Bands(Vec<Vec<(u32, u32)>>);

impl Bands {
    /// Files texts that stand in a row, from a place on; short ones have no keys.
    pub(super) fn of(texts: &[Option<Keys>], first: u32) -> Self {
        let band = |band: usize| {
            let known = (first..).zip(texts).filter_map(|(at, keys)| Some((keys.as_ref()?[band], at)));
            let mut entries: Vec<(u32, u32)> = known.collect();
            entries.sort_unstable();
            entries
        };
        Self((0..BANDS).into_par_iter().map(band).collect())
    }

    /// The texts within a range that have bands in common with these, and how many; of a full drawer, the last.
    pub(super) fn like(&self, keys: &Keys, within: Range<u32>) -> Vec<(u32, u32)> {
        let mut found: Vec<u32> = Vec::new();
        for (band, key) in self.0.iter().zip(keys) {
            let start = band.partition_point(|entry| *entry < (*key, within.start));
            let end = band.partition_point(|entry| *entry < (*key, within.end));
            found.extend(band[start.max(end.saturating_sub(BUCKET))..end].iter().map(|(_, id)| *id));
        }
        found.sort_unstable();
        found.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect()
    }
}
