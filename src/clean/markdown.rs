//! Text → Markdown that reads back as the same text: what CommonMark, tables, footnotes and strikethrough would
//! interpret is escaped, and nothing else, so that the file stays pleasant to edit.

use crate::markdown;

/// A paragraph: one line.
pub(super) fn paragraph(text: &str) -> String {
    escape_line(text)
}

/// A subheading.
pub(super) fn heading(text: &str) -> String {
    headed(2, &escape_inline(text))
}

/// A heading of text that is escaped already.
pub(super) fn headed(level: u8, escaped: &str) -> String {
    let signs = "#".repeat(usize::from(level.clamp(1, 6)));
    // A row of `#` at the end would be read as the heading's closing sequence.
    match escaped.strip_suffix('#') {
        Some(rest) => format!("{signs} {rest}\\#"),
        None => format!("{signs} {escaped}"),
    }
}

fn escape_line(text: &str) -> String {
    guard(text, &escape_inline(text))
}

/// Escapes what would begin a block at the start of a line, given the line itself and what was made of it.
pub(super) fn guard(text: &str, escaped: &str) -> String {
    let first = text.chars().next().unwrap_or(' ');
    let dashes = text.bytes().take_while(|byte| *byte == b'-').count();
    if dashes > 1 {
        // One escaped dash would leave two that are set as a long one.
        return format!("{}{}", "\\-".repeat(dashes), &escaped[dashes..]);
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = (1..=9).contains(&digits) && text[digits..].starts_with(['.', ')']);
    if numbered {
        let (number, rest) = escaped.split_at(digits);
        return format!("{number}\\{rest}");
    }
    let only = |signs: &str| text.chars().all(|letter| signs.contains(letter));
    let begins_block = match first {
        '#' | '>' | '+' | '-' | '*' => true,
        // The line below a heading, or below the first row of a table.
        '=' => only("= "),
        ':' | '|' => only(":|- "),
        _ => false,
    };
    // `\` before a sign that is escaped already would undo it.
    if begins_block && !escaped.starts_with('\\') { format!("\\{escaped}") } else { escaped.to_string() }
}

fn escape_inline(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    // A build takes what is inside of these as text already; `\` would be shown.
    let shortcodes = markdown::shortcodes(text);
    let free = brackets(&letters, true);
    let mut out = String::with_capacity(text.len() + 8);
    for (at, (byte, letter)) in text.char_indices().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1).copied();
        let inside = shortcodes.iter().any(|range| range.contains(&byte));
        if !inside && !free[at] && needs_escape(letter, before, after, &letters[at..]) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// Whether a letter would be read as Markdown where it stands; `rest` begins with it.
pub(super) fn needs_escape(letter: char, before: Option<char>, after: Option<char>, rest: &[char]) -> bool {
    let space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match letter {
        '\\' => after.is_none_or(|c| c.is_ascii_punctuation()),
        '`' | '[' | ']' | '<' => true,
        // Between spaces or, for the underscore, inside a word, it opens and closes nothing.
        '*' => !(space(before) && space(after)),
        '_' => !(word(before) && word(after) || space(before) && space(after)),
        '~' => before == Some('~') || after == Some('~') || !(space(before) && space(after)),
        '!' => after == Some('['),
        '&' => is_entity(&rest[1..]),
        _ => false,
    }
}

/// Longest text in brackets that is looked for, in letters.
const BRACKETS: usize = 200;

/// Which letters are brackets around words that read as such, `[the mayor]`: they would be a link, a footnote, a task
/// or a reference only by what is in them or behind them. `ends` says that nothing follows the letters.
pub(super) fn brackets(letters: &[char], ends: bool) -> Vec<bool> {
    let mut free = vec![false; letters.len()];
    for at in (0..letters.len()).filter(|at| letters[*at] == '[') {
        let inside = &letters[at + 1..];
        let Some(length) = inside.iter().take(BRACKETS).position(|it| matches!(it, '[' | ']')) else {
            continue;
        };
        let (words, behind) = (&inside[..length], inside.get(length + 1));
        let is_plain = inside[length] == ']'
            && words.first().is_some_and(|it| it.is_ascii_digit() || words.len() > 1 && it.is_alphanumeric())
            && behind.map_or(ends, |it| !matches!(it, '(' | '[' | ':'))
            && at.checked_sub(1).is_none_or(|before| !matches!(letters[before], ']' | '!' | '\\'));
        if is_plain {
            (free[at], free[at + 1 + length]) = (true, true);
        }
    }
    free
}

/// Whether an entity's name and its end follow a `&`.
pub(super) fn is_entity(rest: &[char]) -> bool {
    let name = rest.iter().take(40).position(|c| *c == ';').unwrap_or(0);
    name > 0 && rest[..name].iter().all(|c| c.is_ascii_alphanumeric() || *c == '#')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    /// Blocks of a document, each with its kind and text; anything but paragraphs, headings and text is named.
    fn read(markdown: &str) -> Vec<(String, String)> {
        let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
        let mut blocks: Vec<(String, String)> = Vec::new();
        for event in Parser::new_ext(markdown, options) {
            match event {
                Event::Start(Tag::Paragraph) => blocks.push(("p".into(), String::new())),
                Event::Start(Tag::Heading { level, .. }) => blocks.push((level.to_string(), String::new())),
                Event::End(TagEnd::Paragraph | TagEnd::Heading(_)) => {}
                Event::Text(text) => match blocks.last_mut() {
                    Some(block) => block.1.push_str(&text),
                    None => blocks.push(("loose".into(), text.to_string())),
                },
                other => blocks.push((format!("{other:?}"), String::new())),
            }
        }
        blocks
    }

    #[test]
    fn what_looks_like_markdown_reads_back_as_text() {
        for text in [
            "# no heading",
            "1. no list",
            "12) no list",
            "- no list",
            "+ no list",
            "* no list",
            "> no quote",
            "=== no underline",
            "--- no rule",
            "***",
            "___",
            "- - -",
            "*a* _b_ **c** __d__ ~~e~~ ~f~",
            "snake_case_name 2*3*4 a * b",
            "[a](b) [c]: d [^1] ![x](y)",
            "<b>x</b> <https://x.y> a < b",
            "&amp; &#65; AT&T; a & b",
            "`code` ``",
            "back\\slash \\* \\",
            "| a | b |",
            "ends with #",
            "100%_sure_",
            "**",
            "a\\",
            ":--|--:",
            "~~~ no fence",
            "``` no fence",
            "1986\\. x",
            "Hello! [x]",
            "[x] no task",
            "[Note]: no reference",
            "[Note](no link), [one][two], ![no picture]",
            "[UPDATED: today] Said [the mayor] of [a [b] c] and [`d`]",
            ": no list",
            "= no underline",
        ] {
            assert_eq!(read(&paragraph(text)), [("p".to_string(), text.to_string())], "{}", paragraph(text));
            let headed = text.trim_end().to_string();
            assert_eq!(read(&heading(&headed)), [("h2".to_string(), headed)], "{}", heading(text));
        }
        for text in [
            "Plain - text, with (signs); 5 * 3 & snake_case!",
            "“[The bridge] is open,” she said | Photo: Jo Doe",
            "[the mayor] said so",
            ": and so on",
        ] {
            assert_eq!(paragraph(text), text);
        }
    }

    proptest! {
        #[test]
        fn any_line_reads_back(text in "[-a1 *_~`\\[\\]()<>&#;|!\\\\.:+=^\"'é]{1,24}|[^\\pC]{1,40}") {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assume!(!text.is_empty());
            prop_assert_eq!(read(&paragraph(&text)), [("p".to_string(), text.clone())], "{}", paragraph(&text));
            prop_assert_eq!(read(&heading(&text)), [("h2".to_string(), text.clone())], "{}", heading(&text));
        }
    }
}
