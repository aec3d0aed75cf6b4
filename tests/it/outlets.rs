//! What records of one outlet have in common is no part of their stories.

use crate::site::{Site, tree};
use serde_json::json;

/// Above and below each story of an outlet. Nobody could tell by its words that it is none: it is told as a story is.
const ABOVE: &str = "The Lantern is printed on the island and read on the mainland, which explains a good deal of what is in it.";
const BELOW: &str =
    "Its readers have been sending in their tide tables since 1907, and the best of them are printed below.";
const MENU: [&str; 6] = ["Lantern", "Ferries", "Seals", "Weather and tides", "The quay", "Letters"];
const SUBJECTS: [&str; 6] = ["ferry", "lighthouse", "bakery", "library", "school choir", "harbour office"];

/// A page as text whose story is about something of its own.
fn page(at: usize) -> String {
    let subject = SUBJECTS[at % SUBJECTS.len()];
    let told = story(subject);
    [
        &MENU[..],
        &[ABOVE, &format!("Trouble at the {subject} again")],
        &told.iter().map(String::as_str).collect::<Vec<_>>(),
        &[BELOW, "Letters", "The quay"],
    ]
    .concat()
    .join("\n\n")
}

fn story(subject: &str) -> Vec<String> {
    vec![
        format!(
            "Nobody at the {subject} could say on Tuesday why the bell had rung all night, or who had paid for it."
        ),
        format!(
            "“It is the third time that the {subject} has been in the paper this year,” said the mayor, who was not amused."
        ),
        format!(
            "A committee of the island will look into the {subject} and is expected to report before the first storms."
        ),
        format!(
            "Until then the {subject} stays open in the mornings, and visitors are asked to bring a lantern of their own."
        ),
    ]
}

fn dump(records: impl Iterator<Item = (String, String)>) -> String {
    let line = |(at, (outlet, text)): (usize, (String, String))| {
        json!({ "url": format!("https://{outlet}/{at}"), "text": text, "id": at }).to_string() + "\n"
    };
    records.enumerate().map(line).collect()
}

/// The bodies of all articles, in the order of their names.
fn bodies(site: &Site) -> Vec<String> {
    let files = tree(&site.path("content"));
    let body =
        |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).split("---\n").nth(2).unwrap().trim().to_string();
    files.values().map(body).collect()
}

#[test]
fn what_all_pages_of_an_outlet_say_is_dropped() {
    let site = Site::new();
    site.file("dump.jsonl", dump((0..6).map(|at| ("lantern.example".to_string(), page(at)))));
    site.run(&["import", "dump.jsonl"]);
    let found = bodies(&site);
    assert_eq!(found.len(), 6);
    for body in found {
        let subject = SUBJECTS.iter().find(|subject| body.contains(*subject)).unwrap();
        assert_eq!(body.split("\n\n").collect::<Vec<_>>(), story(subject), "{subject}");
    }
}

const NOTICE: &str =
    "The Lantern belongs to its readers, and whoever wants to own a page of it may ask at the lighthouse.";

/// A page as HTML on which what the outlet says stands in the story's own element.
fn html(at: usize, notice: &str) -> String {
    let subject = SUBJECTS[at % SUBJECTS.len()];
    let paragraphs =
        [&[ABOVE.to_string()][..], &story(subject), &[notice.to_string()]].concat().join("</p><p>");
    let menu = MENU.join("</a></li><li><a href='/x'>");
    format!(
        "<!doctype html><title>Trouble at the {subject}</title><link rel=canonical href='https://lantern.example/{at}'>\
         <nav><ul><li><a href='/x'>{menu}</a></li></ul></nav><main><article><h1>Trouble at the {subject}</h1><div class=article-body><p>{paragraphs}</p></div></article></main>"
    )
}

