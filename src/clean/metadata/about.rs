//! What else is said of an article: section, tags, language, image, addresses, site, rights.

use super::headline::GAPS;
use super::linked::{Facts, unescape};
use super::names::{fold, starts_with_by};
use super::page::{Page, Spot};
use super::{Evidence, Found, Origin};
use crate::raw::Said;
use url::Url;

/// Most tags of an article.
const TAGS: usize = 30;

type Text = Option<Found<String>>;

fn found(text: impl Into<String>, origin: Origin) -> Text {
    let text = unescape(&text.into());
    (!text.is_empty()).then(|| Found::new(text, origin))
}

/// The first `meta` of the names that says something.
fn meta(page: &Page, names: &[&str]) -> Text {
    names.iter().find_map(|name| {
        let graph = ["og:", "article:", "twitter:"].iter().any(|start| name.starts_with(start));
        page.meta(name).find_map(|text| found(text, if graph { Origin::OpenGraph } else { Origin::Meta }))
    })
}

/// The text of the first element that has an `itemprop`.
fn item(page: &Page, prop: &str) -> Text {
    let items = page.items.iter().filter(|item| item.name == prop && !item.place.aside);
    items
        .map(|item| item.attr.as_deref().unwrap_or(&item.text))
        .find_map(|text| found(text, Origin::Microdata))
}

fn linked(text: Option<&String>) -> Text {
    text.and_then(|text| found(text, Origin::JsonLd))
}

/// The summary that machines get.
pub(super) fn description(evidence: &Evidence) -> Text {
    let page = evidence.page;
    let said = || evidence.said.summary.as_ref().and_then(|text| found(text, Origin::Said));
    let article = linked(evidence.facts.description.as_ref().filter(|_| evidence.facts.article));
    let text = meta(page, &["og:description", "description"])
        .or(article)
        .or_else(|| meta(page, &["twitter:description", "dc.description", "dcterms.description"]))
        .or_else(said)?;
    Some(text).filter(|text| !evidence.is_site(&text.value))
}

/// The standfirst that readers see: what is marked as one below the headline.
pub(super) fn standfirst(evidence: &Evidence) -> Text {
    let page = evidence.page;
    let said = |text: &Found<String>| text.value.split(' ').count() > 3;
    let headline = page.headings.iter().find(|spot| spot.name == "h1" && !spot.place.aside)?.at;
    let near = |spot: &&Spot| {
        !spot.place.aside
            && (headline + 1..headline + 40).contains(&spot.at)
            && spot.text.chars().count() > 20
    };
    let spots = || page.standfirsts.iter().filter(near);
    // Of boxes in boxes the innermost: the outer one may have the byline as well.
    let inner = |spot: &&Spot| {
        !spots().any(|other| other.text.len() < spot.text.len() && spot.text.starts_with(&other.text))
    };
    let of_people = |text: &str| {
        let people = evidence.facts.authors.iter().map(|author| &*author.name).chain(page.meta("author"));
        starts_with_by(text) || people.filter(|name| !name.is_empty()).any(|name| text.starts_with(name))
    };
    let marked = spots().filter(inner).find(|spot| !of_people(&spot.text));
    let marked = marked.and_then(|spot| found(spot.text.as_str(), Origin::Visible));
    // A heading below the headline that says what machines get as the summary.
    let told: Vec<String> = ["description", "og:description", "twitter:description"]
        .into_iter()
        .flat_map(|name| page.meta(name))
        .chain(evidence.facts.description.as_deref())
        .map(fold)
        .collect();
    let is_told = |spot: &&Spot| spot.name != "h1" && told.contains(&fold(&spot.text));
    let heading = || {
        let spot = page.headings.iter().filter(near).find(is_told)?;
        found(spot.text.as_str(), Origin::Visible)
    };
    let seen = marked.filter(said).or_else(heading);
    seen.or_else(|| item(page, "alternativeHeadline")).filter(said)
}

/// Where it was written, if that is stated.
pub(super) fn dateline(evidence: &Evidence) -> Text {
    let short = |text: &Found<String>| {
        text.value.chars().count() < 60 && !text.value.contains(|c: char| c.is_ascii_digit())
    };
    linked(evidence.facts.dateline.as_ref()).or_else(|| item(evidence.page, "dateline")).filter(short)
}

