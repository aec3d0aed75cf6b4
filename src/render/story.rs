//! Pages of articles, and pages outside the archive.

use super::views::{
    ArticleLink, CorrectionView, DateView, Extra, ImageView, Link, PrintView, ProvenanceView, RawView,
    RelatedLink, Story, StoryPage, TermLink, TermsOf, TranslationLink,
};
use super::{Body, Renderer, Shared, card, date, dir};
use crate::archive::Entry;
use crate::article::Date;
use crate::config::CitationFormat;
use crate::markdown;
use crate::plan::UNDATED;
use crate::yaml::{Kind, Node};
use std::sync::Arc;

/// Longest description in a page's head, in characters.
const DESCRIPTION: usize = 200;

impl<'a> Renderer<'a> {
    pub(super) fn article(&self, id: usize, body: &Body) -> StoryPage<'a> {
        let entry = &self.archive.entries[id];
        let mut page = self.page("article", &entry.title, self.plan.addresses.article(id));
        let story = self.story_of(entry, Some(id), body);
        page.lang = story.lang.to_string();
        page.dir = story.dir;
        page.description = description(entry);
        let (newer, older) = self.archive.neighbours(id);
        let (newer, older) = (newer.map(|id| self.article_link(id)), older.map(|id| self.article_link(id)));
        page.newer = newer.as_ref().map(|link| link.url.clone());
        page.older = older.as_ref().map(|link| link.url.clone());
        let breadcrumbs = self.breadcrumbs_of(entry);
        self.describe(&mut page, (&story, &breadcrumbs), id);
        if let Some(canonical) = self.archive.canonical.get(&id).filter(|_| page.canonical.is_some()) {
            page.canonical = Some(self.absolute(self.plan.addresses.article(*canonical)));
        }
        let words = Shared::words(self.words);
        StoryPage { page, words, article: story, breadcrumbs, newer, older, related: self.related_to(id) }
    }

    pub(super) fn standalone(&self, id: usize, body: &Body) -> StoryPage<'a> {
        let entry = &self.archive.pages[id];
        let mut page = self.page("page", &entry.title, self.plan.addresses.page(id));
        let article = self.story_of(entry, None, body);
        page.lang = article.lang.to_string();
        page.dir = article.dir;
        page.description = description(entry);
        let words = Shared::words(self.words);
        let (breadcrumbs, related) = (Vec::new(), Vec::new());
        StoryPage { page, words, article, breadcrumbs, newer: None, older: None, related }
    }

    fn story_of(&self, entry: &'a Entry, id: Option<usize>, body: &Body) -> Story<'a> {
        let article = &entry.article;
        let lang = article.lang.as_ref().unwrap_or(&self.config.site.lang);
        Story {
            title: &entry.title,
            subtitle: article.subtitle.as_deref(),
            description: article.description.as_deref(),
            image: image(entry, body),
            body: Shared::html(body.hash, ""),
            dir: dir(lang),
            lang,
            date: self.date(article.date.as_ref()),
            updated: self.date(article.updated.as_ref()),
            authors: self.terms_in("authors", entry, id).collect(),
            source: self.terms_in("sources", entry, id).next(),
            section: self.terms_in("sections", entry, id).next(),
            terms: id.map_or_else(Vec::new, |id| self.terms_of(id)),
            corrections: self.corrections_of(entry),
            same_as: id.and_then(|id| self.same_as(id)),
            copies: id.map_or_else(Vec::new, |id| self.copies(id)),
            translations: id.map_or_else(Vec::new, |id| self.translations(id)),
            citations: id.map_or_else(Vec::new, |id| self.citation_links(id)),
            provenance: self.provenance(entry),
            extra: article.extra.iter().map(|(key, value)| (key.clone(), extra(value))).collect(),
        }
    }

    pub(super) fn corrections_of(&self, entry: &Entry) -> Vec<CorrectionView<'a>> {
        let corrections = entry.article.corrections.iter();
        corrections
            .map(|correction| CorrectionView {
                date: self.date(correction.date.as_ref()),
                text: correction.text.clone(),
            })
            .collect()
    }

    fn citation_links(&self, id: usize) -> Vec<Link> {
        let name = |format| match format {
            CitationFormat::Bibtex => "BibTeX",
            CitationFormat::Ris => "RIS",
            CitationFormat::Csl => "CSL-JSON",
        };
        let citations = self.citations_of(id).into_iter();
        citations.map(|(format, url)| Link { title: name(format).to_string(), url }).collect()
    }

    /// The canonical article of the group that this one belongs to.
    fn same_as(&self, id: usize) -> Option<ArticleLink<'a>> {
        self.archive.canonical.get(&id).map(|other| self.copy_link(*other))
    }

    /// The copies of a canonical article.
    fn copies(&self, id: usize) -> Vec<ArticleLink<'a>> {
        let copies = self.archive.copies.get(&id);
        copies.into_iter().flatten().map(|copy| self.copy_link(*copy)).collect()
    }

    /// Copies have one title; what tells them apart is where they stood.
    fn copy_link(&self, id: usize) -> ArticleLink<'a> {
        let mut link = self.article_link(id);
        if let Some(source) = self.terms_in("sources", &self.archive.entries[id], Some(id)).next() {
            link.title = format!("{} ({})", link.title, source.name).into();
        }
        link
    }

    /// The same article in other languages.
    fn translations(&self, id: usize) -> Vec<TranslationLink<'a>> {
        let link = |id: usize| {
            let ArticleLink { title, url, lang, dir } = self.article_link(id);
            TranslationLink { title, url, lang, dir, language: self.theme.language(lang) }
        };
        let group = self.archive.translations(id).iter().copied();
        group.filter(|other| *other != id).map(link).collect()
    }

    fn article_link(&self, id: usize) -> ArticleLink<'a> {
        let lang = self.lang_of(id);
        ArticleLink {
            title: self.archive.entries[id].title.as_str().into(),
            url: self.plan.addresses.url(self.plan.addresses.article(id)).into(),
            dir: dir(lang),
            lang,
        }
    }

    fn related_to(&self, id: usize) -> Vec<RelatedLink<'a>> {
        let link = |id: usize| {
            let ArticleLink { title, url, lang, dir } = self.article_link(id);
            let date = self.archive.entries[id].article.date.map(|date| date::day(&date, self.words));
            RelatedLink { title, url, lang, dir, date }
        };
        (self.related)(id).into_iter().map(link).collect()
    }

    pub(super) fn date(&self, date: Option<&Date>) -> Option<DateView<'a>> {
        date.map(|date| date::view(date, self.words, self.ready))
    }

    /// The names an article has in a taxonomy, linked if the taxonomy is configured.
    pub(super) fn terms_in(
        &self,
        key: &'static str,
        entry: &'a Entry,
        id: Option<usize>,
    ) -> impl Iterator<Item = TermLink<'a>> {
        let this = *self;
        let found = self.ready.taxonomy_of(key).zip(id);
        let linked = found.map(|(index, id)| (index, self.archive.terms_of(id, index)));
        let plain = if linked.is_none() { entry.terms(key) } else { &[] };
        let linked = linked.into_iter().flat_map(|(index, terms)| terms.map(move |term| (index, term)));
        let linked = linked.map(move |(index, term)| this.term_link(index, term, false));
        let resolved = move |name: &'a Arc<str>| this.ready.resolve(key, name);
        linked.chain(plain.iter().map(move |name| TermLink { name: resolved(name), url: None, count: 0 }))
    }

    fn terms_of(&self, id: usize) -> Vec<TermsOf<'a>> {
        let taxonomies = self.config.taxonomies.iter().enumerate();
        taxonomies
            .map(|(index, taxonomy)| TermsOf {
                name: &taxonomy.name,
                title: self.taxonomy_title(index),
                url: self.ready.taxonomy(index),
                terms: self
                    .archive
                    .terms_of(id, index)
                    .map(|term| self.term_link(index, term, false))
                    .collect(),
            })
            .filter(|of| !of.terms.is_empty())
            .collect()
    }

    fn provenance(&self, entry: &Entry) -> ProvenanceView<'a> {
        let from = &entry.article.provenance;
        // Addresses from articles are as hostile as their bodies.
        let safe = |url: &Option<String>| url.as_deref().and_then(markdown::safe_web_url);
        ProvenanceView {
            original_url: safe(&from.original_url),
            archived_url: safe(&from.archived_url),
            retrieved: self.date(from.retrieved.as_ref()),
            first_published_by: from.first_published_by.clone(),
            rights: from.rights.clone(),
            dateline: from.dateline.clone(),
            agency: from.agency.clone(),
            print: PrintView {
                edition: from.print.edition.clone(),
                page: from.print.page.clone(),
                column: from.print.column.clone(),
            },
            raw: entry
                .article
                .raw
                .as_ref()
                .map(|raw| RawView { file: raw.file.clone(), sha256: raw.sha256.clone() }),
        }
    }

    /// Year, month and day of an article, as far as they have pages.
    pub(super) fn breadcrumbs_of(&self, entry: &Entry) -> Vec<Link> {
        let Some(date) = entry.article.date else {
            let title = self.words.get(&["undated"]).to_string();
            return vec![Link { title, url: self.folder_url(UNDATED) }];
        };
        let (year, month, day, _) = date.civil();
        let parts = [
            Some(((year, 0, 0), year.to_string())),
            (month > 0).then(|| ((year, month, 0), self.words.dates.month(month).to_string())),
            (day > 0).then(|| ((year, month, day), day.to_string())),
        ];
        let link = |(period, title)| Link { title, url: self.period_url(period) };
        parts.into_iter().flatten().map(link).collect()
    }
}

