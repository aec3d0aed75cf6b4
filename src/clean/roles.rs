//! One decision a block, with its neighbours in view.

use super::blocks::ends_sentence;
use super::furniture::{self, Sure};
use crate::article::Date;
use std::collections::BTreeSet;

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Title,
    Standfirst,
    Authors(Vec<String>),
    Date(Date),
    Subheading,
    Paragraph,
    FirstPublishedBy(String),
    Rights,
    Furniture,
}

/// Longest headline, in characters.
const TITLE: usize = 200;
/// Longest standfirst.
const STANDFIRST: usize = 300;
/// Longest subheading.
const SUBHEADING: usize = 120;
/// Percentage of a standfirst's words that the story repeats.
const REPEATED: usize = 60;

/// Decides for each block of a text.
pub(super) fn assign(blocks: &[String]) -> Vec<Role> {
    let mut roles = vec![Role::Paragraph; blocks.len()];
    let end = ending(blocks, &mut roles);
    let start = beginning(&blocks[..end], &mut roles);
    for at in start..end {
        if furniture::anywhere(&blocks[at]) {
            roles[at] = Role::Furniture;
        }
    }
    for at in start..end {
        let story =
            |at: usize| roles.get(at) == Some(&Role::Paragraph) && at < end && ends_sentence(&blocks[at]);
        let next = (at + 1..end).find(|next| roles[*next] != Role::Furniture);
        let before = at > start
            && (start..at).rev().find(|before| roles[*before] != Role::Furniture).is_some_and(story);
        if roles[at] == Role::Paragraph && before && next.is_some_and(story) && is_subheading(&blocks[at]) {
            roles[at] = Role::Subheading;
        }
    }
    roles
}

/// Furniture and end matter below the story, from the last block upwards. Gives the end of the story.
fn ending(blocks: &[String], roles: &mut [Role]) -> usize {
    let mut end = blocks.len();
    let mut named = false;
    while end > 1 {
        let block = &blocks[end - 1];
        roles[end - 1] = match furniture::first_publisher(block) {
            // There is one first publisher; what else is said stays in the text.
            Some(name) if !named => {
                named = true;
                Role::FirstPublishedBy(name)
            }
            _ if furniture::is_rights(block) => Role::Rights,
            _ if furniture::at_edge(block) != Sure::No => Role::Furniture,
            _ => break,
        };
        end -= 1;
    }
    // A lone button is more likely the last word of the story.
    if blocks.len() - end == 1
        && roles[end] == Role::Furniture
        && furniture::at_edge(&blocks[end]) == Sure::Beside
    {
        roles[end] = Role::Paragraph;
        end += 1;
    }
    end
}

/// Furniture, headline, byline, date and standfirst above the story. Gives its start.
fn beginning(blocks: &[String], roles: &mut [Role]) -> usize {
    let mut at = blocks.iter().take_while(|block| furniture::at_edge(block) != Sure::No).count();
    // What looks like a button is the headline if nothing else can be.
    let lone = at == 1 && furniture::at_edge(&blocks[0]) == Sure::Beside;
    if lone && blocks.get(1).is_some_and(|block| !is_headline(block)) {
        at = 0;
    }
    roles[..at].fill(Role::Furniture);
    // A text that begins with a sentence has lost its headline; a lone block is the story.
    if blocks.len() > at + 1 && is_headline(&blocks[at]) {
        roles[at] = Role::Title;
        at += 1;
    }
    let (mut byline, mut date, mut standfirst) = (false, false, false);
    while at + 1 < blocks.len() {
        let block = &blocks[at];
        roles[at] = match (authors(block), date_line(block)) {
            (Some(names), _) if !byline => {
                byline = true;
                Role::Authors(names)
            }
            (_, Some(found)) if !date => {
                date = true;
                Role::Date(found)
            }
            _ if furniture::at_edge(block) == Sure::Yes => Role::Furniture,
            _ if !standfirst && is_standfirst(block, &blocks[at + 1..]) => {
                standfirst = true;
                Role::Standfirst
            }
            _ => return at,
        };
        at += 1;
    }
    at
}

/// A short line that is no sentence, though an abbreviation may end it.
fn is_headline(block: &str) -> bool {
    const ABBREVIATIONS: [&str; 14] = [
        "inc.", "ltd.", "co.", "corp.", "bros.", "jr.", "sr.", "st.", "no.", "a.m.", "p.m.", "etc.", "vs.",
        "dr.",
    ];
    let last = block.split_whitespace().next_back().unwrap_or_default().to_lowercase();
    let initial = |part: &str| part.chars().count() == 1;
    let abbreviated = ABBREVIATIONS.contains(&last.as_str())
        || last.ends_with("...")
        || last.strip_suffix('.').is_some_and(|core| core.split('.').all(initial));
    block.chars().count() <= TITLE
        && block.chars().any(char::is_alphanumeric)
        && (abbreviated || !block.ends_with(['.', '。']))
}

