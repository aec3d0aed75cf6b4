//! What names of elements and of classes say of their content. The words are those that pages of any language and
//! outlet are written with; none is the name of a site.

use super::block::{FAR, HINTS, Near};
use ahash::AHashMap;
use std::sync::LazyLock;

/// Elements, and roles that stand for one.
const NAMES: [&[&str]; 20] = [
    &["article"],
    &["main"],
    &["aside", "complementary"],
    &["nav", "navigation", "menu"],
    &["header", "banner"],
    &["footer", "contentinfo"],
    &["section"],
    &["ul", "ol", "list"],
    &["table"],
    &["figure"],
    &["blockquote"],
    &["form", "search"],
    &["button"],
    &["a"],
    &["details", "dialog", "alertdialog"],
    &["h1", "h2", "h3", "h4", "h5", "h6", "heading"],
    &["p"],
    &["pre", "code"],
    &["time"],
    // What is not shown until a script or a subscription asks for it; some stories are.
    &["[hidden]"],
];

/// Beginnings of words in classes and ids; those that end in `$` are whole words.
const WORDS: [&[&str]; 26] = [
    &["articlebody", "storybody", "postbody", "articletext", "articlecontent", "postcontent", "entrycontent"],
    &["article", "story", "post$", "entry", "news$"],
    &["content", "body", "text$", "copy$", "prose", "richtext", "rte$", "wysiwyg", "paragraph", "main$"],
    &["nav", "menu", "breadcrumb", "crumb", "pagination", "pager"],
    &["header", "masthead", "topbar", "banner", "hero"],
    &["foot$", "footer", "bottom", "colophon"],
    &["side", "rail", "widget", "aside", "column$", "secondary"],
    &["shar", "social", "follow"],
    &["comment", "disqus", "repl", "discuss", "respond"],
    &["relat", "recommend", "recirc", "more$", "also", "similar", "readnext", "suggest", "further"],
    &["popular", "trend", "latest", "most$", "recent", "headlines"],
    &["teaser", "card", "promo", "tile", "carousel", "slider", "featured"],
    &["ad$", "ads$", "advert", "adslot", "sponsor", "dfp", "commercial", "affiliate", "deal"],
    &["caption", "credit", "legend", "attribution", "copyright", "photographer"],
    &["image", "photo", "picture", "figure", "media", "gallery", "thumb", "img", "slideshow"],
    &["byline", "author", "writer", "contributor", "bio$", "reporter", "profile"],
    &["date", "time", "publish", "updated", "meta$", "dateline", "info$"],
    &[
        "newsletter",
        "subscri",
        "signup",
        "register",
        "login",
        "account",
        "paywall",
        "donat",
        "membership",
        "cta$",
    ],
    &["tag$", "tags$", "topic", "categor", "label", "keyword", "kicker", "eyebrow"],
    &["title", "headline", "heading", "hed$"],
    &[
        "lead$",
        "lede",
        "dek$",
        "standfirst",
        "summary",
        "subtitle",
        "excerpt",
        "intro",
        "deck$",
        "description",
        "subhead",
    ],
    &["cookie", "consent", "gdpr", "modal", "popup", "overlay", "privacy"],
    &["hidden", "hide$", "screen", "sr$", "visually", "noprint", "print$", "collapse", "invisible"],
    &["list", "item", "feed", "stream", "grid"],
    &["video", "player", "audio", "embed", "podcast"],
    &["btn", "button", "tool", "action", "icon", "print", "control", "toc$", "index$", "jump", "skip"],
];

/// The first words of those above that no body of an article is marked up with.
const FURNITURE: [&str; 10] =
    ["nav", "footer", "form", "button", "foot$", "shar", "comment", "popular", "newsletter", "cookie"];

/// The hint of an element that is an article.
pub(super) const ARTICLE: usize = 0;

/// That of a time.
pub(super) const TIME: usize = 18;

/// No hint at all.
pub(super) const NONE: Near = [FAR; HINTS];

/// The hints that a name gives, as bits. There are ten thousand elements on a page, and few of their names say anything.
static BITS_OF_NAMES: LazyLock<AHashMap<&str, u64>> = LazyLock::new(|| {
    let mut bits: AHashMap<&str, u64> = AHashMap::new();
    for (hint, names) in NAMES.iter().enumerate() {
        names.iter().for_each(|name| *bits.entry(name).or_default() |= 1 << hint);
    }
    bits
});

