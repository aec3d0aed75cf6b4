//! Every planned output → its bytes, which the caller takes. Articles first: what fails there changes the plan.

use super::load::{Load, refusal};
use super::media::Media;
use super::{Event, Progress, Stage, as_problem, guarded, links, media};
use crate::archive::{Archive, Entry};
use crate::config::Config;
use crate::content;
use crate::fs;
use crate::markdown::{self, Resolved};
use crate::plan::{Copied, Output, Page, Plan};
use crate::problem::{Fatal, Problem};
use crate::render::{Body, Fingerprint, Renderer};
use crate::route::OutPath;
use crate::theme::{STATIC, Theme};
use anyhow::Result;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use xxhash_rust::xxh3::xxh3_128;

/// Everything that rendering needs.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) config: &'a Config,
    pub(super) theme: &'a Theme,
    pub(super) archive: &'a Archive,
    pub(super) plan: &'a Plan,
    pub(super) media: &'a Media,
    pub(super) load: &'a Load,
}

/// What came of it; `K` is what the caller made of each output.
pub(super) struct Done<K> {
    pub(super) kept: Vec<K>,
    pub(super) fingerprints: BTreeMap<String, Fingerprint>,
    pub(super) problems: Vec<Problem>,
    /// Articles that could not be rendered; if there are any, the rest is incomplete.
    pub(super) failed: BTreeMap<String, Problem>,
}

/// Takes the bytes of an output. The rank orders publishing: what others refer to goes first.
pub(super) type Keep<'a, K> = &'a (dyn Fn(&Output, &[u8], u8) -> Result<K> + Sync);

/// One output made.
struct Made<K> {
    kept: K,
    fingerprint: Option<(String, Fingerprint)>,
    problems: Vec<Problem>,
}

/// The rank of an output whose bytes are in the buffer, with its fingerprint and what was found on the way.
type Rendered = (u8, Option<Fingerprint>, Vec<Problem>);

/// Why an output could not be made.
enum Failure {
    /// The article of this source is at fault.
    Article(String, Problem),
    /// The whole build is.
    Build(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Build(error)
    }
}

impl From<fs::Error> for Failure {
    fn from(error: fs::Error) -> Self {
        Self::Build(error.into())
    }
}

impl<K: Send> Done<K> {
    fn new() -> Self {
        let (fingerprints, failed) = Default::default();
        Self { kept: Vec::new(), fingerprints, problems: Vec::new(), failed }
    }

    /// Makes outputs in parallel and gathers what came of each, in their order.
    fn make(
        &mut self,
        outputs: &[&Output],
        one: &(impl Fn(&mut Vec<u8>, &Output) -> Result<Made<K>, Failure> + Sync),
    ) -> Result<()> {
        let made: Vec<_> =
            outputs.par_iter().map_init(Vec::new, |buffer, output| one(buffer, output)).collect();
        let mut broken = Vec::new();
        for made in made {
            match made {
                Ok(made) => {
                    self.kept.push(made.kept);
                    self.fingerprints.extend(made.fingerprint);
                    self.problems.extend(made.problems);
                }
                Err(Failure::Article(source, problem)) => {
                    self.failed.insert(source, problem);
                }
                Err(Failure::Build(error)) => broken.push(error),
            }
        }
        worst(broken)
    }
}

