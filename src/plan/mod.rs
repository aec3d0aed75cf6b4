//! Archive → every output, before anything is rendered: clashes, deletions and counts are known first.

mod address;
mod paging;

pub use address::Addresses;
pub use paging::{Chunk, Paging, Part};

use crate::archive::{Archive, Period};
use crate::config::{Config, Taxonomy};
use crate::problem::{Fatal, Problem};
use crate::route::OutPath;
use anyhow::Result;
use std::collections::HashMap;

/// One file of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Where it goes.
    pub path: OutPath,
    /// What is in it.
    pub page: Page,
    /// The input it is made from: an article, or the template of a list.
    pub source: String,
}

/// What an output holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// A file that is copied: its index in the list that the plan was given.
    Copy(usize),
    /// An article: its index in [`Archive::entries`].
    Article(usize),
    /// A page outside the archive: its index in [`Archive::pages`].
    Standalone(usize),
    /// The newest articles and the years.
    Home(Part),
    /// A year, month or day.
    Period(Period, Part),
    /// Articles without a date.
    Undated(Part),
    /// All terms of a taxonomy: its index.
    Terms(usize),
    /// A term: indices of taxonomy and term.
    Term(usize, usize, Part),
    /// What the server shows for an unknown address.
    NotFound,
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
#[derive(Debug)]
pub struct Plan {
    /// All outputs: copied files, articles, pages, then lists.
    pub outputs: Vec<Output>,
    /// Where articles and lists are.
    pub addresses: Addresses,
    /// Folded paths of all outputs.
    folded: HashMap<String, usize>,
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
        let (addresses, problems) = Addresses::new(archive, config, kept);
        let mut outputs = Vec::with_capacity(archive.entries.len() * 2);
        for (index, file) in copied.iter().enumerate() {
            let (path, source) = (file.path.clone(), file.source.clone());
            outputs.push(Output { path, page: Page::Copy(index), source });
        }
        for (id, entry) in archive.entries.iter().enumerate().filter(|(_, entry)| !entry.removed()) {
            let (path, source) = (addresses.article(id).clone(), entry.source.clone());
            outputs.push(Output { path, page: Page::Article(id), source });
        }
        for (id, entry) in archive.pages.iter().enumerate().filter(|(_, entry)| !entry.removed()) {
            let (path, source) = (addresses.page(id).clone(), entry.source.clone());
            outputs.push(Output { path, page: Page::Standalone(id), source });
        }
        lists(archive, config, &mut outputs);
        let folded = check(&outputs)?;
        Ok((Self { outputs, addresses, folded }, problems))
    }

    /// Whether some file system would take a path for one of the planned.
    pub fn has_like(&self, path: &OutPath) -> Option<&OutPath> {
        self.folded.get(&path.folded()).map(|index| &self.outputs[*index].path)
    }
}

/// The folder of a period: `/2019/07/`.
pub fn period_folder((year, month, day): Period) -> String {
    let mut folder = format!("/{year:04}/");
    for part in [month, day].into_iter().filter(|part| *part > 0) {
        folder += &format!("{part:02}/");
    }
    folder
}

/// The folder of undated articles.
pub const UNDATED: &str = "/undated/";

/// The folder of a term.
pub fn term_folder(archive: &Archive, taxonomy: &Taxonomy, (index, term): (usize, usize)) -> String {
    format!("{}{}/", taxonomy.path, archive.terms[index][term].slug)
}

/// Path of a list's page.
pub fn list_path(folder: &str, part: Part) -> OutPath {
    let file = match part {
        Part::Folder => "index.html".to_string(),
        Part::Numbered(number) => format!("page-{number}.html"),
    };
    OutPath::new(&format!("{}{file}", folder.trim_start_matches('/')))
        .expect("lists have folders of slugs and numbers")
}

/// Whether and how a list is paged.
pub fn paging(page: Page, archive: &Archive, config: &Config) -> Paging {
    let periods = &config.periods;
    let (slots, all) = match page {
        Page::Home(_) => (archive.entries.len() - archive.undated, periods.home),
        Page::Period((_, 0, _), _) => (slots(page, archive), periods.year),
        Page::Period((_, _, 0), _) => (slots(page, archive), periods.month),
        Page::Period(..) => (slots(page, archive), periods.day),
        _ => (slots(page, archive), true),
    };
    Paging::new(slots, config.per_page, all)
}

fn slots(page: Page, archive: &Archive) -> usize {
    match page {
        Page::Period(period, _) => archive.periods.get(&period).map_or(0, |span| span.range.len()),
        Page::Term(taxonomy, term, _) => archive.terms[taxonomy][term].slots.len(),
        Page::Undated(_) => archive.undated,
        _ => 0,
    }
}

fn lists(archive: &Archive, config: &Config, outputs: &mut Vec<Output>) {
    let mut add = |folder: &str, template: &str, page: &dyn Fn(Part) -> Page| {
        for part in paging(page(Part::Folder), archive, config).parts() {
            let source = format!("templates/{template}.html");
            outputs.push(Output { path: list_path(folder, part), page: page(part), source });
        }
    };
    add("/", "home", &Page::Home);
    for period in archive.periods.keys() {
        add(&period_folder(*period), "period", &|part| Page::Period(*period, part));
    }
    // The page stands even when it is empty: themes may link to it from everywhere.
    add(UNDATED, "list", &Page::Undated);
    for (index, taxonomy) in config.taxonomies.iter().enumerate() {
        add(&taxonomy.path, "terms", &|_| Page::Terms(index));
        for term in 0..archive.terms[index].len() {
            let folder = term_folder(archive, taxonomy, (index, term));
            add(&folder, "term", &|part| Page::Term(index, term, part));
        }
    }
    let path = OutPath::new("404.html").expect("a plain name");
    outputs.push(Output { path, page: Page::NotFound, source: "templates/404.html".to_string() });
}

/// Every output has a path of its own on every file system, and none is a folder of another.
fn check(outputs: &[Output]) -> Result<HashMap<String, usize>> {
    let mut taken: HashMap<String, usize> = HashMap::with_capacity(outputs.len());
    let mut problems = Vec::new();
    for (index, output) in outputs.iter().enumerate() {
        if reserved(&output.path) {
            let message = format!("`{}` is a name that the archive's manifest uses", output.path);
            problems
                .push(Problem::error("output-clash", message).file(&output.source).hint("rename the file"));
        }
        if let Some(other) = taken.insert(output.path.folded(), index) {
            problems.push(clash(output, &outputs[other], "are published at one path"));
        }
    }
    for output in outputs {
        let folded = output.path.folded();
        for (at, _) in folded.match_indices('/') {
            if let Some(other) = taken.get(&folded[..at]) {
                problems.push(clash(output, &outputs[*other], "want one name as a folder and as a file"));
            }
        }
    }
    if problems.is_empty() { Ok(taken) } else { Err(Fatal(problems).into()) }
}

fn reserved(path: &OutPath) -> bool {
    let folded = path.folded();
    let first = folded.split('/').next().unwrap_or_default();
    matches!(first, "manifest" | "manifest.json" | ".backissue-tmp")
}

fn clash(a: &Output, b: &Output, what: &str) -> Problem {
    let message = format!("`{}` and `{}` {what}: `{}`", b.source, a.source, a.path);
    let hint = "rename one of them, or give the article another `slug`";
    Problem::error("output-clash", message).file(&a.source).hint(hint)
}
