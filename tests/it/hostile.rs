//! Input made to do harm.

use crate::site::Site;
use std::fs;

#[test]
fn twenty_output_folders_that_would_do_harm_are_refused() {
    let outside = tempfile::tempdir().unwrap();
    let precious = outside.path().join("precious.txt");
    fs::write(&precious, "mine").unwrap();
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01");
    site.file("templates/x.txt", "x")
        .file("static/x.txt", "x")
        .file("data/x.yaml", "x: 1")
        .file(".git/HEAD", "x")
        .file("plain", "file");
    let home = site.path("home");
    fs::create_dir_all(home.join("inner")).unwrap();
    let parent = site.root().parent().unwrap().to_str().unwrap().to_string();
    let root = site.root().to_str().unwrap().to_string();
    let outside = outside.path().to_str().unwrap().to_string();
    let mut outputs = vec![
        ".",
        "./",
        "..",
        "/",
        "",
        "content",
        "content/sub",
        "CONTENT",
        "templates",
        "static/deep/er",
        "data",
        ".git",
        ".git/hooks",
        ".backissue",
        "public/../content",
        "public/../..",
        "plain",
        "home",
        "home/inner/..",
        &parent,
        &root,
        &outside,
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&outside, site.path("link")).unwrap();
        std::os::unix::fs::symlink("content", site.path("inside")).unwrap();
        outputs.extend(["link", "inside", "link/..", "inside/sub"]);
    }
    let before = crate::site::tree(site.root());
    for output in outputs {
        let mut command = site.command(&["build", "--json", "--output", output]);
        let run =
            crate::site::Run::of(command.env("HOME", &home).env("USERPROFILE", &home).output().unwrap());
        // An empty name is wrong usage already.
        let refused = if output.is_empty() { 2 } else { 1 };
        assert_eq!(run.code, Some(refused), "`{output}` was accepted: {}", run.stdout);
        assert!(crate::site::tree(site.root()) == before, "`{output}` was written to");
    }
    assert_eq!(fs::read_to_string(precious).unwrap(), "mine");
}

#[cfg(unix)]
#[test]
fn links_inside_the_output_do_not_lead_writes_elsewhere() {
    let outside = tempfile::tempdir().unwrap();
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01");
    site.build();
    fs::remove_dir_all(site.path("public/2020")).unwrap();
    std::os::unix::fs::symlink(outside.path(), site.path("public/2020")).unwrap();
    let run = site.try_build(&[]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    // Nor does removing follow them.
    fs::create_dir_all(outside.path().join("01/01")).unwrap();
    fs::write(outside.path().join("01/01/a.html"), "precious").unwrap();
    fs::remove_file(site.path("content/a.md")).unwrap();
    site.try_build(&[]);
    assert_eq!(fs::read_to_string(outside.path().join("01/01/a.html")).unwrap(), "precious");
}

#[cfg(unix)]
#[test]
fn links_out_pipes_and_unreadable_files_are_skipped_with_a_warning() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.md"), "---\ntitle: Secret\n---\nsecret\n").unwrap();
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01");
    symlink(outside.path().join("secret.md"), site.path("content/out.md")).unwrap();
    symlink(outside.path(), site.path("content/folder")).unwrap();
    symlink("nowhere", site.path("content/dangling.md")).unwrap();
    symlink("loop.md", site.path("content/loop.md")).unwrap();
    symlink("a.md", site.path("content/inside.md")).unwrap();
    symlink("/dev/zero", site.path("content/zero.md")).unwrap();
    assert!(
        std::process::Command::new("mkfifo").arg(site.path("content/pipe.md")).status().unwrap().success()
    );
    site.file("content/locked.md", "x");
    fs::set_permissions(site.path("content/locked.md"), fs::Permissions::from_mode(0o000)).unwrap();
    site.file("content/binary.md", b"\xff\xfe\x00");
    let run = site.build();
    let skipped = run.problems("skipped-file");
    for name in ["out.md", "folder", "dangling.md", "loop.md", "zero.md", "pipe.md"] {
        assert!(
            skipped.iter().any(|problem| problem["file"] == format!("content/{name}")),
            "{name}: {}",
            run.stdout
        );
    }
    assert!(site.exists("public/2020/01/01/a.html") && site.exists("public/2020/01/01/inside.html"));
    assert!(site.tree().values().all(|bytes| !String::from_utf8_lossy(bytes).contains("secret")));
}

