//! Inputs → cleaned records, a batch at a time: while one is cleaned on all threads, the next is cut.

use super::{Outcome, Wish, near, said};
use crate::article::Article;
use crate::clean;
use crate::raw::{self, Found, Input, Record, Settings, Unread};
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Bytes of a batch for each thread.
const BYTES: usize = 4 << 20;
/// Records of a batch for each thread.
const RECORDS: usize = 256;

/// A cleaned record.
pub(super) struct Made {
    pub(super) article: Article,
    /// In Markdown.
    pub(super) body: String,
    /// Without marks.
    pub(super) text: String,
    pub(super) record: Option<String>,
    /// Where its file says that it was.
    pub(super) fetched: Option<String>,
    pub(super) sha256: String,
    pub(super) damaged: bool,
    /// Its text as it is compared with others.
    pub(super) compared: near::Text,
}

impl Made {
    /// What became of it.
    pub(super) fn outcome<'a>(
        &'a self,
        input: &'a Input,
        outcome: &'static str,
        reason: Option<&'a str>,
        file: Option<&'a str>,
    ) -> Outcome<'a> {
        let url = self.article.provenance.original_url.as_deref();
        Outcome {
            input: &input.shown,
            record: self.record.as_deref(),
            url,
            outcome,
            reason,
            detail: None,
            file,
        }
    }
}

/// What came of something that was found.
pub(super) enum Result {
    Made(Box<Made>),
    Unread(Unread),
    Moved(String, String),
    Unknown,
}

type Iter = Box<dyn Iterator<Item = Found> + Send>;

/// The batches of all inputs.
pub(super) struct Batches<'a> {
    inputs: &'a [Input],
    settings: &'a Settings,
    wish: &'a Wish,
    at: usize,
    open: Option<Iter>,
    /// Whether anything was found in it.
    any: bool,
    /// Cut, and not cleaned yet.
    waiting: Option<Vec<(usize, Found)>>,
}

impl<'a> Batches<'a> {
    pub(super) fn new(inputs: &'a [Input], settings: &'a Settings, wish: &'a Wish) -> Self {
        Self { inputs, settings, wish, at: 0, open: None, any: false, waiting: None }
    }

    /// The next batch, in the order of the inputs, each with the number of its input.
    pub(super) fn next(&mut self) -> Option<Vec<(usize, Result)>> {
        let batch = match self.waiting.take() {
            Some(batch) => batch,
            None => self.cut(),
        };
        if batch.is_empty() {
            return None;
        }
        let (inputs, wish) = (self.inputs, self.wish);
        let clean = move || -> Vec<(usize, Result)> {
            batch.into_par_iter().map(|(at, found)| (at, result(&inputs[at], found, wish))).collect()
        };
        let (done, next) = rayon::join(clean, || self.cut());
        self.waiting = Some(next);
        Some(done)
    }

    fn cut(&mut self) -> Vec<(usize, Found)> {
        let threads = rayon::current_num_threads();
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while bytes < BYTES * threads && batch.len() < RECORDS * threads {
            let Some(input) = self.inputs.get(self.at) else { break };
            let settings = self.settings;
            let open = self.open.get_or_insert_with(|| raw::records(input, settings));
            let found = catch_unwind(AssertUnwindSafe(|| open.next()));
            match found {
                Ok(Some(found)) => {
                    bytes += if let Found::Record(record) = &found { record.size() } else { 0 };
                    batch.push((self.at, found));
                    self.any = true;
                }
                Ok(None) => {
                    if !self.any {
                        let reason = "there are no articles in it".to_string();
                        batch.push((self.at, Found::Passed(Unread { reason, ..Unread::default() })));
                    }
                    self.next_input();
                }
                Err(_) => {
                    batch.push((self.at, Found::Broken(defect())));
                    self.next_input();
                }
            }
        }
        batch
    }

    fn next_input(&mut self) {
        (self.open, self.any) = (None, false);
        self.at += 1;
    }
}

fn defect() -> Unread {
    let reason = "backissue failed on it; please report this with the file".to_string();
    Unread { reason, ..Unread::default() }
}

fn result(input: &Input, found: Found, wish: &Wish) -> Result {
    match found {
        Found::Unknown => Result::Unknown,
        Found::Moved(from, to) => Result::Moved(from, to),
        Found::Passed(unread) => Result::Unread(Unread { passed: true, ..unread }),
        Found::Broken(unread) => Result::Unread(unread),
        Found::Record(record) => {
            let name = record.name.clone();
            match catch_unwind(AssertUnwindSafe(|| made(input, *record, wish))) {
                Ok(Ok(made)) => Result::Made(Box::new(made)),
                Ok(Err(unread)) => Result::Unread(unread),
                Err(_) => Result::Unread(Unread { record: name, ..defect() }),
            }
        }
    }
}

fn made(input: &Input, record: Record, wish: &Wish) -> std::result::Result<Made, Unread> {
    let raw = record.read(input)?;
    let record = raw.record(input).map(str::to_string);
    let cleaned = clean::clean(&raw, wish.today).map_err(|rejected| {
        let reason = rejected.reason().to_string();
        Unread { record: record.clone(), url: raw.said.url.clone(), reason, ..Unread::default() }
    })?;
    let clean::Cleaned { mut article, body, text } = cleaned;
    said::add(&mut article, &raw.said, wish);
    let compared = near::Text::of(&article, &body);
    let (fetched, sha256, damaged) = (raw.said.url, raw.sha256, raw.damaged);
    Ok(Made { article, body, text, record, fetched, sha256, damaged, compared })
}
