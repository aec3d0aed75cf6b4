//! Blocks → Markdown that reads back as the same blocks, and their words as plain text.

use super::block::{Block, Kind, Span};
use super::inline;
use crate::clean::markdown::{guard, headed};
use url::Url;

/// The words of blocks, a blank line between them.
pub(super) fn text(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks.iter().filter(|block| !block.kind.is_silent()) {
        if !out.is_empty() {
            out.push_str(if block.tight { "\n" } else { "\n\n" });
        }
        out.push_str(block.text.trim_matches('\n'));
    }
    out
}

/// Blocks as Markdown; relative addresses are resolved by `base`, or left out.
pub(super) fn markdown(blocks: &[&Block], base: Option<&Url>) -> String {
    let mut parts = Vec::new();
    let mut rest = blocks;
    while let Some(first) = rest.first() {
        let end = rest.iter().position(|block| block.quoted != first.quoted).unwrap_or(rest.len());
        let (alike, after) = rest.split_at(end);
        let text = flow(alike, base);
        if first.quoted && !text.is_empty() {
            let lines: Vec<String> = text
                .lines()
                .map(|line| if line.is_empty() { ">".into() } else { format!("> {line}") })
                .collect();
            parts.push(lines.join("\n"));
        } else {
            parts.push(text);
        }
        rest = after;
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// What is being written, and the lists that are open.
#[derive(Default)]
struct Flow {
    out: String,
    /// Width of the marks of the open items.
    items: Vec<usize>,
    /// Whether the last block was text that a tight line may go on from.
    open: bool,
}

fn flow(blocks: &[&Block], base: Option<&Url>) -> String {
    let mut flow = Flow::default();
    for block in blocks {
        let line = || inline::line(&block.spans, base);
        match &block.kind {
            Kind::Item { depth, number } => flow.item(*depth, *number, &guarded(block, &line(), base)),
            Kind::Continued { depth } => {
                flow.items.truncate(usize::from(*depth) + 1);
                flow.paragraph(&guarded(block, &line(), base), block.tight);
            }
            Kind::Paragraph | Kind::Caption => {
                if !block.tight {
                    flow.items.clear();
                }
                flow.paragraph(&guarded(block, &line(), base), block.tight);
            }
            Kind::Heading(level) => flow.single(&headed((*level).max(2), &line())),
            Kind::Table(rows) => flow.single(&table(rows, base)),
            Kind::Code => flow.single(&code(&block.text)),
            Kind::Image { source, words } => flow.single(&image(source, words, &block.text, base)),
            Kind::Embed(source) => {
                let address = inline::destination(bare(source), base).map(|address| format!("<{address}>"));
                flow.single(&address.unwrap_or_default());
            }
            Kind::Rule => flow.single("***"),
        }
    }
    flow.out
}

/// The address of what is embedded, `https://example.org/embed/a1`, without the wishes to its player behind it.
fn bare(source: &str) -> &str {
    let (address, _) = source.split_once('?').unwrap_or((source, ""));
    let has_name = address.split_once("/embed/").is_some_and(|(_, name)| name.len() > 4);
    if has_name { address } else { source }
}

fn guarded(block: &Block, line: &str, base: Option<&Url>) -> String {
    match inline::tidy(&block.spans, base).first() {
        Some(Span { style, link: None, text }) if *style == super::block::Style::default() => {
            guard(text, line)
        }
        _ => line.to_string(),
    }
}

impl Flow {
    /// Begins a block, indented as deep as the open items are.
    fn begin(&mut self) {
        if !self.out.is_empty() {
            self.out.push_str("\n\n");
        }
        self.indent();
    }

    fn indent(&mut self) {
        self.out.push_str(&" ".repeat(self.items.iter().sum()));
    }

    fn single(&mut self, text: &str) {
        if !text.is_empty() {
            self.items.clear();
            self.begin();
            self.out.push_str(text);
            self.open = false;
        }
    }

    fn paragraph(&mut self, text: &str, tight: bool) {
        if text.is_empty() {
            return;
        }
        if tight && self.open {
            self.out.push_str("\\\n");
            self.indent();
        } else {
            self.begin();
        }
        self.out.push_str(text);
        self.open = true;
    }

    fn item(&mut self, depth: u8, number: Option<u32>, text: &str) {
        if text.is_empty() {
            return;
        }
        let listed = !self.items.is_empty();
        self.items.truncate(usize::from(depth));
        if listed {
            self.out.push('\n');
            self.indent();
        } else {
            self.begin();
        }
        let mark = number.map_or("- ".to_string(), |number| format!("{number}. "));
        self.out.push_str(&mark);
        self.out.push_str(text);
        self.items.push(mark.len());
        self.open = true;
    }
}

fn table(rows: &[Vec<Vec<Span>>], base: Option<&Url>) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let row = |row: &Vec<Vec<Span>>| {
        let cells = (0..columns).map(|at| row.get(at).map(|cell| cell_text(cell, base)).unwrap_or_default());
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    let mut lines: Vec<String> = rows.iter().map(row).collect();
    lines.insert(1.min(lines.len()), format!("|{}", " --- |".repeat(columns)));
    lines.join("\n")
}

fn cell_text(cell: &[Span], base: Option<&Url>) -> String {
    let plain: Vec<Span> = cell
        .iter()
        .cloned()
        .map(|mut span| {
            span.style.code = false;
            span
        })
        .collect();
    inline::cell(&plain, base)
}

fn code(text: &str) -> String {
    let text = text.trim_matches('\n');
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{text}\n{fence}")
}

/// A picture; what stands below it is its title.
fn image(source: &str, words: &str, caption: &str, base: Option<&Url>) -> String {
    let plain = |text: &str| inline::line(&[Span { text: text.to_string(), ..Span::default() }], None);
    let Some(source) = inline::destination(source, base) else { return String::new() };
    let words = if words.is_empty() { caption } else { words };
    if caption.is_empty() || caption == words {
        return format!("![{}]({source})", plain(words));
    }
    let title = plain(caption).replace('"', "\\\"");
    format!("![{}]({source} \"{title}\")", plain(words))
}

#[cfg(test)]
mod tests {
    use super::super::block::{Facts, Style};
    use super::super::hints;
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    fn block(kind: Kind, spans: Vec<Span>) -> Block {
        let facts = Facts {
            container: 0,
            near: hints::NONE,
            depth: 0,
            signature: 0,
            linked: 0,
            strong: 0,
            emphasised: 0,
            links: 0,
        };
        let text = spans.iter().map(|span| span.text.as_str()).collect();
        Block { kind, spans, text, tight: false, quoted: false, facts }
    }

    fn span(text: &str, style: &str, link: Option<&str>) -> Span {
        let has = |sign| style.contains(sign);
        let style = Style { strong: has('b'), emphasis: has('i'), code: has('c') };
        Span { text: text.to_string(), style, link: link.map(Into::into) }
    }

    /// What a reader makes of Markdown: a line for each block, its kind and its spans.
    fn read(markdown: &str) -> Vec<String> {
        let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
        let mut out: Vec<String> = Vec::new();
        let (mut style, mut link, mut lists, mut quoted) =
            (Style::default(), None::<String>, Vec::new(), false);
        let mut spans: Vec<Span> = Vec::new();
        let mut kind = String::new();
        let mut flush = |kind: &mut String, spans: &mut Vec<Span>| {
            if !spans.is_empty() {
                out.push(shown(kind, spans));
                spans.clear();
            }
        };
        for event in Parser::new_ext(markdown, options) {
            match event {
                Event::Start(Tag::Heading { level, .. }) => kind = format!("h{}", level as usize),
                Event::Start(Tag::List(number)) => {
                    flush(&mut kind, &mut spans);
                    lists.push(number);
                }
                Event::End(TagEnd::List(_)) => {
                    lists.pop();
                }
                Event::Start(Tag::Item) => {
                    flush(&mut kind, &mut spans);
                    let counted = lists.last().copied().flatten().is_some();
                    kind = format!("{}{}{}", if quoted { ">" } else { "" }, "li", lists.len());
                    kind.push_str(if counted { "n" } else { "" });
                }
                Event::Start(Tag::BlockQuote(_)) => quoted = true,
                Event::End(TagEnd::BlockQuote(_)) => quoted = false,
                Event::Start(Tag::Paragraph) if lists.is_empty() => {
                    kind = (if quoted { ">p" } else { "p" }).to_string();
                }
                Event::Start(Tag::CodeBlock(_)) => kind = "code".to_string(),
                Event::Start(Tag::TableCell) => kind = "cell".to_string(),
                Event::Start(Tag::Strong) => style.strong = true,
                Event::End(TagEnd::Strong) => style.strong = false,
                Event::Start(Tag::Emphasis) => style.emphasis = true,
                Event::End(TagEnd::Emphasis) => style.emphasis = false,
                Event::Start(Tag::Link { dest_url, .. }) => link = Some(dest_url.to_string()),
                Event::End(TagEnd::Link) => link = None,
                Event::Text(text) => {
                    spans.push(Span { text: text.to_string(), style, link: link.as_deref().map(Into::into) });
                }
                Event::Code(text) => {
                    let style = Style { code: true, ..style };
                    spans.push(Span { text: text.to_string(), style, link: link.as_deref().map(Into::into) });
                }
                Event::HardBreak => spans.push(span("\n", "", None)),
                Event::End(
                    TagEnd::Paragraph
                    | TagEnd::Heading(_)
                    | TagEnd::Item
                    | TagEnd::CodeBlock
                    | TagEnd::TableCell,
                ) => flush(&mut kind, &mut spans),
                Event::Start(Tag::Table(_) | Tag::TableHead | Tag::TableRow)
                | Event::End(TagEnd::Table | TagEnd::TableHead | TagEnd::TableRow) => {}
                other => spans.push(span(&format!("{other:?}"), "", None)),
            }
        }
        out
    }

    fn shown(kind: &str, spans: &[Span]) -> String {
        let mut merged: Vec<Span> = Vec::new();
        for span in spans {
            match merged.last_mut() {
                Some(last) if last.style == span.style && last.link == span.link => last.text += &span.text,
                _ => merged.push(span.clone()),
            }
        }
        let mut out = format!("{kind}:");
        for span in merged {
            let marks = [(span.style.strong, 'b'), (span.style.emphasis, 'i'), (span.style.code, 'c')];
            let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
            out += &format!(
                " {marks}{:?}{}",
                span.text,
                span.link.map_or(String::new(), |link| format!("({link})"))
            );
        }
        out
    }

    /// What blocks are meant to be read as.
    fn meant(blocks: &[Block]) -> Vec<String> {
        let mut depth = 0;
        let lines = blocks.iter().map(|block| {
            let spans = inline::tidy(&block.spans, None);
            let mark = if block.quoted { ">" } else { "" };
            match &block.kind {
                Kind::Heading(level) => shown(&format!("h{}", (*level).max(2)), &spans),
                Kind::Item { depth: wanted, number } if !spans.is_empty() => {
                    depth = depth.min(usize::from(*wanted)) + 1;
                    shown(&format!("{mark}li{depth}{}", number.map_or("", |_| "n")), &spans)
                }
                _ => {
                    depth = if spans.is_empty() { depth } else { 0 };
                    shown(&format!("{mark}p"), &spans)
                }
            }
        });
        lines.filter(|line| !line.ends_with(':')).collect()
    }

    #[track_caller]
    fn reads_back(blocks: &[Block]) {
        let all: Vec<&Block> = blocks.iter().collect();
        let written = markdown(&all, None);
        assert_eq!(read(&written), meant(blocks), "{written}");
    }

    fn spans() -> impl Strategy<Value = Vec<Span>> {
        let text = "[-a1b *_~`\\[\\]()<>&#;|!\\\\.:+=^\"'é「]{1,8}|[a-z]{1,6}|[a-z ]{1,9}";
        let links = prop_oneof![
            4 => Just(None),
            1 => Just(Some("https://example.org/a?b=1&copy;=2")),
            1 => Just(Some("/relative")),
            1 => Just(Some("https://example.org/(a)_b*")),
        ];
        let one = (text, "|b|i|bi|c", links).prop_map(|(text, style, link)| {
            let folded = text.split(' ').collect::<Vec<_>>().join(" ");
            span(&folded, &style, link)
        });
        prop::collection::vec(one, 1..6).prop_map(|mut spans| {
            // A page's white space is folded before.
            let mut space = true;
            for span in &mut spans {
                let mut text = String::new();
                for letter in span.text.chars().filter(|it| !it.is_control()) {
                    if letter != ' ' || !space {
                        text.push(letter);
                    }
                    space = letter == ' ';
                }
                span.text = text;
            }
            spans
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
        #[test]
        fn any_spans_read_back(spans in spans(), level in 0_u8..6) {
            reads_back(&[block(Kind::Paragraph, spans.clone())]);
            reads_back(&[block(Kind::Heading(level + 1), spans)]);
        }

        #[test]
        fn any_list_reads_back(items in prop::collection::vec((spans(), 0_u8..3, any::<bool>()), 1..6)) {
            let mut seen = [None::<bool>; 4];
            let items: Vec<Block> = items.into_iter().map(|(spans, depth, counted)| {
                // A list is counted or not as a whole.
                let counted = *seen[usize::from(depth)].get_or_insert(counted);
                block(Kind::Item { depth, number: counted.then_some(1) }, spans)
            }).collect();
            reads_back(&items);
        }
    }

    proptest! {
        #[test]
        fn any_table_reads_back(
            rows in prop::collection::vec(prop::collection::vec(spans(), 1..4), 1..4),
        ) {
            let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
            let written = markdown(&[&block(Kind::Table(rows.clone()), Vec::new())], None);
            let cells = rows.iter().flatten().map(|cell| {
                let plain: Vec<Span> = cell.iter().cloned().map(without_code).collect();
                shown("cell", &inline::tidy(&plain, None))
            });
            let expected: Vec<String> = cells.filter(|cell| cell != "cell:").collect();
            prop_assert_eq!(read(&written), expected, "{}", written);
            let widths = Parser::new_ext(&written, Options::ENABLE_TABLES).filter_map(|event| match event {
                Event::Start(Tag::Table(columns)) => Some(columns.len()),
                _ => None,
            });
            prop_assert_eq!(widths.collect::<Vec<_>>(), [columns]);
        }

        #[test]
        fn any_code_reads_back(text in "[a-z`~ \\n<&*\\\\#-]{0,40}") {
            let written = markdown(&[&block(Kind::Code, vec![span(&text, "", None)])], None);
            let read: String = Parser::new(&written)
                .filter_map(|event| if let Event::Text(text) = event { Some(text.to_string()) } else { None })
                .collect();
            prop_assert_eq!(read.trim_matches('\n'), text.trim_matches('\n'), "{}", written);
        }

        #[test]
        fn any_picture_reads_back(
            words in "[-a1 *_~`\\[\\]()<>&;|!\\\\.\"'é]{0,12}",
            caption in "[-a1 *_~`\\[\\]()<>&;|!\\\\.\"'é]{0,12}",
        ) {
            let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let (words, caption) = (folded(&words), folded(&caption));
            let image = Kind::Image { source: "https://example.org/a.jpg".into(), words: words.clone() };
            let written = markdown(&[&Block { text: caption.clone(), ..block(image, Vec::new()) }], None);
            let (mut titles, mut alt) = (Vec::new(), String::new());
            for event in Parser::new_ext(&written, Options::ENABLE_STRIKETHROUGH) {
                match event {
                    Event::Start(Tag::Image { title, .. }) => titles.push(title.to_string()),
                    Event::Text(text) => alt.push_str(&text),
                    Event::Start(Tag::Paragraph) | Event::End(_) => {}
                    other => prop_assert!(false, "{other:?} in {written}"),
                }
            }
            prop_assert_eq!(&alt, if words.is_empty() { &caption } else { &words }, "{}", written);
            let told = if words.is_empty() || words == caption { String::new() } else { caption };
            prop_assert_eq!(titles, [told], "{}", written);
        }
    }

    fn without_code(mut span: Span) -> Span {
        span.style.code = false;
        span
    }

    #[test]
    fn blocks_read_back() {
        let plain = |text: &str| vec![span(text, "", None)];
        let mut quoted = block(Kind::Paragraph, plain("Said the harbour master."));
        quoted.quoted = true;
        reads_back(&[
            block(Kind::Heading(3), plain("The boats")),
            block(Kind::Paragraph, plain("- no list")),
            quoted,
            block(Kind::Item { depth: 0, number: None }, plain("One")),
            block(Kind::Item { depth: 1, number: Some(1) }, plain("Two")),
            block(Kind::Item { depth: 0, number: None }, plain("1. Three")),
            block(Kind::Paragraph, plain("The end.")),
        ]);
    }

    #[test]
    fn tables_code_and_pictures() {
        let cell = |text: &str| vec![span(text, "", None)];
        let rows = vec![vec![cell("Boat"), cell("Crew")], vec![cell("a|b"), cell("3")]];
        let image = Kind::Image { source: "https://example.org/a.jpg".into(), words: "A boat".into() };
        let mut image = block(image, Vec::new());
        image.text = "The \"Nina\", in May".into();
        let code = block(Kind::Code, vec![span("let a = 1;\n```\n", "", None)]);
        let blocks = [block(Kind::Table(rows), Vec::new()), image, code];
        let all: Vec<&Block> = blocks.iter().collect();
        assert_eq!(
            markdown(&all, None),
            "| Boat | Crew |\n| --- | --- |\n| a\\|b | 3 |\n\n\
             ![A boat](https://example.org/a.jpg \"The \\\"Nina\\\", in May\")\n\n\
             ````\nlet a = 1;\n```\n````"
        );
    }

    #[test]
    fn embeds_are_their_addresses() {
        let written = |source: &str| markdown(&[&block(Kind::Embed(source.into()), Vec::new())], None);
        assert_eq!(
            written("https://example.org/embed/a1b2c?rel=0&fs=1"),
            "<https://example.org/embed/a1b2c>"
        );
        assert_eq!(written("https://example.org/embed/?id=1"), "<https://example.org/embed/?id=1>");
        assert_eq!(written("https://example.org/player?id=1"), "<https://example.org/player?id=1>");
    }

    #[test]
    fn lines_that_go_on() {
        let mut second = block(Kind::Paragraph, vec![span("- two", "", None)]);
        second.tight = true;
        let blocks = [block(Kind::Paragraph, vec![span("One", "", None)]), second];
        let all: Vec<&Block> = blocks.iter().collect();
        assert_eq!(markdown(&all, None), "One\\\n\\- two");
        assert_eq!(text(&blocks), "One\n- two");
    }
}
