//! Dates and periods in the words of the interface.

use super::Ready;
use super::views::DateView;
use crate::archive::Period;
use crate::article::{Date, Precision};
use crate::theme::Words;

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
    let mut text = match (date.precision(), date.time()) {
        (Precision::Time, Some((hour, minute))) => words.fill(
            &["dates", "time"],
            &[
                ("day", &day.to_string()),
                ("month", words.month_of_day(month)),
                ("month_number", &month.to_string()),
                ("year", &year.to_string()),
                ("time", &format!("{hour:02}:{minute:02}")),
            ],
        ),
        _ => period(words, (year, month, day)),
    };
    for (said, word) in [(date.approximate(), "approximate"), (date.uncertain(), "uncertain")] {
        if said {
            text = words.fill(&["dates", word], &[("date", &text)]);
        }
    }
    text
}

/// A year, month or day in words.
pub(super) fn period(words: &Words, (year, month, day): Period) -> String {
    let (pattern, name) = match (month, day) {
        (0, _) => ("year", ""),
        (_, 0) => ("month", words.month(month)),
        _ => ("day", words.month_of_day(month)),
    };
    let (day, number, year) = (day.to_string(), month.to_string(), year.to_string());
    words.fill(
        &["dates", pattern],
        &[("day", &day), ("month", name), ("month_number", &number), ("year", &year)],
    )
}
