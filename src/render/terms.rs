//! Taxonomies and their terms.

use super::Renderer;
use super::lists::span;
use super::views::{
    Card, EntryGroup, Group, Link, TaxonomyHead, TaxonomySummary, TermHead, TermLink, TermPage, TermsPage,
    YearCount,
};
use crate::plan::{By, Feed, Page, Part, TermPart, list_path, paging, term_folder, term_part_path};
use std::collections::BTreeMap;

/// Terms shown of each taxonomy on the home page, and above the alphabet on the taxonomy's own.
const MOST_USED: usize = 20;
/// Years in a term's timeline: a term of two thousand years is a mistake in a date, and no table of it helps.
const LONGEST_SPAN: i16 = 300;

impl<'a> Renderer<'a> {
    pub(super) fn terms(&self, taxonomy: usize) -> TermsPage<'a> {
        let head = self.taxonomy(taxonomy);
        let count = self.archive.terms[taxonomy].len();
        let split = !self.plan.term_parts[taxonomy].is_empty();
        let all = if split { Vec::new() } else { (0..count).collect() };
        let mut page =
            self.page("terms", &head.title, &list_path(&self.config.taxonomies[taxonomy].path, Part::Folder));
        self.describe_list(&mut page, None);
        TermsPage {
            page,
            count,
            top: self.links_to(taxonomy, self.most_used(taxonomy)),
            parts: self.parts(taxonomy),
            part: None,
            groups: self.groups(taxonomy, all),
            breadcrumbs: Vec::new(),
            taxonomy: head,
        }
    }

    /// A page of a large index: a letter, or the terms with most articles.
    pub(super) fn term_part(&self, taxonomy: usize, index: usize) -> TermsPage<'a> {
        let part = &self.plan.term_parts[taxonomy][index];
        let head = self.taxonomy(taxonomy);
        let path = term_part_path(&self.config.taxonomies[taxonomy].path, part);
        let name = self.part_name(part.by, part.number);
        let (top, groups) = match part.by {
            By::Letter(_) => (Vec::new(), self.groups(taxonomy, part.range.clone().collect())),
            By::Count => {
                let ranked = self.by_count(taxonomy)[part.range.clone()].to_vec();
                (self.links_to(taxonomy, ranked), Vec::new())
            }
        };
        let mut page = self.page("terms", &format!("{}: {name}", head.title), &path);
        self.describe_list(&mut page, None);
        TermsPage {
            page,
            count: self.archive.terms[taxonomy].len(),
            top,
            parts: self.parts(taxonomy),
            part: Some(name),
            groups,
            breadcrumbs: vec![Link { title: head.title.clone(), url: head.url.clone() }],
            taxonomy: head,
        }
    }

    fn parts(&self, taxonomy: usize) -> Vec<Link> {
        self.links_to_parts(&self.config.taxonomies[taxonomy].path, &self.plan.term_parts[taxonomy])
    }

    pub(super) fn links_to_parts(&self, folder: &str, parts: &[TermPart]) -> Vec<Link> {
        let link = |part: &TermPart| {
            let url = self.plan.addresses.url(&term_part_path(folder, part)).into();
            Link { title: self.part_name(part.by, part.number), url }
        };
        parts.iter().map(link).collect()
    }

    pub(super) fn part_name(&self, by: By, number: usize) -> String {
        let name = match by {
            By::Letter('0') => "0–9".to_string(),
            By::Letter(letter) => letter.to_ascii_uppercase().to_string(),
            By::Count => self.words.get(&["by_number"]).to_string(),
        };
        if number > 1 { format!("{name} {number}") } else { name }
    }

    fn groups(&self, taxonomy: usize, terms: Vec<usize>) -> Vec<Group<'a>> {
        let mut letters: BTreeMap<char, Vec<usize>> = BTreeMap::new();
        for term in terms {
            letters.entry(By::letter(&self.archive.terms[taxonomy][term])).or_default().push(term);
        }
        let group = |(letter, terms)| Group {
            letter: self.part_name(By::Letter(letter), 1),
            id: format!("letter-{letter}"),
            terms: self.links_to(taxonomy, terms),
        };
        letters.into_iter().map(group).collect()
    }

    fn links_to(&self, taxonomy: usize, terms: Vec<usize>) -> Vec<TermLink<'a>> {
        terms.into_iter().map(|term| self.term_link(taxonomy, term, true)).collect()
    }

    pub(super) fn term(&self, taxonomy: usize, term: usize, part: Part) -> TermPage<'a> {
        let found = &self.archive.terms[taxonomy][term];
        let folder = term_folder(self.archive, &self.config.taxonomies[taxonomy], (taxonomy, term));
        let page = (Page::Term(taxonomy, term, part), part);
        let (page, entries, pager) =
            self.list_of(("term", &found.name), &folder, page, |slot| found.slots[slot]);
        // Numbered pages hold articles alone: what changes with every new one would rewrite them all.
        let on_folder = part == Part::Folder;
        let head = self.taxonomy(taxonomy);
        let years = if on_folder { self.years_of(taxonomy, term, &folder) } else { Vec::new() };
        let feeds = if on_folder { self.feed_links(Feed::Term(taxonomy, term)) } else { Vec::new() };
        TermPage {
            page,
            term: TermHead {
                name: found.name.clone(),
                url: self.ready.term(taxonomy, term).to_string(),
                count: on_folder.then_some(found.count),
                span: span(self.archive.years(found.slots.iter().copied())).filter(|_| on_folder),
                sparkline: sparkline(&years),
                years,
                feeds: feeds
                    .into_iter()
                    .map(|link| Link { title: link.title.unwrap_or_default(), url: link.href })
                    .collect(),
            },
            groups: self.by_year(entries),
            pager,
            breadcrumbs: vec![Link { title: head.title.clone(), url: head.url.clone() }],
            taxonomy: head,
        }
    }

    fn by_year(&self, entries: Vec<Card<'a>>) -> Vec<EntryGroup<'a>> {
        let mut groups: Vec<EntryGroup<'a>> = Vec::new();
        let mut last = None;
        for card in entries {
            if last != Some(card.year) {
                last = Some(card.year);
                let title =
                    card.year.map_or_else(|| self.words.get(&["undated"]).to_string(), |y| y.to_string());
                let id = card.year.map_or_else(|| "undated".to_string(), |year| format!("y{year}"));
                groups.push(EntryGroup { title: Some(title), id, entries: Vec::new() });
            }
            if let Some(group) = groups.last_mut() {
                group.entries.push(card);
            }
        }
        groups
    }

    /// Articles of every year of a term's span, empty years as well, with the page that the year begins on.
    fn years_of(&self, taxonomy: usize, term: usize, folder: &str) -> Vec<YearCount> {
        let found = &self.archive.terms[taxonomy][term];
        let mut counts: BTreeMap<i16, (usize, usize)> = BTreeMap::new();
        for (slot, id) in found.slots.iter().enumerate() {
            let entry = &self.archive.entries[*id];
            let Some(date) = entry.article.date.filter(|_| !entry.removed()) else { continue };
            let (count, newest) = counts.entry(date.year()).or_default();
            (*count, *newest) = (*count + 1, slot);
        }
        let (Some(first), Some(last)) = (counts.keys().next().copied(), counts.keys().next_back().copied())
        else {
            return Vec::new();
        };
        let paging = paging(Page::Term(taxonomy, term, Part::Folder), self.archive, self.config);
        let years = (first.max(last.saturating_sub(LONGEST_SPAN))..=last).map(|year| {
            let (count, newest) = counts.get(&year).copied().unwrap_or_default();
            let page = || self.plan.addresses.url(&list_path(folder, paging.part_of(newest)));
            YearCount {
                year: year.to_string(),
                count,
                url: (count > 0).then(|| format!("{}#y{year}", page())),
            }
        });
        years.collect()
    }

    pub(super) fn taxonomy(&self, index: usize) -> TaxonomyHead {
        let name = self.config.taxonomies[index].name.clone();
        TaxonomyHead { name, title: self.taxonomy_title(index), url: self.ready.taxonomy(index).to_string() }
    }

    pub(super) fn taxonomy_title(&self, index: usize) -> String {
        let taxonomy = &self.config.taxonomies[index];
        taxonomy.title.clone().unwrap_or_else(|| self.words.taxonomy(&taxonomy.name))
    }

    pub(super) fn summary(&self, index: usize) -> TaxonomySummary<'a> {
        let head = self.taxonomy(index);
        TaxonomySummary {
            name: head.name,
            title: head.title,
            url: head.url,
            count: self.archive.terms[index].len(),
            terms: self.links_to(index, self.most_used(index)),
        }
    }

    fn most_used(&self, taxonomy: usize) -> Vec<usize> {
        let mut ranked = self.by_count(taxonomy);
        ranked.truncate(MOST_USED);
        ranked
    }

    /// The terms with most articles first; of equals, the first by slug.
    fn by_count(&self, taxonomy: usize) -> Vec<usize> {
        let terms = &self.archive.terms[taxonomy];
        let mut order: Vec<usize> = (0..terms.len()).collect();
        order.sort_by_key(|term| std::cmp::Reverse(terms[*term].count));
        order
    }
}

/// The counts as points of an SVG line in a box of 100 by 100; nothing for a single year.
fn sparkline(years: &[YearCount]) -> Option<String> {
    let most = years.iter().map(|year| year.count).max().filter(|_| years.len() > 1)?;
    let point = |(at, year): (usize, &YearCount)| {
        let x = at * 100 / (years.len() - 1);
        let y = 100 - year.count * 100 / most.max(1);
        format!("{x},{y}")
    };
    Some(years.iter().enumerate().map(point).collect::<Vec<_>>().join(" "))
}
