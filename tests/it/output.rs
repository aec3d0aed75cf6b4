//! What a build does to the output: never lose, never tear, always the same bytes.

use crate::site::{PROGRAM, Run, Site, tree};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

fn archive(count: usize) -> Site {
    let site = Site::with("title: T\nbase_url: https://example.org\nper_page: 7\n");
    for n in 0..count {
        let day = 1 + n % 28;
        site.article(
            &format!("d{}/s{n}.md", n % 5),
            &format!(
                "title: Story {n}\ndate: 2020-{:02}-{day:02}\ntags: [t{}, all]\nauthors: [A{}, B]",
                1 + n % 12,
                n % 9,
                n % 4
            ),
        );
    }
    site
}

#[test]
fn a_second_build_writes_nothing() {
    let site = archive(40);
    let first = site.build();
    let tree = site.tree();
    let second = site.build();
    assert_eq!(second.count("written") + second.count("removed"), 0, "{}", second.built());
    assert_eq!(second.count("unchanged"), first.count("pages"));
    assert_eq!(site.tree(), tree);
}

#[test]
fn an_edited_body_rewrites_one_page() {
    let site = archive(40);
    site.build();
    site.file("content/d0/s0.md", "---\ntitle: Story 0\nsubtitle: Sub\ndate: 2020-01-01\ntags: [t0, all]\nauthors: [A0, B]\n---\n\nOne.\n");
    site.build();
    site.file("content/d0/s0.md", "---\ntitle: Story 0\nsubtitle: Sub\ndate: 2020-01-01\ntags: [t0, all]\nauthors: [A0, B]\n---\n\nTwo.\n");
    let run = site.build();
    assert_eq!((run.count("written"), run.count("removed")), (1, 0), "{}", run.built());
}

#[test]
fn edits_converge_to_the_clean_build() {
    let site = archive(40);
    site.build();
    fs::remove_file(site.path("content/d1/s1.md")).unwrap();
    fs::rename(site.path("content/d2"), site.path("content/moved")).unwrap();
    site.article("d0/s0.md", "title: Renamed\ndate: 1999-01-01\ntags: [t1, new]");
    site.file("archive.yaml", "title: Other\nbase_url: https://example.org\nper_page: 5\n");
    site.build();
    let incremental = site.tree();
    fs::remove_dir_all(site.path("public")).unwrap();
    site.build();
    assert_eq!(incremental.keys().collect::<Vec<_>>(), site.tree().keys().collect::<Vec<_>>());
    assert!(incremental == site.tree());
}

#[test]
fn equal_inputs_give_equal_bytes_on_any_number_of_threads_in_any_zone_and_folder() {
    let site = archive(60);
    site.file("content/partial.md", "---\ntitle: P\ndate: 2020-05~\n---\nx\n");
    site.build();
    let expected = site.tree();
    for (jobs, zone) in [("1", "UTC"), ("2", "Pacific/Kiritimati"), ("8", "America/Los_Angeles")] {
        let other = Site::new();
        copy(&site, &other);
        let mut command =
            other.command(&["build", "--json", "--now", "2024-06-01T12:00:00Z", "--jobs", jobs]);
        let run = Run::of(command.env("TZ", zone).env("LC_ALL", "tr_TR.UTF-8").output().unwrap());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(other.tree() == expected, "{jobs} threads in {zone}");
    }
}

fn copy(from: &Site, to: &Site) {
    // In another order than before, so that directories list differently.
    let mut files: Vec<_> =
        tree(from.root()).into_iter().filter(|(name, _)| !name.starts_with("public/")).collect();
    files.reverse();
    for (name, bytes) in files {
        to.file(&name, bytes);
    }
}

