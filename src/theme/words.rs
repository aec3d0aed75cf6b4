//! The words of the interface, a file a language: `i18n/en.yaml` and so on.

use super::shape::{self, Odd};
use super::{File, Source};
use crate::problem::{Fatal, Problem};
use crate::yaml;
use anyhow::Result;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

const FOLDER: &str = "i18n/";

/// The words in one language. What a language's file lacks is taken from English.
#[derive(Clone, Debug)]
pub struct Words {
    values: Value,
    /// The same, as templates see them: shared by all pages.
    shared: tera::Value,
    /// What dates are written with.
    pub dates: Dates,
}

/// What dates are written with. These words are needed for each entry of each list; the others, a few times a page.
#[derive(Clone, Debug)]
pub struct Dates {
    /// The pattern for a year alone.
    pub year: String,
    /// That for a month of a year.
    pub month: String,
    /// That for a day.
    pub day: String,
    /// That for a day with a time.
    pub time: String,
    months: Vec<String>,
    /// The months behind a day, which some languages inflect.
    months_of_days: Vec<String>,
}

impl Dates {
    fn of(words: &Value) -> Self {
        let pattern = |name: &str| text(words, &["dates", name]).unwrap_or(name).to_string();
        let months = |list: &str| (0..12).map(|month| item(words, list, month).to_string()).collect();
        let inflected = words.get("months_of_days").is_some();
        Self {
            year: pattern("year"),
            month: pattern("month"),
            day: pattern("day"),
            time: pattern("time"),
            months: months("months"),
            months_of_days: months(if inflected { "months_of_days" } else { "months" }),
        }
    }

    /// The name of a month, 1 to 12.
    pub fn month(&self, month: i8) -> &str {
        &self.months[index(month - 1)]
    }

    /// The name of a month behind a day.
    pub fn month_of_day(&self, month: i8) -> &str {
        &self.months_of_days[index(month - 1)]
    }
}

impl Words {
    /// Embedded English, the embedded language, then the user's files of the language, each over the last.
    pub(super) fn load(files: &[File], lang: &str) -> Result<Self> {
        let primary = lang.split('-').next().unwrap_or(lang);
        // Where a language has no words at all, these are English, and say so.
        let spoken = if Self::speaks(files, lang) { lang } else { "en" };
        let mut words = Value::Null;
        let mut theme = Value::Null;
        for (embedded, name) in [(true, "en"), (true, primary), (true, lang), (false, primary), (false, lang)]
        {
            let path = format!("{FOLDER}{name}.yaml");
            let Some(file) = files.iter().find(|file| file.embedded == embedded && file.name == path) else {
                continue;
            };
            let own = parse(file)?;
            if theme.is_null() {
                theme = own.clone();
            }
            merge(&mut words, if embedded { own } else { shape::fit(own, &theme).0 });
            // The one word that English cannot lend is what a language calls itself.
            if embedded && name == "en" && primary != "en" && spoken == lang {
                words["language"] = Value::Null;
            }
        }
        words["lang"] = spoken.into();
        words["dir"] = if is_rtl(spoken) { "rtl" } else { "ltr" }.into();
        let (shared, dates) = (tera::Value::from_serializable(&words), Dates::of(&words));
        Ok(Self { shared, dates, values: words })
    }

    /// Whether a language has a file of words.
    pub(super) fn speaks(files: &[File], lang: &str) -> bool {
        let primary = lang.split('-').next().unwrap_or(lang);
        let names = [lang, primary].map(|name| format!("{FOLDER}{name}.yaml"));
        files.iter().any(|file| names.contains(&file.name))
    }

    /// The words of every language that has a file.
    pub(super) fn languages(files: &[File]) -> Result<BTreeMap<String, Self>> {
        let name = |file: &File| Some(file.name.strip_prefix(FOLDER)?.strip_suffix(".yaml")?.to_string());
        let names: BTreeSet<String> = files.iter().filter_map(name).collect();
        names.into_iter().map(|lang| Ok((lang.clone(), Self::load(files, &lang)?))).collect()
    }

    /// All of them, as templates see them.
    pub fn all(&self) -> &tera::Value {
        &self.shared
    }

    /// All of them, as plain data.
    pub(super) fn values(&self) -> &Value {
        &self.values
    }

    /// The language they are in.
    pub fn lang(&self) -> &str {
        self.get(&["lang"])
    }

    /// What the language calls itself, as far as its own files say.
    pub fn language(&self) -> Option<&str> {
        self.values.get("language").and_then(Value::as_str)
    }

    /// The direction they are written in: `ltr` or `rtl`.
    pub fn dir(&self) -> &str {
        self.get(&["dir"])
    }

