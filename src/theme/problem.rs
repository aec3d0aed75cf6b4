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
            named(&format!("the template extends `{parent}`, which does not exist"), current, parent, sources)
        }
        ErrorKind::CircularExtend { tpl, inheritance_chain } => {
            let chain: Vec<&str> =
                std::iter::once(tpl).chain(inheritance_chain).map(String::as_str).collect();
            circle("extend", &chain, sources)
        }
        ErrorKind::CircularInclude { include_chain, .. } => {
            let chain: Vec<&str> = include_chain.iter().map(String::as_str).collect();
            circle("include", &chain, sources)
        }
        _ => from_text(&error.to_string(), sources),
    }
}

/// A chain of templates that ends with one it has already met; the last step of the user's own is the one to mend.
fn circle(verb: &str, chain: &[&str], sources: &BTreeMap<String, Source>) -> Problem {
    let last = chain.last().copied().unwrap_or_default();
    let met = chain.iter().position(|name| *name == last).unwrap_or(0);
    let steps = || chain[met..].windows(2).rev();
    let own = steps().find(|step| !step[0].starts_with(PREFIX)).or_else(|| steps().next());
    let (from, to) = own.map_or((last, last), |step| (step[0], step[1]));
    let message = if from == to {
        format!("the template {verb}s itself")
    } else {
        format!("templates {verb} each other in a circle: {}", chain[met..].join(" → "))
    };
    named(&message, from, to, sources)
}

/// A problem at the place where one template names another.
fn named(message: &str, current: &str, other: &str, sources: &BTreeMap<String, Source>) -> Problem {
    let other = other.strip_prefix(PREFIX).unwrap_or(other);
    let column = |line: &str| {
        let names = [PREFIX, ""]
            .into_iter()
            .flat_map(|prefix| ['"', '\''].map(|quote| format!("{quote}{prefix}{other}{quote}")));
        let at = names.filter_map(|name| line.find(&name)).min()?;
        Some(line[..at].chars().count() + 1)
    };
    let place = sources.get(current).and_then(|source| {
        source.text.lines().enumerate().find_map(|(at, line)| Some((at + 1, column(line)?)))
    });
    located(message, (current, place.map(|place| place.0), place.map(|place| place.1)), sources)
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
