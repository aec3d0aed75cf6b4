//! A parsed page → its blocks in reading order. Nothing is judged here, but what no reader sees is left out.

use super::block::{Block, Container, Facts, Kind, Near, Span, Style};
use super::{hints, spare};
use crate::clean::words::clean_letter;
use dom_query::{Document, Element, NodeData, NodeId, NodeRef};
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// Most blocks of a page; what follows is left out.
const BLOCKS: usize = 20_000;
/// Most cells of a table that stays one.
const CELLS: usize = 2_000;
/// Longest cell of a table of data, in bytes; longer ones are there for the layout.
const CELL: usize = 400;

/// Elements that begin and end a block.
const BLOCK: [&str; 51] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
    "frameset",
    "noframes",
    "optgroup",
    "listing",
];
/// Elements that go with their content.
const SILENT: [&str; 22] = [
    "script", "style", "template", "noscript", "head", "svg", "math", "object", "canvas", "select",
    "textarea", "input", "datalist", "map", "audio", "noembed", "frame", "applet", "progress", "meter",
    "title", "button",
];

/// The blocks of a page and the elements that they stand in.
pub(super) struct Walked {
    pub(super) blocks: Vec<Block>,
    pub(super) containers: Vec<Container>,
}

impl Walked {
    /// The nearest element with more in it than this block: a paragraph is one by itself.
    pub(super) fn home(&self, block: &Block) -> usize {
        let own = &self.containers[block.facts.container];
        if own.end - own.first > 1 { block.facts.container } else { own.parent }
    }
}

/// Walks through a page.
pub(super) fn walk(document: &Document) -> Walked {
    let mut walk = Walk::new();
    walk.through(document.root());
    Walked { blocks: walk.blocks, containers: walk.containers }
}

/// What an open element means for what is inside.
#[derive(Clone)]
struct Frame {
    node: Option<NodeId>,
    block: bool,
    role: Role,
    near: Near,
    style: Style,
    link: Option<Arc<str>>,
    container: usize,
    quoted: bool,
    /// Lists around it.
    lists: u8,
    /// The next number of a list.
    number: Option<u32>,
    signature: u64,
}

/// What a run of text in an element becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Text,
    Heading(u8),
    /// An item that has no block yet, or has one.
    Item {
        number: Option<u32>,
        begun: bool,
    },
    Caption,
    Code,
}

struct Walk {
    blocks: Vec<Block>,
    containers: Vec<Container>,
    frames: Vec<Frame>,
    spans: Vec<Span>,
    /// White space has been seen since the last letter.
    gap: bool,
    tight: bool,
    /// What the elements of the text since the last block were.
    links: usize,
    /// Hints that all text since the last block shares.
    near: Near,
    seen: hints::Seen,
}

impl Walk {
    fn new() -> Self {
        let frame = Frame {
            node: None,
            block: true,
            role: Role::Text,
            near: hints::NONE,
            style: Style::default(),
            link: None,
            container: 0,
            quoted: false,
            lists: 0,
            number: None,
            signature: 0,
        };
        Self {
            blocks: Vec::new(),
            containers: vec![Container::default()],
            frames: vec![frame],
            spans: Vec::new(),
            gap: false,
            tight: false,
            links: 0,
            near: hints::NONE,
            seen: hints::Seen::default(),
        }
    }

    /// Walks through all that is inside of a node. It needs no stack of the program's for a level, however deep.
    fn through(&mut self, root: NodeRef) {
        let mut node = root;
        loop {
            let inside = if self.enter(&node) { node.first_child() } else { None };
            if let Some(child) = inside {
                node = child;
                continue;
            }
            loop {
                self.leave(&node);
                if node.id == root.id || self.blocks.len() >= BLOCKS {
                    self.flush();
                    self.close();
                    return;
                }
                if let Some(next) = node.next_sibling() {
                    node = next;
                    break;
                }
                let Some(parent) = node.parent() else { return };
                node = parent;
            }
        }
    }

    fn top(&self) -> &Frame {
        self.frames.last().expect("the first frame is never left")
    }

