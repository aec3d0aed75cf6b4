//! Gzip, a member after the other (RFC 1952, section 2.2). Crawls pack each record by itself: so a damaged one costs
//! that record, and what stands behind it is read.

use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, ErrorKind, Read};

/// What a member begins with, packed as all are.
const START: &[u8] = &[0x1f, 0x8b, 8];

/// Unpacks all members. Damage is told once, where it is met; whoever reads on gets the next member.
pub(super) struct Members<R> {
    /// `None` only while it changes.
    state: Option<State<R>>,
}

enum State<R> {
    /// Inside of a member, and whether any of it was read.
    Open(Box<GzDecoder<Packed<R>>>, bool),
    /// Behind one.
    Between(Packed<R>),
    /// Somewhere in a damaged one.
    Lost(Packed<R>),
}

/// Packed bytes, some of which are read once more.
struct Packed<R> {
    inner: R,
    /// Those, and how many of them are read again.
    again: Vec<u8>,
    done: usize,
    /// What was read of the member, or its end: where one was cut off, the next begins in the midst of it.
    read: Vec<u8>,
}

/// Packed bytes of a member that are searched for the beginning of the next, once it turns out to be damaged.
const WINDOW: usize = 1 << 20;

/// The kind of an error at the beginning of a member: what was read before is whole.
const HEAD: ErrorKind = ErrorKind::InvalidData;

/// Whether an error is of bytes that were read already.
pub(super) fn is_behind(error: &io::Error) -> bool {
    is_damage(error) && error.kind() != HEAD
}

/// Whether an error is of the bytes, and not of what they are on: then what stands behind may be whole.
pub(super) fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData)
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { state: Some(State::Between(Packed { inner, again: Vec::new(), done: 0, read: Vec::new() })) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let Some(state) = self.state.take() else { return Ok(0) };
            let (next, read) = state.read(buffer);
            self.state = Some(next);
            if let Some(read) = read {
                return read;
            }
        }
    }
}

impl<R: BufRead> State<R> {
    /// What comes next, and what was read, if that is known by now.
    fn read(self, buffer: &mut [u8]) -> (Self, Option<io::Result<usize>>) {
        match self {
            Self::Open(mut member, begun) => match member.read(buffer) {
                Ok(0) => (Self::Between(member.into_inner()), None),
                Ok(length) => (Self::Open(member, true), Some(Ok(length))),
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    (Self::Open(member, begun), Some(Err(error)))
                }
                Err(error) => {
                    let mut packed = member.into_inner();
                    packed.go_back();
                    let is_head = !begun && is_damage(&error);
                    let error = if is_head { io::Error::new(HEAD, error) } else { error };
                    (Self::Lost(packed), Some(Err(error)))
                }
            },
            Self::Between(mut packed) => match packed.fill_buf() {
                Ok([]) => (Self::Between(packed), Some(Ok(0))),
                // Some writers fill blocks up.
                Ok([0, ..]) => {
                    packed.consume(1);
                    (Self::Between(packed), None)
                }
                Ok([first, ..]) if *first == START[0] => {
                    packed.read.clear();
                    (Self::Open(Box::new(GzDecoder::new(packed)), false), None)
                }
                // The head of a member that is damaged, if there is another one; else bytes that are none of the file's.
                Ok(_) => match packed.find_start() {
                    Ok(true) => (Self::Between(packed), Some(Err(HEAD.into()))),
                    Ok(false) => (Self::Between(packed), None),
                    Err(error) => (Self::Between(packed), Some(Err(error))),
                },
                Err(error) => (Self::Between(packed), Some(Err(error))),
            },
            Self::Lost(mut packed) => match packed.find_start() {
                Ok(_) => (Self::Between(packed), None),
                Err(error) => (Self::Lost(packed), Some(Err(error))),
            },
        }
    }
}

impl<R: BufRead> Packed<R> {
    /// Goes to where a member may begin, or to the end; says which.
    fn find_start(&mut self) -> io::Result<bool> {
        let mut known = 0;
        while known < START.len() {
            let Some(byte) = self.fill_buf()?.first().copied() else { return Ok(false) };
            self.consume(1);
            // No byte of it is there twice, so a mismatch may only be another first one.
            known = if byte == START[known] { known + 1 } else { usize::from(byte == START[0]) };
        }
        self.again.splice(..self.done, START.iter().copied());
        self.done = 0;
        Ok(true)
    }

