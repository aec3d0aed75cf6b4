//! Articles in every kind of file: what is read, what is told of the rest, and that nothing hostile stops a run.

use crate::site::{Run, Site};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

const FIRST: &str = "The bridge over the sound was opened on a cold Tuesday morning in May.";
const LAST: &str = "Nobody came to the second party, which was held on the following day.";

fn story(title: &str) -> String {
    format!("{title}\n\n{FIRST} It is called {title}.\n\n{LAST}\n")
}

fn page(title: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{FIRST} It is called \
        {title}.</p><p>{title}: {LAST}</p></body></html>"
    )
}

fn gz(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes.as_ref()).unwrap();
    packer.finish().unwrap()
}

fn zst(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    zstd::encode_all(bytes.as_ref(), 1).unwrap()
}

/// The articles that a run without writing prints.
fn articles(run: &Run) -> Vec<&Value> {
    run.objects.iter().filter(|object| object["kind"] == "article").collect()
}

fn dry(site: &Site, inputs: &[&str]) -> Run {
    site.run(&[&["import", "--dry-run", "--json"], inputs].concat())
}

fn last(run: &Run) -> &Value {
    let last = run.objects.last().unwrap();
    assert_eq!((&last["kind"], run.code), (&json!("imported"), Some(0)), "{}{}", run.stdout, run.stderr);
    last
}

/// A record of a crawl.
fn warc(kind: &str, url: &str, date: &str, headers: &str, block: &[u8]) -> Vec<u8> {
    let mut record = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n{headers}Content-Length: {}\r\n\r\n",
        block.len()
    )
    .into_bytes();
    record.extend_from_slice(block);
    record.extend_from_slice(b"\r\n\r\n");
    record
}

fn answer(headers: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{headers}\r\n").as_bytes(), body]
        .concat()
}

const DATE: &str = "2015-10-16T14:20:00Z";

#[test]
fn a_line_of_json_is_an_article() {
    let site = Site::new();
    let full = json!({
        "id": "a-1", "url": "https://example.org/news/bridge", "outlet": "The Example", "title": "A bridge",
        "date": "2015-10-16T14:20:00+02:00", "authors": ["Jane Doe", "Sam Roe"], "tags": ["bridges", "sound"],
        "lang": "en", "section": "Local", "summary": "It is open.", "image": "https://example.org/b.jpg",
        "text": format!("A bridge\n\n{FIRST}\n\n{LAST}\n"),
    });
    site.file("dump.jsonl", format!("{full}\n"));
    let run = dry(&site, &["dump.jsonl"]);
    let made = articles(&run)[0];
    assert_eq!((&made["input"], &made["record"]), (&json!("dump.jsonl"), &json!("a-1")));
    assert_eq!(made["body"], format!("{FIRST}\n\n{LAST}"));
    assert_eq!(made["text"], made["body"]);
    let front = &made["front"];
    for (key, value) in [
        ("title", json!("A bridge")),
        ("date", json!("2015-10-16T14:20:00+02:00")),
        ("authors", json!(["Jane Doe", "Sam Roe"])),
        ("tags", json!(["bridges", "sound"])),
        ("sections", json!(["Local"])),
        ("sources", json!(["The Example"])),
        ("lang", json!("en")),
        ("description", json!("It is open.")),
        ("image", json!("https://example.org/b.jpg")),
        ("original_url", json!("https://example.org/news/bridge")),
    ] {
        let shown = &front[key];
        assert_eq!(*shown, value, "{key}: {front}");
    }
    assert_eq!(front["raw"]["file"], "dump.jsonl#a-1");
    let done = last(&run);
    assert_eq!((&done["inputs"], &done["articles"], &done["undated"]), (&json!(1), &json!(1), &json!(0)));
    assert!(!site.exists("content/2015"), "nothing is written");
    site.run(&["import", "dump.jsonl"]);
    assert!(site.read("content/2015/10/a-bridge.md").contains("file: dump.jsonl#a-1"));
    site.build().clean();
}

#[test]
fn dumps_call_things_by_many_names() {
    let site = Site::new();
    let text = format!("{FIRST}\n\n{LAST}");
    for (at, (object, key, value)) in [
        (json!({"headline": "A bridge", "body": text}), "title", json!("A bridge")),
        (json!({"title": "A", "maintext": text, "date_publish": "2015-10-16 14:20:00"}), "date", json!("2015-10-16T14:20:00")),
        (json!({"title": "A", "content": text, "publish_date": "2015-10-16"}), "date", json!("2015-10-16")),
        (json!({"title": "A", "article": text, "published": 1_445_005_200}), "date", json!("2015-10-16T14:20:00Z")),
        (json!({"title": "A", "text": text, "pubDate": "Fri, 16 Oct 2015 14:20:00 GMT"}), "date", json!("2015-10-16T14:20:00Z")),
        (json!({"title": "A", "text": text, "authors": "By Jane Doe and Sam Roe"}), "authors", json!(["Jane Doe", "Sam Roe"])),
        (json!({"title": "A", "text": text, "author": {"name": "Jane Doe"}}), "authors", json!(["Jane Doe"])),
        (json!({"title": "A", "text": text, "source_domain": "www.example.org"}), "sources", json!(["www.example.org"])),
        (json!({"title": "A", "text": text, "source": {"name": "The Example"}}), "sources", json!(["The Example"])),
        (json!({"title": "A", "text": text, "language": "en_US"}), "lang", json!("en-US")),
        (json!({"title": "A", "text": [FIRST, LAST], "keywords": "b, c"}), "tags", json!(["b", "c"])),
        (json!({"title": "A", "html": format!("<p>{FIRST}</p><p>{LAST}</p>"), "link": "https://example.org/x"}), "original_url", json!("https://example.org/x")),
        (json!({"Titel": "A bridge", "title": "no", "text": text}), "title", json!("A bridge")),
    ]
    .into_iter()
    .enumerate()
    {
        site.file("archive.yaml", "import: {keys: {Titel: title}}\n");
        site.file("dump.jsonl", format!("{object}\n"));
        let run = dry(&site, &["dump.jsonl"]);
        let made = articles(&run);
        assert_eq!(made.len(), 1, "{at}: {}", run.stdout);
        let shown = &made[0]["front"][key];
        assert_eq!(*shown, value, "{object}: {}", made[0]["front"]);
        assert_eq!(made[0]["record"], "1");
    }
    let site = Site::with("import: {keys: {Titel: titel}}\n");
    let run = dry(&site, &["archive.yaml"]);
    assert_eq!(run.problem("config")["hint"], "did you mean `title`?");
}

