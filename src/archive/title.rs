//! Titles → words that can be compared, in any script and without lists of languages.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use xxhash_rust::xxh3::xxh3_64;

/// Most words of a title that count: the first ones.
const WORDS: usize = 24;

/// A word of a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Hash of its letters, without case and accents.
    pub(super) hash: u64,
    /// Whether it is but two letters of a text without spaces, and says half as much.
    pub(super) half: bool,
}

/// The words of a title that may say what it is about.
///
/// Short words are grammar in most languages that have upper and lower case, unless they stand in capitals. Scripts
/// that do not part words are taken two letters at a time. Numbers say nothing by themselves.
pub(super) fn words(title: &str) -> Vec<Word> {
    let shouted = !title.chars().any(char::is_lowercase);
    let mut words = if title.is_ascii() { plain(title, shouted) } else { of_any_script(title, shouted) };
    words.truncate(WORDS);
    words
}

fn of_any_script(title: &str, shouted: bool) -> Vec<Word> {
    let mut words = Vec::new();
    for (dense, run) in runs(title) {
        if dense {
            pairs(run, &mut words);
        } else {
            words.extend(spelt(run, shouted).map(|word| Word { hash: hash(&word), half: false }));
        }
        if words.len() >= WORDS {
            break;
        }
    }
    words
}

/// The same of a title in ASCII, as most are in many archives: one copy of it, and one look at each byte.
fn plain(title: &str, shouted: bool) -> Vec<Word> {
    let folded = title.to_ascii_lowercase();
    let is_break = |byte: &u8| !byte.is_ascii_alphanumeric();
    let runs = title.as_bytes().split(is_break).zip(folded.as_bytes().split(is_break));
    let says_something = |word: &[u8]| {
        let letters = word.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
        let is_acronym = || !shouted && word.len() > 1 && !word.iter().any(u8::is_ascii_lowercase);
        letters > 0 && (word.len() >= 4 || is_acronym())
    };
    let words = runs.filter(|(word, _)| says_something(word));
    words.take(WORDS).map(|(_, folded)| Word { hash: xxh3_64(folded), half: false }).collect()
}

fn hash(word: &str) -> u64 {
    xxh3_64(word.as_bytes())
}

/// Unbroken runs of letters and digits of one kind, and whether it is the kind that does not part words.
fn runs(title: &str) -> Vec<(bool, &str)> {
    let mut runs = Vec::new();
    let mut open: Option<(bool, usize)> = None;
    for (at, letter) in title.char_indices().chain([(title.len(), ' ')]) {
        let kind = match letter.is_alphanumeric() {
            true => Some(is_dense(letter)),
            // An accent belongs to the letter before it.
            false if is_combining_mark(letter) => continue,
            false => None,
        };
        if open.map(|(dense, _)| dense) != kind {
            runs.extend(open.map(|(dense, start)| (dense, &title[start..at])));
            open = kind.map(|dense| (dense, at));
        }
    }
    runs
}

/// Thai to Myanmar, Khmer, kana, Chinese characters, and Hangul, whose words end in particles.
fn is_dense(letter: char) -> bool {
    matches!(u32::from(letter),
        0x0e00..=0x0eff | 0x1000..=0x109f | 0x1100..=0x11ff | 0x1780..=0x17ff | 0x3040..=0x31ff
        | 0x3400..=0x9fff | 0xac00..=0xd7ff | 0xf900..=0xfaff | 0xff66..=0xffdc | 0x20000..=0x3ffff)
}

/// A word without case and accents, if it may say something.
fn spelt(word: &str, shouted: bool) -> Option<String> {
    // Accents of Latin, Greek and Cyrillic, and the vowel marks of Arabic, which are rarely written.
    let is_accent = |letter: &char| matches!(u32::from(*letter), 0x0300..=0x036f | 0x064b..=0x065f);
    let folded: String = if word.is_ascii() {
        word.to_ascii_lowercase()
    } else {
        word.nfkd().filter(|letter| !is_accent(letter)).flat_map(char::to_lowercase).collect()
    };
    let length = folded.chars().count();
    let has_case = word.chars().any(|letter| letter.is_uppercase() || letter.is_lowercase());
    let is_capital = |letter: char| letter.is_uppercase() || letter.is_numeric();
    let is_acronym = !shouted && length > 1 && word.chars().all(is_capital);
    let says_something = is_acronym || length >= if has_case { 4 } else { 3 };
    (says_something && !folded.chars().all(char::is_numeric)).then_some(folded)
}

/// Letters two at a time; two of hiragana are grammar.
fn pairs(run: &str, words: &mut Vec<Word>) {
    let letters: Vec<char> = run.nfkc().take(WORDS + 1).collect();
    let is_hiragana = |letter: &char| matches!(u32::from(*letter), 0x3041..=0x309f);
    let pairs = letters.windows(2).filter(|pair| !pair.iter().all(is_hiragana));
    words.extend(pairs.map(|pair| Word { hash: hash(&pair.iter().collect::<String>()), half: true }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(title: &str, expected: &[&str]) {
        let expected: Vec<u64> = expected.iter().map(|word| hash(word)).collect();
        assert_eq!(words(title).iter().map(|word| word.hash).collect::<Vec<_>>(), expected, "{title}");
    }

    proptest! {
        #[test]
        fn plain_titles_are_read_as_all_are(title in "[ -~]{0,40}|([a-zA-Z0-9]{0,5}[ ,']){0,30}") {
            let shouted = !title.chars().any(char::is_lowercase);
            let mut expected = of_any_script(&title, shouted);
            expected.truncate(WORDS);
            prop_assert_eq!(words(&title), expected);
        }
    }

    #[test]
    fn words_are_folded_and_grammar_is_left_out() {
        check(
            "The Bridge to Hollin opens; goat first across",
            &["bridge", "hollin", "opens", "goat", "first", "across"],
        );
        check("Die Brücke über die Saône", &["brucke", "uber", "saone"]);
        check("L'économie de l’Europe", &["economie", "europe"]);
        check("ECB and EU: 12 of us at the G20, in 2019", &["ecb", "eu", "g20"]);
        check("EU AND US IN DEAL", &["deal"]);
        check("Маяк на Северной скале", &["маяк", "севернои", "скале"]);
        check("عَبّارة الجزر تعود من", &["عبارة", "الجزر", "تعود"]);
        check("हिन्दी में", &["हिन्दी", "में"]);
        check("", &[]);
        check("— 7 …", &[]);
        check("\u{301}a", &[]);
    }

    #[test]
    fn scripts_without_spaces_are_taken_two_letters_at_a_time() {
        check("灯台の雨、年", &["灯台", "台の", "の雨"]);
        check("北京 2024年奥运", &["北京", "年奥", "奥运"]);
        check("大会でした", &["大会", "会で"]);
        check("ﾊﾞｽ", &["バス"]);
        check("서울 시", &["서울"]);
        assert!(
            words("灯台").iter().all(|word| word.half) && words("lighthouse").iter().all(|word| !word.half)
        );
    }

    #[test]
    fn long_titles_count_by_their_beginning() {
        assert_eq!(words(&"word ".repeat(1000)).len(), WORDS);
        assert_eq!(words(&"灯".repeat(1000)).len(), WORDS);
    }
}
