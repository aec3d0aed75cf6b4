//! Where the keys of front matter stand, for messages: values do not remember their lines.

use super::KEYS;

/// Line and column of a key at the top, both from 1; of `params.deck`, where the inner key stands.
pub(super) fn top(front: &str, key: &str) -> Option<(usize, usize)> {
    if let Some(line) = line_of(front, key) {
        return Some((line, 1));
    }
    let (outer, inner) = key.split_once('.')?;
    nested(front, outer, inner.rsplit('.').next()?, 0).or_else(|| Some((line_of(front, outer)?, 1)))
}

/// Line and column of a key inside another, both from 1; `before` of its name stand above it there.
pub(super) fn nested(front: &str, outer: &str, key: &str, before: usize) -> Option<(usize, usize)> {
    let (first, _) = top(front, outer)?;
    let mut found = Vec::new();
    for (at, line) in front.lines().enumerate().skip(first - 1) {
        let is_below = line.is_empty() || line.starts_with([' ', '\t', '-', '#', '}', ']']);
        if at + 1 > first && !is_below {
            break;
        }
        found.extend(columns(line, key).map(|column| (at + 1, column)));
    }
    found.into_iter().nth(before)
}

/// The line of the YAML on which a top-level key stands.
fn line_of(front: &str, wanted: &str) -> Option<usize> {
    let names = |line: &str| {
        let key = line.split(':').next().unwrap_or_default().trim_end().trim_matches(['"', '\'']);
        let lower = KEYS.iter().find(|known| known.eq_ignore_ascii_case(key));
        let key = lower.copied().unwrap_or(key);
        !key.is_empty() && key == wanted && !line.starts_with([' ', '#'])
    };
    front.lines().position(names).map(|at| at + 1)
}

/// Where a line has a key: at its beginning, behind the dash of a list, or in a mapping between braces.
fn columns<'a>(line: &'a str, key: &'a str) -> impl Iterator<Item = usize> {
    let is_key = |at: &usize| {
        let quotes = ['"', '\''];
        let before = line[..*at].trim_end_matches(quotes).trim_end();
        let after = line[at + key.len()..].trim_start_matches(quotes).trim_start();
        let begins = before.trim_matches([' ', '-']).is_empty() || before.ends_with(['{', ',']);
        begins && after.starts_with(':')
    };
    let places = line.match_indices(key).map(|(at, _)| at).filter(is_key);
    places.map(|at| line[..at].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRONT: &str = "title: A, date: b\n\"date\": 2019\nparams:\n  deck: x\n  more: {deck: y}\n\
        corrections:\n- text: a date: b\n  date: 1\n\n- {text: x, \"date\": 2}\n  # end\nremoved: {date: 3}\n";

    #[test]
    fn keys_are_found_where_they_stand() {
        for (key, place) in [
            ("title", Some((1, 1))),
            ("date", Some((2, 1))),
            ("params.deck", Some((4, 3))),
            ("params.none", Some((3, 1))),
            ("deck", None),
        ] {
            assert_eq!(top(FRONT, key), place, "{key}");
        }
        for (outer, key, before, place) in [
            ("corrections", "date", 0, Some((8, 3))),
            ("corrections", "date", 1, Some((10, 14))),
            ("corrections", "date", 2, None),
            ("corrections", "text", 1, Some((10, 4))),
            ("removed", "date", 0, Some((12, 11))),
            ("removed", "code", 0, None),
            ("none", "date", 0, None),
        ] {
            assert_eq!(nested(FRONT, outer, key, before), place, "{outer} {key} {before}");
        }
    }
}
