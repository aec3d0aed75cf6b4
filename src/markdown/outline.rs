//! What a plan needs to know of a body: its heading, how it begins, what it points to.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use memchr::memchr3_iter;
use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};
use unicode_segmentation::UnicodeSegmentation;

use crate::markdown::escape::is_unwanted;
use crate::markdown::limits::{self, Depth, line_of};
use crate::markdown::link::{Target, is_markdown, is_of_file, is_picture, local_path, target};
use crate::markdown::shortcode::Source;
use crate::markdown::token::{Token, Tokens};
use crate::markdown::{Refused, Remark, options};

/// Longest excerpt, in characters, with its ellipsis.
const EXCERPT: usize = 200;

/// What the plan needs to know of a body before it is rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The first `h1`, as plain text.
    pub heading: Option<String>,
    /// The first paragraph as plain text, at most 200 characters; empty if there is none.
    pub excerpt: String,
    /// Paths, as written and without query and fragment, of local images, and of links to local Markdown files and
    /// images; in order, without duplicates.
    pub links: Vec<String>,
}

/// Reads a body without rendering it.
pub fn outline(body: &str) -> Result<Outline, Refused> {
    let source = limits::prepare(body)?;
    let mut reader =
        Reader { source: &source, outline: Outline::default(), seen: BTreeSet::new(), fallback: None };
    let (mut state, mut destinations) = (State::default(), Destinations::default());
    let mut depth = Depth::default();
    for (event, range) in Parser::new_ext(&source.text, options()).into_offset_iter() {
        depth.follow(&event, &source.text, range.start)?;
        destinations.read(&event, &source, |destination, is_image| reader.link(destination, is_image));
        reader.read_text(event, &mut state);
    }
    if reader.outline.excerpt.is_empty() {
        reader.outline.excerpt = reader.fallback.unwrap_or_default();
    }
    Ok(reader.outline)
}

/// Whether a body may have [`Outline::links`]: it names a file of their kinds somewhere, or hides one in character
/// references. Most bodies do neither, which is seen sooner than they are parsed.
pub fn may_name_files(body: &str) -> bool {
    let bytes = body.as_bytes();
    memchr3_iter(b'.', b'&', b'%', bytes).any(|at| {
        let extension = bytes[at + 1..].iter().take_while(|it| it.is_ascii_alphanumeric()).count();
        bytes[at] != b'.' || extension > 1 && is_of_file(&body[at + 1..][..extension])
    })
}

/// A link to somewhere on this site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalLink {
    /// The line within the body, from 1.
    pub line: usize,
    /// The destination as written.
    pub written: String,
    /// The path that [`super::Context::resolve`] is asked for, if it is: that of a Markdown file or an image.
    pub file: Option<String>,
    /// What is published if it is not asked or knows no answer.
    pub url: String,
}

impl LocalLink {
    /// Whether a Markdown file is meant.
    pub fn is_markdown(&self) -> bool {
        self.file.as_deref().is_some_and(is_markdown)
    }
}

/// The links of a body that lead to this site, images not counted; each destination once, where it first stands.
pub fn local_links(body: &str) -> Result<Vec<LocalLink>, Refused> {
    let source = limits::prepare(body)?;
    let (mut links, mut seen) = (Vec::new(), BTreeSet::new());
    each_destination(&source, |destination, is_image, line| {
        let Target::Local(url) = target(destination) else { return };
        if is_image || !seen.insert(destination.to_owned()) {
            return;
        }
        let file = local_path(destination).filter(|path| is_markdown(path) || is_picture(path));
        let (written, file) = (destination.to_owned(), file.map(ToOwned::to_owned));
        links.push(LocalLink { line, written, file, url });
    });
    Ok(links)
}

/// Gives the remarks about destinations the lines where these first stand.
pub fn find_lines(source: &Source, remarks: &mut [Remark]) {
    let wanted: BTreeSet<String> = remarks.iter().filter_map(|it| it.destination.clone()).collect();
    if wanted.is_empty() {
        return;
    }
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    each_destination(source, |destination, _, line| {
        if wanted.contains(destination) {
            lines.entry(destination.to_owned()).or_insert(line);
        }
    });
    for remark in remarks {
        let found = remark.destination.as_ref().and_then(|it| lines.get(it));
        remark.note.line = remark.note.line.or(found.copied());
    }
}

/// Calls back for each destination with whether it is that of an image, and its line.
fn each_destination(source: &Source, mut found: impl FnMut(&str, bool, usize)) {
    let (mut line, mut counted) = (1, 0);
    let mut destinations = Destinations::default();
    for (event, range) in Parser::new_ext(&source.text, options()).into_offset_iter() {
        // Offsets hardly ever go back, so that counting from the last one keeps this linear.
        if range.start >= counted {
            line += line_of(&source.text[counted..], range.start - counted) - 1;
            counted = range.start;
        }
        destinations.read(&event, source, |destination, is_image| found(destination, is_image, line));
    }
}

/// Finds destinations in events; an HTML block comes line by line and a tag may have several.
#[derive(Default)]
struct Destinations {
    block: Option<String>,
}

impl Destinations {
    /// Calls back for each destination that ends with this event, and whether it is that of an image.
    fn read(&mut self, event: &Event, source: &Source, mut found: impl FnMut(&str, bool)) {
        match event {
            Event::Start(Tag::Link { dest_url, link_type, .. }) if *link_type != LinkType::Email => {
                found(&source.plain(dest_url), false);
            }
            Event::Start(Tag::Image { dest_url, .. }) => found(&source.plain(dest_url), true),
            Event::Start(Tag::HtmlBlock) => self.block = Some(String::new()),
            Event::Html(html) | Event::InlineHtml(html) => match &mut self.block {
                Some(block) => block.push_str(html),
                None => each_in_html(&source.html(html), found),
            },
            Event::End(TagEnd::HtmlBlock) => {
                each_in_html(&source.html(&self.block.take().unwrap_or_default()), found);
            }
            _ => {}
        }
    }
}

