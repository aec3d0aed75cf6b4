//! Dead links: original addresses lead to the articles of today.

use crate::left_out::left_out;
use crate::site::Site;
use std::io::Write as _;
use std::process::{Command, Stdio};

#[test]
fn a_dead_link_finds_its_article() {
    let site = Site::new();
    site.article(
        "a.md",
        "title: A <b>\ndate: 2020-01-01\noriginal_url: https://www.herald.example/News/1.html?utm_source=x",
    );
    site.article("b.md", "title: B\ndate: 2020-01-02\noriginal_url: http://other.example/b");
    site.build().clean();
    let page = site.read("public/lookup/index.html");
    assert!(page.contains("data-count=\"1\"") && page.contains("/assets/lookup."), "{page}");
    let shard: serde_json::Value = serde_json::from_str(&site.read("public/lookup/shards/0.json")).unwrap();
    assert_eq!(shard["herald.example/news/1.html"], serde_json::json!([["A <b>", "/2020/01/01/a.html"]]));
    let host = site.read("public/lookup/herald-example/index.html");
    assert!(
        host.contains("https://www.herald.example/News/1.html?utm_source=x")
            && host.contains("/2020/01/01/a.html")
    );
    let without = Site::with("title: T\nlookup: false\n");
    without.article("a.md", "title: A\noriginal_url: https://herald.example/1");
    assert!(!without.build_and("public/lookup/index.html"));
}

#[test]
fn a_list_of_very_many_sites_is_split_by_letter() {
    let site = Site::with("title: T\nbase_url: https://example.org\nfeeds: {formats: []}\n");
    // Lists of single hosts are many and plain; the pages under test are the theme's own.
    site.file("templates/article.html", "").file("templates/period.html", "");
    let host = |n: usize| match n {
        0 => "~.example".to_string(),
        _ => format!("{}{n}.{}.example", ["a", "b", "7"][n % 3], "long-".repeat(12).trim_end_matches('-')),
    };
    for n in 0..1300 {
        site.article(&format!("a{n}.md"), &format!("title: A{n}\noriginal_url: http://{}/", host(n)));
    }
    site.build();
    let parts: Vec<String> =
        site.names().into_iter().filter(|name| name.starts_with("lookup/letter-")).collect();
    assert_eq!(parts, ["lookup/letter-0.html", "lookup/letter-a.html", "lookup/letter-b.html"]);
    let mut listed = 0;
    for name in parts.iter().chain([&"lookup/index.html".to_string()]) {
        let page = site.read(&format!("public/{name}"));
        assert!(page.len() < 300_000, "{name}: {}", page.len());
        assert!(page.contains("/lookup/letter-a.html") && page.contains("/lookup/letter-0.html"));
        listed += page.matches("</a> <span class=\"count\">").count();
    }
    assert_eq!(listed, 1300, "every site is under one letter");
    assert!(site.read("public/lookup/index.html").contains("<form id=\"lookup\""));
}

/// Runs the page's script as a browser would: each line of the input is pasted and looked up.
const BROWSER: &str = r#"
const fs = require("fs");
const element = () => ({ children: [], append(child) { this.children.push(child); }, get lastChild() { return this.children.at(-1); } });
const [folder, script] = process.argv.slice(1);
const page = fs.readFileSync(folder + "/lookup/index.html", "utf8");
const data = (name) => page.match(new RegExp(`data-${name}="([^"]*)"`))[1];
let submit, said;
const status = { dataset: { found: "found", missing: "missing", error: "error" }, replaceChildren: (line, list) => said([line, list]) };
const form = {
  dataset: { folder: data("folder"), count: data("count"), tracking: data("tracking"), prefix: data("prefix") },
  address: {},
  querySelector: () => status,
  addEventListener: (_, listener) => (submit = listener),
};
globalThis.document = { getElementById: () => form, createElement: element };
globalThis.fetch = async (url) => {
  const file = folder + url;
  return fs.existsSync(file) ? { ok: true, json: async () => JSON.parse(fs.readFileSync(file, "utf8")) } : { ok: false, status: 404 };
};
eval(fs.readFileSync(script, "utf8"));
(async () => {
  for (const line of fs.readFileSync(0, "utf8").split("\n")) {
    form.address.value = line;
    const answer = new Promise((resolve) => (said = resolve));
    submit({ preventDefault() {} });
    const [{ textContent }, list] = await answer;
    console.log([textContent, ...(list?.children ?? []).map((item) => item.lastChild.textContent)].join(" "));
  }
})();
"#;

