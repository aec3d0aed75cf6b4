//! Crawls: WARC 0.18 to 1.1 (ISO 28500). Pages that were found are articles; redirects and revisits say where pages
//! are; of several captures of a page, the latest whole one counts.

use super::http::{Answer, Headers};
use super::members::{is_behind, is_damage};
use super::source::Source;
use super::{Content, Found, Packing, RECORD, RawArticle, Record, Said, Unread, html, sized, text};
use std::collections::HashMap;
use std::io::{self, BufRead, Read as _};
use xxhash_rust::xxh3::xxh3_64;

/// Longest head of a record in bytes.
const HEAD: usize = 1 << 20;

/// The records of a crawl.
pub(super) struct Warc {
    reader: Records,
    /// By the hash of an address: the number of the record that counts. Empty if the crawl can be read only once.
    latest: Option<HashMap<u64, Chosen>>,
}

/// The capture of a page that counts.
struct Chosen {
    number: usize,
    date: String,
}

/// What is known of a page beside its bytes.
pub(super) struct Capture {
    url: Option<String>,
    date: Option<String>,
    kind: Kind,
    /// Why its bytes are not all there, if the crawler says so.
    truncated: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A page as a server sent it.
    Answer,
    /// A page without that.
    Page,
    /// A text.
    Text,
}

/// The head of a record and its content.
struct Block {
    number: usize,
    head: Vec<u8>,
    bytes: Vec<u8>,
    /// Whether it is larger than what is read.
    too_large: bool,
    /// Whether the file ends in it.
    cut: Option<io::Error>,
}

impl Warc {
    /// Reads a crawl, and if it can be read twice, chooses among several captures first.
    pub(super) fn new(source: Source, again: Option<Source>) -> Self {
        Self { reader: Records::new(source), latest: again.map(latest) }
    }
}

/// The capture of each page that counts: the latest that is whole.
fn latest(source: Source) -> HashMap<u64, Chosen> {
    let mut latest: HashMap<u64, Chosen> = HashMap::new();
    let mut records = Records::new(source);
    while let Some(block) = records.next().transpose() {
        let Ok(block) = block else { continue };
        let Sorted::Page(capture) = sort(&block) else { continue };
        let (Some(url), false, None) = (&capture.url, capture.truncated || block.too_large, &block.cut)
        else {
            continue;
        };
        let date = capture.date.unwrap_or_default();
        let known = latest
            .entry(xxh3_64(url.as_bytes()))
            .or_insert(Chosen { number: block.number, date: String::new() });
        if known.date <= date {
            *known = Chosen { number: block.number, date };
        }
    }
    latest
}

impl Iterator for Warc {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let block = match self.reader.next() {
                Ok(Some(block)) => block,
                Ok(None) => return None,
                Err(error) => return Some(Found::Broken(Unread::cut(&error))),
            };
            if let Some(found) = self.found(block) {
                return Some(found);
            }
        }
    }
}

impl Warc {
    fn found(&self, mut block: Block) -> Option<Found> {
        if let Some(error) = block.cut.take() {
            let (head, _) = Headers::split(&block.head);
            let url = head.get("warc-target-uri").map(|url| url.trim_matches(['<', '>']).to_string());
            return Some(Found::Broken(Unread::cut(&error).of(url.clone()).at(url)));
        }
        let capture = match sort(&block) {
            Sorted::Nothing => return None,
            Sorted::Found(found) => return Some(found),
            Sorted::Page(capture) => capture,
        };
        let named = |reason: &str| Unread::new(reason).of(capture.url.clone()).at(capture.url.clone());
        let chosen = self.latest.as_ref().zip(capture.url.as_ref());
        let chosen = chosen.and_then(|(latest, url)| latest.get(&xxh3_64(url.as_bytes())));
        if chosen.is_some_and(|chosen| chosen.number != block.number) {
            return Some(Found::Passed(named("another capture of the page is later or whole")));
        }
        if block.too_large {
            let detail = format!("more than {} MiB", RECORD >> 20);
            return Some(Found::Broken(named("too large").detail(detail)));
        }
        let name = capture.url.clone().unwrap_or_else(|| block.number.to_string());
        let packing = Packing::Web(Box::new(capture));
        Some(Found::Record(Box::new(Record { name: Some(name), bytes: block.bytes, packing })))
    }
}

