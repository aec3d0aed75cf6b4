//! Commands, flags, messages and exit codes.

use crate::site::Site;
use std::fs;

#[test]
fn init_then_build_gives_a_browsable_sample() {
    let site = Site::new();
    let run = site.run(&["init", "paper"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let run = site.run(&["-C", "paper", "build", "--json", "--strict", "--now", "2026-01-01"]);
    assert_eq!(run.code, Some(0), "the sample has no problems: {}", run.stdout);
    assert!(run.count("articles") >= 30);
    let home = site.read("paper/public/index.html");
    assert!(home.contains("<main") && home.matches("href=\"/").count() > 50);
    assert_eq!(site.run(&["init", "paper"]).code, Some(1), "a project is not begun twice");
}

#[test]
fn init_keeps_what_is_there() {
    let site = Site::new();
    fs::remove_file(site.path("archive.yaml")).unwrap();
    site.article("mine.md", "title: Mine\ndate: 2020-01-01");
    site.file(".gitignore", "mine");
    assert_eq!(site.run(&["init"]).code, Some(0));
    assert_eq!(
        fs::read_dir(site.path("content")).unwrap().count(),
        1,
        "no sample beside articles of one's own"
    );
    assert_eq!(site.read(".gitignore"), "mine");
    assert!(site.exists("archive.yaml"));
}

#[test]
fn new_writes_a_dated_skeleton_and_never_over_a_file() {
    let site = Site::with("title: T\nbase_url: https://example.org\ntimezone: Pacific/Auckland\n");
    let run = site.run(&["new", "A day  at the sea: \"waves\"", "--now", "2024-05-01T20:00:00Z"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (Some(0), "content/2024/05/a-day-at-the-sea-waves.md\n"),
        "{}",
        run.stderr
    );
    let text = site.read("content/2024/05/a-day-at-the-sea-waves.md");
    assert!(text.contains("date: 2024-05-02T08:00:00+12:00"), "{text}");
    assert_eq!(site.run(&["new", "A day at the sea waves", "--now", "2024-05-01T20:00:00Z"]).code, Some(1));
    assert_eq!(site.read("content/2024/05/a-day-at-the-sea-waves.md"), text);
    site.build().clean();
    assert!(
        site.read("public/2024/05/02/a-day-at-the-sea-waves.html")
            .contains("A day at the sea: &quot;waves&quot;</h1>")
    );
}

#[track_caller]
fn refused(config: &str, line: u64, column: u64, message: &str, hint: &str) {
    let site = Site::with(config);
    let run = site.try_build(&[]);
    assert_eq!(run.code, Some(1), "{config}");
    let problem = run.problem("config");
    assert_eq!(problem["file"], "archive.yaml");
    assert_eq!(
        (problem["line"].as_u64(), problem["column"].as_u64()),
        (Some(line), Some(column)),
        "{problem}"
    );
    assert!(problem["message"].as_str().unwrap().contains(message), "{problem}");
    assert!(problem["hint"].as_str().unwrap_or_default().contains(hint), "{problem}");
    assert!(!site.exists("public"));
    let told = site.run(&["build"]).stderr;
    assert!(told.contains(&format!("archive.yaml:{line}:{column}")) && told.contains('^'), "{told}");
}

#[test]
fn configuration_errors_point_at_their_place_with_a_hint() {
    refused("title: T\nper_pge: 3\n", 2, 1, "unknown key `per_pge`", "`per_page`");
    refused("title: T\ntaxonomies:\n  tags: {pth: /x/}\n", 3, 10, "unknown key `pth`", "`path`");
    refused("title: [T]\n", 1, 8, "expected a string", "");
    refused("title: T\nper_page: 0\n", 2, 1, "from 1 to 1000", "");
    refused("title: T\nbase_url: example\n", 2, 1, "not an address", "https://");
    refused("title: T\nbase_url: https://example.org/?x\n", 2, 1, "host and path only", "https://");
    refused("title: T\npermalink: /{year}/\n", 2, 1, "`{slug}` once", "{slug}");
    refused("title: T\npermalink: /{slug}-{hour}.html\n", 2, 1, "{hour}", "");
    refused("title: T\ntimezone: Mars/Olympus\n", 2, 1, "Mars/Olympus", "Europe/Berlin");
    refused("title: T\ntaxonomies: {tags: {path: /2020/}}\n", 2, 1, "looks like a year", "by-tags");
    refused("title: T\ntaxonomies: {media: {}}\n", 2, 1, "used by the archive", "");
    refused("title: T\ntaxonomies: {tags: {feed: often}}\n", 2, 20, "`always`, `never`", "");
    refused("title: T\nfeeds: {entries: 0}\n", 2, 1, "from 1 to 1000", "");
    refused(
        "title: T\nfeeds: {formats: [gopher]}\n",
        2,
        19,
        "unknown value `gopher`",
        "`atom`, `rss`, `json`",
    );
    refused(
        "title: T\nown_hosts: [https://example.org/]\n",
        2,
        1,
        "not the name of a host",
        "www.example.org",
    );
    refused("title: T\ntitle: U\n", 2, 1, "duplicate", "");
    for key in ["title", "date", "extra", "corrections"] {
        let config = format!("title: T\ntaxonomies: {{tags: {{}}, {key}: {{}}}}\n");
        refused(&config, 2, 1, &format!("a key `{key}` that means something else"), &format!("`by-{key}`"));
    }
    for lang in ["english", "e", "de-", "12"] {
        refused(&format!("title: T\nlang: {lang}\n"), 2, 1, "not a language tag", "`pt-BR`");
    }
}

#[test]
fn links_of_the_masthead_lead_from_the_root_of_the_site_or_are_refused() {
    for (url, message) in [
        ("javascript:alert(1)", "its scheme is `javascript`"),
        (" JavaScript:alert(1)", "its scheme is `javascript`"),
        ("data:text/html,x", "its scheme is `data`"),
        ("//x.example", "leads to another site"),
        ("/\\x.example", "leads to another site"),
        ("https://", "is not an address"),
        ("", "is empty"),
    ] {
        let config = format!("title: T\nnavigation:\n- title: N\n  url: '{url}'\n");
        refused(&config, 4, 1, message, "");
    }
    let links = ["nope.html", "./a/b.html", "#years", "/c.html", "https://x.example/a", "mailto:a@x.example"];
    let list = links.map(|url| format!("- {{title: N, url: '{url}'}}\n")).concat();
    let site = Site::with(&format!("title: T\nbase_url: https://example.org/base\nnavigation:\n{list}"));
    site.article("a.md", "title: A\ndate: 2020-01-01");
    site.build().clean();
    let page = site.read("public/2020/01/01/a.html");
    let shown = ["/base/nope.html", "/base/a/b.html", "/base/#years", "/base/c.html"];
    for url in shown.iter().chain(&links[4..]) {
        assert!(page.contains(&format!("<li><a href=\"{url}\">N</a></li>")), "{url}: {page}");
    }
}

#[test]
fn a_language_may_be_written_with_an_underscore() {
    let site = Site::with("title: T\nbase_url: https://example.org\nlang: de_AT\n");
    site.article("a.md", "title: A\ndate: 2020-01-01\nlang: pt_BR");
    site.build().clean();
    assert!(site.read("public/index.html").contains("<html lang=\"de-AT\""));
    assert!(site.read("public/2020/01/01/a.html").contains("<html lang=\"pt-BR\""));
}

#[test]
fn every_documented_key_is_understood() {
    let site = Site::with(
        "title: T\ndescription: D\nbase_url: https://example.org/a/\nlang: en\ntimezone: Europe/Berlin\nper_page: 20\npermalink: /{year}/{slug}/\nperiods: {year: all, month: latest, day: all}\ntaxonomies: {tags: {path: /tags/, title: Tags, feed: 20}}\nkeys: {deck: description}\naliases: {tags: {a: b}}\nfeeds: {formats: [atom, rss, json], content: full, entries: 10, history: false}\nown_hosts: [example.org]\nredirect_maps: [netlify, nginx, apache]\ncitations: [bibtex, ris, csl]\ndownloads: true\non_this_day: true\nlookup: true\npublisher: P\ncontact: c@example.org\nfirst_weekday: sunday\nnavigation: [{title: A, url: /a.html}]\nextra: {x: 1}\n",
    );
    site.article("a.md", "title: A\ndate: 2020-01-01\ndeck: D\ntags: a");
    site.build().clean();
    assert!(site.exists("public/2020/a/index.html") && site.exists("public/tags/b/index.html"));
}

#[test]
fn every_problem_is_one_json_object_with_all_its_keys() {
    let site = Site::with("title: T\n");
    site.article("bad.md", "title: [A");
    site.article("date.md", "title: A\ndate: never");
    site.article("draft.md", "title: A\nstatus: draft");
    let run = site.build();
    assert_eq!(run.stdout.lines().count(), run.objects.len(), "{}", run.stdout);
    for object in &run.objects[..run.objects.len() - 1] {
        let keys: Vec<_> = object.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["code", "column", "file", "hint", "kind", "level", "line", "message", "page"]);
        assert!(["error", "warning", "note"].contains(&object["level"].as_str().unwrap()));
        let code = object["code"].as_str().unwrap();
        assert!(backissue::problem::CODES.iter().any(|(known, _)| *known == code), "{code}");
    }
    let keys: Vec<_> = run.built().as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        ["articles", "kind", "millis", "pages", "removed", "set_aside", "unchanged", "withheld", "written"]
    );
    assert_eq!(run.problem("no-base-url")["level"], "note");
    assert!(run.stderr.is_empty(), "{}", run.stderr);
}

#[test]
fn columns_count_characters() {
    let site = Site::new();
    site.file("content/a.md", "---\ntitle: \"éé🦄\" x\n---\n");
    let problem = site.build().problem("front-matter").clone();
    assert_eq!((problem["line"].as_u64(), problem["column"].as_u64()), (Some(2), Some(14)), "{problem}");
}

#[test]
fn exit_status_says_what_happened() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01");
    let code = |args: &[&str]| site.run(args).code;
    assert_eq!(code(&["build"]), Some(0));
    assert_eq!(code(&["build", "--strict"]), Some(0));
    assert_eq!(code(&["build", "--nope"]), Some(2));
    assert_eq!(code(&["nope"]), Some(2));
    assert_eq!(code(&[]), Some(2));
    assert_eq!(code(&["build", "--jobs", "0"]), Some(2));
    assert_eq!(code(&["--help"]), Some(0));
    assert_eq!(code(&["--version"]), Some(0));
    assert_eq!(code(&["-C", "nowhere", "build"]), Some(2));
    assert_eq!(code(&["build", "--now", "yesterday"]), Some(2));
    site.article("b.md", "title: B\ndate: never");
    assert_eq!(code(&["build"]), Some(0));
    assert_eq!(code(&["build", "--strict"]), Some(1));
}

