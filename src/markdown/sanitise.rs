//! The sanitiser around a body with raw HTML: limits, allow list, and what is said about what is gone.

use std::collections::{BTreeMap, HashMap, HashSet};

use ammonia::{Builder, UrlRelative};

use crate::markdown::allow;
use crate::markdown::prescan::{Scanned, scan};
use crate::markdown::write::Written;
use crate::markdown::{Remark, Remarks};

/// Most raw HTML in one body, in bytes.
const RAW: usize = 256 * 1024;
/// Longest body with raw HTML, rendered, in bytes; the parser takes about thirty times that in memory.
const RENDERED: usize = 4 * 1024 * 1024;
/// Most runs of the sanitiser. Misnested tables and links make a tree that is read otherwise once it is written; with
/// the second run, and rarely a third, what a browser reads is what was checked.
const RUNS: usize = 5;
/// Names listed in one note.
const LISTED: usize = 12;

/// HTML of the allow list, well-formed, with URLs still to be checked.
pub struct Sanitised {
    /// The HTML.
    pub html: String,
    /// What was left out.
    pub notes: Vec<Remark>,
}

/// Sanitises a whole body, or names the limit that it is over.
pub fn sanitise(written: &Written, marker: &str) -> Result<Sanitised, &'static str> {
    if written.raw_bytes > RAW {
        return Err("there are more than 256 KiB of it");
    }
    if written.html.len() > RENDERED {
        return Err("the whole text is longer than 4 MiB");
    }
    let scanned = scan(&written.html, marker)?;
    let mut html = clean(&scanned.html, marker);
    for _ in 1..RUNS {
        let again = clean(&html, marker);
        if again == html {
            break;
        }
        html = again;
    }
    Ok(Sanitised { html, notes: notes(&scanned) })
}

fn clean(html: &str, marker: &str) -> String {
    let attributes: HashMap<&str, HashSet<&str>> = allow::ELEMENTS
        .iter()
        .map(|(name, attributes)| (*name, attributes.iter().copied().collect()))
        .collect();
    let mut everywhere = HashSet::from(allow::EVERYWHERE);
    everywhere.insert(marker);
    let html = Builder::empty()
        .tags(allow::ELEMENTS.iter().map(|(name, _)| *name).collect())
        .tag_attributes(attributes)
        .generic_attributes(everywhere)
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .clean(html)
        .to_string();
    with_feeds(html)
}

/// A parser drops the first line feed in a `pre` and the serialiser knows nothing of it: one that counts needs another.
fn with_feeds(html: String) -> String {
    if !html.contains("<pre") {
        return html;
    }
    let mut out = String::with_capacity(html.len() + 16);
    for (number, part) in html.split("<pre").enumerate() {
        if number > 0 {
            out.push_str("<pre");
        }
        // The serialiser escapes `>` in values, so that the first one ends the tag.
        match part.split_once('>') {
            Some((tag, text)) if number > 0 && text.starts_with('\n') => {
                out.push_str(tag);
                out.push_str(">\n");
                out.push_str(text);
            }
            _ => out.push_str(part),
        }
    }
    out
}

fn notes(scanned: &Scanned) -> Vec<Remark> {
    let mut notes = Remarks::default();
    if !scanned.elements.is_empty() {
        let tags = list(&scanned.elements, |name| format!("`<{name}>`"));
        notes
            .push(Remark::new("html-removed", format!("removed HTML tags that cannot be published: {tags}")));
    }
    if !scanned.events.is_empty() {
        let events = list(&scanned.events, |name| format!("`{name}`"));
        notes.push(Remark::new(
            "html-removed",
            format!("removed attributes that would run scripts: {events}"),
        ));
    }
    for destination in &scanned.destinations {
        notes.push(Remark::unsafe_link(destination));
    }
    notes.into_vec()
}

fn list(counts: &BTreeMap<String, usize>, name: impl Fn(&str) -> String) -> String {
    let item = |(it, count): (&String, &usize)| match count {
        1 => name(it),
        count => format!("{} ({count})", name(it)),
    };
    let mut items: Vec<String> = counts.iter().take(LISTED).map(item).collect();
    if counts.len() > LISTED {
        items.push(format!("and {} others", counts.len() - LISTED));
    }
    items.join(", ")
}
