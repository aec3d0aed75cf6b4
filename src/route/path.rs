//! Paths below the output and their addresses.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization as _;

/// Longest name of a file or folder in bytes; file systems allow 255, and `.ndjson` must fit behind it.
const LONGEST_NAME: usize = 240;
/// Longest path in bytes: with a folder before it, it must stay below 4,096.
const LONGEST_PATH: usize = 1024;

/// A file below the output: relative, `/` between names, nothing that any system would read otherwise. Copies share
/// their text, as a plan has each path in several places.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutPath(Arc<str>);

impl OutPath {
    /// Checks a path; the error says what is wrong with it.
    pub fn new(path: &str) -> Result<Self, String> {
        if path.len() > LONGEST_PATH {
            return Err(format!("the path is longer than {LONGEST_PATH} bytes"));
        }
        if is_plain(path) {
            return Ok(Self(path.into()));
        }
        for name in path.split('/') {
            check_name(name)?;
        }
        // Whatever is ASCII is normalised as it is.
        Ok(Self(if path.is_ascii() { path.into() } else { path.nfc().collect::<String>().into() }))
    }

    /// The path with `/` between names.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two paths have in common if some file system would take them for one: NFC after Unicode's full case
    /// folding.
    pub fn folded(&self) -> String {
        if self.0.is_ascii() {
            return self.0.to_ascii_lowercase();
        }
        unicase::UniCase::unicode(&self.0).to_folded_case().nfc().collect()
    }

    /// The same as [`OutPath::folded`], without a copy where there is nothing to fold.
    #[must_use]
    pub fn fold(&self) -> Self {
        let is_folded = self.0.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        if is_folded { self.clone() } else { Self(self.folded().into()) }
    }

    /// The first folder, if there is one.
    pub fn top(&self) -> Option<&str> {
        self.0.split_once('/').map(|(top, _)| top)
    }
}

/// Equality, order and hash are those of the text.
impl Borrow<str> for OutPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<OutPath> for Arc<str> {
    fn from(path: OutPath) -> Self {
        path.0
    }
}

impl fmt::Display for OutPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Whether every name is such as the program itself makes: letters, digits, hyphens and underscores, with dots between
/// them, not too long and not the name of a device. A path that is not may still be a good one; this is one look at
/// each byte, and some lists ask for thousands of paths.
fn is_plain(path: &str) -> bool {
    let bytes = path.as_bytes();
    let mut start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'A'..=b'Z' | b'-' | b'_' => {}
            b'.' if at > start && bytes[at - 1] != b'.' => {}
            b'/' if is_plain_name(&bytes[start..at]) => start = at + 1,
            _ => return false,
        }
    }
    is_plain_name(&bytes[start..])
}

/// As for [`is_plain`], of a name that has no other signs. Names that begin as one of a device does are left to
/// [`check_name`].
fn is_plain_name(name: &[u8]) -> bool {
    let (Some(last), false) = (name.last(), name.len() > LONGEST_NAME) else { return false };
    let [a, b, c, ..] = name else { return *last != b'.' };
    // Letters in lower case; what becomes of other signs is of no matter.
    let device =
        matches!(&[a | 0x20, b | 0x20, c | 0x20], b"aux" | b"com" | b"con" | b"lpt" | b"nul" | b"prn");
    !device && *last != b'.'
}

fn check_name(name: &str) -> Result<(), String> {
    let fail = |reason: &str| Err(format!("`{name}` {reason}"));
    if matches!(name, "" | "." | "..") {
        return fail("is not a name");
    }
    if name.len() > LONGEST_NAME {
        return Err(format!("a name is longer than {LONGEST_NAME} bytes"));
    }
    // Windows refuses these, reads `:` as an alternate stream and drops dots and spaces at the end.
    if let Some(sign) = name.chars().find(|c| c.is_control() || "\\:*?\"<>|".contains(*c)) {
        return fail(&format!("holds `{}`, which not every system can store", sign.escape_default()));
    }
    if name.ends_with(['.', ' ']) || name.starts_with(' ') {
        return fail("begins with a space or ends in a dot or space");
    }
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
    let device = numbered.is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()));
    if device || matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") {
        return fail("is the name of a device on some systems");
    }
    Ok(())
}

