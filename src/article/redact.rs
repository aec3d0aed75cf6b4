//! Names that an article asks to be left out: they are gone before anything else sees the article.
//!
//! A name is found by its words, whatever stands between them – spaces, line ends, emphasis, hyphens, a link's
//! brackets – and whatever their case and accents. Where the writing has no spaces between words, it is found inside
//! longer runs of letters. Inflected forms are names of their own: the editor lists them.

use super::{Article, Correction, Details, Particulars, Print, Provenance, Raw, Status};
use crate::yaml::Node;
use percent_encoding::percent_decode_str;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Stands for a word; always of one length, which says nothing about the word's.
const BAR: &str = "█████";

/// Finds names in texts.
#[derive(Clone, Debug, Default)]
pub struct Redaction {
    /// Longest names first: `Jane Doe` goes before `Doe`.
    names: Vec<Name>,
}

/// A name, as it is looked for.
#[derive(Clone, Debug)]
struct Name {
    /// Its folded words.
    words: Vec<String>,
    /// Whether it is found inside a run of letters, in writing without spaces.
    unspaced: bool,
    /// Which of those given it is, from 0.
    number: usize,
}

impl Redaction {
    /// What is to be left out; names without a letter or digit are nothing.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names = names.into_iter().enumerate();
        let mut names: Vec<Name> = names.filter_map(|(number, name)| Name::new(name, number)).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.words.len()));
        Self { names }
    }

    /// Whether there is nothing to leave out.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The text with a bar in the place of each word of a name.
    pub fn text(&self, text: &str) -> String {
        self.replaced(text, BAR)
    }

    /// A name made for paths, without the words.
    pub fn path(&self, text: &str) -> String {
        self.replaced(text, "")
    }

    /// Whether a name can be read in a text, be it percent-encoded.
    pub fn finds(&self, text: &str) -> bool {
        self.which(text).is_some()
    }

    /// Which of the names, from 0, can be read in a text, be it percent-encoded.
    pub fn which(&self, text: &str) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        let first = |text: &str| {
            let letters = letters(text);
            let name = |at: usize| self.names.iter().find(|name| name.fits(&letters, at).is_some());
            (0..letters.len()).find_map(name).map(|name| name.number)
        };
        let decoded = percent_decode_str(text).decode_utf8_lossy();
        first(text).or_else(|| if decoded == text { None } else { first(&decoded) })
    }

    fn replaced(&self, text: &str, with: &str) -> String {
        let (mut out, mut at) = (String::with_capacity(text.len()), 0);
        for place in self.places(text) {
            out += &text[at..place.start];
            out += with;
            at = place.end;
        }
        out + &text[at..]
    }

    /// Where the words of names stand, in order and apart from one another.
    fn places(&self, text: &str) -> Vec<Range<usize>> {
        if self.names.is_empty() {
            return Vec::new();
        }
        let letters = letters(text);
        let mut places = Vec::new();
        let mut at = 0;
        while at < letters.len() {
            match self.names.iter().find_map(|name| name.fits(&letters, at)) {
                Some((words, end)) => {
                    places.extend(words);
                    at = end;
                }
                None => at += 1,
            }
        }
        places
    }

    /// Leaves the names out of everything that is published of an article. What says who somebody is by its very
    /// address or as a term goes as a whole.
    pub fn article(&self, article: &mut Article) {
        // No `..`: a new field must say here what becomes of it.
        let Article {
            title,
            subtitle,
            description,
            date: _,
            terms,
            slug,
            lang: _,
            kind: _,
            status,
            provenance,
            raw,
            seldom,
        } = article;
        let Particulars {
            updated: _,
            aliases,
            image,
            embargo: _,
            expires: _,
            corrections,
            same_as: _,
            translation_of: _,
            redact: _,
            extra,
        } = &mut **seldom;
        for text in [title, subtitle, description].into_iter().flatten() {
            *text = self.text(text);
        }
        terms.retain(|name| !self.finds(name));
        *slug = slug.take().map(|slug| self.path(&slug));
        aliases.retain(|alias| !self.finds(alias));
        *image = image.take().filter(|image| !self.finds(image));
        if let Status::Removed(removal) = status
            && let Some(reason) = &mut removal.reason
        {
            *reason = self.text(reason);
        }
        self.provenance(provenance);
        if let Some(Raw { file, .. }) = raw.as_deref_mut() {
            *file = self.text(file);
        }
        for Correction { text, .. } in corrections {
            *text = self.text(text);
        }
        for (key, value) in extra {
            *key = self.text(key);
            self.node(value);
        }
    }

    fn provenance(&self, provenance: &mut Provenance) {
        let Provenance { original_url, retrieved: _, rights, details } = provenance;
        *original_url = original_url.take().filter(|url| !self.finds(url));
        if let Some(rights) = rights {
            *rights = self.text(rights);
        }
        let Details { archived_url, first_published_by, dateline, agency, print } = &mut **details;
        let Print { edition, page, column } = print;
        *archived_url = archived_url.take().filter(|url| !self.finds(url));
        let texts = [first_published_by, dateline, agency, edition, page, column];
        for text in texts.into_iter().flatten() {
            *text = self.text(text);
        }
    }

    fn node(&self, node: &mut Node) {
        match node {
            Node::Null => {}
            Node::Scalar(_, text) => *text = self.text(text),
            Node::List(items) => items.iter_mut().for_each(|item| self.node(item)),
            Node::Map(entries) => {
                for (key, value) in entries {
                    *key = self.text(key);
                    self.node(value);
                }
            }
        }
    }
}

