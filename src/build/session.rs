//! One build after another of the same project, by a process that goes on: what the last one knew is still there, and an
//! edit of nothing but the words of articles takes no new plan. Every other change is left to a build from the start.

use super::inputs::{Attempt, Inputs, MOST_REWORDED, name_of, sort};
use super::load::Again;
use super::pages::{Failure, Made, Work};
use super::{Built, Event, Keep, Printing, Progress, Run, build_here, filed, planned_of, pool, remember};
use crate::archive::Related;
use crate::cache::{self, Amendment, Published};
use crate::config::Config;
use crate::plan::Page;
use crate::problem::Problem;
use crate::publish::{Changes, Site, Staged};
use crate::render::{self, Ready, Shown};
use anyhow::Result;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

/// Builds a project again and again.
pub struct Session<'r> {
    run: Run<'r>,
    standing: Option<Standing>,
}

/// A site as it was published, and all that it was made from.
pub(super) struct Standing {
    inputs: Inputs,
    attempt: Attempt,
    ready: Ready,
    related: Related,
    published: Arc<Published>,
    /// What a build found in the output that should be known.
    found: Vec<Problem>,
}

impl<'r> Session<'r> {
    /// A session that knows nothing yet.
    pub fn new(run: Run<'r>) -> Self {
        Self { run, standing: None }
    }

    /// Builds the site. `changed` names all files that may have changed since the last build that worked, from the
    /// project's folder; `None` if others may have.
    pub fn build(
        &mut self,
        config: &Config,
        changed: Option<&BTreeSet<PathBuf>>,
        progress: Progress,
    ) -> Result<Built> {
        pool(self.run.jobs)?.install(|| {
            if let Some(built) = changed.and_then(|changed| self.amend(config, changed, progress)) {
                return built;
            }
            if changed.is_some() {
                // It will be another; both at once would be twice the memory.
                self.standing = None;
            }
            let keep = Keep::All(self.standing.as_ref());
            let (built, standing) = build_here(config, &self.run, progress, keep)?;
            self.standing = standing.or(self.standing.take());
            if let Some(standing) = &mut self.standing {
                standing.found.clone_from(&built.found);
            }
            Ok(built)
        })
    }

    /// Takes an edit over, if that is possible, into a site that nobody else changed.
    fn amend(
        &mut self,
        config: &Config,
        changed: &BTreeSet<PathBuf>,
        progress: Progress,
    ) -> Option<Result<Built>> {
        let standing = self.standing.as_ref()?;
        let edited = standing.edited(config, changed)?;
        if edited.is_empty() {
            return Some(Ok(standing.unchanged()));
        }
        let site = match Site::open(config, self.run.home, &|holder| progress(Event::Waiting(holder))) {
            Ok(site) => site,
            Err(error) => return Some(Err(error)),
        };
        if !standing.is_published(&site) {
            return None;
        }
        // What fails from here on leaves nothing behind that could be gone on from.
        let mut standing = self.standing.take()?;
        let built = match standing.amend(&site, &edited, (&self.run, progress))? {
            Ok(built) => built,
            Err(error) => return Some(Err(error)),
        };
        // Nobody tells when somebody meddles with the site; a build mends that.
        if !standing.is_untouched(&site) {
            return None;
        }
        self.standing = Some(standing);
        Some(Ok(built))
    }
}

impl Standing {
    pub(super) fn new(
        inputs: Inputs,
        attempt: Attempt,
        published: Arc<Published>,
        found: Vec<Problem>,
    ) -> Self {
        let ready = Ready::new(&inputs.config, &attempt.archive, &attempt.plan.addresses);
        Self { inputs, attempt, ready, related: Related::keeping(), published, found }
    }

    /// Whether it is the site of some inputs still, of which another look says what was published.
    pub(super) fn is_of(&self, inputs: &Inputs, published: &Published) -> bool {
        self.published.is_same_site(published) && self.inputs.load.withholds_like(&inputs.load)
    }

    /// Whether a site is the one that was published.
    fn is_published(&self, site: &Site) -> bool {
        let outputs = self.published.outputs.iter();
        let files = outputs.map(|(path, output)| (&**path, filed(output)));
        self.published.output == site.output().to_string_lossy() && site.lists(files)
    }

    fn is_untouched(&self, site: &Site) -> bool {
        site.are_untouched(&self.published.stamps())
    }

    /// What a build says that finds nothing to do.
    fn unchanged(&self) -> Built {
        Built {
            articles: self.published.articles,
            pages: self.published.outputs.len(),
            unchanged: self.published.outputs.len(),
            published: Arc::clone(&self.published),
            problems: self.inputs.all_problems([&self.published.problems[..], &self.found].concat()),
            withheld: self.inputs.load.withheld.clone(),
            ..Built::default()
        }
    }

    /// Takes an edit over; nothing if that has to be planned after all.
    fn amend(
        &mut self,
        site: &Site,
        edited: &[Again],
        (run, progress): (&Run, Progress),
    ) -> Option<Result<Built>> {
        let shown = self.exchange(edited)?;
        let made = match self.made(site, &shown) {
            Ok(made) if made.iter().any(|made| made.mixed) => return None,
            Ok(made) => made,
            // What cannot be rendered after all changes the plan.
            Err(Failure::Article(..)) => return None,
            Err(Failure::Build(error)) => return Some(Err(error)),
        };
        let amended = site.amend(&self.inputs.config, &planned_of(&self.attempt, &made));
        Some(amended.map(|changes| self.take(edited, (made, changes), (run, progress))))
    }