#[test]
fn json_comes_in_lists_and_over_many_lines_too() {
    let site = Site::new();
    let object =
        |n: usize| json!({"id": n, "title": format!("Story {n}"), "text": story(&format!("Story {n}"))});
    let list = json!([object(1), object(2)]);
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1", "title": "The Example", "language": "en",
        "items": [
            {"id": "x", "url": "https://example.org/x", "title": "Story 3", "content_text": story("Story 3"), "date_published": "2015-10-16T14:20:00Z", "authors": [{"name": "Jane Doe"}]},
            {"id": "y", "url": "https://example.org/y", "title": "Story 4", "summary": story("Story 4")},
        ],
    });
    site.file("a.json", list.to_string())
        .file("b.json", serde_json::to_string_pretty(&list).unwrap())
        .file("c.json", serde_json::to_string_pretty(&object(1)).unwrap())
        .file("d.json", feed.to_string())
        .file("e.json", serde_json::to_string_pretty(&feed).unwrap())
        .file("f.json", format!("{}\n{}", object(1), object(2)))
        .file("g.json", json!({"articles": [object(1)]}).to_string());
    for (file, count) in [("a", 2), ("b", 2), ("c", 1), ("d", 2), ("e", 2), ("f", 2), ("g", 1)] {
        let run = dry(&site, &[&format!("{file}.json")]);
        assert_eq!(articles(&run).len(), count, "{file}: {}", run.stdout);
        if count == 2 && "de".contains(file) {
            let fronts: Vec<_> = articles(&run).iter().map(|made| made["front"].clone()).collect();
            assert_eq!((&fronts[0]["authors"], &fronts[0]["source"]), (&json!(["Jane Doe"]), &Value::Null));
            assert_eq!((&fronts[0]["sources"], &fronts[0]["lang"]), (&json!(["The Example"]), &json!("en")));
            assert_eq!((&fronts[0]["extra"], &fronts[1]["extra"]["excerpt"]), (&Value::Null, &json!(true)));
        }
    }
}

#[test]
fn a_broken_line_costs_itself() {
    let site = Site::new();
    let line = |title: &str| json!({"title": title, "text": story(title)}).to_string();
    let lines = [
        line("One"),
        "{\"title\": \"Two".to_string(),
        String::new(),
        "[1, 2]".to_string(),
        "{}".to_string(),
        "\u{0}\u{0}".to_string(),
        format!("{{\"a\": {}1{}}}", "[".repeat(5000), "]".repeat(5000)),
        json!({"title": "Three", "text": "a\u{0}b\u{0}c\u{0}d\u{1}\u{2}"}).to_string(),
        line("Four"),
    ];
    site.file("dump.jsonl", lines.join("\n"));
    let run = site.run(&["import", "--json", "dump.jsonl"]);
    let done = last(&run);
    assert_eq!((done["articles"].as_u64(), done["inputs"].as_u64()), (Some(2), Some(8)), "{}", run.stdout);
    assert_eq!(
        done["rejected"],
        json!({"not valid JSON": 3, "no object": 1, "no text in the record": 1, "it is not text": 1})
    );
    let files: Vec<_> = run.problems("import-rejected").iter().map(|it| it["file"].clone()).collect();
    assert_eq!(
        files,
        ["dump.jsonl#2", "dump.jsonl#4", "dump.jsonl#5", "dump.jsonl#6", "dump.jsonl#7", "dump.jsonl#8"]
    );
}

fn chunked(body: &str) -> Vec<u8> {
    let (a, b) = body.as_bytes().split_at(50);
    [
        format!("{:x}\r\n", a.len()).as_bytes(),
        a,
        format!("\r\n{:X};x=y\r\n", b.len()).as_bytes(),
        b,
        b"\r\n0\r\n\r\n",
    ]
    .concat()
}

fn zlib(body: &str) -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(body.as_bytes()).unwrap();
    packer.finish().unwrap()
}

/// An uncompressed stream of brotli: window 16, one stored block, an empty last one.
fn brotli(body: &str) -> Vec<u8> {
    let length = u32::try_from(body.len() - 1).unwrap();
    // WBITS 16 (one bit 0), not last (0), four nibbles (00), length, stored (1), padding.
    let bits = (length << 4) | (1 << 20);
    [&bits.to_le_bytes()[..3], body.as_bytes(), &[3]].concat()
}

/// A record of what a server sent.
fn sent(name: &str, answer: &[u8]) -> Vec<u8> {
    warc("response", &format!("<https://example.org/{name}>"), DATE, "", answer)
}

/// A crawl with all that servers and crawlers do to pages.
fn crawl() -> Vec<Vec<u8>> {
    vec![
        warc("warcinfo", "", DATE, "", b"software: x"),
        warc("request", "https://example.org/plain", DATE, "", b"GET / HTTP/1.1\r\n\r\n"),
        sent("plain", &answer("", page("Plain").as_bytes())),
        sent("chunks", &answer("Transfer-Encoding: chunked\r\n", &chunked(&page("Chunks")))),
        sent("gzip", &answer("Content-Encoding: gzip\r\n", &gz(page("Gzip")))),
        sent("both", &answer("Content-Encoding: zstd, gzip\r\n", &gz(zst(page("Both"))))),
        sent("zlib", &answer("Content-Encoding: deflate\r\n", &zlib(&page("Deflate")))),
        sent("br", &answer("Content-Encoding: br\r\n", &brotli(&page("Brotli")))),
        sent(
            "unpacked",
            &answer("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", page("Unpacked").as_bytes()),
        ),
        warc(
            "resource",
            "https://example.org/resource",
            DATE,
            "Content-Type: text/html\r\n",
            page("Resource").as_bytes(),
        ),
        warc(
            "conversion",
            "https://example.org/text",
            DATE,
            "Content-Type: text/plain\r\n",
            story("Text").as_bytes(),
        ),
        warc(
            "response",
            "https://example.org/a.png",
            DATE,
            "",
            b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG",
        ),
        warc(
            "response",
            "https://example.org/gone",
            DATE,
            "",
            b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<p>no",
        ),
        warc(
            "response",
            "https://example.org/old",
            DATE,
            "",
            b"HTTP/1.1 301 Moved\r\nLocation: /plain\r\n\r\n",
        ),
        warc(
            "revisit",
            "https://example.org/copy",
            DATE,
            "WARC-Refers-To-Target-URI: https://example.org/gzip\r\n",
            b"",
        ),
    ]
}

