//! Templates, assets and what goes wrong in them.

use crate::site::Site;
use sha2::Digest as _;

fn one_article() -> Site {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01\ntags: [one]");
    site
}

#[test]
fn a_file_in_templates_stands_in_for_one_of_the_theme() {
    let site = one_article();
    site.file(
        "templates/term.html",
        "{% extends \"theme/base.html\" %}{% block main %}<h1>Mine: {{ term.name }}</h1>{% endblock %}",
    );
    site.build().clean();
    let term = site.read("public/tags/one/index.html");
    assert!(term.contains("<h1>Mine: one</h1>") && term.contains("Content-Security-Policy"), "{term}");
    assert!(site.read("public/2020/01/01/a.html").contains("Body of a.md"));
}

#[test]
fn words_can_be_replaced_one_by_one() {
    let site = one_article();
    site.file("templates/i18n/en.yaml", "taxonomies: {tags: Subjects}\n");
    site.build().clean();
    let index = site.read("public/tags/index.html");
    assert!(index.contains("<h1>Subjects"), "{index}");
    assert!(site.read("public/authors/index.html").contains("Authors</h1>"));
}

#[test]
fn data_files_reach_templates() {
    let site = one_article();
    site.file("data/outlets.csv", "\u{feff}name,since\r\n\"Herald, The\",1901\r\nCourier,007\r\n")
        .file("data/people/staff.yaml", "jane: {born: 1950, beat: [ferries, fish]}\n")
        .file("data/limits.json", "{\"most\": 1.50}")
        .file(
            "templates/term.html",
            "{% for row in site.data.outlets %}{{ row.name }} {{ row.since }};{% endfor %}\
             {{ site.data.people.staff.jane.beat[1] }} {{ site.data.limits.most }}",
        );
    site.build().clean();
    assert_eq!(site.read("public/tags/one/index.html"), "Herald, The 1901;Courier 007;fish 1.5");
    site.file("data/limits.json", "{\"most\": 2}");
    assert!(site.build().count("written") > 0);
    assert!(site.read("public/tags/one/index.html").ends_with("fish 2"));
}

#[test]
fn data_files_that_cannot_be_used_have_a_place_and_publish_nothing() {
    #[track_caller]
    fn check(name: &str, text: &str, line: Option<u64>, message: &str) {
        let site = one_article();
        site.file(&format!("data/{name}"), text);
        let run = site.try_build(&[]);
        let problem = run.problem("data");
        assert_eq!((run.code, problem["file"].as_str()), (Some(1), Some(&*format!("data/{name}"))));
        assert_eq!(problem["line"].as_u64(), line, "{problem}");
        assert!(problem["message"].as_str().unwrap().contains(message), "{problem}");
        assert!(!site.exists("public/index.html"));
    }
    check("a.csv", "a,b\n1,2\n1,2,3\n", Some(3), "3 fields");
    check("a.csv", "a,a\n1,2\n", Some(1), "two columns are named `a`");
    check("a.json", "{\n\"ä\": }", Some(2), "expected value");
    check("a.yaml", "a: [1\n", Some(1), "flow sequence");
    let site = one_article();
    site.file("data/a.json", "1").file("data/a.yaml", "1").file("data/notes.txt", "none");
    assert!(site.try_build(&[]).problem("data")["message"].as_str().unwrap().contains("site.data.a"));
}

#[test]
fn every_language_has_every_word() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/i18n");
    let load = |name: &str| -> serde_json::Value {
        serde_yaml::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
    };
    let english = load("en.yaml");
    let names = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
    let names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    assert!(names.len() >= 4, "{names:?}");
    for name in names {
        let words = load(&name);
        for (key, word) in english.as_object().unwrap() {
            let Some(other) = words.get(key) else { panic!("{name} lacks `{key}`") };
            assert_eq!(word.as_array().map(Vec::len), other.as_array().map(Vec::len), "{name} {key}");
            assert_eq!(
                word.to_string().contains("{host}"),
                other.to_string().contains("{host}"),
                "{name} {key}"
            );
        }
    }
}

