//! What programs read: feeds, sitemaps, metadata, citations, data. Each is read by a parser that is not ours.

use crate::site::Site;
use scraper::{Html, Selector};
use serde_json::Value;

const HEAD: &str = "title: The Paper\ndescription: News of nowhere\nbase_url: https://example.org/archive\npublisher: Nowhere Press\n";

fn archive(more: &str) -> Site {
    let site = Site::with(&format!("{HEAD}{more}"));
    site.file("content/old.md", "---\ntitle: Old\ndate: 1998\nsource: Herald\n---\nOld body.\n");
    site.file("content/b.md", "---\ntitle: \"B & <i>co</i>\"\ndate: 2019-07-21T09:30:00+02:00\nauthors: [Jane Doe, \"Bell, Book and Candle\"]\nsource: Herald\nsection: World\ntags: [sea]\nplaces: [Saltwick]\nrights: \"© Herald\"\noriginal_url: https://herald.example/b\narchived_url: https://web.archive.org/web/2020/https://herald.example/b\nretrieved: 2024-01-05\nfirst_published_by: Wire\ncorrections: [{date: 2019-08-01, text: The sea was blue.}]\nprint: {page: 3, edition: late}\n---\nSee [the old one](old.md) and [below](#x).\n\n## X\n");
    site.file("content/c.md", "---\ntitle: C\ndate: 2019-08-02\nlang: ar\nsource: Herald\n---\nC body.\n");
    site.file("content/undated.md", "---\ntitle: U\nsource: Herald\n---\nU.\n");
    site
}

fn feed(site: &Site, name: &str) -> feed_rs::model::Feed {
    feed_rs::parser::parse(site.read(&format!("public/{name}")).as_bytes()).unwrap()
}

#[test]
fn feeds_of_three_formats_say_the_same() {
    let site = archive("");
    site.build().clean();
    for folder in ["", "sources/herald/", "authors/jane-doe/", "sections/world/"] {
        let mut told = Vec::new();
        for name in ["feed.xml", "rss.xml", "feed.json"] {
            let feed = feed(&site, &format!("{folder}{name}"));
            for entry in &feed.entries {
                assert!(entry.links[0].href.starts_with("https://example.org/archive/"), "{entry:?}");
            }
            let titles: Vec<_> = feed.entries.iter().map(|e| e.title.clone().unwrap().content).collect();
            told.push((titles, feed.entries.iter().map(|e| e.links[0].href.clone()).collect::<Vec<_>>()));
        }
        assert!(told.iter().all(|other| *other == told[0]) && !told[0].0.is_empty(), "{told:?}");
    }
    assert!(!site.exists("public/tags/sea/feed.xml"), "few articles: no feed");
    let atom = feed(&site, "feed.xml");
    assert_eq!(atom.entries.len(), 3, "what has no date cannot be in a feed");
    let b = &atom.entries[1];
    assert_eq!(b.title.as_ref().unwrap().content, "B & <i>co</i>");
    assert_eq!(b.published.unwrap().to_rfc3339(), "2019-07-21T07:30:00+00:00");
    assert_eq!(b.updated.unwrap().to_rfc3339(), "2019-08-01T00:00:00+00:00", "a correction counts");
    assert_eq!(atom.updated.unwrap().to_rfc3339(), "2019-08-02T00:00:00+00:00", "content's, not the clock's");
    assert!(atom.entries[2].published.is_none(), "a year is no moment");
    assert_eq!(b.authors.len(), 2);
}

#[test]
fn feeds_hold_the_whole_text_if_asked() {
    let site = archive("feeds: {content: full, formats: [atom]}\n");
    site.build().clean();
    assert!(!site.exists("public/rss.xml"));
    let feed = feed(&site, "feed.xml");
    let body = feed.entries[1].content.as_ref().unwrap().body.as_ref().unwrap();
    assert!(body.contains("<a href=\"https://example.org/archive/1998/old.html\">"), "{body}");
    assert!(body.contains("href=\"https://example.org/archive/2019/07/21/b.html#x\""), "{body}");
}

