//! Copies of a story among imported articles: which are found, what their front matter says, and whose word is the last.

use crate::site::{Run, Site, tree};
use serde_json::{Value, json};

/// A text of invented words, as paragraphs of one sentence; another seed gives another text.
fn text(seed: u64, sentences: u64) -> Vec<String> {
    const PARTS: [&str; 16] =
        ["ha", "ne", "lo", "ri", "mu", "ta", "so", "ke", "vi", "du", "po", "ga", "sel", "mor", "lin", "bar"];
    let word = |n: u64| {
        let mut number = (seed << 32 | n).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        let mut word = String::new();
        for _ in 0..2 + number % 2 {
            word.push_str(PARTS[(number % 16) as usize]);
            number /= 16;
        }
        word
    };
    let sentence = |n: u64| {
        let words: Vec<String> = (0..14).map(|at| word(n * 14 + at)).collect();
        format!("The {} and the {}, they said.", words[..7].join(" "), words[7..].join(" "))
    };
    (0..sentences).map(sentence).collect()
}

fn record(id: &str, date: &str, paragraphs: &[String]) -> Value {
    json!({
        "id": id, "url": format!("https://{id}.example/story"), "source": id, "title": format!("Story of {id}"),
        "date": date, "text": paragraphs.join("\n\n"),
    })
}

fn lines(records: &[Value]) -> String {
    records.iter().map(Value::to_string).collect::<Vec<_>>().join("\n") + "\n"
}

fn import(site: &Site, args: &[&str]) -> Run {
    site.run(&[&["import", "--json"], args].concat())
}

#[track_caller]
fn last(run: &Run) -> &Value {
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    run.objects.last().unwrap()
}

/// An agency's story, what two papers made of it, and a story of its own.
fn agency() -> Vec<Value> {
    let story = text(1, 14);
    let herald =
        [&["Here is what is known of it so far, as our own reporter heard.".to_string()], &story[..7]]
            .concat();
    vec![
        record("herald", "2015-10-17", &herald),
        record("wire", "2015-10-16T08:00:00Z", &story),
        record("times", "2015-10-16T19:00:00Z", &story),
        record("other", "2015-10-16", &text(2, 14)),
    ]
}

const HERALD: &str = "content/2015/10/story-of-herald.md";
const WIRE: &str = "content/2015/10/story-of-wire.md";
const TIMES: &str = "content/2015/10/story-of-times.md";
const OTHER: &str = "content/2015/10/story-of-other.md";
const SAME: &str = "same_as: https://wire.example/story\n";

#[test]
fn copies_name_the_canonical_article_and_importing_again_changes_nothing() {
    let site = Site::new();
    site.file("dump.jsonl", lines(&agency()));
    let run = import(&site, &["--report", "report.jsonl", "dump.jsonl"]);
    let done = last(&run);
    assert_eq!((&done["articles"], &done["copies"], &done["duplicates"]), (&json!(4), &json!(2), &json!(0)));
    for (name, is_copy) in [(HERALD, true), (TIMES, true), (WIRE, false), (OTHER, false)] {
        assert_eq!(site.read(name).contains(SAME), is_copy, "{}", site.read(name));
        assert_eq!(site.read(name).contains("same_as"), is_copy);
    }
    let groups: Vec<&Value> = run.objects.iter().filter(|object| object["kind"] == "copies").collect();
    assert_eq!(groups, [&json!({"kind": "copies", "canonical": WIRE, "copies": [TIMES, HERALD]})]);
    let copies = |report: &str| report.matches("\"outcome\":\"copy\"").count();
    assert_eq!(copies(&site.read("report.jsonl")), 2);
    let before = tree(&site.path("content"));
    let run = import(&site, &["--report", "report.jsonl", "dump.jsonl"]);
    let done = last(&run);
    assert_eq!((&done["unchanged"], &done["copies"], &done["regrouped"]), (&json!(4), &json!(2), &json!([])));
    assert_eq!((&done["rewritten"], &done["written"]), (&json!([]), &json!([])));
    assert!(!run.stdout.contains("\"kind\":\"copies\""), "nothing is new: {}", run.stdout);
    assert_eq!(copies(&site.read("report.jsonl")), 2, "but it is so");
    assert!(before == tree(&site.path("content")));
}

#[test]
fn two_imports_make_the_groups_of_one() {
    let records = agency();
    let whole = Site::new();
    whole.file("dump.jsonl", lines(&records));
    import(&whole, &["dump.jsonl"]);
    for order in [[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]] {
        let site = Site::new();
        for at in order {
            // The name of the file is in front matter.
            site.file("dump.jsonl", lines(&records[at..=at]));
            assert_eq!(import(&site, &["dump.jsonl"]).code, Some(0));
        }
        assert_eq!(tree(&site.path("content")), tree(&whole.path("content")), "{order:?}");
    }
    let site = Site::new();
    site.file("dump.jsonl", lines(&records[2..3]));
    import(&site, &["dump.jsonl"]);
    site.file("dump.jsonl", lines(&records[1..2]));
    let run = import(&site, &["dump.jsonl"]);
    assert_eq!((&last(&run)["regrouped"], &last(&run)["written"]), (&json!([TIMES]), &json!([WIRE])));
}

