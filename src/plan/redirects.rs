//! Addresses of before → the page that stands for them now.

use super::{Addresses, Output, Page, Subject, known, template};
use crate::archive::{Archive, Entry};
use crate::config::{Config, RedirectMap};
use crate::problem::Problem;
use crate::route::{OldUrl, OutPath};
use std::collections::{BTreeMap, HashSet};

/// An address of before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// Path and query as a browser asks for them, below the host.
    pub from: OldUrl,
    /// What stands for it.
    pub to: Subject,
}

/// Plans redirect pages, and the lists of redirects that servers read.
pub(super) fn add(
    archive: &Archive,
    config: &Config,
    addresses: &Addresses,
    outputs: &mut Vec<Output>,
) -> (Vec<Redirect>, Vec<Problem>) {
    let (redirects, mut problems) = unique(wanted(archive, config), archive);
    // Archives without addresses of before need not look at all outputs.
    let taken = Taken::new(if redirects.is_empty() { &[] } else { outputs });
    let mut kept: Vec<Redirect> = Vec::with_capacity(redirects.len());
    for redirect in redirects {
        let entry = redirect.to.of(archive);
        let page = redirect.from.page();
        if page.as_ref().is_some_and(|page| page == addresses.of(redirect.to)) {
            continue;
        }
        if let Some(path) = page.filter(|page| taken.clashes(page)) {
            let message = format!("`/{path}` is a page of the archive; the redirect is left out");
            problems.push(Problem::warning("redirect", message).file(&entry.source));
            continue;
        }
        kept.push(redirect);
    }
    let mut pages = Vec::new();
    for (index, redirect) in kept.iter().enumerate() {
        let Some(path) = redirect.from.page() else { continue };
        pages.push(Output { path, page: Page::Redirect(index), source: template("redirect") });
    }
    problems.extend(drop_clashing(&mut pages, &kept, archive));
    outputs.append(&mut pages);
    for map in &config.redirect_maps {
        let name = match map {
            RedirectMap::Netlify => "_redirects",
            RedirectMap::Nginx => "redirects.nginx.conf",
            RedirectMap::Apache => ".htaccess",
        };
        let source = crate::config::FILE.to_string();
        outputs.push(Output { path: known(name), page: Page::RedirectMap(*map), source });
    }
    (kept, problems)
}

/// All addresses that articles and pages ask for.
fn wanted(archive: &Archive, config: &Config) -> Vec<Redirect> {
    let articles = (0..archive.entries.len()).map(Subject::Article);
    let subjects = articles.chain((0..archive.pages.len()).map(Subject::Standalone));
    let mut wanted = Vec::new();
    for to in subjects.filter(|subject| !subject.of(archive).removed()) {
        let Entry { article, .. } = to.of(archive);
        let aliases = article.aliases.iter().filter_map(|alias| OldUrl::alias(alias, &config.own_hosts));
        let original = article.provenance.original_url.as_deref();
        let original = original.and_then(|url| OldUrl::own(url, &config.own_hosts));
        wanted.extend(aliases.chain(original).map(|from| Redirect { from, to }));
    }
    wanted
}

/// Each address once; those that lead to two places lead to neither.
fn unique(wanted: Vec<Redirect>, archive: &Archive) -> (Vec<Redirect>, Vec<Problem>) {
    let mut by_address: BTreeMap<OldUrl, Vec<Subject>> = BTreeMap::new();
    for redirect in wanted {
        let targets = by_address.entry(redirect.from).or_default();
        if !targets.contains(&redirect.to) {
            targets.push(redirect.to);
        }
    }
    let (mut unique, mut problems) = (Vec::new(), Vec::new());
    for (from, targets) in by_address {
        match targets[..] {
            [to] => unique.push(Redirect { from, to }),
            _ => problems.extend(ambiguous(from.as_str(), &targets, archive)),
        }
    }
    (unique, problems)
}

fn ambiguous(from: &str, targets: &[Subject], archive: &Archive) -> Option<Problem> {
    let [first, second, ..] = targets else { return None };
    let (first, second) = (&first.of(archive).source, &second.of(archive).source);
    let message = format!("`{from}` would lead here and to `{first}`; it leads to neither");
    let problem = Problem::warning("redirect", message).file(second);
    Some(problem.hint("remove it from `aliases` or `original_url` of one of them"))
}

/// Different addresses may still want one file, or one a folder where another wants a file.
fn drop_clashing(pages: &mut Vec<Output>, redirects: &[Redirect], archive: &Archive) -> Vec<Problem> {
    let mut by_path: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, page) in pages.iter().enumerate() {
        by_path.entry(page.path.folded()).or_default().push(at);
    }
    let taken = Taken::new(pages);
    let (mut dropped, mut problems) = (HashSet::new(), Vec::new());
    for (path, same) in by_path {
        let file_as_folder = taken.folders.contains(&path);
        if same.len() == 1 && !file_as_folder {
            continue;
        }
        dropped.extend(same.iter().copied());
        let of = |at: &usize| match pages[*at].page {
            Page::Redirect(index) => Some(&redirects[index]),
            _ => None,
        };
        let subjects: Vec<Subject> = same.iter().filter_map(of).map(|redirect| redirect.to).collect();
        problems.extend(ambiguous(&format!("/{path}"), &subjects, archive));
    }
    let mut at = 0..;
    pages.retain(|_| !at.next().is_some_and(|at| dropped.contains(&at)));
    problems
}

/// Names that are used, as file systems without case see them.
struct Taken {
    files: HashSet<String>,
    folders: HashSet<String>,
}

impl Taken {
    fn new(outputs: &[Output]) -> Self {
        let files: HashSet<String> = outputs.iter().map(|output| output.path.folded()).collect();
        let folders = files.iter().flat_map(|file| above(file)).map(str::to_string).collect();
        Self { files, folders }
    }

    fn clashes(&self, path: &OutPath) -> bool {
        let folded = path.folded();
        self.files.contains(&folded)
            || self.folders.contains(&folded)
            || above(&folded).any(|folder| self.files.contains(folder))
            || super::reserved(path)
    }
}

/// The folders above a file.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}
