//! What articles may hold, and when they are published.

use crate::site::Site;

#[test]
fn drafts_are_nowhere() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01\ntags: [one]");
    site.article("d.md", "title: Unfinished business\ndate: 2020-01-02\ntags: [one, two]\nstatus: draft");
    site.article("hugo.md", "title: Unfinished business\ndate: 2020-01-02\ndraft: true");
    site.article("jekyll.md", "title: Unfinished business\ndate: 2020-01-02\npublished: false");
    let run = site.build();
    for (name, bytes) in site.tree() {
        assert!(!String::from_utf8_lossy(&bytes).contains("Unfinished"), "{name}");
    }
    assert!(!site.exists("public/tags/two") && !site.exists("public/2020/01/02"));
    assert_eq!((run.count("articles"), run.built()["withheld"]["draft"].as_u64()), (1, Some(3)));
    let run = site.try_build(&["--drafts"]);
    assert!(site.exists("public/2020/01/02/d.html"));
    assert_eq!(run.count("articles"), 4);
}

#[test]
fn what_lies_in_the_future_is_withheld_and_said() {
    let site = Site::with("title: T\nbase_url: https://example.org\ntimezone: Pacific/Auckland\n");
    site.article("now.md", "title: A\ndate: 2024-06-01T12:00:00Z");
    site.article("soon.md", "title: B\ndate: 2024-06-01T12:00:01Z");
    site.article("today.md", "title: C\ndate: 2024-06-02");
    site.article("tomorrow.md", "title: D\ndate: 2024-06-03");
    site.article("embargo.md", "title: E\ndate: 2020-01-01\nembargo: 2024-06-03");
    site.article("over.md", "title: F\ndate: 2020-01-01\nembargo: 2024-06-02");
    site.article("expired.md", "title: G\ndate: 2020-01-01\nexpires: 2024-06-02");
    let run = site.build();
    assert_eq!(
        run.built()["withheld"],
        serde_json::json!({"draft": 0, "future": 2, "embargo": 1, "expired": 1, "removed": 0})
    );
    assert_eq!(run.count("articles"), 3);
    let told = site.run(&["build", "--now", "2024-06-01T12:00:00Z"]).stderr;
    assert!(told.contains("withheld: 4 (future 2, embargo 1, expired 1)"), "{told}");
    assert!(
        told.contains("future: content/soon.md") && told.contains("embargo: content/embargo.md"),
        "{told}"
    );
    assert_eq!(site.try_build(&["--future"]).count("articles"), 6);
}

#[test]
fn now_is_an_input() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2001-01-01");
    let run = site.run(&["build", "--json", "--now", "2000-01-01"]);
    assert_eq!(run.count("articles"), 0);
    let mut command = site.command(&["build", "--json"]);
    let epoch = |seconds: &str| {
        crate::site::Run::of(command.env("SOURCE_DATE_EPOCH", seconds).output().unwrap()).count("articles")
    };
    let mut epoch = epoch;
    assert_eq!((epoch("946684800"), epoch("978307200")), (0, 1));
}

#[test]
fn bodies_are_data() {
    let site = Site::new();
    let body = "{{ 7*7 }} {% for x in site %}{{ x }}{% endfor %} {{ site.title }} {# gone? #}";
    site.file("content/a.md", format!("---\ntitle: '{{{{ 7*7 }}}}'\ndate: 2020-01-01\ntags: ['{{{{ 7*7 }}}}']\nsubtitle: '{{{{ 7*7 }}}}'\n---\n\n{body}\n"));
    site.build();
    let page = site.read("public/2020/01/01/a.html");
    assert!(page.contains(body), "{page}");
    assert!(page.contains("{{ 7*7 }}</h1>") && !page.contains(">49<"), "{page}");
}

#[test]
fn a_file_without_front_matter_is_published_with_a_note() {
    let site = Site::new();
    site.file("content/my-first-story.md", "Just text.\n");
    site.file("content/other.md", "# The heading\n\nText.\n\n# Second\n");
    site.file("content/2014-07-23-dated.md", "Text.\n");
    let run = site.build();
    assert_eq!(run.problems("no-front-matter").len(), 3);
    assert!(site.read("public/undated/my-first-story.html").contains("My first story</h1>"));
    let other = site.read("public/undated/other.html");
    assert_eq!(other.matches("The heading</h1>").count(), 1, "{other}");
    assert_eq!(other.matches("<h1").count(), 1, "{other}");
    assert!(site.exists("public/2014/07/23/dated.html"));
}

