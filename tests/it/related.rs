//! Related articles: what is shown, and what one more article changes.

use crate::site::Site;
use backissue::archive::{Archive, Entry, Pool, Related};
use backissue::article::{self, Keys};
use backissue::build::{self, Built, Run};
use backissue::config::{Config, Flags};
use backissue::route::Slug;
use proptest::prelude::*;
use rayon::prelude::*;
use scraper::{Html, Selector};
use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// An archive of articles that have nothing in common.
fn archive(count: usize) -> Site {
    let site = Site::with("title: T\nbase_url: https://example.org\n");
    for n in 0..count {
        site.article(
            &format!("other{n:03}.md"),
            &format!("title: {}\ndate: 2020-{:02}-02", unlike(n), n % 12 + 1),
        );
    }
    site
}

/// A title that no other number gives.
fn unlike(n: usize) -> String {
    let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
    format!("{0}{1}{0}{1}", letter(n), letter(n / 26))
}

/// The file names of the articles that a page lists as related, in order.
#[track_caller]
fn related(site: &Site, page: &str) -> Vec<String> {
    let html = Html::parse_document(&site.read(&format!("public/{page}.html")));
    let links = Selector::parse(".related a").unwrap();
    let name = |url: &str| url.rsplit('/').next().unwrap().trim_end_matches(".html").to_string();
    html.select(&links).map(|link| name(link.attr("href").unwrap())).collect()
}

#[test]
fn a_rare_name_in_common_relates_and_a_frequent_one_does_not() {
    let site = Site::with(
        "title: T\nbase_url: https://example.org\ntaxonomies: {tags: {}, places: {}, authors: {}, sources: {}, ships: {}}\n",
    );
    for n in 0..40 {
        let title = unlike(n);
        site.article(
            &format!("other{n}.md"),
            &format!("title: {title}\ndate: 2020-01-01\ntags: news\nsource: Star"),
        );
    }
    let pairs = [
        ("tags", "bridge"),
        ("places", "Hollin"),
        ("ships", "Ruth Ann"),
        ("authors", "Jo Doe"),
        ("sources", "Sun"),
    ];
    for (at, (key, name)) in pairs.iter().enumerate() {
        for half in ["a", "b"] {
            let title = format!("{key}{half}");
            site.article(
                &format!("{title}.md"),
                &format!("title: {title}\ndate: 20{:02}-03-04\n{key}: {name}", at + 10),
            );
        }
    }
    site.build().clean();
    for (at, (key, _)) in pairs.iter().enumerate() {
        let page = |half: &str| format!("20{:02}/03/04/{key}{half}", at + 10);
        let expected = |half: &str| -> Vec<String> {
            if matches!(*key, "authors" | "sources") { vec![] } else { vec![format!("{key}{half}")] }
        };
        assert_eq!(
            (related(&site, &page("a")), related(&site, &page("b"))),
            (expected("b"), expected("a")),
            "{key}"
        );
    }
    assert_eq!(related(&site, "2020/01/01/other7"), [""; 0], "`news` and `Star` are everywhere");
    assert!(
        !site.read("public/2020/01/01/other7.html").contains("theme_related"),
        "no heading without entries"
    );
}

