//! Words of any script as numbers: what is the same is counted, nothing is read.

use std::collections::BTreeSet;
use xxhash_rust::xxh3::xxh3_64;

/// A letter as a page shows it; `None` for those that cannot be seen. Joiners stay: some scripts need them.
pub(super) fn clean_letter(letter: char) -> Option<char> {
    match letter {
        '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => None,
        _ if letter.is_control() && !letter.is_whitespace() => None,
        _ => Some(letter),
    }
}

/// The hash of each word; of scripts without spaces, of each letter.
pub(super) fn hashes(text: &str) -> Vec<u64> {
    let mut found = Vec::new();
    let mut word = String::new();
    for letter in text.chars() {
        let alone = is_wide(letter);
        if (!letter.is_alphanumeric() || alone) && !word.is_empty() {
            found.push(xxh3_64(word.as_bytes()));
            word.clear();
        }
        if alone {
            found.push(u64::from(letter));
        } else if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
    }
    if !word.is_empty() {
        found.push(xxh3_64(word.as_bytes()));
    }
    found
}

/// Letters of scripts that have no spaces between words.
pub(super) fn is_wide(letter: char) -> bool {
    matches!(u32::from(letter), 0x0e00..=0x0e7f | 0x3040..=0x30ff | 0x3400..=0x9fff | 0xf900..=0xfaff)
}

/// The runs of three words in a text; the whole of a shorter one.
pub(super) fn runs(words: &[u64]) -> impl Iterator<Item = u64> {
    words.windows(3.min(words.len().max(1))).map(|run| {
        run.iter().fold(0x9e37_79b9_7f4a_7c15, |sum: u64, word| {
            (sum ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
        })
    })
}

/// The share of some words or runs that are known; 0 for none.
pub(super) fn share(some: impl Iterator<Item = u64>, known: &BTreeSet<u64>) -> f32 {
    let (mut all, mut found) = (0_u32, 0_u32);
    for one in some {
        all += 1;
        found += u32::from(known.contains(&one));
    }
    if all == 0 { 0.0 } else { found as f32 / all as f32 }
}
