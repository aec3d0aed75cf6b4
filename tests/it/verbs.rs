//! Commands that look at a project or at a published site, or hand out what is inside the program.

use crate::site::{Run, Site, tree};
use serde_json::Value;
use std::fs;

fn published() -> Site {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01\ntags: [x]");
    site.article("b.md", "title: B\ndate: 2020-01-02");
    site.build();
    site
}

#[track_caller]
fn last<'a>(run: &'a Run, kind: &str) -> &'a Value {
    let last = run.objects.last().unwrap_or_else(|| panic!("nothing said: {}", run.stderr));
    assert_eq!(last["kind"], kind, "{}{}", run.stdout, run.stderr);
    last
}

/// Verifies and expects exactly these findings: code and file.
#[track_caller]
fn verify(site: &Site, expected: &[(&str, &str)]) -> Run {
    let run = site.run(&["verify", "--json"]);
    let problems = run.objects.iter().filter(|object| object["kind"] == "problem");
    let found: Vec<_> = problems
        .map(|problem| {
            (problem["code"].as_str().unwrap_or_default(), problem["file"].as_str().unwrap_or_default())
        })
        .collect();
    assert_eq!(found, expected, "{}", run.stdout);
    assert_eq!(last(&run, "verified")["findings"], expected.len());
    assert_eq!(run.code, Some(i32::from(!expected.is_empty())));
    run
}

#[test]
fn a_published_site_is_as_its_manifest_says() {
    let site = published();
    let files = site.names().len();
    let run = verify(&site, &[]);
    assert_eq!(last(&run, "verified")["files"], files);
    let before = site.tree();
    let told = site.run(&["verify"]);
    assert_eq!(told.stderr, format!("{files} files verified, 0 findings\n"));
    assert_eq!(told.stdout, "");
    assert_eq!(site.tree(), before, "nothing is written");
}

#[test]
fn verify_finds_missing_changed_and_unlisted_files() {
    let site = published();
    fs::remove_file(site.path("public/2020/01/01/a.html")).unwrap();
    let page = site.read("public/2020/01/02/b.html");
    site.file("public/2020/01/02/b.html", page.replace("Body", "Ydob"));
    site.file("public/2020/index.html", "short");
    site.file("public/old/mine.pdf", "mine");
    site.file("public/CNAME", "example.org").file("public/.well-known/x", "").file("public/.htaccess", "");
    let run = verify(
        &site,
        &[
            ("verify-missing", "public/2020/01/01/a.html"),
            ("verify-changed", "public/2020/01/02/b.html"),
            ("verify-changed", "public/2020/index.html"),
            ("verify-unlisted", "public/old/mine.pdf"),
        ],
    );
    assert!(run.problem("verify-missing")["message"].as_str().unwrap().contains("content/a.md"));
    let told = site.run(&["verify"]);
    assert_eq!(told.code, Some(1));
    assert!(told.stderr.ends_with(" files verified, 4 findings\n"), "{}", told.stderr);
}

#[test]
fn verify_needs_no_project() {
    let site = published();
    fs::remove_file(site.path("archive.yaml")).unwrap();
    fs::remove_dir_all(site.path("content")).unwrap();
    fs::rename(site.path("public"), site.path("copy")).unwrap();
    assert_eq!(site.run(&["verify", "--output", "copy"]).code, Some(0));
    assert_eq!(site.run(&["-C", "copy", "verify", "-o", "."]).code, Some(0));
    for nothing in ["public", "nowhere"] {
        let run = site.run(&["verify", "--json", "-o", nothing]);
        assert_eq!(run.code, Some(1));
        assert!(run.problem("verify-manifest")["hint"].as_str().unwrap().contains("build the site"));
    }
}

#[test]
fn verify_finds_damage_to_the_manifest_itself() {
    let site = published();
    let part = "public/manifest/tags.ndjson";
    let whole = site.read(part);
    site.file(part, whole.replace("index.html", "index.htm_"));
    let tags = site.run(&["verify", "--json"]);
    let parts: Vec<_> =
        tags.problems("verify-manifest").iter().map(|problem| problem["file"].clone()).collect();
    assert_eq!(parts, [part], "{}", tags.stdout);
    assert!(!tags.problems("verify-missing").is_empty() && !tags.problems("verify-unlisted").is_empty());

    site.file(part, format!("{whole}{{\"path\":\n"));
    verify(&site, &[("verify-manifest", part), ("verify-manifest", part)]);

    let outside = whole.lines().next().unwrap().replace("tags/", "../../etc/");
    site.file(part, format!("{whole}{outside}\n"));
    verify(&site, &[("verify-manifest", part), ("verify-manifest", part)]);

    site.file(part, &whole);
    site.file("public/manifest/alien.ndjson", "")
        .file("public/manifest/pending", "")
        .file("public/manifest/x", "");
    verify(
        &site,
        &[
            ("verify-manifest", "public/manifest/alien.ndjson"),
            ("verify-manifest", "public/manifest/pending"),
            ("verify-unlisted", "public/manifest/x"),
        ],
    );
    for name in ["alien.ndjson", "pending", "x"] {
        fs::remove_file(site.path("public/manifest").join(name)).unwrap();
    }
    fs::remove_file(site.path(part)).unwrap();
    assert_eq!(site.run(&["verify", "--json"]).problems("verify-manifest")[0]["file"], part);

    site.file(part, &whole);
    site.file("public/manifest.json", "{");
    verify(&site, &[("verify-manifest", "public/manifest.json")]);
    fs::remove_file(site.path("public/manifest.json")).unwrap();
    verify(&site, &[("verify-manifest", "public/manifest.json")]);
}