#[test]
fn the_groups_do_not_depend_on_threads() {
    let records: Vec<Value> = (0..150)
        .flat_map(|n| {
            let story = text(n + 10, 12);
            let date = format!("2015-10-{:02}", n % 20 + 1);
            [record(&format!("a{n}"), &date, &story), record(&format!("b{n}"), &date, &story[..8])]
        })
        .collect();
    let trees = ["1", "4"].map(|jobs| {
        let site = Site::new();
        site.file("dump.jsonl", lines(&records));
        let run = import(&site, &["--jobs", jobs, "dump.jsonl"]);
        assert_eq!(last(&run)["copies"], 150, "{}", run.stdout);
        tree(&site.path("content"))
    });
    assert!(trees[0] == trees[1]);
}

#[test]
fn an_editors_word_is_the_last() {
    let site = Site::new();
    site.file("dump.jsonl", lines(&agency()));
    import(&site, &["dump.jsonl"]);
    // Set free, and tied to another.
    let free = site.read(TIMES).replace(SAME, "");
    let tied = site.read(HERALD).replace(SAME, "same_as: https://other.example/story\n");
    site.file(TIMES, &free).file(HERALD, &tied);
    for _ in 0..2 {
        let run = import(&site, &["dump.jsonl"]);
        assert_eq!((&last(&run)["kept_by_hand"], &last(&run)["copies"]), (&json!(2), &json!(0)));
        assert_eq!((site.read(TIMES), site.read(HERALD)), (free.clone(), tied.clone()));
        assert!(!site.read(WIRE).contains("same_as") && !site.read(OTHER).contains("same_as"));
    }
    let run = import(&site, &["--overwrite", "dump.jsonl"]);
    assert_eq!(last(&run)["copies"], 2);
    assert!(site.read(TIMES).contains(SAME) && site.read(HERALD).contains(SAME));
}

#[test]
fn what_was_written_by_hand_stays_as_it_is_and_may_be_canonical() {
    let site = Site::new();
    let records = agency();
    let by_hand =
        |date: &str| format!("---\ntitle: By hand\ndate: {date}\n---\n\n{}\n", text(1, 14).join("\n\n"));
    site.file("content/hand.md", by_hand("2015-10-15")).file("dump.jsonl", lines(&records[1..3]));
    let run = import(&site, &["dump.jsonl"]);
    assert_eq!(last(&run)["copies"], 2, "{}", run.stdout);
    assert!(
        site.read(WIRE).contains("same_as: hand.md\n") && site.read(TIMES).contains("same_as: hand.md\n")
    );
    site.file("content/hand.md", by_hand("2015-10-18"));
    let run = import(&site, &["dump.jsonl"]);
    assert_eq!(last(&run)["regrouped"], json!([WIRE, TIMES]), "{}", run.stdout);
    assert!(!site.read(WIRE).contains("same_as") && site.read(TIMES).contains(SAME));
    assert_eq!(site.read("content/hand.md"), by_hand("2015-10-18"));
    // That it may be a copy is said when the canonical article comes, and not each time.
    assert_eq!(run.problems("edited-import").len(), 0);
    std::fs::remove_file(site.path(WIRE)).unwrap();
    let run = import(&site, &["dump.jsonl"]);
    assert_eq!(run.problem("edited-import")["file"], "content/hand.md");
}

#[test]
fn a_run_without_writing_tells_the_groups_at_its_end() {
    let site = Site::new();
    site.file("dump.jsonl", lines(&agency()));
    let run = import(&site, &["--dry-run", "dump.jsonl"]);
    assert_eq!(last(&run)["copies"], 2);
    let told = run.objects.iter().find(|object| object["kind"] == "copies").unwrap();
    assert_eq!(told["copies"], json!([TIMES, HERALD]));
    assert!(tree(&site.path("content")).is_empty());
}

#[test]
fn an_equal_text_is_a_copy_if_another_published_it_and_else_a_duplicate() {
    let site = Site::new();
    let body = text(3, 12).join("\n\n");
    for (a, b, copies, duplicates) in [
        (json!({"url": "https://a.example/1"}), json!({"url": "https://b.example/1"}), 1, 0),
        (json!({"url": "https://a.example/1"}), json!({"url": "https://a.example/print/1"}), 1, 0),
        (json!({"url": "https://a.example/1"}), json!({"url": "http://www.a.example/1/"}), 0, 1),
        (json!({"url": "https://a.example/1"}), json!({}), 0, 1),
        (json!({}), json!({"url": "https://a.example/1"}), 0, 1),
        (json!({"source": "A"}), json!({"source": "B"}), 1, 0),
        (json!({"source": "A"}), json!({"source": "A"}), 0, 1),
    ] {
        let with_text = |mut record: Value, id: usize| {
            record["text"] = json!(body);
            record["id"] = json!(id);
            record
        };
        site.file("dump.jsonl", lines(&[with_text(a.clone(), 1), with_text(b.clone(), 2)]));
        let run = import(&site, &["--dry-run", "dump.jsonl"]);
        let done = last(&run);
        assert_eq!((&done["copies"], &done["duplicates"]), (&json!(copies), &json!(duplicates)), "{a} {b}");
    }
}

