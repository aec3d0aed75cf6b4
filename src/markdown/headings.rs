//! Levels and ids of headings, below a page whose own `h1` is the title.

use std::collections::{BTreeMap, BTreeSet};

/// Longest id, in bytes.
const ID: usize = 60;

/// A heading of the body.
#[derive(Debug, Default)]
pub struct Heading {
    /// The level as written, 1 to 6.
    pub level: usize,
    /// Its text.
    pub text: String,
    /// Whether there is more in it than text: an image, a footnote, another heading.
    pub rich: bool,
}

/// What becomes of a heading.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// The level to publish, 2 to 6.
    pub level: usize,
    /// Its id.
    pub id: String,
}

/// The places of the headings so far.
pub struct Places {
    title: String,
    ids: Ids,
    /// Levels of the headings around the current one, as written. The depth is the level: so nothing skips, siblings
    /// stay siblings, and an `h1` in the body pushes the others down.
    around: Vec<usize>,
}

impl Places {
    /// None so far, on a page with this title.
    pub fn below(title: &str) -> Self {
        Self { title: folded(title), ids: Ids::default(), around: Vec::new() }
    }

    /// The place of the next heading; `None` for an `h1` that repeats the title, and for one without content.
    pub fn of(&mut self, heading: &Heading) -> Option<Place> {
        let is_title = || heading.level == 1 && folded(&heading.text) == self.title;
        if !heading.rich && (heading.text.trim().is_empty() || is_title()) {
            return None;
        }
        while self.around.last().is_some_and(|level| *level >= heading.level) {
            self.around.pop();
        }
        self.around.push(heading.level);
        Some(Place { level: (self.around.len() + 1).min(6), id: self.ids.unique(&heading.text) })
    }
}

/// Text as it is compared: the typographer's quotes and dashes are those of the keyboard.
fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut out = String::with_capacity(text.len());
    for character in words.join(" ").chars() {
        match character {
            '‘' | '’' => out.push('\''),
            '“' | '”' => out.push('"'),
            '–' => out.push_str("--"),
            '—' => out.push_str("---"),
            '…' => out.push_str("..."),
            _ => out.push(character),
        }
    }
    out
}

#[derive(Default)]
struct Ids {
    taken: BTreeSet<String>,
    /// The next number to try for a repeated slug, so that a thousand equal headings cost no million tries.
    next: BTreeMap<String, usize>,
}

impl Ids {
    fn unique(&mut self, text: &str) -> String {
        let slug = slug(text);
        if self.taken.insert(slug.clone()) {
            return slug;
        }
        let next = self.next.entry(slug.clone()).or_insert(2);
        loop {
            let id = format!("{slug}-{next}");
            *next += 1;
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}

fn slug(text: &str) -> String {
    let end = text.char_indices().nth(4 * ID).map_or(text.len(), |(at, _)| at);
    let mut ascii = deunicode::deunicode(&text[..end]);
    ascii.make_ascii_lowercase();
    let mut slug = String::with_capacity(ID);
    for word in ascii.split(|it: char| !it.is_ascii_alphanumeric()).filter(|it| !it.is_empty()) {
        if slug.len() + word.len() >= ID {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(word);
    }
    if slug.is_empty() {
        slug.extend(ascii.chars().filter(char::is_ascii_alphanumeric).take(ID));
    }
    // These belong to the page (`main`) and to footnotes.
    if slug.is_empty() || slug == "main" || slug.starts_with("fn-") || slug.starts_with("fnref-") {
        let dash = if slug.is_empty() { "" } else { "-" };
        return format!("section{dash}{slug}");
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(headings: &[Heading], title: &str) -> Vec<Option<Place>> {
        let mut places = Places::below(title);
        headings.iter().map(|heading| places.of(heading)).collect()
    }

    #[track_caller]
    fn check(levels: &[usize], expected: &[usize]) {
        let heading = |level: &usize| Heading { level: *level, text: "x".to_owned(), rich: false };
        let headings: Vec<Heading> = levels.iter().map(heading).collect();
        let got: Vec<usize> = places(&headings, "title").into_iter().flatten().map(|it| it.level).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn levels_never_skip_and_siblings_stay_siblings() {
        check(&[2, 3, 4, 2], &[2, 3, 4, 2]);
        check(&[1, 2, 3, 1], &[2, 3, 4, 2]);
        check(&[3, 3, 4, 3], &[2, 2, 3, 2]);
        check(&[2, 4, 4, 3, 2], &[2, 3, 3, 3, 2]);
        check(&[2, 1, 2], &[2, 2, 3]);
        check(&[1, 2, 3, 4, 5, 6], &[2, 3, 4, 5, 6, 6]);
    }

    #[test]
    fn ids_are_unique_ascii_and_ours() {
        let texts =
            ["Über uns", "Über uns", "uber-uns-2", "", "!!!", "main", "fn 1", "fnref-1", "東京", "Über uns"];
        let heading = |it: &&str| Heading { level: 2, text: (*it).to_owned(), rich: true };
        let headings: Vec<Heading> = texts.iter().map(heading).collect();
        let ids: Vec<String> = places(&headings, "").into_iter().flatten().map(|it| it.id).collect();
        let expected = [
            "uber-uns",
            "uber-uns-2",
            "uber-uns-2-2",
            "section",
            "section-2",
            "section-main",
            "section-fn-1",
            "section-fnref-1",
            "dong-jing",
            "uber-uns-3",
        ];
        assert_eq!(ids, expected);
        assert_eq!(slug(&"a".repeat(1000)).len(), ID);
    }

    #[test]
    fn the_title_is_not_repeated() {
        let headings = [
            Heading { level: 1, text: " It’s  a – b…".to_owned(), rich: false },
            Heading { level: 2, text: "It's a -- b...".to_owned(), rich: false },
        ];
        let places = places(&headings, "It's a -- b...");
        assert_eq!(places[0], None);
        assert!(places[1].is_some());
    }
}