#[test]
fn outside_a_project_the_error_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::new();
    let run = site.run(&["-C", folder.path().to_str().unwrap(), "build"]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains("not a backissue project") && run.stderr.contains("hint: run `backissue init`"),
        "{}",
        run.stderr
    );
}

#[test]
fn quiet_prints_problems_only() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01");
    let run = site.run(&["build", "--quiet"]);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    site.article("b.md", "title: B\ndate: never");
    let run = site.run(&["build", "-q"]);
    assert!(run.stderr.starts_with("warning: `date` is ignored"), "{}", run.stderr);
}

#[test]
fn a_summary_says_what_changed_and_the_terminal_obeys_no_input() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: \"\\e[31mnever\"");
    let run = site.run(&["build"]);
    assert!(
        run.stderr.contains("1 article: ") && run.stderr.contains(" written, 0 unchanged, 0 removed"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains('\u{1b}'), "{}", run.stderr);
    assert!(run.stdout.is_empty());
}

#[test]
fn relative_paths_follow_the_folder() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01");
    let outer = tempfile::tempdir().unwrap();
    let mut command = site.command(&["-C", site.root().to_str().unwrap(), "build", "--output", "site"]);
    assert!(command.current_dir(outer.path()).output().unwrap().status.success());
    assert!(site.exists("site/index.html"));
}

