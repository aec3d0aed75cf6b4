//! What a build remembers: it must show in nothing but time.

use crate::site::{Site, tree};
use backissue::build::{self, Built, Event, Run, Session};
use backissue::config::{Config, Flags};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};
use xxhash_rust::xxh3::xxh3_128;

/// Stands for the hash of the program.
const PROGRAM: u128 = 7;
const CACHE: &str = ".backissue/cache";

fn config(root: &Path, output: &str) -> Config {
    let now = Some("2024-06-01T12:00:00Z".to_string());
    Config::load(root, &Flags { now, output: Some(root.join(output)), ..Flags::default() }).unwrap()
}

/// Builds within this process, with a cache.
#[track_caller]
fn build(site: &Site) -> Built {
    let run = Run { jobs: 1, program: Some(PROGRAM), ..Run::default() };
    build::build(&config(site.root(), "public"), &run, &|_| {}).unwrap()
}

/// A clean build of the same project into another folder.
fn clean(site: &Site) -> BTreeMap<String, Vec<u8>> {
    build_aside(site).1
}

/// The same, if no article had to be set aside.
pub fn clean_and_whole(site: &Site) -> Option<BTreeMap<String, Vec<u8>>> {
    let (built, tree) = build_aside(site);
    built.set_aside.is_empty().then_some(tree)
}

fn build_aside(site: &Site) -> (Built, BTreeMap<String, Vec<u8>>) {
    let run = Run { jobs: 1, ..Run::default() };
    let aside = tempfile::tempdir().unwrap();
    let config = Config { output: aside.path().join("clean"), ..config(site.root(), "public") };
    let built = build::build(&config, &run, &|_| {}).unwrap();
    (built, tree(&config.output))
}

#[track_caller]
fn equals_clean(site: &Site, what: &str) {
    let (is, clean) = (site.tree(), clean(site));
    let differs = is.keys().chain(clean.keys()).filter(|name| is.get(*name) != clean.get(*name));
    let differs: Vec<_> = differs.collect();
    assert!(differs.is_empty(), "{what}: {differs:?}");
}

/// Waits for the next tick of the file system's clock, so that stamps of before can be trusted.
fn settle(site: &Site) {
    let probe = site.path(".probe");
    let moment = || {
        fs::write(&probe, b"").unwrap();
        fs::metadata(&probe).unwrap().modified().unwrap()
    };
    let start = moment();
    while moment() == start {
        std::thread::yield_now();
    }
    fs::remove_file(probe).unwrap();
}

fn archive(count: usize) -> Site {
    let site = Site::with("title: T\nbase_url: https://example.org\nper_page: 5\n");
    for n in 0..count {
        site.article(
            &format!("a{n}.md"),
            &format!(
                "title: Article {n}\ndate: 2020-01-{:02}\ntags: [t{}, all]\nauthors: A{}",
                n % 28 + 1,
                n % 3,
                n % 2
            ),
        );
    }
    settle(&site);
    site
}

/// Builds until every stamp can be trusted: what is written within one tick of the clock is looked at once more.
fn warm(site: &Site) -> Built {
    let first = build(site);
    settle(site);
    build(site);
    settle(site);
    first
}

fn counts(built: &Built) -> (usize, usize, usize, usize) {
    (built.parsed, built.rendered, built.written, built.removed)
}

#[test]
fn nothing_changed_parses_renders_and_writes_nothing() {
    let site = archive(12);
    let first = warm(&site);
    assert_eq!((first.parsed, first.written), (12, first.pages));
    let before = site.tree();
    assert_eq!(counts(&build(&site)), (0, 0, 0, 0));
    assert!(site.tree() == before);
    // Of another project or program it is of no use, and without it nothing is lost.
    fs::remove_file(site.path(CACHE)).unwrap();
    assert_eq!(counts(&warm(&site)), (12, first.pages, 0, 0));
    assert_eq!(counts(&build(&site)), (0, 0, 0, 0));
}

#[test]
fn an_edit_makes_only_the_pages_that_show_it() {
    let site = archive(12);
    warm(&site);
    let edit = |name: &str, front: &str, body: &str| {
        site.file(&format!("content/{name}"), format!("---\n{front}\n---\n\n{body}\n"));
        settle(&site);
        let built = warm(&site);
        equals_clean(&site, body);
        counts(&built)
    };
    let front = "title: Article 7\ndate: 2020-01-08\ntags: [t1, all]\nauthors: A1";
    assert_eq!(edit("a7.md", &format!("{front}\nsubtitle: S"), "Body of a7.md.").0, 1);
    assert_eq!(edit("a7.md", &format!("{front}\nsubtitle: S"), "Another body."), (1, 1, 1, 0));
    // The page, its neighbours, home, year, month, day, two tags, an author; six feeds of site and author; the data of neither.
    let (parsed, rendered, written, removed) =
        edit("a7.md", &front.replace("Article", "Story"), "Another body.");
    assert_eq!((parsed, removed, rendered), (1, 0, written));
    assert!((10..=20).contains(&written), "{written}");
    // An article of today: its pages, those of a new year, and the newest page of each list.
    let (parsed, rendered, written, _) = edit("new.md", "title: New\ndate: 2021-05-05\ntags: [all]", "New.");
    assert_eq!((parsed, rendered), (1, written));
    assert!((10..=25).contains(&written), "{written}");
}

