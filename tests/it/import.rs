//! Raw text in, articles out.

use crate::site::Site;
use std::fs;
use std::path::PathBuf;

fn cases() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/text");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "txt"));
    files.sort();
    files
}

/// Each `NAME.txt` gives `NAME.md`; `UPDATE=1` writes what it gives today.
#[test]
fn cleaned_texts_are_what_their_pairs_say() {
    assert!(cases().len() >= 10);
    for case in cases() {
        let site = Site::new();
        let run = site.run(&["import", "--json", case.to_str().unwrap()]);
        let written = run.objects.last().unwrap()["written"][0].as_str().map(ToString::to_string);
        let written = written.unwrap_or_else(|| panic!("{}: {}", case.display(), run.stdout));
        let text = site.read(&written);
        let text: String = text
            .split_inclusive('\n')
            .filter(|line| !line.starts_with("  sha256:") && !line.starts_with("  written:"))
            .collect();
        let pair = case.with_extension("md");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&pair, &text).unwrap();
        }
        assert_eq!(text, fs::read_to_string(&pair).unwrap(), "{}", case.display());
    }
}

const STORY: &str = "A headline\n\nA first sentence, which is long enough.\n\nA second one.\n";

#[test]
fn importing_again_changes_nothing() {
    let site = Site::new();
    site.file("raw/deep/a.txt", STORY).file("raw/b.txt", "Another\n\nA story of its own, no doubt.\n");
    let count = |key: &str| site.run(&["import", "--json", "raw"]).objects.last().unwrap()[key].clone();
    assert_eq!(count("written").as_array().unwrap().len(), 2);
    let before = crate::site::tree(&site.path("content"));
    assert_eq!((count("unchanged"), count("written")), (2.into(), serde_json::json!([])));
    // From another root, and moved by the editor: still the same articles.
    fs::create_dir(site.path("content/filed")).unwrap();
    fs::rename(site.path("content/undated/a-headline.md"), site.path("content/filed/renamed.md")).unwrap();
    let run = site.run(&["import", "--json", "raw/deep", "raw/b.txt"]);
    assert_eq!(run.objects.last().unwrap()["unchanged"], 2, "{}", run.stdout);
    let after = crate::site::tree(&site.path("content"));
    assert_eq!(before["undated/a-headline.md"], after["filed/renamed.md"]);
    assert_eq!(after.len(), 2);
}

#[test]
fn an_article_edited_by_hand_is_kept_and_reported() {
    let site = Site::new();
    site.file("raw/a.txt", STORY);
    site.run(&["import", "raw"]);
    let name = "content/undated/a-headline.md";
    let edited = site.read(name).replace("A second one", "A better one");
    site.file(name, &edited);
    let run = site.run(&["import", "--json", "raw"]);
    assert_eq!((site.read(name), run.problem("edited-import")["file"].as_str()), (edited, Some(name)));
    assert_eq!(run.objects.last().unwrap()["edited"], 1);
}

#[test]
fn overwriting_undoes_no_decision_about_an_article() {
    let site = Site::new();
    site.file("raw/a.txt", STORY);
    site.run(&["import", "raw"]);
    let name = "content/undated/a-headline.md";
    let first = site.read(name);
    let decided = |keys: &str| {
        first.replacen("---\n", &format!("---\n{keys}\n"), 1).replace("A second one", "A better one")
    };
    // What was taken down stays as it is.
    let removed = decided("status: removed\nremoved: {reason: court order, code: 451}");
    site.file(name, &removed);
    let run = site.run(&["import", "--json", "--overwrite", "raw"]);
    assert_eq!(site.read(name), removed);
    assert_eq!(run.problem("edited-import")["message"], "kept as it is: it was taken down");
    // The rest is written anew, with what was decided.
    site.file(
        name,
        decided(
            "status: draft\nembargo: 2099-01-01\naliases: [/old.html]\nredact: [Nobody]\ncorrections: [{date: 2019-01-05, text: It was another party.}]",
        ),
    );
    site.run(&["import", "--overwrite", "raw"]);
    let written = site.read(name);
    for kept in [
        "status: draft",
        "embargo: 2099-01-01",
        "/old.html",
        "Nobody",
        "It was another party.",
        "A second one",
    ] {
        assert!(written.contains(kept), "{kept}: {written}");
    }
}

#[test]
fn what_an_older_cleaning_wrote_is_cleaned_again_at_its_place() {
    use backissue::article::{Keys, parse, write};
    use sha2::{Digest as _, Sha256};
    let site = Site::new();
    site.file("raw/a.txt", STORY);
    site.run(&["import", "raw"]);
    let name = "content/undated/a-headline.md";
    let now = site.read(name);
    // An older cleaning would have left something else, with the right hash of itself.
    let mut article = parse(&now, &Keys::default()).unwrap().article;
    article.slug = Some("old-slug".to_string());
    let raw = article.raw.as_mut().unwrap();
    raw.written = None;
    let bare = write(&article, "Only this.");
    article.raw.as_mut().unwrap().written =
        Some(data_encoding::HEXLOWER.encode(&Sha256::digest(bare.as_bytes())));
    site.file(name, write(&article, "Only this."));
    let run = site.run(&["import", "--json", "raw"]);
    assert_eq!(run.objects.last().unwrap()["rewritten"], serde_json::json!([name]), "{}", run.stdout);
    assert_eq!(
        site.read(name).replace("old-slug", "a-headline").split("---\n\n").nth(1),
        now.split("---\n\n").nth(1)
    );
    assert!(site.read(name).contains("slug: old-slug"), "the address stays");
}

