//! Where every article is published. Addresses do not move because something else was added.

use super::Subject;
use crate::archive::{Archive, Entry};
use crate::article::Date;
use crate::config::{Config, Permalink, PermalinkPart};
use crate::problem::Problem;
use crate::route::{OutPath, Slug, Url, suffix};
use ahash::AHashMap;
use rayon::prelude::*;
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

/// Paths of articles and pages.
#[derive(Debug, Default)]
pub struct Addresses {
    articles: Vec<OutPath>,
    pages: Vec<OutPath>,
    /// Published articles and pages; made when the first is asked for, as many builds never ask.
    by_source: OnceLock<HashMap<BySource, Subject>>,
    base_path: String,
}

/// An entry that is found by its source.
#[derive(Debug)]
struct BySource(Arc<Entry>);

impl Borrow<str> for BySource {
    fn borrow(&self) -> &str {
        &self.0.source
    }
}

impl Hash for BySource {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.source.hash(state);
    }
}

impl PartialEq for BySource {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}

impl Eq for BySource {}

impl Addresses {
    /// Finds a path for each article and page.
    ///
    /// Among those that want one path, the ones with a slug of their own choice come first, then the order is by
    /// date and source; the first gets the path, the others get six hexadecimal digits of their own identity. All
    /// bare paths are given away before any suffix, so that no suffix takes a path from an article that wants it.
    /// A page that is `kept` while its article is set aside keeps its path as well.
    pub(super) fn new(
        archive: &Archive,
        config: &Config,
        kept: &[(OutPath, String)],
    ) -> (Self, Vec<Problem>) {
        let all: Vec<&Entry> = archive.entries.iter().chain(&archive.pages).map(AsRef::as_ref).collect();
        let wanted = |index: usize, slug: &Slug| {
            if index < archive.entries.len() {
                article_path(&config.permalink, all[index].article.date, slug)
            } else {
                page_path(slug)
            }
        };
        let mut paths: Vec<OutPath> =
            all.par_iter().enumerate().map(|(index, entry)| wanted(index, &entry.slug)).collect();
        let mut order: Vec<usize> = (0..all.len()).collect();
        // Entries stand in order of date and source already; the sort is stable.
        order.sort_by_key(|index| !all[*index].explicit_slug);
        let mut taken: AHashMap<OutPath, &str> = AHashMap::with_capacity(all.len());
        taken.extend(kept.iter().map(|(path, source)| (path.fold(), source.as_str())));
        let mut late = Vec::new();
        for &index in &order {
            let source = &*all[index].source;
            let first = *taken.entry(paths[index].fold()).or_insert(source);
            if first != source {
                late.push((index, first));
            }
        }
        let mut problems = Vec::new();
        for (index, first) in late {
            let entry = all[index];
            let path = suffixes(entry)
                .map(|digits| wanted(index, &entry.slug.with_suffix(&digits)))
                .find(|path| !taken.contains_key(&path.fold()))
                .expect("the last suffix is the whole hash of a path that only one file has");
            taken.insert(path.fold(), &entry.source);
            problems.push(same_path(entry, first, &paths[index], &path));
            paths[index] = path;
        }
        let pages = paths.split_off(archive.entries.len());
        let base_path = config.site.base_path.clone();
        (Self { articles: paths, pages, by_source: OnceLock::new(), base_path }, problems)
    }

    /// Path of an article or page.
    pub fn of(&self, subject: Subject) -> &OutPath {
        match subject {
            Subject::Article(id) => self.article(id),
            Subject::Standalone(id) => self.page(id),
        }
    }

    /// Path of an article.
    pub fn article(&self, id: usize) -> &OutPath {
        &self.articles[id]
    }

    /// Path of a page outside the archive.
    pub fn page(&self, id: usize) -> &OutPath {
        &self.pages[id]
    }

    /// Address of an output.
    pub fn url(&self, path: &OutPath) -> Url {
        Url::of(path, &self.base_path)
    }

