//! Archive → every output, before anything is rendered: clashes, deletions and counts are known first.

mod address;
mod clashes;
mod lists;
mod lookup;
mod machines;
mod paging;
mod redirects;
mod sitemap;
mod terms;

pub use address::Addresses;
pub use lists::{
    CORRECTIONS, DAYS, UNDATED, day_folder, days_in, list_path, paging, period_folder, term_folder,
};
pub use lookup::{FOLDER as LOOKUP, Host, LookUp, shard_path};
pub use machines::{citation_path, data_path, feed_path, has_feed};
pub use paging::{Chunk, Paging, Part};
pub use redirects::Redirect;
pub use sitemap::{Sitemap, sitemap_path};
pub use terms::{By, TermPart, term_part_path};

use crate::archive::{Archive, Entry, Period};
use crate::article::Kind;
use crate::config::{CitationFormat, Config, FeedFormat, RedirectMap};
use crate::problem::Problem;
use crate::route::OutPath;
use anyhow::Result;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// One file of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Where it goes.
    pub path: OutPath,
    /// What is in it.
    pub page: Page,
    /// The input it is made from, as the manifest calls it: an article, or the template of a list.
    pub source: Arc<str>,
}

/// What an output holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Page {
    /// A file that is copied: its index in the list that the plan was given.
    Copy(usize),
    /// An article: its index in [`Archive::entries`].
    Article(usize),
    /// A page outside the archive: its index in [`Archive::pages`].
    Standalone(usize),
    /// What is left of something that was taken down.
    Tombstone(Subject),
    /// An address of before: its index in [`Plan::redirects`].
    Redirect(usize),
    /// The newest articles and the years.
    Home(Part),
    /// A year, month or day.
    Period(Period, Part),
    /// Articles without a date.
    Undated(Part),
    /// Articles with corrections.
    Corrections(Part),
    /// The days of the year.
    DaysOfYear,
    /// A day of every year: month and day.
    DayOfYear((i8, i8), Part),
    /// All terms of a taxonomy: its index.
    Terms(usize),
    /// Some terms of a large taxonomy: its index, and that of the part in [`Plan::term_parts`].
    TermPart(usize, usize),
    /// A term: indices of taxonomy and term.
    Term(usize, usize, Part),
    /// Finds articles by their original address.
    LookUp,
    /// Some of very many hosts: the index of the part in [`Plan::lookup`].
    LookUpPart(usize),
    /// Original addresses of a host: its index in [`Plan::lookup`].
    LookUpHost(usize, Part),
    /// Original addresses for the script of the look-up page: the number of the shard.
    LookUpShard(usize),
    /// A feed.
    Feed(Feed, FeedFormat),
    /// A sitemap: its index in [`Plan::sitemaps`], or the list of them.
    Sitemap(Option<usize>),
    /// What crawlers ask for first.
    Robots,
    /// An article as a citation.
    Citation(usize, CitationFormat),
    /// Articles as data.
    Data(Data),
    /// Redirects and removed addresses for a server.
    RedirectMap(RedirectMap),
    /// What the server shows for an unknown address.
    NotFound,
}

impl Page {
    /// The article that it is the page of.
    pub fn article(self) -> Option<usize> {
        match self {
            Self::Article(id) => Some(id),
            _ => None,
        }
    }
}

/// An article or a page outside the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// Index in [`Archive::entries`].
    Article(usize),
    /// Index in [`Archive::pages`].
    Standalone(usize),
}

impl Subject {
    /// What is made from the same source as an entry, if it stands where that would.
    pub fn like(entry: &Entry, archive: &Archive) -> Option<Self> {
        let subject = match entry.article.kind {
            Kind::Article => Self::Article,
            Kind::Page => Self::Standalone,
        };
        archive.place(entry).map(subject)
    }

    /// Its entry.
    pub fn of(self, archive: &Archive) -> &Entry {
        match self {
            Self::Article(id) => &archive.entries[id],
            Self::Standalone(id) => &archive.pages[id],
        }
    }
}

/// What a feed is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feed {
    /// The whole archive.
    Site,
    /// A term: indices of taxonomy and term.
    Term(usize, usize),
    /// The articles of a month, or of a year those without a month: an archive document (RFC 5005, section 4).
    History(Period),
}

/// Which articles a data file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Data {
    /// All, one a line.
    All,
    /// Those of a month, or of a year those without a month.
    Month(Period),
    /// Those without a date.
    Undated,
}

/// A file to be copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where it goes.
    pub path: OutPath,
    /// Where it comes from, for messages and the manifest.
    pub source: String,
}

