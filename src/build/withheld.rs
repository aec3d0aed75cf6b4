//! The site as it would be with all that is not published yet, or any more: for the one who writes it. It lies at
//! addresses of its own, so that the site that is published knows nothing of it.

use super::files::Files;
use super::inputs::{Attempt, Inputs};
use super::pages::Work;
use super::preview::{Inspection, Making};
use crate::archive::{Archive, Entry, Reason, Related, reason};
use crate::article::{Date, Removal, Status};
use crate::config::Config;
use crate::plan::{Page, Subject};
use crate::problem::{Fatal, Problem};
use crate::render::Ready;
use anyhow::Result;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An article or page that is not published now, or not any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// Its source, without names that it asks to be left out.
    pub source: String,
    /// Its headline.
    pub title: String,
    /// Why it is not published, in a few words.
    pub reason: String,
    /// Where it is shown, or why it cannot be.
    pub url: std::result::Result<String, String>,
}

/// What is made of the withheld articles when they are looked at first.
pub(super) struct Hidden {
    config: Config,
    attempt: Attempt,
    files: Files,
    ready: Ready,
    related: Related,
    articles: Vec<Withheld>,
    /// Why each of them is not published, by source.
    reasons: BTreeMap<Arc<str>, String>,
}

/// The site with what is withheld.
#[derive(Clone, Copy)]
pub struct Whole<'p> {
    pub(super) inputs: &'p Inputs,
    pub(super) hidden: &'p Hidden,
}

impl Hidden {
    /// Plans it below a base path of its own. An article that the site could not have does not hide the others.
    pub(super) fn new(inputs: &Inputs, published: &Archive, base_path: &str) -> Result<Self> {
        let mut config = Config::clone(&inputs.config);
        config.site.base_path = base_path.to_string();
        let mut files = inputs.files.clone();
        let removed = published.all().filter(|entry| entry.removed());
        let mut withheld: Vec<&Arc<Entry>> = inputs.load.hidden().iter().chain(removed).collect();
        withheld.sort_by(|a, b| a.source.cmp(&b.source));
        let reasons = withheld.iter().map(|entry| (Arc::clone(&entry.source), why(entry, &config))).collect();
        let withheld: Vec<Arc<Entry>> = withheld.into_iter().map(as_it_was).collect();
        let mut shown = withheld.clone();
        let mut refused: Vec<(Arc<Entry>, String)> = Vec::new();
        let attempt = loop {
            let others = published.all().filter(|entry| !entry.removed());
            let entries = others.chain(&shown).cloned().collect();
            let error = match inputs.plan_of(entries, &config, &mut files) {
                Ok(attempt) => break attempt,
                Err(error) => error.downcast::<Fatal>()?,
            };
            let before = shown.len();
            shown.retain(|entry| match error.0.iter().find(|problem| names(problem, entry)) {
                Some(problem) => {
                    refused.push((Arc::clone(entry), problem.message.clone()));
                    false
                }
                None => true,
            });
            if shown.len() == before {
                return Err(error.into());
            }
        };
        let ready = Ready::new(&config, &attempt.archive, &attempt.plan.addresses);
        let addresses = &attempt.plan.addresses;
        let url = |entry: &Arc<Entry>| match refused.iter().find(|(other, _)| Arc::ptr_eq(other, entry)) {
            Some((_, message)) => Err(message.clone()),
            None => addresses
                .of_source(&entry.source, &attempt.archive)
                .map(|url| url.to_string())
                .ok_or_else(|| "it has no address".to_string()),
        };
        let article = |entry: &Arc<Entry>| Withheld {
            source: entry.public_source().to_string(),
            title: entry.title.clone(),
            reason: why_of(&reasons, entry).unwrap_or_default(),
            url: url(entry),
        };
        let articles = withheld.iter().map(article).collect();
        Ok(Self { config, attempt, files, ready, related: Related::default(), articles, reasons })
    }
}

