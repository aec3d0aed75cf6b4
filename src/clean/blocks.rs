//! Text → blocks: one line of clean text for each paragraph, headline or other unit of the page it came from.

use std::collections::BTreeSet;

/// Lines shorter than this percentage of the width end a paragraph, even where the text is wrapped.
const FULL: usize = 60;
/// Texts of lines longer than this are not wrapped: one line is one block.
const WRAPPED: usize = 120;
/// A text is taken for wrapped only if it has this many full lines.
const LEAST_FULL: usize = 3;
/// Of so many lines one may be longer than the width, as addresses are.
const OUTLIERS: usize = 20;

/// A line of the text, its white space folded.
struct Line {
    text: String,
    /// Whether it begins a paragraph by its indent.
    indented: bool,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) text: String,
    /// Whether more than a line's end divides it for sure from the block before: an empty line, or a text that is
    /// wrapped elsewhere.
    pub(super) apart: bool,
}

/// Cuts a text into blocks.
pub(super) fn split(text: &str) -> Vec<Block> {
    let text = normalise(text);
    let lines = lines(&text);
    let width = wrap_width(&lines);
    // Only joining asks for them.
    let known = Words::new(if width.is_some() { &text } else { "" });
    let mut blocks: Vec<Block> = Vec::new();
    let (mut open, mut apart) = (false, true);
    for line in &lines {
        if line.text.is_empty() {
            (open, apart) = (false, true);
            continue;
        }
        match blocks.last_mut().filter(|_| open && !line.indented) {
            Some(block) => join(&mut block.text, &line.text, &known),
            None => blocks.push(Block { text: line.text.clone(), apart }),
        }
        // The line goes on in the next one if it is as long as wrapping makes it.
        open = width.is_some_and(|width| length(&line.text) * 100 >= FULL * width);
        apart = width.is_some();
    }
    blocks
}

/// Lines with their indents. Where most are indented, they are the rest of a paragraph; lines indented alike are a
/// quotation, or paragraphs of one line.
fn lines(text: &str) -> Vec<Line> {
    let indent = |line: &str| line.chars().take_while(|c| c.is_whitespace()).count();
    let filled: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let margin = filled.iter().map(|line| indent(line)).min().unwrap_or(0);
    let few = filled.iter().filter(|line| indent(line) > margin).count() * 3 <= filled.len() * 2;
    let mut before = "";
    let line = |line| {
        let further = indent(line) > indent(before) || ends_sentence(before);
        before = line;
        Line { text: fold(line), indented: few && indent(line) > margin && further }
    };
    text.lines().map(line).collect()
}

fn length(line: &str) -> usize {
    line.chars().count()
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

/// Widths that are tried: to try one takes a look at all lines.
const WIDTHS: usize = 64;

/// The width at which a text was wrapped, if it was: that of its longest line, or of the next ones if a few are longer.
fn wrap_width(lines: &[Line]) -> Option<usize> {
    let mut lengths: Vec<usize> = lines.iter().map(|line| length(&line.text)).filter(|it| *it > 0).collect();
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    let outliers = 1 + lengths.len() / OUTLIERS;
    lengths.truncate(outliers + 1);
    lengths.dedup();
    let mut widths = lengths.into_iter().filter(|width| (30..=WRAPPED).contains(width)).take(WIDTHS);
    widths.find(|width| is_wrapped(lines, *width))
}

/// Whether most lines inside blocks end where the next word did not fit, and go on within a sentence. Lists and verse
/// end where they like, or begin with capitals.
fn is_wrapped(lines: &[Line], width: usize) -> bool {
    // Lines with another one right below: at a wrap, not at the end of a block.
    let inner: Vec<(&str, &str)> = lines
        .windows(2)
        .filter(|pair| !pair[0].text.is_empty() && !pair[1].text.is_empty() && !pair[1].indented)
        .map(|pair| (pair[0].text.as_str(), pair[1].text.as_str()))
        .collect();
    let full = |(line, next): &&(&str, &str)| {
        let word = next.split(' ').next().map_or(0, length);
        let fits = length(line) + 1 + word <= width && !line.ends_with('-');
        !fits && !ends_sentence(line) && length(line) * 100 >= FULL * width
    };
    let wrapped: Vec<_> = inner.iter().filter(full).collect();
    let capital = |next: &str| next.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_uppercase);
    let within = wrapped.iter().filter(|(_, next)| !capital(next)).count();
    wrapped.len() >= LEAST_FULL && wrapped.len() * 2 > inner.len() && within * 2 > wrapped.len()
}