#[test]
fn links_between_articles_and_images_beside_them_are_resolved() {
    let site = Site::with("title: T\nbase_url: https://example.org/arc\n");
    site.file("static/images/map.png", b"map");
    site.file("content/2020/photo one.png", b"photo");
    site.file("content/2020/a.md", "---\ntitle: A\ndate: 2020-01-01\n---\n[b](../b.md#part) ![p](photo%20one.png) ![m](/images/map.png) ![gone](gone.png) ![far](https://example.com/x.png) ![svg](x.svg)\n");
    site.file("content/2020/x.svg", "<svg/>");
    site.file("content/b.md", "---\ntitle: B\ndate: 2020-01-02\n---\n[a](/2020/a.md) [dead](nowhere.md)\n");
    let run = site.build();
    let a = site.read("public/2020/01/01/a.html");
    assert!(a.contains("href=\"/arc/2020/01/02/b.html#part\""), "{a}");
    let media: Vec<_> = site.names().into_iter().filter(|name| name.starts_with("media/")).collect();
    assert_eq!(media.len(), 1, "{media:?}");
    assert!(media[0].ends_with("-photo one.png"));
    assert!(a.contains(&format!("src=\"/arc/{}\"", media[0].replace(' ', "%20"))), "{a}");
    assert!(a.contains("src=\"/arc/images/map.png\"") && site.exists("public/images/map.png"), "{a}");
    assert!(a.contains("<a href=\"https://example.com/x.png\""), "{a}");
    assert!(!a.contains("src=\"https://") && !a.contains("x.svg"), "{a}");
    assert!(site.read("public/2020/01/02/b.html").contains("href=\"/arc/2020/01/01/a.html\""));
    assert_eq!(run.problems("unsafe-image").len(), 1);
    assert!(!run.problems("missing-image").is_empty());
}

/// A picture of 3 by 2 pixels.
const GIF: &[u8] = b"GIF89a\x03\0\x02\0\0\0\0;";

#[test]
fn images_keep_their_space_and_the_lead_image_is_shown_once() {
    let site = Site::with("title: T\nbase_url: https://example.org/arc\n");
    site.file("static/map.gif", GIF).file("content/a.gif", GIF).file("content/b.gif", [GIF, b"!"].concat());
    site.file(
        "content/a.md",
        "---\ntitle: A\nimage: b.gif\n---\n![a](a.gif) ![m](/map.gif) <img src=a.gif width=1 alt=w>\n",
    );
    site.article("shown.md", "title: Shown\nimage: a.gif");
    site.file("content/twice.md", "---\ntitle: Twice\nimage: a.gif\n---\n![once](a.gif)\n");
    site.article("far.md", "title: Far\nimage: https://example.com/far.jpg");
    site.build().clean();
    let page = site.read("public/undated/a.html");
    let lead = page.find("class=\"u-photo\"").unwrap();
    assert!(lead < page.find("class=\"body").unwrap(), "{page}");
    assert_eq!(page.matches("width=\"3\" height=\"2\"").count(), 3, "lead, a and m: {page}");
    assert!(page.contains("width=\"1\""), "{page}");
    let media = |name: &str| site.names().into_iter().find(|path| path.ends_with(name)).unwrap();
    let whole = format!("https://example.org/arc/{}", media("-b.gif"));
    assert_eq!(page.matches(&whole).count(), 2, "Open Graph and JSON-LD: {page}");
    let measured =
        "<meta property=\"og:image:width\" content=\"3\">\n<meta property=\"og:image:height\" content=\"2\">";
    assert!(
        page.contains(&format!("<meta property=\"og:image\" content=\"{whole}\">\n{measured}")),
        "{page}"
    );
    assert_eq!(site.read("public/undated/twice.html").matches("<img").count(), 1);
    let far = site.read("public/undated/far.html");
    assert!(
        !far.contains("<img")
            && far.contains("property=\"og:image\" content=\"https://example.com/far.jpg\"")
    );
}

#[test]
fn a_broken_article_is_set_aside_and_its_page_stays_until_it_is_mended() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01\ntags: [one]");
    site.article("b.md", "title: B\ndate: 2020-01-01\ntags: [one]");
    site.build();
    site.file("content/a.md", "---\ntitle: [A\ndate: 2020-01-01\n---\n");
    let run = site.build();
    let problem = run.problem("front-matter");
    assert_eq!((problem["file"].as_str(), problem["level"].as_str()), (Some("content/a.md"), Some("error")));
    assert_eq!((run.count("articles"), run.count("set_aside")), (1, 1));
    assert!(site.exists("public/2020/01/01/a.html"));
    assert!(!site.read("public/tags/one/index.html").contains("/a.html"));
    assert_eq!(site.try_build(&["--strict"]).code, Some(1));
    std::fs::remove_file(site.path("content/a.md")).unwrap();
    site.build().clean();
    assert!(!site.exists("public/2020/01/01/a.html"));
}

