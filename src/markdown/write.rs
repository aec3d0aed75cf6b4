//! Events into HTML, with destinations, heading levels and raw HTML still as they were written.

use std::mem;
use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, LinkType, Parser, Tag, TagEnd};

use crate::markdown::allow;
use crate::markdown::escape::{escape, push_attribute};
use crate::markdown::footnotes::{Footnotes, reference_id};
use crate::markdown::limits::Depth;
use crate::markdown::shortcode::Source;
use crate::markdown::token::{Token, Tokens};
use crate::markdown::{Refused, Words, options};

/// Deepest nesting of emphasis; what is nested deeper keeps its text only.
const INLINE_DEPTH: usize = 32;

/// What becomes of raw HTML.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Raw {
    /// It is copied, to be sanitised.
    Keep,
    /// It is shown.
    AsText,
}

/// A written body.
#[derive(Default)]
pub struct Written {
    /// The HTML.
    pub html: String,
    /// Bytes of raw HTML in it.
    pub raw_bytes: usize,
    /// Where the first raw HTML stands in the source.
    pub first_raw: usize,
    /// Number of shortcodes outside of code.
    pub shortcodes: usize,
    /// Where the first one stands in the source.
    pub first_shortcode: Option<usize>,
}

/// Writes a body. Generated elements carry `marker`: `footnotes` for the section, else the id to be.
pub fn write(source: &Source, marker: &str, words: &Words, raw: Raw) -> Result<Written, Refused> {
    let mut writer = Writer {
        source,
        marker,
        raw,
        written: Written { html: String::with_capacity(source.text.len() / 8 * 9), ..Written::default() },
        footnotes: Footnotes::find(source),
        definitions: Vec::new(),
        open_definitions: Vec::new(),
        alt: String::new(),
        images: Vec::new(),
        block: None,
        inline: 0,
        in_code: false,
        table: Table::default(),
        paragraph: 0,
        last_image: None,
    };
    let mut depth = Depth::default();
    for (event, range) in Parser::new_ext(&source.text, options()).into_offset_iter() {
        depth.follow(&event, &source.text, range.start)?;
        writer.event(event, range.start);
    }
    writer.footnotes.write_section(&mut writer.written.html, writer.definitions, marker, words);
    Ok(writer.written)
}

struct Writer<'a> {
    source: &'a Source<'a>,
    marker: &'a str,
    raw: Raw,
    written: Written,
    footnotes: Footnotes,
    /// The HTML of each footnote, in the order of the text.
    definitions: Vec<String>,
    /// Footnotes being written: their index, and the HTML around them.
    open_definitions: Vec<(usize, String)>,
    alt: String,
    /// Destination and title of the images being read; only the outermost is written.
    images: Vec<(String, String)>,
    /// The HTML block being read, and where it begins.
    block: Option<(String, usize)>,
    inline: usize,
    in_code: bool,
    table: Table,
    /// Where the content of the current paragraph begins in the output.
    paragraph: usize,
    last_image: Option<Image>,
}

#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
    has_body: bool,
    cell: usize,
}

struct Image {
    at: Range<usize>,
    title: String,
    without_title: String,
}

