//! One planned page → its view, its fingerprint, its bytes.
//!
//! A view holds all that a template sees of the archive. The fingerprint is the hash of that very view and of the
//! theme, so whatever can change a page's bytes changes its fingerprint. Which pages need no look after an edit of
//! words is said by [`Shown`] alone.

mod card;
mod citation;
mod data;
mod date;
mod feed;
mod fingerprint;
mod lists;
mod lookup;
mod metadata;
mod ready;
mod redirects;
mod remains;
mod shown;
mod sitemap;
mod story;
mod terms;
mod views;
mod xml;

pub use fingerprint::{Fingerprint, Shared};
pub use ready::Ready;
pub use shown::{Reworded, Shown};

use crate::archive::{Archive, Entry};
use crate::config::Config;
use crate::markdown::Resolved;
use crate::plan::{Page, Plan};
use crate::route::OutPath;
use crate::theme::{Theme, Words, is_rtl};
use anyhow::Result;
use fingerprint::{Script, fingerprint};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use views::PageView;
use xxhash_rust::xxh3::xxh3_128;

/// Renders the pages of one plan.
#[derive(Clone, Copy)]
pub struct Renderer<'a> {
    config: &'a Config,
    theme: &'a Theme,
    archive: &'a Archive,
    plan: &'a Plan,
    ready: &'a Ready,
    related: Related<'a>,
    /// The words of the page's language: the interface's, but for articles in another language that has words.
    words: &'a Words,
}

/// The articles related to one, by index. Asked for only where a page is looked at, as finding them takes time.
pub type Related<'a> = &'a (dyn Fn(usize) -> Vec<usize> + Sync);

/// What is known of an article's body before it is rendered.
pub struct Body {
    /// Hash of everything its HTML is made from.
    pub hash: u128,
    /// The image that stands for the article, if it is on this site.
    pub lead: Option<Resolved>,
}

/// The bodies of articles, by index, for files that hold several.
pub struct Bodies<'a> {
    /// What the HTML of one is made from.
    pub hash: &'a dyn Fn(usize) -> u128,
    /// The HTML of one; asked for only if the file is to be made.
    pub html: &'a dyn Fn(usize) -> Result<String>,
}

/// What an output is made on: its bytes, unless what is published is known to be the same.
pub struct Sheet<'a> {
    bytes: &'a mut Vec<u8>,
    known: Option<Fingerprint>,
    blank: bool,
    /// Filled in on the way, if it was asked for.
    inspected: Option<Inspected>,
}

/// What an output is made from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inspected {
    /// Its template's name; empty if it has none.
    pub template: String,
    /// What its template gets beside what is the same for all pages; null of a file that is copied.
    pub context: serde_json::Value,
}

impl<'a> Sheet<'a> {
    /// A blank sheet; `known` is the fingerprint of the file that is published, if it is untouched.
    pub fn new(bytes: &'a mut Vec<u8>, known: Option<Fingerprint>) -> Self {
        Self { bytes, known, blank: true, inspected: None }
    }

    /// A blank sheet that remembers what was made on it.
    pub fn inspecting(bytes: &'a mut Vec<u8>) -> Self {
        Self { inspected: Some(Inspected::default()), ..Self::new(bytes, None) }
    }

    /// What the output is made from, be it that it cannot be made; none if nobody asked.
    pub fn into_inspected(self) -> Option<Inspected> {
        self.inspected
    }

    fn inspect(&mut self, template: &str, view: &impl Serialize) {
        if let Some(inspected) = &mut self.inspected {
            let context = serde_json::to_value(view).expect("views are plain data");
            *inspected = Inspected { template: template.to_string(), context };
        }
    }

    /// The bytes, if they had to be made.
    pub fn bytes(&self) -> Option<&[u8]> {
        if self.blank { None } else { Some(self.bytes) }
    }

    /// Where to make an output with this fingerprint, if it has to be made.
    fn open(&mut self, fingerprint: Fingerprint) -> Option<&mut Vec<u8>> {
        if self.known == Some(fingerprint) {
            return None;
        }
        self.bytes.clear();
        self.blank = false;
        Some(self.bytes)
    }
}

fn json<V: Serialize>(view: &V, out: &mut Vec<u8>) {
    serde_json::to_writer(&mut *out, view).expect("views are plain data, and memory takes all");
    out.push(b'\n');
}

