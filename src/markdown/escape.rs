//! Character references in HTML, both ways.

use std::borrow::Cow;

/// Decodes the character references that a serialiser writes, numeric ones, and the named ones that hide a scheme.
///
/// Unknown names stay as they are: the sanitiser's parser knows all of them and looks at the same value again.
pub fn decode(raw: &str) -> Cow<'_, str> {
    if !raw.contains('&') {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (character, len) = reference(rest).unwrap_or(('&', 1));
        out.push(character);
        rest = &rest[len..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn reference(text: &str) -> Option<(char, usize)> {
    if let Some(digits) = text.strip_prefix("&#") {
        let (digits, radix, before) = match digits.strip_prefix(['x', 'X']) {
            Some(hex) => (hex, 16, 3),
            None => (digits, 10, 2),
        };
        let len = digits.bytes().take_while(|it| (*it as char).is_digit(radix)).count();
        if len == 0 {
            return None;
        }
        let significant = digits[..len].trim_start_matches('0');
        let number =
            if significant.len() > 7 { 0 } else { u32::from_str_radix(significant, radix).unwrap_or(0) };
        let character = char::from_u32(number).filter(|&it| it != '\0').unwrap_or('\u{fffd}');
        let semicolon = usize::from(digits[len..].starts_with(';'));
        return Some((character, before + len + semicolon));
    }
    let named = [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&quot;", '"'),
        ("&apos;", '\''),
        ("&nbsp;", '\u{a0}'),
        ("&colon;", ':'),
        ("&Tab;", '\t'),
        ("&NewLine;", '\n'),
    ];
    named.iter().find(|(name, _)| text.starts_with(name)).map(|&(name, character)| (character, name.len()))
}

/// What no HTML may hold: control characters, of ISO 6429's second set too, and what Unicode will never give away.
pub fn is_unwanted(letter: char) -> bool {
    let noncharacter = matches!(letter, '\u{fdd0}'..='\u{fdef}') || u32::from(letter) & 0xfffe == 0xfffe;
    letter.is_control() && !matches!(letter, '\n' | '\t') || noncharacter
}

/// Whether a text holds anything unwanted.
pub fn has_unwanted(text: &str) -> bool {
    if !has(text.as_bytes(), may_be_unwanted) {
        return false;
    }
    let mut at = 0;
    while let Some(letter) = next_notable(text, &mut at) {
        if is_unwanted(letter) {
            return true;
        }
        at += letter.len_utf8();
    }
    false
}

/// Whether a character that begins with this byte may be unwanted.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "without a branch, many bytes are compared at once")]
const fn may_be_unwanted(byte: u8) -> bool {
    // U+0080–9F begin with C2, noncharacters with EF or F0–F4.
    ((byte < b' ') & (byte != b'\n') & (byte != b'\t')) | (byte == 0x7f) | (byte == 0xc2) | (byte >= 0xef)
}

/// Whether a character that begins with this byte may be unwanted or have to be escaped.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "as above")]
const fn is_notable(byte: u8) -> bool {
    may_be_unwanted(byte) | (byte == b'<') | (byte == b'>') | (byte == b'&') | (byte == b'"')
}

const NOTABLE: [bool; 256] = {
    let mut notable = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        notable[byte] = is_notable(byte as u8);
        byte += 1;
    }
    notable
};

/// Whether there is such a byte in a block, in which each is looked at.
#[inline]
fn has(block: &[u8], wanted: impl Fn(u8) -> bool) -> bool {
    block.iter().fold(false, |any, byte| any | wanted(*byte))
}

/// Moves to the next character that begins with a notable byte. Most text has none of them, and is copied in long runs.
fn next_notable(text: &str, at: &mut usize) -> Option<char> {
    const BLOCK: usize = 16;
    let rest = &text.as_bytes()[*at..];
    let plain = rest.chunks_exact(BLOCK).take_while(|block| !has(block, is_notable)).count() * BLOCK;
    *at += plain + rest[plain..].iter().position(|byte| NOTABLE[usize::from(*byte)])?;
    text[*at..].chars().next()
}

/// Appends plain text, without what is unwanted.
pub fn escape(out: &mut String, text: &str) {
    replace(out, text, |letter| match letter {
        '&' => Some("&amp;"),
        _ => unsafe_in_text(letter),
    });
}

/// Appends text that has its character references already; only what could open a tag is escaped.
pub fn copy_text(out: &mut String, text: &str) {
    replace(out, text, unsafe_in_text);
}

fn unsafe_in_text(letter: char) -> Option<&'static str> {
    match letter {
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ if is_unwanted(letter) => Some(""),
        _ => None,
    }
}

fn replace(out: &mut String, text: &str, replacement: impl Fn(char) -> Option<&'static str>) {
    let (mut from, mut at) = (0, 0);
    while let Some(letter) = next_notable(text, &mut at) {
        let end = at + letter.len_utf8();
        if let Some(replacement) = replacement(letter) {
            out.push_str(&text[from..at]);
            out.push_str(replacement);
            from = end;
        }
        at = end;
    }
    out.push_str(&text[from..]);
}

/// Appends a blank, the name and the escaped value.
pub fn push_attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    replace(out, value, |letter| match letter {
        '&' => Some("&amp;"),
        '"' => Some("&quot;"),
        _ => unsafe_in_text(letter),
    });
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_decoded_once() {
        assert_eq!(
            decode("&#106;a&#x76;a&amp;amp;&colon;&copy;&#0;&#99999999999;"),
            "java&amp;:&copy;\u{fffd}\u{fffd}"
        );
        assert_eq!(decode("a&#;b&#x;&"), "a&#;b&#x;&");
    }
}