#[test]
fn the_pages_script_finds_what_the_program_filed() {
    if Command::new("node").arg("--version").output().is_err() {
        left_out("the script that looks addresses up", "there is no `node`");
        return;
    }
    // Original addresses, and what readers may paste for each.
    let cases = [
        (
            "http://www.e.example/News/1.html?utm_source=x&id=5#top",
            vec![
                "e.example/news/1.html?id=5",
                " HTTPS://E.example/News/1.html/?fbclid=1&id=5 ",
                "//e.example/news/1.html?id=5",
            ],
        ),
        ("https://e.example:8080/a/", vec!["e.example:8080/a/", "http://www.e.example/a", "e.example/a?"]),
        ("http://user:pw@e.example/u", vec!["user:pw@e.example/u", "e.example/u"]),
        (
            "https://e.example/x?redirect=https://web.archive.org/web/2016/http://k.example/",
            vec!["e.example/x?redirect=https://web.archive.org/web/2016/http://k.example/"],
        ),
        ("http://archive.org/web/http-story.html", vec!["archive.org/web/http-story.html"]),
        (
            "https://web.archive.org/web/20160101000000id_/http://www.w.example/1",
            vec![
                "w.example/1",
                "web.archive.org/web/2020*/https://w.example/1/",
                "https://web.archive.org/web/1/http://web.archive.org/web/2/http:/w.example/1",
            ],
        ),
        ("http://notarchive.org/web/http://k.example/n", vec!["notarchive.org/web/http://k.example/n"]),
        (
            "http://пример.example/статья?я=1",
            vec![
                "пример.example/статья?я=1",
                "http://xn--e1afmkfd.example/%D1%81%D1%82%D0%B0%D1%82%D1%8C%D1%8F?%D1%8F=1",
            ],
        ),
        ("http://e.example/a b.html", vec!["e.example/a b.html", "e.example/a%20b.html"]),
        ("http://e.example/../x//y/.", vec!["e.example/x//y"]),
        ("http://[::1]/six", vec!["[::1]/six"]),
        ("http://e.example?q=1&q=2", vec!["e.example/?q=1&q=2"]),
    ];
    let site = Site::new();
    let (mut pasted, mut wanted) = (String::new(), Vec::new());
    for (n, (original, pastes)) in cases.iter().enumerate() {
        let quoted = serde_json::to_string(original).unwrap();
        site.article(&format!("a{n}.md"), &format!("title: A{n}\noriginal_url: {quoted}"));
        for paste in pastes.iter().chain([original]) {
            pasted += &format!("{paste}\n");
            wanted.push(format!("found A{n}"));
        }
    }
    // Other articles, so that there are shards; and what is nowhere.
    for n in 0..300 {
        site.article(&format!("x{n}.md"), &format!("title: X{n}\noriginal_url: http://x.example/{n}"));
        pasted += &format!("x.example/{n}\n");
        wanted.push(format!("found X{n}"));
    }
    pasted += "e.example/nowhere\njavascript:alert(1)";
    wanted.extend(["missing".to_string(), "missing".to_string()]);
    site.build();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/assets/lookup.js");
    let mut node = Command::new("node");
    node.args(["-e", BROWSER, "--"]).arg(site.path("public")).arg(script);
    let mut node = node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    node.stdin.take().unwrap().write_all(pasted.as_bytes()).unwrap();
    let run = node.wait_with_output().unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    for ((said, wanted), pasted) in said.lines().zip(&wanted).zip(pasted.lines()) {
        assert_eq!(said, wanted, "{pasted}");
    }
    assert_eq!(said.lines().count(), wanted.len());
}
