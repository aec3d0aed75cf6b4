//! `backissue new`.

use super::load;
use super::report::Report;
use crate::article::{Article, Date, write};
use crate::config::Flags;
use crate::fs;
use crate::import::{Existing, file_name};
use crate::problem::{Fatal, Problem};
use crate::route::Slug;
use anyhow::Result;
use clap::Args;

/// Create an article dated today
#[derive(Debug, Args)]
pub(super) struct New {
    /// The headline
    title: String,
    /// Date it to this moment: `2024-05-01T12:00:00Z` or `2024-05-01` [default: SOURCE_DATE_EPOCH, else the clock]
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
}

impl New {
    pub(super) fn run(self, report: &Report) -> Result<()> {
        let title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() {
            return Err(Fatal::one(Problem::error("usage", "the title is empty")));
        }
        let config = load(Flags { now: self.now, ..Flags::default() })?;
        let date = Date::at(config.now, &config.timezone);
        let slug = Slug::new(&title);
        let month = format!("content/{:04}/{:02}", date.year(), date.month().unwrap_or(1));
        let name = file_name(Some(date), &slug);
        // The folder of the month is where articles of today are; reading all would take its time.
        if !Existing::read(&config, &month)?.is_free(&slug, Some(date))? {
            let message = format!("`{name}`, or an article with its address, exists already");
            return Err(Fatal::one(Problem::error("same-path", message).hint("choose another title")));
        }
        let article = Article {
            title: Some(title),
            date: Some(date),
            slug: Some(slug.to_string()),
            ..Article::default()
        };
        fs::create(&config.root.join(&name), write(&article, "").as_bytes())?;
        report.data(&name, &serde_json::json!({"kind": "created", "file": name}));
        Ok(())
    }
}