    /// Takes entries in the place of those of their sources; gives the pages that can be others by more than a body.
    fn exchange(&mut self, edited: &[Again]) -> Option<Shown> {
        let Self { inputs, attempt, related, .. } = self;
        let mut before = Vec::with_capacity(edited.len());
        for Again { entry, .. } in edited {
            let replaced = attempt.archive.replace(Arc::clone(entry))?;
            inputs.exchange(&replaced, entry);
            before.push(replaced);
        }
        let index = attempt.index;
        attempt.index = attempt.index_now();
        if index == attempt.index {
            return Some(Shown::default());
        }
        if let Some(retitled) = related.retitled(&attempt.archive, &before) {
            *related = retitled;
        }
        attempt.reworded((index, &before), &inputs.config, related)
    }

    /// The sources that were edited, if nothing but the words in them are others than before.
    fn edited(&self, config: &Config, changed: &BTreeSet<PathBuf>) -> Option<Vec<Again>> {
        let Self { inputs, attempt, published, .. } = self;
        let is_whole = inputs.load.set_aside.is_empty() && !inputs.files.any_unreadable();
        let same = inputs.config.digest == config.digest
            && published.outputs.len() == attempt.plan.outputs.len()
            // A file may be several sources.
            && !inputs.load.listing.followed
            // The clock went on.
            && inputs.load.is_still_sorted(config, attempt.archive.all());
        if !(is_whole && same) {
            return None;
        }
        // For many, all threads are of use.
        if changed.len() > MOST_REWORDED {
            return None;
        }
        let now = cache::open(config).ok()?;
        let mut edited = Vec::new();
        for path in changed {
            let name = name_of(path)?;
            match inputs.load.read_again(&name, now) {
                Some(again) => {
                    let before = attempt.archive.like(&again.entry)?;
                    if !again.entry.stands_as(before) {
                        return None;
                    }
                    edited.push(again);
                }
                None if inputs.is_passing(&name) => {}
                None => return None,
            }
        }
        Some(edited)
    }

    /// Makes all that is not as it was published; `shown` can be others by more than a body.
    fn made(&self, site: &Site, shown: &Shown) -> std::result::Result<Vec<Made<Staged>>, Failure> {
        let work = self.inputs.work(&self.attempt);
        let published = &self.published.outputs;
        let printing = Printing {
            site,
            known: Box::new(|at| Some(&published[at].1)),
            is_untouched: Box::new(|at| site.is_untouched(&published[at].0, published[at].1.stamp)),
            is_same: Box::new(|at| !shown.has(work.plan.outputs[at].page)),
        };
        let touched = self.touched(&work, shown);
        let articles = touched.iter().filter_map(|at| work.plan.outputs[*at].page.article());
        self.related.prepare(work.archive, work.config, articles);
        let related = |id: usize| self.related.of(work.archive, work.config, id);
        let making = (&HashMap::new(), &self.ready, &related as render::Related);
        let one = |buffer: &mut Vec<u8>, at| work.make(&printing, at, buffer, making);
        touched.into_par_iter().map_init(Vec::new, one).collect()
    }

    /// Outputs that are to be looked at, by their index in the plan.
    fn touched(&self, work: &Work, shown: &Shown) -> Vec<usize> {
        let outputs = self.attempt.plan.outputs.iter().zip(&self.published.outputs).enumerate();
        let touched = outputs.filter(|(_, (output, (_, known)))| {
            !matches!(output.page, Page::Copy(_))
                && (shown.has(output.page) || !work.is_same(output, known.body))
        });
        touched.map(|(at, _)| at).collect()
    }

    /// Knows the site from now on as it was published.
    fn take(
        &mut self,
        edited: &[Again],
        (made, changes): (Vec<Made<Staged>>, Changes),
        (run, progress): (&Run, Progress),
    ) -> Built {
        let Self { inputs, attempt, published, .. } = self;
        let rendered = made.iter().filter(|made| made.rendered).count();
        let others = edited.iter().filter(|again| inputs.load.is_other(again));
        let others = others.map(|again| again.entry.source.to_string()).collect();
        let published = Arc::make_mut(published);
        let sources: Vec<_> = edited.iter().map(|again| inputs.load.take(again)).collect();
        let mut outputs = Vec::with_capacity(made.len());
        for (made, stamp) in made.into_iter().zip(changes.stamps) {
            let (path, known) = &mut published.outputs[made.output];
            let now = remember(made, stamp);
            if !known.is_like(&now) {
                outputs.push((Arc::clone(path), now.clone()));
            }
            *known = now;
        }
        (published.inputs, published.index) = (inputs.hash, attempt.index);
        let notes = published.outputs.iter().map(|(_, output)| output.notes.as_slice()).enumerate();
        published.problems = inputs.problems_of(attempt, inputs.work(attempt).remarks(notes));
        let amendment = Amendment::of_some(sources, outputs, published);
        inputs.known.tail = inputs
            .add(&amendment)
            .or_else(|| inputs.save(attempt.archive.all(), None, published, (run, progress)));
        let mut built = Built { changed: others, ..self.unchanged() };
        (built.written, built.rendered, built.parsed) = (changes.written, rendered, edited.len());
        built.unchanged -= changes.written;
        built.problems.extend(changes.problems);
        sort(&mut built.problems);
        built
    }
}