#[test]
fn what_was_deleted_or_changed_in_the_output_comes_back() {
    let site = archive(4);
    warm(&site);
    let page = "public/2020/01/02/a1.html";
    let whole = site.read(page);
    fs::remove_file(site.path(page)).unwrap();
    assert_eq!(counts(&build(&site)), (0, 1, 1, 0));
    assert_eq!(site.read(page), whole);
    // As long as before, and with the time of before.
    let time = fs::metadata(site.path(page)).unwrap().modified().unwrap();
    site.file(page, whole.replace("Body", "Bodi"));
    fs::File::options().write(true).open(site.path(page)).unwrap().set_modified(time).unwrap();
    build(&site);
    assert_eq!(site.read(page), whole);
    fs::remove_dir_all(site.path("public")).unwrap();
    build(&site);
    equals_clean(&site, "after the output was deleted");
}

#[test]
fn an_edit_is_seen_whatever_the_clock_says() {
    let site = archive(3);
    build(&site);
    let source = site.path("content/a1.md");
    let time = fs::metadata(&source).unwrap().modified().unwrap();
    let text = site.read("content/a1.md");
    let page = "public/2020/01/02/a1.html";
    let moments = [time, SystemTime::UNIX_EPOCH, SystemTime::now() + Duration::from_secs(1 << 30)];
    for (number, moment) in moments.into_iter().enumerate() {
        // Equal length, a time of choice, and no tick of the clock between the build and the edit.
        fs::write(&source, text.replace("Body", ["Bod1", "Bod2", "Bod3"][number])).unwrap();
        fs::File::options().write(true).open(&source).unwrap().set_modified(moment).unwrap();
        build(&site);
        assert!(site.read(page).contains(&format!("Bod{}", number + 1)), "{moment:?}");
    }
}

#[test]
fn an_image_of_another_size_changes_the_pages_that_show_it() {
    let site = archive(3);
    site.file("static/s.gif", gif(1)).file("content/i.gif", gif(1));
    site.file("content/a1.md", "---\ntitle: A\nsubtitle: S\n---\n![s](/s.gif) ![i](i.gif)\n");
    warm(&site);
    for (name, written) in [("static/s.gif", 2), ("content/i.gif", 2)] {
        site.file(name, gif(4));
        settle(&site);
        let built = warm(&site);
        assert_eq!((built.parsed, built.written), (0, written), "{name}: the image and the page");
        equals_clean(&site, name);
    }
}

#[test]
fn a_damaged_cache_changes_no_page() {
    let site = archive(2);
    build(&site);
    let (whole, before) = (fs::read(site.path(CACHE)).unwrap(), site.tree());
    let said = |bytes: &[u8]| {
        fs::write(site.path(CACHE), bytes).unwrap();
        let config = config(site.root(), "public");
        backissue::cache::Cache::load(&config, 1, backissue::cache::Wanted::All).1.is_some()
    };
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(said(&damaged), "byte {at}");
        assert!(said(&whole[..at]), "cut at {at}");
    }
    // What is far too long is none that we wrote, and is not read to its end.
    for length in [1 << 20, 1 << 30, 1 << 37] {
        fs::write(site.path(CACHE), &whole).unwrap();
        fs::OpenOptions::new().write(true).open(site.path(CACHE)).unwrap().set_len(length).unwrap();
        assert_eq!(build(&site).written, 0, "{length}");
    }
    // What passes none of the checks is as good as none.
    for bytes in [&whole[..whole.len() / 2], b"", b"backissue cache 1\n"] {
        fs::write(site.path(CACHE), bytes).unwrap();
        assert_eq!(build(&site).written, 0);
        assert!(site.tree() == before);
    }
}

#[test]
fn an_edit_adds_to_the_cache() {
    let site = archive(40);
    warm(&site);
    build(&site);
    let stored = || fs::read(site.path(CACHE)).unwrap();
    let whole = stored();
    let mut before = whole.clone();
    for n in 0..3 {
        settle(&site);
        site.file("content/a1.md", format!("---\ntitle: A\ndate: 2020-01-02\n---\nWords {n}.\n"));
        settle(&site);
        build(&site);
        let now = stored();
        assert!(now.starts_with(&before) && now.len() - before.len() < whole.len() / 4, "edit {n}");
        before = now;
    }
    equals_clean(&site, "three edits");
    // What was added is known to the next build, and a new article as well.
    warm(&site);
    assert_eq!(counts(&build(&site)), (0, 0, 0, 0));
    site.article("new.md", "title: New\ndate: 2021-01-01");
    fs::remove_file(site.path("content/a2.md")).unwrap();
    settle(&site);
    assert_eq!(warm(&site).parsed, 1);
    assert_eq!(counts(&build(&site)), (0, 0, 0, 0));
    equals_clean(&site, "one came, one went");
}

