//! What templates see. `README.md` documents these fields for authors of themes; all of them always exist, so that
//! a misspelt one is an error.

use super::{Script, Shared};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What all pages have in common, as `page`.
#[derive(Clone, Debug, Serialize)]
pub(super) struct PageView {
    pub kind: &'static str,
    pub title: String,
    pub description: Option<String>,
    pub url: String,
    /// The same as others know it: whole if the site has an address.
    pub address: String,
    pub canonical: Option<String>,
    pub lang: String,
    pub dir: &'static str,
    pub noindex: bool,
    pub newer: Option<String>,
    pub older: Option<String>,
    /// What programs read in the head.
    pub meta: Vec<Meta>,
    pub links: Vec<HeadLink>,
    pub json_ld: Option<Script>,
    /// Where the page leads by itself.
    pub refresh: Option<String>,
    /// The asset that runs on the page.
    pub script: Option<&'static str>,
}

/// A `meta` element: `name` or `property`, its name, its content.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Meta {
    pub attribute: &'static str,
    pub name: &'static str,
    pub content: String,
}

/// A `link` element.
#[derive(Clone, Debug, Serialize)]
pub(super) struct HeadLink {
    pub rel: &'static str,
    pub href: String,
    pub hreflang: Option<String>,
    pub media_type: Option<&'static str>,
    pub title: Option<String>,
}

impl HeadLink {
    pub(super) fn new(rel: &'static str, href: impl Into<String>) -> Self {
        Self { rel, href: href.into(), hreflang: None, media_type: None, title: None }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Link {
    pub title: String,
    pub url: String,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct DateView<'a> {
    pub iso: String,
    pub text: String,
    pub url: Option<&'a str>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct TermLink<'a> {
    pub name: &'a str,
    pub url: Option<&'a str>,
    pub count: usize,
}

/// An entry of a list.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Card<'a> {
    pub title: &'a str,
    /// Corrections, where the list is about them.
    pub corrections: Vec<CorrectionView<'a>>,
    pub url: String,
    pub lang: Option<&'a str>,
    pub dir: Option<&'static str>,
    pub date: Option<DateView<'a>>,
    pub source: Option<&'a str>,
    pub summary: Cow<'a, str>,
    pub year: Option<i16>,
}

/// Entries under one heading; a list without headings is one group without a title.
#[derive(Debug, Serialize)]
pub(super) struct EntryGroup<'a> {
    pub title: Option<String>,
    pub id: String,
    pub entries: Vec<Card<'a>>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Pager {
    pub number: Option<usize>,
    pub newer: Option<String>,
    pub older: Option<String>,
    pub pages: Vec<NumberedPage>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct NumberedPage {
    pub number: usize,
    pub url: String,
}

/// `article.html` and `page.html`.
#[derive(Debug, Serialize)]
pub(super) struct StoryPage<'a> {
    pub page: PageView,
    /// Stands in for the global `words`, which are the interface's.
    pub words: Shared,
    pub article: Story<'a>,
    pub breadcrumbs: Vec<Link>,
    pub newer: Option<ArticleLink<'a>>,
    pub older: Option<ArticleLink<'a>>,
    /// Articles about the same, best first.
    pub related: Vec<RelatedLink<'a>>,
}

/// A link to an article in whatever language.
#[derive(Debug, Serialize)]
pub(super) struct ArticleLink<'a> {
    pub title: Cow<'a, str>,
    pub url: String,
    pub lang: &'a str,
    pub dir: &'static str,
}

/// A link to a related article.
#[derive(Debug, Serialize)]
pub(super) struct RelatedLink<'a> {
    pub title: Cow<'a, str>,
    pub url: String,
    pub lang: &'a str,
    pub dir: &'static str,
    pub date: Option<DateView<'a>>,
}