    /// Whether what is inside of a node is to be walked too.
    fn enter(&mut self, node: &NodeRef) -> bool {
        let Some(element) = node.element_ref() else {
            let text = node.query_or(None, |node| match &node.data {
                NodeData::Text { contents } => Some(contents.clone()),
                _ => None,
            });
            if let Some(text) = text {
                self.text(&text);
                return false;
            }
            return true;
        };
        let name: &str = &element.name.local;
        match name {
            "br" => self.line_break(),
            "hr" => {
                self.flush();
                self.silent(Kind::Rule);
            }
            "img" | "amp-img" => self.image(&element),
            "iframe" | "video" | "embed" => self.embed(&element),
            "table" => {
                let rows = table(node);
                self.open(node, &element, name);
                let Some(rows) = rows else { return true };
                self.table(rows);
            }
            _ if SILENT.contains(&name) => {}
            _ => return self.open(node, &element, name),
        }
        false
    }

    fn open(&mut self, node: &NodeRef, element: &Element, name: &str) -> bool {
        let block = BLOCK.contains(&name);
        if block {
            self.flush();
        }
        let mut frame = self.top().clone();
        frame.node = Some(node.id);
        frame.block = block;
        let attribute = |name: &str| attribute(element, name);
        let (class, id) = (attribute("class"), attribute("id"));
        let item = attribute("itemprop").map(|it| if it == "text" { "articleBody" } else { it });
        let classes = [class, id, item, attribute("data-testid").or(attribute("data-component"))];
        let names =
            [name, attribute("role").unwrap_or_default(), if is_hidden(element) { "[hidden]" } else { "" }];
        frame.near = hints::inside(&frame.near, names, classes, &mut self.seen);
        match name {
            "a" => {
                frame.link = attribute("href").map(Arc::from);
                self.links += usize::from(frame.link.is_some());
            }
            "b" | "strong" => frame.style.strong = true,
            "i" | "em" | "cite" => frame.style.emphasis = true,
            "code" | "tt" | "kbd" | "samp" if frame.role != Role::Code => frame.style.code = true,
            _ => {}
        }
        if block {
            self.contain(&mut frame, name, class);
            self.role(&mut frame, name, element);
        }
        self.frames.push(frame);
        true
    }

    /// A container of its own for a block.
    fn contain(&mut self, frame: &mut Frame, name: &str, class: Option<&str>) {
        let parent = frame.container;
        let depth = self.containers[parent].depth + 1;
        frame.container = self.containers.len();
        let first = self.blocks.len();
        let around = self.containers[parent].article;
        let article = if frame.near[hints::ARTICLE] == 0 { frame.container } else { around };
        self.containers.push(Container { parent, depth, article, first, end: first });
        // Numbers in class names count; they do not say what it is.
        let letters: Vec<u8> =
            class.unwrap_or_default().bytes().filter(|byte| !byte.is_ascii_digit()).collect();
        let own = xxh3_64(&letters) ^ xxh3_64(name.as_bytes());
        frame.signature = frame.signature.rotate_left(21) ^ own;
        frame.signature = frame.signature.rotate_left(1);
    }