#[test]
fn a_damaged_amendment_changes_no_page() {
    let site = archive(3);
    warm(&site);
    build(&site);
    let whole = fs::read(site.path(CACHE)).unwrap().len();
    let article = fs::read_to_string(site.path("content/a1.md")).unwrap();
    site.file("content/a1.md", article + "\nOther words.\n");
    settle(&site);
    build(&site);
    let amended = fs::read(site.path(CACHE)).unwrap();
    let config = config(site.root(), "public");
    let key = PROGRAM ^ xxh3_128(format!("{:?}", backissue::content::keys(&config)).as_bytes());
    let load = |bytes: &[u8]| {
        fs::write(site.path(CACHE), bytes).unwrap();
        let (cache, said) = backissue::cache::Cache::load(&config, key, backissue::cache::Wanted::All);
        (cache.published.inputs, said.is_some_and(|said| said.contains("damaged")))
    };
    let ((before, _), (after, _)) = (load(&amended[..whole]), load(&amended));
    assert!(before != after && !load(&amended).1 && !load(&amended[..whole]).1);
    for at in whole..amended.len() {
        let mut damaged = amended.clone();
        damaged[at] ^= 1 << (at % 8);
        // What came before is good; a killed process leaves such an end.
        assert_eq!(load(&damaged), (before, true), "byte {at}");
        assert_eq!(load(&amended[..at]), (before, at > whole), "cut at {at}");
    }
    // An amendment to another cache is as good as none.
    assert_eq!(load(&[&amended[..], &amended[whole..]].concat()), (after, true));
    let tree = site.tree();
    for bytes in [&amended[..whole], &amended[..amended.len() - 1], &amended[..]] {
        fs::write(site.path(CACHE), bytes).unwrap();
        let built = build(&site);
        assert_eq!((built.parsed, built.written), (usize::from(bytes.len() < amended.len()), 0));
        assert!(site.tree() == tree);
        settle(&site);
        warm(&site);
        assert_eq!(counts(&build(&site)), (0, 0, 0, 0));
    }
}

#[test]
fn many_edits_do_not_make_the_cache_large() {
    let site = archive(3);
    warm(&site);
    let whole = fs::metadata(site.path(CACHE)).unwrap().len();
    let mut longest = 0;
    for n in 0..120 {
        let title = "long ".repeat(200);
        site.file("content/a1.md", format!("---\ntitle: {title} {n}\ndate: 2020-01-02\n---\nWords {n}.\n"));
        settle(&site);
        build(&site);
        longest = longest.max(fs::metadata(site.path(CACHE)).unwrap().len());
    }
    assert!(longest > 3 * whole && longest < whole + (80 << 10), "{longest} of {whole}");
    equals_clean(&site, "many edits");
}

/// A random edit of a project.
#[derive(Clone, Debug)]
pub enum Edit {
    Add(usize, usize),
    Delete(usize),
    Field(usize, &'static str, usize),
    Body(usize, usize),
    Move(usize),
    Swap(usize, usize),
    Folder(usize),
    Shared(usize, usize),
    Output(usize),
}

const FIELDS: [&str; 11] =
    ["title", "date", "tags", "draft", "status", "corrections", "slug", "lang", "image", "redact", "aliases"];

pub fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let article = 0..8_usize;
    let edit = prop_oneof![
        2 => (article.clone(), 0..4_usize).prop_map(|(a, b)| Edit::Add(a, b)),
        1 => article.clone().prop_map(Edit::Delete),
        6 => (article.clone(), proptest::sample::select(&FIELDS[..]), 0..4_usize).prop_map(|(a, f, v)| Edit::Field(a, f, v)),
        3 => (article.clone(), 0..4_usize).prop_map(|(a, b)| Edit::Body(a, b)),
        1 => article.clone().prop_map(Edit::Move),
        1 => (article.clone(), article.clone()).prop_map(|(a, b)| Edit::Swap(a, b)),
        1 => article.prop_map(Edit::Folder),
        3 => (0..9_usize, 0..3_usize).prop_map(|(a, b)| Edit::Shared(a, b)),
        1 => (0..5_usize).prop_map(Edit::Output),
    ];
    proptest::collection::vec(edit, 1..7)
}