/// What a record is.
enum Sorted {
    /// Nothing that anybody looks for.
    Nothing,
    /// Something that is no page.
    Found(Found),
    /// A page.
    Page(Capture),
}

fn sort(block: &Block) -> Sorted {
    let (head, _) = Headers::split(&block.head);
    // Some crawlers put brackets around addresses, as the first draft of the format did.
    let url = head.get("warc-target-uri").map(|url| url.trim_matches(['<', '>']).to_string());
    let date = head.get("warc-date").map(str::to_string);
    let capture = |kind| {
        let truncated = head.get("warc-truncated").is_some();
        Sorted::Page(Capture { url: url.clone(), date: date.clone(), kind, truncated })
    };
    let passed =
        |reason: String| Sorted::Found(Found::Passed(Unread::new(&reason).of(url.clone()).at(url.clone())));
    match head.get("warc-type").unwrap_or_default().to_lowercase().as_str() {
        "response" => match Answer::of(&block.bytes) {
            // Other protocols: their content stands there as it is.
            None => passed("an answer of another kind than HTTP".to_string()),
            Some(answer) => match (answer.location().zip(url.as_ref()), answer.status) {
                (Some((to, from)), _) => moved(from, to),
                (None, 200) => match answer.kind().as_str() {
                    // What says nothing of its kind, or something too general, is looked at.
                    "text/html" | "application/xhtml+xml" | "text/plain" | "" if answer.has_body() => {
                        capture(Kind::Answer)
                    }
                    kind => passed(format!("no page but `{}`", kind.chars().take(60).collect::<String>())),
                },
                (None, status) => passed(format!("answered with status {status}")),
            },
        },
        "resource" | "conversion" => match head.kind().as_str() {
            "text/html" | "application/xhtml+xml" => capture(Kind::Page),
            "text/plain" => capture(Kind::Text),
            kind => passed(format!("no page but `{}`", kind.chars().take(60).collect::<String>())),
        },
        "revisit" => match head
            .get("warc-refers-to-target-uri")
            .map(|it| it.trim_matches(['<', '>']))
            .zip(url.as_ref())
        {
            Some((to, from)) if to != from => Sorted::Found(Found::Moved(from.clone(), to.to_string())),
            _ => passed("the same as when it was captured before".to_string()),
        },
        _ => Sorted::Nothing,
    }
}

fn moved(from: &str, to: &str) -> Sorted {
    let to =
        url::Url::parse(from).and_then(|base| base.join(to)).map_or_else(|_| to.to_string(), String::from);
    Sorted::Found(Found::Moved(from.to_string(), to))
}

impl Capture {
    /// Decodes a page.
    pub(super) fn read(self, bytes: &[u8]) -> Result<RawArticle, Unread> {
        let Self { url, date, kind, truncated } = self;
        let read = || {
            let text = |bytes: Vec<u8>, is_text, charset: Option<&str>| {
                if is_text {
                    text::decode(&bytes).into_article(Content::Text)
                } else {
                    html::decode(&bytes, charset).into_article(Content::Html)
                }
            };
            Ok(match Answer::of(bytes).filter(|_| kind == Kind::Answer) {
                Some(answer) => {
                    let (body, whole) = answer.body()?;
                    if !whole || truncated {
                        return Err(Unread::new("the page is cut off"));
                    }
                    text(sized(body)?, answer.kind() == "text/plain", answer.charset())
                }
                None if truncated => return Err(Unread::new("the page is cut off")),
                None => text(sized(bytes.to_vec())?, kind == Kind::Text, None),
            })
        };
        let article = read().map_err(|unread: Unread| unread.at(url.clone()))?;
        Ok(RawArticle { said: Said { url, retrieved: date, ..Said::default() }, ..article })
    }
}

