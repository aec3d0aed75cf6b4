//! What is checked before the parser sees a body, and while it walks through it.
//!
//! A parser's time may grow with nesting times length. So depth is bounded twice: by the markers at the beginning
//! of each line, which costs nothing, and by the events, which know indentation too.

use memchr::{memchr, memchr_iter};
use pulldown_cmark::{Event, Tag, TagEnd};

use crate::markdown::Refused;
use crate::markdown::shortcode::Source;

/// Largest body, in bytes.
const BODY: usize = 16 * 1024 * 1024;
/// Deepest nesting of block quotes, lists, items and footnotes.
const DEPTH: usize = 128;
/// Longest thematic break, in bytes. `- - - …` is one and no nesting; longer ones are no typography.
const RULE: usize = 1000;

/// Empty cells that the parser may add to rows shorter than their table's head. It has this limit for each table; but
/// a table of 5 KB can reach it, and 16 MiB of them took all memory.
const CELLS: usize = 1 << 18;

/// Prepares a body for the parser, or refuses it.
pub fn prepare(body: &str) -> Result<Source<'_>, Refused> {
    if body.len() > BODY {
        let message = format!("the text is longer than {} MiB", BODY / 1024 / 1024);
        return Err(Refused { line: None, message });
    }
    let source = Source::new(body);
    let mut table = Table::default();
    let bytes = source.text.as_bytes();
    let has_tables = memchr(b'|', bytes).is_some();
    let mut start = 0;
    for (line, end) in memchr_iter(b'\n', bytes).chain([bytes.len()]).enumerate() {
        let text = &source.text[start..end];
        start = end + 1;
        if is_too_deep(text.as_bytes()) {
            return Err(too_deep(line + 1));
        }
        if has_tables && table.missing_after(text) > CELLS {
            let message = format!("more than {CELLS} cells are missing in tables");
            return Err(Refused { line: Some(line + 1), message });
        }
    }
    Ok(source)
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

/// Follows what could be tables. It takes more for one than the parser does, never less.
#[derive(Default)]
struct Table {
    columns: usize,
    missing: usize,
}

impl Table {
    /// All cells that are missing so far, this line's included.
    fn missing_after(&mut self, line: &str) -> usize {
        let Some(first) = line.find('|') else {
            if line.bytes().all(|it| matches!(it, b' ' | b'\t' | b'>')) {
                self.columns = 0;
            }
            self.missing += self.columns.saturating_sub(1);
            return self.missing;
        };
        let pipes = line.matches('|').count() - line.matches("\\|").count();
        self.missing += self.columns.saturating_sub(pipes + 1);
        if line[first..].bytes().all(|it| matches!(it, b'|' | b'-' | b':' | b' ' | b'\t'))
            && line.contains('-')
        {
            self.columns = self.columns.max(pipes + 1);
        }
        self.missing
    }
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
        assert_eq!(prepare(body).err().map(|refused| refused.line), Some(line));
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
    fn tables_full_of_holes_are_refused() {
        let table = |columns: usize| format!("{}\n{}\n", "a|".repeat(columns), "-|".repeat(columns));
        refuses(&(table(1000) + &"a\n".repeat(300)), Some(265));
        refuses(&(table(1000) + &"\\|".repeat(1000) + &"\n|".repeat(300)), Some(265));
        refuses(&(table(99) + &"a\n".repeat(90) + "\n").repeat(30), Some(2737));
        assert!(prepare(&(table(20) + &"a|b\n".repeat(5000))).is_ok());
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
            assert_eq!(prepare(body).err(), None);
        }
    }
}
