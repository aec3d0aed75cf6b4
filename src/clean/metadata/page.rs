//! One walk over a page: everything that may say something about its article. Nothing is judged here.

use super::names;
use super::place::{Hints, Place, is_front, is_profile, within};
use super::text::{beside, cut, links, own_text, visible};
use dom_query::{Document, Element, NodeRef};
use std::collections::HashMap;

/// Most elements of a page that are looked at.
const ELEMENTS: usize = 200_000;
/// Longest text of a heading, a byline or a date, in bytes.
const SHORT: usize = 400;
/// Longest content of a `meta`, in bytes.
const LONG: usize = 5_000;
/// Most bytes of JSON-LD that are read.
const JSON: usize = 2 << 20;
/// Most elements whose text is looked at for what their classes tell.
const LOOKS: usize = 5_000;
/// Longest text that tells by its looks what it is, in bytes.
const PLAIN: usize = 100;
/// Most candidates of a kind.
const MOST: usize = 100;

/// What a page says of itself.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Lower-case names and contents of `meta` elements, in order.
    pub(super) metas: Vec<(String, String)>,
    /// Lower-case relations and addresses of `link` elements.
    pub(super) links: Vec<(String, String)>,
    pub(super) title: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) headings: Vec<Spot>,
    pub(super) json: Vec<String>,
    /// What carries an `itemprop`.
    pub(super) items: Vec<Spot>,
    pub(super) dates: Vec<Spot>,
    pub(super) bylines: Vec<Spot>,
    /// Links that are `rel=tag`; those to a category say so in `class`.
    pub(super) tags: Vec<Spot>,
    /// What is marked as a line below the headline.
    pub(super) standfirsts: Vec<Spot>,
    /// Address of a licence.
    pub(super) license: Option<String>,
    /// The thing that each aside stands in; the first stands for none.
    roots: Vec<usize>,
    /// Elements whose text was looked at.
    looks: usize,
    /// What classes tell; a page has few.
    hints: HashMap<String, Hints>,
}

/// Something on the page, with where it stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Spot {
    /// Its name: that of the element, or its `itemprop`.
    pub(super) name: String,
    /// Its visible text.
    pub(super) text: String,
    /// What it says for machines.
    pub(super) attr: Option<String>,
    /// Classes and id in small letters.
    pub(super) class: String,
    /// Number of the element.
    pub(super) at: usize,
    /// Texts of the links in it.
    pub(super) linked: Vec<String>,
    pub(super) place: Place,
}

/// Walks over the page.
pub(super) fn see(document: &Document) -> Page {
    let mut page = Page { roots: vec![0], ..Page::default() };
    let root = document.root();
    let mut places = vec![Place::default()];
    let mut node = root.first_child();
    let mut count = 0;
    while let Some(current) = node {
        let mut enter = false;
        if let Some(element) = current.element_ref() {
            count += 1;
            if count > ELEMENTS {
                break;
            }
            let place = places.last().copied().unwrap_or_default();
            let within = page.element(&current, &element, Seen { at: count, place });
            if let Some(place) = within
                && current.first_child().is_some()
            {
                places.push(place);
                enter = true;
            }
        }
        node = if enter { current.first_child() } else { after(current, &mut places) };
    }
    page.set_aside();
    page
}

/// The next node behind a subtree.
fn after<'a>(mut node: NodeRef<'a>, places: &mut Vec<Place>) -> Option<NodeRef<'a>> {
    loop {
        if let Some(next) = node.next_sibling() {
            return Some(next);
        }
        node = node.parent()?;
        places.pop();
    }
}

#[derive(Clone, Copy)]
struct Seen {
    at: usize,
    place: Place,
}