fn each_in_html(html: &str, mut found: impl FnMut(&str, bool)) {
    for token in Tokens::new(html) {
        let Token::Start(tag) = token else { continue };
        match tag.name.to_ascii_lowercase().as_str() {
            "a" => found(&tag.value("href").unwrap_or_default(), false),
            "img" => found(&tag.value("src").unwrap_or_default(), true),
            _ => {}
        }
    }
}

struct Reader<'a> {
    source: &'a Source<'a>,
    outline: Outline,
    seen: BTreeSet<String>,
    /// How the first paragraph in a quote or list begins, or the first raw HTML with text: better than nothing.
    fallback: Option<String>,
}

/// Where the reader is.
#[derive(Default)]
struct State {
    /// Plain text of the paragraph, heading or HTML block being read.
    text: String,
    in_heading: bool,
    in_paragraph: bool,
    html: String,
    footnotes: usize,
    containers: usize,
    images: usize,
}

impl Reader<'_> {
    fn link(&mut self, destination: &str, is_image: bool) {
        let Some(path) = local_path(destination) else { return };
        if (is_image || is_markdown(path) || is_picture(path)) && self.seen.insert(path.to_owned()) {
            self.outline.links.push(path.to_owned());
        }
    }

    fn read_text(&mut self, event: Event, state: &mut State) {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) if self.outline.heading.is_none() => {
                state.in_heading = true;
            }
            Event::End(TagEnd::Heading(HeadingLevel::H1)) if state.in_heading => {
                state.in_heading = false;
                self.outline.heading =
                    Some(self.plain(&mem::take(&mut state.text))).filter(|it| !it.is_empty());
            }
            Event::Start(Tag::Paragraph) => {
                state.in_paragraph = self.outline.excerpt.is_empty() && state.footnotes == 0;
            }
            Event::End(TagEnd::Paragraph) if state.in_paragraph => {
                state.in_paragraph = false;
                let text = mem::take(&mut state.text);
                self.paragraph(&text, state.containers == 0);
            }
            Event::Start(Tag::Image { .. }) => state.images += 1,
            Event::End(TagEnd::Image) => state.images = state.images.saturating_sub(1),
            Event::Start(Tag::FootnoteDefinition(_)) => state.footnotes += 1,
            Event::End(TagEnd::FootnoteDefinition) => state.footnotes = state.footnotes.saturating_sub(1),
            Event::Start(Tag::BlockQuote(_) | Tag::List(_)) => state.containers += 1,
            Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_)) => {
                state.containers = state.containers.saturating_sub(1);
            }
            Event::Html(html) if self.fallback.is_none() => state.html.push_str(&html),
            Event::End(TagEnd::HtmlBlock) if self.fallback.is_none() => {
                let text = html_text(&mem::take(&mut state.html));
                self.paragraph(&text, false);
            }
            _ if !(state.in_heading || state.in_paragraph && state.images == 0) => {}
            Event::Text(text) | Event::Code(text) => state.text.push_str(&text),
            Event::SoftBreak | Event::HardBreak => state.text.push(' '),
            _ => {}
        }
    }

    fn paragraph(&mut self, text: &str, is_first_choice: bool) {
        let excerpt =
            if self.source.is_only_shortcodes(text) { String::new() } else { shorten(&self.plain(text)) };
        if excerpt.is_empty() {
            return;
        }
        if is_first_choice {
            self.outline.excerpt = excerpt;
        } else {
            self.fallback.get_or_insert(excerpt);
        }
    }

    fn plain(&self, text: &str) -> String {
        let text = self.source.plain(text).replace(is_unwanted, "");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The text of a piece of raw HTML, its character references decoded.
fn html_text(html: &str) -> String {
    let mut text = String::new();
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(it) => text.push_str(it),
            Token::Start(tag) => {
                let name = tag.name.to_ascii_lowercase();
                if matches!(name.as_str(), "script" | "style" | "iframe" | "svg" | "math" | "template") {
                    tokens.skip_raw(&name);
                }
            }
            Token::End("p") if !text.trim().is_empty() => break,
            Token::End(_) | Token::Comment | Token::Torn(_) => {}
        }
    }
    // The Markdown parser knows all references; everything else in the text is escaped from it.
    let mut escaped = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        for character in word.chars() {
            if character.is_ascii_punctuation() && !matches!(character, '&' | '#' | ';') {
                escaped.push('\\');
            }
            escaped.push(character);
        }
        escaped.push(' ');
    }
    let plain = Parser::new_ext(&format!("x {escaped}"), Options::empty())
        .filter_map(|event| if let Event::Text(text) = event { Some(text.into_string()) } else { None })
        .collect::<String>();
    plain.strip_prefix('x').unwrap_or(&plain).trim().to_owned()
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= EXCERPT {
        return text.to_owned();
    }
    // Room for a blank-free end and the ellipsis.
    let mut end = 0;
    let mut count = 0;
    for grapheme in text.graphemes(true) {
        count += grapheme.chars().count();
        if count >= EXCERPT {
            break;
        }
        end += grapheme.len();
    }
    let cut = &text[..end];
    // A word that ends exactly here is whole. Scripts without blanks are cut between letters.
    let word =
        if text[end..].starts_with(' ') { Some(end) } else { cut.rfind(' ').filter(|it| *it > end / 2) };
    let cut = cut[..word.unwrap_or(end)].trim_end_matches([' ', ',', ';', ':', '–', '—', '-', '.']);
    format!("{cut}…")
}
