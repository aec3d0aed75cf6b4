//! Every planned output → its bytes, which the caller takes. Articles first: what fails there changes the plan.

use super::files::{self, Files};
use super::load::{Load, refusal, unredacted};
use super::media::Media;
use super::{Event, Progress, Stage, as_problem, guarded, links};
use crate::archive::{Archive, Entry, Related};
use crate::config::Config;
use crate::content;
use crate::fs;
use crate::markdown::{self, Resolved};
use crate::plan::{Copied, Output, Page, Plan};
use crate::problem::{Fatal, Problem};
use crate::render::{self, Bodies, Body, Fingerprint, Ready, Renderer, Sheet};
use crate::route::OutPath;
use crate::theme::{STATIC, Theme};
use anyhow::Result;
use rayon::prelude::*;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use xxhash_rust::xxh3::xxh3_128;

/// The code of a remark that a source is no longer what it was when it was looked at.
const CHANGED: &str = "changed-while-building";
/// Outputs that are made in one go: so many that waiting for the last of them is of no account.
const BATCH: usize = 8192;

/// Everything that rendering needs.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) config: &'a Config,
    pub(super) theme: &'a Theme,
    pub(super) archive: &'a Archive,
    pub(super) plan: &'a Plan,
    pub(super) copied: &'a [Copied],
    pub(super) media: &'a Media,
    pub(super) files: &'a Files,
    pub(super) load: &'a Load,
}

/// What outputs are made for: to be published, or to be checked.
pub(super) trait Press: Sync {
    /// What it makes of an output.
    type Kept: Send;

    /// What is known of the file that is published for the output at an index of the plan, if nobody touched it since.
    fn known(&self, at: usize) -> Option<Known>;

    /// Hash of the body in the file that was published for an output, touched since or not, if all else that it is made
    /// from is as it was.
    fn body(&self, at: usize) -> Option<u128>;

    /// Takes an output; without bytes it is published already. The rank orders publishing: what others refer to goes
    /// first.
    fn take(&self, at: usize, output: &Output, bytes: Option<&[u8]>, rank: u8) -> Result<Self::Kept>;
}

/// A published file.
pub(super) struct Known {
    pub(super) fingerprint: Fingerprint,
    /// Hash of the body in it, if all else that it is made from is as it was.
    pub(super) body: Option<u128>,
    /// Remarks on the body, with lines of the body.
    pub(super) notes: Vec<Problem>,
}

impl<K> Made<K> {
    /// Its index in the plan, and the remarks on its body.
    pub(super) fn notes(&self) -> (usize, &[Problem]) {
        (self.output, &self.notes)
    }
}

/// What came of it.
pub(super) struct Done<K> {
    /// What the press made of each output, in the order of the plan.
    pub(super) made: Vec<Made<K>>,
    /// Articles that could not be rendered; if there are any, the rest is incomplete.
    pub(super) failed: BTreeMap<String, Problem>,
}

/// One output made.
pub(super) struct Made<K> {
    /// Its index in the plan.
    pub(super) output: usize,
    pub(super) kept: K,
    /// Hash of the view it was made from.
    pub(super) fingerprint: Fingerprint,
    /// Whether it may hold something else than that view, as a source changed in between.
    pub(super) mixed: bool,
    /// Hash of the body in it, of an article or page.
    pub(super) body: u128,
    /// Remarks on the body, with lines of the body.
    pub(super) notes: Box<[Problem]>,
    /// Whether its bytes had to be made.
    pub(super) rendered: bool,
}

/// An output on its sheet.
pub(super) struct Rendered {
    fingerprint: Fingerprint,
    /// As in [`Made`].
    pub(super) mixed: bool,
    rank: u8,
    body: u128,
    /// Remarks; none if the bytes did not have to be made.
    notes: Option<Vec<Problem>>,
}