/// Records one after the other.
struct Records {
    source: Source,
    number: usize,
    ended: bool,
    /// What was met behind the end of a record.
    failed: Option<io::Error>,
}

impl Records {
    fn new(source: Source) -> Self {
        Self { source, number: 0, ended: false, failed: None }
    }

    /// The next record. Behind damage it is the next one that can be found; after any other error there is none.
    fn next(&mut self) -> io::Result<Option<Block>> {
        if self.ended {
            return Ok(None);
        }
        let block = self.block();
        self.ended = match &block {
            Ok(None) => true,
            Ok(Some(Block { cut: None, .. })) => false,
            Ok(Some(Block { cut: Some(error), .. })) | Err(error) => !is_damage(error),
        };
        block
    }

    fn block(&mut self) -> io::Result<Option<Block>> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if !self.find_head()? {
            return Ok(None);
        }
        let mut head = Vec::new();
        loop {
            let before = head.len();
            self.line(&mut head)?;
            if matches!(&head[before..], b"\r\n" | b"\n") {
                break;
            }
            if head.len() == before {
                return Err(io::ErrorKind::UnexpectedEof.into());
            } else if head.len() > HEAD {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the head of a record has no end"));
            }
        }
        self.number += 1;
        let length = Headers::split(&head).0.get("content-length").and_then(|it| it.parse::<u64>().ok());
        let unknown = || io::Error::new(io::ErrorKind::InvalidData, "a record does not say how long it is");
        let length = length.ok_or_else(unknown)?;
        let kept = length.min(RECORD as u64 + 1);
        let mut bytes = Vec::new();
        let (mut read, mut cut) = ((&mut self.source).take(kept).read_to_end(&mut bytes).map(|_| ()), None);
        if read.is_ok() && bytes.len() as u64 == kept && length > kept {
            read = io::copy(&mut (&mut self.source).take(length - kept), &mut io::sink()).map(|_| ());
        }
        if let Err(error) = read {
            cut = Some(error);
        } else if (bytes.len() as u64) < kept {
            cut = Some(io::ErrorKind::UnexpectedEof.into());
        }
        if cut.is_none() {
            // Whether its bytes are those that were packed is known behind its end.
            match self.end() {
                Err(error) if is_behind(&error) => cut = Some(error),
                ended => self.failed = ended.err(),
            }
        }
        let too_large = bytes.len() > RECORD;
        Ok(Some(Block { number: self.number, head, bytes, too_large, cut }))
    }

    /// Goes past the end of a record, to the first byte of the next.
    fn end(&mut self) -> io::Result<()> {
        while matches!(self.source.fill_buf()?.first(), Some(b'\r' | b'\n')) {
            self.source.consume(1);
        }
        Ok(())
    }

    /// Goes to the line that a record begins with, past empty ones and, if a length was wrong, past what it left over.
    fn find_head(&mut self) -> io::Result<bool> {
        let mut line = Vec::new();
        loop {
            line.clear();
            self.line(&mut line)?;
            if line.is_empty() || line.starts_with(b"WARC/") {
                return Ok(!line.is_empty());
            }
        }
    }

    /// One line with its end, or as much of it as a head may have.
    fn line(&mut self, line: &mut Vec<u8>) -> io::Result<()> {
        (&mut self.source).take(HEAD as u64).read_until(b'\n', line).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_run_on(
            text in "(WARC/1.0\r\n|WARC-Type: (response|revisit|resource)\r\n|Content-Length: [0-9]{1,3}\r\n|HTTP/1.1 200 OK\r\n|\r\n|[a-z: ]{0,9}){0,20}",
        ) {
            let source = || Source::unpack(Box::new(Cursor::new(text.clone().into_bytes())), std::sync::Arc::default()).unwrap();
            for found in Warc::new(source(), Some(source())) {
                if let Found::Record(record) = found && let Packing::Web(capture) = record.packing {
                    let _ = capture.read(&record.bytes);
                }
            }
        }
    }
}
