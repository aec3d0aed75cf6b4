//! A site in memory: each page is made when it is asked for, from the plan and by the hands of a build. Nothing is
//! written, and what was published is not looked at.

use super::inputs::{Attempt, Inputs, name_of, remembered};
use super::load::Again;
use super::pages::{Failure, Work};
use super::withheld::{Hidden, Whole};
use super::{Progress, Run};
use crate::archive::{Archive, Entry, Related};
use crate::cache::{self, Cache, Wanted};
use crate::config::Config;
use crate::content;
use crate::fs;
use crate::plan::{Page, Plan};
use crate::problem::{Fatal, Problem};
use crate::render::{Ready, Sheet};
use crate::route::OutPath;
use anyhow::Result;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// A site as it would be published now.
pub struct Preview {
    opened: Arc<Opened>,
    /// The index of now, after edits that changed nothing but words.
    edited: Option<Archive>,
    /// Of the archive of now.
    related: Arc<Related>,
    /// Made for the first look at what is withheld, or why it cannot be.
    hidden: OnceLock<std::result::Result<Hidden, Vec<Problem>>>,
}

/// A project as it was read and planned.
struct Opened {
    inputs: Inputs,
    attempt: Attempt,
    ready: Ready,
    problems: Vec<Problem>,
}

/// What the last build knew of a project, from its cache, and the moment at which that was read.
pub struct Remembered {
    key: Option<u128>,
    known: (Cache, Option<fs::Moment>),
}

impl Remembered {
    /// Reads it. Nothing else is looked at, so that it may be read before the project is watched.
    pub fn of(config: &Config, run: &Run, progress: Progress) -> Self {
        Self { key: run.key(config), known: remembered(config, run, Wanted::Inputs, progress) }
    }
}

/// What a preview need not find out again.
pub enum Past<'p> {
    /// What the site of a moment ago knows.
    Site(&'p Preview),
    /// What the last build knew.
    Build(Box<Remembered>),
    /// Nothing is known yet: the cache is read.
    Unknown,
}

/// A style sheet of the theme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// Its name below `templates/assets/`.
    pub name: String,
    /// Its address, which changes with its bytes.
    pub url: String,
    /// Subresource Integrity (W3C) of its bytes.
    pub integrity: String,
}

/// How a file is made.
pub struct Inspection {
    /// Its template; none if it is made without one.
    pub template: Option<String>,
    /// The files of the theme that the template is made of, its own first.
    pub templates: Vec<String>,
    /// The article, file or template that it is made from, as the manifest calls it.
    pub source: String,
    /// What the template, or else the program, makes it from; null of a file that is copied.
    pub context: serde_json::Value,
    /// How long it took.
    pub time: Duration,
    /// Its bytes, or why it cannot be made.
    pub bytes: Result<Vec<u8>>,
}

impl Preview {
    /// Reads and plans a project. What is known of its past is not read again.
    pub fn open(config: &Config, past: Past, run: &Run, progress: Progress) -> Result<Self> {
        let known = match past {
            // Without a moment no stamp is believed: then everything is read, and what has its hash is not parsed.
            Past::Site(Self { opened, .. }) if opened.has_keys_of(config) => {
                (opened.inputs.remember(&opened.attempt), cache::open(config).unwrap_or_default())
            }
            Past::Build(remembered) if remembered.key == run.key(config) => remembered.known,
            _ => remembered(config, run, Wanted::Inputs, progress),
        };
        let mut inputs = Inputs::knowing(config, known, progress)?;
        inputs.refuse_unfinished(run)?;
        let attempt = inputs.plan(&[])?;
        let ready = Ready::new(&inputs.config, &attempt.archive, &attempt.plan.addresses);
        let found = inputs.problems_of(&attempt, Vec::new());
        let problems = inputs.all_problems(found);
        let opened = Arc::new(Opened { inputs, attempt, ready, problems });
        let related = Arc::new(Related::keeping());
        Ok(Self { opened, edited: None, related, hidden: OnceLock::new() })
    }