#[test]
fn a_typo_in_what_hides_an_article_does_not_show_it() {
    for front in [
        "status: drfat",
        "status: [draft]",
        "embargo: tomorrow",
        "expires: 2020-13-01",
        "kind: pgae",
        "draft: perhaps",
        "redact: {a: b}",
    ] {
        let site = Site::new();
        site.article("a.md", &format!("title: A\ndate: 2020-01-01\n{front}"));
        let run = site.build();
        assert_eq!((run.count("articles"), run.count("set_aside")), (0, 1), "{front}");
        assert!(!site.exists("public/2020"), "{front}");
    }
}

#[test]
fn the_sample_shows_its_languages() {
    let site = Site::new();
    site.article("a.md", "title: مرحبا\ndate: 2020-01-01\nlang: ar\nslug: hello");
    site.build().clean();
    let page = site.read("public/2020/01/01/hello.html");
    assert!(page.contains("lang=\"ar\"") && page.contains("dir=\"rtl\""), "{page}");
    let list = site.read("public/2020/01/01/index.html");
    assert!(list.contains("lang=\"ar\"") && list.contains("dir=\"rtl\""), "{list}");
    assert!(list.contains("<html lang=\"en\""), "{list}");
}

#[test]
fn front_matter_may_be_empty_or_begin_below_blank_lines() {
    let site = Site::new();
    for (name, text) in
        [("a.md", "---\n---\nb\n"), ("b.md", "---\n\n---\nb\n"), ("c.md", "---\n# x\n---\nb\n")]
    {
        site.file(&format!("content/{name}"), text);
    }
    site.file("content/secret.md", "\n  \n---\ntitle: Secret\nstatus: draft\n---\nsecret body\n");
    let run = site.build();
    assert_eq!((run.count("articles"), run.built()["withheld"]["draft"].as_u64()), (3, Some(1)));
    assert!(site.tree().values().all(|bytes| !String::from_utf8_lossy(bytes).contains("secret body")));
}

#[test]
fn brackets_in_quotes_open_nothing() {
    let site = Site::new();
    let many = "[".repeat(100);
    site.article("a.md", &format!("title: '{many}'\ndescription: \"{many}\"\nsubtitle: don't"));
    site.build().clean();
}

#[test]
fn a_wrong_date_is_undated_whatever_the_files_name_says() {
    let site = Site::new();
    site.article("2014-07-23-a.md", "title: A\ndate: 2024-02-31");
    site.article("2014-07-23-b.md", "title: B");
    site.article("c.md", "title: C\ndate: [2019]");
    site.article("d.md", "title: D\ndate: {y: 1}");
    let run = site.build();
    assert_eq!(run.problems("date").len(), 3, "{}", run.stdout);
    for name in ["undated/a.html", "2014/07/23/b.html", "undated/c.html", "undated/d.html"] {
        assert!(site.exists(&format!("public/{name}")), "{name} {:?}", site.names());
    }
}

#[test]
fn a_file_name_with_a_date_that_does_not_exist_is_undated_with_a_warning() {
    let site = Site::new();
    site.article("2015-02-31-bad.md", "title: A");
    site.article("2015-02-31-dated.md", "title: B\ndate: 2015-03-01");
    site.article("1984-was-a-year.md", "title: C");
    let run = site.build();
    let problem = run.problem("date");
    assert_eq!(problem["file"], "content/2015-02-31-bad.md");
    assert!(problem["message"].as_str().unwrap().contains("2015-02 has 28 days"), "{problem}");
    assert!(site.exists("public/undated/2015-02-31-bad.html"), "{:?}", site.names());
}

#[test]
fn front_matter_that_ends_too_early_is_shown_where_it_began() {
    let site = Site::new();
    site.article("a.md", "date: 2020\ntitle: \"A");
    site.article("b.md", "title: B\u{7}");
    let run = site.try_build(&[]);
    let places: Vec<_> =
        run.problems("front-matter").iter().map(|p| (p["line"].clone(), p["column"].clone())).collect();
    assert_eq!(places, [(3.into(), 8.into()), (2.into(), 9.into())], "{}", run.stdout);
}

#[test]
fn addresses_that_are_none_are_said() {
    let site = Site::new();
    site.article("a.md", "title: A\noriginal_url: 'javascript:alert(1)'\narchived_url: not a url");
    let run = site.build();
    assert_eq!(run.problems("unsafe-link").len(), 2, "{}", run.stdout);
    assert!(!site.read("public/undated/a.html").contains("javascript"));
}

