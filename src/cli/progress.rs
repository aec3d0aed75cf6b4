//! A bar on work longer than a second on a terminal, plain lines otherwise.

use super::report::Report;
use crate::build::{Event, Stage};
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two plain lines.
const LINES: Duration = Duration::from_secs(5);
/// Steps between two looks at the clock.
const STRIDE: usize = 64;

/// The progress of one build.
pub(super) struct Bar<'a> {
    report: &'a Report,
    terminal: bool,
    started: Instant,
    drawn: ProgressBar,
    done: AtomicUsize,
    stage: Mutex<Current>,
}

struct Current {
    name: &'static str,
    total: usize,
    told: Option<Instant>,
}

impl<'a> Bar<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{msg:>15} {wide_bar} {human_pos}/{human_len}") {
            bar.set_style(style.progress_chars("━╸─"));
        }
        Self {
            report,
            terminal: std::io::stderr().is_terminal(),
            started: Instant::now(),
            drawn: bar,
            done: AtomicUsize::new(0),
            stage: Mutex::new(Current { name: "", total: 0, told: None }),
        }
    }

    /// Takes note of an event; may be called from any thread.
    pub(super) fn on(&self, event: Event) {
        match event {
            // Who holds it may not have said its name yet.
            Event::Waiting("") => self.report.line("waiting for another build"),
            Event::Waiting(holder) => self.report.line(&format!("waiting for another build ({holder})")),
            Event::Said(text) => self.report.line(&format!("note: {text}")),
            Event::Stage(stage, total) => self.begin(stage, total),
            Event::Step => {
                let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
                if done.is_multiple_of(STRIDE) && self.started.elapsed() > PATIENCE {
                    self.show(done);
                }
            }
        }
    }

    pub(super) fn finish(&self) {
        self.drawn.finish_and_clear();
    }

    fn begin(&self, stage: Stage, total: usize) {
        self.done.store(0, Ordering::Relaxed);
        let name = match stage {
            Stage::Reading => "reading",
            Stage::Following => "following links",
            Stage::Rendering => "rendering",
        };
        if let Ok(mut current) = self.stage.lock() {
            (current.name, current.total) = (name, total);
        }
        self.drawn.reset();
        self.drawn.set_length(total as u64);
        self.drawn.set_message(name);
    }

    fn show(&self, done: usize) {
        if self.report.silent() {
            return;
        }
        if self.terminal {
            if self.drawn.is_hidden() {
                self.drawn.set_draw_target(ProgressDrawTarget::stderr());
            }
            return self.drawn.set_position(done as u64);
        }
        let Ok(mut current) = self.stage.try_lock() else { return };
        if current.told.is_none_or(|told| told.elapsed() > LINES) {
            current.told = Some(Instant::now());
            self.report.line(&format!("{}: {done} of {}", current.name, current.total));
        }
    }
}

/// The progress of reading bytes, with rate and time left.
pub(super) struct Bytes<'a> {
    report: &'a Report,
    terminal: bool,
    started: Instant,
    drawn: ProgressBar,
    told: Mutex<Option<Instant>>,
}

impl<'a> Bytes<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        Self {
            report,
            terminal: std::io::stderr().is_terminal(),
            started: Instant::now(),
            drawn: ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()),
            told: Mutex::new(None),
        }
    }

    /// Sets how many bytes there are; none if nobody knows.
    pub(super) fn begin(&self, total: u64) {
        let (template, total) = match total {
            0 => ("importing {bytes} ({bytes_per_sec})", None),
            total => {
                ("importing {wide_bar} {bytes}/{total_bytes} ({bytes_per_sec}, {eta} left)", Some(total))
            }
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.drawn.set_style(style.progress_chars("━╸─"));
        }
        if let Some(total) = total {
            self.drawn.set_length(total);
        }
    }

    /// Takes note of how many were read.
    pub(super) fn show(&self, read: u64) {
        if self.report.silent() || self.started.elapsed() < PATIENCE {
            return;
        }
        if self.terminal {
            if self.drawn.is_hidden() {
                self.drawn.set_draw_target(ProgressDrawTarget::stderr());
            }
            return self.drawn.set_position(read);
        }
        let Ok(mut told) = self.told.try_lock() else { return };
        if told.is_none_or(|told| told.elapsed() > LINES) {
            *told = Some(Instant::now());
            self.drawn.set_position(read);
            let seconds = self.started.elapsed().as_secs().max(1);
            let rate = read / seconds;
            let left = self.drawn.length().map(|total| total.saturating_sub(read) / rate.max(1));
            let left = left.map(|left| format!(", {left} s left")).unwrap_or_default();
            let (read, rate) = (HumanBytes(read), HumanBytes(rate));
            self.report.line(&format!("importing: {read} read, {rate}/s{left}"));
        }
    }

    /// Writes something else on the terminal.
    pub(super) fn aside(&self, write: impl FnOnce()) {
        self.drawn.suspend(write);
    }

    pub(super) fn finish(&self) {
        self.drawn.finish_and_clear();
    }
}
