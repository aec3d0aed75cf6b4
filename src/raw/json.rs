//! Objects of JSON → records: one a line, in a list, or one after the other. What dumps call things is mapped to what we
//! call them.

use super::members::{is_behind, is_damage};
use super::{Content, Found, Packing, RECORD, RawArticle, Record, Said, Unread, too_large};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead};
use std::sync::Arc;

type Keys = Arc<Vec<(String, String)>>;

/// Ours, and what dumps call the same: small letters without `_`, `-` and `:`; the first with a value wins.
const KEYS: [(&str, &str); 13] = [
    ("html", "html contenthtml rawhtml htmlcontent pagehtml bodyhtml articlehtml"),
    (
        "text",
        "text contenttext maintext articletext articlebody fulltext plaintext cleantext bodytext body content article \
         story rawtext paragraphs",
    ),
    ("id", "id guid uuid articleid docid uri"),
    ("url", "url link canonicalurl permalink weburl articleurl sourceurl originalurl href"),
    ("title", "title headline headlines headlinemain webtitle articletitle name"),
    (
        "date",
        "date datepublished publishdate publisheddate publicationdate datepublish publishedat published pubdate \
         datepublication webpublicationdate publishtime publishedtime publicationtime datetime firstpublished \
         createdat created timestamp time",
    ),
    ("updated", "updated datemodified modified updatedat datemodify modifieddate lastmodified lastupdated"),
    ("authors", "authors author byline bylines creator dccreator writer writers"),
    ("tags", "tags keywords topics categories newskeywords"),
    ("section", "section sections sectionname category newsdesk rubric"),
    ("lang", "lang language langcode languagecode inlanguage"),
    (
        "outlet",
        "outlet source publisher publication newspaper sitename site sourcename website sourcedomain domain hostname",
    ),
    ("summary", "summary description abstract excerpt lead dek standfirst subtitle teaser snippet"),
];
/// The rest of them, for what is no text.
const IMAGE: &str = "image imageurl topimage leadimage urltoimage bannerimage thumbnail img images";

/// What lists of articles are called in objects that hold one.
const LISTS: [&str; 6] = ["items", "articles", "results", "data", "docs", "entries"];

/// Lines that are read before the first of them is believed: more do not come of damage before it is met.
const HELD: usize = 16;

/// An object a line.
pub(super) struct Lines<R> {
    reader: R,
    keys: Keys,
    line: usize,
    ended: bool,
    /// Whether damage was met since the last line that is whole.
    torn: bool,
    /// The last lines: that they are whole is known when others are read.
    held: VecDeque<Found>,
    waiting: VecDeque<Found>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R, keys: &Keys) -> Self {
        let keys = Arc::clone(keys);
        Self {
            reader,
            keys,
            line: 0,
            ended: false,
            torn: false,
            held: VecDeque::new(),
            waiting: VecDeque::new(),
        }
    }

    /// Believes the lines before damage: not those that it made up, nor the last one if that ended where it is, as what
    /// is packed as the last of the damaged bytes may be read as if nothing was wrong with it.
    fn let_go(&mut self, is_last: bool) {
        let all = self.held.len();
        let is_made_up = |found: &Found| matches!(found, Found::Record(record) if !is_object(&record.bytes));
        while self.held.back().is_some_and(is_made_up) {
            self.held.pop_back();
        }
        if is_last && self.held.len() == all {
            self.held.pop_back();
        }
        self.waiting.append(&mut self.held);
    }

    /// What is said of an error. Behind damage lines go on, the first of which may be the end of one that is lost.
    fn failed(&mut self, error: &io::Error, name: String) -> Option<Found> {
        let is_known = self.torn && is_damage(error);
        self.ended = !is_damage(error);
        self.torn = true;
        (!is_known).then(|| Found::Broken(Unread::cut(error).of(name)))
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if let Some(found) = self.waiting.pop_front() {
            return Some(found);
        }
        while !self.ended {
            self.line += 1;
            let name = self.line.to_string();
            let mut bytes = Vec::new();
            let whole = match line(&mut self.reader, &mut bytes) {
                Ok(None) => break,
                Ok(Some(whole)) => whole,
                Err(error) => {
                    self.let_go(bytes.is_empty() && is_behind(&error));
                    let told = self.failed(&error, name);
                    self.waiting.extend(told);
                    match self.waiting.pop_front() {
                        None => continue,
                        found => return found,
                    }
                }
            };
            // What damage left of a line is a part of that.
            if whole && bytes.trim_ascii().is_empty() || self.torn && !(whole && is_object(&bytes)) {
                continue;
            }
            self.torn = false;
            // A feed may be one long line.
            if whole
                && self.line == 1
                && let Some(list) = listed(&bytes, &self.keys)
            {
                self.waiting = list;
                return self.next();
            }
            let found = if whole {
                record(name, bytes, &self.keys)
            } else {
                Found::Broken(too_large(RECORD).of(name))
            };
            self.held.push_back(found);
            if self.held.len() > HELD {
                return self.held.pop_front();
            }
        }
        self.ended = true;
        self.held.pop_front()
    }
}

