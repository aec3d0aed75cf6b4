//! Text → dates: stamps for machines, and dates for people in many languages.

use super::clock::{time_before, time_behind};
use super::months::month;
use super::tokens::{Token, tokens};
use crate::article::Date;

/// Longest text that is looked at, in bytes.
const LONG: usize = 400;

/// What a text says of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stated {
    pub(super) date: Date,
    /// The same with day and month exchanged, if the text may mean that too.
    pub(super) other: Option<Date>,
    pub(super) label: Label,
    /// Bytes of the text that are about something else.
    pub(super) rest: usize,
}

/// What the words before a date say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Published,
    Updated,
    /// A right, an event, a deadline.
    Other,
    None,
}

/// The first date that a machine's text states: ISO 8601 in its varieties, seconds since 1970, RFC 2822, or what
/// people write.
pub(super) fn one(text: &str, lang: Option<&str>) -> Option<Stated> {
    let text = text.trim();
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits && matches!(text.len(), 10 | 13) {
        let seconds: i64 = text[..10].parse().ok()?;
        let stamp = jiff::Timestamp::from_second(seconds).ok().filter(|_| seconds > 300_000_000)?;
        return Some(plain(Date::at(stamp, &jiff::tz::TimeZone::UTC)));
    }
    if let Some(date) = compact(text) {
        return Some(plain(date));
    }
    all(text, lang).into_iter().next()
}

fn plain(date: Date) -> Stated {
    Stated { date, other: None, label: Label::None, rest: 0 }
}

/// `20190721`, `20190721T093000Z`, `201907210930`.
fn compact(text: &str) -> Option<Date> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    let (day, rest) = text.split_at_checked(8).filter(|_| matches!(count, 8 | 12 | 14))?;
    let day = format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]);
    let digits = rest.trim_start_matches(['T', 't', ' ', '-']);
    let time = digits.split_at_checked(4).filter(|(time, _)| time.bytes().all(|b| b.is_ascii_digit()));
    let stamp = time.map(|(time, rest)| {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        format!("{day}T{}:{}{}", &time[..2], &time[2..], if rest == "Z" { rest } else { "" })
    });
    stamp.and_then(|stamp| Date::parse(&stamp).ok()).or_else(|| Date::parse(&day).ok()).filter(likely)
}

/// All dates in a text, in order.
pub(super) fn all(text: &str, lang: Option<&str>) -> Vec<Stated> {
    let text = super::text::cut(text, LONG);
    let tokens = tokens(text);
    let mut found: Vec<Stated> = Vec::new();
    let (mut at, mut behind) = (0, 0);
    while at < tokens.len() {
        let Some(day) = day_at(&tokens, at, lang) else {
            at += 1;
            continue;
        };
        let before = tokens[behind..at].iter().rev().take(6);
        let label = label(&before.map(|token| token.text.as_str()).collect::<Vec<_>>());
        let (time, end) = time_behind(&tokens, at + day.count);
        let (time, end) = if time.is_empty() { (time_before(&tokens, behind, at), end) } else { (time, end) };
        let with_time = |(year, month, day): (i32, u32, u32)| {
            let iso = format!("{year:04}-{month:02}-{day:02}");
            Date::parse(&format!("{iso}{time}")).or_else(|_| Date::parse(&iso)).ok().filter(likely)
        };
        if let Some(date) = with_time(day.date) {
            let other = day.other.and_then(with_time);
            found.push(Stated { date, other, label, rest: 0 });
            behind = end;
            at = end;
        } else {
            at += 1;
        }
    }
    let about: usize =
        tokens.iter().filter(|t| t.text.starts_with(char::is_alphabetic)).map(|t| t.text.len()).sum();
    for stated in &mut found {
        stated.rest = about;
    }
    found
}

/// Whether something can have been published then.
fn likely(date: &Date) -> bool {
    (1600..=2200).contains(&date.year())
}

struct Day {
    date: (i32, u32, u32),
    other: Option<(i32, u32, u32)>,
    /// How many tokens it takes.
    count: usize,
}

fn day_at(tokens: &[Token], at: usize, lang: Option<&str>) -> Option<Day> {
    let rest = &tokens[at..];
    spelt(rest, lang).or_else(|| numeric(rest, lang)).or_else(|| ideographic(rest))
}

/// Words within a date that say nothing.
fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "de" | "del"
            | "of"
            | "the"
            | "d"
            | "di"
            | "da"
            | "го"
            | "й"
            | "st"
            | "nd"
            | "rd"
            | "th"
            | "ngày"
            | "año"
            | "a"
            | "do"
            | "m"
    )
}