#[test]
fn broken_front_matter_of_every_kind_points_at_its_line() {
    let long = format!("---\ntitle: {}\n---\n", "x".repeat(70_000));
    let deep = format!("---\na: {}\n---\n", "[".repeat(60_000));
    let aliases = format!("---\na: &a [{}]\nb: [{}]\n---\n", "x, ".repeat(1000), "*a, ".repeat(200));
    for (text, line) in [
        ("---\ntitle: A\n", 1),
        ("---\ntitle: A\n\ttab: x\n---\n", 3),
        ("---\ntitle: A: B\n---\n", 2),
        ("---\ntitle: A\ntitle: B\n---\n", 3),
        ("---\npage: 5\nprint:\n  page: 1\n  page: 2\n---\n", 5),
        ("---\n{title: a,\n title: b}\n---\n", 3),
        ("---\ntitle: 'open\n---\n", 2),
        ("---\ntitle: *none\n---\n", 2),
        ("---\n- a\n- b\n---\n", 2),
        ("---\njust text\n---\n", 2),
        ("---\ntitle: A\ntags: {a: b}\n---\n", 3),
        ("---\ntitle: [a, b]\n---\n", 2),
        ("---\nstatus: hidden\n---\n", 2),
        ("---\ncorrections: yes\n---\n", 2),
        ("---\nprint: 3\n---\n", 2),
        ("---\nextra: 3\n---\n", 2),
        ("---\ntitle: \"\\x\"\n---\n", 2),
        ("{\n\"title\": \"json\"\n}\n", 1),
        (&long, 1),
        (&deep, 2),
        (&aliases, 2),
    ] {
        let site = Site::new();
        site.article("good.md", "title: Good\ndate: 2020-01-01");
        site.file("content/bad.md", text);
        let run = site.build();
        let problem = run
            .problems("front-matter")
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("no problem: {text:.60}\n{}", run.stdout));
        assert_eq!(problem["file"], "content/bad.md");
        assert_eq!(problem["line"], line, "{text:.60}: {problem}");
        assert!(site.exists("public/2020/01/01/good.html"), "{text:.60}");
    }
}

#[test]
fn deep_nesting_of_any_kind_costs_one_article_at_most() {
    let site = Site::new();
    site.article("good.md", "title: Good\ndate: 2020-01-01");
    let n = 100_000;
    let front = "---\ndate: 2020-01-01\n---\n";
    for (name, body) in [
        ("quotes", "> ".repeat(n)),
        ("lists", "- ".repeat(n)),
        ("brackets", "[".repeat(n)),
        ("images", "![".repeat(n)),
        ("emphasis", "*a ".repeat(n)),
        ("strong", "**a ".repeat(n) + &" a**".repeat(n)),
        ("divs", "<div>".repeat(n)),
        ("bold", "<b>".repeat(40_000)),
        ("parens", format!("[a]({}", "(".repeat(n))),
        ("ticks", "`".repeat(n)),
        ("angles", "<".repeat(n)),
        ("entities", "&".repeat(n)),
        ("pipes", "|".repeat(n)),
        (
            "notes",
            (0..5_000).map(|i| format!("[^{i}]: [^{}]\n\n", i + 1)).collect::<Vec<_>>().concat() + "[^0]",
        ),
    ] {
        site.file(&format!("content/{name}.md"), format!("{front}{body}\n"));
    }
    let run = site.build();
    assert!(site.exists("public/2020/01/01/good.html"));
    assert!(run.problems("panic").is_empty(), "{}", run.stdout);
    assert!(!run.problems("markdown-limits").is_empty() && !run.problems("html-limits").is_empty());
}