/// `By Jane Doe and Sam Roe`.
fn authors(block: &str) -> Option<Vec<String>> {
    const BY: [&str; 6] = ["By ", "BY ", "Von ", "Par ", "Por ", "Автор: "];
    const ROLES: [&str; 8] = [
        "staff writer",
        "staff reporter",
        "correspondent",
        "reporter",
        "editor",
        "redakteur",
        "journaliste",
        "redactor",
    ];
    let names = BY.iter().find_map(|by| block.strip_prefix(by))?;
    if block.chars().count() > 120 || ends_sentence(block) {
        return None;
    }
    let names = names
        .split([',', ';', '|'])
        .flat_map(|part| part.split(" and "))
        .flat_map(|part| part.split(" und "))
        .flat_map(|part| part.split(" et "));
    let names: Vec<String> =
        names.map(str::trim).filter(|name| !name.is_empty()).map(ToString::to_string).collect();
    let is_role = |name: &String| ROLES.iter().any(|role| name.to_lowercase().contains(role));
    let names: Vec<String> = names.into_iter().filter(|name| !is_role(name)).collect();
    // One word may be anything: `By night`.
    let is_name = |name: &String| {
        name.split_whitespace().count() >= 2
            && furniture::is_proper_name(name)
            && !name.contains(|c: char| c.is_ascii_digit())
            && !name.split_whitespace().any(|word| matches!(word, "of" | "the" | "The" | "Of"))
    };
    (!names.is_empty() && names.iter().all(is_name)).then_some(names)
}

/// A block that is a date and nothing else; forms that could mean two days are not taken.
fn date_line(block: &str) -> Option<Date> {
    const MONTHS: [[&str; 2]; 12] = [
        ["january", "jan"],
        ["february", "feb"],
        ["march", "mar"],
        ["april", "apr"],
        ["may", "may"],
        ["june", "jun"],
        ["july", "jul"],
        ["august", "aug"],
        ["september", "sep"],
        ["october", "oct"],
        ["november", "nov"],
        ["december", "dec"],
    ];
    const AROUND: [&str; 12] = [
        "published",
        "on",
        "date",
        "posted",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "the",
    ];
    if block.chars().count() > 60 {
        return None;
    }
    if let Ok(date) = Date::parse(block) {
        // A bare number may be anything.
        return date.day().map(|_| date);
    }
    let lower = block.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !AROUND.contains(word))
        .collect();
    let [a, b, year] = words.as_slice() else { return None };
    let month = |word: &str| MONTHS.iter().position(|names| names.contains(&word)).map(|at| at + 1);
    let day = |word: &str| word.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h']).parse::<u8>().ok();
    let (month, day) = month(a).zip(day(b)).or_else(|| month(b).zip(day(a)))?;
    let date = format!("{year}-{month:02}-{day:02}");
    if year.len() == 4 { Date::parse(&date).ok() } else { None }
}

/// One or two sentences that the story says again: a standfirst sums it up.
fn is_standfirst(block: &str, story: &[String]) -> bool {
    let sentences = block.matches(['.', '!', '?', '。']).count();
    if block.chars().count() > STANDFIRST || sentences > 3 || story.len() < 2 || !ends_sentence(block) {
        return false;
    }
    let long = |text: &str| -> BTreeSet<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
        words.filter(|word| word.chars().count() > 3).collect()
    };
    let said = long(block);
    let again: BTreeSet<String> = story.iter().flat_map(|block| long(block)).collect();
    let repeated = said.intersection(&again).count();
    // A first sentence is followed by others on its subject; only a summary is repeated nearly word for word.
    said.len() >= 5 && repeated * 100 >= REPEATED * said.len() && repeats_a_phrase(block, story)
}

/// Whether five words of a block stand in one order in a later one.
fn repeats_a_phrase(block: &str, story: &[String]) -> bool {
    const WORDS: usize = 5;
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let phrases: BTreeSet<Vec<String>> = words(block).windows(WORDS).map(<[String]>::to_vec).collect();
    story.iter().any(|block| words(block).windows(WORDS).any(|phrase| phrases.contains(phrase)))
}

fn is_subheading(block: &str) -> bool {
    let length = block.chars().count();
    let quoted = block.starts_with(['"', '“', '„', '«', '-', '–', '—', '•', '*']);
    let ends = block.ends_with([':', ';', ',', '"', '”', '»', '-', '–', '—']);
    (2..=SUBHEADING).contains(&length)
        && !ends_sentence(block)
        && !quoted
        && !ends
        && block.chars().any(char::is_alphabetic)
}

/// The place at the beginning of the first paragraph: `MOSCOW, Oct 16 (AGENCY) —`. The text stays as it is.
pub(super) fn dateline(blocks: &[String], roles: &[Role]) -> Option<String> {
    let first =
        blocks.iter().zip(roles).find(|(_, role)| **role == Role::Paragraph).map(|(block, _)| block)?;
    let at = [" — ", " – ", " -- "].iter().filter_map(|dash| first.find(dash)).min()?;
    let head = &first[..at];
    let place = head.split([',', '(', '/']).next().unwrap_or_default().trim();
    let capitals = place.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    let short = head.chars().count() <= 60 && (2..=40).contains(&place.chars().count());
    (capitals && short && place.chars().any(char::is_alphabetic)).then(|| place.to_string())
}
