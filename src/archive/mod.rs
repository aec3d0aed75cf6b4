//! Articles → an ordered index: terms, periods, neighbours, related ones. Everything a list or a link needs, without bodies.

mod copies;
mod lists;
mod named;
mod names;
mod related;
mod terms;
mod title;
mod translations;
mod withheld;

use lists::Lists;
pub use names::{Names, Pool};
pub use related::Related;
pub use terms::{Aliases, Term, TermId, term_slug};
pub use withheld::{Reason, reason};

use crate::article::{Article, Kind, Status};
use crate::config::Config;
use crate::problem::Problem;
use crate::route::Slug;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128;

/// One published article or page, without its body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The source file, relative to the project, with `/`.
    pub source: Arc<str>,
    /// What the manifest, which is public, calls the source, where a name in it is to be left out.
    pub alias: Option<Arc<str>>,
    /// Its metadata, but for what has a field of its own here.
    pub article: Article,
    /// Its names by taxonomy.
    pub names: Names,
    /// Its headline, never empty.
    pub title: String,
    /// The slug it wants.
    pub slug: Slug,
    /// Whether it asked for this slug.
    pub explicit_slug: bool,
    /// First paragraph as plain text, for want of a subtitle or description.
    pub excerpt: String,
    /// Local destinations in its body, as written.
    pub links: Vec<String>,
    /// Byte of the file at which the body starts.
    pub body_start: usize,
    /// Line of the file on which it starts.
    pub body_line: usize,
    /// Hash of its body.
    pub body: u128,
    /// Hash of all the above but the body's.
    pub face: u128,
}

impl Entry {
    /// Whether only the memory of it is left: it holds its place in the arithmetic of pages, and nothing else.
    pub fn removed(&self) -> bool {
        matches!(self.article.status, Status::Removed(_))
    }

    /// The names it has in a taxonomy.
    pub fn terms(&self, taxonomy: &str) -> &[Arc<str>] {
        self.names.of(taxonomy)
    }

    /// What the manifest calls its source.
    pub fn public_source(&self) -> &Arc<str> {
        self.alias.as_ref().unwrap_or(&self.source)
    }

    /// When its text changed last, as far as it says: published, updated or corrected.
    pub fn changed(&self, zone: &TimeZone) -> Option<Timestamp> {
        let article = &self.article;
        let corrections = article.corrections.iter().filter_map(|correction| correction.date);
        let dates = article.date.into_iter().chain(article.updated).chain(corrections);
        dates.map(|date| date.instant(zone)).max()
    }

    /// What tells it, with its body, from all others.
    pub fn print(&self) -> u128 {
        let (face, body) = (self.face.to_le_bytes(), self.body.to_le_bytes());
        xxh3_128([face, body].as_flattened())
    }

    /// Whether it can take another's place in an archive without any list, term or address becoming another: only its
    /// words are different.
    pub fn stands_as(&self, other: &Self) -> bool {
        let outline = |entry: &Self| {
            let mut entry = entry.clone();
            let article = &mut entry.article;
            (article.subtitle, article.description, article.updated) = (None, None, None);
            article.extra.clear();
            let (title, excerpt) = (String::new(), String::new());
            Self { title, excerpt, body_start: 0, body_line: 0, body: 0, face: 0, ..entry }
        };
        outline(self) == outline(other)
    }

    /// What it is told from others by, wherever its file lies: where it came from, else its file.
    pub fn identity(&self) -> &str {
        let raw = self.article.raw.as_ref().map(|raw| raw.sha256.as_str()).filter(|hash| !hash.is_empty());
        self.article.provenance.original_url.as_deref().or(raw).unwrap_or(&self.source)
    }
}

/// Year, month and day; month or day 0 for the whole year or month.
pub type Period = (i16, i8, i8);

/// The articles of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where they stand in [`Archive::entries`].
    pub range: Range<usize>,
    /// How many of them are published.
    pub count: usize,
}

/// The index.
#[derive(Clone, Debug)]
pub struct Archive {
    /// Undated articles by source, then dated ones from the oldest to the newest. Removed ones stand among them.
    pub entries: Vec<Arc<Entry>>,
    /// How many of the entries are undated.
    pub undated: usize,
    /// Pages outside the archive, by source.
    pub pages: Vec<Arc<Entry>>,
    /// Years, months and days that have a published article.
    pub periods: BTreeMap<Period, Span>,
    /// Months that have a published article, and where their entries stand; with month 0 those of a year that
    /// are dated to the year alone.
    pub months: BTreeMap<Period, Range<usize>>,
    /// Published articles with corrections, the last corrected last.
    pub corrected: Vec<usize>,
    /// Copies of a syndicated story, and the canonical article of each.
    pub canonical: BTreeMap<usize, usize>,
    /// Canonical articles, and the copies of each.
    pub copies: BTreeMap<usize, Vec<usize>>,
    /// Translations, and the article that each was made from.
    pub translation_of: BTreeMap<usize, usize>,
    /// For each article in several languages: all that are one another's translations.
    translations: BTreeMap<usize, Arc<[usize]>>,
    /// For each month and day: the published articles of all years, oldest first.
    pub days_of_year: BTreeMap<(i8, i8), Vec<usize>>,
    /// Terms of each configured taxonomy, by slug.
    pub terms: Vec<Vec<Term>>,
    /// For each taxonomy: the terms of each entry.
    terms_of: Vec<Lists>,
}

