//! A page → what it says of its article: headline, authors, dates, origin. JSON-LD, Open Graph, `meta` elements,
//! microdata, visible text and the address are heard; where they disagree, agreement and plausibility decide.
//!
//! Nothing is invented: what no witness states is absent, and a date that is in doubt is none.

mod about;
mod authors;
mod clock;
mod headline;
mod json;
mod linked;
mod months;
mod names;
mod page;
mod place;
mod stamps;
#[cfg(test)]
mod tests;
mod text;
mod tokens;
mod when;

use crate::article::{Article, Date};
use crate::raw::Said;
use linked::Facts;
use page::Page;
use url::Url;

/// Where a statement was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Linked data in a script.
    JsonLd,
    /// Properties for social networks: Open Graph, `article:…`, Twitter.
    OpenGraph,
    /// Other elements of the head.
    Meta,
    /// `itemprop` attributes.
    Microdata,
    /// What a reader sees.
    Visible,
    /// The address.
    Url,
    /// The file that the page came in.
    Said,
}

/// A statement with its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// What is stated.
    pub value: T,
    /// Who states it.
    pub origin: Origin,
}

impl<T> Found<T> {
    fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}

/// What is known of the article on a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Headline, without the name of the site.
    pub title: Option<Found<String>>,
    /// Standfirst, as readers see it.
    pub standfirst: Option<Found<String>>,
    /// Summary, as machines get it.
    pub description: Option<Found<String>>,
    /// Names, without roles.
    pub authors: Option<Found<Vec<String>>>,
    /// When it was published first.
    pub published: Option<Found<Date>>,
    /// When it was changed last, if that is not when it was published.
    pub modified: Option<Found<Date>>,
    /// Where it was written.
    pub dateline: Option<Found<String>>,
    /// The organisation that wrote it, if it is not the one that publishes it.
    pub agency: Option<Found<String>>,
    /// Section of the outlet.
    pub section: Option<Found<String>>,
    /// Tags; the section and the names of the outlet are none.
    pub tags: Option<Found<Vec<String>>>,
    /// BCP 47 language tag.
    pub lang: Option<Found<String>>,
    /// Absolute address of the lead image.
    pub image: Option<Found<String>>,
    /// Absolute address that the page gives as its own.
    pub canonical: Option<Found<String>>,
    /// Name of the site.
    pub source: Option<Found<String>>,
    /// Who published it first.
    pub first_publisher: Option<Found<String>>,
    /// Who holds the rights.
    pub rights: Option<Found<String>>,
    /// Licence: its address or name.
    pub license: Option<Found<String>>,
}

impl Metadata {
    /// As an article has it, without where it was found.
    pub fn into_article(self) -> Article {
        fn value<T>(found: Option<Found<T>>) -> Option<T> {
            found.map(|found| found.value)
        }
        let mut article = Article {
            title: value(self.title),
            subtitle: value(self.standfirst),
            description: value(self.description),
            date: value(self.published),
            lang: value(self.lang),
            ..Article::default()
        };
        // Templates show one of them; machines may get the very words that readers do.
        article.description =
            article.description.take().filter(|text| article.subtitle.as_ref() != Some(text));
        let lists = [
            ("authors", value(self.authors)),
            ("tags", value(self.tags)),
            ("sections", value(self.section).map(|section| vec![section])),
            ("sources", value(self.source).map(|source| vec![source])),
        ];
        for (key, names) in lists {
            if let Some(names) = names.filter(|names| !names.is_empty()) {
                article.terms.insert(key, names);
            }
        }
        article.updated = value(self.modified);
        article.image = value(self.image);
        let provenance = &mut article.provenance;
        provenance.original_url = value(self.canonical);
        provenance.rights = value(self.rights).or(value(self.license));
        provenance.first_published_by = value(self.first_publisher);
        provenance.dateline = value(self.dateline);
        provenance.agency = value(self.agency);
        article.seldom.settle();
        article.provenance.details.settle();
        article
    }
}

/// Finds what a page says of its article. `said` is what the file that it came in says.
pub fn find(page: &dom_query::Document, said: &Said) -> Metadata {
    find_until(page, said, None)
}

/// As [`find`], but without dates after `latest`, which is when the page was fetched, or today.
pub fn find_until(page: &dom_query::Document, said: &Said, latest: Option<Date>) -> Metadata {
    let page = page::see(page);
    let evidence = Evidence::new(&page, said, latest);
    let title = headline::find(&evidence);
    let published = when::published(&evidence, title.as_ref().map(|title| title.value.as_str()));
    let modified = when::modified(&evidence, published.as_ref());
    let (authors, agency) = authors::find(&evidence);
    let section = about::section(&evidence);
    Metadata {
        standfirst: about::standfirst(&evidence),
        description: about::description(&evidence),
        dateline: about::dateline(&evidence),
        tags: about::tags(&evidence, section.as_ref().map(|section| section.value.as_str())),
        section,
        lang: about::lang(&evidence),
        image: about::image(&evidence),
        canonical: about::canonical(&evidence),
        source: about::source(&evidence),
        first_publisher: about::first_publisher(&evidence),
        rights: about::rights(&evidence),
        license: about::license(&evidence),
        title,
        published,
        modified,
        authors,
        agency,
    }
}

