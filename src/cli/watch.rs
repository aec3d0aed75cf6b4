//! `backissue watch`.

use super::build::{Target, summary, tell_withheld};
use super::progress::Bar;
use super::report::{Report, counted, plain};
use super::{Global, home, load, millis, run};
use crate::archive::Reason;
use crate::build::{self, Built, Event, Run, Session, Unfinished};
use crate::config::{Config, FILE, Flags};
use crate::problem::{Fatal, Level, Problem};
use crate::publish;
use crate::watch::{Batch, Options, Watch};
use anyhow::Result;
use clap::Args;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// When to look again at an article that is being written.
pub(super) const AGAIN: Duration = Duration::from_millis(500);
/// An output of ours without its manifest is most likely being removed just now: a build that fails meanwhile is tried
/// again until this time went by.
const REMOVING: Duration = Duration::from_secs(2);

/// Folders of a project that a site is made from.
pub(super) const FOLDERS: [&str; 4] = ["content", "templates", "static", "data"];

/// Build the site again whenever something changes
#[derive(Debug, Args)]
pub(super) struct WatchCommand {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    polling: Polling,
}

/// How changes are found.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Polling {
    /// Look for changes every so many milliseconds, where the file system does not tell of them
    #[arg(long, value_name = "MS", num_args = 0..=1, default_missing_value = "1000", require_equals = true,
        value_parser = clap::value_parser!(u64).range(20..=3_600_000))]
    poll: Option<u64>,
}

impl Polling {
    /// A watch on the project that the program was started in; `output` is never watched.
    pub(super) fn watch(self, output: &Path) -> Watch {
        Watch::new(Options {
            project: PathBuf::from("."),
            folders: &FOLDERS,
            files: &[FILE],
            output: output.strip_prefix(".").unwrap_or(output).to_path_buf(),
            poll: self.poll.map(Duration::from_millis),
        })
    }
}

impl WatchCommand {
    pub(super) fn run(self, global: &Global, report: &Report) -> Result<()> {
        let output = self.target.output().to_path_buf();
        let flags = Flags::from(self.target);
        let home = home();
        let run = Run { patient: true, ..run(global, home.as_deref()) };
        // First the watch, then the build: nothing that happens in between is lost.
        let mut watch = self.polling.watch(&output);
        stop_on_interrupt(&watch)?;
        let (mut session, mut told, mut doubt) = (Session::new(run), Told::default(), Doubt::default());
        let mut settings = Settings::default();
        // What happened since the last build that worked; before the first, all is new.
        let mut since = Batch { all: true, ..Batch::default() };
        let mut batch = Some(Batch::default());
        while let Some(changed) = batch {
            since.add(&changed);
            watch.notices().iter().for_each(|notice| report.notice(notice));
            let start = Instant::now();
            let bar = Bar::new(report);
            // The clock goes on: an embargo may have ended since the last look.
            let paths = Some(&since.paths).filter(|_| !since.all);
            let built = settings.load(&flags).and_then(|config| {
                let progress = |event: Event| bar.on(event);
                // Who looks every so often is not told what changed, and needs nothing to go on from.
                if watch.is_polling() {
                    build::build(&config, &run, &progress)
                } else {
                    session.build(&config, paths, &progress)
                }
            });
            bar.finish();
            if built.is_ok() {
                (since, doubt) = (Batch::default(), Doubt::default());
            }
            if built.as_ref().is_err_and(anyhow::Error::is::<Unfinished>) {
                watch.remind(AGAIN);
            } else if built.is_err() && told.any && doubt.is_worth_a_look(&output) {
                watch.remind(REMOVING);
            } else {
                told.tell(built, &changed, start, report);
            }
            batch = watch.next();
        }
        Ok(())
    }
}

/// Ends a watch when the user asks for it; what is being written is finished first.
pub(super) fn stop_on_interrupt(watch: &Watch) -> Result<()> {
    let stop = watch.stopper();
    ctrlc::set_handler(move || stop.stop()).map_err(|error| {
        Fatal::one(Problem::error("system", format!("failed to listen for Ctrl-C: {error}")))
    })
}

/// The configuration of a project that is watched.
#[derive(Default)]
pub(super) struct Settings {
    /// Whether there was a file of it.
    had: bool,
}

impl Settings {
    /// Reads it. A project may do without one, but if it was there and is gone, another site would be published.
    pub(super) fn load(&mut self, flags: &Flags) -> Result<Config> {
        let is_there = Path::new(FILE).exists();
        self.had |= is_there;
        if self.had && !is_there {
            let hint = "put it back; to publish the site without it, end this and begin again";
            return Err(Fatal::one(
                Problem::error("config", format!("`{FILE}` is gone")).file(FILE).hint(hint),
            ));
        }
        load(flags.clone())
    }
}

/// Since when there is no manifest where a site was published.
#[derive(Default)]
struct Doubt(Option<Instant>);

impl Doubt {
    /// Whether to look again at an output into which a build failed before anybody is told.
    fn is_worth_a_look(&mut self, output: &Path) -> bool {
        if publish::is_listed(output) {
            self.0 = None;
            return false;
        }
        self.0.get_or_insert_with(Instant::now).elapsed() < REMOVING
    }
}

/// What was said already; a look that finds nothing new is not worth a line.
#[derive(Default)]
struct Told {
    problems: Vec<Problem>,
    withheld: BTreeMap<Reason, Vec<String>>,
    any: bool,
}

