//! A linear HTML tokeniser after the WHATWG states.
//!
//! It never fails and never looks at a byte more than a constant number of times. It knows no elements:
//! whether the text behind a start tag is raw is the caller's business (`skip_raw`).

use std::borrow::Cow;
use std::collections::BTreeSet;

use memchr::{memchr, memchr_iter};

use crate::markdown::escape::decode;

/// One piece of HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// Text, with its character references as written.
    Text(&'a str),
    /// A start tag.
    Start(Tag<'a>),
    /// An end tag; its name as written.
    End(&'a str),
    /// A comment, a doctype, a processing instruction: nothing to be seen.
    Comment,
    /// The rest of the input, where it begins with a tag or comment that never ends.
    Torn(&'a str),
}

/// A start tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The name as written.
    pub name: &'a str,
    /// Number of attributes, repeated ones included.
    pub count: usize,
    /// What stands between the name and the closing `>`.
    pub rest: &'a str,
}

impl<'a> Tag<'a> {
    /// Names and undecoded values of the attributes, as written and in order.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let rest = self.rest;
        let mut at = 0;
        std::iter::from_fn(move || match attribute(rest, at) {
            Step::Attribute { name, value, next } => {
                at = next;
                Some((name, value))
            }
            Step::Close(_) | Step::Eof => None,
        })
    }

    /// The decoded value of an attribute named in lower case.
    pub fn value(&self, wanted: &str) -> Option<Cow<'a, str>> {
        self.attributes().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| decode(value))
    }
}

/// Iterates over the tokens of a piece of HTML.
#[derive(Clone)]
pub struct Tokens<'a> {
    html: &'a str,
    at: usize,
    /// Raw elements of which no end tag is left; without it, `<title><title>…` would search to the end each time.
    endless: BTreeSet<String>,
}

impl<'a> Tokens<'a> {
    /// Starts at the beginning of `html`.
    pub fn new(html: &'a str) -> Self {
        Tokens { html, at: 0, endless: BTreeSet::new() }
    }

    /// The text up to the end tag of `name`, which is passed over too; `None` moves nothing, as there is no end tag.
    pub fn skip_raw(&mut self, name: &str) -> Option<&'a str> {
        if self.endless.contains(name) {
            return None;
        }
        let bytes = self.html.as_bytes();
        let mut from = self.at;
        while let Some(found) = self.html[from..].find("</").map(|it| it + from) {
            let end = found + 2 + name.len();
            let matches =
                bytes.get(found + 2..end).is_some_and(|it| it.eq_ignore_ascii_case(name.as_bytes()));
            let closed =
                bytes.get(end).is_some_and(|&it| it.is_ascii_whitespace() || it == b'/' || it == b'>');
            if let Some(close) = (matches && closed).then(|| find(self.html, end, b'>')).flatten() {
                let text = &self.html[self.at..found];
                self.at = close + 1;
                return Some(text);
            }
            from = found + 2;
        }
        self.endless.insert(name.to_owned());
        None
    }

    /// Passes over text and tags that are mere names, up to the first one that is not `plain`.
    pub fn skip_plain(&mut self, plain: impl Fn(&str) -> bool) -> &'a str {
        let rest = &self.html[self.at..];
        let bytes = rest.as_bytes();
        let is_plain = |tag: usize| {
            let name = tag + 1 + usize::from(bytes.get(tag + 1) == Some(&b'/'));
            let end = bytes[name..].iter().position(|it| !it.is_ascii_alphanumeric()).map(|len| name + len);
            end.is_some_and(|end| bytes[end] == b'>' && plain(&rest[name..end]))
        };
        let end = memchr_iter(b'<', bytes).find(|tag| !is_plain(*tag)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn torn(&mut self) -> Token<'a> {
        let rest = &self.html[self.at..];
        self.at = self.html.len();
        Token::Torn(rest)
    }

    fn tag(&mut self, name_at: usize, end_tag: bool) -> Token<'a> {
        let ends_name = |it: u8| is_space(it) || matches!(it, b'/' | b'>');
        let name_len = self.html[name_at..].bytes().position(ends_name);
        let Some(name_len) = name_len else { return self.torn() };
        let name = &self.html[name_at..name_at + name_len];
        let first = name_at + name_len;
        let (mut at, mut count) = (first, 0);
        loop {
            match attribute(self.html, at) {
                Step::Attribute { next, .. } => {
                    count += 1;
                    at = next;
                }
                Step::Close(close) => {
                    self.at = close + 1;
                    let rest = &self.html[first..close];
                    return if end_tag { Token::End(name) } else { Token::Start(Tag { name, count, rest }) };
                }
                Step::Eof => return self.torn(),
            }
        }
    }

    fn comment(&mut self, from: usize) -> Token<'a> {
        // `<!-->` and `<!--->` are whole comments, and `--!>` ends one too.
        let body = &self.html[from..];
        let end = if body.starts_with('>') {
            Some(1)
        } else if body.starts_with("->") {
            Some(2)
        } else {
            let mut searched = 0;
            loop {
                let Some(dashes) = body[searched..].find("--").map(|it| it + searched) else { break None };
                let after = &body[dashes + 2..];
                if after.starts_with('>') {
                    break Some(dashes + 3);
                } else if after.starts_with("!>") {
                    break Some(dashes + 4);
                }
                searched = dashes + 1;
            }
        };
        let Some(end) = end else { return self.torn() };
        self.at = from + end;
        Token::Comment
    }

    fn bogus(&mut self) -> Token<'a> {
        let Some(close) = find(self.html, self.at, b'>') else { return self.torn() };
        self.at = close + 1;
        Token::Comment
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = &self.html[self.at..];
        let bytes = rest.as_bytes();
        match (bytes.first()?, bytes.get(1), bytes.get(2)) {
            (b'<', Some(b'/'), Some(letter)) if letter.is_ascii_alphabetic() => {
                return Some(self.tag(self.at + 2, true));
            }
            (b'<', Some(b'/'), Some(_)) => return Some(self.bogus()),
            (b'<', Some(letter), _) if letter.is_ascii_alphabetic() => {
                return Some(self.tag(self.at + 1, false));
            }
            (b'<', Some(b'!'), _) if rest.starts_with("<!--") => return Some(self.comment(self.at + 4)),
            (b'<', Some(b'!' | b'?'), _) => return Some(self.bogus()),
            _ => {}
        }
        // The first character is text, even where it is a `<`.
        let mut end = rest.chars().next()?.len_utf8();
        loop {
            end = find(rest, end, b'<').unwrap_or(rest.len());
            match bytes.get(end + 1) {
                Some(it) if !it.is_ascii_alphabetic() && !matches!(it, b'/' | b'!' | b'?') => end += 1,
                Some(_) => break,
                None => {
                    end = rest.len();
                    break;
                }
            }
        }
        self.at += end;
        Some(Token::Text(&rest[..end]))
    }
}

