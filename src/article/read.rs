//! Front matter → [`Article`].

use super::{
    Article, Correction, Date, Details, Kind, Print, Provenance, Raw, Removal, Seldom, Status, TERM_KEYS,
    term_key,
};
use crate::problem::{Problem, nearest};
use crate::yaml::{self, Node};
use std::collections::HashSet;

/// Largest front matter, in bytes.
const FRONT_MATTER: usize = 64 * 1024;

/// All keys that front matter can have, but for those of taxonomies that an archive adds.
pub const KEYS: [&str; 39] = [
    "title",
    "subtitle",
    "description",
    "date",
    "updated",
    "tags",
    "tag",
    "authors",
    "author",
    "sources",
    "source",
    "sections",
    "section",
    "places",
    "place",
    "slug",
    "aliases",
    "lang",
    "image",
    "kind",
    "status",
    "draft",
    "published",
    "removed",
    "embargo",
    "expires",
    "original_url",
    "archived_url",
    "retrieved",
    "first_published_by",
    "rights",
    "dateline",
    "agency",
    "print",
    "raw",
    "corrections",
    "same_as",
    "translation_of",
    "redact",
];

/// What the configuration says about front-matter keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Foreign key (dots lead into mappings) and ours; where several name one, the first with a value wins.
    pub renamed: Vec<(String, String)>,
    /// Keys of taxonomies beyond the usual five.
    pub terms: Vec<String>,
}

/// A file read: its metadata and where its body starts.
#[derive(Debug)]
pub struct Parsed {
    /// The metadata.
    pub article: Article,
    /// Byte at which the body starts.
    pub body: usize,
    /// Line of the file on which the body starts, from 1.
    pub body_line: usize,
    /// Whether it names a date that is none: it is undated then, whatever its file's name says.
    pub wrong_date: bool,
    /// What is worth saying; the file is not named yet.
    pub problems: Vec<Problem>,
}

/// Reads a file's front matter. An error means that the article must not be published; problems do not name the
/// file yet.
pub fn parse(text: &str, keys: &Keys) -> Result<Parsed, Problem> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let Some((yaml, body)) = split(text, start)? else {
        let problem =
            Problem::note("no-front-matter", "no front matter; the title comes from its heading or name");
        return Ok(Parsed {
            article: Article::default(),
            body: start,
            body_line: 1,
            wrong_date: false,
            problems: vec![problem],
        });
    };
    let front = &text[yaml.clone()];
    if front.len() > FRONT_MATTER {
        let message = format!("front matter is larger than {} KiB", FRONT_MATTER / 1024);
        return Err(Problem::error("front-matter", message).at(text, Some(1), None));
    }
    // Lines within the YAML are one less than in the file, whose first line is `---`.
    let in_file = |line: Option<usize>| line.map(|line| line + 1);
    let node = yaml::parse(front).map_err(|error| {
        let problem =
            Problem::error("front-matter", format!("front matter is not valid YAML: {}", error.message));
        problem.at(text, in_file(error.line), error.column).hint(hint(&error.message))
    })?;
    let mut entries = match node {
        Node::Null => Vec::new(),
        Node::Map(entries) => entries,
        other => {
            let message = format!("front matter is {}, but must be `key: value` lines", other.describe());
            return Err(Problem::error("front-matter", message).at(text, Some(2), Some(1)));
        }
    };
    lower_keys(&mut entries);
    let mut reader = Reader { text, front, entries, problems: Vec::new(), wrong_dates: 0 };
    let wrong_date = reader.has_wrong_date(keys);
    let mut article = Article::default();
    reader.rename(keys, &mut article.extra);
    reader.fill(&mut article, keys)?;
    article.seldom.settle();
    let body_line = text[..body].bytes().filter(|byte| *byte == b'\n').count() + 1;
    Ok(Parsed { article, body, body_line, wrong_date, problems: reader.problems })
}