/// A link to the same article in another language.
#[derive(Debug, Serialize)]
pub(super) struct TranslationLink<'a> {
    pub title: Cow<'a, str>,
    pub url: String,
    pub lang: &'a str,
    pub dir: &'static str,
    /// What the language calls itself, else its tag.
    pub language: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Story<'a> {
    pub title: &'a str,
    pub subtitle: Option<&'a str>,
    pub description: Option<&'a str>,
    /// The image that stands for the article.
    pub image: Option<ImageView>,
    pub body: Shared,
    pub lang: &'a str,
    pub dir: &'static str,
    pub date: Option<DateView<'a>>,
    pub updated: Option<DateView<'a>>,
    pub authors: Vec<TermLink<'a>>,
    pub source: Option<TermLink<'a>>,
    pub section: Option<TermLink<'a>>,
    pub terms: Vec<TermsOf<'a>>,
    pub corrections: Vec<CorrectionView<'a>>,
    pub same_as: Option<ArticleLink<'a>>,
    pub copies: Vec<ArticleLink<'a>>,
    pub translations: Vec<TranslationLink<'a>>,
    pub citations: Vec<Link>,
    pub provenance: ProvenanceView<'a>,
    pub extra: BTreeMap<String, Extra>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct ImageView {
    /// Its address, on this site.
    pub url: String,
    /// In pixels, as the height, or 0.
    pub width: u32,
    pub height: u32,
    /// Whether the body shows it as well.
    pub in_body: bool,
}

/// The terms of one article in one taxonomy.
#[derive(Debug, Serialize)]
pub(super) struct TermsOf<'a> {
    pub name: &'a str,
    pub title: String,
    pub url: &'a str,
    pub terms: Vec<TermLink<'a>>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct CorrectionView<'a> {
    pub date: Option<DateView<'a>>,
    pub text: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ProvenanceView<'a> {
    pub original_url: Option<String>,
    pub archived_url: Option<String>,
    pub retrieved: Option<DateView<'a>>,
    pub first_published_by: Option<String>,
    pub rights: Option<String>,
    pub dateline: Option<String>,
    pub agency: Option<String>,
    pub print: PrintView,
    pub raw: Option<RawView>,
}

#[derive(Debug, Serialize)]
pub(super) struct PrintView {
    pub edition: Option<String>,
    pub page: Option<String>,
    pub column: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct RawView {
    pub file: String,
    pub sha256: String,
}

/// A value of the user's own, in the type that YAML gives it.
#[derive(Debug)]
pub(super) enum Extra {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Extra>),
    Map(BTreeMap<String, Extra>),
}

