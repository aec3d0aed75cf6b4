//! Atom, RSS 0.9 to 2.0 and WordPress exports, which are RSS: entries one after the other, as much of a broken file as can
//! be read.

use super::json::{is_markup, markup, people};
use super::tree::{self, Field, Prefixes, fields, forgiving, resolved, usual};
use super::wordpress::{self, Attachments};
use super::{Content, Found, Packing, RECORD, RawArticle, Record, Said, Unread};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::{self, BufRead, Read};
use std::sync::Arc;

/// Authors of a site that are told apart by more than what they sign in with.
const AUTHORS: usize = 10_000;
/// Most categories of an entry.
const CATEGORIES: usize = 200;

/// What a feed says of all its entries.
#[derive(Clone, Debug, Default)]
pub(super) struct Channel {
    pub(super) title: String,
    pub(super) lang: String,
    /// The names that authors sign in with, and their own.
    pub(super) authors: Vec<(String, String)>,
    pub(super) attachments: Arc<Attachments>,
    prefixes: Prefixes,
}

/// The entries of a feed.
pub(super) struct Entries<R> {
    reader: Reader<Logged<R>>,
    channel: Arc<Channel>,
    /// The elements outside of entries that are open.
    open: Vec<String>,
    /// Where the text of the feed goes that is read right now.
    text: String,
    count: usize,
    ended: bool,
    buffer: Vec<u8>,
}

/// Bytes that are remembered as they are read, so that an entry can be had as it stands.
struct Logged<R> {
    inner: R,
    log: Vec<u8>,
}

impl<R: BufRead> Read for Logged<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Logged<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.log.len() > RECORD {
            return Err(io::Error::other(format!("an entry has more than {} MiB", RECORD >> 20)));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        // What is consumed was filled before: this reads nothing.
        if let Ok(bytes) = self.inner.fill_buf() {
            self.log.extend_from_slice(&bytes[..amount]);
        }
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Entries<R> {
    pub(super) fn new(source: R, attachments: Attachments) -> Self {
        let reader = forgiving(Reader::from_reader(Logged { inner: source, log: Vec::new() }));
        let channel = Arc::new(Channel { attachments: Arc::new(attachments), ..Channel::default() });
        let (open, text, buffer) = Default::default();
        Self { reader, channel, open, text, count: 0, ended: false, buffer }
    }

    /// The next entry as it stands in the file.
    pub(super) fn entry(&mut self) -> Result<Option<Vec<u8>>, Unread> {
        loop {
            self.reader.get_mut().log.clear();
            self.buffer.clear();
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| broken(&error))?;
            match event.into_owned() {
                Event::Start(start) => {
                    let name = self.name(&start);
                    if matches!(&*name, "item" | "entry" | "atom:entry") {
                        return self.rest(start.name().as_ref()).map(Some);
                    }
                    self.open.push(name);
                    self.text.clear();
                }
                Event::Empty(start) => self.said(&start),
                Event::End(_) => self.close(),
                Event::Text(text) => self.text.push_str(&text.xml10_content()),
                Event::CData(text) => self.text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => self.text.push_str(&resolved(&reference)),
                Event::Eof if self.open.is_empty() => return Ok(None),
                Event::Eof => return Err(Unread::new("the file is cut off")),
                _ => {}
            }
        }
    }

    /// The name of an element outside of entries; what it says of its feed is taken note of.
    fn name(&mut self, start: &BytesStart) -> String {
        let channel = Arc::make_mut(&mut self.channel);
        if self.open.len() < 2 {
            channel.prefixes.extend(tree::prefixes(start));
            channel.prefixes.truncate(tree::PREFIXES);
            let lang = tree::attributes(start).into_iter().find(|(key, _)| key == "xml:lang");
            channel.lang = lang.map_or_else(|| std::mem::take(&mut channel.lang), |(_, lang)| lang);
        }
        usual(start.name().as_ref(), &channel.prefixes)
    }

    fn said(&mut self, start: &BytesStart) {
        let _ = self.name(start);
    }

    fn close(&mut self) {
        let Some(name) = self.open.pop() else { return };
        let text = std::mem::take(&mut self.text).trim().to_string();
        let parent = self.open.last().map_or("", |parent| parent.as_str());
        let is_feed = matches!(parent, "channel" | "feed" | "atom:feed");
        if text.is_empty() || !is_feed && parent != "wp:author" {
            return;
        }
        let channel = Arc::make_mut(&mut self.channel);
        match name.as_str() {
            "title" | "atom:title" if is_feed && channel.title.is_empty() => channel.title = text,
            "language" | "dc:language" if is_feed => channel.lang = text,
            "wp:author_login" if channel.authors.len() < AUTHORS => {
                channel.authors.push((text, String::new()));
            }
            "wp:author_display_name" => {
                if let Some((_, shown)) = channel.authors.last_mut() {
                    *shown = text;
                }
            }
            _ => {}
        }
    }

