//! File events → "look again". What changed is decided by whoever looks, by the bytes of the files that were named: an
//! event that is doubled or about the wrong file costs a look, never a stale page. Where events may have been lost, all
//! files are looked at.
//!
//! Where the system tells of no events (network and container file systems, a watch limit), time does: every so often
//! somebody looks.

mod kind;
mod roots;

use crate::fs;
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, Watcher as _};
use roots::Roots;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// Editors write, rename and touch in bursts: a burst is over after this time without an event …
const QUIET: Duration = Duration::from_millis(40);
/// … and is not waited for any longer than this.
const LONGEST: Duration = Duration::from_millis(300);
/// More files than an editor saves at once are a checkout or a copy, and what it has not written yet nobody wants to
/// see: it is waited for until there was no event for longer, and much longer altogether.
const FEW: usize = 30;
const QUIET_OF_MANY: Duration = Duration::from_millis(200);
const LONGEST_OF_MANY: Duration = Duration::from_secs(10);
/// A file that is empty was most likely emptied to be written anew, and what it says then nobody wants to see: that is
/// waited for, and after this time it is taken as it is.
const EMPTIED: Duration = Duration::from_millis(1500);
/// A folder may have been filled before it was watched: it is looked at once more.
const SECOND_LOOK: Duration = Duration::from_millis(250);
/// How often a project that is gone, or was moved, is looked for where it was.
const GONE: Duration = Duration::from_millis(500);
/// How often the watched folders are compared with those of their names.
const GLANCE: Duration = Duration::from_secs(2);
/// How often somebody looks where there are no events.
pub const POLL: Duration = Duration::from_secs(1);

/// What to watch, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The project's folder: files directly in it are watched.
    pub project: PathBuf,
    /// Names of folders in it that are watched with all below.
    pub folders: &'static [&'static str],
    /// Names of files in it that are watched where they are, if they are links.
    pub files: &'static [&'static str],
    /// The folder that the site goes to, from the project's: it is not, but somebody looks when it is removed.
    pub output: PathBuf,
    /// Look this often, whatever happens, instead of waiting for events.
    pub poll: Option<Duration>,
}

/// Why somebody should look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Files and folders that something happened to, from the project's folder.
    pub paths: BTreeSet<PathBuf>,
    /// Whether anything else may have changed as well.
    pub all: bool,
}

/// Ends a watch from another thread.
#[derive(Clone, Debug)]
pub struct Stop(Sender<Message>);

impl Stop {
    /// Lets [`Watch::next`] return `None`.
    pub fn stop(&self) {
        // Nobody listens any more: then it has ended.
        let _ = self.0.send(Message::Stop);
    }
}

enum Message {
    Event(notify::Result<Event>),
    Stop,
}

/// A watched project.
pub struct Watch {
    options: Options,
    /// Where the project was in the beginning: whatever is there is the project, even if the old one is elsewhere now.
    home: Option<PathBuf>,
    messages: Receiver<Message>,
    sender: Sender<Message>,
    /// None while polling, or while the project is gone.
    roots: Option<Roots<RecommendedWatcher>>,
    polling: bool,
    /// Which folder the output was when somebody had looked, if it was there.
    output: Option<(u64, u64)>,
    notices: Vec<String>,
    /// When to look though nothing happened.
    later: Option<Instant>,
    /// When the watched folders were last compared with those of their names.
    compared: Instant,
    /// When somebody wants to look whatever happens.
    reminder: Option<Instant>,
}

impl Watch {
    /// Begins to watch. What the system cannot watch is polled, with a notice.
    pub fn new(options: Options) -> Self {
        let (sender, messages) = mpsc::channel();
        // A project that is named by its whole path is found there without more ado.
        let home = Some(&options.project).filter(|project| project.is_relative());
        let home = home.and_then(|project| fs::canonical(project).ok());
        let polling = options.poll.is_some();
        let (roots, output, notices, (later, reminder)) = Default::default();
        let compared = Instant::now();
        let mut watch = Self {
            options,
            home,
            messages,
            sender,
            roots,
            polling,
            output,
            notices,
            later,
            compared,
            reminder,
        };
        if !watch.polling {
            let project = &watch.options.project;
            let names = watch.options.folders.iter().chain(watch.options.files);
            let places = names.map(|name| project.join(name)).chain([project.clone()]);
            match places.into_iter().find_map(|place| kind::polled(&place)) {
                Some(kind) => watch.poll(&format!("{kind} tells of no changes")),
                None => watch.arm(),
            }
        }
        watch
    }

    /// Ends the watch from another thread.
    pub fn stopper(&self) -> Stop {
        Stop(self.sender.clone())
    }

    /// Whether it tells nothing but that time went by.
    pub fn is_polling(&self) -> bool {
        self.polling
    }