impl<'a> Renderer<'a> {
    /// A renderer for all pages of a plan.
    pub fn new(
        config: &'a Config,
        theme: &'a Theme,
        archive: &'a Archive,
        plan: &'a Plan,
        (ready, related): (&'a Ready, Related<'a>),
    ) -> Self {
        Self { config, theme, archive, plan, ready, related, words: &theme.words }
    }

    /// Renders an article, or a page outside the archive; `html` is asked for only if the page has to be made.
    pub fn story<E: From<anyhow::Error>>(
        &self,
        page: Page,
        body: &Body,
        html: impl FnOnce() -> std::result::Result<String, E>,
        sheet: &mut Sheet,
    ) -> std::result::Result<Fingerprint, E> {
        let (template, entry, mut view) = match page {
            Page::Article(id) => {
                let entry = &self.archive.entries[id];
                ("article.html", entry, self.speaking(entry).article(id, body))
            }
            Page::Standalone(id) => {
                let entry = &self.archive.pages[id];
                ("page.html", entry, self.speaking(entry).standalone(id, body))
            }
            _ => unreachable!("only articles and pages have a body"),
        };
        let fingerprint = self.fingerprint(template, &view);
        if sheet.open(fingerprint).is_some() {
            view.article.body = Shared::html(body.hash, &html()?);
            sheet.inspect(template, &view);
            self.theme.render(template, &view, &entry.source, sheet.bytes)?;
        }
        Ok(fingerprint)
    }