#[test]
fn a_crawl_holds_pages() {
    let site = Site::new();
    let records = crawl();
    let members: Vec<u8> = records.iter().flat_map(gz).collect();
    site.file("a.warc", records.concat()).file("b.warc.gz", members).file("c.bin", zst(records.concat()));
    let list =
        ["plain", "chunks", "old", "copy", "never", "gone"].map(|name| format!("https://example.org/{name}"));
    site.file("urls.txt", list.join("\n"));
    for file in ["a.warc", "b.warc.gz", "c.bin"] {
        let run = dry(&site, &[file, "--expect", "urls.txt", "--report", "report.jsonl"]);
        let made = articles(&run);
        let records: Vec<_> = made.iter().map(|made| made["record"].as_str().unwrap()).collect();
        let expected = ["plain", "chunks", "gzip", "both", "zlib", "br", "unpacked", "resource", "text"];
        assert_eq!(
            records,
            expected.map(|name| format!("https://example.org/{name}")),
            "{file}: {}",
            run.stdout
        );
        for made in &made {
            let front = &made["front"];
            assert_eq!((&front["original_url"], &front["retrieved"]), (&made["record"], &json!(DATE)));
            assert!(made["text"].as_str().unwrap().contains(LAST), "{made}");
        }
        let done = last(&run);
        assert_eq!(done["rejected"], json!({}));
        assert_eq!(done["passed"], json!({"answered with status 404": 1, "no page but `image/png`": 1}));
        let missing: Vec<_> = run
            .problems("missing-article")
            .iter()
            .map(|it| it["message"].as_str().unwrap().to_string())
            .collect();
        let gone = ["gone", "never"].map(|name| format!("no article is from `https://example.org/{name}`"));
        assert_eq!((missing, done["missing"].as_u64()), (gone.to_vec(), Some(2)));
        let report = site.read("report.jsonl");
        let rows: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows.len(), 13, "all but what is about the crawl itself: {report}");
    }
}

#[test]
fn of_several_captures_the_latest_whole_one_counts() {
    let site = Site::new();
    let url = "https://example.org/a";
    let capture = |date: &str, headers: &str, title: &str| {
        warc("response", url, date, headers, &answer("", page(title).as_bytes()))
    };
    let records = [
        capture("2015-01-01T00:00:00Z", "", "First"),
        capture("2017-01-01T00:00:00Z", "", "Latest"),
        capture("2016-01-01T00:00:00Z", "", "Middle"),
        capture("2018-01-01T00:00:00Z", "WARC-Truncated: length\r\n", "Cut"),
    ];
    site.file("a.warc.gz", records.iter().flat_map(gz).collect::<Vec<_>>());
    let run = dry(&site, &["a.warc.gz"]);
    assert_eq!(articles(&run).len(), 1, "{}", run.stdout);
    assert_eq!(articles(&run)[0]["front"]["retrieved"], "2017-01-01T00:00:00Z");
    assert_eq!(last(&run)["passed"], json!({"another capture of the page is later or whole": 3}));
}

#[test]
fn what_stands_before_the_end_of_a_cut_file_is_kept() {
    let site = Site::new();
    let record = |name: &str| {
        warc("response", &format!("https://example.org/{name}"), DATE, "", &answer("", page(name).as_bytes()))
    };
    let crawl = [record("One"), record("Two"), record("Three")];
    let packed: Vec<u8> = crawl.iter().flat_map(gz).collect();
    let lines: String = ["One", "Two", "Three"].iter().fold(String::new(), |mut lines, title| {
        let _ = writeln!(lines, "{}", json!({"title": title, "text": story(title)}));
        lines
    });
    let list = format!("[{}]", lines.trim_end().replace('\n', ",\n"));
    let items: String = ["One", "Two", "Three"]
        .map(|title| format!("<item><title>{title}</title><description>{FIRST} {title}</description></item>"))
        .concat();
    let feed = format!("<rss><channel>{items}</channel></rss>");
    let cut = |bytes: &[u8], less: usize| bytes[..bytes.len() - less].to_vec();
    for (file, bytes, reason) in [
        ("a.warc", cut(&crawl.concat(), 100), "the file is cut off"),
        ("a.warc.gz", cut(&packed, 100), "the file is cut off"),
        ("a.jsonl", cut(lines.as_bytes(), 50), "not valid JSON"),
        ("a.jsonl.gz", cut(&gz(&lines), 20), "the file is cut off"),
        ("a.jsonl.zst", cut(&zst(&lines), 3), "the file is cut off"),
        ("a.json", cut(list.as_bytes(), 50), "the file is cut off"),
        ("a.rss", cut(feed.as_bytes(), 50), "the file is cut off"),
    ] {
        site.file(file, &bytes);
        let run = dry(&site, &[file]);
        let done = last(&run);
        assert_eq!(done["rejected"][reason].as_u64(), Some(1), "{file}: {}", run.stdout);
        let few = usize::from(file.contains(".jsonl.")) * 3;
        assert!(articles(&run).len() >= 2_usize.saturating_sub(few), "{file}: {}", run.stdout);
        assert_eq!(run.problems("import-rejected").len(), 1);
    }
}

/// Of a file that is damaged, these articles are read, and the damage is told once.
#[track_caller]
fn costs_no_other(site: &Site, (file, bytes): (&str, &[u8]), others: &[&str]) {
    site.file(file, bytes);
    let run = dry(site, &[file]);
    let titles: Vec<_> = articles(&run).iter().map(|it| it["front"]["title"].clone()).collect();
    assert_eq!(titles, others, "{file}: {}{}", run.stdout, run.stderr);
    assert_eq!(run.problems("import-rejected").len(), 1, "{file}: {}", run.stderr);
    assert_eq!(last(&run)["rejected"].as_object().unwrap().len(), 1);
}

