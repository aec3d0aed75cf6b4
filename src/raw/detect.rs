//! What kind a file is, by its first bytes; its name counts only where those could be anything.

use super::text;

/// What a file is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// A text.
    Text,
    /// A page or a part of one.
    Page,
    /// Atom, RSS or a WordPress export.
    Feed,
    /// A JSON object a line.
    Lines,
    /// JSON objects, in a list or one after the other.
    Values,
    /// Records of a crawl.
    Warc,
    /// None of these.
    Unknown,
}

/// Lines that are looked at for a JSON object; the first may be broken.
const LINES: usize = 20;

/// Elements that pages and parts of pages begin with.
const ELEMENTS: &str = " html head body title meta link script style base div p h1 h2 h3 h4 h5 h6 article section main \
    header footer nav aside figure span a b i em strong br hr ul ol li dl table tbody tr td th center font img blockquote \
    form noscript iframe pre small time address picture ";

/// Judges a file; one that the user named is taken for a text if nothing else fits.
pub(super) fn format(head: &[u8], file: &str, named: bool) -> Format {
    let end = end_of(file);
    let text =
        if is_plain(head) { String::from_utf8_lossy(head).into_owned() } else { text::decode(head).text };
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let is_page =
        matches!(&*end, "html" | "htm" | "xhtml" | "shtml" | "php" | "asp" | "aspx" | "jsp" | "cfm");
    let is_text = matches!(&*end, "txt" | "text");
    match start.as_bytes().first() {
        Some(b'W') if is_warc(start) => Format::Warc,
        Some(b'{') if is_json_lines(start) => Format::Lines,
        Some(b'{' | b'[') if is_json(start) => Format::Values,
        Some(b'<') => match root(start) {
            Some("rss" | "feed" | "RDF") => Format::Feed,
            Some(name) if ELEMENTS.contains(&format!(" {} ", name.to_lowercase())) => Format::Page,
            _ if is_page => Format::Page,
            _ if is_text || named => Format::Text,
            _ => Format::Unknown,
        },
        // A file of lines may begin with a broken one.
        _ if !head.is_empty() && matches!(&*end, "jsonl" | "ndjson") => Format::Lines,
        _ if is_page => Format::Page,
        _ if is_text || named => Format::Text,
        _ => Format::Unknown,
    }
}

/// The end of a file's name, without those of packed files.
pub(super) fn end_of(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or_default().to_lowercase();
    let packed = |name: &str| {
        [".gz", ".zst", ".gzip"].iter().find_map(|end| name.strip_suffix(end).map(str::to_string))
    };
    let name = packed(&name).unwrap_or(name);
    name.rsplit_once('.').map_or(String::new(), |(_, end)| end.to_string())
}

fn is_plain(head: &[u8]) -> bool {
    !head.contains(&0) && std::str::from_utf8(&head[..head.len().min(4096)]).is_ok()
}

fn is_warc(start: &str) -> bool {
    start.strip_prefix("WARC/").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether one of the first lines is an object of its own. A line that fills all that is known of the file is one if
/// it begins so.
fn is_json_lines(start: &str) -> bool {
    let mut lines = start.lines().take(LINES).peekable();
    let object = |line: &str| {
        line.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(line.trim_end()).is_ok()
    };
    match lines.peek() {
        Some(first) if first.len() == start.len() && is_key(first) => true,
        _ => lines.any(object),
    }
}

fn is_key(start: &str) -> bool {
    start.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"'))
}

/// Whether a list of objects or an object begins here; the rest may be broken.
fn is_json(start: &str) -> bool {
    match start.strip_prefix('[').map(str::trim_start) {
        Some(list) => list.is_empty() || list.starts_with(']') || is_key(list),
        None => is_key(start),
    }
}

/// The name of the outermost element, without its prefix.
fn root(mut text: &str) -> Option<&str> {
    loop {
        text = text.trim_start().strip_prefix('<')?;
        let behind = |end: &str| text.split_once(end).map(|(_, rest)| rest);
        if text.starts_with("!--") {
            text = behind("-->")?;
        } else if text.starts_with('?') {
            text = behind("?>")?;
        } else if let Some(doctype) = text.strip_prefix('!') {
            let name = doctype.split_whitespace().nth(1).unwrap_or_default();
            if name.to_lowercase().starts_with("html") {
                return Some("html");
            }
            // A document type with declarations of its own ends behind them.
            let inner = doctype.find('[').filter(|at| doctype.find('>').is_none_or(|end| *at < end));
            text = if inner.is_some() { behind("]")?.split_once('>')?.1 } else { behind(">")? };
        } else {
            let name = text.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next()?;
            return Some(name.rsplit(':').next().unwrap_or(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn content_says_what_a_file_is() {
        for (head, file, format_found) in [
            ("WARC/1.0\r\n", "x", Format::Warc),
            ("WARC begins", "x.txt", Format::Text),
            ("<!DOCTYPE html><p>", "x.bin", Format::Page),
            ("\u{feff}<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x'>", "x", Format::Page),
            ("<!-- saved --><HTML>", "x", Format::Page),
            ("<p>A fragment", "x.txt", Format::Page),
            ("A fragment<p>", "x.htm.gz", Format::Page),
            ("<?xml version='1.0'?><!-- a --><rss version='2.0'>", "x.html", Format::Feed),
            ("<!DOCTYPE rss [<!ENTITY a 'b'>]><rss>", "x", Format::Feed),
            ("<atom:feed xmlns:atom='x'>", "x", Format::Feed),
            ("<rdf:RDF>", "x", Format::Feed),
            ("<urlset>", "sitemap.xml", Format::Unknown),
            ("<svg>", "x.svg", Format::Unknown),
            ("{\"text\":\"a\"}\n", "x", Format::Lines),
            ("{\"text\": broken\n{\"text\":\"a\"}\n", "x", Format::Lines),
            ("{\"text\":\"and so on", "x", Format::Lines),
            ("{\n \"items\": [\n {\"id\":1}\n]}", "x", Format::Values),
            ("[{\"id\":1}]", "x", Format::Values),
            ("[1998] A year", "x.txt", Format::Text),
            ("{ braces }", "x.txt", Format::Text),
            ("body { margin: 0 }", "x.css", Format::Unknown),
            ("Text", "README", Format::Unknown),
            ("broken", "x.jsonl", Format::Lines),
            ("", "x.jsonl", Format::Unknown),
        ] {
            assert_eq!(format(head.as_bytes(), file, false), format_found, "{head}");
        }
        assert_eq!(format(b"Text", "README", true), Format::Text);
        let utf16: Vec<u8> = "<html><p>Grüße".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(format(&utf16, "x", false), Format::Page);
    }

    proptest! {
        #[test]
        fn no_beginning_makes_it_panic(head in proptest::collection::vec(any::<u8>(), 0..200), text in "[<>!?a-z\\[\\]{}\" -]{0,60}") {
            format(&head, "x", true);
            format(text.as_bytes(), "x", false);
        }
    }
}
