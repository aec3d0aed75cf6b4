//! `serve`, asked over a socket: what it shows is what a build makes, what it must not say it does not say.

use crate::left_out::left_out;
use crate::running::{NOW, PATIENCE, Running, until};
use crate::site::Site;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// A running `backissue serve`.
struct Serving {
    running: Running,
    port: u16,
    base: String,
    /// The object that said where it is.
    first: Value,
}

/// A response.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Serving {
    #[track_caller]
    fn start(site: &Site) -> Self {
        Self::with(site, &[])
    }

    #[track_caller]
    fn with(site: &Site, flags: &[&str]) -> Self {
        Self::of(site, &[&["--port", "0"], flags].concat())
    }

    /// On the port that it takes by itself, if the flags name none.
    #[track_caller]
    fn of(site: &Site, flags: &[&str]) -> Self {
        let args = [&["serve", "--json"], &NOW[..], flags].concat();
        let running = Running::spawn(site.command(&args));
        let mut serving = Self { running, port: 0, base: String::new(), first: Value::Null };
        serving.first = serving.next("serving");
        let url = url::Url::parse(serving.first["url"].as_str().unwrap()).unwrap();
        serving.port = url.port().unwrap();
        serving.base = url.path().trim_end_matches('/').to_string();
        serving
    }

    /// The next object of a kind.
    #[track_caller]
    fn next(&mut self, kind: &str) -> Value {
        self.running.next(kind)
    }

    fn connect(&self) -> TcpStream {
        self.connect_at("127.0.0.1")
    }

    fn connect_at(&self, address: &str) -> TcpStream {
        let stream = TcpStream::connect(format!("{address}:{}", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes and reads until the other side hangs up; the answer may be none.
    fn raw_at(&self, address: &str, request: &[u8]) -> Vec<u8> {
        let mut stream = self.connect_at(address);
        // It may be refused before it was heard out.
        let _ = stream.write_all(request);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        bytes
    }

    fn ask(&self, line: &str, headers: &[&str]) -> Answer {
        self.ask_at("127.0.0.1", line, headers)
    }

    fn ask_at(&self, address: &str, line: &str, headers: &[&str]) -> Answer {
        let headers = [headers, &[""]].concat().join("\r\n");
        Answer::of(
            &self
                .raw_at(address, format!("{line} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n").as_bytes()),
        )
    }

    fn get_with(&self, path: &str, headers: &[&str]) -> Answer {
        let host = format!("Host: localhost:{}", self.port);
        self.ask(&format!("GET {path}"), &[&[host.as_str()], headers].concat())
    }

    fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    /// By an address of this machine, as others would.
    fn get_at(&self, address: &str, path: &str) -> Answer {
        self.ask_at(address, &format!("GET {path}"), &[&format!("Host: {address}:{}", self.port)])
    }

    /// Waits until a page holds a text.
    #[track_caller]
    fn until(&self, path: &str, text: &str) {
        let what = || format!("{path} never holds {text}:\n{}", self.get(path).text());
        until(|| self.get(path).text().contains(text), what);
    }

    /// Listens to what an open page is told.
    fn listen(&self, path: &str) -> Events {
        self.listen_at("127.0.0.1", path)
    }

    fn listen_at(&self, address: &str, path: &str) -> Events {
        let hash = self.get(path).hash();
        let mut stream = self.connect_at(address);
        let request = format!(
            "GET /.backissue/events?page={path}&hash={hash} HTTP/1.1\r\nHost: localhost:{}\r\n\r\n",
            self.port
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut events = Events { lines: BufReader::new(stream).lines(), first: Value::Null };
        events.line(": hello");
        // Once it has heard this, it hears of everything that comes after.
        events.first = events.until("problems");
        events
    }
}

/// What an open page is told.
struct Events {
    lines: std::io::Lines<BufReader<TcpStream>>,
    /// What was wrong when it began to listen.
    first: Value,
}

impl Events {
    #[track_caller]
    fn line(&mut self, start: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < end, "no `{start}` is told");
            let line = self.lines.next().expect("the stream goes on").expect("something is told in time");
            if line.starts_with(start) {
                return line;
            }
        }
    }

    /// The next event: its name and data.
    #[track_caller]
    fn next(&mut self) -> (String, Value) {
        let name = self.line("event: ")["event: ".len()..].to_string();
        let data = self.line("data: ");
        (name, serde_json::from_str(&data["data: ".len()..]).unwrap())
    }

    /// The next problems, if there are any.
    #[track_caller]
    fn wrong(&mut self) -> Value {
        loop {
            let problems = self.until("problems");
            if problems != serde_json::json!([]) {
                return problems;
            }
        }
    }

    /// Waits until nothing is said to be wrong any more.
    #[track_caller]
    fn mended(&mut self) {
        while self.until("problems") != serde_json::json!([]) {}
    }

    /// The next event of a name.
    #[track_caller]
    fn until(&mut self, name: &str) -> Value {
        loop {
            let (found, data) = self.next();
            if found == name {
                return data;
            }
        }
    }
}

impl Answer {
    fn of(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        Self { status, head, body: bytes.get(end + 4..).unwrap_or_default().to_vec() }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The hash that the page knows of itself.
    fn hash(&self) -> String {
        let text = self.text();
        let (_, after) = text.split_once("data-page=\"").unwrap_or_default();
        after.split('"').next().unwrap_or_default().to_string()
    }

    /// The bytes without the script.
    fn without_script(&self) -> Vec<u8> {
        let text = self.text();
        let Some((before, after)) = text.split_once("<script src=\"/.backissue/preview.js\"") else {
            return self.body.clone();
        };
        let (_, after) = after.split_once("</script>").unwrap();
        format!("{before}{after}").into_bytes()
    }
}

fn sample() -> Site {
    let site = Site::new();
    fs::remove_file(site.path("archive.yaml")).unwrap();
    fs::remove_dir(site.path("content")).unwrap();
    assert_eq!(site.run(&["init", "--json"]).code, Some(0));
    site
}

#[track_caller]
fn equals_a_build(site: &Site, flags: &[&str]) {
    let serving = Serving::with(site, flags);
    assert!(!site.exists("public"), "a preview wrote into the output");
    // What a first preview left behind must not change a build, nor the other way round.
    let args = [&["build", "--json"], &NOW[..], flags].concat();
    assert_eq!(site.run(&args).code, Some(0));
    assert!(site.names().len() > 20, "{:?}", site.names());
    for name in site.names() {
        let expected = fs::read(site.path("public").join(&name)).unwrap();
        let path =
            name.strip_suffix("index.html").filter(|folder| folder.is_empty() || folder.ends_with('/'));
        let answer = serving.get(&format!("{}/{}", serving.base, path.unwrap_or(&name)));
        assert_eq!(answer.status, 200, "{name}");
        assert!(answer.without_script() == expected, "{name}");
        let is_page = name.ends_with(".html");
        assert_eq!(is_page, answer.text().contains("/.backissue/preview.js"), "{name}");
        let length = answer.body.len().to_string();
        assert_eq!(answer.header("content-length"), Some(length.as_str()), "{name}");
        for (header, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(header), Some(value), "{name}");
        }
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[test]
fn every_page_has_the_bytes_of_a_build() {
    equals_a_build(&sample(), &[]);
}

#[test]
fn below_a_base_path_as_well() {
    let site = sample();
    equals_a_build(&site, &["--base-url", "https://example.org/old/news"]);
    let serving = Serving::with(&site, &["--base-url", "https://example.org/old/news"]);
    assert_eq!(serving.base, "/old/news");
    for path in ["/", "/old/news"] {
        let answer = serving.get(path);
        assert_eq!((answer.status, answer.header("location")), (307, Some("/old/news/")), "{path}");
    }
    assert_eq!(serving.get("/old/").status, 404);
}

#[test]
fn whatever_is_edited_pages_have_the_bytes_of_a_build() {
    let site = Site::new();
    site.file("archive.yaml", "title: Test\nbase_url: https://example.org\nfeeds: {content: full}\n");
    let write = |n: usize, front: &str, body: &str| {
        site.file(
            &format!("content/a{n}.md"),
            format!("---\nslug: a{n}\n{front}\ntags: [t, u{}]\n---\n\n{body}\n", n % 2),
        );
    };
    for n in 0..6 {
        write(n, &format!("title: Story of {n}\ndate: 2020-01-0{}", n + 1), "Text.");
    }
    let mut serving = Serving::start(&site);
    serving.next("shown");
    // What is edited, and whether more than words changed.
    for (n, front, body, planned) in [
        (2, "title: Story of 2\ndate: 2020-01-03", "Another text.", false),
        (3, "title: A flood in the harbour\ndate: 2020-01-04", "Text.", false),
        (
            4,
            "title: A flood in the harbour again\ndate: 2020-01-05\ndescription: Water.\nnote: x",
            "Text.",
            true,
        ),
        (4, "title: No flood at all\ndate: 2020-01-05\nsubtitle: Dry.\nnote: x", "# Title\n\nText.", false),
        (5, "title: Story of 5\ndate: 2019-01-01", "Text.", true),
        (0, "title: Story of 0\ndate: 2020-01-01", "See [that](a5.md).", true),
        (5, "title: Story five\ndate: 2019-01-01", "See [this](a0.md).", true),
        (
            5,
            "title: Story of five\ndate: 2019-01-01\nupdated: 2021-01-01",
            "See [this](a0.md).\n\nMore.",
            false,
        ),
        (1, "title: Story of 1\ndate: 2020-01-02\nstatus: draft", "Text.", true),
        (2, "title: Story of 2\ndate: 2020-01-03", "Text.", false),
    ] {
        write(n, front, body);
        assert_eq!(serving.next("shown")["planned"], planned, "{front} {body}");
        let args = [&["build", "--quiet"], &NOW[..]].concat();
        assert_eq!(site.run(&args).code, Some(0));
        for name in site.names() {
            let path = name.strip_suffix("index.html").unwrap_or(&name);
            let expected = fs::read(site.path("public").join(&name)).unwrap();
            assert!(serving.get(&format!("/{path}")).without_script() == expected, "{name} after {front}");
        }
    }
}

#[test]
fn edits_beside_other_changes_show_as_well() {
    let site = Site::new();
    for name in ["a", "sub/b", "c"] {
        let slug = name.replace('/', "-");
        site.article(&format!("{name}.md"), &format!("title: Title {slug}\nslug: {slug}\ndate: 2020-01-01"));
    }
    std::os::unix::fs::symlink("c.md", site.path("content/d.md")).unwrap();
    let mut serving = Serving::start(&site);
    serving.next("shown");
    // A file of several names.
    site.article("c.md", "title: Other title\nslug: c\ndate: 2020-01-01");
    serving.next("shown");
    for path in serving.get("/2020/").text().split('"').filter(|text| text.starts_with("/2020/01/01/")) {
        let text = serving.get(path).text();
        assert!(
            text.contains("Other title") || text.contains("Title a") || text.contains("Title sub-b"),
            "{path}"
        );
    }
    fs::remove_file(site.path("content/d.md")).unwrap();
    serving.next("shown");
    // A folder that leaves, and an edit that needs no new plan.
    assert_eq!(serving.get("/2020/01/01/sub-b.html").status, 200);
    fs::rename(site.path("content/sub"), site.path("gone")).unwrap();
    site.article("a.md", "title: Another\nslug: a\ndate: 2020-01-01");
    serving.until("/2020/01/01/a.html", "Another");
    let is_gone = || serving.get("/2020/01/01/sub-b.html").status == 404;
    until(is_gone, || "the page of a folder that left stays".into());
}

#[cfg(unix)]
#[test]
fn a_project_that_is_replaced_is_shown_in_its_place() {
    for flags in [&[][..], &["--poll=200"]] {
        let site = Site::new();
        let page = "/2020/01/01/a.html";
        site.article("a.md", "title: The old one\nslug: a\ndate: 2020-01-01");
        let elsewhere = tempfile::tempdir().unwrap();
        let (fresh, old) = (elsewhere.path().join("fresh"), elsewhere.path().join("old"));
        let serving = Serving::with(&site, flags);
        serving.until(page, "The old one");
        fs::create_dir_all(fresh.join("content")).unwrap();
        fs::copy(site.path("archive.yaml"), fresh.join("archive.yaml")).unwrap();
        let story = |title: &str| format!("---\ntitle: {title}\nslug: a\ndate: 2020-01-01\n---\n\nText.\n");
        fs::write(fresh.join("content/a.md"), story("Another one")).unwrap();
        fs::rename(site.root(), &old).unwrap();
        fs::rename(&fresh, site.root()).unwrap();
        serving.until(page, "Another one");
        site.file("content/a.md", story("An edited one"));
        serving.until(page, "An edited one");
    }
}

#[test]
fn folders_have_a_slash_and_what_is_not_there_the_page_of_the_theme() {
    let site = sample();
    let serving = Serving::start(&site);
    let answer = serving.get("/tags");
    assert_eq!((answer.status, answer.header("location")), (308, Some("/tags/")));
    let answer = serving.get("/nothing-here");
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("<!DOCTYPE html>") && !answer.hash().is_empty());
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(!site.exists("public"));
}

#[test]
fn an_edit_shows_and_only_open_pages_that_it_changes_are_told() {
    let site = Site::new();
    site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01")
        .article("b.md", "title: Other\nslug: b\ndate: 2019-01-01");
    site.file("content/about.md", "---\nkind: page\ntitle: About\nslug: about\n---\n\nText.\n");
    let serving = Serving::start(&site);
    let (mut page, mut other) = (serving.listen("/2020/01/01/a.html"), serving.listen("/"));
    site.file("content/a.md", "---\ntitle: First\nslug: a\ndate: 2020-01-01\n---\n\nA body that is new.\n");
    let (name, data) = page.next();
    assert_eq!(name, "reload");
    let answer = serving.get("/2020/01/01/a.html");
    assert!(answer.text().contains("A body that is new."));
    assert_eq!(data, answer.hash());
    // The front page shows it only when its title changes, or its first paragraph.
    site.article("b.md", "title: Another\nslug: b\ndate: 2019-01-01");
    assert_eq!(other.until("reload"), serving.get("/").hash());
    serving.until("/", "Another");
}

#[test]
fn a_page_that_is_being_changed_is_waited_for() {
    let site = Site::new();
    site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01");
    // Between two looks at the files the page cannot be made: its text is not the one that was planned with.
    let serving = Serving::with(&site, &["--poll=1000"]);
    site.file("content/a.md", "---\ntitle: First\nslug: a\ndate: 2020-01-01\n---\n\nA body that is new.\n");
    let answer = serving.get("/2020/01/01/a.html");
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("A body that is new."));
}

#[test]
fn a_style_sheet_is_exchanged_without_loading_the_page_again() {
    let site = Site::new();
    site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01");
    site.file("templates/assets/style.css", "body { color: red }\n");
    let serving = Serving::start(&site);
    let mut page = serving.listen("/2020/01/01/a.html");
    site.file("templates/assets/style.css", "body { color: blue }\n");
    let (name, data) = page.next();
    assert_eq!(name, "css", "{data}");
    let (old, new) = (data["styles"][0]["old"].as_str().unwrap(), data["styles"][0]["new"].as_str().unwrap());
    assert_eq!(serving.get(new).text(), "body { color: blue }\n");
    // A page that was sent just before asks for the old one.
    assert_eq!(serving.get(old).text(), "body { color: red }\n");
    let answer = serving.get("/2020/01/01/a.html");
    assert_eq!(data["page"], answer.hash());
    assert!(answer.text().contains(data["styles"][0]["integrity"].as_str().unwrap()));
}

/// Breaks and mends a project; the last good page stays, the error is told and goes away.
#[track_caller]
fn heals(name: &str, broken: &str, whole: &str, page_path: &str) {
    let site = Site::new();
    site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01");
    site.article("b.md", "title: Other\nslug: b\ndate: 2019-01-01");
    site.file(name, whole);
    let serving = Serving::start(&site);
    let before = serving.get(page_path);
    assert_eq!(before.status, 200, "{}", before.text());
    let mut page = serving.listen(page_path);
    // A mistake that is mended is not the last one.
    for _ in 0..4 {
        site.file(name, broken);
        let problems = page.wrong();
        assert_eq!(problems[0]["level"], "error", "{problems}");
        assert!(problems[0]["place"].as_str().unwrap().starts_with(name), "{problems}");
        let meanwhile = serving.get(page_path);
        assert_eq!(meanwhile.status, 200);
        assert!(meanwhile.body == before.body, "{name}: the last good page is not shown");
        site.file(name, whole);
        page.mended();
        // Between the two there may have been a look at a file that was not written to its end.
        let is_back = || serving.get(page_path).body == before.body;
        until(is_back, || format!("{name}: the page does not come back"));
    }
}

#[test]
fn a_broken_configuration_keeps_the_last_good_site() {
    let whole = "title: Test\nbase_url: https://example.org\n";
    heals("archive.yaml", "title: [\n", whole, "/2020/01/01/a.html");
}

#[test]
fn a_broken_template_keeps_the_last_good_page() {
    let whole = "{% extends \"base.html\" %}{% block main %}<p>{{ article.title }}</p>{% endblock %}";
    // What shows when it is compiled, and what shows only when a page is made.
    heals("templates/article.html", "{% block main %}{{ oops", whole, "/2020/01/01/a.html");
    let late = "{% extends \"base.html\" %}{% block main %}{{ nobody.knows.this }}{% endblock %}";
    heals("templates/article.html", late, whole, "/2020/01/01/a.html");
}

#[test]
fn broken_front_matter_keeps_the_last_good_page() {
    let whole = "---\ntitle: First\nslug: a\ndate: 2020-01-01\n---\n\nText.\n";
    heals("content/a.md", "---\ntitle: [\n---\n\nText.\n", whole, "/2020/01/01/a.html");
}

#[test]
fn an_article_that_was_emptied_a_moment_ago_keeps_its_page() {
    let site = Site::new();
    site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01");
    let serving = Serving::with(&site, &["--poll=20"]);
    let text = "---\ntitle: Second\nslug: a\ndate: 2020-01-01\n---\n\nText.\n";
    assert_eq!(serving.get("/2020/01/01/a.html").status, 200);
    site.file("content/a.md", "");
    let emptied = Instant::now();
    while emptied.elapsed() < Duration::from_millis(600) {
        let status = serving.get("/2020/01/01/a.html").status;
        if emptied.elapsed() > Duration::from_millis(1200) {
            return left_out("an article that was emptied a moment ago", "this machine is too slow");
        }
        assert_eq!(status, 200);
        std::thread::sleep(Duration::from_millis(5));
    }
    site.file("content/a.md", text);
    serving.until("/2020/01/01/a.html", "Second");
    // One that stays so is taken as it is.
    site.file("content/a.md", "");
    let is_gone = || serving.get("/2020/01/01/a.html").status == 404;
    until(is_gone, || "what is empty for good keeps its page".to_string());
}

#[test]
fn a_configuration_that_is_gone_keeps_the_last_good_site() {
    let site = Site::with("title: Mine\nbase_url: https://example.org/sub/\n");
    site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01");
    let serving = Serving::start(&site);
    let mut page = serving.listen("/sub/2020/01/01/a.html");
    let config = site.read("archive.yaml");
    fs::remove_file(site.path("archive.yaml")).unwrap();
    let problems = page.wrong();
    assert!(problems[0]["message"].as_str().unwrap().contains("is gone"), "{problems}");
    assert_eq!(serving.get("/sub/2020/01/01/a.html").status, 200);
    site.file("archive.yaml", config.replace("Mine", "Again"));
    page.mended();
    serving.until("/sub/", "Again");
}

#[test]
fn what_is_withdrawn_is_gone_while_another_article_is_broken() {
    let path = "/2020/01/01/a.html";
    let front = "title: First\nslug: a\ndate: 2020-01-01";
    let write = |site: &Site, front: &str| {
        site.file("content/a.md", format!("---\n{front}\n---\n\nWhat nobody is to read any more.\n"));
    };
    for withdrawn in [
        "title: First\nslug: a\ndate: 2020-01-01\nstatus: draft",
        "title: First\nslug: a\ndate: 2020-01-01\nembargo: 2030-05-06",
        "title: First\nslug: a\ndate: 2020-01-01\nexpires: 2021-07-08",
        "title: First\nslug: elsewhere\ndate: 2020-01-01",
        // Where something was taken down, it says so.
        "title: First\nslug: a\ndate: 2020-01-01\nstatus: removed",
        "",
    ] {
        let site = Site::new();
        write(&site, front);
        site.article("b.md", "title: Other\nslug: b\ndate: 2019-01-01");
        let mut serving = Serving::start(&site);
        serving.next("shown");
        assert!(serving.get(path).text().contains("nobody"));
        site.file("content/b.md", "---\ntitle: [\n---\n\nText.\n");
        until(|| serving.listen("/").first[0]["place"].is_string(), || "nothing is wrong".to_string());
        if withdrawn.is_empty() {
            fs::remove_file(site.path("content/a.md")).unwrap();
        } else {
            write(&site, withdrawn);
        }
        let is_gone = || !serving.get(path).text().contains("nobody");
        until(is_gone, || format!("after `{withdrawn}` it is still read: {}", serving.get(path).text()));
        // What could be read before that does not come back.
        write(&site, "title: [");
        let is_broken = || serving.listen("/").first.as_array().unwrap().len() == 2;
        until(is_broken, || "its mistake is not told".to_string());
        assert!(!serving.get(path).text().contains("nobody"), "after `{withdrawn}`");
    }
}

#[test]
fn the_last_good_page_does_not_show_what_is_to_be_redacted_now() {
    let site = Site::new();
    let write = |redact: &str| {
        let front = format!("title: First\nslug: a\ndate: 2020-01-01\n{redact}");
        site.file("content/a.md", format!("---\n{front}---\n\nS&#101;cret N<b>a</b>me.\n"));
    };
    write("");
    let serving = Serving::start(&site);
    serving.until("/2020/01/01/a.html", "N<b>a</b>me");
    // It can still be read, so that the article cannot be published.
    write("redact: [Secret Name]\n");
    let is_gone = || !serving.get("/2020/01/01/a.html").text().contains("N<b>a</b>me");
    until(is_gone, || "the page of before stays".to_string());
}

#[test]
fn a_project_that_is_broken_from_the_start_can_be_mended() {
    let site = Site::with("title: [\n");
    site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01");
    let serving = Serving::start(&site);
    let answer = serving.get("/");
    assert_eq!(answer.status, 500);
    assert!(answer.text().contains("archive.yaml:"), "{}", answer.text());
    let mut page = serving.listen("/");
    assert!(page.first[0]["place"].as_str().unwrap().starts_with("archive.yaml:"), "{}", page.first);
    site.file("archive.yaml", "title: Test\n");
    assert_eq!(page.until("reload"), serving.get("/").hash());
    assert_eq!(serving.get("/").status, 200);
}

#[test]
fn a_page_of_before_the_base_path_was_known_finds_the_site() {
    let site = Site::with("title: [\n");
    site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01");
    let serving = Serving::start(&site);
    let (mut root, mut page) = (serving.listen("/"), serving.listen("/2020/01/01/a.html"));
    site.file("archive.yaml", "title: Test\nbase_url: https://example.org/old/news\n");
    assert_eq!(root.until("goto"), "/old/news/");
    // Nothing of the site is here, and that is what there is to see.
    assert_eq!(page.until("reload"), serving.get("/2020/01/01/a.html").hash());
    assert_eq!(serving.get("/2020/01/01/a.html").status, 404);
    // One that comes back hears it as well.
    assert_eq!(serving.listen("/").until("goto"), "/old/news/");
}

#[test]
fn a_page_that_comes_back_hears_that_nothing_is_wrong_any_more() {
    let site = Site::new();
    site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01");
    let serving = Serving::start(&site);
    assert_eq!(serving.listen("/").first, serde_json::json!([]));
}

#[test]
fn those_who_follow_are_sent_to_what_was_changed() {
    let site = Site::new();
    site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01");
    let serving = Serving::with(&site, &["--follow"]);
    let (mut page, mut there) = (serving.listen("/"), serving.listen("/2020/01/01/a.html"));
    site.article("a.md", "title: Second\nslug: a\ndate: 2020-01-01");
    assert_eq!(page.until("goto"), "/2020/01/01/a.html");
    assert_eq!(there.next().0, "reload");
    site.article("b.md", "title: Other\nslug: b\ndate: 2019-01-01");
    assert_eq!(there.until("goto"), "/2019/01/01/b.html");
}

#[test]
fn those_who_follow_are_sent_wherever_an_article_is_however_it_is_found() {
    for flags in [&["--follow", "--lan"][..], &["--follow", "--lan", "--poll=200"]] {
        let site = Site::new();
        site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01");
        let serving = Serving::with(&site, flags);
        let mut page = serving.listen("/");
        // In one step: a file that has only been begun is another article.
        let put = |name: &str, front: &str| {
            site.file("aside", format!("---\n{front}\n---\n\nText.\n"));
            fs::create_dir_all(site.path(name).parent().unwrap()).unwrap();
            fs::rename(site.path("aside"), site.path(name)).unwrap();
        };
        put("content/a.md", "title: Second\nslug: a\ndate: 2020-01-01");
        assert_eq!(page.until("goto"), "/2020/01/01/a.html", "{flags:?}");
        put("content/new/folder/n.md", "title: New\nslug: n\ndate: 2020-01-02");
        assert_eq!(page.until("goto"), "/2020/01/02/n.html", "{flags:?}");
        // What is not published has its page, for those who may see it.
        let mut elsewhere: Vec<Events> =
            others(&serving).iter().map(|address| serving.listen_at(address, "/")).collect();
        let draft = format!("{WITHHELD}site/2020/01/03/d.html");
        for title in ["Draft", "Draft of another name"] {
            put("content/d.md", &format!("title: {title}\nslug: d\ndate: 2020-01-03\nstatus: draft"));
            assert_eq!(page.until("goto"), draft, "{flags:?}");
        }
        put("content/a.md", "title: Third\nslug: a\ndate: 2020-01-01");
        for page in elsewhere.iter_mut().chain([&mut page]) {
            assert_eq!(page.until("goto"), "/2020/01/01/a.html", "{flags:?}");
        }
    }
}

#[test]
fn strangers_are_refused() {
    let site = sample();
    let serving = Serving::start(&site);
    let host = format!("Host: localhost:{}", serving.port);
    let get = "GET /";
    for (line, headers, status) in [
        (get, &[host.as_str()][..], 200),
        (get, &[], 403),
        (get, &["Host: evil.example"], 403),
        (get, &[&host, &host], 403),
        (get, &[&host, "Host: evil.example"], 403),
        ("GET http://evil.example/", &[&host], 403),
        ("GET http://localhost/", &[&host], 200),
        ("GET https://localhost/", &[&host], 403),
        (get, &[&host, "Origin: http://evil.example"], 403),
        (get, &[&host, "Origin: null"], 403),
        (get, &[&host, "Origin: http://localhost:1"], 200),
        (get, &[&host, "Sec-Fetch-Site: cross-site"], 403),
        (get, &[&host, "Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors"], 403),
        (
            get,
            &[&host, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"],
            200,
        ),
        (
            get,
            &[&host, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"],
            403,
        ),
        ("POST /", &[&host], 405),
        ("PUT /", &[&host], 405),
        ("PATCH /", &[&host], 405),
        ("OPTIONS /", &[&host], 405),
        ("OPTIONS *", &[&host], 405),
        ("TRACE /", &[&host], 405),
        ("POST /.backissue/events", &[&host, "Content-Length: 0"], 405),
        ("POST /.backissue/withheld/", &[&host], 405),
        ("DELETE /", &[&host], 405),
        ("CONNECT localhost:80", &[&host], 405),
        ("BREW /", &[&host], 405),
        (
            "GET /.backissue/events?page=/",
            &[&host, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"],
            403,
        ),
    ] {
        let answer = serving.ask(line, headers);
        assert_eq!(answer.status, status, "{line} {headers:?}: {}", answer.head);
        assert_eq!(answer.header("allow"), (status == 405).then_some("GET, HEAD"), "{line}");
        assert!(status == 200 || !answer.text().contains("<html"), "{line} {headers:?}");
    }
}

/// Spellings of paths that lead out of a folder, or to a file that is no output, on some system or in some program.
const HOSTILE: &[&str] = &[
    "/secret.txt",
    "/../secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/%252e%252e/secret.txt",
    "/..%5csecret.txt",
    "/..\\secret.txt",
    "/a%20b.txt%00.html",
    "/%00",
    "/./a%20b.txt",
    "/tags/../a%20b.txt",
    "//a%20b.txt",
    "/a%2520b.txt",
    "/content/",
    "/archive.yaml",
    "/.backissue/",
    "/.backissue/cache",
    "/.backissue/../archive.yaml",
    "/C:/Windows/win.ini",
    "/a%20b.txt/",
    "/a%20b.txt::$DATA",
    "/a%20b.txt%3a%3a$DATA",
    "/secret.txt::$DATA",
    "/a%20b.txt.",
    "/a%20b.txt%20",
    "/A%20B.TXT",
    "/static/a%20b.txt",
    "/a+b.txt",
    "/..;/secret.txt",
    "/....//secret.txt",
    "/..%2f..%2f..%2f..%2fetc/passwd",
    "/..%c0%afsecret.txt",
    "/%c0%ae%c0%ae/secret.txt",
    "/..%252fsecret.txt",
    "/%25252e%25252e/secret.txt",
    "/..%255csecret.txt",
    "/.%2e/secret.txt",
    "/%2e./secret.txt",
    "/.%00./secret.txt",
    "/secret.txt%00",
    "/secret.txt%00.html",
    "/\\secret.txt",
    "/%5c%5chost%5cshare",
    "/%5csecret.txt",
    "/%2fsecret.txt",
    "//secret.txt",
    "///secret.txt",
    "/~/secret.txt",
    "/~root/.ssh/id_rsa",
    "/dev/fd/0",
    "/NUL",
    "/CON.html",
    "/content/.hidden.md",
    "/content/_passed-over/x.png",
    "/.hidden.md",
    "/.git/config",
    "/manifest.json",
    "/.backissue/%2e%2e/archive.yaml",
    "/.backissue/..%2farchive.yaml",
    "/.backissue/withheld/../secret.txt",
    "/.backissue/withheld/site/../../../secret.txt",
    "/.backissue/withheld/site/..%2f..%2fsecret.txt",
    "/.backissue/withheld/site//secret.txt",
    "/.backissue/withheld/site/%00",
    "/.backissue/withheld/site/secret.txt::$DATA",
    "/.backissue/withheldx/",
    "/secret.txt?inspect",
    "/..%2fsecret.txt?inspect",
    "file:///etc/passwd",
    "http:///secret.txt",
    "/%ff",
    "/%",
    "/%zz",
    "//evil.example/tags",
];

#[test]
fn paths_lead_nowhere_but_into_the_plan() {
    let site = sample();
    site.file("secret.txt", "secret").file("static/a b.txt", "with a space");
    site.file("content/.hidden.md", "secret").file("content/_passed-over/x.png", "secret");
    let serving = Serving::start(&site);
    assert_eq!(serving.get("/a%20b.txt").text(), "with a space");
    for path in HOSTILE {
        let answer = serving.get(path);
        assert!(matches!(answer.status, 400 | 403 | 404), "{path}: {}", answer.head);
        assert!(
            !["secret", "root:"].iter().any(|text| answer.text().contains(text)),
            "{path}: {}",
            answer.text()
        );
    }
}

#[test]
fn the_absolute_form_leads_where_the_path_does() {
    let site = sample();
    site.file("secret.txt", "secret").file("static/a.txt", "an a");
    let serving = Serving::start(&site);
    let host = format!("Host: localhost:{}", serving.port);
    for (path, status) in [("/a.txt", 200), ("/../secret.txt", 404), ("/..%2fsecret.txt", 404), ("/%", 400)] {
        let answer = serving.ask(&format!("GET http://localhost:{}{path}", serving.port), &[&host]);
        assert_eq!(answer.status, status, "{path}: {}", answer.head);
        assert!(!answer.text().contains("secret"), "{path}");
    }
}

#[test]
fn an_oversized_head_is_not_heard_out() {
    let site = sample();
    let serving = Serving::start(&site);
    let host = format!("Host: localhost:{}\r\n", serving.port);
    let long = "a".repeat(1 << 20);
    for request in [
        format!("GET /{long} HTTP/1.1\r\n{host}\r\n"),
        format!("GET / HTTP/1.1\r\n{host}X-Long: {long}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\n{host}{}\r\n", "X-Many: 1\r\n".repeat(10_000)),
        format!("GET / HTTP/1.1\r\n{host}{long}"),
        long.clone(),
    ] {
        // That it ends at all, although the other side keeps its half open, is what is asked here.
        let answer = Answer::of(&serving.raw_at("127.0.0.1", request.as_bytes()));
        assert!(matches!(answer.status, 0 | 400 | 414 | 431), "{}", answer.head);
        assert!(!answer.text().contains("<html"), "{}", answer.text());
    }
    assert_eq!(serving.get("/").status, 200);
}

#[test]
fn files_are_sent_in_parts_and_only_if_they_are_new() {
    let site = Site::new();
    site.file("static/data.txt", "0123456789");
    let serving = Serving::start(&site);
    let whole = serving.get("/data.txt");
    let tag = format!("If-None-Match: {}", whole.header("etag").unwrap());
    assert_eq!(whole.header("content-type"), Some("text/plain; charset=utf-8"));
    let again = serving.get_with("/data.txt", &[&tag]);
    assert_eq!((again.status, again.body.len()), (304, 0));
    for (range, status, text, header) in [
        ("bytes=2-4", 206, "234", Some("bytes 2-4/10")),
        ("bytes=8-", 206, "89", Some("bytes 8-9/10")),
        ("bytes=-3", 206, "789", Some("bytes 7-9/10")),
        ("bytes=10-", 416, "", Some("bytes */10")),
        ("bytes=0-1,4-5", 200, "0123456789", None),
        ("bytes=x", 200, "0123456789", None),
    ] {
        let answer = serving.get_with("/data.txt", &[&format!("Range: {range}")]);
        assert_eq!((answer.status, answer.text().as_str()), (status, text), "{range}");
        assert_eq!(answer.header("content-range"), header, "{range}");
    }
    let other = serving.get_with("/data.txt", &["Range: bytes=2-4", "If-Range: \"other\""]);
    assert_eq!((other.status, other.text().as_str()), (200, "0123456789"));
    let host = format!("Host: localhost:{}", serving.port);
    let head = serving.ask("HEAD /data.txt", &[&host]);
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, Some("10"), 0));
}

#[test]
fn a_taken_port_is_an_error_if_it_was_asked_for() {
    let site = Site::new();
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let run = site.run(&["serve", "--json", "--port", &port]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert!(run.objects[0]["message"].as_str().unwrap().contains(&port));
}

#[test]
fn a_taken_port_is_passed_over_if_none_was_asked_for() {
    let site = Site::new();
    // Somebody else may have it already, which is as good.
    let _taken = TcpListener::bind(("127.0.0.1", 8000));
    let mut first = Running::spawn(site.command(&[&["serve", "--json"], &NOW[..]].concat()));
    let note = first.next("note");
    assert!(note["message"].as_str().unwrap().contains("port 8000 is taken"), "{note}");
    drop(first);
    let first = Serving::of(&site, &[]);
    let second = Serving::of(&site, &[]);
    for serving in [&first, &second] {
        assert!((8001..=8020).contains(&serving.port), "{}", serving.port);
        assert_eq!(serving.get("/").status, 200);
    }
    assert_ne!(first.port, second.port);
}

#[test]
fn copied_files_reach_open_pages() {
    let site = Site::new();
    // The smallest of images, black and white.
    let image = |colour: u8| {
        [
            b"GIF89a\x01\0\x01\0\x80\0\0".to_vec(),
            vec![colour; 6],
            b"!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;".to_vec(),
        ]
        .concat()
    };
    site.file("content/dot.gif", image(0))
        .file("static/plain.gif", image(0))
        .file("static/data.txt", "before");
    site.file(
        "content/a.md",
        "---\ntitle: First\nslug: a\ndate: 2020-01-01\n---\n\n![A dot](dot.gif) and ![plain](/plain.gif)\n",
    );
    let serving = Serving::start(&site);
    let path = "/2020/01/01/a.html";
    let mut page = serving.listen(path);
    let before = serving.get(path).text();
    site.file("content/dot.gif", image(255));
    assert_eq!(page.until("reload"), serving.get(path).hash());
    let after = serving.get(path).text();
    assert_ne!(before, after, "the image has another address");
    let (_, address) = after.split_once("src=\"/media/").unwrap();
    let address = format!("/media/{}", address.split('"').next().unwrap());
    assert_eq!(serving.get(&address).body, image(255));
    // What is named by its path and not by its bytes is there at once, whoever looks.
    site.file("static/data.txt", "after");
    serving.until("/data.txt", "after");
    // Where the page has nothing new but what it shows has, the page is told which.
    site.file("static/plain.gif", image(255));
    let (name, data) = page.next();
    assert_eq!((name.as_str(), &data["urls"]), ("files", &serde_json::json!(["/plain.gif"])), "{data}");
    assert_eq!(serving.get("/plain.gif").body, image(255));
    // Its size stands in the page.
    let mut wider = image(0);
    wider[6] = 9;
    site.file("static/plain.gif", wider);
    assert_eq!(page.until("reload"), serving.get(path).hash());
    assert!(serving.get(path).text().contains("width=\"9\""), "{}", serving.get(path).text());
    // A new file is there when it is asked for.
    assert_eq!(serving.get("/new.txt").status, 404);
    site.file("static/new.txt", "new");
    serving.until("/new.txt", "new");
}

#[test]
fn who_sends_no_more_is_still_answered() {
    let site = sample();
    let serving = Serving::start(&site);
    for path in ["/", "/nothing", "/tags"] {
        let mut stream = serving.connect();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let (answer, expected) = (Answer::of(&bytes), serving.get(path));
        assert_eq!((answer.status, answer.text()), (expected.status, expected.text()), "{path}");
    }
    // But one that listens for news is gone with it: nothing is made for it any more.
    let mut stream = serving.connect();
    stream.write_all(b"GET /.backissue/events?page=/ HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert_eq!(Answer::of(&bytes).status, 200);
}

/// Whether the other side has not hung up.
fn is_open(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let nothing = stream.peek(&mut [0]);
    stream.set_nonblocking(false).unwrap();
    nothing.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

#[test]
fn silent_connections_keep_nobody_waiting() {
    let site = sample();
    let serving = Serving::start(&site);
    // Fewer than are let in at a time, so that none is hung up on to make room; and then more.
    for (count, gone) in [(150, 0..=0), (250, 50..=80)] {
        let start = Instant::now();
        let mut silent: Vec<TcpStream> = (0..count).map(|_| serving.connect()).collect();
        for stream in silent.iter_mut().step_by(2) {
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: local");
        }
        // They are open while pages are answered; one that waited for any of them would not be.
        for _ in 0..20 {
            assert_eq!(serving.get("/").status, 200);
        }
        // Those that came first are hung up on, and no more than there have to be.
        let oldest = || silent.iter().take_while(|stream| !is_open(stream)).count();
        let in_order = || silent.iter().skip(oldest()).all(is_open);
        until(in_order, || "not the oldest were hung up on".to_string());
        let count = oldest();
        // After 5 s all are, as they say nothing.
        if start.elapsed() < Duration::from_secs(4) {
            assert!(gone.contains(&count), "{count} were hung up on");
        } else {
            left_out("who is hung up on to make room", "this machine is too slow");
        }
    }
}

/// Begins to read an answer that is more than a socket takes before anybody reads.
fn slow(site: &Site, serving: &Serving) -> TcpStream {
    site.file("static/large.bin", vec![b'x'; 30_000_000]);
    until(|| serving.ask("HEAD /large.bin", &["Host: localhost"]).status == 200, || "it is not there".into());
    let mut slow = serving.connect();
    slow.write_all(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut head = [0; 12];
    slow.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    slow
}

/// Reads the rest of it.
#[track_caller]
fn is_whole(mut slow: TcpStream) {
    let mut rest = Vec::new();
    slow.read_to_end(&mut rest).unwrap();
    assert!(rest.len() > 30_000_000, "{} bytes", rest.len());
}

#[test]
fn connections_that_were_answered_cut_nothing_off() {
    let site = sample();
    let serving = Serving::start(&site);
    let slow = slow(&site, &serving);
    let mut page = serving.listen("/");
    // As a browser does, they stay open for what may be asked next.
    let ask = |_| {
        let mut stream = serving.connect();
        stream.write_all(b"GET /robots.txt HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        stream.read_exact(&mut [0; 12]).unwrap();
        stream
    };
    let idle: Vec<TcpStream> = (0..250).map(ask).collect();
    is_whole(slow);
    site.article("new.md", "title: Brand new\nslug: new\ndate: 2024-05-30");
    assert_eq!(page.until("reload"), serving.get("/").hash());
    drop(idle);
}

#[test]
fn open_pages_cut_no_answer_off() {
    let site = sample();
    let serving = Serving::start(&site);
    let slow = slow(&site, &serving);
    let listen = |number: usize| {
        let mut stream = serving.connect();
        let asked = format!("GET /.backissue/events?page=/{number} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(asked.as_bytes()).unwrap();
        stream.read_exact(&mut [0; 12]).unwrap();
        stream
    };
    let open: Vec<TcpStream> = (0..250).map(listen).collect();
    assert_eq!(serving.get("/").status, 200);
    is_whole(slow);
    drop(open);
}

/// The status of the answer to a request that ends in whatever way, or 0 if there is none.
#[track_caller]
fn answered(mut stream: TcpStream, request: &[u8]) -> u16 {
    let mut bytes = Vec::new();
    // What was refused before it was heard out may be reset.
    let ended = stream.read_to_end(&mut bytes).map_err(|error| error.kind());
    let (text, request) = (String::from_utf8_lossy(&bytes), String::from_utf8_lossy(request));
    assert!(matches!(ended, Ok(_) | Err(ErrorKind::ConnectionReset)), "{ended:?}: {request}");
    assert!(!text.contains("please report it"), "{request}: {text}");
    let answer = Answer::of(&bytes);
    let known = [200, 206, 304, 307, 308, 400, 403, 404, 405, 413, 414, 416, 431, 505];
    assert!(bytes.is_empty() || text.starts_with("HTTP/1."), "{request}: {text}");
    assert!(bytes.is_empty() || known.contains(&answer.status), "{request}: {text}");
    answer.status
}

/// How many random requests are sent; `REQUESTS=1000000 cargo test --release random_requests -- --nocapture` sends more,
/// and `REQUESTS_SEED=7` others.
fn requests() -> (usize, u64) {
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse().ok());
    (number("REQUESTS").unwrap_or(3000) as usize, number("REQUESTS_SEED").unwrap_or(1))
}

/// What requests are made of that are none, or hardly.
const SOUP: &[&[u8]] = &[
    b"GET ",
    b"HEAD ",
    b"POST ",
    b"/",
    b"/tags/",
    b"%",
    b"%2e",
    b"..",
    b"?",
    b"#",
    b"\0",
    b"\xff",
    b"\r\n",
    b"\n",
    b" HTTP/1.1",
    b" HTTP/1.0",
    b"Host: localhost",
    b"Range: bytes=",
    b"-",
    b"99999999999999999999",
    b"Transfer-Encoding: chunked",
    b"Content-Length: 5",
    b":",
    b"/.backissue/events?page=%",
    b"/.backissue/withheld/",
    b"site/",
    b"inspect",
    b"&",
    b"=",
    b"http://localhost",
    b"http://evil.example",
    b"\\",
    b"::$DATA",
    b"Expect: 100-continue",
    b"Upgrade: h2c",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
];
/// What addresses are made of.
const STEPS: &[&str] = &[
    "/",
    "tags/",
    "2024/",
    "index.html",
    "robots.txt",
    "%2e%2e",
    "..",
    "%",
    "%ff",
    "%00",
    "?",
    "#",
    "&",
    "=",
    "inspect",
    "\\",
    "::$DATA",
    ".backissue/",
    "events?page=%2F",
    "withheld/",
    "site/",
    "preview.js",
    "a",
    "%C3%A9",
];
const METHODS: &[&str] = &["GET", "GET", "GET", "GET", "GET", "HEAD", "POST", "BREW"];
const HEADERS: &[&str] = &[
    "Range: bytes=0-5",
    "Range: bytes=-5",
    "Range: bytes=99999999999999999999-",
    "If-None-Match: *",
    "If-Range: x",
    "Origin: http://evil.example",
    "Sec-Fetch-Site: cross-site",
    "Host: evil.example",
    "Forwarded: for=192.0.2.1",
    "Transfer-Encoding: chunked",
    "Content-Length: 5",
    "Expect: 100-continue",
    "Upgrade: h2c",
    "X: \u{e9}",
];

/// A request at random: soup, soup in a request, or a request of odd parts. The first need no answer.
fn request(round: usize, random: &mut impl FnMut(usize) -> usize) -> Vec<u8> {
    let end = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    let mut soup = || (0..random(12)).map(|_| SOUP[random(SOUP.len())]).collect::<Vec<_>>().concat();
    match round % 3 {
        0 => return soup(),
        1 => return [b"GET /", &*soup(), end.as_bytes(), b"\r\n"].concat(),
        _ => {}
    }
    let method = METHODS[random(METHODS.len())];
    let path: String = (0..random(6)).map(|_| STEPS[random(STEPS.len())]).collect();
    let headers = (0..random(3)).map(|_| HEADERS[random(HEADERS.len())].to_string() + "\r\n");
    format!("{method} /{path}{end}{}\r\n", headers.collect::<String>()).into_bytes()
}

#[test]
fn random_requests_end_nothing() {
    let site = sample();
    let serving = Serving::start(&site);
    // A generator of one line: what it makes need not be good, only the same each time.
    let (count, mut seed) = requests();
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    let mut warm = None;
    let files = serving.running.open_files();
    for round in 0..count {
        let request = request(round, &mut random);
        let mut stream = serving.connect();
        let _ = stream.write_all(&request);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        // Some hang up without a word more, which has to be borne as well; the others hear it all.
        if round % 10 < 9 {
            let status = answered(stream, &request);
            assert!(status > 0 || round % 3 == 0, "no answer: {}", String::from_utf8_lossy(&request));
            *statuses.entry(status).or_default() += 1;
        }
        if round == count / 10 {
            warm = serving.running.memory();
        }
    }
    let (before, after) = (warm.unwrap_or_default(), serving.running.memory().unwrap_or_default());
    println!(
        "{count} requests: {before} KiB of memory after a tenth of them, {after} after all; {statuses:?}"
    );
    // Not one kind of answer only: the requests get somewhere.
    for status in [200, 400, 403, 404, 405] {
        assert!(statuses.get(&status).is_some_and(|seen| *seen > count / 200), "{status}: {statuses:?}");
    }
    let is_let_go = || serving.running.open_files() <= files;
    until(is_let_go, || format!("{files:?} files were open, {:?} are", serving.running.open_files()));
    assert!(after < before + (32 << 10), "memory grows: {before} KiB after a tenth, {after} after all");
    assert_eq!(serving.get("/").status, 200);
}

/// A project with an article of each kind that is not published at [`NOW`].
fn with_withheld() -> Site {
    let site = Site::new();
    site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01")
        .article("draft.md", "title: A <draft>\nslug: d\ndate: 2020-01-02\nstatus: draft\ntags: [Only here]")
        .article("later.md", "title: Later\nslug: l\ndate: 2020-01-03\nembargo: 2030-05-06")
        .article("future.md", "title: Tomorrow\nslug: f\ndate: 2031-02-03")
        .article("gone.md", "title: Gone\nslug: g\ndate: 2020-01-04\nexpires: 2021-07-08")
        .article("removed.md", "title: Taken down\nslug: r\ndate: 2020-01-05\nstatus: removed\nremoved: {date: 2021-09-10, reason: by court order}");
    site
}

const WITHHELD: &str = "/.backissue/withheld/";

#[test]
fn withheld_articles_have_a_list_and_pages_that_say_why() {
    let site = with_withheld();
    let mut serving = Serving::start(&site);
    let said = serving.next("withheld");
    assert_eq!(said["count"], 5, "{said}");
    assert!(said["url"].as_str().unwrap().ends_with(WITHHELD), "{said}");
    let answer = serving.get("/.backissue/withheld");
    assert_eq!((answer.status, answer.header("location")), (308, Some(WITHHELD)));
    let list = serving.get(WITHHELD);
    assert_eq!((list.status, list.header("content-type")), (200, Some("text/html; charset=utf-8")));
    for (path, title, reason) in [
        ("2020/01/02/d.html", "A &lt;draft&gt;", "draft"),
        ("2020/01/03/l.html", "Later", "embargo until 2030-05-06"),
        ("2031/02/03/f.html", "Tomorrow", "dated 2031-02-03, in the future"),
        ("2020/01/04/g.html", "Gone", "expired on 2021-07-08"),
    ] {
        assert_eq!(serving.get(&format!("/{path}")).status, 404, "{path} is published");
        let address = format!("{WITHHELD}site/{path}");
        for text in [&address, title, reason] {
            assert!(list.text().contains(text), "the list lacks {text}: {}", list.text());
        }
        let page = serving.get(&address);
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        let ribbon = format!("not published: {reason}");
        for text in [title, ribbon.as_str(), WITHHELD, "preview.js", "backissue-ribbon"] {
            assert!(page.text().contains(text), "{path} lacks {text}: {}", page.text());
        }
        let canonical = format!("<link rel=\"canonical\" href=\"https://example.org/{path}\">");
        assert!(page.text().contains(&canonical), "{}", page.text());
        assert!(!page.text().contains("style=\""), "a policy forbids styles in a page");
    }
    // What was taken down is shown as it was; to all others, that it was.
    let gone = serving.get(&format!("{WITHHELD}site/2020/01/05/r.html")).text();
    for text in ["Taken down", "not published: removed on 2021-09-10: by court order"] {
        assert!(gone.contains(text), "it lacks {text}: {gone}");
    }
    assert!(
        list.text().contains("Taken down") && list.text().contains("removed on 2021-09-10: by court order")
    );
    let stone = serving.get("/2020/01/05/r.html").text();
    assert!(stone.contains("by court order") && !stone.contains("Taken down"), "{stone}");
    // They lead to one another, and to their lists.
    let page = serving.get(&format!("{WITHHELD}site/2020/01/02/d.html"));
    for path in ["2020/01/03/l.html", "tags/only-here/"] {
        let address = format!("{WITHHELD}site/{path}");
        assert!(page.text().contains(&address), "{path}: {}", page.text());
        assert_eq!(serving.get(&address).status, 200);
    }
    assert_eq!(serving.get("/tags/only-here/").status, 404);
    assert_eq!(serving.get(&format!("{WITHHELD}site/nothing")).status, 404);
    assert_eq!(serving.get(&format!("{WITHHELD}nothing")).status, 404);
    assert!(!site.exists("public"));
}

#[test]
fn withheld_pages_of_a_site_below_a_base_path() {
    let site = with_withheld();
    let serving = Serving::with(&site, &["--base-url", "https://example.org/old/news"]);
    let page = serving.get(&format!("{WITHHELD}site/2020/01/02/d.html"));
    assert_eq!(page.status, 200);
    for text in [
        "<link rel=\"canonical\" href=\"https://example.org/old/news/2020/01/02/d.html\">",
        "href=\"/.backissue/withheld/site/tags/only-here/\"",
        "href=\"/old/news/assets/",
    ] {
        assert!(page.text().contains(text), "{text} is missing: {}", page.text());
    }
    assert_eq!(serving.get("/old/news/2020/01/02/d.html").status, 404);
}

#[test]
fn the_site_itself_knows_nothing_of_what_is_withheld() {
    let site = sample();
    site.article(
        "hidden.md",
        "title: Not yet\nslug: not-yet\ndate: 2020-01-02\nstatus: draft\ntags: [Not yet]",
    );
    let serving = Serving::start(&site);
    assert_eq!(serving.get(&format!("{WITHHELD}site/2020/01/02/not-yet.html")).status, 200);
    drop(serving);
    equals_a_build(&site, &[]);
}

#[test]
fn withheld_pages_follow_edits() {
    let site = with_withheld();
    let serving = Serving::start(&site);
    let path = format!("{WITHHELD}site/2020/01/02/d.html");
    let (mut page, mut list, mut other) =
        (serving.listen(&path), serving.listen(WITHHELD), serving.listen("/"));
    let front = "---\ntitle: A new name\nslug: d\ndate: 2020-01-02\nstatus: draft\n---\n\n";
    site.file("content/draft.md", format!("{front}New words.\n"));
    assert_eq!(page.until("reload"), serving.get(&path).hash());
    assert!(serving.get(&path).text().contains("New words."));
    assert_eq!(list.until("reload"), serving.get(WITHHELD).hash());
    serving.until(WITHHELD, "A new name");
    // Only the reason changes: the ribbon is part of the page.
    site.file(
        "content/draft.md",
        format!("{}expires: 2021-01-01\n---\n\nNew words.\n", &front[..front.len() - 5])
            .replace("status: draft\n", ""),
    );
    page.until("reload");
    serving.until(&path, "not published: expired on 2021-01-01");
    // Published, it is in the site; where it was is nothing any more, but a page that says so.
    site.file("content/draft.md", format!("{front}New words.\n").replace("status: draft\n", ""));
    other.until("reload");
    assert_eq!(serving.get("/2020/01/02/d.html").status, 200);
    assert!(!serving.get(WITHHELD).text().contains("A new name"));
}

#[test]
fn a_withheld_article_that_cannot_be_published_hides_no_other() {
    let site = with_withheld();
    // Wants the place of a folder.
    site.file(
        "content/clash.md",
        "---\nkind: page\ntitle: Clash\nslug: '2020'\nstatus: draft\n---\n\nText.\n",
    );
    site.file("static/robots.html/a.txt", "a folder");
    site.file(
        "content/robots.md",
        "---\nkind: page\ntitle: Robots\nslug: robots\nstatus: draft\n---\n\nText.\n",
    );
    let serving = Serving::start(&site);
    let list = serving.get(WITHHELD);
    assert!(list.text().contains("want one name as a folder and as a file"), "{}", list.text());
    for (path, status) in [("2020/01/02/d.html", 200), ("robots.html", 404)] {
        assert_eq!(serving.get(&format!("{WITHHELD}site/{path}")).status, status, "{path}");
    }
}

#[test]
fn what_is_redacted_shows_in_no_withheld_page() {
    let site = with_withheld();
    let front = "title: About Jane Roe\nslug: jr\ndate: 2020-01-02\nstatus: draft\nredact: [Jane Roe]";
    site.article("jane-roe.md", front);
    site.file("content/jane-roe.md", format!("---\n{front}\n---\n\nJane Roe said so.\n"));
    let broken = "title: Other\nslug: other\ndate: 2020-01-02\nstatus: draft\nredact: [Secret Name]";
    site.file("content/broken.md", format!("---\n{broken}\n---\n\nS&#101;cret N<b>a</b>me.\n"));
    // What is published is watched over just the same.
    site.file(
        "content/open.md",
        format!(
            "---\n{}\n---\n\nS&#101;cret N<b>a</b>me.\n",
            broken.replace("status: draft\n", "").replace("other", "open")
        ),
    );
    let serving = Serving::start(&site);
    let published = ["/", "/2020/", "/2020/01/02/open.html"];
    let withheld = ["", "site/2020/01/02/jr.html", "site/", "site/2020/01/02/other.html"];
    let withheld = withheld.map(|path| format!("{WITHHELD}{path}"));
    for path in published.into_iter().chain(withheld.iter().map(String::as_str)) {
        let answer = serving.get(path);
        assert!(!answer.text().is_empty(), "{path}");
        for word in ["Jane", "jane", "cret", "Roe"] {
            assert!(!answer.text().contains(word), "{path} holds {word}: {}", answer.text());
        }
    }
}

#[test]
fn an_inspection_shows_what_a_page_is_made_from() {
    let site = with_withheld();
    site.article("html.md", "title: A <b>\"bold\"</b> & title\nslug: html\ndate: 2020-02-01");
    site.file(
        "templates/article.html",
        "{% extends \"base.html\" %}{% block main %}{% include \"parts/story.html\" %}{% endblock %}",
    );
    site.file("templates/assets/style.css", "body { color: teal }");
    let serving = Serving::start(&site);
    let answer = serving.get("/2020/02/01/html.html?inspect");
    let text = answer.text();
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html; charset=utf-8")));
    for part in [
        "<code>article.html</code>",
        "<code>templates/article.html</code>",
        "<code>theme/base.html</code>",
        "<code>theme/parts/story.html</code>",
        "<code>content/html.md</code>",
        " ms",
        "&quot;title&quot;: &quot;A &lt;b&gt;\\&quot;bold\\&quot;&lt;/b&gt; &amp; title&quot;",
        "&lt;p&gt;Body of html.md.&lt;/p&gt;",
    ] {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
    assert!(!text.contains("theme/article.html") && !text.contains("<b>"), "{text}");
    // The pretty JSON is the view.
    let (_, context) = text.split_once("<pre>").unwrap();
    let context = context.split("</pre>").next().unwrap();
    let context =
        context.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let context: Value = serde_json::from_str(&context).unwrap();
    assert_eq!(context["page"]["url"], "/2020/02/01/html.html");
    assert_eq!(context["article"]["title"], "A <b>\"bold\"</b> & title");
    // It follows the page.
    assert_eq!(answer.hash(), serving.get("/2020/02/01/html.html").hash());
    for (path, part) in [
        ("/?inspect", "home.html"),
        ("/?a=b&inspect=1", "home.html"),
        ("/tags/?inspect", "terms.html"),
        ("/404.html?inspect", "404.html"),
        ("/robots.txt?inspect", "without a template"),
        ("/feed.xml?inspect", "without a template"),
        ("/.backissue/withheld/site/2020/01/02/d.html?inspect", "content/draft.md"),
    ] {
        let answer = serving.get(path);
        assert_eq!(answer.status, 200, "{path}");
        for part in [part, "<h1>"] {
            assert!(answer.text().contains(part), "{path} lacks {part}: {}", answer.text());
        }
    }
    // What has no template of its own is told by its file; a page of the theme's template is not said to be the project's.
    let home = serving.get("/").text();
    let (before, _) = home.split_once(".css\"").unwrap();
    let style = before.rsplit('"').next().unwrap();
    let style = serving.get(&format!("{style}.css?inspect")).text();
    assert!(style.contains("<code>templates/assets/style.css</code>"), "{style}");
    assert!(!serving.get("/?inspect").text().contains("templates/home.html"));
    let moved = serving.get("/tags?inspect");
    assert_eq!((moved.status, moved.header("location")), (308, Some("/tags/?inspect")));
    assert_eq!(serving.get("/nothing?inspect").status, 404);
    // Other sites may link to pages, but not to this.
    let click = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"];
    assert_eq!(serving.get_with("/", &click).status, 200);
    assert_eq!(serving.get_with("/?inspect", &click).status, 403);
    assert_eq!(serving.get_with("/?a&inspect", &click).status, 403);
    assert!(!serving.get("/?inspected").text().contains("<h1>Inspect"));
}

#[test]
fn an_inspection_helps_where_a_template_is_wrong() {
    let site = Site::new();
    site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01");
    site.file(
        "templates/article.html",
        "{% extends \"base.html\" %}{% block main %}{{ article.titel.oops }}{% endblock %}",
    );
    let serving = Serving::start(&site);
    assert_eq!(serving.get("/2020/01/01/a.html").status, 500);
    let answer = serving.get("/2020/01/01/a.html?inspect");
    assert_eq!(answer.status, 200);
    for part in ["templates/article.html:1:", "&quot;title&quot;: &quot;First&quot;"] {
        assert!(answer.text().contains(part), "{part} is missing: {}", answer.text());
    }
}

#[test]
fn an_inspection_shows_nothing_that_is_redacted() {
    let site = with_withheld();
    let front = "title: About Jane Roe\nslug: jr\ndate: 2020-01-02\nredact: [Jane Roe]";
    site.file("content/jane-roe.md", format!("---\n{front}\n---\n\nJane Roe said so.\n"));
    // In the second paragraph, so that only a look at the body finds it.
    let front = "title: Other\nslug: other\ndate: 2020-01-02\nredact: [Jane Roe]";
    site.file("content/other.md", format!("---\n{front}\n---\n\nText.\n\nJ&#97;ne R<b>o</b>e.\n"));
    let serving = Serving::start(&site);
    for path in ["jr", "other"] {
        let answer = serving.get(&format!("/2020/01/02/{path}.html?inspect"));
        assert_eq!(answer.status, 200);
        for word in ["Jane", "jane", "Roe", "J&amp;", "ne R", "copied"] {
            assert!(!answer.text().contains(word), "{word}: {}", answer.text());
        }
    }
    assert!(serving.get("/2020/01/02/other.html?inspect").text().contains("can still be read in the text"));
}

/// The addresses that a preview for others says it has, with its own host; none on a machine without a network.
fn others(serving: &Serving) -> Vec<String> {
    let urls = serving.first["lan"].as_array().unwrap();
    if urls.is_empty() {
        left_out("what other machines see", "this one has no address in a network");
    }
    let urls = urls.iter();
    urls.map(|url| url::Url::parse(url.as_str().unwrap()).unwrap().host_str().unwrap().to_string()).collect()
}

#[test]
fn other_machines_see_what_would_be_published_and_no_more() {
    let site = with_withheld();
    site.file("content/broken.md", "---\ntitle: [A secret\n---\n\nText.\n");
    let serving = Serving::with(&site, &["--lan"]);
    for path in [WITHHELD, "/?inspect"] {
        assert_eq!(serving.get(path).status, 200, "{path}");
    }
    assert!(serving.get("/?inspect").text().contains("<h1>Inspect"));
    assert!(serving.listen("/").first[0]["excerpt"].is_string());
    for address in others(&serving) {
        let own = format!("Host: {address}:{}", serving.port);
        let ask = |path: &str, headers: &[&str]| serving.ask_at(&address, &format!("GET {path}"), headers);
        assert_eq!(ask("/", &[&own]).status, 200);
        assert_eq!(
            ask("/2020/01/01/a.html", &[&own]).without_script(),
            serving.get("/2020/01/01/a.html").without_script()
        );
        assert_eq!(ask("/?inspect", &[&own]).body, ask("/", &[&own]).body);
        for path in ["", "site/", "site/2020/01/02/d.html", "site/2020/01/02/d.html?inspect", "nothing"] {
            let answer = ask(&format!("{WITHHELD}{path}"), &[&own]);
            assert_eq!(answer.status, 403, "{path}: {}", answer.text());
            assert!(!answer.text().contains("draft"), "{}", answer.text());
        }
        // By no name but its own.
        for headers in [
            &[][..],
            &["Host: evil.example"],
            &["Host: 0.0.0.0"],
            &[&own, "Origin: http://evil.example"],
            &[&own, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"],
        ] {
            assert_eq!(ask("/", headers).status, 403, "{headers:?}");
        }
        // What is wrong is told here only: it may be in a draft.
        let problems = serving.listen_at(&address, "/").first;
        assert_eq!(problems.as_array().unwrap().len(), 1, "{problems}");
        assert!(
            !problems.to_string().contains("secret") && !problems.to_string().contains("broken.md"),
            "{problems}"
        );
        // Nor does an address of another page say whether it changed.
        serving.listen_at(&address, &format!("{WITHHELD}site/2020/01/02/d.html"));
    }
}

#[test]
fn other_machines_see_nothing_of_before_while_something_is_wrong() {
    let site = Site::with("title: T\n");
    site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01");
    let whole = "{% extends \"base.html\" %}{% block main %}{{ article.title }}{% endblock %}";
    site.file("templates/article.html", whole);
    let serving = Serving::with(&site, &["--lan"]);
    let page = "/2020/01/01/a.html";
    assert!(serving.get(page).text().contains("First"));
    for address in others(&serving) {
        let is_shown = |path: &str| serving.get_at(&address, path).text().contains("First");
        let is_back = || serving.get_at(&address, page).status == 200 && is_shown("/");
        for (name, broken, mended) in [
            ("archive.yaml", "title: [\n", "title: T\n"),
            ("templates/article.html", "{% block main %}{{ oops", whole),
        ] {
            site.file(name, broken);
            until(|| serving.get_at(&address, page).status == 500, || format!("{name}: the page stays"));
            // Since then it was withdrawn, which nobody can know.
            assert!(!is_shown(page) && !is_shown("/"), "{name}");
            assert!(serving.get(page).text().contains("First"), "{name}: on this machine it stays");
            let mut open = serving.listen_at(&address, page);
            site.file(name, mended);
            open.until("reload");
            until(is_back, || format!("{name}: the page does not come back"));
        }
        // What is made of one template alone.
        let late = "{% extends \"base.html\" %}{% block main %}{{ nobody.knows.this }}{% endblock %}";
        site.file("templates/article.html", late);
        until(|| serving.get_at(&address, page).status == 500, || "the page stays".to_string());
        assert!(is_shown("/") && serving.get(page).text().contains("First"));
        site.file("templates/article.html", whole);
        until(is_back, || "the page does not come back".to_string());
    }
}

#[test]
fn other_machines_reach_a_preview_by_either_kind_of_address() {
    let site = Site::new();
    let serving = Serving::with(&site, &["--lan"]);
    // Whoever is here may use its own address of the same kind.
    assert_eq!(serving.get("/").status, 200);
    if TcpListener::bind("[::1]:0").is_err() {
        return left_out("a preview by IPv6", "this machine has none");
    }
    let host = format!("Host: [::1]:{}", serving.port);
    assert_eq!(serving.ask_at("[::1]", "GET /", &[&host]).status, 200);
    assert_eq!(serving.ask_at("[::1]", &format!("GET {WITHHELD}"), &[&host]).status, 200);
    // As the system tells them, but for those that need the name of an interface.
    let system = fs::read_to_string("/proc/net/if_inet6").unwrap_or_default();
    let global = system.lines().any(|line| line.split_whitespace().nth(3) == Some("00"));
    let listed = others(&serving).iter().any(|address| address.starts_with('['));
    assert!(listed || !global, "{:?} of {system}", serving.first);
}

#[test]
fn who_asks_through_a_proxy_of_this_machine_is_elsewhere() {
    let site = with_withheld();
    site.file("content/broken.md", "---\ntitle: [A secret\n---\n\nText.\n");
    let serving = Serving::start(&site);
    for header in [
        "Forwarded: for=192.0.2.1",
        "X-Forwarded-For: 192.0.2.1",
        "X-Forwarded-Host: preview.example",
        "X-Real-IP: 192.0.2.1",
        "X-Forwarded-Proto: https",
        "Via: 1.1 proxy.example",
    ] {
        let ask = |path: &str| serving.get_with(path, &[header]);
        assert_eq!(ask("/").body, serving.get("/").body, "{header}");
        assert_eq!(ask("/?inspect").body, ask("/").body, "{header}");
        for path in ["", "site/2020/01/02/d.html"] {
            assert_eq!(ask(&format!("{WITHHELD}{path}")).status, 403, "{header}");
        }
        let mut stream = serving.connect();
        let request =
            format!("GET /.backissue/events?page=/ HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut events = Events { lines: BufReader::new(stream).lines(), first: Value::Null };
        let told = events.until("problems").to_string();
        assert!(told.contains("something is wrong") && !told.contains("secret"), "{header}: {told}");
    }
    // As one speaks that nobody told anything.
    let old = format!("GET {WITHHELD} HTTP/1.0\r\nHost: localhost\r\n\r\n");
    assert_eq!(Answer::of(&serving.raw_at("127.0.0.1", old.as_bytes())).status, 403);
}

#[cfg(target_os = "linux")]
#[test]
fn a_browser_that_cannot_be_opened_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let site = Site::new();
    site.file("bin/xdg-open", "#!/bin/sh\nexit 3\n");
    fs::set_permissions(site.path("bin/xdg-open"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    for (path, said) in
        [(format!("{}:{path}", site.path("bin").display()), "3"), ("/nowhere".to_string(), "")]
    {
        let mut command = site.command(&[&["serve", "--json", "--open", "--port", "0"], &NOW[..]].concat());
        command.env("PATH", path);
        let note = Running::spawn(command).next("note");
        let message = note["message"].as_str().unwrap();
        assert!(message.starts_with("failed to open a browser with `xdg-open`: "), "{note}");
        assert!(message.contains(said), "{note}");
    }
}

#[test]
fn other_machines_are_not_told_what_is_wrong_with_a_page() {
    let site = Site::with("title: [A secret\n");
    let serving = Serving::with(&site, &["--lan"]);
    assert!(serving.get("/").text().contains("archive.yaml:"));
    for address in others(&serving) {
        let answer = serving.ask_at(&address, "GET /", &[&format!("Host: {address}")]);
        assert_eq!(answer.status, 500);
        assert!(!answer.text().contains("archive.yaml"), "{}", answer.text());
    }
}

#[test]
fn without_lan_nobody_else_is_let_in() {
    let site = Site::new();
    let for_others = Serving::with(&site, &["--lan"]);
    let serving = Serving::start(&site);
    assert_eq!(serving.first["lan"], serde_json::json!([]));
    for address in others(&for_others) {
        assert!(TcpStream::connect(format!("{address}:{}", serving.port)).is_err(), "{address} is answered");
        assert_eq!(serving.get_with("/", &[]).status, 200);
        assert_eq!(serving.ask("GET /", &[&format!("Host: {address}:{}", serving.port)]).status, 403);
    }
}

#[test]
fn who_asks_before_there_is_a_site_waits_for_it() {
    waited_for("https://example.org", &[("/2020/01/01/a.html", 200), ("/", 200)]);
}

#[test]
fn below_a_base_path_the_site_is_waited_for_as_well() {
    // Each of them once as the first, while nothing is known yet.
    for asked in [("/old/news/2020/01/01/a.html", 200), ("/old/news/", 200), ("/", 307), ("/nothing", 404)] {
        waited_for("https://example.org/old/news", &[asked]);
    }
}

/// Asks as soon as anybody listens, and looks at the status of what comes.
#[track_caller]
fn waited_for(base_url: &str, asked: &[(&str, u16)]) {
    let site = Site::with(&format!("title: Test\nbase_url: {base_url}\n"));
    for number in 0..400 {
        site.article(&format!("{number}.md"), &format!("title: Story {number}\ndate: 2020-01-01"));
    }
    site.article("a.md", "title: First\nslug: a\ndate: 2020-01-01");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let number = port.to_string();
    let args = [&["serve", "--json", "--port", &number], &NOW[..]].concat();
    let running = Running::spawn(site.command(&args));
    let serving = Serving { running, port, base: String::new(), first: Value::Null };
    // The port answers before the project is read.
    until(|| TcpStream::connect(("127.0.0.1", port)).is_ok(), || "nobody listens".to_string());
    for (path, status) in asked {
        let answer = serving.get(path);
        assert_eq!(answer.status, *status, "{path}: {}", answer.text());
    }
}