#[test]
fn nothing_is_lost_when_names_or_bytes_meet() {
    let site = Site::new();
    site.file("one/a.txt", STORY)
        .file("two/a.txt", STORY.replace("second", "third"))
        .file("three/b.txt", STORY);
    let run = site.run(&["import", "--json", "one", "two", "three"]);
    let last = run.objects.last().unwrap();
    assert_eq!(
        last["written"].as_array().unwrap().len(),
        2,
        "equal bytes are one article, equal names two: {last}"
    );
    assert_eq!(run.problem("same-path")["file"], "three/b.txt");
    site.article("undated/a-story.md", "title: Mine");
    site.file("four/c.txt", "A story\n\nA first sentence, which is long enough.\n");
    site.run(&["import", "four"]);
    assert!(site.read("content/undated/a-story.md").contains("title: Mine"));
    assert_eq!(fs::read_dir(site.path("content/undated")).unwrap().count(), 4);
}

#[test]
fn what_holds_no_article_is_reported_and_the_rest_goes_on() {
    let site = Site::new();
    site.file("raw/a.txt", STORY)
        .file("raw/empty.txt", " \n\n")
        .file("raw/binary.txt", b"a\0b\xff")
        .file("raw/style.css", "p { margin: 0 }")
        .file("raw/menu.txt", "Menu\n\nSearch\n\nAccept cookies\n");
    let run = site.run(&["import", "--json", "raw"]);
    assert_eq!(run.code, Some(0));
    let last = run.objects.last().unwrap();
    assert_eq!(
        (last["written"].as_array().unwrap().len(), &last["rejected"]),
        (
            1,
            &serde_json::json!({
                "there is no text in it": 1,
                "it is not text": 1,
                "there is no story in it": 1,
            })
        ),
        "{}",
        run.stdout
    );
    assert_eq!(run.problems("import-rejected").len(), 3);
    assert!(run.problem("skipped-file")["message"].as_str().unwrap().contains("1 `.css` files"));
    assert_eq!(run.problems("import-rejected")[0]["file"], "raw/binary.txt");
    assert_eq!(site.run(&["import", "nowhere"]).code, Some(2));
    assert_eq!(site.run(&["import"]).code, Some(2));
}

#[test]
fn imported_articles_have_pages() {
    let site = Site::new();
    site.file("raw/a.txt", "A headline\n\n3 May 1998\n\nA first sentence, which is long enough.\n");
    site.run(&["import", "raw"]);
    site.build().clean();
    let page = site.read("public/1998/05/03/a-headline.html");
    assert!(
        page.contains("<p>A first sentence, which is long enough.</p>") && page.contains("a.txt"),
        "{page}"
    );
}

fn cleaned(text: &str) -> backissue::clean::Cleaned {
    let raw = backissue::raw::RawArticle {
        file: "a.txt".to_string(),
        sha256: "0".repeat(64),
        content: backissue::raw::Content::Text(text.to_string()),
        ..Default::default()
    };
    backissue::clean::clean(&raw, None).unwrap_or_else(|rejected| panic!("{}: {text}", rejected.reason()))
}

/// A story may talk about cookies, followers and pages; what it says is never taken for a button.
#[test]
fn paragraphs_that_sound_like_furniture_stay() {
    for paragraph in [
        "The guides told us to follow the path and wait on the far side.",
        "The regulator said that the site uses cookies to track children.",
        "His followers gathered after a call on Facebook.",
        "\"Join us on Saturday at noon,\" the mayor said.",
        "“Follow us on the march,” she said.",
        "Readers may no longer subscribe; the newsletter is closed, the editor wrote.",
        "People like him told us nothing on the page Facebook had deleted.",
        "El barco no siga, nos dijo, no hay puerto.",
        "Copyright law must change, the minister said in Berlin on Tuesday.",
        "First published in 1851, the novel was a failure.",
        "By Force of Arms",
        "Von Trier gewinnt Preis",
        "OK.",
        "Home.",
        "No comments were made by the police on the night.",
        "We have followers on every continent, the sect wrote to its members.",
        "Related to the king by marriage, he never saw the court.",
        "We use cookies to lure the bears back, the ranger said with a smile.",
        "By using the ferry you agree with the council, said the mayor.",
        "We have three thousand followers on X and not one of them votes, the candidate said.",
        "Click here to vote was all the page said.",
        "Follow us for luck, said the two cats.",
        "Sign up for our army, the poster said. Forty did.",
        "Download the app, the minister told the old man, who had no phone.",
        "Related: the mayor's cousin owns the ferry.",
        "Read more: that was the advice of the school to parents.",
        "© Lind said the sign was hers alone and nobody could take it.",
        "All rights reserved for men were given to women that day, the historian said.",
        "All rights reserved by men were given to women that day.",
        "Copyright Board",
        "By Jane Doe in Moscow",
        "By Jane Doe, New York",
        "By Royal Command",
    ] {
        let (first, last) = ("The bridge was opened on a cold morning.", "Nobody came to the second party.");
        for (place, text) in [
            ("begins", format!("A headline\n\n{paragraph}\n\n{first}\n\n{last}\n")),
            ("within", format!("A headline\n\n{first}\n\n{paragraph}\n\n{last}\n")),
            ("ends", format!("A headline\n\n{first}\n\n{last}\n\n{paragraph}\n")),
        ] {
            assert!(cleaned(&text).body.contains(paragraph), "{place}: {paragraph}\n{}", cleaned(&text).body);
        }
    }
}

