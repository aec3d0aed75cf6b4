//! Links of articles and of the navigation that lead nowhere, and lead images that are missing.
//!
//! Links are followed before anything is rendered, as the plan knows all pages. Whether a page has the anchor that a
//! link names is seen when that page is made; only the anchors that links ask for are remembered, and no page is.

use super::pages::Work;
use super::{Event, Progress, Stage, guarded, links};
use crate::archive::Entry;
use crate::config;
use crate::content;
use crate::markdown::{self, LocalLink};
use crate::plan::Output;
use crate::problem::{Problem, nearest};
use crate::route::OutPath;
use rayon::prelude::*;
use std::collections::BTreeMap;
use url::Url;

/// The links of a whole site.
pub(super) struct Links {
    /// Links to what is not planned.
    pub(super) problems: Vec<Problem>,
    /// By page: the anchors that links lead to, each with these links.
    anchors: BTreeMap<OutPath, BTreeMap<String, Vec<Place>>>,
}

/// Where a link stands.
struct Place {
    source: String,
    line: Option<usize>,
    written: String,
}

/// Where a link leads.
enum End {
    /// To a page, perhaps to an anchor in it.
    Page(OutPath, Option<String>),
    /// To something that is not ours.
    Elsewhere,
    /// To nothing, for this reason, if there is more to say.
    Nowhere(Option<String>),
}

impl Links {
    /// Follows the links of all published articles and pages. Their bodies are read again, one a thread.
    pub(super) fn follow(work: &Work, progress: Progress) -> Self {
        let entries = || work.archive.entries.iter().enumerate();
        let pages = || work.archive.pages.iter().enumerate();
        let articles = entries().map(|(id, entry)| (work.plan.addresses.article(id), entry));
        let all = articles.chain(pages().map(|(id, entry)| (work.plan.addresses.page(id), entry)));
        let all = all.map(|(path, entry)| (path, entry.as_ref()));
        let published: Vec<(&OutPath, &Entry)> = all.filter(|(_, entry)| !entry.removed()).collect();
        progress(Event::Stage(Stage::Following, published.len()));
        let followed: Vec<_> = published
            .par_iter()
            .map(|(page, entry)| {
                // What cannot be read here cannot be rendered either, and is reported then.
                let ends = guarded(&entry.source, || ends(work, page, entry)).unwrap_or_default();
                progress(Event::Step);
                ends
            })
            .collect();
        let mut links = Self { problems: Vec::new(), anchors: BTreeMap::new() };
        let base = &work.config.site.base_path;
        for link in work.config.site.navigation.iter().filter(|link| link.url.starts_with('/')) {
            let end = end(work, "/", &link.url);
            let written = link.url.strip_prefix(base.as_str()).unwrap_or(&link.url).to_string();
            links.add(Place { source: config::FILE.to_string(), line: None, written }, end);
        }
        for (place, end) in followed.into_iter().flatten() {
            links.add(place, end);
        }
        links
    }

    fn add(&mut self, place: Place, end: End) {
        match end {
            End::Page(page, Some(anchor)) => {
                self.anchors.entry(page).or_default().entry(anchor).or_default().push(place);
            }
            End::Page(_, None) | End::Elsewhere => {}
            End::Nowhere(reason) => {
                let message = format!("`{}` leads to no page of this site", place.written);
                let hint = "link to the Markdown file, or put what you link to into `static/`";
                let problem =
                    Problem::warning("dead-link", message).file(place.source).at("", place.line, None);
                self.problems.push(problem.hint(reason.unwrap_or_else(|| hint.to_string())));
            }
        }
    }

    /// Links to anchors that a rendered page does not have.
    pub(super) fn missing_anchors(&self, output: &Output, page: &[u8]) -> Vec<Problem> {
        let Some(wanted) = self.anchors.get(&output.path) else { return Vec::new() };
        let known = markdown::anchors(&String::from_utf8_lossy(page));
        let missing = wanted.iter().filter(|(anchor, _)| !known.contains(*anchor));
        let problem = |(anchor, place): (&String, &Place)| {
            let problem =
                Problem::warning("dead-anchor", format!("`{}` names no part of its page", place.written))
                    .file(&place.source)
                    .at("", place.line, None);
            match nearest(anchor, known.iter().map(String::as_str)) {
                Some(known) => problem.hint(format!("did you mean `#{known}`?")),
                None => problem,
            }
        };
        missing
            .flat_map(|(anchor, places)| places.iter().map(move |place| (anchor, place)))
            .map(problem)
            .collect()
    }
}

