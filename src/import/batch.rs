//! Inputs → cleaned records, a batch at a time: while one is read and cleaned on all threads, the next is cut.

use super::{Outcome, Wish, near, said};
use crate::article::Article;
use crate::clean::evidence::{Evidence, Noted};
use crate::clean::{self, Prepared, Rejected};
use crate::raw::{self, Found, Input, Record, Settings, Unread};
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Bytes of a batch, to the end of its last record. A record is told of those of its batch and of all before, so that
/// what is in a batch depends on the inputs alone: an import gives the same with any number of threads.
const BYTES: usize = 32 << 20;
/// Records of a batch: enough for a few of each of some hundred outlets that take turns.
const RECORDS: usize = 2048;

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
    /// What its file says of it that was not understood.
    pub(super) unheard: said::Unheard,
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
    cutter: Cutter<'a>,
    wish: &'a Wish,
    /// The language of the site.
    lang: &'a str,
    /// What the records up to now say of one another.
    evidence: Evidence,
    /// Cut, and not cleaned yet.
    waiting: Option<Vec<(usize, Found)>>,
}

impl<'a> Batches<'a> {
    pub(super) fn new(inputs: &'a [Input], settings: &'a Settings, wish: &'a Wish, lang: &'a str) -> Self {
        let cutter = Cutter { inputs, settings, at: 0, open: None, any: false };
        Self { cutter, wish, lang, evidence: Evidence::default(), waiting: None }
    }

    /// The next batch, in the order of the inputs, each with the number of its input.
    pub(super) fn next(&mut self) -> Option<Vec<(usize, Result)>> {
        let Self { cutter, wish, lang, evidence, waiting } = self;
        let batch = match waiting.take() {
            Some(batch) => batch,
            None => cutter.cut(),
        };
        if batch.is_empty() {
            return None;
        }
        let inputs = cutter.inputs;
        let (done, next) = rayon::join(|| cleaned(inputs, batch, (wish, lang), evidence), || cutter.cut());
        *waiting = Some(next);
        Some(done)
    }
}

/// Inputs, as far as they are cut.
struct Cutter<'a> {
    inputs: &'a [Input],
    settings: &'a Settings,
    at: usize,
    open: Option<Iter>,
    /// Whether anything was found in it.
    any: bool,
}

impl Cutter<'_> {
    fn cut(&mut self) -> Vec<(usize, Found)> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while bytes < BYTES && batch.len() < RECORDS {
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

/// A record on its way.
enum Stage {
    Ready(Box<Ready>),
    Done(Result),
}

/// A record that is read, and what is known of the others before it is cleaned.
struct Ready {
    prepared: Prepared,
    record: Option<String>,
    outlet: String,
}

/// Reads all records of a batch, tells each of the others, and cleans them. Only the telling is in order.
fn cleaned(
    inputs: &[Input],
    batch: Vec<(usize, Found)>,
    (wish, lang): (&Wish, &str),
    evidence: &mut Evidence,
) -> Vec<(usize, Result)> {
    let batch: Vec<(usize, Stage)> =
        batch.into_par_iter().map(|(at, found)| (at, stage(&inputs[at], found, wish))).collect();
    let noted: Vec<Option<Noted>> = batch
        .iter()
        .map(|(_, stage)| match stage {
            Stage::Ready(ready) => Some(evidence.note(&ready.outlet, ready.prepared.held())),
            Stage::Done(_) => None,
        })
        .collect();
    let evidence = &*evidence;
    let clean = |((at, stage), noted): ((usize, Stage), Option<Noted>)| match (stage, noted) {
        (Stage::Ready(ready), Some(noted)) => {
            let held = evidence.held(noted, ready.prepared.held());
            (at, result(*ready, &held, (wish, lang)))
        }
        (Stage::Ready(ready), None) => (at, result(*ready, &[], (wish, lang))),
        (Stage::Done(result), _) => (at, result),
    };
    batch.into_par_iter().zip(noted).map(clean).collect()
}

fn defect() -> Unread {
    let reason = "backissue failed on it; please report this with the file".to_string();
    Unread { reason, ..Unread::default() }
}

fn stage(input: &Input, found: Found, wish: &Wish) -> Stage {
    Stage::Done(match found {
        Found::Unknown => Result::Unknown,
        Found::Moved(from, to) => Result::Moved(from, to),
        Found::Passed(unread) => Result::Unread(Unread { passed: true, ..unread }),
        Found::Broken(unread) => Result::Unread(unread),
        Found::Record(record) => {
            let name = record.name.clone();
            match catch_unwind(AssertUnwindSafe(|| ready(input, *record, wish))) {
                Ok(Ok(ready)) => return Stage::Ready(Box::new(ready)),
                Ok(Err(unread)) => Result::Unread(unread),
                Err(_) => Result::Unread(Unread { record: name, ..defect() }),
            }
        }
    })
}

fn ready(input: &Input, record: Record, wish: &Wish) -> std::result::Result<Ready, Unread> {
    let raw = record.read(input)?;
    let record = raw.record(input).map(str::to_string);
    let outlet = said::published_by(&raw, input, wish);
    let url = raw.said.url.clone();
    let prepared =
        clean::prepare(raw, wish.today).map_err(|rejected| unread(rejected, record.clone(), url))?;
    Ok(Ready { prepared, record, outlet })
}

fn unread(rejected: Rejected, record: Option<String>, url: Option<String>) -> Unread {
    Unread { record, url, reason: rejected.reason().to_string(), ..Unread::default() }
}

fn result(ready: Ready, held: &[f32], asked: (&Wish, &str)) -> Result {
    let record = ready.record.clone();
    match catch_unwind(AssertUnwindSafe(|| made(ready, held, asked))) {
        Ok(Ok(made)) => Result::Made(Box::new(made)),
        Ok(Err(unread)) => Result::Unread(unread),
        Err(_) => Result::Unread(Unread { record, ..defect() }),
    }
}

fn made(ready: Ready, held: &[f32], (wish, lang): (&Wish, &str)) -> std::result::Result<Made, Unread> {
    let Ready { prepared, record, .. } = ready;
    let url = prepared.raw().said.url.clone();
    let cleaned = prepared.clean(held);
    let (raw, cleaned) = cleaned.map_err(|rejected| unread(rejected, record.clone(), url))?;
    let clean::Cleaned { mut article, body, text } = cleaned;
    let unheard = said::add(&mut article, &raw.said, wish);
    said::add_language(&mut article, &text, lang);
    let compared = near::Text::of(&article, &body);
    let (fetched, sha256, damaged) = (raw.said.url, raw.sha256, raw.damaged);
    Ok(Made { article, body, text, record, fetched, sha256, damaged, unheard, compared })
}
