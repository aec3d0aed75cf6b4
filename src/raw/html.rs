//! Bytes of a page → text.

use super::text::{self, Decoded};
use encoding_rs::{Encoding, UTF_8};

/// Bytes in which a page says its encoding, if it does; browsers look at the first 1,024, but pages of old begin with
/// long comments.
const PRESCAN: usize = 8 << 10;

/// Decodes by byte order mark, else as UTF-8 if it is valid and more than ASCII, else by what the server or the page
/// says, else as texts are. Bytes that are UTF-8 are that whatever is said: other encodings do not look like it.
pub(super) fn decode(bytes: &[u8], server: Option<&str>) -> Decoded {
    let said = || server.and_then(|label| Encoding::for_label(label.as_bytes())).or_else(|| declared(bytes));
    let encoding = match Encoding::for_bom(bytes) {
        Some(_) => None,
        None if text::utf16(&bytes[..bytes.len() / 2 * 2]).is_some() => None,
        None if !bytes.is_ascii() && text::is_utf8(bytes) => None,
        None => said().filter(|encoding| *encoding != UTF_8),
    };
    let Some(encoding) = encoding else { return text::decode(bytes) };
    let (text, damaged) = encoding.decode_without_bom_handling(bytes);
    Decoded { text: text.into_owned(), damaged }
}

/// The encoding of `<meta charset=…>` or `<meta http-equiv … content="…; charset=…">`.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(PRESCAN)]).to_ascii_lowercase();
    let tags = head.match_indices("<meta").map(|(at, _)| head[at..].split('>').next().unwrap_or_default());
    let mut labels = tags.filter_map(|tag| charset(tag));
    let encoding = labels.find_map(|label| Encoding::for_label(label.as_bytes()))?;
    // A page whose bytes say `utf-16` in ASCII is not in it.
    Some(encoding.output_encoding())
}

/// The value behind `charset=`.
pub(super) fn charset(text: &str) -> Option<&str> {
    let at = text.to_ascii_lowercase().find("charset")?;
    let value = text[at + "charset".len()..].trim_start().strip_prefix('=')?;
    let value = value.trim_start().trim_start_matches(['"', '\'']);
    let label =
        value.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '/' | '>')).next()?;
    Some(label).filter(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_read_in_the_encoding_they_say() {
        let text = "Größe und Maß, über alles";
        for (encoding, meta, server) in [
            (encoding_rs::WINDOWS_1252, "<meta charset=iso-8859-1>", None),
            (encoding_rs::WINDOWS_1252, "<META CHARSET = 'Windows-1252' />", None),
            (
                encoding_rs::ISO_8859_15,
                "<meta http-equiv=a content=\"text/html; charset=iso-8859-15\">",
                None,
            ),
            (encoding_rs::MACINTOSH, "", Some("macintosh")),
            (UTF_8, "<meta charset=iso-8859-1>", Some("iso-8859-1")),
            (encoding_rs::WINDOWS_1252, "<meta charset=utf-8>", None),
        ] {
            let page = format!("<!DOCTYPE html>{meta}<p>{text}</p>");
            let (bytes, _, _) = encoding.encode(&page);
            assert_eq!(decode(&bytes, server).text, page, "{}", encoding.name());
        }
        let page = "<meta charset=utf-16><p>plain";
        assert_eq!(decode(page.as_bytes(), None).text, page);
    }
}