/// The section of the outlet.
pub(super) fn section(evidence: &Evidence) -> Text {
    const METAS: [&str; 8] = [
        "article:section",
        "og:article:section",
        "og:section",
        "parsely-section",
        "prism.section",
        "dc.subject",
        "section",
        "articlesection",
    ];
    // What systems call the section of what has none.
    const NONE: [&str; 11] = [
        "article",
        "articles",
        "front page",
        "frontpage",
        "other",
        "page",
        "post",
        "posts",
        "story",
        "uncategorised",
        "uncategorized",
    ];
    let fits = |text: &Found<String>| {
        !text.value.starts_with("http")
            && text.value.chars().count() < 60
            && !evidence.is_site(&text.value)
            && !NONE.contains(&fold(&text.value).as_str())
    };
    let said = || evidence.said.section.as_ref().and_then(|text| found(text, Origin::Said));
    // Some list all sections that it stands in, the first of which is its own.
    let first = |text: Found<String>| {
        found(text.value.split([',', ';', '|']).next().unwrap_or_default().trim(), text.origin)
    };
    let is_category =
        |spot: &&Spot| !spot.place.aside && spot.class.split(' ').any(|word| word == "category");
    let category = || found(evidence.page.tags.iter().find(is_category)?.text.as_str(), Origin::Visible);
    let section = linked(evidence.facts.section.as_ref()).and_then(first).filter(fits);
    let section = section.or_else(|| meta(evidence.page, &METAS).and_then(first).filter(fits));
    let section = section.or_else(|| item(evidence.page, "articleSection").and_then(first).filter(fits));
    section.or_else(|| category().filter(fits)).or_else(said)
}

/// Tags: of the most specific witness that has some. The section is none.
pub(super) fn tags(evidence: &Evidence, section: Option<&str>) -> Option<Found<Vec<String>>> {
    let page = evidence.page;
    let split = |texts: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        texts.take(TAGS * 8).flat_map(|text| text.split([',', ';'])).map(unescape).collect()
    };
    let is_tag = |spot: &&Spot| !spot.place.aside && !spot.class.split(' ').any(|word| word == "category");
    let linked_tags =
        page.tags.iter().filter(is_tag).map(|spot| spot.text.trim_start_matches('#').to_string()).collect();
    let witnesses: [(Vec<String>, Origin); 6] = [
        (split(&mut page.meta("article:tag").chain(page.meta("og:article:tag"))), Origin::OpenGraph),
        (evidence.facts.tags.clone(), Origin::JsonLd),
        (split(&mut page.meta("news_keywords")), Origin::Meta),
        (linked_tags, Origin::Visible),
        (evidence.said.tags.clone(), Origin::Said),
        (split(&mut page.meta("keywords").chain(page.meta("parsely-tags"))), Origin::Meta),
    ];
    witnesses.into_iter().find_map(|(tags, origin)| {
        let mut kept: Vec<String> = Vec::new();
        for tag in names_of(tags) {
            let is_section = section.is_some_and(|section| fold(section) == fold(&tag));
            let named = is_section || evidence.is_site(&tag);
            let fits = (2..=50).contains(&tag.chars().count()) && !named && !tag.contains("http");
            if fits && !kept.iter().any(|known| fold(known) == fold(&tag)) {
                kept.push(tag);
            }
        }
        kept.truncate(TAGS);
        (!kept.is_empty()).then(|| Found::new(kept, origin))
    })
}

/// Tags as readers would write them, without those that are for programs.
fn names_of(tags: Vec<String>) -> impl Iterator<Item = String> {
    // Where words are divided by spaces and by underscores, only the first are for readers; among such tags, what looks
    // like an address is for programs as well.
    let spelt = tags.iter().any(|tag| tag.contains(' ') && !tag.contains(": "));
    let has_codes = spelt && tags.iter().any(|tag| is_joined(tag, '_'));
    tags.into_iter().take(TAGS * 8).filter_map(move |tag| {
        let tag = name_of(&tag)?;
        let is_code = is_joined(&tag, '_') || has_codes && is_joined(&tag, '-');
        if is_code && spelt {
            return None;
        }
        Some(if is_code { tag.replace('_', " ").trim().to_string() } else { tag })
    })
}