    fn role(&mut self, frame: &mut Frame, name: &str, element: &Element) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => frame.role = Role::Heading(name.as_bytes()[1] - b'0'),
            "ul" | "ol" | "menu" => {
                frame.lists = (frame.lists + 1).min(12);
                let start = attribute(element, "start").and_then(|it| it.trim().parse().ok());
                frame.number = (name == "ol").then(|| start.unwrap_or(1).min(1_000_000));
                frame.role = Role::Text;
            }
            "li" => {
                let list = self.frames.last_mut().expect("the first frame is never left");
                let number = list.number;
                list.number = number.map(|number| number + 1);
                frame.lists = frame.lists.max(1);
                frame.role = Role::Item { number, begun: false };
                frame.number = None;
            }
            "figcaption" | "caption" => frame.role = Role::Caption,
            "pre" | "listing" => {
                frame.role = Role::Code;
                frame.style = Style::default();
            }
            "blockquote" => frame.quoted = true,
            _ => {}
        }
    }

    fn leave(&mut self, node: &NodeRef) {
        if self.frames.len() > 1 && self.top().node == Some(node.id) {
            if self.top().block {
                self.flush();
                self.close();
            }
            self.frames.pop();
        }
    }

    fn close(&mut self) {
        let container = self.top().container;
        self.containers[container].end = self.blocks.len();
    }

    fn line_break(&mut self) {
        if self.top().role == Role::Code {
            return self.text("\n");
        }
        // Two of them divide paragraphs.
        let twice = self.spans.is_empty();
        self.flush();
        self.tight = !twice;
    }

    fn text(&mut self, text: &str) {
        if self.top().role == Role::Code {
            let frame = self.top();
            let span = Span { text: text.replace('\r', ""), style: frame.style, link: None };
            self.spans.push(span);
            return;
        }
        let frame = self.frames.last().expect("the first frame is never left");
        let (style, link) = (frame.style, &frame.link);
        if self.spans.is_empty() {
            self.near = frame.near;
        } else if text.contains(|c: char| !c.is_whitespace()) {
            for (near, other) in self.near.iter_mut().zip(frame.near) {
                *near = (*near).max(other);
            }
        }
        for letter in text.chars() {
            let Some(letter) = clean_letter(letter) else { continue };
            if letter.is_whitespace() {
                self.gap = true;
                continue;
            }
            let alike = self.spans.last().is_some_and(|span| span.style == style && span.link == *link);
            if !alike {
                self.spans.push(Span { text: String::new(), style, link: link.clone() });
            }
            let first = self.spans.len() == 1 && self.spans[0].text.is_empty();
            let Some(span) = self.spans.last_mut() else { continue };
            if self.gap && !first {
                span.text.push(' ');
            }
            self.gap = false;
            span.text.push(letter);
        }
    }

    /// Ends a block.
    fn flush(&mut self) {
        self.gap = false;
        let links = std::mem::take(&mut self.links);
        if self.spans.is_empty() {
            return;
        }
        let spans = std::mem::take(&mut self.spans);
        let at = self.frames.len() - 1;
        let owner = self.frames.iter().rposition(|frame| frame.block).unwrap_or(at);
        let role = self.frames[owner].role;
        let kind = match role {
            Role::Text => Kind::Paragraph,
            Role::Heading(level) => Kind::Heading(level),
            Role::Caption => Kind::Caption,
            Role::Code => Kind::Code,
            Role::Item { number, begun } => {
                let depth = self.frames[owner].lists.saturating_sub(1);
                if begun { Kind::Continued { depth } } else { Kind::Item { depth, number } }
            }
        };
        self.begin_items();
        let tight = std::mem::take(&mut self.tight);
        self.push(kind, spans, links, tight);
    }

    /// The items around a block have begun.
    fn begin_items(&mut self) {
        for frame in self.frames.iter_mut().rev() {
            if let Role::Item { begun, .. } = &mut frame.role {
                if *begun {
                    break;
                }
                *begun = true;
            }
        }
    }

    fn push(&mut self, kind: Kind, spans: Vec<Span>, links: usize, tight: bool) {
        let text: String = spans.iter().map(|span| span.text.as_str()).collect();
        let count = |is: fn(&Span) -> bool| spans.iter().filter(|it| is(it)).map(|it| it.text.len()).sum();
        let frame = self.top();
        let facts = Facts {
            container: frame.container,
            near: if spans.is_empty() || frame.role == Role::Code { frame.near } else { self.near },
            depth: self.containers[frame.container].depth,
            signature: frame.signature,
            linked: count(|span| span.link.is_some()),
            strong: count(|span| span.style.strong),
            emphasised: count(|span| span.style.emphasis),
            links,
        };
        let quoted = frame.quoted;
        self.blocks.push(Block { kind, spans, text, tight, quoted, facts });
    }

    fn silent(&mut self, kind: Kind) {
        self.push(kind, Vec::new(), 0, false);
    }

    fn image(&mut self, element: &Element) {
        let source = ["data-src", "data-original", "src"].iter().find_map(|name| {
            attribute(element, name).filter(|it| !it.is_empty() && !it.starts_with("data:"))
        });
        let small =
            |name| attribute(element, name).and_then(|it| it.parse::<u32>().ok()).is_some_and(|it| it < 64);
        // A picture inside a line is a sign.
        if let Some(source) = source.filter(|_| self.spans.is_empty() && !small("width") && !small("height"))
        {
            let words = attribute(element, "alt").unwrap_or_default();
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            let waiting = if spare::is_blank(source) { waiting(element) } else { None };
            let source = waiting.unwrap_or(source).trim().to_string();
            self.silent(Kind::Image { source, words });
        }
    }

    fn embed(&mut self, element: &Element) {
        let source = ["src", "data-src"].iter().find_map(|name| attribute(element, name));
        if let Some(source) = source.filter(|it| !it.trim().is_empty() && !is_hidden(element)) {
            self.flush();
            self.silent(Kind::Embed(source.trim().to_string()));
        }
    }

    fn table(&mut self, rows: Vec<Vec<Vec<Span>>>) {
        let mut spans: Vec<Span> = Vec::new();
        let between = |text: &str| Span { text: text.to_string(), ..Span::default() };
        for row in &rows {
            spans.extend((!spans.is_empty()).then(|| between("\n")));
            for (column, cell) in row.iter().enumerate() {
                spans.extend((column > 0).then(|| between(" | ")));
                spans.extend(cell.iter().cloned());
            }
        }
        let links = spans.iter().filter(|span| span.link.is_some()).count();
        self.push(Kind::Table(rows), spans, links, false);
    }
}