#[test]
fn addresses_in_a_feed_are_whole_and_shown_code_is_as_written() {
    let site = Site::with(&format!("{HEAD}feeds: {{content: full}}\n"));
    site.file("content/i.png", b"png");
    let body = "[a](other.html) [b](../) [c](?a=1&b=2) [d](/root.html) [e](#x) [f](https://else.example/) \
                [g](mailto:a@e.org) ![i](i.png)\n\n## X\n\n` href=\"/x\"`\n\n<q cite='q.html'>q</q>\n";
    site.file("content/a.md", format!("---\ntitle: A\ndate: 2020-01-02\n---\n{body}"));
    site.build().clean();
    let text = feed(&site, "feed.xml").entries[0].content.clone().unwrap().body.unwrap();
    let page = Html::parse_fragment(&text);
    assert_eq!(
        attribute(&page, "a", "href"),
        [
            "https://example.org/archive/2020/01/02/other.html",
            "https://example.org/archive/2020/01/",
            "https://example.org/archive/2020/01/02/a.html?a=1&b=2",
            "https://example.org/archive/root.html",
            "https://example.org/archive/2020/01/02/a.html#x",
            "https://else.example/",
            "mailto:a@e.org",
        ]
    );
    assert!(attribute(&page, "img", "src")[0].starts_with("https://example.org/archive/"), "{text}");
    assert_eq!(attribute(&page, "q", "cite"), ["https://example.org/archive/2020/01/02/q.html"]);
    let code = page.select(&Selector::parse("code").unwrap()).next().unwrap();
    assert_eq!(code.text().collect::<String>().trim(), "href=\"/x\"");
}

/// The documents of the history, newest first, each with the ids of its entries.
fn history(site: &Site) -> Vec<(String, Vec<String>)> {
    let (mut name, mut documents) = ("feed.xml".to_string(), Vec::new());
    loop {
        let text = site.read(&format!("public/{name}"));
        let document = roxmltree::Document::parse(&text).unwrap();
        let archive = document.descendants().any(|node| node.tag_name().name() == "archive");
        assert_eq!(archive, name != "feed.xml", "{name}");
        let ids = feed(site, &name).entries.into_iter().map(|entry| entry.id).collect();
        documents.push((name, ids));
        let previous = document.descendants().find(|node| node.attribute("rel") == Some("prev-archive"));
        let Some(previous) = previous else { return documents };
        let url = previous.attribute("href").unwrap();
        name = url.strip_prefix("https://example.org/archive/").unwrap().to_string();
        assert!(documents.len() < 20);
    }
}

#[test]
fn the_history_of_a_feed_reaches_the_first_article_and_stands() {
    let site = archive("feeds: {entries: 2}\n");
    let mut frozen = std::collections::BTreeMap::new();
    let mut articles = 3;
    let new = [
        "2019-08-03",
        "2019-08-04",
        "2019-08-05",
        "2019-09-01",
        "2019-09-02",
        "2019-09-03",
        "2020",
        "2020-01-01",
    ];
    for (n, date) in std::iter::once(None).chain(new.into_iter().map(Some)).enumerate() {
        if let Some(date) = date {
            site.article(&format!("new{n}.md"), &format!("title: New {n}\ndate: {date}"));
            articles += 1;
        }
        site.build();
        let documents = history(&site);
        let ids: std::collections::BTreeSet<_> = documents.iter().flat_map(|(_, ids)| ids).collect();
        assert_eq!(ids.len(), articles, "nothing is left out: {documents:?}");
        let tree = site.tree();
        for (name, bytes) in &frozen {
            assert!(tree[name] == *bytes, "{name} changed with an article of {date:?}");
        }
        frozen.extend(documents[1..].iter().map(|(name, _)| (name.clone(), tree[name].clone())));
        let newest = documents[0].1.len();
        assert_eq!(feed(&site, "rss.xml").entries.len(), 2.min(articles), "others keep to the limit");
        assert!(newest >= 2, "{documents:?}");
    }
    let names: Vec<String> = history(&site).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "feed.xml",
            "2020/feed.xml",
            "2019/09/feed.xml",
            "2019/08/feed.xml",
            "2019/07/feed.xml",
            "1998/feed.xml"
        ]
    );
    site.file("archive.yaml", format!("{HEAD}feeds: {{entries: 1, history: false}}\n"));
    site.build();
    assert_eq!(feed(&site, "feed.xml").entries.len(), 1);
    assert!(!site.exists("public/2019/09/feed.xml"));
}

