//! Tera's errors → problems with a place.

use super::{PREFIX, Source};
use crate::problem::Problem;
use std::collections::BTreeMap;
use tera::ErrorKind;

pub(super) fn from_tera(error: &tera::Error, sources: &BTreeMap<String, Source>) -> Problem {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let span = report.span();
            let place = (report.filename(), Some(span.start_line), Some(span.start_col + 1));
            located(report.message(), place, sources)
        }
        ErrorKind::MissingParent { current, parent } => {
            let line = sources
                .get(current)
                .and_then(|source| source.text.lines().position(|line| line.contains(parent)));
            let message = format!("the template extends `{parent}`, which does not exist");
            located(&message, (current, line.map(|line| line + 1), line.map(|_| 1)), sources)
        }
        _ => from_text(&error.to_string(), sources),
    }
}

fn located(
    message: &str,
    (name, line, column): (&str, Option<usize>, Option<usize>),
    sources: &BTreeMap<String, Source>,
) -> Problem {
    let source = sources.get(name).or_else(|| sources.get(&format!("{PREFIX}{name}")));
    let problem = Problem::error("template", lower_first(message.trim()));
    let problem = match source {
        Some(source) => problem.file(source.label.clone()).at(&source.text, line, column),
        None => problem.file(format!("{}/{name}", super::FOLDER)).at("", line, column),
    };
    match hint(message) {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// Some errors are only text, with a line `--> name:line:column` in it.
fn from_text(text: &str, sources: &BTreeMap<String, Source>) -> Problem {
    let message =
        text.lines().map(|line| line.trim().trim_start_matches("error: ")).find(|line| !line.is_empty());
    let arrow = text.lines().find_map(|line| line.trim().strip_prefix("--> "));
    let mut parts = arrow.unwrap_or_default().trim().rsplitn(3, ':');
    let column = parts.next().and_then(|part| part.parse().ok());
    let line = parts.next().and_then(|part| part.parse().ok());
    let name = parts.next().unwrap_or_default();
    let message = message.unwrap_or(text);
    if name.is_empty() {
        return Problem::error("template", lower_first(message));
    }
    located(message, (name.trim_start_matches('['), line, column), sources)
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn hint(message: &str) -> Option<&'static str> {
    let lower = message.to_lowercase();
    if lower.contains("not defined") || lower.contains("undefined") {
        return Some("the reference in `README.md` lists what each template can use");
    }
    lower.contains("unknown filter").then_some("filters are those built into Tera 2")
}