enum Step<'a> {
    Attribute { name: &'a str, value: &'a str, next: usize },
    Close(usize),
    Eof,
}

/// The attribute at or behind `at`. In a tag's `rest`, which has no `>`, the end comes as `Eof`.
fn attribute(html: &str, mut at: usize) -> Step<'_> {
    let bytes = html.as_bytes();
    let space = |at: usize| bytes.get(at).is_some_and(|it| is_space(*it));
    while space(at) || bytes.get(at) == Some(&b'/') {
        at += 1;
    }
    match bytes.get(at) {
        None => return Step::Eof,
        Some(b'>') => return Step::Close(at),
        Some(_) => {}
    }
    let start = at;
    at += 1;
    while at < bytes.len() && !space(at) && !matches!(bytes[at], b'/' | b'>' | b'=') {
        at += 1;
    }
    let name = html.get(start..at).unwrap_or_default();
    let mut value_at = at;
    while space(value_at) {
        value_at += 1;
    }
    if bytes.get(value_at) != Some(&b'=') {
        return Step::Attribute { name, value: "", next: at };
    }
    value_at += 1;
    while space(value_at) {
        value_at += 1;
    }
    if let Some(quote @ (b'"' | b'\'')) = bytes.get(value_at) {
        let Some(end) = find(html, value_at + 1, *quote) else { return Step::Eof };
        return Step::Attribute { name, value: &html[value_at + 1..end], next: end + 1 };
    }
    let mut end = value_at;
    while end < bytes.len() && !space(end) && bytes[end] != b'>' {
        end += 1;
    }
    Step::Attribute { name, value: html.get(value_at..end).unwrap_or_default(), next: end }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

fn find(text: &str, from: usize, needle: u8) -> Option<usize> {
    memchr(needle, text.as_bytes().get(from..)?).map(|it| it + from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        let mut got = String::new();
        for token in Tokens::new(html) {
            match token {
                Token::Text(text) => got.push_str(&format!("[{text}]")),
                Token::Start(tag) => {
                    got.push_str(&format!("<{}", tag.name));
                    for (name, value) in tag.attributes() {
                        got.push_str(&format!(" {name}={value}"));
                    }
                    got.push('>');
                }
                Token::End(name) => got.push_str(&format!("</{name}>")),
                Token::Comment => got.push('#'),
                Token::Torn(text) => got.push_str(&format!("!{text}")),
            }
        }
        assert_eq!(got, expected);
    }

    #[test]
    fn tokens_follow_the_standard() {
        check("a<b>c</b>d", "[a]<b>[c]</b>[d]");
        check("1 < 2 <3 <", "[1 < 2 <3 <]");
        check("<<b>", "[<]<b>");
        check("<a href=x title='y z' q>", "<a href=x title=y z q=>");
        check("<a/href=\"x\"b/>", "<a href=x b=>");
        check("<a =b=c>", "<a =b=c>");
        check("<a b=>c", "<a b=>[c]");
        check("<A\nB = '>' >", "<A B=>>");
        check("</ x>y</>z", "#[y]#[z]");
        check("<!--><b>", "#<b>");
        check("<!---><b>", "#<b>");
        check("<!-- x --!><b>", "#<b>");
        check("<!-- -- > --- --><b>", "#<b>");
        check("<!-- x", "!<!-- x");
        check("<?php x ?>y<!doctype html>", "#[y]#");
        check("<a b=\"c", "!<a b=\"c");
        check("x <b", "[x ]!<b");
        check("<é>é<b>", "[<é>é]<b>");
        check("é<b>", "[é]<b>");
        check("<b\u{a0}c>", "<b\u{a0}c>");
    }

    #[test]
    fn raw_text_ends_at_its_own_end_tag() {
        let mut tokens = Tokens::new("<script>a</scripty></b></SCRIPT >c");
        tokens.next();
        assert_eq!(tokens.skip_raw("script"), Some("a</scripty></b>"));
        assert_eq!(tokens.next(), Some(Token::Text("c")));
        assert_eq!(Tokens::new("a</b>").skip_raw("i"), None);
    }
}