impl Whole<'_> {
    /// The articles and pages that are not published, by source.
    pub fn withheld(&self) -> &[Withheld] {
        &self.hidden.articles
    }

    /// The address of a file, if this site has it.
    pub fn url(&self, path: &str) -> Option<String> {
        let at = self.hidden.attempt.plan.place(path)?;
        let plan = &self.hidden.attempt.plan;
        Some(plan.addresses.url(&plan.outputs[at].path).to_string())
    }

    /// The address of the article or page made from a source.
    pub fn url_of_source(&self, source: &str) -> Option<String> {
        let Attempt { archive, plan, .. } = &self.hidden.attempt;
        plan.addresses.of_source(source, archive).map(|url| url.to_string())
    }

    /// What a file is made from, as [`Preview::source`](super::Preview::source) tells it.
    pub fn source(&self, path: &str) -> Option<&str> {
        let plan = &self.hidden.attempt.plan;
        Some(&plan.outputs[plan.place(path)?].source)
    }

    /// Whether pages of a source stay, as [`Preview::keeps`](super::Preview::keeps) tells it.
    pub fn keeps(&self, source: &str) -> bool {
        self.inputs.load.keeps(source)
    }

    /// Makes a file, as [`Preview::file`](super::Preview::file) does.
    pub fn file(&self, path: &str) -> Option<Result<Option<Vec<u8>>>> {
        let at = self.hidden.attempt.plan.place(path)?;
        Some(self.making().file(at))
    }

    /// What a file is made from.
    pub fn inspect(&self, path: &str) -> Option<Inspection> {
        let at = self.hidden.attempt.plan.place(path)?;
        Some(self.making().inspect(at))
    }

    /// Why what is at a path is not published, if it is an article or page that is not.
    pub fn reason(&self, path: &str) -> Option<String> {
        let Attempt { archive, plan, .. } = &self.hidden.attempt;
        let subject = match plan.outputs[self.hidden.attempt.plan.place(path)?].page {
            Page::Article(id) => Subject::Article(id),
            Page::Standalone(id) => Subject::Standalone(id),
            _ => return None,
        };
        why_of(&self.hidden.reasons, subject.of(archive))
    }

    fn making(&self) -> Making<'_> {
        let Hidden { config, attempt, files, ready, related, .. } = self.hidden;
        let work = Work { config, files, ..self.inputs.work(attempt) };
        Making { work, ready, related }
    }
}

/// Whether a problem speaks of an article.
fn names(problem: &Problem, entry: &Entry) -> bool {
    let source = entry.public_source();
    problem.file.as_deref() == Some(source) || problem.message.contains(&format!("`{source}`"))
}

/// An article that was taken down, as it was before.
fn as_it_was(entry: &Arc<Entry>) -> Arc<Entry> {
    if !entry.removed() {
        return Arc::clone(entry);
    }
    let mut entry = Entry::clone(entry);
    entry.article.status = Status::Published;
    entry.into()
}

fn why_of(reasons: &BTreeMap<Arc<str>, String>, entry: &Entry) -> Option<String> {
    reasons.get(&entry.source).cloned()
}

/// Why an article is not published.
fn why(entry: &Entry, config: &Config) -> String {
    let article = &entry.article;
    let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    match reason(article, config) {
        Some(Reason::Embargo) => format!("embargo until {}", date(article.embargo)),
        Some(Reason::Future) => format!("dated {}, in the future", date(article.date)),
        Some(Reason::Expired) => format!("expired on {}", date(article.expires)),
        Some(reason) => match &article.status {
            Status::Removed(removal) => said(removal),
            _ => reason.name().to_string(),
        },
        None => String::new(),
    }
}

/// That an article was taken down, with what is said of it.
fn said(removal: &Removal) -> String {
    let on = removal.date.map(|date| format!(" on {date}")).unwrap_or_default();
    let reason = removal.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("removed{on}{reason}")
}
