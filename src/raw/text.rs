//! Bytes → text.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

/// Decodes by byte order mark, else as UTF-8 if it is valid, else by what the bytes look like (chardetng, as Firefox
/// does for pages that declare nothing).
pub(super) fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[length..]).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_string();
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    encoding.decode_without_bom_handling(bytes).0.into_owned()
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
        ] {
            let (bytes, _, failed) = encoding.encode(text);
            assert!(!failed);
            assert_eq!(decode(&bytes), text, "{}", encoding.name());
        }
        let utf16: Vec<u8> =
            [0xff, 0xfe].into_iter().chain("Grüße".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(decode(&utf16), "Grüße");
        assert_eq!(decode("\u{feff}Grüße".as_bytes()), "Grüße");
    }
}