/// Whether words are divided by a sign and nothing else: by `_` once, by `-` more often, as many words have one.
fn is_joined(tag: &str, sign: char) -> bool {
    !tag.contains(' ') && tag.matches(sign).count() > usize::from(sign == '-')
}

/// A tag without what says that it is one, or of which kind it is; `None` if it is of a kind that no reader knows.
fn name_of(tag: &str) -> Option<String> {
    const KINDS: [&str; 5] = ["category", "keyword", "section", "tag", "topic"];
    let tag = tag.trim_start_matches(['#', '@']);
    match tag.split_once(':') {
        Some((kind, name)) if KINDS.contains(&kind.trim().to_lowercase().as_str()) => {
            Some(name.trim().into())
        }
        // `AdNode:news`, and not `Mission:Impossible`
        Some((kind, name)) if !kind.contains(' ') && name.starts_with(char::is_lowercase) => None,
        _ => Some(tag.to_string()),
    }
}

/// The language, as declared by the most specific witness.
pub(super) fn declared_lang(page: &Page, facts: &Facts, said: &Said) -> Option<String> {
    let metas = ["content-language", "dc.language", "dcterms.language", "og:locale", "language"];
    let all = page.lang.as_deref().into_iter().chain(facts.lang.as_deref());
    all.chain(metas.iter().filter_map(|name| page.meta(name).next()))
        .chain(said.lang.as_deref())
        .find_map(tag)
}

/// The language with its origin.
pub(super) fn lang(evidence: &Evidence) -> Text {
    let page = evidence.page;
    let said = || evidence.said.lang.as_deref().and_then(tag).map(|lang| Found::new(lang, Origin::Said));
    let html = page.lang.as_deref().and_then(tag).map(|lang| Found::new(lang, Origin::Meta));
    let linked = || evidence.facts.lang.as_deref().and_then(tag).map(|lang| Found::new(lang, Origin::JsonLd));
    let metas = || {
        let names = ["content-language", "dc.language", "dcterms.language", "og:locale", "language"];
        let text = names.iter().find_map(|name| meta(page, &[name]))?;
        Some(Found::new(tag(&text.value)?, text.origin))
    };
    html.or_else(linked).or_else(metas).or_else(said)
}

/// A well-formed tag: `de`, `de-AT`, `zh-Hant-TW`.
fn tag(text: &str) -> Option<String> {
    let text = text.trim().replace('_', "-");
    let mut parts = text.split('-');
    let first = parts.next()?.to_lowercase();
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
    if !(2..=3).contains(&first.len()) || !letters(&first) {
        return None;
    }
    let rest: Option<Vec<String>> = parts
        .map(|part| match part.len() {
            2 if letters(part) => Some(part.to_uppercase()),
            3 if part.bytes().all(|b| b.is_ascii_digit()) => Some(part.to_string()),
            4 if letters(part) => Some(format!("{}{}", part[..1].to_uppercase(), part[1..].to_lowercase())),
            _ => None,
        })
        .collect();
    Some(rest.into_iter().flatten().fold(first, |tag, part| format!("{tag}-{part}")))
}

/// The lead image; a logo is none.
pub(super) fn image(evidence: &Evidence) -> Text {
    let page = evidence.page;
    let metas = meta(page, &["og:image", "og:image:url", "og:image:secure_url"]);
    let said = || evidence.said.image.as_ref().and_then(|text| found(text, Origin::Said));
    let more =
        || meta(page, &["twitter:image", "twitter:image:src", "parsely-image-url", "sailthru.image.full"]);
    let all = [metas, linked(evidence.facts.image.as_ref()), more(), item(page, "image"), said()];
    all.into_iter().flatten().find_map(|text| {
        let url = absolute(evidence, &text.value)?;
        let name = url.path().rsplit('/').next().unwrap_or_default().to_lowercase();
        let logo =
            ["logo", "placeholder", "default", "favicon", "blank."].iter().any(|word| name.contains(word));
        (!logo).then(|| Found::new(url.to_string(), text.origin))
    })
}