/// The links of one article that are dead or lead to an anchor.
fn ends(work: &Work, page: &OutPath, entry: &Entry) -> Result<Vec<(Place, End)>, Problem> {
    let gone = || Problem::error("skipped-file", "the file is gone").file(&*entry.source);
    let source = work.load.source(&entry.source).ok_or_else(gone)?;
    let loaded = content::read(source, &work.load.keys)?;
    // A body that is refused is reported when it is rendered.
    let links = markdown::local_links(&loaded.body).unwrap_or_default();
    let here = work.plan.addresses.url(page);
    let interesting = links.iter().filter_map(|link| {
        let end = end_of_link(work, here.as_str(), entry, link);
        let place = || Place {
            source: entry.source.to_string(),
            line: Some(loaded.body_line + link.line - 1),
            written: link.written.chars().take(200).collect(),
        };
        (!matches!(end, End::Page(_, None) | End::Elsewhere)).then(|| (place(), end))
    });
    Ok(interesting.collect())
}

fn end_of_link(work: &Work, here: &str, entry: &Entry, link: &LocalLink) -> End {
    let base = &work.config.site.base_path;
    match link.file.as_deref().and_then(|file| work.resolve(entry, file)) {
        Some(to) => end(work, here, &format!("{}{}", to.url, links::fragment(&link.url))),
        None if link.is_markdown() => {
            End::Nowhere(Some(match links::source_of(&entry.source, &link.written) {
                Some(source) if work.load.source(&source).is_some() => format!("`{source}` is not published"),
                Some(source) => format!("there is no `{source}`"),
                None => "it lies outside of `content/`".to_string(),
            }))
        }
        None if link.url.starts_with('/') => end(work, here, &format!("{base}{}", link.url)),
        None => end(work, here, &link.url),
    }
}

/// Where a published address leads that stands on the page at another.
fn end(work: &Work, here: &str, address: &str) -> End {
    let host = Url::parse("https://here.invalid");
    let Ok(target) = host.and_then(|host| host.join(here)).and_then(|here| here.join(address)) else {
        return End::Elsewhere;
    };
    // A host may have other sites beside this one.
    let below = target.path().strip_prefix(work.config.site.base_path.as_str());
    let Some(below) = below.and_then(|path| path.strip_prefix('/')).and_then(links::decode) else {
        return End::Elsewhere;
    };
    let planned = |name: &str| {
        let path = OutPath::new(name).ok()?;
        work.plan.has_like(&path).filter(|planned| **planned == path).cloned()
    };
    let folder = below.is_empty() || below.ends_with('/');
    // Servers lead on from a folder's name without a slash.
    let slash = if folder { "" } else { "/" };
    let page = if folder { None } else { planned(&below) };
    let Some(page) = page.or_else(|| planned(&format!("{below}{slash}index.html"))) else {
        return End::Nowhere(None);
    };
    // In other kinds of files, what stands behind the `#` is the viewer's business.
    let anchor = if page.as_str().ends_with(".html") { anchor(&target) } else { None };
    End::Page(page, anchor)
}

/// The anchor that a link names, if a page must have it.
fn anchor(target: &Url) -> Option<String> {
    let anchor = links::decode(target.fragment()?)?;
    // Every page has a top, and a text fragment names no element:
    // https://html.spec.whatwg.org/multipage/browsing-the-web.html#the-indicated-part-of-the-document
    let none = anchor.is_empty() || anchor.eq_ignore_ascii_case("top") || anchor.starts_with(":~:");
    (!none).then_some(anchor)
}

/// Images that front matter names and that are not there. Those of bodies are found where these are rendered.
pub(super) fn missing_images(work: &Work) -> Vec<Problem> {
    let entries = work.archive.entries.par_iter().chain(&work.archive.pages);
    entries.filter(|entry| !entry.removed()).filter_map(|entry| missing_image(work, entry)).collect()
}

fn missing_image(work: &Work, entry: &Entry) -> Option<Problem> {
    let image = entry.article.image.as_deref().filter(|image| !image.contains("://"))?;
    // What is there and cannot be shown is reported with its reason.
    let is_there = links::source_of(&entry.source, image).is_some_and(|name| work.media.mentions(&name));
    if is_there || work.resolve(entry, image).is_some() {
        return None;
    }
    let problem = Problem::warning("missing-image", format!("`image: {image}` was not found"));
    let hint = "put it beside the article, or into `static/` and begin its path with `/`";
    Some(problem.file(&*entry.source).hint(hint))
}
