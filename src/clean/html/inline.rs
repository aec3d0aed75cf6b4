//! Spans → one line of Markdown that reads back as the same spans.

use super::block::{Span, Style};
use crate::clean::markdown::{is_entity, needs_escape};
use crate::markdown::shortcodes;
use std::sync::Arc;
use url::Url;

/// A line of Markdown, without what the start of a line needs.
pub(super) fn line(spans: &[Span], base: Option<&Url>) -> String {
    let spans = tidy(spans, base);
    let text: Vec<char> = spans.iter().flat_map(|span| span.text.chars()).collect();
    let rich = spans.iter().any(|span| span.link.is_some() || span.style != Style::default());
    let mut at = 0;
    let mut groups: Vec<(Style, String)> = Vec::new();
    let mut rest = spans.as_slice();
    while let Some(first) = rest.first() {
        let marked = |style: Style| (style.strong, style.emphasis);
        let end =
            rest.iter().position(|span| marked(span.style) != marked(first.style)).unwrap_or(rest.len());
        let (group, after) = rest.split_at(end);
        let mut written = String::new();
        write_links(&mut written, group, &text, &mut at, rich);
        groups.push((first.style, written));
        rest = after;
    }
    join(&groups)
}

/// A destination as Markdown has it, or `None` if it leads nowhere that a reader may go.
pub(super) fn destination(link: &str, base: Option<&Url>) -> Option<String> {
    resolve(link, base).map(|link| written(&link))
}

/// An address without what would end a destination.
fn resolve(link: &str, base: Option<&Url>) -> Option<String> {
    let link = link.trim();
    if link.is_empty() || link.starts_with('#') || link.len() > 4096 {
        return None;
    }
    let url = Url::options().base_url(base).parse(link).ok()?;
    if !matches!(url.scheme(), "http" | "https" | "mailto") {
        return None;
    }
    let mut out = String::new();
    for letter in url.as_str().chars() {
        match letter {
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '{' => out.push_str("%7B"),
            '}' => out.push_str("%7D"),
            '|' => out.push_str("%7C"),
            '\\' => out.push_str("%5C"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '`' => out.push_str("%60"),
            _ => out.push(letter),
        }
    }
    Some(out)
}

fn written(link: &str) -> String {
    let letters: Vec<char> = link.chars().collect();
    let each = letters.iter().enumerate().map(|(at, letter)| match letter {
        '&' if is_entity(&letters[at + 1..]) => "&amp;".to_string(),
        _ => letter.to_string(),
    });
    each.collect()
}

/// Spans that Markdown can say: no space at the edge of a mark, no two marks that touch, destinations resolved.
pub(super) fn tidy(spans: &[Span], base: Option<&Url>) -> Vec<Span> {
    let whole: String = spans.iter().map(|span| span.text.as_str()).collect();
    if !shortcodes(&whole).is_empty() {
        // Inside of these a mark would be text.
        return merge([Span { text: whole.trim().to_string(), ..Span::default() }]);
    }
    let mut parts = Vec::new();
    for span in spans {
        let link = span.link.as_deref().and_then(|link| resolve(link, base)).map(Arc::from);
        let words = span.text.trim();
        // What has no letters to click on or to make strong is text.
        if words.is_empty() {
            parts.push(Span { text: span.text.clone(), ..Span::default() });
            continue;
        }
        let space = |there: bool| Span { text: if there { " " } else { "" }.into(), ..Span::default() };
        parts.push(space(span.text.starts_with(' ')));
        parts.push(Span { text: words.to_string(), style: span.style, link });
        parts.push(space(span.text.ends_with(' ')));
    }
    let mut spans = rejoin(merge(parts));
    for span in spans.iter_mut().filter(|span| span.link.is_some() && span.text.contains("]:")) {
        // In code no bracket can be escaped, and at the start of a line this would define what links refer to
        // (CommonMark 0.31, section 4.7).
        span.style.code = false;
    }
    let mut spans = merge(unmark(spans));
    if let Some(first) = spans.first_mut() {
        first.text = first.text.trim_start().to_string();
    }
    if let Some(last) = spans.last_mut() {
        last.text = last.text.trim_end().to_string();
    }
    spans.retain(|span| !span.text.is_empty());
    spans
}

fn merge(spans: impl IntoIterator<Item = Span>) -> Vec<Span> {
    let mut merged: Vec<Span> = Vec::new();
    for span in spans.into_iter().filter(|span| !span.text.is_empty()) {
        match merged.last_mut() {
            Some(last) if last.style == span.style && last.link == span.link => {
                last.text.push_str(&span.text);
            }
            _ => merged.push(span),
        }
    }
    merged
}

/// A space between two spans with one mark belongs to both.
fn rejoin(mut spans: Vec<Span>) -> Vec<Span> {
    for at in 1..spans.len().saturating_sub(1) {
        let (before, after) = (&spans[at - 1], &spans[at + 1]);
        if spans[at].text.trim().is_empty() {
            let style = if before.style == after.style { before.style } else { Style::default() };
            let link = if before.link == after.link { before.link.clone() } else { None };
            let style = if link.is_none() { Style { code: false, ..style } } else { style };
            spans[at].style = style;
            spans[at].link = link;
        }
    }
    merge(spans)
}

/// Takes marks away that would touch others, or that CommonMark would not see between letters and signs.
fn unmark(mut spans: Vec<Span>) -> Vec<Span> {
    let marked = |span: &Span| span.style.strong || span.style.emphasis;
    let same = |one: &Span, other: &Span| {
        (one.style.strong, one.style.emphasis) == (other.style.strong, other.style.emphasis)
    };
    let mut at = 0;
    while at < spans.len() {
        let end = (at..spans.len()).find(|it| !same(&spans[*it], &spans[at])).unwrap_or(spans.len());
        let outside = |it: Option<&Span>, last: bool| {
            let edge =
                it.and_then(|it| if last { it.text.chars().next_back() } else { it.text.chars().next() });
            let special = it.is_some_and(|it| it.link.is_some() || it.style.code);
            if special { Some('[') } else { edge }
        };
        let before = outside(at.checked_sub(1).map(|it| &spans[it]), true);
        let after = outside(spans.get(end), false);
        let first = outside(spans.get(at), false);
        let last = outside(spans.get(end - 1), true);
        let touches = at > 0 && marked(&spans[at - 1]);
        let fine = !touches && sees(before, first) && sees(after, last);
        if !fine && marked(&spans[at]) {
            for span in &mut spans[at..end] {
                span.style = Style { code: span.style.code, ..Style::default() };
            }
        }
        at = end;
    }
    spans
}

/// Whether a mark is seen between a letter outside of it and one inside.
fn sees(outside: Option<char>, inside: Option<char>) -> bool {
    let open = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || is_sign(c));
    inside.is_some_and(|c| !c.is_whitespace()) && (!inside.is_some_and(is_sign) || open(outside))
}