/// The articles of a project as they should lie on the disk.
#[derive(Default)]
pub struct Desk {
    articles: BTreeMap<usize, (String, BTreeMap<&'static str, String>, String)>,
}

impl Desk {
    /// Five articles in a new project.
    pub fn begin(site: &Site) -> Self {
        let mut desk = Self::default();
        for what in [0, 4, 6] {
            shared(site, what, 0);
        }
        for number in 0..5 {
            desk.apply(site, &Edit::Add(number, number % 4));
        }
        desk
    }

    pub fn apply(&mut self, site: &Site, edit: &Edit) {
        match edit {
            Edit::Add(number, value) => {
                let front = [
                    ("title", format!("T{number}")),
                    ("date", format!("2020-0{}-01", value + 1)),
                    ("tags", "[a, b]".into()),
                    // Without one, the first paragraph shows in lists.
                    (if number % 2 == 0 { "description" } else { "subtitle" }, format!("D{}", value % 2)),
                ];
                let front = front
                    .into_iter()
                    .filter(|(key, _)| number % 3 > 0 || *key == "title" || *key == "date" || *key == "tags");
                let body = format!("Body {value}. ![i](i.png)\n\n[to](a1.md)\n");
                self.articles.insert(*number, (format!("a{number}.md"), front.collect(), body));
            }
            Edit::Delete(number) => _ = self.articles.remove(number),
            Edit::Field(number, field, value) => {
                let Some((_, front, _)) = self.articles.get_mut(number) else { return };
                front.insert(field, field_value(field, *value));
            }
            Edit::Body(number, value) => {
                let texts = [
                    "One.",
                    "Two *T1*. [x](a2.md#y)\n\n![i](i.png)",
                    "# T1\n\n<b>raw</b> {{ x }}",
                    "[[gone]](b.md) [^1]\n\n[^1]: n",
                ];
                if let Some((_, _, body)) = self.articles.get_mut(number) {
                    *body = format!("{}\n", texts[*value]);
                }
            }
            Edit::Move(number) => {
                if let Some((name, ..)) = self.articles.get_mut(number) {
                    *name = format!("moved/b{number}.md");
                }
            }
            Edit::Swap(a, b) => {
                let slug = |desk: &Self, number| {
                    desk.articles.get(number).and_then(|(_, front, _)| front.get("slug").cloned())
                };
                for (number, slug) in [(a, slug(self, b)), (b, slug(self, a))] {
                    let Some((_, front, _)) = self.articles.get_mut(number) else { continue };
                    front.remove("slug");
                    front.extend(slug.map(|slug| ("slug", slug)));
                }
            }
            Edit::Folder(number) => {
                if let Some((name, ..)) = self.articles.get_mut(number) {
                    *name = format!("a{number}/index.md");
                }
            }
            Edit::Shared(what, value) => shared(site, *what, *value),
            Edit::Output(what) => tamper(site, *what),
        }
        self.lay_out(site);
    }

