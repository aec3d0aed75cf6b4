//! The visible text of a node, as far as it is short.

use super::names;
use dom_query::NodeRef;

/// Most nodes of a text that are looked at.
const NODES: usize = 150;

/// The text in a node with single spaces; a block begins a new word. Empty if it is longer than `most` bytes.
pub(super) fn visible(node: &NodeRef, most: usize) -> String {
    let mut text = String::new();
    let mut current = node.first_child();
    let (mut depth, mut count) = (0_usize, 0);
    while let Some(inner) = current {
        let mut enter = false;
        count += 1;
        if count > NODES {
            return String::new();
        }
        if inner.is_text() {
            push(&mut text, &inner.text());
            if text.len() > most {
                return String::new();
            }
        } else if let Some(element) = inner.element_ref() {
            let name: &str = &element.name.local;
            enter = !matches!(name, "script" | "style" | "svg" | "noscript" | "template")
                && inner.first_child().is_some();
            if !matches!(
                name,
                "b" | "i" | "em" | "strong" | "a" | "sup" | "sub" | "font" | "mark" | "wbr" | "u" | "abbr"
            ) && !text.ends_with(' ')
            {
                text.push(if name == "br" || name == "li" || name == "div" || name == "p" {
                    '\n'
                } else {
                    ' '
                });
            }
        }
        if enter {
            depth += 1;
            current = inner.first_child();
            continue;
        }
        let mut at = inner;
        current = loop {
            if let Some(next) = at.next_sibling() {
                break Some(next);
            }
            if depth == 0 {
                break None;
            }
            depth -= 1;
            let Some(parent) = at.parent() else { break None };
            if parent.element_ref().is_some_and(|e| matches!(&*e.name.local, "div" | "p" | "li" | "span"))
                && !text.ends_with(' ')
            {
                text.push(' ');
            }
            at = parent;
        };
    }
    let lines = text.split('\n').map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The text of the node's own text nodes; empty if it is longer than `most` bytes.
pub(super) fn own_text(node: &NodeRef, most: usize) -> String {
    let mut text = String::new();
    for child in node.children_it(false).filter(NodeRef::is_text) {
        push(&mut text, &child.text());
        if text.len() > most {
            return String::new();
        }
    }
    text
}

/// No more than `most` bytes of a text.
pub(super) fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

pub(super) fn links(node: &NodeRef) -> Vec<String> {
    let links = node.descendants_it().take(NODES).filter(|inner| inner.has_name("a"));
    links.take(10).map(|link| visible(&link, 100)).filter(|text| !text.is_empty()).collect()
}

/// The text beside `By` that has an element of its own: that of the next element, and of links that follow it.
pub(super) fn beside(node: &NodeRef) -> String {
    let mut text = String::new();
    let mut next = node.next_sibling();
    for _ in 0..12 {
        let Some(sibling) = next else { break };
        let more = if sibling.is_text() { sibling.text().trim().to_string() } else { visible(&sibling, 120) };
        let name = sibling.has_name("a") || names::is_person(&more);
        if !text.is_empty() && !name && more.len() > 5 {
            break;
        }
        text.push_str(&more);
        text.push(' ');
        text.truncate(text.trim_end().len() + usize::from(!text.trim_end().is_empty()));
        next = sibling.next_sibling();
    }
    text.trim_end().to_string()
}

fn push(text: &mut String, more: &str) {
    for c in more.chars() {
        match c {
            '\u{ad}' | '\u{200b}' | '\u{feff}' => {}
            c if c.is_whitespace() => {
                if !text.ends_with([' ', '\n']) {
                    text.push(' ');
                }
            }
            c => text.push(c),
        }
    }
}
