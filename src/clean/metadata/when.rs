//! When an article was published and changed: each witness has a weight, those that name one day support each other.

use super::page::Spot;
use super::stamps::{self, Label, Stated};
use super::{Evidence, Found, Origin, names};
use crate::article::{Date, Precision};

/// Least weight that is believed.
const ENOUGH: f32 = 1.0;

/// The same where no other day is named.
const SOLE: f32 = 0.25;
/// Most witnesses that are heard.
const WITNESSES: usize = 120;

#[derive(Clone, Copy, Debug)]
struct Witness {
    stated: Stated,
    weight: f32,
    origin: Origin,
}

impl Witness {
    fn day(&self) -> (i16, i8, i8) {
        day(&self.stated.date)
    }

    /// How much its date says.
    fn detail(&self) -> usize {
        self.stated.date.iso().len()
    }
}

/// When it was published.
pub(super) fn published(evidence: &Evidence, title: Option<&str>) -> Option<Found<Date>> {
    let mut heard = Vec::new();
    machines(evidence, &mut heard);
    visible(evidence, title, &mut heard);
    heard.retain(|witness| is_possible(evidence, &witness.stated.date));
    heard.truncate(WITNESSES);
    exchange(&mut heard);
    let Some(best) = likeliest(&heard) else { return coarse(evidence) };
    let best = readers_day(&heard, best);
    // Of those that name the day, the one that says most.
    let same = heard.iter().filter(|w| w.day() == best.day() && w.stated.label != Label::Updated);
    let best = same.fold(best, |best, w| if w.detail() > best.detail() { w } else { best });
    Some(Found::new(best.stated.date, best.origin))
}

/// A month or a year, where machines are told no more.
fn coarse(evidence: &Evidence) -> Option<Found<Date>> {
    let linked = evidence.facts.published.as_deref().map(|text| (text, Origin::JsonLd));
    let metas =
        PUBLISHED.iter().flat_map(|(name, _, origin)| evidence.page.meta(name).map(|text| (text, *origin)));
    let said = evidence.said.date.as_deref().map(|text| (text, Origin::Said));
    linked.into_iter().chain(metas).chain(said).find_map(|(text, origin)| {
        let date = Date::parse(text).ok()?;
        let fits = date.precision() < Precision::Day && date.year() >= 1600 && is_possible(evidence, &date);
        fits.then(|| Found::new(date, origin))
    })
}

/// Day and month are exchanged where another witness says so; what may be two days counts less.
fn exchange(heard: &mut [Witness]) {
    let sure = heard.iter().filter(|w| w.stated.other.is_none()).map(Witness::day);
    let sure: Vec<_> = sure.collect();
    for witness in heard {
        if let Some(other) = witness.stated.other {
            if sure.contains(&day(&other)) {
                witness.stated.date = other;
            } else if !sure.contains(&witness.day()) {
                witness.weight *= 0.6;
            }
        }
    }
}

/// The witness whose day has the most support, if that is enough.
fn likeliest(heard: &[Witness]) -> Option<&Witness> {
    let days: Vec<i32> = heard.iter().map(|witness| number(&witness.stated.date)).collect();
    let support = |day: i32| {
        let mut total = 0.0;
        let mut seen: Vec<Origin> = Vec::new();
        for (witness, other) in heard.iter().zip(&days) {
            // Zones differ, so that a day may be the next one elsewhere.
            let near = [1.0, 0.5].get(day.abs_diff(*other) as usize).copied().unwrap_or_default();
            // A second witness of one kind says little more.
            let again = if seen.contains(&witness.origin) { 0.25 } else { 1.0 };
            if near > 0.0 {
                seen.push(witness.origin);
            }
            total += witness.weight * near * again;
        }
        total
    };
    let mut best: Option<(f32, &Witness)> = None;
    // A change is no publication, but may be on its day.
    for (witness, day) in
        heard.iter().zip(&days).filter(|(witness, _)| witness.stated.label != Label::Updated)
    {
        let score = support(*day) + witness.weight * 0.01;
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, witness));
        }
    }
    // Where all name one day, little weight is enough.
    let sole = days.windows(2).all(|pair| pair[0] == pair[1]);
    best.filter(|(score, _)| *score >= if sole { SOLE } else { ENOUGH }).map(|(_, best)| best)
}

