//! YAML, guarded. The only place that knows `serde_yaml`, which is unmaintained, so that it can be exchanged.
//!
//! Front matter is hostile: [`parse`] bounds nesting and size before and while it reads, finds duplicate
//! keys, and keeps scalars as they were written (`1.10` stays `1.10`). Configuration is trusted: [`typed`]
//! reads it straight into a type and points at what does not fit.

mod plain;

use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Deepest nesting of `[` and `{`: the parser below is quadratic in it (100,000 took 38 s).
const FLOW_DEPTH: usize = 64;
/// Most values in one document, aliases expanded: 200 aliases to a long list made four million.
const NODES: usize = 20_000;

/// A YAML value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Node {
    /// `null`, `~` or nothing.
    Null,
    /// Anything else that is not a collection.
    Scalar(Kind, String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping with text keys, in the order written, without duplicates.
    Map(Vec<(String, Node)>),
}

/// What a scalar would be in YAML's core schema; its text is always as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A number with a fraction or exponent, infinite or not a number.
    Float,
}

impl Node {
    /// A text scalar.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Scalar(Kind::Text, text.into())
    }

    /// The value of a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Self::Map(entries) = self else { return None };
        entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// What it is, for messages.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Scalar(..) => "a single value",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

/// Why a text is not usable YAML; lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Where, if it is known.
    pub line: Option<usize>,
    /// Where in the line, if it is known.
    pub column: Option<usize>,
    /// What is wrong.
    pub message: String,
}

/// Reads one hostile document.
pub fn parse(text: &str) -> Result<Node, Error> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Node::Null);
    }
    plain::read(text).map_or_else(|| parse_all(text), Ok)
}

/// As [`parse`], whatever is in it.
fn parse_all(text: &str) -> Result<Node, Error> {
    check_flow_depth(text)?;
    let mut budget = Budget { nodes: NODES, odd: false };
    let shape = Shape(&mut budget).deserialize(serde_yaml::Deserializer::from_str(text));
    let shape = shape.map_err(|error| locate(&error, text))?;
    if !budget.odd {
        return Ok(shape);
    }
    // Numbers and booleans lose their spelling on the way; a second pass, led by the first, asks for text.
    let spelt = Spelling(&shape).deserialize(serde_yaml::Deserializer::from_str(text));
    spelt.map_err(|error| locate(&error, text))
}

/// Reads one trusted document into a type; unknown fields are the type's own business.
pub fn typed<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_yaml::from_str(text).map_err(|error| locate(&error, text))
}

/// A value as JSON.
pub fn json(node: &Node) -> serde_json::Value {
    serde_json::to_value(Plain(node)).expect("a value of YAML is one of JSON")
}

/// Writes a mapping as a block document; texts that YAML would read as something else are quoted.
pub fn write(node: &Node) -> String {
    serde_yaml::to_string(&Plain(node)).expect("nodes are plain data that YAML can always hold")
}

/// The line of a top-level key, from 1: `serde_yaml` does not say where a key stood.
pub fn line_of(text: &str, key: &str) -> Option<usize> {
    let starts = |line: &str| {
        let line = line.trim_start_matches(['"', '\'']);
        let rest = line.strip_prefix(key).map(|rest| rest.trim_start_matches(['"', '\'']));
        rest.is_some_and(|rest| rest.trim_start().starts_with(':'))
    };
    text.lines().position(starts).map(|index| index + 1)
}