impl Work<'_> {
    pub(super) fn run<K: Send>(
        &self,
        copied: &[Copied],
        keep: Keep<K>,
        progress: Progress,
    ) -> Result<Done<K>> {
        let (stories, rest): (Vec<_>, Vec<_>) = self
            .plan
            .outputs
            .iter()
            .partition(|output| matches!(output.page, Page::Article(_) | Page::Standalone(_)));
        progress(Event::Stage(Stage::Rendering, self.plan.outputs.len()));
        let sources = self.copied_files();
        let one = |buffer: &mut Vec<u8>, output: &Output| {
            let made =
                self.one(output, copied, &sources, buffer).and_then(|(rank, fingerprint, problems)| {
                    let fingerprint = fingerprint.map(|fingerprint| (output.path.to_string(), fingerprint));
                    Ok(Made { kept: keep(output, buffer, rank)?, fingerprint, problems })
                });
            progress(Event::Step);
            made
        };
        let mut done = Done::new();
        done.make(&stories, &one)?;
        if done.failed.is_empty() {
            done.make(&rest, &one)?;
        }
        Ok(done)
    }

    fn one(
        &self,
        output: &Output,
        copied: &[Copied],
        sources: &HashMap<&str, &fs::File>,
        buffer: &mut Vec<u8>,
    ) -> Result<Rendered, Failure> {
        let renderer = Renderer::new(self.config, self.theme, self.archive, self.plan);
        let mut problems = Vec::new();
        let (fingerprint, rank) = match output.page {
            Page::Copy(index) => {
                self.copy(&copied[index], sources, buffer)?;
                (None, 0)
            }
            Page::Article(id) => {
                (Some(self.story(renderer, (output, &self.archive.entries[id]), buffer, &mut problems)?), 1)
            }
            Page::Standalone(id) => {
                (Some(self.story(renderer, (output, &self.archive.pages[id]), buffer, &mut problems)?), 1)
            }
            page => {
                let bodies = |id: usize| {
                    let body = self.body(&renderer, &self.archive.entries[id]);
                    body.map(|(body, _)| body).map_err(Fatal::one)
                };
                (Some(renderer.other(page, &output.path, &bodies, buffer)?), 2)
            }
        };
        Ok((rank, fingerprint, problems))
    }

    fn story(
        &self,
        renderer: Renderer,
        (output, entry): (&Output, &Entry),
        buffer: &mut Vec<u8>,
        problems: &mut Vec<Problem>,
    ) -> Result<Fingerprint, Failure> {
        let story = guarded(&entry.source, || {
            let (body, found) = self.body(&renderer, entry)?;
            Ok((renderer.story(output.page, &body, buffer), found))
        });
        let (fingerprint, found) =
            story.map_err(|problem| Failure::Article(entry.source.clone(), problem))?;
        problems.extend(found);
        Ok(fingerprint?)
    }

    /// Reads and renders a body; it is dropped with its page.
    fn body(&self, renderer: &Renderer, entry: &Entry) -> Result<(Body, Vec<Problem>), Problem> {
        let gone = || Problem::error("skipped-file", "the file is gone").file(&entry.source);
        let source = self.load.source(&entry.source).ok_or_else(gone)?;
        let loaded = content::read(source, &self.load.keys)?;
        let mut problems = Vec::new();
        if xxh3_128(loaded.body.as_bytes()) != entry.body {
            let problem = Problem::warning("changed-while-building", "the file changed during the build");
            problems.push(problem.file(&entry.source).hint("build again"));
        }
        let links: Vec<_> =
            entry.links.iter().map(|link| (link.clone(), self.resolve(entry, link))).collect();
        let words = renderer.words_of(entry);
        let context = markdown::Context {
            title: &entry.title,
            base_path: &self.config.site.base_path,
            resolve: &|destination| self.resolve(entry, destination),
            words: markdown::Words {
                footnotes: words.get(&["footnotes"]),
                back: words.get(&["back_to_text"]),
                table: words.get(&["table"]),
            },
        };
        let html = markdown::to_html(&loaded.body, &context)
            .map_err(|refused| refusal(&refused, &entry.source, loaded.body_line))?;
        if content::redaction(&entry.article).finds(&markdown::readable(&html.html)) {
            let message = "a name to be redacted can still be read in the text; the article is not published";
            let hint = "write the name in plain letters, without markup or character references in it";
            return Err(Problem::error("redact", message).file(&entry.source).hint(hint));
        }
        problems.extend(html.notes.into_iter().map(|note| remark(note, entry, loaded.body_line)));
        let lead = entry.article.image.as_deref().and_then(|image| self.resolve(entry, image));
        Ok((Body { hash: renderer.body_hash(entry, &links), html: html.html, lead }, problems))
    }

    /// The address to publish for a local destination.
    pub(super) fn resolve(&self, entry: &Entry, destination: &str) -> Option<Resolved> {
        let file = |path: &OutPath| Resolved {
            url: self.plan.addresses.url(path).to_string(),
            size: self.media.size(path),
        };
        let address = |source: &str| {
            let article = self.plan.addresses.of_source(source);
            let article = article.map(|url| Resolved { url: url.to_string(), size: None });
            article.or_else(|| self.media.path(source).map(file))
        };
        let found = links::source_of(&entry.source, destination).and_then(|source| address(&source));
        let found = found.or_else(|| {
            // Root-relative destinations may also name files of `static/`, which are published as they are.
            let path = OutPath::new(&links::below_root(destination)?).ok()?;
            self.plan.has_like(&path).filter(|planned| **planned == path).map(file)
        });
        found.map(|to| Resolved { url: to.url + links::fragment(destination), ..to })
    }

    /// The files behind copied outputs, by source.
    fn copied_files(&self) -> HashMap<&str, &fs::File> {
        self.load.listing.others.iter().map(|file| (file.name.as_str(), file)).collect()
    }

    fn copy(&self, file: &Copied, sources: &HashMap<&str, &fs::File>, buffer: &mut Vec<u8>) -> Result<()> {
        if let Some(asset) = self.theme.assets.iter().find(|asset| asset.path == file.path) {
            buffer.clone_from(&asset.bytes);
            return Ok(());
        }
        let below = file.source.strip_prefix(STATIC).and_then(|name| name.strip_prefix('/'));
        let found = match below {
            Some(name) => self.theme.statics.iter().find(|file| file.name == name),
            None => sources.get(file.source.as_str()).copied(),
        };
        let gone = || Fatal::one(Problem::error("skipped-file", "the file is gone").file(&file.source));
        *buffer = media::read(found.ok_or_else(gone)?)?;
        Ok(())
    }
}

/// A remark on a body, as a problem of its file.
fn remark(note: markdown::Note, entry: &Entry, body_line: usize) -> Problem {
    let line = note.line.map(|line| line + body_line - 1);
    let problem = match note.code {
        "shortcode" => Problem::note(note.code, note.message),
        code => Problem::warning(code, note.message),
    };
    let problem = problem.file(&entry.source).at("", line, None);
    match note.hint {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// Of many errors, the ones worth showing: each distinct problem once, or the first of the system's.
fn worst(errors: Vec<anyhow::Error>) -> Result<()> {
    const MOST: usize = 10;
    let mut problems: Vec<Problem> = Vec::new();
    for error in errors {
        if !error.is::<Fatal>() {
            return Err(error);
        }
        let problem = as_problem(error, "");
        // A mistake in a template hits every page of its kind.
        let known = |other: &&Problem| {
            (&other.file, other.line, other.column) == (&problem.file, problem.line, problem.column)
        };
        if problems.iter().find(known).is_none() && problems.len() < MOST {
            problems.push(problem);
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Fatal(problems).into()) }
}
