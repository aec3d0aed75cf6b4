//! Sitemaps (<https://www.sitemaps.org/protocol.html>): one for each year, one for lists, and their index.

use super::{Addresses, Output, Page, known};
use crate::archive::Archive;
use crate::config::Config;
use crate::route::OutPath;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The protocol allows 50,000 addresses and 50 MB; some servers add a little.
const MOST: usize = 45_000;
const BYTES: usize = 45_000_000;
/// What an address takes beside itself: elements and a date.
const AROUND: usize = 120;

/// One sitemap: indices of outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sitemap {
    /// Its name, without what is common to all.
    pub name: String,
    /// The pages in it.
    pub outputs: Vec<usize>,
}

/// Path of a sitemap; `None` for the index.
pub fn sitemap_path(sitemap: Option<&Sitemap>) -> OutPath {
    known(&sitemap.map_or("sitemap.xml".to_string(), |sitemap| format!("sitemap-{}.xml", sitemap.name)))
}

pub(super) fn add(
    archive: &Archive,
    config: &Config,
    addresses: &Addresses,
    outputs: &mut Vec<Output>,
) -> Vec<Sitemap> {
    let source = || crate::config::FILE.into();
    let robots = known("robots.txt");
    // Without an address of its own the site cannot name its pages.
    if config.site.base_url.is_empty() {
        return Vec::new();
    }
    let mut groups: BTreeMap<Group, Vec<usize>> = BTreeMap::new();
    for (index, output) in outputs.iter().enumerate() {
        if let Some(group) = group(output.page, archive) {
            groups.entry(group).or_default().push(index);
        }
    }
    let length = |index: &usize| {
        config.site.base_url.len() + addresses.url(&outputs[*index].path).as_str().len() + AROUND
    };
    let sitemaps =
        groups.into_par_iter().flat_map_iter(|(group, outputs)| split(&group.name(), &outputs, length));
    let sitemaps: Vec<Sitemap> = sitemaps.collect();
    // A project's own file says what it wants to say.
    if !outputs.iter().any(|output| output.path == robots) {
        outputs.push(Output { path: robots, page: Page::Robots, source: source() });
    }
    outputs.push(Output { path: sitemap_path(None), page: Page::Sitemap(None), source: source() });
    for (index, sitemap) in sitemaps.iter().enumerate() {
        let path = sitemap_path(Some(sitemap));
        outputs.push(Output { path, page: Page::Sitemap(Some(index)), source: source() });
    }
    sitemaps
}

/// What a sitemap holds, in the order of their names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Year(i16),
    Lists,
    Pages,
    Undated,
}

impl Group {
    fn name(self) -> String {
        match self {
            Self::Year(year) => format!("{year:04}"),
            Self::Lists => "lists".to_string(),
            Self::Pages => "pages".to_string(),
            Self::Undated => "undated".to_string(),
        }
    }
}

/// The group that a page belongs to; none for what is not to be found by searching.
fn group(page: Page, archive: &Archive) -> Option<Group> {
    match page {
        // The canonical article stands for it, and a sitemap names no page that names another.
        Page::Article(id) if archive.canonical.contains_key(&id) => None,
        Page::Article(id) => {
            Some(archive.entries[id].article.date.map_or(Group::Undated, |date| Group::Year(date.year())))
        }
        Page::Standalone(_) => Some(Group::Pages),
        // It always stands, and may be empty.
        Page::Undated(_) if archive.undated_count() == 0 => None,
        Page::Home(_)
        | Page::Period(..)
        | Page::Undated(_)
        | Page::Corrections(_)
        | Page::DaysOfYear
        | Page::DayOfYear(..)
        | Page::Terms(_)
        | Page::TermPart(..)
        | Page::Term(..) => Some(Group::Lists),
        _ => None,
    }
}

/// Cuts a group where it would become too long.
fn split(name: &str, group: &[usize], length: impl Fn(&usize) -> usize) -> Vec<Sitemap> {
    let mut parts: Vec<Vec<usize>> = vec![Vec::new()];
    let mut bytes = 0;
    for index in group {
        let more = length(index);
        if parts.last().is_some_and(|part| part.len() == MOST) || bytes + more > BYTES {
            parts.push(Vec::new());
            bytes = 0;
        }
        bytes += more;
        parts.last_mut().expect("begins with one").push(*index);
    }
    let name = |at: usize| if at == 0 { name.to_string() } else { format!("{name}-{}", at + 1) };
    let sitemap = |(at, outputs)| Sitemap { name: name(at), outputs };
    parts.into_iter().enumerate().map(sitemap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_groups_are_split_by_number_and_by_size() {
        let all: Vec<usize> = (0..100_000).collect();
        let parts = split("2019", &all, |_| 100);
        let lengths: Vec<_> = parts.iter().map(|part| (part.name.as_str(), part.outputs.len())).collect();
        assert_eq!(lengths, [("2019", 45_000), ("2019-2", 45_000), ("2019-3", 10_000)]);
        let parts = split("x", &all[..50_000], |_| 3000);
        assert!(parts.iter().all(|part| part.outputs.len() * 3000 <= BYTES), "{}", parts.len());
        assert_eq!(parts.iter().map(|part| part.outputs.len()).sum::<usize>(), 50_000);
    }
}
