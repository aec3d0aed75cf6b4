//! The headline: what readers see above the story and machines are told, without the name of the site.

use super::names::fold;
use super::page::Spot;
use super::{Evidence, Found, Origin};

/// What stands between a headline and the name of the site.
pub(super) const GAPS: [&str; 10] = [" | ", " - ", " – ", " — ", " :: ", " » ", " · ", " • ", " / ", " « "];

/// Finds the headline.
pub(super) fn find(evidence: &Evidence) -> Option<Found<String>> {
    let told = told(evidence);
    let folded: Vec<String> = told.iter().map(|(text, _)| fold(text)).collect();
    let mut best: Option<(f32, &Spot)> = None;
    let mut firsts = 0;
    for spot in &evidence.page.headings {
        let mut score = score(evidence, spot, &folded);
        if spot.name == "h1" && !spot.place.aside {
            firsts += 1;
            score += if firsts == 1 { 0.6 } else { 0.0 };
        }
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, spot));
        }
    }
    // A few words that nobody repeats are the heading of a section.
    let strange = |spot: &Spot| {
        let heading = fold(&spot.text);
        words(&heading) <= 3
            && folded.first().is_some_and(|told| words(told) >= 4)
            && folded.iter().all(|told| alike(&heading, told) <= 0.0 && !told.contains(&heading))
    };
    if let Some((_, spot)) = best.filter(|(score, spot)| *score >= 2.0 && !strange(spot)) {
        return Some(Found::new(without_kicker(evidence, &spot.text, &told), Origin::Visible));
    }
    told.into_iter().next().map(|(text, origin)| Found::new(text, origin))
}

/// A heading without the line above the headline or the remark behind it that stand in the same element: machines are
/// told the rest.
fn without_kicker(evidence: &Evidence, text: &str, told: &[(String, Origin)]) -> String {
    let text = without_site(evidence, text);
    let folded = fold(&text);
    let same = told.iter().any(|(told, _)| fold(told) == folded);
    let part = told.iter().filter(|(_, origin)| *origin != Origin::Meta).find(|(told, _)| {
        let told = fold(told);
        let before = folded.strip_suffix(&told).is_some_and(|rest| rest.len() < told.len());
        // Behind it stands a remark in brackets or a date, or else it is the machines' headline that is short.
        let remark = |c: char| c.is_ascii_digit() || matches!(c, '(' | '[' | '|' | '•');
        let behind = folded.starts_with(&told)
            && text.get(told_len(&text, &told)..).is_some_and(|rest| rest.trim_start().starts_with(remark));
        words(&told) >= 3 && (before || behind)
    });
    part.filter(|_| !same).map_or(text, |(told, _)| told.clone())
}

/// Where a folded beginning ends in a text.
fn told_len(text: &str, told: &str) -> usize {
    let count = told.chars().filter(|c| c.is_alphanumeric()).count();
    let mut letters = text.char_indices().filter(|(_, c)| c.is_alphanumeric());
    letters.nth(count.saturating_sub(1)).map_or(text.len(), |(at, c)| at + c.len_utf8())
}

/// What machines are told, the most trusted first.
fn told(evidence: &Evidence) -> Vec<(String, Origin)> {
    let page = evidence.page;
    let mut told: Vec<(String, Origin)> = Vec::new();
    let mut add = |text: &str, origin| {
        let text = without_site(evidence, &super::linked::unescape(text));
        if !text.is_empty() && !evidence.is_site(&text) {
            told.push((text, origin));
        }
    };
    if evidence.facts.article {
        evidence.facts.headline.iter().for_each(|text| add(text, Origin::JsonLd));
    }
    page.meta("og:title").take(2).for_each(|text| add(text, Origin::OpenGraph));
    for item in page.items.iter().filter(|item| item.name == "headline").take(3) {
        add(item.attr.as_deref().unwrap_or(&item.text), Origin::Microdata);
    }
    page.meta("twitter:title").take(2).for_each(|text| add(text, Origin::OpenGraph));
    for name in [
        "dc.title",
        "dcterms.title",
        "parsely-title",
        "sailthru.title",
        "citation_title",
        "title",
        "headline",
    ] {
        page.meta(name).take(2).for_each(|text| add(text, Origin::Meta));
    }
    page.title.iter().for_each(|text| add(text, Origin::Meta));
    evidence.said.title.iter().for_each(|text| add(text, Origin::Said));
    told
}

