//! Destinations as articles write them → sources and addresses.

/// The source that a relative destination means, as seen from another source: both with `/`, below the project.
/// `None` if it leads out of `content/`.
pub(super) fn source_of(from: &str, destination: &str) -> Option<String> {
    let path = destination.split(['#', '?']).next().unwrap_or_default();
    let path = decode(path)?;
    let (root, mut parts): (&str, Vec<&str>) = match path.strip_prefix('/') {
        Some(below) => (below, vec![crate::content::FOLDER]),
        None => (path.as_str(), from.split('/').collect()),
    };
    if !path.starts_with('/') {
        parts.pop();
    }
    for part in root.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    (parts.first() == Some(&crate::content::FOLDER) && parts.len() > 1).then(|| parts.join("/"))
}

/// The path below the root of the site that a root-relative destination means.
pub(super) fn below_root(destination: &str) -> Option<String> {
    decode(destination.strip_prefix('/')?.split(['#', '?']).next()?)
}

/// The part from `#` on, if there is one.
pub(super) fn fragment(destination: &str) -> &str {
    destination.find('#').map_or("", |at| &destination[at..])
}

/// Percent-decoding (RFC 3986, section 2.1); `None` if the result is not UTF-8.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digits =
            tail.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_relative_to_their_file() {
        for (destination, source) in [
            ("b.md", Some("content/2019/b.md")),
            ("./b.md#part", Some("content/2019/b.md")),
            ("../1998/b.md", Some("content/1998/b.md")),
            ("/1998/b.md", Some("content/1998/b.md")),
            ("my%20image.png", Some("content/2019/my image.png")),
            ("../../archive.yaml", None),
            ("../../../../etc/passwd", None),
            ("..", None),
            ("%ff.png", None),
        ] {
            assert_eq!(source_of("content/2019/a.md", destination).as_deref(), source, "{destination}");
        }
    }
}