/// Where the YAML stands and where the body starts; `None` without front matter.
fn split(text: &str, start: usize) -> Result<Option<(std::ops::Range<usize>, usize)>, Problem> {
    let comment = |line: &str| line.starts_with("<!--") && line.ends_with("-->");
    let blank =
        text[start..].split_inclusive('\n').take_while(|line| line.trim().is_empty() || comment(line.trim()));
    let start = start + blank.map(str::len).sum::<usize>();
    let mut lines = text[start..].split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    let second = lines.clone().next().unwrap_or_default();
    if is_foreign(first.trim_end(), second) {
        let message = "front matter is not understood: it is YAML between `---` lines here";
        let hint = "convert it (`hugo convert toYAML` does for TOML and JSON)";
        return Err(Problem::error("front-matter", message).at(text, Some(1), Some(1)).hint(hint));
    }
    if first.trim_end() != "---" || !first.ends_with('\n') {
        return Ok(None);
    }
    let yaml = start + first.len();
    let mut at = yaml;
    for line in lines {
        if matches!(line.trim_end(), "---" | "...") {
            return Ok(Some((yaml..at, at + line.len())));
        }
        at += line.len();
    }
    let problem =
        Problem::error("front-matter", "front matter begins with `---` but has no closing `---` line");
    Err(problem.at(text, Some(1), Some(1)).hint("add a line `---` before the body"))
}

/// Whether a file begins with front matter of another form: TOML, JSON, or between other fences. It may say that the
/// article is a draft.
fn is_foreign(first: &str, second: &str) -> bool {
    let json = first.strip_prefix('{').is_some_and(|rest| {
        let rest = rest.trim_start();
        rest.starts_with('"') || rest.is_empty()
    });
    let fence =
        first.len() >= 3 && ["+", ";", "-", "=", "~"].iter().any(|sign| first.replace(sign, "").is_empty());
    let key = second.split([':', '=']).next().filter(|key| key.len() < second.trim_end().len());
    let keyed = key.is_some_and(|key| {
        let key = key.trim_end();
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    });
    json || first == "+++" || (fence && first != "---" && keyed)
}

/// What would mend YAML, by what is wrong with it.
fn hint(message: &str) -> &'static str {
    if message.contains("duplicate") {
        "keep one of the two"
    } else if message.contains("control characters") {
        "take the invisible character out"
    } else if message.contains("end of stream") {
        "a quote that opens a value must close it as well"
    } else if ["brackets", "more than", "recursion"].iter().any(|word| message.contains(word)) {
        "front matter holds a few lines about the article; put data elsewhere"
    } else {
        "quote values that hold `: `, `#` or begin with a sign, such as `title: \"A: B\"`"
    }
}

/// Other generators take `Draft` for `draft`: to publish it would be a leak.
fn lower_keys(entries: &mut [(String, Node)]) {
    let has_upper = |key: &str| key.bytes().any(|byte| !matches!(byte, b'a'..=b'z' | b'_' | b'0'..=b'9'));
    for at in 0..entries.len() {
        if !has_upper(&entries[at].0) {
            continue;
        }
        let lower = entries[at].0.to_lowercase();
        let known = KEYS.contains(&lower.as_str()) || lower == "extra";
        if known && entries.iter().all(|(key, _)| *key != lower) {
            entries[at].0 = lower;
        }
    }
}

/// The line of the file on which a top-level key stands, for messages.
fn line_of(front: &str, wanted: &str) -> Option<usize> {
    let names = |line: &str| {
        let key = line.split(':').next().unwrap_or_default().trim_end().trim_matches(['"', '\'']);
        let lower = KEYS.iter().find(|known| known.eq_ignore_ascii_case(key));
        let key = lower.copied().unwrap_or(key);
        !key.is_empty() && key == wanted && !line.starts_with([' ', '#'])
    };
    // Line 1 of the YAML is line 2 of the file.
    front.lines().position(names).map(|at| at + 2)
}

/// Remarks of one kind on one file; the rest is counted.
const MOST: usize = 20;

struct Reader<'a> {
    text: &'a str,
    /// The YAML in it.
    front: &'a str,
    entries: Vec<(String, Node)>,
    problems: Vec<Problem>,
    wrong_dates: usize,
}

