//! Files for programs, held against the specifications that they claim to follow.

use crate::site::Site;
use jiff::Timestamp;
use jiff::civil::Date;
use scraper::{Html, Selector};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const HEAD: &str = "title: The Paper\nbase_url: https://example.org/archive\npublisher: Nowhere Press\ncitations: [bibtex, ris, csl]\n";
const FULL: &str = "title: \"A & <i>b</i>\"
subtitle: Under it
date: 2019-07-21T09:30:00+02:00
updated: 2019-07-22
authors: [Jane Doe, \"Bell, Book and Candle\"]
source: Herald
section: World
tags: [sea, 'a & b']
lang: en-GB
rights: https://creativecommons.org/licenses/by/4.0/
original_url: https://herald.example/b?x=1&y=2
archived_url: https://web.archive.org/web/2020/https://herald.example/b
retrieved: 2024-01-05
first_published_by: Wire
print: {page: '3', edition: late, column: '2'}
raw: {file: raw/b.html, sha256: 8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4}
corrections: [{date: 2019-08-01, text: The sea was blue.}, {date: 2019-07-30, text: It was.}]";

fn full() -> Site {
    let site = Site::with(HEAD);
    site.article("b.md", FULL)
        .article("old.md", "title: Old\ndate: 1998\ncorrections: [{text: ''}]\nraw: {file: '', sha256: ''}");
    site.article("month.md", "title: Month\ndate: 2019-06~");
    site
}

fn page(site: &Site, name: &str) -> Html {
    Html::parse_document(&site.read(&format!("public/{name}")))
}

fn attribute(page: &Html, selector: &str, name: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    page.select(&selector).map(|element| element.attr(name).unwrap_or_default().to_string()).collect()
}

fn json_ld(page: &Html) -> Value {
    let script = Selector::parse("script[type='application/ld+json']").unwrap();
    serde_json::from_str(&page.select(&script).next().unwrap().text().collect::<String>()).unwrap()
}

/// The locations of a sitemap or an index of them, held against the schemas of sitemaps.org, version 0.9.
#[track_caller]
fn sitemap(site: &Site, name: &str, (root, item): (&str, &str)) -> Vec<(String, Option<String>)> {
    let text = site.read(&format!("public/{name}"));
    assert!(text.len() <= 50 * 1024 * 1024 && text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    let document = roxmltree::Document::parse(&text).unwrap();
    let space = "http://www.sitemaps.org/schemas/sitemap/0.9";
    assert!(document.root_element().has_tag_name((space, root)), "{name}");
    let items: Vec<_> = document.root_element().children().filter(roxmltree::Node::is_element).collect();
    assert!((1..=50_000).contains(&items.len()), "{name}: {}", items.len());
    let location = |node: &roxmltree::Node| {
        assert!(node.has_tag_name((space, item)) && node.attributes().len() == 0, "{name}");
        let children: Vec<_> = node.children().filter(roxmltree::Node::is_element).collect();
        let names: Vec<_> = children.iter().map(|child| child.tag_name().name()).collect();
        assert!(names == ["loc"] || names == ["loc", "lastmod"], "{name}: {names:?}");
        let url = children[0].text().unwrap().to_string();
        assert!((12..=2048).contains(&url.len()) && url.starts_with("https://example.org/archive/"), "{url}");
        assert_eq!(url::Url::parse(&url).unwrap().as_str(), url, "encoded");
        let changed = children.get(1).map(|child| child.text().unwrap().to_string());
        if let Some(changed) = &changed {
            // `xsd:date` or `xsd:dateTime`, the latter with an offset: a day or a moment.
            assert!(
                changed.parse::<Timestamp>().is_ok()
                    || (changed.len() == 10 && changed.parse::<Date>().is_ok()),
                "{changed}"
            );
        }
        (url, changed)
    };
    items.iter().map(location).collect()
}

#[test]
fn sitemaps_obey_their_schema() {
    let site = full();
    site.article("c.md", "title: C\ndate: 2019-07-21T23:59:00\nslug: c");
    site.build();
    let children = sitemap(&site, "sitemap.xml", ("sitemapindex", "sitemap"));
    let below = |url: &str| url.strip_prefix("https://example.org/archive/").unwrap().to_string();
    let mut urls = BTreeSet::new();
    for (child, changed) in &children {
        for (url, changed) in sitemap(&site, &below(child), ("urlset", "url")) {
            assert!(urls.insert(url.clone()), "{url} is named twice");
            assert!(!url.ends_with("/undated/"), "nothing is undated");
            assert!(changed.is_none() || url.ends_with(".html"));
        }
        let known = !child.ends_with("-1998.xml");
        assert_eq!(changed.is_some(), known, "{child}: a year is no day");
    }
    let lists = children.iter().find(|(url, _)| url.ends_with("sitemap-lists.xml")).unwrap();
    assert_eq!(lists.1.as_deref(), Some("2019-08-01"), "a correction changes lists");
    site.article("u.md", "title: U\nupdated: 2020-02-03");
    site.build();
    let children = sitemap(&site, "sitemap.xml", ("sitemapindex", "sitemap"));
    assert!(
        children
            .contains(&("https://example.org/archive/sitemap-undated.xml".into(), Some("2020-02-03".into())))
    );
    let lists = sitemap(&site, "sitemap-lists.xml", ("urlset", "url"));
    assert!(lists.contains(&("https://example.org/archive/undated/".into(), None)));
}

#[test]
fn json_feeds_have_what_version_1_1_asks_for() {
    for content in ["full", "summary"] {
        let site = full();
        site.file("archive.yaml", format!("{HEAD}feeds: {{content: {content}}}\n"));
        site.build();
        let feed: Value = serde_json::from_str(&site.read("public/feed.json")).unwrap();
        assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
        assert_eq!(feed["title"], "The Paper");
        assert_eq!(feed["home_page_url"], "https://example.org/archive/");
        assert_eq!(feed["feed_url"], "https://example.org/archive/feed.json");
        assert_eq!(feed["language"], "en");
        assert_eq!(feed["authors"], json!([{"name": "Nowhere Press"}]));
        assert!(feed["author"].is_null(), "deprecated");
        let items = feed["items"].as_array().unwrap();
        let ids: BTreeSet<&str> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
        assert_eq!((ids.len(), items.len()), (3, 3));
        for item in items {
            url::Url::parse(item["url"].as_str().unwrap()).unwrap();
            assert!(item["content_html"].is_string() != item["content_text"].is_string(), "{item}");
            assert_eq!(item["content_html"].is_string(), content == "full");
            for date in ["date_published", "date_modified"] {
                let text = item[date].as_str();
                assert!(text.is_none_or(|text| text.parse::<Timestamp>().is_ok()), "RFC 3339: {item}");
            }
            assert!(item["tags"].as_array().unwrap().iter().all(Value::is_string));
            assert!(item["authors"].as_array().unwrap().iter().all(|author| author["name"].is_string()));
        }
        assert_eq!(items[0]["tags"], json!(["World", "sea", "a & b"]));
        assert!(items[2]["date_published"].is_null(), "a year is no moment");
    }
}

/// The lines of a RIS file as tags and values.
fn ris(text: &str) -> Vec<(&str, &str)> {
    let line = |line| {
        let (tag, value): (&str, &str) = Option::unwrap(str::split_once(line, "  - "));
        assert!(
            tag.len() == 2 && tag.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit()),
            "{line}"
        );
        (tag, value)
    };
    text.strip_suffix("\r\n").unwrap().split("\r\n").map(line).collect()
}

#[test]
fn citations_can_be_read_back() {
    let site = full();
    site.build();
    let url = "https://example.org/archive/2019/07/21/b.html";
    let read = site.read("public/2019/07/21/b.ris");
    let record = [
        ("TY", "NEWS"),
        ("TI", "A & <i>b</i>"),
        ("AU", "Jane Doe"),
        ("AU", "Bell, Book and Candle"),
        ("T2", "Herald"),
        ("PY", "2019"),
        ("DA", "2019/07/21/"),
        ("SE", "World"),
        ("SP", "3"),
        ("ET", "late"),
        ("PB", "Nowhere Press"),
        ("AB", "Under it"),
        ("LA", "en-GB"),
        ("UR", url),
        ("L2", "https://herald.example/b?x=1&y=2"),
        ("Y2", "2024-01-05"),
        ("ER", ""),
    ];
    assert_eq!(ris(&read), record);
    let month = site.read("public/2019/06/month.ris");
    assert!(ris(&month).contains(&("DA", "2019/06//")), "{month}");
    let csl: Value = serde_json::from_str(&site.read("public/2019/07/21/b.csl.json")).unwrap();
    let item = json!([{
        "id": "2019:07:21:b", "type": "article-newspaper", "title": "A & <i>b</i>", "URL": url, "language": "en-GB",
        "publisher": "Nowhere Press", "author": [{"literal": "Jane Doe"}, {"literal": "Bell, Book and Candle"}],
        "issued": {"date-parts": [[2019, 7, 21]]}, "accessed": {"date-parts": [[2024, 1, 5]]},
        "container-title": "Herald", "section": "World", "page": "3", "edition": "late", "abstract": "Under it",
    }]);
    assert_eq!(csl, item);
    let month: Value = serde_json::from_str(&site.read("public/2019/06/month.csl.json")).unwrap();
    assert_eq!(month[0]["issued"], json!({"date-parts": [[2019, 6]], "circa": true}));
    let bibtex = site.read("public/2019/07/21/b.bib");
    let parsed = biblatex::Bibliography::parse(&bibtex).unwrap();
    let entry = parsed.get("2019:07:21:b").unwrap();
    let field = |name: &str| entry.get_as::<String>(name).unwrap();
    assert_eq!(entry.entry_type, biblatex::EntryType::Article);
    assert_eq!((field("entrysubtype").as_str(), field("urldate").as_str()), ("newspaper", "2024-01-05"));
    assert_eq!((field("url").as_str(), field("langid").as_str()), (url, "en-GB"));
}

#[test]
fn without_an_address_a_citation_has_none() {
    let site = Site::with("title: T\ncitations: [bibtex, ris, csl]\n");
    site.article("a.md", "title: A\ndate: 2020-01-01");
    site.build();
    for (end, field) in [("bib", "url"), ("ris", "UR"), ("csl.json", "URL")] {
        let text = site.read(&format!("public/2020/01/01/a.{end}"));
        assert!(!text.contains(field), "{text}");
    }
}

/// Every value of a JSON document, with its path.
fn values<'a>(value: &'a Value, path: &str, found: &mut Vec<(String, &'a Value)>) {
    found.push((path.to_string(), value));
    match value {
        Value::Array(items) => items.iter().for_each(|item| values(item, path, found)),
        Value::Object(map) => {
            map.iter().for_each(|(key, item)| values(item, &format!("{path}.{key}"), found));
        }
        _ => {}
    }
}

#[test]
fn structured_data_says_what_is_known_and_nothing_else() {
    let site = full();
    site.article("c.md", "title: C\ndate: 2020-01-01\noriginal_url: https://c.example/");
    site.build();
    for name in ["2019/07/21/b.html", "1998/old.html", "2019/06/month.html", "2020/01/01/c.html"] {
        let data = json_ld(&page(&site, name));
        let mut found = Vec::new();
        values(&data, "", &mut found);
        for (path, value) in found {
            let empty = [json!(null), json!(""), json!([]), json!({})].contains(value);
            assert!(!empty, "{name}: {path} is {value}");
        }
    }
    let full = page(&site, "2019/07/21/b.html");
    let data = json_ld(&full);
    assert_eq!(data["dateModified"], "2019-08-01", "a correction is a change");
    assert_eq!(attribute(&full, "meta[property='article:modified_time']", "content"), ["2019-08-01"]);
    assert_eq!(
        data["identifier"]["value"],
        "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"
    );
    assert_eq!(data["isBasedOn"]["archivedAt"], "https://web.archive.org/web/2020/https://herald.example/b");
    assert_eq!(data["correction"].as_array().unwrap().len(), 2);
    assert_eq!(
        json_ld(&page(&site, "2020/01/01/c.html"))["isBasedOn"],
        json!({"@type": "NewsArticle", "url": "https://c.example/"})
    );
    // The same stands on the page.
    let section = Selector::parse("section.provenance").unwrap();
    let shown: String = full.select(&section).next().unwrap().text().collect();
    for part in [
        "https://herald.example/b?x=1&y=2",
        "https://web.archive.org/web/2020/https://herald.example/b",
        "5 January 2024",
        "Wire",
        "https://creativecommons.org/licenses/by/4.0/",
        "late",
        "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(attribute(&full, "section.provenance time", "datetime") == ["2024-01-05"]);
}

#[test]
fn signposts_lead_to_what_an_article_is_and_belongs_to() {
    let site = full();
    site.build();
    let full = page(&site, "2019/07/21/b.html");
    for (rel, wanted) in [
        ("type", vec!["https://schema.org/NewsArticle"]),
        ("author", vec!["/archive/authors/jane-doe/", "/archive/authors/bell-book-and-candle/"]),
        ("license", vec!["https://creativecommons.org/licenses/by/4.0/"]),
        ("collection", vec!["/archive/2019/07/21/"]),
        ("cite-as", vec!["https://example.org/archive/2019/07/21/b.html"]),
        (
            "describedby",
            vec!["/archive/2019/07/21/b.bib", "/archive/2019/07/21/b.ris", "/archive/2019/07/21/b.csl.json"],
        ),
    ] {
        assert_eq!(attribute(&full, &format!("head link[rel='{rel}']"), "href"), wanted, "{rel}");
    }
    assert!(attribute(&page(&site, "1998/old.html"), "head link[rel='license']", "href").is_empty());
}

#[test]
fn a_copy_says_where_it_is_and_where_the_first_is() {
    let site = Site::with(HEAD);
    site.article("first.md", "title: First\ndate: 2020-01-01")
        .article("copy.md", "title: Copy\ndate: 2020-01-02\nsame_as: first.md");
    site.build().clean();
    let copy = page(&site, "2020/01/02/copy.html");
    assert_eq!(
        attribute(&copy, "link[rel='canonical']", "href"),
        ["https://example.org/archive/2020/01/01/first.html"]
    );
    let shown = copy.select(&Selector::parse(".address a").unwrap()).next().unwrap();
    assert_eq!(shown.attr("href"), Some("/archive/2020/01/02/copy.html"));
    assert_eq!(shown.text().collect::<String>(), "https://example.org/archive/2020/01/02/copy.html");
}

#[test]
fn a_site_does_not_depend_on_when_it_is_built() {
    let site = full();
    site.file(
        "archive.yaml",
        format!("{HEAD}downloads: true\non_this_day: true\nfeeds: {{content: full}}\n"),
    );
    site.article("gone.md", "title: G\ndate: 2018-01-01\nstatus: removed\nremoved: {date: 2019-01-01}");
    let mut trees = Vec::new();
    for now in ["2024-06-01T12:00:00Z", "2031-12-31T23:59:59Z"] {
        let _ = std::fs::remove_dir_all(site.path("public"));
        assert_eq!(site.run(&["build", "--now", now]).code, Some(0));
        trees.push(site.tree());
    }
    for (name, bytes) in &trees[0] {
        assert!(trees[1][name] == *bytes, "{name} depends on the clock");
    }
    assert_eq!(trees[0].len(), trees[1].len());
}