/// The picture that a blank one holds the place of until it is scrolled to: its address stands in an attribute that
/// every script calls otherwise.
fn waiting(element: &Element) -> Option<&str> {
    let named =
        |word: &str| ["src", "original", "media", "image", "lazy", "url"].iter().any(|it| word.contains(it));
    let is_address = |it: &&str| {
        ["http://", "https://", "/"].iter().any(|start| it.starts_with(start)) && !spare::is_blank(it)
    };
    let found = || element.attrs.iter().filter(|it| named(&it.name.local)).map(|it| it.value.trim());
    let single = found().filter(|it| !it.contains(char::is_whitespace)).find(is_address);
    single.or_else(|| found().filter_map(last_size).find(is_address))
}

/// Of the addresses of one picture in several sizes the last, which is the largest as a rule.
fn last_size(sizes: &str) -> Option<&str> {
    sizes.rsplit(", ").next()?.split_whitespace().next()
}

/// The cells of a table of data; `None` if it is there for the layout.
fn table(node: &NodeRef) -> Option<Vec<Vec<Vec<Span>>>> {
    let mut rows = Vec::new();
    let mut cells = Vec::new();
    for inner in node.descendants_it() {
        match inner.element_ref().map(|it| it.name.local.clone()).as_deref() {
            Some("table" | "article" | "section" | "h1" | "h2" | "form" | "iframe" | "video") => return None,
            Some("tr") => rows.push(Vec::new()),
            Some("td" | "th") if cells.len() >= CELLS => return None,
            Some("td" | "th") => {
                cells.push(inner);
                rows.last_mut()?.push(inner);
            }
            _ => {}
        }
    }
    let wide = rows.iter().filter(|row| row.len() > 1).count();
    if wide < 2 || wide * 2 < rows.len() {
        return None;
    }
    rows.iter().map(|row| row.iter().map(cell).collect()).collect()
}

/// The text of a cell as one line; `None` if it is more than that.
fn cell(node: &NodeRef) -> Option<Vec<Span>> {
    let mut walk = Walk::new();
    walk.through(*node);
    let mut spans: Vec<Span> = Vec::new();
    for block in walk.blocks.into_iter().filter(|block| !block.kind.is_silent()) {
        if let Some(last) = spans.last_mut() {
            last.text.push(' ');
        }
        spans.extend(block.spans);
    }
    (spans.iter().map(|span| span.text.len()).sum::<usize>() <= CELL).then_some(spans)
}

fn attribute<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    element.attrs.iter().find(|it| &*it.name.local == name).map(|it| &*it.value)
}

/// Whether no reader sees it.
fn is_hidden(element: &Element) -> bool {
    let style = attribute(element, "style").unwrap_or_default();
    attribute(element, "hidden").is_some()
        || attribute(element, "aria-hidden").is_some_and(|it| it == "true")
        || style.contains("display:none")
        || style.contains("display: none")
}
