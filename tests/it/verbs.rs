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

/// Checks at a fixed moment and expects exactly these findings, in order: code, file and line.
#[track_caller]
fn check(site: &Site, expected: &[(&str, &str, u64)]) -> Run {
    let run = site.run(&["check", "--json", "--now", "2024-06-01T12:00:00Z"]);
    let problems: Vec<_> = run.objects.iter().filter(|object| object["kind"] == "problem").collect();
    let found: Vec<_> = problems
        .iter()
        .map(|problem| {
            let text = |key: &str| problem[key].as_str().unwrap_or_default();
            (text("code"), text("file"), problem["line"].as_u64().unwrap_or_default())
        })
        .collect();
    assert_eq!(found, expected, "{}{}", run.stdout, run.stderr);
    assert_eq!(last(&run, "checked")["findings"], expected.len());
    let bad = problems.iter().any(|problem| problem["level"] != "note");
    assert_eq!(run.code, Some(i32::from(bad)), "{}", run.stdout);
    assert!(!site.exists("public"), "a check publishes nothing");
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
    assert_eq!(tags.objects[0]["code"], "verify-manifest", "{}", tags.stdout);
    assert!(tags.problems("verify-unlisted").iter().all(|it| it["hint"] == "build again"), "{}", tags.stdout);
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
    // What it listed is not called unlisted: to remove it would be the wrong remedy.
    let run = verify(&site, &[("verify-manifest", part)]);
    let message = run.problem("verify-manifest")["message"].as_str().unwrap();
    assert!(message.starts_with("is missing; ") && message.ends_with(" not compared"), "{message}");
    site.file("public/2020/mine.pdf", "mine");
    verify(&site, &[("verify-manifest", part), ("verify-unlisted", "public/2020/mine.pdf")]);
    fs::remove_file(site.path("public/2020/mine.pdf")).unwrap();

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
    assert!(site.run(&["completions", "zsh"]).stdout.contains("gitlab-pages"), "and what values there are");
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

#[test]
fn the_sample_archive_passes_the_check() {
    let site = Site::new();
    site.run(&["init", "paper"]);
    let run = site.run(&["-C", "paper", "check", "--json", "--strict", "--now", "2026-01-01"]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert!(last(&run, "checked")["articles"].as_u64().unwrap() >= 30);
    assert!(!site.exists("paper/public"));
    let told = site.run(&["-C", "paper", "check", "--now", "2026-01-01"]);
    assert!(told.stderr.ends_with(" articles checked, 0 findings\n"), "{}", told.stderr);
}

#[test]
fn check_reports_what_a_build_would() {
    let site = Site::new();
    site.article("broken.md", "title: [A");
    site.article("date.md", "title: D\ndate: never");
    site.article("key.md", "title: K\ndate: 2020-01-01\ncolour: red");
    site.file("content/image.md", "---\ntitle: I\ndate: 2020-01-01\n---\n\nText\n\n![Picture](gone.png)\n");
    check(
        &site,
        &[
            ("front-matter", "content/broken.md", 2),
            ("date", "content/date.md", 3),
            ("missing-image", "content/image.md", 8),
            ("unknown-key", "content/key.md", 4),
        ],
    );
}

#[test]
fn notes_alone_fail_a_check_only_if_it_is_strict() {
    let site = Site::new();
    site.article("key.md", "title: K\ndate: 2020-01-01\ncolour: red");
    check(&site, &[("unknown-key", "content/key.md", 4)]);
    assert_eq!(site.run(&["check", "--strict"]).code, Some(1));
}

#[test]
fn check_reports_collisions_and_broken_templates() {
    let site = Site::new();
    site.article("date.md", "title: D\ndate: never");
    site.file("static/tags/index.html", "mine");
    let run = check(&site, &[("date", "content/date.md", 3), ("output-clash", "templates/terms.html", 0)]);
    assert_eq!(last(&run, "checked")["articles"], 0);
    fs::remove_dir_all(site.path("static")).unwrap();
    site.file("templates/home.html", "{% if %}");
    check(&site, &[("date", "content/date.md", 3), ("template", "templates/home.html", 1)]);
    site.file("templates/home.html", "{{ nothing.here }}");
    check(&site, &[("date", "content/date.md", 3), ("template", "templates/home.html", 1)]);
}

#[test]
fn check_leaves_a_published_site_alone() {
    let site = published();
    let before = tree(site.root());
    site.run(&["check"]);
    assert_eq!(tree(site.root()), before);
    site.article("a.md", "title: Anew\ndate: 2020-01-01");
    let before = tree(site.root());
    site.run(&["check", "--host", "s3"]);
    assert_eq!(tree(site.root()), before);
}

#[track_caller]
fn link(destination: &str, code: Option<&str>) {
    links("title: Test\nbase_url: https://example.org\n", destination, code);
    links("title: Test\nbase_url: https://example.org/archive/\n", destination, code);
}

#[track_caller]
fn links(config: &str, destination: &str, code: Option<&str>) {
    let site = Site::with(config);
    site.file(
        "content/2020/a.md",
        format!("---\ntitle: A\ndate: 2020-01-01\n---\n\n## Part one\n\n[Link]({destination})\n"),
    );
    site.file(
        "content/b.md",
        "---\ntitle: B\ndate: 2021-05-02\ntags: [sea]\n---\n\n## Part two\n\nText[^1].\n\n[^1]: Note\n",
    );
    site.article("draft.md", "title: D\nstatus: draft");
    site.file("static/file.pdf", "x").file("static/raw.html", "<p id=here>x <a name='there'>y</a>");
    let expected: Vec<_> = code.iter().map(|code| (*code, "content/2020/a.md", 8)).collect();
    check(&site, &expected);
}

#[test]
fn links_to_articles_lead_somewhere() {
    link("../b.md", None);
    link("/b.md", None);
    link("/b.md#part-two", None);
    link("gone.md", Some("dead-link"));
    link("../draft.md", Some("dead-link"));
    link("../../outside.md", Some("dead-link"));
}

#[test]
fn links_to_pages_lead_somewhere() {
    link("/", None);
    link("/2021/", None);
    link("/2021", None);
    link("/tags/sea/", None);
    link("/2021/05/02/b.html?from=here", None);
    link("/file.pdf", None);
    link("../../../2021/05/02/b.html", None);
    link("https://elsewhere.example/gone.md", None);
    link("mailto:a@example.org", None);
    link("/tags/land/", Some("dead-link"));
    link("/gone.pdf", Some("dead-link"));
    link("gone.html", Some("dead-link"));
    link("gone.jpg", Some("dead-link"));
}

#[test]
fn a_link_beside_the_archive_is_not_ours() {
    links("title: Test\nbase_url: https://example.org/archive\n", "../../../../other/", None);
}

#[test]
fn anchors_exist() {
    link("#part-one", None);
    link("#", None);
    link("#top", None);
    link("#main", None);
    link("#part-two", Some("dead-anchor"));
    link("../b.md#part-one", Some("dead-anchor"));
    link("/2021/05/02/b.html#part-two", None);
    link("/2021/05/02/b.html#fn-1", None);
    link("/raw.html#here", None);
    link("/raw.html#there", None);
    link("/raw.html#nowhere", Some("dead-anchor"));
    link("/file.pdf#page=2", None);
}

#[test]
fn dead_links_say_what_was_meant() {
    let site = Site::new();
    site.file("content/a.md", "---\ntitle: A\ndate: 2020-01-01\n---\n\n## Part one\n\n[x](#part-on) [y](draft.md) [z](c.md)\n<a href=\"c.md\">again</a>\n");
    site.article("draft.md", "title: D\nstatus: draft");
    let run = site.run(&["check", "--json"]);
    assert!(run.problem("dead-anchor")["hint"].as_str().unwrap().contains("`#part-one`"));
    let links = run.problems("dead-link");
    let hints: Vec<_> = links.iter().map(|problem| problem["hint"].as_str().unwrap()).collect();
    assert_eq!(
        hints,
        ["`content/draft.md` is not published", "there is no `content/c.md`"],
        "each destination once"
    );
}

#[test]
fn the_navigation_leads_somewhere() {
    let site = Site::with(
        "title: T\nbase_url: https://example.org/archive\nnavigation:\n  - {title: A, url: /about.html}\n  - {title: C, url: /contact.html}\n  - {title: P, url: '/#years'}\n  - {title: X, url: 'https://example.com/'}\n  - {title: T, url: '/tags/#nope'}\n",
    );
    site.article("about.md", "title: About\nkind: page").article("a.md", "title: A\ndate: 2020-01-01");
    let run = check(&site, &[("dead-anchor", "archive.yaml", 0), ("dead-link", "archive.yaml", 0)]);
    assert!(run.problem("dead-link")["message"].as_str().unwrap().starts_with("`/contact.html`"));
}

#[test]
fn a_missing_image_of_front_matter_is_found() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01\nimage: gone.png");
    site.article("b.md", "title: B\ndate: 2020-01-01\nimage: here.png");
    site.article("c.md", "title: C\ndate: 2020-01-01\nimage: https://example.com/x.png");
    site.file("content/here.png", "png");
    check(&site, &[("missing-image", "content/a.md", 0)]);
    let run = site.build();
    assert!(run.problem("missing-image")["message"].as_str().unwrap().contains("gone.png"));
    // Said again where nothing has to be made.
    assert_eq!(site.build().problems("missing-image").len(), 1);
}

#[test]
fn one_thing_is_counted_as_one() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01\nimage: gone.png");
    let told = site.run(&["build"]).stderr;
    assert!(told.contains("\n1 article: "), "{told}");
    let told = site.run(&["check"]).stderr;
    assert!(told.ends_with("1 article checked, 1 finding\n"), "{told}");
    fs::remove_file(site.path("public/index.html")).unwrap();
    let told = site.run(&["verify"]).stderr;
    assert!(told.ends_with(" files verified, 1 finding\n"), "{told}");
}