#[test]
fn a_term_has_a_feed_from_as_many_articles_as_its_taxonomy_says() {
    let config = format!(
        "{HEAD}taxonomies: {{tags: {{feed: 3}}, sections: {{feed: always}}, authors: {{feed: never}}}}\n"
    );
    let site = Site::with(&config);
    for n in 0..3 {
        let tags = if n < 2 { "[three, two]" } else { "[three]" };
        site.article(
            &format!("a{n}.md"),
            &format!("title: A{n}\ndate: 2020-01-01\ntags: {tags}\nsection: S\nauthors: [Jo]"),
        );
    }
    site.build().clean();
    for (folder, wanted) in
        [("tags/three", true), ("tags/two", false), ("sections/s", true), ("authors/jo", false)]
    {
        for name in ["feed.xml", "rss.xml", "feed.json"] {
            assert_eq!(site.exists(&format!("public/{folder}/{name}")), wanted, "{folder}/{name}");
        }
        let page = Html::parse_document(&site.read(&format!("public/{folder}/index.html")));
        let links = attribute(&page, "head link[rel='alternate']", "href");
        assert_eq!(links.len(), if wanted { 3 } else { 0 }, "{folder}: {links:?}");
    }
}

#[test]
fn sitemaps_name_every_page_once_and_robots_name_the_sitemap() {
    let site = archive("");
    site.article("gone.md", "title: Gone\ndate: 2018-01-01\nstatus: removed");
    site.article("about.md", "title: About\nkind: page");
    site.build();
    let robots = site.read("public/robots.txt");
    assert!(robots.contains("Sitemap: https://example.org/archive/sitemap.xml"), "{robots}");
    let locations = |name: &str| -> Vec<(String, Option<String>)> {
        let text = site.read(&format!("public/{name}"));
        let document = roxmltree::Document::parse(&text).unwrap();
        let space = "http://www.sitemaps.org/schemas/sitemap/0.9";
        let text = |node: roxmltree::Node, tag: &str| {
            node.children()
                .find(|child| child.has_tag_name((space, tag)))
                .map(|child| child.text().unwrap().to_string())
        };
        let items = document.root_element().children().filter(roxmltree::Node::is_element);
        items.map(|node| (text(node, "loc").unwrap(), text(node, "lastmod"))).collect()
    };
    let children = locations("sitemap.xml");
    assert!(
        children
            .contains(&("https://example.org/archive/sitemap-2019.xml".into(), Some("2019-08-02".into())))
    );
    let mut named = Vec::new();
    for (child, _) in &children {
        named.extend(locations(child.strip_prefix("https://example.org/archive/").unwrap()));
    }
    let mut wanted: Vec<String> = site.names().into_iter().filter(|name| name.ends_with(".html")).collect();
    wanted.retain(|name| !name.contains("gone") && name != "404.html" && !name.starts_with("lookup"));
    let url = |name: &String| {
        format!("https://example.org/archive/{}", name.strip_suffix("index.html").unwrap_or(name))
    };
    let mut wanted: Vec<String> = wanted.iter().map(url).collect();
    let mut found: Vec<String> = named.iter().map(|(url, _)| url.clone()).collect();
    wanted.sort();
    found.sort();
    assert_eq!(found, wanted);
    site.file("static/robots.txt", "User-agent: *\nDisallow: /\n");
    site.build();
    assert!(site.read("public/robots.txt").contains("Disallow"), "a project's own goes first");
}

#[test]
fn without_an_address_there_are_neither_feeds_nor_sitemaps() {
    let site = Site::with("title: T\n");
    site.article("a.md", "title: A\ndate: 2020-01-01\nsource: S");
    site.build();
    assert!(
        site.names().iter().all(|name| !name.ends_with(".xml") && !name.ends_with(".json")),
        "{:?}",
        site.names()
    );
}

fn attribute(page: &Html, selector: &str, name: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    page.select(&selector).map(|element| element.attr(name).unwrap_or_default().to_string()).collect()
}

