//! Front matter → [`Article`].

use super::{
    Article, Correction, Date, Details, Kind, Print, Provenance, Raw, Removal, Seldom, Status, TERM_KEYS,
    language_tag, place, term_key,
};
use crate::problem::{Problem, nearest};
use crate::yaml::{self, Node};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

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
    let above = text[..yaml.start].bytes().filter(|byte| *byte == b'\n').count();
    let in_file = |line: Option<usize>| line.map(|line| line + above);
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
            return Err(Problem::error("front-matter", message).at(text, in_file(Some(1)), Some(1)));
        }
    };
    lower_keys(&mut entries);
    let mut reader = Reader::new(text, front, above, entries);
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

/// Remarks of one kind on one file.
const MOST: usize = 20;

struct Reader<'a> {
    text: &'a str,
    /// The YAML in it.
    front: &'a str,
    /// Lines of the file above the YAML.
    above: usize,
    entries: Vec<(String, Node)>,
    problems: Vec<Problem>,
    /// Our keys whose values stand under a foreign one in the file.
    foreign: HashMap<String, String>,
    /// The key that these entries stand under, as the file has it.
    outer: Option<String>,
    /// Of a list of mappings: how many of those before had a key.
    earlier: HashMap<String, usize>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, front: &'a str, above: usize, entries: Vec<(String, Node)>) -> Self {
        let (problems, foreign, outer, earlier) = Default::default();
        Self { text, front, above, entries, problems, foreign, outer, earlier }
    }

    /// Brings foreign keys to ours; those that come too late go to `extra`.
    fn rename(&mut self, keys: &Keys, extra: &mut Vec<(String, Node)>) {
        for (foreign, ours) in &keys.renamed {
            let Some(value) = take(&mut self.entries, foreign).filter(|value| !empty(value)) else {
                continue;
            };
            match self.entries.iter_mut().find(|(key, _)| key == ours) {
                Some((_, present)) if empty(present) => *present = value,
                Some(_) => {
                    extra.push((foreign.clone(), value));
                    continue;
                }
                None => self.entries.push((ours.clone(), value)),
            }
            self.foreign.insert(ours.clone(), foreign.clone());
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
            print: self.nested("print", &["edition", "page", "column"], |print| {
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
        self.nested("raw", &["file", "sha256", "written"], |raw| {
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
        let mut earlier: HashMap<String, usize> = HashMap::new();
        for item in list {
            let Node::Map(entries) = item else {
                return Err(self.wrong("corrections", &item, "a list of `{date, text}`"));
            };
            let keys: Vec<String> = entries.iter().map(|(key, _)| key.clone()).collect();
            let mut inner = self.inner("corrections", entries);
            inner.earlier = earlier;
            let correction = inner.correction(keys.first().map_or("text", String::as_str))?;
            corrections.extend(correction);
            (self.problems, earlier) = (inner.problems, inner.earlier);
            for key in keys {
                *earlier.entry(key).or_default() += 1;
            }
        }
        Ok(corrections)
    }

    /// One correction; without a text it corrects nothing. `first` is the key that it begins with.
    fn correction(&mut self, first: &str) -> Result<Option<Correction>, Problem> {
        let date = self.date("date");
        let text = self.text("text")?;
        self.end(&["date", "text"]);
        if text.is_none() && self.has_room("invalid-value") {
            let message = "a correction without `text` is left out";
            self.say(
                Problem::warning("invalid-value", message).hint("say what was mended: `text: …`"),
                first,
            );
        }
        Ok(text.map(|text| Correction { date, text }))
    }

    fn status(&mut self) -> Result<Status, Problem> {
        // Hugo and Jekyll say it in their own words; to publish their drafts would be a leak.
        let draft = self.flag("draft")?.unwrap_or(false) || self.flag("published")? == Some(false);
        let removal = self.nested("removed", &["date", "reason", "code"], |removed| {
            let legal = match removed.text("code")?.as_deref() {
                None | Some("410") => false,
                Some("451") => true,
                Some(code) => return Err(removed.invalid("code", code, "410 or 451")),
            };
            Ok(Some(Removal { date: removed.date("date"), reason: removed.text("reason")?, legal }))
        })?;
        match (self.text("status")?.as_deref(), removal) {
            (Some("removed"), removal) => Ok(Status::Removed(Box::new(removal.unwrap_or_default()))),
            (Some("draft"), _) => Ok(Status::Draft),
            (Some("published"), Some(_)) => {
                let message =
                    "`status: published` says that the article is published, `removed` that it is not";
                let problem = Problem::error("front-matter", message).hint("take one of the two out");
                Err(self.place(problem, "status"))
            }
            (None | Some("published"), _) if draft => Ok(Status::Draft),
            // Who says when and why an article was taken down means that it is.
            (None, Some(removal)) => {
                let message = "the article has `removed` without `status: removed`; it counts as removed";
                let hint = "write `status: removed` as well, or take `removed` out to publish it";
                self.say(Problem::warning("front-matter", message).hint(hint), "removed");
                Ok(Status::Removed(Box::new(removal)))
            }
            (None | Some("published"), None) => Ok(Status::Published),
            (Some(other), _) => Err(self.invalid("status", other, "`published`, `draft` or `removed`")),
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
        let known = language_tag(&tag);
        if known.is_some() {
            return Ok(known);
        }
        let message = format!("`{}: {tag}` is not a language tag; it is ignored", self.called("lang"));
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
                if self.has_room("date") {
                    let message = format!("`{}` is ignored: {reason}", self.called(key));
                    self.say(Problem::warning("date", message), key);
                }
                None
            }
        }
    }

    /// A date that decides whether something is shown: wrong is an error.
    fn limit(&mut self, key: &str) -> Result<Option<Date>, Problem> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        Date::parse(&text).map(Some).map_err(|reason| {
            let message = format!("`{}`: {reason}", self.called(key));
            self.place(Problem::error("date", message), key)
        })
    }

    /// A mapping under a key, which may have the `known` keys.
    fn nested<T: Default>(
        &mut self,
        key: &str,
        known: &[&str],
        read: impl FnOnce(&mut Reader) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let entries = match take(&mut self.entries, key) {
            None | Some(Node::Null) => return Ok(T::default()),
            Some(Node::Map(entries)) => entries,
            Some(other) => {
                let hint = format!("write it as `{}: {{{}: …}}`", self.called(key), known.join(": …, "));
                return Err(self.wrong(key, &other, "a mapping").hint(hint));
            }
        };
        let mut inner = self.inner(key, entries);
        let value = read(&mut inner)?;
        inner.end(known);
        self.problems = inner.problems;
        Ok(value)
    }

    /// Reads what stands under a key; the problems found so far go with it.
    fn inner(&mut self, key: &str, entries: Vec<(String, Node)>) -> Reader<'a> {
        let problems = std::mem::take(&mut self.problems);
        let outer = Some(self.called(key).to_string());
        Reader { problems, outer, ..Reader::new(self.text, self.front, self.above, entries) }
    }

    /// What a mapping has beside the `known` keys is lost: nobody else could ask for it.
    fn end(&mut self, known: &[&str]) {
        for (key, _) in std::mem::take(&mut self.entries) {
            if !self.has_room("unknown-key") {
                return;
            }
            let problem =
                Problem::warning("unknown-key", format!("unknown key `{}` is ignored", self.called(&key)));
            let problem = match nearest(&key, known.iter().copied()) {
                Some(known) => problem.hint(format!("did you mean `{known}`?")),
                None => problem.hint(format!("known are `{}`", known.join("`, `"))),
            };
            self.say(problem, &key);
        }
    }

    /// Whether there are few remarks of a kind yet.
    fn has_room(&self, code: &str) -> bool {
        self.problems.iter().filter(|problem| problem.code == code).count() < MOST
    }

    fn wrong(&self, key: &str, found: &Node, wanted: &str) -> Problem {
        let message = format!("`{}` is {}, but must be {wanted}", self.called(key), found.describe());
        self.place(Problem::error("front-matter", message), key)
    }

    fn invalid(&self, key: &str, found: &str, wanted: &str) -> Problem {
        let found: String = found.chars().take(60).collect();
        let message = format!("`{}: {found}` is not known: expected {wanted}", self.called(key));
        self.place(Problem::error("front-matter", message), key)
    }

    fn say(&mut self, problem: Problem, key: &str) {
        let placed = self.place(problem, key);
        self.problems.push(placed);
    }

    /// A key as the file has it, with the one that it stands under: `removed.date`.
    fn called<'k>(&'k self, key: &'k str) -> Cow<'k, str> {
        match &self.outer {
            Some(outer) => format!("{outer}.{key}").into(),
            None => self.foreign.get(key).map_or(key, String::as_str).into(),
        }
    }

    /// Points at a key, or at the one that it stands under.
    fn place(&self, problem: Problem, key: &str) -> Problem {
        let place = match &self.outer {
            Some(outer) => {
                let earlier = self.earlier.get(key).copied().unwrap_or(0);
                place::nested(self.front, outer, key, earlier).or_else(|| place::top(self.front, outer))
            }
            None => place::top(self.front, &self.called(key)),
        };
        problem.at(self.text, place.map(|(line, _)| line + self.above), place.map(|(_, column)| column))
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