impl Writer<'_> {
    fn event(&mut self, event: Event, offset: usize) {
        if !self.images.is_empty() {
            return self.alternative(event);
        }
        match event {
            Event::Start(tag) => self.start(tag, offset),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => {
                let count = if self.in_code { 0 } else { self.source.count(&text) };
                if count > 0 {
                    self.written.shortcodes += count;
                    self.written.first_shortcode.get_or_insert(offset);
                }
                self.text(&text);
            }
            Event::Code(text) => {
                self.push("<code>");
                self.text(&text);
                self.push("</code>");
            }
            Event::Html(html) => match &mut self.block {
                Some((block, _)) => block.push_str(&html),
                None => self.raw(&html, offset),
            },
            Event::InlineHtml(html) => self.raw(&html, offset),
            Event::FootnoteReference(label) => self.reference(&label),
            Event::SoftBreak => self.push("\n"),
            Event::HardBreak => self.push("<br>\n"),
            Event::Rule => self.push("<hr>\n"),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text),
            Event::TaskListMarker(_) => {}
        }
    }

    fn push(&mut self, html: &str) {
        self.written.html.push_str(html);
    }

    fn text(&mut self, text: &str) {
        escape(&mut self.written.html, &self.source.plain(text));
    }

    fn attribute(&mut self, name: &str, value: &str) {
        push_attribute(&mut self.written.html, name, &self.source.plain(value));
    }

    fn start(&mut self, tag: Tag, offset: usize) {
        match tag {
            Tag::Paragraph => {
                self.push("<p>");
                self.paragraph = self.written.html.len();
            }
            Tag::Heading { level, .. } => self.heading_tag("<", level, ">"),
            Tag::BlockQuote(_) => self.push("<blockquote>\n"),
            Tag::CodeBlock(kind) => self.code_block(&kind),
            Tag::HtmlBlock => self.block = Some((String::new(), offset)),
            Tag::List(None) => self.push("<ul>\n"),
            Tag::List(Some(1)) => self.push("<ol>\n"),
            Tag::List(Some(first)) => self.push(&format!("<ol start=\"{first}\">\n")),
            Tag::Item => self.push("<li>"),
            Tag::FootnoteDefinition(_) => {
                let around = mem::take(&mut self.written.html);
                self.open_definitions.push((self.definitions.len(), around));
                self.definitions.push(String::new());
            }
            Tag::Table(alignments) => {
                self.table = Table { alignments, ..Table::default() };
                self.push("<table>\n");
            }
            Tag::TableHead => {
                self.table.in_head = true;
                self.push("<thead>\n<tr>");
            }
            Tag::TableRow => {
                self.push(if self.table.has_body { "<tr>" } else { "<tbody>\n<tr>" });
                self.table.has_body = true;
                self.table.column = 0;
            }
            Tag::TableCell => self.cell(),
            Tag::Emphasis => self.open_inline("<em>"),
            Tag::Strong => self.open_inline("<strong>"),
            Tag::Strikethrough => self.open_inline("<del>"),
            Tag::Link { link_type, dest_url, title, .. } => {
                self.push("<a");
                if link_type == LinkType::Email {
                    self.attribute("href", &format!("mailto:{dest_url}"));
                } else {
                    self.attribute("href", &dest_url);
                }
                if !title.is_empty() {
                    self.attribute("title", &title);
                }
                self.push(">");
            }
            Tag::Image { dest_url, title, .. } => {
                self.images.push((dest_url.into_string(), title.into_string()));
            }
            // These belong to extensions that are off.
            Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.end_paragraph(),
            TagEnd::Heading(level) => self.heading_tag("</", level, ">\n"),
            TagEnd::BlockQuote(_) => self.push("</blockquote>\n"),
            TagEnd::CodeBlock => {
                self.in_code = false;
                self.push("</code></pre>\n");
            }
            TagEnd::HtmlBlock => {
                if let Some((block, offset)) = self.block.take() {
                    self.raw_block(&block, offset);
                }
            }
            TagEnd::List(true) => self.push("</ol>\n"),
            TagEnd::List(false) => self.push("</ul>\n"),
            TagEnd::Item => self.push("</li>\n"),
            TagEnd::FootnoteDefinition => {
                if let Some((index, around)) = self.open_definitions.pop() {
                    self.definitions[index] = mem::replace(&mut self.written.html, around);
                }
            }
            TagEnd::Table => {
                self.push(if self.table.has_body { "</tbody>\n</table>\n" } else { "</table>\n" });
            }
            TagEnd::TableHead => {
                self.table.in_head = false;
                self.push("</tr>\n</thead>\n");
            }
            TagEnd::TableRow => self.push("</tr>\n"),
            TagEnd::TableCell => self.end_cell(),
            TagEnd::Emphasis => self.close_inline("</em>"),
            TagEnd::Strong => self.close_inline("</strong>"),
            TagEnd::Strikethrough => self.close_inline("</del>"),
            TagEnd::Link => self.push("</a>"),
            TagEnd::Image
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => {}
        }
    }

    fn heading_tag(&mut self, before: &str, level: HeadingLevel, after: &str) {
        self.push(before);
        self.push(["h1", "h2", "h3", "h4", "h5", "h6"][level as usize - 1]);
        self.push(after);
    }

    fn open_inline(&mut self, tag: &str) {
        if self.inline < INLINE_DEPTH {
            self.push(tag);
        }
        self.inline += 1;
    }

    fn close_inline(&mut self, tag: &str) {
        self.inline = self.inline.saturating_sub(1);
        if self.inline < INLINE_DEPTH {
            self.push(tag);
        }
    }

    /// An image with a title that stands alone in its paragraph becomes a figure with a caption.
    fn end_paragraph(&mut self) {
        let content = self.paragraph..self.written.html.len();
        match self.last_image.take() {
            Some(image) if image.at == content && !image.title.is_empty() => {
                self.written.html.truncate(content.start - "<p>".len());
                self.push("<figure>");
                self.push(&image.without_title);
                self.push("<figcaption>");
                escape(&mut self.written.html, &image.title);
                self.push("</figcaption></figure>\n");
            }
            _ => self.push("</p>\n"),
        }
    }

    fn code_block(&mut self, kind: &CodeBlockKind) {
        self.in_code = true;
        self.push("<pre><code");
        if let CodeBlockKind::Fenced(info) = kind {
            let info = self.source.plain(info);
            let language = info.split([' ', ',', '{']).next().unwrap_or_default();
            if allow::is_language(language) {
                self.attribute("class", &format!("language-{language}"));
            }
        }
        self.push(">");
    }

    fn cell(&mut self) {
        self.push(if self.table.in_head { "<th scope=\"col\"" } else { "<td" });
        let alignment = match self.table.alignments.get(self.table.column) {
            Some(Alignment::Left) => "left",
            Some(Alignment::Center) => "center",
            Some(Alignment::Right) => "right",
            Some(Alignment::None) | None => "",
        };
        if !alignment.is_empty() {
            self.attribute("class", alignment);
        }
        self.push(">");
        self.table.column += 1;
        self.table.cell = self.written.html.len();
    }

    fn end_cell(&mut self) {
        if !self.table.in_head {
            self.push("</td>");
        } else if self.written.html.len() == self.table.cell {
            // A header without words names nothing; the corner of a table is an ordinary cell.
            let start = self.written.html.rfind("<th").unwrap_or(self.table.cell);
            self.written.html.truncate(start);
            self.push("<td></td>");
        } else {
            self.push("</th>");
        }
    }

    /// Collects the alternative text of an image, plain.
    fn alternative(&mut self, event: Event) {
        match event {
            Event::Start(Tag::Image { dest_url, title, .. }) => {
                self.images.push((dest_url.into_string(), title.into_string()));
            }
            Event::End(TagEnd::Image) => {
                if let Some((destination, title)) = self.images.pop()
                    && self.images.is_empty()
                {
                    self.image(&destination, &title);
                }
            }
            Event::Text(text) | Event::Code(text) => self.alt.push_str(&self.source.plain(&text)),
            Event::InlineHtml(html) if self.raw == Raw::AsText => {
                self.alt.push_str(&self.source.plain(&html));
            }
            Event::SoftBreak | Event::HardBreak => self.alt.push(' '),
            _ => {}
        }
    }

    fn image(&mut self, destination: &str, title: &str) {
        let alt = mem::take(&mut self.alt);
        let title = self.source.plain(title).into_owned();
        let mut without_title = String::from("<img");
        push_attribute(&mut without_title, "src", &self.source.plain(destination));
        push_attribute(&mut without_title, "alt", &alt);
        let start = self.written.html.len();
        self.push(&without_title);
        if !title.is_empty() {
            push_attribute(&mut self.written.html, "title", &title);
        }
        self.push(">");
        without_title.push('>');
        self.last_image = Some(Image { at: start..self.written.html.len(), title, without_title });
    }

    fn raw_block(&mut self, block: &str, offset: usize) {
        if self.raw == Raw::AsText && !is_comment(block) {
            self.push("<p>");
            self.raw(block.trim_end(), offset);
            self.push("</p>\n");
        } else {
            self.raw(block, offset);
        }
    }

    fn raw(&mut self, html: &str, offset: usize) {
        if is_comment(html) {
            return;
        }
        if self.written.raw_bytes == 0 {
            self.written.first_raw = offset;
        }
        self.written.raw_bytes += html.len();
        if self.raw == Raw::AsText {
            return self.text(html);
        }
        // A tag that does not end in its own piece would swallow the Markdown behind it: it is text.
        let html = self.source.html(html);
        let torn = match Tokens::new(&html).last() {
            Some(Token::Torn(rest)) => rest.len(),
            _ => 0,
        };
        let whole = html.len() - torn;
        self.push(&html[..whole]);
        escape(&mut self.written.html, &html[whole..]);
    }

    fn reference(&mut self, label: &str) {
        let Some((number, count)) = self.footnotes.refer(label) else {
            self.push("[^");
            self.text(label);
            return self.push("]");
        };
        self.push("<sup><a");
        push_attribute(&mut self.written.html, self.marker, &reference_id(number, count));
        self.push(&format!(" href=\"#fn-{number}\">{number}</a></sup>"));
    }
}

/// Whether a piece of raw HTML is one comment, which nobody sees. `<!--more-->` should cost no sanitising.
fn is_comment(html: &str) -> bool {
    let html = html.trim();
    html.starts_with("<!--") && html.find("-->").is_some_and(|at| at + 3 == html.len())
}
