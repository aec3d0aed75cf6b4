//! Which articles are copies of which, whoever published them: equal texts, and those that were abridged, edited a little
//! or given another beginning.
//!
//! ```text
//! all articles ─ near in time to one of this run ─▶ bands in common ─▶ passages in common ─▶ groups
//!                (a week)                            (`search`)          (`alike`)
//! ```
//!
//! Groups are made when all inputs were read, as the first article of a group may come last. Of one run they are a function
//! of the articles alone, in whatever order they came and however many threads look at them. A group is one canonical
//! article – the earliest, of several of one day or hour the longest – and its copies, each of which is compared with the
//! canonical one: that two articles resemble a third makes no chain. Equal texts are copies at any distance of time.
//!
//! What is remembered of an article of the archive is a byte a word, for at most 2,000 of them, and some 300 more. The
//! bands, 1.2 kB, are made for some ten thousand articles at a time and for those whose day is not known.

mod alike;
mod bands;
mod search;
mod text;

pub use text::Text;

use super::said;
use crate::article::{Article, Date, Kind, Precision, Status};
use jiff::tz::TimeZone;
use rayon::prelude::*;
use std::cmp::{Ordering, Reverse};
use std::collections::{HashMap, HashSet};
use xxhash_rust::xxh3::xxh3_64;

/// Days between an article and its copy.
const DAYS: i32 = 7;

/// Articles like one that are looked at to find what is common.
const NEIGHBOURS: usize = 32;

/// When an article was published, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct When {
    /// Whether the day is not known: then another article, of which it is, goes first. It does before excerpts, too.
    vague: bool,
    /// The first and the last day on which it may have been.
    from: i32,
    to: i32,
    /// Seconds; on a day, those without a time come last.
    time: i64,
}

impl When {
    fn of(date: Option<Date>) -> Self {
        let seconds = |date: Date| date.instant(&TimeZone::UTC).as_second();
        let Some(date) = date else {
            return Self { vague: true, from: i32::MIN, to: i32::MAX, time: i64::MAX };
        };
        let from = seconds(date.without_time()).div_euclid(86_400) as i32;
        let days = match date.precision() {
            Precision::Year => 365,
            Precision::Month => 30,
            Precision::Day | Precision::Time => 0,
        };
        let time = if date.time().is_some() { seconds(date) } else { i64::MAX };
        Self { vague: days > 0, from, to: from + days, time }
    }

    fn is_near(&self, other: &Self, days: i32) -> bool {
        self.from <= other.to.saturating_add(days) && other.from <= self.to.saturating_add(days)
    }

    /// What articles are ordered by.
    fn rank(&self) -> (bool, bool, i32, i64) {
        (self.vague, self.from == i32::MIN, self.from, self.time)
    }
}

/// What is known of an article.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its file, relative to the project.
    pub name: Box<str>,
    text: Text,
    when: When,
    /// The hash of its original address.
    address: Option<u64>,
    /// The hash of who published it, as far as that is known.
    outlet: Option<u64>,
    /// The hash of what its front matter calls canonical.
    pub(super) same_as: Option<u64>,
    /// Whether it may be made a copy: it is as `import` wrote it.
    pub(super) ours: bool,
    /// Whether it is of this run.
    pub(super) met: bool,
    /// Whether this run wrote it.
    pub(super) written: bool,
}

impl Item {
    /// An article, if it can be one of a group: neither a page, nor withheld. An editor's `same_as` is the last word.
    pub(super) fn of(
        name: &str,
        article: &Article,
        date: Option<Date>,
        text: Text,
        ours: bool,
    ) -> Option<Self> {
        let same_as = article.same_as.as_deref().map(|name| xxh3_64(name.as_bytes()));
        let when = When::of(date);
        let when = When { vague: when.vague || said::is_excerpt(article), ..when };
        let stands = article.kind == Kind::Article && article.status == Status::Published;
        (stands && (ours || same_as.is_none())).then(|| Self {
            name: name.into(),
            text,
            when,
            address: article.provenance.original_url.as_deref().map(|url| xxh3_64(url.as_bytes())),
            outlet: outlet(article).map(|name| xxh3_64(name.as_bytes())),
            same_as,
            ours,
            met: false,
            written: false,
        })
    }

