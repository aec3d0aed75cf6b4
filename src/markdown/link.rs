//! The URL policy: a destination is parsed and what was parsed is published, never what was written.
//!
//! Checking one string and publishing another is how `\u{a0}javascript:` gets through; here both are one.

use std::borrow::Cow;

use url::{ParseError, Url};

const MARKDOWN: [&str; 2] = ["md", "markdown"];
const PICTURES: [&str; 10] = ["jpg", "jpeg", "png", "gif", "webp", "avif", "svg", "bmp", "tif", "tiff"];

/// Where a destination leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Into this site: relative, root-relative or a mere fragment; safe to publish as it is.
    Local(String),
    /// To another site, or to a mail address.
    Remote(String),
    /// Nowhere: nothing was written.
    Empty,
    /// Nowhere we lead a reader: another scheme, or no URL at all.
    Unsafe,
}

/// The URL to publish for a destination, or `None` for a scheme other than `http`, `https` and `mailto`.
pub fn safe_url(destination: &str) -> Option<String> {
    match target(destination) {
        Target::Local(url) | Target::Remote(url) => Some(url),
        Target::Empty | Target::Unsafe => None,
    }
}

/// The URL to publish for an address that must lead to the web.
pub fn safe_web_url(address: &str) -> Option<String> {
    safe_url(address).filter(|url| url.starts_with("http://") || url.starts_with("https://"))
}

/// Parses a destination.
pub fn target(destination: &str) -> Target {
    if is_plain(destination) {
        return Target::Local(destination.to_owned());
    }
    match Url::parse(destination) {
        Ok(url) if matches!(url.scheme(), "http" | "https" | "mailto") => Target::Remote(url.into()),
        Err(ParseError::RelativeUrlWithoutBase) => relative(destination),
        Ok(_) | Err(_) => Target::Unsafe,
    }
}

/// The path of a local destination as it was written, without query and fragment; `None` if it leads elsewhere.
///
/// Escapes such as `%20` stay: what file is meant is for the caller to find out.
pub fn local_path(destination: &str) -> Option<&str> {
    path(destination).filter(|_| matches!(target(destination), Target::Local(_)))
}

/// [`local_path`] of a destination that is known to be local.
pub fn path(destination: &str) -> Option<&str> {
    let end = destination.find(['?', '#']).unwrap_or(destination.len());
    Some(destination[..end].trim_matches(is_edge)).filter(|path| !path.is_empty())
}

/// Whether a path names a Markdown file.
pub fn is_markdown(path: &str) -> bool {
    extension(path).is_some_and(|it| is_one_of(&MARKDOWN, it))
}

/// Whether a path names a picture.
pub fn is_picture(path: &str) -> bool {
    extension(path).is_some_and(|it| is_one_of(&PICTURES, it))
}

/// Whether an extension is that of a Markdown file or of a picture.
pub fn is_of_file(extension: &str) -> bool {
    is_one_of(&MARKDOWN, extension) || is_one_of(&PICTURES, extension)
}

/// The fragment of a URL with its `#`, or nothing.
pub fn fragment(url: &str) -> &str {
    url.find('#').map_or("", |at| &url[at..])
}

/// The last part of a URL's path, decoded: how a nameless picture is called.
pub fn file_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex =
            (byte == b'%').then(|| after.get(..2)).flatten().and_then(|it| std::str::from_utf8(it).ok());
        let decoded = hex.and_then(|it| u8::from_str_radix(it, 16).ok());
        bytes.push(decoded.unwrap_or(byte));
        rest = if decoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| name.to_owned())
}

fn extension(path: &str) -> Option<&str> {
    let (_, extension) = path.rsplit_once('.')?;
    (!extension.contains('/')).then_some(extension)
}

fn is_one_of(known: &[&str], extension: &str) -> bool {
    known.iter().any(|it| it.eq_ignore_ascii_case(extension))
}

/// Whether a destination is a relative one that parsing would leave as it is: without `:` there is no scheme, without
/// `//` in front no host. Most local links are, and three parsers for each are most of the time of a body with many.
fn is_plain(destination: &str) -> bool {
    let plain = |it: u8| {
        it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_' | b'~' | b'/' | b'#' | b'?' | b'=')
    };
    !destination.is_empty() && !destination.starts_with("//") && destination.bytes().all(plain)
}

/// What the URL standard removes at both ends, and nothing more.
fn is_edge(character: char) -> bool {
    character <= ' '
}

