//! What is not published, for the one who writes it: a list, and the ribbon on each of its pages.

use super::html::{escaped, page};
use super::place::OWN;
use crate::build::{Whole, Withheld};

/// Below this path of the preview's own are the list and the pages.
const FOLDER: &str = "withheld";
/// The base path of the site with what is withheld.
pub(super) const BASE: &str = "/.backissue/withheld/site";
/// The address of the list.
pub(super) const LIST: &str = "/.backissue/withheld/";

/// What is asked for among the withheld, if a path of the preview's own is one of those.
pub(super) fn below(own: &str) -> Option<&str> {
    own.strip_prefix(FOLDER).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The list of all, as a page.
pub(super) fn list(whole: &Whole) -> String {
    let mut main = "<h1>Withheld</h1>\n".to_string();
    if whole.withheld().is_empty() {
        main += "<p>Nothing is withheld: all articles are published.</p>\n";
    } else {
        main += "<p>These are not published now. They show here as they will look, \
            among what is published and all that is withheld.</p>\n\
            <table class=\"backissue-list\">\n<thead><tr><th>Article</th><th>Why</th><th>Source</th></tr></thead>\n<tbody>\n";
        whole.withheld().iter().for_each(|article| main += &row(article));
        main += "</tbody>\n</table>\n";
    }
    page("Withheld", &main)
}

fn row(article: &Withheld) -> String {
    let title = escaped(&article.title);
    let (title, why) = match &article.url {
        Ok(url) => (format!("<a href=\"{}\">{title}</a>", escaped(url)), escaped(&article.reason)),
        Err(problem) => (title, escaped(&format!("{}; it cannot be shown: {problem}", article.reason))),
    };
    format!("<tr><td>{title}</td><td>{why}</td><td><code>{}</code></td></tr>\n", escaped(&article.source))
}

/// A page with a ribbon on top that says why it is not published.
pub(super) fn with_ribbon(page: &[u8], reason: Option<&str>) -> Vec<u8> {
    let text = match reason {
        Some(reason) => escaped(&format!("not published: {reason}")),
        None => "not published like this: with all that is withheld".to_string(),
    };
    let ribbon = format!(
        "<aside class=\"backissue-ribbon\">{text} <a href=\"{LIST}\">everything that is withheld</a></aside>"
    );
    let style = format!("<link rel=\"stylesheet\" href=\"{OWN}own.css\">");
    let head = find(page, b"</head>").unwrap_or_default();
    let body = find(&page[head..], b"<body").map(|start| head + start);
    let body = body.and_then(|start| Some(start + page[start..].iter().position(|byte| *byte == b'>')? + 1));
    // Without a body's tag, as HTML allows, it begins where the head ends, or nobody knows where.
    let body = body.unwrap_or(if head == 0 { page.len() } else { head + b"</head>".len() });
    let parts = [&page[..head], style.as_bytes(), &page[head..body], ribbon.as_bytes(), &page[body..]];
    if head == 0 {
        [&page[..body], style.as_bytes(), ribbon.as_bytes(), &page[body..]].concat()
    } else {
        parts.concat()
    }
}

/// Where a tag is, in whatever case.
pub(super) fn find(page: &[u8], tag: &[u8]) -> Option<usize> {
    page.windows(tag.len()).position(|bytes| bytes.eq_ignore_ascii_case(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ribbon_is_the_first_thing_in_a_body() {
        let with = |page: &str| String::from_utf8(with_ribbon(page.as_bytes(), Some("a < b"))).unwrap();
        let style = "<link rel=\"stylesheet\" href=\"/.backissue/own.css\">";
        let ribbon = "<aside class=\"backissue-ribbon\">not published: a &lt; b \
            <a href=\"/.backissue/withheld/\">everything that is withheld</a></aside>";
        for (page, expected) in [
            ("<HEAD></HEAD><BODY class=x>text", format!("<HEAD>{style}</HEAD><BODY class=x>{ribbon}text")),
            ("<head></head>text", format!("<head>{style}</head>{ribbon}text")),
            ("<title>t</title><body>text", format!("<title>t</title><body>{style}{ribbon}text")),
            ("text", format!("text{style}{ribbon}")),
            ("<head></head><body", format!("<head>{style}</head>{ribbon}<body")),
            ("", format!("{style}{ribbon}")),
        ] {
            assert_eq!(with(page), expected, "{page}");
        }
    }
}
