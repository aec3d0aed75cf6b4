//! What programs read in the head of a page: JSON-LD (schema.org), Open Graph, Dublin Core, Signposting.

use super::views::{HeadLink, Link, Meta, PageView, Story};
use super::{Renderer, Script};
use crate::archive::Entry;
use crate::article::Date;
use crate::config::{CitationFormat, FeedFormat};
use crate::markdown;
use crate::plan::{Feed, Page, Part, citation_path, feed_path, has_feed};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::iter;

impl Renderer<'_> {
    /// The head of an article.
    pub(super) fn describe(&self, page: &mut PageView, (story, breadcrumbs): (&Story, &[Link]), id: usize) {
        let entry = &self.archive.entries[id];
        let image = self.image_of(story, entry);
        page.meta = self.meta(page, story, entry);
        page.meta.extend(image.as_deref().into_iter().flat_map(|url| picture(url, story)));
        page.links = self.signposts(page, (story, breadcrumbs), id);
        page.links.extend(self.alternates(id));
        page.json_ld = Some(Script::new(&self.json_ld(page, (story, image.as_deref()), id)));
    }

    /// The whole address of an article's image, here or elsewhere: programs ask for it, pages do not.
    fn image_of(&self, story: &Story, entry: &Entry) -> Option<String> {
        let site = &self.config.site;
        match &story.image {
            Some(_) if site.base_url.is_empty() => None,
            Some(image) => Some(format!("{}{}", site.base_url, &image.url[site.base_path.len()..])),
            None => entry.article.image.as_deref().and_then(markdown::safe_web_url),
        }
    }

    /// The head of a list: what it is called where it is shared, and its feeds.
    pub(super) fn describe_list(&self, page: &mut PageView, feed: Option<Feed>) {
        page.meta = open_graph(page, &self.config.site.title, "website");
        page.links = feed.into_iter().flat_map(|feed| self.feed_links(feed)).collect();
    }

    /// The feeds of the site or a term, if it has any.
    pub(super) fn feed_links(&self, feed: Feed) -> Vec<HeadLink> {
        let offered = match feed {
            Feed::Term(taxonomy, term) => has_feed(self.archive, self.config, taxonomy, term),
            _ => true,
        };
        if !offered || self.config.site.base_url.is_empty() {
            return Vec::new();
        }
        let link = |format: &FeedFormat| {
            let path = feed_path(self.archive, self.config, feed, *format);
            let (media_type, name) = match format {
                FeedFormat::Atom => ("application/atom+xml", "Atom"),
                FeedFormat::Rss => ("application/rss+xml", "RSS"),
                FeedFormat::Json => ("application/feed+json", "JSON Feed"),
            };
            HeadLink {
                media_type: Some(media_type),
                title: Some(name.to_string()),
                ..HeadLink::new("alternate", self.plan.addresses.url(&path).as_str())
            }
        };
        self.config.feeds.formats.iter().map(link).collect()
    }

    fn meta(&self, page: &PageView, story: &Story, entry: &Entry) -> Vec<Meta> {
        let site = &self.config.site;
        let article = &entry.article;
        let from = &story.provenance;
        let mut meta = open_graph(page, &site.title, "article");
        let mut add = |attribute, name, content: &str| {
            if !content.is_empty() {
                meta.push(Meta { attribute, name, content: content.to_string() });
            }
        };
        let iso = Date::iso;
        let published = article.date.as_ref().map(iso).unwrap_or_default();
        let tags = || story.terms.iter().filter(|group| group.name == "tags").flat_map(|group| &group.terms);
        add("property", "article:published_time", &published);
        add("property", "article:modified_time", &self.modified(entry).as_ref().map(iso).unwrap_or_default());
        story.authors.iter().for_each(|author| add("property", "article:author", author.name));
        add("property", "article:section", story.section.as_ref().map_or("", |section| section.name));
        tags().for_each(|tag| add("property", "article:tag", tag.name));
        // DCMI: https://www.dublincore.org/specifications/dublin-core/dcq-html/
        add("name", "DC.title", story.title);
        story.authors.iter().for_each(|author| add("name", "DC.creator", author.name));
        add("name", "DC.date", &published);
        add("name", "DC.publisher", self.publisher_of(story));
        add("name", "DC.type", "newsItem");
        add("name", "DC.language", story.lang);
        add("name", "DC.rights", from.rights.as_deref().unwrap_or_default());
        add("name", "DC.source", from.original_url.as_deref().unwrap_or_default());
        meta
    }

    /// Who published an article first, as far as is known; else who publishes the archive.
    fn publisher_of<'v>(&'v self, story: &'v Story) -> &'v str {
        let site = &self.config.site;
        let source = story.source.as_ref().map(|source| source.name);
        let known = source.or(story.provenance.first_published_by.as_deref());
        known.or(site.publisher.as_deref()).unwrap_or(&site.title)
    }

    /// <https://signposting.org/FAIR/>
    fn signposts(
        &self,
        page: &PageView,
        (story, breadcrumbs): (&Story, &[Link]),
        id: usize,
    ) -> Vec<HeadLink> {
        let mut links = vec![HeadLink::new("schema.DC", "http://purl.org/dc/elements/1.1/")];
        links.extend(page.canonical.as_ref().map(|url| HeadLink::new("cite-as", url)));
        links.push(HeadLink::new("type", "https://schema.org/NewsArticle"));
        let authors = story.authors.iter().filter_map(|author| author.url);
        links.extend(authors.map(|url| HeadLink::new("author", url)));
        let rights = story.provenance.rights.as_deref().filter(|rights| rights.starts_with("https://"));
        links.extend(rights.map(|url| HeadLink::new("license", url)));
        links.extend(breadcrumbs.last().map(|link| HeadLink::new("collection", link.url.as_str())));
        links.extend(self.citations_of(id).into_iter().map(|(format, href)| HeadLink {
            media_type: Some(match format {
                CitationFormat::Bibtex => "application/x-bibtex",
                CitationFormat::Ris => "application/x-research-info-systems",
                CitationFormat::Csl => "application/vnd.citationstyles.csl+json",
            }),
            ..HeadLink::new("describedby", href)
        }));
        links
    }

    /// An article in all its languages, its own among them, for search engines; they ask for whole addresses:
    /// <https://developers.google.com/search/docs/specialty/international/localized-versions>
    fn alternates(&self, id: usize) -> Vec<HeadLink> {
        let known = !self.config.site.base_url.is_empty();
        let group = self.archive.translations(id).iter().filter(|_| known);
        let link = |id: &usize| HeadLink {
            hreflang: Some(self.lang_of(*id).to_string()),
            ..HeadLink::new("alternate", self.absolute(self.plan.addresses.article(*id)))
        };
        group.map(link).collect()
    }

    /// The citations beside an article.
    pub(super) fn citations_of(&self, id: usize) -> Vec<(CitationFormat, String)> {
        let addresses = &self.plan.addresses;
        let formats = self.config.citations.iter();
        let url = |format: &CitationFormat| addresses.url(&citation_path(addresses.article(id), *format));
        formats.map(|format| (*format, url(format).to_string())).collect()
    }

    /// <https://schema.org/NewsArticle>
    fn json_ld<'v>(
        &'v self,
        page: &'v PageView,
        (story, image): (&'v Story, Option<&'v str>),
        id: usize,
    ) -> Json<'v> {
        let entry = &self.archive.entries[id];
        let article = &entry.article;
        let from = &story.provenance;
        let url = page.canonical.as_ref().unwrap_or(&page.url);
        let names = |name: &str| {
            let groups = story.terms.iter().filter(|group| group.name == name);
            list(groups.flat_map(|group| &group.terms).map(|term| term.name.into()).collect())
        };
        let date = |date: &Option<Date>| date.as_ref().map(|date| Json::from(date.iso()));
        let corrections = article.corrections.iter().filter(|correction| !correction.text.is_empty());
        let corrections = corrections.map(|correction| {
            object([
                ("@type", Some("CorrectionComment".into())),
                ("text", Some(correction.text.as_str().into())),
                ("datePublished", date(&correction.date)),
            ])
        });
        let original = from.original_url.as_ref().map(|original| {
            object([
                ("@type", Some("NewsArticle".into())),
                ("url", Some(original.as_str().into())),
                ("archivedAt", text(from.archived_url.as_deref())),
                ("publisher", from.first_published_by.as_ref().map(|name| thing("Organization", name))),
            ])
        });
        let raw = from.raw.as_ref().filter(|raw| !raw.sha256.is_empty()).map(|raw| {
            object([
                ("@type", Some("PropertyValue".into())),
                ("propertyID", Some("sha256".into())),
                ("name", text(Some(&raw.file))),
                ("value", Some(raw.sha256.as_str().into())),
            ])
        });
        let site = &self.config.site;
        let keeper = site.publisher.as_deref().unwrap_or(&site.title);
        object([
            ("@context", Some("https://schema.org".into())),
            ("@type", Some("NewsArticle".into())),
            ("mainEntityOfPage", Some(url.as_str().into())),
            ("url", Some(url.as_str().into())),
            ("headline", Some(story.title.into())),
            ("alternativeHeadline", text(story.subtitle)),
            ("description", text(page.description.as_deref())),
            ("image", text(image)),
            ("datePublished", date(&article.date)),
            ("dateModified", date(&self.modified(entry))),
            ("inLanguage", Some(story.lang.into())),
            ("author", list(story.authors.iter().map(|author| thing("Person", author.name)).collect())),
            ("publisher", Some(thing("Organization", self.publisher_of(story)))),
            ("provider", Some(thing("Organization", keeper))),
            ("articleSection", names("sections")),
            ("keywords", names("tags")),
            (
                "contentLocation",
                list(entry.terms("places").iter().map(|name| thing("Place", name)).collect()),
            ),
            ("dateline", text(from.dateline.as_deref())),
            ("printEdition", text(from.print.edition.as_deref())),
            ("printPage", text(from.print.page.as_deref())),
            ("printColumn", text(from.print.column.as_deref())),
            ("isBasedOn", original),
            ("archivedAt", text(from.archived_url.as_deref())),
            ("copyrightNotice", text(from.rights.as_deref())),
            ("identifier", raw),
            ("correction", list(corrections.collect())),
            ("translationOfWork", self.archive.translation_of.get(&id).map(|other| self.work(*other))),
            ("workTranslation", list(self.translated(id))),
        ])
    }

    /// The translations that were made from an article itself.
    fn translated(&self, id: usize) -> Vec<Json<'_>> {
        let group = self.archive.translations(id).iter();
        let made = group.filter(|other| self.archive.translation_of.get(other) == Some(&id));
        made.map(|other| self.work(*other)).collect()
    }

    /// Another article of this archive.
    fn work(&self, id: usize) -> Json<'_> {
        object([
            ("@type", Some("NewsArticle".into())),
            ("url", Some(self.absolute(self.plan.addresses.article(id)).into())),
            ("inLanguage", Some(self.lang_of(id).into())),
        ])
    }

    /// When an article was changed last after it was published: updated or corrected.
    fn modified(&self, entry: &Entry) -> Option<Date> {
        let article = &entry.article;
        let corrections = article.corrections.iter().filter_map(|correction| correction.date);
        article.updated.into_iter().chain(corrections).max_by_key(|date| date.instant(&self.config.timezone))
    }
}

