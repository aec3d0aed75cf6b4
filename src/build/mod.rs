//! The verb: content, theme and configuration in, a published site out.
//!
//! Load everything, decide everything, render everything aside, then publish: see `ARCHITECTURE.md`.

mod links;
mod load;
mod media;
mod pages;

use crate::archive::{Archive, Reason};
use crate::config::Config;
use crate::content;
use crate::plan::{Copied, Plan};
use crate::problem::{Fatal, Problem};
use crate::publish::{Kept, Site};
use crate::render::Fingerprint;
use crate::theme::{self, Theme};
use anyhow::Result;
use load::Load;
use media::Media;
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
    // Deep nesting that a limit still allows must not end the process: a stack overflow cannot be caught.
    const STACK: usize = 8 << 20;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK).build()?;
    pool.install(|| run(config, home, progress))
}

fn run(config: &Config, home: Option<&Path>, progress: Progress) -> Result<Built> {
    let site = Site::open(config, home, &|holder| progress(Event::Waiting(holder)))?;
    let (theme, mut problems) = Theme::load(config)?;
    let (statics, unpublished) = statics(&theme);
    problems.extend(unpublished);
    if config.site.base_url.is_empty() {
        let note = Problem::note("no-base-url", "without `base_url` there are no feeds and no sitemap");
        problems.push(
            note.file(crate::config::FILE)
                .hint("set it to the address of the site, such as `https://example.org`"),
        );
    }
    let mut load = Load::new(config, progress)?;
    problems.append(&mut load.problems);
    // An article that cannot be rendered after all is set aside, and the plan is made again without it.
    loop {
        let media = Media::new(&load);
        let mut copied = statics.clone();
        copied.extend(
            media.files().map(|(path, source)| Copied { path: path.clone(), source: source.to_string() }),
        );
        let (archive, mut found) = Archive::new(std::mem::take(&mut load.entries), config);
        let kept = Kept { sources: load.kept() };
        let (plan, clashes) = Plan::new(&archive, config, &copied, &site.kept_paths(&kept))?;
        found.extend(clashes);
        let work = pages::Work {
            config,
            theme: &theme,
            archive: &archive,
            plan: &plan,
            media: &media,
            load: &load,
            site: &site,
        };
        let done = work.run(&copied, progress)?;
        if done.failed.is_empty() {
            problems.extend(found);
            problems.extend(content::unused(&load.listing, |name| media.mentions(name)));
            problems.extend(media.problems);
            problems.extend(done.problems);
            problems.append(&mut load.set_aside_problems());
            let mut built = Built {
                articles: archive.count(),
                pages: plan.outputs.len(),
                fingerprints: done.fingerprints,
                withheld: load.withheld,
                set_aside: load.set_aside.into_keys().collect(),
                ..Built::default()
            };
            let changes = site.commit(config, done.staged, &kept)?;
            problems.extend(changes.problems);
            built.written = changes.written;
            built.unchanged = changes.unchanged;
            built.removed = changes.removed;
            problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
            built.problems = problems;
            return Ok(built);
        }
        load.set_aside(archive, done.failed);
    }
}

/// Files of the theme and of `static/`, with the names that cannot be published.
fn statics(theme: &Theme) -> (Vec<Copied>, Vec<Problem>) {
    let mut problems = Vec::new();
    let assets =
        theme.assets.iter().map(|asset| Copied { path: asset.path.clone(), source: asset.label.clone() });
    let mut copied: Vec<Copied> = assets.collect();
    for file in &theme.statics {
        match theme::static_path(file) {
            Ok(path) => copied.push(Copied { path, source: format!("{}/{}", theme::STATIC, file.name) }),
            Err(problem) => problems.push(problem),
        }
    }
    (copied, problems)
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
