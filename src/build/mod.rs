//! The verb: content, theme and configuration in, a published site out.
//!
//! Load everything, decide everything, render everything aside, then publish: see `ARCHITECTURE.md`.

mod check;
mod dead;
mod inputs;
mod links;
mod load;
mod media;
mod pages;
mod terms;

pub use check::{Checked, check};

use crate::archive::Reason;
use crate::config::Config;
use crate::plan::Output;
use crate::problem::{Fatal, Problem};
use crate::publish::{Kept, Site, Staged};
use crate::render::Fingerprint;
use anyhow::Result;
use inputs::{Attempt, Inputs};
use pages::{Done, Made, Press};
use std::collections::BTreeMap;
use std::path::Path;

/// What a build tells while it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// Another build holds the output.
    Waiting(&'a str),
    /// A stage begins, with this many steps.
    Stage(Stage, usize),
    /// One step of the stage is done.
    Step,
}

/// A stage of a build that may take long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading `content/`.
    Reading,
    /// Following links.
    Following,
    /// Rendering pages.
    Rendering,
}

/// Told about progress, from many threads.
pub type Progress<'a> = &'a (dyn Fn(Event) + Sync);

/// What a build did.
#[derive(Debug, Default)]
pub struct Built {
    /// Articles with a page and an entry.
    pub articles: usize,
    /// Files of the site, manifest not counted.
    pub pages: usize,
    /// Files created or replaced.
    pub written: usize,
    /// Files that were up to date.
    pub unchanged: usize,
    /// Files that are no longer part of the site.
    pub removed: usize,
    /// Sources that are not published, by reason.
    pub withheld: BTreeMap<Reason, Vec<String>>,
    /// Sources that could not be used.
    pub set_aside: Vec<String>,
    /// What should be known.
    pub problems: Vec<Problem>,
    /// Fingerprints of rendered pages, by path.
    pub fingerprints: BTreeMap<String, Fingerprint>,
}

/// Builds a site. `jobs` threads work on it, as many as there are processors if it is 0; the result does not depend
/// on it. `home` is the user's home folder, which is never an output.
pub fn build(config: &Config, jobs: usize, home: Option<&Path>, progress: Progress) -> Result<Built> {
    pool(jobs)?.install(|| run(config, home, progress))
}

fn pool(jobs: usize) -> Result<rayon::ThreadPool> {
    // Deep nesting that a limit still allows must not end the process: a stack overflow cannot be caught.
    const STACK: usize = 8 << 20;
    Ok(rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK).build()?)
}

fn run(config: &Config, home: Option<&Path>, progress: Progress) -> Result<Built> {
    let site = Site::open(config, home, &|holder| progress(Event::Waiting(holder)))?;
    let mut inputs = Inputs::read(config, progress)?;
    loop {
        let kept = Kept { sources: inputs.load.kept() };
        let attempt = inputs.plan(&site.kept_paths(&kept))?;
        let done = inputs.work(&attempt).run(&site, progress)?;
        if done.failed.is_empty() {
            return publish(site, inputs, attempt, done, &kept);
        }
        inputs.set_aside(attempt, done.failed);
    }
}

fn publish(
    site: Site,
    mut inputs: Inputs,
    attempt: Attempt,
    done: Done<Staged>,
    kept: &Kept,
) -> Result<Built> {
    let (articles, pages) = (attempt.archive.count(), attempt.plan.outputs.len());
    let path = |made: &Made<Staged>| attempt.plan.outputs[made.output].path.to_string();
    let fingerprints = done.made.iter().map(|made| (path(made), made.fingerprint)).collect();
    let staged = done.made.into_iter().map(|made| made.kept).collect();
    let changes = site.commit(inputs.config, staged, kept)?;
    Ok(Built {
        articles,
        pages,
        written: changes.written,
        unchanged: changes.unchanged,
        removed: changes.removed,
        fingerprints,
        problems: inputs.all_problems(Some(attempt), [done.problems, changes.problems].concat()),
        withheld: inputs.load.withheld,
        set_aside: inputs.load.set_aside.into_keys().collect(),
    })
}

impl Press for Site {
    type Kept = Staged;

    fn known(&self, _: &Output) -> Option<Fingerprint> {
        None
    }

    fn take(&self, output: &Output, bytes: Option<&[u8]>, rank: u8) -> Result<Staged> {
        self.stage(&output.path, bytes.expect("nothing is known to be published"), &output.source, rank)
    }
}

/// Runs something that hostile input might make panic; a panic becomes a problem of that input.
fn guarded<T>(
    source: &str,
    work: impl FnOnce() -> std::result::Result<T, Problem>,
) -> std::result::Result<T, Problem> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        let message = format!("backissue failed on this article: {text}");
        Err(Problem::error("panic", message)
            .file(source)
            .hint("this is a defect in backissue: please report it with the file"))
    })
}

/// Errors that carry problems are data where they concern one article only.
fn as_problem(error: anyhow::Error, source: &str) -> Problem {
    match error.downcast::<Fatal>() {
        Ok(Fatal(mut problems)) if !problems.is_empty() => problems.remove(0),
        Ok(_) => Problem::error("skipped-file", "unknown error").file(source),
        Err(error) => Problem::error("skipped-file", format!("{error:#}")).file(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_costs_one_article() {
        let problem = guarded::<()>("content/a.md", || panic!("at the {}", "disco")).unwrap_err();
        assert_eq!(problem.code, "panic");
        assert_eq!(problem.file.as_deref(), Some("content/a.md"));
        assert!(problem.message.contains("at the disco"));
    }
}
