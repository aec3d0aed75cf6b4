//! The same reading as an import's, of records that are told about and not filed.

use super::{Wish, desk, said};
use crate::clean::{self, Explanation, Statement};
use crate::config::Config;
use crate::problem::Problem;
use crate::raw::{self, Found, Input, RawArticle, Record, Settings};
use anyhow::Result;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A record that was looked at.
pub struct Explained<'a> {
    /// The file, as it was called.
    pub input: &'a str,
    /// What the record is called in it.
    pub record: Option<&'a str>,
    /// How it is cleaned, or why it is not.
    pub found: std::result::Result<Explanation, String>,
}

/// Tells how the records of files are cleaned, in their order; gives what could not be looked at. Of `wish`, the inputs
/// and the day of today count.
pub fn explain(config: &Config, wish: &Wish, say: &mut dyn FnMut(Explained)) -> Result<Vec<Problem>> {
    let (inputs, mut problems) = raw::list(&wish.inputs, &super::own(config))?;
    let settings = Settings { keys: Arc::new(config.import_keys.clone()), ..Settings::default() };
    let mut filled = BTreeSet::new();
    for input in &inputs {
        for found in raw::records(input, &settings) {
            filled.extend(input.folder.filter(|_| !matches!(found, Found::Unknown)));
            let (record, found) = match found {
                Found::Record(record) => of(input, *record, config, wish),
                Found::Passed(unread) | Found::Broken(unread) => (unread.record, Err(unread.reason)),
                Found::Moved(..) => continue,
                Found::Unknown => (None, Err("it is of no kind that is imported".to_string())),
            };
            say(Explained { input: &input.shown, record: record.as_deref(), found });
        }
    }
    let empty = wish.inputs.iter().enumerate().filter(|(at, _)| !filled.contains(at));
    problems.extend(empty.filter_map(|(_, root)| desk::nothing_in(root)));
    Ok(problems)
}

/// What a record is called, and how it is cleaned.
fn of(
    input: &Input,
    record: Record,
    config: &Config,
    wish: &Wish,
) -> (Option<String>, std::result::Result<Explanation, String>) {
    match record.read(input) {
        Ok(raw) => {
            let found = explained(&raw, config, wish).map_err(|rejected| rejected.reason().to_string());
            (raw.record(input).map(str::to_string), found)
        }
        Err(unread) => (unread.record, Err(unread.reason)),
    }
}

/// How a record is cleaned, with what its file says where it says nothing itself.
fn explained(
    raw: &RawArticle,
    config: &Config,
    wish: &Wish,
) -> std::result::Result<Explanation, clean::Rejected> {
    let mut found = clean::explain(raw, wish.today)?;
    let clean::Cleaned { mut article, text, .. } = clean::clean(raw, wish.today)?;
    let mut known = clean::stated(&article, clean::SAID);
    said::add(&mut article, &raw.said, wish);
    tell(&mut found, &mut known, clean::stated(&article, clean::SAID));
    said::add_language(&mut article, &text, &config.site.lang);
    tell(&mut found, &mut known, clean::stated(&article, "its own words"));
    Ok(found)
}

/// Adds the statements that are not known yet, in the place of those that they are better than.
fn tell(found: &mut Explanation, known: &mut Vec<Statement>, statements: Vec<Statement>) {
    for statement in statements {
        let is_same = |it: &Statement| (it.name, &it.value) == (statement.name, &statement.value);
        if !known.iter().any(is_same) {
            found.statements.retain(|it| it.name != statement.name);
            found.statements.push(statement.clone());
            known.push(statement);
        }
    }
}