#[test]
fn an_excerpt_is_never_canonical() {
    let site = Site::new();
    let story = text(4, 12);
    let excerpt = json!({
        "id": "feed", "url": "https://feed.example/1", "title": "Story of feed", "date": "2015-10-14",
        "summary": story[..5].join(" "),
    });
    site.file("dump.jsonl", lines(&[excerpt, record("paper", "2015-10-16", &story)]));
    let run = import(&site, &["dump.jsonl"]);
    assert_eq!(last(&run)["copies"], 1, "{}", run.stdout);
    assert!(!site.read("content/2015/10/story-of-paper.md").contains("same_as"));
}

#[test]
fn notices_of_a_kind_are_no_copies() {
    let site = Site::new();
    let notice = |n: usize| {
        let names = [
            "Ada Holm",
            "Ben Wick",
            "Cora Dale",
            "Dan Moor",
            "Eve Strand",
            "Finn Berg",
            "Gro Lund",
            "Hal Sund",
        ];
        let name = names[n % names.len()];
        let text = format!(
            "{name} died at home on the island on Monday. The family asks that instead of flowers, gifts be made to the \
             lifeboat. The service will be held at the chapel by the harbour, and afterwards everybody is invited to the \
             old school for coffee. {name} was a member of the choir for many years and will be missed by all who knew \
             the kind and quiet ways of this friend of the island.",
        );
        json!({"id": n, "url": format!("https://example.org/notice/{n}"), "title": format!("In memory of {name} {n}"),
            "date": format!("2015-10-{:02}", 1 + n % 28), "text": text})
    };
    site.file("dump.jsonl", lines(&(0..8).map(notice).collect::<Vec<_>>()));
    let run = import(&site, &["dump.jsonl"]);
    assert_eq!((&last(&run)["articles"], &last(&run)["copies"]), (&json!(8), &json!(0)), "{}", run.stdout);
}

#[test]
fn imported_groups_are_shown_on_both_sides() {
    let site = Site::new();
    site.file("dump.jsonl", lines(&agency()));
    import(&site, &["dump.jsonl"]);
    site.build().clean();
    let page = |name: &str| site.read(&format!("public/2015/10/{name}.html"));
    let canonical = "<link rel=\"canonical\" href=\"https://example.org/2015/10/16/story-of-wire.html\">";
    let wire = page("16/story-of-wire");
    assert!(
        wire.contains(">Story of herald (herald)</a>") && wire.contains(">Story of times (times)</a>"),
        "{wire}"
    );
    for copy in [page("16/story-of-times"), page("17/story-of-herald")] {
        assert!(copy.contains(">Story of wire (wire)</a>") && copy.contains(canonical), "{copy}");
    }
    let sitemap = site.read("public/sitemap-2015.xml");
    assert!(sitemap.contains("story-of-wire") && sitemap.contains("story-of-other"), "{sitemap}");
    assert!(!sitemap.contains("story-of-times") && !sitemap.contains("story-of-herald"), "{sitemap}");
}

#[test]
fn what_a_paper_prints_every_day_is_no_copy() {
    let site = Site::new();
    let forecast = |wind: &str, sky: &str| {
        let places =
            ["the sound", "the outer isles", "the harbour mouth", "the long reach", "the northern banks"];
        let of = |place: &&str| {
            format!(
                "Over {place} the wind is expected to be {wind} at first and to rise in the evening, with {sky} in places and good visibility between them, and small boats are advised to stay near the shore."
            )
        };
        places.iter().map(of).collect::<Vec<_>>().join("\n\n")
    };
    let days = [("southerly", "rain"), ("westerly", "hail"), ("northerly", "snow")];
    let records = days.iter().enumerate().map(|(day, (wind, sky))| {
        let text = format!("The sea on day {}\n\n{}", ["one", "two", "three"][day], forecast(wind, sky));
        let url = format!("https://packet.example/sea/{day}");
        format!("{}\n", serde_json::json!({"outlet": "Packet", "url": url, "date": format!("1998-05-0{}", day + 3), "text": text}))
    });
    site.file("a.jsonl", records.collect::<String>());
    let run = site.run(&["import", "--dry-run", "--json", "a.jsonl"]);
    let last = run.objects.last().unwrap();
    assert_eq!((&last["articles"], &last["copies"]), (&3.into(), &0.into()), "{}", run.stdout);
}
