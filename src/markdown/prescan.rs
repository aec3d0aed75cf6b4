//! Tag soup into canonical tags of the allow list, counted.
//!
//! The sanitiser's parser takes time by nesting times length, opens formatting elements again and again, and changes
//! its mind about what a tag is inside `svg`, `select` or `noscript`. It gets none of that from here: only allowed
//! tags with quoted attributes leave, text has no `<`, and nesting is bounded. So both read the same tags.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::markdown::allow;
use crate::markdown::escape::{copy_text, decode, escape};
use crate::markdown::link::{Target, target};
use crate::markdown::token::{Tag, Token, Tokens};

/// Deepest nesting.
const DEPTH: usize = 256;
/// Sum over start tags of the formatting elements that are open there: how many elements a parser may build.
const FORMATTING: usize = 200_000;
/// Most attributes of one tag.
const ATTRIBUTES: usize = 512;
/// Longest tag, in bytes.
const TAG: usize = 64 * 1024;

/// Elements that go with their content.
const WITH_CONTENT: [&str; 9] =
    ["iframe", "math", "noembed", "noframes", "object", "script", "style", "svg", "template"];
/// Elements whose content is text, whatever it looks like.
const RAW_TEXT: [&str; 4] = ["plaintext", "textarea", "title", "xmp"];

/// The HTML for the sanitiser, and what is not in it.
#[derive(Default)]
pub struct Scanned {
    /// Canonical HTML; its tags need not be balanced.
    pub html: String,
    /// Elements that were left out, with their number.
    pub elements: BTreeMap<String, usize>,
    /// Event attributes that were left out, with their number.
    pub events: BTreeMap<String, usize>,
    /// Destinations that were left out.
    pub destinations: Vec<String>,
}

/// Rewrites HTML, or names the limit that it is over. The attribute `marker` is ours and stays.
pub fn scan(html: &str, marker: &str) -> Result<Scanned, &'static str> {
    let mut scan = Scan { marker, done: Scanned::default(), open: Vec::new(), formatting: 0, sum: 0 };
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) => copy_text(&mut scan.done.html, text),
            // It was shown as text by the writer already; this is for what it could not see.
            Token::Torn(text) => escape(&mut scan.done.html, text),
            Token::Comment => {}
            Token::Start(tag) => scan.start(&tag, &mut tokens)?,
            Token::End(name) => scan.end(name),
        }
    }
    Ok(scan.done)
}

struct Scan<'a> {
    marker: &'a str,
    done: Scanned,
    open: Vec<&'static str>,
    /// Open formatting elements.
    formatting: usize,
    sum: usize,
}

