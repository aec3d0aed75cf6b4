//! Articles → the pages that can show their words: the other side of the views. It may name a page too many, never one too
//! few. A new kind of page, or a view that shows more, has its say here.

use crate::archive::{Archive, Entry, Related};
use crate::config::Config;
use crate::plan::{Feed, Page, Part, Plan, Subject, paging};
use std::collections::HashSet;

/// The pages that can be others because articles have other words.
#[derive(Debug, Default)]
pub struct Shown {
    pages: HashSet<Page>,
    /// Whether sitemaps can be: they tell when articles changed.
    sitemaps: bool,
}

/// An article or page with other words than before, and what stood in its place.
pub type Reworded<'e> = (Subject, &'e Entry);

impl Shown {
    /// Those of a plan, after some entries took the place of others that they [stand as](Entry::stands_as).
    pub fn of(
        (archive, plan): (&Archive, &Plan),
        config: &Config,
        related: &Related,
        reworded: &[Reworded],
    ) -> Self {
        let mut shown = Self::default();
        let mut retitled = Vec::new();
        for (subject, before) in reworded {
            let now = subject.of(archive);
            shown.sitemaps |= now.article.updated != before.article.updated;
            match *subject {
                Subject::Article(id) => {
                    shown.around(archive, id);
                    shown.lists(archive, config, id);
                    shown.machines((archive, plan), config, id);
                    retitled.extend(Some((id, *before)).filter(|_| now.title != before.title));
                }
                Subject::Standalone(id) => _ = shown.pages.insert(Page::Standalone(id)),
            }
            let redirects = plan.redirects.iter().enumerate();
            let here = redirects.filter(|(_, redirect)| redirect.to == *subject);
            shown.pages.extend(here.map(|(index, _)| Page::Redirect(index)));
        }
        if !retitled.is_empty() {
            let others = related.around(archive, &retitled).into_iter();
            shown.pages.extend(others.map(Page::Article));
        }
        shown
    }

    /// Whether a page can show one of the articles.
    pub fn has(&self, page: Page) -> bool {
        match page {
            Page::Sitemap(_) => self.sitemaps,
            Page::Article(_)
            | Page::Standalone(_)
            | Page::Redirect(_)
            | Page::Home(_)
            | Page::Period(..)
            | Page::Undated(_)
            | Page::Corrections(_)
            | Page::DayOfYear(..)
            | Page::Term(..)
            | Page::LookUpHost(..)
            | Page::LookUpShard(_)
            | Page::Feed(..)
            | Page::Citation(..) => self.pages.contains(&page),
            // Names, numbers and addresses of lists; of what was removed, no word.
            Page::Tombstone(_)
            | Page::DaysOfYear
            | Page::Terms(_)
            | Page::TermPart(..)
            | Page::LookUp
            | Page::LookUpPart(_)
            | Page::Robots
            | Page::RedirectMap(_)
            | Page::NotFound => false,
            // Of everything, or nothing that was planned.
            Page::Data(_) | Page::Copy(_) => true,
        }
    }

    /// Its own page, and those of articles that it stands beside.
    fn around(&mut self, archive: &Archive, id: usize) {
        let (newer, older) = archive.neighbours(id);
        let canonical = archive.canonical.get(&id).copied();
        let copies = archive.copies.get(&id).into_iter().flatten().copied();
        let translations = archive.translations(id).iter().copied();
        let beside = [Some(id), newer, older, canonical].into_iter().flatten();
        self.pages.extend(beside.chain(copies).chain(translations).map(Page::Article));
    }

    /// Its place in every list, and the first page of each.
    fn lists(&mut self, archive: &Archive, config: &Config, id: usize) {
        let mut add = |slot: usize, page: &dyn Fn(Part) -> Page| {
            let paging = paging(page(Part::Folder), archive, config);
            self.pages.extend([page(Part::Folder), page(paging.part_of(slot))]);
        };
        match id.checked_sub(archive.undated) {
            Some(slot) => add(slot, &Page::Home),
            None => add(id, &Page::Undated),
        }
        for (period, span) in archive.periods_of(id) {
            add(id - span.range.start, &|part| Page::Period(period, part));
        }
        for (index, _) in config.taxonomies.iter().enumerate() {
            for term in archive.terms_of(id, index) {
                let slot = archive.terms[index][term].slots.partition_point(|other| *other < id);
                add(slot, &|part| Page::Term(index, term, part));
            }
        }
        if let Some(slot) = archive.corrected.iter().position(|other| *other == id) {
            add(slot, &Page::Corrections);
        }
        let day = archive.entries[id].article.date.and_then(|date| Some((date.month()?, date.day()?)));
        if let Some((day, slots)) = day.and_then(|day| Some((day, archive.days_of_year.get(&day)?))) {
            add(slots.partition_point(|other| *other < id), &|part| Page::DayOfYear(day, part));
        }
    }

    /// What programs read of it, and the pages that lead from its address of before.
    fn machines(&mut self, (archive, plan): (&Archive, &Plan), config: &Config, id: usize) {
        let terms = (0..config.taxonomies.len())
            .flat_map(|index| archive.terms_of(id, index).map(move |term| Feed::Term(index, term)));
        let months = archive.months.iter().filter(|(_, range)| range.contains(&id));
        let months = months.map(|(period, _)| Feed::History(*period));
        for feed in terms.chain(months).chain([Feed::Site]) {
            self.pages.extend(config.feeds.formats.iter().map(|format| Page::Feed(feed, *format)));
        }
        self.pages.extend(config.citations.iter().map(|format| Page::Citation(id, *format)));
        for (index, host) in plan.lookup.hosts.iter().enumerate() {
            if let Ok(slot) = host.slots.binary_search(&id) {
                let part = host.paging(config).part_of(slot);
                self.pages.extend([Part::Folder, part].map(|part| Page::LookUpHost(index, part)));
            }
        }
        let shards = plan.lookup.keys.iter();
        let shards = shards.filter(|(_, keys)| keys.iter().any(|(_, other)| *other == id));
        self.pages.extend(shards.map(|(shard, _)| Page::LookUpShard(*shard)));
    }
}
