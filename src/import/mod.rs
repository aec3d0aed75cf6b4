//! The verb: raw files in, articles in `content/` out. Importing again changes nothing, nothing is overwritten that
//! was edited by hand, and no raw file is lost.
//!
//! Records are cut from their files one after the other, cleaned on all threads a batch at a time, and filed in order, so
//! that neither memory nor result depends on how many there are or who works on them. What a record is told of others
//! is what its batch and those before hold: standard input can be read but once, and a dump of any size in one pass. Which
//! are copies of one another is decided when all are known.

mod batch;
mod copies;
mod dates;
mod desk;
mod existing;
mod explain;
mod near;
mod said;
mod same;

pub use copies::Group;
pub use existing::{Existing, file_name};
pub use explain::{Explained, explain};
pub use said::language;

use crate::article::{Article, Date};
use crate::config::Config;
use crate::problem::Problem;
use crate::raw::{self, Input, Settings};
use anyhow::Result;
use batch::Batches;
use desk::Desk;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What to import, and how.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Files, folders, or `-` for the standard input.
    pub inputs: Vec<PathBuf>,
    /// Write nothing.
    pub dry_run: bool,
    /// Replace articles that were edited by hand.
    pub overwrite: bool,
    /// Who published the articles, whatever they say.
    pub outlet: Option<String>,
    /// The language of the articles, whatever they say.
    pub lang: Option<String>,
    /// Leave out what was published before.
    pub since: Option<Date>,
    /// Leave out what was published later.
    pub until: Option<Date>,
    /// Addresses that articles are expected from.
    pub expected: Vec<String>,
    /// No article is of a later day.
    pub today: Option<Date>,
}

/// What an import did.
#[derive(Debug, Default)]
pub struct Imported {
    /// New articles, relative to the project.
    pub written: Vec<String>,
    /// Articles that today's cleaning makes differently.
    pub rewritten: Vec<String>,
    /// Articles that were imported before and are the same today.
    pub unchanged: usize,
    /// Articles kept because they were edited by hand.
    pub edited: Vec<String>,
    /// Files, and records of files that have several, in which an article was looked for.
    pub inputs: usize,
    /// How many of them hold no article, by the reason.
    pub rejected: BTreeMap<String, usize>,
    /// Records in which nobody looks for an article, by the reason.
    pub passed: BTreeMap<String, usize>,
    /// How many articles are of a time that was not asked for.
    pub left_out: usize,
    /// How many articles another of the same run is the same as.
    pub duplicates: usize,
    /// How many articles are copies of another.
    pub copies: usize,
    /// Articles that were there before, and of which it is known now, or no longer so, that they are copies.
    pub regrouped: Vec<String>,
    /// How many articles have no date.
    pub undated: usize,
    /// Expected addresses that no article is from.
    pub missing: usize,
}

impl Imported {
    /// How many articles there are of the inputs.
    pub fn articles(&self) -> usize {
        self.written.len() + self.rewritten.len() + self.unchanged + self.edited.len()
    }
}

/// What an import says while it works.
pub enum Event<'a> {
    /// The bytes of all inputs, as far as they are known; comes first.
    Total(u64),
    /// Bytes that were read.
    Read(u64),
    /// What should be known.
    Problem(Problem),
    /// What became of one input.
    Outcome(&'a Outcome<'a>),
    /// Articles of which it is news that they are copies; come after all inputs.
    Copies(&'a Group),
    /// An article that a run without writing made.
    Article(&'a Article, &'a Outcome<'a>, &'a str, &'a str),
}

/// What became of one input.
#[derive(Debug, Default)]
pub struct Outcome<'a> {
    /// The file, as it was called.
    pub input: &'a str,
    /// What the record is called in it.
    pub record: Option<&'a str>,
    /// Where it was published.
    pub url: Option<&'a str>,
    /// `written`, `rewritten`, `unchanged`, `kept`, `duplicate`, `left-out`, `rejected`, `passed` or `moved`; after all
    /// inputs, `copy` for each article that is one, without its input.
    pub outcome: &'static str,
    /// Why.
    pub reason: Option<&'a str>,
    /// What else is known.
    pub detail: Option<&'a str>,
    /// The article's file.
    pub file: Option<&'a str>,
}

/// The folders of a project: what lies in them was imported, or was made from that.
fn own(config: &Config) -> Vec<PathBuf> {
    let folders = ["content", "data", "static", "templates"].map(|name| config.folder(name));
    folders.into_iter().chain([config.output.clone()]).collect()
}

/// Imports files and folders. `say` is called in the order of the inputs.
pub fn import(config: &Config, wish: &Wish, say: &mut (dyn FnMut(Event) + Send)) -> Result<Imported> {
    let (inputs, problems) = raw::list(&wish.inputs, &own(config))?;
    say(Event::Total(inputs.iter().map(Input::size).sum()));
    for problem in problems {
        say(Event::Problem(problem));
    }
    let settings = Settings { keys: Arc::new(config.import_keys.clone()), ..Settings::default() };
    let mut desk = Desk::new(config, wish, say)?;
    let mut batches = Batches::new(&inputs, &settings, wish, &config.site.lang);
    while let Some(batch) = batches.next() {
        for (at, cut) in batch {
            desk.take(&inputs[at], cut)?;
        }
        (desk.say)(Event::Read(settings.read.load(Ordering::Relaxed)));
    }
    desk.end()?;
    Ok(desk.imported)
}
