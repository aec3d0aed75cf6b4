//! One decision a block, with its neighbours in view.

use super::blocks::ends_sentence;
use super::byline::{self, Byline};
use super::dates::{self, Label};
use super::furniture::{self, Sure};
use super::{origin, phrases};
use crate::article::Date;
use std::collections::BTreeSet;

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Title,
    Standfirst,
    Authors(Byline),
    Date(dates::Line),
    Subheading,
    Paragraph,
    FirstPublishedBy(String, Option<Date>),
    Rights,
    Furniture,
}

impl Role {
    /// What it is called, whether it is in the body, and why.
    pub(super) fn explained(&self) -> (&'static str, bool, &'static str) {
        match self {
            Self::Title => ("title", false, "the headline"),
            Self::Standfirst => ("standfirst", false, "what the story is about, before it begins"),
            Self::Authors(byline) if byline.more => ("byline", true, "names authors, and says more"),
            Self::Authors(_) => ("byline", false, "names authors"),
            Self::Date(_) => ("date", false, "says when it was published or changed"),
            Self::Subheading => ("heading", true, "introduces what follows"),
            Self::Paragraph => ("paragraph", true, "nothing says that it is not the story's"),
            Self::FirstPublishedBy(..) => ("provenance", false, "says who published it first"),
            Self::Rights => ("rights", false, "says whose it is"),
            Self::Furniture => ("furniture", false, "words to the visitor, or below the end of the story"),
        }
    }
}

/// Longest headline, in characters.
const TITLE: usize = 300;
/// Longest headline of a text that has no sentences to tell it from.
const CROWDED: usize = 200;
/// Longest standfirst.
const STANDFIRST: usize = 300;
/// Longest subheading.
const SUBHEADING: usize = 120;
/// Most blocks of end matter.
const TAIL: usize = 15;
/// Most sentences below a statement of rights or of the first publisher.
const NOTES: usize = 2;
/// Percentage of a standfirst's words that the story repeats.
const REPEATED: usize = 60;

/// Decides for each block of a text.
pub(super) fn assign(blocks: &[String]) -> Vec<Role> {
    let mut roles = vec![Role::Paragraph; blocks.len()];
    let end = ending(blocks, &mut roles);
    let start = beginning(&blocks[..end], &mut roles);
    for at in start..end {
        if roles[at] != Role::Paragraph {
            continue;
        }
        let button =
            |at: usize| blocks.get(at).is_some_and(|block| furniture::at_edge(block) == Sure::Beside);
        let beside = at > 0 && (button(at - 1) || furniture::anywhere(&blocks[at - 1]));
        let beside =
            beside || button(at + 1) || blocks.get(at + 1).is_some_and(|block| furniture::anywhere(block));
        if furniture::anywhere(&blocks[at]) || button(at) && beside {
            roles[at] = Role::Furniture;
        } else if let Some(line) = dates::line(&blocks[at]).filter(|line| line.label != Label::None) {
            roles[at] = Role::Date(line);
        }
    }
    let of_story = |at: &usize| matches!(roles[*at], Role::Paragraph);
    let found = (start..end).filter(of_story).collect::<Vec<usize>>();
    for around in found.windows(3) {
        let [before, at, next] = [&blocks[around[0]], &blocks[around[1]], &blocks[around[2]]];
        if is_subheading(at) && introduces(before, at, next) {
            roles[around[1]] = Role::Subheading;
        }
    }
    roles
}

/// What a block is by itself, below a story; `None` for what may be the story's.
fn end_matter(block: &str) -> Option<Role> {
    if let Some((name, date)) = origin::first_publisher(block) {
        Some(Role::FirstPublishedBy(name, date))
    } else if origin::is_rights(block) {
        Some(Role::Rights)
    } else if let Some(line) = dates::line(block).filter(|line| line.label != Label::None) {
        Some(Role::Date(line))
    } else {
        (furniture::at_edge(block) != Sure::No).then_some(Role::Furniture)
    }
}

