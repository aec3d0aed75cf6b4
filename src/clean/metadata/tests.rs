//! Invented pages, one for each rule.

use super::{Metadata, Origin, find, find_until};
use crate::article::Date;
use crate::raw::Said;

fn said(url: &str) -> Said {
    Said { url: Some(url.to_string()), ..Said::default() }
}

fn read(head: &str, body: &str) -> Metadata {
    let page = format!("<html lang=en><head>{head}</head><body>{body}</body></html>");
    find(&dom_query::Document::from(page), &said("https://www.examplenews.org/town/bridge-opens"))
}

fn ld(json: &str) -> String {
    format!("<script type=\"application/ld+json\">{json}</script>")
}

#[track_caller]
fn title(head: &str, body: &str, expected: &str) {
    assert_eq!(read(head, body).title.map(|title| title.value).as_deref(), Some(expected));
}

#[track_caller]
fn date(head: &str, body: &str, expected: &str) {
    let date = read(head, body).published.map_or(String::new(), |date| date.value.iso());
    assert_eq!(date, expected, "{head} {body}");
}

#[track_caller]
fn authors(head: &str, body: &str, expected: &[&str]) {
    let found = read(head, body).authors.map_or(Vec::new(), |authors| authors.value);
    assert_eq!(found, expected, "{head} {body}");
}

