//! Pages of articles, and pages outside the archive.

use super::views::{
    CorrectionView, DateView, Extra, ImageView, Link, PrintView, ProvenanceView, RawView, RelatedLink, Story,
    StoryPage, TermLink, TermsOf,
};
use super::{Body, Renderer, Shared, card, date, dir};
use crate::archive::{Aliases, Entry};
use crate::article::{Date, term_key};
use crate::config::CitationFormat;
use crate::markdown;
use crate::plan::{Part, UNDATED, list_path, period_folder};
use crate::yaml::{Kind, Node};

/// Longest description in a page's head, in characters.
const DESCRIPTION: usize = 200;

use std::sync::Arc;

impl Renderer<'_> {
    pub(super) fn article(&self, id: usize, body: &Body) -> StoryPage {
        let entry = &self.archive.entries[id];
        let mut page = self.page("article", &entry.title, self.plan.addresses.article(id));
        let story = self.story_of(entry, Some(id), body);
        page.lang.clone_from(&story.lang);
        page.dir = story.dir;
        page.description = description(entry);
        let (newer, older) = self.archive.neighbours(id);
        let neighbour = |id: usize| Link {
            title: self.archive.entries[id].title.clone(),
            url: self.plan.addresses.url(self.plan.addresses.article(id)).to_string(),
        };
        let (newer, older) = (newer.map(neighbour), older.map(neighbour));
        page.newer = newer.as_ref().map(|link| link.url.clone());
        page.older = older.as_ref().map(|link| link.url.clone());
        self.describe(&mut page, &story, id);
        if let Some(canonical) = self.archive.canonical.get(&id).filter(|_| page.canonical.is_some()) {
            page.canonical = Some(self.absolute(self.plan.addresses.article(*canonical)));
        }
        let words = Shared::words(self.words);
        let (breadcrumbs, related) = (self.breadcrumbs_of(entry), self.related_to(id));
        StoryPage { page, words, article: story, breadcrumbs, newer, older, related }
    }

    pub(super) fn standalone(&self, id: usize, body: &Body) -> StoryPage {
        let entry = &self.archive.pages[id];
        let mut page = self.page("page", &entry.title, self.plan.addresses.page(id));
        let article = self.story_of(entry, None, body);
        page.lang.clone_from(&article.lang);
        page.dir = article.dir;
        page.description = description(entry);
        let words = Shared::words(self.words);
        let (breadcrumbs, related) = (Vec::new(), Vec::new());
        StoryPage { page, words, article, breadcrumbs, newer: None, older: None, related }
    }

    fn story_of(&self, entry: &Entry, id: Option<usize>, body: &Body) -> Story {
        let article = &entry.article;
        let lang = article.lang.clone().unwrap_or_else(|| self.config.site.lang.clone());
        let mut sources = self.terms_in("sources", entry, id);
        let mut sections = self.terms_in("sections", entry, id);
        Story {
            title: entry.title.clone(),
            subtitle: article.subtitle.clone(),
            description: article.description.clone(),
            image: image(entry, body),
            body: Shared::html(body.hash, ""),
            dir: dir(&lang),
            lang,
            date: self.date(article.date.as_ref()),
            updated: self.date(article.updated.as_ref()),
            authors: self.terms_in("authors", entry, id),
            source: (!sources.is_empty()).then(|| sources.remove(0)),
            section: (!sections.is_empty()).then(|| sections.remove(0)),
            terms: id.map_or_else(Vec::new, |id| self.terms_of(id)),
            corrections: self.corrections_of(entry),
            same_as: id.and_then(|id| self.same_as(id)),
            copies: id.map_or_else(Vec::new, |id| self.copies(id)),
            citations: id.map_or_else(Vec::new, |id| self.citation_links(id)),
            provenance: self.provenance(entry),
            extra: article.extra.iter().map(|(key, value)| (key.clone(), extra(value))).collect(),
        }
    }

    pub(super) fn corrections_of(&self, entry: &Entry) -> Vec<CorrectionView> {
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
    fn same_as(&self, id: usize) -> Option<Link> {
        self.archive.canonical.get(&id).map(|other| self.article_link(*other))
    }

    /// The copies of a canonical article.
    fn copies(&self, id: usize) -> Vec<Link> {
        let copies = self.archive.copies.get(&id);
        copies.into_iter().flatten().map(|copy| self.article_link(*copy)).collect()
    }

    fn article_link(&self, id: usize) -> Link {
        let source = self.terms_in("sources", &self.archive.entries[id], Some(id)).into_iter().next();
        let title = &self.archive.entries[id].title;
        Link {
            title: source.map_or_else(|| title.clone(), |source| format!("{title} ({})", source.name)),
            url: self.plan.addresses.url(self.plan.addresses.article(id)).to_string(),
        }
    }

    fn related_to(&self, id: usize) -> Vec<RelatedLink> {
        let link = |id: usize| {
            let entry = &self.archive.entries[id];
            let lang = entry.article.lang.as_ref().unwrap_or(&self.config.site.lang);
            RelatedLink {
                title: entry.title.clone(),
                url: self.plan.addresses.url(self.plan.addresses.article(id)).to_string(),
                dir: dir(lang),
                lang: lang.clone(),
                date: entry.article.date.map(|date| date::day(&date, self.words)),
            }
        };
        (self.related)(id).into_iter().map(link).collect()
    }

    pub(super) fn date(&self, date: Option<&Date>) -> Option<DateView> {
        date.map(|date| date::view(date, self.words, self.archive, &self.plan.addresses))
    }

    /// The names an article has in a taxonomy, linked if the taxonomy is configured.
    pub(super) fn terms_in(&self, key: &str, entry: &Entry, id: Option<usize>) -> Vec<TermLink> {
        let index = self.config.taxonomies.iter().position(|taxonomy| term_key(&taxonomy.name) == key);
        if let (Some(index), Some(id)) = (index, id) {
            return self.archive.terms_of[id][index]
                .iter()
                .map(|term| self.term_link(index, *term, false))
                .collect();
        }
        let aliases = Aliases::of(self.config, key);
        let plain = |name: &Arc<str>| TermLink { name: aliases.name(name).to_string(), url: None, count: 0 };
        entry.terms(key).iter().map(plain).collect()
    }

    fn terms_of(&self, id: usize) -> Vec<TermsOf> {
        let taxonomies = self.config.taxonomies.iter().enumerate();
        taxonomies
            .filter(|(index, _)| !self.archive.terms_of[id][*index].is_empty())
            .map(|(index, _)| {
                let head = self.taxonomy(index);
                let terms = self.archive.terms_of[id][index]
                    .iter()
                    .map(|term| self.term_link(index, *term, false))
                    .collect();
                TermsOf { name: head.name, title: head.title, url: head.url, terms }
            })
            .collect()
    }

    fn provenance(&self, entry: &Entry) -> ProvenanceView {
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
        let link = |title: String, folder: &str| Link {
            title,
            url: self.plan.addresses.url(&list_path(folder, Part::Folder)).to_string(),
        };
        let Some(date) = entry.article.date else {
            return vec![link(self.words.get(&["undated"]).to_string(), UNDATED)];
        };
        let (year, month, day, _) = date.civil();
        let parts = [
            Some(((year, 0, 0), year.to_string())),
            (month > 0).then(|| ((year, month, 0), self.words.month(month).to_string())),
            (day > 0).then(|| ((year, month, day), day.to_string())),
        ];
        parts.into_iter().flatten().map(|(period, title)| link(title, &period_folder(period))).collect()
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
    Some(card::cut(text, DESCRIPTION)).filter(|text| !text.is_empty())
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
