//! Who wrote it: each witness names a set of people; those that agree support each other.

use super::names::{self, fold};
use super::page::Spot;
use super::{Evidence, Found, Origin};

/// Least weight that is believed.
const ENOUGH: f32 = 0.8;
/// Most witnesses that are heard.
const WITNESSES: usize = 100;
/// Most names that a witness has.
const NAMES: usize = 30;

#[derive(Debug)]
struct Witness {
    names: Vec<String>,
    /// The same in small letters, for comparing.
    folded: Vec<String>,
    weight: f32,
    origin: Origin,
}

/// The authors, and the agency if one is said to be the author.
pub(super) fn find(evidence: &Evidence) -> (Option<Found<Vec<String>>>, Option<Found<String>>) {
    let agency = evidence.facts.authors.iter().find(|author| {
        author.organisation && !names::is_person(&author.name) && !evidence.is_site(&author.name)
    });
    let agency = agency.map(|author| Found::new(author.name.clone(), Origin::JsonLd));
    // Who has a site of their own name.
    let persons =
        evidence.facts.authors.iter().filter(|author| author.person && names::is_person(&author.name));
    let persons: Vec<String> = persons.map(|author| fold(&author.name)).collect();
    let mut heard = machines(evidence);
    heard.extend(visible(evidence));
    for witness in &mut heard {
        // An account beside the names of people is one of theirs.
        if witness.names.iter().any(|name| names::is_person(name)) {
            witness.names.retain(|name| name.contains(' ') || !name.starts_with(char::is_lowercase));
        }
    }
    for witness in &mut heard {
        witness.names.retain(|name| persons.contains(&fold(name)) || !evidence.is_site(name));
        if !witness.names.iter().any(|name| names::is_person(name)) {
            witness.weight *= 0.5;
        }
    }
    heard.retain(|witness| !witness.names.is_empty() && witness.weight > 0.0);
    heard.truncate(WITNESSES);
    for witness in &mut heard {
        witness.names.truncate(NAMES);
        witness.folded = witness.names.iter().map(|name| fold(name)).collect();
    }
    let mut best: Option<(f32, &Witness)> = None;
    for witness in &heard {
        let mut origins: Vec<Origin> = Vec::new();
        let mut score = 0.0;
        for other in &heard {
            let shared = agreement(&witness.folded, &other.folded);
            if shared > 0.0 {
                let again = if origins.contains(&other.origin) { 0.3 } else { 1.0 };
                origins.push(other.origin);
                score += other.weight * shared * again;
            }
        }
        score += witness.weight * 0.05;
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, witness));
        }
    }
    let best = best.filter(|(score, _)| *score >= ENOUGH).map(|(_, best)| best);
    (best.map(|best| Found::new(best.names.clone(), best.origin)), agency)
}

/// Shared names as a part of all of both.
fn agreement(a: &[String], b: &[String]) -> f32 {
    let shared = a.iter().filter(|name| b.contains(name)).count();
    #[expect(clippy::cast_precision_loss, reason = "names are few")]
    let part = shared as f32 / (a.len() + b.len() - shared).max(1) as f32;
    part
}

fn machines(evidence: &Evidence) -> Vec<Witness> {
    const METAS: [(&str, f32, Origin); 17] = [
        ("author", 2.0, Origin::Meta),
        ("article:author", 1.8, Origin::OpenGraph),
        ("article:author_name", 2.0, Origin::OpenGraph),
        ("og:author", 1.8, Origin::OpenGraph),
        ("dc.creator", 1.8, Origin::Meta),
        ("dcterms.creator", 1.8, Origin::Meta),
        ("dc.creator.author", 1.8, Origin::Meta),
        ("byl", 2.0, Origin::Meta),
        ("byline", 2.0, Origin::Meta),
        ("parsely-author", 2.0, Origin::Meta),
        ("sailthru.author", 1.8, Origin::Meta),
        ("sailthru.byline_name", 1.6, Origin::Meta),
        ("cxenseparse:author", 2.0, Origin::Meta),
        ("article_author", 2.0, Origin::Meta),
        ("citation_author", 2.0, Origin::Meta),
        ("authors", 1.8, Origin::Meta),
        ("content-creator", 1.6, Origin::Meta),
    ];
    let mut heard = Vec::new();
    let mut linked: Vec<String> = Vec::new();
    for author in
        evidence.facts.authors.iter().filter(|author| !author.organisation || names::is_person(&author.name))
    {
        linked.extend(names::split(&author.name));
    }
    linked.dedup();
    linked.truncate(NAMES);
    heard.push(Witness {
        names: linked,
        folded: Vec::new(),
        weight: if evidence.facts.article { 2.4 } else { 1.4 },
        origin: Origin::JsonLd,
    });
    for (name, weight, origin) in METAS {
        let mut found: Vec<String> = Vec::new();
        for text in evidence.page.meta(name).take(NAMES) {
            for name in names::split(&super::linked::unescape(text)) {
                if !found.contains(&name) {
                    found.push(name);
                }
            }
        }
        heard.push(Witness { names: found, folded: Vec::new(), weight, origin });
    }
    // `Written by`, then the name.
    for at in 1..4 {
        let label = format!("twitter:label{at}");
        let data = format!("twitter:data{at}");
        if evidence.page.meta(&label).any(names::starts_with_by_alone)
            && let Some(text) = evidence.page.meta(&data).next()
        {
            heard.push(Witness {
                names: names::split(text),
                folded: Vec::new(),
                weight: 1.8,
                origin: Origin::OpenGraph,
            });
        }
    }
    if !evidence.said.authors.is_empty() {
        let names = evidence.said.authors.iter().flat_map(|text| names::split(text)).collect();
        heard.push(Witness { names, folded: Vec::new(), weight: 2.6, origin: Origin::Said });
    }
    heard
}