/// An address below the site's: percent-encoded, beginning with the base path and a slash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Url(String);

impl Url {
    /// The address of a published file; a folder's own page has the folder's address.
    pub fn of(path: &OutPath, base_path: &str) -> Self {
        let path = path.as_str();
        let path = match path.strip_suffix("index.html") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
            _ => path,
        };
        let mut url = String::with_capacity(base_path.len() + 1 + path.len());
        url.push_str(base_path);
        url.push('/');
        // Nearly all paths need no encoding. Without a branch, many bytes are looked at at once.
        if path.bytes().fold(true, |all, byte| all & is_safe(byte)) {
            url.push_str(path);
            return Self(url);
        }
        for byte in path.bytes() {
            if is_safe(byte) {
                url.push(char::from(byte));
            } else {
                url += &format!("%{byte:02X}");
            }
        }
        Self(url)
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a byte stands for itself in an address: RFC 3986, section 2.3, and the slash.
fn is_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/')
}

impl From<Url> for String {
    fn from(url: Url) -> Self {
        url.0
    }
}

impl fmt::Display for Url {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl serde::Serialize for Url {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn unsafe_paths_are_refused() {
        for path in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "a/../b",
            "a//b",
            "a/./b",
            "a/",
            "a\\b",
            "C:/x",
            "a:b",
            "a\0b",
            "a\nb",
            "con",
            "NUL.html",
            "a/com1.txt",
            "x.",
            "x ",
            " x",
            "a*b",
            "a?b",
            "<a>",
            "a|b",
            "\"a\"",
        ] {
            assert!(OutPath::new(path).is_err(), "{path:?}");
        }
        assert!(OutPath::new(&"x".repeat(241)).is_err());
        assert!(OutPath::new(&"xxxxxxx/".repeat(200)).is_err());
    }

    #[test]
    fn paths_that_a_file_system_may_confuse_fold_to_one() {
        for (a, b) in [
            ("Straße.html", "STRASSE.html"),
            ("cafe\u{301}", "CAFÉ"),
            ("AI/x", "ai/X"),
            ("ſ", "S"),
            ("ﬁ", "FI"),
        ] {
            assert_eq!(OutPath::new(a).unwrap().folded(), OutPath::new(b).unwrap().folded(), "{a} {b}");
        }
        assert_ne!(OutPath::new("a").unwrap().folded(), OutPath::new("b").unwrap().folded());
    }

    #[test]
    fn addresses_are_percent_encoded_below_the_base_path() {
        for (path, url) in [
            ("index.html", "/archive/"),
            ("tags/index.html", "/archive/tags/"),
            ("my-index.html", "/archive/my-index.html"),
            ("a b&c.html", "/archive/a%20b%26c.html"),
            ("é", "/archive/%C3%A9"),
        ] {
            assert_eq!(Url::of(&OutPath::new(path).unwrap(), "/archive").as_str(), url);
        }
    }

    proptest! {
        #[test]
        fn plain_paths_pass_the_full_check(path in "([aclnp]?[uro]?[xmntl.]?[0-9]?[./A-Za-z_-]{0,3}){0,3}") {
            let good = !path.is_empty() && path.split('/').all(|name| check_name(name).is_ok());
            prop_assert!(good || !is_plain(&path), "{path:?}");
            prop_assert_eq!(OutPath::new(&path).is_ok(), good);
        }

        #[test]
        fn addresses_are_encoded_byte_by_byte(path in "[a-z/]{0,4}[ %é~北._-]{0,6}[a-z]{1,4}") {
            let Ok(path) = OutPath::new(&path) else { return Ok(()) };
            let byte = |byte: u8| match byte {
                b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            };
            let expected: String = path.as_str().bytes().map(byte).collect();
            prop_assert_eq!(Url::of(&path, "/x").to_string(), format!("/x/{expected}"));
        }

        #[test]
        fn accepted_paths_stay_inside(path in "[a./\\\\: ~-]{0,12}|\\PC{0,30}") {
            if let Ok(path) = OutPath::new(&path) {
                let inside = std::path::Path::new(path.as_str());
                prop_assert!(inside.is_relative());
                let normal = |part| matches!(part, std::path::Component::Normal(_));
                prop_assert!(inside.components().all(normal));
            }
        }
    }
}
