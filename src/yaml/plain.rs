//! The front matter that nearly all articles have, read line by line: a tenth of the time that the parser of all YAML
//! takes.
//!
//! Understood are lines `key: value`, `key: [value, value]` and `- value` below a key without one. A value is quoted and
//! ends its line, or begins with a letter or digit and is text beyond doubt. Whatever else stands in a document – even
//! if it is only odd – leaves it to the other parser as a whole, with its errors: both must agree on every document
//! that is read here, which a test tries with random ones.

use super::{FLOW_DEPTH, Node};

/// Longest key; the other parser finds none beyond 1,024 characters.
const KEY: usize = 64;
/// Most values: what has more is no front matter to hurry for, and the limit of [`super::NODES`] is not met here.
const VALUES: usize = 1000;

/// Reads a document of the simplest kind; `None` if it is not one.
pub(super) fn read(text: &str) -> Option<Node> {
    let mut entries: Vec<(String, Node)> = Vec::new();
    // How far the items of the list that is open are indented.
    let mut indent = None;
    let mut values = 0;
    if !text.chars().all(is_safe) || text.bytes().filter(|byte| b"[{".contains(byte)).count() > FLOW_DEPTH {
        return None;
    }
    for line in text.split('\n').filter(|line| !line.is_empty()) {
        let inner = line.trim_start_matches(' ');
        let depth = line.len() - inner.len();
        if let Some(item) = inner.strip_prefix("- ") {
            let (_, list) = entries.last_mut()?;
            let item = scalar(item.trim_matches(' '))?;
            match list {
                Node::Null => *list = Node::List(vec![item]),
                Node::List(items) if indent == Some(depth) => items.push(item),
                _ => return None,
            }
            indent = Some(depth);
        } else {
            let (key, value) = line.split_once(':')?;
            let letters = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
            let named =
                letters && key.len() <= KEY && key.starts_with(|first: char| first.is_ascii_alphabetic());
            let apart = value.is_empty() || value.starts_with(' ');
            if !named || !apart || entries.iter().any(|(known, _)| known == key) {
                return None;
            }
            entries.push((key.to_string(), self::value(value.trim_matches(' '), &mut values)?));
            indent = None;
        }
        values += 1;
        if values > VALUES {
            return None;
        }
    }
    if entries.is_empty() { None } else { Some(Node::Map(entries)) }
}

/// What YAML allows in a line and gives no meaning of its own; line feeds part lines.
fn is_safe(letter: char) -> bool {
    matches!(letter,
        '\n' | ' '..='~' | '\u{a1}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fdff}'
        | '\u{10000}'..='\u{1ffff}')
}

/// What stands behind a key.
fn value(text: &str, values: &mut usize) -> Option<Node> {
    if text.is_empty() {
        return Some(Node::Null);
    }
    let Some(mut rest) = text.strip_prefix('[') else { return scalar(text) };
    let mut items = Vec::new();
    rest = rest.trim_start_matches(' ');
    while rest != "]" {
        let end = match rest.bytes().next()? {
            quote @ (b'"' | b'\'') => end_of_quoted(rest, quote)?,
            _ => rest.find([',', ']'])?,
        };
        let item = rest[..end].trim_end_matches(' ');
        // In brackets these would end a text, or begin a mapping or comment.
        if !item.starts_with(['"', '\'']) && item.contains([':', '#', '?']) {
            return None;
        }
        items.push(scalar(item)?);
        *values += 1;
        let after = rest[end..].trim_start_matches(' ');
        rest = match after.strip_prefix(',') {
            Some(next) => Some(next.trim_start_matches(' ')).filter(|next| *next != "]")?,
            None => Some(after).filter(|after| *after == "]")?,
        };
    }
    Some(Node::List(items))
}

/// The byte behind the quote that ends a quoted text.
fn end_of_quoted(text: &str, quote: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if quote == b'"' => at += 2,
            byte if byte != quote => at += 1,
            _ if quote == b'\'' && bytes.get(at + 1) == Some(&quote) => at += 2,
            _ => return Some(at + 1),
        }
    }
}

/// A quoted text, or a plain one that is neither a number nor a word with a meaning.
fn scalar(text: &str) -> Option<Node> {
    let quote = *text.as_bytes().first()?;
    if quote == b'"' || quote == b'\'' {
        if end_of_quoted(text, quote)? != text.len() {
            return None;
        }
        let inner = &text[1..text.len() - 1];
        return Some(Node::text(match quote {
            b'\'' => inner.replace("''", "'"),
            _ if inner.contains('\\') => unescape(inner)?,
            _ => inner.to_string(),
        }));
    }
    let ends = text.contains(": ") || text.ends_with(':') || text.contains(" #");
    if ends || text.contains(['[', ']', '{', '}']) || !is_text(text) {
        return None;
    }
    Some(Node::text(text))
}

