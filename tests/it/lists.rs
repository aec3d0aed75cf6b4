//! The structure of an archive: taxonomies, periods, pages of lists.

use crate::site::Site;
use scraper::{ElementRef, Html, Selector};
use std::collections::BTreeSet;

fn day(site: &Site, number: i64) {
    let date = jiff::civil::date(2020, 1, 1).checked_add(jiff::Span::new().days(number)).unwrap();
    site.article(&format!("a{number:04}.md"), &format!("title: Story {number}\ndate: {date}\ntags: [one]\n"));
}

#[test]
fn any_configured_key_is_a_taxonomy() {
    let site = Site::with(
        "title: T\nbase_url: https://example.org\ntaxonomies: {topics: {}, section: {title: Desks}, ships: {path: /fleet/}}\n",
    );
    site.article("a.md", "title: A\ndate: 2020-01-01\ntopics: [Sea, Wind]\nsection: News\nships: Ruth Ann");
    site.article("b.md", "title: B\ndate: 2020-01-02\ntopics: Sea\nships: [Ruth Ann, Petrel]");
    site.build().clean();
    let index = site.read("public/topics/index.html");
    assert!(index.contains("href=\"/topics/sea/\"") && index.contains("href=\"/topics/wind/\""), "{index}");
    let sea = site.read("public/topics/sea/index.html");
    assert!(sea.contains("/2020/01/01/a.html") && sea.contains("/2020/01/02/b.html"), "{sea}");
    assert!(!site.read("public/topics/wind/index.html").contains("/2020/01/02/b.html"));
    assert!(site.read("public/section/index.html").contains("Desks"));
    assert!(site.exists("public/section/news/index.html") && site.exists("public/fleet/petrel/index.html"));
    assert!(!site.exists("public/tags"), "only what is configured");
}

#[test]
fn every_period_with_an_article_has_a_page_and_neighbours_skip_the_empty_ones() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2019-07-21");
    site.article("b.md", "title: B\ndate: 2021-02-03");
    site.article("draft.md", "title: D\ndate: 2020-05-05\nstatus: draft");
    site.build();
    for page in ["2019", "2019/07", "2019/07/21", "2021", "2021/02", "2021/02/03"] {
        assert!(site.exists(&format!("public/{page}/index.html")), "{page}");
    }
    assert!(!site.exists("public/2020"));
    for (page, newer) in [("2019", "/2021/"), ("2019/07", "/2021/02/"), ("2019/07/21", "/2021/02/03/")] {
        let html = site.read(&format!("public/{page}/index.html"));
        assert!(html.contains(&format!("href=\"{newer}\"")), "{page}: {html}");
    }
    assert!(site.read("public/2021/index.html").contains("href=\"/2019/\""));
}

#[test]
fn partial_dates_stop_at_what_is_known_and_no_date_is_never_today() {
    let site = Site::new();
    site.article("y.md", "title: Y\ndate: 1998");
    site.article("m.md", "title: M\ndate: 1998-05~");
    site.article("u.md", "title: U");
    site.article("w.md", "title: W\ndate: 2024-02-31");
    let run = site.build();
    for page in ["1998/y.html", "1998/05/m.html", "undated/u.html", "undated/w.html"] {
        assert!(site.exists(&format!("public/{page}")), "{page}");
    }
    let days = |name: &&String| {
        name.split('/').filter(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).count() > 1
    };
    assert_eq!(site.names().iter().filter(days).count(), 0);
    assert!(!site.exists("public/2024"));
    assert!(site.read("public/1998/index.html").contains("/1998/05/m.html"));
    assert!(site.read("public/undated/index.html").contains("/undated/w.html"));
    assert_eq!(run.problem("date")["line"], 3);
}

#[test]
fn years_from_1_to_9999_have_pages() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 0001-01-01");
    site.article("b.md", "title: B\ndate: 9999-12-31T23:59:59-12:00");
    site.article("c.md", "title: C\ndate: 2024-02-29");
    let run = site.try_build(&["--future"]);
    assert_eq!(run.code, Some(0));
    for page in ["0001/01/01/a.html", "9999/12/31/b.html", "2024/02/29/c.html"] {
        assert!(site.exists(&format!("public/{page}")), "{page}");
    }
}

