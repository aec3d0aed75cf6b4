//! Translations of one article: what leads from one to the others, for readers and for programs.

use crate::site::Site;
use scraper::{Html, Selector};
use serde_json::{Value, json};

/// Elements of a page, each as the attributes asked for and its text.
fn elements(page: &str, selector: &str, attributes: &[&str]) -> Vec<String> {
    let page = Html::parse_document(page);
    let selector = Selector::parse(selector).unwrap();
    let told = |element: scraper::ElementRef| {
        let told = attributes.iter().map(|name| element.attr(name).unwrap_or("-").to_string());
        told.chain([element.text().collect()]).collect::<Vec<_>>().join(" ")
    };
    page.select(&selector).map(told).collect()
}

/// The languages that a page offers to its reader, as it calls them.
fn offered(site: &Site, name: &str) -> Vec<String> {
    let page = site.read(&format!("public/2020/01/{name}.html"));
    elements(&page, ".head a[rel='alternate']", &[])
}

fn json_ld(page: &str) -> Value {
    serde_json::from_str(&elements(page, "script[type='application/ld+json']", &[])[0]).unwrap()
}

/// An original in English and its translations; the Arabic one was made from the German one.
fn translated() -> Site {
    let site = Site::new();
    site.article("en.md", "title: E\ndate: 2020-01-01\noriginal_url: https://herald.example/e");
    site.article("ar.md", "title: A\ndate: 2020-01-02\nlang: ar\ntranslation_of: de.md");
    site.article("de.md", "title: D\ndate: 2020-01-03\nlang: de-AT\ntranslation_of: content/en.md");
    site.article("eo.md", "title: O\ndate: 2020-01-04\nlang: eo\ntranslation_of: https://herald.example/e");
    site.article("other.md", "title: X\ndate: 2020-01-05\nlang: fr");
    site
}

#[test]
fn each_leads_to_the_others_by_the_names_of_their_languages() {
    let site = translated();
    site.build().clean();
    let english = site.read("public/2020/01/01/en.html");
    let links = [".head a[rel='alternate']"]
        .map(|selector| elements(&english, selector, &["href", "lang", "hreflang", "dir"]));
    assert_eq!(
        links[0],
        [
            "/2020/01/02/ar.html ar ar rtl العربية",
            "/2020/01/03/de.html de-AT de-AT ltr Deutsch",
            "/2020/01/04/eo.html eo eo ltr eo",
        ],
        "by language; without words, a language is called by its tag"
    );
    let line = |page: &str| elements(page, ".head .line:last-child", &["lang", "dir"]);
    assert_eq!(line(&english), ["en ltr Also in: العربية · Deutsch · eo"]);
    assert_eq!(line(&site.read("public/2020/01/03/de.html")), ["de ltr Auch auf: العربية · English · eo"]);
    assert_eq!(line(&site.read("public/2020/01/02/ar.html")), ["ar rtl بلغات أخرى: Deutsch · English · eo"]);
    assert!(offered(&site, "05/other").is_empty());
}

#[test]
fn programs_are_told_of_all_of_them_and_of_the_original() {
    let site = translated();
    site.build().clean();
    let page = |name: &str| site.read(&format!("public/2020/01/{name}.html"));
    let address = |name: &str| format!("https://example.org/2020/01/{name}.html");
    let group = [("ar", "02/ar"), ("de-AT", "03/de"), ("en", "01/en"), ("eo", "04/eo")];
    let alternates = group.map(|(lang, name)| format!("{lang} {} ", address(name)));
    for (_, name) in group {
        let told = elements(&page(name), "head link[rel='alternate']", &["hreflang", "href"]);
        assert_eq!(told, alternates, "{name}: itself as well");
    }
    assert!(!page("05/other").contains("hreflang"));
    let work =
        |lang: &str, name: &str| json!({"@type": "NewsArticle", "url": address(name), "inLanguage": lang});
    let told = |name: &str| {
        let data = json_ld(&page(name));
        (data["translationOfWork"].clone(), data["workTranslation"].clone())
    };
    assert_eq!(told("01/en"), (Value::Null, json!([work("de-AT", "03/de"), work("eo", "04/eo")])));
    assert_eq!(told("03/de"), (work("en", "01/en"), json!([work("ar", "02/ar")])));
    assert_eq!(told("02/ar"), (work("de-AT", "03/de"), Value::Null));
    assert_eq!(told("05/other"), (Value::Null, Value::Null));
}

#[test]
fn without_an_address_of_the_site_only_readers_are_led() {
    let site = translated();
    site.file("archive.yaml", "title: Test\n");
    site.build();
    assert_eq!(offered(&site, "02/ar"), ["Deutsch", "English", "eo"]);
    assert!(elements(&site.read("public/2020/01/02/ar.html"), "head link[hreflang]", &[]).is_empty());
}

#[test]
fn what_names_no_other_article_is_said_and_a_circle_is_a_group() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01\ntranslation_of: b.md");
    site.article("b.md", "title: B\ndate: 2020-01-02\nlang: de\ntranslation_of: a.md");
    site.article("lost.md", "title: L\ndate: 2020-01-03\nlang: fr\ntranslation_of: nowhere.md");
    site.article("self.md", "title: S\ndate: 2020-01-04\ntranslation_of: self.md");
    let run = site.build();
    let problems = run.problems("invalid-value");
    let said: Vec<_> = problems.iter().map(|problem| problem["message"].as_str().unwrap()).collect();
    assert_eq!(
        said,
        [
            "`translation_of: nowhere.md` names no other published article",
            "`translation_of: self.md` names no other published article",
        ]
    );
    assert_eq!(
        (offered(&site, "01/a"), offered(&site, "02/b")),
        (vec!["Deutsch".into()], vec!["English".into()])
    );
    assert!(offered(&site, "03/lost").is_empty() && offered(&site, "04/self").is_empty());
}