impl Page {
    /// The contents of the `meta` elements of a name.
    pub(super) fn meta<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.metas.iter().filter(move |(known, _)| known == name).map(|(_, content)| content.as_str())
    }

    /// The first address of a relation.
    pub(super) fn link(&self, rel: &str) -> Option<&str> {
        let has = |(known, _): &&(String, String)| known.split_whitespace().any(|word| word == rel);
        self.links.iter().find(has).map(|(_, href)| href.as_str())
    }

    /// A frame that also holds the headline is no aside, whatever it is called.
    fn set_aside(&mut self) {
        let chain = |mut root: usize| {
            let mut chain = Vec::new();
            while root > 0 && chain.len() < 100 {
                chain.push(root);
                root = self.roots[root];
            }
            chain
        };
        let first = self.headings.iter().find(|spot| spot.name == "h1" && !spot.place.home);
        let frames = first.map(|spot| chain(spot.place.root)).unwrap_or_default();
        let aside: Vec<bool> =
            (0..self.roots.len()).map(|root| chain(root).iter().any(|root| !frames.contains(root))).collect();
        let Self { headings, items, dates, bylines, tags, standfirsts, .. } = self;
        for spots in [headings, items, dates, bylines, tags, standfirsts] {
            for spot in spots {
                spot.place.aside = aside[spot.place.root];
            }
        }
    }

    /// Takes what an element says; returns the place that its children stand in, or nothing if they do not matter.
    fn element(&mut self, node: &NodeRef, element: &Element, seen: Seen) -> Option<Place> {
        let name: &str = &element.name.local;
        let attr = |key: &str| element.attrs.iter().find(|a| &*a.name.local == key).map(|a| &*a.value);
        match name {
            "meta" => self.take_meta(attr),
            "link" => {
                if let (Some(rel), Some(href)) = (attr("rel"), attr("href")) {
                    self.links.push((rel.to_lowercase(), href.trim().to_string()));
                }
            }
            "title" => {
                let text = visible(node, SHORT * 2);
                self.title = self.title.take().or(Some(text).filter(|text| !text.is_empty()));
            }
            "script" => {
                if attr("type")
                    .is_some_and(|kind| kind.trim().to_lowercase().starts_with("application/ld+json"))
                {
                    self.take_json(&node.text());
                }
            }
            "style" | "noscript" | "template" | "svg" | "iframe" | "select" | "option" | "object" => {}
            _ if attr("hidden").is_some() && name != "div" => {}
            _ => return Some(self.take_visible(node, element, seen)),
        }
        None
    }

    /// Takes an element of the body.
    fn take_visible(&mut self, node: &NodeRef, element: &Element, seen: Seen) -> Place {
        let name: &str = &element.name.local;
        let attr = |key: &str| element.attrs.iter().find(|a| &*a.name.local == key).map(|a| &*a.value);
        if name == "html" {
            self.lang = attr("lang").or(attr("xml:lang")).map(ToString::to_string);
        }
        let rel = attr("rel").unwrap_or_default();
        if name == "a" && rel.contains("license") {
            self.license = self.license.take().or(attr("href").map(ToString::to_string));
        }
        let mut class = attr("class").unwrap_or_default().to_lowercase();
        for more in ["id", "data-testid", "data-qa", "rel"].iter().filter_map(|key| attr(key)) {
            class.push(' ');
            class.push_str(&more.to_lowercase());
        }
        let hints = self.hints(&class);
        let mut place = within(name, hints, seen.place);
        if place.aside && self.roots.len() < ELEMENTS / 20 {
            self.roots.push(place.root);
            place.root = self.roots.len() - 1;
        }
        place.home |= name == "a" && attr("href").is_some_and(is_front);
        if !hints.any() && !may_say(name, element) && !may_tell(&own_text(node, PLAIN)) {
            return place;
        }
        let spot = Spot { name: name.to_string(), class, at: seen.at, place, ..Spot::default() };
        if name == "a" && rel.split_whitespace().any(|rel| rel == "tag") && self.tags.len() < MOST {
            self.tags.push(Spot { text: visible(node, 80), ..spot.clone() });
        }
        if hints.standfirst && self.standfirsts.len() < MOST {
            self.standfirsts.push(Spot { text: visible(node, SHORT), ..spot.clone() });
        }
        self.take_item(node, element, &spot);
        self.take_heading(node, &spot, hints);
        let date = self.take_date(node, element, &spot, hints);
        let profile = name == "a" && attr("href").is_some_and(is_profile);
        let byline = profile || hints.byline || attr("itemprop").is_some_and(|prop| prop.contains("author"));
        if byline && self.bylines.len() < MOST {
            let text = visible(node, SHORT);
            if !text.is_empty() {
                self.bylines.push(Spot { linked: links(node), text, ..spot.clone() });
            }
        }
        if !matches!(name, "body" | "html" | "button" | "code" | "pre") {
            self.take_plain(node, &spot, (!date && name != "h1", !byline));
        }
        place
    }

    fn hints(&mut self, class: &str) -> Hints {
        let hints = self.known_hints(class);
        self.looks += usize::from(hints.date || hints.byline || hints.headline);
        if self.looks > LOOKS {
            Hints { date: false, byline: false, headline: false, ..hints }
        } else {
            hints
        }
    }

    fn known_hints(&mut self, class: &str) -> Hints {
        if let Some(hints) = self.hints.get(class) {
            return *hints;
        }
        let hints = Hints::new(class);
        if self.hints.len() < ELEMENTS / 20 {
            self.hints.insert(class.to_string(), hints);
        }
        hints
    }

    fn take_json(&mut self, text: &str) {
        let before: usize = self.json.iter().map(String::len).sum();
        if before < JSON {
            self.json.push(cut(text, JSON - before).to_string());
        }
    }

    /// Takes what carries an `itemprop`, or says the same in RDFa.
    fn take_item(&mut self, node: &NodeRef, element: &Element, spot: &Spot) {
        let attr = |key: &str| element.attrs.iter().find(|a| &*a.name.local == key).map(|a| &*a.value);
        let property = attr("property").and_then(|name| name.strip_prefix("schema:"));
        if let Some(prop) = attr("itemprop").or(property)
            && self.items.len() < MOST * 2
        {
            let title = if spot.name == "abbr" { attr("title") } else { None };
            let said = attr("content").or(attr("datetime")).or(title).map(ToString::to_string);
            let text = visible(node, SHORT);
            self.items.push(Spot { name: prop.to_string(), text, attr: said, ..spot.clone() });
        }
    }

    fn take_heading(&mut self, node: &NodeRef, spot: &Spot, hints: Hints) {
        let name = spot.name.as_str();
        let marked = || matches!(name, "div" | "p" | "h3" | "span") && hints.headline;
        if self.headings.len() < MOST && (matches!(name, "h1" | "h2") || marked()) {
            let text = visible(node, SHORT);
            if !text.is_empty() {
                let home = |link: NodeRef| {
                    link.has_name("a") && link.attr("href").is_some_and(|href| is_front(&href))
                };
                let mut heading = Spot { text, ..spot.clone() };
                heading.place.home |= node.children_it(false).any(home);
                self.headings.push(heading);
            }
        }
    }

    /// Takes what is marked as a date; returns whether it is.
    fn take_date(&mut self, node: &NodeRef, element: &Element, spot: &Spot, hints: Hints) -> bool {
        let attr = |key: &str| element.attrs.iter().find(|a| &*a.name.local == key).map(|a| &*a.value);
        let said = ["datetime", "data-timestamp", "data-datetime"].iter().find_map(|key| attr(key));
        if said.is_none() && spot.name != "time" && !hints.date {
            return false;
        }
        let said = said.or(if spot.name == "abbr" { attr("title") } else { None }).map(ToString::to_string);
        let text = visible(node, SHORT / 2);
        if (!text.is_empty() || said.is_some()) && self.dates.len() < MOST {
            self.dates.push(Spot { text, attr: said, ..spot.clone() });
        }
        true
    }

    fn take_meta<'a>(&mut self, attr: impl Fn(&str) -> Option<&'a str>) {
        let Some(content) = attr("content").map(str::trim).filter(|content| !content.is_empty()) else {
            return;
        };
        for key in ["property", "name", "itemprop", "http-equiv"] {
            if let Some(name) = attr(key)
                && self.metas.len() < MOST * 2
            {
                self.metas.push((name.trim().to_lowercase(), cut(content, LONG).to_string()));
            }
        }
    }

    /// Takes a date or a byline that only its looks tell: a short text of its own with a year in it, or with a word
    /// that stands before names.
    fn take_plain(&mut self, node: &NodeRef, spot: &Spot, (date, byline): (bool, bool)) {
        let text = own_text(node, PLAIN);
        let plain = || Spot { name: String::new(), ..spot.clone() };
        if byline && self.bylines.len() < MOST && text.len() <= 60 && names::starts_with_by(&text) {
            let whole = visible(node, 200);
            let alone = names::starts_with_by_alone(&whole);
            let text = if alone { format!("{whole} {}", beside(node)) } else { whole };
            self.bylines.push(Spot { linked: links(node), text, ..plain() });
        }
        if date && self.dates.len() < MOST && has_year(&text) {
            let whole = visible(node, 120);
            self.dates.push(Spot { text: if whole.is_empty() { text } else { whole }, ..plain() });
        }
    }
}

/// Whether the name or the attributes of an element promise something.
fn may_say(name: &str, element: &Element) -> bool {
    const ATTRS: [&str; 5] = ["itemprop", "property", "datetime", "data-timestamp", "data-datetime"];
    matches!(name, "h1" | "h2" | "time" | "a" | "html")
        || element.attrs.iter().any(|attr| ATTRS.contains(&&*attr.name.local))
}

/// Whether a short text promises a date or a byline.
fn may_tell(text: &str) -> bool {
    text.len() >= 2 && (has_year(text) || (text.len() <= 60 && names::starts_with_by(text)))
}

/// Whether there is a number that may be a year.
fn has_year(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit())
        .any(|number| number.len() == 4 && (number.starts_with("19") || number.starts_with("20")))
        || text.bytes().filter(|b| *b == b'.').count() == 2 && text.len() < 30
}
