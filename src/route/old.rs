//! Addresses that articles had before, on another site or under another name.

use super::OutPath;
use url::Url as Parsed;

/// Why an alias is no address of this site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unusable {
    /// It lies on a host that this site does not stand in for.
    Foreign,
    /// No browser asks a site for it.
    NoAddress,
    /// It is the home page.
    Home,
}

/// Path and query of an address of before, percent-encoded: what a browser asks a server for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OldUrl(String);

impl OldUrl {
    /// An alias: a path of this site, or a whole address on one of its own hosts.
    pub fn alias(text: &str, own_hosts: &[String]) -> Result<Self, Unusable> {
        const OTHERS: [&str; 8] = ["about", "blob", "data", "file", "ftp", "javascript", "mailto", "tel"];
        let text = text.trim();
        match Parsed::parse(text) {
            Ok(url) if OTHERS.contains(&url.scheme()) => Err(Unusable::NoAddress),
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                if is_own(&url, own_hosts) {
                    Self::new(&url)
                } else {
                    Err(Unusable::Foreign)
                }
            }
            // A path alone is no address; and that of `Category:Ferries` seems to be one.
            _ => {
                let path = format!("https://host.invalid/{}", text.trim_start_matches('/'));
                Self::new(&Parsed::parse(&path).map_err(|_| Unusable::NoAddress)?)
            }
        }
    }

    /// An address on one of the hosts that this site stands in for.
    pub fn own(url: &str, own_hosts: &[String]) -> Option<Self> {
        let url = Parsed::parse(url.trim()).ok()?;
        if is_own(&url, own_hosts) { Self::new(&url).ok() } else { None }
    }

    /// Servers take several slashes for one, and an empty query for none. No address that a browser asks for has a
    /// control character in its path, and no map could hold it.
    fn new(url: &Parsed) -> Result<Self, Unusable> {
        let mut path = String::with_capacity(url.path().len());
        for letter in url.path().chars().filter(|letter| !letter.is_control()) {
            if letter != '/' || !path.ends_with('/') {
                path.push(letter);
            }
        }
        if percent_decode(&path).iter().any(u8::is_ascii_control) {
            return Err(Unusable::NoAddress);
        }
        if let Some(query) = url.query().filter(|query| !query.is_empty()) {
            path += &format!("?{query}");
        }
        if path == "/" { Err(Unusable::Home) } else { Ok(Self(path)) }
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Path and query.
    pub fn parts(&self) -> (&str, Option<&str>) {
        self.0.split_once('?').map_or((&self.0, None), |(path, query)| (path, Some(query)))
    }

    /// Names and values of the query, where each is plain and stands once; none without a query.
    pub fn pairs(&self) -> Option<Vec<(&str, &str)>> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for pair in self.parts().1.into_iter().flat_map(|query| query.split('&')) {
            let (name, value) = pair.split_once('=')?;
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            let is_value = |byte: u8| byte.is_ascii_graphic() && !b"%+*".contains(&byte);
            let is_plain = !name.is_empty() && name.bytes().all(is_name) && value.bytes().all(is_value);
            let is_twice = pairs.iter().any(|(known, _)| *known == name);
            if value.is_empty() || value.starts_with(':') || !is_plain || is_twice {
                return None;
            }
            pairs.push((name, value));
        }
        Some(pairs)
    }

    /// The path as servers see it behind percent-encoding.
    pub fn decoded_path(&self) -> String {
        String::from_utf8_lossy(&percent_decode(self.parts().0)).into_owned()
    }

    /// The file with this very path; `None` with a query, which can be asked of any file.
    pub fn file(&self) -> Option<OutPath> {
        OutPath::new(&self.path()?).ok()
    }

    /// The path below the host, decoded.
    fn path(&self) -> Option<String> {
        let (path, None) = self.parts() else { return None };
        Some(String::from_utf8(percent_decode(path)).ok()?.strip_prefix('/')?.to_string())
    }

    /// The file that would be served for it; `None` where no static file could be: with a query, or an ending
    /// that servers do not show as a page.
    pub fn page(&self) -> Option<OutPath> {
        let path = self.path()?;
        let name = path.rsplit('/').next().unwrap_or_default();
        let file = match name.rsplit_once('.') {
            _ if name.is_empty() => format!("{path}index.html"),
            None => format!("{path}/index.html"),
            Some((_, "htm" | "html")) => path.clone(),
            Some(_) => return None,
        };
        OutPath::new(&file).ok()
    }
}

/// Whether an address lies on one of the hosts that this site stands in for.
fn is_own(url: &Parsed, own_hosts: &[String]) -> bool {
    let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_string();
    let host = url.host_str().map(bare);
    own_hosts.iter().any(|own| Some(bare(own)) == host)
}

/// RFC 3986, section 2.1.
fn percent_decode(text: &str) -> Vec<u8> {
    percent_encoding::percent_decode_str(text).collect()
}

/// Parameters that say where a reader came from, not what is read.
pub const TRACKING: [&str; 14] = [
    "fbclid", "gclid", "dclid", "yclid", "msclkid", "igshid", "mc_cid", "mc_eid", "cmpid", "ocid", "ito",
    "_ga", "_gl", "ncid",
];
/// What the names of other such parameters begin with.
pub const TRACKING_PREFIX: &str = "utm_";

