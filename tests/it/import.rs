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
    assert_eq!(run.problem("same-path")["file"], "b.txt");
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
        .file("raw/page.html", "<p>")
        .file("raw/menu.txt", "Menu\n\nSearch\n\nAccept cookies\n");
    let run = site.run(&["import", "--json", "raw"]);
    assert_eq!(run.code, Some(0));
    let last = run.objects.last().unwrap();
    assert_eq!(
        (last["written"].as_array().unwrap().len(), last["rejected"].as_u64()),
        (1, Some(3)),
        "{}",
        run.stdout
    );
    assert_eq!(run.problems("import-rejected").len(), 3);
    assert!(run.problem("skipped-file")["message"].as_str().unwrap().contains("1 `.html` files"));
    assert_eq!(site.run(&["import", "nowhere"]).code, Some(1));
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