    /// Goes back to behind the first byte of the member, as far as that is known.
    fn go_back(&mut self) {
        let read = std::mem::take(&mut self.read);
        self.again.splice(..self.done, read.into_iter().skip(1));
        self.done = 0;
    }
}

impl<R: BufRead> BufRead for Packed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.done == self.again.len() { self.inner.fill_buf() } else { Ok(&self.again[self.done..]) }
    }

    fn consume(&mut self, amount: usize) {
        if self.read.len() > 2 * WINDOW {
            self.read.drain(..self.read.len() - WINDOW);
        }
        if self.done == self.again.len() {
            // It was filled before, so that it gives the same bytes.
            if let Ok(bytes) = self.inner.fill_buf() {
                self.read.extend_from_slice(&bytes[..amount.min(bytes.len())]);
            }
            self.inner.consume(amount);
            (self.again, self.done) = (Vec::new(), 0);
        } else {
            let end = self.done + amount;
            self.read.extend_from_slice(&self.again[self.done..end]);
            self.done = end;
        }
    }
}

impl<R: BufRead> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;
    use std::io::Write as _;

    fn packed(text: &str) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(text.as_bytes()).unwrap();
        packer.finish().unwrap()
    }

    const LOST: &str = "a text that is lost";

    /// What is read, and how often damage is told.
    fn read(bytes: &[u8]) -> (Vec<u8>, usize) {
        let (mut members, mut found, mut damaged) = (Members::new(bytes), Vec::new(), 0);
        while let Err(error) = members.read_to_end(&mut found) {
            assert!(is_damage(&error) || error.kind() == ErrorKind::UnexpectedEof, "{error}");
            damaged += 1;
        }
        (found, damaged)
    }

    #[test]
    fn members_are_read_one_after_the_other() {
        let bytes = [packed("one "), packed(""), vec![0; 7], packed("two")].concat();
        assert_eq!(read(&bytes), (b"one two".to_vec(), 0));
    }

    #[test]
    fn what_stands_behind_a_damaged_member_is_read() {
        // Its head, its bytes, its checksum.
        for cut in [0, 1, 2, 12, 15, packed(LOST).len() - 6] {
            let mut middle = packed(LOST);
            middle[cut] ^= 0xff;
            let (found, damaged) = read(&[packed("one "), middle, packed("two")].concat());
            assert!(found.starts_with(b"one ") && found.ends_with(b"two"), "{cut}: {found:?}");
            assert_eq!(damaged, 1, "{cut}");
        }
    }

    #[test]
    fn a_member_that_is_cut_off_costs_no_other() {
        let whole = packed(&"a long text with many words, which is lost in part ".repeat(20));
        for length in 4..whole.len() {
            let (found, damaged) = read(&[packed("one "), whole[..length].to_vec(), packed("two")].concat());
            assert!(found.starts_with(b"one ") && found.ends_with(b"two"), "{length}: {found:?}");
            assert!(damaged >= 1, "{length}");
        }
    }

    #[test]
    fn bytes_behind_the_last_member_are_none_of_the_files() {
        assert_eq!(read(&[packed("one"), b"trailing garbage".to_vec()].concat()), (b"one".to_vec(), 0));
    }

    proptest! {
        #[test]
        fn no_bytes_are_read_for_ever(
            parts in proptest::collection::vec(prop_oneof![
                Just(packed("a member")), Just(START.to_vec()), proptest::collection::vec(any::<u8>(), 0..30),
            ], 0..12),
            flips in proptest::collection::vec((any::<usize>(), any::<u8>()), 0..4),
        ) {
            let mut bytes = parts.concat();
            for (at, byte) in flips {
                if let Some(count) = std::num::NonZeroUsize::new(bytes.len()) {
                    bytes[at % count] ^= byte;
                }
            }
            let (_, damaged) = read(&bytes);
            prop_assert!(damaged <= bytes.len() + 1);
        }
    }
}