/// Only the two escapes without which nothing could be quoted.
fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => letters.next().filter(|next| matches!(next, '"' | '\\'))?,
            letter => letter,
        });
    }
    Some(plain)
}

/// Whether a plain scalar is text beyond doubt.
fn is_text(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    if first.is_ascii_digit() {
        // No number has a space in it, and none of these signs but behind its beginning or an `e`.
        let is_date = |byte: u8| byte.is_ascii_digit() || b"-:.+TZ".contains(&byte);
        return text.contains(' ') || (text.contains(['-', ':']) && text.bytes().all(is_date));
    }
    let meant = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"];
    first.is_alphabetic() && !meant.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse_all;
    use proptest::prelude::*;

    #[test]
    fn usual_front_matter_is_read_here() {
        let text = "title: \"A \\\"B\\\" \\\\ c: d # e\"\ndate: 2019-01-02T03:09:35Z\nday: 1998-05\nnothing:\n\
            tags: [\"a, b\", c d, 'it''s', 2019-01-02]\nauthors:\n  - Ann O'Neil\n  - 'B: C'\nlist:\n- é\n\
            none: []\nurl: https://example.org/a?b#c\nsection: Häuser & more, 10%\n";
        let read = read(text).unwrap();
        assert_eq!(Ok(&read), parse_all(text).as_ref());
        assert_eq!(read.get("title"), Some(&Node::text("A \"B\" \\ c: d # e")));
        assert_eq!(read.get("nothing"), Some(&Node::Null));
        assert_eq!(read.get("none"), Some(&Node::List(Vec::new())));
    }

    #[test]
    fn all_else_is_left_to_the_other_parser() {
        for text in [
            "",
            "a",
            "a:b\n",
            "a: 1\n",
            "a: 1.10\n",
            "a: no\n",
            "a: ~\n",
            "a: &x y\n",
            "a: b: c\n",
            "a: b #c\n",
            "a: \"\\n\"\n",
            "a: 'b' c\n",
            "a: {b: c}\n",
            "a: [b, [c]]\n",
            "a: [b: c]\n",
            "a: [b,]\n",
            "a: [b\n",
            "a: b\n  c\n",
            "a: b\na: c\n",
            "a: b\n- c\n",
            "a:\n - b\n  - c\n",
            "a:\n  b: c\n",
            "# a\n",
            "a: |\n  b\n",
            "a: b\r\n",
            "a:\tb\n",
            "a: \u{85}\n",
            "- a\n",
            "1: a\n",
            "? a\n",
            "a: 1e3\n",
            "a: 0x1F\n",
            "a: !b c\n",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    /// Lines of the simplest kind and such as are nearly.
    fn line() -> impl Strategy<Value = String> {
        let key = prop_oneof![
            "[a-d]",
            Just("true".to_string()),
            Just("null".to_string()),
            "[a-zA-Z0-9~_. -]{0,3}",
        ];
        let value = prop_oneof![
            "[a-zé北 ]{0,4}[:#,'\"&*!|>%@`?~=-]{0,2}[a-z ]{0,3}",
            "\"[a-z:#\\[{', ]{0,3}(\\\\[\"\\\\n/x])?[a-z]{0,2}\"?[ a]?",
            "'[a-z:#\\[{\", ]{0,3}('')?[a-z]{0,2}'?[ a]?",
            "[0-9]{1,4}[-:.+eExXoT _]{0,2}[0-9]{0,2}[-:.+TZ]{0,2}[0-9]{0,2}",
            "[+.-]{0,2}(inf|nan|NaN|Infinity|no|yes|On|TRUE|null|Null|~|0x1f|0o7|1_0|1e3)",
            "\\PC{0,4}",
            "[a-z][\u{80}-\u{a5}\u{2020}-\u{2030}\u{d7f0}-\u{e010}\u{fdf0}-\u{ffff}\u{1fff0}-\u{20010}]{0,2}",
        ];
        let value = value.boxed();
        let list = proptest::collection::vec((value.clone(), "( {0,2}, {0,2})?"), 0..4).prop_map(|items| {
            let items: Vec<String> = items.into_iter().map(|(item, comma)| item + &comma).collect();
            format!("[{}]", items.concat())
        });
        prop_oneof![
            4 => (key.clone(), value.clone()).prop_map(|(key, value)| format!("{key}: {value}")),
            2 => (key.clone(), list, " {0,1}").prop_map(|(key, list, end)| format!("{key}: {list}{end}")),
            2 => (key, ": {0,2}").prop_map(|(key, end)| format!("{key}{end}")),
            4 => (" {0,2}", value.clone()).prop_map(|(indent, item)| format!("{indent}- {item}")),
            1 => value,
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn both_parsers_agree(lines in proptest::collection::vec(line(), 1..5), end in "\n?") {
            let text = lines.join("\n") + &end;
            if let Some(read) = read(&text) {
                prop_assert_eq!(parse_all(&text), Ok(read), "{:?}", text);
            }
        }
    }
}
