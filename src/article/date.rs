//! Dates as news archives have them: a year, a month, a day or a stamp, perhaps uncertain.
//!
//! The forms are those of EDTF level 0 (Library of Congress, 2019) without intervals, with the `~` `?` `%` of
//! level 1, and the spellings that other generators and dumps leave. A date is the civil date that stands
//! there: its day is the day in the stamp's own offset, whatever machine reads it.

use jiff::civil::{self, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A date from year 1 to 9999, as precise as its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Date {
    year: i16,
    /// 1 to 12, or 0.
    month: i8,
    /// 1 to 31, or 0.
    day: i8,
    time: Option<Time>,
    approximate: bool,
    uncertain: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Time {
    hour: i8,
    minute: i8,
    second: i8,
    /// Seconds east of Greenwich.
    offset: Option<i32>,
}

/// How much of a date is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// Only the year.
    Year,
    /// Year and month.
    Month,
    /// The day.
    Day,
    /// The day and a time.
    Time,
}

impl Date {
    /// Reads a date; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fail =
            |reason: &str| format!("`{}` is not a date: {reason}", text.chars().take(60).collect::<String>());
        let marks = text.trim().trim_end_matches(['~', '?', '%', ' ']).len();
        let (core, marks) = text.trim().split_at(marks);
        let mut scan = Scan(core);
        let year = scan.digits(4, 4).ok_or_else(|| fail(FORMS))?;
        let (mut month, mut day, mut time) = (0, 0, None);
        if scan.any(&['-', '/']) {
            month = scan.digits(1, 2).ok_or_else(|| fail(FORMS))?;
            if scan.any(&['-', '/']) {
                day = scan.digits(1, 2).ok_or_else(|| fail(FORMS))?;
                time = scan.time().map_err(|reason| fail(&reason))?;
            }
            check_calendar(year, month, day).map_err(|reason| fail(&reason))?;
        }
        if !scan.0.is_empty() {
            return Err(fail(FORMS));
        }
        if year == 0 {
            return Err(fail("years run from 0001 to 9999"));
        }
        let (year, month, day) = (year, month as i8, day as i8);
        let has = |mark| marks.contains(mark) || marks.contains('%');
        Ok(Self { year, month, day, time, approximate: has('~'), uncertain: has('?') })
    }

    /// Splits a date off the beginning of a file's name: `2014-07-23-title` gives the date and `title`.
    pub fn from_file_name(stem: &str) -> Option<(Self, &str)> {
        let (date, rest) = Self::split_file_name(stem)?;
        Some((Self::parse(date).ok()?, rest))
    }

    /// What is wrong with a date at the beginning of a file's name, such as `2014-02-31-title`.
    pub fn wrong_in_file_name(stem: &str) -> Option<String> {
        let (date, _) = Self::split_file_name(stem)?;
        Self::parse(date).err()
    }

    fn split_file_name(stem: &str) -> Option<(&str, &str)> {
        let mut scan = Scan(stem);
        scan.number(4, 4)?;
        for _ in 0..2 {
            scan.0 = scan.0.strip_prefix('-')?;
            scan.number(1, 2)?;
        }
        let (date, rest) = stem.split_at(stem.len() - scan.0.len());
        let rest = if rest.is_empty() { rest } else { rest.strip_prefix(['-', '_', ' '])? };
        Some((date, rest))
    }

    /// The day that a timestamp is in a time zone, with its time and offset.
    pub fn at(now: Timestamp, zone: &TimeZone) -> Self {
        let offset = zone.to_offset(now);
        let civil = offset.to_datetime(now);
        let time = Time {
            hour: civil.hour(),
            minute: civil.minute(),
            second: civil.second(),
            offset: Some(offset.seconds()),
        };
        let (year, month, day) = (civil.year(), civil.month(), civil.day());
        Self { year, month, day, time: Some(time), approximate: false, uncertain: false }
    }

    /// 1 to 9999.
    pub fn year(&self) -> i16 {
        self.year
    }

    /// 1 to 12, if known.
    pub fn month(&self) -> Option<i8> {
        Some(self.month).filter(|month| *month > 0)
    }

    /// 1 to 31, if known.
    pub fn day(&self) -> Option<i8> {
        Some(self.day).filter(|day| *day > 0)
    }

    /// Hour and minute, if known.
    pub fn time(&self) -> Option<(i8, i8)> {
        self.time.map(|time| (time.hour, time.minute))
    }

    /// The same without its time of day.
    #[must_use]
    pub fn without_time(self) -> Self {
        Self { time: None, ..self }
    }

    /// Whether its source only says "about" (`~`).
    pub fn approximate(&self) -> bool {
        self.approximate
    }

    /// Whether its source is in doubt (`?`).
    pub fn uncertain(&self) -> bool {
        self.uncertain
    }

    /// How much is known.
    pub fn precision(&self) -> Precision {
        match (self.month, self.day, self.time) {
            (0, ..) => Precision::Year,
            (_, 0, _) => Precision::Month,
            (_, _, None) => Precision::Day,
            _ => Precision::Time,
        }
    }

    /// What dates are ordered by: civil time in their own offset, partial dates before full ones.
    pub fn civil(&self) -> (i16, i8, i8, Option<(i8, i8, i8)>) {
        (self.year, self.month, self.day, self.time.map(|time| (time.hour, time.minute, time.second)))
    }

    /// The date for machines: as much of ISO 8601 as is known, without marks.
    pub fn iso(&self) -> String {
        // Every entry of every list has one: the formatting machinery would take longer than the rest of the entry.
        let mut text = String::with_capacity(25);
        let mut pair = |sign: &str, number: i32| {
            text.push_str(sign);
            text.extend(
                [number / 10, number % 10].map(|digit| char::from(b'0' + digit.unsigned_abs() as u8)),
            );
        };
        pair("", i32::from(self.year) / 100);
        pair("", i32::from(self.year) % 100);
        for part in [self.month, self.day].into_iter().filter(|part| *part > 0) {
            pair("-", part.into());
        }
        if let Some(Time { hour, minute, second, offset }) = self.time {
            for (sign, part) in [("T", hour), (":", minute), (":", second)] {
                pair(sign, part.into());
            }
            match offset {
                None => {}
                Some(0) => text.push('Z'),
                Some(seconds) => {
                    let minutes = seconds.abs() / 60;
                    pair(if seconds < 0 { "-" } else { "+" }, minutes / 60);
                    pair(":", minutes % 60);
                }
            }
        }
        text
    }

    /// Its instant, or the first one of its day (month, year) in `zone` where it has none.
    pub fn instant(&self, zone: &TimeZone) -> Timestamp {
        let time = self.time.unwrap_or(Time { hour: 0, minute: 0, second: 0, offset: None });
        let (month, day) = (self.month.max(1), self.day.max(1));
        let civil = DateTime::constant(self.year, month, day, time.hour, time.minute, time.second, 0);
        let zone = match time.offset {
            Some(seconds) => Offset::from_seconds(seconds).map_or(TimeZone::UTC, TimeZone::fixed),
            None => zone.clone(),
        };
        // The last hours of 9999 lie behind what a timestamp can hold.
        zone.to_ambiguous_timestamp(civil).compatible().unwrap_or(Timestamp::MAX)
    }

    /// Whether its instant, or its day (month, year) in `zone` where it has no instant, is after `now`.
    pub fn is_after(&self, now: Timestamp, zone: &TimeZone) -> bool {
        let here = zone.to_datetime(now);
        let Some(time) = self.time else {
            let today = (here.year(), here.month(), here.day());
            let cut = |part: i8, known: i8| if known == 0 { 0 } else { part };
            return (self.year, self.month, self.day)
                > (today.0, cut(today.1, self.month), cut(today.2, self.day));
        };
        let civil =
            DateTime::constant(self.year, self.month, self.day, time.hour, time.minute, time.second, 0);
        match time.offset {
            None => civil > here,
            Some(seconds) => {
                // Subtracting may leave the years that a timestamp can hold; both sides move instead.
                let utc = Offset::UTC.to_datetime(now);
                match utc.checked_add(SignedDuration::from_secs(i64::from(seconds))) {
                    Ok(there) => civil > there,
                    Err(_) => false,
                }
            }
        }
    }

    /// Whether a limit given as this date has come: its instant, or the first moment of its day in `zone`.
    pub fn has_come(&self, now: Timestamp, zone: &TimeZone) -> bool {
        !self.is_after(now, zone)
    }
}

