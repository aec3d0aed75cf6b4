//! What an archive owes: corrections, removed articles, old addresses, copies, days of the year, large indexes.

use crate::site::{Site, references};
use std::collections::{BTreeMap, VecDeque};

#[test]
fn corrections_come_first_and_are_listed() {
    let site = Site::new();
    site.article(
        "a.md",
        "title: A\ndate: 2020-01-01\ncorrections: [{date: 2020-02-01, text: Not four but five.}]",
    );
    site.article("b.md", "title: B\ndate: 2021-01-01\ncorrections: [{date: 2021-02-01, text: A dog.}]");
    site.article("c.md", "title: C\ndate: 2021-01-01");
    site.build().clean();
    let page = site.read("public/2020/01/01/a.html");
    let (correction, headline) = (page.find("Not four but five.</span>").unwrap(), page.find("<h1").unwrap());
    assert!(correction < headline, "the reader meets it before the headline");
    let list = site.read("public/corrections/index.html");
    assert!(list.find("A dog.").unwrap() < list.find("Not four but five.").unwrap(), "newest first");
    assert!(!list.contains("/c.html") && site.read("public/index.html").contains("/corrections/"));
    assert!(!Site::new().article("a.md", "title: A").build_and("public/corrections/index.html"));
}

#[test]
fn what_was_removed_leaves_nothing_but_the_fact() {
    let config = "title: T\nbase_url: https://example.org\ncontact: desk@example.org\nredirect_maps: [netlify, nginx, apache]\ncitations: [bibtex]\ndownloads: true\non_this_day: true\nfeeds: {content: full}\n";
    let site = Site::with(config);
    let front = "title: Zebulon Quill accused\ndate: 2020-01-02\nslug: neutral\nauthors: [Zebulon Quill]\ntags: [quillgate]\noriginal_url: https://old.example/zebulon\naliases: [/zebulon.html]\nlang: de";
    site.article("zebulon.md", front);
    site.article("other.md", "title: Other\ndate: 2020-01-03");
    site.build();
    assert!(site.exists("public/zebulon.html") && site.exists("public/2020/01/02/neutral.bib"));
    site.article(
        "zebulon.md",
        &format!(
            "{front}\nstatus: removed\nremoved: {{date: 2021-03-04, reason: A court said so, code: 451}}"
        ),
    );
    site.build();
    for (name, bytes) in site.tree() {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for word in ["zebulon", "quill", "body of"] {
            assert!(!text.contains(word) || (word == "body of" && text.contains("other")), "{name}: {word}");
        }
        let map = ["_redirects", "redirects.nginx.conf", ".htaccess"].contains(&name.as_str());
        assert!(!text.contains("neutral") || map || name.starts_with("manifest"), "{name}");
    }
    let tombstone = site.read("public/2020/01/02/neutral.html");
    for part in ["noindex", "A court said so", "4 March 2021", "desk@example.org", "legal reasons"] {
        assert!(tombstone.contains(part), "{part}: {tombstone}");
    }
    assert!(
        site.read("public/_redirects").contains("/2020/01/02/neutral.html /2020/01/02/neutral.html 451!")
    );
    assert!(site.read("public/.htaccess").contains("\"^2020/01/02/neutral\\.html$\" \"-\" [R=451,L]"));
    assert!(
        site.read("public/redirects.nginx.conf")
            .contains("location = \"/2020/01/02/neutral.html\" { error_page 451")
    );
}

#[test]
fn addresses_of_before_lead_to_the_page_of_today() {
    let site = Site::with(
        "title: T\nbase_url: https://example.org/archive\nown_hosts: [old.example]\nredirect_maps: [netlify, nginx, apache]\n",
    );
    site.article("a.md", "title: A\ndate: 2020-01-01\naliases: [/was/here.html, 'old place/', /a.php?id=5]\noriginal_url: http://www.old.example/news/a/");
    site.article("b.md", "title: B\ndate: 2020-01-01\naliases: [/2020/01/01/a.html, /twice.html, /file]");
    site.article("c.md", "title: C\ndate: 2020-01-01\naliases: [/Twice.html, /file/below.html]\noriginal_url: https://elsewhere.example/c.html");
    let run = site.build();
    for name in ["was/here.html", "old place/index.html", "news/a/index.html"] {
        let page = site.read(&format!("public/{name}"));
        assert!(
            page.contains("content=\"0; url=/archive/2020/01/01/a.html\"") && page.contains("noindex"),
            "{page}"
        );
        assert!(page.contains("rel=\"canonical\" href=\"https://example.org/archive/2020/01/01/a.html\""));
    }
    assert!(
        site.read("public/2020/01/01/a.html").contains(">A</h1>"),
        "a generated page goes before a redirect"
    );
    assert!(
        !site.exists("public/twice.html") && !site.exists("public/Twice.html"),
        "two for one path: neither"
    );
    assert!(!site.exists("public/c.html"), "not our host");
    assert_eq!(run.problems("redirect").len(), 2, "{}", run.stdout);
    assert!(run.problems("output-clash").is_empty());
    let nginx = site.read("public/redirects.nginx.conf");
    assert!(nginx.contains("location = \"/archive/a.php\" { if ($args = \"id=5\") { return 301 \"/archive/2020/01/01/a.html\"; } }"), "{nginx}");
    let netlify = site.read("public/_redirects");
    assert!(
        netlify.contains("/archive/was/here.html /archive/2020/01/01/a.html 301!")
            && netlify.starts_with("/archive/a.php id=5 /archive/2020/01/01/a.html 301!\n"),
        "{netlify}"
    );
    let apache = site.read("public/.htaccess");
    assert!(
        apache.contains("RewriteCond \"%{QUERY_STRING}\" \"^id\\=5$\"\nRewriteRule \"^a\\.php$\""),
        "{apache}"
    );
}