#[test]
fn an_article_says_what_it_is_to_every_kind_of_program() {
    let site = archive("citations: [bibtex, ris, csl]\n");
    site.build().clean();
    let page = Html::parse_document(&site.read("public/2019/07/21/b.html"));
    let script = Selector::parse("script[type='application/ld+json']").unwrap();
    let json: Value =
        serde_json::from_str(&page.select(&script).next().unwrap().text().collect::<String>()).unwrap();
    assert_eq!(json["@type"], "NewsArticle");
    assert_eq!(json["headline"], "B & <i>co</i>");
    assert_eq!(json["datePublished"], "2019-07-21T09:30:00+02:00");
    assert_eq!(json["author"][1]["name"], "Bell, Book and Candle");
    assert_eq!(json["publisher"]["name"], "Herald");
    assert_eq!(json["isBasedOn"]["url"], "https://herald.example/b");
    assert_eq!(json["isBasedOn"]["publisher"]["name"], "Wire");
    assert_eq!(json["correction"][0]["text"], "The sea was blue.");
    assert_eq!((&json["copyrightNotice"], &json["inLanguage"]), (&"© Herald".into(), &"en".into()));
    let meta =
        |name: &str| attribute(&page, &format!("meta[name='{name}'], meta[property='{name}']"), "content");
    assert_eq!(meta("og:url"), ["https://example.org/archive/2019/07/21/b.html"]);
    assert_eq!(meta("og:type"), ["article"]);
    assert_eq!(meta("DC.creator"), ["Jane Doe", "Bell, Book and Candle"]);
    assert_eq!(meta("DC.type"), ["newsItem"]);
    assert_eq!(meta("DC.source"), ["https://herald.example/b"]);
    assert!(meta("citation_title").is_empty());
    assert_eq!(
        attribute(&page, "link[rel='cite-as']", "href"),
        ["https://example.org/archive/2019/07/21/b.html"]
    );
    assert_eq!(attribute(&page, "link[rel='describedby']", "href").len(), 3);
    for class in [
        "h-entry .p-name",
        "h-entry .e-content",
        "h-entry .dt-published",
        "h-entry .p-author.h-card",
        "h-entry .u-url",
    ] {
        assert!(page.select(&Selector::parse(&format!(".{class}")).unwrap()).next().is_some(), "{class}");
    }
}

#[test]
fn citations_are_those_of_a_newspaper_article() {
    let site = archive("citations: [bibtex, ris, csl]\n");
    site.build().clean();
    let bibtex = site.read("public/2019/07/21/b.bib");
    let parsed = biblatex::Bibliography::parse(&bibtex).unwrap();
    let entry = parsed.iter().next().unwrap();
    let authors = entry.author().unwrap();
    assert_eq!((authors.len(), authors[0].name.as_str(), authors[0].given_name.as_str()), (2, "Doe", "Jane"));
    assert!(bibtex.contains("journal = {Herald}") && bibtex.contains("year = {2019}"), "{bibtex}");
    assert!(bibtex.contains("title = {{B \\& <i>co</i>}}"), "{bibtex}");
    let ris = site.read("public/2019/07/21/b.ris");
    assert!(ris.starts_with("TY  - NEWS\r\n") && ris.ends_with("ER  - \r\n"), "{ris}");
    for line in ["TI  - B & <i>co</i>", "AU  - Jane Doe", "T2  - Herald", "DA  - 2019/07/21/", "SP  - 3"] {
        assert!(ris.lines().any(|found| found == line), "{line}: {ris}");
    }
    assert!(ris.lines().all(|line| line.get(2..6) == Some("  - ")), "{ris}");
    let csl: Value = serde_json::from_str(&site.read("public/2019/07/21/b.csl.json")).unwrap();
    assert_eq!(csl[0]["type"], "article-newspaper");
    assert_eq!(csl[0]["issued"]["date-parts"], serde_json::json!([[2019, 7, 21]]));
    let old: Value = serde_json::from_str(&site.read("public/1998/old.csl.json")).unwrap();
    assert_eq!(old[0]["issued"]["date-parts"], serde_json::json!([[1998]]), "no more than is known");
}

#[test]
fn articles_can_be_fetched_as_data() {
    let site = archive("downloads: true\n");
    site.build().clean();
    let lines: Vec<Value> = site
        .read("public/data/articles.ndjson")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 4);
    let month: Value = serde_json::from_str(&site.read("public/data/2019-07.json")).unwrap();
    assert_eq!(month["articles"][0]["title"], "B & <i>co</i>");
    assert_eq!(month["articles"][0]["terms"]["authors"][0], "Jane Doe");
    assert!(month["articles"][0]["html"].as_str().unwrap().contains("the old one"));
    assert!(site.exists("public/data/1998.json") && site.exists("public/data/undated.json"));
    site.file("archive.yaml", HEAD);
    site.build();
    assert!(!site.exists("public/data"), "only by configuration");
}