#[test]
fn two_rare_words_of_the_titles_relate_in_any_script() {
    let site = archive(40);
    let titles = [
        ("en", ["Violin vanishes between bars", "The lost VIOLIN: how it vanishes"]),
        ("fr", ["Le pont fermé, la chèvre passe", "Chèvres? Le Pont a ferme: la CHEVRE"]),
        ("ru", ["Маяк снова зажгли", "Снова не видно: маяк"]),
        ("ja", ["灯台博物館が休み", "新しい灯台博物館"]),
        ("ar", ["المكتبة القديمة تغلق", "من المكتبة القديمة"]),
    ];
    for (lang, pair) in titles {
        for (n, title) in pair.iter().enumerate() {
            site.article(
                &format!("{lang}{n}.md"),
                &format!("title: '{title}'\nlang: {lang}\ndate: 2021-01-0{}", n + 1),
            );
        }
    }
    site.article("one.md", "title: Violin of the week\ndate: 2021-02-01");
    site.build().clean();
    for (lang, _) in titles {
        assert_eq!(related(&site, &format!("2021/01/01/{lang}0")), [format!("{lang}1")]);
        assert_eq!(related(&site, &format!("2021/01/02/{lang}1")), [format!("{lang}0")]);
    }
    assert_eq!(related(&site, "2021/02/01/one"), [""; 0], "one word is chance");
    let page = site.read("public/2021/01/01/ar0.html");
    assert!(
        page.contains(
            "<nav class=\"neighbours related\" aria-labelledby=\"theme_related\" lang=\"ar\" dir=\"rtl\">"
        ),
        "{page}"
    );
    assert!(!page.contains("ar1.html\" lang="), "in the language of the page");
    let japanese = site.read("public/2021/01/01/ja0.html");
    assert!(japanese.contains("ja1.html\" lang=\"ja\" dir=\"ltr\">新しい灯台博物館</a>"), "{japanese}");
}

#[test]
fn at_most_five_the_closest_and_nearest_first() {
    let site = archive(100);
    for day in 1..=9 {
        let twice = if day == 9 { ", tower" } else { "" };
        site.article(
            &format!("b{day}.md"),
            &format!("title: Bbbb{day}\ndate: 2021-05-{day:02}\ntags: [bridge{twice}]"),
        );
    }
    site.article("c.md", "title: Cccc\ndate: 2021-05-02\ntags: [tower, bridge]");
    site.article("u.md", "title: Uuuu\ntags: [bridge]");
    site.build().clean();
    assert_eq!(related(&site, "2021/05/02/c"), ["b9", "b2", "b1", "b3", "b4"]);
    assert_eq!(related(&site, "2021/05/05/b5"), ["b4", "b6", "b3", "b7", "b2"]);
    let page = site.read("public/2021/05/05/b5.html");
    assert!(page.contains("<time class=\"label\" datetime=\"2021-05-04\">4 May 2021</time>"), "{page}");
    assert_eq!(related(&site, "undated/u").len(), 5);
    assert!(!site.exists("public/about.html") && page.matches("<h2").count() == 2, "{page}");
}

#[test]
fn removed_and_unpublished_articles_and_copies_are_never_related() {
    let site = archive(40);
    let with = |name: &str, front: &str| {
        site.article(
            &format!("{name}.md"),
            &format!("title: {name}{name}\ndate: 2021-05-01\ntags: [bridge]\n{front}"),
        );
    };
    with("first", "");
    with("second", "");
    with("copy", "same_as: first.md");
    with("gone", "status: removed");
    with("draft", "draft: true");
    with("later", "embargo: 2030-01-01");
    with("page", "kind: page");
    site.build();
    assert_eq!(related(&site, "2021/05/01/first"), ["second"]);
    assert_eq!(related(&site, "2021/05/01/second"), ["first"]);
    assert_eq!(related(&site, "2021/05/01/copy"), ["second"], "the canonical article has a link of its own");
    for page in ["2021/05/01/gone", "page"] {
        assert_eq!(related(&site, page), [""; 0], "{page}");
    }
}

fn config(site: &Site) -> Config {
    let now = Some("2024-06-01T12:00:00Z".to_string());
    Config::load(site.root(), &Flags { now, ..Flags::default() }).unwrap()
}

#[track_caller]
fn build(site: &Site) -> Built {
    let run = Run { jobs: 2, program: Some(7), ..Run::default() };
    build::build(&config(site), &run, &|_| {}).unwrap()
}