    /// A word by its path in the file; the path itself if no file has it, so that a gap is seen.
    pub fn get<'a>(&'a self, path: &[&'a str]) -> &'a str {
        text(&self.values, path).unwrap_or_else(|| path.last().copied().unwrap_or_default())
    }

    /// The heading of a taxonomy.
    pub fn taxonomy(&self, name: &str) -> String {
        let words = self.values.get("taxonomies");
        // `section` and `sections` are one taxonomy.
        let known = words.and_then(|words| words.get(name).or_else(|| words.get(format!("{name}s"))));
        match known.and_then(Value::as_str) {
            Some(title) => title.to_string(),
            None => name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect(),
        }
    }

    /// Short and long name of a weekday, 0 for Monday.
    pub fn weekday(&self, day: i8) -> (&str, &str) {
        (item(&self.values, "weekdays_short", day), item(&self.values, "weekdays", day))
    }

    /// A pattern among the words with its `{key}`s filled in.
    pub fn fill<'v>(&self, path: &[&str], value: impl Fn(&str) -> Cow<'v, str>) -> String {
        fill(self.get(path), value)
    }
}

/// What a project's words have that the theme's have not, or otherwise.
pub(super) struct OddWords {
    theme: Value,
    /// By file: how messages call it, its text, and what is odd.
    files: Vec<(String, String, Vec<Odd>)>,
}

impl OddWords {
    pub(super) fn find(files: &[File]) -> Result<Self> {
        let english = format!("{FOLDER}en.yaml");
        let theme = files.iter().find(|file| file.embedded && file.name == english);
        let theme = theme.map(parse).transpose()?.unwrap_or_default();
        let is_words =
            |file: &&File| !file.embedded && file.name.starts_with(FOLDER) && file.name.ends_with(".yaml");
        let odd = |file: &File| {
            let text = String::from_utf8_lossy(&file.bytes).into_owned();
            Ok((file.label.clone(), text, shape::fit(parse(file)?, &theme).1))
        };
        let files = files.iter().filter(is_words).map(odd).collect::<Result<_>>()?;
        Ok(Self { theme, files })
    }

    /// What is to be said of them. A word that a template asks for is the project's own.
    pub(super) fn problems(&self, templates: &BTreeMap<String, Source>) -> Vec<Problem> {
        let asks = |word: &str| {
            let names = [format!(".{word}"), format!("\"{word}\""), format!("'{word}'")];
            templates.values().any(|source| names.iter().any(|name| source.text.contains(name)))
        };
        let of_file = |(label, text, odd): &(String, String, Vec<Odd>)| {
            let odd = odd.iter().filter(|odd| !odd.unknown().is_some_and(asks));
            odd.map(|odd| odd.problem(label, text, &self.theme)).collect::<Vec<_>>()
        };
        self.files.iter().flat_map(of_file).collect()
    }
}

fn text<'a>(words: &'a Value, path: &[&str]) -> Option<&'a str> {
    path.iter().try_fold(words, |value, key| value.get(key)).and_then(Value::as_str)
}

fn item<'a>(words: &'a Value, list: &str, at: i8) -> &'a str {
    words.get(list).and_then(|list| list.get(index(at))).and_then(Value::as_str).unwrap_or("?")
}

fn index(at: i8) -> usize {
    usize::try_from(at).unwrap_or(0)
}

/// Replaces each `{key}` by its value, which is never looked into again.
pub fn fill<'v>(pattern: &str, value: impl Fn(&str) -> Cow<'v, str>) -> String {
    let mut text = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((key, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        text.push_str(&value(key));
        rest = after;
    }
    text + rest
}

fn parse(file: &File) -> Result<Value> {
    let text = String::from_utf8_lossy(&file.bytes);
    yaml::typed(&text).map_err(|error| {
        Fatal::one(Problem::error("template", error.message).file(file.label.clone()).at(
            &text,
            error.line,
            error.column,
        ))
    })
}

fn merge(words: &mut Value, over: Value) {
    match (words, over) {
        (Value::Object(words), Value::Object(over)) => {
            for (key, value) in over {
                merge(words.entry(key).or_insert(Value::Null), value);
            }
        }
        (words, over) => *words = over,
    }
}

/// Whether a language is written from right to left, by its script or, without one, its usual script.
pub fn is_rtl(lang: &str) -> bool {
    let mut parts = lang.split('-');
    let primary = parts.next().unwrap_or_default();
    let is_in = |name: &str, known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(name));
    match parts.find(|part| part.len() == 4) {
        Some(script) => is_in(script, &["arab", "hebr", "thaa", "syrc", "nkoo", "adlm", "rohg"]),
        None => is_in(
            primary,
            &["ar", "he", "fa", "ur", "ps", "sd", "ug", "yi", "dv", "ckb", "syr", "nqo", "iw", "arc"],
        ),
    }
}