/// A stamp in Greenwich time may lie on another day than the one that readers saw, which is the one that counts.
fn readers_day<'a>(heard: &'a [Witness], best: &'a Witness) -> &'a Witness {
    let zulu = |witness: &Witness| witness.stated.date.iso().ends_with('Z');
    if !zulu(best) || heard.iter().any(|w| w.day() == best.day() && !zulu(w)) {
        return best;
    }
    let seen = heard.iter().filter(|w| {
        w.origin == Origin::Visible
            && w.weight >= 1.5
            && w.stated.label != Label::Updated
            && !zulu(w)
            && number(&w.stated.date).abs_diff(number(&best.stated.date)) == 1
    });
    seen.max_by(|a, b| a.weight.total_cmp(&b.weight)).unwrap_or(best)
}

/// When it was changed last; never before it was published.
pub(super) fn modified(evidence: &Evidence, published: Option<&Found<Date>>) -> Option<Found<Date>> {
    const METAS: [(&str, Origin); 9] = [
        ("article:modified_time", Origin::OpenGraph),
        ("og:updated_time", Origin::OpenGraph),
        ("og:article:modified_time", Origin::OpenGraph),
        ("article:modified", Origin::OpenGraph),
        ("datemodified", Origin::Microdata),
        ("dcterms.modified", Origin::Meta),
        ("last-modified", Origin::Meta),
        ("last_updated_date", Origin::Meta),
        ("article_date_updated", Origin::Meta),
    ];
    let said = evidence.facts.modified.as_deref().map(|text| (text, Origin::JsonLd));
    let metas = METAS.iter().flat_map(|(name, origin)| evidence.page.meta(name).map(|text| (text, *origin)));
    let items = evidence.page.items.iter().filter(|item| item.name == "dateModified");
    let items = items.map(|item| (item.attr.as_deref().unwrap_or(&item.text), Origin::Microdata));
    let all = said.into_iter().chain(metas).chain(items);
    let all = all.chain(evidence.said.updated.as_deref().map(|text| (text, Origin::Said)));
    let mut dates = all.filter_map(|(text, origin)| Some((stamps::one(text, evidence.lang())?.date, origin)));
    let fits = |date: &Date| {
        is_possible(evidence, date)
            && published.is_none_or(|published| minute(date) > minute(&published.value))
    };
    let machine = dates.find(|(date, _)| fits(date));
    let seen = || {
        let spots = evidence.page.dates.iter().filter(|spot| !spot.place.aside && !spot.place.link);
        let all = spots.flat_map(|spot| stamps::all(&spot.text, evidence.lang()));
        let updated = all.filter(|stated| stated.label == Label::Updated && stated.other.is_none());
        updated.map(|stated| (stated.date, Origin::Visible)).find(|(date, _)| fits(date))
    };
    machine.or_else(seen).map(|(date, origin)| Found::new(date, origin))
}