/// The beginning of a word, whether it has to be the whole of it, and its place in [`WORDS`].
type Stem = (&'static str, bool, usize);

/// All of them by their first letter: to compare a word with each would take as long as to parse the page.
static STEMS: LazyLock<[Vec<Stem>; 26]> = LazyLock::new(|| {
    let mut stems = [const { Vec::new() }; 26];
    for (hint, words) in WORDS.iter().enumerate() {
        for word in *words {
            let whole = word.strip_suffix('$');
            stems[letter(word)].push((whole.unwrap_or(word), whole.is_some(), hint));
        }
    }
    stems
});

/// The first letter of a word, which is a small one, counted from 0.
fn letter(word: &str) -> usize {
    usize::from(word.as_bytes()[0] - b'a')
}

/// Names of classes that were seen, with their hints as bits: pages say the same ones a thousand times.
#[derive(Default)]
pub(super) struct Seen(AHashMap<Box<str>, u64>);

/// Whether a block stands in what is none of a story, by the name or class of some element around it.
pub(super) fn is_furniture(near: &Near) -> bool {
    let is_furniture = |words: &&[&str]| FURNITURE.contains(&words[0]);
    NAMES.iter().chain(&WORDS).copied().zip(near).any(|(words, far)| *far < FAR && is_furniture(&words))
}

/// Distances inside an element, given those around it; `names` are its own, its role and others that it acts for.
pub(super) fn inside(around: &Near, names: [&str; 3], classes: [Option<&str>; 4], seen: &mut Seen) -> Near {
    let mut near = around.map(|far| (far + 1).min(FAR));
    let (of_names, of_classes) = near.split_at_mut(NAMES.len());
    for name in names {
        set(of_names, BITS_OF_NAMES.get(name).copied().unwrap_or_default());
    }
    for class in classes.into_iter().flatten() {
        set(of_classes, seen.bits(class));
    }
    near
}

/// Puts those to 0 whose bit is set.
fn set(near: &mut [u8], mut bits: u64) {
    while bits != 0 {
        near[bits.trailing_zeros() as usize] = 0;
        bits &= bits - 1;
    }
}

/// The elements and classes that a block stands in, the nearest of each first, as far as they say something.
pub(super) fn around(near: &Near) -> impl Iterator<Item = String> {
    const MOST: usize = 3;
    let nearest = |hints: std::ops::Range<usize>| {
        let mut found: Vec<usize> = hints.filter(|hint| near[*hint] < FAR / 2).collect();
        found.sort_by_key(|hint| near[*hint]);
        found.truncate(MOST);
        found
    };
    let elements = nearest(0..NAMES.len()).into_iter().map(|hint| format!("<{}>", NAMES[hint][0]));
    let classes = nearest(NAMES.len()..HINTS).into_iter();
    let classes = classes.map(|hint| format!("`{}`", WORDS[hint - NAMES.len()][0].trim_end_matches('$')));
    let told = |what: &str, all: Vec<String>| (!all.is_empty()).then(|| format!("{what} {}", all.join(" ")));
    told("in", elements.collect()).into_iter().chain(told("with classes like", classes.collect()))
}

impl Seen {
    fn bits(&mut self, class: &str) -> u64 {
        if let Some(bits) = self.0.get(class) {
            return *bits;
        }
        let mut bits = 0;
        words(class, |word| {
            let stems = STEMS[letter(word)].iter();
            let said =
                stems.filter(|(stem, whole, _)| if *whole { word == *stem } else { word.starts_with(stem) });
            said.for_each(|(.., hint)| bits |= 1 << hint);
        });
        self.0.insert(class.into(), bits);
        bits
    }
}

/// The words of a class or id in small letters: `relatedPosts__item-2` → `related`, `posts`, `item`, and as a whole
/// `relatedpostsitem`, for names whose words say something only together.
fn words(class: &str, mut each: impl FnMut(&str)) {
    for token in class.split_ascii_whitespace().take(24) {
        let (mut word, mut whole) = (String::new(), String::new());
        let mut small = false;
        for letter in token.chars().take(64) {
            let ends = !letter.is_ascii_alphabetic() || letter.is_ascii_uppercase() && small;
            if ends && !word.is_empty() {
                each(&word);
                word.clear();
            }
            small = letter.is_ascii_lowercase();
            if letter.is_ascii_alphabetic() {
                word.push(letter.to_ascii_lowercase());
                whole.push(letter.to_ascii_lowercase());
            }
        }
        if !word.is_empty() {
            each(&word);
        }
        if whole.len() > word.len() {
            each(&whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_classes() {
        let mut found = Vec::new();
        words("relatedPosts__item-2 ad", |word| found.push(word.to_string()));
        assert_eq!(found, ["related", "posts", "item", "relatedpostsitem", "ad"]);
    }

    #[test]
    fn there_is_a_place_for_each_hint() {
        assert_eq!(NAMES.len() + WORDS.len(), HINTS);
    }
}