/// The pages of articles whose bytes changed since.
fn changed(site: &Site, before: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let after = site.tree();
    let is_article = |name: &&String| name.ends_with(".html") && !name.ends_with("index.html");
    after.keys().filter(is_article).filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

#[test]
fn one_more_article_changes_only_those_it_is_related_to() {
    let site = archive(100);
    for day in 1..=20 {
        let tag = ["bridge", "tower"][day % 2];
        site.article(
            &format!("b{day:02}.md"),
            &format!("title: Bbbb{day}\ndate: 2021-05-{day:02}\ntags: [{tag}]"),
        );
    }
    build(&site);
    let before = site.tree();
    // Between two others, so that those are no news.
    site.article("new.md", "title: Newnew\ndate: 2020-03-15\ntags: [unheard]");
    assert!(build(&site).written > 0);
    let unrelated = changed(&site, &before);
    let neighbours = 2;
    assert_eq!(unrelated.len(), 1 + neighbours, "{unrelated:?}");
    let before = site.tree();
    site.article("new.md", "title: Newnew\ndate: 2020-03-15\ntags: [unheard, bridge]");
    build(&site);
    let far: Vec<_> = changed(&site, &before);
    assert_eq!(far, ["2020/03/15/new.html"], "none lists it: others are nearer");
    let before = site.tree();
    site.article("near.md", "title: Nearnear\ndate: 2021-05-10\ntags: [bridge]");
    build(&site);
    let near = changed(&site, &before);
    assert!(near.iter().any(|name| name.ends_with("b10.html")), "{near:?}");
    let bridge = |name: &&String| name.ends_with(['0', '2', '4', '6', '8']);
    let stems: Vec<String> = near.iter().map(|name| name.replace(".html", "")).collect();
    let others: Vec<_> = stems.iter().filter(|name| !bridge(name)).collect();
    assert_eq!(others, ["2021/05/10/near", "2021/05/11/b11"], "itself, and the one after it");
    // A body that changed, where nothing else did: its page is made as if all had been.
    let page = "public/2021/05/10/b10.html";
    let whole = site.read(page);
    site.file("content/b10.md", site.read("content/b10.md") + "\nThe end.\n");
    assert_eq!(build(&site).written, 1);
    assert_eq!(site.read(page).replace("<p>The end.</p>\n", ""), whole);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn where_files_lie_and_how_many_work_make_no_difference(
        folders in proptest::collection::vec("[a-z]{1,3}", 24),
        jobs in 1..4_usize,
    ) {
        let sites = [vec![String::new(); 24], folders].map(|folders| {
            let site = Site::with("title: T\nbase_url: https://example.org\n");
            for (n, folder) in folders.iter().enumerate() {
                let name = format!("{folder}/n{n:02}.md");
                let front = format!(
                    "title: Story {}\ndate: 2021-01-0{}\ntags: [t{}, u{}]\noriginal_url: https://example.com/{n}",
                    unlike(n), n % 3 + 1, n % 5, n % 7,
                );
                site.article(&name, &front);
                site.file(&format!("content/{name}"), site.read(&format!("content/{name}")).replace(&name, "it"));
            }
            let run = Run { jobs, ..Run::default() };
            build::build(&config(&site), &run, &|_| {}).unwrap();
            site
        });
        let pages = |site: &Site| -> BTreeMap<String, Vec<String>> {
            let names = site.names().into_iter().filter(|name| name.contains("/n")).map(|name| name.replace(".html", ""));
            names.map(|name| (name.clone(), related(site, &name))).collect()
        };
        let [plain, moved] = sites.each_ref().map(pages);
        prop_assert!(plain.len() == 24 && plain.values().any(|found| !found.is_empty()));
        prop_assert_eq!(plain, moved);
    }
}

#[test]
fn templates_see_related_articles() {
    let site = archive(40);
    site.article("a.md", "title: Aaaa\ndate: 2021-05\ntags: bridge");
    site.article("b.md", "title: Bb <b>\nlang: he\ntags: bridge");
    let template = "{% for entry in related %}[{{ entry.title }}|{{ entry.url }}|{{ entry.lang }}|{{ entry.dir }}|{% if entry.date %}{{ entry.date.iso }} {{ entry.date.text }} {{ entry.date.url }}{% endif %}]{% endfor %}";
    for name in ["article.html", "page.html"] {
        site.file(&format!("templates/{name}"), template);
    }
    site.article("p.md", "title: P\nkind: page\ntags: bridge");
    site.build().clean();
    assert_eq!(site.read("public/2021/05/a.html"), "[Bb &lt;b&gt;|/undated/b.html|he|rtl|]");
    assert_eq!(site.read("public/undated/b.html"), "[Aaaa|/2021/05/a.html|en|ltr|2021-05 May 2021 ]");
    assert_eq!(site.read("public/p.html"), "");
    fs::remove_file(site.path("content/a.md")).unwrap();
    site.build().clean();
    assert_eq!(site.read("public/undated/b.html"), "");
}

/// An entry without a body.
fn entry(number: usize, title: &str, tags: &[&str]) -> Arc<Entry> {
    let text = format!("---\ntitle: '{title}'\ndate: 2020-01-{:02}\ntags: {tags:?}\n---\n", number % 28 + 1);
    let parsed = article::parse(&text, &Keys::default()).unwrap();
    Arc::new(Entry {
        source: format!("content/{number}.md").into(),
        alias: None,
        names: Pool::default().names(&parsed.article.terms),
        article: parsed.article,
        title: title.to_string(),
        slug: Slug::new(title),
        explicit_slug: false,
        excerpt: String::new(),
        links: Vec::new(),
        body_start: parsed.body,
        body_line: parsed.body_line,
        body: 0,
        face: 0,
    })
}

fn plain_config() -> Config {
    Config::load(Site::with("title: T\n").root(), &Flags::default()).unwrap()
}

const WORDS: [&str; 7] = ["bridge", "ferry", "goat", "灯台", "EU", "Saône", "quay"];

proptest! {
    #[test]
    fn an_article_by_itself_finds_what_all_together_find(
        articles in proptest::collection::vec(
            (proptest::collection::vec(0..WORDS.len(), 0..5), proptest::sample::subsequence(&["x", "y", "z"][..], 0..3)),
            1..24,
        ),
    ) {
        let title = |words: &[usize]| words.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" ");
        let entries = articles.iter().enumerate();
        let entries = entries.map(|(number, (words, tags))| entry(number, &title(words), tags)).collect();
        let config = plain_config();
        let (archive, _) = Archive::new(entries, &config);
        let all = Related::default();
        all.prepare(&archive, &config, 0..archive.entries.len().max(9));
        for id in 0..archive.entries.len() {
            let alone = Related::default().of(&archive, &config, id);
            prop_assert_eq!(alone, all.of(&archive, &config, id));
        }
    }
}