/// Bounds the nesting of flow collections. Brackets in quotes open none; a quote opens only where a value can
/// begin, as the apostrophe in `don't` does not. A doubt is decided for counting.
fn check_flow_depth(text: &str) -> Result<(), Error> {
    let mut depth = 0_usize;
    for (index, line) in text.lines().enumerate() {
        let last = |quote| line.chars().enumerate().filter(|(_, c)| *c == quote).map(|(at, _)| at).last();
        let (last_single, last_double) = (last('\''), last('"'));
        let mut quote = None;
        let mut before = ' ';
        for (column, letter) in line.chars().enumerate() {
            let previous = std::mem::replace(&mut before, letter);
            let closes = |last: Option<usize>| last.is_some_and(|last| last > column);
            match (quote, letter) {
                (Some('"'), '"') if previous == '\\' => {}
                (Some(open), _) => quote = quote.filter(|_| letter != open),
                (None, '\'') if " [{,:-".contains(previous) && closes(last_single) => quote = Some(letter),
                (None, '"') if " [{,:-".contains(previous) && closes(last_double) => quote = Some(letter),
                (None, '[' | '{') => depth += 1,
                (None, ']' | '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > FLOW_DEPTH {
                let message = format!("more than {FLOW_DEPTH} brackets are open");
                return Err(Error { line: Some(index + 1), column: Some(column + 1), message });
            }
        }
    }
    Ok(())
}

fn locate(error: &serde_yaml::Error, text: &str) -> Error {
    let full = error.to_string();
    // What follows the first place is the parser's own view of where it was.
    let at = full.find(" at line ").unwrap_or(full.len());
    let message = full[..at].to_string();
    // Errors of our own are reported at (1,1) or without a place; a duplicate key can be found again.
    let duplicate = message.split_once(DUPLICATE).or_else(|| message.split_once("duplicate field `"));
    if let Some(key) = duplicate.and_then(|(_, rest)| rest.split('`').next()) {
        return Error { line: second_line_of(text, key), column: Some(1), message };
    }
    if let Some((message, at)) = message.split_once(" at position ") {
        // Characters that YAML forbids are found by the reader, which counts bytes.
        let (line, column) = at.parse().ok().and_then(|at| text.get(..at)).map_or((1, 1), end_of);
        return Error { line: Some(line), column: Some(column), message: message.to_string() };
    }
    // A document of several parts has no place: its beginning is better than none.
    let (line, column) = error.location().map_or((1, 1), |place| (place.line(), place.column()));
    // What is not closed, and where it was opened, if that is said.
    let opened = full[at..].split_once(", ").and_then(|(_, open)| {
        let (what, place) = open.split_once(" at line ")?;
        let mut numbers = place.split(" column ").map_while(|number| number.parse().ok());
        Some((what, numbers.next()?, numbers.next()?))
    });
    let end = end_of(text.trim_end());
    let ended = (line, column) > end;
    match opened {
        // A bracket that lacks its other one is noticed at the next line that cannot stand in it, or at the end.
        Some((what, open, column)) if ended || open < line && what.contains("flow") => {
            Error { line: Some(open), column: Some(column), message: format!("{message}, {what}") }
        }
        _ if ended => Error { line: Some(end.0), column: Some(end.1), message },
        _ => Error { line: Some(line.max(1)), column: Some(column.max(1)), message },
    }
}

/// The line and column that follow a text.
fn end_of(text: &str) -> (usize, usize) {
    let (lines, last) = (text.matches('\n').count(), text.rsplit('\n').next().unwrap_or_default());
    (lines + 1, last.chars().count() + 1)
}

const DUPLICATE: &str = "duplicate key `";

/// The line on which a key stands again in one mapping: at the indentation of before, with nothing less indented
/// between. In flow mappings, where indentation says nothing, its second mention.
fn second_line_of(text: &str, key: &str) -> Option<usize> {
    // The mappings that a line stands in, by indentation, and whether they have the key.
    let mut open: Vec<(usize, bool)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let inner = line.trim_start_matches([' ', '-']);
        let indent = line.len() - inner.len();
        if inner.is_empty() || inner.starts_with('#') {
            continue;
        }
        // A dash begins a mapping of its own.
        let fresh = line.trim_start().starts_with('-');
        open.retain(|(other, _)| if fresh { *other < indent } else { *other <= indent });
        let named = line_of(inner, key) == Some(1);
        match open.last_mut() {
            Some((at, true)) if named && *at == indent => return Some(index + 1),
            Some((at, seen)) if *at == indent => *seen |= named,
            _ => open.push((indent, named)),
        }
    }
    let mut mentions = text.lines().enumerate().filter(|(_, line)| line.contains(key));
    let (first, line) = mentions.next()?;
    let second = if line.matches(key).count() > 1 { Some(first) } else { mentions.next().map(|(at, _)| at) };
    second.or(Some(first)).map(|at| at + 1)
}

