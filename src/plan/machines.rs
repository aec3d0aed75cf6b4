//! Files for programs: feeds, citations, data.

use super::{Addresses, Data, Feed, Output, Page, Subject, known, term_folder};
use crate::archive::Archive;
use crate::config::{CitationFormat, Config, FeedFormat};
use crate::route::OutPath;

/// Path of a feed.
pub fn feed_path(archive: &Archive, config: &Config, feed: Feed, format: FeedFormat) -> OutPath {
    let folder = match feed {
        Feed::Site => "/".to_string(),
        Feed::Term(taxonomy, term) => term_folder(archive, &config.taxonomies[taxonomy], (taxonomy, term)),
        Feed::History(period) => super::period_folder(period),
    };
    let name = match format {
        FeedFormat::Atom => "feed.xml",
        FeedFormat::Rss => "rss.xml",
        FeedFormat::Json => "feed.json",
    };
    known(&format!("{folder}{name}"))
}

/// Whether a term has feeds.
pub fn has_feed(archive: &Archive, config: &Config, taxonomy: usize, term: usize) -> bool {
    let from = config.taxonomies[taxonomy].feed_from;
    from.is_some_and(|from| archive.terms[taxonomy][term].count >= from)
}

/// Path of a data file.
pub fn data_path(data: Data) -> OutPath {
    known(&match data {
        Data::All => "data/articles.ndjson".to_string(),
        Data::Month((year, 0, _)) => format!("data/{year:04}.json"),
        Data::Month((year, month, _)) => format!("data/{year:04}-{month:02}.json"),
        Data::Undated => "data/undated.json".to_string(),
    })
}

/// Plans what programs read.
pub(super) fn add(archive: &Archive, config: &Config, addresses: &Addresses, outputs: &mut Vec<Output>) {
    feeds(archive, config, outputs);
    for format in &config.citations {
        for (id, _) in archive.entries.iter().enumerate().filter(|(_, entry)| !entry.removed()) {
            let path = citation_path(addresses.of(Subject::Article(id)), *format);
            let source = archive.entries[id].public_source().clone();
            outputs.push(Output { path, page: Page::Citation(id, *format), source });
        }
    }
    if config.downloads {
        let months = archive.months.keys().map(|period| Data::Month(*period));
        let undated = (archive.undated_count() > 0).then_some(Data::Undated);
        for data in std::iter::once(Data::All).chain(months).chain(undated) {
            let source = "content".into();
            outputs.push(Output { path: data_path(data), page: Page::Data(data), source });
        }
    }
}

fn feeds(archive: &Archive, config: &Config, outputs: &mut Vec<Output>) {
    // A feed's addresses are absolute (RFC 4287, section 4.2.6).
    if config.site.base_url.is_empty() {
        return;
    }
    let terms = (0..archive.terms.len()).flat_map(|taxonomy| {
        let fed = move |term: &usize| has_feed(archive, config, taxonomy, *term);
        (0..archive.terms[taxonomy].len()).filter(fed).map(move |term| Feed::Term(taxonomy, term))
    });
    let mut add = |feed, format| {
        let (path, source) = (feed_path(archive, config, feed, format), "content".into());
        outputs.push(Output { path, page: Page::Feed(feed, format), source });
    };
    for feed in std::iter::once(Feed::Site).chain(terms) {
        config.feeds.formats.iter().for_each(|format| add(feed, *format));
    }
    if config.feeds.history && config.feeds.formats.contains(&FeedFormat::Atom) {
        // An archive document never changes, and the newest month does: it is in the feed itself.
        let past = archive.months.keys().rev().skip(1).rev();
        past.for_each(|period| add(Feed::History(*period), FeedFormat::Atom));
    }
}

/// A citation stands beside its article.
pub fn citation_path(article: &OutPath, format: CitationFormat) -> OutPath {
    let end = match format {
        CitationFormat::Bibtex => "bib",
        CitationFormat::Ris => "ris",
        CitationFormat::Csl => "csl.json",
    };
    let stem = article.as_str().strip_suffix(".html").unwrap_or(article.as_str());
    known(&format!("{stem}.{end}"))
}