    /// Writes what differs and removes what is gone.
    fn lay_out(&self, site: &Site) {
        let mut wanted: BTreeMap<PathBuf, String> = BTreeMap::new();
        for (name, front, body) in self.articles.values() {
            let front: Vec<String> = front.iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
            wanted
                .insert(site.path(&format!("content/{name}")), format!("---\n{}---\n{body}", front.concat()));
        }
        for (name, _) in tree(&site.path("content")).iter().filter(|(name, _)| name.ends_with(".md")) {
            let path = site.path(&format!("content/{name}"));
            if !wanted.contains_key(&path) {
                fs::remove_file(path).unwrap();
            }
        }
        for (path, text) in wanted {
            if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
    }
}

fn field_value(field: &str, value: usize) -> String {
    let values: [&str; 4] = match field {
        "title" => ["T1", "'T: 2'", "Jane Doe", "<b>"],
        "date" => ["2020-01-01", "1999", "2031-01-01", "2020-02-30"],
        "tags" => ["[a]", "[a, b, c]", "[]", "[A, Jane Doe]"],
        "draft" => ["true", "false", "perhaps", "false"],
        "status" => ["removed", "published", "draft", "published"],
        "corrections" => ["[{date: 2020-03-01, text: Sorry.}]", "[]", "[{text: Jane Doe}]", "[]"],
        "slug" => ["one", "two", "jane-doe", "one"],
        "lang" => ["ar", "en", "de", "xx"],
        "image" => ["i.png", "gone.png", "https://example.com/x.png", "/s.png"],
        "redact" => ["[Jane Doe]", "[]", "T1", "[Jane Doe, raw]"],
        _ => ["[/old.html]", "[/old.html, /x/]", "[]", "[/one.html]"],
    };
    values[value].to_string()
}

/// Changes what many pages are made from.
pub fn shared(site: &Site, what: usize, value: usize) {
    let header =
        "title: T\nbase_url: https://example.org\nper_page: 3\nredirect_maps: [netlify]\ndownloads: true\n";
    match what {
        0 => site.file("archive.yaml", format!("{header}description: D{value}\n")),
        1 => site.file(
            "archive.yaml",
            format!("{header}feeds: {{content: {}}}\n", ["full", "summary", "full"][value]),
        ),
        2 => site.file(
            "archive.yaml",
            format!("{header}keys: {{slug: {}}}\n", ["title", "subtitle", "description"][value]),
        ),
        3 => site.file(
            "templates/article.html",
            format!("{{% include 'mine.html' %}}{value}{{{{ article.body }}}}{{{{ site.data.d.x }}}}"),
        ),
        4 => site.file("templates/mine.html", format!("mine {value}")),
        5 => site.file("templates/i18n/en.yaml", format!("undated: Undated {value}\n")),
        6 => site.file("data/d.yaml", format!("x: {value}\n")),
        7 => site.file("static/s.png", gif(value)),
        _ => site.file("content/i.png", gif(value)),
    };
}

/// A picture as wide as its number says.
fn gif(number: usize) -> Vec<u8> {
    [b"GIF89a", &[u8::try_from(number + 1).unwrap()][..], b"\0\x02\0\0\0\0;"].concat()
}

/// Somebody meddles with the output or the cache.
fn tamper(site: &Site, what: usize) {
    let pages: Vec<_> = site.names().into_iter().filter(|name| name.ends_with(".html")).collect();
    let page =
        |at: usize| pages.get(at % pages.len().max(1)).map(|name| site.path(&format!("public/{name}")));
    match what {
        0 => _ = page(3).map(|page| fs::remove_file(page).unwrap()),
        1 => _ = page(5).map(|page| fs::write(page, "edited by hand").unwrap()),
        2 => _ = fs::remove_dir_all(site.path("public")),
        3 => _ = fs::remove_file(site.path(CACHE)),
        _ => _ = fs::remove_file(site.path("public/manifest.json")),
    }
}

/// How many sequences are tried; `SEQUENCES=5000 cargo test incremental` tries more.
fn sequences() -> u32 {
    std::env::var("SEQUENCES").ok().and_then(|count| count.parse().ok()).unwrap_or(500)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: sequences(), ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_edits_leads_to_the_clean_build(edits in edits()) {
        let site = Site::new();
        let mut desk = Desk::begin(&site);
        build(&site);
        for (at, edit) in edits.iter().enumerate() {
            desk.apply(&site, edit);
            // The page of a broken article stays until the article is mended: a clean build has none.
            if build(&site).set_aside.is_empty() {
                equals_clean(&site, &format!("{at}: {edit:?}"));
            }
        }
    }
}

/// The files that a site is made from.
fn project(site: &Site) -> BTreeMap<PathBuf, Vec<u8>> {
    let folders = ["content", "templates", "static", "data"].into_iter();
    let below = folders.filter(|folder| site.path(folder).is_dir()).flat_map(|folder| {
        let files = tree(&site.path(folder)).into_iter();
        files.map(move |(name, bytes)| (Path::new(folder).join(name), bytes))
    });
    below.chain([(PathBuf::from("archive.yaml"), fs::read(site.path("archive.yaml")).unwrap())]).collect()
}

/// What is not the same in two projects.
fn changed(before: &BTreeMap<PathBuf, Vec<u8>>, now: &BTreeMap<PathBuf, Vec<u8>>) -> BTreeSet<PathBuf> {
    let paths = before.keys().chain(now.keys()).filter(|path| before.get(*path) != now.get(*path));
    paths.cloned().collect()
}

/// Builds in a session; says as well whether anything was planned.
#[track_caller]
fn build_in(session: &mut Session, site: &Site, changed: Option<&BTreeSet<PathBuf>>) -> (Built, bool) {
    let planned = AtomicBool::new(false);
    let progress = |event: Event| {
        planned.fetch_or(matches!(event, Event::Stage(..)), Ordering::Relaxed);
    };
    let built = session.build(&config(site.root(), "public"), changed, &progress).unwrap();
    (built, planned.into_inner())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: sequences() / 4, ..ProptestConfig::default() })]

    #[test]
    fn a_session_leads_to_the_clean_build(edits in edits()) {
        let site = Site::new();
        let mut desk = Desk::begin(&site);
        let mut session = Session::new(Run { jobs: 1, program: Some(PROGRAM), ..Run::default() });
        build_in(&mut session, &site, None);
        for (at, edit) in edits.iter().enumerate() {
            for edit in [edit, &Edit::Body(at % 5, at % 4)] {
                let before = project(&site);
                desk.apply(&site, edit);
                // Nobody watches the output and the cache.
                let all = matches!(edit, Edit::Output(_));
                let changed = changed(&before, &project(&site));
                let (built, _) = build_in(&mut session, &site, Some(&changed).filter(|_| !all));
                if built.set_aside.is_empty() {
                    equals_clean(&site, &format!("{at}: {edit:?}"));
                }
            }
        }
        // Whoever comes next knows it all.
        settle(&site);
        if build(&site).set_aside.is_empty() {
            equals_clean(&site, "after the session");
        }
    }
}