#[test]
fn a_damaged_record_of_a_crawl_costs_no_other() {
    let site = Site::new();
    let record = |name: &str| {
        warc("response", &format!("https://example.org/{name}"), DATE, "", &answer("", page(name).as_bytes()))
    };
    let packed = ["One", "Two", "Three"].map(|name| gz(record(name)));
    let damaged = |at: usize, byte: usize| {
        let mut packed = packed.clone();
        packed[at][byte] ^= 0xff;
        packed.concat()
    };
    let headless = String::from_utf8(record("Two")).unwrap().replace("Content-Length", "Content-Size");
    let headless = [record("One"), headless.into_bytes(), record("Three")].concat();
    for (file, bytes, others) in [
        ("middle.warc.gz", damaged(1, 200), ["One", "Three"]),
        ("head.warc.gz", damaged(1, 1), ["One", "Three"]),
        ("first.warc.gz", damaged(0, 12), ["Two", "Three"]),
        ("checksum.warc.gz", damaged(1, packed[1].len() - 6), ["One", "Three"]),
        ("cut.warc.gz", [&packed[0], &packed[1][..200], &packed[2]].concat(), ["One", "Three"]),
        ("plain.warc", headless, ["One", "Three"]),
    ] {
        costs_no_other(&site, (file, &bytes), &others);
    }
}

#[test]
fn damage_among_lines_costs_those_that_it_reaches() {
    let site = Site::new();
    let line = |title: &str| format!("{}\n", json!({"title": title, "text": story(title)}));
    let packed = ["One", "Two", "Three"].map(|title| gz(line(title)));
    let damaged = |at: usize, byte: usize| {
        let mut packed = packed.clone();
        packed[at][byte] ^= 0xff;
        packed.concat()
    };
    // Lines that go on from one member to the next, as writers of blocks make them.
    let whole: String = ["One", "Two", "Three", "Four"].map(line).concat();
    let mut blocks: Vec<Vec<u8>> = whole.as_bytes().chunks(whole.len() / 8).map(gz).collect();
    blocks[2][11] ^= 0xff;
    // What was read of the second stands where the first ends, up to a letter.
    let torn = gz([line("One").as_bytes(), b"{\"title\":\"T\xc3"].concat());
    let torn = [&torn[..torn.len() - 8], &[0; 8], &packed[2]].concat();
    let long: String = (0..400).map(|at| line(&format!("Long {at}"))).collect();
    for (file, bytes, others) in [
        ("middle.jsonl.gz", damaged(1, 100), &["One", "Three"][..]),
        ("head.jsonl.gz", damaged(1, 1), &["One", "Three"]),
        ("first.jsonl.gz", damaged(0, 12), &["Two", "Three"]),
        ("cut.jsonl.gz", [&packed[0], &packed[1][..100], &packed[2]].concat(), &["One", "Three"]),
        ("blocks.jsonl.gz", blocks.concat(), &["One", "Three", "Four"]),
        ("torn.jsonl.gz", torn, &["One", "Three"]),
        ("end.jsonl.gz", damaged(2, 100), &["One", "Two"]),
    ] {
        costs_no_other(&site, (file, &bytes), others);
    }
    // Longer than what is looked at to tell what a file is.
    let mut first = packed[0].clone();
    first[12] ^= 0xff;
    site.file("long.jsonl.gz", [first, gz(&long)].concat());
    let run = dry(&site, &["long.jsonl.gz"]);
    assert_eq!((articles(&run).len(), run.problems("import-rejected").len()), (400, 1), "{}", run.stderr);
    // A line that is broken, and not the packing, costs itself and is told of.
    site.file("plain.jsonl", [line("One"), "{broken\n".to_string(), line("Two")].concat());
    let run = dry(&site, &["plain.jsonl"]);
    assert_eq!((articles(&run).len(), run.problems("import-rejected").len()), (2, 1), "{}", run.stderr);
}

#[test]
fn a_feed_holds_articles_or_excerpts() {
    let site = Site::new();
    let body = format!("<p>{FIRST}</p><p>{LAST}</p>");
    let escaped = body.replace('<', "&lt;").replace('>', "&gt;");
    site.file(
        "a.rss",
        format!(
            "<?xml version='1.0'?><rss version='2.0' xmlns:c='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/' \
             xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>The Example</title><atom:link href='https://example.org/feed'/><link>https://example.org/</link>\
             <language>en-gb</language>\n<item><title>Tom &amp; the bridge</title><link>https://example.org/a</link><guid isPermaLink='false'>id-1</guid>\
             <dc:creator><![CDATA[Jane Doe]]></dc:creator><pubDate>Fri, 16 Oct 2015 14:20:00 +0200</pubDate><category>b</category><category>c</category>\
             <description>Short.</description><c:encoded><![CDATA[{body}]]></c:encoded></item>\
             <item><title>Only a part</title><guid>https://example.org/b</guid><author>jane@example.org (Jane Doe)</author><description>{escaped}</description></item>\
             <item><title>Nothing</title></item></channel></rss>"
        ),
    )
    .file(
        "b.atom",
        format!(
            "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de'><title>Das Beispiel</title><entry><id>tag:x</id><title type='html'>Die &lt;i&gt;Brücke&lt;/i&gt;</title>\
             <link rel='self' href='https://example.org/self'/><link rel='alternate' href='https://example.org/c'/><published>2015-10-16T14:20:00Z</published><updated>2015-10-17T14:20:00Z</updated>\
             <author><name>Jane Doe</name><email>j@example.org</email></author><category term='x' label='Brücken'/><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>{FIRST}<br/></p><p>{LAST}</p></div></content></entry></feed>"
        ),
    )
    .file(
        "c.rdf",
        format!(
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>Old</title></channel>\
             <item rdf:about='https://example.org/d'><title>The ferry</title><link>https://example.org/d</link><dc:date>2003-05-06T07:08:09Z</dc:date><description>{FIRST}</description></item></rdf:RDF>"
        ),
    );
    let run = dry(&site, &["a.rss"]);
    let made = articles(&run);
    assert_eq!(made.len(), 2, "{}", run.stdout);
    assert_eq!(last(&run)["rejected"], json!({"no text in the record": 1}));
    let front = &made[0]["front"];
    assert_eq!(
        (&made[0]["record"], &front["original_url"]),
        (&json!("id-1"), &json!("https://example.org/a"))
    );
    assert_eq!(
        (&front["date"], &front["authors"]),
        (&json!("2015-10-16T14:20:00+02:00"), &json!(["Jane Doe"]))
    );
    assert_eq!((&front["tags"], &front["lang"]), (&json!(["b", "c"]), &json!("en-GB")));
    assert_eq!((&front["sources"], &front["extra"]), (&json!(["The Example"]), &Value::Null));
    assert!(made[0]["text"].as_str().unwrap().contains(LAST));
    assert_eq!(made[1]["front"]["extra"]["excerpt"], true);
    assert_eq!(made[1]["front"]["original_url"], "https://example.org/b");
    assert_eq!(made[1]["front"]["authors"], json!(["Jane Doe"]));
    let run = dry(&site, &["b.atom"]);
    let front = &articles(&run)[0]["front"];
    assert_eq!((&front["original_url"], &front["date"]), (&json!("https://example.org/c"), &json!(DATE)));
    assert_eq!((&front["updated"], &front["tags"]), (&json!("2015-10-17T14:20:00Z"), &json!(["Brücken"])));
    assert_eq!((&front["authors"], &front["lang"]), (&json!(["Jane Doe"]), &json!("de")));
    let run = dry(&site, &["c.rdf"]);
    assert_eq!(articles(&run)[0]["front"]["date"], "2003-05-06T07:08:09Z", "{}", run.stdout);
}