#[test]
fn copies_of_a_story_point_to_one_another() {
    let site = Site::new();
    site.article("first.md", "title: First\ndate: 2020-01-01\nsource: Wire");
    site.article("copy.md", "title: Copy\ndate: 2020-01-02\nsource: Herald\nsame_as: first.md");
    site.article("again.md", "title: Again\ndate: 2020-01-03\nsame_as: content/copy.md");
    site.article("lost.md", "title: Lost\ndate: 2020-01-03\nsame_as: nowhere.md");
    site.article("x.md", "title: X\ndate: 2020-01-03\nsame_as: y.md");
    site.article("y.md", "title: Y\ndate: 2020-01-03\nsame_as: x.md");
    let run = site.build();
    let copy = site.read("public/2020/01/02/copy.html");
    assert!(copy.contains("rel=\"canonical\" href=\"https://example.org/2020/01/01/first.html\""), "{copy}");
    assert!(copy.contains(">First (Wire)</a>"));
    let again = site.read("public/2020/01/03/again.html");
    assert!(again.contains("rel=\"canonical\" href=\"https://example.org/2020/01/01/first.html\""));
    let first = site.read("public/2020/01/01/first.html");
    assert!(first.contains(">Copy (Herald)</a>") && first.contains(">Again</a>"), "{first}");
    assert_eq!(run.problems("invalid-value").len(), 3, "a ring has no first: {}", run.stdout);
    let sitemap = site.read("public/sitemap-2020.xml");
    assert!(sitemap.contains("first.html") && sitemap.contains("lost.html"), "{sitemap}");
    assert!(!sitemap.contains("copy.html") && !sitemap.contains("again.html"), "{sitemap}");
}

#[test]
fn a_copy_is_set_free_by_its_front_matter_alone() {
    let site = Site::new();
    site.article("first.md", "title: First\ndate: 2020-01-01");
    site.article("copy.md", "title: Copy\ndate: 2020-01-02");
    site.build().clean();
    let free = site.tree();
    site.article("copy.md", "title: Copy\ndate: 2020-01-02\nsame_as: first.md");
    site.build().clean();
    assert_ne!(site.tree()["2020/01/01/first.html"], free["2020/01/01/first.html"]);
    site.article("copy.md", "title: Copy\ndate: 2020-01-02");
    site.build().clean();
    assert!(site.tree() == free, "nothing of it is left");
}

#[test]
fn every_day_of_the_year_has_a_page_if_asked() {
    let site = Site::with("title: T\non_this_day: true\n");
    site.article("a.md", "title: Leap\ndate: 2020-02-29");
    site.article("b.md", "title: Partial\ndate: 2020-02");
    site.build();
    let pages = site
        .names()
        .into_iter()
        .filter(|name| name.starts_with("on-this-day/") && name.ends_with("/index.html"));
    assert_eq!(pages.count(), 366 + 1, "and their index");
    let day = site.read("public/on-this-day/02-29/index.html");
    assert!(day.contains(">Leap</a>") && !day.contains("Partial") && day.contains("29 February"));
    assert!(site.read("public/on-this-day/index.html").contains("/on-this-day/02-29/"));
    assert!(!Site::with("title: T\n").article("a.md", "title: A").build_and("public/on-this-day"));
}

