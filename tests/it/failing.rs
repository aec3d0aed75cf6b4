//! What a build does when the system fails it: it says what and where, ends with status 1, and leaves the old site.
//!
//! What needs Linux, `unshare` or `strace` is left out where they are missing. `.ci/failing` goes further.

use crate::site::Site;
use sha2::{Digest as _, Sha256};
use std::fs;

#[cfg(target_os = "linux")]
mod linux;

/// The line of a manifest for a file.
fn record(path: &str, bytes: &str) -> String {
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
    let size = bytes.len();
    format!("{{\"path\":\"{path}\",\"size\":{size},\"sha256\":\"{hash}\",\"source\":\"content/gone.md\"}}\n")
}

/// A published site, and two articles that are not published yet.
fn changed() -> Site {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01\ntags: [one]");
    site.file("content/b/b.md", "---\ntitle: B\ndate: 2020-01-02\n---\n\n![](b.png)\n");
    site.file("content/b/b.png", "png").file("static/x.txt", "x");
    site.build();
    site.article("c/c.md", "title: C\ndate: 2021-01-01\ntags: [two]");
    site.file("content/b/b.md", "---\ntitle: B\ndate: 2020-01-02\n---\n\nNew. ![](b.png)\n");
    site
}

#[test]
fn a_first_build_that_was_killed_early_leaves_no_foreign_site() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01");
    fs::create_dir_all(site.path("public/manifest")).unwrap();
    site.build().clean();
    assert!(site.exists("public/manifest.json"));
}

#[test]
fn what_two_killed_builds_were_about_to_write_is_ours() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01");
    site.build();
    let clean = site.tree();
    // The first was killed after it had written a page, the second after it had entered what it was about to write.
    site.file("public/2019/old.html", "old").file("public/manifest/pending", record("2019/old.html", "old"));
    site.article("b.md", "title: B\ndate: 2020-01-02");
    site.file("public/2020/01/02/b.html/mine.txt", "mine");
    assert_eq!(site.try_build(&[]).problem("foreign-file")["file"], serde_json::Value::Null);
    assert!(site.read("public/manifest/pending").contains("2020/01/02/b.html"));
    fs::remove_dir_all(site.path("public/2020/01/02")).unwrap();
    fs::remove_file(site.path("content/b.md")).unwrap();
    site.build().clean();
    assert!(site.tree() == clean, "{:#?}", site.names());
}

#[test]
fn folders_that_a_killed_build_made_are_removed() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01");
    site.build();
    fs::create_dir_all(site.path("public/2019/05")).unwrap();
    site.file("public/manifest/pending", record("2019/05/gone.html", "gone"));
    site.build().clean();
    assert!(!site.exists("public/2019"));
}

#[test]
fn a_name_that_changes_in_case_alone_leaves_one_file() {
    let site = Site::new();
    site.file("static/Readme.txt", "x");
    site.build();
    fs::remove_file(site.path("static/Readme.txt")).unwrap();
    site.file("static/readme.txt", "x");
    site.build().clean();
    assert_eq!(site.names().iter().filter(|name| name.eq_ignore_ascii_case("readme.txt")).count(), 1);
}

#[test]
fn a_cache_that_cannot_be_kept_costs_a_line() {
    let site = changed();
    fs::remove_dir_all(site.path(".backissue")).unwrap();
    site.file(".backissue", "not a folder");
    let run = site.run(&["build"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("note: there is no cache: failed to write `./.backissue/"), "{}", run.stderr);
}