#[test]
fn the_day_is_that_of_the_stamps_own_offset() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2019-07-21T23:30:00-11:00");
    site.article("b.md", "title: B\ndate: 2019-07-21T00:30:00+14:00");
    site.build();
    assert!(site.exists("public/2019/07/21/a.html") && site.exists("public/2019/07/21/b.html"));
}

#[test]
fn long_lists_are_paged_and_the_first_page_has_no_numbered_twin() {
    let site = Site::with("title: T\nbase_url: https://example.org\nper_page: 10\n");
    (0..35).for_each(|number| day(&site, number));
    site.build();
    let folder = site.read("public/tags/one/index.html");
    let pages: Vec<_> = site.names().into_iter().filter(|name| name.starts_with("tags/one/page-")).collect();
    assert_eq!(pages, ["tags/one/page-1.html", "tags/one/page-2.html"]);
    assert!(folder.contains("rel=\"next\"") && !folder.contains("rel=\"prev\""), "{folder}");
    assert!(
        folder.contains("/tags/one/page-1.html") && folder.contains("/tags/one/page-2.html"),
        "links all numbered pages"
    );
    let second = site.read("public/tags/one/page-2.html");
    assert!(
        second.contains("rel=\"prev\" href=\"/tags/one/\"")
            && second.contains("rel=\"next\" href=\"/tags/one/page-1.html\""),
        "{second}"
    );
    let mut seen = BTreeSet::new();
    for page in ["index", "page-1", "page-2"] {
        let html = site.read(&format!("public/tags/one/{page}.html"));
        for number in 0..35 {
            let found = html.contains(&format!("/a{number:04}.html\""));
            assert!(!found || seen.insert(number), "story {number} stands on two pages");
        }
    }
    assert_eq!(seen.len(), 35);
}

#[test]
fn a_new_article_leaves_old_numbered_pages_alone() {
    let site =
        Site::with("title: T\nbase_url: https://example.org\nper_page: 5\nperiods: {home: all, year: all}\n");
    (0..23).for_each(|number| day(&site, number));
    site.build();
    for number in 23..40 {
        let before = site.tree();
        day(&site, number);
        let run = site.build();
        let after = site.tree();
        for list in ["", "2020/", "2020/01/", "tags/one/"] {
            let of_list = |name: &&String| {
                name.strip_prefix(list).is_some_and(|rest| {
                    rest == "index.html" || (rest.starts_with("page-") && !rest.contains('/'))
                })
            };
            let changed: Vec<_> =
                before.keys().filter(of_list).filter(|name| before[*name] != after[*name]).collect();
            assert!(changed.len() <= 2, "{list}: {changed:?}");
            assert!(before.keys().filter(of_list).all(|name| after.contains_key(name)));
        }
        let pages =
            after.iter().filter(|(name, bytes)| name.ends_with(".html") && before.get(*name) != Some(*bytes));
        assert!(pages.count() < 20, "{}", run.built());
    }
}

#[test]
fn a_removed_article_keeps_its_place_and_nothing_else() {
    let site = Site::with("title: T\nbase_url: https://example.org\nper_page: 5\n");
    (0..23).for_each(|number| day(&site, number));
    site.build();
    let before = site.tree();
    site.article("a0002.md", "title: Secret name\ndate: 2020-01-03\ntags: [one, only]\nstatus: removed\nremoved: {date: 2021-01-01, reason: law, code: 451}");
    let run = site.build();
    let after = site.tree();
    for page in ["tags/one/page-2.html", "tags/one/page-3.html", "tags/one/index.html"] {
        if page.contains("page-") {
            assert_eq!(before[page], after[page], "{page}");
        }
    }
    assert!(!after.contains_key("tags/only/index.html") && !after.contains_key("2020/01/03/index.html"));
    let tombstone = site.read("public/2020/01/03/a0002.html");
    assert!(
        tombstone.contains("noindex") && tombstone.contains("law") && tombstone.contains("1 January 2021")
    );
    for (name, bytes) in &after {
        let text = String::from_utf8_lossy(bytes);
        let at_its_place = name.starts_with("manifest") || name == "2020/01/03/a0002.html";
        assert!(!text.contains("Secret name") && (at_its_place || !text.contains("a0002")), "{name}");
    }
    assert_eq!(run.built()["withheld"]["removed"], 1);
    assert_eq!(run.count("articles"), 22);
}