fn is_object(line: &[u8]) -> bool {
    line.trim_ascii().starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

/// Reads one line without its end into `bytes`; says whether all of it is there: what is too long is passed over.
fn line(reader: &mut impl BufRead, bytes: &mut Vec<u8>) -> io::Result<Option<bool>> {
    let (mut whole, mut any) = (true, false);
    loop {
        let buffer = match reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            return Ok(any.then_some(whole));
        }
        any = true;
        let end = memchr::memchr(b'\n', buffer);
        let piece = &buffer[..end.unwrap_or(buffer.len())];
        let length = piece.len() + usize::from(end.is_some());
        whole &= bytes.len() + piece.len() <= RECORD;
        if whole {
            bytes.extend_from_slice(piece);
        } else {
            *bytes = Vec::new();
        }
        reader.consume(length);
        if end.is_some() {
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
            return Ok(Some(whole));
        }
    }
}

fn record(name: String, bytes: Vec<u8>, keys: &Keys) -> Found {
    Found::Record(Box::new(Record { name: Some(name), bytes, packing: Packing::Json(Arc::clone(keys)) }))
}

/// The articles of an object that is a list of them: a feed, or the answer of an interface.
fn listed(bytes: &[u8], keys: &Keys) -> Option<VecDeque<Found>> {
    let Ok(Value::Object(mut object)) = serde_json::from_slice(bytes) else { return None };
    let is_feed = object.get("version").and_then(Value::as_str).is_some_and(|it| it.contains("jsonfeed.org"));
    let fields = Fields::new(&object, keys);
    if !is_feed && (fields.find("text").is_some() || fields.find("html").is_some()) {
        return None;
    }
    let list = LISTS.iter().find(|key| {
        object.get(**key).and_then(Value::as_array).is_some_and(|list| list.iter().all(Value::is_object))
    })?;
    let Some(Value::Array(list)) = object.remove(*list) else { return None };
    let outlet = object.get("title").filter(|_| is_feed).cloned();
    let lang = object.get("language").filter(|_| is_feed).cloned();
    let authors = object.get("authors").or_else(|| object.get("author")).filter(|_| is_feed).cloned();
    let entries = list.into_iter().enumerate().filter_map(|(at, mut entry)| {
        let own = entry.as_object_mut()?;
        for (key, value) in [("outlet", &outlet), ("language", &lang), ("authors", &authors)] {
            if let Some(value) = value
                && !own.contains_key(key)
                && !(key == "authors" && own.contains_key("author"))
            {
                own.insert(key.to_string(), value.clone());
            }
        }
        Some(record((at + 1).to_string(), serde_json::to_vec(&entry).ok()?, keys))
    });
    Some(entries.collect())
}