#[test]
fn a_large_index_is_split_by_letter_and_by_number() {
    let site = Site::with("title: T\nbase_url: https://example.org\nfeeds: {formats: []}\n");
    // Ten thousand plain pages of terms: those under test are the theme's own.
    site.file("templates/term.html", "{{ term.name }}");
    let tags: Vec<String> = (0..10_000_usize)
        .map(|n| format!("{}-tag-{n:04}-{}", ["a", "b", "c"][n % 3], "long ".repeat(12)))
        .collect();
    for (n, chunk) in tags.chunks(500).enumerate() {
        site.article(
            &format!("a{n}.md"),
            &format!("title: A{n}\ndate: 2020-01-01\ntags: [{}, popular, 1984]", chunk.join(", ")),
        );
    }
    site.build().clean();
    let index = site.read("public/tags/index.html");
    assert!(
        index.contains("/tags/letter-a.html")
            && index.contains("/tags/by-number.html")
            && index.contains(">popular</a>")
    );
    assert!(site.exists("public/tags/letter-a-2.html") && site.exists("public/tags/letter-0.html"));
    let (mut listed, mut ranked) = (0, 0);
    for (name, bytes) in site.tree().iter().filter(|(name, _)| name.ends_with(".html")) {
        assert!(bytes.len() < 300_000, "{name}: {}", bytes.len());
        let terms = || String::from_utf8_lossy(bytes).matches("</a> <span class=\"count\">").count();
        listed += if name.starts_with("tags/letter-") { terms() } else { 0 };
        ranked += if name.starts_with("tags/by-number") { terms() } else { 0 };
    }
    assert_eq!(
        (listed, ranked),
        (10_002, 10_002),
        "every term is under one letter, and in the order by number"
    );
}

#[test]
fn a_term_shows_its_years() {
    let site = Site::with("title: T\nper_page: 2\n");
    for (n, year) in [1990, 1990, 1990, 1992, 1993].iter().enumerate() {
        site.article(&format!("a{n}.md"), &format!("title: A{n}\ndate: {year}-01-0{}\ntags: x", n + 1));
    }
    site.build();
    let page = site.read("public/tags/x/index.html");
    assert!(page.contains("<polyline points=\"0,0 33,100 66,67 100,67\""), "{page}");
    assert!(
        page.contains("<a href=\"/tags/x/page-1.html#y1990\">1990</a>")
            || page.contains("<a href=\"/tags/x/#y1990\">1990</a>")
    );
    assert!(page.contains("<h2 id=\"y1993\">1993</h2>"));
    let numbered = site.read("public/tags/x/page-1.html");
    assert!(numbered.contains("<h2 id=\"y1990\">1990</h2>") && !numbered.contains("polyline"));
}

#[test]
fn a_long_day_is_grouped_by_source() {
    let site = Site::new();
    for n in 0..12 {
        site.article(
            &format!("a{n:02}.md"),
            &format!("title: A{n}\ndate: 2020-01-01\nsource: {}", ["Herald", "Packet"][n % 2]),
        );
    }
    site.build().clean();
    let day = site.read("public/2020/01/01/index.html");
    assert_eq!(day.matches("<h2 id=\"group-").count(), 2, "{day}");
    assert!(!site.read("public/2020/01/index.html").contains("group-"));
}

#[test]
fn a_crawl_of_the_sample_finds_no_dead_end_and_every_article_within_five_clicks() {
    let site = Site::new();
    assert_eq!(site.run(&["init", "sample"]).code, Some(0));
    assert_eq!(site.run(&["-C", "sample", "build", "--strict"]).code, Some(0));
    let files = crate::site::tree(&site.path("sample/public"));
    let pages: BTreeMap<&str, _> = files
        .iter()
        .filter(|(name, _)| name.ends_with(".html"))
        .map(|(name, bytes)| (name.as_str(), references(name, std::str::from_utf8(bytes).unwrap())))
        .collect();
    for (name, (links, _)) in &pages {
        for (target, fragment) in links {
            assert!(files.contains_key(target), "{name} links to {target}");
            let known = || pages.get(target.as_str()).is_some_and(|(_, ids)| ids.contains(fragment));
            assert!(fragment.is_empty() || known(), "{name} links to {target}#{fragment}");
        }
    }
    let mut clicks = BTreeMap::from([("index.html", 0)]);
    let mut queue = VecDeque::from(["index.html"]);
    while let Some(name) = queue.pop_front() {
        for (target, _) in &pages[name].0 {
            if let Some((target, _)) = pages.get_key_value(target.as_str()) {
                let far = clicks[name] + 1;
                clicks.entry(*target).or_insert_with(|| {
                    queue.push_back(*target);
                    far
                });
            }
        }
    }
    // What nobody should be led to: the answer for unknown addresses, tombstones, redirects.
    let unlisted = |name: &str| String::from_utf8_lossy(&files[name]).contains("content=\"noindex\"");
    let unreached: Vec<_> = pages.keys().filter(|name| !clicks.contains_key(*name)).collect();
    assert!(unreached.len() == 3 && unreached.iter().all(|name| unlisted(name)), "{unreached:?}");
    assert!(clicks.values().all(|far| *far <= 5), "{clicks:?}");
}

