//! Home, calendars, terms and the other lists.

use super::views::{
    Card, Counted, Day, DaysOfMonth, DaysPage, EntryGroup, HomePage, Link, ListHead, ListPage, Month,
    NotFoundPage, PageView, Pager, PeriodHead, PeriodPage, Weekday, YearLink,
};
use super::{Renderer, date, metadata};
use crate::archive::Period;
use crate::plan::{
    CORRECTIONS, DAYS, Page, Part, UNDATED, day_folder, days_in, list_path, paging, period_folder,
};

impl<'a> Renderer<'a> {
    pub(super) fn home(&self, part: Part) -> HomePage<'a> {
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
            more: if folder { self.more() } else { Vec::new() },
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

    pub(super) fn undated(&self, part: Part) -> ListPage<'a> {
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

    /// Articles with corrections, each with what was corrected.
    pub(super) fn corrections(&self, part: Part) -> ListPage<'a> {
        let words = self.words;
        let title = words.get(&["corrections"]).to_string();
        let slot = |slot: usize| self.archive.corrected[slot];
        let list = Page::Corrections(part);
        let (page, mut entries, pager) = self.list_of(("list", &title), CORRECTIONS, (list, part), slot);
        let chunk = paging(list, self.archive, self.config).chunk(part);
        for (card, id) in entries.iter_mut().zip(chunk.slots.rev().map(slot)) {
            card.corrections = self.corrections_of(&self.archive.entries[id]);
        }
        let list = ListHead {
            title,
            intro: words.get(&["corrections_intro"]).to_string(),
            url: self.folder_url(CORRECTIONS),
            count: (part == Part::Folder).then_some(self.archive.corrected.len()),
        };
        ListPage { page, list, entries, pager, breadcrumbs: Vec::new() }
    }

    /// The calendar of a year without a number.
    pub(super) fn days_of_year(&self) -> DaysPage {
        let day = |month: i8, day: i8| {
            let count = self.archive.days_of_year.get(&(month, day)).map_or(0, Vec::len);
            Day { day, url: Some(self.folder_url(&day_folder((month, day)))), count, shade: shade(count) }
        };
        let month = |month: i8| DaysOfMonth {
            name: self.words.dates.month(month).to_string(),
            days: (1..=days_in(month)).map(|number| day(month, number)).collect(),
        };
        let title = self.words.get(&["on_this_day"]).to_string();
        let mut page = self.page("days", &title, &list_path(DAYS, Part::Folder));
        self.describe_list(&mut page, None);
        DaysPage { page, months: (1..=12).map(month).collect() }
    }

    /// What was published on one day of all years.
    pub(super) fn day_of_year(&self, day: (i8, i8), part: Part) -> ListPage<'a> {
        let words = self.words;
        let title = words.fill(&["dates", "day_of_year"], |key| match key {
            "day" => day.1.to_string().into(),
            "month" => words.dates.month_of_day(day.0).into(),
            _ => "".into(),
        });
        let slots = self.archive.days_of_year.get(&day).map_or(&[][..], Vec::as_slice);
        let folder = day_folder(day);
        let list = Page::DayOfYear(day, part);
        let (page, entries, pager) =
            self.list_of(("list", &title), &folder, (list, part), |slot| slots[slot]);
        let up = Link { title: words.get(&["on_this_day"]).to_string(), url: self.folder_url(DAYS) };
        let list = ListHead {
            title,
            intro: String::new(),
            url: self.folder_url(&folder),
            count: (part == Part::Folder).then_some(slots.len()),
        };
        ListPage { page, list, entries, pager, breadcrumbs: vec![up] }
    }

    pub(super) fn period(&self, period: Period, part: Part) -> PeriodPage<'a> {
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
            // More than a screen of headlines wants headings, if there is something to tell them apart by.
            groups: if kind == "day" && entries.len() > 10 { by_source(entries) } else { one_group(entries) },
            pager,
            breadcrumbs: above.into_iter().flatten().map(link).collect(),
            // Not on numbered pages: they would change with every new period.
            newer: newer.filter(|_| folder).map(link),
            older: older.filter(|_| folder).map(link),
        }
    }

    pub(super) fn not_found(&self) -> NotFoundPage {
        let title = self.words.get(&["not_found"]).to_string();
        let path = crate::route::OutPath::new("404.html").expect("a plain name");
        let page = PageView { noindex: true, canonical: None, ..self.page("404", &title, &path) };
        NotFoundPage { page, links: self.indexes() }
    }

    /// Head, cards and pager of one page of a list.
    pub(super) fn list_of(
        &self,
        (kind, title): (&'static str, &str),
        folder: &str,
        (list, part): (Page, Part),
        slot: impl Fn(usize) -> usize,
    ) -> (PageView, Vec<Card<'a>>, Pager) {
        let paging = paging(list, self.archive, self.config);
        let pager = self.pager(folder, &paging, part);
        let mut page = self.page(kind, title, &list_path(folder, part));
        page.newer.clone_from(&pager.newer);
        page.older.clone_from(&pager.older);
        self.describe_list(&mut page, metadata::feed_of(list));
        (page, self.cards(&paging.chunk(part), slot), pager)
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
            let count = found.map_or(0, |span| span.count);
            Day { day, url, count, shade: shade(count) }
        };
        let weeks = (before + first.days_in_month() + 6) / 7;
        let weekday = |offset: i8| {
            let (short, long) = self.words.weekday((self.config.first_weekday + offset).rem_euclid(7));
            Weekday { short: short.to_string(), long: long.to_string() }
        };
        Month {
            title: date::period(self.words, period),
            name: self.words.dates.month(month).to_string(),
            url: span.map(|_| self.period_url(period)),
            count: span.map_or(0, |span| span.count),
            weekdays: (0..7).map(weekday).collect(),
            weeks: (0..weeks).map(|week| (0..7).map(|day| cell(week * 7 + day)).collect()).collect(),
        }
    }

    pub(super) fn period_url(&self, period: Period) -> String {
        self.ready.period(period).map_or_else(|| self.folder_url(&period_folder(period)), str::to_string)
    }

    pub(super) fn folder_url(&self, folder: &str) -> String {
        self.plan.addresses.url(&list_path(folder, Part::Folder)).into()
    }
}

/// 1, 2–3, 4–7, more: one article more seldom changes it.
fn shade(count: usize) -> u32 {
    count.checked_ilog2().map_or(0, |log| log.min(3) + 1)
}

pub(super) fn one_group(entries: Vec<Card<'_>>) -> Vec<EntryGroup<'_>> {
    vec![EntryGroup { title: None, id: String::new(), entries }]
}

/// Articles of a day by where they are from, in the order in which the sources come.
fn by_source(entries: Vec<Card<'_>>) -> Vec<EntryGroup<'_>> {
    let mut groups: Vec<EntryGroup> = Vec::new();
    for card in entries {
        let at = groups.iter().position(|group| group.title.as_deref() == card.source);
        let at = at.unwrap_or_else(|| {
            let id = format!("group-{}", groups.len() + 1);
            groups.push(EntryGroup { title: card.source.map(str::to_string), id, entries: Vec::new() });
            groups.len() - 1
        });
        groups[at].entries.push(card);
    }
    groups
}

pub(super) fn span(years: Option<(i16, i16)>) -> Option<String> {
    let (first, last) = years?;
    Some(if first == last { first.to_string() } else { format!("{first}–{last}") })
}