/// Objects in a list, or one after the other.
pub(super) struct Values<R> {
    reader: R,
    keys: Keys,
    count: usize,
    in_list: bool,
    ended: bool,
    waiting: VecDeque<Found>,
}

impl<R: BufRead> Values<R> {
    pub(super) fn new(reader: R, keys: &Keys) -> Self {
        let keys = Arc::clone(keys);
        Self { reader, keys, count: 0, in_list: false, ended: false, waiting: VecDeque::new() }
    }

    /// Passes over what stands between objects; whether one follows.
    fn skip_gap(&mut self) -> io::Result<bool> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let Some(first) = buffer.first() else {
                return if self.in_list { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(false) };
            };
            match first {
                b'{' => return Ok(true),
                b'[' if !self.in_list => self.in_list = true,
                b']' => self.in_list = false,
                b',' | 0xef | 0xbb | 0xbf => {}
                space if space.is_ascii_whitespace() => {}
                _ => return Err(io::Error::other("something other than objects follows")),
            }
            self.reader.consume(1);
        }
    }

    /// The bytes of one object, up to the bracket that closes it, and whether they are all there.
    fn object(&mut self) -> io::Result<(Vec<u8>, bool)> {
        let (mut bytes, mut whole, mut place) = (Vec::new(), true, Place::default());
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let end = buffer.iter().position(|byte| place.closes(*byte));
            let length = end.map_or(buffer.len(), |end| end + 1);
            whole &= bytes.len() + length <= RECORD;
            if whole {
                bytes.extend_from_slice(&buffer[..length]);
            } else {
                bytes = Vec::new();
            }
            self.reader.consume(length);
            if end.is_some() {
                return Ok((bytes, whole));
            }
        }
    }
}

/// Where in an object a byte stands.
#[derive(Default)]
struct Place {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Place {
    /// Whether a byte closes the object.
    fn closes(&mut self, byte: u8) -> bool {
        if std::mem::take(&mut self.escaped) {
            return false;
        }
        match byte {
            b'\\' if self.in_string => self.escaped = true,
            b'"' => self.in_string = !self.in_string,
            b'{' | b'[' if !self.in_string => self.depth += 1,
            b'}' | b']' if !self.in_string => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }
}

impl<R: BufRead> Iterator for Values<R> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if let Some(found) = self.waiting.pop_front() {
            return Some(found);
        }
        if self.ended {
            return None;
        }
        let object = self.skip_gap().and_then(|more| if more { self.object().map(Some) } else { Ok(None) });
        self.count += 1;
        let name = self.count.to_string();
        match object {
            Ok(None) => None,
            Ok(Some((_, false))) => Some(Found::Broken(too_large(RECORD).of(name))),
            Ok(Some((bytes, true))) => {
                if !self.in_list
                    && self.count == 1
                    && let Some(list) = listed(&bytes, &self.keys)
                {
                    self.waiting = list;
                    return self.next();
                }
                Some(record(name, bytes, &self.keys))
            }
            Err(error) => {
                self.ended = true;
                Some(Found::Broken(Unread::cut(&error).of(name)))
            }
        }
    }
}