#[test]
fn what_is_not_published_is_in_no_group() {
    let site = Site::new();
    site.article("en.md", "title: E\ndate: 2020-01-01");
    site.article("de.md", "title: D\ndate: 2020-01-02\nlang: de\ntranslation_of: en.md");
    let hidden = ["status: removed", "draft: true", "embargo: 2030-01-01"];
    for (n, state) in hidden.iter().enumerate() {
        let front = format!("title: H\ndate: 2020-01-03\nslug: hidden\nlang: fr\n{state}");
        site.article(&format!("hidden{n}.md"), &format!("{front}\ntranslation_of: en.md"));
        site.article(
            &format!("late{n}.md"),
            &format!("title: L\ndate: 2020-01-04\ntranslation_of: hidden{n}.md"),
        );
    }
    let run = site.build();
    assert_eq!(run.problems("invalid-value").len(), hidden.len(), "{}", run.stdout);
    assert_eq!(
        (offered(&site, "01/en"), offered(&site, "02/de")),
        (vec!["Deutsch".into()], vec!["English".into()])
    );
    for (name, bytes) in site.tree().iter().filter(|(name, _)| name.contains("/late") || name.contains("/en"))
    {
        assert!(!String::from_utf8_lossy(bytes).contains("hidden"), "{name}");
    }
}

#[test]
fn a_redacted_name_does_not_come_back_by_a_translation() {
    let site = Site::new();
    site.article("jane-doe.md", "title: Jane Doe sails\ndate: 2020-01-01\nredact: Jane Doe");
    site.article("de.md", "title: D\ndate: 2020-01-02\nlang: de\ntranslation_of: jane-doe.md");
    site.file("templates/article.html", "{% extends \"theme/article.html\" %}{% block title %}{% for other in article.translations %}{{ other.title }}{% endfor %}{% endblock %}");
    site.build().clean();
    assert_eq!(offered(&site, "02/de"), ["English"]);
    for (name, bytes) in site.tree() {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert!(!text.contains("doe") && !name.contains("doe"), "{name}: {text}");
    }
}

#[test]
fn a_copy_is_no_translation_unless_it_says_so() {
    let site = Site::new();
    site.article("en.md", "title: E\ndate: 2020-01-01");
    site.article("copy.md", "title: C\ndate: 2020-01-02\nsame_as: en.md");
    site.article("de.md", "title: D\ndate: 2020-01-03\nlang: de\ntranslation_of: copy.md");
    site.build().clean();
    assert!(offered(&site, "01/en").is_empty());
    assert_eq!(
        (offered(&site, "02/copy"), offered(&site, "03/de")),
        (vec!["Deutsch".into()], vec!["English".into()])
    );
}

#[test]
fn translations_are_led_to_once() {
    let site = Site::new();
    let front = "tags: [rare one, rare two]\nplaces: [Far Rock]";
    site.article("en.md", &format!("title: E\ndate: 2020-01-01\n{front}"));
    site.article("de.md", &format!("title: D\ndate: 2020-01-02\nlang: de\n{front}\ntranslation_of: en.md"));
    site.article("like.md", &format!("title: L\ndate: 2020-01-03\n{front}"));
    site.build().clean();
    let related =
        |name: &str| elements(&site.read(&format!("public/2020/01/{name}.html")), ".related a", &[]);
    assert_eq!((related("01/en"), related("02/de")), (vec!["L".into()], vec!["L".into()]));
    assert_eq!(related("03/like").len(), 2);
}

#[test]
fn one_more_translation_changes_the_pages_of_its_group_alone() {
    let site = translated();
    site.article("fr.md", "title: F\ndate: 2020-01-06\nlang: fr");
    site.build().clean();
    let before = site.tree();
    site.article("fr.md", "title: F\ndate: 2020-01-06\nlang: fr\ntranslation_of: en.md");
    assert_eq!(site.build().clean().count("written"), 5);
    let after = site.tree();
    let changed =
        after.iter().filter(|(name, bytes)| before[*name] != **bytes && !name.starts_with("manifest"));
    let changed: Vec<_> = changed.map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        changed,
        ["01/en", "02/ar", "03/de", "04/eo", "06/fr"].map(|name| format!("2020/01/{name}.html"))
    );
    site.article("fr.md", "title: F\ndate: 2020-01-06\nlang: fr");
    site.build().clean();
    assert!(site.tree() == before, "nothing of it is left");
}

#[test]
fn a_language_is_called_by_the_words_of_the_project() {
    let site = translated();
    site.file("templates/i18n/eo.yaml", "language: Esperanto\n");
    site.build().clean();
    assert_eq!(offered(&site, "02/ar"), ["Deutsch", "English", "Esperanto"]);
    // A file of words without this one says nothing of what the language is called.
    site.file("templates/i18n/eo.yaml", "taxonomies: {tags: Etikedoj}\n");
    site.build().clean();
    assert_eq!(offered(&site, "02/ar"), ["Deutsch", "English", "eo"]);
}
