//! When two articles are one: they have the same address.

use url::Url;
use xxhash_rust::xxh3::xxh3_64;

/// Parameters of addresses that lead to the same page.
const TRACKING: [&str; 6] = ["fbclid", "gclid", "mc_cid", "mc_eid", "igshid", "cmpid"];

/// What an address is known by: without its protocol, `www.`, a slash at the end, fragment, and what only tells where a
/// reader came from.
pub(super) fn address(text: &str) -> Option<u64> {
    let url = Url::parse(text.trim()).ok()?;
    let host = url.host_str()?.trim_start_matches("www.");
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let counts = |key: &str| !key.starts_with("utm_") && !TRACKING.contains(&key);
    let query = url.query().unwrap_or_default().split('&');
    let query: Vec<&str> =
        query.filter(|pair| !pair.is_empty() && counts(pair.split('=').next().unwrap_or_default())).collect();
    let path = url.path().trim_end_matches('/');
    Some(xxh3_64(format!("{host}{port}{path}?{}", query.join("&")).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_page() {
        let one = address("https://example.org/a/b");
        for same in [
            "http://www.example.org/a/b/",
            "https://EXAMPLE.org/a/b#part",
            "https://example.org/a/b?utm_source=x&fbclid=y",
        ] {
            assert_eq!(address(same), one, "{same}");
        }
        for other in
            ["https://example.org/a/B", "https://example.org/a/b?id=1", "https://example.org:8080/a/b"]
        {
            assert_ne!(address(other), one, "{other}");
        }
        assert_eq!(address("no address"), None);
    }
}
