//! What an element stands in, and what its name, its classes and its address tell.

/// What an element stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact about the same place")]
pub(super) struct Place {
    /// In an `article` or `main`.
    pub(super) main: bool,
    /// In navigation, a footer, a sidebar, comments or a list of other articles, and the headline is not.
    pub(super) aside: bool,
    /// The innermost such thing, or 0.
    pub(super) root: usize,
    /// In a link.
    pub(super) link: bool,
    /// In a link to the site's front page.
    pub(super) home: bool,
}

/// What the classes and the id of an element tell.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact about the same words")]
pub(super) struct Hints {
    pub(super) aside: bool,
    pub(super) footer: bool,
    pub(super) date: bool,
    pub(super) byline: bool,
    pub(super) headline: bool,
    pub(super) standfirst: bool,
}

impl Hints {
    /// Whether the element itself may be of use.
    pub(super) fn any(self) -> bool {
        self.date || self.byline || self.headline || self.standfirst
    }

    /// Reads them.
    pub(super) fn new(class: &str) -> Self {
        const ASIDE: [&str; 25] = [
            "related",
            "comment",
            "comments",
            "sidebar",
            "recommended",
            "recommendations",
            "recirc",
            "teaser",
            "teasers",
            "promo",
            "newsletter",
            "nav",
            "navigation",
            "menu",
            "popular",
            "trending",
            "widget",
            "respond",
            "commentlist",
            "mostread",
            "carousel",
            "cookie",
            "ticker",
            "masthead",
            "disqus",
        ];
        const DATE: [&str; 9] =
            ["date", "time", "publi", "updated", "posted", "datum", "fecha", "created", "byline"];
        const BYLINE: [&str; 7] = ["author", "byline", "autor", "auteur", "writer", "vcard", "contributor"];
        const STANDFIRST: [&str; 15] = [
            "standfirst",
            "dek",
            "deck",
            "subtitle",
            "subheadline",
            "subheading",
            "subhead",
            "lede",
            "strapline",
            "sottotitolo",
            "chapo",
            "entradilla",
            "bajada",
            "vorspann",
            "untertitel",
        ];
        const BYLINES: [&str; 4] = ["authors", "writers", "autoren", "verfasser"];
        let at_end = |word: &str, hints: &[&str]| {
            hints.iter().any(|hint| word.starts_with(hint) || word.ends_with(hint))
        };
        let mut found = Self {
            aside: false,
            footer: false,
            date: false,
            byline: false,
            headline: false,
            standfirst: false,
        };
        for word in words(class) {
            found.aside |= ASIDE.contains(&word);
            found.footer |= word == "footer";
            found.date |= at_end(word, &DATE) || word.ends_with("timestamp");
            found.byline |= at_end(word, &BYLINE) || at_end(word, &BYLINES);
            found.standfirst |= STANDFIRST.contains(&word);
            found.headline |= matches!(word, "headline" | "title");
        }
        found
    }
}

/// Where the children of an element stand.
pub(super) fn within(name: &str, hints: Hints, outer: Place) -> Place {
    let mut place = Place { aside: false, ..outer };
    match name {
        "article" | "main" => place.main = true,
        "nav" | "aside" => place.aside = true,
        "footer" => place.aside = !place.main,
        "a" => place.link = true,
        "body" | "html" => return place,
        _ => {}
    }
    place.aside |= hints.aside || (hints.footer && !place.main);
    place
}

/// Whether an address is that of a front page.
pub(super) fn is_front(href: &str) -> bool {
    let path = href.split_once("://").map_or(href, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    matches!(path.trim(), "/" | "" | "/index.html" | "/index.php" | "./" | ".." | "../")
}

/// Whether a link leads to the page of an author.
pub(super) fn is_profile(href: &str) -> bool {
    href.split('/').rev().skip(1).take(3).any(|part| {
        matches!(
            part,
            "author"
                | "authors"
                | "autor"
                | "autoren"
                | "auteur"
                | "auteurs"
                | "autores"
                | "people"
                | "staff"
                | "profile"
                | "contributors"
                | "contributor"
                | "writers"
                | "by"
                | "reporter"
                | "journalists"
                | "person"
        )
    })
}

/// Words of classes and ids.
fn words(class: &str) -> impl Iterator<Item = &str> {
    class.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}