/// Furniture and end matter below the story. Gives the end of the story.
///
/// Below the first line that only end matter has, what is no sentence is end matter too: menus and the headlines of
/// other stories cannot be told from others by themselves. From there it goes upwards as long as each block is known.
fn ending(blocks: &[String], roles: &mut [Role]) -> usize {
    let known: Vec<Option<Role>> = blocks.iter().map(|block| end_matter(block)).collect();
    let told = |at: usize| known[at].is_none() && is_told(&blocks[at]);
    // The last sentences may be a note on the author or a line of the law, below end matter that is sure.
    let last = (0..blocks.len()).rev().find(|at| told(*at)).unwrap_or(0);
    for at in blocks.len().saturating_sub(TAIL).max(1)..last {
        let stated = matches!(known[at], Some(Role::FirstPublishedBy(..) | Role::Rights));
        if stated && (at..=last).filter(|at| told(*at)).count() <= NOTES {
            roles[at].clone_from(known[at].as_ref().unwrap_or(&Role::Paragraph));
        }
    }
    let sure = |at: &usize| match &known[*at] {
        // One line to the visitor may stand within a story that ends in a list; two are the end of it.
        Some(Role::Furniture) if furniture::is_addressed(&blocks[*at]) => {
            known[*at + 1..].iter().any(Option::is_some)
        }
        Some(Role::Furniture) => furniture::announces(&blocks[*at]),
        role => role.is_some(),
    };
    let anchor = (last + 1..blocks.len()).find(sure).filter(|at| last > 0 && blocks.len() - at <= TAIL);
    let mut end = anchor.unwrap_or(blocks.len());
    for at in end..blocks.len() {
        let unknown = if is_credit(&blocks[at]) { Role::Paragraph } else { Role::Furniture };
        roles[at] = known[at].clone().unwrap_or(unknown);
    }
    while let Some(role) = known[1..end].last().and_then(Clone::clone) {
        end -= 1;
        roles[end] = role;
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

/// Whether a block is more than a line of a menu.
fn is_told(block: &str) -> bool {
    ends_sentence(block) || block.chars().count() > SUBHEADING
}

/// Furniture, headline, byline, date and standfirst above the story. Gives its start.
fn beginning(blocks: &[String], roles: &mut [Role]) -> usize {
    let mut at = blocks.iter().take_while(|block| furniture::at_edge(block) != Sure::No).count();
    // What looks like furniture is the headline if it stands alone and nothing else can be.
    let lone = at == 1 && is_headline(&blocks[0]);
    if lone && blocks.get(1).is_some_and(|block| !is_headline(block)) {
        at = 0;
    }
    roles[..at].fill(Role::Furniture);
    let (mut by, mut date, mut standfirst) = (false, false, false);
    // A date above the headline; alone above a story, it is the headline.
    if let [first, second, _, ..] = &blocks[at..]
        && let Some(found) = dates::line(first)
        && is_headline(second)
        && !ends_sentence(second)
        && !is_credit(second)
    {
        date = found.label != Label::Updated;
        roles[at] = Role::Date(found);
        at += 1;
    }
    // A text that begins with a sentence has lost its headline; a lone block is the story.
    let crowded = blocks.get(at).is_some_and(|block| block.chars().count() > CROWDED);
    let told = |block: &String| ends_sentence(block);
    if blocks.len() > at + 1 && is_headline(&blocks[at]) && (!crowded || blocks[at + 1..].iter().any(told)) {
        roles[at] = Role::Title;
        at += 1;
    }
    while at + 1 < blocks.len() {
        let block = &blocks[at];
        roles[at] = match (byline::read(block), dates::line(block)) {
            (Some(byline), _) if !by => {
                by = true;
                Role::Authors(byline)
            }
            (_, Some(found)) if found.label == Label::Updated || !date => {
                date |= found.label != Label::Updated;
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

/// Whether a line may be a headline, and is no furniture.
pub(super) fn may_be_headline(block: &str) -> bool {
    is_headline(block) && furniture::at_edge(block) == Sure::No && !is_credit(block)
}

/// Whether a block says where a story comes from, or whose it is.
pub(super) fn is_origin(block: &str) -> bool {
    origin::first_publisher(block).is_some() || origin::is_rights(block)
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
    let length = block.chars().count();
    length <= TITLE
        && (length <= SUBHEADING || !ends_sentence(block))
        && block.chars().any(char::is_alphanumeric)
        && (abbreviated || !block.ends_with(['.', '。', '।', '۔']))
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
        && !is_credit(block)
        && block.chars().find(|c| c.is_alphabetic()).is_some_and(|first| !first.is_lowercase())
}

/// What stands below a picture, or names those who worked on the story.
fn is_credit(block: &str) -> bool {
    const LABELS: [&str; 9] =
        ["photo", "image", "picture", "video", "source", "credit", "foto", "bild", "фото"];
    let labels = |label: &&str| {
        let rest = phrases::after(block, label).map(|rest| rest.strip_prefix('s').unwrap_or(rest));
        rest.is_some_and(|rest| rest.trim_start().starts_with([':', '/']) || rest.starts_with(" by "))
    };
    byline::read(block).is_some() || LABELS.iter().any(labels) || is_work(block)
}

/// Whether a line names those who worked on the story, beside its author.
pub(super) fn is_work(block: &str) -> bool {
    const WORK: [&str; 6] = [
        "reporting by ",
        "additional reporting ",
        "editing by ",
        "writing by ",
        "written by ",
        "compiled by ",
    ];
    WORK.iter().any(|work| phrases::after(block, work).is_some())
}

/// Whether a line stands between paragraphs as a subheading does; verse has lines of one length.
fn introduces(before: &str, line: &str, next: &str) -> bool {
    const PARAGRAPH: usize = 60;
    let length = |block: &str| block.chars().count();
    ends_sentence(before)
        && ends_sentence(next)
        && length(next) > length(line)
        && length(before).max(length(next)) >= PARAGRAPH
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
