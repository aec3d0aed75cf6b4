//! Flags that say which site a command is about: its address, its moment, its articles.

use crate::config::Flags;
use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Selection {
    /// Address of the site, instead of the configured one
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Build for this moment: `2024-05-01T12:00:00Z` or `2024-05-01` [default: SOURCE_DATE_EPOCH, else the clock]
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// Publish drafts as well
    #[arg(long)]
    drafts: bool,
    /// Publish articles that are dated or embargoed to the future as well
    #[arg(long)]
    future: bool,
}

impl From<Selection> for Flags {
    fn from(selection: Selection) -> Self {
        let Selection { base_url, now, drafts, future } = selection;
        Self { base_url, now, drafts, future, ..Self::default() }
    }
}
