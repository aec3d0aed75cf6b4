//! Markdown from anyone into HTML that is safe to publish, and what a plan needs to know of a body beforehand.
//!
//! ```text
//! body ─ limits ─▶ source ─ pulldown-cmark ─▶ write ──────────────────────────▶ finish ─▶ HTML
//!                 (shortcodes hidden)            └─ if raw HTML: prescan ─ ammonia ─┘
//! ```
//!
//! `write` publishes destinations as they were written and `finish` alone decides what they become, for Markdown and
//! raw HTML alike; so every URL is checked last. `prescan` rewrites tag soup into canonical tags of the allow list and
//! counts them, so that the sanitiser's parser, which is quadratic in places, gets only what is bounded and plain.
//!
//! Pure: no disk, clock, environment, printing.

mod allow;
mod escape;
mod finish;
mod footnotes;
mod headings;
mod limits;
mod link;
mod outline;
mod prescan;
mod sanitise;
mod shortcode;
mod token;
mod write;

#[cfg(test)]
#[expect(clippy::format_collect, reason = "hostile bodies are clearer when written in one line")]
mod hostile;
#[cfg(test)]
#[expect(clippy::format_collect, reason = "as in `hostile`")]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

use memchr::memchr;
use pulldown_cmark::{Event, Options, Parser};
use serde::Serialize;
use url::Url;

use crate::markdown::finish::Finished;
use crate::markdown::shortcode::Source;
use crate::markdown::token::{Token, Tokens};
use crate::markdown::write::{Raw, Written};

pub use crate::markdown::link::{safe_url, safe_web_url};
pub use crate::markdown::outline::{LocalLink, Outline, local_links, may_name_files, outline};
pub use crate::markdown::shortcode::shortcodes;

/// A remark on a body: what was changed or is worth a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The line within the body, from 1, where it is known.
    pub line: Option<usize>,
    /// One of `html-limits`, `html-removed`, `missing-image`, `remarks-omitted`, `shortcode`, `unsafe-link`.
    pub code: &'static str,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Why a body is not published at all: it is over a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The line within the body, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl Display for Refused {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refused {}

/// What is known about the page around a body.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The page's `h1`; a heading that repeats it is dropped.
    pub title: &'a str,
    /// What stands before root-relative links: nothing, or a path such as `/archive`.
    pub base_path: &'a str,
    /// What to publish for a destination of the outline: on this site, with the base path. `None` makes text
    /// of a link to a Markdown file, leaves other links as they are and puts its alternative text in the place of an image.
    pub resolve: &'a dyn Fn(&str) -> Option<Resolved>,
    /// Words in the language of the page.
    pub words: Words<'a>,
}

/// Where a destination leads on this site.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Resolved {
    /// The URL to publish.
    pub url: String,
    /// Width and height of an image in pixels, where they are known.
    pub size: Option<(u32, u32)>,
}

/// Words that are published with a body.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// Names the section of footnotes, such as `Footnotes`.
    pub footnotes: &'a str,
    /// Names the link from a footnote to its reference, such as `Back to text`.
    pub back: &'a str,
    /// Names the box in which a table scrolls, such as `Table`.
    pub table: &'a str,
}

/// A rendered body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Html {
    /// Well-formed HTML for the content of an element.
    pub html: String,
    /// Remarks, in the order in which they were found.
    pub notes: Vec<Note>,
}

/// Turns Markdown into HTML that runs no script and contacts no other site.
pub fn to_html(body: &str, context: &Context) -> Result<Html, Refused> {
    let source = limits::prepare(body)?;
    let marker = unused_attribute(&source);
    let mut notes: Vec<Remark> = Vec::new();
    let written = write::write(&source, &marker, &context.words, Raw::Keep)?;
    notes.extend(shortcode_note(&source, &written));
    let (html, ours) = if written.raw_bytes == 0 {
        (written.html, true)
    } else {
        match sanitise::sanitise(&written, &marker) {
            Ok(sanitised) => {
                notes.extend(sanitised.notes);
                (sanitised.html, false)
            }
            Err(limit) => {
                notes.push(limits_note(&source, &written, limit));
                (write::write(&source, &marker, &context.words, Raw::AsText)?.html, true)
            }
        }
    };
    let Finished { html, notes: found } = finish::finish(&html, ours, &marker, context);
    notes.extend(found.into_vec());
    outline::find_lines(&source, &mut notes);
    Ok(Html { html, notes: notes.into_iter().map(|remark| remark.note).collect() })
}