fn spelt(rest: &[Token], lang: Option<&str>) -> Option<Day> {
    // Positions of up to three parts, fillers apart.
    let mut parts = Vec::with_capacity(3);
    for (at, token) in rest.iter().enumerate().take(7) {
        if parts.len() == 3 {
            break;
        }
        if at > 0 && is_filler(&token.text) {
            continue;
        }
        parts.push(at);
    }
    let [a, b, c] = parts[..] else { return None };
    let day = |at: usize| rest[at].number(1, 31);
    let name = |at: usize| month(&rest[at].text, lang).map(u32::from);
    let year = |at: usize| rest[at].year().or_else(|| short_year(&rest[at]));
    let count = c + 1;
    // Names are looked up last: the list is long.
    let date = if let (Some(day), Some(year)) = (day(a), year(c)) {
        (year, name(b)?, day)
    } else if let (Some(day), Some(year)) = (day(b), year(c)) {
        (year, name(a)?, day)
    } else if let (Some(year), Some(day)) = (rest[a].year(), day(c)) {
        (year, name(b)?, day)
    } else if rest[b].text == "tháng" {
        let (day, month) = (day(a)?, rest[c].number(1, 12)?);
        let behind =
            rest[c + 1..].iter().take(2).enumerate().find_map(|(at, token)| Some((at, token.year()?)));
        let (at, year) = behind?;
        return Some(Day { date: (year, month, day), other: None, count: c + 2 + at });
    } else {
        return None;
    };
    Some(Day { date, other: None, count })
}

/// `'23`
fn short_year(token: &Token) -> Option<i32> {
    let year: i32 = token
        .text
        .parse()
        .ok()
        .filter(|_| token.text.len() == 2 && matches!(token.sign, '\'' | '’' | '-'))?;
    Some(if year > 60 { 1900 } else { 2000 } + year)
}

fn numeric(rest: &[Token], lang: Option<&str>) -> Option<Day> {
    let [a, b, c, ..] = rest else { return None };
    let gap = b.sign;
    if gap != c.sign || !matches!(gap, '.' | '/' | '-' | '\u{2010}' | '\u{2011}' | '\u{2013}') {
        return None;
    }
    if let (Some(year), Some(month), Some(day)) = (a.year(), b.number(1, 12), c.number(1, 31)) {
        return Some(Day { date: (year, month, day), other: None, count: 3 });
    }
    let short = || {
        let year: i32 = c.text.parse().ok().filter(|_| c.text.len() == 2 && gap != '-')?;
        Some(if year > 60 { 1900 } else { 2000 } + year)
    };
    let (first, second, year) = (a.number(1, 31)?, b.number(1, 31)?, c.year().or_else(short)?);
    let day_first = (year, second, first);
    let month_first = (year, first, second);
    // Dots stand where the day comes first.
    let (date, other) = match (first > 12, second > 12) {
        (true, true) => return None,
        (true, false) => (day_first, None),
        (false, true) => (month_first, None),
        _ if gap == '.' || first == second => (day_first, None),
        _ if lang.is_some_and(is_month_first) => (month_first, Some(day_first)),
        _ => (day_first, Some(month_first)),
    };
    Some(Day { date, other, count: 3 })
}

/// Whether the month comes first where numbers are used: in the United States, which English alone does not say.
fn is_month_first(lang: &str) -> bool {
    let lang = lang.to_lowercase().replace('_', "-");
    matches!(lang.as_str(), "en" | "en-us" | "en-ph")
}

fn ideographic(rest: &[Token]) -> Option<Day> {
    let [year, y, month, m, day, ..] = rest else { return None };
    let fits = matches!(y.text.as_str(), "年" | "년") && matches!(m.text.as_str(), "月" | "월");
    let date = (year.year().filter(|_| fits)?, month.number(1, 12)?, day.number(1, 31)?);
    Some(Day { date, other: None, count: 6.min(rest.len()) })
}

/// How words begin that say what a date is, in many languages.
const UPDATED: [&str; 26] = [
    "updat",
    "aktualis",
    "modif",
    "jour",
    "actualiz",
    "atualiz",
    "aggiorn",
    "обнов",
    "bijgewerkt",
    "uppdater",
    "opdater",
    "oppdater",
    "更新",
    "güncel",
    "zaktual",
    "aktualiz",
    "päivitet",
    "оновл",
    "frissít",
    "ενημ",
    "تحديث",
    "revis",
    "geändert",
    "edited",
    "stand",
    "최종",
];
const PUBLISHED: [&str; 20] = [
    "publi",
    "post",
    "veröff",
    "erstell",
    "опубл",
    "発",
    "公開",
    "yayın",
    "geplaatst",
    "gepubl",
    "udgiv",
    "created",
    "issued",
    "written",
    "released",
    "first",
    "入力",
    "pubblic",
    "oluştur",
    "نشر",
];
const OTHER: [&str; 15] = [
    "copyright",
    "since",
    "seit",
    "founded",
    "until",
    "bis",
    "expires",
    "born",
    "died",
    "accessed",
    "retrieved",
    "joined",
    "ends",
    "deadline",
    "valid",
];

