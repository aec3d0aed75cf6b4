//! WordPress exports (WXR): posts and pages with what only they have. Drafts and the rest of a site are no articles.

use super::feed::{Channel, Entries, entry_fields, said, text_of};
use super::tree::Field;
use super::{Content, RawArticle, Said, Unread};
use jiff::Unit;
use jiff::civil::DateTime;
use std::collections::HashMap;
use std::io::BufRead;

/// Longest opening of a shortcode, and longest caption, in bytes.
const CODE: usize = 1000;
const CAPTION: usize = 16 << 10;

/// The addresses of files by their number.
pub(super) type Attachments = HashMap<String, String>;

/// Reads an export once for its files, as posts name them by number and may come before them.
pub(super) fn attachments(source: impl BufRead) -> Attachments {
    let mut entries = Entries::new(source, Attachments::new());
    let mut found = Attachments::new();
    while let Ok(Some(bytes)) = entries.entry() {
        if memchr::memmem::find(&bytes, b"attachment_url").is_none() {
            continue;
        }
        let Ok(fields) = entry_fields(&bytes, entries.channel()) else { continue };
        let text = |name: &str| text_of(&fields, &[name]);
        found.extend(text("wp:post_id").zip(text("wp:attachment_url")));
    }
    found
}

/// Reads one item.
pub(super) fn read(fields: &[Field], channel: &Channel) -> Result<RawArticle, Unread> {
    let text = |name: &str| text_of(fields, &[name]);
    let said = said(fields, channel);
    let kind = text("wp:post_type").unwrap_or_default();
    let status = text("wp:status").unwrap_or_default();
    let id = text("wp:post_id").or_else(|| said.id.clone());
    let not = |reason: &str| Unread { record: id.clone(), ..Unread::new(reason).at(said.url.clone()) };
    match (kind.as_str(), status.as_str()) {
        ("post" | "page", "publish") => {}
        ("post" | "page", "draft" | "auto-draft" | "pending" | "future") => return Err(not("a draft")),
        ("post" | "page", "private") => return Err(not("private")),
        ("post" | "page", "trash") => return Err(not("deleted")),
        ("post" | "page", _) => return Err(not("not published").detail(status)),
        _ => return Err(Unread { passed: true, ..not("not a post").detail(kind) }),
    }
    if text("wp:post_password").is_some() {
        return Err(not("private").detail("it has a password"));
    }
    let body = fields.iter().find(|field| field.name == "content:encoded");
    let Some(body) = body.map(|field| field.text.trim()).filter(|body| !body.is_empty()) else {
        return Err(not("no text in the record"));
    };
    let categories = |domain: &str| {
        let of =
            fields.iter().filter(|field| field.name == "category" && field.get("domain") == Some(domain));
        of.map(|field| field.text.trim().to_string()).filter(|name| !name.is_empty()).collect::<Vec<_>>()
    };
    let mut sections = categories("category");
    sections.retain(|name| name != "Uncategorized");
    let mut tags: Vec<String> = sections.iter().skip(1).cloned().collect();
    tags.extend(categories("post_tag"));
    let shown = |login: String| {
        let known = channel.authors.iter().find(|(name, shown)| *name == login && !shown.is_empty());
        known.map_or(login, |(_, shown)| shown.clone())
    };
    let said = Said {
        id: id.clone(),
        date: moment(fields, "wp:post_date_gmt", "wp:post_date").or(said.date.clone()),
        updated: moment(fields, "wp:post_modified_gmt", "wp:post_modified"),
        summary: text("excerpt:encoded"),
        authors: said.authors.iter().cloned().map(shown).collect(),
        section: sections.into_iter().next(),
        tags,
        image: thumbnail(fields, channel),
        page: kind == "page",
        ..said
    };
    Ok(RawArticle { content: Content::Body(paragraphs(body)), said, ..RawArticle::default() })
}