#[test]
fn a_heading_never_shares_an_id_with_the_theme() {
    let site = Site::new();
    site.file(
        "content/a.md",
        "---\ntitle: A\ntags: x\noriginal_url: https://example.com/\ncorrections: [{text: C}]\n---\n\n## Corrections\n\n## Provenance\n\n## Filed\n\n## Main\n",
    );
    site.build().clean();
    let page = site.read("public/undated/a.html");
    let mut ids: Vec<&str> =
        page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "{ids:?}");
    assert!(all >= 8, "{ids:?}");
}

#[test]
fn thousands_of_unknown_keys_take_no_longer_than_their_text() {
    let site = Site::new();
    let keys: Vec<String> = (0..9000).map(|n| format!("k{n}:\n")).collect();
    let keys = keys.concat();
    site.file("content/a.md", format!("---\ntitle: A\n{keys}---\nb\n"));
    let run = site.build();
    assert!(run.problems("unknown-key").len() <= 21, "said for the first, counted for the rest");
}

#[test]
fn a_body_over_the_limit_costs_one_article() {
    let site = Site::new();
    site.article("a.md", "title: A").file("content/long.md", "x".repeat(17 << 20));
    let run = site.build();
    assert_eq!((run.count("articles"), run.count("set_aside")), (1, 1));
    assert_eq!(run.problem("markdown-limits")["file"], "content/long.md");
}

#[test]
fn drafts_of_other_generators_are_drafts_however_they_say_it() {
    #[track_caller]
    fn check(text: &str) {
        let site = Site::new();
        site.file("content/a.md", text);
        assert_eq!(site.build().count("articles"), 0, "{text}");
    }
    check("---\nTitle: T\nDraft: true\n---\nBody\n");
    check("<!-- by hand -->\n---\ntitle: T\ndraft: true\n---\nBody\n");
    check("{\"title\": \"T\", \"draft\": true}\n\nBody\n");
    check("{\n  \"draft\": true\n}\n\nBody\n");
    check("----\ndraft: true\n----\nBody\n");
    check(";;;\ndraft = true\n;;;\nBody\n");
    check("+++\ndraft = true\n+++\nBody\n");
    let site = Site::new();
    site.file("content/a.md", "{{< figure >}} begins here.\n")
        .file("content/b.md", "-----\n\nA rule above.\n");
    site.file("content/2015-3-7-four.md", "---\nTitle: Four\n---\nBody\n");
    assert_eq!(site.build().count("articles"), 3);
    assert!(site.read("public/2015/03/07/four.html").contains("<h1 class=\"p-name\">Four"));
}

#[test]
fn a_link_to_what_is_withheld_says_nothing_of_it() {
    let site = Site::new();
    site.article("jane-doe-arrested.md", "title: X\nslug: x\nstatus: removed")
        .article("secret-plan.md", "title: Y\ndraft: true")
        .file(
            "content/a.md",
            "---\ntitle: A\n---\n[one](jane-doe-arrested.md) [two](/secret-plan.md#top) <a href=gone.md>three</a>\n",
        );
    site.build();
    assert!(site.read("public/undated/a.html").contains("<p>one two three</p>"));
}

#[test]
fn what_was_meant_is_said() {
    let site = Site::new();
    site.article("a.md", "titel: A").article("b.md", "title: A: b");
    let run = site.build();
    assert!(run.problem("unknown-key")["hint"].as_str().unwrap().contains("`title`"));
    assert!(run.problem("front-matter")["hint"].as_str().unwrap().contains("quote values"));
}

#[test]
fn what_is_said_to_be_removed_is_never_shown() {
    let site = Site::new();
    site.article("2020-01-01-a.md", "title: Secret\nremoved: {date: 2021-01-01, reason: a court}");
    site.article("2020-01-02-b.md", "title: Hidden\nremoved: {reason: x}\nstatus: published");
    let run = site.build();
    let levels: Vec<_> =
        run.problems("front-matter").iter().map(|problem| problem["level"].clone()).collect();
    assert_eq!(levels, ["warning", "error"], "{}", run.stdout);
    assert!(!site.tree().values().any(|bytes| {
        let text = String::from_utf8_lossy(bytes);
        ["Secret", "Hidden", "Body of"].iter().any(|word| text.contains(word))
    }));
    assert!(site.read("public/2020/01/01/a.html").contains("a court"));
}

#[test]
fn a_correction_without_text_is_not_published() {
    let site = Site::new();
    site.article("2020-01-01-a.md", "title: A\ncorrections:\n- {date: 2020-01-05, txt: the name was wrong}");
    let run = site.build();
    assert_eq!(run.problem("unknown-key")["line"], 4, "{}", run.stdout);
    assert_eq!(run.problem("invalid-value")["line"], 4);
    assert!(!site.exists("public/corrections/index.html"));
    assert!(!site.read("public/2020/01/01/a.html").contains("theme_corrections"));
}