/// `meta` elements that say when, with their weight.
const PUBLISHED: [(&str, f32, Origin); 33] = [
    ("article:published_time", 3.0, Origin::OpenGraph),
    ("og:article:published_time", 3.0, Origin::OpenGraph),
    ("article:published", 3.0, Origin::OpenGraph),
    ("og:published_time", 3.0, Origin::OpenGraph),
    ("og:pubdate", 2.6, Origin::OpenGraph),
    ("datepublished", 2.8, Origin::Microdata),
    ("date", 2.2, Origin::Meta),
    ("dc.date", 2.2, Origin::Meta),
    ("dc.date.issued", 2.6, Origin::Meta),
    ("dcterms.date", 2.2, Origin::Meta),
    ("dcterms.created", 2.2, Origin::Meta),
    ("dcterms.issued", 2.6, Origin::Meta),
    ("dc.date.created", 2.2, Origin::Meta),
    ("dc.created", 2.0, Origin::Meta),
    ("datecreated", 1.8, Origin::Microdata),
    ("pubdate", 2.6, Origin::Meta),
    ("pub_date", 2.6, Origin::Meta),
    ("publish_date", 2.6, Origin::Meta),
    ("publish-date", 2.6, Origin::Meta),
    ("publishdate", 2.6, Origin::Meta),
    ("publication_date", 2.6, Origin::Meta),
    ("published_at", 2.6, Origin::Meta),
    ("published", 2.6, Origin::Meta),
    ("published_date", 2.6, Origin::Meta),
    ("article_date_original", 2.6, Origin::Meta),
    ("sailthru.date", 2.4, Origin::Meta),
    ("parsely-pub-date", 2.6, Origin::Meta),
    ("cxenseparse:recs:publishtime", 2.6, Origin::Meta),
    ("cxenseparse:publishtime", 2.6, Origin::Meta),
    ("citation_publication_date", 2.6, Origin::Meta),
    ("citation_date", 2.4, Origin::Meta),
    ("article.published", 2.6, Origin::Meta),
    ("created", 1.6, Origin::Meta),
];

/// What machines are told.
fn machines(evidence: &Evidence, heard: &mut Vec<Witness>) {
    let mut hear = |text: &str, weight: f32, origin: Origin| {
        if let Some(stated) = stamps::one(text, evidence.lang())
            && stated.date.precision() >= Precision::Day
        {
            heard.push(Witness { stated, weight, origin });
        }
    };
    if let Some(text) = &evidence.facts.published {
        hear(text, if evidence.facts.article { 3.2 } else { 1.8 }, Origin::JsonLd);
    }
    for (name, weight, origin) in PUBLISHED {
        evidence.page.meta(name).take(2).for_each(|text| hear(text, weight, origin));
    }
    for item in evidence.page.items.iter().filter(|item| item.name == "datePublished") {
        hear(
            item.attr.as_deref().unwrap_or(&item.text),
            if item.place.aside { 0.6 } else { 2.6 },
            Origin::Microdata,
        );
    }
    if let Some(text) = &evidence.said.date {
        hear(text, 3.0, Origin::Said);
    }
    if let Some(date) = evidence.url.as_ref().and_then(|url| in_path(url.path())) {
        hear(&date, 2.2, Origin::Url);
    }
}

/// A day in a path: `/2019/07/21/`, `/2019-07-21-`, `/20190721/`.
fn in_path(path: &str) -> Option<String> {
    let numbers: Vec<&str> = path.split(|c: char| !c.is_ascii_digit()).collect();
    let is_day = |y: &str, m: &str, d: &str| {
        let fits = y.len() == 4 && (1..=2).contains(&m.len()) && (1..=2).contains(&d.len());
        let year = y.parse::<u16>().ok().filter(|year| fits && (1800..2200).contains(year))?;
        let (month, day): (u8, u8) = (m.parse().ok()?, d.parse().ok()?);
        Date::parse(&format!("{year}-{month:02}-{day:02}")).ok().map(|date| date.iso())
    };
    let split =
        numbers.windows(3).find_map(|w| is_day(w[0], w[1], w[2]).or_else(|| is_day(w[2], w[1], w[0])));
    let parts: Vec<&str> = path.split('/').collect();
    let split = split.or_else(|| {
        parts
            .windows(3)
            .find_map(|w| is_day(w[0], &super::months::month(&w[1].to_lowercase(), None)?.to_string(), w[2]))
    });
    split.or_else(|| {
        let eight = |n: &&&str| n.len() == 8 && (n.starts_with("19") || n.starts_with("20"));
        numbers.iter().filter(eight).find_map(|n| is_day(&n[..4], &n[4..6], &n[6..]))
    })
}

