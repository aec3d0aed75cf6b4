//! `archive.yaml` and flags → [`Config`], once; afterwards it is only read.

mod file;
mod formats;
mod name;
mod permalink;
mod taxonomy;

pub use formats::{CitationFormat, FeedFormat, Feeds, RedirectMap};
pub use permalink::{Permalink, PermalinkPart};
pub use taxonomy::Taxonomy;

use crate::fs;
use crate::problem::{Fatal, Problem};
use anyhow::Result;
use file::File;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The configuration's file name.
pub const FILE: &str = "archive.yaml";
/// Largest configuration, in bytes; it is trusted, but may be the wrong file.
const LIMIT: u64 = 4 << 20;

/// Everything a run was asked for.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "settings that are on or off")]
pub struct Config {
    /// Hash of the file, and of the flags that change what pages look like.
    pub digest: u128,
    /// The project's folder.
    pub root: PathBuf,
    /// Where the site goes.
    pub output: PathBuf,
    /// Take over an output that is another site's.
    pub adopt: bool,
    /// The moment that embargoes, expiries and dates are compared with.
    pub now: Timestamp,
    /// Publish drafts as well.
    pub drafts: bool,
    /// Publish what is dated or embargoed to the future as well.
    pub future: bool,
    /// Site-wide values that templates see.
    pub site: Site,
    /// The time zone in which days begin.
    pub timezone: TimeZone,
    /// Entries on a list's page.
    pub per_page: usize,
    /// Where articles go.
    pub permalink: Permalink,
    /// Which lists have all their articles.
    pub periods: Periods,
    /// The taxonomies, in the order written.
    pub taxonomies: Vec<Taxonomy>,
    /// Foreign front-matter keys and ours, in the order written.
    pub keys: Vec<(String, String)>,
    /// Foreign keys of records to be imported and ours, in the order written.
    pub import_keys: Vec<(String, String)>,
    /// Taxonomy, name, and the name to use instead.
    pub aliases: Vec<(String, Vec<(String, String)>)>,
    /// Feeds.
    pub feeds: Feeds,
    /// Hosts whose old addresses this archive takes over.
    pub own_hosts: Vec<String>,
    /// Lists of redirects for servers.
    pub redirect_maps: Vec<RedirectMap>,
    /// Citations beside each article.
    pub citations: Vec<CitationFormat>,
    /// Whether the articles can be fetched as data: a JSON file a month, and all in one.
    pub downloads: bool,
    /// Whether there is a page for every day of the year.
    pub on_this_day: bool,
    /// Whether there are pages that find articles by their original address.
    pub lookup: bool,
    /// First day of the week: 0 for Monday to 6 for Sunday.
    pub first_weekday: i8,
}

/// What every template sees of the configuration.
#[derive(Clone, Debug, Serialize)]
pub struct Site {
    /// The archive's name.
    pub title: String,
    /// One sentence about it.
    pub description: String,
    /// Address without a slash at the end, such as `https://example.org/archive`; empty if unknown.
    pub base_url: String,
    /// Path of the address without a slash at the end; empty at a host's root.
    pub base_path: String,
    /// BCP 47 tag of the interface and of articles that name none.
    pub lang: String,
    /// Who publishes the archive.
    pub publisher: Option<String>,
    /// Whom to ask: an e-mail address or URL.
    pub contact: Option<String>,
    /// Links of the masthead.
    pub navigation: Vec<Navigation>,
    /// The user's own values.
    pub extra: serde_json::Value,
}

/// A link of the masthead.
#[derive(Clone, Debug, Serialize)]
pub struct Navigation {
    /// Its text.
    pub title: String,
    /// Where it leads; below the base path if it begins with `/`.
    pub url: String,
}

/// Which lists have all their articles, instead of the newest only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four lists, each with an answer of its own")]
pub struct Periods {
    /// The home page.
    pub home: bool,
    /// Year pages.
    pub year: bool,
    /// Month pages.
    pub month: bool,
    /// Day pages.
    pub day: bool,
}

/// What the command line says; everything is optional.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// Where the site goes, instead of `public`.
    pub output: Option<PathBuf>,
    /// Take over an output that is another site's.
    pub adopt: bool,
    /// Address of the site, instead of the configuration's.
    pub base_url: Option<String>,
    /// The moment to build for: a stamp, or a day in the configured time zone.
    pub now: Option<String>,
    /// The clock's answer, used where `now` is absent.
    pub clock: Timestamp,
    /// Publish drafts as well.
    pub drafts: bool,
    /// Publish what lies in the future as well.
    pub future: bool,
}

impl Config {
    /// Reads the configuration of the project in `root`; what cannot be used is an error with all its places.
    pub fn load(root: &Path, flags: &Flags) -> Result<Self> {
        let path = root.join(FILE);
        let text = match fs::kind(&path)? {
            Some(_) => String::from_utf8(fs::read(&path, LIMIT)?)
                .map_err(|_| Fatal::one(Problem::error("config", "the file is not UTF-8 text").file(FILE)))?,
            None if fs::kind(&root.join("content"))? == Some(fs::Kind::Folder) => String::new(),
            None => {
                let message =
                    "this is not a backissue project: there is neither `archive.yaml` nor `content/`";
                let hint = "run `backissue init`, or name the project with `-C DIR`";
                return Err(Fatal::one(Problem::error("config", message).hint(hint)));
            }
        };
        let file = File::parse(text.trim_start_matches('\u{feff}'))?;
        file.resolve(root, flags)
    }

    /// A folder of the project.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}
