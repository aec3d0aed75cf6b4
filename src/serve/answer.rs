//! Bytes → a response: what kind they are, whether the browser has them already, and which part of them it wants.

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{
    ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderName, HeaderValue, IF_NONE_MATCH, IF_RANGE, LOCATION, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};
use std::convert::Infallible;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc::Receiver;
use xxhash_rust::xxh3::xxh3_128;

/// What is sent after the head: all at once, or events as they come.
pub(super) enum Content {
    Whole(Bytes),
    Events(Receiver<Bytes>),
}

impl Body for Content {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Events(events) => events.poll_recv(context).map(|event| event.map(Frame::data).map(Ok)),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Events(_) => SizeHint::default(),
        }
    }
}

/// A response with what all have in common: nothing is kept, guessed or given to other sites.
pub(super) fn bare(status: StatusCode, content: Content) -> Response<Content> {
    const POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
    let mut response = Response::new(content);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// A line of text, for people.
pub(super) fn text(status: StatusCode, text: &str) -> Response<Content> {
    let mut response = bare(status, Content::Whole(Bytes::from(format!("{text}\n"))));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}

/// Another address for what was asked for.
pub(super) fn redirect(status: StatusCode, url: &str) -> Response<Content> {
    let Ok(location) = HeaderValue::from_str(url) else {
        return text(StatusCode::NOT_FOUND, "not found");
    };
    let mut response = bare(status, Content::Whole(Bytes::new()));
    response.headers_mut().insert(LOCATION, location);
    response
}

/// A stream of events.
pub(super) fn events(events: Receiver<Bytes>) -> Response<Content> {
    let mut response = bare(StatusCode::OK, Content::Events(events));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response
}

/// A file, or the part of it that was asked for.
pub(super) fn file(status: StatusCode, name: &str, bytes: Vec<u8>, asked: &HeaderMap) -> Response<Content> {
    let tag = format!("\"{:032x}\"", xxh3_128(&bytes));
    let length = bytes.len();
    let mut bytes = Bytes::from(bytes);
    let mut response = bare(status, Content::Whole(Bytes::new()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type(name));
    headers.extend(HeaderValue::from_str(&tag).map(|tag| (ETAG, tag)));
    if status == StatusCode::OK {
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        let value = |name| asked.get(name).and_then(|value| value.to_str().ok());
        let known = |list: &str| {
            list.split(',').any(|known| known.trim() == "*" || known.trim().trim_start_matches("W/") == tag)
        };
        if value(IF_NONE_MATCH).is_some_and(known) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        let wanted = value(RANGE).filter(|_| value(IF_RANGE).is_none_or(|known| known == tag));
        match wanted.and_then(|wanted| part(wanted, length)) {
            None => {}
            Some(range) if range.is_empty() => {
                headers.extend(
                    HeaderValue::from_str(&format!("bytes */{length}")).map(|all| (CONTENT_RANGE, all)),
                );
                *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
                return response;
            }
            Some(Range { start, end }) => {
                let range = format!("bytes {start}-{}/{length}", end - 1);
                headers.extend(HeaderValue::from_str(&range).map(|range| (CONTENT_RANGE, range)));
                bytes = bytes.slice(start..end);
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            }
        }
    }
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    *response.body_mut() = Content::Whole(bytes);
    response
}

/// The part that a `Range` asks for: none if there is no need to heed it (RFC 9110, section 14.2), and an empty one if
/// there is no such part. Several parts are not sent: nothing of a site is played in pieces.
fn part(asked: &str, length: usize) -> Option<Range<usize>> {
    let (first, last) = asked.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // What is too large for a number is larger than any file.
        digits.then(|| text.parse::<usize>().unwrap_or(usize::MAX))
    };
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Some(first), None) if last.is_empty() => first..length,
        (None, Some(count)) if first.is_empty() => length.saturating_sub(count)..length,
        _ => return None,
    };
    Some(range)
}

fn content_type(name: &str) -> HeaderValue {
    let kind = match name.rsplit_once('.').map(|(_, end)| end) {
        Some("js") => mime_guess::mime::TEXT_JAVASCRIPT,
        _ => mime_guess::from_path(name).first_or_octet_stream(),
    };
    let is_text = kind.type_() == "text" || matches!(kind.subtype().as_str(), "json" | "xml" | "javascript");
    let text = if is_text && kind.get_param("charset").is_none() {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_string()
    };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_ranges_are_understood() {
        for (asked, expected) in [
            ("bytes=0-0", Some(0..1)),
            ("bytes=2-", Some(2..10)),
            ("bytes=-3", Some(7..10)),
            ("bytes=-99", Some(0..10)),
            ("bytes=5-99999999999999999999999", Some(5..10)),
            ("bytes=10-", Some(10..10)),
            ("bytes=-0", Some(10..10)),
            ("bytes=3-2", None),
            ("bytes=0-1,3-4", None),
            ("bytes=-", None),
            ("bytes=+1-2", None),
            ("lines=0-1", None),
        ] {
            assert_eq!(part(asked, 10), expected, "{asked}");
        }
        assert_eq!(part("bytes=0-", 0), Some(0..0));
    }
}
