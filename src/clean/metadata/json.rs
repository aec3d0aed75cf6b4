//! JSON as pages have it: trailing commas, comments, raw line breaks, a missing end. Whatever can be read is; how
//! much of it is looked at is bounded.

use std::iter::Peekable;
use std::str::Chars;

/// Deepest nesting that is kept.
const DEPTH: usize = 40;
/// Most values that are kept.
const COUNT: usize = 50_000;
/// Longest text that is kept, in characters; articles repeat their body here.
const TEXT: usize = 4_000;

/// A value; numbers are as written, `true`, `false` and `null` are words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Word(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    /// What stands at a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(entries) = self else { return None };
        entries.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }

    /// The value, or the values of a list.
    pub(super) fn each(&self) -> &[Self] {
        match self {
            Self::List(values) => values,
            one => std::slice::from_ref(one),
        }
    }

    /// A text or a number that says something.
    pub(super) fn text(&self) -> Option<&str> {
        let text = match self {
            Self::Text(text) => text.trim(),
            Self::Word(word) if word.starts_with(|c: char| c.is_ascii_digit()) => word,
            _ => return None,
        };
        Some(text).filter(|text| !text.is_empty())
    }
}

/// All values that a text holds, one after another.
pub(super) fn read(text: &str) -> Vec<Value> {
    // Its brackets are not those of a list.
    let text = text.replace("<![CDATA[", "");
    let mut reader = Reader { rest: text.chars().peekable(), left: COUNT };
    let mut values = Vec::new();
    while reader.skip_to_value() {
        match reader.value(0) {
            Some(value) => values.push(value),
            None => break,
        }
    }
    values
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    left: usize,
}

