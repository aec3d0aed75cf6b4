//! The site as it would be with all that is not published yet, or any more: for the one who writes it. It lies at
//! addresses of its own, so that the site that is published knows nothing of it.

use super::files::Files;
use super::inputs::{Attempt, Inputs};
use super::pages::Work;
use super::preview::{Inspection, Making};
use crate::archive::{Archive, Entry, Reason, Related, reason};
use crate::article::Date;
use crate::config::Config;
use crate::plan::{Page, Subject};
use crate::problem::{Fatal, Problem};
use crate::render::Ready;
use anyhow::Result;
use std::sync::Arc;

/// An article or page that is not published now.
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
        let mut shown = inputs.load.hidden().to_vec();
        let mut refused: Vec<(Arc<Entry>, String)> = Vec::new();
        let attempt = loop {
            let entries = published.all().chain(&shown).cloned().collect();
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
            reason: why(entry, &config),
            url: url(entry),
        };
        let articles = inputs.load.hidden().iter().map(article).collect();
        Ok(Self { config, attempt, files, ready, related: Related::default(), articles })
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
        let entry = subject.of(archive);
        reason(&entry.article, &self.hidden.config).map(|_| why(entry, &self.hidden.config))
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

/// Why an article is not published.
fn why(entry: &Entry, config: &Config) -> String {
    let article = &entry.article;
    let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    match reason(article, config) {
        Some(Reason::Embargo) => format!("embargo until {}", date(article.embargo)),
        Some(Reason::Future) => format!("dated {}, in the future", date(article.date)),
        Some(Reason::Expired) => format!("expired on {}", date(article.expires)),
        Some(reason) => reason.name().to_string(),
        None => String::new(),
    }
}
