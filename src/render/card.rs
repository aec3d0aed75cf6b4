//! Entries of lists, and the pager below them.

use super::views::{Card, NumberedPage, Pager, TermLink};
use super::{Renderer, dir};
use crate::archive::{Entry, TermId};
use crate::plan::{Chunk, Paging, Part, list_path};
use std::borrow::Cow;

/// Longest summary on a card, in characters.
const SUMMARY: usize = 200;

impl<'a> Renderer<'a> {
    /// The articles of one page of a list, newest first. `slot` finds an entry by its place in the list; removed
    /// articles keep their place and have no card.
    pub(super) fn cards(&self, chunk: &Chunk, slot: impl Fn(usize) -> usize) -> Vec<Card<'a>> {
        let live = |id: &usize| !self.archive.entries[*id].removed();
        chunk.slots.clone().rev().map(slot).filter(live).map(|id| self.card(id)).collect()
    }

    fn card(&self, id: usize) -> Card<'a> {
        let entry = &self.archive.entries[id];
        let article = &entry.article;
        let lang = article.lang.as_deref().filter(|lang| *lang != self.config.site.lang);
        Card {
            title: &entry.title,
            corrections: Vec::new(),
            url: self.plan.addresses.url(self.plan.addresses.article(id)).into(),
            dir: lang.map(dir),
            lang,
            date: self.date(article.date.as_ref()),
            source: self.terms_in("sources", entry, Some(id)).next().map(|source| source.name),
            summary: summary(entry),
            year: article.date.map(|date| date.year()),
        }
    }

    pub(super) fn pager(&self, folder: &str, paging: &Paging, part: Part) -> Pager {
        let url = |part: Part| String::from(self.plan.addresses.url(&list_path(folder, part)));
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

    pub(super) fn term_link(&self, taxonomy: usize, term: TermId, with_count: bool) -> TermLink<'a> {
        let found = &self.archive.terms[taxonomy][term];
        let url = Some(self.ready.term(taxonomy, term));
        TermLink { name: &found.name, url, count: if with_count { found.count } else { 0 } }
    }
}

/// What an article is about, in a sentence or two.
pub(super) fn summary(entry: &Entry) -> Cow<'_, str> {
    let article = &entry.article;
    cut(article.subtitle.as_ref().or(article.description.as_ref()).unwrap_or(&entry.excerpt), SUMMARY)
}

/// At most `most` characters, cut behind a word, with an ellipsis.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    use unicode_segmentation::UnicodeSegmentation as _;
    if text.len() <= most || text.chars().count() <= most {
        return text.into();
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
    let word = word.trim_end_matches(|c: char| c.is_whitespace() || ",;:–—-".contains(c));
    format!("{word}…").into()
}
