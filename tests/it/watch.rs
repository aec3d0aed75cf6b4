//! `watch`, driven by real changes of files: in the end the site is what a clean build makes, however they came.

use crate::incremental::{Desk, Edit, clean_and_whole, edits};
use crate::left_out::left_out;
use crate::running::{NOW, Running, until};
use crate::site::{PROGRAM, Site, tree};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// A running `backissue watch`.
struct Watching<'a> {
    site: &'a Site,
    running: Running,
}

impl<'a> Watching<'a> {
    /// Starts it and waits for the first site.
    #[track_caller]
    fn start(site: &'a Site, flags: &[&str]) -> Self {
        let mut watching = Self::start_broken(site, flags);
        watching.built();
        watching
    }

    fn start_broken(site: &'a Site, flags: &[&str]) -> Self {
        let args = [&["watch", "--json"], &NOW[..], flags].concat();
        Self { site, running: Running::spawn(site.command(&args)) }
    }

    #[track_caller]
    fn built(&mut self) -> Value {
        self.running.next("built")
    }

    /// How many builds were reported since the last look.
    fn builds(&self) -> usize {
        self.running.count("built")
    }

    /// Waits until something holds.
    #[track_caller]
    fn until(&self, what: &str, holds: impl Fn(&Site) -> bool) {
        until(|| holds(self.site), || format!("{what}\n{:#?}", self.site.names()));
    }

    /// Waits until the site is what a clean build makes.
    #[track_caller]
    fn converges(&self, what: &str) {
        let clean = clean_and_whole(self.site);
        // The page of a broken article stays until the article is mended: a clean build has none.
        if let Some(clean) = clean {
            self.until(what, |site| is_now(site, &clean));
        }
    }
}

/// Whether a site that is being written to is complete.
fn is_now(site: &Site, clean: &BTreeMap<String, Vec<u8>>) -> bool {
    let files = walkdir::WalkDir::new(site.path("public")).into_iter().filter_map(Result::ok);
    let count = files.filter(|entry| entry.file_type().is_file()).count();
    let same = |(name, bytes): (&String, &Vec<u8>)| {
        fs::read(site.path("public").join(name)).is_ok_and(|found| found == *bytes)
    };
    count == clean.len() && clean.iter().all(same)
}

fn archive() -> Site {
    let site = Site::with("title: T\nbase_url: https://example.org\nper_page: 5\n");
    for n in 0..6 {
        site.article(
            &format!("a{n}.md"),
            &format!("title: Article {n}\ndate: 2020-01-0{}\ntags: [t]", n + 1),
        );
    }
    site
}

fn text(title: &str) -> String {
    format!("---\ntitle: {title}\ndate: 2020-01-02\ntags: [t]\n---\n\nBody of {title}.\n")
}