/// The canonical form: reads back as the same date.
impl fmt::Display for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match (self.approximate, self.uncertain) {
            (true, true) => "%",
            (true, false) => "~",
            (false, true) => "?",
            (false, false) => "",
        };
        write!(out, "{}{mark}", self.iso())
    }
}

const FORMS: &str = "expected `1998`, `1998-05`, `1998-05-03` or `1998-05-03T09:30:00+02:00`";

fn check_calendar(year: i16, month: i16, day: i16) -> Result<(), String> {
    if !(1..=12).contains(&month) {
        return Err(format!("there is no month {month}"));
    }
    // Year 0 is refused by the caller; the calendar would accept it.
    let days = civil::Date::new(year.max(1), month as i8, 1).map_or(31, civil::Date::days_in_month);
    if day > i16::from(days) {
        return Err(format!("{year:04}-{month:02} has {days} days"));
    }
    Ok(())
}

struct Scan<'a>(&'a str);

impl Scan<'_> {
    fn any(&mut self, set: &[char]) -> bool {
        let rest = self.0.strip_prefix(set);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// A number of `least` to `most` digits, not followed by a digit; never 0 below four digits.
    fn digits(&mut self, least: usize, most: usize) -> Option<i16> {
        self.number(least, most).filter(|number| most == 4 || *number > 0)
    }

    fn number(&mut self, least: usize, most: usize) -> Option<i16> {
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if !(least..=most).contains(&count) {
            return None;
        }
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        digits.parse().ok()
    }

    fn time(&mut self) -> Result<Option<Time>, String> {
        if self.0.is_empty() {
            return Ok(None);
        }
        if !self.any(&['T', 't', ' ']) {
            return Err(FORMS.to_string());
        }
        self.0 = self.0.trim_start();
        let no_time = || "it has no time of day that exists".to_string();
        let hour = self.part(23).ok_or_else(no_time)?;
        if !self.any(&[':']) {
            return Err(no_time());
        }
        let minute = self.part(59).ok_or_else(no_time)?;
        let mut second = 0;
        if self.any(&[':']) {
            // A leap second has no place of its own in civil time.
            second = self.part(60).ok_or_else(no_time)?.min(59);
            if self.any(&['.', ',']) {
                self.0 = self.0.trim_start_matches(|c: char| c.is_ascii_digit());
            }
        }
        let offset = self.offset().ok_or("its offset from Greenwich has an unknown form")?;
        Ok(Some(Time { hour, minute, second, offset }))
    }

    /// One or two digits, 0 to `most`.
    fn part(&mut self, most: i8) -> Option<i8> {
        let count = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        digits.parse().ok().filter(|number| (1..=2).contains(&count) && *number <= most)
    }

    /// `None` if it is malformed, `Some(None)` if there is none.
    #[expect(clippy::option_option, reason = "absent and malformed are two things")]
    fn offset(&mut self) -> Option<Option<i32>> {
        self.0 = self.0.trim_start();
        if self.0.is_empty() {
            return Some(None);
        }
        for name in ["Z", "UTC", "GMT"] {
            if self.0.eq_ignore_ascii_case(name) {
                self.0 = "";
                return Some(Some(0));
            }
        }
        let sign = if self.any(&['+']) {
            1
        } else if self.any(&['-', '\u{2212}']) {
            -1
        } else {
            return None;
        };
        // Go writes the zone's name behind its offset: `+0000 UTC`.
        let (offset, name) = self.0.split_once(' ').unwrap_or((self.0, ""));
        if !name.bytes().all(|b| b.is_ascii_alphabetic() || b == b' ') {
            return None;
        }
        self.0 = offset;
        let (hours, minutes) = match self.0.split_once(':') {
            Some(parts) => parts,
            None if self.0.len() > 2 => self.0.split_at_checked(self.0.len() - 2)?,
            None => (self.0, "0"),
        };
        self.0 = "";
        let number = |text: &str, most: i32| {
            let fits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            text.parse::<i32>().ok().filter(|n| fits && *n <= most)
        };
        Some(Some(sign * (number(hours, 23)? * 3600 + number(minutes, 59)? * 60)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn reads(text: &str, canonical: &str) {
        assert_eq!(Date::parse(text).map(|date| date.to_string()).as_deref(), Ok(canonical), "{text}");
    }

    #[test]
    fn every_form_found_in_archives() {
        for (text, canonical) in [
            ("1998", "1998"),
            ("0001", "0001"),
            ("9999-12-31", "9999-12-31"),
            ("1998-05", "1998-05"),
            ("1998-05~", "1998-05~"),
            ("1984?", "1984?"),
            ("2019-07-21 09:30:00.123 +0000 UTC", "2019-07-21T09:30:00Z"),
            ("2019-07-21 09:30:00 +0200 CEST", "2019-07-21T09:30:00+02:00"),
            ("1984-11?~", "1984-11%"),
            ("1998-05-03", "1998-05-03"),
            ("1998-5-3", "1998-05-03"),
            ("1998/05/03", "1998-05-03"),
            ("2024-02-29", "2024-02-29"),
            ("2019-07-21T09:30:00+02:00", "2019-07-21T09:30:00+02:00"),
            ("2017-03-08 2:05:17 -0400", "2017-03-08T02:05:17-04:00"),
            ("2015-03-17 14:00:00 -4", "2015-03-17T14:00:00-04:00"),
            ("2015-03-17 14:00:00", "2015-03-17T14:00:00"),
            ("2015-03-17 14:00", "2015-03-17T14:00:00"),
            ("2019-07-21T09:30:00.000Z", "2019-07-21T09:30:00Z"),
            ("2019-07-21 09:30:00 UTC", "2019-07-21T09:30:00Z"),
            ("2019-07-21T09:30:60+0530", "2019-07-21T09:30:59+05:30"),
            (" 2014-07-23T10:01:00-04:00 ", "2014-07-23T10:01:00-04:00"),
        ] {
            reads(text, canonical);
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "today",
            "98",
            "0000",
            "-0001",
            "12345",
            "2024-02-31",
            "2023-02-29",
            "2024-13",
            "2024-00",
            "2024-01-00",
            "2024-01-01T",
            "2024-01-01T25:00",
            "2024-01-01T10",
            "2024-01-01T10:00 CEST",
            "2024-01-01T10:00+99:00",
            "2024-01-01x",
            "20190721",
            "2024-1-1-1",
            "1998/2001",
            "٢٠٢٤",
            "2024-01-01T10:00:00+",
            "2024-01-01 +02:00",
        ] {
            assert!(Date::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_file_name_may_begin_with_a_date() {
        assert_eq!(
            Date::from_file_name("2014-07-23-big-news").map(|(d, s)| (d.to_string(), s)),
            Some(("2014-07-23".into(), "big-news"))
        );
        assert_eq!(Date::from_file_name("2014-07-23").map(|(_, s)| s), Some(""));
        for stem in ["2014-07-231", "2014-02-31-x", "1984-was-a-year", "2014-07-2é-x", ""] {
            assert_eq!(Date::from_file_name(stem), None, "{stem}");
        }
    }

    #[test]
    fn the_future_is_judged_by_instant_or_by_local_day() {
        let now: Timestamp = "2024-05-01T23:30:00Z".parse().unwrap();
        let zone = TimeZone::get("Pacific/Auckland").unwrap();
        for (text, future) in [
            ("2024-05-01T23:30:00Z", false),
            ("2024-05-01T23:30:01Z", true),
            ("2024-05-02T09:29:59+10:00", false),
            ("2024-05-02", false),
            ("2024-05-03", true),
            ("2024-05", false),
            ("2024-06", true),
            ("2024", false),
            ("2025", true),
            ("2024-05-02T11:30:00", false),
            ("2024-05-02T11:31:00", true),
            ("9999-12-31T23:59:59-23:59", true),
            ("0001-01-01T00:00:00+23:59", false),
        ] {
            assert_eq!(Date::parse(text).unwrap().is_after(now, &zone), future, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9TZ:+~?/ -]{0,30}|\\PC{0,20}") {
            if let Ok(date) = Date::parse(&text) {
                prop_assert_eq!(Date::parse(&date.to_string()), Ok(date));
            }
        }

        #[test]
        fn the_canonical_form_reads_back(
            (y, m, d) in (1i16..=9999, 1i8..=12, 1i8..=28),
            (h, min, s) in (0i8..24, 0i8..60, 0i8..60),
            offset in -1439i32..=1439,
            mark in "[~?%]?",
        ) {
            let (sign, o) = (if offset < 0 { '-' } else { '+' }, offset.abs());
            for text in [
                format!("{y:04}{mark}"),
                format!("{y:04}-{m:02}{mark}"),
                format!("{y:04}-{m:02}-{d:02}{mark}"),
                format!("{y:04}-{m:02}-{d:02}T{h:02}:{min:02}:{s:02}{sign}{:02}:{:02}{mark}", o / 60, o % 60),
            ] {
                let date = Date::parse(&text).unwrap();
                prop_assert_eq!(Date::parse(&date.to_string()), Ok(date));
                if offset != 0 {
                    prop_assert_eq!(date.to_string(), text);
                }
            }
        }
    }
}