/// What hostile articles say, in every field.
const PAYLOADS: [&str; 100] = [
    "</title><script>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "]]>",
    "<!--",
    "{{ 7*7 }}",
    "{% raw %}",
    "\u{2028}\u{2029}",
    "\u{202e}gpj.exe",
    "&lt;b&gt;",
    "../../../etc/passwd",
    "CON",
    "a\u{0}b",
    "<svg/onload=alert(1)>",
    "${7*7}",
    "\\\"",
    "C:\\x",
    "-->",
    "<![CDATA[x]]>",
    "<?xml version=\"1.0\"?>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>",
    "&e;",
    "&#0;",
    "&#x1;",
    "&#60;script&#62;",
    "<script",
    "</",
    "<",
    ">",
    "\"",
    "'",
    "`",
    "\\",
    "%",
    "#",
    "$",
    "_",
    "^",
    "~",
    "{",
    "}",
    "}}",
    "},\n  author = {Evil}",
    "a} @book{evil, title={x",
    "\\input{/etc/passwd}",
    "\\end{document}",
    "x and y",
    "Doe, Jane",
    "AU  - Evil",
    "x\r\nER  - \r\nTY  - BOOK",
    "x\nTY  - BOOK",
    "\r",
    "{\"@type\": \"Evil\"}",
    "[1, 2]",
    "null",
    "true",
    "0",
    "1e999",
    "2020-01-01",
    "--- ",
    "...",
    "*",
    ":splat",
    "/* 301!",
    "/ / 200",
    "x; return 200",
    "\"; } location / { return 200 \"",
    "$uri",
    "$1 %1",
    "[R=301,L]",
    "%{REQUEST_URI}",
    "RewriteRule .* /evil",
    "https://e.example/\"><script>",
    "https://e.example/ x",
    "https://e.example/?a=1&b=<i>",
    "http://user:pw@e.example:8080/",
    "//evil.example/x",
    "/\\evil.example",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "file:///etc/passwd",
    "mailto:x@e.example?body=<script>",
    "http://[::1",
    "http://\u{ff0f}evil",
    "\u{feff}x",
    "\u{fffe}",
    "\u{85}\u{9b}x",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "\u{1f9d1}\u{200d}\u{1f680}",
    "\u{5d0}\u{5d1} (x) 1",
    "\u{e0001}\u{e0041}",
    "robots.txt",
    "feed.xml",
    "index",
    "<base href=//evil.example/>",
];

#[test]
fn hostile_titles_tags_and_names_leave_every_output_inert() {
    let site = Site::with(
        "title: \"</title><script>alert(1)</script>\"\nbase_url: https://example.org\nfeeds: {content: full}\n\
         citations: [bibtex, ris, csl]\ndownloads: true\nown_hosts: [e.example]\nredirect_maps: [netlify, nginx, apache]\n",
    );
    for (n, payload) in PAYLOADS.iter().enumerate() {
        // YAML takes these letters by their numbers alone.
        let number = |letter: char| match letter {
            '\u{80}'..='\u{9f}' | '\u{fffe}' => format!("\\u{:04x}", u32::from(letter)),
            _ => letter.to_string(),
        };
        let quoted: String =
            serde_json::to_string(payload).unwrap().chars().map(number).collect::<Vec<_>>().concat();
        let keys = [
            "title",
            "subtitle",
            "description",
            "tags",
            "authors",
            "source",
            "section",
            "places",
            "original_url",
            "archived_url",
            "rights",
            "dateline",
            "agency",
            "image",
            "lang",
            "slug",
            "first_published_by",
            "aliases",
        ];
        let front: String = keys.iter().map(|key| format!("{key}: {quoted}\n")).collect::<Vec<_>>().concat();
        let front = format!(
            "{front}print: {{page: {quoted}, edition: {quoted}}}\nraw: {{file: {quoted}, sha256: {quoted}}}\n"
        );
        site.file(&format!("content/p{n}.md"), format!("---\n{front}date: 2020-01-01\ncorrections: [{{text: {quoted}}}]\n---\n\n{payload}\n\n[x]({payload})\n"));
    }
    let run = site.build();
    assert_eq!(run.count("set_aside"), 0, "{}", run.stdout);
    assert!(run.problems("output-clash").is_empty(), "{}", run.stdout);
    let tree = site.tree();
    for (name, bytes) in &tree {
        // The manifest is not published; the icon is the theme's own.
        if name.starts_with("manifest") || name.starts_with("assets/icon.") {
            continue;
        }
        let text = std::str::from_utf8(bytes).unwrap();
        assert!(!text.contains(">49<"), "{name}");
        assert!(!text.chars().any(|c| c.is_control() && !c.is_ascii_whitespace()), "{name}");
        well_formed_and_inert(name, text);
    }
    for name in site.names() {
        assert!(name.split('/').all(|part| part.len() <= 100 && !part.starts_with("..")), "{name}");
    }
    let count = |end: &str| tree.keys().filter(|name| name.ends_with(end)).count();
    for end in [".bib", ".ris", ".csl.json"] {
        assert_eq!(count(end), PAYLOADS.len(), "{end}");
    }
}