/// A way to put a text into `content/a1.md`.
type Save = (&'static str, fn(&Site, &str));

const TARGET: &str = "content/a1.md";

/// Ways that end with the file of before, written to.
const IN_PLACE: [Save; 5] = [
    ("truncate and write", |site, text| {
        site.file(TARGET, text);
    }),
    ("backup stays", |site, text| {
        fs::copy(site.path(TARGET), site.path("content/a1.md~")).unwrap();
        site.file(TARGET, text);
    }),
    ("in pieces", |site, text| {
        let mut file = fs::File::create(site.path(TARGET)).unwrap();
        for piece in text.as_bytes().chunks(9) {
            file.write_all(piece).unwrap();
            file.sync_all().unwrap();
        }
    }),
    ("same size and time", |site, text| {
        let time = fs::metadata(site.path(TARGET)).unwrap().modified().unwrap();
        site.file(TARGET, text);
        fs::File::options().write(true).open(site.path(TARGET)).unwrap().set_modified(time).unwrap();
    }),
    ("appended", |site, text| {
        site.file(TARGET, "");
        let mut file = fs::File::options().append(true).open(site.path(TARGET)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }),
];

/// Ways that end with another file of that name.
const REPLACED: [Save; 7] = [
    ("write and rename", |site, text| {
        site.file("content/.a1.md.tmp", text);
        fs::rename(site.path("content/.a1.md.tmp"), site.path(TARGET)).unwrap();
    }),
    ("backup and rename", |site, text| {
        fs::rename(site.path(TARGET), site.path("content/a1.md~")).unwrap();
        site.file(TARGET, text);
        fs::remove_file(site.path("content/a1.md~")).unwrap();
    }),
    ("delete and create", |site, text| {
        fs::remove_file(site.path(TARGET)).unwrap();
        site.file(TARGET, text);
    }),
    ("swap file and probe", |site, text| {
        site.file("content/.a1.md.swp", "swap").file("content/4913", "");
        fs::remove_file(site.path("content/4913")).unwrap();
        fs::rename(site.path(TARGET), site.path("content/a1.md~")).unwrap();
        site.file(TARGET, text);
        fs::remove_file(site.path("content/a1.md~")).unwrap();
        fs::remove_file(site.path("content/.a1.md.swp")).unwrap();
    }),
    ("hard link", |site, text| {
        site.file("elsewhere", text);
        fs::remove_file(site.path(TARGET)).unwrap();
        fs::hard_link(site.path("elsewhere"), site.path(TARGET)).unwrap();
        fs::remove_file(site.path("elsewhere")).unwrap();
    }),
    ("moved in from elsewhere", |site, text| {
        site.file("elsewhere", text);
        fs::rename(site.path("elsewhere"), site.path(TARGET)).unwrap();
    }),
    ("folder swapped", |site, text| {
        fs::create_dir(site.path("fresh")).unwrap();
        for name in ["a0.md", "a2.md", "a3.md", "a4.md", "a5.md"] {
            let from = site.path("content").join(name);
            fs::copy(from, site.path("fresh").join(name)).unwrap();
        }
        site.file("fresh/a1.md", text);
        fs::rename(site.path("content"), site.path("old")).unwrap();
        fs::rename(site.path("fresh"), site.path("content")).unwrap();
        fs::remove_dir_all(site.path("old")).unwrap();
    }),
];

/// Ways of other programs, each named as its program is.
#[cfg(unix)]
const BY_PROGRAMS: [(&str, &str); 2] = [
    (
        "git",
        "git init -q . && id=$(printf %s \"$TEXT\" | git hash-object -w --stdin)
        git update-index --add --cacheinfo \"100644,$id,$TARGET\" && git checkout -q -- \"$TARGET\"",
    ),
    // Told to, as it takes a file of the same size and second for the same.
    ("rsync", "mkdir fresh; printf %s \"$TEXT\" > fresh/a1.md; rsync -aI fresh/ content/; rm -r fresh"),
];

/// Runs a script in a project, if the program that it is about is here.
#[cfg(unix)]
fn script(site: &Site, (program, script): (&str, &str), text: &str) -> bool {
    let within = |script: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-ec", script]).current_dir(site.root()).stdin(Stdio::null()).stdout(Stdio::null());
        // Nobody's settings, and no other repository.
        shell.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
        shell.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        shell.env("TEXT", text).env("TARGET", TARGET).status().unwrap().success()
    };
    if !within(&format!("command -v {program}")) {
        left_out("a way to save", &format!("`{program}` is not here"));
        return false;
    }
    assert!(within(script), "{program}");
    true
}

/// A save that shows, in at most one build more than it takes. Another change after it is the sign that all of it was
/// heard of.
#[track_caller]
fn shows_at_once(watching: &mut Watching, title: &str, name: &str) {
    watching.until(name, |site| {
        let page = fs::read_to_string(site.path("public/2020/01/02/a1.html"));
        page.is_ok_and(|page| page.contains(title))
    });
    watching.converges(name);
    watching.site.file("static/sign.txt", title);
    let mut builds = 0;
    let shown =
        |site: &Site| fs::read(site.path("public/sign.txt")).is_ok_and(|sign| sign == title.as_bytes());
    while !shown(watching.site) {
        watching.built();
        builds += 1;
    }
    assert!(builds + watching.builds() <= 3, "{name}: {builds} builds for one save and one sign");
}

#[test]
fn every_way_to_save_shows_at_once() {
    let site = archive();
    let mut watching = Watching::start(&site, &[]);
    let mut letters = 'A'..;
    let mut title = || format!("Story {}", letters.next().unwrap());
    for (name, save) in IN_PLACE.iter().chain(&REPLACED) {
        let title = title();
        save(&site, &text(&title));
        shows_at_once(&mut watching, &title, name);
    }
    #[cfg(unix)]
    for way in BY_PROGRAMS {
        let title = title();
        if script(&site, way, &text(&title)) {
            shows_at_once(&mut watching, &title, way.0);
        }
    }
}

#[test]
fn folders_come_go_and_are_filled_at_once() {
    let site = archive();
    let watching = Watching::start(&site, &[]);
    for round in 0..3 {
        site.article("deep/er/still/new.md", &format!("title: New {round}\ndate: 2021-01-01"));
        watching.converges("folders made with their files");
        site.article("deep/er/still/new.md", &format!("title: Newer {round}\ndate: 2021-01-01"));
        watching.converges("a file in a folder made before");
        fs::rename(site.path("content/deep"), site.path("content/other")).unwrap();
        watching.converges("a folder moved");
        site.article("other/er/still/more.md", "title: More\ndate: 2021-01-02");
        watching.converges("a file in a folder moved before");
        fs::remove_dir_all(site.path("content/other")).unwrap();
        watching.converges("a folder removed");
    }
    site.file("templates/404.html", "Nothing here.");
    watching.converges("templates begun");
    site.file("static/robots.css", "a{}").file("data/d.json", "1");
    watching.converges("static and data begun");
    site.file("templates/404.html", "Nothing there.").file("static/robots.css", "b{}");
    watching.converges("both changed");
    fs::remove_dir_all(site.path("templates")).unwrap();
    watching.converges("templates gone");
    site.file("templates/404.html", "Again.");
    watching.converges("templates back");
}

/// How many files come at once; `CHECKOUT=5000 cargo test watch` takes more.
fn checked_out() -> usize {
    std::env::var("CHECKOUT").ok().and_then(|count| count.parse().ok()).unwrap_or(500)
}

#[test]
fn a_checkout_of_many_files_is_one_build() {
    let site = archive();
    let mut watching = Watching::start(&site, &[]);
    for n in 0..checked_out() {
        site.article(&format!("many/m{n}.md"), &format!("title: M{n}\ndate: 2021-01-01"));
    }
    watching.converges("a checkout");
    // It is reported when the site stands already.
    watching.built();
    let builds = 1 + watching.builds();
    assert!((1..=4).contains(&builds), "{builds} builds");
    for n in 0..checked_out() {
        site.file("fresh.md", text(&format!("Another M{n}")));
        fs::rename(site.path("fresh.md"), site.path(&format!("content/many/m{n}.md"))).unwrap();
    }
    // One may be under way now, and the next sees all; one after that would have had nothing to say.
    watching.builds();
    watching.converges("another branch");
    let builds = watching.builds();
    assert!(builds <= 2, "{builds} builds of another branch");
    fs::remove_dir_all(site.path("content/many")).unwrap();
    watching.built();
    watching.converges("back");
}

#[cfg(unix)]
#[test]
fn another_branch_of_many_files_is_one_build() {
    let site = archive();
    for n in 0..checked_out() {
        site.article(&format!("many/m{n}.md"), &format!("title: M{n}\ndate: 2021-01-01"));
    }
    let commit = "git -c user.name=t -c user.email=t@example.org commit -q -m";
    let begin = format!(
        "git init -q . && git checkout -q -b one && git add content && {commit} one && git checkout -q -b two
        for file in content/many/*; do echo more >> \"$file\"; done
        git rm -q --cached content/a0.md && git add content/many && {commit} two"
    );
    if !script(&site, ("git", &begin), "") {
        return;
    }
    let mut watching = Watching::start(&site, &[]);
    for branch in ["one", "two", "one"] {
        assert!(script(&site, ("git", &format!("git checkout -q -f {branch}")), ""));
        watching.built();
        watching.converges(branch);
        let builds = 1 + watching.builds();
        assert!(builds <= 2, "{builds} builds of branch {branch}");
    }
}

#[test]
fn a_slow_copy_of_many_files_is_waited_for() {
    let site = archive();
    let mut watching = Watching::start(&site, &[]);
    for n in 0..600 {
        site.article(&format!("m{n}.md"), &format!("title: M{n}\ndate: 2021-01-01"));
        std::thread::sleep(Duration::from_millis(5));
    }
    watching.converges("a slow copy");
    // The site stands a moment before its line does.
    watching.built();
    let builds = 1 + watching.builds();
    assert!(builds <= 3, "{builds} builds");
}

#[test]
fn mistakes_keep_the_last_good_site_and_mending_them_is_enough() {
    let site = Site::with("titel: broken from the start\n");
    let article = |round| site.article("a.md", &format!("title: A {round}\ndate: 2020-01-01"));
    article(0);
    let mut watching = Watching::start_broken(&site, &[]);
    watching.running.next("problem");
    assert!(!site.exists("public/index.html"));
    let config = |site: &Site| {
        site.file("archive.yaml", "title: T\nbase_url: https://example.org\n");
    };
    config(&site);
    watching.built();
    watching.converges("mended");
    for round in 0..100 {
        let before = site.tree();
        match round % 4 {
            0 => site.file("archive.yaml", "titel: x\n"),
            1 => site.file("templates/404.html", "{{ nothing }}"),
            2 => site.file("templates/base.html", "{% if %}"),
            _ => site.file("content/a.md", "---\ntitle: [\n---\n"),
        };
        watching.running.next("problem");
        assert!(round % 4 == 3 || site.tree() == before, "the last good site stays: {round}");
        config(&site);
        article(round);
        let _ = fs::remove_dir_all(site.path("templates"));
        site.file("content/round.md", text(&format!("Round {round}")));
        watching.converges(&format!("mended again: {round}"));
    }
}

#[test]
fn any_sequence_of_edits_leads_to_the_clean_build() {
    let mut runner = TestRunner::deterministic();
    for case in 0..8 {
        let site = Site::new();
        let mut desk = Desk::begin(&site);
        let poll: &[&str] = if case % 4 == 3 { &["--poll=50"] } else { &[] };
        let watching = Watching::start(&site, poll);
        for edit in edits().new_tree(&mut runner).unwrap().current() {
            // What others do to the output shows with the next change, as nobody watches it.
            if !matches!(edit, Edit::Output(_)) {
                desk.apply(&site, &edit);
                watching.converges(&format!("{case}: {edit:?}"));
            }
        }
    }
}

#[test]
fn where_nothing_is_told_somebody_looks() {
    let site = archive();
    let watching = Watching::start(&site, &["--poll=40"]);
    site.article("a1.md", "title: Polled\ndate: 2020-01-02");
    watching.converges("an edit");
    fs::remove_file(site.path("content/a2.md")).unwrap();
    watching.converges("a removal");
}

#[test]
fn the_output_and_the_cache_trigger_nothing() {
    let site = archive();
    let mut watching = Watching::start(&site, &[]);
    site.file("public/index.html", "edited").file(".git/index", "x").file(".backissue/other", "x");
    site.file("content/.git/HEAD", "x");
    // A build would have been reported before this one.
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(site.read("public/index.html"), "edited");
    site.article("a1.md", "title: Seen\ndate: 2020-01-02");
    assert!(watching.built()["written"].as_u64().unwrap() > 0);
    watching.converges("and the output is healed with the next build");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_with_the_site_whole() {
    let site = archive();
    let watching = Watching::start(&site, &[]);
    assert_eq!(watching.running.interrupt(), Some(0));
    let clean = clean_and_whole(&site).unwrap();
    assert!(is_now(&site, &clean));
}

#[cfg(unix)]
#[test]
fn an_interrupt_in_the_midst_of_a_build_leaves_no_half_of_it() {
    let site = archive();
    for n in 0..300 {
        site.article(&format!("many/m{n}.md"), &format!("title: M{n}\ndate: 2021-01-01\ntags: [t]"));
    }
    for round in 0..3 {
        let watching = Watching::start(&site, &[]);
        // Every page is another.
        site.file(
            "archive.yaml",
            format!("title: Round {round}\nbase_url: https://example.org\nper_page: 5\n"),
        );
        watching.until("a build", |site| site.exists("public/.backissue-tmp/lock"));
        std::thread::sleep(Duration::from_millis(20 * round));
        assert_eq!(watching.running.interrupt(), Some(0));
        assert!(!site.exists("public/.backissue-tmp"), "nothing lies about");
        let verified = site.run(&["verify"]);
        assert_eq!(verified.code, Some(0), "{}{}", verified.stdout, verified.stderr);
        let clean = clean_and_whole(&site).unwrap();
        assert!(is_now(&site, &clean), "what was begun is finished");
    }
}

/// Does something while the program does not get to look: a build that its folder is taken from under ends it.
#[cfg(unix)]
fn unseen(watching: &Watching, act: impl FnOnce()) {
    // A look that finds nothing new is not reported, and there may be one under way.
    std::thread::sleep(Duration::from_millis(700));
    watching.running.signal("STOP");
    act();
    watching.running.signal("CONT");
}

#[cfg(unix)]
#[test]
fn a_project_may_be_moved_and_come_back() {
    let site = archive();
    let elsewhere = tempfile::tempdir().unwrap();
    let moved = elsewhere.path().join("moved");
    let watching = Watching::start(&site, &[]);
    for round in 0..3 {
        unseen(&watching, || fs::rename(site.root(), &moved).unwrap());
        let title = format!("Moved {round}");
        fs::write(moved.join(TARGET), text(&title)).unwrap();
        let page = moved.join("public/2020/01/02/a1.html");
        let shows = || fs::read_to_string(&page).is_ok_and(|page| page.contains(&title));
        until(shows, || format!("{title} does not show where the project was moved to"));
        unseen(&watching, || fs::rename(&moved, site.root()).unwrap());
        site.file(TARGET, text(&format!("Back {round}")));
        watching.converges("back again");
    }
}

/// Copies files and the folders that they are in.
#[cfg(unix)]
fn copy(from: &Path, to: &Path) {
    for (name, bytes) in tree(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_project_that_is_replaced_is_watched_in_its_place() {
    replaced(&[]);
}

#[cfg(unix)]
#[test]
fn a_project_that_is_replaced_is_polled_in_its_place() {
    replaced(&["--poll=200"]);
}

#[cfg(unix)]
#[track_caller]
fn replaced(flags: &[&str]) {
    let site = archive();
    let elsewhere = tempfile::tempdir().unwrap();
    let (fresh, old) = (elsewhere.path().join("fresh"), elsewhere.path().join("old"));
    let watching = Watching::start(&site, flags);
    for round in 0..3 {
        copy(site.root(), &fresh);
        fs::write(fresh.join(TARGET), text(&format!("Fresh {round}"))).unwrap();
        unseen(&watching, || {
            fs::rename(site.root(), &old).unwrap();
            fs::rename(&fresh, site.root()).unwrap();
        });
        watching.converges("another folder in its place");
        site.file(TARGET, text(&format!("Edited {round}")));
        watching.converges("and edited");
        fs::remove_dir_all(&old).unwrap();
        site.file(TARGET, text(&format!("Still edited {round}")));
        watching.converges("and the old one removed");
    }
}

/// Run in a mount namespace of its own: `content` is a file system that is taken away and comes back.
#[cfg(target_os = "linux")]
const MOUNTS: &str = r#"
    wait_for() { tries=0; until eval "$1"; do tries=$((tries + 1)); [ $tries -lt 300 ] || { echo "in vain: $1"; kill $!; exit 1; }; sleep 0.1; done; }
    article() { printf -- '---\ntitle: %s\nslug: %s\n---\n\nText.\n' "$2" "$1" > "content/$1.md"; }
    mount -t tmpfs none content || exit 1
    article a First
    "$PROGRAM" watch --quiet &
    wait_for '[ -e public/a.html ]'
    umount content || exit 1
    wait_for '[ ! -e public/a.html ]'
    mount -t tmpfs none content
    article b Second
    wait_for '[ -e public/b.html ]'
    article b Third
    wait_for 'grep -q Third public/b.html'
    kill -INT $!
    wait $!
"#;

#[cfg(target_os = "linux")]
#[test]
fn folders_that_are_unmounted_and_mounted_are_followed() {
    let site = Site::with("title: T\nbase_url: https://example.org\npermalink: /{slug}.html\n");
    fs::create_dir_all(site.path("content")).unwrap();
    let within = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--map-root-user", "sh", "-c", script]);
        command.env("PROGRAM", PROGRAM).current_dir(site.root()).output()
    };
    if !within("mount -t tmpfs none content").is_ok_and(|done| done.status.success()) {
        left_out("a folder that is unmounted", "file systems cannot be mounted here");
        return;
    }
    let done = within(MOUNTS).unwrap();
    let said = [done.stdout, done.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(done.status.success(), "{said:?}");
}

#[cfg(unix)]
#[test]
fn a_project_that_was_removed_is_watched_when_it_is_back() {
    let site = archive();
    let elsewhere = tempfile::tempdir().unwrap();
    let kept = elsewhere.path().join("kept");
    copy(site.root(), &kept);
    let mut watching = Watching::start(&site, &[]);
    for round in 0..2 {
        unseen(&watching, || fs::remove_dir_all(site.root()).unwrap());
        watching.running.next("problem");
        unseen(&watching, || copy(&kept, site.root()));
        watching.converges("back again");
        site.file(TARGET, text(&format!("Edited {round}")));
        watching.converges("and edited");
    }
}

/// How many events the system keeps for a program that does not listen.
#[cfg(target_os = "linux")]
fn kept_events() -> usize {
    fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap().trim().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn more_events_than_the_system_keeps_lose_nothing() {
    let (site, kept) = (archive(), kept_events());
    if kept > 100_000 {
        println!("skipped: the system keeps {kept} events");
        return;
    }
    let watching = Watching::start(&site, &[]);
    for round in 0..2 {
        watching.running.signal("STOP");
        // To open, write and close are an event each.
        for n in 0..kept / 2 {
            site.file(TARGET, n.to_string());
        }
        let new = format!("lost{round}/er/new.md");
        site.article(&new, "title: New\ndate: 2021-01-01").file(TARGET, text(&format!("Last {round}")));
        site.file("templates/404.html", "Nothing here.").file("static/more/robots.css", "a{}");
        fs::remove_file(site.path(&format!("content/a{}.md", round + 2))).unwrap();
        watching.running.signal("CONT");
        watching.converges("what happened meanwhile");
        // Nobody was told that these folders came.
        site.article(&new, "title: Newer\ndate: 2021-01-01");
        watching.converges("an article in a folder that came meanwhile");
        site.file("templates/404.html", format!("Nothing there: {round}"));
        watching.converges("a template in a folder that came meanwhile");
        site.file("static/more/robots.css", format!("b{{}} /* {round} */"));
        watching.converges("a file in a folder that came meanwhile");
    }
}

#[cfg(target_os = "linux")]
const NO_LIMIT: &str = "a program cannot have limits of its own here";

/// `watch` where the system allows few watches, and what it says to people; `None` if a test cannot have such a system.
#[cfg(target_os = "linux")]
fn limited(site: &Site, limit: &str, allowed: usize) -> Option<Running> {
    narrowed(site, limit, allowed, &[]).map(Running::spawn_aloud)
}

/// The same, not started yet.
#[cfg(target_os = "linux")]
fn narrowed(site: &Site, limit: &str, allowed: usize, flags: &[&str]) -> Option<Command> {
    let script = format!("echo {allowed} > /proc/sys/user/{limit} && exec \"$0\" \"$@\"");
    let within = |program: &[&str]| {
        let mut command = Command::new("unshare");
        command
            .current_dir(site.root())
            .args(["--user", "--map-root-user", "sh", "-c", &script])
            .args(program);
        command.env("NO_COLOR", "1").stdin(Stdio::null());
        command
    };
    if !within(&["true"]).stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        return None;
    }
    Some(within(&[&[PROGRAM, "watch"], &NOW[..], flags].concat()))
}