fn is_sign(letter: char) -> bool {
    !letter.is_alphanumeric() && !letter.is_whitespace()
}

fn join(groups: &[(Style, String)]) -> String {
    let mut out = String::new();
    for (style, text) in groups {
        let mark = match (style.strong, style.emphasis) {
            (true, true) => "***",
            (true, false) => "**",
            (false, true) => "*",
            (false, false) => "",
        };
        out.push_str(mark);
        out.push_str(text);
        out.push_str(mark);
    }
    out
}

fn write_links(out: &mut String, group: &[Span], text: &[char], at: &mut usize, rich: bool) {
    let mut rest = group;
    while let Some(first) = rest.first() {
        let end = rest.iter().position(|span| span.link != first.link).unwrap_or(rest.len());
        let (inside, after) = rest.split_at(end);
        if first.link.is_some() {
            // Else it would be a picture.
            if let Some(before) = out.strip_suffix('!')
                && (before.len() - before.trim_end_matches('\\').len()) % 2 == 0
            {
                out.insert(out.len() - 1, '\\');
            }
            out.push('[');
        }
        for span in inside {
            let from = *at;
            *at += span.text.chars().count();
            if span.style.code {
                out.push_str(&code(&span.text));
            } else {
                escape(out, text, from..*at, rich);
            }
        }
        if let Some(link) = &first.link {
            out.push_str(&format!("]({})", written(link)));
        }
        rest = after;
    }
}

fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A space at both ends is taken away by whoever reads it.
    let pad = if text.starts_with('`') || text.ends_with('`') || text.starts_with(' ') && text.ends_with(' ')
    {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn escape(out: &mut String, text: &[char], range: std::ops::Range<usize>, rich: bool) {
    let whole: String = if rich { String::new() } else { text.iter().collect() };
    let shortcodes = shortcodes(&whole);
    let mut byte = 0;
    for at in range.clone() {
        let letter = text[at];
        let inside = shortcodes.iter().any(|range| range.contains(&byte));
        let (before, after) = (at.checked_sub(1).map(|at| text[at]), text.get(at + 1).copied());
        let edge = at == range.start || at + 1 == range.end;
        // Beside marks of ours, what is harmless by itself may not be.
        let beside = rich
            && match letter {
                '*' | '~' => true,
                '_' | '\\' | '^' => edge,
                '&' => is_entity(&text[at + 1..]),
                _ => false,
            };
        if !inside && (beside || needs_escape(letter, before, after, &text[at..])) {
            out.push('\\');
        }
        out.push(letter);
        byte += letter.len_utf8();
    }
}