#[test]
fn help_is_stable() {
    let site = Site::new();
    for command in [
        &[][..],
        &["build"],
        &["watch"],
        &["serve"],
        &["init"],
        &["new"],
        &["import"],
        &["explain"],
        &["check"],
        &["verify"],
        &["eject"],
        &["completions"],
        &["man"],
    ] {
        let name = format!("help_{}", command.first().unwrap_or(&"backissue"));
        insta::assert_snapshot!(name, site.run(&[command, &["--help"]].concat()).stdout);
    }
}

#[test]
fn the_readme_lists_every_code_key_and_flag() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    for (code, meaning) in backissue::problem::CODES {
        assert!(readme.contains(&format!("| `{code}` | {meaning} |")), "{code}");
    }
    let site = Site::new();
    for command in [
        "build",
        "check",
        "completions",
        "eject",
        "explain",
        "import",
        "init",
        "man",
        "new",
        "serve",
        "verify",
        "watch",
    ] {
        assert!(readme.contains(&format!("| `{command}")), "{command}");
        let help = site.run(&[command, "--help"]).stdout;
        let words = help.split_whitespace().filter(|word| word.starts_with("--"));
        for flag in words.filter_map(|word| word.split([',', '.', '[', ']', '=', '`']).next()) {
            assert!(["--help", "--version"].contains(&flag) || readme.contains(flag), "{flag}");
        }
    }
}

