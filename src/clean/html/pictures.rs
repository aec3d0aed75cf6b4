//! Pictures of a story: what is said of them, once.

use super::block::{Block, Kind};
use crate::clean::words::hashes;
use dom_query::Document;

/// Longest words of a picture that are looked at for markup, in bytes.
const WORDS: usize = 4_000;

/// Pictures with the captions below them, of which none is left that says the same again.
pub(super) fn captioned(blocks: &[Block]) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::with_capacity(blocks.len());
    for block in blocks {
        let last = out.last_mut().filter(|last| matches!(last.kind, Kind::Image { .. }));
        match last.filter(|_| block.kind == Kind::Caption) {
            Some(image) if image.text.is_empty() => image.text.clone_from(&block.text),
            Some(image) => image.text = format!("{} {}", image.text, block.text),
            None => out.push(block.clone()),
        }
    }
    out.iter_mut().for_each(caption);
    out
}

fn caption(block: &mut Block) {
    let Kind::Image { words, .. } = &mut block.kind else { return };
    *words = plain(words);
    once(&mut block.text);
    part(&mut block.text);
    let (said, caption) = (hashes(words), hashes(&block.text));
    if said.is_empty() || caption.is_empty() {
        return;
    }
    let has = |all: &[u64], some: &[u64]| all.windows(some.len()).any(|run| run == some);
    if has(&said, &caption) {
        block.text.clear();
    } else if has(&caption, &said) {
        *words = std::mem::take(&mut block.text);
    }
}

/// Fewest words that nobody says twice in a row.
const TWICE: usize = 3;

/// A caption that a page has for wide screens and for narrow ones, once.
fn once(text: &mut String) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (first, second) = words.split_at(words.len() / 2);
    // There are towns that are called so.
    let is_sentence = first.last().is_some_and(|word| word.ends_with(['.', '!', '?', '…']));
    if (first.len() >= TWICE || is_sentence) && first == second {
        *text = first.join(" ");
    }
}

/// A caption and the credit behind it, which have an element each and no space between them: `in May.Jo Doe/Agency`.
fn part(text: &mut String) {
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let is_glued = |four: &[(usize, char)]| {
        let [(_, first), (_, before), (_, sign), (_, after)] = four else { return false };
        // `e.V.` is one word.
        let is_word = first.is_alphanumeric() && before.is_lowercase();
        let ends = is_word || matches!(before, ')' | '”' | '"' | ']') || before.is_ascii_digit();
        ends && matches!(sign, '.' | '!' | '?') && (after.is_uppercase() || matches!(after, '©' | '(' | '['))
    };
    let places: Vec<usize> = letters.windows(4).filter(|four| is_glued(four)).map(|four| four[3].0).collect();
    for at in places.into_iter().rev() {
        text.insert(at, ' ');
    }
}

/// Words without the tags and entities that some programs write into them.
fn plain(words: &str) -> String {
    if !words.contains(['<', '&']) || words.len() > WORDS {
        return words.to_string();
    }
    let text = Document::fragment(words).text();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::{Page, model};

    const PARAGRAPH: &str = "The ferry that left the harbour this morning came back before noon, because nobody had told the crew that the island had been moved.";

    #[track_caller]
    fn shows(words: &str, caption: &str, expected: &str) {
        let figure = format!(
            "<figure><img src=https://example.org/a.jpg alt=\"{words}\"><figcaption>{caption}</figcaption></figure>"
        );
        let html = format!(
            "<!doctype html><title>Ferry waits</title><body><main><article><h1>Ferry waits</h1><div class=article-body><p>{PARAGRAPH}</p>{figure}<p>{PARAGRAPH} Again.</p></div></article></main>"
        );
        let written = Page::read(&html).unwrap().story(model()).markdown(None);
        let line = written.lines().find(|line| line.starts_with("![")).unwrap_or_default();
        assert_eq!(line, expected, "{written}");
    }

    #[test]
    fn a_picture_is_described_once() {
        let address = "(https://example.org/a.jpg";
        shows(
            "A ferry",
            "Waiting. Photo: Jo Doe",
            &format!("![A ferry]{address} \"Waiting. Photo: Jo Doe\")"),
        );
        shows("The ferry, waiting", "The ferry, waiting.", &format!("![The ferry, waiting]{address})"));
        shows(
            "A ferry",
            "<span>It waits.</span><span>Jo Doe/U.S. Ferries</span>",
            &format!("![A ferry]{address} \"It waits. Jo Doe/U.S. Ferries\")"),
        );
        shows("A ferry", "It waits. It waits.", &format!("![A ferry]{address} \"It waits.\")"));
        shows("The ferry, waiting", "Jo Doe", &format!("![The ferry, waiting]{address} \"Jo Doe\")"));
        shows(
            "The ferry, waiting (Jo Doe)",
            "(Jo Doe)",
            &format!("![The ferry, waiting (Jo Doe)]{address})"),
        );
        shows(
            "The ferry, waiting",
            "The ferry, waiting. Photo: Jo Doe",
            &format!("![The ferry, waiting. Photo: Jo Doe]{address})"),
        );
    }

    #[test]
    fn words_of_pictures_have_no_markup() {
        let address = "(https://example.org/a.jpg)";
        shows("&lt;p&gt;Jo &amp;amp; Ann&lt;/p&gt;", "", &format!("![Jo & Ann]{address}"));
        shows("The &amp;quot;Nina&amp;quot;", "", &format!("![The \"Nina\"]{address}"));
        shows("5 &lt; 6", "", &format!("![5 \\< 6]{address}"));
    }
}