fn absolute(evidence: &Evidence, text: &str) -> Option<Url> {
    let url = match &evidence.url {
        Some(base) => base.join(text).ok()?,
        None => Url::parse(text).ok()?,
    };
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

/// The address that the page gives as its own; the site's front page is not that of an article.
pub(super) fn canonical(evidence: &Evidence) -> Text {
    let page = evidence.page;
    let link = page.link("canonical").map(|href| Found::new(href.to_string(), Origin::Meta));
    let facts = || linked(evidence.facts.url.as_ref().filter(|_| evidence.facts.article));
    let all = [link, meta(page, &["og:url"]), facts()];
    let own = evidence.said.url.as_deref().and_then(|text| Url::parse(text).ok()).filter(Url::has_host);
    let deep = own.as_ref().is_some_and(|own| own.path().len() > 1);
    let stated = all.into_iter().flatten().find_map(|text| {
        let mut url = absolute(evidence, &text.value)?;
        url.set_fragment(None);
        let front = url.path().len() <= 1 && url.query().is_none() && (deep || own.is_none());
        (!front).then(|| Found::new(url.to_string(), text.origin))
    });
    stated.or_else(|| own.map(|own| Found::new(own.to_string(), Origin::Said)))
}

/// The name of the site.
pub(super) fn source(evidence: &Evidence) -> Text {
    let page = evidence.page;
    let said = || evidence.said.outlet.as_ref().and_then(|text| found(text, Origin::Said));
    let fits = |text: &Found<String>| text.value.chars().count() < 80 && !text.value.starts_with("http");
    meta(page, &["og:site_name"])
        .filter(fits)
        .or_else(|| linked(evidence.facts.publisher.as_ref()).filter(fits))
        .or_else(|| {
            meta(page, &["application-name", "dc.publisher", "dcterms.publisher", "publisher", "sitename"])
                .filter(fits)
        })
        .or_else(said)
        .map(|Found { value, origin }| Found::new(without_signs(&named(evidence, value)), origin))
        .filter(|text| !text.value.is_empty())
}

/// A name without the account's sign before it, and without a slogan's gap or an address behind it.
fn without_signs(name: &str) -> String {
    let words = name.trim_start_matches('@').split_whitespace();
    let is_kept = |word: &&str| !word.contains('@');
    let words: Vec<&str> = words.filter(is_kept).collect();
    words.join(" ").trim_end_matches([' ', '-', '–', '|', ':']).to_string()
}

/// A name without the slogan behind it, where the address says that it ends there.
fn named(evidence: &Evidence, text: String) -> String {
    let cut = GAPS.iter().filter_map(|gap| text.split_once(gap)).map(|(name, _)| name.trim());
    let is_host = |name: &&str| {
        let joined: String = fold(name).chars().filter(|letter| *letter != ' ').collect();
        evidence.host.contains(&joined)
    };
    cut.min_by_key(|name| name.len()).filter(is_host).map(str::to_string).unwrap_or(text)
}

/// Who published it first, if that is another than the site.
pub(super) fn first_publisher(evidence: &Evidence) -> Text {
    linked(evidence.facts.first.as_ref())
        .filter(|text| text.value.chars().count() < 60 && !text.value.starts_with("http"))
        .filter(|text| !evidence.is_site(&text.value))
        .filter(|text| evidence.facts.publisher.as_deref().map(fold) != Some(fold(&text.value)))
}

/// Who holds the rights.
pub(super) fn rights(evidence: &Evidence) -> Text {
    const METAS: [&str; 7] = [
        "dc.rights",
        "dcterms.rights",
        "rights",
        "copyright",
        "dcterms.rightsholder",
        "rights-standard",
        "cr",
    ];
    meta(evidence.page, &METAS)
        .or_else(|| linked(evidence.facts.holder.as_ref()))
        .filter(|text| text.value.chars().count() <= 200 && !text.value.starts_with("http"))
}

/// The licence.
pub(super) fn license(evidence: &Evidence) -> Text {
    let page = evidence.page;
    let link = page.link("license").or(page.license.as_deref());
    let link =
        link.and_then(|href| absolute(evidence, href)).map(|url| Found::new(url.to_string(), Origin::Meta));
    linked(evidence.facts.license.as_ref()).or(link).or_else(|| meta(page, &["dcterms.license", "license"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags() {
        for (text, expected) in [
            ("de", Some("de")),
            ("EN_us", Some("en-US")),
            ("zh-hant-tw", Some("zh-Hant-TW")),
            ("english", None),
            ("", None),
        ] {
            assert_eq!(tag(text).as_deref(), expected, "{text}");
        }
    }
}