    /// What a `same_as` may call it, as hashes: its file, with or without the folder of all, or its original address.
    fn names(&self) -> impl Iterator<Item = u64> {
        let short = self.name.split_once('/').map_or(&*self.name, |(_, below)| below);
        [short, &*self.name].map(|name| xxh3_64(name.as_bytes())).into_iter().chain(self.address)
    }

    /// Whether its front matter says what was decided.
    pub(super) fn says(&self, canonical: Option<&Self>) -> bool {
        match (self.same_as, canonical) {
            (Some(said), Some(canonical)) => canonical.names().any(|name| name == said),
            (said, canonical) => said.is_none() && canonical.is_none(),
        }
    }

    /// Its name without its end: a bare slug goes before the same with a suffix.
    fn stem(&self) -> &str {
        self.name.rsplit_once('.').map_or(&*self.name, |(stem, _)| stem)
    }

    /// The earliest goes first, then the longest; then the name decides.
    fn order(&self, other: &Self) -> Ordering {
        let rank = |item: &Self| (item.when.rank(), Reverse(item.text.words.len()));
        rank(self).cmp(&rank(other)).then_with(|| self.stem().cmp(other.stem()))
    }
}

/// What this run has to say of an article: its canonical one, or that it has none.
pub(super) type Decision = (u32, Option<u32>);

/// Who published an article: its first source, or else the host of its address.
fn outlet(article: &Article) -> Option<String> {
    let source = article.terms.get("sources").and_then(|all| all.first()).map(|name| name.to_lowercase());
    let url = article.provenance.original_url.as_deref();
    source.or_else(|| url.filter(|url| said::is_address(url)).map(said::outlet))
}

/// What is decided.
pub(super) struct Decided {
    pub(super) decisions: Vec<Decision>,
    /// Articles that would be copies of one that this run wrote, but were edited by hand.
    pub(super) kept: Vec<(u32, u32)>,
}

/// Finds the groups that an article of this run belongs to, or did.
pub(super) fn decide(items: &[Item]) -> Decided {
    let order = active(items);
    let mut alike = search::alike(items, &order);
    alike.par_iter_mut().enumerate().for_each(|(at, others)| {
        let text = |at: usize| &items[order[at] as usize].text;
        others.retain(|other| alike::may_be_copies(text(at), text(*other as usize)));
    });
    let groups = Groups::make(items, &order, &alike);
    Decided { decisions: groups.decisions(), kept: groups.kept }
}

/// Articles near in time to one of this run, or with the text of one, in the order in which they are canonical. Twice the
/// time, so that a copy of an earlier article is known as one and not taken for a canonical one.
fn active(items: &[Item]) -> Vec<u32> {
    let met = || items.iter().filter(|item| item.met);
    let texts: HashSet<u128> = met().map(|item| item.text.hash).collect();
    let mut spans: Vec<(i32, i32)> = met().map(|item| (item.when.from, item.when.to)).collect();
    spans.sort_unstable();
    let mut apart: Vec<(i32, i32)> = Vec::new();
    for (from, to) in spans {
        match apart.last_mut() {
            Some(last) if from <= last.1.saturating_add(4 * DAYS) => last.1 = last.1.max(to),
            _ => apart.push((from, to)),
        }
    }
    let is_near = |when: &When| {
        let after = apart.partition_point(|(from, _)| *from <= when.to.saturating_add(2 * DAYS));
        after > 0 && apart[after - 1].1.saturating_add(2 * DAYS) >= when.from
    };
    let is_active = |item: &Item| is_near(&item.when) || texts.contains(&item.text.hash);
    let mut order: Vec<u32> =
        (0..).zip(items).filter(|(_, item)| is_active(item)).map(|(at, _)| at).collect();
    let key = |at: &u32| &items[*at as usize];
    order.par_sort_by(|a, b| Item::order(key(a), key(b)));
    order
}

/// Articles in their order, and what they are copies of.
struct Groups<'a> {
    items: &'a [Item],
    order: &'a [u32],
    /// For each article its canonical one; itself, if it is one.
    heads: Vec<u32>,
    /// What is common in the text of each.
    common: Vec<Vec<bool>>,
    /// What articles are called, if any of them names another.
    names: HashMap<u64, u32>,
    kept: Vec<(u32, u32)>,
}

