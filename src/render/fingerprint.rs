//! Hashes of views.

use crate::theme::Words;
use serde::{Serialize, Serializer};
use std::io;
use tera::Value;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// Hash of all that a page's bytes depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(
    /// XXH3, 128 bits.
    pub u128,
);

/// A large part of a view, which stands in the fingerprint by its hash alone.
///
/// Tera's serialiser is the human-readable one and gets the value; the fingerprint's is not and gets the hash.
#[derive(Clone, Debug)]
pub struct Shared {
    hash: u128,
    value: Value,
}

impl Shared {
    /// HTML that templates print as it is; `hash` must stand for all that it was made from.
    pub fn html(hash: u128, html: &str) -> Self {
        Self { hash, value: Value::safe_string(html) }
    }

    /// The words of a language. The theme's hash, in every fingerprint, stands for the files they are from.
    pub fn words(words: &Words) -> Self {
        Self { hash: xxh3_128(words.lang().as_bytes()), value: words.all().clone() }
    }
}

impl Serialize for Shared {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        if out.is_human_readable() { self.value.serialize(out) } else { self.hash.serialize(out) }
    }
}

/// JSON that stands in a `script` element of a page, and cannot end it.
#[derive(Clone, Debug)]
pub(super) struct Script(String);

impl Script {
    pub(super) fn new(value: &impl Serialize) -> Self {
        let mut json = serde_json::to_string(value).expect("views are plain data");
        for (sign, escaped) in [
            ('<', "\\u003c"),
            ('>', "\\u003e"),
            ('&', "\\u0026"),
            ('\u{2028}', "\\u2028"),
            ('\u{2029}', "\\u2029"),
        ] {
            if json.contains(sign) {
                json = json.replace(sign, escaped);
            }
        }
        Self(json)
    }
}

impl Serialize for Script {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        if out.is_human_readable() {
            Value::safe_string(&self.0).serialize(out)
        } else {
            self.0.serialize(out)
        }
    }
}

/// Hash of a serialised value, seeded by a hash of what else matters.
pub(super) fn fingerprint(value: &impl Serialize, seed: u128) -> u128 {
    struct Hasher(Xxh3);
    impl io::Write for Hasher {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut hasher = Hasher(Xxh3::new());
    hasher.0.update(&seed.to_le_bytes());
    // A view is hundreds of pieces of a few bytes, and hashing takes long for each, however small.
    let gathered = postcard::to_io(value, io::BufWriter::new(&mut hasher));
    let flushed = gathered.expect("views are plain data").into_inner();
    flushed.map_err(io::IntoInnerError::into_error).expect("hashing never fails");
    hasher.0.digest128()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_parts_count_by_their_hash_alone() {
        let view = |hash, html| (1, Shared::html(hash, html));
        assert_eq!(fingerprint(&view(1, "a"), 0), fingerprint(&view(1, "b"), 0));
        assert_ne!(fingerprint(&view(1, "a"), 0), fingerprint(&view(2, "a"), 0));
        assert_ne!(fingerprint(&view(1, "a"), 0), fingerprint(&view(1, "a"), 1));
        assert_ne!(fingerprint(&("ab", "c"), 0), fingerprint(&("a", "bc"), 0), "fields do not run together");
    }
}