#[test]
fn articles_that_want_one_path_are_told_apart() {
    let site = Site::new();
    site.article("x/same.md", "title: First\ndate: 2020-01-01T09:00:00Z");
    site.article(
        "y/same.md",
        "title: Second\ndate: 2020-01-01T10:00:00Z\noriginal_url: https://example.com/second",
    );
    site.build();
    let second = site.names().into_iter().find(|name| name.starts_with("2020/01/01/same-")).unwrap();
    assert!(site.read("public/2020/01/01/same.html").contains("First</h1>"));
    assert!(site.read(&format!("public/{second}")).contains("Second</h1>"));
    // The suffix is the article's own: another folder, another article, the same address.
    fs::rename(site.path("content/y"), site.path("content/z")).unwrap();
    site.article("a/other.md", "title: Other\ndate: 2020-01-01");
    let run = site.build();
    assert!(site.read(&format!("public/{second}")).contains("Second</h1>"));
    assert_eq!(run.problem("same-path")["file"], "content/z/same.md");
    // A slug of one's own choice comes first.
    site.article("x/chosen.md", "title: Chosen\ndate: 2020-01-01T11:00:00Z\nslug: same");
    site.build();
    assert!(site.read("public/2020/01/01/same.html").contains("Chosen</h1>"));
    // Copies of one article, with one identity, are all published.
    for n in 0..5 {
        site.article(
            &format!("copies/{n}/copy.md"),
            "title: Copy\ndate: 2020-02-02\noriginal_url: https://example.com/copy",
        );
    }
    site.build();
    assert_eq!(site.names().iter().filter(|name| name.starts_with("2020/02/02/copy")).count(), 5);
}

#[test]
fn other_outputs_for_one_path_are_an_error_that_names_both_inputs() {
    for (file, part) in [
        ("static/tags/index.html", "templates/terms.html"),
        ("static/TAGS/INDEX.html", "templates/terms.html"),
        ("static/tags", "templates/terms.html"),
        ("static/2020/01/01/a.html/x.txt", "content/a.md"),
        ("static/404.html", "templates/404.html"),
        ("static/manifest.json", "manifest"),
        ("static/manifest/x", "manifest"),
    ] {
        let site = Site::new();
        site.article("a.md", "title: A\ndate: 2020-01-01\ntags: [one]");
        site.build();
        let before = site.tree();
        site.file(file, "x");
        let run = site.try_build(&[]);
        assert_eq!(run.code, Some(1), "{file}");
        let clashes = run.problems("output-clash");
        let named = |name: &str| clashes.iter().any(|clash| clash.to_string().contains(name));
        assert!(named(file) && named(part), "{file}: {}", run.stdout);
        assert!(site.tree() == before);
    }
    let site = Site::new();
    site.file("static/Straße.txt", "1").file("static/STRASSE.txt", "2");
    site.file("static/e\u{301}.txt", "1").file("static/\u{e9}.txt", "2");
    assert_eq!(site.try_build(&[]).problems("output-clash").len(), 2);
}

#[test]
fn only_our_own_files_are_removed() {
    let site = archive(10);
    site.build();
    site.file("public/CNAME", "example.org")
        .file("public/.well-known/x", "x")
        .file("public/notes/mine.txt", "mine");
    fs::remove_dir_all(site.path("content/d0")).unwrap();
    let edited = "public/2020/02/02/s1.html";
    site.file(edited, "edited by hand");
    fs::remove_file(site.path("content/d1/s1.md")).unwrap();
    let run = site.build();
    assert_eq!(run.problem("foreign-file")["file"], "public/notes/mine.txt");
    assert_eq!(run.problem("changed-by-hand")["file"], edited);
    assert_eq!(site.read(edited), "edited by hand");
    assert_eq!(
        (site.read("public/CNAME").as_str(), site.read("public/.well-known/x").as_str()),
        ("example.org", "x")
    );
    assert!(!site.exists("public/2020/01/01/s0.html"));
}

#[test]
fn a_foreign_file_at_a_planned_path_is_never_overwritten() {
    let site = archive(3);
    site.build();
    site.article("new.md", "title: New\ndate: 2021-01-01");
    site.file("public/2021/01/01/new.html", "somebody's");
    let before = site.tree();
    let run = site.try_build(&[]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.problem("foreign-file")["file"], "content/new.md");
    assert!(site.tree() == before);
}

