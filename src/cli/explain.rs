//! `backissue explain`.

use super::load;
use super::report::{Report, plain};
use crate::article::Date;
use crate::clean::{Judged, Statement};
use crate::config::Flags;
use crate::import::{self, Explained, Wish};
use crate::problem::{Fatal, Problem};
use anyhow::Result;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Letters of a block that are shown.
const SHOWN: usize = 90;

/// Show why a raw file is cleaned as it is, block by block
#[derive(Debug, Args)]
#[command(
    after_help = "A line for each block: `+` if it is in the body, `-` if not, its score from 0 to 1 if it has one, \
    what it is, how it begins, and why. Each record is looked at by itself: what others of its outlet hold is not asked. \
    Nothing is written."
)]
pub(super) struct Explain {
    /// What `import` reads; of files with several records, all are shown
    #[arg(required = true, value_name = "FILE|DIR|-")]
    inputs: Vec<PathBuf>,
    /// Show only this record, as the report of an import calls it
    #[arg(long, value_name = "NAME")]
    record: Option<String>,
}

impl Explain {
    pub(super) fn run(self, report: &Report) -> Result<()> {
        let config = load(Flags::default())?;
        let today = Some(Date::at(config.now, &config.timezone));
        let wish = Wish { inputs: self.inputs, today, ..Wish::default() };
        let mut shown = self.record.is_none();
        let problems = import::explain(&config, &wish, &mut |explained| {
            if self.record.is_none() || self.record.as_deref() == explained.record {
                shown = true;
                show(report, &explained);
            }
        })?;
        report.problems(&problems);
        match self.record.filter(|_| !shown) {
            Some(record) => {
                Err(Fatal::one(Problem::error("usage", format!("there is no record `{record}`"))))
            }
            None => Ok(()),
        }
    }
}

fn show(report: &Report, explained: &Explained) {
    let Explained { input, record, found } = explained;
    let place = json!({ "input": input, "record": record });
    let tell = |kind: &str, text: &str, facts: serde_json::Value| {
        let mut object = place.clone();
        object["kind"] = kind.into();
        for (key, value) in facts.as_object().into_iter().flatten() {
            object[key] = value.clone();
        }
        report.data(text, &object);
    };
    let name = record.map_or_else(|| (*input).to_string(), |record| format!("{input}#{record}"));
    let reason = found.as_ref().err();
    let text = match reason {
        Some(reason) => format!("{}: no article: {}", plain(&name), plain(reason)),
        None => plain(&name),
    };
    tell("explained", &text, json!({ "rejected": reason }));
    for it in found.iter().flat_map(|found| &found.statements) {
        let Statement { name, value, origin } = it;
        let text = format!("    {name}: {} ({origin})", plain(value));
        tell("statement", &text, json!({ "name": name, "value": value, "origin": origin }));
    }
    for it in found.iter().flat_map(|found| &found.blocks) {
        let Judged { kind, text, score, kept, reason, facts } = it;
        let facts = json!({
            "block": kind, "text": text, "score": score, "kept": kept, "reason": reason, "facts": facts,
        });
        tell("block", &line(it), facts);
    }
}

fn line(block: &Judged) -> String {
    let mut words = plain(&block.text.split_whitespace().collect::<Vec<_>>().join(" "));
    if let Some((end, _)) = words.char_indices().nth(SHOWN) {
        words.truncate(end);
        words.push('…');
    }
    let score = block.score.map_or("    ".to_string(), |score| format!("{score:.2}"));
    let facts: Vec<&str> =
        std::iter::once(block.reason).chain(block.facts.iter().map(String::as_str)).collect();
    let mark = if block.kept { '+' } else { '-' };
    format!("  {mark} {score} {:<10} {words}\n         {}", block.kind, plain(&facts.join(", ")))
}