impl Archive {
    /// Orders and groups articles.
    pub fn new(all: Vec<Arc<Entry>>, config: &Config) -> (Self, Vec<Problem>) {
        let (mut pages, mut entries): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|entry| entry.article.kind == Kind::Page);
        pages.sort_by(|a, b| a.source.cmp(&b.source));
        entries.par_sort_by(|a, b| order(a, b));
        let undated = entries.iter().take_while(|entry| entry.article.date.is_none()).count();
        let ((periods, months), (terms, terms_of, mut problems)) = rayon::join(
            || (periods(&entries, undated), months(&entries, undated)),
            || terms::group(&entries, config),
        );
        let corrected = corrected(&entries, config);
        let days_of_year = if config.on_this_day { days_of_year(&entries) } else { BTreeMap::new() };
        let names = named::Named::of(&entries);
        let (same_as, unknown) = names.links("same_as", |article| article.same_as.as_ref());
        problems.extend(unknown);
        let (canonical, circular) = copies::canonical(&entries, &same_as);
        problems.extend(circular);
        let (translation_of, unknown) =
            names.links("translation_of", |article| article.translation_of.as_ref());
        problems.extend(unknown);
        let translations = translations::groups(&entries, &translation_of, &config.site.lang);
        let mut copies: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (copy, original) in &canonical {
            copies.entry(*original).or_default().push(*copy);
        }
        let archive = Self {
            entries,
            undated,
            pages,
            periods,
            months,
            corrected,
            canonical,
            copies,
            translation_of,
            translations,
            days_of_year,
            terms,
            terms_of,
        };
        (archive, problems)
    }

    /// Puts an entry in the place of the one of its source; fails if none stands where it would.
    pub fn replace(&mut self, entry: Arc<Entry>) -> Option<Arc<Entry>> {
        let at = self.place(&entry)?;
        let list = match entry.article.kind {
            Kind::Article => &mut self.entries,
            Kind::Page => &mut self.pages,
        };
        Some(std::mem::replace(&mut list[at], entry))
    }

    /// The entry of the same source, if it stands where another would.
    pub fn like(&self, entry: &Entry) -> Option<&Arc<Entry>> {
        let at = self.place(entry)?;
        Some(match entry.article.kind {
            Kind::Article => &self.entries[at],
            Kind::Page => &self.pages[at],
        })
    }

    /// Where the entry of the same source stands, if it is where another would.
    pub fn place(&self, entry: &Entry) -> Option<usize> {
        let at = match entry.article.kind {
            Kind::Article => self.entries.binary_search_by(|other| order(other, entry)),
            Kind::Page => self.pages.binary_search_by(|other| other.source.cmp(&entry.source)),
        };
        at.ok()
    }

    /// All articles and pages.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Entry>> + Clone {
        self.entries.iter().chain(&self.pages)
    }

    /// Gives the articles and pages back, to be grouped anew.
    pub fn into_entries(self) -> Vec<Arc<Entry>> {
        self.entries.into_iter().chain(self.pages).collect()
    }

    /// How many articles are published.
    pub fn count(&self) -> usize {
        self.entries.iter().filter(|entry| !entry.removed()).count()
    }

    /// How many undated articles are published.
    pub fn undated_count(&self) -> usize {
        self.entries[..self.undated].iter().filter(|entry| !entry.removed()).count()
    }

    /// The terms that an entry has in a taxonomy.
    pub fn terms_of(
        &self,
        id: usize,
        taxonomy: usize,
    ) -> impl ExactSizeIterator<Item = TermId> + Clone + use<'_> {
        self.terms_of[taxonomy].get(id).iter().map(|term| *term as usize)
    }

    /// An article and those that are translations of it or with it, by language; none without translations.
    pub fn translations(&self, id: usize) -> &[usize] {
        self.translations.get(&id).map_or(&[], |group| group)
    }

    /// The published article after (newer) or before (older) a dated one.
    pub fn neighbours(&self, id: usize) -> (Option<usize>, Option<usize>) {
        if id < self.undated {
            return (None, None);
        }
        let live = |id: &usize| !self.entries[*id].removed();
        ((id + 1..self.entries.len()).find(live), (self.undated..id).rev().find(live))
    }

    /// The year, month and day that an article is in, as far as it is dated.
    pub fn periods_of(&self, id: usize) -> impl Iterator<Item = (Period, &Span)> {
        let date = self.entries[id].article.date.map(|date| date.civil());
        let keys = date
            .into_iter()
            .flat_map(|(year, month, day, _)| [(year, 0, 0), (year, month, 0), (year, month, day)]);
        let found = keys.filter_map(|key| Some((key, self.periods.get(&key)?)));
        found.filter(move |(_, span)| span.range.contains(&id))
    }

    /// The periods of one kind, oldest first: years (`month` 0), months (`day` 0) or days.
    pub fn periods_like(&self, (_, month, day): Period) -> impl DoubleEndedIterator<Item = (&Period, &Span)> {
        self.periods.iter().filter(move |((_, m, d), _)| (*m > 0) == (month > 0) && (*d > 0) == (day > 0))
    }

    /// The next newer and the next older period of the same kind.
    pub fn period_neighbours(&self, period: Period) -> (Option<Period>, Option<Period>) {
        let same = |other: &&Period| (other.1 > 0) == (period.1 > 0) && (other.2 > 0) == (period.2 > 0);
        let newer = self.periods.range(period..).map(|(key, _)| key).filter(same).find(|key| **key != period);
        let older = self.periods.range(..period).map(|(key, _)| key).rev().find(same);
        (newer.copied(), older.copied())
    }

    /// First and last year of a set of entries, oldest first.
    pub fn years(&self, slots: impl DoubleEndedIterator<Item = usize> + Clone) -> Option<(i16, i16)> {
        let year = |id: usize| {
            let entry = &self.entries[id];
            if entry.removed() { None } else { entry.article.date.map(|date| date.year()) }
        };
        Some((slots.clone().find_map(year)?, slots.rev().find_map(year)?))
    }
}