    /// Address of the article or page of the archive that was made from a source, if it is published.
    pub fn of_source(&self, source: &str, archive: &Archive) -> Option<Url> {
        let by_source = self.by_source.get_or_init(|| by_source(archive));
        by_source.get(source).map(|subject| self.url(self.of(*subject)))
    }
}

fn by_source(archive: &Archive) -> HashMap<BySource, Subject> {
    let articles = archive.entries.iter().enumerate().map(|(id, entry)| (entry, Subject::Article(id)));
    let pages = archive.pages.iter().enumerate().map(|(id, entry)| (entry, Subject::Standalone(id)));
    let published = articles.chain(pages).filter(|(entry, _)| !entry.removed());
    published.map(|(entry, subject)| (BySource(Arc::clone(entry)), subject)).collect()
}

/// Six digits of the identity; should two articles share it, digits of the source's path, more and more of them.
fn suffixes(entry: &Entry) -> impl Iterator<Item = String> {
    let whole = xxhash_rust::xxh3::xxh3_128(entry.source.as_bytes());
    let whole = format!("{whole:032x}");
    let longer = [6, 12, 32].map(move |digits| whole[..digits].to_string());
    std::iter::once(suffix(entry.identity())).chain(longer)
}

fn same_path(entry: &Entry, first: &str, bare: &OutPath, path: &OutPath) -> Problem {
    let message = format!("`{first}` has the path `/{bare}` already; published as `/{path}`");
    Problem::warning("same-path", message).file(&*entry.source).hint("give it a `slug` of its own")
}

fn page_path(slug: &Slug) -> OutPath {
    OutPath::new(&format!("{slug}.html")).expect("a slug is a plain name")
}

fn article_path(permalink: &Permalink, date: Option<Date>, slug: &Slug) -> OutPath {
    let mut folders: Vec<String> = Vec::with_capacity(permalink.segments.len() + 1);
    let dated = |part: &PermalinkPart| {
        matches!(part, PermalinkPart::Year | PermalinkPart::Month | PermalinkPart::Day)
    };
    if date.is_none() && permalink.segments.iter().flatten().any(dated) {
        folders.push("undated".to_string());
    }
    for segment in &permalink.segments {
        folders.extend(fill(segment, date, slug));
    }
    if permalink.folder {
        folders.push("index.html".to_string());
    }
    OutPath::new(&folders.join("/"))
        .expect("the configuration allows only plain letters around slugs and numbers")
}