#[test]
fn headlines_are_headlines_whatever_they_say() {
    for title in [
        "Children must click the link here, sent to them by police",
        "Search",
        "Fire breaks out in Washington, D.C.",
        "Newsletter",
        "By Force of Arms",
        "Is this the end?",
        "By using TikTok, you agree to be watched",
        "Click here to save the planet, says minister",
        "We use cookies to bribe voters, mayor admits",
        "Cookie policy splits village bakery",
        "Follow our money on its way abroad",
        "Download the app that broke the bank",
        "Sign up for our war, says general",
        "Share this",
        "Continue reading",
        "Follow us on Facebook",
        "A headline that does not know where it ends ".repeat(6).trim_end(),
    ] {
        let made = cleaned(&format!("{title}\n\nThe bridge was opened on a cold morning.\n\nNobody came.\n"));
        assert_eq!(made.article.title.as_deref(), Some(title));
        assert!(made.article.terms.is_empty() && !made.body.contains(title), "{title}");
    }
}

#[test]
fn what_is_no_headline_stays_a_paragraph() {
    for first in [
        "The bridge over the sound was opened on a cold Tuesday morning in May, and nobody at all was there to see it, \
         \"which is a pity.\"",
        &"ตัวอย่าง".repeat(30),
    ] {
        let rest = if first.is_ascii() { "Nobody came." } else { "ตัวอย่าง" };
        let made = cleaned(&format!("{first}\n\n{rest}\n"));
        assert_eq!((made.article.title, made.body), (None, format!("{first}\n\n{rest}")));
    }
}

/// A lone word between two paragraphs may be anything; nothing of it is lost.
#[test]
fn lone_words_within_a_story_stay() {
    for word in ["No comments", "Advertising", "Share", "Sign up", "---", "* * *"] {
        let made = cleaned(&format!("A headline\n\nOne and one is two.\n\n{word}\n\nTwo and two is four.\n"));
        assert_eq!(made.body.split("\n\n").count(), 3, "{word}: {}", made.body);
    }
}

const STORY_AND_END: &str = "A headline\n\nThe bridge was opened on a cold morning.\n\nNobody came.\n\n\
    First published by TASS.\n\nAll rights reserved by Rossiyskaya Gazeta.\n\n\
    We've got more than 1,5 million followers on Facebook. Join them!\n\nRead more\n\n\
    This website uses cookies. Click here to find out more.\n\nAccept cookies\n\n";

/// What stands below end matter and is no sentence is end matter, though nobody knows its words.
#[test]
fn unknown_lines_below_end_matter_go_with_it() {
    for below in [
        "",
        "Terms of use",
        "Mayor opens second bridge",
        "Comments (12)\n\nRelated articles\n\nMayor opens second bridge\n\nFerry sinks at its moorings",
        "About us\n\nPrint edition\n\n12 000",
    ] {
        let made = cleaned(&format!("{STORY_AND_END}{below}\n"));
        assert_eq!(made.body, "The bridge was opened on a cold morning.\n\nNobody came.", "{below}");
        assert_eq!(made.article.provenance.first_published_by.as_deref(), Some("TASS"), "{below}");
        let rights = made.article.provenance.rights;
        assert_eq!(rights.as_deref(), Some("All rights reserved by Rossiyskaya Gazeta."), "{below}");
    }
    // Who worked on the story is never a menu.
    let made =
        cleaned(&format!("{STORY_AND_END}Reporting by Jane Doe; Editing by Sam Roe\n\nTerms of use\n"));
    assert!(
        made.body.ends_with("Nobody came.\n\nReporting by Jane Doe; Editing by Sam Roe"),
        "{}",
        made.body
    );
    // What an outlet says of its authors is the page's; of a story by itself, nothing is.
    let author = "The author is a reporter in Moscow.";
    let made = cleaned(&format!("{STORY_AND_END}{author}\n"));
    assert!(made.body.ends_with("Nobody came."), "{}", made.body);
    assert_eq!(made.article.provenance.first_published_by.as_deref(), Some("TASS"));
    let made = cleaned(&format!(
        "A headline\n\nThe bridge was opened on a cold morning.\n\nNobody came.\n\n{author}\n"
    ));
    assert!(made.body.ends_with(author), "{}", made.body);
}

