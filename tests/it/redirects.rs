//! Addresses of before, as servers read them.

use crate::site::Site;

const MAPS: &str = "title: T\nbase_url: https://example.org\nown_hosts: [old.example]\nredirect_maps: [netlify, nginx, apache]\ncitations: [bibtex]\n";
const NETLIFY: &str = "public/_redirects";
const NGINX: &str = "public/redirects.nginx.conf";
const APACHE: &str = "public/.htaccess";

/// A site with an article for each list of aliases.
fn site(aliases: &[&str]) -> Site {
    let site = Site::with(MAPS);
    for (n, aliases) in aliases.iter().enumerate() {
        let quoted = serde_json::to_string(&aliases.split(' ').collect::<Vec<_>>()).unwrap();
        site.article(&format!("a{n}.md"), &format!("title: A{n}\ndate: 2020-01-01\naliases: {quoted}"));
    }
    site
}

#[test]
fn what_is_generated_goes_before_any_redirect() {
    let own = [
        "/robots.txt/",
        "/sitemap.xml/",
        "/sitemap-2020.xml/x.html",
        "/_redirects",
        "/.htaccess/",
        "/redirects.nginx.conf/",
        "/feed.xml",
        "/robots.txt",
        "/sitemap.xml",
        "/rss.xml/x.php",
        "/2020/01/01/a0.bib",
        "/manifest.json",
        "/manifest/x.ndjson",
        "/tags",
        "/tags/",
        "/index.html",
        "http://www.old.example/feed.json",
        "/%66eed.xml",
        "//feed.xml",
    ];
    let site = site(&[&own.join(" "), "/? / // http://old.example/? /feed.xml%0a /was.html"]);
    let run = site.build();
    let problems = run.problems("redirect");
    let (notes, warnings): (Vec<_>, Vec<_>) =
        problems.into_iter().partition(|problem| problem["level"] == "note");
    // Two of them are spellings of another.
    assert_eq!(warnings.len(), own.len() - 1, "{}", run.stdout);
    assert_eq!(notes.len(), 2, "the home page, and what is no address: {}", run.stdout);
    assert_eq!(run.problems("output-clash").len(), 0);
    let netlify = site.read(NETLIFY);
    assert_eq!(netlify, "/was.html /2020/01/01/a1.html 301!\n");
    assert_eq!(site.read(NGINX).matches("return 301").count(), 1, "{}", site.read(NGINX));
    assert_eq!(site.read(APACHE).matches("R=301").count(), 1);
    assert!(
        site.read("public/feed.xml").contains("<feed") && site.read("public/robots.txt").contains("Sitemap")
    );
}

#[test]
fn the_signs_of_a_servers_language_are_plain_letters_in_its_map() {
    let site = site(&["/* /:x /a/:y/z /news:1 /a$b.php /a%24c.php /q.php?a=$b&c=1 /x\"y.php /(z).php"]);
    site.build().clean();
    let netlify = site.read(NETLIFY);
    for from in ["/%2A ", "/%3Ax ", "/a/%3Ay/z ", "/news:1 "] {
        assert!(netlify.lines().any(|line| line.starts_with(from)), "{from}: {netlify}");
    }
    assert!(!netlify.contains('*') && !netlify.contains("/:"), "{netlify}");
    let nginx = site.read(NGINX);
    for part in [
        "location = \"/a$b.php\" {",
        "location = \"/a$c.php\" {",
        "if ($args ~ \"^a\\\\=\\\\$b\\\\&c\\\\=1$\") { return 301",
        "location = \"/x\\\"y.php\" {",
    ] {
        assert!(nginx.contains(part), "{part}: {nginx}");
    }
    assert!(site.read(APACHE).contains("\"^\\(z\\)\\.php$\""), "{}", site.read(APACHE));
}

#[test]
fn a_path_has_one_rule_even_where_something_was_removed() {
    let site = site(&["/2020/02/02/neutral.html?x=1 /2020/02/03/folder/?y=2 /p.php?a=1 /p.php"]);
    site.article("neutral.md", "title: N\ndate: 2020-02-02\nstatus: removed");
    site.build().clean();
    let nginx = site.read(NGINX);
    let mut paths: Vec<&str> =
        nginx.lines().filter_map(|line| line.strip_prefix("location = ")?.split(" {").next()).collect();
    let all = paths.len();
    paths.dedup();
    assert_eq!(paths.len(), all, "{nginx}");
    let both = "location = \"/2020/02/02/neutral.html\" { if ($args = \"x=1\") { return 301 \"/2020/01/01/a0.html\"; } error_page 410 @backissue_removed; return 410; }";
    assert!(nginx.contains(both), "{nginx}");
    let apache = site.read(APACHE);
    let (with, without) = (apache.find("a\\=1").unwrap(), apache.find("RewriteRule \"^p\\.php$\"").unwrap());
    assert!(with < without + 40 && apache.rfind("RewriteRule \"^p\\.php$\"").unwrap() > with, "{apache}");
    assert!(apache.contains("ErrorDocument 410 /%{REQUEST_URI}\n"), "{apache}");
}

