//! `backissue import`.

use super::progress::Bytes;
use super::report::{Report, Tally, plain};
use super::{Global, load, millis, pool};
use crate::article::{self, Date};
use crate::config::Flags;
use crate::fs;
use crate::import::{self, Event, Imported, Outcome, Wish};
use crate::problem::{Fatal, Problem};
use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Paths shown in the summary.
const SHOWN: usize = 10;
/// Largest list of addresses in bytes.
const LIST: u64 = 1 << 30;

/// Clean raw files into articles
#[derive(Debug, Args)]
pub(super) struct Import {
    /// Files, folders of them, or `-` for the standard input: text, HTML, WARC, Atom, RSS, JSON Feed, JSON lines or lists,
    /// WordPress exports, also packed (.gz, .zst)
    #[arg(required = true, value_name = "FILE|DIR|-")]
    inputs: Vec<PathBuf>,
    /// Write nothing; with `--json`, print each article
    #[arg(long)]
    dry_run: bool,
    /// Name the outlet of the articles, whatever they say
    #[arg(long, value_name = "NAME")]
    outlet: Option<String>,
    /// Name the language of the articles, whatever they say
    #[arg(long, value_name = "LANG")]
    lang: Option<String>,
    /// Leave out what was published before, or has no date
    #[arg(long, value_name = "DATE", value_parser = Date::parse)]
    since: Option<Date>,
    /// Leave out what was published later, or has no date
    #[arg(long, value_name = "DATE", value_parser = Date::parse)]
    until: Option<Date>,
    /// Replace articles that were edited by hand
    #[arg(long)]
    overwrite: bool,
    /// Write what became of each input to this file, as JSON, one object a line
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Say which of the addresses in this file, one a line, no article is from
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
}

impl Import {
    pub(super) fn run(self, global: &Global, report: &Report) -> Result<()> {
        let start = Instant::now();
        let config = load(Flags::default())?;
        let wish = Wish {
            inputs: self.inputs,
            dry_run: self.dry_run,
            overwrite: self.overwrite,
            outlet: self.outlet.filter(|name| !name.trim().is_empty()),
            lang: self.lang.map(|lang| tag(&lang)).transpose()?,
            since: self.since,
            until: self.until,
            expected: self.expect.as_deref().map(addresses).transpose()?.unwrap_or_default(),
            today: Some(Date::at(config.now, &config.timezone)),
        };
        let out = self.report.as_deref().map(fs::writer).transpose()?;
        let bar = Bytes::new(report);
        let mut desk = Desk { report, tally: Tally::default(), bar: &bar, out, failed: None };
        let imported = pool(global)?.install(|| import::import(&config, &wish, &mut |event| desk.on(event)));
        bar.finish();
        desk.tally.end(report);
        if let Some(out) = &mut desk.out {
            let flushed = out.flush();
            desk.failed = desk.failed.take().or(flushed.err());
        }
        if let (Some(cause), Some(path)) = (desk.failed, &self.report) {
            let problem = Problem::error("system", format!("failed to write `{}`: {cause}", path.display()));
            return Err(Fatal::one(problem));
        }
        let imported = imported?;
        report.result(&result(&imported, millis(start)));
        summary(report, &wish, &imported, start);
        Ok(())
    }
}

/// What is said of an import while it works.
struct Desk<'a> {
    report: &'a Report,
    tally: Tally,
    bar: &'a Bytes<'a>,
    out: Option<Box<dyn Write + Send>>,
    /// Why the file of outcomes could not be written.
    failed: Option<std::io::Error>,
}

impl Desk<'_> {
    fn on(&mut self, event: Event) {
        match event {
            Event::Total(bytes) => self.bar.begin(bytes),
            Event::Read(bytes) => self.bar.show(bytes),
            Event::Problem(problem) => self.bar.aside(|| self.tally.add(self.report, &problem)),
            Event::Article(article, outcome, body, text) => self.report.result(&json!({
                "kind": "article",
                "input": outcome.input,
                "record": outcome.record,
                "front": article::front(article),
                "body": body,
                "text": text,
            })),
            Event::Copies(group) => self.report.result(&json!({
                "kind": "copies",
                "canonical": group.canonical,
                "copies": group.copies,
            })),
            Event::Outcome(outcome) => {
                if let Some(out) = self.out.as_mut().filter(|_| self.failed.is_none()) {
                    self.failed = writeln!(out, "{}", row(outcome)).err();
                }
            }
        }
    }
}

fn row(outcome: &Outcome) -> Value {
    json!({
        "input": Some(outcome.input).filter(|input| !input.is_empty()),
        "record": outcome.record,
        "url": outcome.url,
        "outcome": outcome.outcome,
        "reason": outcome.reason,
        "detail": outcome.detail,
        "file": outcome.file,
    })
}

fn result(imported: &Imported, millis: u64) -> Value {
    json!({
        "kind": "imported",
        "inputs": imported.inputs,
        "articles": imported.articles(),
        "written": imported.written,
        "rewritten": imported.rewritten,
        "unchanged": imported.unchanged,
        "edited": imported.edited.len(),
        "kept_by_hand": imported.edited.len(),
        "rejected": imported.rejected,
        "passed": imported.passed,
        "left_out": imported.left_out,
        "duplicates": imported.duplicates,
        "copies": imported.copies,
        "regrouped": imported.regrouped,
        "undated": imported.undated,
        "missing": imported.missing,
        "millis": millis,
    })
}

fn summary(report: &Report, wish: &Wish, imported: &Imported, start: Instant) {
    for name in imported.written.iter().chain(&imported.rewritten).take(SHOWN) {
        report.line(&format!("  {}", plain(name)));
    }
    let more = (imported.written.len() + imported.rewritten.len()).saturating_sub(SHOWN);
    if more > 0 {
        report.line(&format!("  … and {more} more"));
    }
    let count = |map: &BTreeMap<String, usize>| map.values().sum::<usize>();
    let would = if wish.dry_run { "would be " } else { "" };
    report.line(&format!(
        "{} {would}written, {} {would}rewritten, {} unchanged, {} edited by hand and kept, {} rejected in {:.2} s",
        imported.written.len(),
        imported.rewritten.len(),
        imported.unchanged,
        imported.edited.len(),
        count(&imported.rejected),
        start.elapsed().as_secs_f64()
    ));
    for (what, counts) in [("rejected", &imported.rejected), ("no articles", &imported.passed)] {
        for (reason, count) in counts {
            report.line(&format!("  {what}: {count} × {}", plain(reason)));
        }
    }
    for (count, what) in [
        (imported.duplicates, "duplicates, imported once"),
        (imported.copies, "copies of other articles, with `same_as`"),
        (imported.regrouped.len(), "articles of before with another `same_as`"),
        (imported.undated, "without a date"),
        (imported.left_out, "of another time, left out"),
        (imported.missing, "expected and missing"),
    ] {
        if count > 0 {
            report.line(&format!("  {count} {what}"));
        }
    }
}

fn tag(lang: &str) -> Result<String> {
    import::language(lang).ok_or_else(|| {
        let problem = Problem::error("usage", format!("`--lang {lang}` is not a language tag"));
        Fatal::one(problem.hint("use tags such as `en` or `pt-BR`"))
    })
}

/// The addresses of a list.
fn addresses(path: &Path) -> Result<Vec<String>> {
    let bytes = fs::read(path, LIST)
        .map_err(|error| Fatal::one(Problem::error("usage", format!("{error}: {}", error.cause()))))?;
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    Ok(lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_string).collect())
}