#[test]
fn what_is_put_into_an_empty_output_during_a_build_is_kept() {
    use backissue::config::{Config, Flags};
    use backissue::publish::{Kept, Planned, Site as Output};
    use backissue::route::OutPath;
    let site = archive(1);
    let config = Config::load(site.root(), &Flags::default()).unwrap();
    let output = Output::open(&config, None, &|_| {}).unwrap();
    let (path, source) = (OutPath::new("2020/ours.html").unwrap(), "content/a.md");
    output.prepare([&path].into_iter()).unwrap();
    let staged = output.stage(&path, b"ours", 1).unwrap();
    site.file("public/2020/ours.html", "theirs");
    let planned = Planned { path: &path, source, staged: &staged };
    let error = output.commit(&config, &[planned], (&Kept::default(), &[])).unwrap_err();
    assert!(error.to_string().contains("`2020` cannot be published"), "{error}");
    assert_eq!(
        (site.names(), site.read("public/2020/ours.html").as_str()),
        (vec!["2020/ours.html".into()], "theirs")
    );
}

#[test]
fn the_manifest_lists_every_output_with_its_hash() {
    let site = archive(10);
    site.file("static/robots.txt", "User-agent: *");
    site.build();
    let tree = site.tree();
    let json = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
    let hash = |bytes: &[u8]| data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
    let mut listed = BTreeMap::new();
    for part in json(&tree["manifest.json"])["files"].as_array().unwrap() {
        let bytes = &tree[part["path"].as_str().unwrap()];
        assert_eq!(
            (part["sha256"].as_str().unwrap(), part["size"].as_u64().unwrap()),
            (hash(bytes).as_str(), bytes.len() as u64)
        );
        for line in bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
            let record = json(line);
            listed.insert(record["path"].as_str().unwrap().to_string(), record);
        }
    }
    assert_eq!(listed.keys().cloned().collect::<Vec<_>>(), site.names());
    for (path, record) in &listed {
        assert_eq!(record["sha256"], hash(&tree[path]), "{path}");
        assert_eq!(record["size"], tree[path].len(), "{path}");
    }
    assert_eq!(listed["robots.txt"]["source"], "static/robots.txt");
    assert_eq!(listed["2020/01/01/s0.html"]["source"], "content/d0/s0.md");
}