/// Whatever an article says, a page runs only the theme's script, every format can be read and says one thing.
fn well_formed_and_inert(name: &str, text: &str) {
    match name.rsplit('.').next().unwrap() {
        "html" => inert(name, text),
        "xml" => {
            roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            if name.ends_with("feed.xml") || name.ends_with("rss.xml") {
                feed_rs::parser::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }
        "json" => drop(serde_json::from_str::<serde_json::Value>(text).unwrap()),
        "ndjson" => {
            let lines: Vec<serde_json::Value> =
                text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(lines.len(), PAYLOADS.len());
        }
        "bib" => {
            let parsed =
                biblatex::Bibliography::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(parsed.len(), 1, "{text}");
            let entry = parsed.iter().next().unwrap();
            assert_eq!(entry.entry_type, biblatex::EntryType::Article, "{text}");
            let authors = entry.author().map_or(0, |authors| authors.len());
            assert_eq!(authors, usize::from(entry.get("author").is_some()), "{text}");
        }
        "ris" => {
            let lines: Vec<&str> = text.split_terminator("\r\n").collect();
            assert!(
                lines.iter().all(|line| line.get(2..6) == Some("  - ") && !line.contains(['\r', '\n'])),
                "{text}"
            );
            let count = |tag: &str| lines.iter().filter(|line| line.starts_with(tag)).count();
            assert_eq!(
                (count("TY"), count("ER"), lines[0], *lines.last().unwrap()),
                (1, 1, "TY  - NEWS", "ER  - "),
                "{text}"
            );
        }
        "_redirects" => {
            for line in text.lines() {
                let parts: Vec<&str> = line.split(' ').collect();
                assert!(
                    parts.len() == 3 && parts[2] == "301!" && parts[1].starts_with("/2020/01/01/"),
                    "{line}"
                );
                assert!(
                    parts[0].starts_with('/') && !parts[0].contains('*') && !parts[0].contains("/:"),
                    "{line}"
                );
            }
        }
        "conf" => {
            for line in text.lines().skip(1) {
                let outside: String =
                    line.replace("\\\\", "").replace("\\\"", "").split('"').step_by(2).collect();
                let rule =
                    outside.replace("$args ~", "$args =").replace(" if ($args = ) { return 301 ; }", "");
                assert_eq!(rule.replace(" return 301 ;", ""), "location =  { }", "{line}");
            }
        }
        "htaccess" => {
            for line in text.lines().skip(1) {
                let outside: String = line.split('"').step_by(2).collect();
                assert!(
                    ["RewriteRule   [R=301,L,NE,QSD]", "RewriteCond  "].contains(&outside.as_str()),
                    "{line}"
                );
            }
        }
        "css" | "js" | "txt" => {}
        other => panic!("{name}: nobody looked at `{other}`"),
    }
}

fn inert(name: &str, text: &str) {
    let page = scraper::Html::parse_document(text);
    for element in page.tree.values().filter_map(|node| node.as_element()) {
        match element.name() {
            "script" if element.attr("src").is_some_and(|src| src.starts_with("/assets/")) => {}
            "script" => assert_eq!(element.attr("type"), Some("application/ld+json"), "{name}"),
            "svg" => assert_eq!(element.attr("class"), Some("spark"), "{name}"),
            other => {
                assert!(
                    !["img", "iframe", "object", "style", "math", "base"].contains(&other),
                    "{name}: {other}"
                );
            }
        }
        for (key, value) in element.attrs() {
            assert!(!key.starts_with("on") && key != "style", "{name}: {key}");
            let value = value.trim().to_lowercase();
            let runs = ["javascript:", "vbscript:", "data:"].iter().any(|scheme| value.starts_with(scheme));
            assert!(!runs || key == "content", "{name}: {value}");
        }
    }
    let scripts = scraper::Selector::parse("script[type]").unwrap();
    for script in page.select(&scripts) {
        let json: serde_json::Value = serde_json::from_str(&script.text().collect::<String>()).unwrap();
        assert_eq!(json["@type"], "NewsArticle", "{name}");
    }
}

#[test]
fn letters_that_no_page_may_hold_are_dropped() {
    let letters = [
        "\u{1}",
        "\u{7f}",
        "\u{85}",
        "\u{92}",
        "\u{9b}",
        "\u{fdd0}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{1fffe}",
        "\u{10ffff}",
    ];
    let site =
        Site::with("title: T\nbase_url: https://example.org\nfeeds: {content: full}\ndownloads: true\n");
    for (n, letter) in letters.iter().enumerate() {
        let code = u32::from(letter.chars().next().unwrap());
        site.file(
            &format!("content/a{n}.md"),
            format!("# Ti{letter}t&#{code};le{n}\n\nA{letter}B&#{code};C `co{letter}de` [l](/x \"ti{letter}t&#{code};le\")\n\n<b title='x{letter}y&#{code};z'>x{letter}y</b>\n"),
        );
    }
    site.build();
    for (n, letter) in letters.iter().enumerate() {
        assert!(
            site.read(&format!("public/undated/a{n}.html")).contains(&format!(">Title{n}</h1>")),
            "{letter:?}"
        );
        for (name, bytes) in site.tree() {
            assert!(!String::from_utf8(bytes).unwrap().contains(letter), "{name}: {letter:?}");
        }
    }
}

#[test]
fn long_cyrillic_slugs_are_cut_and_stay_apart() {
    let site = Site::new();
    let (a, b) = ("Новости".repeat(30), "Новости".repeat(31));
    site.article("a.md", &format!("title: A\ndate: 2020-01-01\nslug: {a}\ntags: [{a}]"));
    site.article("b.md", &format!("title: B\ndate: 2020-01-01\nslug: {b}\ntags: [{b}]"));
    site.build().clean();
    let pages: Vec<_> =
        site.names().into_iter().filter(|name| name.starts_with("2020/01/01/novosti")).collect();
    assert_eq!(pages.len(), 2, "{pages:?}");
    assert!(pages.iter().all(|page| page.len() <= "2020/01/01/".len() + 80 + ".html".len()));
}

#[test]
fn file_names_of_any_kind_do_not_stop_a_build() {
    let site = Site::new();
    for name in [
        "привет мир.md",
        "a'b\"c.md",
        "-dash.md",
        "con.md",
        "index.md",
        "2020.md",
        "emoji 🦄.md",
        "e\u{301}.md",
        "%2e%2e.md",
        "page-3.md",
    ] {
        site.file(&format!("content/{name}"), "---\ndate: 2020-01-01\n---\n\nText.\n");
    }
    site.file("static/bad:name.txt", "x").file("static/con", "x");
    let run = site.build();
    assert_eq!(run.count("articles"), 10);
    assert_eq!(run.problems("path").len(), 2);
}
