//! Feeds: Atom (RFC 4287) with archive documents (RFC 5005), RSS 2.0, JSON Feed 1.1.

use super::xml::Xml;
use super::{Bodies, Renderer, card};
use crate::archive::Period;
use crate::article::Precision;
use crate::config::FeedFormat;
use crate::markdown;
use crate::plan::{Feed, Part, feed_path, list_path, period_folder, term_folder};
use crate::route::OutPath;
use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;

/// What a feed holds.
#[derive(Serialize)]
pub(super) struct FeedView<'a> {
    title: String,
    description: String,
    lang: String,
    /// The page that the feed is of.
    home: String,
    /// Its own address.
    own: String,
    /// The feed that readers subscribe to; for an archive document, another one.
    current: String,
    /// The archive document with older entries.
    previous: Option<String>,
    publisher: String,
    updated: Timestamp,
    entries: Vec<EntryView<'a>>,
}

#[derive(Serialize)]
struct EntryView<'a> {
    url: String,
    title: &'a str,
    lang: &'a str,
    published: Option<Timestamp>,
    updated: Timestamp,
    authors: Vec<&'a str>,
    categories: Vec<&'a str>,
    summary: Cow<'a, str>,
    content: Option<Content>,
}

/// The whole text, in the fingerprint by its hash.
#[derive(Serialize)]
struct Content {
    hash: u128,
    #[serde(skip)]
    article: usize,
    #[serde(skip)]
    html: String,
}

impl<'a> Renderer<'a> {
    pub(super) fn feed(
        &self,
        feed: Feed,
        format: FeedFormat,
        path: &OutPath,
        bodies: &Bodies,
    ) -> FeedView<'a> {
        let site = &self.config.site;
        let (title, folder) = match feed {
            Feed::Site => (site.title.clone(), "/".to_string()),
            Feed::Term(taxonomy, term) => {
                let name = &self.archive.terms[taxonomy][term].name;
                let folder = term_folder(self.archive, &self.config.taxonomies[taxonomy], (taxonomy, term));
                (format!("{name} · {}", site.title), folder)
            }
            Feed::History(period) => {
                let title = super::date::period(self.words, period);
                (format!("{title} · {}", site.title), period_folder(period))
            }
        };
        let entries: Vec<EntryView<'a>> =
            self.members(feed, format).into_iter().map(|id| self.entry_view(id, bodies)).collect();
        let current = if matches!(feed, Feed::History(_)) { Feed::Site } else { feed };
        FeedView {
            title,
            description: if site.description.is_empty() { &site.title } else { &site.description }.clone(),
            lang: site.lang.clone(),
            home: self.absolute(&list_path(&folder, Part::Folder)),
            own: self.absolute(path),
            current: self.absolute(&feed_path(self.archive, self.config, current, format)),
            previous: self.previous(feed, format),
            publisher: site.publisher.clone().unwrap_or_else(|| site.title.clone()),
            updated: entries.iter().map(|entry| entry.updated).max().unwrap_or(Timestamp::UNIX_EPOCH),
            entries,
        }
    }

    /// The articles of a feed, newest first. What has no date cannot be in one.
    fn members(&self, feed: Feed, format: FeedFormat) -> Vec<usize> {
        let live = |id: &usize| *id >= self.archive.undated && !self.archive.entries[*id].removed();
        let most = self.config.feeds.entries;
        match feed {
            // The newest month is in no archive document yet, so that all of it is here.
            Feed::Site if self.has_history(format) => {
                let month = self.archive.months.values().next_back().cloned().unwrap_or_default();
                let newest = month.filter(live).count();
                (0..self.archive.entries.len()).rev().filter(live).take(most.max(newest)).collect()
            }
            Feed::Site => (0..self.archive.entries.len()).rev().filter(live).take(most).collect(),
            Feed::Term(taxonomy, term) => {
                let slots = &self.archive.terms[taxonomy][term].slots;
                slots.iter().rev().copied().filter(live).take(most).collect()
            }
            Feed::History(period) => self.archive.months[&period].clone().rev().filter(live).collect(),
        }
    }

    /// The archive document before a feed. It never names a newer one: then it would not stay as it is.
    fn previous(&self, feed: Feed, format: FeedFormat) -> Option<String> {
        if !self.has_history(format) {
            return None;
        }
        let before: Option<&Period> = match feed {
            Feed::Site => self.archive.months.keys().nth_back(1),
            Feed::History(period) => self.archive.months.range(..period).next_back().map(|(key, _)| key),
            Feed::Term(..) => None,
        };
        let path = feed_path(self.archive, self.config, Feed::History(*before?), format);
        Some(self.absolute(&path))
    }

    fn has_history(&self, format: FeedFormat) -> bool {
        self.config.feeds.history && format == FeedFormat::Atom
    }

    fn entry_view(&self, id: usize, bodies: &Bodies) -> EntryView<'a> {
        let entry = &self.archive.entries[id];
        let article = &entry.article;
        let zone = &self.config.timezone;
        let url = self.absolute(self.plan.addresses.article(id));
        let content = self.config.feeds.full.then(|| {
            let html = String::new();
            Content { hash: (bodies.hash)(id), article: id, html }
        });
        let names = |key: &'static str| self.terms_in(key, entry, Some(id)).map(|term| term.name);
        let exact = article.date.filter(|date| date.precision() >= Precision::Day);
        EntryView {
            title: &entry.title,
            lang: self.lang_of(id),
            published: exact.map(|date| date.instant(zone)),
            updated: entry.changed(zone).unwrap_or(Timestamp::UNIX_EPOCH),
            authors: names("authors").collect(),
            categories: names("sections").chain(names("tags")).collect(),
            summary: card::summary(entry),
            content,
            url,
        }
    }
}