#[test]
fn first_publishers_are_known_in_many_forms() {
    for (line, name, date) in [
        ("First published by TASS on October 16, 2015.", "TASS", Some("2015-10-16")),
        ("First published by: TASS", "TASS", None),
        (
            "First published by The Northport Times on 16 October 2015.",
            "The Northport Times",
            Some("2015-10-16"),
        ),
        (
            "Originally published in The Northport Times, 16 October 2015",
            "The Northport Times",
            Some("2015-10-16"),
        ),
    ] {
        let made = cleaned(&format!("A headline\n\nThe bridge was opened.\n\nNobody came.\n\n{line}\n"));
        assert_eq!(made.article.provenance.first_published_by.as_deref(), Some(name));
        assert_eq!(made.article.date.map(|date| date.iso()).as_deref(), date);
        assert!(!made.body.contains("ublished"), "{}", made.body);
    }
}

#[test]
fn furniture_within_a_story_goes_and_leaves_headings_alone() {
    let first = "The bridge over the sound was opened on a cold Tuesday morning in May.";
    let last = "Nobody came to the second party, which was held on the following day.";
    for furniture in [
        "Sign up for our newsletter",
        "This website uses cookies. Click here to find out more.",
        "We use cookies to improve your experience.",
        "By using this site you agree to our terms.",
        "Follow us on Twitter",
        "Follow us on Twitter @northport",
        "We've got more than 1,5 million followers on Facebook. Join them!",
        "We've got more than 20,000 followers. Join them!",
        "Read more: Ferry sinks at its moorings",
        "Advertisement",
    ] {
        let made = cleaned(&format!("A headline\n\n{first}\n\n{furniture}\n\nA second party\n\n{last}\n"));
        assert_eq!(made.body, format!("{first}\n\n## A second party\n\n{last}"));
        let made = cleaned(&format!("A headline\n\n{first}\n\n{last}\n\n{furniture}\n"));
        assert_eq!(made.body, format!("{first}\n\n{last}"));
    }
    for line in ["Photo: City archive", "Reporting by Jane Doe; Editing by Sam Roe", "and then it rained"] {
        let made = cleaned(&format!("A headline\n\n{first}\n\n{line}\n\n{last}\n"));
        assert_eq!(made.body, format!("{first}\n\n{line}\n\n{last}"));
    }
    // Buttons go in rows; a line to the visitor does not end a story that ends in a list.
    let made = cleaned(&format!("A headline\n\nShare\n\nTweet\n\n{first}\n\n{last}\n"));
    assert_eq!(made.body, format!("{first}\n\n{last}"));
    let scores = "Results\n\nNorthport 2, Saltwick 1\n\nSaltwick 0, Mirren 0";
    let made = cleaned(&format!("A headline\n\n{first}\n\nFollow us on Twitter\n\n{scores}\n"));
    assert_eq!(made.body, format!("{first}\n\n{scores}"));
    let other = "Related articles\n\nMayor opens second bridge\n\nFerry sinks at its moorings";
    assert_eq!(
        cleaned(&format!("A headline\n\n{first}\n\n{last}\n\n{other}\n")).body,
        format!("{first}\n\n{last}")
    );
    let verse = "A poem\n\nThe fog has come at last.\n\nIt sits and looks around\n\nOver city and harbour.\n";
    assert!(!cleaned(verse).body.contains('#'));
}

#[test]
fn authors_are_people_and_the_rest_of_the_line_stays() {
    for (line, authors, stays) in [
        ("By Jane Doe and Sam Roe", &["Jane Doe", "Sam Roe"][..], false),
        ("By Jane Doe, Sam Roe and Ann Poe", &["Jane Doe", "Sam Roe", "Ann Poe"], false),
        ("By Jane Doe, staff writer", &["Jane Doe"], false),
        ("By Jane Doe, New York", &["Jane Doe"], true),
        ("By Jane Doe, Associated Press", &["Jane Doe"], true),
        ("By JANE DOE, BBC News", &["JANE DOE"], true),
        ("By Jane Doe in Moscow", &["Jane Doe"], true),
        ("By Royal Command", &[], true),
    ] {
        let made = cleaned(&format!("A headline\n\n{line}\n\nThe bridge was opened.\n\nNobody came.\n"));
        let found = made.article.terms.get("authors").cloned().unwrap_or_default();
        assert_eq!(
            (found.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), made.body.contains(line)),
            (authors, stays),
            "{line}"
        );
    }
}

