//! Shortcodes of other generators – `{{< x >}}`, `{{% x %}}`, `{{ x }}`, `{% x %}` – are text and stay as written.
//!
//! To CommonMark, `{{<youtube id>}}` holds a tag, `"x"` wants curly quotes and `a | b` ends a table cell. So before
//! parsing, the ASCII punctuation inside is exchanged for private-use letters, one for one, and afterwards back.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

use crate::markdown::escape::{has_unwanted, is_unwanted};

/// Where the letters for ASCII punctuation begin, in the last private-use plane.
const LETTERS: u32 = 0x10_F700;
/// The longest shortcode, in bytes.
const LONGEST: usize = 4096;

/// A body as the parser sees it: line feeds only, no control characters, shortcodes hidden.
pub struct Source<'a> {
    /// The text for the parser; it has the lines of the body.
    pub text: Cow<'a, str>,
    hidden: bool,
}

impl<'a> Source<'a> {
    /// Prepares a body.
    pub fn new(body: &'a str) -> Self {
        let clean = without_controls(body);
        match hide(&clean) {
            Some(text) => Source { text: Cow::Owned(text), hidden: true },
            None => Source { text: clean, hidden: false },
        }
    }

    /// Text from the parser as it was written.
    pub fn plain<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !self.hidden || !text.contains(is_letter) {
            return Cow::Borrowed(text);
        }
        Cow::Owned(text.chars().map(|it| letter_to_ascii(it).unwrap_or(it)).collect())
    }

    /// Raw HTML from the parser, with shortcodes in it as text.
    pub fn html<'t>(&self, html: &'t str) -> Cow<'t, str> {
        if !self.hidden || !html.contains(is_letter) {
            return Cow::Borrowed(html);
        }
        let mut out = String::with_capacity(html.len());
        for character in html.chars() {
            match letter_to_ascii(character) {
                Some('<') => out.push_str("&lt;"),
                Some('>') => out.push_str("&gt;"),
                Some('&') => out.push_str("&amp;"),
                Some('"') => out.push_str("&quot;"),
                Some('\'') => out.push_str("&#39;"),
                Some(ascii) => out.push(ascii),
                None => out.push(character),
            }
        }
        Cow::Owned(out)
    }

    /// How many shortcodes begin in a text from the parser; `{{ x }}` is not counted, as it may well be prose.
    pub fn count(&self, text: &str) -> usize {
        if !self.hidden {
            return 0;
        }
        let letters = |opening: &str| -> String { opening.chars().map(ascii_to_letter).collect() };
        ["{{<", "{{%", "{%"].iter().map(|opening| text.matches(&letters(opening)).count()).sum::<usize>()
            // `{{%` holds `{%`.
            - text.matches(&letters("{{%")).count()
    }

    /// Whether there is nothing but shortcodes in a text from the parser.
    pub fn is_only_shortcodes(&self, text: &str) -> bool {
        let mut inside = false;
        let (open, close) = (ascii_to_letter('{'), ascii_to_letter('}'));
        self.hidden
            && text.contains(is_letter)
            && text.chars().all(|it| {
                inside = (inside || it == open) && it != close;
                inside || it == close || it.is_whitespace()
            })
    }
}

fn without_controls(body: &str) -> Cow<'_, str> {
    if !has_unwanted(body) {
        return Cow::Borrowed(body);
    }
    body.replace("\r\n", "\n").replace('\r', "\n").replace(is_unwanted, "").into()
}

fn is_letter(character: char) -> bool {
    (LETTERS..LETTERS + 128).contains(&u32::from(character))
}

fn letter_to_ascii(character: char) -> Option<char> {
    u32::from(character).checked_sub(LETTERS).filter(|it| *it < 128).and_then(char::from_u32)
}

fn ascii_to_letter(character: char) -> char {
    char::from_u32(LETTERS + u32::from(character)).unwrap_or(character)
}