#[test]
fn a_title_has_no_site_in_it() {
    title("<title>Old bridge opens again - Example News</title>", "", "Old bridge opens again");
    title("<title>Example News | Old bridge opens again</title>", "", "Old bridge opens again");
    let og = "<meta property=og:title content='Bridge opens &amp; shuts | Gazette'><meta property=og:site_name content=Gazette>";
    title(og, "", "Bridge opens & shuts");
    title(&ld(r#"{"@type":"NewsArticle","headline":"Bridge &quot;opens&quot;"}"#), "", "Bridge \"opens\"");
}

#[test]
fn a_standfirst_ends_where_the_byline_begins() {
    let standfirst = |body: &str, head: &str| {
        let found = read(head, &format!("<h1>Bridge</h1>{body}")).standfirst;
        found.map(|text| text.value).unwrap_or_default()
    };
    let text = "A town waits no more for its bridge.";
    let marked = format!(
        "<div class=dek-and-authors><p class=dek>{text}</p><div>by Ann Moor</div><div>May 3, 2019, 2:41pm</div><ul><li>Share<li>Tweet</ul></div>"
    );
    assert_eq!(standfirst(&marked, ""), text);
    let byline = "<div class=subtitle><div>By Ann Moor on May 3, 2019</div><div>Share it with your friends</div></div>";
    assert_eq!(standfirst(byline, ""), "");
    let author = "<div class=subtitle><h3>Ann Moor</h3><h4>Historian of the town's bridges</h4></div>";
    assert_eq!(standfirst(author, "<meta name=author content='Ann Moor'>"), "");
    let machines = format!("<meta name=description content='{text}'>");
    assert_eq!(standfirst(&format!("<h2>{text}</h2>"), &machines), text);
    assert_eq!(standfirst(&format!("<h2>{text}</h2>"), ""), "");
}

#[test]
fn tags_are_those_of_readers() {
    let tags = |list: &[&str]| {
        let head = list.iter().map(|tag| format!("<meta property=article:tag content='{tag}'>"));
        read(&head.collect::<String>(), "").tags.map(|tags| tags.value).unwrap_or_default()
    };
    assert_eq!(tags(&["#bridges", "Category: Town life", "goats"]), ["bridges", "Town life", "goats"]);
    assert_eq!(tags(&["AdNode:news", "Section:town", "Goats: a life"]), ["town", "Goats: a life"]);
    let mixed = ["Town life", "channel_news", "no-amp-page", "covid-19", "Goats"];
    assert_eq!(tags(&mixed), ["Town life", "covid-19", "Goats"]);
    assert_eq!(tags(&["Town life", "chick-pea-soup"]), ["Town life", "chick-pea-soup"]);
    assert_eq!(tags(&["town_life", "goats"]), ["town life", "goats"]);
    assert_eq!(tags(&["state-of-the-art"]), ["state-of-the-art"]);
}

#[test]
fn what_has_no_section_and_no_plain_name() {
    let section = |name: &str| {
        let found = read(&format!("<meta property=article:section content='{name}'>"), "");
        found.section.map(|text| text.value)
    };
    assert_eq!(section("Uncategorized"), None);
    assert_eq!(section("front-page"), None);
    assert_eq!(section("Town").as_deref(), Some("Town"));
    let source = |name: &str| {
        let found = read(&format!("<meta property=og:site_name content='{name}'>"), "");
        found.source.map(|text| text.value)
    };
    assert_eq!(source("@skerrytimes").as_deref(), Some("skerrytimes"));
    assert_eq!(source("The Skerry Times -").as_deref(), Some("The Skerry Times"));
    assert_eq!(source("Ann Moor ann@example.org").as_deref(), Some("Ann Moor"));
}

#[test]
fn the_headline_is_not_the_heading_of_the_site_or_a_section() {
    let head = "<title>Old bridge opens again | Example News</title>";
    title(
        head,
        "<h1><a href='/'>Example News</a></h1><h2>Old bridge opens again</h2>",
        "Old bridge opens again",
    );
    title(head, "<nav><h1>Town</h1></nav><h1>Old bridge opens again</h1>", "Old bridge opens again");
    title(head, "<h1>Old bridge opens</h1><aside><h2>Most read</h2></aside>", "Old bridge opens");
    let kicker = "<meta property=og:title content='Old bridge opens again'>";
    title(kicker, "<h1><span>Opinion</span> Old bridge opens again</h1>", "Old bridge opens again");
}

#[test]
fn linked_data_is_read_in_all_its_shapes() {
    for json in [
        r#"{"@type":"NewsArticle","datePublished":"2019-07-21","author":"Jane Doe"}"#,
        r#"[{"@type":"WebSite"},{"@type":["Article","Thing"],"datePublished":"2019-07-21","author":[{"name":"Jane Doe"}]}]"#,
        r##"{"@graph":[{"@type":"Person","@id":"#p","name":"Jane Doe"},
            {"@type":"ReportageNewsArticle","datePublished":"2019-07-21","author":{"@id":"#p"}}]}"##,
        r#"{"@type":"http://schema.org/BlogPosting","datePublished":"2019-07-21","author":{"@type":"Person","name":["Jane Doe"]},}"#,
        r#"{"@type":"WebPage","mainEntity":{"@type":"Article","datePublished":"2019-07-21","creator":"By Jane Doe"}}"#,
        "<!-- {\"@type\":\"Article\",\n\"description\":\"a\nb\",\"datePublished\":\"2019-07-21\",\"author\":\"Jane Doe\" -->",
    ] {
        date(&ld(json), "", "2019-07-21");
        authors(&ld(json), "", &["Jane Doe"]);
    }
    let others =
        r#"{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","datePublished":"2001-01-01"}]}"#;
    date(&ld(others), "", "");
    let organisation = r#"{"@type":"Organization","name":"Example News","datePublished":"2001-01-01"}"#;
    date(&ld(organisation), "", "");
}