#[test]
fn a_place_without_a_column_has_its_line() {
    let site = Site::new();
    site.file("content/a.md", "---\ntitle: A\n---\n\nx\n\n[b](b.md)\n");
    let told = site.run(&["check"]).stderr;
    assert!(told.contains("content/a.md:7\n"), "{told}");
    site.file("content/a.md", format!("---\ntitle: {}\n---\n", "x".repeat(70_000)));
    let told = site.run(&["check"]).stderr;
    assert!(told.contains("content/a.md:1\n"), "{told}");
}

#[test]
fn a_missing_argument_is_named_to_programs() {
    let site = Site::new();
    let run = site.run(&["--json", "new"]);
    let problem = run.problem("usage");
    assert!(problem["message"].as_str().unwrap().ends_with("were not provided: <TITLE>"), "{problem}");
    assert!(problem["hint"].as_str().unwrap().starts_with("Usage: "), "{problem}");
}

#[test]
fn aliases_name_terms_that_articles_have() {
    let site = Site::with(
        "title: T\nbase_url: https://example.org\naliases:\n  author: {J. Doe: Jane Doe, Jim Roe: James Roe, B. Good: Ben Good}\n",
    );
    site.article("a.md", "title: A\ndate: 2020-01-01\nauthors: [j doe, James Roe, Bo Good]");
    let run = check(&site, &[("orphan-term", "archive.yaml", 0); 2]);
    let orphans = run.problems("orphan-term");
    let messages: Vec<_> = orphans.iter().map(|problem| problem["message"].as_str().unwrap()).collect();
    assert_eq!(
        messages,
        [
            "authors: no article has `Jim Roe`, so that its alias for `James Roe` does nothing",
            "authors: no article has `B. Good` or `Ben Good`, so that the alias does nothing",
        ]
    );
    assert_eq!(orphans[1]["hint"], "did you mean `Bo Good`?");
}

