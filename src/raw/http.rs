//! An answer of a server → its status, headers and decoded body.

use super::html::charset;
use super::source::{BOMB, is_bomb};
use super::{RECORD, Unread};
use std::io::{self, Read};

/// How often a body may be packed.
const NESTING: usize = 2;

/// What a server answered.
pub(super) struct Answer<'a> {
    pub(super) status: u16,
    head: Headers<'a>,
    body: &'a [u8],
}

/// Header lines.
pub(super) struct Headers<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Headers<'a> {
    /// Splits header lines off, up to the empty line; and the rest, if there is that line.
    pub(super) fn split(bytes: &'a [u8]) -> (Self, Option<&'a [u8]>) {
        let mut lines = Vec::new();
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, behind) = (&rest[..end], &rest[end + 1..]);
            rest = behind;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                return (Self(lines), Some(rest));
            }
            // Names and values that matter are ASCII.
            let line = std::str::from_utf8(line).unwrap_or_default();
            lines.extend(line.split_once(':').map(|(name, value)| (name.trim(), value.trim())));
        }
        (Self(lines), None)
    }

    /// The value of a header.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// The kind of content, in small letters without parameters.
    pub(super) fn kind(&self) -> String {
        let kind = self.get("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
        kind.trim().to_lowercase()
    }
}

impl<'a> Answer<'a> {
    /// Reads the head of an answer.
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        let end = memchr::memchr(b'\n', bytes)?;
        let line = std::str::from_utf8(bytes[..end].trim_ascii()).ok()?;
        let status = line.strip_prefix("HTTP/")?.split_whitespace().nth(1)?.parse().ok()?;
        let (head, body) = Headers::split(&bytes[end + 1..]);
        Some(Self { status, head, body: body.unwrap_or_default() })
    }

    /// Where the page is now.
    pub(super) fn location(&self) -> Option<&'a str> {
        self.head.get("location").filter(|_| matches!(self.status, 301 | 302 | 303 | 307 | 308))
    }

    pub(super) fn kind(&self) -> String {
        self.head.kind()
    }

    pub(super) fn has_body(&self) -> bool {
        !self.body.is_empty()
    }

    /// What the server says the encoding of its text is.
    pub(super) fn charset(&self) -> Option<&'a str> {
        self.head.get("content-type").and_then(charset)
    }

    /// The body, as it was before it was packed, and whether it ends where it should.
    pub(super) fn body(&self) -> Result<(Vec<u8>, bool), Unread> {
        let chunked =
            self.head.get("transfer-encoding").is_some_and(|it| it.to_lowercase().contains("chunked"));
        // Some crawlers take chunks and packing off and leave the headers: what does not look packed is not.
        let (mut body, mut whole) = match chunked.then(|| unchunked(self.body)).flatten() {
            Some(unpacked) => unpacked,
            None => (self.body.to_vec(), true),
        };
        let encodings = self.head.get("content-encoding").unwrap_or_default().to_lowercase();
        let encodings: Vec<&str> = encodings.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
        if encodings.len() > NESTING {
            return Err(Unread::new("packed too often"));
        }
        for encoding in encodings.iter().rev() {
            let (unpacked, complete) = unpack(encoding, body)?;
            body = unpacked;
            whole &= complete;
        }
        Ok((body, whole))
    }
}

/// The bytes of chunks, and whether the last is there; `None` if there are no chunks.
fn unchunked(mut rest: &[u8]) -> Option<(Vec<u8>, bool)> {
    let mut body = Vec::with_capacity(rest.len());
    loop {
        let end = memchr::memchr(b'\n', rest.get(..rest.len().min(1024))?);
        let line = end.and_then(|end| std::str::from_utf8(rest[..end].trim_ascii()).ok());
        let size = line.and_then(|line| usize::from_str_radix(line.split(';').next()?.trim(), 16).ok());
        let (Some(end), Some(size)) = (end, size) else {
            return (!body.is_empty()).then_some((body, false));
        };
        if size == 0 {
            return Some((body, true));
        }
        rest = &rest[end + 1..];
        let Some(chunk) = rest.get(..size) else {
            body.extend_from_slice(rest);
            return Some((body, false));
        };
        body.extend_from_slice(chunk);
        rest = &rest[size..];
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
    }
}

