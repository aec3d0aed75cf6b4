//! An archive of ten thousand articles, spread as a newspaper's are: more each year, a few tags on very many of them
//! and most tags on few, days on which much happened, and what has half a date or none.

use crate::site::{Site, references};
use std::collections::{BTreeMap, BTreeSet};

const ARTICLES: usize = 10_000;
/// The longest page, in bytes.
const PAGE: u64 = 300_000;
const CLICKS: usize = 5;

/// A number that depends on two others alone and is spread evenly.
fn chance(n: usize, salt: usize) -> usize {
    let mut x = (n * 31 + salt) as u64 ^ 0x9e37_79b9_7f4a_7c15;
    for _ in 0..3 {
        x = (x ^ (x >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    (x >> 33) as usize
}

/// One of `many`, the first ones far more often than the last.
fn skewed(n: usize, salt: usize, many: usize) -> usize {
    (chance(n, salt) % many) * (chance(n, salt + 1) % many) / many
}

/// A day between 1984 and 2023, or less of a date.
fn date(n: usize) -> Option<String> {
    let year = 2023 - skewed(n, 1, 40);
    let (month, day) = (1 + chance(n, 2) % 12, 1 + chance(n, 3) % 28);
    match n % 50 {
        0 => None,
        1 => Some(format!("{year}")),
        2 => Some(format!("{year}-{month:02}")),
        // Elections: hundreds of articles on one day.
        3..=5 => Some("2016-11-08".into()),
        _ => Some(format!("{year}-{month:02}-{day:02}")),
    }
}

fn front(n: usize) -> String {
    // A letter of Cyrillic takes two bytes, and more than that where an address needs it.
    let (title, lang) = match n % 7 {
        0 => ("Совет острова снова отложил решение о ремонте северного причала", "ru"),
        _ => ("Island council puts off once more what was to be done about the pier", "en"),
    };
    let mut front = format!("title: {title}, {n}\nlang: {lang}\nsource: Paper {}\n", skewed(n, 4, 6));
    front += &format!("section: Section {}\nauthors: [", skewed(n, 5, 12));
    front +=
        &(0..=n % 2).map(|k| format!("Writer No {}", skewed(n, 6 + k, 300))).collect::<Vec<_>>().join(", ");
    front += "]\ntags: [";
    front += &(0..3).map(|k| format!("topic {}", skewed(n, 8 + k, 3_000))).collect::<Vec<_>>().join(", ");
    front += "]\n";
    front += &date(n).map(|date| format!("date: {date}\n")).unwrap_or_default();
    front
}

/// Which articles are within so many clicks of the front page, by way of lists alone: nobody should have to go from
/// article to article.
fn within(clicks: usize, site: &Site, articles: &BTreeSet<String>) -> BTreeSet<String> {
    let mut seen = BTreeSet::from(["index.html".to_string()]);
    let mut level: Vec<String> = seen.iter().cloned().collect();
    for _ in 0..clicks {
        let mut next = Vec::new();
        for name in level.iter().filter(|name| name.ends_with(".html") && !articles.contains(*name)) {
            let (links, _) = references(name, &site.read(&format!("public/{name}")));
            next.extend(
                links.into_iter().map(|(target, _)| target).filter(|target| seen.insert(target.clone())),
            );
        }
        if articles.is_subset(&seen) {
            break;
        }
        level = next;
    }
    seen.intersection(articles).cloned().collect()
}

/// How many periods of one length, as their dates are long, have an article.
fn periods(length: usize) -> usize {
    let known = (0..ARTICLES).filter_map(date).filter_map(|date| date.get(..length).map(str::to_string));
    known.collect::<BTreeSet<_>>().len()
}

#[test]
fn ten_thousand_articles_make_no_large_page_and_none_is_far_from_home() {
    let site = Site::with("title: The Paper\nbase_url: https://example.org\nfeeds: {formats: []}\n");
    let text = "It said on Monday that it would say more on Tuesday, when it said that it had been clear. "
        .repeat(3);
    for n in 0..ARTICLES {
        site.file(&format!("content/{}/{n}.md", n / 500), format!("---\n{}---\n{text}\n", front(n)));
    }
    let run = site.build();
    run.clean();
    let (mut articles, mut periods_of) = (BTreeSet::new(), BTreeMap::<_, usize>::new());
    for file in manifest(&site) {
        let (path, bytes) = (file["path"].as_str().unwrap(), file["size"].as_u64().unwrap());
        if !path.ends_with(".html") {
            continue;
        }
        assert!(bytes <= PAGE, "{path}: {bytes} bytes");
        if file["source"].as_str().unwrap().starts_with("content/") {
            articles.insert(path.to_string());
        } else if let Some(period) = path.strip_suffix("/index.html")
            && period.bytes().all(|byte| byte.is_ascii_digit() || byte == b'/')
        {
            *periods_of.entry(period.len()).or_default() += 1;
        }
    }
    assert_eq!(articles.len(), ARTICLES);
    assert_eq!(
        periods_of,
        ["2023", "2023-12", "2023-12-31"].map(|date| (date.len(), periods(date.len()))).into()
    );
    let near = within(CLICKS, &site, &articles);
    let far: Vec<_> = articles.difference(&near).take(3).collect();
    assert!(far.is_empty(), "{} articles are too far: {far:?}", articles.len() - near.len());
}

/// What the manifest says of every file.
fn manifest(site: &Site) -> Vec<serde_json::Value> {
    let parts = crate::site::tree(&site.path("public/manifest"));
    let line = |line: &str| serde_json::from_str(line).unwrap();
    parts.values().flat_map(|part| std::str::from_utf8(part).unwrap().lines().map(line)).collect()
}
