//! Home, calendars, terms and the other lists.

use super::views::{
    Card, Counted, Day, Group, HomePage, Link, ListHead, ListPage, Month, NotFoundPage, PageView, Pager,
    PeriodHead, PeriodPage, TaxonomyHead, TaxonomySummary, TermHead, TermPage, TermsPage, Weekday, YearLink,
};
use super::{Renderer, date};
use crate::archive::Period;
use crate::plan::{Page, Part, UNDATED, list_path, paging, period_folder, term_folder};
use std::collections::BTreeMap;

/// Terms shown of each taxonomy on the home page, and above the alphabet on the taxonomy's own.
const MOST_USED: usize = 20;

impl Renderer<'_> {
    pub(super) fn home(&self, part: Part) -> HomePage {
        let undated = self.archive.undated;
        let (page, entries, pager) =
            self.list_of(("home", &self.config.site.title), "/", (Page::Home(part), part), |slot| {
                undated + slot
            });
        let most = self.archive.periods_like((1, 0, 0)).map(|(_, span)| span.count).max().unwrap_or(1);
        let years = self.archive.periods_like((1, 0, 0)).rev().map(|(period, span)| YearLink {
            title: period.0.to_string(),
            url: self.period_url(*period),
            count: span.count,
            share: (span.count * 100).div_ceil(most),
        });
        let taxonomies =
            (0..self.config.taxonomies.len()).filter(|index| !self.archive.terms[*index].is_empty());
        // Numbered pages have the articles alone: a total would change every one of them with each new article.
        let folder = part == Part::Folder;
        HomePage {
            page: PageView {
                description: Some(self.config.site.description.clone()).filter(|text| !text.is_empty()),
                ..page
            },
            entries,
            count: folder.then(|| self.archive.count()),
            span: span(self.archive.years(0..self.archive.entries.len())).filter(|_| folder),
            years: if folder { years.collect() } else { Vec::new() },
            taxonomies: taxonomies.filter(|_| folder).map(|index| self.summary(index)).collect(),
            undated: Some(self.archive.undated_count()).filter(|count| folder && *count > 0).map(|count| {
                Counted {
                    title: self.words.get(&["undated"]).to_string(),
                    url: self.folder_url(UNDATED),
                    count,
                }
            }),
            pager,
        }
    }

    pub(super) fn undated(&self, part: Part) -> ListPage {
        let words = self.words;
        let title = words.get(&["undated"]).to_string();
        let (page, entries, pager) =
            self.list_of(("list", &title), UNDATED, (Page::Undated(part), part), |slot| slot);
        let list = ListHead {
            title,
            intro: words.get(&["undated_intro"]).to_string(),
            url: self.folder_url(UNDATED),
            count: (part == Part::Folder).then(|| self.archive.undated_count()),
        };
        ListPage { page, list, entries, pager, breadcrumbs: Vec::new() }
    }

    pub(super) fn period(&self, period: Period, part: Part) -> PeriodPage {
        let (year, month, day) = period;
        let kind = match (month, day) {
            (0, _) => "year",
            (_, 0) => "month",
            _ => "day",
        };
        let span = &self.archive.periods[&period];
        let title = date::period(self.words, period);
        let start = span.range.start;
        let page = (Page::Period(period, part), part);
        let (head, entries, pager) =
            self.list_of(("period", &title), &period_folder(period), page, |slot| start + slot);
        let folder = part == Part::Folder;
        let (newer, older) = self.archive.period_neighbours(period);
        let link =
            |period: Period| Link { title: date::period(self.words, period), url: self.period_url(period) };
        let above = [(month > 0).then_some((year, 0, 0)), (day > 0).then_some((year, month, 0))];
        let months = if folder && kind == "year" { 12 } else { 0 };
        PeriodPage {
            page: head,
            period: PeriodHead {
                kind,
                title,
                url: self.period_url(period),
                count: folder.then_some(span.count),
            },
            months: (1..=months).map(|month| self.month(year, month)).collect(),
            calendar: (folder && kind == "month").then(|| self.month(year, month)),
            complete: paging(Page::Period(period, part), self.archive, self.config).complete(),
            entries,
            pager,
            breadcrumbs: above.into_iter().flatten().map(link).collect(),
            // Not on numbered pages: they would change with every new period.
            newer: newer.filter(|_| folder).map(link),
            older: older.filter(|_| folder).map(link),
        }
    }

    pub(super) fn terms(&self, taxonomy: usize) -> TermsPage {
        let head = self.taxonomy(taxonomy);
        let path = list_path(&self.config.taxonomies[taxonomy].path, Part::Folder);
        let terms = &self.archive.terms[taxonomy];
        let mut letters: BTreeMap<char, Vec<usize>> = BTreeMap::new();
        for (term, found) in terms.iter().enumerate() {
            let first = found.slug.as_str().chars().next().filter(char::is_ascii_alphabetic);
            letters.entry(first.unwrap_or('#')).or_default().push(term);
        }
        let group = |(letter, terms): (char, Vec<usize>)| Group {
            letter: letter.to_ascii_uppercase().to_string(),
            id: if letter == '#' { "letter-0".to_string() } else { format!("letter-{letter}") },
            terms: terms.into_iter().map(|term| self.term_link(taxonomy, term, true)).collect(),
        };
        TermsPage {
            page: self.page("terms", &head.title, &path),
            count: terms.len(),
            top: self
                .most_used(taxonomy)
                .into_iter()
                .map(|term| self.term_link(taxonomy, term, true))
                .collect(),
            groups: letters.into_iter().map(group).collect(),
            taxonomy: head,
        }
    }

    pub(super) fn term(&self, taxonomy: usize, term: usize, part: Part) -> TermPage {
        let found = &self.archive.terms[taxonomy][term];
        let folder = term_folder(self.archive, &self.config.taxonomies[taxonomy], (taxonomy, term));
        let page = (Page::Term(taxonomy, term, part), part);
        let (page, entries, pager) =
            self.list_of(("term", &found.name), &folder, page, |slot| found.slots[slot]);
        let on_folder = part == Part::Folder;
        let head = self.taxonomy(taxonomy);
        let years = || span(self.archive.years(found.slots.iter().copied()));
        TermPage {
            page,
            term: TermHead {
                name: found.name.clone(),
                url: self.folder_url(&folder),
                count: on_folder.then_some(found.count),
                span: if on_folder { years() } else { None },
            },
            entries,
            pager,
            breadcrumbs: vec![Link { title: head.title.clone(), url: head.url.clone() }],
            taxonomy: head,
        }
    }

    pub(super) fn not_found(&self) -> NotFoundPage {
        let title = self.words.get(&["not_found"]).to_string();
        let path = crate::route::OutPath::new("404.html").expect("a plain name");
        let page = PageView { noindex: true, canonical: None, ..self.page("404", &title, &path) };
        let taxonomies = (0..self.config.taxonomies.len()).map(|index| self.taxonomy(index));
        let links = taxonomies.map(|head| Link { title: head.title, url: head.url }).collect();
        NotFoundPage { page, links }
    }

    pub(super) fn taxonomy(&self, index: usize) -> TaxonomyHead {
        let taxonomy = &self.config.taxonomies[index];
        let title = taxonomy.title.clone().unwrap_or_else(|| self.words.taxonomy(&taxonomy.name));
        TaxonomyHead { name: taxonomy.name.clone(), title, url: self.folder_url(&taxonomy.path) }
    }

    /// Head, cards and pager of one page of a list.
    fn list_of(
        &self,
        (kind, title): (&'static str, &str),
        folder: &str,
        (list, part): (Page, Part),
        slot: impl Fn(usize) -> usize,
    ) -> (PageView, Vec<Card>, Pager) {
        let paging = paging(list, self.archive, self.config);
        let pager = self.pager(folder, &paging, part);
        let mut page = self.page(kind, title, &list_path(folder, part));
        page.newer.clone_from(&pager.newer);
        page.older.clone_from(&pager.older);
        (page, self.cards(&paging.chunk(part), slot), pager)
    }

    fn summary(&self, index: usize) -> TaxonomySummary {
        let head = self.taxonomy(index);
        TaxonomySummary {
            name: head.name,
            title: head.title,
            url: head.url,
            count: self.archive.terms[index].len(),
            terms: self.most_used(index).into_iter().map(|term| self.term_link(index, term, true)).collect(),
        }
    }

    /// The terms with most articles; of equals, the first by slug.
    fn most_used(&self, taxonomy: usize) -> Vec<usize> {
        let terms = &self.archive.terms[taxonomy];
        let mut order: Vec<usize> = (0..terms.len()).collect();
        order.sort_by_key(|term| std::cmp::Reverse(terms[*term].count));
        order.truncate(MOST_USED);
        order
    }

    fn month(&self, year: i16, month: i8) -> Month {
        let period = (year, month, 0);
        let span = self.archive.periods.get(&period);
        let first = jiff::civil::date(year, month, 1);
        let before = (first.weekday().to_monday_zero_offset() - self.config.first_weekday).rem_euclid(7);
        let cell = |cell: i8| {
            let day = cell - before + 1;
            if day < 1 || day > first.days_in_month() {
                return Day::default();
            }
            let found = self.archive.periods.get(&(year, month, day));
            let url = found.map(|_| self.period_url((year, month, day)));
            Day { day, url, count: found.map_or(0, |span| span.count) }
        };
        let weeks = (before + first.days_in_month() + 6) / 7;
        let weekday = |offset: i8| {
            let (short, long) = self.words.weekday((self.config.first_weekday + offset).rem_euclid(7));
            Weekday { short: short.to_string(), long: long.to_string() }
        };
        Month {
            title: date::period(self.words, period),
            name: self.words.month(month).to_string(),
            url: span.map(|_| self.period_url(period)),
            count: span.map_or(0, |span| span.count),
            weekdays: (0..7).map(weekday).collect(),
            weeks: (0..weeks).map(|week| (0..7).map(|day| cell(week * 7 + day)).collect()).collect(),
        }
    }

    fn period_url(&self, period: Period) -> String {
        self.folder_url(&period_folder(period))
    }

    fn folder_url(&self, folder: &str) -> String {
        self.plan.addresses.url(&list_path(folder, Part::Folder)).to_string()
    }
}

fn span(years: Option<(i16, i16)>) -> Option<String> {
    let (first, last) = years?;
    Some(if first == last { first.to_string() } else { format!("{first}–{last}") })
}