#[test]
fn a_session_plans_nothing_where_only_the_text_is_other() {
    let site = archive(12);
    site.file("archive.yaml", "title: T\nbase_url: https://example.org\nfeeds: {content: full}\n");
    let mut session = Session::new(Run { jobs: 1, program: Some(PROGRAM), ..Run::default() });
    assert!(build_in(&mut session, &site, None).1);
    let edit = |session: &mut Session, text: &str| {
        settle(&site);
        let front = "title: Article 1\ndate: 2020-01-02\ntags: [t1, all]\nauthors: A1";
        site.file("content/a1.md", format!("---\n{front}\ndescription: D\n---\n\n{text}\n"));
        settle(&site);
        build_in(session, &site, Some(&BTreeSet::from([PathBuf::from("content/a1.md")])))
    };
    assert!(edit(&mut session, "One. [gone](gone.md)").1, "the link is new");
    let (built, planned) = edit(&mut session, "Two. [gone](gone.md)\n\n{{< thing >}}");
    // The page, and feeds that show all of it: of the site, of a year and of terms.
    assert_eq!((planned, built.parsed, built.rendered == built.written), (false, 1, true));
    let lines = |built: &Built| {
        let of = built.problems.iter().filter(|problem| problem.code == "shortcode");
        of.map(|problem| problem.line).collect::<Vec<_>>()
    };
    assert!(built.written > 1 && built.written < 12, "{} written", built.written);
    assert_eq!(lines(&built), [Some(11)]);
    equals_clean(&site, "two");
    let (built, planned) = edit(&mut session, "Three. [gone](gone.md)");
    assert_eq!((planned, lines(&built)), (false, vec![]));
    equals_clean(&site, "three");
    // What editors leave beside it is nothing; what is written over and over is read again.
    site.file("content/.a1.md.swp", "x");
    let paths = ["content/.a1.md.swp", "content/a1.md~"].map(PathBuf::from).into();
    let (built, planned) = build_in(&mut session, &site, Some(&paths));
    assert_eq!((planned, built.written), (false, 0));
    // The cache was written along: a build of its own has nothing to do.
    settle(&site);
    warm(&site);
    assert_eq!(counts(&build(&site)), (0, 0, 0, 0));
    // A page edited by hand, a manifest that is gone, an article with another headline: all is looked at.
    fs::remove_file(site.path("public/manifest.json")).unwrap();
    assert!(edit(&mut session, "Four.").1);
    equals_clean(&site, "four");
    assert!(!edit(&mut session, "Five.").1);
    equals_clean(&site, "five");
}

#[test]
fn a_session_plans_nothing_where_only_words_are_others() {
    let site = archive(40);
    site.file("archive.yaml", "title: T\nbase_url: https://example.org\nper_page: 5\ndownloads: true\n");
    site.file("content/about.md", "---\ntitle: About\nkind: page\n---\nWe.\n");
    let mut session = Session::new(Run { jobs: 1, program: Some(PROGRAM), ..Run::default() });
    assert!(build_in(&mut session, &site, None).1);
    let mut edit = |name: &str, front: &str| {
        settle(&site);
        site.file(&format!("content/{name}"), format!("---\n{front}\n---\n\nBody of {name}.\n"));
        settle(&site);
        let (built, planned) =
            build_in(&mut session, &site, Some(&[["content/", name].concat().into()].into()));
        equals_clean(&site, front);
        (planned, built.written)
    };
    let front = "date: 2020-01-08\ntags: [t1, all]\nauthors: A1";
    // Its page, those of its neighbours, home, year, month, day, two tags, an author, feeds, data; most lists have several.
    for (title, few) in [("Story 7", 10..40), ("Story of the harbour 7", 10..40), ("Article 7", 10..40)] {
        let (planned, written) = edit("a7.md", &format!("title: {title}\n{front}"));
        assert!(!planned && few.contains(&written), "{title}: {planned} {written}");
    }
    for more in ["subtitle: S", "description: D", "updated: 2024-01-01", "extra: {a: 1}"] {
        let (planned, written) = edit("a7.md", &format!("title: Article 7\n{front}\n{more}"));
        assert!(!planned && written > 0, "{more}");
    }
    assert_eq!(edit("about.md", "title: About us\nkind: page"), (false, 1));
    // An address or a place in a list is more than words.
    assert!(edit("a7.md", &format!("title: Article 7\n{front}\nslug: other")).0);
    assert!(edit("a7.md", "title: Article 7\ndate: 2020-01-08\ntags: [t2]").0);
}