impl Rendered {
    fn plain(fingerprint: Fingerprint, rank: u8) -> Self {
        Self { fingerprint, mixed: false, rank, body: 0, notes: None }
    }
}

/// Why an output could not be made.
pub(super) enum Failure {
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
    /// Makes outputs in parallel and gathers what came of each.
    fn make(
        &mut self,
        outputs: &[usize],
        one: &(impl Fn(&mut Vec<u8>, usize) -> Result<Made<K>, Failure> + Sync),
    ) -> Result<()> {
        let mut broken = Vec::new();
        // What came of all would be in memory twice.
        for outputs in outputs.chunks(BATCH) {
            let made: Vec<_> =
                outputs.par_iter().map_init(Vec::new, |buffer, output| one(buffer, *output)).collect();
            for made in made {
                match made {
                    Ok(made) => self.made.push(made),
                    Err(Failure::Article(source, problem)) => {
                        self.failed.insert(source, problem);
                    }
                    Err(Failure::Build(error)) => broken.push(error),
                }
            }
        }
        worst(broken)
    }
}

impl Work<'_> {
    pub(super) fn run<P: Press>(
        &self,
        press: &P,
        related: &Related,
        progress: Progress,
    ) -> Result<Done<P::Kept>> {
        let outputs = &self.plan.outputs;
        let is_story = |at: &usize| matches!(outputs[*at].page, Page::Article(_) | Page::Standalone(_));
        let (stories, rest): (Vec<usize>, Vec<usize>) = (0..outputs.len()).partition(is_story);
        progress(Event::Stage(Stage::Rendering, outputs.len()));
        let sources = self.copied_files();
        let is_same = |at: &usize| press.body(*at).is_some_and(|body| self.is_same(&outputs[*at], body));
        let open = stories.iter().filter(|at| !is_same(at));
        related.prepare(self.archive, self.config, open.filter_map(|at| outputs[*at].page.article()));
        let related = |id: usize| related.of(self.archive, self.config, id);
        let ready = Ready::new(self.config, self.archive, &self.plan.addresses);
        let one = |buffer: &mut Vec<u8>, at: usize| {
            let made = self.make(press, at, buffer, (&sources, &ready, &related));
            progress(Event::Step);
            made
        };
        let mut done = Done { made: Vec::with_capacity(outputs.len()), failed: BTreeMap::new() };
        done.make(&stories, &one)?;
        if done.failed.is_empty() {
            done.make(&rest, &one)?;
        }
        // Two sorted runs, which a stable sort finds and joins.
        done.made.sort_by_key(|made| made.output);
        Ok(done)
    }

    /// Makes one output of the plan, or finds that it is made already.
    pub(super) fn make<P: Press>(
        &self,
        press: &P,
        at: usize,
        buffer: &mut Vec<u8>,
        (sources, ready, related): (&HashMap<&str, &fs::File>, &Ready, render::Related),
    ) -> Result<Made<P::Kept>, Failure> {
        let output = &self.plan.outputs[at];
        let known = press.known(at);
        let mut sheet = Sheet::new(buffer, known.as_ref().map(|known| known.fingerprint));
        let is_same = |known: &&Known| known.body.is_some_and(|body| self.is_same(output, body));
        let rendered = match known.as_ref().filter(is_same) {
            Some(known) => as_known(output, known),
            None => self.one(output, sources, (ready, related), &mut sheet)?,
        };
        let Rendered { fingerprint, mixed, rank, body, notes } = rendered;
        let kept = press.take(at, output, sheet.bytes(), rank)?;
        let notes = notes.or(known.map(|known| known.notes)).unwrap_or_default().into();
        Ok(Made { output: at, kept, fingerprint, mixed, body, notes, rendered: sheet.bytes().is_some() })
    }

    /// Whether an output is as it was published with a body of this hash, without a look at its view, if all else that
    /// it is made from is the same. What holds several bodies has to be looked at.
    pub(super) fn is_same(&self, output: &Output, body: u128) -> bool {
        match output.page {
            Page::Article(id) => self.archive.entries[id].body == body,
            Page::Standalone(id) => self.archive.pages[id].body == body,
            Page::Copy(_) | Page::Data(_) => false,
            Page::Feed(..) => !self.config.feeds.full,
            _ => true,
        }
    }

    pub(super) fn one(
        &self,
        output: &Output,
        sources: &HashMap<&str, &fs::File>,
        found: (&Ready, render::Related),
        sheet: &mut Sheet,
    ) -> Result<Rendered, Failure> {
        let renderer = Renderer::new(self.config, self.theme, self.archive, self.plan, found);
        match output.page {
            Page::Copy(index) => {
                let file = &self.copied[index];
                let digest = self.files.of(&file.source).ok().map(|file| file.sha256);
                let fingerprint = renderer.copy(digest, || self.copy(file, sources), sheet)?;
                Ok(Rendered::plain(fingerprint, 0))
            }
            Page::Article(id) => self.story(renderer, (output, &self.archive.entries[id]), sheet),
            Page::Standalone(id) => self.story(renderer, (output, &self.archive.pages[id]), sheet),
            page => {
                let entry = |id: usize| &self.archive.entries[id];
                let mixed = Cell::new(false);
                let bodies = Bodies {
                    hash: &|id| self.body(&renderer, entry(id)).hash,
                    html: &|id| {
                        let (html, notes) = self.html(&renderer, entry(id)).map_err(Fatal::one)?;
                        mixed.set(mixed.get() || has_changed(&notes));
                        Ok(html)
                    },
                };
                let fingerprint = renderer.other(page, &output.path, &bodies, sheet)?;
                Ok(Rendered { mixed: mixed.get(), ..Rendered::plain(fingerprint, 2) })
            }
        }
    }

    fn story(
        &self,
        renderer: Renderer,
        (output, entry): (&Output, &Entry),
        sheet: &mut Sheet,
    ) -> Result<Rendered, Failure> {
        let mut found = None;
        let body = self.body(&renderer, entry);
        let html = || {
            let made = guarded(&entry.source, || self.html(&renderer, entry));
            let (html, notes) =
                made.map_err(|problem| Failure::Article(entry.source.to_string(), problem))?;
            found = Some(notes);
            Ok::<_, Failure>(html)
        };
        let fingerprint = renderer.story(output.page, &body, html, sheet)?;
        let mixed = found.as_deref().is_some_and(has_changed);
        Ok(Rendered { fingerprint, mixed, rank: 1, body: entry.body, notes: found })
    }

    /// What is known of a body without reading it.
    fn body(&self, renderer: &Renderer, entry: &Entry) -> Body {
        let links: Vec<_> =
            entry.links.iter().map(|link| (link.clone(), self.resolve(entry, link))).collect();
        let lead = entry.article.image.as_deref().and_then(|image| self.resolve(entry, image));
        Body { hash: renderer.body_hash(entry, &links), lead }
    }

    /// Reads and renders a body; it is dropped with its page.
    fn html(&self, renderer: &Renderer, entry: &Entry) -> Result<(String, Vec<Problem>), Problem> {
        let gone = || Problem::error("skipped-file", "the file is gone").file(&*entry.source);
        let source = self.load.source(&entry.source).ok_or_else(gone)?;
        let mut problems = Vec::new();
        // Front matter need not be read twice, unless the file is no longer what it was.
        let same = content::body(source, entry.body_start, &entry.article)?
            .filter(|body| xxh3_128(body.as_bytes()) == entry.body);
        let body = if let Some(body) = same {
            body
        } else {
            let problem = Problem::warning(CHANGED, "the file changed during the build");
            problems.push(problem.file(&*entry.source).hint("build again"));
            content::read(source, &self.load.keys)?.body
        };
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
        let html = markdown::to_html(&body, &context)
            .map_err(|refused| refusal(&refused, &entry.source, entry.body_line))?;
        if !entry.article.redact.is_empty() {
            redacted(entry, &body, &html.html)?;
        }
        problems.extend(html.notes.into_iter().map(|note| remark(note, entry)));
        Ok((html.html, problems))
    }

    /// The remarks on all bodies, at their lines in the files; `notes` are those of outputs, by their index in the plan.
    pub(super) fn remarks<'n>(&self, notes: impl Iterator<Item = (usize, &'n [Problem])>) -> Vec<Problem> {
        let of = |output: usize| match self.plan.outputs[output].page {
            Page::Article(id) => Some(&self.archive.entries[id]),
            Page::Standalone(id) => Some(&self.archive.pages[id]),
            _ => None,
        };
        let any = notes.filter(|(_, notes)| !notes.is_empty());
        let placed =
            any.filter_map(|(output, notes)| Some((notes, of(output)?))).flat_map(|(notes, entry)| {
                notes.iter().map(|note| {
                    let line = note.line.map(|line| line + entry.body_line - 1);
                    Problem { line, ..note.clone() }
                })
            });
        placed.collect()
    }

    /// The address to publish for a local destination.
    pub(super) fn resolve(&self, entry: &Entry, destination: &str) -> Option<Resolved> {
        let file = |path: &OutPath| Resolved {
            url: self.plan.addresses.url(path).to_string(),
            size: self.media.size(path),
        };
        let address = |source: &str| {
            let article = self.plan.addresses.of_source(source, self.archive);
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
    pub(super) fn copied_files(&self) -> HashMap<&str, &fs::File> {
        self.load.listing.others.iter().map(|file| (&*file.name, file)).collect()
    }

    fn copy(&self, file: &Copied, sources: &HashMap<&str, &fs::File>) -> Result<Vec<u8>> {
        if let Some(asset) = self.theme.assets.iter().find(|asset| asset.path == file.path) {
            return Ok(asset.bytes.clone());
        }
        let below = file.source.strip_prefix(STATIC).and_then(|name| name.strip_prefix('/'));
        let found = match below {
            Some(name) => self.theme.statics.iter().find(|file| *file.name == *name),
            None => sources.get(file.source.as_str()).copied(),
        };
        let gone = || Fatal::one(Problem::error("skipped-file", "the file is gone").file(&file.source));
        Ok(files::read(found.ok_or_else(gone)?)?)
    }
}

/// Fails if what an article asks to be redacted can still be read in its body; headline and excerpt are seen to already.
fn redacted(entry: &Entry, body: &str, html: &str) -> Result<(), Problem> {
    let redaction = content::redaction(&entry.article);
    // The body as well, as tags that are not published part words of which then nothing parts the letters.
    let readings = [body, html].map(markdown::readings);
    match readings.iter().flatten().find_map(|text| redaction.which(text)) {
        Some(name) => Err(unredacted(&entry.source, &entry.article, name, "text")),
        None => Ok(()),
    }
}

/// Whether what was read of a body is not what the view speaks of.
fn has_changed(notes: &[Problem]) -> bool {
    notes.iter().any(|note| note.code == CHANGED)
}

/// An output that is published already.
fn as_known(output: &Output, known: &Known) -> Rendered {
    let rank = if matches!(output.page, Page::Article(_) | Page::Standalone(_)) { 1 } else { 2 };
    let body = known.body.unwrap_or_default();
    Rendered { fingerprint: known.fingerprint, mixed: false, rank, body, notes: None }
}

/// A remark on a body, as a problem of its file, with the line of the body.
fn remark(note: markdown::Note, entry: &Entry) -> Problem {
    let problem = match note.code {
        "shortcode" => Problem::note(note.code, note.message),
        code => Problem::warning(code, note.message),
    };
    let problem = problem.file(&*entry.source).at("", note.line, None);
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