/// One folder or file name; parts without a value are left out with the text before them.
fn fill(segment: &[PermalinkPart], date: Option<Date>, slug: &Slug) -> Option<String> {
    let mut name = String::new();
    let mut before = "";
    let mut missing = false;
    for part in segment {
        let value = match part {
            PermalinkPart::Literal(text) => {
                before = text;
                continue;
            }
            PermalinkPart::Slug => Some(slug.to_string()),
            PermalinkPart::Year => date.map(|date| format!("{:04}", date.year())),
            PermalinkPart::Month => date.and_then(|date| date.month()).map(|month| format!("{month:02}")),
            PermalinkPart::Day => date.and_then(|date| date.day()).map(|day| format!("{day:02}")),
        };
        match value {
            Some(value) => {
                // A separator makes no sense at the beginning, where the part before it is missing.
                name += if missing && name.is_empty() { "" } else { before };
                name += &value;
            }
            None => missing = true,
        }
        before = "";
    }
    if !(missing && name.is_empty()) {
        name += before;
    }
    Some(name).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;
    use proptest::prelude::*;

    #[track_caller]
    fn check(pattern: &str, date: &str, path: &str) {
        let folder = tempfile::tempdir().unwrap();
        let yaml = format!("permalink: '{pattern}'\n");
        crate::fs::create(&folder.path().join("archive.yaml"), yaml.as_bytes()).unwrap();
        let config = Config::load(folder.path(), &crate::config::Flags::default()).unwrap();
        let made = article_path(&config.permalink, Date::parse(date).ok(), &Slug::new("story"));
        assert_eq!(made.as_str(), path, "{pattern} {date}");
    }

    #[test]
    fn parts_without_a_value_are_left_out() {
        for (pattern, date, path) in [
            ("/{year}/{month}/{day}/{slug}.html", "2019-07-21", "2019/07/21/story.html"),
            ("/{year}/{month}/{day}/{slug}.html", "0001-05", "0001/05/story.html"),
            ("/{year}/{month}/{day}/{slug}.html", "1998", "1998/story.html"),
            ("/{year}/{month}/{day}/{slug}.html", "", "undated/story.html"),
            ("/{year}/{slug}/", "1998", "1998/story/index.html"),
            ("/{slug}/", "", "story/index.html"),
            ("/a-{slug}.html", "1998", "a-story.html"),
            ("/news/{year}-{month}-{day}-{slug}.html", "1998-05", "news/1998-05-story.html"),
            ("/news/{year}-{month}-{day}-{slug}.html", "", "undated/news/story.html"),
        ] {
            check(pattern, date, path);
        }
    }

    /// Addresses of articles with these dates and slugs, by source; the number makes the source.
    fn addresses(articles: &[(usize, &str, &str, bool)]) -> HashMap<String, String> {
        let folder = tempfile::tempdir().unwrap();
        crate::fs::create(&folder.path().join("archive.yaml"), b"").unwrap();
        let config = Config::load(folder.path(), &crate::config::Flags::default()).unwrap();
        let entry = |(number, date, slug, explicit_slug): &(usize, &str, &str, bool)| Entry {
            source: format!("content/{number:02}.md").into(),
            alias: None,
            names: crate::archive::Names::default(),
            article: Article { date: Date::parse(date).ok(), ..Article::default() },
            title: slug.to_string(),
            slug: Slug::new(slug),
            explicit_slug: *explicit_slug,
            excerpt: String::new(),
            links: Vec::new(),
            body_start: 0,
            body_line: 1,
            body: 0,
            face: 0,
        };
        let (archive, _) = Archive::new(articles.iter().map(entry).map(Arc::new).collect(), &config);
        let (addresses, _) = Addresses::new(&archive, &config, &[]);
        let all = archive.entries.iter().enumerate();
        all.map(|(id, entry)| (entry.source.to_string(), addresses.article(id).to_string())).collect()
    }

    const DATES: [&str; 4] = ["", "2019", "2019-07-21", "2019-07-21T09:30:00+02:00"];
    /// Two that only case and accent tell apart, and one that looks like another with a suffix.
    const SLUGS: [&str; 4] = ["story", "Störy", "story-2", "other"];

    proptest! {
        #[test]
        fn addresses_are_unique_whatever_the_order_and_newcomers_move_none(
            articles in proptest::collection::vec((0..DATES.len(), 0..SLUGS.len(), any::<bool>()), 1..12),
            newcomer in (0..DATES.len(), 0..SLUGS.len()),
            turn in 0..12_usize,
        ) {
            let named = |(number, (date, slug, explicit)): (usize, &(usize, usize, bool))| {
                (number, DATES[*date], SLUGS[*slug], *explicit)
            };
            let mut articles: Vec<_> = articles.iter().enumerate().map(named).collect();
            let before = addresses(&articles);
            let folded: std::collections::HashSet<String> =
                before.values().map(|path| OutPath::new(path).unwrap().folded()).collect();
            prop_assert_eq!(folded.len(), articles.len());
            let turn = turn % articles.len();
            articles.rotate_left(turn);
            prop_assert_eq!(&addresses(&articles), &before);
            // The last in order of sources, without a slug of its own: it yields to all that are there.
            articles.push((99, DATES[newcomer.0], SLUGS[newcomer.1], false));
            let mut after = addresses(&articles);
            after.remove("content/99.md");
            let civil = |date: &str| Date::parse(date).ok().map(|date| date.civil());
            if articles.iter().all(|(_, date, ..)| civil(date) <= civil(DATES[newcomer.0])) {
                prop_assert_eq!(&after, &before);
            }
        }
    }
}