impl Reader<'_> {
    /// Goes to the next object or list; what stands before it is a comment or a slip.
    fn skip_to_value(&mut self) -> bool {
        while self.rest.next_if(|c| !matches!(c, '{' | '[')).is_some() {}
        self.rest.peek().is_some()
    }

    fn space(&mut self) {
        while self
            .rest
            .next_if(|c| c.is_whitespace() || c.is_control() || matches!(c, ';' | '\u{feff}'))
            .is_some()
        {}
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.space();
        self.left = self.left.checked_sub(1)?;
        match self.rest.peek()? {
            '{' | '[' if depth >= DEPTH => {
                self.leap();
                Some(Value::Word(String::new()))
            }
            '{' => Some(Value::Object(self.object(depth))),
            '[' => Some(Value::List(self.list(depth))),
            '"' => Some(Value::Text(self.string())),
            _ => Some(Value::Word(self.word())),
        }
    }

    fn list(&mut self, depth: usize) -> Vec<Value> {
        let mut values = Vec::new();
        self.rest.next();
        loop {
            self.space();
            match self.rest.peek() {
                None => break,
                Some(']') => {
                    self.rest.next();
                    break;
                }
                Some(',' | '}' | ':') => {
                    self.rest.next();
                }
                Some(_) => match self.value(depth + 1) {
                    Some(value) => values.push(value),
                    None => break,
                },
            }
        }
        values
    }

    fn object(&mut self, depth: usize) -> Vec<(String, Value)> {
        let mut entries = Vec::new();
        self.rest.next();
        loop {
            self.space();
            let key = match self.rest.peek() {
                None => break,
                Some('}') => {
                    self.rest.next();
                    break;
                }
                Some('"') => self.string(),
                Some(',' | ']' | ':' | '{' | '[') => {
                    self.rest.next();
                    continue;
                }
                Some(_) => self.word(),
            };
            self.space();
            if self.rest.next_if_eq(&':').is_none() {
                continue;
            }
            match self.value(depth + 1) {
                Some(value) => entries.push((key, value)),
                None => break,
            }
        }
        entries
    }

    /// A bare word: a number, `null`, a key without quotes. Takes one character at least.
    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) =
            self.rest.next_if(|c| !c.is_whitespace() && !matches!(c, ',' | ':' | '}' | ']' | '{' | '[' | '"'))
        {
            if word.len() < TEXT {
                word.push(c);
            }
        }
        if word.is_empty() {
            self.rest.next();
        }
        word
    }

    /// A text in quotes. A quote that nobody escaped is a part of it, if neither the end of a value nor that of the
    /// line follows.
    fn string(&mut self) -> String {
        let mut text = String::new();
        let mut count = 0;
        self.rest.next();
        while let Some(c) = self.rest.next() {
            let c = match c {
                '"' if self.ends_here() => break,
                '\\' => self.escape(),
                c if c.is_control() => ' ',
                c => c,
            };
            count += 1;
            if count <= TEXT {
                text.push(c);
            }
        }
        text
    }

    fn ends_here(&mut self) -> bool {
        let mut ahead = self.rest.clone();
        match ahead.by_ref().take(200).find(|c| !c.is_whitespace()) {
            Some(',') => ahead.take(200).find(|c| !c.is_whitespace()).is_none_or(|c| !c.is_lowercase()),
            next => next.is_none_or(|c| matches!(c, ':' | '}' | ']' | '<' | '"' | '/')),
        }
    }

    fn escape(&mut self) -> char {
        match self.rest.next() {
            None | Some('n' | 'r' | 't' | 'b' | 'f') => ' ',
            Some('u') => {
                let high = self.hex();
                if !(0xd800..0xdc00).contains(&high) {
                    return char::from_u32(high).unwrap_or('\u{fffd}');
                }
                let mut ahead = self.rest.clone();
                if ahead.next() == Some('\\') && ahead.next() == Some('u') {
                    self.rest = ahead;
                    let low = self.hex().wrapping_sub(0xdc00) & 0x3ff;
                    return char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + low).unwrap_or('\u{fffd}');
                }
                '\u{fffd}'
            }
            Some(c) => c,
        }
    }

    fn hex(&mut self) -> u32 {
        let mut number = 0;
        for _ in 0..4 {
            let Some(digit) = self.rest.peek().and_then(|c| c.to_digit(16)) else { break };
            self.rest.next();
            number = number * 16 + digit;
        }
        number
    }

    /// Behind the bracket that closes the one ahead, without keeping anything.
    fn leap(&mut self) {
        let mut open = 0_usize;
        while let Some(c) = self.rest.next() {
            match c {
                '{' | '[' => open += 1,
                '}' | ']' => open = open.saturating_sub(1),
                '"' => {
                    while self
                        .rest
                        .next_if(|c| *c != '"')
                        .is_some_and(|c| c != '\\' || self.rest.next().is_some())
                    {}
                }
                _ => {}
            }
            if c == '"' {
                self.rest.next();
            }
            if open == 0 {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn headline(text: &str, expected: &str) {
        let values = read(text);
        let found = values.iter().find_map(|value| value.get("headline")?.text());
        assert_eq!(found, Some(expected), "{text}");
    }

    #[test]
    fn broken_json_is_read_as_far_as_it_goes() {
        headline(r#"{"headline":"A","b":[1,2,],}"#, "A");
        headline("<!-- {\"headline\": \"A\nB\"} -->", "A B");
        headline("//<![CDATA[\n{\"headline\":\"A\"};\n//]]>", "A");
        headline(r#"{"x":{"y":"z"},"headline":"cut of"#, "cut of");
        headline(r#"{"headline":"a \u00fc \ud83d\ude00 \"q\""}"#, "a ü 😀 \"q\"");
        headline(r#"{"headline":"the "Big" one","x":1}"#, "the \"Big\" one");
        headline(r#"{"a":1} {"headline":"second"}"#, "second");
        headline(r#"{"a":1,,"headline":"B"}"#, "B");
        headline(r#"{"a":"", "headline" : "B"}"#, "B");
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let deep = format!("{}{}", "{\"a\":[".repeat(100_000), "]}".repeat(100_000));
        assert_eq!(read(&deep).len(), 1);
        let unclosed = "[".repeat(1_000_000);
        read(&unclosed);
        let quotes = "{\"a\":\"".to_string() + &"\" ".repeat(500_000);
        read(&quotes);
        let many = format!("[{}", "1,".repeat(2_500_000));
        assert_eq!(read(&many)[0].each().len(), COUNT - 1);
    }
}
