//! What front matter says, and what is said of it.

use super::{Keys, Parsed, Status, parse};
use crate::problem::{Level, Problem};

fn read(front: &str, keys: &[(&str, &str)]) -> Result<Parsed, Problem> {
    let renamed = keys.iter().map(|(theirs, ours)| ((*theirs).to_string(), (*ours).to_string())).collect();
    parse(&format!("---\n{front}\n---\n"), &Keys { renamed, terms: Vec::new() })
}

/// The remark, its line and column, and the hint.
fn said(problem: &Problem) -> String {
    let place = |number: Option<usize>| number.map_or_else(|| "?".to_string(), |number| number.to_string());
    let hint = problem.hint.as_deref().unwrap_or("-");
    format!("{}:{} {} ({hint})", place(problem.line), place(problem.column), problem.message)
}

#[track_caller]
fn check_error(front: &str, keys: &[(&str, &str)], wanted: &str) {
    let error = read(front, keys).expect_err(front);
    assert_eq!(said(&error), wanted, "{front}");
}

#[track_caller]
fn check_remarks(front: &str, wanted: &[&str]) -> Parsed {
    let parsed = read(front, &[]).unwrap();
    let remarks: Vec<String> = parsed.problems.iter().map(said).collect();
    assert_eq!(remarks, wanted, "{front}");
    parsed
}

#[test]
fn a_removal_without_status_is_never_published() {
    let parsed = check_remarks(
        "title: T\nremoved: {date: 2020-01-02, reason: x, code: 451}",
        &[
            "3:1 the article has `removed` without `status: removed`; it counts as removed (write `status: removed` as well, or take `removed` out to publish it)",
        ],
    );
    assert_eq!(parsed.problems[0].level, Level::Warning);
    let Status::Removed(removal) = parsed.article.status else { panic!("published") };
    assert!(removal.legal && removal.reason.as_deref() == Some("x") && removal.date.is_some());
    check_error(
        "removed: {reason: x}\nstatus: published",
        &[],
        "3:1 `status: published` says that the article is published, `removed` that it is not (take one of the two out)",
    );
    for (front, status) in [
        ("removed: {reason: x}\nstatus: draft", Status::Draft),
        ("removed: {reason: x}\ndraft: true", Status::Draft),
        ("removed:\ntitle: T", Status::Published),
    ] {
        assert_eq!(check_remarks(front, &[]).article.status, status, "{front}");
    }
}

#[test]
fn what_no_key_inside_another_says_is_not_lost_in_silence() {
    let parsed = check_remarks(
        "corrections:\n- date: 2019-01-05\n  txt: x\n- {date: 2019-01-06, by: e, text: y}\n- {}\nprint: {pg: 4, edition: late}\nraw: {sha: x, x: y}\nstatus: removed\nremoved:\n  reasn: court",
        &[
            "11:3 unknown key `removed.reasn` is ignored (did you mean `reason`?)",
            "7:9 unknown key `print.pg` is ignored (did you mean `page`?)",
            "8:7 unknown key `raw.sha` is ignored (did you mean `sha256`?)",
            "8:15 unknown key `raw.x` is ignored (known are `file`, `sha256`, `written`)",
            "4:3 unknown key `corrections.txt` is ignored (did you mean `text`?)",
            "3:3 a correction without `text` is left out (say what was mended: `text: …`)",
            "5:22 unknown key `corrections.by` is ignored (known are `date`, `text`)",
            "2:1 a correction without `text` is left out (say what was mended: `text: …`)",
        ],
    );
    assert_eq!(parsed.article.corrections.len(), 1);
}

#[test]
fn a_wrong_date_inside_a_mapping_is_shown_where_it_stands() {
    check_remarks(
        "date: 2019-01-02\ncorrections:\n- {date: 2019-01-03, text: a}\n- text: b\n  date: 2020-13-01\nstatus: removed\nremoved: {reason: x, date: 2019-50-01}",
        &[
            "8:22 `removed.date` is ignored: `2019-50-01` is not a date: there is no month 50 (-)",
            "6:3 `corrections.date` is ignored: `2020-13-01` is not a date: there is no month 13 (-)",
        ],
    );
}

#[test]
fn errors_name_the_keys_that_the_file_has() {
    let keys =
        [("deck", "description"), ("params.deck", "subtitle"), ("topics", "tags"), ("fixes", "corrections")];
    for (front, wanted) in [
        ("deck: [a, b]", "2:1 `deck` is a list, but must be a single value (-)"),
        ("description: [a]", "2:1 `description` is a list, but must be a single value (-)"),
        ("description:\ndeck: [a]", "3:1 `deck` is a list, but must be a single value (-)"),
        ("params:\n  deck: {a: b}", "3:3 `params.deck` is a mapping, but must be a single value (-)"),
        ("topics: {a: b}", "2:1 `topics` is a mapping, but must be one value or a list of them (-)"),
        ("fixes: [{text: a}, {text: [b]}]", "2:21 `fixes.text` is a list, but must be a single value (-)"),
        ("fixes: [x]", "2:1 `fixes` is a single value, but must be a list of `{date, text}` (-)"),
        (
            "removed: true",
            "2:1 `removed` is a single value, but must be a mapping (write it as `removed: {date: …, reason: …, code: …}`)",
        ),
        ("removed:\n  code: 500", "3:3 `removed.code: 500` is not known: expected 410 or 451 (-)"),
        ("redact: {a: b}", "2:1 `redact` is a mapping, but must be one value or a list of them (-)"),
    ] {
        check_error(front, &keys, wanted);
    }
    let below = parse("\n<!-- x -->\n---\ntitle: [a]\n---\n", &Keys::default()).unwrap_err();
    assert_eq!(said(&below), "4:1 `title` is a list, but must be a single value (-)");
}

#[test]
fn many_remarks_of_a_kind_are_cut_off() {
    let items = "- {date: x, y: z}\n".repeat(100);
    let parsed = read(&format!("corrections:\n{items}"), &[]).unwrap();
    assert_eq!(parsed.problems.len(), 60);
    assert!(parsed.article.corrections.is_empty());
}
