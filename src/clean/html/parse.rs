//! Limits before the parser: an HTML parser's time and memory may grow with nesting times length, and with the
//! formatting elements that it opens again and again. What is over a limit is no page that anyone wrote.

use crate::clean::Rejected;
use dom_query::Document;
use memchr::memchr;

/// Largest page in bytes.
const PAGE: usize = 8 << 20;
/// Deepest nesting.
const DEPTH: usize = 512;
/// Most attributes of one tag.
const ATTRIBUTES: usize = 512;
/// Longest tag, in bytes: whole pictures and data of scripts stand in attributes.
const TAG: usize = 1 << 20;
/// Most tags.
const TAGS: usize = 400_000;
/// Sum over start tags of the formatting elements that are open there.
const FORMATTING: usize = 200_000;
/// Most open elements looked at, all tags taken together: a page takes a hundredth of it.
const STEPS: usize = 64 << 20;

/// Elements without an end tag.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];
/// Elements that a parser opens again where it thinks that they were closed by mistake.
const FORMAT: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// Elements that such a tag begins, those that it ends, and those that it does not reach beyond.
const AGAIN: [(&[&str], &[&str], &[&str]); 6] = [
    (&["td", "th"], &["td", "th"], &["table", "tr", "template"]),
    (&["tr"], &["tr"], &["table", "template"]),
    (&["tbody", "tfoot", "thead"], &["tbody", "tfoot", "thead"], &["table", "template"]),
    (&["li"], &["li"], &["ol", "ul", "menu", "td", "table", "blockquote", "section"]),
    (&["dd", "dt"], &["dd", "dt"], &["dl", "td", "table", "blockquote", "section"]),
    (
        &[
            "dl",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "li",
            "ol",
            "p",
            "ul",
            "div",
            "blockquote",
            "section",
            "dd",
            "dt",
        ],
        &["p"],
        &[
            "table",
            "td",
            "th",
            "caption",
            "button",
            "object",
            "template",
            "div",
            "ul",
            "ol",
            "dl",
            "blockquote",
        ],
    ),
];

/// Elements whose content is text, whatever it looks like.
const RAW_TEXT: [&str; 9] =
    ["iframe", "noembed", "noframes", "plaintext", "script", "style", "textarea", "title", "xmp"];
/// Elements that no end tag of another element reaches beyond.
const WALL: [&str; 9] = ["applet", "caption", "marquee", "object", "svg", "table", "td", "template", "th"];

/// Parses a page, or says that it is beyond the limits.
pub(super) fn parse(html: &str) -> Result<Document, Rejected> {
    if html.len() > PAGE || Scan::default().run(html).is_none() {
        return Err(Rejected::Excessive);
    }
    Ok(Document::from(html))
}

/// Reads tags without building anything.
#[derive(Default)]
struct Scan<'a> {
    open: Vec<&'a str>,
    /// Open formatting elements.
    formatting: usize,
    sum: usize,
    tags: usize,
    steps: usize,
}

impl<'a> Scan<'a> {
    /// `None` where a limit is exceeded.
    fn run(&mut self, html: &'a str) -> Option<()> {
        let bytes = html.as_bytes();
        let mut at = 0;
        while let Some(found) = memchr(b'<', &bytes[at..]) {
            at += found + 1;
            match bytes.get(at) {
                Some(b'!' | b'?') => at = after_comment(bytes, at),
                Some(b'/') if bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic) => {
                    let (name, end) = tag(html, at + 1)?;
                    self.end(name);
                    at = end;
                }
                Some(letter) if letter.is_ascii_alphabetic() => {
                    let (name, end) = tag(html, at)?;
                    at = end;
                    self.tags += 1;
                    self.start(name)?;
                    if let Some(raw) = RAW_TEXT.iter().find(|raw| raw.eq_ignore_ascii_case(name)) {
                        at = after_raw_text(bytes, at, raw);
                    }
                }
                _ => continue,
            }
            self.steps += self.open.len();
            if self.steps > STEPS {
                return None;
            }
        }
        Some(())
    }

    fn start(&mut self, name: &'a str) -> Option<()> {
        let is_one_of = |list: &[&str]| list.iter().any(|it| it.eq_ignore_ascii_case(name));
        if is_one_of(&VOID) || is_one_of(&RAW_TEXT) {
            return (self.tags <= TAGS).then_some(());
        }
        self.end_before(name);
        self.sum += self.formatting;
        self.formatting += usize::from(is_one_of(&FORMAT));
        self.open.push(name);
        (self.open.len() <= DEPTH && self.sum <= FORMATTING && self.tags <= TAGS).then_some(())
    }

    /// Closes what the parser closes before such a tag: cells, rows, items and paragraphs of old pages have no end.
    fn end_before(&mut self, name: &str) {
        let is_one_of = |list: &[&str], name: &str| list.iter().any(|it| it.eq_ignore_ascii_case(name));
        for (starts, ends, walls) in AGAIN {
            if !is_one_of(starts, name) {
                continue;
            }
            let at = self.open.iter().rposition(|open| is_one_of(ends, open) || is_one_of(walls, open));
            if let Some(at) = at.filter(|at| is_one_of(ends, self.open[*at])) {
                let inner = self.open.split_off(at);
                self.open.extend(inner.into_iter().filter(|open| is_one_of(&FORMAT, open)));
            }
        }
    }

    /// Closes what the parser closes for sure; what stays open counts.
    fn end(&mut self, name: &str) {
        let is_format = |name: &str| FORMAT.iter().any(|it| it.eq_ignore_ascii_case(name));
        let is_wall = |name: &&str| WALL.iter().any(|it| it.eq_ignore_ascii_case(name));
        let Some(at) = self.open.iter().rposition(|open| open.eq_ignore_ascii_case(name)) else { return };
        if is_format(name) {
            if self.open[at + 1..].iter().all(|open| is_format(open)) {
                self.open.remove(at);
                self.formatting -= 1;
            }
        } else if !self.open[at + 1..].iter().any(is_wall) || is_wall(&name) {
            // Formatting elements inside of it stay open for the parser.
            let inner = self.open.split_off(at);
            self.open.extend(inner.into_iter().filter(|open| is_format(open)));
        }
    }
}