#[test]
fn an_article_in_another_language_speaks_it_and_its_dates() {
    let site = Site::with("title: T\nbase_url: https://example.org\nlang: de\n");
    site.article("de.md", "title: A\ndate: 2020-03-01\ntags: x");
    site.article("fr.md", "title: B\ndate: 2020-03-02\nlang: fr\ntags: x\ncorrections: [{text: C}]");
    site.article("ar.md", "title: C\ndate: 2020-03-03\nlang: ar\ntags: x");
    site.article("eo.md", "title: D\ndate: 2020-03-04\nlang: eo\ntags: x");
    site.build().clean();
    let page = |day: &str, name: &str| site.read(&format!("public/2020/03/{day}/{name}.html"));
    assert!(page("01", "de").contains(">1. März 2020</time>"));
    let french = page("02", "fr");
    assert!(french.contains(">2 mars 2020</time>") && french.contains(">Rectificatifs<"), "{french}");
    assert!(
        french.contains("<html lang=\"fr\"") && french.contains("<header class=\"masthead\" lang=\"de\"")
    );
    let arabic = page("03", "ar");
    assert!(arabic.contains(">3 مارس 2020</time>") && arabic.contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(page("04", "eo").contains(">4. März 2020</time>"), "without words of its own: the archive's");
    let list = site.read("public/tags/x/index.html");
    assert!(list.contains("2. März 2020") && !list.contains("2 mars 2020"), "lists speak one language");
    assert!(list.contains("<h3 class=\"p-name\" lang=\"ar\" dir=\"rtl\">"), "{list}");
}

#[test]
fn a_link_to_an_article_in_another_language_says_so() {
    let site = Site::new();
    site.article("en.md", "title: A\ndate: 2020-03-01");
    site.article("ar.md", "title: B\ndate: 2020-03-02\nlang: ar");
    site.article("copy.md", "title: C\ndate: 2020-03-03\nsame_as: ar.md");
    site.build().clean();
    let page = |day: &str, name: &str| site.read(&format!("public/2020/03/{day}/{name}.html"));
    let (english, arabic, copy) = (page("01", "en"), page("02", "ar"), page("03", "copy"));
    let to_arabic = "href=\"/2020/03/02/ar.html\" lang=\"ar\" dir=\"rtl\">";
    assert_eq!(english.matches(to_arabic).count(), 1, "the newer one: {english}");
    assert_eq!(copy.matches(to_arabic).count(), 2, "the older one, and the first of the copies: {copy}");
    for to_english in ["01/en.html", "03/copy.html"] {
        let link = format!("href=\"/2020/03/{to_english}\" lang=\"en\" dir=\"ltr\">");
        assert!(arabic.contains(&link), "{link}: {arabic}");
    }
    assert!(!arabic.contains("ar.html\" lang="), "in the language of the page");
    // The label is in the language of the page.
    assert!(arabic.contains("<span class=\"label\">أقدم</span> <a "), "{arabic}");
}

#[test]
fn an_assets_name_changes_with_its_bytes_alone() {
    let site = one_article();
    let style =
        |site: &Site| site.names().into_iter().find(|name| name.starts_with("assets/style.")).unwrap();
    site.build();
    let theme = style(&site);
    site.file("templates/assets/style.css", "body { color: black }");
    site.build();
    let first = style(&site);
    assert_ne!(theme, first);
    site.file("templates/base.html", "<link href=\"{{ site.assets[\"style.css\"].url }}\" integrity=\"{{ site.assets[\"style.css\"].integrity }}\">{% block main %}{% endblock %}");
    site.build();
    assert_eq!(style(&site), first, "a template does not change it");
    let hash = data_encoding::BASE64.encode(&sha2::Sha256::digest(b"body { color: black }"));
    assert!(
        site.read("public/index.html").contains(&format!("href=\"/{first}\" integrity=\"sha256-{hash}\""))
    );
}

#[track_caller]
fn fails(template: &str, text: &str, (line, column): (u64, u64), part: &str, page: Option<&str>) {
    let site = one_article();
    site.build();
    let before = site.tree();
    site.article("b.md", "title: B\ndate: 2020-01-02");
    site.file(template, text);
    let run = site.try_build(&[]);
    assert_eq!(run.code, Some(1));
    let problem = run.problem("template");
    assert_eq!(problem["file"], template, "{problem}");
    assert_eq!(
        (problem["line"].as_u64(), problem["column"].as_u64()),
        (Some(line), Some(column)),
        "{problem}"
    );
    assert!(problem["message"].as_str().unwrap().contains(part), "{problem}");
    assert_eq!(problem["page"].as_str(), page, "{problem}");
    assert_eq!(site.tree(), before, "nothing is published");
    assert!(!site.exists("public/.backissue-tmp"), "nothing is left behind");
}

#[test]
fn template_errors_have_a_place_and_publish_nothing() {
    fails("templates/term.html", "a\n{{ nothing }}", (2, 4), "`nothing`", Some("/tags/one/index.html"));
    fails("templates/term.html", "a\nb {% if %}", (2, 9), "expected", None);
    fails("templates/term.html", "{{ page | shout }}", (1, 11), "shout", None);
    fails("templates/term.html", "\n{% extends \"nope.html\" %}", (2, 12), "nope.html", None);
    fails("templates/term.html", "\n{% extends 'term.html' %}", (2, 12), "extends itself", None);
    fails("templates/i18n/en.yaml", "a: [\n", (1, 5), "", None);
}

#[test]
fn a_circle_of_templates_has_a_place() {
    for (tag, part) in [("extends", "extend each other"), ("include", "include each other")] {
        let site = one_article();
        site.file("templates/term.html", format!("{{% {tag} 'one.html' %}}"));
        site.file("templates/one.html", format!("{{% {tag} 'two.html' %}}"));
        site.file("templates/two.html", format!("{{# one.html #}}\n\n  {{% {tag} 'one.html' %}}"));
        let run = site.try_build(&[]);
        let problem = run.problem("template");
        assert_eq!(problem["file"], "templates/two.html", "{problem}");
        let column = 7 + tag.len() as u64;
        assert_eq!(
            (problem["line"].as_u64(), problem["column"].as_u64()),
            (Some(3), Some(column)),
            "{problem}"
        );
        let message = problem["message"].as_str().unwrap();
        assert!(message.contains(part) && message.contains("one.html → two.html → one.html"), "{message}");
    }
}

#[test]
fn words_that_end_too_early_are_shown_where_they_began() {
    let site = one_article();
    site.file("templates/i18n/en.yaml", "menu: Menu\nsearch: \"Search\n\n");
    let run = site.try_build(&[]);
    let problem = run.problem("template");
    assert_eq!((problem["line"].as_u64(), problem["column"].as_u64()), (Some(2), Some(9)), "{problem}");
}

#[test]
fn an_error_in_the_last_of_many_pages_publishes_nothing() {
    let site = one_article();
    site.build();
    let before = site.tree();
    (0..50).for_each(|n| {
        site.article(&format!("n{n}.md"), &format!("title: N{n}\ndate: 2020-01-02"));
    });
    site.article("z.md", "title: Z\ndate: 2020-01-03\nextra: {bang: true}");
    site.file("templates/article.html", "{% if article.extra.bang %}{{ article.extra.missing }}{% endif %}");
    let run = site.try_build(&[]);
    let problem = run.problem("template");
    assert_eq!(problem["page"], "content/z.md", "{problem}");
    assert_eq!((run.code, site.tree() == before), (Some(1), true));
    let told = site.run(&["build"]).stderr;
    assert!(
        told.contains("templates/article.html:1:") && told.contains(" while rendering content/z.md"),
        "{told}"
    );
    assert!(told.contains('^'), "{told}");
}

#[test]
fn no_page_refers_to_another_site() {
    let site = one_article();
    site.file("content/b.md", "---\ntitle: B\ndate: 2020-01-02\noriginal_url: https://example.com/b\n---\n![x](https://example.com/x.png) <img src=//example.com/y.png> <link rel=stylesheet href=https://example.com/z.css>\n");
    site.build();
    for (name, bytes) in site.tree() {
        let text = String::from_utf8_lossy(&bytes);
        let page = name.ends_with(".html").then(|| scraper::Html::parse_document(&text));
        let elements = page.iter().flat_map(|page| page.tree.values()).filter_map(|node| node.as_element());
        for element in elements {
            let fetched = match element.name() {
                "link" => matches!(element.attr("rel"), Some("stylesheet" | "icon" | "preload" | "manifest")),
                name => !["a", "meta"].contains(&name),
            };
            for (key, value) in element.attrs().filter(|_| fetched) {
                let away = value.starts_with("http") || value.starts_with("//");
                assert!(!away, "{name}: {} {key}={value}", element.name());
            }
        }
        assert!(!name.ends_with(".css") || !text.contains("url(") && !text.contains("@import"), "{name}");
    }
}

#[test]
fn a_template_that_nothing_uses_is_said() {
    let site = one_article();
    site.file("templates/articel.html", "x").file("templates/mine.html", "mine");
    site.file("templates/term.html", "{% include \"mine.html\" %}");
    let run = site.build();
    let note = run.problem("unused-file");
    assert_eq!(
        (note["file"].as_str(), note["hint"].as_str()),
        (Some("templates/articel.html"), Some("did you mean `article.html`?"))
    );
}

#[test]
fn words_that_nothing_shows_are_said() {
    let site = one_article();
    site.file("templates/i18n/en.yaml", "taxonomies: {tags: [b]}\nolder: Früher\nyeers: Years\nmine: Mine\n");
    site.file("templates/home.html", "{% extends \"theme/home.html\" %}{# {{ words.mine }} #}");
    let run = site.build();
    let place = |problem: &serde_json::Value| (problem["file"].clone(), problem["line"].as_u64());
    let problem = run.problem("unknown-key");
    assert_eq!(place(problem), ("templates/i18n/en.yaml".into(), Some(3)), "{problem}");
    assert_eq!(problem["hint"], "did you mean `years`?", "{problem}");
    let problem = run.problem("invalid-value");
    assert_eq!(place(problem), ("templates/i18n/en.yaml".into(), Some(1)), "{problem}");
    let home = site.read("public/index.html");
    assert!(home.contains(">Tags</a>") && !home.contains("[\"b\"]"), "{home}");
}

#[test]
fn an_archive_in_a_language_without_words_says_so_and_marks_english() {
    let site = Site::with("title: T\nbase_url: https://example.org\nlang: fa\n");
    site.article("a.md", "title: A\ndate: 2020-01-01\ntags: x");
    site.article("b.md", "title: B\ndate: 2020-01-02\ntags: x\nlang: en\ntranslation_of: a.md");
    let problem = site.build();
    let problem = problem.problem("no-words");
    assert_eq!(problem["level"], "note");
    assert!(problem["hint"].as_str().unwrap().contains("templates/i18n/fa.yaml"), "{problem}");
    let page = site.read("public/2020/01/01/a.html");
    for part in [
        "<html lang=\"fa\" dir=\"rtl\">",
        "<a class=\"skip\" href=\"#main\" lang=\"en\" dir=\"ltr\">",
        "<section class=\"filed\" aria-labelledby=\"theme_filed\" lang=\"en\" dir=\"ltr\">",
        ">English</a>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    site.file("templates/i18n/fa.yaml", "skip: S\n");
    site.build().clean();
    assert!(site.read("public/2020/01/01/a.html").contains("lang=\"fa\" dir=\"rtl\">S</a>"));
}

#[test]
fn the_style_has_no_left_and_right() {
    let style = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/assets/style.css"));
    let style = style.unwrap();
    // As the README promises.
    assert!(style.len() < 12 << 10, "{}", style.len());
    // Conditions of media and names of custom properties set no side.
    let declarations = style.split(['{', '}', ';']).filter_map(|part| part.trim().split_once(':'));
    let mut seen = 0;
    for (name, value) in declarations.filter(|(name, _)| !name.starts_with(['@', '-', '.', ':'])) {
        seen += 1;
        let name = name.rsplit("*/").next().unwrap().trim();
        let (group, side) = name.split_once('-').unwrap_or(("", name));
        let physical = ["", "margin", "padding", "border", "max", "min"].contains(&group)
            && ["left", "right", "top", "bottom", "width", "height"].iter().any(|it| side.starts_with(it));
        let aligned = ["text-align", "float", "clear"].contains(&name)
            && ["left", "right"].iter().any(|side| value.contains(side));
        assert!(!physical && !aligned, "{name}:{value}");
    }
    assert!(seen > 200, "{seen}");
}

#[test]
fn nothing_but_the_look_up_runs_a_script_and_it_has_a_list_as_well() {
    let site = Site::with("title: T\nbase_url: https://example.org\non_this_day: true\n");
    site.article("a.md", "title: A\ndate: 2020-01-01\ntags: x\noriginal_url: https://herald.example/a");
    site.article("b.md", "title: B\ncorrections: [{text: C}]").article("c.md", "title: C\nkind: page");
    site.build().clean();
    for (name, bytes) in site.tree().iter().filter(|(name, _)| name.ends_with(".html")) {
        let runs = String::from_utf8_lossy(bytes).contains("<script src=");
        assert_eq!(runs, name == "lookup/index.html", "{name}");
    }
    assert!(site.read("public/lookup/index.html").contains("href=\"/lookup/herald-example/\""));
    let list = site.read("public/lookup/herald-example/index.html");
    assert!(
        list.contains("https://herald.example/a") && list.contains("href=\"/2020/01/01/a.html\""),
        "{list}"
    );
}

#[test]
fn a_broken_theme_hides_no_broken_article() {
    let site = Site::with("title: T\n");
    site.file("templates/home.html", "{% if %}");
    site.file("content/a.md", "---\ntitle: [\n---\n");
    site.file("content/b.md", "---\ntitle: B\ndate: 2020-02-30\n---\n");
    let run = site.try_build(&[]);
    for (code, file) in
        [("template", "templates/home.html"), ("front-matter", "content/a.md"), ("date", "content/b.md")]
    {
        assert_eq!(run.problem(code)["file"], file);
    }
    assert!(!site.exists("public/index.html"));
}
