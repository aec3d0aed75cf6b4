//! The XML of one entry → its fields: flat, as hostile files nest as deep as they like.

use quick_xml::escape::escape;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// An element right below an entry.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name with the usual prefix of its namespace: `title`, `content:encoded`.
    pub(super) name: String,
    /// Its attributes.
    pub(super) attributes: Vec<(String, String)>,
    /// All text in it.
    pub(super) text: String,
    /// What is in it, as HTML.
    pub(super) inner: String,
    /// The elements in it, each with its text.
    pub(super) parts: Vec<(String, String)>,
}

impl Field {
    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// The text of an element in it.
    pub(super) fn part(&self, name: &str) -> Option<&str> {
        let found = self.parts.iter().find(|(known, _)| known == name);
        found.map(|(_, text)| text.trim()).filter(|text| !text.is_empty())
    }
}

/// Elements that HTML knows as empty.
const EMPTY: &str = " br img hr wbr input col source embed area track ";

/// Prefixes as a file uses them, and as the world does.
pub(super) type Prefixes = Vec<(String, &'static str)>;

/// Most of them in a file: each name is compared with all.
pub(super) const PREFIXES: usize = 64;

/// Namespaces, each with its usual prefix.
const SPACES: [(&str, &str); 8] = [
    ("http://purl.org/rss/1.0/modules/content/", "content"),
    ("http://purl.org/dc/elements/1.1/", "dc"),
    ("http://purl.org/dc/terms/", "dcterms"),
    ("http://www.w3.org/2005/Atom", "atom"),
    ("http://search.yahoo.com/mrss/", "media"),
    ("http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes"),
    ("http://purl.org/rss/1.0/", ""),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf"),
];

/// The prefixes that an element declares.
pub(super) fn prefixes(start: &BytesStart) -> Prefixes {
    attributes(start)
        .into_iter()
        .filter_map(|(name, uri)| {
            let prefix = name.strip_prefix("xmlns:")?.to_string();
            let known = SPACES.iter().find(|(known, _)| *known == uri).map(|(_, usual)| *usual);
            // WordPress counts its versions in the address.
            let export = || {
                let rest = uri.split_once("wordpress.org/export/")?.1;
                Some(if rest.contains("excerpt") { "excerpt" } else { "wp" })
            };
            known.or_else(export).map(|usual| (prefix, usual))
        })
        .collect()
}

/// A name with the usual prefix.
pub(super) fn usual(name: &str, prefixes: &Prefixes) -> String {
    let Some((prefix, local)) = name.split_once(':') else { return name.to_string() };
    match prefixes.iter().find(|(known, _)| known == prefix).map(|(_, usual)| *usual) {
        Some("") => local.to_string(),
        Some(usual) => format!("{usual}:{local}"),
        None => name.to_string(),
    }
}

/// The attributes of an element; one that is broken is left out.
pub(super) fn attributes(start: &BytesStart) -> Vec<(String, String)> {
    let mut attributes = start.html_attributes();
    let attributes = attributes.with_checks(false).filter_map(Result::ok);
    attributes
        .map(|attribute| {
            let value = attribute.normalized_value_with(XmlVersion::Implicit1_0, 1, entity);
            let value = value.map_or_else(|_| attribute.value.to_string(), std::borrow::Cow::into_owned);
            (attribute.key.as_ref().to_string(), value)
        })
        .collect()
}

/// A named letter. Feeds use those of HTML, declared or not.
pub(super) fn entity(name: &str) -> Option<&'static str> {
    Some(match name {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "quot" => "\"",
        "apos" => "'",
        "nbsp" => "\u{a0}",
        "ndash" => "–",
        "mdash" => "—",
        "lsquo" => "‘",
        "rsquo" => "’",
        "ldquo" => "“",
        "rdquo" => "”",
        "laquo" => "«",
        "raquo" => "»",
        "hellip" => "…",
        "auml" => "ä",
        "ouml" => "ö",
        "uuml" => "ü",
        "Auml" => "Ä",
        "Ouml" => "Ö",
        "Uuml" => "Ü",
        "szlig" => "ß",
        "eacute" => "é",
        "egrave" => "è",
        "agrave" => "à",
        "ccedil" => "ç",
        "ntilde" => "ñ",
        "euro" => "€",
        "copy" => "©",
        _ => return None,
    })
}