fn item(id: usize, kind: &str, status: &str, more: &str) -> String {
    format!(
        "<item><title>Post {id}</title><link>https://example.org/?p={id}</link><pubDate>Fri, 16 Oct 2015 12:20:00 +0000</pubDate><dc:creator>jd</dc:creator>\
         <guid isPermaLink=\"false\">https://example.org/?p={id}</guid><description></description><content:encoded><![CDATA[{FIRST} It has number {id}.\n\n{LAST}]]></content:encoded>\
         <wp:post_id>{id}</wp:post_id><wp:post_date>2015-10-16 14:20:00</wp:post_date><wp:post_date_gmt>2015-10-16 12:20:00</wp:post_date_gmt>\
         <wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>{more}</item>"
    )
}

#[test]
fn an_export_holds_posts_and_pages() {
    let site = Site::new();
    let more = "<category domain=\"category\" nicename=\"l\"><![CDATA[Local]]></category><category domain=\"post_tag\" nicename=\"b\"><![CDATA[bridges]]></category>\
        <wp:postmeta><wp:meta_key>_edit</wp:meta_key><wp:meta_value>1</wp:meta_value></wp:postmeta>\
        <wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>9</wp:meta_value></wp:postmeta>";
    let items = [
        item(1, "post", "publish", more),
        item(2, "page", "publish", ""),
        item(3, "post", "draft", ""),
        item(4, "post", "private", ""),
        item(5, "post", "publish", "<wp:post_password>x</wp:post_password>"),
        item(6, "nav_menu_item", "publish", ""),
        item(9, "attachment", "inherit", "<wp:attachment_url>https://example.org/9.jpg</wp:attachment_url>"),
    ];
    site.file(
        "wp.xml",
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" ?><!-- made by WordPress --><rss version=\"2.0\" xmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\" \
             xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel>\
             <title>The Example</title><wp:author><wp:author_id>1</wp:author_id><wp:author_login>jd</wp:author_login><wp:author_display_name><![CDATA[Jane Doe]]></wp:author_display_name></wp:author>\
             {}</channel></rss>",
            items.concat()
        ),
    );
    let run = dry(&site, &["wp.xml"]);
    let made = articles(&run);
    assert_eq!(made.len(), 2, "{}", run.stdout);
    let front = &made[0]["front"];
    assert_eq!((&made[0]["record"], &front["date"]), (&json!("1"), &json!("2015-10-16T14:20:00+02:00")));
    assert_eq!((&front["authors"], &front["sections"]), (&json!(["Jane Doe"]), &json!(["Local"])));
    assert_eq!((&front["tags"], &front["image"]), (&json!(["bridges"]), &json!("https://example.org/9.jpg")));
    assert_eq!((&front["original_url"], &front["kind"]), (&json!("https://example.org/?p=1"), &Value::Null));
    assert_eq!(made[1]["front"]["kind"], "page");
    assert_eq!(last(&run)["rejected"], json!({"a draft": 1, "private": 2}));
    assert_eq!(last(&run)["passed"], json!({"not a post": 2}));
}

