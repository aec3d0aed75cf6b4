//! The last word on a body: heading levels and ids, scrolling tables, images, and every URL.
//!
//! The input is canonical HTML – what `write` wrote, or the sanitiser – and balanced. Nothing changes a URL after this.

use crate::markdown::allow;
use crate::markdown::escape::{copy_text, decode, escape, push_attribute};
use crate::markdown::headings::{Heading, Places};
use crate::markdown::link::{self, Target, target};
use crate::markdown::token::{Tag, Token, Tokens};
use crate::markdown::{Context, Remark, Remarks};

/// Finished HTML.
pub struct Finished {
    /// The HTML.
    pub html: String,
    /// Links and images that are not published.
    pub notes: Remarks,
}

/// Finishes a body. What is `ours` is from `write` alone: its text is escaped and holds nothing unwanted.
pub fn finish(html: &str, ours: bool, marker: &str, context: &Context) -> Finished {
    let mut finish = Finish {
        context,
        marker,
        places: Places::below(context.title),
        open_headings: Vec::new(),
        dropped: false,
        after_dropped: false,
        anchors: Vec::new(),
        open_tables: 0,
        tables: 0,
        done: Finished {
            html: String::with_capacity(html.len() + html.len() / 8),
            notes: Remarks::default(),
        },
    };
    let mut tokens = Tokens::new(html);
    loop {
        if ours && !finish.dropped && !finish.after_dropped {
            finish.push(tokens.skip_plain(is_plain));
        }
        let Some(token) = tokens.next() else { return finish.done };
        finish.token(token, &tokens);
    }
}

/// Whether tags of this name stay as they are if they have no attributes: most tags of most bodies.
fn is_plain(name: &str) -> bool {
    !matches!(name, "a" | "img" | "table") && heading_level(name).is_none() && allow::element(name).is_some()
}

/// What follows the start tag of a heading, up to its end. A heading within is no heading but text of the outer one.
fn heading(level: usize, content: Tokens, marker: &str) -> Heading {
    let mut heading = Heading { level, ..Heading::default() };
    let (mut open, mut in_reference) = (1_usize, false);
    for token in content {
        match token {
            Token::Start(tag) => {
                let is_heading = heading_level(tag.name).is_some();
                let reference = tag.name == "a" && tag.value(marker).is_some();
                in_reference |= reference;
                heading.rich |= reference || is_heading || tag.name == "img";
                if tag.name == "br" {
                    heading.text.push(' ');
                }
                open += usize::from(is_heading);
            }
            Token::End(name) if heading_level(name).is_some() => {
                open -= 1;
                if open == 0 {
                    break;
                }
            }
            Token::End("a") => in_reference = false,
            Token::Text(text) if !in_reference => heading.text.push_str(&decode(text)),
            _ => {}
        }
    }
    heading
}

fn heading_level(name: &str) -> Option<usize> {
    match name.as_bytes() {
        [b'h', digit @ b'1'..=b'6'] => Some(usize::from(digit - b'0')),
        _ => None,
    }
}

struct Finish<'a> {
    context: &'a Context<'a>,
    marker: &'a str,
    places: Places,
    /// The level of the open heading; `None` for those within it.
    open_headings: Vec<Option<usize>>,
    /// Whether the current heading is left out; such a one holds nothing but text.
    dropped: bool,
    after_dropped: bool,
    /// For each open `a`, whether it was written.
    anchors: Vec<bool>,
    open_tables: usize,
    tables: usize,
    done: Finished,
}