/// The name of the tag at `at`, and where it ends; `None` where it is over a limit.
fn tag(html: &str, at: usize) -> Option<(&str, usize)> {
    let bytes = html.as_bytes();
    let length = |from: usize| {
        bytes[from..].iter().take_while(|byte| !byte.is_ascii_whitespace() && !b"/>".contains(byte)).count()
    };
    let name = &html[at..at + length(at)];
    let (mut here, mut attributes) = (at + name.len(), 0);
    loop {
        match bytes.get(here) {
            None => break,
            Some(b'>') => {
                here += 1;
                break;
            }
            Some(b'=') => {
                here += 1;
                here += bytes[here..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                here = after_value(bytes, here);
            }
            Some(byte) if byte.is_ascii_whitespace() || *byte == b'/' => here += 1,
            Some(_) => {
                attributes += 1;
                here += 1;
                here += bytes[here..]
                    .iter()
                    .take_while(|byte| !byte.is_ascii_whitespace() && !b"/>=".contains(byte))
                    .count();
            }
        }
    }
    (attributes <= ATTRIBUTES && here - at <= TAG).then_some((name, here))
}

fn after_value(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(quote @ (b'"' | b'\'')) => {
            memchr(*quote, &bytes[at + 1..]).map_or(bytes.len(), |length| at + 1 + length + 1)
        }
        _ => at + bytes[at..].iter().take_while(|byte| !byte.is_ascii_whitespace() && **byte != b'>').count(),
    }
}

fn after_comment(bytes: &[u8], at: usize) -> usize {
    if !bytes[at..].starts_with(b"!--") {
        return memchr(b'>', &bytes[at..]).map_or(bytes.len(), |length| at + length + 1);
    }
    // `<!-->` and `<!--->` are whole comments.
    let body = at + 3;
    if bytes[body..].starts_with(b">") || bytes[body..].starts_with(b"->") {
        return body + 1;
    }
    let end = memchr::memmem::find(&bytes[body..], b"-->").map(|length| body + length + 3);
    let odd = memchr::memmem::find(&bytes[body..end.unwrap_or(bytes.len())], b"--!>");
    odd.map(|length| body + length + 4).or(end).unwrap_or(bytes.len())
}

fn after_raw_text(bytes: &[u8], from: usize, name: &str) -> usize {
    let mut at = from;
    while let Some(found) = memchr(b'<', &bytes[at..]) {
        at += found + 1;
        let end = bytes[at..].strip_prefix(b"/").and_then(|rest| rest.get(..name.len()));
        if end.is_some_and(|end| end.eq_ignore_ascii_case(name.as_bytes())) {
            return at - 1;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, fine: bool) {
        assert_eq!(parse(html).is_ok(), fine);
    }

    #[test]
    fn pages_beyond_the_limits_are_refused() {
        check(&"<div>".repeat(511), true);
        check(&"<div>".repeat(513), false);
        check(&"<b><p>".repeat(700), false);
        check(&"<p>one".repeat(5000), true);
        check(&format!("<table>{}", "<tr><td>a<td>b".repeat(5000)), true);
        check(&"<ul><li><p>a<li><p>b</ul>".repeat(5000), true);
        check(&"<dl><dt>a<dd>b<dt>c</dl>".repeat(5000), true);
        check(&"<div><span>a</div>".repeat(5000), true);
        check(&"<p><b>a<i>b</b></i></p>".repeat(5000), true);
        check(&format!("<p {}>", "a=1 ".repeat(513)), false);
        check(&format!("<p title='{}'>", "a".repeat(1 << 20)), false);
        check(&"<br>".repeat(400_001), false);
        check(&format!("{}{}", "<span>".repeat(500), "</a>".repeat(200_000)), false);
        check(&format!("<script>{}</script>", "<div>".repeat(600)), true);
        check(&format!("<!-- {} -->", "<div>".repeat(600)), true);
        check(&" ".repeat((8 << 20) + 1), false);
    }
}