#[test]
fn a_build_killed_at_any_moment_leaves_whole_files_and_heals() {
    let site = archive(120);
    site.build();
    let small = site.tree();
    for n in 0..200 {
        site.article(
            &format!("more/m{n}.md"),
            &format!(
                "title: More {n}\ndate: 2021-{:02}-{:02}\ntags: [m{}, all]",
                1 + n % 12,
                1 + n % 28,
                n % 20
            ),
        );
    }
    site.build();
    let large = site.tree();
    let more = site.path("content/more");
    let hidden = site.path("content/.more");
    for round in 0..30_u64 {
        let grow = round % 2 == 1;
        fs::rename(if grow { &hidden } else { &more }, if grow { &more } else { &hidden }).unwrap();
        let mut child = Command::new(PROGRAM)
            .current_dir(site.root())
            .args(["build", "--quiet", "--now", "2024-06-01T12:00:00Z"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Not a wait for anything: the kill comes at a moment that differs from round to round.
        std::thread::park_timeout(Duration::from_millis(10 + round * 7));
        let _ = child.kill();
        child.wait().unwrap();
        for (name, bytes) in site.tree() {
            let whole = name.starts_with("manifest") || name.starts_with(".backissue-tmp");
            assert!(
                whole || small.get(&name) == Some(&bytes) || large.get(&name) == Some(&bytes),
                "round {round}: {name} is torn"
            );
        }
        let run = site.build();
        run.clean();
        let (healed, clean) = (site.tree(), if grow { &large } else { &small });
        let names = healed.keys().chain(clean.keys());
        let differs: Vec<_> = names.filter(|name| healed.get(*name) != clean.get(*name)).collect();
        assert!(differs.is_empty(), "round {round} did not heal: {differs:?}");
    }
}

#[test]
fn what_a_killed_build_left_behind_is_cleared() {
    let site = archive(3);
    site.build();
    let clean = site.tree();
    site.file("public/.backissue-tmp/lock", "process 1").file("public/.backissue-tmp/manifest", "half");
    site.file("public/.backissue-tmp/0/17", "half").file("public/manifest/pending", "{\"path\":\"x\"");
    site.file("public/.backissue-tmp/.moment", "");
    site.build().clean();
    assert_eq!(site.tree().keys().collect::<Vec<_>>(), clean.keys().collect::<Vec<_>>());
    assert!(!site.exists("public/.backissue-tmp"));
}

#[test]
fn two_builds_at_once_never_mix() {
    let site = archive(60);
    let spawn =
        || site.command(&["build", "--now", "2024-06-01T12:00:00Z"]).stderr(Stdio::piped()).spawn().unwrap();
    let builds: Vec<_> = (0..4).map(|_| spawn()).collect();
    for build in builds {
        let output = build.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let mixed = site.tree();
    fs::remove_dir_all(site.path("public")).unwrap();
    site.build();
    assert!(site.tree() == mixed);
}

#[test]
fn a_held_output_is_waited_for_and_the_holder_named() {
    let site = archive(1);
    site.build();
    let lock =
        backissue::fs::Lock::take(&site.path("public/.backissue-tmp/lock"), "process 4711", &|_| {}).unwrap();
    let mut build = site.command(&["build"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = std::io::BufReader::new(build.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stderr, &mut line).unwrap();
    assert!(line.contains("waiting for another build (process 4711)"), "{line}");
    assert!(build.try_wait().unwrap().is_none());
    drop(lock);
    assert!(build.wait().unwrap().success());
}

#[test]
fn another_sites_output_is_refused_unless_adopted() {
    let site = archive(3);
    site.build();
    let other = Site::with("title: Other\nbase_url: https://other.example\n");
    other.article("a.md", "title: A\ndate: 2020-01-01");
    let output = site.path("public");
    let output = output.to_str().unwrap();
    let before = site.tree();
    let run = other.try_build(&["--output", output]);
    assert_eq!(run.code, Some(1));
    assert!(run.problem("config")["message"].as_str().unwrap().contains("https://example.org"));
    assert!(site.tree() == before);
    let run = other.try_build(&["--output", output, "--adopt"]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    let fresh = other.build();
    assert_eq!(fresh.code, Some(0));
    assert!(site.tree() == other.tree());
}

#[test]
fn files_become_folders_and_folders_files() {
    let site = Site::new();
    site.file("static/thing", "file");
    site.build();
    fs::remove_file(site.path("static/thing")).unwrap();
    site.file("static/thing/deep/x.txt", "x");
    site.build().clean();
    assert_eq!(site.read("public/thing/deep/x.txt"), "x");
    fs::remove_dir_all(site.path("static/thing")).unwrap();
    site.file("static/thing", "file");
    site.build().clean();
    assert_eq!(site.read("public/thing"), "file");
}

#[test]
fn pages_of_one_fingerprint_have_the_same_bytes() {
    use backissue::config::{Config, Flags};
    let site = archive(30);
    let build = || {
        let flags = Flags { now: Some("2024-06-01T12:00:00Z".into()), ..Flags::default() };
        let config = Config::load(site.root(), &flags).unwrap();
        let built = backissue::build::build(&config, &backissue::build::Run::default(), &|_| {}).unwrap();
        (built.published.outputs.iter().cloned().collect::<BTreeMap<_, _>>(), site.tree())
    };
    let (before, old) = build();
    assert!(before.len() > 60);
    let (again, _) = build();
    assert!(before.iter().all(|(path, known)| again[path].fingerprint == known.fingerprint));
    let mut changed = 0;
    let edits: [&dyn Fn(); 4] = [
        &|| {
            site.article(
                "d0/s0.md",
                "title: Changed
date: 2020-01-01
tags: [t0, all]",
            );
        },
        &|| {
            site.article(
                "d9/new.md",
                "title: New
date: 2020-12-30
tags: [all]",
            );
        },
        &|| {
            site.article(
                "d0/s0.md",
                "title: Changed
date: 2020-01-01
subtitle: '[link](../d1/s1.md)'",
            );
        },
        &|| fs::remove_file(site.path("content/d1/s1.md")).unwrap(),
    ];
    for edit in edits {
        edit();
        let (after, new) = build();
        for (path, known) in &before {
            match after.get(path) {
                Some(later) if later.fingerprint == known.fingerprint => {
                    assert!(old[&**path] == new[&**path], "{path}");
                }
                Some(_) => changed += 1,
                None => {}
            }
        }
    }
    let pages = before.len() * 4;
    assert!(changed > 10 && changed < pages / 2, "{changed} of {pages} changed");
}

#[test]
fn a_page_that_is_kept_keeps_its_address() {
    let site = Site::new();
    site.article("x/story.md", "title: X\ndate: 2020-01-01");
    site.article("y/story.md", "title: Y\ndate: 2020-01-01");
    site.build();
    let names = site.names();
    let other = names.iter().find(|name| name.contains("/story-")).unwrap();
    site.article("x/story.md", "title: [broken\ndate: 2020-01-01");
    site.build();
    assert_eq!(site.names(), names);
    assert!(site.read("public/2020/01/01/story.html").contains(">X</h1>"));
    assert!(site.read(&format!("public/{other}")).contains(">Y</h1>"));
}

#[test]
fn a_missing_content_folder_is_not_an_empty_one() {
    let site = archive(3);
    site.build();
    let before = site.tree();
    fs::rename(site.path("content"), site.path("gone")).unwrap();
    let run = site.try_build(&[]);
    assert_eq!(run.code, Some(1));
    assert!(run.problem("config")["message"].as_str().unwrap().contains("content/"));
    assert_eq!(site.tree(), before);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_listed_publishes_nothing() {
    let site = archive(10);
    site.file("static/a/b/c/x.txt", "x");
    site.build();
    let before = site.tree();
    // So few open files that deeper folders cannot be read: as root may read all others.
    let command = format!("ulimit -n 8; exec {PROGRAM} build --json -j1");
    let mut deep = String::from("content");
    for n in 0..12 {
        deep += &format!("/f{n}");
    }
    site.file(&format!("{deep}/deep.md"), "---\ntitle: Deep\n---\nx\n");
    let run = Command::new("sh").args(["-c", &command]).current_dir(site.root()).output().unwrap();
    let run = Run::of(run);
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
    assert_eq!(run.problem("system")["level"], "error");
    assert_eq!(site.tree(), before);
    assert_eq!(site.build().count("articles"), 11, "and the next build heals");
}

#[test]
fn sites_without_an_address_are_told_apart_by_what_they_hold() {
    let (one, two) = (Site::with(""), Site::with(""));
    one.article("one.md", "title: One");
    two.article("two.md", "title: Two");
    let shared = tempfile::tempdir().unwrap();
    let output = shared.path().join("out").to_string_lossy().into_owned();
    assert_eq!(one.try_build(&["-o", &output]).code, Some(0));
    let run = two.try_build(&["-o", &output]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert!(run.problem("config")["message"].as_str().unwrap().contains("another site"));
    assert!(tree(&shared.path().join("out")).contains_key("undated/one.html"));
    one.file("archive.yaml", "title: Renamed\n");
    one.build();
    one.file("archive.yaml", "title: Renamed again\n");
    one.build();
}

#[test]
fn what_others_put_where_the_manifest_has_its_place_is_kept() {
    let site = archive(1);
    let app = "{\"name\": \"My App\"}";
    site.file("public/manifest.json", app);
    let run = site.try_build(&["--adopt"]);
    assert_eq!(
        (run.code, run.problem("foreign-file")["file"].as_str()),
        (Some(1), Some("public/manifest.json"))
    );
    assert_eq!(site.read("public/manifest.json"), app);
    fs::remove_dir_all(site.path("public")).unwrap();
    site.build().clean();
    site.file("public/manifest/2035.ndjson", "my data").file("public/.backissue-tmp/mine.txt", "mine");
    let run = site.try_build(&[]);
    assert_eq!(
        (run.code, run.problem("foreign-file")["file"].as_str()),
        (Some(1), Some("public/manifest/2035.ndjson"))
    );
    fs::rename(site.path("public/manifest/2035.ndjson"), site.path("public/manifest/notes.txt")).unwrap();
    assert_eq!(site.build().problem("foreign-file")["file"], "public/manifest/notes.txt");
    assert_eq!(site.read("public/.backissue-tmp/mine.txt"), "mine");
    // Damage to a manifest of our own is no such file: it heals.
    let whole = site.read("public/manifest.json");
    site.file("public/manifest.json", &whole[..whole.len() / 2]);
    site.build();
    assert_eq!(site.read("public/manifest.json"), whole);
}

#[test]
fn a_lost_part_of_the_manifest_is_named() {
    let site = archive(3);
    site.build().clean();
    fs::remove_file(site.path("public/manifest/2020.ndjson")).unwrap();
    site.article("d0/s0.md", "title: Changed\ndate: 2020-01-01");
    let run = site.try_build(&[]);
    assert_eq!(run.code, Some(1));
    let problems = run.problems("foreign-file");
    assert!(problems[0]["message"].as_str().unwrap().contains("`manifest/2020.ndjson`"), "{}", run.stdout);
}

#[test]
fn a_page_edited_by_hand_is_not_replaced_without_a_word() {
    let site = archive(2);
    site.build().clean();
    let name = "public/2020/01/01/s0.html";
    let page = site.read(name);
    site.file(name, page.replace("Body", "Hand"));
    let run = site.build();
    assert_eq!((site.read(name), run.problem("changed-by-hand")["file"].as_str()), (page, Some(name)));
    site.build().clean();
}

#[test]
fn a_foreign_file_is_told_of_wherever_and_whenever_it_appears() {
    let site = archive(4);
    site.build().clean();
    let wait = || std::thread::sleep(Duration::from_millis(20));
    let mut texts = 0;
    for name in ["notes.txt", "2020/01/notes.txt", "2020/01/01/own/deep/notes.txt", "own/notes.txt"] {
        // Twice, so that what the first learned of the folders is used.
        for _ in 0..2 {
            wait();
            site.build().clean();
        }
        for edited in [false, true] {
            let file = format!("public/{name}");
            site.file(&file, "mine");
            wait();
            if edited {
                texts += 1;
                site.article("d0/s0.md", &format!("title: Title {texts}\ndate: 2020-01-01"));
            }
            for _ in 0..2 {
                assert_eq!(site.build().problem("foreign-file")["file"], file.as_str());
            }
            // The folders around it stay, and another file in them is as foreign.
            fs::rename(site.path(&file), site.path(&format!("{file}.old"))).unwrap();
            assert_eq!(site.build().problem("foreign-file")["file"], format!("{file}.old"));
            fs::remove_file(site.path(&format!("{file}.old"))).unwrap();
            site.build().clean();
        }
    }
}

#[test]
fn what_lies_behind_a_link_in_the_output_is_not_looked_at() {
    let site = archive(4);
    for _ in 0..3 {
        site.build().clean();
        std::thread::sleep(Duration::from_millis(20));
    }
    fs::rename(site.path("public/2020/01"), site.path("far")).unwrap();
    site.file("far/secret.txt", "secret");
    std::os::unix::fs::symlink("../../far", site.path("public/2020/01")).unwrap();
    std::os::unix::fs::symlink("index.html", site.path("public/2020/link.html")).unwrap();
    let run = site.try_build(&[]);
    assert!(!run.stdout.contains("secret"), "{}", run.stdout);
    fs::remove_file(site.path("public/2020/01")).unwrap();
    let found: Vec<_> = site.build().problems("foreign-file").iter().map(|p| p["file"].clone()).collect();
    assert_eq!(found, ["public/2020/link.html"]);
}

#[test]
fn a_file_that_the_manifest_no_longer_lists_is_told_of() {
    let site = archive(4);
    site.file("content/d0/i.png", "png");
    site.file("content/d0/stays.png", "another");
    site.article("d0/s0.md", "title: First\ndate: 2020-01-01\nimage: i.png");
    site.article("d0/s9.md", "title: Ninth\ndate: 2020-01-09\nimage: stays.png");
    for _ in 0..3 {
        site.build().clean();
        std::thread::sleep(Duration::from_millis(20));
    }
    let image = site.names().into_iter().find(|name| name.ends_with("-i.png")).unwrap();
    let part = site.read("public/manifest/media.ndjson");
    let less: String =
        part.lines().filter(|line| !line.contains("i.png")).map(|line| line.to_string() + "\n").collect();
    site.file("public/manifest/media.ndjson", &less);
    site.article("d0/s0.md", "title: First\ndate: 2020-01-01");
    assert_eq!(site.build().problem("foreign-file")["file"], format!("public/{image}"));
}
