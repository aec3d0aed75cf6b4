//! The blocks of a story → as a writer would have marked them up: what pages say by looks alone becomes what it is, and
//! what the head of the article says is not said again.

use super::block::{Block, Kind};
use crate::clean::byline;
use crate::clean::words::hashes;

/// Signs that lines of a list begin with where a page has none.
const BULLETS: [char; 9] = ['•', '●', '▪', '■', '◦', '○', '‣', '∙', '➤'];
/// Blocks of words at the beginning among which the head of an article may be repeated.
const HEAD: usize = 2;

/// Takes out what stands at the beginning though the article's head has it: title, standfirst, authors.
pub(super) fn drop_head(blocks: &mut Vec<Block>, head: &[&str]) {
    let speaking = blocks.iter().filter(|block| !block.kind.is_silent());
    let repeated = repeated(speaking.map(|block| &*block.text), head);
    let mut speaking = 0;
    blocks.retain(|block| {
        speaking += usize::from(!block.kind.is_silent());
        block.kind.is_silent() || !repeated.contains(&(speaking - 1))
    });
    // Nothing goes on from what is gone.
    if let Some(first) = blocks.first_mut() {
        first.tight = false;
    }
}

/// Which of a story's texts stand at its beginning though the article's head has them. A byline is its names.
pub(in crate::clean) fn repeated<'a>(texts: impl Iterator<Item = &'a str>, head: &[&str]) -> Vec<usize> {
    let head: Vec<Vec<u64>> =
        head.iter().map(|text| hashes(text)).filter(|words| !words.is_empty()).collect();
    let (mut found, mut others) = (Vec::new(), 0);
    let said = |text: &str| match byline::read(text) {
        Some(byline) if !byline.more => hashes(&byline.names.join(" ")),
        _ => hashes(text),
    };
    for (at, text) in texts.enumerate() {
        if head.contains(&said(text)) {
            found.push(at);
        } else {
            others += 1;
        }
        if others == HEAD {
            break;
        }
    }
    found
}

/// The heading that a story begins with, if it says what machines are told of the article: a standfirst.
pub(super) fn take_standfirst(blocks: &mut Vec<Block>, summary: &str) -> Option<String> {
    let at = blocks.iter().position(|block| !block.kind.is_silent())?;
    let is_one = matches!(blocks[at].kind, Kind::Heading(_)) && hashes(&blocks[at].text) == hashes(summary);
    is_one.then(|| blocks.remove(at).text)
}

/// Lines that begin with bullets become items of a list, if there is more than one.
pub(super) fn bullets(blocks: &mut [Block]) {
    let marked: Vec<bool> = blocks.iter().map(|block| unmarked(block).is_some()).collect();
    for at in 0..blocks.len() {
        let beside = at > 0 && marked[at - 1] || marked.get(at + 1) == Some(&true);
        if !(marked[at] && beside) {
            continue;
        }
        let block = &mut blocks[at];
        if let Some(skipped) = unmarked(block) {
            block.text.drain(..skipped);
            block.spans[0].text.drain(..skipped);
            block.kind = Kind::Item { depth: 0, number: None };
            block.tight = false;
        }
    }
}

/// Bytes before the words of a paragraph that begins with a bullet.
fn unmarked(block: &Block) -> Option<usize> {
    let first = block.spans.first().filter(|_| block.kind == Kind::Paragraph)?;
    let rest = first.text.trim_start().strip_prefix(BULLETS)?.trim_start();
    let skipped = first.text.len() - rest.len();
    (block.text.starts_with(&first.text[..skipped]) && block.text.len() > skipped).then_some(skipped)
}

/// Numbers that lead to a note further down, as readers see that they do: set small and high, they would be read as a
/// part of the word before them.
pub(super) fn footnotes(blocks: &mut [Block]) {
    for block in blocks.iter_mut().filter(|block| !block.kind.is_silent()) {
        let mut changed = false;
        for at in 1..block.spans.len() {
            let (before, span) = (&block.spans[at - 1].text, &block.spans[at]);
            let is_note = span.link.as_deref().is_some_and(|link| link.starts_with('#'))
                && (1..=3).contains(&span.text.len())
                && span.text.bytes().all(|byte| byte.is_ascii_digit())
                && before.ends_with(|letter: char| !letter.is_whitespace() && !matches!(letter, '[' | '('));
            if is_note {
                block.spans[at].text = format!("[{}]", block.spans[at].text);
                changed = true;
            }
        }
        if changed && !matches!(block.kind, Kind::Table(_)) {
            block.text = block.spans.iter().map(|span| span.text.as_str()).collect();
        }
    }
}

