//! A file as a stream of unpacked bytes, and of text where a format is made of text. What it unpacks to is bounded by
//! what it takes.

use super::members::{Members, is_damage};
use super::text;
use encoding_rs::{Decoder, Encoding, UTF_8};
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a file's beginning is judged by, in bytes.
const HEAD: usize = 64 << 10;
/// How often a file may be packed.
const NESTING: usize = 2;
/// Bytes that may come of one, once there are [`FREE`] of them.
const RATIO: u64 = 200;
/// Below this, in bytes, any ratio will do.
const FREE: u64 = 1 << 20;

type Bytes = Box<dyn Read + Send>;

/// An unpacked file, and its first bytes.
pub(super) struct Source {
    head: Vec<u8>,
    reader: BufReader<Chain<Cursor<Vec<u8>>, Bytes>>,
}

impl Source {
    /// Unpacks a file as often as it is packed, and counts what is read of it.
    pub(super) fn unpack(file: Bytes, read: Arc<AtomicU64>) -> io::Result<Self> {
        let mut bytes: Bytes = Box::new(Counted { inner: file, count: read });
        for nesting in 0..=NESTING {
            let (head, rest) = peek(bytes)?;
            let count = Arc::new(AtomicU64::new(0));
            let chained = Cursor::new(head.clone()).chain(rest);
            let packed = |inner| BufReader::new(Counted { inner, count: Arc::clone(&count) });
            let unpacked: Bytes = match head.as_slice() {
                _ if nesting == NESTING => return Ok(Self::of(head, chained)),
                [0x1f, 0x8b, 8, ..] => Box::new(Members::new(packed(chained))),
                [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                    Box::new(zstd::stream::read::Decoder::with_buffer(packed(chained))?)
                }
                _ => return Ok(Self::of(head, chained)),
            };
            bytes = Box::new(Bounded { inner: unpacked, packed: count, unpacked: 0 });
        }
        Err(io::Error::other("it is packed too often"))
    }

    fn of(head: Vec<u8>, chained: Chain<Cursor<Vec<u8>>, Bytes>) -> Self {
        Self { head, reader: BufReader::with_capacity(HEAD, chained) }
    }

    /// The first bytes.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// The same as UTF-8, whatever its encoding; what cannot be read becomes `�`.
    pub(super) fn into_text(self) -> BufReader<Text> {
        let marked = Encoding::for_bom(&self.head).map(|(encoding, _)| encoding);
        let encoding = marked.or_else(|| text::utf16(even(&self.head))).or_else(|| declared(&self.head));
        let decoder = encoding.unwrap_or(UTF_8).new_decoder_with_bom_removal();
        let text = Text { inner: self.reader, decoder, left: false };
        BufReader::with_capacity(HEAD, text)
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl BufRead for Source {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.reader.consume(amount);
    }
}

fn even(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len() / 2 * 2]
}

/// The encoding that an XML document says it has.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(head.get(..200).unwrap_or(head));
    let declaration = head.trim_start().strip_prefix("<?xml")?.split("?>").next()?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let label = value.trim_start_matches(['"', '\'']).split(['"', '\'']).next()?;
    // Who could read the declaration as single bytes has no UTF-16 before him.
    Encoding::for_label(label.as_bytes()).map(Encoding::output_encoding)
}

/// The first bytes, as far as they can be read, and the rest.
fn peek(mut bytes: Bytes) -> io::Result<(Vec<u8>, Bytes)> {
    let (mut head, mut failed) = (Vec::new(), None);
    loop {
        match (&mut bytes).take((HEAD - head.len()) as u64).read_to_end(&mut head) {
            Ok(_) if failed.is_none() => return Ok((head, bytes)),
            // Of a file whose beginning is damaged, what is behind that says what it is.
            Err(error) if head.is_empty() && is_damage(&error) => failed = failed.or(Some(error)),
            Err(error) if head.is_empty() => return Err(failed.unwrap_or(error)),
            // What was read before is looked at, and then comes the error.
            Err(error) => return Ok((head, Box::new(Failed(Some(error)).chain(bytes)))),
            Ok(_) if head.is_empty() => return failed.map_or(Ok((head, bytes)), Err),
            // Told at the end: elsewhere it would divide what is whole.
            Ok(_) => return Ok((head, Box::new(bytes.chain(Failed(failed))))),
        }
    }
}

/// An error where more was expected.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.count.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

/// Ends where more comes out than any honest file holds.
struct Bounded {
    inner: Bytes,
    packed: Arc<AtomicU64>,
    unpacked: u64,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.unpacked += length as u64;
        if is_bomb(self.packed.load(Ordering::Relaxed), self.unpacked) {
            return Err(io::Error::other(BOMB));
        }
        Ok(length)
    }
}

/// What is said of a file that unpacks to more than it should.
pub(super) const BOMB: &str = "it unpacks to more than 200 times its size";

/// Whether more was unpacked than any honest file holds.
pub(super) fn is_bomb(packed: u64, unpacked: u64) -> bool {
    unpacked > FREE && unpacked > packed.saturating_mul(RATIO)
}

/// Bytes in any encoding as UTF-8.
pub(super) struct Text {
    inner: BufReader<Chain<Cursor<Vec<u8>>, Bytes>>,
    decoder: Decoder,
    /// Whether the decoder was told that nothing more comes.
    left: bool,
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // No letter needs more room than this, and every reader here has it.
        if buffer.len() < 16 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        while !self.left {
            let bytes = match self.inner.fill_buf() {
                Ok(bytes) => bytes,
                Err(error) => {
                    if is_damage(&error) {
                        // What comes behind it is no part of the letter that it tore.
                        self.decoder = self.decoder.encoding().new_decoder_without_bom_handling();
                    }
                    return Err(error);
                }
            };
            self.left = bytes.is_empty();
            let (_, read, written, _) = self.decoder.decode_to_utf8(bytes, buffer, self.left);
            self.inner.consume(read);
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}