/// A value of JSON-LD; most of its texts are those of the view or the archive.
enum Json<'v> {
    Text(Cow<'v, str>),
    List(Vec<Json<'v>>),
    Object(Vec<(&'static str, Json<'v>)>),
}

impl<'v> From<&'v str> for Json<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Json<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => out.serialize_str(text),
            Self::List(items) => out.collect_seq(items),
            Self::Object(fields) => out.collect_map(fields.iter().map(|(key, value)| (key, value))),
        }
    }
}

/// An object of the fields that are known, in order of their names.
fn object<'v, const N: usize>(fields: [(&'static str, Option<Json<'v>>); N]) -> Json<'v> {
    let mut known: Vec<_> = fields.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    known.sort_unstable_by_key(|(key, _)| *key);
    Json::Object(known)
}

fn thing<'v>(kind: &'static str, name: &'v str) -> Json<'v> {
    object([("@type", Some(kind.into())), ("name", Some(name.into()))])
}

/// A text, if it is known.
fn text(text: Option<&str>) -> Option<Json<'_>> {
    text.filter(|text| !text.is_empty()).map(Json::from)
}

/// A list, if there is something in it.
fn list(items: Vec<Json<'_>>) -> Option<Json<'_>> {
    (!items.is_empty()).then_some(Json::List(items))
}

/// <https://ogp.me/>
fn open_graph(page: &PageView, site: &str, kind: &str) -> Vec<Meta> {
    let url = page.canonical.clone().unwrap_or_else(|| page.url.clone());
    let all = [
        ("og:type", kind.to_string()),
        ("og:title", page.title.clone()),
        ("og:url", url),
        ("og:site_name", site.to_string()),
        ("og:description", page.description.clone().unwrap_or_default()),
        ("og:locale", page.lang.replace('-', "_")),
    ];
    let filled = all.into_iter().filter(|(_, content)| !content.is_empty());
    filled.map(|(name, content)| Meta { attribute: "property", name, content }).collect()
}

/// An image and, if it is known, its size. What it shows is not known: front matter has no words for it.
fn picture(url: &str, story: &Story) -> Vec<Meta> {
    let (width, height) = story.image.as_ref().map_or((0, 0), |image| (image.width, image.height));
    let size = [("og:image:width", width), ("og:image:height", height)];
    let size = size.into_iter().filter(|(_, pixels)| *pixels > 0);
    let all = iter::once(("og:image", url.to_string()))
        .chain(size.map(|(name, pixels)| (name, pixels.to_string())));
    all.map(|(name, content)| Meta { attribute: "property", name, content }).collect()
}

/// The feed that a page of a list offers.
pub(super) fn feed_of(page: Page) -> Option<Feed> {
    match page {
        Page::Home(Part::Folder) => Some(Feed::Site),
        Page::Term(taxonomy, term, Part::Folder) => Some(Feed::Term(taxonomy, term)),
        _ => None,
    }
}