fn relative(destination: &str) -> Target {
    let written: Cow<str> = match destination.trim_matches(is_edge) {
        it if it.contains(['\t', '\n', '\r']) => it.replace(['\t', '\n', '\r'], "").into(),
        it => it.into(),
    };
    if written.is_empty() {
        return Target::Empty;
    }
    let Ok(base) = Url::parse("https://relative.invalid/") else { return Target::Unsafe };
    let Ok(joined) = base.join(&written) else { return Target::Unsafe };
    let url = encode(&written);
    if url.starts_with("//") {
        return if joined.has_host() { Target::Remote(joined.into()) } else { Target::Unsafe };
    }
    // What is published is parsed once more: it must still be relative and stay on this site.
    let stays = base.join(&url).is_ok_and(|it| it.origin() == base.origin() && it.username().is_empty());
    let is_relative = Url::parse(&url) == Err(ParseError::RelativeUrlWithoutBase);
    if stays && is_relative { Target::Local(url) } else { Target::Unsafe }
}

/// Writes a relative reference in ASCII, with `/` for `\`, and such that no reader takes its start for a scheme.
fn encode(written: &str) -> String {
    let path_end = written.find(['?', '#']).unwrap_or(written.len());
    let first_end = written.find(['/', '\\', '?', '#']).unwrap_or(written.len());
    let mut url = String::with_capacity(written.len() + 2);
    if written[..first_end].contains(':') {
        url.push_str("./");
    }
    for (at, byte) in written.bytes().enumerate() {
        match byte {
            b'\\' if at < path_end => url.push('/'),
            b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'|' | b'^' | b'\\' | 0..=b' ' | 0x7f.. => {
                url.push_str(&format!("%{byte:02X}"));
            }
            _ => url.push(byte as char),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(destination: &str, expected: Option<&str>) {
        let got = safe_url(destination);
        assert_eq!(got.as_deref(), expected, "{destination:?}");
        if let Some(url) = got {
            assert_eq!(safe_url(&url), Some(url.clone()), "what is published must be stable");
        }
    }

    #[test]
    fn addresses_are_parsed_and_written_anew() {
        check("https://example.org", Some("https://example.org/"));
        check("HTTP://EXAMPLE.org/a b?c=\"#d", Some("http://example.org/a%20b?c=%22#d"));
        check("mailto:a@example.org", Some("mailto:a@example.org"));
        check("a.html", Some("a.html"));
        check("../b/ü.html?x=1#y", Some("../b/%C3%BC.html?x=1#y"));
        check("/a\\b?c\\d", Some("/a/b?c%5Cd"));
        check("#note", Some("#note"));
        check("?page=2", Some("?page=2"));
        check(" a\tb\n.html ", Some("ab.html"));
        check("//example.org/x", Some("https://example.org/x"));
        check("\\\\example.org/x", Some("https://example.org/x"));
        check("/\\example.org", Some("https://example.org/"));
        check("/\t/example.org", Some("https://example.org/"));
        check("https:example.org", Some("https://example.org/"));
        check("//relative.invalid/x", Some("https://relative.invalid/x"));
        check("a:b/c", None);
        check("1:b", Some("./1:b"));
        check("a/b:c", Some("a/b:c"));
    }

    #[test]
    fn the_short_way_leads_where_the_long_one_does() {
        for destination in ["a", "/", "/a/b.html?c=d#e", "../a", "#", "?", "a//b", "a#//b", ".", "./-_~"] {
            assert!(is_plain(destination));
            assert_eq!(relative(destination), Target::Local(destination.to_owned()));
        }
    }

    #[test]
    fn other_schemes_are_refused() {
        for destination in [
            "",
            " ",
            "javascript:alert(1)",
            "jAvAsCrIpT:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "java\tscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "javascript\n:alert(1)",
            "vbscript:x",
            "data:text/html,x",
            "file:///etc/passwd",
            "C:\\x",
            "tel:1",
            "blob:https://x/y",
            "ftp://x/",
            "http://",
            "https://[",
            "http://a b/",
            "about:blank",
            "view-source:http://x",
            "feed:javascript:x",
            "//",
            "//a b/",
        ] {
            check(destination, None);
        }
    }

    #[test]
    fn no_unicode_space_opens_a_scheme() {
        for space in
            ["\u{a0}", "\u{85}", "\u{2003}", "\u{2028}", "\u{3000}", "\u{feff}", "\u{200b}", "\u{180e}"]
        {
            let url = safe_url(&format!("{space}javascript:alert(1)")).unwrap();
            assert!(url.starts_with("./%"), "{url}");
        }
    }

    #[test]
    fn local_paths_are_as_written() {
        assert_eq!(local_path("a%20b.md?x#y"), Some("a%20b.md"));
        assert_eq!(local_path("#y"), None);
        assert_eq!(local_path("https://x/a.md"), None);
        assert_eq!(local_path("//x/a.md"), None);
        assert!(
            is_markdown("x/A.MD")
                && is_markdown("a.markdown")
                && !is_markdown("md")
                && !is_markdown("a.md/b")
        );
        assert_eq!(file_name("https://x/a/b%20c.jpg?d=/e"), "b c.jpg");
    }
}
