//! Formats that are made on request.

/// A format of feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedFormat {
    /// The Atom Syndication Format (RFC 4287).
    Atom,
    /// RSS 2.0.
    Rss,
    /// JSON Feed 1.1.
    Json,
}

/// What feeds there are, and what is in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feeds {
    /// The formats; none for no feeds.
    pub formats: Vec<FeedFormat>,
    /// Whether entries hold the whole text, instead of a summary.
    pub full: bool,
    /// Entries in a feed.
    pub entries: usize,
    /// Whether archive documents (RFC 5005, section 4) lead back to the first article.
    pub history: bool,
}

/// A format of citations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CitationFormat {
    /// BibTeX, for `biblatex` and older styles.
    Bibtex,
    /// Research Information Systems.
    Ris,
    /// CSL-JSON, the Citation Style Language's.
    Csl,
}

/// A server's list of redirects and removed addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RedirectMap {
    /// `_redirects`, which several static hosts read.
    Netlify,
    /// Locations to be included in a server block of nginx.
    Nginx,
    /// `.htaccess`, for Apache's `mod_rewrite`.
    Apache,
}

/// `feeds` as it is written.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FeedKeys {
    formats: Option<Vec<FeedFormat>>,
    content: Content,
    pub(super) entries: Option<usize>,
    history: Option<bool>,
}

#[derive(Clone, Copy, Default, PartialEq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Content {
    #[default]
    Summary,
    Full,
}

impl FeedKeys {
    pub(super) fn resolve(&self) -> Feeds {
        let all = || vec![FeedFormat::Atom, FeedFormat::Rss, FeedFormat::Json];
        Feeds {
            formats: self.formats.clone().unwrap_or_else(all),
            full: self.content == Content::Full,
            entries: self.entries.unwrap_or(20),
            history: self.history.unwrap_or(true),
        }
    }
}
