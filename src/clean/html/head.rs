//! What a page says of its story outside of it, as far as it helps to find it: headline, summary, and the text that
//! some pages repeat for machines. None of it goes into the article from here.

use crate::clean::words::{hashes, runs};
use dom_query::Document;
use std::collections::BTreeSet;

/// Least words of a text for machines that is worth comparing with.
const WORDS: usize = 40;

/// Words and runs of words to compare blocks with.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) title: BTreeSet<u64>,
    pub(super) summary: BTreeSet<u64>,
    /// Runs of three words of the text for machines; empty if there is none.
    pub(super) body: BTreeSet<u64>,
}

/// Reads the head of a page.
pub(super) fn read(document: &Document) -> Head {
    let mut head = Head::default();
    for node in document.root().descendants_it() {
        let Some(element) = node.element_ref() else { continue };
        let attribute =
            |name: &str| element.attrs.iter().find(|it| &*it.name.local == name).map(|it| &*it.value);
        match &*element.name.local {
            "title" if head.title.is_empty() => head.title.extend(hashes(&node.text())),
            "h1" => head.title.extend(hashes(&node.text()).into_iter().take(60)),
            "meta" => {
                let content = attribute("content").unwrap_or_default();
                match attribute("property").or(attribute("name")) {
                    Some("og:title" | "twitter:title") => head.title.extend(hashes(content)),
                    Some("description" | "og:description" | "twitter:description") => {
                        head.summary.extend(hashes(content));
                    }
                    _ => {}
                }
            }
            "script" if attribute("type").is_some_and(|it| it.contains("ld+json")) => {
                let words = article_body(&node.text()).map(|body| hashes(&body)).unwrap_or_default();
                if words.len() >= WORDS {
                    head.body.extend(runs(&words));
                }
            }
            _ => {}
        }
    }
    head
}

/// The value of `articleBody`, wherever it stands: the JSON around it is often broken.
fn article_body(json: &str) -> Option<String> {
    const KEY: &str = "\"articleBody\"";
    let rest = json[json.find(KEY)? + KEY.len()..].trim_start().strip_prefix(':')?.trim_start();
    let inner = rest.strip_prefix('"')?;
    let mut escaped = false;
    let end = inner.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    let quoted: String = rest[..end + 2].chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    let text: String = serde_json::from_str(&quoted).ok()?;
    // Some hold markup, or markup that is escaped.
    Some(
        text.split('<')
            .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
            .collect::<Vec<_>>()
            .join(" "),
    )
}
