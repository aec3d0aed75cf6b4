//! The verb: content, theme and configuration in, a published site out.
//!
//! Load everything, decide everything, render everything aside, then publish: see `ARCHITECTURE.md`.

mod check;
mod dead;
mod files;
mod inputs;
mod links;
mod load;
mod media;
mod pages;
mod preview;
mod session;
mod terms;
mod withheld;

pub use check::{Checked, check};
pub use preview::{Inspection, Past, Preview, Remembered, Style};
pub use session::Session;
pub use withheld::{Whole, Withheld};

use crate::archive::{Reason, Related};
use crate::cache::{self, Published};
use crate::config::Config;
use crate::content;
use crate::fs::Stamp;
use crate::plan::{Output, Plan};
use crate::problem::{Fatal, Problem};
use crate::publish::{Filed, Foreign, Kept, Planned, Site, Staged, places};
use crate::render::{Fingerprint, Shown};
use anyhow::Result;
use inputs::{Attempt, Inputs};
use pages::{Done, Known, Made, Press};
use rayon::prelude::*;
use session::Standing;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128;

/// What a build tells while it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// Another build holds the output.
    Waiting(&'a str),
    /// Something that costs time and nothing else.
    Said(&'a str),
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
    /// Those of them that are about what was found in the output.
    pub found: Vec<Problem>,
    /// Articles and copied files that are others than in the last build, or gone: their names in the project, sorted.
    pub changed: Vec<String>,
    /// Sources that had to be parsed.
    pub parsed: usize,
    /// Files whose bytes had to be made.
    pub rendered: usize,
    /// What is known of the site now.
    pub published: Arc<Published>,
}

/// An article is being written just now: whoever builds again and again looks again a moment later.
#[derive(Debug)]
pub struct Unfinished(String);

impl fmt::Display for Unfinished {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}` is being written", self.0)
    }
}

impl std::error::Error for Unfinished {}

/// How a build is run; its result does not depend on it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run<'a> {
    /// Threads that work on it; as many as there are processors if it is 0.
    pub jobs: usize,
    /// The user's home folder, which is never an output.
    pub home: Option<&'a Path>,
    /// Whether a build ends with [`Unfinished`] if an article was emptied a moment ago, rather than take it as it is.
    pub patient: bool,
    /// Hash of the running program, for the cache; without it none is used.
    pub program: Option<u128>,
}

impl Run<'_> {
    /// What a cache must have been written by to be of use: this program, told to read sources as it is now.
    fn key(&self, config: &Config) -> Option<u128> {
        let keys = format!("{:?}", content::keys(config));
        Some(self.program? ^ xxh3_128(keys.as_bytes()))
    }
}

/// Builds a site.
pub fn build(config: &Config, run: &Run, progress: Progress) -> Result<Built> {
    pool(run.jobs)?.install(|| Ok(build_here(config, run, progress, Keep::Nothing)?.0))
}

/// The threads that a command works on.
pub fn pool(jobs: usize) -> Result<rayon::ThreadPool> {
    // Deep nesting that a limit still allows must not end the process: a stack overflow cannot be caught.
    const STACK: usize = 8 << 20;
    rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK).build().map_err(|error| {
        let problem = Problem::error("system", format!("failed to start threads: {error}"));
        Fatal::one(problem.hint("use fewer with `--jobs N`"))
    })
}

/// What is to be done with what a build knows at its end.
#[derive(Clone, Copy)]
enum Keep<'a> {
    /// The process ends.
    Nothing,
    /// Somebody goes on from it, and has all that belongs to a site of before, if that is the same still.
    All(Option<&'a Standing>),
}

/// Builds a site. Gives nothing to go on from if all is as it was.
fn build_here(
    config: &Config,
    run: &Run,
    progress: Progress,
    keep: Keep,
) -> Result<(Built, Option<Standing>)> {
    let site = Site::open(config, run.home, &|holder| progress(Event::Waiting(holder)))?;
    let mut inputs = Inputs::read(config, run, progress)?;
    inputs.refuse_unfinished(run)?;
    let known = std::mem::take(&mut inputs.known.published);
    let here = known.output == site.output().to_string_lossy();
    let needs_no_plan = match keep {
        Keep::Nothing => true,
        Keep::All(before) => before.is_some_and(|before| before.is_of(&inputs, &known)),
    };
    if needs_no_plan && here && inputs.are_those_of(&known) && site.is_as_left(&known.stamps()) {
        return Ok((as_it_is(&site, inputs, known, (run, progress)), None));
    }
    loop {
        let kept = Kept { sources: inputs.load.kept() };
        let before = here.then_some(&known);
        let stamps = before.map_or_else(Vec::new, Published::stamps);
        let look = || stamps.par_iter().map(|(path, stamp)| site.is_untouched(path, *stamp)).collect();
        // A plan has work for less than all threads, and to look at a site is for the most part the system's work.
        let (attempt, untouched): (_, Vec<bool>) = rayon::join(|| inputs.plan(&site.kept_paths(&kept)), look);
        let attempt = attempt?;
        site.prepare(attempt.plan.outputs.iter().map(|output| &output.path))?;
        let related = Related::default();
        let reworded = |known: &Published| {
            attempt.reworded((known.index, inputs.load.before()), &inputs.config, &related)
        };
        let known_site = before.map(|known| (known, &*untouched, reworded(known)));
        let printing = Printing::new(&site, known_site, &attempt);
        let done = inputs.work(&attempt).run(&printing, &related, progress)?;
        drop(printing);
        if done.failed.is_empty() {
            let keep = matches!(keep, Keep::All(_));
            let built = publish(site, inputs, (attempt, done), (&kept, before), (run, progress, keep));
            forget(known);
            return built;
        }
        inputs.set_aside(attempt, done.failed)?;
    }
}

/// Gives memory back while the caller goes on: of a large archive that takes a tenth of a second, which nobody who ends
/// now has to wait for.
fn forget(what: impl Send + 'static) {
    rayon::spawn(move || drop(what));
}

/// A site that is published already, from these very inputs: there is nothing to plan and nothing to make.
fn as_it_is(
    site: &Site,
    mut inputs: Inputs,
    mut known: Published,
    (run, progress): (&Run, Progress),
) -> Built {
    let Foreign { problems, folders } = site.foreign(&known.folders);
    if folders != known.folders {
        let before = std::mem::replace(&mut known.folders, folders);
        inputs.files.trust(&inputs.known.files);
        inputs.save(inputs.load.entries.iter(), Some((&known.outputs, &before)), &known, (run, progress));
    }
    let all = known.problems.iter().chain(&problems).cloned().collect();
    let built = Built {
        articles: known.articles,
        pages: known.outputs.len(),
        unchanged: known.outputs.len(),
        problems: inputs.all_problems(all),
        found: problems,
        withheld: std::mem::take(&mut inputs.load.withheld),
        published: known.into(),
        ..Built::default()
    };
    forget(inputs);
    built
}

fn publish(
    site: Site,
    mut inputs: Inputs,
    (mut attempt, done): (Attempt, Done<Staged>),
    (kept, known): (&Kept, Option<&Published>),
    (run, progress, keep): (&Run, Progress, bool),
) -> Result<(Built, Option<Standing>)> {
    let remarks = inputs.work(&attempt).remarks(done.made.iter().map(Made::notes));
    // What was set aside, or could not be read, is to be tried, and reported, again.
    let whole = inputs.load.set_aside.is_empty() && !inputs.files.any_unreadable();
    let hash = if whole { inputs.hash } else { 0 };
    let rendered = done.made.iter().filter(|made| made.rendered).count();
    let output = site.output().to_string_lossy().into_owned();
    let folders = known.map_or(&[][..], |known| &known.folders);
    let changes = site.commit(&inputs.config, &planned_of(&attempt, &done.made), (kept, folders))?;
    let articles = attempt.archive.count();
    let problems = inputs.problems_of(&attempt, remarks);
    let index = attempt.index;
    let paths = attempt.paths();
    if !keep {
        // The site is known now, and both at once would be much of all memory that a build takes.
        attempt.plan = Plan::default();
    }
    let pages = paths.len();
    let (outputs, folders) = (Vec::with_capacity(pages), changes.folders);
    let mut published = Published { output, inputs: hash, index, articles, problems, outputs, folders };
    for ((made, stamp), path) in done.made.into_iter().zip(changes.stamps).zip(paths) {
        if made.mixed {
            // The next build looks at it again.
            published.inputs = 0;
        } else {
            published.outputs.push((path, remember(made, stamp)));
        }
    }
    // A first site is all new.
    let others = known.map_or_else(Vec::new, |_| inputs.changed());
    if inputs.has_news() || !known.is_some_and(|known| known.is_like(&published)) {
        let before = known.map(|known| (known.outputs.as_slice(), known.folders.as_slice()));
        inputs.known.tail = inputs.save(attempt.archive.all(), before, &published, (run, progress));
    }
    let published = Arc::new(published);
    let found = [&published.problems[..], &changes.problems].concat();
    let built = Built {
        articles,
        pages,
        written: changes.written,
        unchanged: changes.unchanged,
        removed: changes.removed,
        changed: others,
        parsed: inputs.load.parsed(),
        rendered,
        published: Arc::clone(&published),
        problems: inputs.all_problems(found),
        found: changes.problems.clone(),
        withheld: inputs.load.withheld.clone(),
        set_aside: inputs.load.set_aside.keys().cloned().collect(),
    };
    if keep {
        return Ok((built, Some(Standing::new(inputs, attempt, published, changes.problems))));
    }
    forget((attempt, inputs));
    Ok((built, None))
}

/// What was staged, with where it goes and where it comes from.
fn planned_of<'a>(attempt: &'a Attempt, made: &'a [Made<Staged>]) -> Vec<Planned<'a>> {
    let planned = |made: &'a Made<Staged>| {
        let Output { path, source, .. } = &attempt.plan.outputs[made.output];
        Planned { path, source, staged: &made.kept }
    };
    made.iter().map(planned).collect()
}

fn remember(made: Made<Staged>, stamp: Option<Stamp>) -> cache::Output {
    let Filed { sha256, size, .. } = made.kept.file();
    cache::Output {
        fingerprint: made.fingerprint.0,
        body: made.body,
        sha256,
        size,
        stamp,
        notes: made.notes.into(),
    }
}

/// A file that was published, as it is known to who publishes.
fn filed(output: &cache::Output) -> Filed {
    Filed { sha256: output.sha256, size: output.size, stamp: output.stamp }
}

/// A build's press: what is published already stays, other bytes are staged.
struct Printing<'a> {
    site: &'a Site,
    /// What the last build into this output published of each planned output, as far as it is ours.
    known: Box<dyn Fn(usize) -> Option<&'a cache::Output> + Sync + 'a>,
    /// Whether nobody touched it since.
    is_untouched: Box<dyn Fn(usize) -> bool + Sync + 'a>,
    /// Whether all that an output is made from but the bodies of articles is the same: it can show no other new words.
    is_same: Box<dyn Fn(usize) -> bool + Sync + 'a>,
}

impl<'a> Printing<'a> {
    /// `known` is what the last build published, which of it is untouched, and what of it can differ by more than a body,
    /// if that can be said.
    fn new(
        site: &'a Site,
        known: Option<(&'a Published, &'a [bool], Option<Shown>)>,
        attempt: &'a Attempt,
    ) -> Self {
        let planned = &attempt.plan.outputs;
        let paths = || planned.iter().map(|output| output.path.as_str());
        let (known, untouched, shown) =
            known.map_or((None, &[][..], None), |(known, untouched, shown)| (Some(known), untouched, shown));
        let outputs = known.map_or(&[][..], |known| &known.outputs);
        let place_of = places(paths(), outputs, |(path, _)| path).zip(site.is_ours(paths()));
        let place_of: Vec<Option<usize>> = place_of.map(|(place, ours)| place.filter(|_| ours)).collect();
        let known_of = place_of.iter().map(|place| Some(&outputs[(*place)?].1)).collect::<Vec<_>>();
        Self {
            site,
            known: Box::new(move |at| known_of[at]),
            is_untouched: Box::new(move |at| place_of[at].is_some_and(|place| untouched[place])),
            is_same: Box::new(move |at| shown.as_ref().is_some_and(|shown| !shown.has(planned[at].page))),
        }
    }
}

impl Press for Printing<'_> {
    type Kept = Staged;

    fn known(&self, at: usize) -> Option<Known> {
        let known = (self.known)(at).filter(|_| (self.is_untouched)(at))?;
        let fingerprint = Fingerprint(known.fingerprint);
        Some(Known {
            fingerprint,
            body: (self.is_same)(at).then_some(known.body),
            notes: known.notes.clone(),
        })
    }

    fn body(&self, at: usize) -> Option<u128> {
        Some((self.known)(at)?.body).filter(|_| (self.is_same)(at))
    }

    fn take(&self, at: usize, output: &Output, bytes: Option<&[u8]>, rank: u8) -> Result<Staged> {
        if let Some(bytes) = bytes {
            return self.site.stage(&output.path, bytes, rank);
        }
        let known = (self.known)(at).expect("only what is known is not made");
        Ok(Staged::as_it_is(filed(known), rank))
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
