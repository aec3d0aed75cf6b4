//! Dates as feeds, dumps and exports write them → [`Date`]. What could mean two days means none.

use crate::article::Date;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// English names, as the formats have them whatever the language of the articles.
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Names of offsets in RFC 822, and those that European feeds use.
const ZONES: [(&str, &str); 16] = [
    ("gmt", "Z"),
    ("ut", "Z"),
    ("utc", "Z"),
    ("z", "Z"),
    ("est", "-05:00"),
    ("edt", "-04:00"),
    ("cst", "-06:00"),
    ("cdt", "-05:00"),
    ("mst", "-07:00"),
    ("mdt", "-06:00"),
    ("pst", "-08:00"),
    ("pdt", "-07:00"),
    ("cet", "+01:00"),
    ("cest", "+02:00"),
    ("msk", "+03:00"),
    ("bst", "+01:00"),
];
/// Years of news; what lies outside of them stands for "unknown" in a dump.
const YEARS: std::ops::RangeInclusive<i16> = 1500..=2200;

/// Reads a date.
pub(super) fn moment(text: &str) -> Option<Date> {
    let text = text.trim();
    let date = Date::parse(text).ok().or_else(|| digits(text)).or_else(|| spelt(text))?;
    Some(date).filter(|date| YEARS.contains(&date.year()))
}

/// `20151016`, `20151016142000`, or seconds or milliseconds since 1970.
fn digits(text: &str) -> Option<Date> {
    let number = text.split('.').next()?;
    let rest = text[number.len()..].trim_start_matches('.');
    if !number.bytes().chain(rest.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| &number[from..to];
    match number.len() {
        8 => Date::parse(&format!("{}-{}-{}", part(0, 4), part(4, 6), part(6, 8))).ok(),
        14 => {
            let time = format!("{}:{}:{}", part(8, 10), part(10, 12), part(12, 14));
            Date::parse(&format!("{}-{}-{}T{time}", part(0, 4), part(4, 6), part(6, 8))).ok()
        }
        9..=13 => {
            let number: i64 = number.parse().ok()?;
            let seconds = if number >= 100_000_000_000 { number / 1000 } else { number };
            Some(Date::at(Timestamp::from_second(seconds).ok()?, &TimeZone::UTC))
        }
        _ => None,
    }
}

/// `Fri, 16 Oct 2015 14:20:00 +0200` (RFC 822 and after), `October 16, 2015`, or `16/10/2015` where that is one day only.
fn spelt(text: &str) -> Option<Date> {
    let (mut day, mut month, mut year) = (None, None, None);
    let (mut time, mut zone, mut half) = (None, "", None);
    for word in text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()) {
        let lower = word.to_lowercase();
        let lower = lower.trim_end_matches('.');
        let ordinal =
            ["st", "nd", "rd", "th"].iter().find_map(|end| lower.strip_suffix(end)).unwrap_or(lower);
        if lower.contains(':') && time.is_none() {
            time = Some(clock(lower)?);
        } else if let Some(known) = ZONES.iter().find(|(name, _)| *name == lower) {
            zone = known.1;
        } else if time.is_some() && lower.starts_with(['+', '-']) {
            zone = word;
        } else if matches!(lower, "am" | "pm" | "a.m" | "p.m") {
            half = Some(lower.starts_with('p'));
        } else if let Some(numbers) = slashed(lower) {
            (day, month, year) = (Some(numbers.0), Some(numbers.1), Some(numbers.2));
        } else if let Ok(number) = ordinal.parse::<i16>() {
            let is_year = ordinal.len() == 4;
            let place = if is_year { &mut year } else { &mut day };
            if place.replace(number).is_some() {
                return None;
            }
        } else if let Some(found) = named(lower) {
            month = Some(found);
        } else if !is_filling(lower) {
            return None;
        }
    }
    let (day, month, year) = (day?, month?, year?);
    let time = match time {
        None => String::new(),
        Some((hour, rest)) => {
            let hour = match half {
                None => hour,
                Some(evening) => hour % 12 + if evening { 12 } else { 0 },
            };
            format!("T{hour:02}:{rest}{zone}")
        }
    };
    Date::parse(&format!("{year:04}-{month:02}-{day:02}{time}")).ok()
}

fn named(word: &str) -> Option<i16> {
    const FULL: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let is = |at: usize| word == MONTHS[at] || word == FULL[at] || word == "sept" && at == 8;
    (1..=12).zip(0..).find(|(_, at)| is(*at)).map(|(month, _)| month)
}

/// The hour, and minutes with seconds.
fn clock(word: &str) -> Option<(u8, String)> {
    let (hour, rest) = word.split_once(':')?;
    let fits = rest.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    fits.then(|| Some((hour.parse().ok().filter(|hour| *hour < 24)?, rest.to_string()))).flatten()
}

/// Day, month and year of numbers with slashes or dots between; of slashes, where only one of them can be a month.
fn slashed(word: &str) -> Option<(i16, i16, i16)> {
    let gap = if word.contains('/') { '/' } else { '.' };
    let parts: Vec<i16> = word.split(gap).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [a, b, year] = parts[..] else { return None };
    match (gap, a, b) {
        (_, _, _) if year < 1000 => None,
        ('.', ..) | (_, 13.., _) => Some((a, b, year)),
        (_, _, 13..) => Some((b, a, year)),
        _ if a == b => Some((a, b, year)),
        _ => None,
    }
}

fn is_filling(word: &str) -> bool {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    matches!(word, "at" | "on" | "the" | "of")
        || word.is_ascii() && word.len() >= 3 && DAYS.contains(&&word[..3])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_of_feeds_and_dumps() {
        for (text, iso) in [
            ("2015-10-16", "2015-10-16"),
            ("2015-10-16 14:20:00 +0200", "2015-10-16T14:20:00+02:00"),
            ("Fri, 16 Oct 2015 14:20:00 +0200", "2015-10-16T14:20:00+02:00"),
            ("Fri, 16 Oct 2015 14:20:00 GMT", "2015-10-16T14:20:00Z"),
            ("16 Oct 2015 9:05 EST", "2015-10-16T09:05:00-05:00"),
            ("October 16, 2015", "2015-10-16"),
            ("Oct. 16th, 2015 at 2:20 PM", "2015-10-16T14:20:00"),
            ("Sept 3 2015", "2015-09-03"),
            ("20151016", "2015-10-16"),
            ("20151016142000", "2015-10-16T14:20:00"),
            ("1445005200", "2015-10-16T14:20:00Z"),
            ("1445005200.0", "2015-10-16T14:20:00Z"),
            ("1445005200000", "2015-10-16T14:20:00Z"),
            ("16/10/2015", "2015-10-16"),
            ("10/16/2015", "2015-10-16"),
            ("16.10.2015", "2015-10-16"),
            ("05/05/2015", "2015-05-05"),
            ("06.05.2015", "2015-05-06"),
            ("06/05/2015", ""),
            ("0001-01-01T00:00:00Z", ""),
            ("0", ""),
            ("yesterday", ""),
            ("16 Oct", ""),
            ("31 Feb 2015", ""),
            ("16 Oct 2015 25:00", ""),
            ("May", ""),
        ] {
            assert_eq!(moment(text).map_or(String::new(), |date| date.iso()), iso, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9a-zA-Z:,/. +-]{0,40}|\\PC{0,30}") {
            let _ = moment(&text);
        }
    }
}
