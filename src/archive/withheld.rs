//! Which articles are not published, and why.

use crate::article::{Article, Status};
use crate::config::Config;

/// Why an article is not published (yet, or any more).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// `status: draft`.
    Draft,
    /// Its date lies in the future.
    Future,
    /// Its embargo has not ended.
    Embargo,
    /// Its `expires` has come.
    Expired,
    /// It was taken down.
    Removed,
}

impl Reason {
    /// All reasons, in the order of messages.
    pub const ALL: [Self; 5] = [Self::Draft, Self::Future, Self::Embargo, Self::Expired, Self::Removed];

    /// The reason's name in messages and in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Future => "future",
            Self::Embargo => "embargo",
            Self::Expired => "expired",
            Self::Removed => "removed",
        }
    }
}

/// Why an article is not published at the configured moment, if it is not.
pub fn reason(article: &Article, config: &Config) -> Option<Reason> {
    let (now, zone) = (config.now, &config.timezone);
    if matches!(article.status, Status::Removed(_)) {
        return Some(Reason::Removed);
    }
    if article.status == Status::Draft && !config.drafts {
        return Some(Reason::Draft);
    }
    if article.expires.is_some_and(|date| date.has_come(now, zone)) {
        return Some(Reason::Expired);
    }
    if config.future {
        return None;
    }
    if article.embargo.is_some_and(|date| date.is_after(now, zone)) {
        return Some(Reason::Embargo);
    }
    article.date.filter(|date| date.is_after(now, zone)).map(|_| Reason::Future)
}
