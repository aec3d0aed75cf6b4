//! JSON-LD → what it says of the page's own article.

use super::json::{self, Value};
use std::collections::BTreeMap;

/// Most objects that are looked at.
const OBJECTS: usize = 2_000;

/// What an object says of an article.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Whether it is an article, not a page or something else.
    pub(super) article: bool,
    pub(super) headline: Option<String>,
    pub(super) description: Option<String>,
    pub(super) authors: Vec<Author>,
    pub(super) published: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) section: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) lang: Option<String>,
    pub(super) image: Option<String>,
    pub(super) url: Option<String>,
    pub(super) publisher: Option<String>,
    pub(super) holder: Option<String>,
    pub(super) license: Option<String>,
    pub(super) dateline: Option<String>,
    pub(super) first: Option<String>,
}

/// Somebody or something that wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Author {
    pub(super) name: String,
    /// Whether it is said to be an organisation.
    pub(super) organisation: bool,
    /// Whether it is said to be a person.
    pub(super) person: bool,
}

/// Reads all objects that may be about an article.
pub(super) fn read(texts: &[String]) -> Vec<Facts> {
    let values: Vec<Value> = texts.iter().flat_map(|text| json::read(text)).collect();
    let mut known = Known::default();
    for value in &values {
        known.gather(value, false);
    }
    let facts = known.about.iter().map(|value| known.facts(value));
    facts.filter(|facts| facts.article || facts.published.is_some() || !facts.authors.is_empty()).collect()
}

#[derive(Default)]
struct Known<'a> {
    by_id: BTreeMap<&'a str, &'a Value>,
    about: Vec<&'a Value>,
    count: usize,
}

impl<'a> Known<'a> {
    /// Takes objects with their `@id`; what stands in a list of other things is about those.
    fn gather(&mut self, value: &'a Value, elsewhere: bool) {
        const OTHERS: [&str; 14] = [
            "itemlistelement",
            "haspart",
            "mentions",
            "about",
            "citation",
            "comment",
            "ispartof",
            "relatedlink",
            "review",
            "publisher",
            "author",
            "image",
            "video",
            "subjectof",
        ];
        self.count += 1;
        if self.count > OBJECTS {
            return;
        }
        match value {
            Value::List(values) => values.iter().for_each(|value| self.gather(value, elsewhere)),
            Value::Object(entries) => {
                if let Some(id) = value.get("@id").and_then(Value::text)
                    && entries.len() > 1
                {
                    self.by_id.entry(id).or_insert(value);
                }
                if !elsewhere && types(value).any(is_about) {
                    self.about.push(value);
                }
                for (key, inner) in entries {
                    let key = key.to_lowercase();
                    if matches!(inner, Value::List(_) | Value::Object(_)) {
                        self.gather(inner, elsewhere || OTHERS.contains(&key.as_str()));
                    }
                }
            }
            _ => {}
        }
    }