    /// Reads up to the end of the entry that has begun. Text may come before the tag.
    fn rest(&mut self, name: &str) -> Result<Vec<u8>, Unread> {
        let mut depth = 1;
        while depth > 0 {
            self.buffer.clear();
            match self.reader.read_event_into(&mut self.buffer).map_err(|error| broken(&error))? {
                Event::Start(start) if start.name().as_ref() == name => depth += 1,
                Event::End(end) if end.name().as_ref() == name => depth -= 1,
                Event::Eof => return Err(Unread::new("the file is cut off")),
                _ => {}
            }
        }
        let log = &mut self.reader.get_mut().log;
        let mut bytes = std::mem::take(log);
        let start = bytes.iter().position(|byte| *byte == b'<').unwrap_or(0);
        bytes.drain(..start);
        Ok(bytes)
    }

    /// What is known of the feed by now.
    pub(super) fn channel(&self) -> &Arc<Channel> {
        &self.channel
    }
}

fn broken(error: &quick_xml::Error) -> Unread {
    match error {
        quick_xml::Error::Io(error) => Unread::cut(error),
        quick_xml::Error::Syntax(_) => Unread::new("the file is cut off"),
        error => Unread::new("not valid XML").detail(error),
    }
}

impl<R: BufRead> Iterator for Entries<R> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if self.ended {
            return None;
        }
        self.count += 1;
        let name = self.count.to_string();
        match self.entry() {
            Ok(None) => None,
            Ok(Some(bytes)) => {
                let packing = Packing::Entry(Arc::clone(&self.channel));
                Some(Found::Record(Box::new(Record { name: Some(name), bytes, packing })))
            }
            Err(unread) => {
                self.ended = true;
                Some(Found::Broken(unread.of(name)))
            }
        }
    }
}

/// The fields of an entry, as a file of this feed writes them.
pub(super) fn entry_fields(bytes: &[u8], channel: &Channel) -> Result<Vec<Field>, Unread> {
    let xml = String::from_utf8_lossy(bytes);
    let mut fields =
        fields(&xml, &channel.prefixes).map_err(|error| Unread::new("not valid XML").detail(error))?;
    let is_prefixed = xml
        .get(1..)
        .is_some_and(|xml| xml.split(['>', ' ', '\n', '\t']).next().is_some_and(|it| it.contains(':')));
    for field in fields.iter_mut().filter(|_| is_prefixed) {
        for name in std::iter::once(&mut field.name).chain(field.parts.iter_mut().map(|(name, _)| name)) {
            if let Some(local) = name.strip_prefix("atom:") {
                *name = local.to_string();
            }
        }
    }
    Ok(fields)
}

/// Reads one entry.
pub(super) fn read(bytes: &[u8], channel: &Channel) -> Result<RawArticle, Unread> {
    let fields = entry_fields(bytes, channel)?;
    if fields.iter().any(|field| field.name == "wp:post_type") {
        return wordpress::read(&fields, channel);
    }
    let said = said(&fields, channel);
    let full = ["content:encoded", "content"].iter().find_map(|name| markup_of(&fields, name));
    let summary = || ["description", "summary"].iter().find_map(|name| markup_of(&fields, name));
    let excerpt = full.is_none();
    let Some(content) = full.or_else(summary) else {
        let record = said.id.clone().or_else(|| said.url.clone());
        return Err(Unread { record, ..Unread::new("no text in the record").at(said.url) });
    };
    let summary = said.summary.filter(|_| !excerpt);
    Ok(RawArticle { content, said: Said { summary, excerpt, ..said }, ..RawArticle::default() })
}

/// The text of the first field of a name that has any.
pub(super) fn text_of(fields: &[Field], names: &[&str]) -> Option<String> {
    let found = names.iter().flat_map(|name| fields.iter().filter(move |field| field.name == *name));
    found.map(|field| plain(&field.text)).find(|text| !text.is_empty())
}

