//! The allow list: elements and attributes that an article may have.

/// Elements without content.
const VOID: [&str; 5] = ["br", "col", "hr", "img", "wbr"];

/// Elements that the HTML parser opens again where they were closed crosswise; they multiply.
const FORMATTING: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// Attributes of every element.
pub const EVERYWHERE: [&str; 3] = ["dir", "lang", "title"];

/// Elements with the attributes they have besides. `class` is for our own classes, which `prescan` checks.
pub const ELEMENTS: [(&str, &[&str]); 63] = [
    ("a", &["aria-label", "href", "hreflang"]),
    ("abbr", &[]),
    ("address", &[]),
    ("aside", &[]),
    ("b", &[]),
    ("bdi", &[]),
    ("bdo", &[]),
    ("blockquote", &["cite"]),
    ("br", &[]),
    ("caption", &[]),
    ("cite", &[]),
    ("code", &["class"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("dd", &[]),
    ("del", &["cite", "datetime"]),
    ("details", &["open"]),
    ("dfn", &[]),
    ("div", &[]),
    ("dl", &[]),
    ("dt", &[]),
    ("em", &[]),
    ("figcaption", &[]),
    ("figure", &[]),
    ("h1", &[]),
    ("h2", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("hr", &[]),
    ("i", &[]),
    ("img", &["alt", "height", "src", "width"]),
    ("ins", &["cite", "datetime"]),
    ("kbd", &[]),
    ("li", &["value"]),
    ("mark", &[]),
    ("ol", &["reversed", "start", "type"]),
    ("p", &[]),
    ("pre", &[]),
    ("q", &["cite"]),
    ("rp", &[]),
    ("rt", &[]),
    ("ruby", &[]),
    ("s", &[]),
    ("samp", &[]),
    ("section", &["aria-label"]),
    ("small", &[]),
    ("span", &[]),
    ("strong", &[]),
    ("sub", &[]),
    ("summary", &[]),
    ("sup", &[]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", &["class", "colspan", "rowspan"]),
    ("tfoot", &[]),
    ("th", &["class", "colspan", "rowspan", "scope"]),
    ("thead", &[]),
    ("time", &["datetime"]),
    ("tr", &[]),
    ("u", &[]),
    ("ul", &[]),
];

/// The element with a name in lower case, if it is allowed.
pub fn element(name: &str) -> Option<&'static str> {
    find(name).map(|(name, _)| *name)
}

/// Whether an element has no content and no end tag.
pub fn is_void(name: &str) -> bool {
    VOID.contains(&name)
}

/// Whether the HTML parser opens an element again by itself.
pub fn is_formatting(name: &str) -> bool {
    FORMATTING.contains(&name)
}

/// Whether an element may have an attribute with this value; both names in lower case.
pub fn attribute(element: &str, name: &str, value: &str) -> bool {
    if name == "class" {
        return is_class(element, value);
    }
    EVERYWHERE.contains(&name) || find(element).is_some_and(|(_, attributes)| attributes.contains(&name))
}

/// The classes that `write` generates.
pub fn is_class(element: &str, value: &str) -> bool {
    match element {
        "td" | "th" => matches!(value, "left" | "center" | "right"),
        "code" => value.strip_prefix("language-").is_some_and(is_language),
        _ => false,
    }
}

/// Whether the name of a programming language can stand in a class.
pub fn is_language(name: &str) -> bool {
    let known = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'#' | b'-' | b'_' | b'.');
    (1..=40).contains(&name.len()) && name.bytes().all(known)
}

fn find(name: &str) -> Option<&'static (&'static str, &'static [&'static str])> {
    let initial = usize::from(name.bytes().next()?.checked_sub(b'a')?);
    let from = usize::from(*INITIALS.get(initial)?);
    let to = usize::from(*INITIALS.get(initial + 1)?);
    ELEMENTS[from..to].iter().find(|(known, _)| *known == name)
}

/// Where the elements of each initial begin. Every tag of every page is looked up, and this takes a fifth of the time of
/// a binary search.
const INITIALS: [u8; 27] = {
    let mut starts = [0; 27];
    let mut at = 0;
    while at < ELEMENTS.len() {
        // The initials behind this one begin behind this element.
        let mut initial = (ELEMENTS[at].0.as_bytes()[0] - b'a') as usize + 1;
        at += 1;
        while initial < starts.len() {
            starts[initial] = at as u8;
            initial += 1;
        }
    }
    starts
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(ELEMENTS.is_sorted_by_key(|(name, _)| *name));
        assert!(ELEMENTS.iter().all(|(name, _)| element(name).is_some()));
    }
}
