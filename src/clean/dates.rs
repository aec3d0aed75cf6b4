//! Lines that are a date and nothing else. Forms that could mean two days are not taken.

use super::phrases::after;
use crate::article::Date;

/// A date line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) date: Date,
    pub(super) label: Label,
}

/// What a date line says of its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Published,
    Updated,
    None,
}

/// Names of the months, in the languages that dumps come in.
const MONTHS: [&str; 12] = [
    "january jan januar janvier enero gennaio janeiro января",
    "february feb februar février febrero febbraio fevereiro февраля",
    "march mar märz mars marzo março марта",
    "april apr avril abril aprile апреля",
    "may mai mayo maggio maio мая",
    "june jun juni juin junio giugno junho июня",
    "july jul juli juillet julio luglio julho июля",
    "august aug août agosto августа",
    "september sep sept septembre septiembre settembre setembro сентября",
    "october oct oktober octobre octubre ottobre outubro октября",
    "november nov novembre noviembre novembro ноября",
    "december dec dezember décembre diciembre dicembre dezembro декабря",
];

/// Words around a date that say nothing more; zones are local and not kept.
const AROUND: &str = "on the at date monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat \
    sun montag dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi \
    dimanche le el il em de uhr года г в est edt cst cdt mst mdt pst pdt gmt utc bst cet cest msk";

const PUBLISHED: &str = "published|posted|veröffentlicht am|veröffentlicht|publié le|publié|publicado el|\
    publicado em|publicado|pubblicato il|pubblicato|опубликовано";
const UPDATED: &str = "last updated|updated|zuletzt aktualisiert|aktualisiert am|aktualisiert|mis à jour le|\
    mis à jour|actualizado el|actualizado|atualizado em|aggiornato il|обновлено";

/// Reads a line that is a date, perhaps with a label and a time.
pub(super) fn line(block: &str) -> Option<Line> {
    if block.chars().count() > 60 {
        return None;
    }
    let labelled = |labels: &str| labels.split('|').find_map(|label| after(block, label));
    let (text, label) = labelled(PUBLISHED)
        .map(|text| (text, Label::Published))
        .or_else(|| labelled(UPDATED).map(|text| (text, Label::Updated)))
        .unwrap_or((block, Label::None));
    let text = text.trim_start_matches([':', ' ']);
    // A bare number may be anything.
    let date = Date::parse(text).ok().filter(|date| date.day().is_some()).or_else(|| spelt(text))?;
    Some(Line { date, label })
}

fn spelt(text: &str) -> Option<Date> {
    let says = |word: &&str| !AROUND.split_whitespace().any(|around| around == *word);
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric() && !":.".contains(c));
    let words = words.map(|word| word.trim_matches(['.', ':'])).filter(|word| !word.is_empty());
    let mut source = words.filter(says).peekable();
    let (mut words, mut time) = (Vec::new(), String::new());
    while let Some(word) = source.next() {
        let Some((hour, minute)) = clock(word) else {
            words.push(word);
            continue;
        };
        let half = source.next_if(|next| matches!(*next, "am" | "pm" | "a.m" | "p.m"));
        if !time.is_empty() {
            return None;
        }
        time = format!("T{:02}:{minute:02}", on_day(hour, half)?);
    }
    let day = day(&words)?;
    Date::parse(&format!("{day}{time}")).ok()
}

/// `16 October 2015`, `October 16th, 2015` or `16.10.2015`, as ISO 8601.
fn day(words: &[&str]) -> Option<String> {
    // Dots between numbers are only used where the day comes first.
    let dotted: Vec<&str> = if let [word] = words { word.split('.').collect() } else { Vec::new() };
    let month = |word: &str| MONTHS.iter().position(|names| names.split(' ').any(|name| name == word));
    let number = |word: &str| word.parse::<u8>().ok();
    let ordinal = |word: &str| number(word.trim_end_matches(char::is_alphabetic));
    let (year, month, day) = match (words, dotted.as_slice()) {
        (_, [day, month, year]) => (year, usize::from(number(month)?), number(day)?),
        ([a, b, year], _) => {
            let (month, day) = month(a).zip(ordinal(b)).or_else(|| month(b).zip(ordinal(a)))?;
            (year, month + 1, day)
        }
        _ => return None,
    };
    (year.len() == 4).then(|| format!("{year}-{month:02}-{day:02}"))
}

/// Hour and minute of `14:20`, `2:20pm` left to its neighbour.
fn clock(word: &str) -> Option<(u8, u8)> {
    let mut parts = word.split(':');
    let (hour, minute) = (parts.next()?, parts.next()?);
    Some((hour.parse().ok()?, minute.parse().ok()?))
}

/// The hour from 0 to 23.
fn on_day(hour: u8, half: Option<&str>) -> Option<u8> {
    let evening = half.is_some_and(|half| half.starts_with('p'));
    match (hour, half) {
        (0..=23, None) => Some(hour),
        (1..=12, Some(_)) => Some(hour % 12 + if evening { 12 } else { 0 }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_a_date_and_nothing_else() {
        for (text, iso) in [
            ("3 May 1998", "1998-05-03"),
            ("Monday, 3rd of May 1998", ""),
            ("Published: 16 October 2015, 14:20", "2015-10-16T14:20:00"),
            ("October 16, 2015 2:20 PM EDT", "2015-10-16T14:20:00"),
            ("October 16, 2015 at 12:05 a.m.", "2015-10-16T00:05:00"),
            ("16.10.2015 14:20", "2015-10-16T14:20:00"),
            ("16. Oktober 2015", "2015-10-16"),
            ("Veröffentlicht am 16. Oktober 2015", "2015-10-16"),
            ("16 октября 2015", "2015-10-16"),
            ("16 октября 2015 г.", "2015-10-16"),
            ("Publié le 16 octobre 2015", "2015-10-16"),
            ("16 de octubre de 2015", "2015-10-16"),
            ("Updated: 17 October 2015", "2015-10-17"),
            ("03/04/2015", ""),
            ("30.02.2015", ""),
            ("1998", ""),
            ("May 1998", ""),
            ("16 October 2015, 25:61", ""),
            ("Two in May 1998", ""),
        ] {
            assert_eq!(line(text).map_or(String::new(), |line| line.date.iso()), iso, "{text}");
        }
    }
}