impl<'a> Groups<'a> {
    fn make(items: &'a [Item], order: &'a [u32], alike: &[Vec<u32>]) -> Self {
        let heads = Vec::with_capacity(order.len());
        let common = common(items, order, alike);
        let mut groups = Self { items, order, heads, common, names: names(items, order), kept: Vec::new() };
        let mut texts: HashMap<u128, u32> = HashMap::new();
        for (at, alike) in (0..).zip(alike) {
            let item = groups.item(at);
            if groups.is_bound(item) {
                groups.heads.push(at);
                continue;
            }
            let equal = texts.get(&item.text.hash).copied();
            let head = equal.or_else(|| groups.head(at, alike));
            if let Some(head) = head.filter(|head| !item.ours && groups.item(*head).written) {
                groups.kept.push((order[at as usize], order[head as usize]));
            }
            let head = head.filter(|_| item.ours).unwrap_or(at);
            texts.entry(item.text.hash).or_insert(head);
            groups.heads.push(head);
        }
        groups
    }

    fn item(&self, at: u32) -> &'a Item {
        &self.items[self.order[at as usize] as usize]
    }

    fn text(&self, at: u32) -> (&Text, &[bool]) {
        (&self.item(at).text, &self.common[at as usize])
    }

    /// Whether an article is a copy of one that is too far away to be looked at.
    fn is_bound(&self, item: &Item) -> bool {
        !item.met && item.same_as.is_some_and(|name| !self.names.contains_key(&name))
    }

    /// The first canonical article that one is a copy of, among those that it resembles and those that these are copies of.
    fn head(&self, at: u32, alike: &[u32]) -> Option<u32> {
        let item = self.item(at);
        let mut heads: Vec<u32> = alike.iter().map(|other| self.heads[*other as usize]).collect();
        heads.sort_unstable();
        heads.dedup();
        heads.into_iter().find(|head| {
            let other = self.item(*head);
            let near = item.when.is_near(&other.when, DAYS) && !self.is_bound(other);
            let are_copies = if item.outlet.is_some() && item.outlet == other.outlet {
                alike::are_versions(&item.text, &other.text)
            } else {
                alike::are_copies(self.text(at), self.text(*head))
            };
            near && are_copies
        })
    }

    fn decisions(&self) -> Vec<Decision> {
        let met = (0..).zip(&self.heads).filter(|(at, _)| self.item(*at).met);
        let touched: HashSet<u32> = met.map(|(_, head)| *head).collect();
        let mut decisions = Vec::new();
        for (at, head) in (0..).zip(&self.heads) {
            let item = self.item(at);
            let before = item.same_as.and_then(|name| self.names.get(&name));
            let was_touched = before.is_some_and(|other| touched.contains(&self.heads[*other as usize]));
            if item.ours && !self.is_bound(item) && (touched.contains(head) || was_touched) {
                let canonical = (*head != at).then(|| self.order[*head as usize]);
                decisions.push((self.order[at as usize], canonical));
            }
        }
        decisions
    }
}

/// For each article what it has in common with those that it resembles, earlier and later ones.
fn common(items: &[Item], order: &[u32], alike: &[Vec<u32>]) -> Vec<Vec<bool>> {
    let mut both = alike.to_vec();
    for (at, others) in (0..).zip(alike) {
        for other in others {
            let later = &mut both[*other as usize];
            if later.len() < NEIGHBOURS {
                later.push(at);
            }
        }
    }
    let text = |at: &u32| &items[order[*at as usize] as usize].text;
    (0..)
        .zip(&both)
        .collect::<Vec<(u32, _)>>()
        .into_par_iter()
        .map(|(at, others)| alike::common(text(&at), others.iter().map(text)))
        .collect()
}

/// The articles by what they can be called; of several of one name, the first.
fn names(items: &[Item], order: &[u32]) -> HashMap<u64, u32> {
    let item = |at: &u32| &items[*at as usize];
    let mut names = HashMap::new();
    if order.iter().any(|at| item(at).same_as.is_some()) {
        for (at, item) in (0..).zip(order.iter().map(item)) {
            for name in item.names() {
                names.entry(name).or_insert(at);
            }
        }
    }
    names
}

#[cfg(test)]
mod tests;