#[test]
fn spellings_that_fold_to_one_slug_are_one_term() {
    let site = Site::new();
    site.article("a.md", "title: A\ndate: 2020-01-01\ntags: [Café, c, Economy]");
    site.article("b.md", "title: B\ndate: 2020-01-02\ntags: [Cafe, C++, economy]");
    site.article("c.md", "title: C\ndate: 2020-01-03\ntags: [Café, 'C#', Economy, '???', '2020', '']");
    let run = site.build();
    let terms: Vec<_> = site
        .names()
        .into_iter()
        .filter_map(|name| Some(name.strip_prefix("tags/")?.strip_suffix("/index.html")?.to_string()))
        .collect();
    assert_eq!(terms.len(), 7, "{terms:?}");
    for term in ["c", "c-plus-plus", "c-sharp", "cafe", "economy"] {
        assert!(terms.iter().any(|found| found == term), "{term}");
    }
    let warning = run.problem("term-spelling");
    assert!(
        warning["message"].as_str().unwrap().contains("`Cafe`, `Café`"),
        "case alone is not worth a warning: {warning}"
    );
    assert!(site.read("public/tags/cafe/index.html").contains("Café"));
    assert!(
        site.read("public/tags/index.html").contains("/tags/cafe/"),
        "an empty name does not take the index over"
    );
}

#[test]
fn aliases_merge_names() {
    let site =
        Site::with("title: T\nbase_url: https://example.org\naliases: {authors: {J. Doe: Jane Doe}}\n");
    site.article("a.md", "title: A\ndate: 2020-01-01\nauthor: J. Doe");
    site.article("b.md", "title: B\ndate: 2020-01-02\nauthors: [Jane Doe, Sam Roe]");
    site.build().clean();
    let jane = site.read("public/authors/jane-doe/index.html");
    assert!(jane.contains("/a.html") && jane.contains("/b.html"));
    assert!(!site.exists("public/authors/j-doe"));
    assert!(site.read("public/2020/01/01/a.html").contains("Jane Doe"));
}

#[test]
fn pages_outside_the_archive_are_in_no_list() {
    let site = Site::with(
        "title: T\nbase_url: https://example.org\nnavigation: [{title: About us, url: /about.html}]\n",
    );
    site.article("about.md", "title: About\nkind: page\ntags: [one]");
    site.article("a.md", "title: A\ndate: 2020-01-01");
    let run = site.build();
    assert!(site.read("public/about.html").contains("Body of about.md"));
    assert!(!site.exists("public/tags/one"));
    assert_eq!(run.count("articles"), 1);
    for (name, bytes) in site.tree() {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("<a href=\"/about.html\">About</a>"), "{name} lists the page");
        assert!(!name.ends_with(".html") || text.contains("/about.html"), "{name} lacks the navigation");
    }
}

#[test]
fn aliases_are_found_however_they_are_spelt() {
    let site = Site::with(
        "title: T\nbase_url: https://example.org\naliases: {author: {J. Doe: Jane Doe}, bogus: {a: b}}\n",
    );
    for (n, name) in ["J. Doe", "j. doe", "J. DOE", "J Doe", "Jane Doe"].iter().enumerate() {
        site.article(&format!("a{n}.md"), &format!("title: A\nauthors: ['{name}']"));
    }
    let run = site.build();
    assert!(site.exists("public/authors/jane-doe/index.html") && !site.exists("public/authors/j-doe"));
    assert!(run.problem("config")["message"].as_str().unwrap().contains("bogus"));
}

