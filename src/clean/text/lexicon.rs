//! Words that pages say around their stories, and words that stories are told in: what was learned of them, as numbers for
//! a line. Of words that it does not know, and so of most languages, it says nothing.

use crate::clean::words::is_wide;
use xxhash_rust::xxh3::xxh3_64;

/// Words at the beginning and at the end of a line that are looked at.
const OF_LINE: (usize, usize) = (40, 20);
/// Words up to which a line is known as a whole.
const WHOLE: usize = 4;
/// Stands for any number: days and counters differ from page to page.
const NUMBER: u32 = 1;
/// Beside a word: that a line begins with it, that it ends with it, that it is all of a line.
const FIRST: u32 = 2;
const LAST: u32 = 3;
const ALL: u32 = 4;

/// Words with their weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lexicon {
    /// What [`tokens`] makes of them, in ascending order.
    known: Vec<u32>,
    /// For both numbers of [`Said`].
    weights: Vec<[i8; 2]>,
    /// What weights of 1 are worth.
    steps: [f32; 2],
}

/// What the words of a line say; nothing is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Said {
    /// That it is the story's, or below 0, that it is not.
    pub(super) told: f32,
    /// That a story goes on below it, or below 0, that it is at its end.
    pub(super) on: f32,
    /// The share of the words that is known.
    pub(super) known: f32,
}

impl Lexicon {
    /// How many there are, what both weights are worth, the words, the first weight of each, and the second; all
    /// little-endian.
    pub(super) fn read(rest: &mut &[u8]) -> Option<Self> {
        let count = u32::from_le_bytes(*take(rest)?) as usize;
        let steps = [f32::from_le_bytes(*take(rest)?), f32::from_le_bytes(*take(rest)?)];
        let (words, after) = rest.split_at_checked(count.checked_mul(4)?)?;
        let (told, after) = after.split_at_checked(count)?;
        let (on, after) = after.split_at_checked(count)?;
        *rest = after;
        let known: Vec<u32> = words
            .chunks_exact(4)
            .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .collect();
        let weights = told.iter().zip(on).map(|(told, on)| [told.cast_signed(), on.cast_signed()]).collect();
        known.is_sorted().then_some(Self { known, weights, steps })
    }

    /// What the words of a line say.
    pub(super) fn of(&self, line: &str) -> Said {
        if self.known.is_empty() {
            return Said::default();
        }
        let tokens = tokens(line);
        let known = tokens.iter().filter_map(|token| self.known.binary_search(token).ok());
        let (mut count, mut told, mut on) = (0_u16, 0, 0);
        for at in known {
            count += 1;
            told += i32::from(self.weights[at][0]);
            on += i32::from(self.weights[at][1]);
        }
        let all = tokens.len().max(1) as f32;
        let worth = |sum: i32, step: f32| sum as f32 * step / all.sqrt();
        Said { told: worth(told, self.steps[0]), on: worth(on, self.steps[1]), known: f32::from(count) / all }
    }
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (taken, left) = rest.split_first_chunk()?;
    *rest = left;
    Some(taken)
}

/// The words of a line and what it begins and ends with, two by two, and all of a short one: each once, as a number, in
/// ascending order.
pub fn tokens(line: &str) -> Vec<u32> {
    let words = words(line);
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return Vec::new() };
    let mut found = vec![pair(FIRST, *first), pair(LAST, *last)];
    if words.len() <= WHOLE {
        found.push(words.iter().fold(ALL, |sum, word| pair(sum, *word)));
    }
    found.extend(words.windows(2).map(|two| pair(two[0], two[1])));
    found.extend(words);
    found.sort_unstable();
    found.dedup();
    found
}

/// The hash of each word whatever its case; those in the midst of a long line are left out.
fn words(line: &str) -> Vec<u32> {
    let mut found = Vec::new();
    let mut word = String::new();
    for letter in line.chars() {
        let alone = is_wide(letter);
        if !word.is_empty() && (alone || !letter.is_alphanumeric()) {
            found.push(hash(&word));
            word.clear();
        }
        if alone {
            found.push(hash(letter.encode_utf8(&mut [0; 4])));
        } else if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
    }
    if !word.is_empty() {
        found.push(hash(&word));
    }
    let (head, tail) = OF_LINE;
    if found.len() > head + tail {
        found.drain(head..found.len() - tail);
    }
    found
}