#[test]
fn dates_of_change_are_taken_from_the_top_and_the_end() {
    let made = cleaned(
        "A headline\n\nPublished: 16 October 2015, 14:20\n\nUpdated: 18 October 2015\n\nThe bridge was opened.\n",
    );
    assert_eq!(made.article.date.unwrap().iso(), "2015-10-16T14:20:00");
    assert_eq!(
        (made.article.updated.unwrap().iso().as_str(), made.body.as_str()),
        ("2015-10-18", "The bridge was opened.")
    );
    // Above the headline, too; a date alone is the headline of what follows.
    let made = cleaned("October 16, 2015\n\nA headline\n\nThe bridge was opened.\n\nNobody came.\n");
    assert_eq!(
        (made.article.title.as_deref(), made.article.date.unwrap().iso().as_str()),
        (Some("A headline"), "2015-10-16")
    );
    let made = cleaned("October 16, 2015\n\nThe bridge was opened.\n\nNobody came.\n");
    assert_eq!((made.article.title.as_deref(), made.article.date), (Some("October 16, 2015"), None));
    let made = cleaned("A headline\n\nThe bridge was opened.\n\nUpdated: 17 October 2015\n\nNobody came.\n");
    assert_eq!(made.article.updated.unwrap().iso(), "2015-10-17");
    assert_eq!((made.article.date, made.body.matches('#').count()), (None, 0));
}

#[test]
fn rights_are_kept_whole_and_in_order() {
    let story = "A headline\n\nThe bridge was opened on a cold morning.\n\nNobody came.\n\n";
    let made = cleaned(&format!(
        "{story}© 1998 Example Agency Limited.\n\nAll rights reserved.\n\nShare\n\nTweet\n"
    ));
    assert_eq!(
        made.article.provenance.rights.as_deref(),
        Some("© 1998 Example Agency Limited. All rights reserved.")
    );
    assert_eq!(made.body, "The bridge was opened on a cold morning.\n\nNobody came.");
}

#[test]
fn damaged_bytes_cost_a_letter_and_a_warning() {
    let site = Site::new();
    let text = "Заголовок\n\nПервый абзац статьи, и ещё один.\n";
    site.file("raw/a.txt", [text.as_bytes(), b"\xd0\n"].concat());
    let utf16: Vec<u8> = STORY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    site.file("raw/b.txt", utf16);
    let run = site.run(&["import", "--json", "raw"]);
    assert_eq!(run.problem("encoding")["file"], "raw/a.txt");
    assert_eq!(run.problems("encoding").len(), 1);
    assert!(site.read("content/undated/zagolovok.md").contains("Первый абзац статьи, и ещё один."));
    assert!(site.read("content/undated/a-headline.md").contains("A second one."));
}

/// An article is known by what it was made from, also when its front matter was broken by hand.
#[test]
fn a_broken_article_is_not_imported_twice() {
    let site = Site::new();
    site.file("raw/a.txt", STORY);
    site.run(&["import", "raw"]);
    let name = "content/undated/a-headline.md";
    let broken = site.read(name).replace("title:", "title: \"");
    site.file(name, &broken);
    let run = site.run(&["import", "--json", "raw"]);
    assert_eq!(run.objects.last().unwrap()["edited"], 1, "{}", run.stdout);
    fs::rename(site.path(name), site.path("content/undated/moved.markdown")).unwrap();
    let run = site.run(&["import", "--json", "raw"]);
    assert_eq!(run.objects.last().unwrap()["edited"], 1, "{}", run.stdout);
    assert_eq!(site.read("content/undated/moved.markdown"), broken);
}

#[test]
fn no_newcomer_takes_a_published_address() {
    let site = Site::new();
    let text = "A headline\n\n3 May 1998\n\nA first sentence, which is long enough.\n";
    site.article("old/a-headline.md", "title: Older\ndate: 1998-05-03");
    site.article("old/another-day.md", "title: Older\ndate: 1998-05-04\nslug: a-headline");
    site.build().clean();
    let before = site.read("public/1998/05/03/a-headline.html");
    site.file("raw/a.txt", text);
    site.run(&["import", "raw"]);
    site.build().clean();
    assert!(site.read("public/1998/05/03/a-headline.html").contains(">Older</h1>"), "{before}");
    assert_eq!(site.names().iter().filter(|name| name.starts_with("1998/05/03/a-headline")).count(), 2);
    let now = ["--now", "1998-05-03"];
    site.article("1998/05/other.md", "title: Other\ndate: 1998-05-03\nslug: made-by-hand");
    let run = site.run(&[&["new", "Made by hand"][..], &now].concat());
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert_eq!(site.run(&[&["new", "Quite new"][..], &now].concat()).code, Some(0));
    assert_eq!(site.run(&["new", " "]).code, Some(2));
}

