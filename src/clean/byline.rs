//! Lines that say who wrote it.

use super::blocks::ends_sentence;
use super::origin::is_proper_name;

/// Who wrote it, and whether the line says more than that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Byline {
    pub(super) names: Vec<String>,
    /// An agency or a place, perhaps: nobody knows, so the line stays in the text.
    pub(super) more: bool,
}

/// Reads `By Jane Doe and Sam Roe, staff reporter`.
pub(super) fn read(block: &str) -> Option<Byline> {
    const BY: [&str; 6] = ["By ", "BY ", "Von ", "Par ", "Por ", "Автор: "];
    let said = BY.iter().find_map(|by| block.strip_prefix(by))?;
    if block.chars().count() > 120 || ends_sentence(block) {
        return None;
    }
    let parts: Vec<&str> = said.split([',', ';', '|']).map(str::trim).filter(|part| !is_role(part)).collect();
    let each: Vec<&str> = parts.iter().flat_map(|part| and(part)).collect();
    // Commas may stand between names, or before a place or an agency; only `A, B and C` is a list for sure.
    let listed = parts.len() > 1 && parts.last().is_some_and(|last| and(last).len() > 1);
    if (parts.len() == 1 || listed) && each.iter().all(|name| is_person(name)) {
        return Some(Byline { names: owned(&each), more: false });
    }
    let first = parts.first()?;
    let names = and(first.split_once(" in ").map_or(first, |(names, _)| names));
    names.iter().all(|name| is_person(name)).then(|| Byline { names: owned(&names), more: true })
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn and(part: &str) -> Vec<&str> {
    let names = part.split(" and ").flat_map(|part| part.split(" und ")).flat_map(|part| part.split(" et "));
    names.map(str::trim).filter(|name| !name.is_empty()).collect()
}

fn is_role(part: &str) -> bool {
    const ROLES: [&str; 7] =
        ["correspondent", "reporter", "writer", "editor", "redakteur", "journaliste", "redactor"];
    let lower = part.to_lowercase();
    lower.is_empty() || ROLES.iter().any(|role| lower.ends_with(role))
}

/// Two words at least, as one may be anything (`By night`), and not those of a phrase (`By Royal Command`).
fn is_person(name: &str) -> bool {
    const PHRASES: [&str; 13] = [
        "of", "the", "royal", "popular", "common", "public", "special", "order", "command", "demand",
        "consent", "law", "design",
    ];
    let lower = name.to_lowercase();
    name.split_whitespace().count() >= 2
        && is_proper_name(name)
        && !name.contains(|c: char| c.is_ascii_digit())
        && !lower.split_whitespace().any(|word| PHRASES.contains(&word))
}