impl Reader<'_> {
    /// Brings foreign keys to ours; those that come too late go to `extra`.
    fn rename(&mut self, keys: &Keys, extra: &mut Vec<(String, Node)>) {
        for (foreign, ours) in &keys.renamed {
            let Some(value) = take(&mut self.entries, foreign).filter(|value| !empty(value)) else {
                continue;
            };
            match self.entries.iter_mut().find(|(key, _)| key == ours) {
                Some((_, present)) if empty(present) => *present = value,
                Some(_) => extra.push((foreign.clone(), value)),
                None => self.entries.push((ours.clone(), value)),
            }
        }
    }

    /// Whether there is a date that cannot be read. A missing one may still come from the file's name.
    fn has_wrong_date(&self, keys: &Keys) -> bool {
        let foreign =
            keys.renamed.iter().filter(|(_, ours)| ours == "date").map(|(foreign, _)| foreign.as_str());
        let dates = std::iter::once("date").chain(foreign);
        let values: Vec<&Node> = dates
            .filter_map(|key| self.entries.iter().find(|(name, _)| name == key))
            .map(|(_, value)| value)
            .collect();
        let first = values.into_iter().find(|value| !empty(value));
        first.is_some_and(|value| match value {
            Node::Scalar(_, text) => Date::parse(&clean(text.clone())).is_err(),
            _ => true,
        })
    }

    fn fill(&mut self, article: &mut Article, keys: &Keys) -> Result<(), Problem> {
        article.title = self.text("title")?;
        article.subtitle = self.text("subtitle")?;
        article.description = self.text("description")?;
        article.date = self.date("date");
        article.updated = self.date("updated");
        for (plural, singular) in TERM_KEYS {
            self.terms(article, plural, singular)?;
        }
        for key in keys.terms.iter().filter(|key| term_key(key) == key.as_str()) {
            self.terms(article, key, key)?;
        }
        article.slug = self.text("slug")?;
        article.aliases = self.texts("aliases")?;
        article.lang = self.lang()?;
        article.image = self.text("image")?;
        article.kind = self.kind()?;
        article.status = self.status()?;
        article.embargo = self.limit("embargo")?;
        article.expires = self.limit("expires")?;
        article.provenance = self.provenance()?;
        article.raw = self.raw()?.map(Box::new);
        article.corrections = self.corrections()?;
        article.same_as = self.text("same_as")?;
        article.translation_of = self.text("translation_of")?;
        article.redact = self.texts("redact")?;
        self.keep_rest(article)
    }

    fn provenance(&mut self) -> Result<Provenance, Problem> {
        let original_url = self.text("original_url")?;
        let archived_url = self.text("archived_url")?;
        let retrieved = self.date("retrieved");
        let first_published_by = self.text("first_published_by")?;
        let rights = self.text("rights")?;
        let details = Details {
            archived_url,
            first_published_by,
            dateline: self.text("dateline")?,
            agency: self.text("agency")?,
            print: self.nested("print", |print| {
                Ok(Print {
                    edition: print.text("edition")?,
                    page: print.text("page")?,
                    column: print.text("column")?,
                })
            })?,
        };
        Ok(Provenance { original_url, retrieved, rights, details: Seldom::new(details) })
    }

    fn raw(&mut self) -> Result<Option<Raw>, Problem> {
        if !self.entries.iter().any(|(key, value)| key == "raw" && *value != Node::Null) {
            return Ok(None);
        }
        self.nested("raw", |raw| {
            let file = raw.text("file")?.unwrap_or_default();
            let sha256 = raw.text("sha256")?.unwrap_or_default();
            Ok(Some(Raw { file, sha256, written: raw.text("written")? }))
        })
    }

    fn corrections(&mut self) -> Result<Vec<Correction>, Problem> {
        let list = match take(&mut self.entries, "corrections") {
            None | Some(Node::Null) => Vec::new(),
            Some(Node::List(list)) => list,
            Some(other) => return Err(self.wrong("corrections", &other, "a list of `{date, text}`")),
        };
        let mut corrections = Vec::new();
        for item in list {
            let Node::Map(entries) = item else {
                return Err(self.wrong("corrections", &item, "a list of `{date, text}`"));
            };
            let mut inner = Reader {
                text: self.text,
                front: self.front,
                entries,
                problems: Vec::new(),
                wrong_dates: self.wrong_dates,
            };
            let date = inner.date("date");
            let text = inner.text("text")?.unwrap_or_default();
            corrections.push(Correction { date, text });
            self.wrong_dates = inner.wrong_dates;
            self.problems.append(&mut inner.problems);
        }
        Ok(corrections)
    }

    fn status(&mut self) -> Result<Status, Problem> {
        // Hugo and Jekyll say it in their own words; to publish their drafts would be a leak.
        let draft = self.flag("draft")?.unwrap_or(false) || self.flag("published")? == Some(false);
        let removal = self.nested("removed", |removed| {
            let legal = match removed.text("code")?.as_deref() {
                None | Some("410") => false,
                Some("451") => true,
                Some(code) => return Err(removed.invalid("code", code, "410 or 451")),
            };
            Ok(Removal { date: removed.date("date"), reason: removed.text("reason")?, legal })
        })?;
        match self.text("status")?.as_deref() {
            Some("removed") => Ok(Status::Removed(Box::new(removal))),
            Some("draft") => Ok(Status::Draft),
            None | Some("published") if draft => Ok(Status::Draft),
            None | Some("published") => Ok(Status::Published),
            Some(other) => Err(self.invalid("status", other, "`published`, `draft` or `removed`")),
        }
    }

    fn kind(&mut self) -> Result<Kind, Problem> {
        match self.text("kind")?.as_deref() {
            None | Some("article") => Ok(Kind::Article),
            Some("page") => Ok(Kind::Page),
            Some(other) => Err(self.invalid("kind", other, "`article` or `page`")),
        }
    }

    fn lang(&mut self) -> Result<Option<String>, Problem> {
        let Some(tag) = self.text("lang")? else { return Ok(None) };
        let tag = tag.replace('_', "-");
        let mut parts = tag.split('-');
        let primary = parts.next().is_some_and(|part| {
            (2..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic())
        });
        let rest = parts
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        if primary && rest {
            return Ok(Some(tag));
        }
        let message = format!("`lang: {tag}` is not a language tag; it is ignored");
        self.say(
            Problem::warning("invalid-value", message).hint("use tags such as `en`, `pt-BR`, `zh-Hant`"),
            "lang",
        );
        Ok(None)
    }

    /// Whatever is left belongs to the user's templates.
    fn keep_rest(&mut self, article: &mut Article) -> Result<(), Problem> {
        match take(&mut self.entries, "extra") {
            None | Some(Node::Null) => {}
            Some(Node::Map(entries)) => article.extra.extend(entries),
            Some(other) => return Err(self.wrong("extra", &other, "a mapping")),
        }
        let rest = std::mem::take(&mut self.entries);
        if rest.is_empty() {
            return Ok(());
        }
        let hint = "name it under `keys` in `archive.yaml`, or move it under `extra`";
        for (key, _) in rest.iter().take(MOST) {
            let message = format!("unknown key `{key}`; its value is kept as `extra.{key}`");
            let hint = nearest(key, KEYS)
                .map_or_else(|| hint.to_string(), |known| format!("did you mean `{known}`? Else {hint}"));
            self.say(Problem::note("unknown-key", message).hint(hint), key);
        }
        if let Some(more) = rest.len().checked_sub(MOST).filter(|more| *more > 0) {
            self.problems.push(Problem::note("unknown-key", format!("{more} more unknown keys")).hint(hint));
        }
        let known: HashSet<String> = article.extra.iter().map(|(key, _)| key.clone()).collect();
        article.extra.extend(rest.into_iter().filter(|(key, _)| !known.contains(key)));
        Ok(())
    }

    fn terms(&mut self, article: &mut Article, key: &str, other: &str) -> Result<(), Problem> {
        let mut names = self.texts(key)?;
        if other != key {
            names.extend(self.texts(other)?);
        }
        // One name repeats none.
        if names.len() > 1 {
            let mut seen = HashSet::with_capacity(names.len());
            names.retain(|name| seen.insert(name.clone()));
        }
        if !names.is_empty() {
            article.terms.insert(key, names);
        }
        Ok(())
    }

    /// A single value as one clean line of text; `None` if it is absent or empty.
    fn text(&mut self, key: &str) -> Result<Option<String>, Problem> {
        match take(&mut self.entries, key) {
            None | Some(Node::Null) => Ok(None),
            Some(Node::Scalar(_, text)) => Ok(Some(clean(text)).filter(|text| !text.is_empty())),
            Some(other) => Err(self.wrong(key, &other, "a single value")),
        }
    }

    fn texts(&mut self, key: &str) -> Result<Vec<String>, Problem> {
        let list = match take(&mut self.entries, key) {
            None => Vec::new(),
            Some(Node::List(list)) => list,
            Some(other) => vec![other],
        };
        let mut texts = Vec::with_capacity(list.len());
        for item in list {
            let named = item.get("name").or_else(|| item.get("title")).cloned();
            match named.unwrap_or(item) {
                Node::Null => {}
                Node::Scalar(_, text) => texts.push(clean(text)),
                other => return Err(self.wrong(key, &other, "one value or a list of them")),
            }
        }
        texts.retain(|text| !text.is_empty());
        Ok(texts)
    }

    fn flag(&mut self, key: &str) -> Result<Option<bool>, Problem> {
        match self.text(key)?.as_deref() {
            None => Ok(None),
            Some("true" | "True" | "TRUE" | "yes") => Ok(Some(true)),
            Some("false" | "False" | "FALSE" | "no") => Ok(Some(false)),
            Some(other) => Err(self.invalid(key, other, "`true` or `false`")),
        }
    }

    /// A date that may be wrong: better undated than guessed.
    fn date(&mut self, key: &str) -> Option<Date> {
        let text = match take(&mut self.entries, key)? {
            Node::Null => return None,
            Node::Scalar(_, text) => clean(text),
            other => other.describe().to_string(),
        };
        if text.is_empty() {
            return None;
        }
        match Date::parse(&text) {
            Ok(date) => Some(date),
            Err(reason) => {
                self.wrong_dates += 1;
                if self.wrong_dates <= MOST {
                    self.say(Problem::warning("date", format!("`{key}` is ignored: {reason}")), key);
                }
                None
            }
        }
    }

    /// A date that decides whether something is shown: wrong is an error.
    fn limit(&mut self, key: &str) -> Result<Option<Date>, Problem> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        Date::parse(&text)
            .map(Some)
            .map_err(|reason| self.place(Problem::error("date", format!("`{key}`: {reason}")), key))
    }

    fn nested<T: Default>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut Reader) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let entries = match take(&mut self.entries, key) {
            None | Some(Node::Null) => return Ok(T::default()),
            Some(Node::Map(entries)) => entries,
            Some(other) => return Err(self.wrong(key, &other, "a mapping")),
        };
        let mut inner = Reader {
            text: self.text,
            front: self.front,
            entries,
            problems: Vec::new(),
            wrong_dates: self.wrong_dates,
        };
        let value = read(&mut inner)
            .map_err(|problem| if problem.line.is_some() { problem } else { self.place(problem, key) })?;
        self.problems.append(&mut inner.problems);
        Ok(value)
    }

    fn wrong(&self, key: &str, found: &Node, wanted: &str) -> Problem {
        let message = format!("`{key}` is {}, but must be {wanted}", found.describe());
        self.place(Problem::error("front-matter", message), key)
    }

    fn invalid(&self, key: &str, found: &str, wanted: &str) -> Problem {
        let found: String = found.chars().take(60).collect();
        self.place(
            Problem::error("front-matter", format!("`{key}: {found}` is not known: expected {wanted}")),
            key,
        )
    }

    fn say(&mut self, problem: Problem, key: &str) {
        let placed = self.place(problem, key);
        self.problems.push(placed);
    }

    /// Points at a top-level key, where the front matter has one of that name.
    fn place(&self, problem: Problem, key: &str) -> Problem {
        let line = line_of(self.front, key);
        let column = line.map(|_| 1);
        problem.at(self.text, line, column)
    }
}

