//! Well-formed XML, whatever the text.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::borrow::Cow;

/// A document being written.
pub(super) struct Xml<'a>(Writer<&'a mut Vec<u8>>);

/// Attributes and their values.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl<'a> Xml<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        let mut xml = Self(Writer::new_with_indent(out, b' ', 1));
        xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml
    }

    pub(super) fn open(&mut self, name: &str, attributes: Attributes) {
        self.event(Event::Start(start(name, attributes)));
    }

    pub(super) fn close(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    pub(super) fn empty(&mut self, name: &str, attributes: Attributes) {
        self.event(Event::Empty(start(name, attributes)));
    }

    pub(super) fn text(&mut self, name: &str, attributes: Attributes, text: &str) {
        self.open(name, attributes);
        self.event(Event::Text(BytesText::new(&clean(text))));
        self.close(name);
    }

    fn event(&mut self, event: Event) {
        self.0.write_event(event).expect("memory takes all");
    }
}

fn start<'n>(name: &'n str, attributes: Attributes) -> BytesStart<'n> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes {
        start.push_attribute((*key, &*clean(value)));
    }
    start
}

/// Text without what XML 1.0 (section 2.2) cannot hold.
fn clean(text: &str) -> Cow<'_, str> {
    let allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    // The two that are no control characters begin with EF.
    if text.bytes().all(|byte| byte == b'\n' || byte >= b' ' && byte != 0xef) {
        return text.into();
    }
    text.chars().filter(allowed).collect()
}