impl Serialize for Extra {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        // The fingerprint's format does not say of what type a value is.
        if !out.is_human_readable() {
            return out.serialize_str(&format!("{self:?}"));
        }
        match self {
            Self::None => out.serialize_none(),
            Self::Bool(value) => out.serialize_bool(*value),
            Self::Int(value) => out.serialize_i64(*value),
            Self::Float(value) => out.serialize_f64(*value),
            Self::Text(text) => out.serialize_str(text),
            Self::List(items) => out.collect_seq(items),
            Self::Map(entries) => out.collect_map(entries),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct HomePage<'a> {
    pub page: PageView,
    pub more: Vec<Link>,
    pub entries: Vec<Card<'a>>,
    pub count: Option<usize>,
    pub span: Option<String>,
    pub years: Vec<YearLink>,
    pub taxonomies: Vec<TaxonomySummary<'a>>,
    pub undated: Option<Counted>,
    pub pager: Pager,
}

#[derive(Debug, Serialize)]
pub(super) struct YearLink {
    pub title: String,
    pub url: String,
    pub count: usize,
    /// Percentage of the year with most articles.
    pub share: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct TaxonomySummary<'a> {
    pub name: String,
    pub title: String,
    pub url: String,
    pub count: usize,
    pub terms: Vec<TermLink<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Counted {
    pub title: String,
    pub url: String,
    pub count: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct ListPage<'a> {
    pub page: PageView,
    pub list: ListHead,
    pub entries: Vec<Card<'a>>,
    pub pager: Pager,
    pub breadcrumbs: Vec<Link>,
}

#[derive(Debug, Serialize)]
pub(super) struct ListHead {
    pub title: String,
    pub intro: String,
    pub url: String,
    pub count: Option<usize>,
}

#[derive(Debug, Serialize)]
pub(super) struct PeriodPage<'a> {
    pub page: PageView,
    pub groups: Vec<EntryGroup<'a>>,
    pub period: PeriodHead,
    pub months: Vec<Month>,
    pub calendar: Option<Month>,
    pub complete: bool,
    pub pager: Pager,
    pub breadcrumbs: Vec<Link>,
    pub newer: Option<Link>,
    pub older: Option<Link>,
}

#[derive(Debug, Serialize)]
pub(super) struct PeriodHead {
    pub kind: &'static str,
    pub title: String,
    pub url: String,
    pub count: Option<usize>,
}

#[derive(Debug, Serialize)]
pub(super) struct Month {
    pub title: String,
    pub name: String,
    pub url: Option<String>,
    pub count: usize,
    pub weekdays: Vec<Weekday>,
    pub weeks: Vec<Vec<Day>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Weekday {
    pub short: String,
    pub long: String,
}

/// A cell of a calendar; `day` 0 is an empty one.
#[derive(Debug, Default, Serialize)]
#[expect(clippy::struct_field_names, reason = "the day of a day is its number")]
pub(super) struct Day {
    pub day: i8,
    pub url: Option<String>,
    pub count: usize,
    /// How dark it is, 1 to 4; 0 without articles.
    pub shade: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct TermsPage<'a> {
    pub page: PageView,
    pub taxonomy: TaxonomyHead,
    pub count: usize,
    pub top: Vec<TermLink<'a>>,
    /// Pages of a large index: one a letter, and by number of articles.
    pub parts: Vec<Link>,
    /// What this page of a large index holds.
    pub part: Option<String>,
    pub groups: Vec<Group<'a>>,
    pub breadcrumbs: Vec<Link>,
}

#[derive(Debug, Serialize)]
pub(super) struct TaxonomyHead {
    pub name: String,
    pub title: String,
    pub url: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Group<'a> {
    pub letter: String,
    pub id: String,
    pub terms: Vec<TermLink<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct TermPage<'a> {
    pub page: PageView,
    pub taxonomy: TaxonomyHead,
    pub term: TermHead,
    pub groups: Vec<EntryGroup<'a>>,
    pub pager: Pager,
    pub breadcrumbs: Vec<Link>,
}

#[derive(Debug, Serialize)]
pub(super) struct TermHead {
    pub name: String,
    pub url: String,
    pub count: Option<usize>,
    pub span: Option<String>,
    /// Articles of each year, oldest first; on the folder page alone.
    pub years: Vec<YearCount>,
    /// The same as the points of a line, in a box of 100 by 100.
    pub sparkline: Option<String>,
    pub feeds: Vec<Link>,
}

/// How many articles a year has.
#[derive(Debug, Serialize)]
pub(super) struct YearCount {
    pub year: String,
    pub count: usize,
    /// The page of the list on which the year begins, to jump to.
    pub url: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct TombstonePage<'a> {
    pub page: PageView,
    pub date: Option<DateView<'a>>,
    pub reason: Option<String>,
    pub legal: bool,
    pub links: Vec<Link>,
}

#[derive(Debug, Serialize)]
pub(super) struct RedirectPage {
    pub page: PageView,
    pub target: Link,
}

#[derive(Debug, Serialize)]
pub(super) struct DaysPage {
    pub page: PageView,
    pub months: Vec<DaysOfMonth>,
}

/// The days of a month of every year.
#[derive(Debug, Serialize)]
pub(super) struct DaysOfMonth {
    pub name: String,
    pub days: Vec<Day>,
}

#[derive(Debug, Serialize)]
pub(super) struct LookUpPage {
    pub page: PageView,
    pub title: String,
    /// Where the shards are, and how many, for the script.
    pub shards: Option<Shards>,
    pub hosts: Vec<Counted>,
    /// Pages of a long list of hosts, one a letter.
    pub parts: Vec<Link>,
    pub addresses: Vec<OldAddress>,
    pub pager: Pager,
    pub breadcrumbs: Vec<Link>,
}

#[derive(Debug, Serialize)]
pub(super) struct Shards {
    pub folder: String,
    pub count: usize,
    /// Names of parameters that do not count, as in [`crate::route::TRACKING`].
    pub tracking: String,
    pub tracking_prefix: String,
}

/// An address of before and where it leads.
#[derive(Debug, Serialize)]
pub(super) struct OldAddress {
    pub old: String,
    pub title: String,
    pub url: String,
    pub lang: Option<String>,
    pub dir: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct NotFoundPage {
    pub page: PageView,
    pub links: Vec<Link>,
}