#[test]
fn content_decides_and_folders_are_walked() {
    let site = Site::new();
    let line = json!({"title": "Line", "text": story("Line")}).to_string();
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(line.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    site.file("raw/a", page("Page"))
        .file("raw/b.dat", gz(page("Packed")))
        .file("raw/c.txt", line.replace("Line", "Json"))
        .file("raw/d.jsonl", utf16)
        .file("raw/e.txt.gz", gz(gz(story("Twice"))))
        .file("raw/f.txt.zst", zst(story("Zstd")))
        .file("raw/g.txt", gz(gz(gz(story("Thrice")))))
        .file("raw/h.png", b"\x89PNG\r\n\x1a\n\0\0")
        .file("raw/.hidden.txt", story("Hidden"));
    let run = dry(&site, &["raw"]);
    let inputs: Vec<_> = articles(&run).iter().map(|it| it["input"].as_str().unwrap().to_string()).collect();
    assert_eq!(
        inputs,
        ["raw/a", "raw/b.dat", "raw/c.txt", "raw/d.jsonl", "raw/e.txt.gz", "raw/f.txt.zst"],
        "{}",
        run.stdout
    );
    assert_eq!(last(&run)["rejected"], json!({"it is not text": 1}));
    assert!(run.problem("skipped-file")["message"].as_str().unwrap().starts_with("1 `.png` files"));
}

#[test]
fn the_standard_input_may_be_anything() {
    use std::process::Stdio;
    let site = Site::new();
    for bytes in
        [gz(page("Page")), story("Text").into_bytes(), zst(json!({"text": story("Json")}).to_string())]
    {
        let mut command = site.command(&["import", "--dry-run", "--json", "-"]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(&bytes).unwrap();
        let run = Run::of(child.wait_with_output().unwrap());
        assert_eq!(
            (articles(&run).len(), articles(&run)[0]["input"].as_str()),
            (1, Some("-")),
            "{}",
            run.stdout
        );
    }
}

#[test]
fn bombs_are_put_out() {
    let site = Site::new();
    let zeros = vec![b' '; 100 << 20];
    let bomb = gz(&zeros);
    let crawl = [
        warc("response", "https://example.org/a", DATE, "", &answer("Content-Encoding: gzip\r\n", &bomb)),
        warc(
            "response",
            "https://example.org/b",
            DATE,
            "",
            &answer("Content-Encoding: zstd\r\n", &zst(&zeros)),
        ),
        warc(
            "response",
            "https://example.org/c",
            DATE,
            "",
            &answer("Content-Encoding: gzip, gzip, gzip\r\n", &gz(&bomb)),
        ),
        warc("response", "https://example.org/d", DATE, "", &answer("", page("Page").as_bytes())),
    ];
    let vast = format!("{{\"text\": \"{}\"}}\n{}\n", " ".repeat(65 << 20), json!({"text": story("After")}));
    site.file("a.jsonl.gz", gz([b"{\"text\":\"".as_slice(), &zeros].concat()))
        .file("b.html.zst", zst([b"<html>".as_slice(), &zeros].concat()))
        .file("c.warc", crawl.concat())
        .file("d.rss", format!("<rss><channel><item><title>{}", "x".repeat(65 << 20)))
        .file("e.jsonl", vast);
    let start = std::time::Instant::now();
    let run = dry(&site, &["a.jsonl.gz", "b.html.zst", "c.warc", "d.rss", "e.jsonl"]);
    assert_eq!(articles(&run).len(), 2, "{}", run.stdout);
    let rejected = &last(&run)["rejected"];
    assert_eq!(rejected["unpacks to too much"], 2, "{rejected}");
    assert_eq!(rejected["packed too often"], 1);
    assert_eq!(rejected["the file cannot be read to its end"], 3);
    assert_eq!(rejected["too large"], 1);
    assert!(start.elapsed().as_secs() < 60);
}

#[test]
fn duplicates_of_a_run_are_imported_once_and_said() {
    let site = Site::new();
    let text = story("A bridge").repeat(2);
    let lines = [
        json!({"id": 1, "url": "https://example.org/a", "text": text}),
        json!({"id": 2, "url": "http://www.example.org/a/?utm_source=x", "text": story("Other")}),
        json!({"id": 3, "text": text.replace("Tuesday morning", "TUESDAY – morning")}),
        json!({"id": 1, "url": "https://example.org/a", "text": text}),
    ];
    site.file("dump.jsonl", lines.map(|line| format!("{line}\n")).concat());
    for _ in 0..2 {
        let run = site.run(&["import", "--json", "--report", "out.jsonl", "dump.jsonl"]);
        let done = last(&run);
        assert_eq!(
            (done["articles"].as_u64(), done["duplicates"].as_u64()),
            (Some(1), Some(3)),
            "{}",
            run.stdout
        );
        assert_eq!((run.problems("duplicate").len(), run.problems("same-path").len()), (2, 1));
        let rows = site.read("out.jsonl");
        assert_eq!(rows.matches("\"outcome\":\"duplicate\"").count(), 3, "{rows}");
    }
    // A newer state of the same page is the same article, at the same place.
    site.file(
        "new.jsonl",
        format!("{}\n", json!({"id": 9, "url": "https://example.org/a", "text": story("A new bridge")})),
    );
    let run = site.run(&["import", "--json", "new.jsonl"]);
    assert_eq!(last(&run)["rewritten"], json!(["content/undated/a-bridge.md"]), "{}", run.stdout);
    assert!(site.read("content/undated/a-bridge.md").contains("file: new.jsonl#9"));
    // But never an excerpt over the whole.
    site.file("part.jsonl", format!("{}\n", json!({"url": "https://example.org/a", "summary": FIRST})));
    let run = site.run(&["import", "--json", "part.jsonl"]);
    assert_eq!(last(&run)["unchanged"], 1, "{}", run.stdout);
}

#[test]
fn only_the_time_and_names_that_were_asked_for() {
    let site = Site::new();
    let lines = ["2014-12-31", "2015-01-01T00:00:00Z", "2015", "2015-06", "2016-01-01", ""].map(|date| {
        format!("{}\n", json!({"id": date, "title": format!("On {date}"), "date": date, "source": "x", "lang": "fr", "text": story(&format!("On {date}."))}))
    });
    site.file("dump.jsonl", lines.concat());
    let flags = ["--since", "2015", "--until", "2015-06-15", "--outlet", "The Example", "--lang", "de_AT"];
    let run = dry(&site, &[&["dump.jsonl"][..], &flags].concat());
    let ids: Vec<_> =
        articles(&run).iter().map(|made| made["record"].as_str().unwrap().to_string()).collect();
    assert_eq!(ids, ["2015-01-01T00:00:00Z", "2015", "2015-06"], "{}", run.stdout);
    assert_eq!(last(&run)["left_out"], 3);
    let front = &articles(&run)[0]["front"];
    assert_eq!((&front["sources"], &front["lang"]), (&json!(["The Example"]), &json!("de-AT")));
    assert_eq!(site.run(&["import", "--lang", "no language", "dump.jsonl"]).code, Some(2));
    assert_eq!(site.run(&["import", "--since", "yesterday", "dump.jsonl"]).code, Some(2));
    assert_eq!(site.run(&["import", "--expect", "nowhere", "dump.jsonl"]).code, Some(2));
}

#[test]
fn edits_by_hand_are_overwritten_only_on_demand() {
    let site = Site::new();
    site.file("raw/a.txt", story("A bridge"));
    site.run(&["import", "raw"]);
    let name = "content/undated/a-bridge.md";
    let whole = site.read(name);
    site.file(name, whole.replace("Nobody", "Everybody"));
    let run = dry(&site, &["raw"]);
    assert_eq!((last(&run)["kept_by_hand"].as_u64(), articles(&run).len()), (Some(1), 1));
    assert_ne!(site.read(name), whole);
    let run = site.run(&["import", "--json", "--overwrite", "raw"]);
    assert_eq!((last(&run)["rewritten"].clone(), site.read(name)), (json!([name]), whole));
}

#[test]
fn the_result_does_not_depend_on_threads() {
    let lines: String = (0..3000).fold(String::new(), |mut lines, n| {
        let (title, id) = (format!("Story {}", n % 2500), n);
        let _ = writeln!(
            lines,
            "{}",
            json!({"id": id, "title": title, "date": "2015-10-16", "text": story(&title)})
        );
        lines
    });
    let trees = ["1", "4"].map(|jobs| {
        let site = Site::new();
        site.file("dump.jsonl", &lines);
        let run = site.run(&["import", "--json", "--jobs", jobs, "dump.jsonl"]);
        assert_eq!(
            (last(&run)["articles"].as_u64(), last(&run)["duplicates"].as_u64()),
            (Some(2500), Some(500))
        );
        crate::site::tree(&site.path("content"))
    });
    assert!(trees[0] == trees[1]);
}

/// Files of every kind, to be damaged.
fn whole() -> Vec<Vec<u8>> {
    let crawl = warc(
        "response",
        "https://example.org/a",
        DATE,
        "",
        &answer("Content-Encoding: gzip\r\n", &gz(page("Page"))),
    );
    let feed = format!(
        "<rss xmlns:wp='http://wordpress.org/export/1.2/'><channel><title>x</title>{}</channel></rss>",
        item(1, "post", "publish", "")
    );
    vec![
        gz(&crawl),
        crawl,
        gz(&feed),
        feed.into_bytes(),
        json!({"title": "A", "text": story("A")}).to_string().into_bytes(),
        serde_json::to_vec_pretty(&json!([{"title": "A", "text": story("A")}])).unwrap(),
        zst(page("Page")),
        page("Page").into_bytes(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_damage_stops_an_import(seeds in proptest::collection::vec((any::<u32>(), any::<u8>()), 1..6), cut in any::<u16>()) {
        let site = Site::new();
        for (at, mut bytes) in whole().into_iter().enumerate() {
            for (place, byte) in &seeds {
                let place = *place as usize % bytes.len();
                bytes[place] = *byte;
            }
            if cut % 3 == 0 {
                bytes.truncate(cut as usize % bytes.len());
            }
            site.file(&format!("raw/{at}"), bytes);
        }
        let run = dry(&site, &["raw"]);
        let done = last(&run);
        let rejected: u64 = done["rejected"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        prop_assert_eq!(
            done["inputs"].as_u64().unwrap(),
            done["articles"].as_u64().unwrap() + rejected + done["duplicates"].as_u64().unwrap(),
            "{}", run.stdout
        );
        prop_assert!(!run.stdout.contains("backissue failed"), "{}", run.stdout);
    }
}

#[test]
fn the_whole_goes_before_an_excerpt_of_the_same_run() {
    let site = Site::new();
    let feed = format!(
        "<?xml version='1.0' encoding='windows-1251'?><rss><channel><title>Пример</title><item><title>A bridge</title>\
         <link>https://example.org/a</link><description>{FIRST} Мост.</description></item></channel></rss>"
    );
    let (feed, _, _) = encoding_rs::WINDOWS_1251.encode(&feed);
    site.file("raw/a.rss", feed);
    let part = dry(&site, &["raw"]);
    assert_eq!(articles(&part)[0]["front"]["sources"], json!(["Пример"]));
    assert!(articles(&part)[0]["text"].as_str().unwrap().ends_with("Мост."), "{}", part.stdout);
    let whole = json!({"url": "https://example.org/a", "text": story("A bridge")});
    site.file("raw/b.jsonl", format!("{whole}\n{whole}\n"));
    assert_eq!(last(&dry(&site, &["raw"]))["duplicates"], 1);
    for _ in 0..2 {
        let run = site.run(&["import", "--json", "raw"]);
        assert_eq!(last(&run)["duplicates"], 1, "{}", run.stdout);
        assert_eq!(fs::read_dir(site.path("content/undated")).unwrap().count(), 1);
        let text = site.read("content/undated/a-bridge.md");
        assert!(text.contains(LAST) && !text.contains("excerpt"), "{text}");
    }
}

#[test]
fn a_file_without_articles_is_said_to_have_none() {
    let site = Site::new();
    site.file("raw/a.warc", warc("warcinfo", "", DATE, "", b"software: x"))
        .file("raw/b.rss", "<rss><channel><title>x</title></channel></rss>")
        .file("raw/c.jsonl", format!("\u{0}\u{0}\n{}\n", json!({"text": story("A bridge")})));
    let run = dry(&site, &["raw", "--report", "out.jsonl"]);
    assert_eq!(last(&run)["passed"], json!({"there are no articles in it": 2}), "{}", run.stdout);
    assert_eq!((last(&run)["rejected"].clone(), articles(&run).len()), (json!({"not valid JSON": 1}), 1));
    assert_eq!(site.read("out.jsonl").lines().count(), 4);
}

/// What a file gives as the body of an article has its menus left out already, and what is short or stands at its end is
/// part of it.
#[test]
fn nothing_is_lost_of_what_is_said_to_be_the_body() {
    const RESULTS: &str = "<p>The count for the council of the island finished shortly after midnight, as the bell ringer had promised.</p>\
        <h2>Quay ward</h2><ul><li>Otter 412</li><li>Seal 380</li></ul><h2>Hill ward</h2><ul><li>Gull 502</li></ul>\
        <blockquote><p>We did not expect this.</p></blockquote><p>Write to <a href=\"mailto:a@b.example\">a@b.example</a></p>\
        <table><tr><th>Ward</th><th>Turnout</th></tr><tr><td>Quay</td><td>60</td></tr></table>";
    const TOLD: [&str; 9] = [
        "The count for",
        "Quay ward",
        "Otter 412",
        "Seal 380",
        "Hill ward",
        "Gull 502",
        "We did not",
        "Write to",
        "Turnout",
    ];
    let shared = format!(
        "{RESULTS}<div class=\"sharedaddy\"><ul class=\"share\"><li><a href=\"/f\">Share</a></li></ul></div>"
    );
    let item = |number: usize, title: &str, body: &str| {
        format!(
            "<item><title>{title}</title><link>https://w.example/{number}</link><wp:post_date>2015-03-0{number} 10:00:00</wp:post_date>\
            <content:encoded><![CDATA[{body}]]></content:encoded><wp:post_type>post</wp:post_type><wp:status>publish</wp:status></item>"
        )
    };
    let items = [
        item(1, "Results", &shared),
        item(2, "Short", "The evening ferry does not sail."),
        item(3, "Tides", "<ul><li>06:10 low</li><li>12:20 high</li></ul>"),
        item(4, "Picture of the day", "<img src=\"https://w.example/p.jpg\" alt=\"The lighthouse at dawn\">"),
    ];
    let export = format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
        xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel><title>Blog</title><wp:wxr_version>1.2</wp:wxr_version>{}</channel></rss>",
        items.concat()
    );
    let site = Site::new();
    site.file("wp.xml", export).file("d.jsonl", json!({"title": "Results", "html": RESULTS}).to_string());
    let run = dry(&site, &["wp.xml", "d.jsonl"]);
    let made = articles(&run);
    let body = |at: usize| made[at]["body"].as_str().unwrap();
    assert_eq!(made.len(), 5, "{}", run.stdout);
    for results in [body(0), body(4)] {
        for part in TOLD {
            assert!(results.contains(part), "{part}: {results}");
        }
        assert!(!results.contains("Share"), "{results}");
    }
    assert_eq!(body(1), "The evening ferry does not sail.");
    assert_eq!(body(2), "- 06:10 low\n- 12:20 high");
    assert_eq!(body(3), "![The lighthouse at dawn](https://w.example/p.jpg)");
    // Feeds say where they have it from.
    let feed = format!(
        "<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel><title>Blog</title><item><title>Results</title>\
         <link>https://w.example/1</link><content:encoded><![CDATA[{RESULTS}<p>Read more</p><p>The post <a href=\"https://w.example/1\">Results</a> \
         appeared first on <a href=\"https://w.example\">Blog</a>.</p>]]></content:encoded></item></channel></rss>"
    );
    site.file("feed.xml", feed);
    let run = dry(&site, &["feed.xml"]);
    let text = articles(&run)[0]["text"].as_str().unwrap();
    assert!(text.ends_with("60") && !text.contains("Read more"), "{text}");
    // A name that is the title leads elsewhere.
    let film = json!({"title": "Titanic", "url": "https://w.example/9", "html": "<p>The ferry of the island was named on Monday.</p>\
        <p>Its namesake, <a href=\"https://film.example/t\">Titanic</a>, is shown on Friday.</p>"});
    site.file("film.jsonl", film.to_string());
    let run = dry(&site, &["film.jsonl"]);
    assert!(articles(&run)[0]["text"].as_str().unwrap().ends_with("on Friday."), "{}", run.stdout);
    // A page as a whole is looked through, wherever it is stored.
    let page =
        json!({"title": "Page", "html": page("Page").replace("<h1>", "<nav><a href=/a>Menu</a></nav><h1>")});
    site.file("page.jsonl", page.to_string());
    let run = dry(&site, &["page.jsonl"]);
    assert!(!articles(&run)[0]["body"].as_str().unwrap().contains("Menu"), "{}", run.stdout);
}

#[test]
fn what_a_record_says_and_nobody_understands_is_told() {
    let site = Site::new();
    let record = |at: usize, key: &str, value: Value| {
        let mut record = json!({"title": format!("Story {at}"), "text": story(&format!("Story {at}"))});
        record[key] = value;
        record.to_string() + "\n"
    };
    let records = [
        record(0, "date", json!("yesterday")),
        record(1, "date", json!("4. März 2015")),
        record(2, "date", json!("0000-00-00 00:00:00")),
        record(3, "url", json!("not an address")),
        record(4, "image", json!("javascript:x")),
        record(5, "updated", json!("never")),
        record(6, "section", json!(["Sport", "Local"])),
    ];
    site.file("d.jsonl", records.concat());
    let run = dry(&site, &["d.jsonl"]);
    let told: Vec<_> =
        run.problems("invalid-value").iter().map(|it| it["message"].as_str().unwrap().to_string()).collect();
    let of = |what: &str| format!("`{what}` is not understood; the article has none");
    assert_eq!(
        told,
        ["date: yesterday", "url: not an address", "image: javascript:x", "updated: never"].map(of)
    );
    let made = articles(&run);
    assert_eq!(made[1]["front"]["date"], "2015-03-04");
    assert_eq!(
        (&made[6]["front"]["sections"], &made[6]["front"]["tags"]),
        (&json!(["Sport"]), &json!(["Local"])),
        "{}",
        made[6]
    );
    // A dump that says it of all is not told of each.
    let many: String = (0..50).map(|at| record(at, "date", json!("03/04/2015"))).collect();
    site.file("many.jsonl", many);
    let run = dry(&site, &["many.jsonl"]);
    let told = run.problems("invalid-value");
    assert_eq!(told.len(), 21);
    assert_eq!(told[20]["message"], "`date` of 30 more records is not understood");
}

#[test]
fn a_project_is_no_input_of_its_own() {
    let site = Site::new();
    site.file("content/one.md", "---\ntitle: One\n---\n\nWords.\n").file("raw/a.txt", story("Story"));
    site.run(&["build"]);
    let run = dry(&site, &["."]);
    let made: Vec<_> = articles(&run).iter().map(|it| it["input"].clone()).collect();
    assert_eq!(made, ["./raw/a.txt"], "{}", run.stdout);
    // Whoever names one of its folders means it.
    site.file("static/old/b.txt", story("Other"));
    assert_eq!(articles(&dry(&site, &["static"])).len(), 1);
}