    /// The same site after edits of some files, named from the project's folder, if they changed nothing but the words
    /// of articles, and no embargo ended: then no list and no address becomes another, and only these files have to be
    /// read.
    pub fn edited(&self, config: &Config, changed: &BTreeSet<PathBuf>) -> Option<Self> {
        let Inputs { config: before, load, .. } = &self.opened.inputs;
        let same = before.digest == config.digest && load.is_still_sorted(config, self.archive().all());
        // A file may be several sources.
        if !same || load.listing.followed {
            return None;
        }
        let mut archive = None;
        let mut replaced = Vec::new();
        for path in changed {
            let name = name_of(path)?;
            let Some(Again { entry, .. }) = self.opened.inputs.load.read_again(&name, None) else {
                if self.opened.inputs.is_passing(&name) {
                    continue;
                }
                return None;
            };
            let archive = archive.get_or_insert_with(|| self.archive().clone());
            let before = archive.replace(Arc::clone(&entry))?;
            if !entry.stands_as(&before) {
                return None;
            }
            replaced.push(before);
        }
        let (opened, archive) = (Arc::clone(&self.opened), archive?);
        let related = self.related.retitled(&archive, &replaced);
        let related = related.map_or_else(|| Arc::clone(&self.related), Arc::new);
        Some(Self { opened, edited: Some(archive), related, hidden: OnceLock::new() })
    }

    /// What should be known of the site, sorted by place. Bodies are looked at with their pages only.
    pub fn problems(&self) -> &[Problem] {
        &self.opened.problems
    }

    /// Whether nothing had to be planned for it.
    pub fn is_edited(&self) -> bool {
        self.edited.is_some()
    }

    /// Whether another site has the same bytes everywhere, and nothing else is to be said of it.
    pub fn is_like(&self, other: &Self) -> bool {
        // After edits that is not known.
        self.edited.is_none() && other.edited.is_none() && self.opened.is_like(&other.opened)
    }

    /// How many articles it has.
    pub fn articles(&self) -> usize {
        self.archive().count()
    }

    /// Path of the site's address without a slash at the end; empty at a host's root.
    pub fn base_path(&self) -> &str {
        &self.opened.inputs.config.site.base_path
    }

    /// The paths of all files, in the order of the plan.
    pub fn paths(&self) -> impl Iterator<Item = &OutPath> {
        self.plan().outputs.iter().map(|output| &output.path)
    }

    /// The address of a file, if the site has it.
    pub fn url(&self, path: &str) -> Option<String> {
        let plan = self.plan();
        Some(plan.addresses.url(&plan.outputs[plan.place(path)?].path).to_string())
    }

    /// What a file is made from, as the manifest calls it, if the site has that file.
    pub fn source(&self, path: &str) -> Option<&str> {
        let plan = self.plan();
        Some(&plan.outputs[plan.place(path)?].source)
    }

    /// Whether a source cannot be used as it is now, so that a build would leave its pages as they were.
    pub fn keeps(&self, source: &str) -> bool {
        self.opened.inputs.load.keeps(source)
    }

    /// The address of the article or page made from a source, if it is published.
    pub fn url_of_source(&self, source: &str) -> Option<String> {
        self.plan().addresses.of_source(source, self.archive()).map(|url| url.to_string())
    }

    /// The source of the one article or page that is new or another since a site of before, whether it is published or
    /// not; none if there are several.
    pub fn changed_since(&self, before: &Self) -> Option<&str> {
        let known: HashMap<&str, &Arc<Entry>> =
            before.entries().map(|entry| (&*entry.source, entry)).collect();
        let is_known = |entry: &Arc<Entry>| {
            let known = known.get(&*entry.source);
            known.is_some_and(|known| Arc::ptr_eq(known, entry) || known.print() == entry.print())
        };
        let mut changed = self.entries().filter(|entry| !is_known(entry));
        let first = changed.next()?;
        changed.next().is_none().then_some(&*first.source)
    }

    /// The style sheets of the theme.
    pub fn styles(&self) -> Vec<Style> {
        let assets = self.opened.inputs.theme.assets.iter().filter(|asset| asset.name.ends_with(".css"));
        let style = |asset: &crate::theme::Asset| Style {
            name: asset.name.clone(),
            url: self.plan().addresses.url(&asset.path).to_string(),
            integrity: asset.integrity.clone(),
        };
        assets.map(style).collect()
    }

    /// Makes a file; `None` if the site has none of this path, no bytes if what it is made from is being changed just now.
    pub fn file(&self, path: &str) -> Option<Result<Option<Vec<u8>>>> {
        Some(self.making().file(self.plan().place(path)?))
    }

