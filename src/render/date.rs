//! Dates and periods in the words of the interface.

use super::Ready;
use super::views::DateView;
use crate::archive::Period;
use crate::article::Date;
use crate::theme::{self, Words};

/// A date as pages show it, linked to its calendar page where there is one.
pub(super) fn view<'a>(date: &Date, words: &Words, ready: &'a Ready) -> DateView<'a> {
    let (year, month, day, _) = date.civil();
    DateView { iso: date.iso(), text: text(date, words), url: ready.period((year, month, day)) }
}

/// A date without its time of day and without a link, where five stand side by side.
pub(super) fn day(date: &Date, words: &Words) -> DateView<'static> {
    let date = date.without_time();
    DateView { iso: date.iso(), text: text(&date, words), url: None }
}

/// A date in words, as precise as it is known.
pub(super) fn text(date: &Date, words: &Words) -> String {
    let (year, month, day, _) = date.civil();
    let mut text = filled(words, (year, month, day), date.time());
    for (said, word) in [(date.approximate(), "approximate"), (date.uncertain(), "uncertain")] {
        if said {
            text = words.fill(&["dates", word], |key| if key == "date" { &*text } else { "" }.into());
        }
    }
    text
}

/// A year, month or day in words.
pub(super) fn period(words: &Words, period: Period) -> String {
    filled(words, period, None)
}

fn filled(words: &Words, (year, month, day): Period, time: Option<(i8, i8)>) -> String {
    let words = &words.dates;
    let (pattern, name) = match (month, day, time) {
        (0, ..) => (&words.year, ""),
        (_, 0, _) => (&words.month, words.month(month)),
        (.., None) => (&words.day, words.month_of_day(month)),
        (.., Some(_)) => (&words.time, words.month_of_day(month)),
    };
    theme::fill(pattern, |key| match (key, time) {
        ("day", _) => day.to_string().into(),
        ("month", _) => name.into(),
        ("month_number", _) => month.to_string().into(),
        ("year", _) => year.to_string().into(),
        ("time", Some((hour, minute))) => format!("{hour:02}:{minute:02}").into(),
        _ => "".into(),
    })
}
