//! Reads a folder of pages with `gt.json` and `html/ID.html`, and writes what is found in each as JSON for the scorer:
//! `cargo run --release --example metadata -- FOLDER > PRED.json`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a program of its own"
)]

use anyhow::{Context as _, Result};
use backissue::article::Date;
use backissue::clean::metadata;
use backissue::raw::Said;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::path::Path;
use std::time::{Duration, Instant};

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).context("usage: metadata FOLDER")?;
    let folder = Path::new(&folder);
    let Ok(truth) = std::fs::read(folder.join("gt.json")) else {
        eprintln!("there is no `gt.json` in `{}`: nothing is measured", folder.display());
        return Ok(());
    };
    let truth: Map<String, Value> = serde_json::from_slice(&truth)?;
    let mut found = Map::new();
    let (mut parsing, mut finding) = (Duration::ZERO, Duration::ZERO);
    for (id, page) in &truth {
        let Ok(bytes) = std::fs::read(folder.join("html").join(format!("{id}.html"))) else { continue };
        let url = page.get("url").and_then(Value::as_str).filter(|url| !url.is_empty());
        let said = Said { url: url.map(ToString::to_string), ..Said::default() };
        let text = decode(&bytes);
        let start = Instant::now();
        let document = dom_query::Document::from(&*text);
        let parsed = Instant::now();
        let latest = Date::parse("2026-12-31").ok();
        let data = metadata::find_until(&document, &said, latest);
        finding += parsed.elapsed();
        parsing += parsed - start;
        found.insert(id.clone(), answer(data));
    }
    println!("{}", serde_json::to_string_pretty(&found)?);
    let count = u32::try_from(found.len()).unwrap_or(1).max(1);
    eprintln!("{count} pages, parsing {:?} a page, metadata {:?} a page", parsing / count, finding / count);
    Ok(())
}

fn answer(data: metadata::Metadata) -> Value {
    fn text(found: Option<metadata::Found<String>>) -> Value {
        found.map_or(Value::Null, |found| json!([found.value, format!("{:?}", found.origin)]))
    }
    let origin = |origin: Option<metadata::Origin>| origin.map(|origin| format!("{origin:?}"));
    // The labels call an agency an author.
    let authors = data.authors.as_ref().map(|authors| authors.value.clone());
    let authors = authors.or_else(|| data.agency.as_ref().map(|agency| vec![agency.value.clone()]));
    json!({
        "title": data.title.as_ref().map(|title| &title.value),
        "title_from": origin(data.title.as_ref().map(|title| title.origin)),
        "authors": authors,
        "authors_from": origin(data.authors.as_ref().map(|authors| authors.origin)),
        "date": data.published.as_ref().map(|date| date.value.iso()),
        "date_from": origin(data.published.as_ref().map(|date| date.origin)),
        "modified": data.modified.as_ref().map(|date| date.value.iso()),
        "standfirst": text(data.standfirst),
        "description": text(data.description),
        "dateline": text(data.dateline),
        "agency": text(data.agency),
        "section": text(data.section),
        "tags": data.tags.map(|tags| tags.value),
        "lang": text(data.lang),
        "image": text(data.image),
        "canonical": text(data.canonical),
        "source": text(data.source),
        "first_published_by": text(data.first_publisher),
        "rights": text(data.rights),
        "license": text(data.license),
    })
}

/// The text of a page: by its mark or its declaration, UTF-8, or a guess.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(8192)]).to_lowercase();
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let declared = head.split("charset=").nth(1).and_then(|rest| {
        let rest = rest.trim_start_matches(['"', '\'']);
        encoding_rs::Encoding::for_label(rest.split(['"', '\'', '>', ' ', ';', '/']).next()?.as_bytes())
    });
    declared.unwrap_or(encoding_rs::WINDOWS_1252).decode(bytes).0
}
