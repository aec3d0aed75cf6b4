//! Bytes → text.

use super::{Content, RawArticle};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

/// Text, and whether some of its bytes could not be read.
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) damaged: bool,
}

impl Decoded {
    /// An article of this text and nothing else.
    pub(super) fn into_article(self, content: fn(String) -> Content) -> RawArticle {
        RawArticle { content: content(self.text), damaged: self.damaged, ..RawArticle::default() }
    }
}

/// Decodes by byte order mark, else as UTF-16 if every other byte is zero now and then, else as UTF-8 if it is valid or
/// nearly so, else by what the bytes look like (chardetng, as Firefox does for pages that declare nothing).
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        None => (unmarked(bytes), bytes),
    };
    let (text, damaged) = encoding.decode_without_bom_handling(bytes);
    Decoded { text: text.into_owned(), damaged }
}

/// UTF-16 and ISO-2022-JP first: the letters of ASCII in them would pass as UTF-8.
fn unmarked(bytes: &[u8]) -> &'static Encoding {
    let utf8 = || is_utf8(bytes).then_some(UTF_8);
    let japanese = || is_iso_2022_jp(bytes).then_some(ISO_2022_JP);
    utf16(bytes).or_else(japanese).or_else(utf8).unwrap_or_else(|| legacy(bytes))
}

/// Whether a text is UTF-8, perhaps with a few bytes damaged: letters of several bytes do not come about by chance.
pub(super) fn is_utf8(bytes: &[u8]) -> bool {
    let (mut letters, mut wrong) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        letters += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        wrong += usize::from(!chunk.invalid().is_empty());
    }
    wrong == 0 || letters > 2 * wrong
}

/// UTF-16 without a mark: spaces and line ends have a zero on one side, and nothing has on the other.
pub(super) fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros = |side: usize| bytes.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let many = |count: usize| count * 40 > bytes.len();
    match (zeros(0), zeros(1)) {
        // A few bytes show nothing.
        _ if bytes.len() < 16 || bytes.len() % 2 == 1 => None,
        (0, odd) if many(odd) => Some(UTF_16LE),
        (even, 0) if many(even) => Some(UTF_16BE),
        _ => None,
    }
}

/// ISO-2022-JP: seven bits, and the sequences that begin two-byte letters, which no other text has.
fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    bytes.is_ascii() && bytes.windows(3).any(|three| matches!(three, b"\x1b$B" | b"\x1b$@"))
}

pub(super) fn legacy(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_encodings_are_recognised() {
        let russian = "Губернатор открыл новый мост через реку. Жители города пришли посмотреть на открытие.";
        let german =
            "Die Bürgermeisterin eröffnete die Brücke über den Fluss. Später gab es Käsekuchen für alle.";
        for (text, encoding) in [
            (russian, encoding_rs::WINDOWS_1251),
            (russian, encoding_rs::KOI8_R),
            (german, encoding_rs::WINDOWS_1252),
            ("灯台が直る\n\n北の灯台の修理が金曜日に終わった。\n", ISO_2022_JP),
            ("灯台が直る\n\n北の灯台の修理が金曜日に終わった。\n", encoding_rs::SHIFT_JIS),
        ] {
            let (bytes, _, failed) = encoding.encode(text);
            assert!(!failed);
            assert_eq!(decode(&bytes).text, text, "{}", encoding.name());
        }
        let utf16: Vec<u8> =
            [0xff, 0xfe].into_iter().chain("Grüße".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(decode(&utf16).text, "Grüße");
        assert_eq!(decode("\u{feff}Grüße".as_bytes()).text, "Grüße");
    }

    #[test]
    fn a_damaged_byte_costs_one_letter() {
        for text in ["Мост открыт. Первый абзац.", "The mayor’s “new” bridge costs €5m"]
        {
            let mut bytes = text.as_bytes().to_vec();
            bytes.push(0xff);
            let decoded = decode(&bytes);
            assert_eq!((decoded.text, decoded.damaged), (format!("{text}\u{fffd}"), true));
            let cut = &text.as_bytes()[..=text.find(|c: char| !c.is_ascii()).unwrap_or(0)];
            assert!(decode(&[text.as_bytes(), cut].concat()).text.starts_with(text));
        }
        for text in [
            "A headline\n\nA first sentence of a story.\n",
            "Заголовок\n\nПервый абзац статьи, и ещё один.\n",
        ] {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert_eq!((decode(&little).text, decode(&big).text), (text.to_string(), text.to_string()));
        }
    }
}
