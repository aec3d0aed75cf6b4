//! The one place that turns names into slugs.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use unicode_normalization::UnicodeNormalization as _;
use xxhash_rust::xxh3::xxh3_128;

/// Longest slug in bytes, suffix included.
const LONGEST: usize = 80;
/// Hexadecimal digits of a suffix.
const DIGITS: usize = 6;

/// A name as one part of a path: `a-z`, `0-9` and single hyphens between them, at most 80 bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slug(String);

impl Slug {
    /// Folds a name to its slug. The steps, in this order:
    ///
    /// 1. Unicode normalisation (NFC), so that two encodings of one letter are one letter.
    /// 2. `+` becomes `plus`; a `#` that ends a word becomes `sharp`: `C`, `C++` and `C#` stay apart.
    /// 3. `deunicode` brings every script to ASCII; then lower case.
    /// 4. Apostrophes inside a word vanish; every other run of signs becomes one hyphen; none at the ends.
    /// 5. Over 80 bytes: cut at 73 bytes (ASCII by now, so no letter is split), then a suffix.
    /// 6. An empty slug, one of digits only, `index`, `page-N` and names of devices get a suffix as well: they
    ///    would be a list's folder, a number of a page, or not a file at all on some systems.
    ///
    /// A suffix is a hyphen and six hexadecimal digits of the lower-case name's XXH3 hash (see [`suffix`]).
    ///
    /// | name | slug |
    /// |---|---|
    /// | `Café Zürich` | `cafe-zurich` |
    /// | `C++` | `c-plus-plus` |
    /// | `Don't look up` | `dont-look-up` |
    /// | `Путин` | `putin` |
    /// | `2024` | `2024-` and six digits |
    pub fn new(name: &str) -> Self {
        // Steps 1 and 3 leave plain letters as they are, and most names have nothing else.
        let plain = name.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let name: Cow<str> = if plain { name.into() } else { name.nfc().collect::<String>().into() };
        let spelt: Cow<str> =
            if name.contains(['+', '#']) { spell_signs(&name).into() } else { name.as_ref().into() };
        let mut slug =
            if plain { hyphenate(&spelt) } else { hyphenate(&deunicode::deunicode_with_tofu(&spelt, " ")) };
        let long = slug.len() > LONGEST;
        if long {
            slug.truncate(LONGEST - DIGITS - 1);
            slug.truncate(slug.trim_end_matches('-').len());
        }
        if long || is_special(&slug) {
            let base = if slug.is_empty() { "x" } else { &slug };
            slug = format!("{base}-{}", suffix(&name.to_lowercase()));
        }
        Self(slug)
    }

    /// The slug with a suffix of its own, still at most 80 bytes.
    #[must_use]
    pub fn with_suffix(&self, digits: &str) -> Self {
        let keep = self.0.len().min(LONGEST.saturating_sub(digits.len() + 1));
        Self(format!("{}-{digits}", self.0[..keep].trim_end_matches('-')))
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Six hexadecimal digits that belong to an identity.
pub fn suffix(identity: &str) -> String {
    format!("{:032x}", xxh3_128(identity.as_bytes()))[..DIGITS].to_string()
}

fn spell_signs(name: &str) -> String {
    let mut spelt = String::with_capacity(name.len());
    let mut letters = name.chars().peekable();
    let mut in_word = false;
    while let Some(letter) = letters.next() {
        match letter {
            '+' => spelt.push_str(" plus "),
            '#' if in_word && !letters.peek().is_some_and(|next| next.is_alphanumeric()) => {
                spelt.push_str(" sharp ");
            }
            _ => spelt.push(letter),
        }
        in_word = letter.is_alphanumeric();
    }
    spelt
}

fn hyphenate(ascii: &str) -> String {
    let mut slug = String::with_capacity(ascii.len());
    for byte in ascii.bytes() {
        match byte {
            _ if byte.is_ascii_alphanumeric() => slug.push(char::from(byte.to_ascii_lowercase())),
            b'\'' | b'`' => {}
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

fn is_special(slug: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let numbered = |prefix| slug.strip_prefix(prefix).is_some_and(|n| n.len() == 1 && digits(n));
    // All digits includes the empty slug.
    digits(slug)
        || matches!(slug, "index" | "con" | "prn" | "aux" | "nul")
        || slug.strip_prefix("page-").is_some_and(|n| !n.is_empty() && digits(n))
        || numbered("com")
        || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_table_of_examples() {
        let long = "д".repeat(200);
        for (name, slug) in [
            ("economy", "economy"),
            ("Café Zürich", "cafe-zurich"),
            ("Cafe\u{301} Zu\u{308}rich", "cafe-zurich"),
            ("C", "c"),
            ("C++", "c-plus-plus"),
            ("C#", "c-sharp"),
            ("#metoo", "metoo"),
            ("#1 in the world", "1-in-the-world"),
            ("Don't look up", "dont-look-up"),
            ("Don’t look up", "dont-look-up"),
            ("R&D", "r-d"),
            ("AT&T / Verizon", "at-t-verizon"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("AI", "ai"),
            ("Путин", "putin"),
            ("北京", "bei-jing"),
            ("القاهرة", "lqhr"),
            ("  --a__b--  ", "a-b"),
            ("../../etc/passwd", "etc-passwd"),
            ("a\0b", "a-b"),
            ("2024", "2024-2ffaae"),
            ("", "x-99aa06"),
            ("🦄", "unicorn"),
            ("???", "x-fe4e2d"),
            ("Index", "index-801d9f"),
            ("page 3", "page-3-b0eebf"),
            ("page-x", "page-x"),
            ("CON", "con-830743"),
            ("lpt1", "lpt1-0e9748"),
            ("console", "console"),
            (&long, "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd-d1cd76"),
        ] {
            assert_eq!(Slug::new(name).as_str(), slug, "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn any_name_gives_a_safe_slug(name in "\\PC{0,120}|[a-z0-9 +#.-]{0,12}") {
            let slug = Slug::new(&name);
            let text = slug.as_str();
            prop_assert!(!text.is_empty() && text.len() <= 80);
            prop_assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            prop_assert!(!text.starts_with('-') && !text.ends_with('-') && !text.contains("--"));
            prop_assert!(!is_special(text));
            prop_assert_eq!(Slug::new(text), slug.clone(), "folding twice is folding once");
            let every_step = deunicode::deunicode_with_tofu(&spell_signs(&name.nfc().collect::<String>()), " ");
            let every_step = hyphenate(&every_step);
            prop_assert!(text == every_step || every_step.len() > LONGEST || is_special(&every_step));
            let suffixed = slug.with_suffix("a1b2c3");
            prop_assert!(suffixed.as_str().len() <= 80 && suffixed.as_str().ends_with("-a1b2c3"));
        }
    }
}