/// What readers see. What stands by the headline counts most.
fn visible(evidence: &Evidence, title: Option<&str>, heard: &mut Vec<Witness>) {
    let folded = title.map(names::fold);
    let here = evidence.page.headings.iter().find(|spot| folded.as_deref() == Some(&names::fold(&spot.text)));
    for spot in &evidence.page.dates {
        let found = match &spot.attr {
            Some(attr) => stamps::one(attr, evidence.lang()).into_iter().collect(),
            None => Vec::new(),
        };
        let from_text = stamps::all(&spot.text, evidence.lang());
        let label = from_text.first().map_or_else(|| bare_label(&spot.text), |stated| stated.label);
        let mut found: Vec<Stated> = found.into_iter().map(|stated| Stated { label, ..stated }).collect();
        found.extend(from_text);
        for stated in found {
            let weight = seen_weight(spot, &stated, here);
            if weight > 0.0 && stated.date.precision() >= Precision::Day {
                heard.push(Witness { stated, weight, origin: Origin::Visible });
            }
        }
    }
}

fn bare_label(text: &str) -> Label {
    // `Updated 3 hours ago`: the stamp beside it is no date of publication.
    let stated =
        stamps::all(&format!("{} 2000-01-01", text.split_whitespace().next().unwrap_or_default()), None);
    stated.first().map_or(Label::None, |stated| stated.label)
}

fn seen_weight(spot: &Spot, stated: &Stated, headline: Option<&Spot>) -> f32 {
    let mut weight = match spot.name.as_str() {
        "time" => 1.4,
        "" => 0.7,
        _ => 1.1,
    };
    if ["publi", "posted", "entry-date", "pubdate", "created"].iter().any(|hint| spot.class.contains(hint)) {
        weight += 0.5;
    }
    // `entry-date updated` is what many themes call the only date.
    let is_entry = spot.class.split(' ').any(|class| class.ends_with("-date") || class == "published");
    let updated =
        spot.class.contains("updat") && !(is_entry && spot.class.split(' ').any(|class| class == "updated"));
    if updated || spot.class.contains("modif") {
        weight -= 0.8;
    }
    weight += match stated.label {
        Label::Published => 0.7,
        Label::Updated => -0.9,
        Label::Other => -2.0,
        Label::None => 0.0,
    };
    if let Some(headline) = headline {
        let (below, above) = (spot.at.saturating_sub(headline.at), headline.at.saturating_sub(spot.at));
        weight += match (below, above) {
            (1..=25, _) => 0.9,
            (26..=70, _) | (_, 1..=20) => 0.5,
            (71..=200, _) => 0.0,
            _ => -0.4,
        };
    }
    // A date within a sentence is what it tells of.
    weight -= match stated.rest {
        0..=40 => 0.0,
        41..=70 => 0.3,
        _ => 0.8,
    };
    weight -= if spot.place.aside { 1.4 } else { 0.0 };
    weight -= if spot.place.link { 0.6 } else { 0.0 };
    weight + if spot.place.main { 0.1 } else { 0.0 }
}

fn is_possible(evidence: &Evidence, date: &Date) -> bool {
    evidence.latest.is_none_or(|latest| day(date) <= day(&latest))
}

fn day(date: &Date) -> (i16, i8, i8) {
    (date.year(), date.month().unwrap_or(0), date.day().unwrap_or(0))
}

/// The day as a number.
fn number(date: &Date) -> i32 {
    let (year, month, day) = day(date);
    jiff::civil::Date::new(year, month.max(1), day.max(1))
        .map_or(0, |date| date.since(jiff::civil::date(1, 1, 1)).map_or(0, |span| span.get_days()))
}

/// The minute of a date: many systems note the second at which they stored what they had just published.
fn minute(date: &Date) -> i64 {
    date.instant(&jiff::tz::TimeZone::UTC).as_second().div_euclid(60)
}