/// What two addresses of one article have in common: the same without scheme, `www`, tracking parameters, fragment
/// and slash at the end, in lower case. An address in a web archive counts as the one it holds.
pub fn lookup_key(url: &str) -> Option<String> {
    let url = Parsed::parse(archived(url.trim())).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let tracking = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
        name.starts_with(TRACKING_PREFIX) || TRACKING.contains(&name.as_str())
    };
    let query: Vec<&str> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !tracking(pair))
        .collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    Some(format!("{host}{}{query}", url.path().trim_end_matches('/')).to_ascii_lowercase())
}

/// `https://web.archive.org/web/2016*/http://example.org/x` → `http://example.org/x`, as often as one holds another.
fn archived(url: &str) -> &str {
    let held = |url: &'_ str| -> Option<usize> {
        let below = url.find("://")? + 3;
        let authority = below + url[below..].find(['/', '?', '#'])?;
        let host = url[below..authority].to_ascii_lowercase();
        let path = url[authority..]
            .strip_prefix("/web/")
            .filter(|_| host == "archive.org" || host.ends_with(".archive.org"))?;
        let path = path[..path.find(['?', '#']).unwrap_or(path.len())].to_ascii_lowercase();
        let inner = path.find("http:").into_iter().chain(path.find("https:")).min()?;
        Some(authority + "/web/".len() + inner)
    };
    let mut url = url;
    while let Some(at) = held(url) {
        url = &url[at..];
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_and_without_what_does_not_matter_are_one() {
        for url in [
            "https://www.example.org/News/1.html",
            "http://example.org/news/1.html/",
            " http://EXAMPLE.org/news/1.html?utm_source=x&fbclid=1#top",
            "https://web.archive.org/web/20160101000000/http://www.example.org/news/1.html",
            "https://web.archive.org/web/20160101000000id_/http://www.example.org/news/1.html",
        ] {
            assert_eq!(lookup_key(url).as_deref(), Some("example.org/news/1.html"), "{url}");
        }
        assert_eq!(lookup_key("http://e.org/a.php?id=5&utm_x=1").as_deref(), Some("e.org/a.php?id=5"));
        assert_eq!(lookup_key("http://e.org").as_deref(), Some("e.org"));
        // What only looks like an address in a web archive.
        for (url, key) in [
            (
                "https://e.org/x?to=https://web.archive.org/web/2016/http://k.org/",
                "e.org/x?to=https://web.archive.org/web/2016/http://k.org/",
            ),
            ("http://archive.org/web/http-story.html", "archive.org/web/http-story.html"),
            ("http://notarchive.org/web/http://k.org/", "notarchive.org/web/http://k.org"),
            ("https://web.archive.org/web/1/http://web.archive.org/web/2/https://k.org/a", "k.org/a"),
        ] {
            assert_eq!(lookup_key(url).as_deref(), Some(key), "{url}");
        }
        for url in ["mailto:a@e.org", "javascript:alert(1)", "news", ""] {
            assert_eq!(lookup_key(url), None, "{url}");
        }
    }

    #[test]
    fn only_what_a_static_server_shows_as_a_page_becomes_one() {
        for (alias, page) in [
            ("/old/", Some("old/index.html")),
            ("old/x", Some("old/x/index.html")),
            ("/old/x.htm", Some("old/x.htm")),
            ("/a%20b.html", Some("a b.html")),
            ("/статья", Some("статья/index.html")),
            ("/../../etc/passwd", Some("etc/passwd/index.html")),
            ("/%2e%2e/x", Some("x/index.html")),
            ("/x.php", None),
            ("/x?id=1", None),
            ("/con.html", None),
            ("/%00", None),
            ("/%ff", None),
            ("//old//x/", Some("old/x/index.html")),
            ("/old/?", Some("old/index.html")),
        ] {
            let found = OldUrl::alias(alias, &[]).ok().and_then(|url| url.page());
            assert_eq!(found.as_ref().map(OutPath::as_str), page, "{alias}");
        }
        // No file may be called so everywhere, but a server can be told.
        assert!(OldUrl::alias("Category:Ferries", &[]).is_ok_and(|url| url.page().is_none()));
        let own = ["www.example.org".to_string()];
        for (alias, why) in [
            ("/", Unusable::Home),
            ("/?", Unusable::Home),
            ("//", Unusable::Home),
            ("HTTPS://example.org", Unusable::Home),
            ("/a%0a.html", Unusable::NoAddress),
            ("mailto:a@example.org", Unusable::NoAddress),
            ("javascript:alert(1)", Unusable::NoAddress),
            ("https://example.com/a.html", Unusable::Foreign),
        ] {
            assert_eq!(OldUrl::alias(alias, &own), Err(why), "{alias}");
        }
        let found = OldUrl::own("http://example.org/a?b=1", &own);
        assert_eq!(found.as_ref().map(OldUrl::as_str), Some("/a?b=1"));
        assert_eq!(OldUrl::own("http://example.com/a", &own), None);
    }

    #[test]
    fn a_query_of_plain_pairs_is_told_apart() {
        for (alias, pairs) in [
            ("/x", Some(vec![])),
            ("/x?a=1&b=$c/d", Some(vec![("a", "1"), ("b", "$c/d")])),
            ("/x?a", None),
            ("/x?a=", None),
            ("/x?a=:b", None),
            ("/x?a=b%20c", None),
            ("/x?a=1&a=2", None),
            ("/x?a[]=1", None),
            ("/x?&", None),
        ] {
            assert_eq!(OldUrl::alias(alias, &[]).unwrap().pairs(), pairs, "{alias}");
        }
    }
}