    /// The words for an article's page.
    pub fn words_of(&self, entry: &Entry) -> &'a Words {
        entry.article.lang.as_ref().map_or(self.words, |lang| self.theme.words_of(lang))
    }

    fn speaking(self, entry: &Entry) -> Self {
        Self { words: self.words_of(entry), ..self }
    }

    /// Renders everything else. `bodies` gives the text of an article where a file holds it.
    pub fn other(
        &self,
        page: Page,
        path: &OutPath,
        bodies: &Bodies,
        sheet: &mut Sheet,
    ) -> Result<Fingerprint> {
        let name = format!("/{path}");
        let out = sheet;
        match page {
            Page::Tombstone(subject) => {
                self.write("tombstone.html", &self.tombstone(subject, path), &name, out)
            }
            Page::Redirect(index) => self.write("redirect.html", &self.redirect(index, path), &name, out),
            Page::Home(part) => self.write("home.html", &self.home(part), &name, out),
            Page::Period(period, part) => self.write("period.html", &self.period(period, part), &name, out),
            Page::Undated(part) => self.write("list.html", &self.undated(part), &name, out),
            Page::Corrections(part) => self.write("list.html", &self.corrections(part), &name, out),
            Page::DaysOfYear => self.write("days.html", &self.days_of_year(), &name, out),
            Page::DayOfYear(day, part) => self.write("list.html", &self.day_of_year(day, part), &name, out),
            Page::Terms(taxonomy) => self.write("terms.html", &self.terms(taxonomy), &name, out),
            Page::TermPart(taxonomy, part) => {
                self.write("terms.html", &self.term_part(taxonomy, part), &name, out)
            }
            Page::Term(taxonomy, term, part) => {
                self.write("term.html", &self.term(taxonomy, term, part), &name, out)
            }
            Page::LookUp => self.write("lookup.html", &self.lookup(), &name, out),
            Page::LookUpPart(part) => self.write("lookup.html", &self.lookup_part(part), &name, out),
            Page::LookUpHost(host, part) => {
                self.write("lookup.html", &self.lookup_host(host, part), &name, out)
            }
            Page::NotFound => self.write("404.html", &self.not_found(), &name, out),
            Page::Feed(feed, format) => {
                let mut view = self.feed(feed, format, path, bodies);
                let fingerprint = self.fingerprint("", &view);
                if out.open(fingerprint).is_some() {
                    feed::fill(&mut view, bodies)?;
                    out.inspect("", &view);
                    feed::write(&view, format, out.bytes);
                }
                Ok(fingerprint)
            }
            Page::Sitemap(None) => {
                Ok(self.bytes(&self.sitemap_index(), out, |view, out| sitemap::write_index(view, out)))
            }
            Page::Sitemap(Some(index)) => {
                Ok(self.bytes(&self.sitemap(index), out, |view, out| sitemap::write(view, out)))
            }
            Page::Robots => Ok(self.bytes(&self.robots(), out, |text, out| out.extend(text.bytes()))),
            Page::Citation(id, format) => {
                Ok(self.bytes(&self.citation(id), out, |view, out| citation::write(view, format, out)))
            }
            Page::Data(data) => {
                let view = self.data(data, bodies);
                let fingerprint = self.fingerprint("", &view);
                out.inspect("", &view);
                match out.open(fingerprint) {
                    Some(out) => data::write(&view, data, bodies, out).map(|()| fingerprint),
                    None => Ok(fingerprint),
                }
            }
            Page::LookUpShard(shard) => Ok(self.bytes(&self.lookup_shard(shard), out, json)),
            Page::RedirectMap(map) => {
                Ok(self.bytes(&self.moves(), out, |view, out| redirects::write(view, map, out)))
            }
            Page::Copy(_) | Page::Article(_) | Page::Standalone(_) => unreachable!("made elsewhere"),
        }
    }

    /// A file that is copied. Its hash may be known; else, and if the file has to be published, it is read.
    pub fn copy(
        &self,
        digest: Option<[u8; 32]>,
        read: impl FnOnce() -> Result<Vec<u8>>,
        sheet: &mut Sheet,
    ) -> Result<Fingerprint> {
        let of = |digest: [u8; 32]| Fingerprint(xxh3_128(&digest));
        if let Some(known) = digest.map(of).filter(|known| sheet.known == Some(*known)) {
            return Ok(known);
        }
        let bytes = read()?;
        let fingerprint = of(Sha256::digest(&bytes).into());
        if let Some(out) = sheet.open(fingerprint) {
            *out = bytes;
        }
        Ok(fingerprint)
    }

    /// A file without a template: a view and what writes it.
    fn bytes<V: Serialize>(
        &self,
        view: &V,
        sheet: &mut Sheet,
        write: impl FnOnce(&V, &mut Vec<u8>),
    ) -> Fingerprint {
        let fingerprint = self.fingerprint("", view);
        sheet.inspect("", view);
        if let Some(out) = sheet.open(fingerprint) {
            write(view, out);
        }
        fingerprint
    }

    fn fingerprint(&self, template: &str, view: &impl Serialize) -> Fingerprint {
        Fingerprint(fingerprint(&(template, view), self.theme.hash))
    }

    /// The language of an article.
    fn lang_of(&self, id: usize) -> &'a str {
        self.archive.entries[id].article.lang.as_ref().unwrap_or(&self.config.site.lang)
    }

    /// The whole address of a page; below the site's own.
    fn absolute(&self, path: &OutPath) -> String {
        self.whole(self.plan.addresses.url(path).as_str())
    }

    /// The whole address for one of this site.
    fn whole(&self, url: &str) -> String {
        let site = &self.config.site;
        [&site.base_url, &url[site.base_path.len()..]].concat()
    }

    /// The hash of what a body's HTML is made from: its Markdown, its title and where its links lead; and of what it
    /// must not show, as that can turn a page down.
    pub fn body_hash(&self, entry: &Entry, links: &[(String, Option<Resolved>)]) -> u128 {
        fingerprint(&(entry.body, &entry.title, links, &entry.article.redact), self.theme.hash)
    }

    fn write(
        &self,
        template: &str,
        view: &impl Serialize,
        page: &str,
        sheet: &mut Sheet,
    ) -> Result<Fingerprint> {
        let fingerprint = self.fingerprint(template, view);
        sheet.inspect(template, view);
        if let Some(out) = sheet.open(fingerprint) {
            self.theme.render(template, view, page, out)?;
        }
        Ok(fingerprint)
    }

    /// What all pages have in common.
    fn page(&self, kind: &'static str, title: &str, path: &OutPath) -> PageView {
        let site = &self.config.site;
        let url = String::from(self.plan.addresses.url(path));
        let address = self.whole(&url);
        PageView {
            kind,
            title: title.to_string(),
            description: None,
            canonical: (!site.base_url.is_empty()).then(|| address.clone()),
            address,
            url,
            lang: site.lang.clone(),
            dir: dir(&site.lang),
            noindex: false,
            newer: None,
            older: None,
            meta: Vec::new(),
            links: Vec::new(),
            json_ld: None,
            refresh: None,
            script: None,
        }
    }
}

fn dir(lang: &str) -> &'static str {
    if is_rtl(lang) { "rtl" } else { "ltr" }
}