/// What stands in a raw text stands on the page, whatever Markdown or another generator would make of it.
#[test]
fn pages_show_the_signs_of_the_raw_text() {
    let site = Site::new();
    let lines = [
        "{{< figure src=\"x\" >}}",
        "See {{% a | b %}} and [c] and {{ d }}.",
        "---",
        "-- no",
        "a {{ `b` }} *c*.",
    ];
    let story = "The bridge was opened on a cold morning.";
    site.file("raw/a.txt", format!("A headline\n\n{story}\n\n{}\n\n{story}\n", lines.join("\n\n")));
    site.run(&["import", "raw"]);
    site.build();
    let page = site.read("public/undated/a-headline.html");
    for line in lines {
        let shown = line.replace('<', "&lt;").replace('>', "&gt;");
        let quoted = [shown.replace('"', "&quot;"), shown.clone()];
        assert!(quoted.iter().any(|shown| page.contains(&format!("<p>{shown}</p>"))), "{line}\n{page}");
    }
}

/// A date in a headline is not the article's.
#[test]
fn a_date_in_a_headline_dates_nothing() {
    let site = Site::new();
    for (file, title) in [("a", "1998-05-03 minutes of the council"), ("b", "2019-05-06")] {
        site.file(&format!("raw/{file}.txt"), format!("{title}\n\nThe bridge was opened.\n\nNobody came.\n"));
    }
    site.file("raw/2001-02-03.txt", "The bridge was opened.\n\nNobody came.\n");
    let run = site.run(&["import", "--json", "raw"]);
    assert_eq!(run.problem("no-headline")["file"], "raw/2001-02-03.txt");
    site.build();
    let dated = |name: &String| ["1998/", "2019/", "2001/"].iter().any(|year| name.starts_with(year));
    assert!(!site.names().iter().any(dated), "{:?}", site.names());
    let own = "2019-05-06 report\n\n6 May 2019\n\nThe bridge was opened.\n\nNobody came.\n";
    site.file("raw/own.txt", own);
    site.run(&["import", "raw"]);
    assert!(site.exists("content/2019/05/2019-05-06-report.md"));
}

#[test]
fn line_ends_changed_on_the_way_are_no_edit() {
    let site = Site::new();
    site.file("raw/a.txt", STORY);
    site.run(&["import", "raw"]);
    let name = "content/undated/a-headline.md";
    let windows = site.read(name).replace('\n', "\r\n");
    site.file(name, &windows);
    let run = site.run(&["import", "--json", "raw"]);
    assert_eq!(run.objects.last().unwrap()["unchanged"], 1, "{}", run.stdout);
    assert_eq!(site.read(name), windows);
}

#[test]
fn noise_is_no_text_and_a_stray_byte_is_no_noise() {
    let site = Site::new();
    let mut seed = 7_u32;
    let noise: Vec<u8> = (0..4000)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            u8::try_from(seed >> 24).unwrap().max(1)
        })
        .collect();
    site.file("raw/noise.txt", noise).file("raw/stray.txt", STORY.replace("second", "sec\0ond"));
    site.file(
        "raw/lost.txt",
        "Br\u{fffd}cke zu\n\nDie B\u{fffd}rgermeisterin er\u{fffd}ffnete sie sp\u{fffd}ter.\n",
    );
    site.file("raw/vast.txt", vec![b'a'; 9 << 20]);
    fs::create_dir(site.path("raw/empty")).unwrap();
    let run = site.run(&["import", "--json", "raw"]);
    let rejected = run.problems("import-rejected");
    let said = |file: &str| rejected.iter().any(|it| it["file"] == file && it["level"] == "warning");
    assert!(rejected.len() == 2 && said("raw/noise.txt") && said("raw/vast.txt"), "{}", run.stdout);
    assert!(site.read("content/undated/a-headline.md").contains("A second one."));
    let run = site.run(&["import", "--json", "raw/empty"]);
    assert_eq!((run.problem("nothing-to-import")["file"].as_str(), run.code), (Some("raw/empty"), Some(0)));
}

#[test]
fn a_page_becomes_an_article_without_what_stands_around_it() {
    let site = Site::new();
    let paragraph = |n: usize| {
        format!(
            "<p>The goat of Hollin, which crossed the new bridge first, was seen on the far side of the river {n} hours later, where it ate the ribbon.</p>"
        )
    };
    let page = format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>Goat crosses bridge - The Skerry Times</title>\
         <meta property=og:site_name content='The Skerry Times'><link rel=canonical href='https://skerry.example/2019/07/21/goat'>\
         <script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"Goat crosses bridge\",\"datePublished\":\"2019-07-21T08:30:00Z\",\"author\":{{\"@type\":\"Person\",\"name\":\"Ann Moor\"}}}}</script>\
         </head><body><nav><ul><li><a href=/>Home</a><li><a href=/sport>Sport</a></ul></nav>\
         <div class=cookie>We value your privacy. <button>Accept all</button></div>\
         <article><h1>Goat crosses bridge</h1><div class=byline>By Ann Moor</div>{}<h2>What it ate</h2>{}{}</article>\
         <aside><h3>Most read</h3><ul><li><a href=/a>Ferry sinks</a><li><a href=/b>Quay closed</a></ul></aside>\
         <footer>Copyright 2019 The Skerry Times. <a href=/imprint>Imprint</a></footer></body></html>",
        [paragraph(1), paragraph(2)].concat(),
        paragraph(3),
        paragraph(4),
    );
    site.file("raw/goat.html", page);
    site.run(&["import", "raw"]).clean();
    let article = site.read("content/2019/07/goat-crosses-bridge.md");
    for line in [
        "title: Goat crosses bridge",
        "date: 2019-07-21T08:30:00Z",
        "- Ann Moor",
        "- The Skerry Times",
        "original_url: https://skerry.example/2019/07/21/goat",
        "## What it ate",
    ] {
        assert!(article.lines().any(|known| known == line), "{line}\n{article}");
    }
    let (_, body) = article.split_once("\n---\n").unwrap();
    assert_eq!(body.matches("The goat of Hollin").count(), 4, "{article}");
    for furniture in ["Home", "privacy", "Most read", "Ferry", "Copyright", "By Ann", "Accept", "Imprint"] {
        assert!(!body.contains(furniture), "{furniture}\n{article}");
    }
}

