//! Which requests are answered. A preview shows what is not published yet, to the one who started it: pages of other
//! sites in the same browser must not read it, by whatever name they reach it (DNS rebinding).

use hyper::header::{HOST, HeaderMap, HeaderName, ORIGIN};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode, Version};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Checks the head of a request. `hosts` are the names that this server is known by, lower-case; `page` says whether
/// what is asked for is a page, which other sites may link to.
pub(super) fn check(head: &Parts, hosts: &[String], page: bool) -> Result<(), StatusCode> {
    if !matches!(head.method, Method::GET | Method::HEAD) {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let known = |authority: &str| is_known(authority, hosts);
    let host = only(&head.headers, &HOST).ok_or(StatusCode::FORBIDDEN)?;
    let whole = head.uri.authority().is_none_or(|authority| known(authority.as_str()));
    let scheme = head.uri.scheme_str().is_none_or(|scheme| scheme == "http");
    let origin = !head.headers.contains_key(ORIGIN)
        || only(&head.headers, &ORIGIN).and_then(|origin| origin.strip_prefix("http://")).is_some_and(known);
    if known(host) && whole && scheme && origin && is_own(&head.headers, page) {
        Ok(())
    } else {
        Err(StatusCode::FORBIDDEN)
    }
}

/// Whether somebody passed a request on. Who asked is elsewhere then, although the connection comes from this machine.
/// Proxies say so in one of these headers, or speak HTTP/1.0, which no browser does; of one that does neither nobody knows.
pub(super) fn is_passed_on(head: &Parts) -> bool {
    const KNOWN: [&str; 6] =
        ["forwarded", "via", "x-real-ip", "x-client-ip", "cf-connecting-ip", "true-client-ip"];
    let is_told =
        |name: &HeaderName| KNOWN.contains(&name.as_str()) || name.as_str().starts_with("x-forwarded-");
    head.version < Version::HTTP_11 || head.headers.keys().any(is_told)
}

/// Whether a request comes from a page of ours, from the user, or is a click on a link to a page.
fn is_own(headers: &HeaderMap, page: bool) -> bool {
    if !headers.contains_key(SITE) {
        // Old browsers, and programs that are no browsers.
        return true;
    }
    match only(headers, &SITE) {
        Some("same-origin" | "none") => true,
        Some(_) => {
            page && only(headers, &MODE) == Some("navigate") && only(headers, &DEST) == Some("document")
        }
        None => false,
    }
}

/// The value of a header that there is exactly one of.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(first)
}

/// Whether `name[:port]` is one of ours. Any port: a tunnel may have another.
fn is_known(authority: &str, hosts: &[String]) -> bool {
    let name = match authority.rsplit_once(':') {
        // The colons of a bare IPv6 address are none before a port.
        Some((name, port)) if !port.contains(']') => {
            let digits = (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
            if !digits {
                return false;
            }
            name
        }
        _ => authority,
    };
    hosts.iter().any(|host| host.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    fn checked(method: &str, target: &str, headers: &[(&str, &str)], page: bool) -> u16 {
        let request = Request::builder().method(method).uri(target);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let (head, ()) = request.body(()).unwrap().into_parts();
        let hosts = ["localhost", "127.0.0.1", "[::1]"].map(str::to_string);
        check(&head, &hosts, page).map_or_else(|status| status.as_u16(), |()| 200)
    }

    #[test]
    fn only_our_names_are_answered() {
        for (host, status) in [
            ("localhost", 200),
            ("LocalHost:8000", 200),
            ("127.0.0.1:1", 200),
            ("[::1]:8000", 200),
            ("[::1]", 200),
            ("", 403),
            ("localhost:", 403),
            ("localhost:80x", 403),
            ("localhost:123456", 403),
            ("localhost.", 403),
            ("localhost.evil.example", 403),
            ("evil.example:8000", 403),
            ("localhost@evil.example", 403),
            ("evil@localhost:8000", 403),
            ("127.0.0.1.nip.io", 403),
            ("127.1", 403),
            ("0.0.0.0:8000", 403),
            ("::1", 403),
            (" localhost", 403),
        ] {
            assert_eq!(checked("GET", "/", &[("Host", host)], true), status, "{host:?}");
        }
        assert_eq!(checked("GET", "/", &[], true), 403);
        assert_eq!(checked("GET", "/", &[("Host", "localhost"), ("Host", "localhost")], true), 403);
    }

    #[test]
    fn a_name_in_the_request_line_is_checked_as_well() {
        let host = [("Host", "localhost:8000")];
        for (target, status) in [
            ("http://localhost:8000/", 200),
            ("http://evil.example/", 403),
            ("http://evil@localhost/", 403),
            ("https://localhost/", 403),
        ] {
            assert_eq!(checked("GET", target, &host, true), status, "{target}");
        }
    }

    #[test]
    fn other_methods_are_refused_first() {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"] {
            assert_eq!(checked(method, "/", &[("Host", "evil.example")], true), 405);
        }
        assert_eq!(checked("HEAD", "/", &[("Host", "localhost")], true), 200);
    }

    #[test]
    fn other_origins_are_refused() {
        for (origin, status) in [
            ("http://localhost:8000", 200),
            ("http://127.0.0.1", 200),
            ("https://localhost:8000", 403),
            ("null", 403),
            ("", 403),
            ("http://evil.example", 403),
            ("http://localhost.evil.example", 403),
        ] {
            let headers = [("Host", "localhost:8000"), ("Origin", origin)];
            assert_eq!(checked("GET", "/", &headers, true), status, "{origin:?}");
        }
    }

    #[test]
    fn other_sites_may_only_link_to_pages() {
        let own = |site: &str, mode: &str, dest: &str, page| {
            let headers = [
                ("Host", "localhost"),
                ("Sec-Fetch-Site", site),
                ("Sec-Fetch-Mode", mode),
                ("Sec-Fetch-Dest", dest),
            ];
            checked("GET", "/", &headers, page) == 200
        };
        assert!(own("same-origin", "cors", "empty", false));
        assert!(own("none", "navigate", "document", true));
        for site in ["cross-site", "same-site"] {
            assert!(own(site, "navigate", "document", true));
            assert!(!own(site, "navigate", "document", false));
            assert!(!own(site, "navigate", "iframe", true));
            assert!(!own(site, "no-cors", "script", true));
        }
    }
}