#[test]
fn words_that_only_sound_alike_are_two_terms() {
    let site = Site::new();
    site.article("a.md", "title: A\ntags: [权利]").article("b.md", "title: B\ntags: [权力]");
    site.build().clean();
    let terms: Vec<_> = site.names().into_iter().filter(|name| name.starts_with("tags/quan-li-")).collect();
    assert_eq!(terms.len(), 2, "{terms:?}");
}

#[test]
fn aliases_lead_on_and_never_in_circles() {
    let site =
        Site::with("title: T\nbase_url: https://example.org\naliases: {tags: {A: B, B: C, x: y, y: x}}\n");
    site.article("1.md", "title: One\ntags: [A, b, x]").article("2.md", "title: Two\ntags: [a, C, y]");
    let run = site.build();
    assert!(run.problem("config")["message"].as_str().unwrap().contains("back to itself"));
    let tags: Vec<_> = site
        .names()
        .into_iter()
        .filter(|name| name.starts_with("tags/") && name.matches('/').count() == 2)
        .collect();
    assert_eq!(tags, ["tags/c/index.html", "tags/x/index.html", "tags/y/index.html"]);
}

#[test]
fn a_calendar_is_a_table_of_all_days_with_their_counts() {
    let site = Site::new();
    for (n, day) in ["02-29", "02-29", "02-03", "07-01"].iter().enumerate() {
        site.article(&format!("a{n}.md"), &format!("title: A{n}\ndate: 2020-{day}"));
    }
    site.build().clean();
    let calendars = |name: &str| {
        let page = Html::parse_document(&site.read(&format!("public/{name}/index.html")));
        let texts = |within: ElementRef, selector: &str| -> Vec<String> {
            let selector = Selector::parse(selector).unwrap();
            within.select(&selector).map(|cell| cell.text().collect()).collect()
        };
        let table = Selector::parse("table.calendar").unwrap();
        let of = |table| [texts(table, "thead th"), texts(table, "td > *"), texts(table, "td > a[href]")];
        page.select(&table).map(of).collect::<Vec<_>>()
    };
    let month = calendars("2020/02");
    let [weekdays, days, linked] = &month[0];
    assert_eq!((month.len(), weekdays.len(), days.len()), (1, 7, 29));
    assert_eq!(*linked, ["3, Articles: 1", "29, Articles: 2"]);
    let year = calendars("2020");
    let days: usize = year.iter().map(|[_, days, _]| days.len()).sum();
    let linked: Vec<_> = year.iter().flat_map(|[_, _, linked]| linked).collect();
    assert_eq!((year.len(), days), (12, 366));
    assert_eq!(linked, ["3, Articles: 1", "29, Articles: 2", "1, Articles: 1"]);
}

#[test]
fn outlets_and_bylines_have_a_page_with_count_span_years_and_feed() {
    let site = Site::with(
        "title: T\nbase_url: https://example.org\naliases: {sources: {The Herald: Herald}, authors: {J. Doe: Jane Doe}}\n",
    );
    site.article("a.md", "title: A\ndate: 1998\nsource: The Herald\nauthors: [J. Doe, Sam Roe]");
    site.article("b.md", "title: B\ndate: 2001-02-03\nsource: Herald\nauthors: Jane Doe");
    site.article("c.md", "title: C\ndate: 2001-02-03\nsource: Herald\nauthors: Jane Doe");
    site.build().clean();
    for folder in ["sources/herald", "authors/jane-doe"] {
        let page = site.read(&format!("public/{folder}/index.html"));
        for part in [
            "<span>Articles: 3</span>",
            "<span>1998–2001</span>",
            "<polyline points=\"0,50 33,100 66,100 100,0\"",
            "</th><td>2</td>",
            &format!("<a href=\"/{folder}/feed.xml\">"),
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
    let sam = site.read("public/authors/sam-roe/index.html");
    assert!(
        sam.contains("<span>Articles: 1</span>") && !sam.contains("<polyline"),
        "one year is no line: {sam}"
    );
    assert!(!site.exists("public/sources/the-herald") && !site.exists("public/authors/j-doe"));
}
