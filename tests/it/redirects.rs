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
    // Two of them are spellings of another.
    assert_eq!(run.problems("redirect").len(), own.len() - 1, "{}", run.stdout);
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
