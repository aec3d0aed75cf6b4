//! Addresses of before → the page that stands for them now.

use super::{Addresses, Output, Page, Subject, known, template};
use crate::archive::{Archive, Entry};
use crate::config::{Config, RedirectMap};
use crate::problem::Problem;
use crate::route::{OldUrl, OutPath, Unusable};
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
    problems.extend(useless(archive, config));
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
    problems.extend(beyond_netlify(&redirects, archive, config));
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
        let aliases = article.aliases.iter().filter_map(|alias| OldUrl::alias(alias, &config.own_hosts).ok());
        let original = article.provenance.original_url.as_deref();
        let original = original.and_then(|url| OldUrl::own(url, &config.own_hosts));
        aliases.chain(original).map(move |from| Redirect { from, to })
    };
    // Of what was removed no address of before is told, not even to servers: its words may say what must be gone.
    subjects.filter(|subject| !subject.of(archive).removed()).flat_map_iter(of_one).collect()
}

/// Aliases that lead nowhere, said once for each reason.
fn useless(archive: &Archive, config: &Config) -> Vec<Problem> {
    let mut by_reason: BTreeMap<Option<Unusable>, Vec<(&str, &str)>> = BTreeMap::new();
    for entry in archive.all().filter(|entry| !entry.removed()) {
        for alias in &entry.article.aliases {
            let reason = match OldUrl::alias(alias, &config.own_hosts) {
                Ok(url) if url.page().is_some() || !config.redirect_maps.is_empty() => continue,
                Ok(_) => None,
                Err(reason) => Some(reason),
            };
            by_reason.entry(reason).or_default().push((alias, &entry.source));
        }
    }
    let note = |(reason, aliases): (Option<Unusable>, Vec<(&str, &str)>)| {
        let (why, hint) = match reason {
            Some(Unusable::Foreign) => (
                "the host is none of `own_hosts`",
                "name the host under `own_hosts` in `archive.yaml` if this archive takes it over",
            ),
            Some(Unusable::NoAddress) => (
                "no browser asks a site for it",
                "write a path such as `/old/page.html`, or an address on one of `own_hosts`",
            ),
            Some(Unusable::Home) => ("it is the home page", "take it out"),
            None => (
                "only a server can answer it, as it has a query or a name that no page can have",
                "name the server's kind under `redirect_maps` in `archive.yaml`",
            ),
        };
        let message = format!("no redirect from the alias {}: {why}", first_of(&aliases));
        Problem::note("redirect", message).file(aliases[0].1).hint(hint)
    };
    by_reason.into_iter().map(note).collect()
}

/// Addresses with a query that a rule of Netlify's cannot ask for, said once.
fn beyond_netlify(redirects: &[Redirect], archive: &Archive, config: &Config) -> Option<Problem> {
    if !config.redirect_maps.contains(&RedirectMap::Netlify) {
        return None;
    }
    let left = redirects.iter().filter(|redirect| redirect.from.pairs().is_none());
    let left: Vec<(&str, &str)> =
        left.map(|redirect| (redirect.from.as_str(), &*redirect.to.of(archive).source)).collect();
    let (_, source) = left.first()?;
    let message = format!("`_redirects` is without {}: it cannot ask for such a query", first_of(&left));
    Some(Problem::note("redirect", message).file(*source))
}

/// The first of some addresses, and how many follow.
fn first_of(addresses: &[(&str, &str)]) -> String {
    let first: String = addresses[0].0.chars().take(80).collect();
    match addresses.len() - 1 {
        0 => format!("`{first}`"),
        more => format!("`{first}` and {more} more"),
    }
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
