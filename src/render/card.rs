//! Entries of lists, and the pager below them.

use super::views::{Card, NumberedPage, Pager, TermLink};
use super::{Renderer, date, dir};
use crate::archive::{Entry, TermId};
use crate::plan::{Chunk, Paging, Part, list_path, term_folder};

/// Longest summary on a card, in characters.
const SUMMARY: usize = 200;

impl Renderer<'_> {
    /// The articles of one page of a list, newest first. `slot` finds an entry by its place in the list; removed
    /// articles keep their place and have no card.
    pub(super) fn cards(&self, chunk: &Chunk, slot: impl Fn(usize) -> usize) -> Vec<Card> {
        let live = |id: &usize| !self.archive.entries[*id].removed();
        chunk.slots.clone().rev().map(slot).filter(live).map(|id| self.card(id)).collect()
    }

    fn card(&self, id: usize) -> Card {
        let entry = &self.archive.entries[id];
        let article = &entry.article;
        let lang = article.lang.clone().filter(|lang| *lang != self.config.site.lang);
        Card {
            title: entry.title.clone(),
            corrections: Vec::new(),
            url: self.plan.addresses.url(self.plan.addresses.article(id)).to_string(),
            dir: lang.as_deref().map(dir),
            lang,
            date: article.date.map(|date| date::view(&date, self.words, self.archive, &self.plan.addresses)),
            source: self.terms_in("sources", entry, Some(id)).into_iter().next().map(|source| source.name),
            summary: summary(entry),
            year: article.date.map(|date| date.year()),
        }
    }

    pub(super) fn pager(&self, folder: &str, paging: &Paging, part: Part) -> Pager {
        let url = |part: Part| self.plan.addresses.url(&list_path(folder, part)).to_string();
        let chunk = paging.chunk(part);
        let (number, pages) = match part {
            Part::Numbered(number) => (Some(number), Vec::new()),
            Part::Folder => {
                let page = |number| NumberedPage { number, url: url(Part::Numbered(number)) };
                (None, paging.numbers().map(page).collect())
            }
        };
        Pager { number, newer: chunk.newer.map(url), older: chunk.older.map(url), pages }
    }

    pub(super) fn term_link(&self, taxonomy: usize, term: TermId, with_count: bool) -> TermLink {
        let found = &self.archive.terms[taxonomy][term];
        let folder = term_folder(self.archive, &self.config.taxonomies[taxonomy], (taxonomy, term));
        let url = self.plan.addresses.url(&list_path(&folder, Part::Folder)).to_string();
        TermLink { name: found.name.clone(), url: Some(url), count: if with_count { found.count } else { 0 } }
    }
}

/// What an article is about, in a sentence or two.
pub(super) fn summary(entry: &Entry) -> String {
    let article = &entry.article;
    cut(article.subtitle.as_ref().or(article.description.as_ref()).unwrap_or(&entry.excerpt), SUMMARY)
}

/// At most `most` characters, cut behind a word, with an ellipsis.
pub(super) fn cut(text: &str, most: usize) -> String {
    use unicode_segmentation::UnicodeSegmentation as _;
    if text.chars().count() <= most {
        return text.to_string();
    }
    let (mut end, mut length) = (0, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        length += grapheme.chars().count();
        if length >= most {
            break;
        }
        end = at + grapheme.len();
    }
    let head = &text[..end];
    let word = head.rfind(char::is_whitespace).filter(|at| *at > end / 2).map_or(head, |at| &head[..at]);
    format!("{}…", word.trim_end_matches(|c: char| c.is_whitespace() || ",;:–—-".contains(c)))
}
