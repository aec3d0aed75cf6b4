//! Text → blocks: one line of clean text for each paragraph, headline or other unit of the page it came from.

/// Lines shorter than this percentage of the longest end a paragraph, even where the text is wrapped.
const FULL: usize = 60;
/// Texts with a line longer than this are not wrapped: one line is one block.
const WRAPPED: usize = 120;
/// A text is taken for wrapped only if it has this many full lines.
const LEAST_FULL: usize = 3;

/// Cuts a text into blocks.
pub(super) fn split(text: &str) -> Vec<String> {
    let text = normalise(text);
    let lines: Vec<String> = text.lines().map(fold).collect();
    let width = wrap_width(&lines);
    let mut blocks: Vec<String> = Vec::new();
    let mut open = false;
    for line in &lines {
        if line.is_empty() {
            open = false;
            continue;
        }
        match blocks.last_mut().filter(|_| open) {
            Some(block) => join(block, line),
            None => blocks.push(line.clone()),
        }
        // The line goes on in the next one if it is as long as wrapping makes it.
        open = width.is_some_and(|width| line.chars().count() * 100 >= FULL * width);
    }
    blocks
}

/// Line ends, spaces and characters that cannot be seen.
fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' => {
                letters.next_if_eq(&'\n');
                out.push('\n');
            }
            '\u{c}' | '\u{b}' | '\u{85}' | '\u{2028}' => out.push('\n'),
            '\u{2029}' => out.push_str("\n\n"),
            // Soft hyphens, zero-width spaces and byte order marks; joiners stay: some scripts need them.
            '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => {}
            '\n' | '\t' => out.push(letter),
            _ if letter.is_control() => {}
            _ => out.push(letter),
        }
    }
    out
}

/// Runs of spaces of any width become one.
fn fold(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The width at which a text was wrapped, if it was: then most lines inside blocks are nearly as long as the longest.
fn wrap_width(lines: &[String]) -> Option<usize> {
    let length = |line: &String| line.chars().count();
    let width = lines.iter().map(length).max().filter(|width| (30..=WRAPPED).contains(width))?;
    let full = |line: &String| length(line) * 100 >= FULL * width;
    // Lines with another one right below: at a wrap, not at the end of a block.
    let inner: Vec<&String> = lines
        .windows(2)
        .filter(|pair| !pair[0].is_empty() && !pair[1].is_empty())
        .map(|pair| &pair[0])
        .collect();
    let wrapped = inner.iter().filter(|line| full(line) && !ends_sentence(line)).count();
    (wrapped >= LEAST_FULL && wrapped * 2 > inner.len()).then_some(width)
}

pub(super) fn ends_sentence(line: &str) -> bool {
    let core = line.trim_end_matches(['"', '\'', '”', '’', '»', '“', ')', ']', '」', '』']);
    core.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।'])
}

/// Appends a line to the block it goes on from.
fn join(block: &mut String, line: &str) {
    let first = line.chars().next();
    let hyphen =
        block.strip_suffix('-').is_some_and(|word| word.chars().last().is_some_and(char::is_lowercase));
    if hyphen && first.is_some_and(char::is_lowercase) {
        block.pop();
    } else if !spaceless(block.chars().last(), first) {
        block.push(' ');
    }
    block.push_str(line);
}

/// Chinese and Japanese have no spaces between words, so none at a wrap.
fn spaceless(before: Option<char>, after: Option<char>) -> bool {
    let wide = |letter: Option<char>| {
        letter.is_some_and(|letter| matches!(u32::from(letter), 0x3000..=0x9fff | 0xff00..=0xffef))
    };
    wide(before) && wide(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, blocks: &[&str]) {
        assert_eq!(split(text), blocks);
    }

    #[test]
    fn texts_of_every_layout() {
        check("One.\n\nTwo.\nThree.\n", &["One.", "Two.", "Three."]);
        check("a\u{a0} b\t c\r\nd\u{ad}e\u{200b}f\x0cg", &["a b c", "def", "g"]);
        let wrapped = "The ferry that left the harbour this morning came\nback before noon, because nobody had told the crew\nthat the island had been moved for the week-\nend. Nobody was hurt, said the harbour master,\nwho was not there.\n\nThe end.";
        check(
            wrapped,
            &[
                "The ferry that left the harbour this morning came back before noon, because nobody had told the crew that the island had been moved for the weekend. Nobody was hurt, said the harbour master, who was not there.",
                "The end.",
            ],
        );
        check("", &[]);
        check(" \n\u{feff}\n", &[]);
    }
}