/// Reads one object.
pub(super) fn read(bytes: &[u8], keys: &Keys) -> Result<RawArticle, Unread> {
    // Of a record that is a line, it is the column that helps.
    let told = |error: serde_json::Error| error.to_string().replace(" at line 1 column", " at column");
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| Unread::new("not valid JSON").detail(told(error)))?;
    let Value::Object(object) = value else { return Err(Unread::new("no object")) };
    let fields = Fields::new(&object, keys);
    let find = |ours: &str| fields.find(ours);
    let one = |ours: &str| find(ours).and_then(|(_, value)| said(value));
    // An article is in one section here; the others say what it is about.
    let mut sections = match find("section") {
        Some((_, value @ Value::Array(_))) => names(value),
        _ => one("section").into_iter().collect(),
    };
    let others = sections.drain(1.min(sections.len())..).collect::<Vec<_>>();
    let mut tags = find("tags").map(|(_, value)| list(value)).unwrap_or_default();
    tags.extend(others);
    let said = Said {
        id: one("id"),
        url: one("url"),
        title: one("title"),
        summary: one("summary"),
        authors: find("authors").map(|(_, value)| names(value)).unwrap_or_default(),
        date: one("date"),
        updated: one("updated"),
        section: sections.pop(),
        tags,
        lang: one("lang"),
        outlet: one("outlet"),
        image: one("image"),
        ..Said::default()
    };
    let html = find("html").and_then(|(_, value)| text(value)).map(Content::marked);
    let text = || {
        let (key, value) = find("text")?;
        let text = text(value)?;
        // What is called text is text; `body` and `content` may be anything.
        Some(if key != "text" && is_markup(&text) { Content::marked(text) } else { Content::Text(text) })
    };
    let (id, url) = (said.id.clone(), said.url.clone());
    let Some(content) = html.or_else(text) else {
        let Some(summary) = said.summary.clone() else {
            return Err(Unread { record: id, ..Unread::new("no text in the record").at(url) });
        };
        let said = Said { excerpt: true, ..said };
        return Ok(RawArticle { content: markup(summary), said, ..RawArticle::default() });
    };
    Ok(RawArticle { content, said, ..RawArticle::default() })
}

/// What an object says under which name.
struct Fields<'a> {
    object: &'a Map<String, Value>,
    keys: &'a Keys,
    /// What has a value and is not configured, by its key in small letters without signs: an object may have a million.
    usual: HashMap<String, (&'a str, &'a Value)>,
}

impl<'a> Fields<'a> {
    fn new(object: &'a Map<String, Value>, keys: &'a Keys) -> Self {
        let mut usual = HashMap::with_capacity(object.len());
        for (key, value) in object {
            if has_value(value) && !keys.iter().any(|(theirs, _)| theirs == key) {
                let letters = key.trim_start_matches('_').chars().filter(|c| !"_-:".contains(*c));
                usual.entry(letters.flat_map(char::to_lowercase).collect()).or_insert((key.as_str(), value));
            }
        }
        Self { object, keys, usual }
    }

    /// The first value that means one of ours, with the key it has: as configured, else as others call it.
    fn find(&self, ours: &str) -> Option<(&'a str, &'a Value)> {
        let mut own = self.keys.iter().filter(|(_, mapped)| mapped == ours);
        let own = own
            .find_map(|(theirs, _)| self.object.get_key_value(theirs).filter(|(_, value)| has_value(value)));
        let others = KEYS.iter().find(|(key, _)| *key == ours).map_or(IMAGE, |(_, others)| others);
        let usual = || others.split_whitespace().find_map(|other| self.usual.get(other).copied());
        own.map(|(key, value)| (key.as_str(), value)).or_else(usual)
    }
}

fn has_value(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.trim().is_empty(),
        Value::Number(_) => true,
        Value::Array(list) => list.iter().any(has_value),
        Value::Object(_) => said(value).is_some(),
        Value::Null | Value::Bool(_) => false,
    }
}

/// A text, a number, or a list of paragraphs.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n\n")
        }
        _ => return None,
    };
    Some(text).filter(|text| !text.trim().is_empty())
}

/// One value: that itself, the first of a list, or what an object is called.
fn said(value: &Value) -> Option<String> {
    const CALLED: [&str; 10] =
        ["name", "title", "main", "url", "href", "term", "label", "$oid", "$date", "#text"];
    match value {
        Value::Array(list) => list.iter().find_map(said_flat),
        Value::Object(object) => CALLED.iter().find_map(|key| object.get(*key).and_then(said_flat)),
        _ => said_flat(value),
    }
}

