//! What an article's file says of it, where the cleaner found nothing; and what the user says, who knows best.

use super::Wish;
use super::dates::moment;
use crate::article::{Article, Date, Kind};
use crate::clean;
use crate::raw::{Input, RawArticle, Said};
use crate::yaml::{Kind as Scalar, Node};

/// Longest name, heading or summary that is believed to be one, in characters.
const NAME: usize = 100;
const TITLE: usize = 400;
/// Most names of a kind.
const NAMES: usize = 200;
const SUMMARY: usize = 1000;

/// What is said of an article and was not understood: what it is about, as front matter calls it, and the words.
pub(super) type Unheard = Vec<(&'static str, String)>;

/// Adds what is said of an article; gives what of it could not be, and nobody else says.
pub(super) fn add(article: &mut Article, said: &Said, wish: &Wish) -> Unheard {
    let text = |text: &Option<String>, most| text.as_deref().and_then(|text| line(text, most));
    article.title = article.title.take().or_else(|| text(&said.title, TITLE));
    if article.description.is_none() && article.subtitle.is_none() {
        article.description = text(&said.summary, SUMMARY);
    }
    let date = |text: &Option<String>| {
        let text = text.as_deref()?;
        moment(text).or_else(|| clean::date(text))
    };
    article.date = better(article.date, date(&said.date));
    if article.updated.is_none() {
        article.updated = date(&said.updated)
            .filter(|updated| article.date.is_none_or(|date| updated.civil() > date.civil()));
    }
    terms(article, "authors", &said.authors);
    terms(article, "tags", &said.tags);
    terms(article, "sections", said.section.as_slice());
    match &wish.outlet {
        Some(outlet) => article.terms.insert("sources", vec![outlet.clone()]),
        None => terms(article, "sources", said.outlet.as_deref().map(outlet).as_slice()),
    }
    article.lang =
        wish.lang.clone().or_else(|| article.lang.take()).or_else(|| said.lang.as_deref().and_then(language));
    if article.image.is_none() {
        article.image = said.image.clone().filter(|image| is_address(image));
    }
    let provenance = &mut article.provenance;
    provenance.original_url =
        provenance.original_url.take().or_else(|| said.url.clone().filter(|url| is_address(url)));
    provenance.retrieved = provenance.retrieved.or_else(|| date(&said.retrieved));
    if said.excerpt {
        article.extra.push(("excerpt".to_string(), Node::Scalar(Scalar::Bool, "true".to_string())));
    }
    if said.page {
        article.kind = Kind::Page;
    }
    article.seldom.settle();
    unheard(article, said)
}

fn unheard(article: &Article, said: &Said) -> Unheard {
    let provenance = &article.provenance;
    let all = [
        ("date", &said.date, article.date.is_some()),
        // It may be the date of publication, or before it.
        (
            "updated",
            &said.updated,
            article.updated.is_some() || said.updated.as_deref().and_then(moment).is_some(),
        ),
        ("url", &said.url, provenance.original_url.is_some()),
        ("image", &said.image, article.image.is_some()),
    ];
    // Zeros stand for what is unknown.
    let says = |text: &str| text.contains(|letter: char| letter.is_alphanumeric() && letter != '0');
    let lost = all.into_iter().filter(|(.., known)| !known);
    lost.filter_map(|(name, text, _)| Some((name, text.clone().filter(|text| says(text))?))).collect()
}

/// Adds the language that an article's own words tell, if nobody states one and it is not the site's: an article that
/// names none is taken to be in that.
pub(super) fn add_language(article: &mut Article, text: &str, site: &str) {
    if article.lang.is_none() {
        let primary = site.split('-').next().unwrap_or(site).to_lowercase();
        // Norwegian has a name for all of it, and one for each way to write it.
        let primary = if primary == "no" { "nb" } else { &primary };
        // What the site is in must be among what can be told, or its articles would be taken for their neighbours'.
        let tells = clean::language::tells(primary);
        let found = clean::language::of(text).filter(|tag| tells && *tag != primary);
        article.lang = found.map(str::to_string);
    }
}

/// Whose records a record is compared with: its outlet's, or where that is not said, those of the same host, or else
/// those of the same file or folder.
pub(super) fn published_by(raw: &RawArticle, input: &Input, wish: &Wish) -> String {
    let said = || raw.said.outlet.as_deref().map(outlet);
    let host = || raw.said.url.as_deref().filter(|url| is_address(url)).map(outlet);
    let named = wish.outlet.clone().or_else(said).or_else(host).map(|name| name.trim().to_lowercase());
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| {
        let folder = || input.file.rsplit_once('/').map_or("", |(folder, _)| folder);
        // No outlet begins so.
        format!("/{}", if raw.record(input).is_some() { &input.file } else { folder() })
    })
}

