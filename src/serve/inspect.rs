//! What a page is made from, as a page: its template, what the template gets, and how long it took.

use super::html::{escaped, list_of, page};
use crate::build::Inspection;
use crate::problem::Fatal;
use std::fmt::Write as _;

/// The key that asks for it, in the query of any address of the site.
const KEY: &str = "inspect";

/// Whether a query asks for it.
pub(super) fn is_asked(query: Option<&str>) -> bool {
    let mut pairs = query.unwrap_or_default().split('&');
    pairs.any(|pair| pair.split('=').next() == Some(KEY))
}

/// The address of the same about another page.
pub(super) fn address(url: &str) -> String {
    format!("{url}?{KEY}")
}

/// The page about what is at a path.
pub(super) fn about(path: &str, inspection: Inspection) -> String {
    let code = |text: &str| format!("<code>{}</code>", escaped(text));
    // What fails before there is a view has no template yet.
    let without = if inspection.bytes.is_ok() { "without a template" } else { "" };
    let template = inspection.template.as_deref().map_or(without.to_string(), code);
    let time = format!("{:.2} ms", inspection.time.as_secs_f64() * 1000.0);
    let size = inspection.bytes.as_ref().map_or("none".to_string(), |bytes| bytes.len().to_string());
    let files = inspection.templates.iter().map(|file| code(file)).collect::<Vec<_>>().join("<br>");
    // A page of a template alone is said to be made from that already, wherever it is from.
    let is_said = !inspection.templates.is_empty() && inspection.source.starts_with("templates/");
    let source = Some(&inspection.source).filter(|_| !is_said);
    let source = source.map_or(String::new(), |source| code(source));
    let mut main = format!("<h1>Inspect <a href=\"?\">{}</a></h1>\n<table>\n", escaped(path));
    for (name, value) in [
        ("Template", template),
        ("Files of it", files),
        ("Source", source),
        ("Made in", time),
        ("Bytes", size),
    ] {
        if !value.is_empty() {
            // Writing into a text never fails.
            let _ = writeln!(main, "<tr><th>{name}</th><td>{value}</td></tr>");
        }
    }
    main += "</table>\n";
    let made = inspection.bytes.is_ok();
    if let Err(error) = inspection.bytes {
        main += &format!("<h2>It cannot be made</h2>\n{}", list_of(&Fatal::of(error).0));
    }
    if inspection.context.is_null() && made {
        main += "<p>It is copied as it is.</p>\n";
    } else if !inspection.context.is_null() {
        let json = serde_json::to_string_pretty(&inspection.context).unwrap_or_default();
        main += &format!(
            "<h2>What it is made from</h2>\n<p>Templates get <code>site</code> and <code>words</code> beside: \
            they are the same for all pages.</p>\n<pre>{}</pre>\n",
            escaped(&json)
        );
    }
    page(&format!("Inspect {path}"), &main)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_for_by_its_whole_name() {
        for (query, asked) in [
            (None, false),
            (Some(""), false),
            (Some("inspect"), true),
            (Some("inspect="), true),
            (Some("a=b&inspect=1"), true),
            (Some("inspected"), false),
            (Some("a=inspect"), false),
        ] {
            assert_eq!(is_asked(query), asked, "{query:?}");
        }
    }
}