#[test]
fn hostile_linked_data_is_bounded() {
    let deep = ld(&"{\"@graph\":[".repeat(50_000));
    assert_eq!(read(&deep, "").published, None);
    let large =
        format!(r#"{{"@graph":[{}]}}"#, r#"{"@type":"Article","author":{"name":"x"}},"#.repeat(120_000));
    assert!(large.len() > 4_500_000);
    read(&ld(&large), "");
    let nested = "<div class=author><span class=date>".repeat(2_000);
    read("", &nested);
    let many = "<time datetime=2019-07-21>x</time><p class=byline>By Jane Doe</p>".repeat(20_000);
    read("", &many);
}

#[test]
fn witnesses_of_one_day_support_each_other() {
    let meta = "<meta property=article:published_time content=2019-07-21T09:30:00+02:00>";
    date(meta, "", "2019-07-21T09:30:00+02:00");
    let other = ld(r#"{"@type":"Article","datePublished":"2021-01-01"}"#);
    date(
        &format!("{meta}{other}"),
        "<h1>A</h1><time datetime=2019-07-21>21 July</time>",
        "2019-07-21T09:30:00+02:00",
    );
    date(meta, "<aside><time datetime=2021-05-05>5 May 2021</time></aside>", "2019-07-21T09:30:00+02:00");
}

#[test]
fn the_day_that_readers_saw_counts() {
    let meta = "<meta property=article:published_time content=2019-07-22T01:30:00Z>";
    date(meta, "<h1>Bridge</h1><p class=date>Published July 21, 2019</p>", "2019-07-21");
    date(meta, "<h1>Bridge</h1>", "2019-07-22T01:30:00Z");
}

#[test]
fn numbers_are_two_days_until_a_witness_says_which() {
    let body = "<h1>Bridge</h1><p class=date>Published 04/03/2019</p>";
    date("<meta name=date content=2019-03-04>", body, "2019-03-04");
    date("<meta name=date content=2019-04-03>", body, "2019-04-03");
}

#[test]
fn no_date_beats_a_wrong_one() {
    date("", "<h1>Bridge</h1><p>Opened in 1931 and closed in 1978.</p>", "");
    date("", "<h1>Bridge</h1><footer>Copyright 1 January 2018 Example News</footer>", "");
    date("<meta name=date content=0001-01-01>", "", "");
    date("<meta name=copyright content=2018>", "<p>&copy; 2018</p>", "");
    date("", "<h1>Bridge</h1><p class=date>Updated 3 May 2019</p>", "");
    let page = "<meta name=date content=2031-01-01>";
    let latest = Date::parse("2024-01-01").ok();
    let found = find_until(&dom_query::Document::from(page), &Said::default(), latest);
    assert_eq!(found.published, None);
}

#[test]
fn a_date_is_as_precise_as_it_is_stated() {
    date("<meta name=citation_publication_date content=1998/05>", "", "1998-05");
    date("<meta name=dcterms.issued content=1998>", "", "1998");
    date("<meta name=date content=1998>", "<h1>A</h1><time datetime=1998-05-03>3 May</time>", "1998-05-03");
    date("<meta name=date content='2019-07-21T09:30:00-04:00'>", "", "2019-07-21T09:30:00-04:00");
}

#[test]
fn an_address_may_hold_the_day() {
    for (path, iso) in [
        ("2019/07/21/bridge", "2019-07-21"),
        ("2019/jul/21/bridge", "2019-07-21"),
        ("news/20190721/bridge", "2019-07-21"),
        ("news/2019-07-21-bridge", "2019-07-21"),
        ("news/bridge-12345678", ""),
        ("2019/07/bridge-7", ""),
    ] {
        let url = said(&format!("https://example.org/{path}"));
        let found = find(&dom_query::Document::from("<h1>Bridge</h1>"), &url);
        assert_eq!(found.published.map_or(String::new(), |date| date.value.iso()), iso, "{path}");
    }
}

#[test]
fn a_change_is_told_from_the_publication() {
    let head = ld(
        r#"{"@type":"Article","datePublished":"2019-07-21T09:00:00Z","dateModified":"2019-07-23T10:00:00Z"}"#,
    );
    let found = read(&head, "");
    assert_eq!(
        found.modified.map(|date| (date.value.iso(), date.origin)),
        Some(("2019-07-23T10:00:00Z".into(), Origin::JsonLd))
    );
    let same = ld(r#"{"@type":"Article","datePublished":"2019-07-21","dateModified":"2019-07-21"}"#);
    assert_eq!(read(&same, "").modified, None);
}

#[test]
fn authors_are_people_not_outlets() {
    authors("<meta name=author content='By Jane Doe and Sam Roe'>", "", &["Jane Doe", "Sam Roe"]);
    authors("<meta name=author content='Example News'>", "", &[]);
    authors("<meta property=article:author content='https://social.example/jane'>", "", &[]);
    authors(
        "",
        "<h1>Bridge</h1><p class=byline>By <a href=/author/1>Jane Doe</a>, Staff Writer</p>",
        &["Jane Doe"],
    );
    authors("", "<h1>Brücke</h1><p>Von Anna Beispiel</p>", &["Anna Beispiel"]);
    authors("", "<h1>Bridge</h1><p>By noon the bridge was open.</p>", &[]);
    let agency = r#"{"@type":"NewsArticle","publisher":{"name":"Example News"},"author":{"@type":"Organization","name":"Wire Agency"}}"#;
    let found = read(&ld(agency), "");
    assert_eq!(found.agency.map(|agency| agency.value).as_deref(), Some("Wire Agency"));
    assert_eq!(found.authors, None);
}

#[test]
fn the_rest_is_found() {
    let head = "<link rel=canonical href='/town/bridge'><meta property=og:image content='/i/bridge.jpg'>\
        <meta property=og:site_name content='Example News'><meta property=article:section content=Town>\
        <meta property=article:tag content=Bridges><meta property=article:tag content='Example News'>\
        <meta name=description content='What a bridge.'><meta name=dc.rights content='Jane Doe'>\
        <link rel=license href='https://licences.example/by'>";
    let found = read(head, "");
    let value = |found: Option<super::Found<String>>| found.map(|found| found.value).unwrap_or_default();
    assert_eq!(value(found.canonical), "https://www.examplenews.org/town/bridge");
    assert_eq!(value(found.image), "https://www.examplenews.org/i/bridge.jpg");
    assert_eq!(value(found.source), "Example News");
    assert_eq!(value(found.section), "Town");
    assert_eq!(found.tags.map(|tags| tags.value), Some(vec!["Bridges".to_string()]));
    assert_eq!(value(found.description), "What a bridge.");
    assert_eq!(value(found.rights), "Jane Doe");
    assert_eq!(value(found.license), "https://licences.example/by");
    assert_eq!(value(found.lang), "en");
}

#[test]
fn what_stands_below_the_headline_is_found() {
    let body = "<h1>Bridge</h1><p class=standfirst>A town waits no more for its bridge.</p>\
        <a rel='category tag'>Town</a> <a rel=tag>Bridges</a><aside><a rel=tag>Cats</a></aside>";
    let found = read("", body);
    let standfirst = found.standfirst.map(|text| (text.value, text.origin));
    assert_eq!(standfirst, Some(("A town waits no more for its bridge.".into(), Origin::Visible)));
    assert_eq!(found.section.map(|text| text.value).as_deref(), Some("Town"));
    assert_eq!(found.tags.map(|tags| tags.value), Some(vec!["Bridges".to_string()]));
}

#[test]
fn by_may_have_an_element_of_its_own() {
    authors(
        "",
        "<h1>Bridge</h1><p><span>By</span> <a href=/1>Jane Doe</a>, <a href=/2>Sam Roe</a></p>",
        &["Jane Doe", "Sam Roe"],
    );
    authors("", "<h1>Bridge</h1><p>3 May 2019 | Jane Doe</p>", &["Jane Doe"]);
}

#[test]
fn the_file_is_heard_where_the_page_is_silent() {
    let said = Said {
        title: Some("Bridge opens".into()),
        date: Some("2019-07-21".into()),
        authors: vec!["Jane Doe".into()],
        ..Said::default()
    };
    let found = find(&dom_query::Document::from("<p>Text</p>"), &said);
    assert_eq!(
        found.title.map(|title| (title.value, title.origin)),
        Some(("Bridge opens".into(), Origin::Said))
    );
    assert_eq!(found.published.map(|date| date.origin), Some(Origin::Said));
    assert_eq!(found.authors.map(|authors| authors.value), Some(vec!["Jane Doe".to_string()]));
}

#[test]
fn a_slogan_is_no_part_of_a_name() {
    let source = |name: &str, url: &str| {
        let page = format!(
            "<html><head><meta property=og:site_name content='{name}'><link rel=canonical href='{url}'></head><body><h1>Title</h1></body></html>"
        );
        find(&dom_query::Document::from(page.as_str()), &Said::default()).source.map(|found| found.value)
    };
    let url = "https://www.skerrytimes.example/2019/goat";
    assert_eq!(source("Skerry Times - The paper of the isles", url).as_deref(), Some("Skerry Times"));
    assert_eq!(source("Skerry Times | News | Weather", url).as_deref(), Some("Skerry Times"));
    assert_eq!(source("Isles - The Skerry Times", url).as_deref(), Some("Isles - The Skerry Times"));
    assert_eq!(source("Skerry Times", url).as_deref(), Some("Skerry Times"));
}