fn hash(word: &str) -> u32 {
    if word.starts_with(char::is_numeric) { NUMBER } else { xxh3_64(word.as_bytes()) as u32 }
}

fn pair(one: u32, other: u32) -> u32 {
    (one.rotate_left(7) ^ other).wrapping_mul(0x9e37_79b1).rotate_left(13) ^ one
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lexicon as its file has it.
    fn lexicon(words: &[(u32, i8, i8)]) -> Option<Lexicon> {
        let mut bytes = u32::try_from(words.len()).unwrap().to_le_bytes().to_vec();
        bytes.extend([0.5_f32, 0.25].iter().flat_map(|step| step.to_le_bytes()));
        bytes.extend(words.iter().flat_map(|(word, ..)| word.to_le_bytes()));
        bytes.extend(words.iter().map(|(_, told, _)| told.cast_unsigned()));
        bytes.extend(words.iter().map(|(.., on)| on.cast_unsigned()));
        let mut rest = bytes.as_slice();
        let found = Lexicon::read(&mut rest)?;
        assert!(rest.is_empty());
        Some(found)
    }

    #[test]
    fn case_signs_and_numbers_are_no_words() {
        assert_eq!(tokens("Share this!"), tokens("SHARE – THIS"));
        assert_eq!(tokens("12 days ago"), tokens("3 days ago"));
        assert_ne!(tokens("share this"), tokens("this share"));
        assert!(tokens("– … –").is_empty());
        assert_eq!(tokens("島の").len(), 6);
        assert!(tokens(&"word ".repeat(100_000)).len() < 10);
    }

    #[test]
    fn weights_add_up_and_unknown_words_count_for_nothing() {
        let mut words =
            [(hash("share"), -4, 8), (hash("said"), 6, 0), (pair(hash("she"), hash("said")), 2, -2)];
        words.sort_unstable();
        let lexicon = lexicon(&words).unwrap();
        // A word alone is also a beginning, an end, and a whole.
        assert_eq!(lexicon.of("Share"), Said { told: -1.0, on: 1.0, known: 0.25 });
        let root = 6_f32.sqrt();
        assert_eq!(lexicon.of("She said"), Said { told: 4.0 / root, on: -0.5 / root, known: 2.0 / 6.0 });
        for unknown in ["", "Teilen", "Поделиться", "共有", "شارك"] {
            assert_eq!(lexicon.of(unknown), Said::default(), "{unknown}");
        }
    }

    /// Other languages are judged by other numbers.
    #[test]
    fn the_own_lexicon_knows_words_of_pages_and_no_others() {
        let own = &crate::clean::text::Model::own().lexicon;
        assert!(own.of("Sign up for our newsletter").told < -0.5);
        assert!(own.of("Related stories").on < 0.0);
        let unknown = [
            "Подпишитесь на нашу рассылку",
            "اشترك في نشرتنا الإخبارية",
            "ニュースレターに登録する",
            "订阅我们的新闻简报",
            "Εγγραφείτε στο ενημερωτικό μας δελτίο",
            "Zapisz się do naszego newslettera już dziś",
            "Jetzt unseren wöchentlichen Rundbrief bestellen",
        ];
        for line in unknown {
            assert!(own.of(line).known < 0.25, "{line}");
        }
    }

    #[test]
    fn files_that_are_none_are_refused() {
        assert_eq!(lexicon(&[(2, 1, 1), (1, 1, 1)]), None);
        assert_eq!(Lexicon::read(&mut [&[1, 0, 0, 0][..], &[0; 9]].concat().as_slice()), None);
        assert_eq!(Lexicon::read(&mut [0xff; 20].as_slice()), None);
    }
}