impl Name {
    fn new(name: &str, number: usize) -> Option<Self> {
        let mut words: Vec<String> = Vec::new();
        for letter in letters(name) {
            if letter.after == Gap::Break {
                words.push(String::new());
            }
            words.last_mut()?.push(letter.folded);
        }
        let unspaced = words.len() == 1 && words[0].chars().any(is_unspaced);
        (!words.is_empty()).then_some(Self { words, unspaced, number })
    }

    /// Where its words stand if it begins at a letter, and the letter behind it.
    fn fits(&self, letters: &[Letter], first: usize) -> Option<(Vec<Range<usize>>, usize)> {
        let apart = |at: usize| letters.get(at).is_none_or(|letter| letter.after != Gap::None);
        let (mut at, mut places) = (first, Vec::new());
        for word in &self.words {
            let start = at;
            if !self.unspaced && !apart(start) {
                return None;
            }
            for wanted in word.chars() {
                let letter = letters.get(at).filter(|letter| letter.folded == wanted)?;
                if at > start && letter.after == Gap::Break {
                    return None;
                }
                at += 1;
            }
            places.push(letters[start].range.start..letters[at - 1].range.end);
        }
        (self.unspaced || apart(at)).then_some((places, at))
    }
}

/// A letter or digit of a text.
struct Letter {
    /// Without case and accents.
    folded: char,
    /// What stands before it.
    after: Gap,
    /// Where it stands, with accents and what cannot be seen behind it.
    range: Range<usize>,
}

/// What stands between two letters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// Nothing: they are of one word.
    None,
    /// What may part words or not: a tag can be a new line or the middle of a word.
    Either,
    /// What parts words.
    Break,
}

fn letters(text: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    let mut gap = Gap::Break;
    for (at, letter) in text.char_indices() {
        let end = at + letter.len_utf8();
        // Accents, soft hyphens and joiners belong to the word that they stand in.
        if is_combining_mark(letter) || matches!(letter, '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{2060}') {
            if let Some(last) = letters.last_mut().filter(|_| gap == Gap::None) {
                last.range.end = end;
            }
            continue;
        }
        if !letter.is_alphanumeric() {
            gap = if is_either(letter) && gap != Gap::Break { Gap::Either } else { Gap::Break };
            continue;
        }
        let folded = std::iter::once(letter).nfkd().filter(|part| !is_combining_mark(*part));
        for folded in folded.flat_map(char::to_lowercase) {
            letters.push(Letter { folded, after: gap, range: at..end });
            gap = Gap::None;
        }
    }
    letters
}

/// Has no width: a zero-width space, marks of direction.
fn is_either(letter: char) -> bool {
    matches!(letter, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2061}'..='\u{206f}' | '\u{feff}')
}

/// Chinese, Japanese, Thai and their like; Korean joins particles to names.
fn is_unspaced(letter: char) -> bool {
    matches!(u32::from(letter),
        0x0e00..=0x0eff | 0x1000..=0x109f | 0x1100..=0x11ff | 0x1780..=0x17ff
        | 0x3040..=0x30ff | 0x3400..=0x9fff | 0xac00..=0xd7af | 0x20000..=0x3ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], text: &str, redacted: &str) {
        let redaction = Redaction::new(names.iter().copied());
        assert_eq!(redaction.text(text).replace(BAR, "█"), redacted);
        assert!(!redaction.finds(&redaction.text(text)));
    }

    #[test]
    fn names_are_found_however_they_are_written() {
        check(&["Jane Doe"], "Jane Doe’s boat, JANE\nDOE, Jane *Doe*", "█ █’s boat, █\n█, █ *█*");
        check(
            &["Jane Doe"],
            "Jane said. Doe, Janes Doe, Jane Doerr",
            "Jane said. Doe, Janes Doe, Jane Doerr",
        );
        check(&["Doe", "Jane Doe"], "Jane Doe and Doe", "█ █ and █");
        check(&["José Núñez"], "Jose Nu\u{301}n\u{303}ez and JOSÉ NÚÑEZ", "█ █ and █ █");
        check(&["Jane Doe"], "Ja\u{ad}ne D\u{200b}oe and jane-doe.jpg", "█ █ and █-█.jpg");
        check(&["山田太郎"], "市長の山田太郎は、山田", "市長の█は、山田");
        check(&["김철수"], "김철수는 말했다", "█는 말했다");
        check(&["—", ""], "nothing — at all", "nothing — at all");
        // A zero-width space is a break as well as nothing.
        check(&["Jane Doe"], "Jane\u{200b}Doe, J\u{200b}ane\u{200b}D\u{200b}oe", "█\u{200b}█, █\u{200b}█");
        check(&["山田太郎"], "市長の山田\u{200b}太郎は", "市長の█は");
        check(&["Jane Doe"], "Jane\u{200b}x Doe, JaneDoe", "Jane\u{200b}x Doe, JaneDoe");
        assert!(Redaction::new(["Jane Doe"]).finds("https://a.org/jane%20d%6Fe"));
    }
}