/// A date as the site's clock showed it, and how far that was from UTC. Zeros stand for none.
fn moment(fields: &[Field], utc: &str, local: &str) -> Option<String> {
    let text = |name: &str| text_of(fields, &[name]).filter(|text| !text.starts_with("0000"));
    let Some(utc) = text(utc) else { return text(local) };
    let civil = |text: &str| text.parse::<DateTime>().ok();
    // The day is the one that readers saw.
    let seen = text(local).and_then(|local| {
        let minutes = (civil(&local)? - civil(&utc)?).total(Unit::Minute).ok()? as i64;
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        (hours < 15).then(|| format!("{local} {sign}{hours:02}{rest:02}"))
    });
    seen.or_else(|| Some(format!("{utc} +0000")))
}

/// The picture above a post.
fn thumbnail(fields: &[Field], channel: &Channel) -> Option<String> {
    let metas = fields.iter().filter(|field| field.name == "wp:postmeta");
    let mut ids = metas.filter(|meta| meta.part("wp:meta_key") == Some("_thumbnail_id"));
    channel.attachments.get(ids.next()?.part("wp:meta_value")?).cloned()
}

/// The body as the site showed it: empty lines part paragraphs where nobody wrote elements for them, and pictures have
/// their captions.
fn paragraphs(body: &str) -> String {
    const BLOCKS: [&str; 22] = [
        "<p",
        "<div",
        "<h1",
        "<h2",
        "<h3",
        "<h4",
        "<h5",
        "<h6",
        "<ul",
        "<ol",
        "<li",
        "<table",
        "<blockquote",
        "<figure",
        "<pre",
        "<hr",
        "<section",
        "<iframe",
        "<!--",
        "</",
        "<script",
        "<style",
    ];
    let body = captions(&body.replace("\r\n", "\n"));
    if body.contains("<p>") || body.contains("<p ") || body.contains("<!-- wp:") {
        return body;
    }
    let chunks = body.split("\n\n").map(str::trim).filter(|chunk| !chunk.is_empty());
    let chunks = chunks.map(|chunk| {
        let is_block = BLOCKS.iter().any(|block| chunk.starts_with(block));
        if is_block { chunk.to_string() } else { format!("<p>{}</p>", chunk.replace('\n', "<br>\n")) }
    });
    chunks.collect::<Vec<_>>().join("\n\n")
}

/// `[caption]` as a figure; a `[gallery]` shows nothing without its site.
fn captions(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('[') {
        let (before, code) = rest.split_at(at);
        out.push_str(before);
        let caption = || split(split(code.strip_prefix("[caption")?, "]", CODE)?.1, "[/caption]", CAPTION);
        if let Some((inside, behind)) = caption() {
            let end = inside.rfind('>').map_or(0, |end| end + 1);
            let (image, words) = inside.split_at(end);
            out.push_str(&format!("<figure>{image}<figcaption>{}</figcaption></figure>", words.trim()));
            rest = behind;
        } else if let Some((_, behind)) =
            code.strip_prefix("[gallery").and_then(|code| split(code, "]", CODE))
        {
            rest = behind;
        } else {
            out.push('[');
            rest = &code[1..];
        }
    }
    out + rest
}

/// Splits a text at a sign of ASCII that stands near its beginning: a far one would be looked for again and again.
fn split<'a>(text: &'a str, sign: &str, most: usize) -> Option<(&'a str, &'a str)> {
    let near = &text.as_bytes()[..text.len().min(most)];
    let at = memchr::memmem::find(near, sign.as_bytes())?;
    Some((&text[..at], &text[at + sign.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_what_the_site_showed() {
        for (body, shown) in [
            ("One.\nTwo.\n\nThree.", "<p>One.<br>\nTwo.</p>\n\n<p>Three.</p>"),
            ("<p>One.</p>\n\nTwo.", "<p>One.</p>\n\nTwo."),
            ("<h2>A</h2>\n\nB", "<h2>A</h2>\n\n<p>B</p>"),
            (
                "[caption id=\"a\"]<img src=\"b\"/> A [cat][/caption]",
                "<figure><img src=\"b\"/><figcaption>A [cat]</figcaption></figure>",
            ),
            ("[gallery ids=\"1\"] [c] [caption", "<p>[c] [caption</p>"),
        ] {
            assert_eq!(paragraphs(body), shown);
        }
    }
}
