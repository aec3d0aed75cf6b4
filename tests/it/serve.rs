//! `serve`, asked over a socket: what it shows is what a build makes, what it must not say it does not say.

use crate::site::Site;
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

/// What takes longer has failed; nothing is concluded from less.
const PATIENCE: Duration = Duration::from_secs(60);
const NOW: [&str; 2] = ["--now", "2024-06-01T12:00:00Z"];

/// A running `backissue serve`.
struct Serving {
    child: Child,
    said: Receiver<Value>,
    port: u16,
    base: String,
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
        let args = [&["serve", "--json", "--port", "0"], &NOW[..], flags].concat();
        let mut child = site.command(&args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, said) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        let mut serving = Self { child, said, port: 0, base: String::new() };
        let url = url::Url::parse(serving.next("serving")["url"].as_str().unwrap()).unwrap();
        serving.port = url.port().unwrap();
        serving.base = url.path().trim_end_matches('/').to_string();
        serving
    }

    /// The next object of a kind.
    #[track_caller]
    fn next(&mut self, kind: &str) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let object = self.said.recv_timeout(left).unwrap_or_else(|_| panic!("no {kind} was reported"));
            if object["kind"] == kind {
                return object;
            }
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes and reads until the other side hangs up; the answer may be none.
    fn raw(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        // It may be refused before it was heard out.
        let _ = stream.write_all(request);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        bytes
    }

    fn ask(&self, line: &str, headers: &[&str]) -> Answer {
        let headers = [headers, &[""]].concat().join("\r\n");
        Answer::of(&self.raw(format!("{line} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n").as_bytes()))
    }

    fn get_with(&self, path: &str, headers: &[&str]) -> Answer {
        let host = format!("Host: localhost:{}", self.port);
        self.ask(&format!("GET {path}"), &[&[host.as_str()], headers].concat())
    }

    fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    /// Waits until a page holds a text.
    #[track_caller]
    fn until(&self, path: &str, text: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.get(path).text().contains(text) {
            assert!(Instant::now() < end, "{path} never holds {text}:\n{}", self.get(path).text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Listens to what an open page is told.
    fn listen(&self, path: &str) -> Events {
        let hash = self.get(path).hash();
        let mut stream = self.connect();
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

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
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
    site.file(name, broken);
    let problems = page.until("problems");
    assert_eq!(problems[0]["level"], "error", "{problems}");
    assert!(problems[0]["place"].as_str().unwrap().starts_with(name), "{problems}");
    let meanwhile = serving.get(page_path);
    assert_eq!(meanwhile.status, 200);
    assert!(meanwhile.body == before.body, "{name}: the last good page is not shown");
    site.file(name, whole);
    while page.until("problems") != serde_json::json!([]) {}
    // Between the two there may have been a look at a file that was not written to its end.
    let end = Instant::now() + PATIENCE;
    while serving.get(page_path).body != before.body {
        assert!(Instant::now() < end, "{name}: the page does not come back");
        std::thread::sleep(Duration::from_millis(20));
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
        ("OPTIONS *", &[&host], 405),
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

#[test]
fn paths_lead_nowhere_but_into_the_plan() {
    let site = sample();
    site.file("secret.txt", "secret").file("static/a b.txt", "with a space");
    let serving = Serving::start(&site);
    assert_eq!(serving.get("/a%20b.txt").text(), "with a space");
    for path in [
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
        "/%ff",
        "/%",
        "/%zz",
        "//evil.example/tags",
    ] {
        let answer = serving.get(path);
        assert!(matches!(answer.status, 400 | 403 | 404), "{path}: {}", answer.head);
        assert!(!answer.text().contains("secret"), "{path}");
    }
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
fn silent_connections_keep_nobody_waiting() {
    let site = sample();
    let serving = Serving::start(&site);
    serving.get("/");
    let mut silent: Vec<TcpStream> = (0..250).map(|_| serving.connect()).collect();
    for stream in silent.iter_mut().step_by(2) {
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: local");
    }
    let start = Instant::now();
    for _ in 0..20 {
        assert_eq!(serving.get("/").status, 200);
    }
    assert!(start.elapsed() < Duration::from_secs(2), "{:?} for 20 pages", start.elapsed());
}

#[test]
fn random_requests_end_nothing() {
    let site = sample();
    let serving = Serving::start(&site);
    let words: [&[u8]; 24] = [
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
    ];
    // A generator of one line: what it makes need not be good, only the same each time.
    let mut seed = 1_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for round in 0..10_000 {
        let mut request = if round % 2 == 0 { b"GET /".to_vec() } else { Vec::new() };
        for _ in 0..random(12) {
            request.extend(words[random(words.len())]);
        }
        if round % 2 == 0 {
            request.extend(b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        }
        let mut stream = serving.connect();
        let _ = stream.write_all(&request);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        if round % 50 == 0 {
            stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
            let _ = stream.read(&mut [0; 256]);
        }
    }
    assert_eq!(serving.get("/").status, 200);
}