    /// The addresses of copied files that are not what they were in another site, where they have the same address.
    pub fn changed_copies(&self, before: &Self) -> Vec<String> {
        let (now, then) = (self.opened.inputs.files.all(), before.opened.inputs.files.all());
        let changed = |source: &str| match (now.get(source), then.get(source)) {
            (Some(now), Some(then)) => now.sha256 != then.sha256,
            _ => false,
        };
        let copied = self.opened.attempt.copied.iter().filter(|file| changed(&file.source));
        copied
            .filter(|file| before.plan().place(file.path.as_str()).is_some())
            .map(|file| self.plan().addresses.url(&file.path).to_string())
            .collect()
    }

    /// What a file is made from, as [`Preview::file`] makes it.
    pub fn inspect(&self, path: &str) -> Option<Inspection> {
        Some(self.making().inspect(self.plan().place(path)?))
    }

    /// How many articles and pages are not published now, or not any more.
    pub fn withheld(&self) -> usize {
        let removed = self.archive().all().filter(|entry| entry.removed());
        self.opened.inputs.load.hidden().len() + removed.count()
    }

    /// The site with them, at addresses below a base path of its own, always the same; or why there is none.
    pub fn whole(&self, base_path: &'static str) -> std::result::Result<Whole<'_>, &[Problem]> {
        let inputs = &self.opened.inputs;
        let plan = || Hidden::new(inputs, self.archive(), base_path).map_err(|error| Fatal::of(error).0);
        let hidden = self.hidden.get_or_init(plan).as_ref().map_err(Vec::as_slice)?;
        Ok(Whole { inputs, hidden })
    }

    fn making(&self) -> Making<'_> {
        let Opened { inputs, attempt, ready, .. } = &*self.opened;
        let work = Work { archive: self.archive(), ..inputs.work(attempt) };
        Making { work, ready, related: &self.related }
    }

    fn plan(&self) -> &Plan {
        &self.opened.attempt.plan
    }

    /// All articles and pages, those that are not published now among them.
    fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.archive().all().chain(self.opened.inputs.load.hidden())
    }

    fn archive(&self) -> &Archive {
        self.edited.as_ref().unwrap_or(&self.opened.attempt.archive)
    }
}

/// What makes single files of a site.
pub(super) struct Making<'a> {
    pub(super) work: Work<'a>,
    pub(super) ready: &'a Ready,
    pub(super) related: &'a Related,
}

impl Making<'_> {
    /// Makes the output at a place in the plan.
    pub(super) fn file(&self, at: usize) -> Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let mixed = self.on(at, &mut Sheet::new(&mut bytes, None))?;
        // The body is not the one that this site was planned with: the next one will have it.
        Ok((!mixed).then_some(bytes))
    }

    /// Makes it, and remembers from what.
    pub(super) fn inspect(&self, at: usize) -> Inspection {
        let start = Instant::now();
        let mut bytes = Vec::new();
        let mut sheet = Sheet::inspecting(&mut bytes);
        let made = self.on(at, &mut sheet);
        let inspected = sheet.into_inspected().unwrap_or_default();
        let template = Some(inspected.template).filter(|name| !name.is_empty());
        let files = template.iter().flat_map(|name| self.work.theme.files_of(name));
        Inspection {
            templates: files.map(str::to_string).collect(),
            template,
            source: self.work.plan.outputs[at].source.to_string(),
            context: inspected.context,
            time: start.elapsed(),
            bytes: made.map(|_| bytes),
        }
    }

    /// Makes it on a sheet, and says whether what it is made from is being changed just now.
    fn on(&self, at: usize, sheet: &mut Sheet) -> Result<bool> {
        let Self { work, ready, related } = self;
        let output = &work.plan.outputs[at];
        let sources = match output.page {
            Page::Copy(_) => work.copied_files(),
            _ => HashMap::new(),
        };
        let related = |id: usize| related.of(work.archive, work.config, id);
        match work.one(output, &sources, (ready, &related), sheet) {
            Ok(rendered) => Ok(rendered.mixed),
            Err(Failure::Article(_, problem)) => Err(Fatal::one(problem)),
            Err(Failure::Build(error)) => Err(error),
        }
    }
}

impl Opened {
    /// Whether a configuration reads sources as they were read here.
    fn has_keys_of(&self, config: &Config) -> bool {
        content::keys(&self.inputs.config) == content::keys(config)
    }

    fn is_like(&self, other: &Self) -> bool {
        let same = (self.inputs.hash, self.attempt.index) == (other.inputs.hash, other.attempt.index);
        same && self.problems == other.problems
            && self.inputs.files.all() == other.inputs.files.all()
            && self.inputs.load.withholds_like(&other.inputs.load)
    }
}