/// A field of text that may be packed HTML: `Tom &amp; Jerry`, which some feeds pack twice.
fn plain(text: &str) -> String {
    let text = text.trim();
    let text = quick_xml::escape::unescape_with(text, tree::entity).unwrap_or_else(|_| text.into());
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a field holds, as a page or a text.
pub(super) fn markup_of(fields: &[Field], name: &str) -> Option<Content> {
    let has_text = |field: &&Field| !field.text.trim().is_empty();
    let field = fields.iter().filter(|field| field.name == name).find(has_text)?;
    Some(match field.get("type") {
        // What is said to be of another kind (XHTML, or elements nobody escaped) is there as elements.
        _ if field.inner.contains('<') => Content::marked(field.inner.clone()),
        Some("text" | "text/plain") => Content::Text(field.text.clone()),
        Some("html" | "text/html") => Content::marked(field.text.clone()),
        _ if field.text.contains("&#") || field.text.contains(';') && field.text.contains('&') => {
            Content::marked(field.text.clone())
        }
        _ => markup(field.text.clone()),
    })
}

/// What an entry says of itself.
pub(super) fn said(fields: &[Field], channel: &Channel) -> Said {
    let text = |names: &[&str]| text_of(fields, names);
    let named = |name: &'static str| fields.iter().filter(move |field| field.name == name);
    let is_address = |text: &String| text.starts_with("http://") || text.starts_with("https://");
    // Atom says it in an attribute, and has several.
    let alternate = || {
        let links = || named("link").chain(named("atom:link"));
        let plain = |link: &&Field| matches!(link.get("rel"), None | Some("alternate"));
        links().filter(plain).find_map(|link| link.get("href").map(str::to_string))
    };
    let permanent = || {
        let guid = named("guid").find(|guid| guid.get("isPermaLink") != Some("false"))?;
        Some(guid.text.trim().to_string()).filter(is_address)
    };
    let date =
        text(&["pubDate", "published", "dc:date", "dcterms:created", "issued", "dcterms:issued", "date"]);
    let updated = text(&["updated", "atom:updated", "modified", "dcterms:modified"]);
    let (date, updated) = if date.is_none() { (updated, None) } else { (date, updated) };
    let category = |field: &Field| {
        let label = field.get("label").or_else(|| field.get("term")).map(str::to_string);
        label.or_else(|| Some(plain(&field.text))).filter(|name| !name.is_empty())
    };
    let mut tags: Vec<String> = Vec::new();
    for tag in named("category").chain(named("dc:subject")).filter_map(category).take(CATEGORIES) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let summary = text(&["description", "summary"]).filter(|text| !is_markup(text));
    Said {
        id: text(&["guid", "id", "dc:identifier"]),
        url: text(&["link"]).filter(is_address).or_else(alternate).or_else(permanent),
        title: text(&["title", "dc:title", "media:title"]),
        summary,
        authors: authors(fields),
        date,
        updated,
        tags,
        lang: text(&["dc:language", "language"])
            .or_else(|| Some(channel.lang.clone()).filter(|it| !it.is_empty())),
        outlet: text(&["dc:publisher"]).or_else(|| Some(channel.title.clone()).filter(|it| !it.is_empty())),
        image: image(fields),
        ..Said::default()
    }
}

/// Who wrote an entry: `Jane Doe`, a person of Atom, or `jane@example.org (Jane Doe)` of RSS.
fn authors(fields: &[Field]) -> Vec<String> {
    let named = |names: &[&str]| -> Vec<String> {
        let of = fields.iter().filter(|field| names.contains(&field.name.as_str()));
        of.filter_map(|field| {
            if let Some(name) = field.part("name").or_else(|| field.part("atom:name")) {
                return Some(name.to_string());
            }
            let text = plain(&field.text);
            let inside = text.split_once('(').and_then(|(_, name)| name.strip_suffix(')'));
            let name = inside.map(str::to_string).unwrap_or(text);
            Some(name).filter(|name| !name.is_empty() && !name.contains('@'))
        })
        .flat_map(|names| people(&names))
        .collect()
    };
    let mut authors = named(&["dc:creator", "creator"]);
    if authors.is_empty() {
        authors = named(&["author", "atom:author", "itunes:author"]);
    }
    authors.dedup();
    authors
}

/// The picture of an entry.
fn image(fields: &[Field]) -> Option<String> {
    let is_image = |field: &&Field| match field.name.as_str() {
        "media:thumbnail" => true,
        "media:content" | "enclosure" => {
            field.get("medium") == Some("image")
                || field.get("type").is_some_and(|it| it.starts_with("image/"))
        }
        "link" => {
            field.get("rel") == Some("enclosure")
                && field.get("type").is_some_and(|it| it.starts_with("image/"))
        }
        _ => false,
    };
    let field = fields.iter().find(is_image)?;
    field.get("url").or_else(|| field.get("href")).map(str::to_string)
}