#[test]
fn values_that_cannot_be_used_are_wrong_usage() {
    let site = Site::with("title: T\n");
    site.article("a.md", "title: A\ndate: 2024-05-01T12:00:00Z");
    for args in [
        &["build", "--now", "garbage"][..],
        &["build", "--now", "2024-05-01T23:00:00[Europe/Paris]"],
        &["build", "--base-url", "garbage"],
        &["-C", "nowhere", "build"],
    ] {
        let run = site.run(args);
        assert_eq!(run.code, Some(2), "{args:?} {}", run.stderr);
        assert!(!site.exists("public"));
    }
    for epoch in ["abc", "99999999999999999999"] {
        let run =
            crate::site::Run::of(site.command(&["build"]).env("SOURCE_DATE_EPOCH", epoch).output().unwrap());
        assert_eq!(run.code, Some(2), "{epoch} {}", run.stderr);
    }
    let count = |now: &str| site.run(&["build", "--json", "--now", now]).count("articles");
    assert_eq!((count("2024-05-01T11:59"), count("2024-05-01 12:00:00"), count("2024-05-01")), (0, 1, 0));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_nobody_takes_is_a_failure_and_no_panic() {
    let site = Site::with("title: T\n");
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let code = |args: &[&str], out: bool| {
        let mut command = site.command(args);
        if out {
            command.stdout(full())
        } else {
            command.stderr(full())
        };
        command.output().unwrap().status.code()
    };
    assert_eq!(code(&["build", "--json"], true), Some(1));
    assert_eq!(code(&["build"], false), Some(0));
}

#[test]
fn paths_that_no_system_can_store_are_refused() {
    for pattern in
        ["/../{slug}.html", "/./{slug}.html", "/con/{slug}.html", "/a./{slug}.html", "/nul.{slug}.html"]
    {
        refused(&format!("title: T\npermalink: {pattern}\n"), 2, 1, "permalink", "the default");
    }
    let long = format!("title: T\ntaxonomies: {{topics: {{path: /{}/}}}}\n", "x".repeat(250));
    refused(&long, 2, 1, "longer than", "by-topics");
    refused("title: T\ntaxonomies: {topics: {path: /nul/x/}}\n", 2, 1, "device", "by-topics");
    refused("title: T\naliases:\n  authors:\n    A: B\n    A: C\n", 5, 1, "duplicate", "");
    refused("title: T\nperiods: {year: al}\n", 2, 17, "unknown value `al`", "`all`");
}

#[test]
fn init_beside_articles_claims_nothing() {
    let site = Site::with("");
    fs::remove_file(site.path("archive.yaml")).unwrap();
    site.article("a.md", "title: A");
    assert_eq!(site.run(&["init"]).code, Some(0));
    let text = site.read("archive.yaml");
    assert!(!text.contains("Skerry") && !text.contains("\nbase_url"), "{text}");
    assert_eq!(site.build().count("articles"), 1);
}

#[test]
fn keys_can_only_become_known_ones() {
    let site = Site::with("title: T\nkeys: {deck: descripton}\n");
    let run = site.try_build(&[]);
    let problem = run.problem("config");
    assert_eq!(
        (run.code, problem["file"].as_str(), problem["line"].as_u64()),
        (Some(1), Some("archive.yaml"), Some(2))
    );
    assert_eq!(problem["hint"], "did you mean `description`?");
    let site = Site::with("title: T\ntaxonomies: {topics: }\nkeys: {subjects: topics, deck: subtitle}\n");
    assert_eq!(site.try_build(&[]).code, Some(0));
}

#[test]
fn wrong_arguments_are_objects_too() {
    let site = Site::new();
    let run = site.run(&["build", "--json", "--jobs", "x"]);
    assert_eq!((run.code, run.objects.len()), (Some(2), 1), "{}{}", run.stdout, run.stderr);
    assert_eq!(run.problem("usage")["level"], "error");
}