pub(super) fn ends_sentence(line: &str) -> bool {
    let core = line.trim_end_matches(['"', '\'', '”', '’', '»', '“', ')', ']', '」', '』']);
    core.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।'])
}

/// Appends a line to the block it goes on from.
fn join(block: &mut String, line: &str, known: &Words) {
    let first = line.chars().next();
    let hyphen =
        block.strip_suffix('-').is_some_and(|word| word.chars().last().is_some_and(char::is_lowercase));
    if hyphen && first.is_some_and(char::is_lowercase) {
        // `mas-` `ter` was one word, `anti-` `terrorist` was two: only the text itself can tell.
        if known.has_joined(block, line) {
            block.pop();
        }
    } else if !spaceless(block.chars().last(), first) {
        block.push(' ');
    }
    block.push_str(line);
}

/// The words of a text in small letters.
struct Words(BTreeSet<String>);

impl Words {
    fn new(text: &str) -> Self {
        let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        Self(words.map(str::to_lowercase).collect())
    }

    /// Whether the word that a hyphen cuts occurs whole.
    fn has_joined(&self, block: &str, line: &str) -> bool {
        let block = block.trim_end_matches('-');
        let head = block.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        let tail = line.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        self.0.contains(&format!("{head}{tail}").to_lowercase())
    }
}

/// Chinese and Japanese have no spaces between words, so none at a wrap.
pub(super) fn spaceless(before: Option<char>, after: Option<char>) -> bool {
    let wide = |letter: Option<char>| {
        letter.is_some_and(|letter| matches!(u32::from(letter), 0x3000..=0x9fff | 0xff00..=0xffef))
    };
    wide(before) && wide(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        split(text).into_iter().map(|block| block.text).collect()
    }

    #[track_caller]
    fn check(text: &str, blocks: &[&str]) {
        assert_eq!(texts(text), blocks);
    }

    #[test]
    fn texts_of_every_layout() {
        check("One.\n\nTwo.\nThree.\n", &["One.", "Two.", "Three."]);
        check("a\u{a0} b\t c\r\nd\u{ad}e\u{200b}f\x0cg", &["a b c", "def", "g"]);
        check("", &[]);
        check(" \n\u{feff}\n", &[]);
    }

    const WRAPPED: &str = "The ferry that left the harbour this morning came\n\
        back before noon, because nobody had told the crew\n\
        that the island had been moved for the anti-\n\
        ferry week, which is a weekend, so the old har-\n\
        bour was shut, said the harbour master, who was\n\
        not there.";
    const WHOLE: &str = "The ferry that left the harbour this morning came back before noon, because nobody had told \
        the crew that the island had been moved for the anti-ferry week, which is a weekend, so the old harbour was \
        shut, said the harbour master, who was not there.";

    #[test]
    fn wrapped_lines_are_joined() {
        check(&format!("{WRAPPED}\n\nThe end."), &[WHOLE, "The end."]);
        // An address does not fit and changes nothing.
        let address = format!("https://example.org/{}", "a".repeat(120));
        check(&format!("{WRAPPED}\n\n{address}\n\nThe end."), &[WHOLE, &address, "The end."]);
        // Paragraphs that only an indent divides.
        let indented = format!("A headline\n\n  {WRAPPED}\n  {WRAPPED}");
        check(&indented, &["A headline", WHOLE, WHOLE]);
        let quoted = "\n  we saw nothing of the kind on the island and have\n  nothing to say about it";
        let joined =
            format!("{WHOLE} we saw nothing of the kind on the island and have nothing to say about it");
        let blocks = texts(&format!("{WRAPPED}{quoted}"));
        assert_eq!(blocks.join(" "), joined);
        assert_eq!(blocks.len(), 2);
        let margin = WRAPPED.replace('\n', "\n    ");
        check(&format!("    {margin}\n\n    The end."), &[WHOLE, "The end."]);
    }

    #[test]
    fn lists_and_verse_are_not() {
        for text in [
            "Stopping by the harbour on a quiet evening\nThe boats are sleeping and the gulls are gone\nAnd nobody but me has seen the lantern\nThat burns all night and burns until the dawn\nThe water knows a thing it will not utter",
            "twelve loaves of the black bread for the school\nthree barrels of herring\na rope of forty fathoms and another of six\ntwo lamps, one of them without a glass\nsalt for the winter and for the roads of it",
        ] {
            let lines: Vec<&str> = text.lines().collect();
            check(text, &lines);
        }
    }
}