#[test]
fn what_all_pages_of_an_outlet_say_is_dropped_from_html_as_well() {
    let site = Site::new();
    for at in 0..6 {
        site.file(&format!("raw/{at}.html"), html(at, NOTICE));
    }
    site.run(&["import", "raw"]);
    let found = bodies(&site);
    assert_eq!(found.len(), 6);
    for body in found {
        let subject = SUBJECTS.iter().find(|subject| body.contains(*subject)).unwrap();
        assert_eq!(body.split("\n\n").collect::<Vec<_>>(), story(subject), "{subject}");
    }
    // By itself, a page gives all that is told on it: nobody can know.
    let alone = Site::new();
    alone.file("raw/0.html", html(0, NOTICE));
    alone.run(&["import", "raw"]);
    assert_eq!(bodies(&alone)[0].split("\n\n").count(), story(SUBJECTS[0]).len() + 2);
}

#[test]
fn an_outlet_is_what_the_user_says_or_else_the_folder() {
    let site = Site::new();
    for at in 0..6 {
        site.file(&format!("raw/{at}.txt"), page(at));
    }
    for outlet in [&["--outlet", "Lantern"][..], &[]] {
        site.run(&[&["import", "--overwrite", "raw"], outlet].concat());
        for body in bodies(&site) {
            assert!(!body.contains(ABOVE) && !body.contains(BELOW), "{body}");
        }
    }
}

#[test]
fn versions_of_a_story_are_no_evidence_against_it() {
    let site = Site::new();
    let told =
        |at: usize| page(0) + &format!("\n\nCorrected for the {} time.", ["first", "second", "third"][at]);
    site.file("dump.jsonl", dump((0..3).map(|at| ("lantern.example".to_string(), told(at)))));
    site.run(&["import", "dump.jsonl"]);
    for body in bodies(&site) {
        for paragraph in story(SUBJECTS[0]) {
            assert!(body.contains(&paragraph), "{body}");
        }
    }
}

/// Neither threads nor what a batch holds decide, but only what is there to import.
#[test]
fn any_number_of_threads_finds_the_same() {
    let records = (0..3000).map(|at| {
        let outlet = format!("paper{}.example", at % 7);
        let number: String = at.to_string().bytes().map(|digit| char::from(digit + 49)).collect();
        (outlet, page(at).replace("Trouble", &number).replace("Nobody", &format!("No {number}")))
    });
    let records = dump(records);
    let mut found = Vec::new();
    for threads in ["1", "4"] {
        let site = Site::new();
        site.file("dump.jsonl", &records);
        let run = site.run(&["import", "--jobs", threads, "dump.jsonl"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let again = site.run(&["import", "--json", "dump.jsonl"]);
        assert_eq!(again.objects.last().unwrap()["written"], json!([]));
        assert_eq!(again.objects.last().unwrap()["rewritten"], json!([]));
        found.push(bodies(&site));
    }
    assert_eq!(found[0].len(), 3000);
    assert!(found[0] == found[1]);
}

#[test]
fn a_column_keeps_the_headings_that_all_of_it_has() {
    let site = Site::new();
    let things = ["butter", "barley", "leeks", "oats", "haddock"];
    for (at, thing) in things.iter().enumerate() {
        let other = things[(at + 2) % things.len()];
        site.file(
            &format!("raw/{thing}.txt"),
            format!(
                "A dish of {thing}\n\nThe keeper of the light has made this of {thing} for as long as anybody can remember.\n\nYou need\n\n2 cups of {thing}\n\n1 spoon of {other}\n\nSalt\n\nHow it is made\n\nWash the {thing} well, and let it stand in cold water for an hour before you begin.\n\nCook it slowly, with the {other}, until the keeper comes down from the lamp.\n\nServe hot.\n"
            ),
        );
    }
    let run = site.run(&["import", "--dry-run", "--json", "raw"]);
    let made: Vec<_> = run.objects.iter().filter(|it| it["kind"] == "article").collect();
    assert_eq!(made.len(), things.len(), "{}", run.stdout);
    for article in made {
        let text = article["text"].as_str().unwrap();
        for line in ["You need", "Salt", "How it is made", "Serve hot."] {
            assert!(text.contains(line), "{line} is missing in {text}");
        }
        assert!(article["front"]["title"].as_str().unwrap().starts_with("A dish of"), "{article}");
    }
}
