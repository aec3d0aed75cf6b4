//! Patterns for the paths of articles.

use super::name;

/// A pattern for the paths of articles, such as `/{year}/{month}/{day}/{slug}.html`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permalink {
    /// The folders and the file, each made of literal text and parts.
    pub segments: Vec<Vec<PermalinkPart>>,
    /// Whether it ends in a slash, so that articles are folders with an `index.html`.
    pub folder: bool,
}

/// A piece of a permalink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PermalinkPart {
    /// Text that stands in every path.
    Literal(String),
    /// The year, four digits.
    Year,
    /// The month, two digits.
    Month,
    /// The day, two digits.
    Day,
    /// The article's slug.
    Slug,
}

impl Permalink {
    /// What is used without a configured pattern.
    pub(super) const DEFAULT: &str = "/{year}/{month}/{day}/{slug}.html";

    /// Reads a pattern; the error says what is wrong with it.
    pub(super) fn parse(pattern: &str) -> Result<Self, String> {
        let inner = pattern.strip_prefix('/').ok_or("must begin with `/`")?;
        let folder = inner.ends_with('/');
        let segments = inner.trim_end_matches('/').split('/').map(parts).collect::<Result<Vec<_>, _>>()?;
        segments.iter().try_for_each(|parts| name::check(&sample(parts)))?;
        let slugs = segments.iter().flatten().filter(|part| **part == PermalinkPart::Slug).count();
        if slugs != 1 {
            return Err("must hold `{slug}` once".to_string());
        }
        let html =
            |part: &PermalinkPart| matches!(part, PermalinkPart::Literal(text) if text.ends_with(".html"));
        if !folder && !segments.last().and_then(|parts| parts.last()).is_some_and(html) {
            return Err("must end in `.html` or `/`".to_string());
        }
        Ok(Self { segments, folder })
    }
}

/// The longest name that a part of the path can become.
fn sample(parts: &[PermalinkPart]) -> String {
    let longest_slug = "x".repeat(80);
    let value = |part: &PermalinkPart| match part {
        PermalinkPart::Literal(text) => text.clone(),
        PermalinkPart::Year => "2000".to_string(),
        PermalinkPart::Month | PermalinkPart::Day => "01".to_string(),
        PermalinkPart::Slug => longest_slug.clone(),
    };
    parts.iter().map(value).collect()
}

fn parts(segment: &str) -> Result<Vec<PermalinkPart>, String> {
    let mut parts = Vec::new();
    let mut rest = segment;
    while !rest.is_empty() {
        let (literal, tail) = rest.split_once('{').unwrap_or((rest, ""));
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
        if !literal.bytes().all(allowed) {
            return Err(format!(
                "holds `{literal}`; only letters, digits and `-_.~` may stand between parts"
            ));
        }
        if !literal.is_empty() {
            parts.push(PermalinkPart::Literal(literal.to_string()));
        }
        if literal.len() == rest.len() {
            break;
        }
        let (name, tail) = tail.split_once('}').ok_or("has an open `{`")?;
        parts.push(match name {
            "year" => PermalinkPart::Year,
            "month" => PermalinkPart::Month,
            "day" => PermalinkPart::Day,
            "slug" => PermalinkPart::Slug,
            _ => {
                return Err(format!("has an unknown part `{{{name}}}`: known are year, month, day and slug"));
            }
        });
        rest = tail;
    }
    if parts.is_empty() { Err("has an empty folder".to_string()) } else { Ok(parts) }
}