/// Unpacks a body, and says whether it was whole: of one that is cut off, what can be read.
fn unpack(encoding: &str, packed: Vec<u8>) -> Result<(Vec<u8>, bool), Unread> {
    let bytes = packed.as_slice();
    let result = match encoding {
        "gzip" | "x-gzip" if bytes.starts_with(&[0x1f, 0x8b]) => {
            bounded(flate2::read::MultiGzDecoder::new(bytes), bytes)
        }
        "deflate" if is_zlib(bytes) => bounded(flate2::read::ZlibDecoder::new(bytes), bytes),
        "deflate" => bounded(flate2::read::DeflateDecoder::new(bytes), bytes),
        "br" => bounded(brotli_decompressor::Decompressor::new(bytes, 4096), bytes),
        "zstd" if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) => {
            match zstd::stream::read::Decoder::with_buffer(bytes) {
                Ok(decoder) => bounded(decoder, bytes),
                Err(_) => return Ok((packed, true)),
            }
        }
        "gzip" | "x-gzip" | "zstd" | "identity" | "utf-8" => return Ok((packed, true)),
        _ => return Err(Unread::new("packed in an unknown way").detail(encoding)),
    };
    match result {
        Err(Unpacking::Bomb(reason)) => Err(Unread::new("unpacks to too much").detail(reason)),
        Ok(unpacked) => Ok((unpacked, true)),
        // Of a page that never was packed, an unpacker makes nothing or noise.
        Err(Unpacking::Broken(_)) if is_text(bytes) => Ok((packed, true)),
        Err(Unpacking::Broken(unpacked)) if unpacked.is_empty() => {
            Err(Unread::new("the body cannot be unpacked").detail(encoding))
        }
        Err(Unpacking::Broken(unpacked)) => Ok((unpacked, false)),
    }
}

fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..] if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31))
}

/// Whether bytes begin as pages and texts do.
fn is_text(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(64)];
    !start.is_empty() && start.iter().all(|byte| *byte >= b' ' && *byte != 0x7f || byte.is_ascii_whitespace())
}

/// Why a body did not unpack.
enum Unpacking {
    /// It is damaged or cut off; this came of it.
    Broken(Vec<u8>),
    /// It would be larger than any honest one.
    Bomb(String),
}

fn bounded(mut reader: impl Read, packed: &[u8]) -> Result<Vec<u8>, Unpacking> {
    let mut body = Vec::new();
    let mut piece = vec![0; 64 << 10];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(body),
            Ok(length) => body.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(Unpacking::Broken(body)),
        }
        if is_bomb(packed.len() as u64, body.len() as u64) {
            return Err(Unpacking::Bomb(BOMB.to_string()));
        }
        if body.len() > RECORD {
            return Err(Unpacking::Bomb(format!("more than {} MiB", RECORD >> 20)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn chunks_that_end_too_early_are_not_whole() {
        for (chunks, body) in [
            ("3\r\nabc\r\n0\r\n\r\n", Some(("abc", true))),
            ("3\nabc\n2;x\nde\n0\n", Some(("abcde", true))),
            ("3\r\nabc\r\n", Some(("abc", false))),
            ("5\r\nabc", Some(("abc", false))),
            ("<html>", None),
            ("", None),
        ] {
            let made = unchunked(chunks.as_bytes());
            let made = made.as_ref().map(|(body, whole)| (std::str::from_utf8(body).unwrap(), *whole));
            assert_eq!(made, body, "{chunks:?}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(
            head in "(Transfer-Encoding: chunked\r\n|Content-Encoding: (gzip|br|zstd|deflate|gzip, br)\r\n|[A-Za-z: \r\n]{0,20}){0,3}",
            chunk in "([0-9a-f]{1,17}\r\n)?",
            body in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let bytes = [format!("HTTP/1.1 200 OK\r\n{head}\r\n{chunk}").as_bytes(), &body].concat();
            let _ = Answer::of(&bytes).map(|answer| answer.body());
        }
    }
}