/// How likely a heading is the headline.
fn score(evidence: &Evidence, spot: &Spot, told: &[String]) -> f32 {
    let folded = fold(&spot.text);
    if folded.is_empty() || evidence.is_site(&spot.text) {
        return -1.0;
    }
    let mut score = match spot.name.as_str() {
        "h1" => 2.0,
        "h2" => 0.6,
        _ => 0.2,
    };
    let agreed = told.iter().map(|told| alike(&folded, told)).fold(0.0, f32::max);
    score += 2.5 * agreed;
    // The whole of it stands in `title`.
    if evidence.page.title.as_deref().is_some_and(|title| fold(title).contains(&folded))
        && folded.contains(' ')
    {
        score += 0.5;
    }
    score -= if spot.place.home { 1.6 } else { 0.0 };
    // `Headline | Example News`: what stands last is the name of the site.
    let title = evidence.page.title.as_deref().unwrap_or_default();
    if let Some((_, tail)) =
        GAPS.iter().filter_map(|gap| title.rsplit_once(gap)).min_by_key(|(_, tail)| tail.len())
        && fold(tail) == folded
    {
        score -= 1.5;
    }
    score += if spot.place.main { 0.2 } else { 0.0 };
    score -= if spot.place.aside { 1.2 } else { 0.0 };
    score -= if spot.place.link { 0.4 } else { 0.0 };
    score
}

/// Shared words of two folded texts, as a part of the words of the longer.
fn alike(a: &str, b: &str) -> f32 {
    if a == b {
        return 1.0;
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    let shared = a.iter().filter(|word| b.contains(word)).count();
    #[expect(clippy::cast_precision_loss, reason = "headlines are short")]
    let part = shared.min(b.len()) as f32 / a.len().max(b.len()) as f32;
    part
}

/// A title without the name of the site and of its sections: the part that a heading repeats, else what is left
/// when names of the site are taken away.
fn without_site(evidence: &Evidence, text: &str) -> String {
    let text = tidy(text);
    let folded = fold(&text);
    let headings =
        evidence.page.headings.iter().filter(|spot| spot.name == "h1" && !evidence.is_site(&spot.text));
    if headings.clone().any(|spot| fold(&spot.text) == folded) {
        return text;
    }
    for heading in headings {
        let heading_folded = fold(&heading.text);
        if heading_folded.split(' ').count() > 2 && folded.starts_with(&heading_folded) {
            return tidy(&heading.text);
        }
    }
    let mut text = text;
    loop {
        let cut = GAPS.iter().filter_map(|gap| Some((text.rfind(gap)?, *gap))).max_by_key(|(at, _)| *at);
        if let Some((at, gap)) = cut {
            let (head, tail) = (&text[..at], &text[at + gap.len()..]);
            let tail_is_site = evidence.is_site(tail) || is_like_host(evidence, tail);
            if tail_is_site || (gap == " | " && words(tail) <= 3 && words(head) > words(tail)) {
                text = head.trim().to_string();
                continue;
            }
            let first = GAPS.iter().filter_map(|gap| Some((text.find(gap)?, *gap))).min_by_key(|(at, _)| *at);
            if let Some((at, gap)) = first
                && (evidence.is_site(&text[..at]) || is_like_host(evidence, &text[..at]))
            {
                text = text[at + gap.len()..].trim().to_string();
                continue;
            }
        }
        return text;
    }
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Whether all that the host is called stands in a short text: `Example News Online` at `examplenews.org`.
fn is_like_host(evidence: &Evidence, text: &str) -> bool {
    let folded = fold(text);
    let joined: String = folded.chars().filter(|c| *c != ' ').collect();
    (words(text) <= 5 && evidence.host.iter().any(|label| joined.contains(label)))
        || (words(text) <= 6
            && evidence.site.iter().any(|name| name.len() > 3 && folded.contains(name.as_str())))
}

fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
