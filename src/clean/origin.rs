//! Lines below a story that say where it comes from and whose it is.

use super::dates;
use super::phrases::{after, is_told, words};
use crate::article::Date;

/// Longest statement of rights, in characters.
const RIGHTS: usize = 200;

/// A statement of rights: `All rights reserved by …`, `© 1998 …`, `Copyright 1998 …`. Behind the phrase stands
/// nothing, a year, a name or another sentence: `Copyright law must change` and `© Lind said no` are stories.
pub(super) fn is_rights(block: &str) -> bool {
    const SAID: [&str; 7] = [
        "all rights reserved",
        "alle rechte vorbehalten",
        "tous droits réservés",
        "todos los derechos reservados",
        "tutti i diritti riservati",
        "todos os direitos reservados",
        "все права защищены",
    ];
    if block.chars().count() > RIGHTS || is_told(&words(block)) {
        return false;
    }
    let mut rest = block;
    // The word alone is no statement: `Copyright Board Rejects Appeal`.
    if let Some(behind) = after(block, "copyright").map(str::trim_start) {
        let signs = ["©", "(c)", "by "];
        if !behind.starts_with(|c: char| c.is_ascii_digit())
            && signs.iter().all(|sign| after(behind, sign).is_none())
        {
            return false;
        }
    }
    while let Some(behind) = ["copyright", "©", "(c)"].iter().chain(&SAID).find_map(|said| after(rest, said))
    {
        rest = behind.trim_start();
    }
    if rest.len() == block.len() {
        return false;
    }
    let name = after(rest, "by ").unwrap_or(rest);
    let name = name.split(['.', ',']).next().unwrap_or_default();
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || " -–".contains(c));
    rest.is_empty()
        || rest.starts_with(|c: char| ".|".contains(c) || c.is_ascii_digit())
        || is_proper_name(name)
}

/// Who published it first, and perhaps when, from `First published by NAME on DATE.` and its like.
pub(super) fn first_publisher(block: &str) -> Option<(String, Option<Date>)> {
    const SAID: [&str; 10] = [
        "first published by",
        "first published in",
        "originally published by",
        "originally published in",
        "zuerst erschienen in",
        "zuerst veröffentlicht von",
        "publié à l'origine par",
        "publicado originalmente por",
        "publicado originalmente en",
        "впервые опубликовано в",
    ];
    let said = SAID.iter().find_map(|phrase| after(block, phrase))?;
    let said = said.strip_prefix(':').unwrap_or(said).strip_prefix(' ')?.trim();
    let (name, date) = [" on ", ", "]
        .iter()
        .filter_map(|gap| said.split_once(gap))
        .find_map(|(name, date)| Some((name, Some(dates::line(date.trim_end_matches('.'))?.date))))
        .unwrap_or((said, None));
    let name = name.trim_end_matches('.').trim();
    is_proper_name(name).then(|| (name.to_string(), date))
}

/// Whether a text is a name and nothing more: capitals but for particles, no number first, no clause behind it.
pub(super) fn is_proper_name(text: &str) -> bool {
    const PARTICLES: [&str; 30] = [
        "of", "the", "and", "de", "da", "do", "dos", "das", "del", "della", "di", "du", "des", "la", "le",
        "les", "el", "y", "e", "et", "und", "der", "den", "van", "von", "zu", "bin", "al", "и", "ter",
    ];
    let words: Vec<&str> = text.split_whitespace().collect();
    let capital = |word: &str| {
        let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        word.starts_with(|c: char| c.is_uppercase() || (c.is_alphabetic() && !c.is_lowercase()))
    };
    let fits = |word: &&str| capital(word) || PARTICLES.contains(&word.to_lowercase().as_str());
    (1..=7).contains(&words.len())
        && capital(words[0])
        && words.last().is_some_and(|word| capital(word))
        && words.iter().all(fits)
        && !text.contains([',', ';', ':', '?', '!'])
        && !text.contains(". ")
}