#[cfg(unix)]
#[test]
fn verify_follows_no_link() {
    use std::os::unix::fs::symlink;
    let site = published();
    let page = site.read("public/2020/01/01/a.html");
    site.file("elsewhere/a.html", page);
    fs::remove_dir_all(site.path("public/2020/01/01")).unwrap();
    symlink(site.path("elsewhere"), site.path("public/2020/01/01")).unwrap();
    fs::remove_file(site.path("public/404.html")).unwrap();
    symlink("index.html", site.path("public/404.html")).unwrap();
    symlink("/etc/passwd", site.path("public/users")).unwrap();
    let run = verify(
        &site,
        &[
            ("verify-unlisted", "public/2020/01/01"),
            ("verify-changed", "public/2020/01/01/a.html"),
            ("verify-changed", "public/2020/01/01/index.html"),
            ("verify-changed", "public/404.html"),
            ("verify-unlisted", "public/users"),
        ],
    );
    assert!(run.problems("verify-changed").iter().all(|it| it["message"].as_str().unwrap().contains("link")));
}

#[test]
fn eject_lists_and_copies_files_of_the_theme() {
    let site = Site::new();
    let names = site.run(&["eject"]);
    assert_eq!(names.code, Some(0));
    let names: Vec<&str> = names.stdout.lines().collect();
    assert!(names.is_sorted() && names.contains(&"article.html") && names.contains(&"i18n/en.yaml"));
    for name in names {
        let run = site.run(&["eject", name]);
        assert_eq!((run.code, run.stdout), (Some(0), format!("templates/{name}\n")));
        let original = fs::read(format!("{}/templates/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert_eq!(fs::read(site.path("templates").join(name)).unwrap(), original);
    }
    site.article("a.md", "title: A\ndate: 2020-01-01");
    site.build().clean();
}

#[test]
fn eject_never_overwrites_and_knows_what_was_meant() {
    let site = Site::new();
    site.file("templates/home.html", "mine");
    let run = site.run(&["eject", "home.html", "--json"]);
    assert_eq!(run.code, Some(1));
    assert!(run.problem("template")["message"].as_str().unwrap().contains("exists already"));
    assert_eq!(site.read("templates/home.html"), "mine");
    for (name, meant) in
        [("artcle.html", "article.html"), ("style.css", "assets/style.css"), ("../base.html", "base.html")]
    {
        let run = site.run(&["eject", name, "--json"]);
        assert_eq!(run.code, Some(2));
        let hint = run.problem("usage")["hint"].as_str().unwrap().to_string();
        assert!(hint.contains(&format!("`{meant}`")), "{name}: {hint}");
    }
    assert_eq!(fs::read_dir(site.path("templates")).unwrap().count(), 1);
}

#[test]
fn completions_know_every_command() {
    let site = Site::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = site.run(&["completions", shell]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        for word in ["verify", "eject", "completions", "base-url"] {
            assert!(run.stdout.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(site.run(&["completions", "tcsh"]).code, Some(2));
}

#[test]
fn manual_pages_are_written_for_every_command() {
    let site = Site::new();
    let main = site.run(&["man"]);
    assert_eq!(main.code, Some(0));
    assert!(
        main.stdout.contains(".TH backissue 1") && main.stdout.contains("backissue\\-verify(1)"),
        "{}",
        main.stdout
    );
    for _ in 0..2 {
        assert_eq!(site.run(&["man", "share/man1"]).code, Some(0), "pages of an older version are replaced");
    }
    let pages = tree(&site.path("share/man1"));
    let commands = site.run(&["--help"]).stdout;
    let commands = commands.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names =
        commands.lines().filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let mut expected: Vec<String> = names.map(|name| format!("backissue-{name}.1")).collect();
    expected.push("backissue.1".to_string());
    expected.sort();
    assert_eq!(pages.keys().collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
    assert_eq!(pages["backissue.1"], main.stdout.as_bytes());
    assert!(String::from_utf8_lossy(&pages["backissue-build.1"]).contains("\\-\\-adopt"));
}