/// The same without a list in a list.
fn said_flat(value: &Value) -> Option<String> {
    match value {
        Value::Object(object) => {
            ["name", "title", "url"].iter().find_map(|key| object.get(*key).and_then(text))
        }
        _ => text(value).map(|text| text.trim().to_string()),
    }
}

/// A list, or one text with commas.
fn list(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => split(text, if text.contains(';') { ';' } else { ',' }),
        _ => names(value),
    }
}

fn split(text: &str, gap: char) -> Vec<String> {
    text.split(gap).map(str::trim).filter(|part| !part.is_empty()).map(str::to_string).collect()
}

/// A list of names, or one text of them.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().filter_map(said_flat).collect(),
        Value::String(text) => people(text),
        Value::Object(_) => said(value).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The people of `By Jane Doe, Sam Roe and Ann Poe`.
pub(super) fn people(text: &str) -> Vec<String> {
    let text = text.trim();
    let text = text.get(..3).filter(|by| by.eq_ignore_ascii_case("by ")).map_or(text, |_| &text[3..]);
    let gap = if text.contains(';') { ';' } else { ',' };
    let parts = split(text, gap).into_iter();
    parts
        .flat_map(|part| {
            let part = part.strip_prefix("and ").unwrap_or(&part).to_string();
            part.split(" and ")
                .flat_map(|part| part.split(" & "))
                .map(|it| it.trim().to_string())
                .collect::<Vec<_>>()
        })
        .filter(|name| !name.is_empty())
        .collect()
}

/// Whether a text has elements in it.
pub(super) fn is_markup(text: &str) -> bool {
    const SIGNS: [&str; 14] = [
        "</p>",
        "<p>",
        "<p ",
        "<br",
        "<div",
        "</a>",
        "</h",
        "<li",
        "<img",
        "</em>",
        "</b>",
        "</i>",
        "</strong>",
        "</span>",
    ];
    text.contains('<') && SIGNS.iter().any(|sign| text.contains(sign))
}

/// A text that may be either.
pub(super) fn markup(text: String) -> Content {
    if is_markup(&text) { Content::marked(text) } else { Content::Text(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn people_of_a_byline() {
        for (line, names) in [
            ("Jane Doe", &["Jane Doe"][..]),
            ("By Jane Doe and Sam Roe", &["Jane Doe", "Sam Roe"]),
            ("Jane Doe, Sam Roe, and Ann Poe", &["Jane Doe", "Sam Roe", "Ann Poe"]),
            ("Doe, Jane; Roe, Sam", &["Doe, Jane", "Roe, Sam"]),
            ("Byron Anderson", &["Byron Anderson"]),
            (" , ", &[]),
        ] {
            assert_eq!(people(line), names, "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_run_on(text in "([{}\\[\\],:\"\\\\ \n]|\"text\"|\"items\"|é|1){0,60}") {
            let keys = Keys::default();
            for found in Values::new(text.as_bytes(), &keys).chain(Lines::new(text.as_bytes(), &keys)) {
                if let Found::Record(record) = found {
                    let _ = read(&record.bytes, &keys);
                }
            }
        }

        #[test]
        fn objects_are_found_whatever_is_in_them(
            texts in proptest::collection::vec("\\PC{0,20}|[{}\\[\\]\"\\\\]{0,9}", 1..5),
            pretty in any::<bool>(),
            listed in any::<bool>(),
        ) {
            let objects: Vec<Value> = texts.iter().map(|text| serde_json::json!({"text": text, "a": [{}]})).collect();
            let write = |value: &Value| if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
            let all = if listed { write(&objects.clone().into()).unwrap() } else {
                objects.iter().map(|object| write(object).unwrap() + "\n").collect()
            };
            let found = Values::new(all.as_bytes(), &Keys::default()).map(|found| match found {
                Found::Record(record) => serde_json::from_slice(&record.bytes).unwrap(),
                _ => Value::Null,
            });
            prop_assert_eq!(found.collect::<Vec<Value>>(), objects);
        }
    }
}