/// What words before a date, nearest first, say of it.
fn label(before: &[&str]) -> Label {
    for word in before {
        let has = |stems: &[&str]| stems.iter().any(|stem| word.starts_with(stem));
        if has(&UPDATED) {
            return Label::Updated;
        }
        if has(&PUBLISHED) {
            return Label::Published;
        }
        if has(&OTHER) {
            return Label::Other;
        }
    }
    Label::None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn states(text: &str, expected: &str) {
        let found = one(text, None).map_or(String::new(), |stated| stated.date.iso());
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn stamps_for_machines() {
        for (text, iso) in [
            ("2019-07-21T09:30:00+02:00", "2019-07-21T09:30:00+02:00"),
            ("2019-07-21T09:30:00.123Z", "2019-07-21T09:30:00Z"),
            ("2019-07-21T09:30:00-0500", "2019-07-21T09:30:00-05:00"),
            ("2019-07-21 09:30", "2019-07-21T09:30:00"),
            ("2019-07-21", "2019-07-21"),
            ("20190721", "2019-07-21"),
            ("20190721T093000Z", "2019-07-21T09:30:00Z"),
            ("20190721093000", "2019-07-21T09:30:00"),
            ("1563694200", "2019-07-21T07:30:00Z"),
            ("1563694200000", "2019-07-21T07:30:00Z"),
            ("Sun, 21 Jul 2019 09:30:00 +0200", "2019-07-21T09:30:00+02:00"),
            ("Sun Jul 21 2019 09:30:00 GMT+0200", "2019-07-21T09:30:00+02:00"),
            ("2019/07/21", "2019-07-21"),
            ("2019-02-31", ""),
            ("0001-01-01T00:00:00", ""),
            ("1599-01-01", ""),
            ("20", ""),
            ("12345678901", ""),
        ] {
            states(text, iso);
        }
    }

    #[test]
    fn dates_for_people() {
        for (text, iso) in [
            ("21 July 2019", "2019-07-21"),
            ("July 21st, 2019 at 9:30 p.m. EDT", "2019-07-21T21:30:00-04:00"),
            ("Sunday, July 21, 2019 | 9:30am", "2019-07-21T09:30:00"),
            ("21. Juli 2019, 09:30 Uhr", "2019-07-21T09:30:00"),
            ("Veröffentlicht am 21.07.2019 um 9.30 Uhr", "2019-07-21T09:30:00"),
            ("21.7.19", "2019-07-21"),
            ("le 1er juillet 2019 à 9h30", "2019-07-01T09:30:00"),
            ("21 de julio de 2019", "2019-07-21"),
            ("21 июля 2019 г., 09:30 МСК", "2019-07-21T09:30:00+03:00"),
            ("2019年7月21日 09:30", "2019-07-21T09:30:00"),
            ("2019년 7월 21일", "2019-07-21"),
            ("21 tháng 7 năm 2019", "2019-07-21"),
            ("٢١ يوليو ٢٠١٩", "2019-07-21"),
            ("21 Temmuz 2019", "2019-07-21"),
            ("2019. július 21.", "2019-07-21"),
            ("9:30, 21 July 2019", "2019-07-21T09:30:00"),
            ("31/12/2019", "2019-12-31"),
            ("12/31/2019", "2019-12-31"),
            ("21-Jul-19", "2019-07-21"),
            ("2019", ""),
            ("in the summer of 2019", ""),
            ("1.2.3", ""),
            ("31 February 2019", ""),
        ] {
            states(text, iso);
        }
    }

    #[test]
    fn two_days_or_one() {
        let both =
            one("03/04/2019", None).map(|stated| (stated.date.iso(), stated.other.map(|date| date.iso())));
        assert_eq!(both, Some(("2019-04-03".into(), Some("2019-03-04".into()))));
        assert_eq!(one("03/04/2019", Some("en-US")).unwrap().date.iso(), "2019-03-04");
        assert_eq!(one("03.04.2019", Some("en-US")).unwrap().date.iso(), "2019-04-03");
    }

    #[test]
    fn labels_are_read() {
        let labels = |text| all(text, None).iter().map(|stated| stated.label).collect::<Vec<_>>();
        assert_eq!(labels("Posted 3 May 2019 | Updated: 4 May 2019"), [Label::Published, Label::Updated]);
        assert_eq!(labels("Aktualisiert am 3. Mai 2019"), [Label::Updated]);
        assert_eq!(labels("3 May 2019"), [Label::None]);
        assert_eq!(labels("Copyright 3 May 2019"), [Label::Other]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9a-zä.:/ +年月日-]{0,60}|\\PC{0,40}") {
            all(&text, None);
            one(&text, Some("en"));
        }
    }
}