/// Takes a last block out in which a link with the title of the article leads to its own address.
pub(super) fn drop_origin(blocks: &mut Vec<Block>, title: &str, own: &str) {
    let bare = |url: &str| url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/').to_string();
    let leads_back = |block: &Block| {
        let mut links = block.spans.iter().filter_map(|span| Some((span.text.trim(), span.link.as_deref()?)));
        !title.is_empty() && links.any(|(text, link)| text == title && bare(link) == bare(own))
    };
    if blocks.len() > 1 && blocks.last().is_some_and(leads_back) {
        blocks.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Page, Story, model};

    const PARAGRAPH: &str = "The ferry that left the harbour this morning came back before noon, because nobody had told the crew that the island had been moved.";

    fn story(inside: &str) -> Story {
        let html = format!(
            "<!doctype html><title>Ferry waits</title><body><main><article><h1>Ferry waits</h1><div class=article-body>{inside}</div></article></main>"
        );
        Page::read(&html).unwrap().story(model())
    }

    #[test]
    fn bullets_are_a_list() {
        let list = "<p>The office listed what was found:<br>• one ferry, of forty cars and a goat<br>• two islands, both of them dry<br>• no harbour at all</p>";
        let found = story(&format!("<p>{PARAGRAPH}</p>{list}<p>{PARAGRAPH} Again.</p>"));
        let expected = "The office listed what was found:\n\n- one ferry, of forty cars and a goat\n- two islands, both of them dry\n- no harbour at all\n\n";
        assert!(found.markdown(None).contains(expected), "{}", found.markdown(None));
        assert!(found.text().contains("\n\none ferry, of"), "{}", found.text());
        let lone = story(&format!("<p>{PARAGRAPH}</p><p>• {PARAGRAPH} Once.</p><p>{PARAGRAPH} Again.</p>"));
        assert!(lone.markdown(None).contains("\n\n• The ferry"), "{}", lone.markdown(None));
    }

    #[test]
    fn a_strong_line_is_strong_to_its_end() {
        let line = "<p><b>She was the mate of the <i>Nina</i>.</b></p><p>It said<i>: nobody told us</i> of it, and <b>the <i>Nina</i></b> waits.</p>";
        let found = story(&format!("<p>{PARAGRAPH}</p>{line}<p>{PARAGRAPH} Again.</p>")).markdown(None);
        assert!(found.contains("\n\n**She was the mate of the Nina.**\n\n"), "{found}");
        assert!(
            found.contains("\n\nIt said: *nobody told us* of it, and **the** ***Nina*** waits.\n\n"),
            "{found}"
        );
    }

    #[test]
    fn numbers_of_notes_stand_apart() {
        let note = "<p>The ferry, which came back before noon<sup><a href='#note-1'>1</a></sup>, had two cars and a goat on board, as in <a href='#years'>1998</a>.</p>";
        let found = story(&format!("<p>{PARAGRAPH}</p>{note}<p>{PARAGRAPH} Again.</p>"));
        assert!(found.markdown(None).contains("before noon[1], had two"), "{}", found.markdown(None));
        assert!(found.text().contains("before noon[1], had two"), "{}", found.text());
        assert!(found.markdown(None).contains("as in 1998."), "{}", found.markdown(None));
    }

    #[test]
    fn what_the_head_says_is_not_said_again() {
        let words = "It had been moved, and nobody had told the crew.";
        let whole = format!("<h2>{words}</h2><p>{PARAGRAPH}</p><p>{PARAGRAPH} Again.</p><p>{words}</p>");
        let mut found = story(&whole);
        found.drop_head(&["Ferry waits", words]);
        assert!(found.text().starts_with(PARAGRAPH) && found.text().ends_with(words), "{}", found.text());
        let mut found = Story(
            story(&format!("<p>{PARAGRAPH}</p><p>{PARAGRAPH} Again.</p>"))
                .0
                .into_iter()
                .cycle()
                .take(3)
                .collect(),
        );
        found.0[0].text = "By Ann Moor and Sam Roe".into();
        found.drop_head(&["Ferry waits", "Ann Moor"]);
        assert!(found.text().starts_with("By Ann Moor and Sam Roe"), "{}", found.text());
        found.drop_head(&["Ferry waits", "Ann Moor Sam Roe"]);
        assert!(found.text().starts_with(PARAGRAPH), "{}", found.text());
        let mut found = story(&whole);
        assert_eq!(found.take_standfirst("Something else"), None);
        assert_eq!(found.take_standfirst(words).as_deref(), Some(words));
        assert!(found.text().starts_with(PARAGRAPH), "{}", found.text());
    }
}
