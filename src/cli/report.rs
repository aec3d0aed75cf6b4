//! How problems and results are shown: for people on the standard error, as JSON lines on the standard output.

use super::Global;
use crate::problem::{Fatal, Level, Problem};
use annotate_snippets::{AnnotationKind, Element, Level as Shown, Origin, Renderer, Snippet};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A line on the standard error; if that is closed or full, nobody is there to be told.
macro_rules! say {
    ($($text:tt)*) => {
        let _ = writeln!(std::io::stderr().lock(), $($text)*);
    };
}

/// Problems of one kind that people are shown; an archive of 100,000 articles can have as many of them.
const MOST: usize = 10;

/// Where messages go, and whether there were any problems. A copy is the same, for another thread.
#[derive(Clone)]
pub(super) struct Report {
    json: bool,
    quiet: bool,
    styled: bool,
    any: Arc<AtomicBool>,
    /// Whether the program ends with status 1 although no error ended the command.
    failed: Arc<AtomicBool>,
}

/// Problems that come one after the other, as many as there are.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<(Level, &'static str), usize>);

impl Tally {
    /// Shows a problem; people see the first of each kind.
    pub(super) fn add(&mut self, report: &Report, problem: &Problem) {
        report.any.store(true, Ordering::Relaxed);
        if report.json {
            return report.print(&object(problem).to_string());
        }
        let count = self.0.entry((problem.level, problem.code)).or_default();
        *count += 1;
        if (*count <= MOST || problem.level == Level::Error)
            && !(report.quiet && problem.level == Level::Note)
        {
            say!("{}", report.show(problem));
        }
    }

    /// Says how many were not shown.
    pub(super) fn end(&mut self, report: &Report) {
        for ((level, code), count) in std::mem::take(&mut self.0) {
            if count > MOST && level != Level::Error && !(report.quiet && level == Level::Note) {
                say!("{}: {} more `{code}`, all shown by `--json`", level.name(), count - MOST);
            }
        }
    }
}

impl Report {
    pub(super) fn new(global: &Global, no_color: bool) -> Self {
        let styled = !no_color && std::io::stderr().is_terminal();
        Self { json: global.json, quiet: global.quiet, styled, any: Arc::default(), failed: Arc::default() }
    }

    /// Whether people see colours.
    pub(super) fn styled(&self) -> bool {
        self.styled
    }

    /// Whether any problem was reported.
    pub(super) fn any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// The command did its work, but the answer is no, or nobody took it: the program ends with status 1.
    pub(super) fn fail(&self) {
        self.failed.store(true, Ordering::Relaxed);
    }

    /// Whether the program ends with status 1 although no error ended the command.
    pub(super) fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Whether progress and summaries are not wanted.
    pub(super) fn silent(&self) -> bool {
        self.quiet || self.json
    }

    /// Whether results and problems are read by programs.
    pub(super) fn is_for_programs(&self) -> bool {
        self.json
    }

    /// Something people may want to know.
    pub(super) fn line(&self, text: &str) {
        if !self.silent() {
            say!("{text}");
        }
    }

    /// Something about the way in which a command works here that everybody has to know, programs and those who asked
    /// for quiet among them: it is done otherwise than was asked.
    pub(super) fn notice(&self, text: &str) {
        if self.json {
            self.print(&json!({"kind": "note", "message": text}).to_string());
        } else {
            say!("{}: {text}", if self.quiet { "warning" } else { "note" });
        }
    }

    /// Something people have to know, even those who asked for quiet.
    pub(super) fn warning(&self, text: &str) {
        if !self.json {
            say!("warning: {text}");
        }
    }

    /// What a command was asked for: a line for people and programs alike.
    pub(super) fn data(&self, text: &str, value: &serde_json::Value) {
        if self.json { self.print(&value.to_string()) } else { self.print(text) }
    }

    /// A file that a command was asked for, as it is, whether people or programs read it.
    pub(super) fn file(&self, bytes: &[u8]) {
        self.deliver(std::io::stdout().lock().write_all(bytes));
    }