fn hide(body: &str) -> Option<String> {
    let ranges = shortcodes(body);
    // A body that uses these letters itself is left alone, or they would come back as punctuation.
    if ranges.is_empty() || body.contains(is_letter) {
        return None;
    }
    let mut out = String::with_capacity(body.len() + 64);
    let mut copied = 0;
    for Range { start, end } in ranges {
        out.push_str(&body[copied..start]);
        let hidden = |it: char| if it.is_ascii_punctuation() { ascii_to_letter(it) } else { it };
        out.extend(body[start..end].chars().map(hidden));
        copied = end;
    }
    out.push_str(&body[copied..]);
    Some(out)
}

/// Where the shortcodes of a body are, in bytes: nothing inside has a meaning in Markdown.
pub fn shortcodes(body: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut finder = Finder { body, found: [(0, Some(0)); 5] };
    let mut at = 0;
    while let Some(open) = memchr(b'{', &body.as_bytes()[at..]).map(|it| it + at) {
        at = open + 1;
        if let Some(end) = finder.end_of(open) {
            found.push(open..end);
            at = end;
        }
    }
    found
}

/// Finds closings in linear time: what was found, or not found, behind one place is remembered for the next.
struct Finder<'a> {
    body: &'a str,
    found: [(usize, Option<usize>); 5],
}

impl Finder<'_> {
    const NEEDLES: [&'static str; 5] = [">}}", "%}}", "}}", "%}", "\n\n"];

    /// The end of the shortcode that opens at `open`.
    fn end_of(&mut self, open: usize) -> Option<usize> {
        let rest = &self.body[open..];
        let (needle, inside) = match rest.as_bytes() {
            [b'{', b'{', b'<', ..] => (0, open + 3),
            [b'{', b'{', b'%', ..] => (1, open + 3),
            [b'{', b'{', ..] => (2, open + 2),
            [b'{', b'%', ..] => (3, open + 2),
            _ => return None,
        };
        let close = self.next(needle, inside)?;
        if close - open > LONGEST || self.next(4, inside).is_some_and(|blank_line| blank_line < close) {
            return None;
        }
        let text = &self.body[inside..close];
        let ticks = text.matches('`').count();
        // "Write `{{` and `}}`" is prose with two code spans. Hugo alone has strings in backticks and breaks lines.
        let is_prose = if needle < 2 { ticks % 2 == 1 } else { ticks > 0 || text.contains('\n') };
        (!is_prose).then(|| close + Self::NEEDLES[needle].len())
    }

    fn next(&mut self, needle: usize, from: usize) -> Option<usize> {
        let (searched, found) = self.found[needle];
        let stale = from < searched || found.is_some_and(|it| it < from);
        if stale || searched == 0 {
            let found = self.body[from..].find(Self::NEEDLES[needle]).map(|it| it + from);
            self.found[needle] = (from.max(1), found);
            return found;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, shortcodes: usize) {
        let source = Source::new(body);
        assert_eq!(source.plain(&source.text), body);
        assert_eq!(source.count(&source.text), shortcodes);
        assert_eq!(source.text.matches('\n').count(), body.matches('\n').count());
    }

    #[test]
    fn shortcodes_come_back_as_they_were() {
        check("a {{< figure src=\"a.jpg\" >}} b", 1);
        check("{{<youtube id>}}{{% x %}}{% y %}", 3);
        check("{{ x }} and {{ y | z }}", 0);
        check("{{<\n x\n>}}", 1);
        check("{{<\n\n x >}}", 0);
        check("Write `{{` and `}}`", 0);
        check("{{{{{{ }} }} {% {{ %} }}", 1);
        check("{{", 0);
        check("\u{10F73C}{{< x >}}", 0);
    }

    #[test]
    fn control_characters_go_and_lines_stay() {
        assert_eq!(Source::new("a\r\nb\0\x1bc\rd\te").text, "a\nbc\nd\te");
    }
}
