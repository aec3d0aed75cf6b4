//! One planned page → its view, its fingerprint, its bytes.
//!
//! A view holds all that a template sees of the archive. The fingerprint is the hash of that very view and of the
//! theme, so whatever can change a page's bytes changes its fingerprint: there is no list of dependencies to
//! forget one in.

mod card;
mod date;
mod fingerprint;
mod lists;
mod story;
mod views;

pub use fingerprint::{Fingerprint, Shared};

use crate::archive::{Archive, Entry};
use crate::config::Config;
use crate::plan::{Page, Plan};
use crate::route::OutPath;
use crate::theme::{Theme, Words, is_rtl};
use anyhow::Result;
use fingerprint::fingerprint;
use serde::Serialize;
use views::PageView;

/// Renders the pages of one plan.
#[derive(Clone, Copy)]
pub struct Renderer<'a> {
    config: &'a Config,
    theme: &'a Theme,
    archive: &'a Archive,
    plan: &'a Plan,
    /// The words of the page's language: the interface's, but for articles in another language that has words.
    words: &'a Words,
}

/// The body of an article, rendered.
pub struct Body {
    /// Hash of everything the HTML is made from.
    pub hash: u128,
    /// The HTML.
    pub html: String,
}

impl<'a> Renderer<'a> {
    /// A renderer for all pages of a plan.
    pub fn new(config: &'a Config, theme: &'a Theme, archive: &'a Archive, plan: &'a Plan) -> Self {
        Self { config, theme, archive, plan, words: &theme.words }
    }

    /// Renders an article, or a page outside the archive.
    pub fn story(&self, page: Page, body: &Body, out: &mut Vec<u8>) -> Result<Fingerprint> {
        match page {
            Page::Article(id) => {
                let entry = &self.archive.entries[id];
                let view = self.speaking(entry).article(id, body);
                self.write("article.html", &view, &entry.source, out)
            }
            Page::Standalone(id) => {
                let entry = &self.archive.pages[id];
                let view = self.speaking(entry).standalone(id, body);
                self.write("page.html", &view, &entry.source, out)
            }
            _ => unreachable!("only articles and pages have a body"),
        }
    }

    /// The words for an article's page.
    pub fn words_of(&self, entry: &Entry) -> &'a Words {
        entry.article.lang.as_ref().map_or(self.words, |lang| self.theme.words_of(lang))
    }

    fn speaking(self, entry: &Entry) -> Self {
        Self { words: self.words_of(entry), ..self }
    }

    /// Renders a list, calendar or index.
    pub fn list(&self, page: Page, path: &OutPath, out: &mut Vec<u8>) -> Result<Fingerprint> {
        let name = format!("/{path}");
        match page {
            Page::Home(part) => self.write("home.html", &self.home(part), &name, out),
            Page::Period(period, part) => self.write("period.html", &self.period(period, part), &name, out),
            Page::Undated(part) => self.write("list.html", &self.undated(part), &name, out),
            Page::Terms(taxonomy) => self.write("terms.html", &self.terms(taxonomy), &name, out),
            Page::Term(taxonomy, term, part) => {
                self.write("term.html", &self.term(taxonomy, term, part), &name, out)
            }
            Page::NotFound => self.write("404.html", &self.not_found(), &name, out),
            Page::Copy(_) | Page::Article(_) | Page::Standalone(_) => unreachable!("not a list"),
        }
    }

    /// The hash of what a body's HTML is made from: its Markdown, its title and where its links lead.
    pub fn body_hash(&self, entry: &Entry, links: &[(String, Option<String>)]) -> u128 {
        fingerprint(&(entry.body, &entry.title, links), self.theme.hash)
    }

    fn write(
        &self,
        template: &str,
        view: &impl Serialize,
        page: &str,
        out: &mut Vec<u8>,
    ) -> Result<Fingerprint> {
        out.clear();
        self.theme.render(template, view, page, out)?;
        Ok(Fingerprint(fingerprint(&(template, view), self.theme.hash)))
    }

    /// What all pages have in common.
    fn page(&self, kind: &'static str, title: &str, path: &OutPath) -> PageView {
        let site = &self.config.site;
        let url = self.plan.addresses.url(path);
        // `url` begins with the base path, which `base_url` ends in.
        let below = &url.as_str()[site.base_path.len()..];
        PageView {
            kind,
            title: title.to_string(),
            description: None,
            canonical: (!site.base_url.is_empty()).then(|| format!("{}{below}", site.base_url)),
            url: url.to_string(),
            lang: site.lang.clone(),
            dir: dir(&site.lang),
            noindex: false,
            newer: None,
            older: None,
        }
    }
}

fn dir(lang: &str) -> &'static str {
    if is_rtl(lang) { "rtl" } else { "ltr" }
}
