//! `data/` → what templates see as `site.data`: registers, biographies and other tables beside the articles.

use super::LIMIT;
use crate::config::Config;
use crate::fs;
use crate::problem::{Fatal, Problem};
use crate::yaml;
use anyhow::Result;
use serde_json::{Map, Value};

/// The folder of data files.
pub const FOLDER: &str = "data";

/// Reads all data files: `data/outlets.csv` is found under `outlets`, `data/people/staff.yaml` under `people`, `staff`.
/// A file that cannot be used is an error, as a template without its data would publish gaps.
pub(super) fn load(config: &Config) -> Result<(Value, Vec<Problem>)> {
    let walk = fs::walk(&config.folder(FOLDER), FOLDER, |name| name.starts_with(['.', '_']))?;
    let (mut data, mut wrong) = (Value::Object(Map::new()), Vec::new());
    let mut problems = walk.problems;
    for file in walk.files {
        let label = format!("{FOLDER}/{}", file.name);
        let (stem, end) = file.name.rsplit_once('.').unwrap_or((&file.name, ""));
        let read = match end.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => from_yaml,
            "json" => from_json,
            "csv" => from_csv,
            _ => {
                let note =
                    Problem::note("unused-file", "not read: data files end in `.yaml`, `.json` or `.csv`");
                problems.push(note.file(label));
                continue;
            }
        };
        let bytes = fs::read(&file.path(), LIMIT)?;
        let value = String::from_utf8(bytes)
            .map_err(|_| Problem::error("data", "the file is not UTF-8 text"))
            .and_then(|text| read(text.trim_start_matches('\u{feff}')));
        let placed = value.and_then(|value| place(&mut data, stem, value));
        wrong.extend(placed.err().map(|problem| problem.file(label)));
    }
    if wrong.is_empty() { Ok((data, problems)) } else { Err(Fatal(wrong).into()) }
}

/// Puts a value under the folders and the name of its file.
fn place(data: &mut Value, stem: &str, value: Value) -> Result<(), Problem> {
    let clash = || {
        let message = format!("another file or folder is `site.data.{}` already", stem.replace('/', "."));
        Problem::error("data", message).hint("rename one of them")
    };
    let mut at = data;
    let (folders, name) = stem.rsplit_once('/').map_or((None, stem), |(folders, name)| (Some(folders), name));
    for folder in folders.into_iter().flat_map(|folders| folders.split('/')) {
        let map = at.as_object_mut().ok_or_else(clash)?;
        at = map.entry(folder).or_insert_with(|| Value::Object(Map::new()));
    }
    let map = at.as_object_mut().ok_or_else(clash)?;
    match map.insert(name.to_string(), value) {
        None => Ok(()),
        Some(_) => Err(clash()),
    }
}

fn from_yaml(text: &str) -> Result<Value, Problem> {
    yaml::typed(text)
        .map_err(|error| Problem::error("data", error.message).at(text, error.line, error.column))
}

fn from_json(text: &str) -> Result<Value, Problem> {
    serde_json::from_str(text).map_err(|error| {
        // The library counts columns in bytes.
        let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
        let before = line.as_bytes().get(..error.column().saturating_sub(1)).unwrap_or(line.as_bytes());
        let column = String::from_utf8_lossy(before).chars().count() + 1;
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        Problem::error("data", message).at(text, Some(error.line().max(1)), Some(column))
    })
}

/// A list of rows, each a mapping from the names in the first line to texts (RFC 4180).
fn from_csv(text: &str) -> Result<Value, Problem> {
    let wrong = |error: &csv::Error| {
        let line = error.position().and_then(|position| usize::try_from(position.line()).ok());
        let message = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("the row has {len} fields, the first line {expected_len}")
            }
            _ => error.to_string(),
        };
        Problem::error("data", message).at(text, line, None)
    };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().map_err(|error| wrong(&error))?.clone();
    if let Some(twice) =
        names.iter().enumerate().find(|(at, name)| names.iter().take(*at).any(|n| n == *name))
    {
        return Err(Problem::error("data", format!("two columns are named `{}`", twice.1)).at(
            text,
            Some(1),
            None,
        ));
    }
    let object = |row: csv::StringRecord| {
        names.iter().zip(&row).map(|(name, value)| (name.to_string(), value.into())).collect()
    };
    let rows = reader.records().map(|row| row.map(object).map(Value::Object).map_err(|error| wrong(&error)));
    rows.collect()
}
