//! The path of a request → what it asks for. Never a path on disk.

use percent_encoding::percent_decode_str;

/// Below this prefix is what the preview itself needs; no site has such a path.
pub(super) const OWN: &str = "/.backissue/";

/// What a path asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Something of the preview's own.
    Own(String),
    /// A path of the site, from its address; a folder's ends with a slash, the home page's is empty.
    Site(String),
    /// The host's root, where the site's is below it.
    Root,
    /// Nothing that a site could have.
    Nowhere,
    /// Not a path.
    Malformed,
}

/// Reads a path as it stands in a request. It is decoded once: what is still encoded then is a name with `%`.
pub(super) fn place(raw: &str, base_path: &str) -> Place {
    let mut rest = raw;
    while let Some((_, after)) = rest.split_once('%') {
        if !after.as_bytes().first_chunk::<2>().is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)) {
            return Place::Malformed;
        }
        rest = after;
    }
    let Ok(path) = percent_decode_str(raw).decode_utf8() else { return Place::Nowhere };
    if let Some(own) = path.strip_prefix(OWN) {
        return Place::Own(own.to_string());
    }
    let base_path = percent_decode_str(base_path).decode_utf8_lossy();
    match path.strip_prefix(&*base_path).and_then(|below| below.strip_prefix('/')) {
        Some(below) => Place::Site(below.to_string()),
        None if path == "/" || path == base_path => Place::Root,
        None => Place::Nowhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded_once_and_strictly() {
        let site = |path: &str| Place::Site(path.to_string());
        for (raw, base, expected) in [
            ("/", "", site("")),
            ("/a/", "", site("a/")),
            ("/a%20b", "", site("a b")),
            ("/%2561", "", site("%61")),
            ("/..%2f..%2fetc", "", site("../../etc")),
            ("//a", "", site("/a")),
            ("/%00", "", site("\0")),
            ("/%", "", Place::Malformed),
            ("/%2", "", Place::Malformed),
            ("/%zz", "", Place::Malformed),
            ("/%c3é", "", Place::Nowhere),
            ("/%ff", "", Place::Nowhere),
            ("*", "", Place::Nowhere),
            ("/x/a", "/x", site("a")),
            ("/x/", "/x", site("")),
            ("/x", "/x", Place::Root),
            ("/", "/x", Place::Root),
            ("/xy", "/x", Place::Nowhere),
            ("/a", "/x", Place::Nowhere),
            ("/.backissue/events", "/x", Place::Own("events".to_string())),
        ] {
            assert_eq!(place(raw, base), expected, "{raw} below {base:?}");
        }
    }
}