impl Told {
    /// One summary line a batch, and problems that were not told before.
    fn tell(&mut self, built: Result<Built>, batch: &Batch, start: Instant, report: &Report) {
        let (built, problems) = match built {
            Ok(mut built) => {
                let problems = std::mem::take(&mut built.problems);
                (Some(built), problems)
            }
            // What is wrong can be mended while the watch goes on, be it a disk that is full.
            Err(error) => (None, Fatal::of(error).0),
        };
        let news = self.tell_problems(problems, report);
        match built {
            None if news && self.any => report.line("nothing was published; the last good site stays"),
            None if news => report.line("nothing is published yet"),
            Some(built) if built.written + built.removed > 0 || news || !self.any => {
                let changed = if self.any { changed(&built, batch) } else { BTreeSet::new() };
                self.any = true;
                if self.withheld != built.withheld {
                    tell_withheld(&built, report);
                    self.withheld.clone_from(&built.withheld);
                }
                let mut result = summary(&built, millis(start));
                result["changed"] = changed.iter().map(String::as_str).collect();
                report.result(&result);
                report.line(&line(&built, &in_words(&changed), start));
            }
            // Who saved something waits for an answer.
            _ if self.problems.iter().any(|problem| problem.level == Level::Error) => {
                let names = names(batch);
                if !names.is_empty() {
                    let same = match self.problems.len() {
                        1 => "the same problem as before".to_string(),
                        count => format!("the same {count} problems as before"),
                    };
                    report.line(&format!("{names}: {same}"));
                }
            }
            _ => {}
        }
    }

    /// Tells the problems that are new, and how many more there are; programs are told all. Says whether they are not
    /// those of before.
    fn tell_problems(&mut self, problems: Vec<Problem>, report: &Report) -> bool {
        if self.problems == problems {
            return false;
        }
        let before: HashSet<Problem> = std::mem::replace(&mut self.problems, problems).into_iter().collect();
        let (old, new): (Vec<_>, Vec<_>) =
            self.problems.iter().cloned().partition(|problem| before.contains(problem));
        if report.is_for_programs() {
            report.problems(&self.problems);
        } else {
            report.problems(&new);
            if !old.is_empty() {
                report.line(&format!("{} as before", counted(old.len(), "problem")));
            }
        }
        true
    }
}

fn line(built: &Built, changed: &str, start: Instant) -> String {
    let changed = if changed.is_empty() { String::new() } else { format!("{changed}: ") };
    format!(
        "{changed}{} written, {} unchanged, {} removed in {:.2} s",
        built.written,
        built.unchanged,
        built.removed,
        start.elapsed().as_secs_f64()
    )
}

/// What a build made something new of: articles and copied files by their bytes, and of templates and settings what was
/// saved, if anybody told.
fn changed(built: &Built, batch: &Batch) -> BTreeSet<String> {
    let is_compared = |name: &String| name.starts_with("content") || name.starts_with("static");
    let saved = named(batch).into_iter().filter(|name| !is_compared(name));
    built.changed.iter().cloned().chain(saved).collect()
}

/// What was saved, in a few words.
pub(super) fn names(batch: &Batch) -> String {
    in_words(&named(batch))
}

/// What was saved; what editors leave for a moment is none of it, and a folder of which files are known goes without
/// saying.
fn named(batch: &Batch) -> BTreeSet<String> {
    let is_passing = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_probe = name.contains(".tmp") || name.bytes().all(|byte| byte.is_ascii_digit());
        name.starts_with(['.', '#']) || name.ends_with('~') || (is_probe && !path.exists())
    };
    let is_ours =
        |path: &Path| path == Path::new(FILE) || FOLDERS.iter().any(|folder| path.starts_with(folder));
    let ours = batch.paths.iter().filter(|path| is_ours(path) && !is_passing(path));
    // In this order, what lies in a folder comes right behind it.
    let mut ours = ours.peekable();
    let mut named = BTreeSet::new();
    while let Some(path) = ours.next() {
        if ours.peek().is_none_or(|next| !next.starts_with(path)) {
            named.insert(path.to_string_lossy().replace('\\', "/"));
        }
    }
    named
}

fn in_words(names: &BTreeSet<String>) -> String {
    /// Names in a line.
    const SHOWN: usize = 3;
    let more = names.len().saturating_sub(SHOWN);
    let mut text = names.iter().take(SHOWN).map(|name| plain(name)).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text += &format!(" and {more} more");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_named_in_a_few_words() {
        let batch = |paths: &[&str]| Batch { paths: paths.iter().map(PathBuf::from).collect(), all: false };
        assert_eq!(names(&batch(&["content/a.md", "content/.a.md.swp", "content/a.md~"])), "content/a.md");
        let many =
            names(&batch(&["content/a.md", "content/b.md", "content/c.md", "content/d.md", "data/e.csv"]));
        assert_eq!(many, "content/a.md, content/b.md, content/c.md and 2 more");
        assert_eq!(names(&batch(&["static/CNAME", "static/_headers"])), "static/CNAME, static/_headers");
        assert_eq!(names(&batch(&["content/4913", "content/f", "content/f/a.md"])), "content/f/a.md");
        assert_eq!(names(&batch(&["content/f", "content/ff", "log.txt"])), "content/f, content/ff");
        assert_eq!(names(&Batch { all: true, ..Batch::default() }), "");
    }
}