/// Whether an article is known to be but a part of one.
pub(super) fn is_excerpt(article: &Article) -> bool {
    article.extra.iter().any(|(key, _)| key == "excerpt")
}

/// The date that was found, or the one that is said if that is the same day and tells the time.
fn better(found: Option<Date>, said: Option<Date>) -> Option<Date> {
    let same_day = |a: Date, b: Date| (a.year(), a.month(), a.day()) == (b.year(), b.month(), b.day());
    match (found, said) {
        (Some(found), Some(said))
            if found.time().is_none() && said.time().is_some() && same_day(found, said) =>
        {
            Some(said)
        }
        (found, said) => found.or(said),
    }
}

fn terms(article: &mut Article, key: &str, names: &[String]) {
    if article.terms.get(key).is_some_and(|known| !known.is_empty()) {
        return;
    }
    let mut clean: Vec<String> = Vec::new();
    for name in names.iter().filter_map(|name| line(name, NAME)).take(NAMES) {
        if !clean.contains(&name) {
            clean.push(name);
        }
    }
    if !clean.is_empty() {
        article.terms.insert(key, clean);
    }
}

/// A text as one line; none if it is empty or longer than such a thing is.
fn line(text: &str, most: usize) -> Option<String> {
    let text = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let text = text.collect::<Vec<_>>().join(" ");
    (!text.is_empty() && text.chars().count() <= most).then_some(text)
}

/// The name of an outlet; of an address, its host.
pub(super) fn outlet(said: &str) -> String {
    let host = url::Url::parse(said).ok().and_then(|url| url.host_str().map(str::to_string));
    host.map_or_else(|| said.to_string(), |host| host.trim_start_matches("www.").to_string())
}

pub(super) fn is_address(text: &str) -> bool {
    url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some())
}

/// A language tag, as dumps write it or as its English name.
pub fn language(said: &str) -> Option<String> {
    const NAMES: [(&str, &str); 14] = [
        ("english", "en"),
        ("german", "de"),
        ("french", "fr"),
        ("spanish", "es"),
        ("portuguese", "pt"),
        ("italian", "it"),
        ("dutch", "nl"),
        ("russian", "ru"),
        ("ukrainian", "uk"),
        ("polish", "pl"),
        ("arabic", "ar"),
        ("chinese", "zh"),
        ("japanese", "ja"),
        ("turkish", "tr"),
    ];
    let said = said.trim().replace('_', "-");
    if let Some((_, tag)) = NAMES.iter().find(|(name, _)| said.eq_ignore_ascii_case(name)) {
        return Some((*tag).to_string());
    }
    let mut parts = said.split('-');
    let first = parts.next().filter(|part| (2..=3).contains(&part.len()))?;
    let fits =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (first.bytes().all(|byte| byte.is_ascii_alphabetic()) && parts.all(fits)).then(|| {
        match said.split_once('-') {
            Some((language, region)) if region.len() == 2 => {
                format!("{}-{}", language.to_lowercase(), region.to_uppercase())
            }
            Some((language, rest)) => format!("{}-{rest}", language.to_lowercase()),
            None => said.to_lowercase(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_the_language_where_nobody_states_one() {
        let text = "Die Fähre, die heute früh den Hafen verließ, kam vor dem Mittag zurück, weil niemand der Mannschaft gesagt hatte, dass die Insel verlegt worden war. ".repeat(4);
        let found = |stated: Option<&str>, site: &str| {
            let mut article = Article { lang: stated.map(Into::into), ..Article::default() };
            add_language(&mut article, &text, site);
            article.lang
        };
        assert_eq!(found(None, "en").as_deref(), Some("de"));
        assert_eq!(found(None, "de-AT"), None);
        assert_eq!(found(Some("nds"), "en").as_deref(), Some("nds"));
    }

    #[test]
    fn languages_are_tags() {
        for (said, tag) in [
            ("en", "en"),
            ("en_US", "en-US"),
            ("German", "de"),
            ("zh-Hans", "zh-Hans"),
            ("PT-br", "pt-BR"),
            ("unknown", ""),
            ("", ""),
            ("e n", ""),
        ] {
            assert_eq!(language(said).unwrap_or_default(), tag, "{said}");
        }
    }
}