#[test]
fn relative_links_start_where_the_page_says() {
    let paragraph = "The goat of Hollin, which crossed the new bridge first, was seen on the far side of the river an hour later, where it ate the ribbon.";
    let link = |head: &str| {
        let site = Site::new();
        let story = format!("<p>{paragraph} See <a href=\"map\">the map</a>.</p>").repeat(3);
        let page = format!(
            "<html><head><title>Goat</title>{head}</head><body><article><h1>Goat</h1>{story}</article></body></html>"
        );
        site.file("goat.html", page);
        let run = site.run(&["import", "--dry-run", "--json", "goat.html"]);
        let body = run.objects[0]["body"].as_str().unwrap();
        assert!(body.contains("the map"), "{body}");
        let target = body.split_once("[the map](").and_then(|(_, rest)| rest.split(')').next());
        target.unwrap_or_default().to_string()
    };
    let canonical = "<link rel=canonical href='https://skerry.example/2019/goat'>";
    assert_eq!(link(canonical), "https://skerry.example/2019/map");
    assert_eq!(link("<base href='https://skerry.example/a/b/'>"), "https://skerry.example/a/b/map");
    assert_eq!(link(&format!("{canonical}<base href='/maps/'>")), "https://skerry.example/maps/map");
    assert_eq!(
        link(&format!("{canonical}<base href='javascript:alert(1)'>")),
        "https://skerry.example/2019/map"
    );
    assert_eq!(link(""), "", "a link that leads nowhere is no link");
}

