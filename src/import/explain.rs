//! The same reading as an import's, of records that are told about and not filed.

use super::Wish;
use crate::clean::{self, Explanation};
use crate::config::Config;
use crate::problem::Problem;
use crate::raw::{self, Found, Input, Record, Settings};
use anyhow::Result;
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
    let (inputs, problems) = raw::list(&wish.inputs, &super::own(config))?;
    let settings = Settings { keys: Arc::new(config.import_keys.clone()), ..Settings::default() };
    for input in &inputs {
        for found in raw::records(input, &settings) {
            let (record, found) = match found {
                Found::Record(record) => of(input, *record, wish),
                Found::Passed(unread) | Found::Broken(unread) => (unread.record, Err(unread.reason)),
                Found::Moved(..) => continue,
                Found::Unknown => (None, Err("it is of no kind that is imported".to_string())),
            };
            say(Explained { input: &input.shown, record: record.as_deref(), found });
        }
    }
    Ok(problems)
}

/// What a record is called, and how it is cleaned.
fn of(
    input: &Input,
    record: Record,
    wish: &Wish,
) -> (Option<String>, std::result::Result<Explanation, String>) {
    match record.read(input) {
        Ok(raw) => {
            let found = clean::explain(&raw, wish.today).map_err(|rejected| rejected.reason().to_string());
            (raw.record(input).map(str::to_string), found)
        }
        Err(unread) => (unread.record, Err(unread.reason)),
    }
}