/// All witnesses.
struct Evidence<'a> {
    page: &'a Page,
    said: &'a Said,
    /// What linked data says of the article.
    facts: Facts,
    /// Where the page is, as far as is known.
    url: Option<Url>,
    /// Its language, as declared.
    lang: Option<String>,
    /// Names of the site, folded.
    site: Vec<String>,
    /// The host's labels but the last, without signs; `www` and short ones apart.
    host: Vec<String>,
    latest: Option<Date>,
}

impl<'a> Evidence<'a> {
    fn new(page: &'a Page, said: &'a Said, latest: Option<Date>) -> Self {
        let addresses = [said.url.as_deref(), page.link("canonical"), page.meta("og:url").next()];
        let url =
            addresses.into_iter().flatten().find_map(|text| Url::parse(text).ok().filter(Url::has_host));
        let facts = best(linked::read(&page.json), page, url.as_ref());
        let lang = about::declared_lang(page, &facts, said);
        let host = host_words(url.as_ref());
        let mut evidence = Self { page, said, facts, url, lang, site: Vec::new(), host, latest };
        evidence.site = evidence.site_names();
        evidence
    }

    fn lang(&self) -> Option<&str> {
        self.lang.as_deref()
    }

    fn site_names(&self) -> Vec<String> {
        let metas =
            ["og:site_name", "application-name", "apple-mobile-web-app-title", "publisher", "dc.publisher"];
        let metas = metas.iter().flat_map(|name| self.page.meta(name));
        let more = self.facts.publisher.as_deref().into_iter().chain(self.said.outlet.as_deref());
        let mut names: Vec<String> =
            metas.chain(more).map(names::fold).filter(|name| !name.is_empty()).collect();
        names.dedup();
        names
    }

    /// Whether a text is a name of the site.
    fn is_site(&self, text: &str) -> bool {
        let folded = names::fold(text);
        let joined: String = folded.chars().filter(|c| *c != ' ').collect();
        let bare = |name: &str| name.strip_prefix("the ").unwrap_or(name).to_string();
        let host = |label: &String| {
            *label == joined
                || joined.strip_prefix("the") == Some(label)
                || label.strip_prefix("the") == Some(&joined)
        };
        let named = self.site.iter().any(|name| bare(name) == bare(&folded));
        named || (joined.len() > 2 && self.host.iter().any(host))
    }
}

fn host_words(url: Option<&Url>) -> Vec<String> {
    let host = url.and_then(Url::host_str).unwrap_or_default();
    let mut labels: Vec<&str> = host.split('.').collect();
    labels.pop();
    let plain = |label: &&str| label.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    labels.iter().map(plain).filter(|label: &String| label.len() > 3).collect()
}

/// What linked data says of the page's own article: the one with the page's address or headline, else the first.
fn best(all: Vec<Facts>, page: &Page, url: Option<&Url>) -> Facts {
    let titles: Vec<String> = page
        .title
        .iter()
        .map(String::as_str)
        .chain(page.meta("og:title"))
        .chain(page.headings.iter().filter(|spot| spot.name == "h1").map(|spot| spot.text.as_str()))
        .map(names::fold)
        .collect();
    let path = url.map(|url| url.path().trim_end_matches('/').to_string());
    let score = |facts: &Facts| {
        let named = facts.headline.as_deref().map(names::fold).is_some_and(|name| {
            !name.is_empty()
                && titles
                    .iter()
                    .any(|title| title.contains(&name) || (title.len() > 15 && name.contains(title.as_str())))
        });
        let here = facts
            .url
            .as_deref()
            .zip(path.as_deref())
            .is_some_and(|(url, path)| path.len() > 1 && url.trim_end_matches('/').ends_with(path));
        i32::from(facts.article) * 4
            + i32::from(named) * 3
            + i32::from(here) * 2
            + i32::from(facts.published.is_some())
    };
    let mut all = all;
    // The first of equals.
    all.sort_by_key(|facts| std::cmp::Reverse(score(facts)));
    let mut all = all.into_iter();
    let mut best = all.next().unwrap_or_default();
    for other in all {
        let same = other.headline.is_some() && other.headline == best.headline;
        if !best.article || same {
            best.published = best.published.or(other.published);
            if best.authors.is_empty() {
                best.authors = other.authors;
            }
        }
        best.modified = best.modified.or(other.modified.filter(|_| same));
        best.publisher = best.publisher.or(other.publisher);
        best.lang = best.lang.or(other.lang);
    }
    best
}
