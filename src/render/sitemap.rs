//! Sitemaps (<https://www.sitemaps.org/protocol.html>) and `robots.txt` (RFC 9309).

use super::Renderer;
use super::xml::Xml;
use crate::article::{Date, Precision};
use crate::plan::{Page, sitemap_path};
use serde::Serialize;

const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// An address and when it changed last, as far as that is known to the day.
#[derive(Serialize)]
pub(super) struct Location {
    url: String,
    changed: Option<String>,
}

impl Renderer<'_> {
    pub(super) fn sitemap(&self, index: usize) -> Vec<Location> {
        let outputs = self.plan.sitemaps[index].outputs.iter().map(|output| &self.plan.outputs[*output]);
        let location = |output: &crate::plan::Output| Location {
            url: self.absolute(&output.path),
            changed: self.changed(output.page),
        };
        outputs.map(location).collect()
    }

    pub(super) fn sitemap_index(&self) -> Vec<Location> {
        let location = |sitemap: &crate::plan::Sitemap| {
            let mut pages = sitemap.outputs.iter().map(|output| self.plan.outputs[*output].page);
            let lists = pages.clone().all(|page| !matches!(page, Page::Article(_) | Page::Standalone(_)));
            // What changed last of all articles changed a list.
            let changed = if lists {
                self.last_changed(&mut (0..self.archive.entries.len()).map(Page::Article))
            } else {
                self.last_changed(&mut pages)
            };
            Location { url: self.absolute(&sitemap_path(Some(sitemap))), changed }
        };
        self.plan.sitemaps.iter().map(location).collect()
    }

    fn last_changed(&self, pages: &mut dyn Iterator<Item = Page>) -> Option<String> {
        pages.filter_map(|page| self.changed(page)).max_by(|a, b| a[..10].cmp(&b[..10]))
    }

    /// When an article changed, by its own word. Lists change with the articles on them: that would rewrite all.
    fn changed(&self, page: Page) -> Option<String> {
        let article = match page {
            Page::Article(id) => &self.archive.entries[id].article,
            Page::Standalone(id) => &self.archive.pages[id].article,
            _ => return None,
        };
        let corrections = article.corrections.iter().filter_map(|correction| correction.date);
        let dates = article.date.into_iter().chain(article.updated).chain(corrections);
        let zone = &self.config.timezone;
        let known = dates.filter(|date| date.precision() >= Precision::Day);
        known.max_by_key(|date| date.instant(zone)).map(|date| day_or_moment(&date))
    }

    pub(super) fn robots(&self) -> String {
        format!("User-agent: *\nAllow: /\n\nSitemap: {}\n", self.absolute(&sitemap_path(None)))
    }
}

/// A W3C date: a moment needs an offset.
fn day_or_moment(date: &Date) -> String {
    let iso = date.iso();
    let offset = iso.len() > 19;
    if offset { iso } else { iso[..10].to_string() }
}

pub(super) fn write(locations: &[Location], out: &mut Vec<u8>) {
    list(locations, ("urlset", "url"), out);
}

pub(super) fn write_index(locations: &[Location], out: &mut Vec<u8>) {
    list(locations, ("sitemapindex", "sitemap"), out);
}

fn list(locations: &[Location], (root, item): (&str, &str), out: &mut Vec<u8>) {
    let mut xml = Xml::new(out);
    xml.open(root, &[("xmlns", NAMESPACE)]);
    for location in locations {
        xml.open(item, &[]);
        xml.text("loc", &[], &location.url);
        if let Some(changed) = &location.changed {
            xml.text("lastmod", &[], changed);
        }
        xml.close(item);
    }
    xml.close(root);
}