proptest! {
    #[test]
    fn what_was_kept_of_titles_finds_what_a_new_look_finds(
        words in proptest::collection::vec(proptest::collection::vec(0..WORDS.len(), 0..5), 2..24),
        edits in proptest::collection::vec((0..24_usize, proptest::collection::vec(0..WORDS.len(), 0..5)), 1..6),
    ) {
        let title = |words: &[usize]| words.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" ");
        let of = |number: usize, words: &[usize]| {
            let slug = Slug::new(&number.to_string());
            Arc::new(Entry { slug, ..Arc::unwrap_or_clone(entry(number, &title(words), &["x"])) })
        };
        let config = plain_config();
        let entries = words.iter().enumerate().map(|(number, words)| of(number, words)).collect();
        let (mut archive, _) = Archive::new(entries, &config);
        let mut kept = Related::keeping();
        for (number, words) in edits.iter().map(|(number, new)| (number % words.len(), new)) {
            kept.of(&archive, &config, 0);
            let new = of(number, words);
            let before = archive.replace(new).expect("nothing but its title is other");
            kept = kept.retitled(&archive, &[before]).unwrap_or(kept);
            for id in 0..archive.entries.len() {
                prop_assert_eq!(kept.of(&archive, &config, id), Related::default().of(&archive, &config, id));
            }
        }
    }
}

/// For each article those related to it.
fn all_related(archive: &Archive, config: &Config) -> Vec<Vec<usize>> {
    let related = Related::default();
    related.prepare(archive, config, 0..archive.entries.len());
    (0..archive.entries.len()).map(|id| related.of(archive, config, id)).collect()
}