impl Scan<'_> {
    fn start(&mut self, tag: &Tag, tokens: &mut Tokens) -> Result<(), &'static str> {
        if tag.count > ATTRIBUTES {
            return Err("a tag has more than 512 attributes");
        }
        if tag.name.len() + tag.rest.len() > TAG {
            return Err("a tag is longer than 64 KiB");
        }
        let name = tag.name.to_ascii_lowercase();
        let Some(element) = allow::element(&name) else {
            self.leave_out(&name, tag, tokens);
            return Ok(());
        };
        if element == "a" && !self.leads_somewhere(tag) {
            return Ok(());
        }
        self.implied_ends(element);
        if !allow::is_void(element) {
            self.open.push(element);
            self.formatting += usize::from(allow::is_formatting(element));
        }
        self.sum += self.formatting;
        if self.open.len() > DEPTH {
            return Err("tags are nested more than 256 deep");
        }
        if self.sum > FORMATTING {
            return Err("too many formatting tags are open at once");
        }
        self.done.html.push('<');
        self.done.html.push_str(element);
        for (name, value) in tag.attributes() {
            self.attribute(element, &name.to_ascii_lowercase(), value);
        }
        self.done.html.push('>');
        Ok(())
    }

    /// An element is popped only when it is on top, or below items that its end tag ends too: what is closed crosswise
    /// counts as open.
    fn end(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        let Some(element) = allow::element(&name).filter(|it| !allow::is_void(it)) else { return };
        let implied =
            self.open.iter().rev().take_while(|open| **open != element && is_ended_by(open, element)).count();
        if self.open.iter().rev().nth(implied) == Some(&element) {
            (0..=implied).for_each(|_| self.pop());
        }
        self.done.html.push_str("</");
        self.done.html.push_str(element);
        self.done.html.push('>');
    }

    fn pop(&mut self) {
        if let Some(element) = self.open.pop() {
            self.formatting -= usize::from(allow::is_formatting(element));
        }
    }

    /// A paragraph, item or cell ends where the next begins; old pages have hundreds without an end tag.
    fn implied_ends(&mut self, element: &str) {
        let closes: &[&str] = match element {
            "p" => &["p"],
            "li" => &["p", "li"],
            "dd" | "dt" => &["p", "dd", "dt"],
            "td" | "th" => &["p", "td", "th"],
            "tr" => &["p", "td", "th", "tr"],
            _ => &[],
        };
        while self.open.last().is_some_and(|open| closes.contains(open)) {
            self.pop();
        }
    }

    /// Whether a link has a safe destination. Without one it goes now, before the sanitiser builds a tree around it.
    fn leads_somewhere(&mut self, tag: &Tag) -> bool {
        let Some(destination) = tag.value("href") else { return false };
        match target(&destination) {
            Target::Local(_) | Target::Remote(_) => return true,
            Target::Unsafe => self.done.destinations.push(destination.into_owned()),
            Target::Empty => {}
        }
        tag.attributes().for_each(|(name, _)| self.count_event(&name.to_ascii_lowercase()));
        false
    }

    fn attribute(&mut self, element: &str, name: &str, raw: &str) {
        let kept = match name {
            _ if name == self.marker => true,
            "href" | "src" | "cite" if allow::attribute(element, name, "") => match target(&decode(raw)) {
                Target::Unsafe => {
                    self.done.destinations.push(decode(raw).into_owned());
                    false
                }
                Target::Local(_) | Target::Remote(_) | Target::Empty => true,
            },
            _ => allow::attribute(element, name, raw),
        };
        if kept {
            self.done.html.push(' ');
            self.done.html.push_str(name);
            self.done.html.push_str("=\"");
            self.done.html.push_str(&quoted(raw));
            self.done.html.push('"');
        } else {
            self.count_event(name);
        }
    }

    fn count_event(&mut self, attribute: &str) {
        if attribute.len() > 2 && attribute.starts_with("on") {
            *self.done.events.entry(shown(attribute)).or_default() += 1;
        }
    }

    fn leave_out(&mut self, name: &str, tag: &Tag, tokens: &mut Tokens) {
        *self.done.elements.entry(shown(name)).or_default() += 1;
        tag.attributes().for_each(|(name, _)| self.count_event(&name.to_ascii_lowercase()));
        if WITH_CONTENT.contains(&name) {
            tokens.skip_raw(name);
        } else if RAW_TEXT.contains(&name)
            && let Some(text) = tokens.skip_raw(name)
        {
            copy_text(&mut self.done.html, text);
        }
    }
}

/// Whether the standard lets an end tag end an open element that has no end tag of its own.
fn is_ended_by(open: &str, end: &str) -> bool {
    match end {
        "address" | "aside" | "blockquote" | "dd" | "details" | "div" | "dl" | "dt" | "figcaption"
        | "figure" | "li" | "ol" | "pre" | "section" | "summary" | "ul" => {
            matches!(open, "dd" | "dt" | "li" | "p")
        }
        "table" => matches!(open, "p" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr"),
        "tbody" | "tfoot" | "thead" => matches!(open, "p" | "td" | "th" | "tr"),
        "tr" => matches!(open, "p" | "td" | "th"),
        "td" | "th" => open == "p",
        _ => false,
    }
}

/// A value between double quotes; its references stay.
fn quoted(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['"', '<', '>']) && !raw.contains(|it: char| it < ' ') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len() + 16);
    copy_text(&mut text, raw);
    text.replace('"', "&quot;").into()
}

/// A name from the body for a message: short, and nothing that a terminal could obey.
fn shown(name: &str) -> String {
    name.chars().take(30).map(|it| if it.is_ascii_graphic() && it != '`' { it } else { '?' }).collect()
}