struct Budget {
    nodes: usize,
    /// Whether anything was read whose spelling may be lost.
    odd: bool,
}

/// First pass: values with their kinds.
struct Shape<'a>(&'a mut Budget);

impl<'de> DeserializeSeed<'de> for Shape<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Node, D::Error> {
        if self.0.nodes == 0 {
            return Err(de::Error::custom(format!("more than {NODES} values")));
        }
        self.0.nodes -= 1;
        source.deserialize_any(self)
    }
}

impl Shape<'_> {
    fn odd(self, kind: Kind, value: &dyn fmt::Display) -> Node {
        self.0.odd = true;
        Node::Scalar(kind, value.to_string())
    }
}

impl<'de> Visitor<'de> for Shape<'_> {
    type Value = Node;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::text(text))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(self.odd(Kind::Bool, &value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(self.odd(Kind::Int, &value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(self.odd(Kind::Int, &value))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Node, E> {
        Ok(self.odd(Kind::Int, &value))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Node, E> {
        Ok(self.odd(Kind::Int, &value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(self.odd(Kind::Float, &value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Shape(self.0))? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map: Vec<(String, Node)> = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.iter().any(|(known, _)| *known == key) {
                return Err(de::Error::custom(format!("{DUPLICATE}{key}`")));
            }
            let value = entries.next_value_seed(Shape(self.0))?;
            map.push((key, value));
        }
        Ok(Node::Map(map))
    }

    fn visit_enum<A: de::EnumAccess<'de>>(self, data: A) -> Result<Node, A::Error> {
        // `!tag value`: the tag is of no use to us, the value is.
        let (_, value) = data.variant::<de::IgnoredAny>()?;
        de::VariantAccess::newtype_variant_seed(value, Shape(self.0))
    }
}

/// Second pass: the shape is known, so every scalar can be asked for as text.
struct Spelling<'a>(&'a Node);

impl<'de> DeserializeSeed<'de> for Spelling<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Node, D::Error> {
        match self.0 {
            Node::Null => de::IgnoredAny::deserialize(source).map(|_| Node::Null),
            Node::Scalar(kind, _) => String::deserialize(source).map(|text| Node::Scalar(*kind, text)),
            // A tag stands before the collection, if at all: `any` steps over it as the first pass did.
            Node::List(_) | Node::Map(_) => source.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Spelling<'_> {
    type Value = Node;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("the value read before")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let Node::List(shape) = self.0 else { return Err(de::Error::custom("a list changed its shape")) };
        let mut list = Vec::with_capacity(shape.len());
        for item in shape {
            list.extend(items.next_element_seed(Spelling(item))?);
        }
        // The end of the sequence must be consumed as well.
        items.next_element::<de::IgnoredAny>()?;
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let Node::Map(shape) = self.0 else { return Err(de::Error::custom("a mapping changed its shape")) };
        let mut map = Vec::with_capacity(shape.len());
        for (_, value) in shape {
            let Some(key) = entries.next_key::<String>()? else { break };
            map.push((key, entries.next_value_seed(Spelling(value))?));
        }
        entries.next_key::<de::IgnoredAny>()?;
        Ok(Node::Map(map))
    }

    fn visit_enum<A: de::EnumAccess<'de>>(self, data: A) -> Result<Node, A::Error> {
        let (_, value) = data.variant::<de::IgnoredAny>()?;
        de::VariantAccess::newtype_variant_seed(value, self)
    }
}

/// A value as YAML writes it; its own form keeps kinds and spellings.
struct Plain<'a>(&'a Node);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Node::Null => out.serialize_unit(),
            Node::Scalar(Kind::Bool, text) => match text.parse() {
                Ok(value) => out.serialize_bool(value),
                Err(_) => out.serialize_str(text),
            },
            Node::Scalar(Kind::Int, text) => match text.parse() {
                Ok(value) => out.serialize_i64(value),
                Err(_) => out.serialize_str(text),
            },
            Node::Scalar(Kind::Float, text) => match text.parse() {
                Ok(value) => out.serialize_f64(value),
                Err(_) => out.serialize_str(text),
            },
            Node::Scalar(Kind::Text, text) => out.serialize_str(text),
            Node::List(items) => out.collect_seq(items.iter().map(Plain)),
            Node::Map(entries) => {
                let mut map = out.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, &Plain(value))?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn fails(text: &str, line: usize, part: &str) {
        let error = parse(text).unwrap_err();
        assert_eq!(error.line, Some(line), "{error:?}");
        assert!(error.message.contains(part), "{error:?}");
    }

    #[test]
    fn scalars_keep_their_spelling() {
        let node = parse("a: 1.10\nb: [007, 0o17, true, no, ~, '2', 1998-05]\nc: {d: !x 1e3}\n").unwrap();
        assert_eq!(node.get("a"), Some(&Node::Scalar(Kind::Float, "1.10".into())));
        let Some(Node::List(list)) = node.get("b") else { panic!("not a list") };
        let texts: Vec<_> = list
            .iter()
            .map(|item| match item {
                Node::Scalar(_, text) => text.as_str(),
                _ => "",
            })
            .collect();
        assert_eq!(texts, ["007", "0o17", "true", "no", "", "2", "1998-05"]);
        assert_eq!(node.get("c").and_then(|c| c.get("d")), Some(&Node::Scalar(Kind::Float, "1e3".into())));
    }

    #[test]
    fn errors_have_a_place() {
        fails("a: 1\nb: [1\n", 2, "flow sequence");
        fails("a: 1\nb: [News of the day\nc: 2\nd: 3\n", 2, "flow sequence");
        fails("a: 1\nb: {c: 1\nd: 3\n", 2, "flow mapping");
        fails("a: 1\nb: [1,\n  2,\n  {c: ]\nd: 3\n", 4, "");
        fails("a: 1\nb: 2\na: 3\n", 3, "duplicate key `a`");
        fails(&format!("a: {}", "[".repeat(100_000)), 1, "64 brackets");
        fails("a: *nobody\n", 1, "anchor");
    }

    #[test]
    fn an_error_at_the_end_or_in_a_forbidden_character_is_shown_where_it_began() {
        for (text, place) in [
            ("a: 1\nb: \"x\nc: 2\n\n", (2, 4)),
            ("a: 'x\nb: c\n", (1, 4)),
            ("'a\n", (1, 3)),
            ("a: é\nb: [\n\n", (2, 5)),
            ("a: {b: c\n", (1, 4)),
            ("a: 1\nb: é\u{7}c\n", (2, 5)),
            ("\u{1}a: b\n", (1, 1)),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!((error.line, error.column), (Some(place.0), Some(place.1)), "{text:?} {error:?}");
            assert!(!error.message.contains("position"), "{error:?}");
        }
    }

    #[test]
    fn aliases_cannot_multiply() {
        let list = "x, ".repeat(1000);
        let aliases = "*a, ".repeat(200);
        let error = parse(&format!("a: &a [{list}]\nb: [{aliases}]\n")).unwrap_err();
        assert!(error.message.contains("more than 20000 values"), "{error:?}");
    }

    #[test]
    fn what_is_written_reads_back() {
        let texts = [
            "",
            "plain",
            "1.10",
            "true",
            "~",
            "a: b",
            "- x",
            "'q' \"r\"",
            "line\nbreak",
            " pad ",
            "#no",
            "é\u{1F984}",
        ];
        let map = texts.iter().enumerate().map(|(i, text)| (format!("k{i}"), Node::text(*text))).collect();
        let node = Node::Map(map);
        assert_eq!(parse(&write(&node)), Ok(node));
    }
}
