//! What words say of a block: a table that was learned, of how much more often stories have each of them than what
//! stands around stories. Of a language that it has not seen it says that it knows nothing, and the rest of the row
//! decides.

/// A word that too few pages have.
const UNKNOWN: i8 = i8::MIN;
/// The table has two to the power of this entries; words share them.
const BITS: u32 = 14;
const ENTRIES: usize = 1 << BITS;
/// Entries of this much are one natural logarithm of the odds.
const UNIT: f32 = 24.0;
/// Words of a block that are looked at one by one, and at its ends in pairs; and the longest block that counts as one.
const WORDS: usize = 40;
const FIRST: usize = 5;
const LAST: usize = 3;
const WHOLE: usize = 8;

/// Columns of a row that are about words.
pub const COLUMNS: usize = 5;

/// The table; empty where nothing is known of any word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lexicon(Vec<i8>);

impl Lexicon {
    /// Takes a table from the beginning of a file.
    pub fn read(rest: &mut &[u8]) -> Option<Self> {
        let (table, left) = rest.split_at_checked(ENTRIES)?;
        *rest = left;
        Some(Self(table.iter().map(|byte| byte.cast_signed()).collect()))
    }

    /// What the known ones of these entries say on the average, the one most against, the one most in favour, the three
    /// most against, and how many are known.
    pub fn row(&self, entries: &[u16]) -> [f32; COLUMNS] {
        let value = |at: &u16| self.0.get(usize::from(*at)).copied().filter(|it| *it != UNKNOWN);
        let mut known: Vec<f32> = entries.iter().filter_map(value).map(|it| f32::from(it) / UNIT).collect();
        known.sort_unstable_by(f32::total_cmp);
        let mean = |some: &[f32]| some.iter().sum::<f32>() / some.len() as f32;
        match known.as_slice() {
            [] => [0.0; COLUMNS],
            [least, ..] => {
                let most = known[known.len() - 1];
                let share = known.len() as f32 / entries.len() as f32;
                [mean(&known), *least, most, mean(&known[..known.len().min(3)]), share]
            }
        }
    }
}

/// The entries of a block, given its words: of each word, of pairs at its ends, of its first one, and of a short block
/// as a whole. In their order, each once.
pub(super) fn entries(words: &[u64]) -> Vec<u16> {
    let pairs = |some: &[u64], salt: u64| {
        some.windows(2).map(move |two| place(two[0].rotate_left(17) ^ two[1], salt)).collect::<Vec<_>>()
    };
    let mut found: Vec<u16> = words.iter().take(WORDS).map(|word| place(*word, 0)).collect();
    found.extend(words.first().map(|word| place(*word, 1)));
    found.extend(pairs(&words[..words.len().min(FIRST)], 2));
    found.extend(pairs(&words[words.len().saturating_sub(LAST)..], 3));
    if !words.is_empty() && words.len() <= WHOLE {
        found.push(place(words.iter().fold(0, |sum: u64, word| sum.rotate_left(9) ^ word), 4));
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn place(hash: u64, salt: u64) -> u16 {
    let mixed = (hash ^ salt.wrapping_mul(0xd6e8_feb8_6659_fd93)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (64 - BITS)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::words::hashes;

    #[test]
    fn entries_are_in_order_and_each_once() {
        let found = entries(&hashes("More, more and more of it all, and more of it again"));
        assert!(found.is_sorted_by(|a, b| a < b), "{found:?}");
        assert_eq!(entries(&hashes("READ MORE: ")), entries(&hashes("Read more")));
        assert_ne!(entries(&hashes("more read")), entries(&hashes("read more")));
        assert!(entries(&[]).is_empty());
    }

    #[test]
    fn what_is_not_known_says_nothing() {
        let mut table = vec![UNKNOWN.cast_unsigned(); ENTRIES];
        table[7] = 24_i8.cast_unsigned();
        table[9] = (-48_i8).cast_unsigned();
        let mut rest = table.as_slice();
        let lexicon = Lexicon::read(&mut rest).unwrap();
        assert!(rest.is_empty());
        let row = |lexicon: &Lexicon, entries: &[u16]| lexicon.row(entries).map(f32::to_bits);
        assert_eq!(row(&lexicon, &[7, 8, 9, 10]), [-0.5, -2.0, 1.0, -0.5, 0.5].map(f32::to_bits));
        assert_eq!(row(&lexicon, &[8, 10]), [0; COLUMNS]);
        assert_eq!(row(&Lexicon::default(), &[7, 9]), [0; COLUMNS]);
        assert_eq!(Lexicon::read(&mut &table[1..]), None);
    }
}