    /// The object that a reference means.
    fn resolve(&self, value: &'a Value) -> &'a Value {
        let id = value.get("@id").and_then(Value::text);
        let bare =
            matches!(value, Value::Object(entries) if value.get("name").is_none() && entries.len() <= 3);
        id.filter(|_| bare).and_then(|id| self.by_id.get(id).copied()).unwrap_or(value)
    }

    fn facts(&self, value: &'a Value) -> Facts {
        let text = |keys: &[&str]| keys.iter().find_map(|key| words(value.get(key)?));
        let name = |key: &str| value.get(key)?.each().iter().find_map(|one| self.name(one));
        let address = |key: &str| value.get(key)?.each().iter().find_map(|one| self.address(one));
        Facts {
            article: types(value).any(is_article),
            headline: text(&["headline", "name"]),
            description: text(&["description"]),
            authors: ["author", "creator"]
                .iter()
                .find_map(|key| self.authors(value.get(key)?))
                .unwrap_or_default(),
            published: text(&["datePublished", "dateCreated", "uploadDate"]),
            modified: text(&["dateModified"]),
            section: text(&["articleSection"]),
            tags: value.get("keywords").map(tags).unwrap_or_default(),
            lang: value
                .get("inLanguage")
                .and_then(|one| words(one).or_else(|| words(one.get("alternateName")?))),
            image: address("image").or_else(|| address("thumbnailUrl")),
            url: address("mainEntityOfPage").or_else(|| address("url")),
            publisher: name("publisher"),
            holder: name("copyrightHolder"),
            license: address("license"),
            dateline: text(&["dateline"]),
            first: name("isBasedOn").or_else(|| name("sourceOrganization")).or_else(|| name("provider")),
        }
    }

    /// The name of a person or thing.
    fn name(&self, value: &'a Value) -> Option<String> {
        let value = self.resolve(value);
        value.text().or_else(|| value.get("name")?.each().iter().find_map(Value::text)).map(unescape)
    }

    fn address(&self, value: &'a Value) -> Option<String> {
        let value = self.resolve(value);
        let said = value
            .text()
            .or_else(|| ["url", "contentUrl", "@id"].iter().find_map(|key| value.get(key)?.text()))?;
        (said.starts_with("http") || said.starts_with('/')).then(|| said.to_string())
    }

    fn authors(&self, value: &'a Value) -> Option<Vec<Author>> {
        let mut authors = Vec::new();
        for one in value.each().iter().take(30) {
            let one = self.resolve(one);
            let person = types(one).any(|kind| kind == "Person");
            let organisation =
                !person && types(one).any(|kind| kind.ends_with("Organization") || kind == "Corporation");
            // A list of names in one object is as common as a list of objects.
            let names = match one.get("name") {
                Some(names) => names.each().iter().filter_map(Value::text).collect(),
                None => one.text().into_iter().collect::<Vec<_>>(),
            };
            authors.extend(names.into_iter().map(|name| Author {
                name: unescape(name),
                organisation,
                person,
            }));
        }
        (!authors.is_empty()).then_some(authors)
    }
}

/// A text, or the first of a list.
fn words(value: &Value) -> Option<String> {
    value.each().iter().find_map(Value::text).map(unescape)
}

fn tags(value: &Value) -> Vec<String> {
    let texts = value.each().iter().filter_map(|one| one.text().or_else(|| one.get("name")?.text()));
    let tags = texts.flat_map(|text| text.split([',', ';']));
    tags.map(|tag| unescape(tag.trim())).filter(|tag| !tag.is_empty()).take(60).collect()
}

fn types(value: &Value) -> impl Iterator<Item = &str> {
    let kinds = value.get("@type").map(Value::each).unwrap_or_default();
    kinds.iter().filter_map(Value::text).map(|kind| kind.rsplit(['/', ':', '#']).next().unwrap_or(kind))
}

fn is_article(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    ["article", "posting", "newsstory", "reportage", "review"].iter().any(|end| kind.ends_with(end))
        || kind == "report"
}

/// Whether an object may say something of the article on its page.
fn is_about(kind: &str) -> bool {
    is_article(kind)
        || kind.ends_with("Page")
        || matches!(
            kind,
            "CreativeWork"
                | "Recipe"
                | "VideoObject"
                | "MediaObject"
                | "Blog"
                | "WebContent"
                | "ImageGallery"
        )
}

/// Replaces the references to characters that systems leave in JSON.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(10).position(|b| b == b';');
        let known = end.and_then(|end| Some((end, reference(&rest[1..end])?)));
        let (end, c) = known.unwrap_or((0, '&'));
        plain.push(c);
        rest = &rest[end + 1..];
    }
    plain.push_str(rest);
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ")
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hexadecimal = number.strip_prefix(['x', 'X']).map(|digits| u32::from_str_radix(digits, 16));
        return char::from_u32(hexadecimal.unwrap_or_else(|| number.parse()).ok()?);
    }
    let c = match name {
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "lt" => '<',
        "gt" => '>',
        "nbsp" => ' ',
        "rsquo" => '’',
        "lsquo" => '‘',
        "rdquo" => '”',
        "ldquo" => '“',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "egrave" => 'è',
        "agrave" => 'à',
        "ccedil" => 'ç',
        "ntilde" => 'ñ',
        "aacute" => 'á',
        "oacute" => 'ó',
        "iacute" => 'í',
        _ => return None,
    };
    Some(c)
}
