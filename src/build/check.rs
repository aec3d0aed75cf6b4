//! The verb that publishes nothing: all that a build would report, and what leads nowhere.

use super::dead::Links;
use super::inputs::{Attempt, Inputs};
use super::pages::{Known, Made, Press};
use super::{Progress, Run, pool, terms};
use crate::archive::Related;
use crate::config::Config;
use crate::plan::Output;
use crate::problem::{Fatal, Problem};
use anyhow::Result;

/// What a check found.
#[derive(Debug, Default)]
pub struct Checked {
    /// Articles that would be published.
    pub articles: usize,
    /// What should be known, sorted by place.
    pub findings: Vec<Problem>,
}

/// Checks a project. Every page is rendered, so that mistakes in templates show, and dropped.
pub fn check(config: &Config, run: &Run, progress: Progress) -> Result<Checked> {
    pool(run.jobs)?.install(|| check_here(config, progress))
}

fn check_here(config: &Config, progress: Progress) -> Result<Checked> {
    let mut inputs = match Inputs::read(config, &Run::default(), progress) {
        Ok(inputs) => inputs,
        Err(error) => return Ok(Checked { articles: 0, findings: findings(error)? }),
    };
    loop {
        let attempt = match inputs.plan(&[]) {
            Ok(attempt) => attempt,
            Err(error) => {
                return Ok(Checked { articles: 0, findings: inputs.all_problems(findings(error)?) });
            }
        };
        let work = inputs.work(&attempt);
        let links = Links::follow(&work, progress);
        let done = work.run(&links, &Related::default(), progress);
        match done {
            Ok(done) if !done.failed.is_empty() => inputs.set_aside(attempt, done.failed)?,
            Ok(done) => {
                let remarks = work.remarks(done.made.iter().map(Made::notes));
                let anchors = done.made.into_iter().flat_map(|made| made.kept);
                let found = remarks.into_iter().chain(anchors).chain(links.problems).collect();
                return Ok(checked(&inputs, &attempt, found));
            }
            Err(error) => {
                let found = findings(error)?.into_iter().chain(links.problems).collect();
                return Ok(checked(&inputs, &attempt, found));
            }
        }
    }
}

fn checked(inputs: &Inputs, attempt: &Attempt, mut found: Vec<Problem>) -> Checked {
    let articles = attempt.archive.count();
    found.extend(terms::orphans(&attempt.archive, &inputs.config));
    found.extend(terms::similar(&attempt.archive, &inputs.config));
    let found = inputs.problems_of(attempt, found);
    Checked { articles, findings: inputs.all_problems(found) }
}

/// What would stop a build is what a check is for; only the system stops the check itself.
fn findings(error: anyhow::Error) -> Result<Vec<Problem>> {
    let Fatal(problems) = error.downcast::<Fatal>()?;
    Ok(problems)
}

/// A check makes every page, looks at it and drops it.
impl Press for Links {
    type Kept = Vec<Problem>;

    fn known(&self, _: usize) -> Option<Known> {
        None
    }

    fn body(&self, _: usize) -> Option<u128> {
        None
    }

    fn take(&self, _: usize, output: &Output, bytes: Option<&[u8]>, _: u8) -> Result<Vec<Problem>> {
        Ok(bytes.map_or_else(Vec::new, |page| self.missing_anchors(output, page)))
    }
}
