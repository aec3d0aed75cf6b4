//! Addresses of before → the page that stands for them now.

use super::{Addresses, Output, Page, Subject, known, template};
use crate::archive::{Archive, Entry};
use crate::config::{Config, RedirectMap};
use crate::problem::Problem;
use crate::route::{OldUrl, OutPath};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashSet};

/// An address of before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// Path and query as a browser asks for them, below the host.
    pub from: OldUrl,
    /// What stands for it.
    pub to: Subject,
}

/// Plans redirect pages, after everything else: what is generated goes before a redirect. `kept` are pages that stand
/// already and stay.
pub(super) fn add(
    archive: &Archive,
    config: &Config,
    addresses: &Addresses,
    kept: &[(OutPath, String)],
    outputs: &mut Vec<Output>,
) -> (Vec<Redirect>, Vec<Problem>) {
    let (mut redirects, mut problems) = unique(wanted(archive, config), archive);
    // Archives without addresses of before need not look at all outputs.
    let others = if redirects.is_empty() { &[][..] } else { outputs.as_slice() };
    let taken = Taken::new(others.iter().map(|output| &output.path).chain(kept.iter().map(|(path, _)| path)));
    redirects.retain(|redirect| {
        let Some(path) = redirect.from.page().or_else(|| redirect.from.file()) else { return true };
        if path == *addresses.of(redirect.to) {
            return false;
        }
        let clashes = taken.clashes(&path);
        if clashes {
            let message = format!("`/{path}` is a page of the archive; the redirect is left out");
            let source = &redirect.to.of(archive).source;
            problems.push(Problem::warning("redirect", message).file(&**source));
        }
        !clashes
    });
    problems.extend(drop_clashing(&mut redirects, archive));
    // Two spellings of one address have one page, and two rules in a map.
    let mut paths = HashSet::new();
    for (index, redirect) in redirects.iter().enumerate() {
        let Some(path) = redirect.from.page().filter(|path| paths.insert(path.folded())) else { continue };
        outputs.push(Output { path, page: Page::Redirect(index), source: template("redirect") });
    }
    (redirects, problems)
}

/// Plans the lists of redirects that servers read.
pub(super) fn add_maps(config: &Config, outputs: &mut Vec<Output>) {
    for map in &config.redirect_maps {
        let name = match map {
            RedirectMap::Netlify => "_redirects",
            RedirectMap::Nginx => "redirects.nginx.conf",
            RedirectMap::Apache => ".htaccess",
        };
        let source = crate::config::FILE.into();
        outputs.push(Output { path: known(name), page: Page::RedirectMap(*map), source });
    }
}

/// All addresses that articles and pages ask for.
fn wanted(archive: &Archive, config: &Config) -> Vec<Redirect> {
    let articles = (0..archive.entries.len()).into_par_iter().map(Subject::Article);
    let subjects = articles.chain((0..archive.pages.len()).into_par_iter().map(Subject::Standalone));
    let of_one = |to: Subject| {
        let Entry { article, .. } = to.of(archive);
        let aliases = article.aliases.iter().filter_map(|alias| OldUrl::alias(alias, &config.own_hosts));
        let original = article.provenance.original_url.as_deref();
        let original = original.and_then(|url| OldUrl::own(url, &config.own_hosts));
        aliases.chain(original).map(move |from| Redirect { from, to })
    };
    subjects.filter(|subject| !subject.of(archive).removed()).flat_map_iter(of_one).collect()
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
    let problem = Problem::warning("redirect", message).file(&**second);
    Some(problem.hint("remove it from `aliases` or `original_url` of one of them"))
}

/// Different addresses may still want one file, or one a folder where another wants a file.
fn drop_clashing(redirects: &mut Vec<Redirect>, archive: &Archive) -> Vec<Problem> {
    let pages: Vec<Option<OutPath>> = redirects.iter().map(|redirect| redirect.from.page()).collect();
    let mut by_path: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, page) in pages.iter().enumerate() {
        if let Some(page) = page {
            by_path.entry(page.folded()).or_default().push(at);
        }
    }
    let taken = Taken::new(pages.iter().flatten());
    let (mut dropped, mut problems) = (HashSet::new(), Vec::new());
    for (path, same) in by_path {
        if taken.folders.contains(&path) {
            let source = &redirects[same[0]].to.of(archive).source;
            let message = format!("`/{path}` is a folder of other redirects; the redirect is left out");
            problems.push(Problem::warning("redirect", message).file(&**source));
        } else if same.len() > 1 {
            let subjects: Vec<Subject> = same.iter().map(|at| redirects[*at].to).collect();
            if subjects.iter().all(|subject| *subject == subjects[0]) {
                continue;
            }
            problems.extend(ambiguous(&format!("/{path}"), &subjects, archive));
        } else {
            continue;
        }
        dropped.extend(same);
    }
    let mut at = 0..;
    redirects.retain(|_| !at.next().is_some_and(|at| dropped.contains(&at)));
    problems
}

/// Names that are used, as file systems without case see them.
struct Taken {
    files: HashSet<String>,
    folders: HashSet<String>,
}

impl Taken {
    fn new<'a>(paths: impl Iterator<Item = &'a OutPath>) -> Self {
        let files: HashSet<String> = paths.map(OutPath::folded).collect();
        let folders = files.iter().flat_map(|file| above(file)).map(str::to_string).collect();
        Self { files, folders }
    }

    fn clashes(&self, path: &OutPath) -> bool {
        let folded = path.folded();
        self.files.contains(&folded)
            || self.folders.contains(&folded)
            || above(&folded).any(|folder| self.files.contains(folder))
            || super::clashes::is_reserved(&path.fold())
    }
}

/// The folders above a file.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}