/// By date, then by source.
fn order(a: &Entry, b: &Entry) -> Ordering {
    let date = |entry: &Entry| entry.article.date.map(|date| date.civil());
    date(a).cmp(&date(b)).then_with(|| a.source.cmp(&b.source))
}

fn months(entries: &[Arc<Entry>], undated: usize) -> BTreeMap<Period, Range<usize>> {
    let mut months: BTreeMap<Period, Range<usize>> = BTreeMap::new();
    for (id, entry) in entries.iter().enumerate().skip(undated).filter(|(_, entry)| !entry.removed()) {
        let Some(date) = entry.article.date else { continue };
        let (year, month, ..) = date.civil();
        months.entry((year, month, 0)).or_insert(id..id).end = id + 1;
    }
    months
}

fn corrected(entries: &[Arc<Entry>], config: &Config) -> Vec<usize> {
    let live = entries.iter().enumerate().filter(|(_, entry)| !entry.removed());
    let mut corrected: Vec<usize> =
        live.filter(|(_, entry)| !entry.article.corrections.is_empty()).map(|(id, _)| id).collect();
    let last = |id: &usize| {
        let corrections = entries[*id].article.corrections.iter();
        corrections.filter_map(|correction| correction.date).map(|date| date.instant(&config.timezone)).max()
    };
    corrected.sort_by_key(last);
    corrected
}

fn days_of_year(entries: &[Arc<Entry>]) -> BTreeMap<(i8, i8), Vec<usize>> {
    let mut days: BTreeMap<(i8, i8), Vec<usize>> = BTreeMap::new();
    for (id, entry) in entries.iter().enumerate().filter(|(_, entry)| !entry.removed()) {
        let day = entry.article.date.and_then(|date| Some((date.month()?, date.day()?)));
        days.entry(day.unwrap_or_default()).or_default().push(id);
    }
    days.remove(&(0, 0));
    days
}

fn periods(entries: &[Arc<Entry>], undated: usize) -> BTreeMap<Period, Span> {
    let mut periods: BTreeMap<Period, Span> = BTreeMap::new();
    for (id, entry) in entries.iter().enumerate().skip(undated) {
        let Some(date) = entry.article.date else { continue };
        let (year, month, day, _) = date.civil();
        let keys = [
            Some((year, 0, 0)),
            (month > 0).then_some((year, month, 0)),
            (day > 0).then_some((year, month, day)),
        ];
        for key in keys.into_iter().flatten() {
            let span = periods.entry(key).or_insert(Span { range: id..id, count: 0 });
            span.range.end = id + 1;
            span.count += usize::from(!entry.removed());
        }
    }
    periods.retain(|_, span| span.count > 0);
    periods
}
