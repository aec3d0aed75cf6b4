//! What is checked before the parser sees a body, and while it walks through it.
//!
//! A parser's time may grow with nesting times length. So depth is bounded twice: by the markers at the beginning
//! of each line, which costs nothing, and by the events, which know indentation too.

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::markdown::Refused;

/// Largest body, in bytes.
const BODY: usize = 16 * 1024 * 1024;
/// Deepest nesting of block quotes, lists, items and footnotes.
const DEPTH: usize = 128;
/// Longest thematic break, in bytes. `- - - …` is one and no nesting; longer ones are no typography.
const RULE: usize = 1000;

/// Refuses a body that is too long or begins a line with too many markers.
pub fn check(body: &str) -> Result<(), Refused> {
    if body.len() > BODY {
        let message = format!("the text is longer than {} MiB", BODY / 1024 / 1024);
        return Err(Refused { line: None, message });
    }
    let deep = body.split('\n').position(|line| is_too_deep(line.as_bytes()));
    deep.map_or(Ok(()), |line| Err(too_deep(line + 1)))
}

/// Counts how deep the events are nested.
#[derive(Default)]
pub struct Depth(usize);

impl Depth {
    /// Refuses the container that is one too many.
    pub fn follow(&mut self, event: &Event, body: &str, offset: usize) -> Result<(), Refused> {
        match event {
            Event::Start(Tag::BlockQuote(_) | Tag::List(_) | Tag::Item | Tag::FootnoteDefinition(_)) => {
                self.0 += 1;
            }
            Event::End(
                TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item | TagEnd::FootnoteDefinition,
            ) => self.0 = self.0.saturating_sub(1),
            _ => {}
        }
        if self.0 > DEPTH { Err(too_deep(line_of(body, offset))) } else { Ok(()) }
    }
}

/// The line, from 1, in which a byte stands.
pub fn line_of(body: &str, offset: usize) -> usize {
    body.get(..offset).unwrap_or(body).matches('\n').count() + 1
}

fn too_deep(line: usize) -> Refused {
    Refused { line: Some(line), message: format!("quotes and lists are nested more than {DEPTH} deep") }
}

fn is_too_deep(line: &[u8]) -> bool {
    let blank = |at: usize| line.get(at).is_none_or(|it| matches!(it, b' ' | b'\t' | b'\r'));
    let (mut at, mut depth, mut bullet) = (0, 0, None);
    while depth <= DEPTH {
        while at < line.len() && blank(at) {
            at += 1;
        }
        match line.get(at) {
            Some(b'>') => depth += 1,
            Some(b'-' | b'+' | b'*') if blank(at + 1) => {
                bullet.get_or_insert(at);
                // A list and its item.
                depth += 2;
            }
            Some(b'0'..=b'9') => {
                at += line[at..].iter().take(9).take_while(|it| it.is_ascii_digit()).count();
                if !matches!(line.get(at), Some(b'.' | b')')) || !blank(at + 1) {
                    return false;
                }
                depth += 2;
            }
            _ => return false,
        }
        at += 1;
    }
    !bullet.is_some_and(|from| is_rule(&line[from..]))
}

fn is_rule(line: &[u8]) -> bool {
    line.len() <= RULE
        && line[0] != b'+'
        && line.iter().all(|it| *it == line[0] || matches!(it, b' ' | b'\t' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(body: &str, line: Option<usize>) {
        assert_eq!(check(body).map_err(|refused| refused.line), Err(line));
    }

    #[test]
    fn deep_lines_are_refused() {
        refuses(&">".repeat(129), Some(1));
        refuses(&format!("a\n\n{}", "> ".repeat(100_000)), Some(3));
        refuses(&"- ".repeat(100_000), Some(1));
        refuses(&"+ ".repeat(65), Some(1));
        refuses(&"1. ".repeat(65), Some(1));
        refuses(&"1) - > * ".repeat(30), Some(1));
        refuses(&" ".repeat(BODY + 1), None);
    }

    #[test]
    fn ordinary_lines_pass() {
        for body in [
            "",
            &">".repeat(128),
            &"- ".repeat(200),
            &"-".repeat(10_000),
            &"* ".repeat(80),
            &"> 1. x\n".repeat(5000),
        ] {
            assert_eq!(check(body), Ok(()));
        }
    }
}