    /// The result of a command, for programs.
    pub(super) fn result(&self, value: &serde_json::Value) {
        if self.json {
            self.print(&value.to_string());
        }
    }

    /// Problems in the order given; people see the first of each kind.
    pub(super) fn problems(&self, problems: &[Problem]) {
        let mut tally = Tally::default();
        for problem in problems {
            tally.add(self, problem);
        }
        tally.end(self);
    }

    /// Why the command failed.
    pub(super) fn failure(&self, error: anyhow::Error) {
        match error.downcast::<Fatal>() {
            Ok(Fatal(problems)) => self.problems(&problems),
            Err(error) if self.json => self.problems(&Fatal::of(error).0),
            Err(error) => {
                say!("error: {}", plain(&error.to_string()));
                for cause in error.chain().skip(1) {
                    say!("  caused by: {}", plain(&cause.to_string()));
                }
            }
        }
    }

    fn print(&self, text: &str) {
        self.deliver(writeln!(std::io::stdout().lock(), "{text}"));
    }

    /// A closed pipe is the reader's choice, not an error.
    fn deliver(&self, printed: std::io::Result<()>) {
        if printed.is_err_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe) {
            self.fail();
        }
    }

    fn show(&self, problem: &Problem) -> String {
        let level = match problem.level {
            Level::Note => Shown::NOTE,
            Level::Warning => Shown::WARNING,
            Level::Error => Shown::ERROR,
        };
        let message = plain(&problem.message);
        let title = level.primary_title(message.as_str());
        let excerpt = problem.line.zip(problem.excerpt.as_deref().filter(|text| !text.is_empty()));
        let place = place(problem);
        let mut elements: Vec<Element> = Vec::new();
        if let Some((line, excerpt)) = excerpt {
            let start =
                problem.column.and_then(|column| excerpt.char_indices().nth(column.saturating_sub(1)));
            let span = start.map_or(excerpt.len()..excerpt.len(), |(at, letter)| at..at + letter.len_utf8());
            let snippet = Snippet::source(excerpt).line_start(line).fold(false);
            let snippet = match problem.column {
                Some(_) => snippet.annotation(AnnotationKind::Primary.span(span)),
                None => snippet,
            };
            // With a page, the place stands in a line of its own: `file:line:column while rendering page`. So it does
            // without a column, as a snippet in which nothing is marked shows its file alone.
            if problem.page.is_some() || problem.column.is_none() {
                elements.extend(place.as_deref().map(|place| Origin::path(place).into()));
                elements.push(snippet.into());
            } else {
                elements.push(snippet.path(problem.file.as_deref().map(plain)).into());
            }
        } else {
            elements.extend(place.as_deref().map(|place| Origin::path(place).into()));
        }
        let hint = problem.hint.as_deref().map(plain);
        if let Some(hint) = &hint {
            elements.push(Shown::HELP.with_name("hint").message(hint.as_str()).into());
        }
        let renderer = if self.styled { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[title.elements(elements)])
    }
}

/// A number of things, with an `s` behind more than one of them.
pub(super) fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// Wrong arguments, for programs: there is no report yet.
pub(super) fn usage(message: &str) {
    let text = message.trim().trim_start_matches("error: ");
    // The lines below the first, up to an empty one, name the arguments that it speaks of.
    let (message, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let problem = object(&Problem::error("usage", one_line(message)).hint(one_line(rest)));
    let _ = writeln!(std::io::stdout().lock(), "{problem}");
}

/// `file:line:column while rendering page`, as far as it is known.
fn place(problem: &Problem) -> Option<String> {
    let mut text = problem.place().as_deref().map(plain).unwrap_or_default();
    if let Some(page) = &problem.page {
        text += if text.is_empty() { "while rendering " } else { " while rendering " };
        text += &plain(page);
    }
    Some(text).filter(|text| !text.is_empty())
}

/// Text from an input, without what a terminal would obey.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

fn object(problem: &Problem) -> serde_json::Value {
    json!({
        "kind": "problem",
        "level": problem.level.name(),
        "code": problem.code,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "page": problem.page,
        "message": problem.message,
        "hint": problem.hint,
    })
}