#[test]
fn likely_misspellings_are_one_note_a_taxonomy() {
    let site = Site::new();
    for (name, tag) in [("a", "Economy"), ("b", "Economy"), ("c", "Econmy"), ("d", "Economyy"), ("e", "Sea")]
    {
        site.article(&format!("{name}.md"), &format!("title: {name}\ndate: 2020-01-01\ntags: [{tag}]"));
    }
    let run = check(&site, &[("similar-terms", "", 0)]);
    let problem = run.problem("similar-terms");
    let message = problem["message"].as_str().unwrap();
    for part in
        ["tags:", "`Econmy` in `content/c.md`", "`Economyy` in `content/d.md`", "`Economy` in 2 articles"]
    {
        assert!(message.contains(part), "{message}");
    }
    assert!(problem["hint"].as_str().unwrap().contains("aliases: {tags: {Econmy: Economy}}"), "{problem}");
}

#[test]
fn the_limits_of_hosts_are_known() {
    let site = published();
    for host in
        ["github-pages", "github", "gitlab", "cloudflare", "netlify", "vercel", "neocities", "codeberg", "s3"]
    {
        let run = site.run(&["check", "--host", host, "--json"]);
        assert_eq!(run.code, Some(0), "{host}: {}{}", run.stdout, run.stderr);
    }
    let unknown = site.run(&["check", "--host", "geocities"]);
    assert_eq!(unknown.code, Some(2));
    assert!(
        unknown.stderr.contains("cloudflare-pages") && unknown.stderr.contains("s3"),
        "{}",
        unknown.stderr
    );

    site.file("static/_redirects", "/old /new\n".repeat(1001));
    site.build();
    let run = site.run(&["check", "--host", "gitlab-pages", "--json"]);
    assert_eq!(run.code, Some(1));
    let message = run.problem("host-limit")["message"].as_str().unwrap().to_string();
    assert_eq!(message, "GitLab Pages takes 1000 rules in `_redirects`, here are 1001");
}

#[test]
fn limits_are_measured_by_the_manifest() {
    let site = published();
    let part = "public/manifest/tags.ndjson";
    let whole = site.read(part);
    let (before, after) = whole.split_once("\"size\":").unwrap();
    let (_, after) = after.split_once(',').unwrap();
    site.file(part, format!("{before}\"size\":30000000,{after}"));
    let run = site.run(&["check", "--host", "cloudflare", "--json"]);
    let message = run.problem("host-limit")["message"].as_str().unwrap().to_string();
    assert!(
        message.starts_with(
            "Cloudflare Pages takes 25 MiB in a file, here are 28.61 MiB (30000000 bytes): `tags/"
        ),
        "{message}"
    );
}

#[test]
fn limits_need_a_published_site() {
    let site = Site::new();
    let run = site.run(&["check", "--host", "netlify", "--json"]);
    assert_eq!(run.code, Some(1));
    assert!(run.problem("config")["hint"].as_str().unwrap().contains("build it first"));
}