/// Puts the whole texts in.
pub(super) fn fill(feed: &mut FeedView, bodies: &Bodies) -> Result<()> {
    for entry in &mut feed.entries {
        if let Some(content) = &mut entry.content {
            // Readers do not know where a text comes from.
            content.html = markdown::with_whole_urls(&(bodies.html)(content.article)?, &entry.url);
        }
    }
    Ok(())
}

pub(super) fn write(feed: &FeedView, format: FeedFormat, out: &mut Vec<u8>) {
    match format {
        FeedFormat::Atom => atom(feed, out),
        FeedFormat::Rss => rss(feed, out),
        FeedFormat::Json => super::json(&json_feed(feed), out),
    }
}

fn atom(feed: &FeedView, out: &mut Vec<u8>) {
    let mut xml = Xml::new(out);
    let archive = feed.own != feed.current;
    let mut names = vec![("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", feed.lang.as_str())];
    if archive {
        names.push(("xmlns:fh", "http://purl.org/syndication/history/1.0"));
    }
    xml.open("feed", &names);
    xml.text("id", &[], &feed.own);
    xml.text("title", &[], &feed.title);
    xml.text("subtitle", &[], &feed.description);
    xml.text("updated", &[], &feed.updated.to_string());
    xml.text("generator", &[("version", env!("CARGO_PKG_VERSION"))], "backissue");
    xml.empty("link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", &feed.own)]);
    xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &feed.home)]);
    if archive {
        xml.empty("fh:archive", &[]);
        xml.empty("link", &[("rel", "current"), ("type", "application/atom+xml"), ("href", &feed.current)]);
    }
    if let Some(previous) = &feed.previous {
        xml.empty("link", &[("rel", "prev-archive"), ("type", "application/atom+xml"), ("href", previous)]);
    }
    xml.open("author", &[]);
    xml.text("name", &[], &feed.publisher);
    xml.close("author");
    feed.entries.iter().for_each(|entry| atom_entry(&mut xml, entry));
    xml.close("feed");
}

fn atom_entry(xml: &mut Xml, entry: &EntryView) {
    xml.open("entry", &[("xml:lang", entry.lang)]);
    xml.text("id", &[], &entry.url);
    xml.text("title", &[], entry.title);
    xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", &entry.url)]);
    if let Some(published) = entry.published {
        xml.text("published", &[], &published.to_string());
    }
    xml.text("updated", &[], &entry.updated.to_string());
    for author in &entry.authors {
        xml.open("author", &[]);
        xml.text("name", &[], author);
        xml.close("author");
    }
    entry.categories.iter().for_each(|name| xml.empty("category", &[("term", name)]));
    if !entry.summary.is_empty() {
        xml.text("summary", &[], &entry.summary);
    }
    if let Some(content) = &entry.content {
        xml.text("content", &[("type", "html")], &content.html);
    }
    xml.close("entry");
}

fn rss(feed: &FeedView, out: &mut Vec<u8>) {
    let mut xml = Xml::new(out);
    let names = [
        ("version", "2.0"),
        ("xmlns:atom", "http://www.w3.org/2005/Atom"),
        ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ];
    xml.open("rss", &names);
    xml.open("channel", &[]);
    xml.text("title", &[], &feed.title);
    xml.text("link", &[], &feed.home);
    xml.text("description", &[], &feed.description);
    xml.text("language", &[], &feed.lang);
    xml.text("lastBuildDate", &[], &rfc822(feed.updated));
    xml.text("generator", &[], concat!("backissue ", env!("CARGO_PKG_VERSION")));
    xml.empty("atom:link", &[("rel", "self"), ("type", "application/rss+xml"), ("href", &feed.own)]);
    for entry in &feed.entries {
        xml.open("item", &[]);
        xml.text("title", &[], entry.title);
        xml.text("link", &[], &entry.url);
        xml.text("guid", &[("isPermaLink", "true")], &entry.url);
        if let Some(published) = entry.published {
            xml.text("pubDate", &[], &rfc822(published));
        }
        entry.authors.iter().for_each(|author| xml.text("dc:creator", &[], author));
        entry.categories.iter().for_each(|name| xml.text("category", &[], name));
        xml.text("description", &[], &entry.summary);
        if let Some(content) = &entry.content {
            xml.text("content:encoded", &[], &content.html);
        }
        xml.close("item");
    }
    xml.close("channel");
    xml.close("rss");
}

/// RFC 822, section 5, with the four-digit years that RSS asks for.
fn rfc822(moment: Timestamp) -> String {
    moment.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

fn json_feed(feed: &FeedView) -> Value {
    let item = |entry: &EntryView| {
        let mut item = json!({
            "id": entry.url, "url": entry.url, "title": entry.title, "language": entry.lang,
            "date_modified": entry.updated.to_string(), "summary": entry.summary, "tags": entry.categories,
            "authors": entry.authors.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
        });
        if let Some(published) = entry.published {
            item["date_published"] = published.to_string().into();
        }
        // An item must have one of the two.
        match &entry.content {
            Some(content) => item["content_html"] = content.html.clone().into(),
            None => item["content_text"] = (*entry.summary).into(),
        }
        item
    };
    json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title, "description": feed.description, "language": feed.lang,
        "home_page_url": feed.home, "feed_url": feed.own, "authors": [{"name": feed.publisher}],
        "items": feed.entries.iter().map(item).collect::<Vec<_>>(),
    })
}
