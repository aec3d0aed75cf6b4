//! Why a cleaned article is what it is: each block with what was decided about it, each statement with who states it.

use super::metadata::{self, Found, Metadata, Origin};
use super::text::{self, Blocks};
use super::{Rejected, html, is_binary, roles};
use crate::article::{Article, Date};
use crate::raw::{Content, RawArticle};

/// Who says what the file of an article says of it.
pub const SAID: &str = "the file that it came in";

/// How a raw article is cleaned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explanation {
    /// What was found out about the article.
    pub statements: Vec<Statement>,
    /// What stands in it, from beginning to end.
    pub blocks: Vec<Judged>,
}

/// Something that is said of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What it is about, as front matter calls it.
    pub name: &'static str,
    /// What is said.
    pub value: String,
    /// Who says it.
    pub origin: &'static str,
}

/// A block, and what was decided about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// What it is to a reader.
    pub kind: &'static str,
    /// Its words.
    pub text: String,
    /// How likely it is a part of the story, from 0 to 1, if that was asked.
    pub score: Option<f32>,
    /// Whether it is in the body.
    pub kept: bool,
    /// Why.
    pub reason: &'static str,
    /// What else is known of it.
    pub facts: Vec<String>,
}

/// Cleans a raw article as [`super::clean`] does, and tells why.
pub fn explain(raw: &RawArticle, today: Option<Date>) -> Result<Explanation, Rejected> {
    if is_binary(raw.content.text()) {
        return Err(Rejected::Binary);
    }
    let explanation = match &raw.content {
        Content::Text(text) => {
            let blocks = of_text(text, raw.said.title.as_deref());
            let found = super::clean(raw, today).map(|cleaned| stated(&cleaned.article, "the text"));
            Explanation { statements: found.unwrap_or_default(), blocks }
        }
        content => {
            let document = html::parse(content.text())?;
            let mut blocks = html::Page::new(&document, html::Extent::of(content)).judged(html::model(), &[]);
            let found = metadata::find_until(&document, &raw.said, today);
            leave_to_head(&mut blocks, &found);
            Explanation { statements: statements(found), blocks }
        }
    };
    let has_story = explanation.blocks.iter().any(|block| block.kept && !block.text.is_empty());
    match explanation.blocks.is_empty() {
        true => Err(Rejected::Empty),
        false if !has_story => Err(Rejected::NoStory),
        false => Ok(explanation),
    }
}

/// What the article's head says is not said again.
fn leave_to_head(blocks: &mut [Judged], found: &Metadata) {
    let text = |found: &Option<Found<String>>| found.as_ref().map(|found| found.value.clone());
    let [title, standfirst] = [&found.title, &found.standfirst].map(|found| text(found).unwrap_or_default());
    let told: Vec<usize> =
        (0..blocks.len()).filter(|at| blocks[*at].kept && blocks[*at].score.is_some()).collect();
    let texts = || told.iter().map(|at| &*blocks[*at].text);
    let authors = found.authors.as_ref().map(|found| found.value.join(" ")).unwrap_or_default();
    let mut repeated = html::repeated(texts(), &[&title, &standfirst, &authors]);
    if standfirst.is_empty() && told.first().is_some_and(|at| blocks[*at].kind == "heading") {
        let summary = text(&found.description).unwrap_or_default();
        repeated.extend(html::repeated(texts().take(1), &[&summary]));
    }
    for at in repeated.into_iter().map(|at| told[at]) {
        (blocks[at].kept, blocks[at].reason) = (false, "the head of the article says it");
    }
}

fn of_text(text: &str, title: Option<&str>) -> Vec<Judged> {
    let blocks = Blocks::of(text, text::Model::own());
    // Of others of its outlet nothing is known here.
    let held = vec![-1.0; blocks.texts().count()];
    let (chosen, scores) = text::choose(&blocks, title, &held, text::Model::own());
    let roles = roles::assign(&blocks.clone().take(&chosen));
    let explained = |at: usize| match chosen.binary_search(&at) {
        Ok(place) => roles[place].explained(),
        Err(_) => ("block", false, "it scores as furniture does"),
    };
    let each = blocks.texts().enumerate().map(|(at, text)| {
        let (kind, kept, reason) = explained(at);
        let score = scores.as_ref().map(|scores| scores[at]);
        Judged { kind, text: text.to_string(), score, kept, reason, facts: Vec::new() }
    });
    each.collect()
}

/// What an article has, as statements of somebody who says all of it.
pub fn stated(article: &Article, origin: &'static str) -> Vec<Statement> {
    let provenance = &article.provenance;
    let list = |key: &str| article.terms.get(key).map(|names| names.join(", "));
    let date = |date: Option<Date>| date.map(|date| date.iso());
    let all = [
        ("title", article.title.clone()),
        ("subtitle", article.subtitle.clone()),
        ("description", article.description.clone()),
        ("authors", list("authors")),
        ("date", date(article.date)),
        ("updated", date(article.updated)),
        ("dateline", provenance.dateline.clone()),
        ("agency", provenance.agency.clone()),
        ("section", list("sections")),
        ("tags", list("tags")),
        ("lang", article.lang.clone()),
        ("image", article.image.clone()),
        ("original_url", provenance.original_url.clone()),
        ("retrieved", date(provenance.retrieved)),
        ("source", list("sources")),
        ("first_published_by", provenance.first_published_by.clone()),
        ("rights", provenance.rights.clone()),
    ];
    let said =
        |(name, value): (&'static str, Option<String>)| Some(Statement { name, value: value?, origin });
    all.into_iter().filter_map(said).collect()
}

fn statements(found: Metadata) -> Vec<Statement> {
    fn one<T>(name: &'static str, found: Option<Found<T>>, shown: impl Fn(T) -> String) -> Option<Statement> {
        found.map(|Found { value, origin }| Statement { name, value: shown(value), origin: origin.name() })
    }
    let text = |name, found| one(name, found, |text: String| text);
    let list = |name, found| one(name, found, |names: Vec<String>| names.join(", "));
    let date = |name, found| one(name, found, |date: Date| date.iso());
    let all = [
        text("title", found.title),
        text("subtitle", found.standfirst),
        text("description", found.description),
        list("authors", found.authors),
        date("date", found.published),
        date("updated", found.modified),
        text("dateline", found.dateline),
        text("agency", found.agency),
        text("section", found.section),
        list("tags", found.tags),
        text("lang", found.lang),
        text("image", found.image),
        text("original_url", found.canonical),
        text("source", found.source),
        text("first_published_by", found.first_publisher),
        text("rights", found.rights),
        text("license", found.license),
    ];
    all.into_iter().flatten().collect()
}

impl Origin {
    fn name(self) -> &'static str {
        match self {
            Self::JsonLd => "linked data",
            Self::OpenGraph => "Open Graph",
            Self::Meta => "the head of the page",
            Self::Microdata => "microdata",
            Self::Visible => "what readers see",
            Self::Url => "the address",
            Self::Said => SAID,
        }
    }
}