/// All that a reader or a program can read in a piece of HTML: its text and the values of its attributes, with and
/// without small marks such as `¹`, and the marks alone. A zero-width space stands for each tag, which may be the
/// end of a line or the middle of a word.
pub fn readings(html: &str) -> [String; 3] {
    const TAG: char = '\u{200b}';
    let [mut all, mut unmarked, mut marks] = [(); 3].map(|()| String::with_capacity(html.len()));
    let (mut values, mut open) = (String::new(), 0_usize);
    let is_mark = |name: &str| matches!(name, "sup" | "sub" | "rt" | "rp");
    for token in Tokens::new(html) {
        match token {
            Token::Text(piece) => {
                let piece = escape::decode(piece);
                all.push_str(&piece);
                if open == 0 { &mut unmarked } else { &mut marks }.push_str(&piece);
                continue;
            }
            Token::Start(tag) => {
                open += usize::from(is_mark(tag.name));
                for (_, value) in tag.attributes() {
                    values.push('\n');
                    values.push_str(&escape::decode(value));
                }
            }
            Token::End(name) => open = open.saturating_sub(usize::from(is_mark(name))),
            Token::Comment | Token::Torn(_) => {}
        }
        for reading in [&mut all, &mut unmarked, &mut marks] {
            reading.push(TAG);
        }
    }
    [all + &values, unmarked, marks]
}

/// A rendered body whose URLs say all, for readers elsewhere; `base` is the address of its page.
pub fn with_whole_urls(html: &str, base: &str) -> String {
    let Ok(base) = Url::parse(base) else { return html.to_owned() };
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) | Token::Torn(text) => out.push_str(text),
            Token::Start(tag) => {
                out.push('<');
                out.push_str(tag.name);
                for (name, value) in tag.attributes() {
                    let value = escape::decode(value);
                    let url =
                        if matches!(name, "href" | "src" | "cite") { base.join(&value).ok() } else { None };
                    escape::push_attribute(&mut out, name, url.as_ref().map_or(&*value, Url::as_str));
                }
                out.push('>');
            }
            Token::End(name) => out.push_str(&format!("</{name}>")),
            Token::Comment => {}
        }
    }
    out
}

/// The names by which links can lead into a page: the ids of its elements.
pub fn anchors(page: &str) -> BTreeSet<String> {
    let names = Tokens::new(page).filter_map(|token| match token {
        Token::Start(tag) => tag.value("id").or_else(|| tag.value("name").filter(|_| tag.name == "a")),
        _ => None,
    });
    names.map(Cow::into_owned).collect()
}

/// Remarks of one kind or another, not more than anyone reads: a body can have a million broken images.
#[derive(Default)]
struct Remarks {
    list: Vec<Remark>,
    omitted: usize,
}

impl Remarks {
    const MOST: usize = 100;

    fn push(&mut self, remark: Remark) {
        if self.list.len() < Self::MOST {
            self.list.push(remark);
        } else {
            self.omitted += 1;
        }
    }

    fn into_vec(mut self) -> Vec<Remark> {
        if self.omitted > 0 {
            let message = format!("{} more remarks on this text are not listed", self.omitted);
            self.list.push(Remark::new("remarks-omitted", message));
        }
        self.list
    }
}

/// A note and the destination it is about, by which its line is found.
struct Remark {
    note: Note,
    destination: Option<String>,
}

impl Remark {
    fn new(code: &'static str, message: String) -> Self {
        Remark { note: Note { line: None, code, message, hint: None }, destination: None }
    }

    fn unsafe_link(destination: &str) -> Self {
        let shown: String = destination.chars().filter(|it| !it.is_control()).take(80).collect();
        Remark::new("unsafe-link", format!("a link to `{shown}` is not published")).about(destination)
    }

    fn about(mut self, destination: &str) -> Self {
        self.destination = Some(destination.to_owned());
        self
    }

    fn hint(mut self, hint: &str) -> Self {
        self.note.hint = Some(hint.to_owned());
        self
    }

    fn at(mut self, source: &Source, offset: usize) -> Self {
        self.note.line = Some(limits::line_of(&source.text, offset));
        self
    }
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_SMART_PUNCTUATION
}

fn events(text: &str) -> impl Iterator<Item = Event<'_>> {
    Parser::new_ext(text, options())
}

/// The name of an attribute that marks what we generate; no tag of the body can have it, as the body has no such text.
fn unused_attribute(source: &Source) -> String {
    const PREFIX: &str = "data-b";
    // Without a tag of its own a body has no attributes.
    if memchr(b'<', source.text.as_bytes()).is_none() {
        return format!("{PREFIX}0");
    }
    let text = source.plain(&source.text).to_ascii_lowercase();
    let numbers = text.split(PREFIX).skip(1).filter_map(|after| {
        let digits = after.bytes().take(9).take_while(u8::is_ascii_digit).count();
        after[..digits].parse::<u32>().ok()
    });
    let used: BTreeSet<u32> = numbers.collect();
    let free = used.iter().zip(0..).find(|(used, number)| *used != number);
    let number = free.map_or(used.len(), |(_, number)| number as usize);
    format!("{PREFIX}{number}")
}

fn shortcode_note(source: &Source, written: &Written) -> Option<Remark> {
    let first = written.first_shortcode?;
    let message = match written.shortcodes {
        1 => "a shortcode of another generator is shown as text".to_owned(),
        count => format!("{count} shortcodes of another generator are shown as text"),
    };
    Some(Remark::new("shortcode", message).at(source, first).hint("replace it with Markdown or remove it"))
}

fn limits_note(source: &Source, written: &Written, limit: &str) -> Remark {
    let message = format!("HTML is shown as text because {limit}");
    Remark::new("html-limits", message).at(source, written.first_raw)
}