/// Gives articles of an archive, by their number, other titles; all for which others are related then, or which show one
/// of these, must be around them. Gives how many have others.
fn retitle(entries: &[Arc<Entry>], edits: &BTreeMap<usize, String>) -> usize {
    let config = plain_config();
    let (before, _) = Archive::new(entries.to_vec(), &config);
    let mut now = before.clone();
    let replaced = edits.iter().map(|(number, title)| {
        let entry = Arc::new(Entry { title: title.clone(), ..Entry::clone(&entries[*number]) });
        let at = now.place(&entry).expect("nothing but its title is other");
        (at, now.replace(entry).expect("it has its place"))
    });
    let replaced: Vec<_> = replaced.collect();
    let edited: Vec<(usize, &Entry)> = replaced.iter().map(|(at, entry)| (*at, &**entry)).collect();
    let is_edited = |id: &usize| edited.iter().any(|(at, _)| at == id);
    let (old, new) = (all_related(&before, &config), all_related(&now, &config));
    for related in [Related::default(), Related::keeping()] {
        let around = related.around(&now, &edited);
        for id in (0..old.len()).filter(|id| !is_edited(id)) {
            let is_other = old[id] != new[id] || new[id].iter().any(is_edited);
            assert!(!is_other || around.contains(&id), "{id}: {:?} to {:?}", old[id], new[id]);
        }
    }
    (0..old.len()).filter(|id| !is_edited(id) && old[*id] != new[*id]).count()
}

fn harbours(words: &[usize]) -> String {
    words.iter().map(|word| format!("Harbour{word}")).collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn what_new_titles_change_is_around_them(
        articles in proptest::collection::vec((proptest::collection::vec(0..30_usize, 0..5), 0..30_usize), 80..160),
        edits in proptest::collection::btree_map(0..80_usize, proptest::option::of(0..30_usize), 1..5),
    ) {
        let of = |(number, (words, tag)): (usize, &(Vec<usize>, usize))| {
            entry(number, &harbours(words), &[&format!("t{tag}")])
        };
        let entries: Vec<_> = articles.iter().enumerate().map(of).collect();
        let edit = |(number, new): (usize, Option<usize>)| {
            // Another first word, or none.
            let mut words = articles[number].0.clone();
            words.splice(..words.len().min(1), new);
            (number, harbours(&words))
        };
        retitle(&entries, &edits.into_iter().map(edit).collect());
    }
}

#[test]
fn a_word_may_become_too_frequent_at_once() {
    // Two articles have a rare word in common, and one that is in almost too many titles to count.
    let title = |number: usize| match number {
        0 | 1008 => harbours(&[0, 1]),
        1..4090 => harbours(&[0]),
        _ => unlike(number % 600),
    };
    let entries: Vec<_> = (0..4300).map(|number| entry(number, &title(number), &[])).collect();
    assert_eq!(retitle(&entries, &(4200..4210).map(|number| (number, harbours(&[0]))).collect()), 2);
}

#[test]
fn many_threads_that_ask_at_once_do_not_wait_for_themselves() {
    // A thread of the pool that waits takes other work up. If that asked again for what the thread itself was about to
    // find, nobody went on: one build of thirty hung on sixteen threads.
    let title = |number: usize| format!("{} {}", unlike(number % 600), unlike(number % 300));
    let entries: Vec<_> = (0..2000).map(|number| entry(number, &title(number), &["x"])).collect();
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let config = plain_config();
        let (archive, _) = Archive::new(entries, &config);
        let pool = build::pool(16).unwrap();
        for _ in 0..200 {
            let related = Related::default();
            // Most threads are still at something else when the first asks.
            let ask = |id: usize| {
                std::thread::sleep(Duration::from_micros(id as u64 * 37 % 500));
                related.of(&archive, &config, id).len()
            };
            let found = pool.install(|| (0..200).into_par_iter().map(ask).sum::<usize>());
            assert!(found > 0);
        }
        sender.send(()).unwrap();
    });
    ended.recv_timeout(Duration::from_secs(120)).expect("it ends");
}