impl Finish<'_> {
    /// Takes a token; `behind` it are those to come.
    fn token(&mut self, token: Token, behind: &Tokens) {
        if self.dropped {
            if let Token::End(name) = token {
                self.dropped = heading_level(name).is_none();
                self.after_dropped = !self.dropped;
            }
            return;
        }
        let after_dropped = std::mem::take(&mut self.after_dropped);
        match token {
            Token::Text(text) => {
                let text = if after_dropped { text.strip_prefix('\n').unwrap_or(text) } else { text };
                copy_text(&mut self.done.html, text);
            }
            Token::Start(tag) => self.start(&tag, behind),
            Token::End(name) => self.end(name),
            Token::Torn(text) => escape(&mut self.done.html, text),
            Token::Comment => {}
        }
    }

    fn push(&mut self, html: &str) {
        self.done.html.push_str(html);
    }

    fn start(&mut self, tag: &Tag, behind: &Tokens) {
        match tag.name {
            "a" => self.link(tag),
            "img" => self.image(tag),
            "table" => {
                if self.open_tables == 0 {
                    self.tables += 1;
                    let name = match self.tables {
                        1 => self.context.words.table.to_owned(),
                        number => format!("{} {number}", self.context.words.table),
                    };
                    self.push("<div class=\"table\" tabindex=\"0\" role=\"region\"");
                    push_attribute(&mut self.done.html, "aria-label", &name);
                    self.push(">");
                }
                self.open_tables += 1;
                self.element("table", tag);
            }
            name => {
                if let Some(level) = heading_level(name) {
                    self.heading(level, tag, behind);
                } else if let Some(name) = allow::element(name) {
                    self.element(name, tag);
                }
            }
        }
    }

    fn heading(&mut self, level: usize, tag: &Tag, behind: &Tokens) {
        if !self.open_headings.is_empty() {
            // An ordinary element in its place keeps the tree around it as it was.
            self.open_headings.push(None);
            return self.element("section", tag);
        }
        match self.places.of(&heading(level, behind.clone(), self.marker)) {
            Some(place) => {
                self.open_headings.push(Some(place.level));
                self.push(&format!("<h{} id=\"{}\"", place.level, place.id));
                self.attributes(tag);
            }
            None => self.dropped = true,
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "a" => {
                if self.anchors.pop() == Some(true) {
                    self.push("</a>");
                }
            }
            "table" => {
                self.push("</table>");
                self.open_tables = self.open_tables.saturating_sub(1);
                if self.open_tables == 0 {
                    self.push("</div>");
                }
            }
            _ if heading_level(name).is_some() => match self.open_headings.pop().flatten() {
                Some(level) => self.push(&format!("</h{level}>")),
                None => self.push("</section>"),
            },
            _ => {
                if let Some(name) = allow::element(name) {
                    self.push("</");
                    self.push(name);
                    self.push(">");
                }
            }
        }
    }

    fn element(&mut self, name: &str, tag: &Tag) {
        self.push("<");
        self.push(name);
        self.attributes(tag);
    }

    /// Writes what needs no further thought, and closes the tag.
    fn attributes(&mut self, tag: &Tag) {
        for (name, raw) in tag.attributes() {
            let value = decode(raw);
            match name {
                "href" | "src" => {}
                "cite" => {
                    if let Target::Local(url) | Target::Remote(url) = target(&value) {
                        let url = self.below_base(url);
                        push_attribute(&mut self.done.html, "cite", &url);
                    }
                }
                _ if name == self.marker && value == "footnotes" => self.push(" class=\"footnotes\""),
                _ if name == self.marker => push_attribute(&mut self.done.html, "id", &value),
                _ if allow::attribute(tag.name, name, &value) => {
                    push_attribute(&mut self.done.html, name, &value);
                }
                _ => {}
            }
        }
        self.push(">");
    }

    fn link(&mut self, tag: &Tag) {
        let destination = tag.value("href").unwrap_or_default();
        let url = match target(&destination) {
            // Misnested tables can hold a link within a link, which no parser reads as such again.
            _ if self.anchors.contains(&true) => None,
            Target::Local(url) => self.local(&destination, url),
            Target::Remote(url) => Some(url),
            Target::Empty => None,
            Target::Unsafe => {
                self.done.notes.push(Remark::unsafe_link(&destination));
                None
            }
        };
        self.anchors.push(url.is_some());
        if let Some(url) = url {
            self.push("<a");
            push_attribute(&mut self.done.html, "href", &url);
            self.attributes(tag);
        }
    }

    /// A source that is not published leads nowhere; its name may say what is withheld.
    fn local(&self, destination: &str, url: String) -> Option<String> {
        let path = link::path(destination).filter(|it| link::is_markdown(it) || link::is_picture(it));
        let is_source = path.is_some_and(link::is_markdown);
        // What the caller answers goes through the policy too: then there is no way round it.
        match path.and_then(self.context.resolve).and_then(|it| link::safe_url(&it.url)) {
            Some(resolved) => Some(resolved + link::fragment(&url)),
            None => Some(self.below_base(url)).filter(|_| !is_source),
        }
    }

    fn below_base(&self, url: String) -> String {
        if url.starts_with('/') { format!("{}{url}", self.context.base_path) } else { url }
    }

    fn image(&mut self, tag: &Tag) {
        let destination = tag.value("src").unwrap_or_default();
        let alt = tag.value("alt").unwrap_or_default();
        match target(&destination) {
            Target::Local(_) => return self.local_image(tag, &destination, &alt),
            Target::Remote(url) if url.starts_with("http") && !self.anchors.contains(&true) => {
                let name = if alt.trim().is_empty() { link::file_name(&url) } else { alt.into_owned() };
                let name = if name.trim().is_empty() { &url } else { &name };
                self.push("<a");
                push_attribute(&mut self.done.html, "href", &url);
                self.push(">");
                escape(&mut self.done.html, name);
                return self.push("</a>");
            }
            Target::Remote(_) | Target::Empty => {}
            Target::Unsafe => self.done.notes.push(Remark::unsafe_link(&destination)),
        }
        escape(&mut self.done.html, &alt);
    }

    fn local_image(&mut self, tag: &Tag, destination: &str, alt: &str) {
        let resolved = link::path(destination).and_then(self.context.resolve);
        if let Some((Target::Local(url), size)) = resolved.map(|it| (target(&it.url), it.size)) {
            self.push("<img");
            push_attribute(&mut self.done.html, "src", &url);
            // Browsers keep the space; an author who gives one of the two wants another one kept.
            let sized = tag.value("width").or_else(|| tag.value("height")).is_some();
            if let Some((width, height)) = size.filter(|_| !sized) {
                self.push(&format!(" width=\"{width}\" height=\"{height}\""));
            }
            if tag.value("alt").is_none() {
                self.push(" alt=\"\"");
            }
            self.push(" loading=\"lazy\"");
            return self.attributes(tag);
        }
        let shown: String = destination.chars().filter(|it| !it.is_control()).take(200).collect();
        let note = Remark::new("missing-image", format!("image `{shown}` was not found"))
            .about(destination)
            .hint("put it beside the article, or into `static/` and begin its path with `/`");
        self.done.notes.push(note);
        escape(&mut self.done.html, alt);
    }
}
