//! What a story can do without: blocks that say once more what it says, or nothing.

use super::block::{Block, Kind};
use crate::clean::words::{hashes, runs};
use std::collections::HashSet;

/// Fewest words of a quotation that is looked for in the story.
const WORDS: usize = 6;
/// The share of its runs of words that stand elsewhere in the story.
const SHARE: (usize, usize) = (4, 5);
/// Most words of the name below a quotation.
const NAME: usize = 6;
/// Pictures below this width are signs and the faces of authors, in pixels.
const WIDTH: u32 = 200;

/// Why each block is left out; `None` for those that stay.
pub(super) fn spare(blocks: &[Block]) -> Vec<Option<&'static str>> {
    let mut out = vec![None; blocks.len()];
    quotations(blocks, &mut out);
    numbers(blocks, &mut out);
    pictures(blocks, &mut out);
    ends(blocks, &mut out);
    rules(blocks, &mut out);
    out
}

/// Sentences of the story that the page shows once more in large letters, and the names below them.
fn quotations(blocks: &[Block], out: &mut [Option<&'static str>]) {
    let words: Vec<Vec<u64>> = blocks.iter().map(|block| hashes(&block.text)).collect();
    if !blocks.iter().any(|block| block.quoted) {
        return;
    }
    let mut said: HashSet<u64> = HashSet::new();
    for (block, words) in blocks.iter().zip(&words).filter(|(block, _)| !block.quoted) {
        if !matches!(block.kind, Kind::Heading(_)) {
            said.extend(runs(words));
        }
    }
    for at in 0..blocks.len() {
        if !blocks[at].quoted || words[at].len() < WORDS {
            continue;
        }
        let all = runs(&words[at]).count();
        let again = runs(&words[at]).filter(|run| said.contains(run)).count();
        if again * SHARE.1 < all * SHARE.0 {
            continue;
        }
        out[at] = Some("the story says it elsewhere");
        let named =
            blocks.get(at + 1).is_some_and(|next| next.quoted && (1..=NAME).contains(&words[at + 1].len()));
        if named && blocks.get(at + 2).is_none_or(|after| !after.quoted) {
            out[at + 1] = Some("it is the name below a quotation that is left out");
        }
    }
}

/// Items of a list that are a number or a sign and nothing else: what they count stands below them, and is no item.
fn numbers(blocks: &[Block], out: &mut [Option<&'static str>]) {
    let is_item = |block: &Block| matches!(block.kind, Kind::Item { .. } | Kind::Continued { .. });
    let is_bare = |block: &Block| block.text.len() <= 3 && !block.text.contains(char::is_alphabetic);
    for at in (0..blocks.len()).filter(|at| is_item(&blocks[*at]) && is_bare(&blocks[*at])) {
        let beside = at.checked_sub(1).into_iter().chain([at + 1]).filter_map(|other| blocks.get(other));
        if !beside.into_iter().any(is_item) {
            out[at] = Some("it is a number without words");
        }
    }
}

/// Pictures and embeds that are none of the story's, and those that were there before.
fn pictures(blocks: &[Block], out: &mut [Option<&'static str>]) {
    let mut seen: HashSet<&str> = HashSet::new();
    for (at, block) in blocks.iter().enumerate() {
        let (source, is_odd) = match &block.kind {
            Kind::Image { source, words } => (source, is_sign(source, words)),
            Kind::Embed(source) => (source, is_notice(source)),
            _ => continue,
        };
        if is_odd {
            out[at] = Some("it is no picture of the story");
        } else if !seen.insert(source) {
            out[at] = Some("it was shown before");
        }
    }
}

/// Headings with nothing below them, and what announces more, at the end.
fn ends(blocks: &[Block], out: &mut [Option<&'static str>]) {
    for at in (0..blocks.len()).rev() {
        let block = &blocks[at];
        if block.kind.is_silent() || out[at].is_some() {
            continue;
        }
        if !matches!(block.kind, Kind::Heading(_)) {
            return;
        }
        out[at] = Some("nothing follows it");
    }
}

/// Rules that divide nothing.
fn rules(blocks: &[Block], out: &mut [Option<&'static str>]) {
    let mut open: Option<usize> = None;
    let mut begun = false;
    for (at, block) in blocks.iter().enumerate() {
        if out[at].is_some() {
            continue;
        }
        if block.kind != Kind::Rule {
            (begun, open) = (true, None);
        } else if begun && open.is_none() {
            open = Some(at);
        } else {
            out[at] = Some("it divides nothing");
        }
    }
    if let Some(last) = open {
        out[last] = Some("it divides nothing");
    }
}

/// Whether a picture is a sign: a blank one that waits for another, an icon, a thumbnail.
fn is_sign(source: &str, words: &str) -> bool {
    let name = name(source);
    let is_icon = name.ends_with(".svg") && words.is_empty();
    is_blank(source) || is_icon || width(&name).is_some_and(|width| width < WIDTH)
}

/// The width at the end of a picture's name: `harbour-150x100.jpg`.
fn width(name: &str) -> Option<u32> {
    let (stem, _) = name.rsplit_once('.')?;
    let (width, height) = stem.rsplit_once('-')?.1.split_once('x')?;
    let (width, _) = (width.parse().ok()?, height.parse::<u32>().ok()?);
    Some(width)
}

/// Whether an address is that of a picture without anything on it.
pub(super) fn is_blank(source: &str) -> bool {
    const BLANK: [&str; 6] = ["1x1", "blank", "placeholder", "spacer", "transparent", "lazyload"];
    const WHOLE: [&str; 6] = ["missing-image", "missing_image", "trans", "grey", "gray", "loading"];
    let name = name(source);
    let stem = name.split('.').next().unwrap_or_default();
    WHOLE.contains(&stem) || stem.split(['-', '_']).any(|part| BLANK.contains(&part))
}

/// The last part of an address, in small letters.
fn name(source: &str) -> String {
    let path = source.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_lowercase()
}

/// Whether what is embedded is an advertisement, or a form of the page.
fn is_notice(source: &str) -> bool {
    const PARTS: [&str; 14] = [
        "ad",
        "ads",
        "adserver",
        "adservice",
        "advert",
        "advertising",
        "doubleclick",
        "newsletter",
        "newsletters",
        "subscribe",
        "signup",
        "recaptcha",
        "comments",
        "login",
    ];
    let address = source.split(['?', '#']).next().unwrap_or_default().to_lowercase();
    let (_, rest) = address.split_once("://").unwrap_or(("", &address));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    // A country's name at the end of a host says nothing, nor do signs within the name of a video.
    let host = host.rsplit_once('.').map_or(host, |(host, _)| host);
    host.split(['.', '-']).chain(path.split('/')).any(|part| PARTS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::super::{Page, model};
    use super::*;

    const PARAGRAPH: &str = "The ferry that left the harbour this morning came back before noon, because nobody had told the crew that the island had been moved.";

    #[test]
    fn signs_are_told_by_whole_words_of_their_names() {
        for sign in [
            "/i/1x1.gif",
            "/blank.png",
            "/img/lazy_placeholder.gif",
            "/a/loading.gif",
            "/harbour-150x100.jpg",
        ] {
            assert!(is_sign(sign, ""), "{sign}");
        }
        for picture in ["/harbour-681x1024.jpg", "/x-721x1024.jpg", "/ship-unloading.jpg", "/blankenese.jpg"]
        {
            assert!(!is_sign(picture, ""), "{picture}");
        }
        assert!(is_notice("https://ads.example.com/frame") && is_notice("https://w.example/newsletter/form"));
        assert!(!is_notice("https://www.paper.ad/embed/1") && !is_notice("https://v.example/embed/x-ad-9"));
    }

    fn block(text: &str) -> Block {
        let html = format!("<p>{text}</p>");
        let document = dom_query::Document::from(html);
        super::super::walk::walk(&document).blocks.remove(0)
    }

    fn told(inside: &str) -> String {
        let html = format!(
            "<!doctype html><title>Ferry waits</title><body><main><article><h1>Ferry waits</h1><div class=article-body><p>{PARAGRAPH}</p>{inside}<p>{PARAGRAPH} That is all.</p></div></article></main>"
        );
        Page::read(&html).unwrap().story(model()).markdown(None)
    }

    #[test]
    fn a_quotation_that_the_story_has_is_left_out() {
        let quoted = |text: &str, name: &str| format!("<blockquote><p>{text}</p><p>{name}</p></blockquote>");
        let written = told(&quoted("“Nobody had told the crew that the island had been moved”", "Ann Moor"));
        assert!(!written.contains('>') && !written.contains("Moor"), "{written}");
        let other =
            "The goat of Hollin was on board, and it was seen to eat a ribbon, says the harbour master.";
        assert!(told(&quoted(other, "Ann Moor")).contains(&format!("> {other}\n>\n> Ann Moor")));
    }

    #[test]
    fn pictures_that_are_none_are_left_out() {
        let image = |source: &str| format!("<p><img src='https://example.org/{source}' alt=''></p>");
        let shown = |source: &str| told(&image(source)).matches("![").count();
        for source in
            ["a/1x1.trans.gif", "missing-image.svg", "print.svg", "face-96x96.jpg", "spacer.gif?a=1"]
        {
            assert_eq!(shown(source), 0, "{source}");
        }
        for source in ["harbour.jpg", "harbour-1024x683.jpg", "2020-01-01.png", "placeholders/harbour.jpg"] {
            assert_eq!(shown(source), 1, "{source}");
        }
        let twice = told(&[image("a.jpg"), format!("<p>{PARAGRAPH} Still.</p>"), image("a.jpg")].concat());
        assert_eq!(twice.matches("![").count(), 1, "{twice}");
        let embed = |source: &str| told(&format!("<iframe src='{source}'></iframe>"));
        assert!(!embed("https://ads.example.org/delivery/frame?zone=1").contains('<'));
        assert!(!embed("https://example.org/embed/newsletters/widget").contains('<'));
        assert!(embed("https://video.example.org/adventure/1").contains('<'));
    }

    #[test]
    fn numbers_without_words_are_left_out() {
        let steps = format!(
            "<ul><li>1<h3>Ask the crew</h3><p>{PARAGRAPH} One.</p></li><li>2<h3>Look for the island</h3><p>{PARAGRAPH} Two.</p></li></ul>"
        );
        let blocks = ["1", "Ask the crew", "1998", "2", "3"].map(|text| Block {
            kind: if text.starts_with('A') {
                Kind::Heading(3)
            } else {
                Kind::Item { depth: 0, number: None }
            },
            ..block(text)
        });
        let mut out = vec![None; blocks.len()];
        numbers(&blocks, &mut out);
        assert_eq!(out.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, false, false, false]);
        assert!(!told(&steps).contains("- 1\n"), "{}", told(&steps));
    }

    #[test]
    fn rules_divide() {
        let written = told(&format!("<hr><hr><p>{PARAGRAPH} Still.</p><hr>"));
        assert_eq!(written.matches("***").count(), 2, "{written}");
    }

    #[test]
    fn widths_of_pictures() {
        assert_eq!(width("a-150x100.jpg"), Some(150));
        assert_eq!(width("a-15x.jpg"), None);
        assert_eq!(width("a.jpg"), None);
    }
}
