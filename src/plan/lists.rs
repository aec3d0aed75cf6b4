//! Pages that list articles or terms.

use super::terms::{TermPart, term_part_path};
use super::{LookUp, Output, Page, Paging, Part, known, lookup, template};
use crate::archive::{Archive, Period};
use crate::config::{Config, Taxonomy};
use crate::route::OutPath;

/// The folder of undated articles.
pub const UNDATED: &str = "/undated/";
/// The folder of corrected articles.
pub const CORRECTIONS: &str = "/corrections/";
/// The folder of the days of the year.
pub const DAYS: &str = "/on-this-day/";

/// The folder of a period: `/2019/07/`.
pub fn period_folder((year, month, day): Period) -> String {
    // Room for `/2019/07/21/`.
    let mut folder = String::with_capacity(12);
    folder.push('/');
    // Years have four digits, months and days two.
    folder.extend([1000, 100, 10, 1].map(|unit| digit(year / unit)));
    folder.push('/');
    for part in [month, day].into_iter().filter(|part| *part > 0) {
        folder.extend([digit(i16::from(part) / 10), digit(i16::from(part)), '/']);
    }
    folder
}

/// The last digit of a number.
fn digit(number: i16) -> char {
    char::from_digit(u32::from(number.unsigned_abs()) % 10, 10).unwrap_or('0')
}

/// The folder of a term.
pub fn term_folder(archive: &Archive, taxonomy: &Taxonomy, (index, term): (usize, usize)) -> String {
    [taxonomy.path.as_str(), archive.terms[index][term].slug.as_str(), "/"].concat()
}

/// The folder of a day of every year: `/on-this-day/02-29/`.
pub fn day_folder((month, day): (i8, i8)) -> String {
    format!("{DAYS}{month:02}-{day:02}/")
}

/// Path of a list's page.
pub fn list_path(folder: &str, part: Part) -> OutPath {
    // Pages ask for thousands of these, mostly of folders.
    let mut path = String::with_capacity(folder.len() + "page-10.html".len());
    path.push_str(folder.trim_start_matches('/'));
    match part {
        Part::Folder => path.push_str("index.html"),
        Part::Numbered(number) => path += &format!("page-{number}.html"),
    }
    OutPath::new(&path).expect("made of slugs, numbers and plain names")
}

/// Whether and how a list is paged.
pub fn paging(page: Page, archive: &Archive, config: &Config) -> Paging {
    let periods = &config.periods;
    let (slots, all) = match page {
        Page::Home(_) => (archive.entries.len() - archive.undated, periods.home),
        Page::Period((_, 0, _), _) => (slots(page, archive), periods.year),
        Page::Period((_, _, 0), _) => (slots(page, archive), periods.month),
        Page::Period(..) => (slots(page, archive), periods.day),
        _ => (slots(page, archive), true),
    };
    Paging::new(slots, config.per_page, all)
}

fn slots(page: Page, archive: &Archive) -> usize {
    match page {
        Page::Period(period, _) => archive.periods.get(&period).map_or(0, |span| span.range.len()),
        Page::Term(taxonomy, term, _) => archive.terms[taxonomy][term].slots.len(),
        Page::Undated(_) => archive.undated,
        Page::Corrections(_) => archive.corrected.len(),
        Page::DayOfYear(day, _) => archive.days_of_year.get(&day).map_or(0, Vec::len),
        _ => 0,
    }
}

/// All lists.
pub(super) fn all(
    archive: &Archive,
    config: &Config,
    (term_parts, lookup): (&[Vec<TermPart>], &LookUp),
) -> Vec<Output> {
    let mut outputs = Vec::new();
    let mut add = |folder: &str, name: &str, page: &dyn Fn(Part) -> Page| {
        for part in paging(page(Part::Folder), archive, config).parts() {
            outputs.push(Output { path: list_path(folder, part), page: page(part), source: template(name) });
        }
    };
    add("/", "home", &Page::Home);
    for period in archive.periods.keys() {
        add(&period_folder(*period), "period", &|part| Page::Period(*period, part));
    }
    // The page stands even when it is empty: themes may link to it from everywhere.
    add(UNDATED, "list", &Page::Undated);
    if !archive.corrected.is_empty() {
        add(CORRECTIONS, "list", &Page::Corrections);
    }
    if config.on_this_day {
        add(DAYS, "days", &|_| Page::DaysOfYear);
        for day in days_of_year() {
            add(&day_folder(day), "list", &|part| Page::DayOfYear(day, part));
        }
    }
    for (index, taxonomy) in config.taxonomies.iter().enumerate() {
        add(&taxonomy.path, "terms", &|_| Page::Terms(index));
        for term in 0..archive.terms[index].len() {
            let folder = term_folder(archive, taxonomy, (index, term));
            add(&folder, "term", &|part| Page::Term(index, term, part));
        }
    }
    for (index, parts) in term_parts.iter().enumerate() {
        for (at, part) in parts.iter().enumerate() {
            let path = term_part_path(&config.taxonomies[index].path, part);
            outputs.push(Output { path, page: Page::TermPart(index, at), source: template("terms") });
        }
    }
    lookup::add(lookup, config, &mut outputs);
    outputs.push(Output { path: known("404.html"), page: Page::NotFound, source: template("404") });
    outputs
}

/// Month and day of all days that a year can have.
pub fn days_of_year() -> impl Iterator<Item = (i8, i8)> {
    (1..=12).flat_map(|month| (1..=days_in(month)).map(move |day| (month, day)))
}

/// Days of a month in a leap year.
pub fn days_in(month: i8) -> i8 {
    jiff::civil::date(2000, month, 1).days_in_month()
}