/// Takes a key's value out; dots lead into mappings where no key has them in its name.
fn take(entries: &mut Vec<(String, Node)>, key: &str) -> Option<Node> {
    if let Some(index) = entries.iter().position(|(name, _)| name == key) {
        return Some(entries.remove(index).1);
    }
    let (outer, inner) = key.split_once('.')?;
    let index = entries.iter().position(|(name, _)| name == outer)?;
    let Node::Map(nested) = &mut entries[index].1 else { return None };
    let value = take(nested, inner);
    if nested.is_empty() {
        entries.remove(index);
    }
    value
}

/// Whether a value says nothing.
fn empty(value: &Node) -> bool {
    match value {
        Node::Null => true,
        Node::Scalar(_, text) => text.trim().is_empty(),
        Node::List(items) => items.iter().all(empty),
        Node::Map(_) => false,
    }
}

/// One line: white space folded, and nothing that XML or a terminal could not bear.
fn clean(text: String) -> String {
    let plain = |byte: u8| matches!(byte, b'!'..=b'~');
    let bytes = text.as_bytes();
    // Nearly all texts are clean: printable, with single spaces between words.
    let ends = |byte: Option<&u8>| byte.is_none_or(|byte| plain(*byte));
    let single = |(at, byte): (usize, &u8)| plain(*byte) || (*byte == b' ' && bytes[at - 1] != b' ');
    if ends(bytes.first()) && ends(bytes.last()) && bytes.iter().enumerate().all(single) {
        return text;
    }
    let harmful =
        |c: char| (c.is_control() && !c.is_whitespace()) || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{feff}');
    let text: String = text.chars().filter(|c| !harmful(*c)).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