    /// What somebody should know, once.
    pub fn notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// Lets somebody look again after a time, whether anything happened or not.
    pub fn remind(&mut self, after: Duration) {
        self.reminder = Some(Instant::now() + after);
    }

    fn wait(&self, batch: &Batch) -> Result<Message, RecvTimeoutError> {
        debug_assert!(batch.is_empty());
        // Not counted from now, or much that happens beside the project would put it off.
        let glance = self.compared + if self.is_away() { GONE } else { GLANCE };
        let next = [self.later, self.reminder].into_iter().flatten().fold(glance, Instant::min);
        self.messages.recv_timeout(next.saturating_duration_since(Instant::now()))
    }

    /// Takes a message in; says whether it was about anything here, or `None` if the watch is to end.
    fn take(&mut self, message: Message, batch: &mut Batch) -> Option<bool> {
        match message {
            Message::Stop => None,
            Message::Event(Ok(event)) => Some(self.heed(&event, batch)),
            Message::Event(Err(error)) => {
                batch.all = true;
                if let Some(limit) = roots::limit(&error) {
                    self.poll(limit);
                }
                Some(true)
            }
        }
    }

    fn heed(&mut self, event: &Event, batch: &mut Batch) -> bool {
        // The queue ran over: what happened meanwhile is not known, and folders may have come that nobody watches.
        let lost = event.need_rescan();
        batch.all |= lost;
        let Some(roots) = self.roots.as_ref() else { return batch.all };
        let mut heeded = lost;
        let known: Option<Vec<Vec<PathBuf>>> = event.paths.iter().map(|path| roots.names(path)).collect();
        let known = known.map(|names| names.concat());
        let came_or_went = !matches!(
            event.kind,
            EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) | EventKind::Access(_)
        );
        let is_file = |path: &PathBuf| self.options.files.iter().any(|file| Path::new(file) == path);
        let is_root = |path: &PathBuf| {
            path.as_os_str().is_empty() || self.is_folder(path) || (is_file(path) && roots.are_others())
        };
        if lost || known.as_ref().is_none_or(|paths| came_or_went && paths.iter().any(is_root)) {
            // A watched folder or link came, went or was replaced, and its watch may be with another one now.
            (batch.all, heeded) = (true, true);
            self.arm();
        }
        for path in known.unwrap_or_default() {
            if self.is_ignored(&path) {
                continue;
            }
            // Nothing is told of what a folder held before it was watched.
            if came_or_went && self.later.is_none() && self.options.project.join(&path).is_dir() {
                self.later = Some(Instant::now() + SECOND_LOOK);
            }
            batch.paths.insert(path);
            heeded = true;
        }
        heeded
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.options.folders.iter().any(|folder| Path::new(folder) == path)
    }

    fn is_ignored(&self, path: &Path) -> bool {
        let hidden = |part: Component| part.as_os_str().to_string_lossy().starts_with('.');
        // Directly in the project, dots begin what tools keep for themselves, the cache among them.
        path.components().next().is_none_or(hidden)
            // A linked folder may hold the project itself.
            || path.components().any(|part| part.as_os_str() == ".git" || part.as_os_str() == ".backissue")
            || path.starts_with(&self.options.output)
    }

    /// Whether the project is watched, but not where it was in the beginning.
    fn is_away(&self) -> bool {
        self.roots.as_ref().is_some_and(|roots| self.home.as_deref().is_some_and(|home| !roots.is_at(home)))
    }

    /// Whether something was put where a project was that is elsewhere now.
    fn is_replaced(&self) -> bool {
        self.is_away() && self.home.as_deref().is_some_and(Path::is_dir)
    }

    /// Goes to where the project was in the beginning, if there is anything: somebody may have moved it or removed it,
    /// with this process in it, and put another there.
    fn go_home(&mut self) {
        let Some(home) = self.home.as_deref().filter(|home| home.is_dir()) else { return };
        let here = fs::canonical(&self.options.project).ok();
        if here.as_deref() != Some(home) && std::env::set_current_dir(home).is_err() {
            // It may not be entered: then this is no place to look at again and again.
            self.home = None;
        }
    }

    /// Which folder the output is.
    fn output_now(&self) -> Option<(u64, u64)> {
        fs::identity(&self.options.project.join(&self.options.output))
    }

    /// Whether the output is gone since somebody looked, or another folder; that is told once.
    fn lost_output(&mut self) -> bool {
        let now = self.output_now();
        self.output.is_some() && std::mem::replace(&mut self.output, now) != now
    }

    /// Time went by without a message; says whether somebody should look.
    fn lapse(&mut self) -> bool {
        let now = Instant::now();
        self.compared = now;
        let is_reminded = self.reminder.take_if(|reminder| *reminder <= now).is_some();
        let is_due = self.later.take_if(|later| *later <= now).is_some() || is_reminded || self.lost_output();
        let stands = |roots: &Roots<_>| !self.is_replaced() && !roots.are_others();
        if self.roots.as_ref().is_some_and(stands) {
            return is_due;
        }
        self.arm();
        // That the project went was seen already: while it stays away there is nothing to look at.
        is_reminded || self.roots.is_some() || self.polling
    }

    /// Watches what there is to watch.
    fn arm(&mut self) {
        self.go_home();
        let sender = self.sender.clone();
        let tell = move |event: notify::Result<Event>| {
            // To read a file changes nothing, and a preview reads what it is asked for. What was written in memory
            // is told of when the file is closed.
            const WRITTEN: AccessKind = AccessKind::Close(AccessMode::Write);
            let is_reading = |event: &Event| matches!(event.kind, EventKind::Access(kind) if kind != WRITTEN);
            if event.as_ref().is_ok_and(is_reading) {
                return;
            }
            // Nobody listens any more: then it does not matter.
            let _ = sender.send(Message::Event(event));
        };
        // As folders that links in them lead to are not read, and to look for them takes as long as all the rest.
        let watcher = RecommendedWatcher::new(tell, notify::Config::default().with_follow_symlinks(false));
        let Options { project, folders, files, .. } = &self.options;
        let armed = watcher.and_then(|watcher| Roots::watch(watcher, project, (folders, files)));
        match armed {
            Ok(roots) => {
                self.later = roots.is_none().then(|| Instant::now() + GONE);
                self.roots = roots;
            }
            Err(error) => self.poll(&roots::limit(&error).map_or_else(|| error.to_string(), str::to_string)),
        }
    }

    fn poll(&mut self, reason: &str) {
        (self.roots, self.polling) = (None, true);
        let every = POLL.as_millis();
        self.notices.push(format!("{reason}; looking for changes every {every} ms instead"));
    }

    /// Takes in what comes until it is quiet; `None` if the watch is to end.
    fn burst(&mut self, batch: &mut Batch) -> Option<()> {
        let start = Instant::now();
        let (mut end, mut latest) = (start + QUIET, start + LONGEST);
        while let Ok(message) = self.messages.recv_timeout(end.saturating_duration_since(Instant::now())) {
            if self.take(message, batch)? {
                let (quiet, longest) =
                    if batch.paths.len() > FEW { (QUIET_OF_MANY, LONGEST_OF_MANY) } else { (QUIET, LONGEST) };
                latest = start + longest;
                end = latest.min(Instant::now() + quiet);
            }
            if Instant::now() >= latest {
                break;
            }
        }
        Some(())
    }

    /// Whether one of the project's files that something happened to is empty. Hidden ones often are.
    fn is_being_written(&self, batch: &Batch) -> bool {
        let is_hidden =
            |path: &Path| path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        let is_empty =
            |path: &&PathBuf| !is_hidden(path) && fs::is_empty_file(&self.options.project.join(path));
        let is_ours = |path: &&PathBuf| {
            self.options.folders.iter().chain(self.options.files).any(|name| path.starts_with(name))
        };
        batch.paths.iter().filter(is_ours).any(|path| is_empty(&path))
    }

    /// One turn of polling.
    fn tick(&mut self) -> Option<Batch> {
        let end = Instant::now() + self.options.poll.unwrap_or(POLL);
        let end = self.reminder.take().map_or(end, |reminder| end.min(reminder));
        loop {
            match self.messages.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(Message::Stop) => return None,
                Ok(Message::Event(_)) => {}
                Err(_) => break,
            }
        }
        self.go_home();
        Some(Batch { all: true, ..Batch::default() })
    }
}

impl Iterator for Watch {
    type Item = Batch;

    /// Waits until somebody should look; `None` if it was stopped.
    fn next(&mut self) -> Option<Batch> {
        // Whoever looked may have made it; what is gone by now was removed meanwhile.
        self.output = self.output_now().or(self.output);
        if self.polling {
            return self.tick();
        }
        let mut batch = Batch::default();
        loop {
            let message = match self.wait(&batch) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) if !self.lapse() => continue,
                Err(RecvTimeoutError::Timeout) => {
                    batch.all = true;
                    break;
                }
                Err(RecvTimeoutError::Disconnected) => return None,
            };
            if self.take(message, &mut batch)? {
                break;
            }
        }
        let start = Instant::now();
        self.burst(&mut batch)?;
        while start.elapsed() < EMPTIED && self.is_being_written(&batch) {
            self.burst(&mut batch)?;
        }
        Some(batch)
    }
}

impl Batch {
    /// Takes another in.
    pub fn add(&mut self, other: &Self) {
        self.paths.extend(other.paths.iter().cloned());
        self.all |= other.all;
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty() && !self.all
    }
}
