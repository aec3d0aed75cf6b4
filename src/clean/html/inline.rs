//! Spans → one line of Markdown that reads back as the same spans.

use super::block::{Span, Style};
use crate::clean::markdown::{brackets, is_entity, needs_escape};
use crate::markdown::shortcodes;
use std::sync::Arc;
use url::Url;

/// A cell of a table.
pub(super) fn cell(spans: &[Span], base: Option<&Url>) -> String {
    // What stands before a `|` is never `\`: that would be escaped as well.
    line(spans, base).replace('|', "\\|")
}

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
        // `[` and a bracket within code would be read as a reference.
        let code = span.style.code && (link.is_none() || !words.contains(']'));
        parts.push(Span { text: words.to_string(), style: Style { code, ..span.style }, link });
        parts.push(space(span.text.ends_with(' ')));
    }
    let mut spans = rejoin(merge(parts));
    if level(&mut spans) {
        spans = rejoin(merge(spans));
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
            let (mut style, mut link) = (Style::default(), None);
            // A link that goes on in other marks is written once for each: the space would be one by itself.
            if marks(before.style) == marks(after.style) {
                link = before.link.clone().filter(|_| before.link == after.link);
                let code = before.style.code && after.style.code && link.is_some();
                style = Style { code, ..before.style };
            }
            spans[at].style = style;
            spans[at].link = link;
        }
    }
    merge(spans)
}

/// Where strong words that are emphasised as well touch others that are not, takes the emphasis away: two marks that
/// touch cannot be written, and a line that is strong in part says less. Says whether there are any.
fn level(spans: &mut [Span]) -> bool {
    let mut found = false;
    let ends: Vec<usize> = (1..spans.len()).collect();
    // From both sides, as the emphasis of one may have been between two others.
    for at in ends.iter().chain(ends.iter().rev()).copied() {
        let (before, after) = (spans[at - 1].style, spans[at].style);
        if before.strong && after.strong && before.emphasis != after.emphasis {
            (spans[at - 1].style.emphasis, spans[at].style.emphasis) = (false, false);
            found = true;
        }
    }
    found
}

fn marks(style: Style) -> (bool, bool) {
    (style.strong, style.emphasis)
}

/// Takes marks away that would touch others, or that CommonMark would not see between letters and signs: where signs at
/// an edge are in the way, from these alone.
fn unmark(mut spans: Vec<Span>) -> Vec<Span> {
    let marked = |span: &Span| span.style.strong || span.style.emphasis;
    let same = |one: &Span, other: &Span| marks(one.style) == marks(other.style);
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
        let (opens, closes) = (sees(before, first), sees(after, last));
        let fine = !touches && opens && closes;
        if !fine && marked(&spans[at]) {
            let peeled = !touches
                && (closes || peel(&mut spans, end - 1, true))
                && (opens || peel(&mut spans, at, false));
            if peeled {
                continue;
            }
            for span in &mut spans[at..end] {
                span.style = Style { code: span.style.code, ..Style::default() };
            }
        }
        at = end;
    }
    spans
}

/// Takes the marks from the signs at an edge of a span, if there are words left beside them.
fn peel(spans: &mut Vec<Span>, at: usize, at_end: bool) -> bool {
    let Span { text, style, link } = spans[at].clone();
    if link.is_some() || style.code {
        return false;
    }
    let cut = if at_end {
        text.rfind(char::is_alphanumeric)
            .and_then(|last| text[last..].chars().next().map(|it| last + it.len_utf8()))
    } else {
        text.find(char::is_alphanumeric)
    };
    let Some(cut) = cut.filter(|cut| (1..text.len()).contains(cut)) else { return false };
    let (first, last) = text.split_at(cut);
    let (words, signs) = if at_end { (first, last) } else { (last, first) };
    spans[at].text = words.to_string();
    let signs = Span { text: signs.to_string(), ..Span::default() };
    spans.insert(at + usize::from(at_end), signs);
    true
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
                && before.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0
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
                escape(out, text, from..*at, (rich, first.link.is_some()));
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

/// Writes some of a line's letters, which are beside marks if it is rich, and may be those of a link.
fn escape(out: &mut String, text: &[char], range: std::ops::Range<usize>, (rich, linked): (bool, bool)) {
    let free = brackets(&text[range.clone()], range.end == text.len());
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
        let free = free[at - range.start] && !linked;
        if !inside && !free && (beside || needs_escape(letter, before, after, &text[at..])) {
            out.push('\\');
        }
        out.push(letter);
        byte += letter.len_utf8();
    }
}
