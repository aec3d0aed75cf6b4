//! Ways of grouping articles by names.

use super::name;
use crate::article;
use serde::de::{Deserialize, Deserializer, Error as _, Unexpected};

const USUAL: [&str; 5] = ["tags", "authors", "sources", "sections", "places"];
/// Of these, every term has a feed; of others, those with [`FEED_FROM`] articles.
const ALWAYS_FED: [&str; 6] = ["authors", "author", "sources", "source", "sections", "section"];
const FEED_FROM: usize = 20;
/// Folders that the archive itself fills.
const RESERVED: [&str; 8] =
    ["assets", "media", "manifest", "undated", "corrections", "lookup", "on-this-day", "data"];

/// A way of grouping articles by names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taxonomy {
    /// Its name, which is also the front-matter key.
    pub name: String,
    /// Its heading, if the theme's word for it is not wanted.
    pub title: Option<String>,
    /// Its folder, with a slash at both ends.
    pub path: String,
    /// The smallest number of articles for which a term has a feed; `None` if none ever has.
    pub feed_from: Option<usize>,
}

/// One taxonomy as it is written.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TaxonomyKeys {
    path: Option<String>,
    title: Option<String>,
    feed: Option<Feed>,
}

/// `always`, `never`, or a number of articles.
struct Feed(Option<usize>);

impl<'de> Deserialize<'de> for Feed {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = String::deserialize(source)?;
        match text.as_str() {
            "always" => Ok(Self(Some(1))),
            "never" => Ok(Self(None)),
            number => number.parse().map(|count| Self(Some(count))).map_err(|_| {
                D::Error::invalid_value(Unexpected::Str(number), &"`always`, `never` or a number of articles")
            }),
        }
    }
}

/// What cannot be used.
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// The taxonomies of an archive that configures none.
pub(super) fn usual() -> Vec<Taxonomy> {
    USUAL.iter().map(|name| taxonomy(name, None)).collect()
}

fn taxonomy(name: &str, keys: Option<&TaxonomyKeys>) -> Taxonomy {
    let feed_from = if ALWAYS_FED.contains(&name) { 1 } else { FEED_FROM };
    Taxonomy {
        name: name.to_string(),
        title: keys.and_then(|keys| keys.title.clone()),
        path: keys.and_then(|keys| keys.path.clone()).unwrap_or_else(|| format!("/{name}/")),
        feed_from: keys.and_then(|keys| keys.feed.as_ref()).map_or(Some(feed_from), |feed| feed.0),
    }
}

/// The configured taxonomies; their paths are checked.
pub(super) fn list<'a>(
    configured: impl Iterator<Item = (&'a str, Option<&'a TaxonomyKeys>)>,
) -> Result<Vec<Taxonomy>, Wrong> {
    let mut list: Vec<Taxonomy> = Vec::new();
    for (name, keys) in configured {
        if article::is_reserved(name) {
            return Err(Wrong {
                message: format!(
                    "taxonomy `{name}`: front matter has a key `{name}` that means something else"
                ),
                hint: Some(format!("call it something else, such as `by-{name}`, and so in the articles")),
            });
        }
        let taxonomy = taxonomy(name, keys);
        let path = &taxonomy.path;
        if let Err(reason) = check_path(path) {
            return Err(Wrong {
                message: format!("taxonomy `{name}`: path `{path}` {reason}"),
                hint: Some(format!("give it another path: `{name}: {{path: /by-{name}/}}`")),
            });
        }
        if let Some(other) = list.iter().find(|other| other.path.eq_ignore_ascii_case(path)) {
            let message = format!("taxonomies `{}` and `{name}` have one path `{path}`", other.name);
            return Err(Wrong { message, hint: None });
        }
        list.push(taxonomy);
    }
    Ok(list)
}

fn check_path(path: &str) -> Result<(), String> {
    let fail = |reason: &str| Err(reason.to_string());
    let inner = path.strip_prefix('/').and_then(|path| path.strip_suffix('/'));
    let Some(inner) = inner.filter(|inner| !inner.is_empty()) else {
        return fail("must begin and end with `/` and name a folder");
    };
    let plain = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b))
    };
    if !inner.split('/').all(plain) {
        return fail("may hold lower-case letters, digits, `-` and `_` only");
    }
    inner.split('/').try_for_each(name::check)?;
    let first = inner.split('/').next().unwrap_or_default();
    if first.len() == 4 && first.bytes().all(|b| b.is_ascii_digit()) {
        return fail("looks like a year");
    }
    if RESERVED.contains(&first) {
        return fail("is used by the archive itself");
    }
    Ok(())
}