/// Every kind of page that shows articles, and an article of every kind, in a session and without one.
#[test]
fn new_words_come_to_every_page_that_shows_them() {
    let site = archive(40);
    let header = "title: T\nbase_url: https://example.org\nper_page: 5\non_this_day: true\ndownloads: true\n";
    let periods = "periods: {home: latest, year: all}\ncitations: [bibtex, csl]\n";
    let feeds =
        "feeds: {formats: [atom, rss, json], content: summary, history: true}\nredirect_maps: [netlify]\n";
    site.file("archive.yaml", [header, periods, feeds].concat());
    let old = |n: usize| format!("original_url: https://old{}.example/{n}\naliases: [/old/{n}.html]", n % 2);
    let mut fronts: Vec<(String, String)> = Vec::new();
    for n in 0..30 {
        let more = match n {
            1 => "same_as: content/b2.md",
            3 => "translation_of: content/b4.md\nlang: de",
            5 => "corrections: [{date: 2021-01-01, text: Mended.}]",
            6 => "status: removed",
            _ => "authors: [A, B]",
        };
        let date = match n {
            0 => "date: 2021-01-01\n".to_string(),
            7..=20 => String::new(),
            _ => format!("date: 200{}-0{}-1{}\n", n % 3, n % 2 + 1, n % 2),
        };
        // What nothing else relates.
        let tags = if (1..5).contains(&n) { String::new() } else { format!("tags: [all, t{}]\n", n % 4) };
        let front = format!("{date}{tags}{}\n{more}", old(n));
        fronts.push((format!("b{n}.md"), front));
    }
    fronts.push(("about.md".into(), "kind: page\naliases: [/us.html]".into()));
    let write = |at: usize, title: &str| {
        let (name, front) = &fronts[at];
        site.file(
            &format!("content/{name}"),
            format!("---\ntitle: {title}\n{front}\n---\n\nBody of {name}.\n"),
        );
        settle(&site);
    };
    (0..fronts.len()).for_each(|at| write(at, &format!("Harbour{at}")));
    build(&site);
    let mut session = Session::new(Run { jobs: 1, program: Some(PROGRAM), ..Run::default() });
    build_in(&mut session, &site, None);
    for at in [0, 1, 2, 3, 4, 5, 6, 8, 20, 25, 30] {
        write(at, &format!("Ferry{at}"));
        let path = PathBuf::from("content").join(&fronts[at].0);
        let (_, planned) = build_in(&mut session, &site, Some(&[path].into()));
        assert!(!planned, "{at}");
        equals_clean(&site, &format!("{at} in a session"));
    }
    for at in [0, 1, 2, 3, 4, 5, 6, 8, 20, 25, 30] {
        write(at, &format!("Winter{at}"));
        build(&site);
        equals_clean(&site, &format!("{at} alone"));
    }
}

/// A session of a site that it built, and what edits the text of one of its articles, with whether that was planned.
fn session_of(site: &Site) -> (Session<'static>, impl FnMut(&mut Session, &str) -> (Built, bool)) {
    let mut session = Session::new(Run { jobs: 1, program: Some(PROGRAM), ..Run::default() });
    settle(site);
    build_in(&mut session, site, None);
    let edit = move |session: &mut Session, text: &str| {
        settle(site);
        let article = fs::read_to_string(site.path("content/a1.md")).unwrap();
        fs::write(site.path("content/a1.md"), format!("{article}\n{text}\n")).unwrap();
        settle(site);
        build_in(session, site, Some(&BTreeSet::from([PathBuf::from("content/a1.md")])))
    };
    (session, edit)
}

#[test]
fn a_session_sees_that_another_process_published() {
    let site = archive(4);
    site.article("a1.md", "title: A\ndate: 2020-01-02\ndescription: D");
    let (mut session, mut edit) = session_of(&site);
    assert!(!edit(&mut session, "One.").1);
    // As many outputs as before, one of them at another address.
    fs::rename(site.path("content/a1.md"), site.path("content/b1.md")).unwrap();
    build(&site);
    fs::rename(site.path("content/b1.md"), site.path("content/a1.md")).unwrap();
    assert!(edit(&mut session, "Two.").1);
    equals_clean(&site, "another address");
    let configuration = fs::read_to_string(site.path("archive.yaml")).unwrap();
    site.file("archive.yaml", configuration.replace("title: T", "title: Other"));
    build(&site);
    site.file("archive.yaml", configuration);
    assert!(edit(&mut session, "Three.").1);
    equals_clean(&site, "another title");
    // The same site, published again: nothing is other.
    build(&site);
    assert!(!edit(&mut session, "Four.").1);
    equals_clean(&site, "the same");
}