#[cfg(target_os = "linux")]
#[test]
fn that_somebody_only_looks_is_told_to_programs_and_to_those_who_want_quiet() {
    let site = archive();
    let narrow = |flags: &[&str]| narrowed(&site, "max_inotify_watches", 0, flags);
    let Some(json) = narrow(&["--json"]) else {
        println!("skipped: {NO_LIMIT}");
        return;
    };
    let note = Running::spawn(json).next("note");
    assert!(note["message"].as_str().unwrap().contains("looking for changes"), "{note}");
    let mut quiet = Running::spawn_aloud(narrow(&["--quiet"]).unwrap());
    let said = quiet.hear("looking for changes every 1000 ms instead");
    assert!(said.contains("warning: "), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn where_the_system_allows_no_more_watches_somebody_looks() {
    for (limit, allowed, setting) in [
        ("max_inotify_watches", 0, "max_user_watches"),
        ("max_inotify_watches", 1, "max_user_watches"),
        ("max_inotify_instances", 0, "max_user_instances"),
    ] {
        let site = archive();
        let Some(mut running) = limited(&site, limit, allowed) else {
            println!("skipped: {NO_LIMIT}");
            return;
        };
        let said = running.hear("looking for changes every 1000 ms instead");
        assert!(said.contains(&format!("`fs.inotify.{setting}`")), "{said}");
        running.hear("written");
        let watching = Watching { site: &site, running };
        site.file(TARGET, text("Seen"));
        watching.converges("an edit");
        site.article("deep/er/new.md", "title: New\ndate: 2021-01-01");
        watching.converges("a new folder");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn where_the_watches_run_out_later_somebody_looks_from_then_on() {
    let site = archive();
    // The project, its content and one folder more.
    let Some(mut running) = limited(&site, "max_inotify_watches", 3) else {
        println!("skipped: {NO_LIMIT}");
        return;
    };
    running.hear("written");
    site.article("one/a.md", "title: One\ndate: 2021-01-01");
    running.hear("written");
    site.article("two/a.md", "title: Two\ndate: 2021-01-02")
        .article("two/b.md", "title: B\ndate: 2021-01-02");
    let said = running.hear("looking for changes every 1000 ms instead");
    assert!(said.contains("`fs.inotify.max_user_watches`"), "{said}");
    let watching = Watching { site: &site, running };
    watching.converges("two folders");
    for name in ["a1.md", "one/a.md", "two/a.md", "three/a.md"] {
        site.article(name, "title: Edited\ndate: 2021-01-03");
        watching.converges(name);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fails_for_a_while_does_not_end_it() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01");
    // No file may be larger than 64 KiB.
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -f 128; exec \"$0\" \"$@\"", PROGRAM]).args(["watch", "--json"]).args(NOW);
    command.current_dir(site.root());
    let mut watching = Watching { site: &site, running: Running::spawn(command) };
    watching.built();
    let before = site.tree();
    site.file(
        "content/b.md",
        format!("---\ntitle: B\ndate: 2020-01-02\n---\n\n{}\n", "word ".repeat(20_000)),
    );
    assert_eq!(watching.running.next("problem")["code"], "system");
    assert!(site.tree() == before);
    site.article("b.md", "title: B\ndate: 2020-01-02");
    watching.built();
    watching.converges("the disk is well again");
}

/// Puts a link at a path, whatever stood there.
#[cfg(unix)]
fn link(path: &Path, target: &Path) {
    let aside = path.with_extension("link");
    std::os::unix::fs::symlink(target, &aside).unwrap();
    fs::rename(aside, path).unwrap();
}

/// A project of links, to folders and a configuration that lie in `real`.
#[cfg(unix)]
#[track_caller]
fn all_links(site: &Site, real: &Path) {
    site.file("templates/404.html", "Nothing {{ site.data.d.x }}.").file("static/s.txt", "one");
    site.file("data/d.json", r#"{"x": 1}"#);
    fs::create_dir_all(real.join("settings")).unwrap();
    for name in ["content", "templates", "static", "data"] {
        fs::rename(site.path(name), real.join(name)).unwrap();
        link(&site.path(name), &real.join(name));
    }
    fs::rename(site.path("archive.yaml"), real.join("settings/mine.yaml")).unwrap();
    link(&site.path("archive.yaml"), &real.join("settings/mine.yaml"));
    let watching = Watching::start(site, &[]);
    let edited = |name: &str, text: &str| {
        fs::create_dir_all(real.join(name).parent().unwrap()).unwrap();
        fs::write(real.join(name), text).unwrap();
        watching.converges(name);
    };
    let all = |round: &str| {
        edited(TARGET, &text(&format!("Linked {round}")));
        edited(&format!("content/deep{round}/er/new.md"), &text("New"));
        edited(&format!("content/deep{round}/er/new.md"), &text("Newer"));
        edited("templates/404.html", &format!("Nothing {{{{ site.data.d.x }}}}: {round}."));
        edited("static/s.txt", round);
        edited("data/d.json", &format!(r#"{{"x": "{round}"}}"#));
        edited("settings/other.yaml", round);
    };
    let config = |round: &str| format!("title: {round}\nbase_url: https://example.org\n");
    all("one");
    edited("settings/mine.yaml", &config("Edited"));
    fs::write(real.join("settings/.mine"), config("Replaced")).unwrap();
    fs::rename(real.join("settings/.mine"), real.join("settings/mine.yaml")).unwrap();
    watching.converges("a configuration replaced");
    // The links are pointed elsewhere.
    copy(&real.join("content"), &real.join("more"));
    fs::write(real.join("more/a3.md"), text("Of another folder")).unwrap();
    link(&site.path("content"), &real.join("more"));
    watching.converges("another folder");
    edited("more/a3.md", &text("Edited there"));
    fs::write(real.join("settings/next.yaml"), config("Next")).unwrap();
    link(&site.path("archive.yaml"), &real.join("settings/next.yaml"));
    watching.converges("another configuration");
    edited("settings/next.yaml", &config("Edited there"));
    // A folder in the place of a link, and a link that leads on to another one.
    fs::remove_file(site.path("content")).unwrap();
    copy(&real.join("content"), &site.path("content"));
    watching.converges("a folder again");
    site.file(TARGET, text("In the folder"));
    watching.converges("edited in the folder");
    fs::remove_dir_all(site.path("content")).unwrap();
    link(&real.join("current"), &real.join("content"));
    link(&site.path("content"), &real.join("current"));
    watching.converges("a link to a link");
    // Whatever happens beside the configuration meanwhile.
    let (busy, done) = mpsc::channel::<()>();
    let log = real.join("settings/log");
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while done.recv_timeout(Duration::from_millis(20)) == Err(RecvTimeoutError::Timeout) {
                fs::write(&log, "busy").unwrap();
            }
        });
        let _busy = busy;
        // A second look at the folder that came may be to come.
        std::thread::sleep(Duration::from_millis(700));
        link(&real.join("current"), &real.join("more"));
        watching.converges("which leads elsewhere");
    });
    edited("more/a3.md", &text("Edited at last"));
    // The folder that the configuration is in is another.
    let settings = real.join("settings");
    fs::rename(&settings, real.join("settings.old")).unwrap();
    fs::create_dir(&settings).unwrap();
    fs::copy(real.join("settings.old/next.yaml"), settings.join("next.yaml")).unwrap();
    fs::write(settings.join("next.yaml"), "title: In another folder\n").unwrap();
    watching.converges("a configuration in another folder");
}

#[cfg(unix)]
#[test]
fn links_to_folders_elsewhere_are_followed() {
    let elsewhere = tempfile::tempdir().unwrap();
    all_links(&archive(), elsewhere.path());
}

#[cfg(unix)]
#[test]
fn links_to_folders_of_the_project_are_followed() {
    let site = archive();
    let real = site.path("real");
    all_links(&site, &real);
}

#[test]
fn a_file_that_was_emptied_is_being_written() {
    let page = "public/2020/01/02/a1.html";
    for flags in [&[][..], &["--poll=30"]] {
        let site = archive();
        let watching = Watching::start(&site, flags);
        for round in 0..3 {
            let title = format!("Slow {round}");
            site.file(TARGET, "");
            let emptied = Instant::now();
            for _ in 0..20 {
                std::thread::sleep(Duration::from_millis(10));
                let stands = site.exists(page);
                if emptied.elapsed() > Duration::from_millis(1200) {
                    return left_out("a file that was emptied", "this machine is too slow");
                }
                assert!(stands, "{flags:?}: round {round}");
            }
            site.file(TARGET, text(&title));
            watching.until(&title, |site| site.read(page).contains(&title));
            watching.converges(&title);
        }
        site.file(TARGET, "");
        watching.converges("an article that stays empty is taken as it is");
        // So is one of which no clock says when it was emptied.
        site.file(TARGET, text("Full"));
        watching.converges("full");
        let tomorrow = std::time::SystemTime::now() + Duration::from_secs(86_400);
        let empty = fs::File::create(site.path(TARGET)).unwrap();
        empty.set_modified(tomorrow).unwrap();
        watching.converges("an article that was emptied tomorrow is taken as it is");
        site.file(TARGET, text("Full again"));
        watching.converges("full again");
    }
}

#[test]
fn an_output_that_is_removed_is_made_again() {
    for flags in [&[][..], &["--poll=30"]] {
        let site = archive();
        let mut watching = Watching::start(&site, flags);
        let clean = clean_and_whole(&site).unwrap();
        let gone = tempfile::tempdir_in(site.root()).unwrap();
        // What is removed bit by bit has no manifest any more while there are pages still.
        for name in ["manifest.json", "manifest"] {
            fs::rename(site.path("public").join(name), gone.path().join(name)).unwrap();
        }
        std::thread::sleep(Duration::from_millis(200));
        fs::rename(site.path("public"), gone.path().join("public")).unwrap();
        watching.until("made again", |site| is_now(site, &clean));
        assert_eq!(watching.running.count("problem"), 0, "{flags:?}");
        // A manifest that is lost for good is told.
        fs::remove_file(site.path("public/manifest.json")).unwrap();
        fs::remove_dir_all(site.path("public/manifest")).unwrap();
        site.file(TARGET, text("Edited"));
        assert!(watching.running.next("problem")["hint"].as_str().unwrap().contains("--adopt"));
    }
}

#[test]
fn the_summary_names_what_changed() {
    for flags in [&[][..], &["--poll=100"]] {
        let site = archive();
        let mut watching = Watching::start(&site, flags);
        let mut changed =
            |names: &[&str]| assert_eq!(watching.built()["changed"], serde_json::json!(names), "{flags:?}");
        site.file(TARGET, text("Edited"));
        changed(&[TARGET]);
        site.file("static/CNAME", "example.org");
        changed(&["static/CNAME"]);
        site.file("fresh/f.md", text("Fresh")).file("fresh/g.md", text("Fresh, too"));
        fs::rename(site.path("fresh"), site.path("content/fresh")).unwrap();
        changed(&["content/fresh/f.md", "content/fresh/g.md"]);
        fs::rename(site.path("content/fresh/f.md"), site.path("content/h.md")).unwrap();
        changed(&["content/fresh/f.md", "content/h.md"]);
        fs::remove_dir_all(site.path("content/fresh")).unwrap();
        changed(&["content/fresh/g.md"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_save_that_mends_nothing_is_answered() {
    let site = archive();
    let aloud = || Running::spawn_aloud(site.command(&[&["watch"], &NOW[..]].concat()));
    let mut running = aloud();
    running.hear("written");
    site.file(TARGET, "---\ntitle: [\n---\n");
    running.hear("error: ");
    site.file(TARGET, "---\ntitle: [\n---\nAnother body.\n");
    running.hear("content/a1.md: the same problem as before");
    site.file("templates/404.html", "{{ nothing");
    running.hear("the last good site stays");
    site.file("content/a2.md", text("Of no use yet"));
    running.hear("content/a2.md: the same 2 problems as before");
}

#[cfg(target_os = "linux")]
#[test]
fn of_many_mistakes_only_new_ones_are_told() {
    let site = archive();
    for n in 0..30 {
        site.file(&format!("content/z{n}.md"), "---\ntitle: [\n---\n");
    }
    let mut running = Running::spawn_aloud(site.command(&[&["watch"], &NOW[..]].concat()));
    running.hear("written");
    let errors = |lines: &[String]| lines.iter().filter(|line| line.contains("error: ")).count();
    site.article("z7.md", "title: Mended\ndate: 2020-02-02");
    let said = running.hear_until("content/z7.md: ");
    assert_eq!(errors(&said), 0, "{said:#?}");
    assert!(said.iter().any(|line| line.contains("29 problems as before")), "{said:#?}");
    site.file("content/z8.md", "---\ndate: {\n---\n");
    let said = running.hear_until("content/z8.md: ");
    assert_eq!(errors(&said), 1, "{said:#?}");
    assert!(said.iter().any(|line| line.contains("28 problems as before")), "{said:#?}");
}

#[test]
fn a_configuration_that_is_gone_publishes_no_other_site() {
    for flags in [&[][..], &["--poll=50"]] {
        let site = archive();
        let mut watching = Watching::start(&site, flags);
        let before = site.tree();
        let config = site.read("archive.yaml");
        fs::remove_file(site.path("archive.yaml")).unwrap();
        assert_eq!(watching.running.next("problem")["code"], "config");
        assert!(site.tree() == before, "the last good site stays");
        site.file("archive.yaml", config.replace("title: T", "title: Back"));
        watching.built();
        watching.converges("back again");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn who_waits_for_a_build_that_has_no_name_yet_says_so() {
    let site = archive();
    site.file("public/.backissue-tmp/lock", "");
    let lock = fs::File::open(site.path("public/.backissue-tmp/lock")).unwrap();
    lock.lock().unwrap();
    let mut running = Running::spawn_aloud(site.command(&["build"]));
    let said = running.hear("waiting for another build");
    assert!(!said.contains("()"), "{said}");
    drop(lock);
    running.hear("written");
}