fn image(entry: &Entry, body: &Body) -> Option<ImageView> {
    let lead = body.lead.as_ref()?;
    let (width, height) = lead.size.unwrap_or_default();
    let in_body = entry.article.image.as_ref().is_some_and(|image| entry.links.contains(image));
    Some(ImageView { url: lead.url.clone(), width, height, in_body })
}

fn description(entry: &Entry) -> Option<String> {
    let article = &entry.article;
    let text = article.description.as_ref().or(article.subtitle.as_ref()).unwrap_or(&entry.excerpt);
    Some(card::cut(text, DESCRIPTION).into_owned()).filter(|text| !text.is_empty())
}

fn extra(node: &Node) -> Extra {
    match node {
        Node::Null => Extra::None,
        Node::Scalar(Kind::Bool, text) => Extra::Bool(text.eq_ignore_ascii_case("true")),
        Node::Scalar(Kind::Int, text) => text.parse().map_or_else(|_| Extra::Text(text.clone()), Extra::Int),
        Node::Scalar(Kind::Float, text) => {
            text.parse().map_or_else(|_| Extra::Text(text.clone()), Extra::Float)
        }
        Node::Scalar(Kind::Text, text) => Extra::Text(text.clone()),
        Node::List(items) => Extra::List(items.iter().map(extra).collect()),
        Node::Map(entries) => {
            Extra::Map(entries.iter().map(|(key, value)| (key.clone(), extra(value))).collect())
        }
    }
}