#[test]
fn an_explanation_says_what_becomes_of_each_block() {
    let site = Site::new();
    let paragraph = "The goat of Hollin, which crossed the new bridge first, was seen on the far side of the river an hour later, where it ate the ribbon.";
    site.file(
        "raw/a.html",
        format!(
            "<html><head><title>Goat crosses bridge</title><meta name=description content='It was not in a hurry.'></head><body>\
             <nav><ul><li><a href=/>Home</a><li><a href=/sport>Sport</a></ul></nav><article><h1>Goat crosses bridge</h1>\
             <h2>It was not in a hurry.</h2><p>{paragraph}</p><p>{paragraph} So it is said.</p><p>{paragraph} Again.</p></article></body></html>"
        ),
    )
    .file("raw/b.txt", format!("A bridge\n\nBy Jo Doe\n\n{paragraph}\n\n{paragraph} Again.\n"))
    .file("raw/c.jsonl", "{\"id\": \"x\", \"text\": \"\"}\n");
    let before = site.tree();
    let run = site.run(&["explain", "--json", "raw"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let of = |kind: &str, input: &str| {
        run.objects.iter().filter(|it| it["kind"] == kind && it["input"] == input).collect::<Vec<_>>()
    };
    let blocks = of("block", "raw/a.html");
    let kept: Vec<&str> =
        blocks.iter().filter(|it| it["kept"] == true).filter_map(|it| it["text"].as_str()).collect();
    assert_eq!(kept, [paragraph, &format!("{paragraph} So it is said."), &format!("{paragraph} Again.")]);
    let block = |text: &str| *blocks.iter().find(|it| it["text"] == text).unwrap();
    assert_eq!(block("Goat crosses bridge")["reason"], "it is the headline");
    assert_eq!(block("It was not in a hurry.")["reason"], "the head of the article says it");
    assert!(
        block("Home")["score"].as_f64().unwrap() < 0.4 && block(paragraph)["score"].as_f64().unwrap() > 0.4
    );
    assert!(block("Home")["facts"].as_array().unwrap().contains(&"links 100 %".into()), "{}", block("Home"));
    let title = of("statement", "raw/a.html").into_iter().find(|it| it["name"] == "title").unwrap();
    assert_eq!(title["value"], "Goat crosses bridge");
    let texts = of("block", "raw/b.txt");
    assert_eq!(texts.iter().map(|it| it["kept"] == true).collect::<Vec<_>>(), [false, false, true, true]);
    assert_eq!(of("explained", "raw/c.jsonl")[0]["rejected"], "no text in the record");
    assert_eq!(of("explained", "raw/c.jsonl")[0]["record"], "x");
    // What cannot be looked at is said, as an import says it.
    let odd = site.path("odd");
    fs::create_dir_all(&odd).unwrap();
    let name: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"caf\xe9.txt");
    fs::write(odd.join(name), "Text").unwrap();
    let said = |verb: &str| site.run(&[verb, "--json", "odd"]).problems("skipped-file").len();
    assert_eq!((said("explain"), said("import")), (1, 1));
    fs::remove_dir_all(odd).unwrap();
    // For people, and of one record.
    let shown = site.run(&["explain", "--record", "x", "raw/c.jsonl"]);
    assert_eq!(shown.stdout, "raw/c.jsonl#x: no article: no text in the record\n");
    let missing = site.run(&["explain", "--record", "y", "raw/c.jsonl"]);
    assert_eq!((missing.code, missing.stdout.as_str()), (Some(2), ""), "{}", missing.stderr);
    assert!(missing.stderr.contains("there is no record `y`"), "{}", missing.stderr);
    assert_eq!(site.tree(), before, "an explanation wrote something");
}

#[test]
fn an_explanation_of_a_text_says_who_states_what() {
    let site = Site::new();
    let german = "Die Fähre, die heute früh den Hafen verließ, kam vor dem Mittag zurück, weil niemand der Mannschaft gesagt hatte, dass die Insel verlegt worden war.";
    let text = format!("Die Fähre wartet\n\nVon Jo Doe\n\n{}\n\n{german}", [german; 3].join(" "));
    let record = serde_json::json!({
        "id": "x", "text": text, "title": "Another", "date": "2019-07-21", "source": "The Skerry Times",
    });
    site.file("raw/a.jsonl", format!("{record}\n")).file("raw/b.txt", &text);
    let run = site.run(&["explain", "--json", "raw"]);
    let said = |input: &str| {
        let statements = run.objects.iter().filter(|it| it["kind"] == "statement" && it["input"] == input);
        let each = statements.map(|it| {
            ["name", "value", "origin"].map(|key| it[key].as_str().unwrap_or_default()).join(" | ")
        });
        each.collect::<Vec<_>>()
    };
    let text = ["title | Die Fähre wartet | the text", "authors | Jo Doe | the text"];
    let words = "lang | de | its own words";
    let file = ["date | 2019-07-21", "source | The Skerry Times"]
        .map(|it| format!("{it} | the file that it came in"));
    assert_eq!(said("raw/b.txt"), [text[0], text[1], words]);
    assert_eq!(said("raw/a.jsonl"), [text[0], text[1], &file[0], &file[1], words]);
}

#[test]
fn an_explanation_of_nothing_says_so() {
    let site = Site::new();
    fs::create_dir_all(site.path("empty")).unwrap();
    site.file("odd/a.bin", [0_u8, 1, 2].as_slice());
    for (folder, verb) in [("empty", "explain"), ("empty", "import"), ("odd", "explain"), ("odd", "import")] {
        let run = site.run(&[verb, "--json", folder]);
        assert_eq!(run.code, Some(0), "{verb} {folder}: {}", run.stderr);
        assert_eq!(run.problems("nothing-to-import").len(), 1, "{verb} {folder}: {}", run.stderr);
        assert_eq!(site.run(&[verb, "--strict", folder]).code, Some(1), "{verb} {folder}");
    }
}

#[test]
fn words_tell_the_language_where_nobody_does() {
    let site = Site::new();
    let german = "Die Fähre, die heute früh den Hafen verließ, kam vor dem Mittag zurück, weil niemand der Mannschaft gesagt hatte, dass die Insel verlegt worden war.";
    let english = "The ferry that left the harbour this morning came back before noon, because nobody had told the crew that the island had been moved.";
    let page = |attributes: &str, paragraph: &str| {
        let story =
            (1..5).map(|n| format!("<p>{paragraph} {n} {attributes}.</p>")).collect::<Vec<_>>().concat();
        format!(
            "<html {attributes}><title>Ferry {attributes}</title><body><article><h1>Ferry waits</h1>{story}</article>"
        )
    };
    site.file("raw/none.html", page("", german))
        .file("raw/stated.html", page("lang=nds", german))
        .file("raw/own.html", page("id=a", english))
        .file(
            "raw/short.txt",
            "Fähre wartet\n\nDie Fähre, die heute früh den Hafen verließ, kam nicht zurück.\n",
        );
    let run = site.run(&["import", "--dry-run", "--json", "raw"]);
    let lang = |input: &str| {
        let made = run.objects.iter().find(|it| it["kind"] == "article" && it["input"] == input).unwrap();
        made["front"]["lang"].clone()
    };
    assert_eq!(lang("raw/none.html"), "de");
    assert_eq!(lang("raw/stated.html"), "nds");
    // Those that name none are taken to be in the language of the site.
    assert!(lang("raw/own.html").is_null(), "{}", run.stdout);
    assert!(lang("raw/short.txt").is_null(), "{}", run.stdout);
}
