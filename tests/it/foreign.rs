//! Archives written for other generators.

use crate::site::Site;

#[test]
fn hugo_and_jekyll_posts_build_after_mapping_keys() {
    let site = Site::with(
        "title: T\nbase_url: https://example.org\nkeys:\n  deck: description\n  topics: tags\n  headline: title\n  lastmod: updated\n  params.desk: section\n  summary: description\n",
    );
    site.file("content/posts/one.md", "---\nheadline: One\ndate: 2017-03-08 2:05:17 -0400\ntopics: [a, b]\ndeck: The deck\nsummary: The summary\nparams: {desk: News, weight: 3}\n---\n\nText {{< youtube abc >}} and {{<figure src=\"x.jpg\">}}.\n");
    site.file("content/posts/two.md", "---\ntitle: Two\ndate: '2014-07-23T10:01:00-04:00'\nauthor: {name: Jane Doe}\nlayout: post\n---\n\n<div class=\"x\">Raw <b>bold</b></div>\n\n<iframe src=\"https://example.com/v\"></iframe>\n\n{% include note.html %}\n");
    site.file("content/posts/2016-03-04-three.md", "---\ntitle: Three\n---\n\nText.\n");
    site.file("content/posts/four.md", "---\ntitle: Four\ndate: 2016-03-04\n---\n\nText.\n");
    site.file("content/posts/five.md", "+++\ntitle = \"Five\"\n+++\n\nText.\n");
    site.file(
        "content/posts/bundle/index.md",
        "---\ntitle: Bundle\ndate: 2015-03-17 14:00:00 -4\n---\n\nText.\n",
    );
    let run = site.build();
    let one = site.read("public/2017/03/08/one.html");
    assert!(one.contains("One</h1>") && one.contains("{{&lt; youtube abc &gt;}}"), "{one}");
    assert!(one.contains("figure src="), "a shortcode that looks like a tag is shown as well: {one}");
    assert!(one.contains("/tags/a/") && one.contains("/sections/news/"), "{one}");
    assert!(
        one.contains("The deck") && !one.contains("The summary"),
        "the first key with a value wins: {one}"
    );
    let two = site.read("public/2014/07/23/two.html");
    assert!(
        two.contains("<b>bold</b>")
            && two.contains("{% include note.html %}")
            && two.contains("/authors/jane-doe/"),
        "{two}"
    );
    assert!(!two.contains("<iframe"), "{two}");
    for page in ["2016/03/04/three.html", "2016/03/04/four.html", "2015/03/17/bundle.html"] {
        assert!(site.exists(&format!("public/{page}")), "{page}");
    }
    // Nothing is dropped without a line saying so.
    assert!(run.problem("html-removed")["message"].as_str().unwrap().contains("iframe"));
    assert_eq!(run.problems("shortcode").len(), 2);
    let unknown: Vec<_> =
        run.problems("unknown-key").iter().map(|problem| problem["message"].to_string()).collect();
    assert!(
        unknown.iter().any(|message| message.contains("`layout`"))
            && unknown.iter().any(|message| message.contains("`params`")),
        "{unknown:?}"
    );
    let toml = run.problem("front-matter");
    assert_eq!((toml["file"].as_str(), toml["line"].as_u64()), (Some("content/posts/five.md"), Some(1)));
}

#[test]
fn values_of_unknown_keys_reach_templates() {
    let site = Site::new();
    site.file(
        "templates/article.html",
        "{{ article.extra.rating + 1 }} {{ article.extra.mood }} {{ article.extra.version }}",
    );
    site.article("a.md", "title: A\ndate: 2020-01-01\nrating: 3\nextra: {mood: grey, version: '1.10'}");
    let run = site.build();
    assert_eq!(site.read("public/2020/01/01/a.html"), "4 grey 1.10");
    assert_eq!(run.problem("unknown-key")["level"], "note");
}

#[test]
fn what_is_not_published_is_said() {
    let site = Site::new();
    site.article("_posts/2019-01-01-x.md", "title: X");
    site.article("post/_index.md", "title: Index");
    site.file("content/post/2019-01-02-y.html", "---\ntitle: Y\n---\n<p>x</p>\n");
    site.file("content/f.pdf", "%PDF");
    site.file("content/g.pdf", "%PDF");
    site.article("a.md", "title: A");
    let run = site.build();
    let passed: Vec<_> =
        run.problems("passed-over").iter().map(|note| note["message"].as_str().unwrap()).collect();
    assert!(
        passed.len() == 2 && passed[0].contains("_index.md") && passed[1].contains("_posts"),
        "{passed:?}"
    );
    let unused: Vec<_> =
        run.problems("unused-file").iter().map(|note| note["message"].as_str().unwrap()).collect();
    assert!(unused.len() == 2 && unused.iter().any(|text| text.starts_with("2 files `.pdf`")), "{unused:?}");
}

#[test]
fn a_key_without_a_value_gives_way_to_a_foreign_one() {
    let site = Site::with("title: T\nkeys: {deck: description}\n");
    site.article("a.md", "title: A\ndescription: ''\ndeck: From the deck");
    site.build();
    assert!(site.read("public/undated/a.html").contains("content=\"From the deck\""));
}