/// Everything an article can say a name in.
const NAMED: &str = "title: Jane Doe's boat
subtitle: JANE DOE sails
description: About Jane Doe
date: 2020-01-02
tags: [Jane Doe, boats]
authors: [Jane Doe, Sam Roe]
source: The Doe Courier
aliases: [/2019/jane-doe.html, /old.html]
image: jane-doe.png
original_url: https://example.com/jane%20doe
archived_url: https://example.net/jane-doe
rights: © Jane Doe
dateline: JANE DOE ISLAND
print: {edition: Jane Doe edition}
raw: {file: jane_doe.txt, sha256: abc}
corrections: [{date: 2020-01-03, text: It was Jane Doe.}]
extra: {friends: [Jane Doe], Jane Doe: yes}
redact: [Jane Doe]";

#[test]
fn a_redacted_name_is_nowhere() {
    let site = Site::with(
        "title: T\nbase_url: https://example.org\ncitations: [bibtex, ris, csl]\ndownloads: true\nfeeds: {content: full}\n\
         own_hosts: [example.com]\nredirect_maps: [netlify, nginx, apache]\n",
    );
    site.file("content/jane-doe.png", b"png").article("other.md", "title: Other\ndate: 2020-01-01");
    site.file(
        "templates/article.html",
        "{% extends \"theme/article.html\" %}{% block title %}{% for key, value in article.extra %}\
         {{ key }} {{ value }};{% endfor %}{% endblock %}",
    );
    site.file(
        "content/2020-01-02-jane-doe-sails.md",
        format!(
            "---\n{NAMED}\n---\n\n# Jane Doe\n\nThen *Jane* Doe, jane\ndoe and Jane&nbsp;- no.\n\n\
             ![Jane Doe](jane-doe.png) [site](https://example.net/jane-doe) <i title='Jane Doe'>Jané Doe</i>\n"
        ),
    );
    site.build();
    let folded = |text: &str| text.to_lowercase().replace(['-', '_', '+'], " ").replace("%20", " ");
    for (name, bytes) in site.tree() {
        let text = folded(&String::from_utf8_lossy(&bytes));
        assert!(!text.contains("jane doe") && !folded(&name).contains("jane doe"), "{name}: {text}");
    }
    let page = site.read("public/2020/01/02/sails.html");
    assert!(page.contains("█████ █████&#x27;s boat") || page.contains("█████ █████'s boat"), "{page}");
    assert!(page.contains("Sam Roe") && page.contains("The Doe Courier"), "{page}");
    assert!(site.exists("public/old.html"));
}

#[test]
fn what_cannot_be_redacted_is_not_published() {
    let bodies = [
        "J&#97;ne D**o**e was there.",
        "Jane[^1] Doe said.\n\n[^1]: n",
        "# Jane[^1] Doe\n\nText.\n\n[^1]: n",
        "x\n\nJane<br>Doe",
        "Jane<wbr>Doe",
        "<table><tr><td>Jane</td><td>Doe</td></tr></table>",
        "<ul><li>Jane</li><li>Doe</li></ul>",
        "<h2>Jane</h2><p>Doe</p>",
        "<dl><dt>Jane</dt><dd>Doe</dd></dl>",
        "<details><summary>Jane</summary>Doe</details>",
        "<div>Jane</div><div>Doe</div>",
        "<ruby>Jane<rt>jein</rt> Doe<rt>dou</rt></ruby>",
        "<ruby>a<rt>Jane</rt>b<rt>Doe</rt></ruby>",
        "Jane<sup>2</sup> Doe",
        "Jane&#8203;Doe",
        "J<b>a</b>ne<br>D<i>o</i>e",
        "Jane ![of](a.png) Doe",
        "Jane <img src=a.png alt=of> Doe",
    ];
    let site = Site::new();
    site.file("content/a.png", b"png");
    let write = |redact: &str| {
        for (n, body) in bodies.iter().enumerate() {
            site.file(&format!("content/a{n}.md"), format!("---\nslug: a{n}\n{redact}---\n\n{body}\n"));
        }
    };
    write("");
    site.build();
    for (n, body) in bodies.iter().enumerate() {
        assert!(site.exists(&format!("public/undated/a{n}.html")), "{body}");
    }
    write("redact: Jane Doe\n");
    let run = site.build();
    for (n, body) in bodies.iter().enumerate() {
        assert!(
            !site.exists(&format!("public/undated/a{n}.html")),
            "not even the page of before stays: {body}"
        );
    }
    assert_eq!(run.problems("redact").len(), bodies.len(), "{}", run.stdout);
    for problem in run.problems("redact") {
        let message = problem["message"].as_str().unwrap();
        assert!(message.starts_with("name 1 of `redact` can still be read"), "{message}");
    }
    for (name, bytes) in site.tree() {
        assert!(!String::from_utf8_lossy(&bytes).contains("Jane"), "{name}");
    }
}