#[test]
fn a_session_mends_what_somebody_did_to_the_site() {
    let site = archive(4);
    site.article("a1.md", "title: A\ndate: 2020-01-02\ndescription: D");
    let (mut session, mut edit) = session_of(&site);
    for what in 0..3 {
        edit(&mut session, "Before.");
        tamper(&site, what);
        edit(&mut session, "After.");
        equals_clean(&site, &format!("tampered with: {what}"));
    }
    // What is not ours stays, and is told of each time.
    settle(&site);
    build_in(&mut session, &site, None);
    settle(&site);
    site.file("public/theirs.txt", "x");
    settle(&site);
    // Be it that nothing else is new.
    build_in(&mut session, &site, None);
    let (built, planned) = edit(&mut session, "More.");
    let foreign = built.problems.iter().filter(|problem| problem.code == "foreign-file").count();
    assert_eq!((foreign, planned), (1, false));
}

#[test]
fn a_session_adds_nothing_where_nothing_is_new() {
    let site = archive(4);
    site.article("a1.md", "title: A\ndate: 2020-01-02\ndescription: D");
    let (mut session, mut edit) = session_of(&site);
    edit(&mut session, "One.");
    let cache = fs::read(site.path(CACHE)).unwrap();
    site.file("content/.a1.md.swp", "x");
    let built = build_in(&mut session, &site, Some(&BTreeSet::from([PathBuf::from("content/.a1.md.swp")]))).0;
    assert_eq!(counts(&built), (0, 0, 0, 0));
    assert!(fs::read(site.path(CACHE)).unwrap() == cache);
}

#[cfg(unix)]
#[test]
fn a_session_follows_no_link_and_no_second_name() {
    let front = "---\ntitle: A\ndate: 2020-01-02\ndescription: D\n---\n";
    let site = archive(4);
    site.file("content/a1.md", format!("{front}Inside.\n"));
    site.file("content/deep/a1.md", format!("{front}Inside.\n"));
    site.file("outside/a1.md", format!("{front}Outside.\n"));
    let (mut session, mut edit) = session_of(&site);
    let look = |session: &mut Session, name: &str| {
        settle(&site);
        build_in(session, &site, Some(&BTreeSet::from([PathBuf::from(name)])));
        equals_clean(&site, name);
    };
    fs::remove_dir_all(site.path("content/deep")).unwrap();
    std::os::unix::fs::symlink("../outside", site.path("content/deep")).unwrap();
    look(&mut session, "content/deep/a1.md");
    fs::remove_file(site.path("content/deep")).unwrap();
    build_in(&mut session, &site, None);
    fs::remove_file(site.path("content/a1.md")).unwrap();
    std::os::unix::fs::symlink("../outside/a1.md", site.path("content/a1.md")).unwrap();
    look(&mut session, "content/a1.md");
    fs::remove_file(site.path("content/a1.md")).unwrap();
    site.file("content/a1.md", format!("{front}Inside.\n"));
    fs::hard_link(site.path("content/a1.md"), site.path("content/again.md")).unwrap();
    build_in(&mut session, &site, None);
    edit(&mut session, "Under both names.");
    equals_clean(&site, "a second name");
}

#[test]
fn a_session_heeds_the_clock() {
    let site = archive(2);
    site.article("later.md", "title: Later\ndate: 2020-02-01\nembargo: 2024-06-02");
    site.article("over.md", "title: Over\ndate: 2020-02-02\nexpires: 2024-06-03");
    let mut session = Session::new(Run { jobs: 1, program: Some(PROGRAM), ..Run::default() });
    let mut names = |day: u8| {
        let article = fs::read_to_string(site.path("content/a1.md")).unwrap();
        site.file("content/a1.md", format!("{article}\nOn day {day}.\n"));
        let now = format!("2024-06-{day:02}T12:00:00Z").parse().unwrap();
        let config = Config { now, ..config(site.root(), "public") };
        let changed = BTreeSet::from([PathBuf::from("content/a1.md")]);
        session.build(&config, Some(&changed).filter(|_| day > 1), &|_| {}).unwrap();
        assert!(site.read("public/2020/01/02/a1.html").contains(&format!("On day {day}.")));
        ["later", "over"]
            .map(|name| site.names().iter().any(|known| known.ends_with(&format!("{name}.html"))))
    };
    assert_eq!([names(1), names(2), names(3)], [[false, true], [true, true], [true, false]]);
}

#[test]
fn an_image_that_could_be_read_at_last_comes_to_its_page() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01\nimage: i.png");
    // More than is read of any image, and no room on the disk.
    fs::File::create(site.path("content/i.png")).unwrap().set_len(300 << 20).unwrap();
    // Stamps as new as the build are not believed: only the last of these builds has nothing to do.
    for _ in 0..3 {
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(site.build().problem("missing-image")["file"], "content/a.md");
    }
    site.file("content/i.png", "png");
    site.build().clean();
    assert!(site.names().iter().any(|name| name.starts_with("media/") && name.ends_with("-i.png")));
    let incremental = site.tree();
    fs::remove_dir_all(site.path("public")).unwrap();
    fs::remove_dir_all(site.path(".backissue")).unwrap();
    site.build().clean();
    assert!(site.tree() == incremental);
}