/// What a reference stands for; one that is unknown stays as it is.
pub(super) fn resolved(reference: &BytesRef) -> String {
    match reference.resolve_char_ref() {
        Ok(Some(letter)) => letter.to_string(),
        _ => entity(reference).map_or_else(|| format!("&{};", &**reference), str::to_string),
    }
}

/// A reader that takes what can be read, as most feeds are broken somewhere.
pub(super) fn forgiving<R>(mut reader: Reader<R>) -> Reader<R> {
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    reader
}

/// Reads the fields of an entry; the error says what is wrong with its XML.
pub(super) fn fields(xml: &str, prefixes: &Prefixes) -> Result<Vec<Field>, String> {
    let mut reader = forgiving(Reader::from_str(xml));
    let mut tree = Tree { fields: Vec::new(), depth: 0, prefixes: prefixes.clone() };
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => tree.open(&start, true),
            Event::Empty(start) => tree.open(&start, false),
            Event::End(end) => {
                tree.depth = tree.depth.saturating_sub(1);
                if tree.depth > 1
                    && let Some(field) = tree.fields.last_mut()
                {
                    let name = end.local_name();
                    field.inner.push_str(&format!("</{}>", name.as_ref()));
                }
            }
            Event::Text(text) => tree.text(&text.xml10_content()),
            Event::CData(text) => tree.text(&text.xml10_content()),
            Event::GeneralRef(reference) => tree.text(&resolved(&reference)),
            Event::Eof => return Ok(tree.fields),
            _ => {}
        }
    }
}

struct Tree {
    fields: Vec<Field>,
    /// Open elements; 1 in the entry, 2 in a field.
    depth: usize,
    prefixes: Prefixes,
}

impl Tree {
    fn open(&mut self, start: &BytesStart, has_end: bool) {
        if self.depth < 2 {
            self.prefixes.extend(prefixes(start));
            self.prefixes.truncate(PREFIXES);
        }
        let name = || usual(start.name().as_ref(), &self.prefixes);
        match self.depth {
            0 => {}
            1 => self.fields.push(Field { name: name(), attributes: attributes(start), ..Field::default() }),
            _ => {
                let name = name();
                if let Some(field) = self.fields.last_mut() {
                    field.inner.push_str(&format!("<{}", start.local_name().as_ref()));
                    for (key, value) in attributes(start).iter().filter(|(key, _)| !key.starts_with("xmlns"))
                    {
                        field.inner.push_str(&format!(" {key}=\"{}\"", escape(value.as_str())));
                    }
                    field.inner.push('>');
                    // An element that HTML does not know as empty would stay open.
                    let local = start.local_name();
                    if !has_end && !EMPTY.contains(&format!(" {} ", local.as_ref())) {
                        field.inner.push_str(&format!("</{}>", local.as_ref()));
                    }
                    field.parts.push((name, String::new()));
                }
            }
        }
        self.depth += usize::from(has_end);
    }

    fn text(&mut self, text: &str) {
        let Some(field) = self.fields.last_mut().filter(|_| self.depth > 1) else { return };
        field.text.push_str(text);
        field.inner.push_str(&escape(text));
        if self.depth > 2
            && let Some((_, part)) = field.parts.last_mut()
        {
            part.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn elements_nobody_escaped_are_kept_as_html() {
        let xml = "<entry><content><p class='a&amp;b'>One &amp; <b>two</b>&nbsp;&what;<br/></p></content><name>x</name></entry>";
        let fields = fields(xml, &Vec::new()).unwrap();
        assert_eq!(fields[0].inner, "<p class=\"a&amp;b\">One &amp; <b>two</b>\u{a0}&amp;what;<br></p>");
        assert_eq!(fields[0].text, "One & two\u{a0}&what;");
        assert_eq!((fields.len(), fields[1].text.as_str()), (2, "x"));
    }

    proptest! {
        #[test]
        fn no_xml_makes_it_panic(xml in "(<item>)?(<(/?[abé:]{1,3}( x='[&;#x0-9a]{0,5}')?/?)?>|&[#x0-9a-z]{0,4};?|<!\\[CDATA\\[|\\]\\]>|[a-zé \"']{0,4}){0,20}") {
            let _ = fields(&xml, &Vec::new());
        }
    }
}