#[test]
fn a_removed_folder_answers_at_both_of_its_addresses() {
    let site = Site::with(&format!("{MAPS}permalink: /{{year}}/{{slug}}/\n"));
    site.article("gone.md", "title: G\ndate: 2020-02-02\nstatus: removed\nremoved: {code: 451}");
    site.build().clean();
    let nginx = site.read(NGINX);
    for path in ["/2020/gone/", "/2020/gone/index.html"] {
        assert!(nginx.contains(&format!("location = \"{path}\" {{ error_page 451")), "{nginx}");
    }
    assert!(
        site.read(APACHE).contains("\"^2020/gone/(index\\.html)?$\" \"-\" [R=451,L]"),
        "{}",
        site.read(APACHE)
    );
    let netlify = "/2020/gone/ /2020/gone/ 451!\n/2020/gone/index.html /2020/gone/ 451!\n";
    assert_eq!(site.read(NETLIFY), netlify);
}

#[test]
fn two_spellings_of_one_address_lead_to_one_article_or_to_none() {
    let site = site(&["/x.html /same.html /Same.html", "/X.html /f.html /f.html/below.html"]);
    let run = site.build();
    assert_eq!(run.problems("redirect").len(), 2, "{}", run.stdout);
    let nginx = site.read(NGINX);
    assert!(!nginx.to_lowercase().contains("/x.html"), "it leads to neither: {nginx}");
    assert!(nginx.contains("/same.html") && nginx.contains("/Same.html"), "{nginx}");
    assert!(site.exists("public/f.html/below.html") && !nginx.contains("\"/f.html\""));
    assert!(site.exists("public/Same.html") || site.exists("public/same.html"));
}

/// Remarks on aliases: message, and hint if there is one.
fn remarks(run: &crate::site::Run) -> Vec<String> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_string();
    let remark = |problem: &&serde_json::Value| {
        assert_eq!(problem["level"], "note", "{problem}");
        format!("{}: {} ({})", text(&problem["file"]), text(&problem["message"]), text(&problem["hint"]))
    };
    run.problems("redirect").iter().map(remark).collect()
}

#[test]
fn aliases_without_effect_are_said_once_for_each_reason() {
    let site = Site::with("title: T\nbase_url: https://example.org\nown_hosts: [old.example]\n");
    let long = "x".repeat(300);
    let aliases = format!(
        "[/a.php?id=1, /img/x.jpg, /{long}, 'mailto:a@b.c', 'https://other.example/x', /, /was.html]"
    );
    site.article("a.md", &format!("title: A\ndate: 2020-01-01\naliases: {aliases}"));
    site.article("b.md", "title: B\ndate: 2020-01-02\naliases: ['javascript:alert(1)']");
    let run = site.build();
    assert_eq!(
        remarks(&run),
        [
            "content/a.md: no redirect from the alias `/a.php?id=1` and 2 more: only a server can answer it, as it has a query or a name that no page can have (name the server's kind under `redirect_maps` in `archive.yaml`)",
            "content/a.md: no redirect from the alias `https://other.example/x`: the host is none of `own_hosts` (name the host under `own_hosts` in `archive.yaml` if this archive takes it over)",
            "content/a.md: no redirect from the alias `mailto:a@b.c` and 1 more: no browser asks a site for it (write a path such as `/old/page.html`, or an address on one of `own_hosts`)",
            "content/a.md: no redirect from the alias `/`: it is the home page (take it out)",
        ]
    );
    assert!(site.exists("public/was.html"));
    // A server's list has all that a browser asks for.
    site.file("archive.yaml", MAPS);
    assert_eq!(remarks(&site.build()).len(), 3);
    for map in [NETLIFY, NGINX, APACHE] {
        let text = site.read(map);
        assert!(text.contains(&long) && text.contains("img/x") && !text.contains("mailto"), "{text}");
    }
}

#[test]
fn netlify_is_asked_for_queries_that_its_rules_can_hold() {
    let site = site(&["/p.php /p.php?b=2&a=1 /q.php?x /r.php?x=%20y /s.php?x=1&x=2"]);
    let run = site.build();
    let to = "/2020/01/01/a0.html 301!";
    assert_eq!(site.read(NETLIFY), format!("/p.php b=2 a=1 {to}\n/p.php {to}\n"));
    assert_eq!(
        remarks(&run),
        ["content/a0.md: `_redirects` is without `/q.php?x` and 2 more: it cannot ask for such a query ()"]
    );
}