/// What readers see: microdata and bylines by the headline.
fn visible(evidence: &Evidence) -> Vec<Witness> {
    let headline =
        evidence.page.headings.iter().find(|spot| spot.name == "h1" && !spot.place.aside).map(|spot| spot.at);
    let spots = evidence.page.bylines.iter();
    let mut heard: Vec<Witness> = spots.map(|spot| byline(spot, headline)).collect();
    heard.extend(side_by_side(evidence, headline, &heard));
    heard.extend(beside_dates(evidence, headline));
    let items = evidence.page.items.iter().filter(|item| item.name.contains("author") && !item.place.aside);
    let mut marked: Vec<String> = Vec::new();
    for item in items {
        for name in
            names::split(item.attr.as_deref().filter(|text| !text.contains("http")).unwrap_or(&item.text))
        {
            if !marked
                .iter()
                .any(|known| fold(known).contains(&fold(&name)) || fold(&name).contains(&fold(known)))
            {
                marked.push(name);
            }
        }
    }
    heard.push(Witness { names: marked, folded: Vec::new(), weight: 1.6, origin: Origin::Microdata });
    heard
}

/// Authors that have an element each, one beside the other below the headline.
fn side_by_side(evidence: &Evidence, headline: Option<usize>, heard: &[Witness]) -> Option<Witness> {
    let headline = headline?;
    let spots = evidence.page.bylines.iter().zip(heard).filter(|(spot, witness)| {
        !spot.place.aside
            && spot.at > headline
            && spot.at < headline + 80
            && witness.names.iter().any(|n| names::is_person(n))
    });
    let (mut found, mut last, mut weight, mut most) = (Vec::new(), None, 0.0_f32, 0);
    for (spot, witness) in spots {
        if last.is_some_and(|last| spot.at > last + 8) {
            break;
        }
        last = Some(spot.at);
        weight = weight.max(witness.weight);
        most = most.max(witness.names.len());
        for name in witness.names.iter().filter(|name| names::is_person(name)) {
            if !found.contains(name) {
                found.push(name.clone());
            }
        }
    }
    (found.len() > most).then(|| Witness {
        names: found,
        folded: Vec::new(),
        weight: weight + 0.3,
        origin: Origin::Visible,
    })
}

/// `3 May 2019 | Jane Doe`: names in lines by the headline that hold a date.
fn beside_dates(evidence: &Evidence, headline: Option<usize>) -> Vec<Witness> {
    let near = |spot: &&Spot| {
        headline.is_some_and(|at| spot.at.abs_diff(at) <= 15) && !spot.place.aside && !spot.place.link
    };
    let lines = evidence.page.dates.iter().filter(near).filter(|spot| spot.text.len() < 100);
    let parts = lines
        .flat_map(|spot| spot.text.split(['|', '•', '·', '–', '—', '\n']).flat_map(|part| part.split(" - ")));
    let names = parts.filter_map(names::clean).filter(|name| names::is_person(name));
    names
        .map(|name| Witness { names: vec![name], folded: Vec::new(), weight: 0.8, origin: Origin::Visible })
        .collect()
}

fn byline(spot: &Spot, headline: Option<usize>) -> Witness {
    let by = names::starts_with_by(&spot.text);
    let mut people: Vec<String> = Vec::new();
    for name in spot.linked.iter().flat_map(|text| names::split(text)).filter(|name| names::is_person(name)) {
        if !people.contains(&name) {
            people.push(name);
        }
    }
    let all = names::split(&spot.text);
    let persons: Vec<String> = all.iter().filter(|name| names::is_person(name)).cloned().collect();
    let found = if !people.is_empty() {
        people
    } else if persons.is_empty() {
        all
    } else {
        persons
    };
    let mut weight: f32 = if spot.name.is_empty() { 0.5 } else { 0.9 };
    weight += if by { 0.6 } else { 0.0 };
    weight += if spot.class.contains("byline") || spot.class.split(' ').any(|word| word == "author") {
        0.2
    } else {
        0.0
    };
    if let Some(headline) = headline {
        let below = spot.at.saturating_sub(headline);
        weight += match below {
            1..=30 => 0.6,
            31..=80 => 0.3,
            _ => -0.1,
        };
    }
    weight -= if spot.place.aside { 1.0 } else { 0.0 };
    weight -= if spot.text.len() > 120 { 0.5 } else { 0.0 };
    Witness { names: found, folded: Vec::new(), weight, origin: Origin::Visible }
}
