//! Names that an article asks to be left out: they are gone before anything else sees the article.
//!
//! A name is found by its words, whatever stands between them – spaces, line ends, emphasis, hyphens, a link's
//! brackets – and whatever their case and accents. Where the writing has no spaces between words, it is found inside
//! longer runs of letters. Inflected forms are names of their own: the editor lists them.

use super::{Article, Correction, Print, Provenance, Raw, Removal, Status};
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
    /// The folded words of each name, longest names first: `Jane Doe` goes before `Doe`.
    names: Vec<Vec<String>>,
}

impl Redaction {
    /// What is to be left out; names without a letter or digit are nothing.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names = names.into_iter().map(|name| words(name).into_iter().map(|word| word.folded).collect());
        let mut names: Vec<Vec<String>> = names.filter(|name: &Vec<String>| !name.is_empty()).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
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
        if self.is_empty() {
            return false;
        }
        let decoded = percent_decode_str(text).decode_utf8_lossy();
        !self.places(text).is_empty() || (decoded != text && !self.places(&decoded).is_empty())
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
        let words = words(text);
        let mut places = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let found = self.names.iter().find(|name| {
                let here = words[at..].iter().map(|word| &word.folded);
                here.take(name.len()).eq(name.iter())
            });
            if let Some(name) = found {
                places.extend(words[at..at + name.len()].iter().map(|word| word.range.clone()));
                at += name.len();
            } else {
                self.inside(&words[at], &mut places);
                at += 1;
            }
        }
        places
    }

    /// Names inside a run of letters, in writing without spaces.
    fn inside(&self, word: &Word, places: &mut Vec<Range<usize>>) {
        if !word.folded.chars().any(is_unspaced) {
            return;
        }
        let mut at = 0;
        while at < word.letters.len() {
            let fits = |name: &&Vec<String>| {
                let [name] = name.as_slice() else { return false };
                let letters = word.letters[at..].iter().map(|(_, letter)| *letter);
                name.chars().any(is_unspaced) && letters.take(name.chars().count()).eq(name.chars())
            };
            let Some(name) = self.names.iter().find(fits) else {
                at += 1;
                continue;
            };
            let end = at + name[0].chars().count();
            places.push(word.letters[at].0..word.letters.get(end).map_or(word.range.end, |(end, _)| *end));
            at = end;
        }
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
            updated: _,
            terms,
            slug,
            aliases,
            lang: _,
            image,
            kind: _,
            status,
            embargo: _,
            expires: _,
            provenance,
            raw,
            corrections,
            same_as: _,
            redact: _,
            extra,
        } = article;
        for text in [title, subtitle, description].into_iter().flatten() {
            *text = self.text(text);
        }
        for names in terms.values_mut() {
            names.retain(|name| !self.finds(name));
        }
        terms.retain(|_, names| !names.is_empty());
        *slug = slug.take().map(|slug| self.path(&slug));
        aliases.retain(|alias| !self.finds(alias));
        *image = image.take().filter(|image| !self.finds(image));
        if let Status::Removed(Removal { reason: Some(reason), .. }) = status {
            *reason = self.text(reason);
        }
        self.provenance(provenance);
        if let Some(Raw { file, .. }) = raw {
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
        let Provenance {
            original_url,
            archived_url,
            retrieved: _,
            first_published_by,
            rights,
            dateline,
            agency,
            print: Print { edition, page, column },
        } = provenance;
        for url in [original_url, archived_url] {
            *url = url.take().filter(|url| !self.finds(url));
        }
        let texts = [first_published_by, rights, dateline, agency, edition, page, column];
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

/// A run of letters and digits.
struct Word {
    /// Without case, accents and what cannot be seen.
    folded: String,
    /// Its letters, folded, and where each comes from.
    letters: Vec<(usize, char)>,
    range: Range<usize>,
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for (at, letter) in text.char_indices() {
        let end = at + letter.len_utf8();
        // Accents, soft hyphens and joiners belong to the word that they stand in.
        let unseen =
            is_combining_mark(letter) || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}');
        if !letter.is_alphanumeric() && !unseen {
            open = false;
            continue;
        }
        if !open {
            if unseen {
                continue;
            }
            words.push(Word { folded: String::new(), letters: Vec::new(), range: at..end });
            open = true;
        }
        let Some(word) = words.last_mut() else { continue };
        word.range.end = end;
        if unseen {
            continue;
        }
        let folded = std::iter::once(letter).nfkd().filter(|part| !is_combining_mark(*part));
        for part in folded.flat_map(char::to_lowercase) {
            word.folded.push(part);
            word.letters.push((at, part));
        }
    }
    words
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
        assert!(Redaction::new(["Jane Doe"]).finds("https://a.org/jane%20d%6Fe"));
    }
}