/// Everything a build will publish.
#[derive(Debug, Default)]
pub struct Plan {
    /// All outputs, sorted by path.
    pub outputs: Vec<Output>,
    /// Where articles and lists are.
    pub addresses: Addresses,
    /// Addresses of before, with and without a page.
    pub redirects: Vec<Redirect>,
    /// Parts of the index of each taxonomy; none where one page holds all terms.
    pub term_parts: Vec<Vec<TermPart>>,
    /// Original addresses.
    pub lookup: LookUp,
    /// Sitemaps.
    pub sitemaps: Vec<Sitemap>,
    /// Outputs by folded path, where that is not the path itself.
    folded: HashMap<OutPath, usize>,
}

impl Plan {
    /// Plans a site. Articles that want one path are told apart; any other two outputs for one path are an error.
    /// `kept` are pages that stand already and stay, with their sources.
    pub fn new(
        archive: &Archive,
        config: &Config,
        copied: &[Copied],
        kept: &[(OutPath, String)],
    ) -> Result<(Self, Vec<Problem>)> {
        let ((addresses, mut problems), (term_parts, lookup, lists)) = rayon::join(
            || Addresses::new(archive, config, kept),
            || {
                let (term_parts, lookup) = (terms::parts(archive), LookUp::new(archive, config));
                let lists = lists::all(archive, config, (&term_parts, &lookup));
                (term_parts, lookup, lists)
            },
        );
        let mut outputs = Vec::with_capacity(archive.entries.len() * 2);
        for (index, file) in copied.iter().enumerate() {
            let (path, source) = (file.path.clone(), file.source.as_str().into());
            outputs.push(Output { path, page: Page::Copy(index), source });
        }
        stories(archive, &addresses, &mut outputs);
        outputs.extend(lists);
        machines::add(archive, config, &addresses, &mut outputs);
        redirects::add_maps(config, &mut outputs);
        let mut sitemaps = sitemap::add(archive, config, &addresses, &mut outputs);
        // Last, as everything that is generated goes before a redirect.
        let (redirects, found) = redirects::add(archive, config, &addresses, kept, &mut outputs);
        problems.extend(found);
        let order = order(&outputs);
        clashes::check(&outputs, &order)?;
        let (outputs, places) = arranged(outputs, &order);
        for output in sitemaps.iter_mut().flat_map(|sitemap| &mut sitemap.outputs) {
            *output = places[*output];
        }
        let folded = outputs.par_iter().enumerate().map(|(index, output)| (output.path.fold(), index));
        let folded = folded.filter(|(folded, index)| *folded != outputs[*index].path).collect();
        Ok((Self { outputs, addresses, redirects, term_parts, lookup, sitemaps, folded }, problems))
    }

    /// Where the output of a path stands.
    pub fn place(&self, path: &str) -> Option<usize> {
        self.outputs.binary_search_by(|output| output.path.as_str().cmp(path)).ok()
    }

    /// Whether some file system would take a path for one of the planned.
    pub fn has_like(&self, path: &OutPath) -> Option<&OutPath> {
        let folded = path.fold();
        let same = self.place(folded.as_str());
        same.or_else(|| self.folded.get(&folded).copied()).map(|index| &self.outputs[index].path)
    }
}

/// The order of outputs by path.
fn order(outputs: &[Output]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..outputs.len()).collect();
    order.par_sort_unstable_by(|a, b| outputs[*a].path.cmp(&outputs[*b].path).then(a.cmp(b)));
    order
}

/// Outputs in an order, and where each of them went.
fn arranged(outputs: Vec<Output>, order: &[usize]) -> (Vec<Output>, Vec<usize>) {
    let mut places = vec![0; outputs.len()];
    for (place, index) in order.iter().enumerate() {
        places[*index] = place;
    }
    let mut outputs: Vec<Option<Output>> = outputs.into_iter().map(Some).collect();
    let arranged = order.iter().filter_map(|index| outputs[*index].take()).collect();
    (arranged, places)
}

/// Articles and pages, and what is left of those that were taken down.
fn stories(archive: &Archive, addresses: &Addresses, outputs: &mut Vec<Output>) {
    let articles = (0..archive.entries.len()).map(Subject::Article);
    for subject in articles.chain((0..archive.pages.len()).map(Subject::Standalone)) {
        let entry = subject.of(archive);
        let page = match subject {
            _ if entry.removed() => Page::Tombstone(subject),
            Subject::Article(id) => Page::Article(id),
            Subject::Standalone(id) => Page::Standalone(id),
        };
        // A file's name can say what its tombstone must not.
        let source = if entry.removed() { template("tombstone") } else { Arc::clone(entry.public_source()) };
        outputs.push(Output { path: addresses.of(subject).clone(), page, source });
    }
}

/// The source of pages that are made from a template alone.
fn template(name: &str) -> Arc<str> {
    format!("templates/{name}.html").into()
}

/// A path that the program itself chose.
fn known(path: &str) -> OutPath {
    OutPath::new(path.trim_start_matches('/')).expect("made of slugs, numbers and plain names")
}
