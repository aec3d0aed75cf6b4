//! What a build and a check have in common: everything that is read, and the plan of a site from it.

use super::dead::missing_images;
use super::files::Files;
use super::load::Load;
use super::media::Media;
use super::pages::Work;
use super::{Event, Progress, Run, Unfinished};
use crate::archive::{Archive, Entry, Related};
use crate::cache::{self, Amendment, Cache, Lists, Published, Tail, Wanted};
use crate::config::Config;
use crate::content::{self, Listing};
use crate::fs;
use crate::plan::{Copied, Plan, Subject};
use crate::problem::{Fatal, Problem};
use crate::render::{Reworded, Shown};
use crate::route::OutPath;
use crate::theme::{self, Theme};
use anyhow::Result;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use xxhash_rust::xxh3::Xxh3;

/// Articles whose pages are told by what they show: of so many it takes less than a look at all.
pub(super) const MOST_REWORDED: usize = 32;

/// Content, theme and configuration, read once.
pub(super) struct Inputs {
    pub(super) config: Arc<Config>,
    pub(super) theme: Theme,
    pub(super) load: Load,
    /// What the last build knew.
    pub(super) known: Cache,
    /// The moment before anything was looked at, if stamps can be trusted here.
    now: Option<fs::Moment>,
    pub(super) files: Files,
    /// Hash of all that a site is made from; files that are copied are told by their stamps.
    pub(super) hash: u128,
    /// Files of the theme and of `static/`.
    statics: Vec<Copied>,
    problems: Vec<Problem>,
}

/// A site that may turn out not to work: an article that cannot be rendered after all changes the plan.
pub(super) struct Attempt {
    pub(super) media: Media,
    pub(super) copied: Vec<Copied>,
    pub(super) archive: Archive,
    pub(super) plan: Plan,
    /// Hash of all that pages are made from but articles.
    around: u128,
    /// Hash of all that pages are made from but the bodies of articles: if two builds agree on it, only pages whose own
    /// body changed can differ.
    pub(super) index: u128,
    problems: Vec<Problem>,
}

impl Attempt {
    fn new(
        (media, copied): (Media, Vec<Copied>),
        (archive, plan): (Archive, Plan),
        around: u128,
        problems: Vec<Problem>,
    ) -> Self {
        let mut attempt = Self { media, copied, archive, plan, around, index: 0, problems };
        attempt.index = attempt.index_now();
        attempt
    }

    /// What [`Attempt::index`] is of the entries as they stand.
    pub(super) fn index_now(&self) -> u128 {
        self.index_of(|entry| entry.face)
    }

    /// The same, with these faces of entries.
    fn index_of(&self, face: impl Fn(&Entry) -> u128) -> u128 {
        let mut hash = Xxh3::new();
        hash.update(&self.around.to_le_bytes());
        self.archive.all().for_each(|entry| hash.update(&face(entry).to_le_bytes()));
        hash.digest128()
    }

    /// The pages that differ from those of a site by more than a body, if all that is other is the words of some
    /// entries. `index` is the site's, and `before` what stood in the place of entries that may be others now.
    pub(super) fn reworded(
        &self,
        (index, before): (u128, &[Arc<Entry>]),
        config: &Config,
        related: &Related,
    ) -> Option<Shown> {
        if index == self.index {
            return Some(Shown::default());
        }
        // Of many, all pages may as well be looked at.
        if before.len() > MOST_REWORDED {
            return None;
        }
        // What was, or is, not published has no place.
        let placed = before.iter().filter_map(|entry| Some((Subject::like(entry, &self.archive)?, &**entry)));
        let reworded: Vec<Reworded> = placed.collect();
        let faces: HashMap<&str, u128> =
            reworded.iter().map(|(_, entry)| (&*entry.source, entry.face)).collect();
        let only_words = reworded.iter().all(|(subject, entry)| subject.of(&self.archive).stands_as(entry))
            && self.index_of(|entry| faces.get(&*entry.source).copied().unwrap_or(entry.face)) == index;
        only_words.then(|| Shown::of((&self.archive, &self.plan), config, related, &reworded))
    }

    /// The paths of the outputs in the order of the plan.
    pub(super) fn paths(&self) -> Vec<Arc<str>> {
        self.plan.outputs.iter().map(|output| output.path.clone().into()).collect()
    }
}

impl Inputs {
    pub(super) fn read(config: &Config, run: &Run, progress: Progress) -> Result<Self> {
        Self::knowing(config, remembered(config, run, Wanted::All, progress), progress)
    }

    /// Reads them; `known` is what is known of them, `now` the moment before anything is looked at.
    pub(super) fn knowing(
        config: &Config,
        (mut known, now): (Cache, Option<fs::Moment>),
        progress: Progress,
    ) -> Result<Self> {
        let loaded = Theme::load(config);
        let (theme, mut problems) =
            loaded.map_err(|error| with_content(error, config, (&mut known, now), progress))?;
        let (statics, unpublished) = statics(&theme);
        problems.extend(unpublished);
        if config.site.base_url.is_empty() {
            let note = Problem::note("no-base-url", "without `base_url` there are no feeds and no sitemap");
            problems.push(
                note.file(crate::config::FILE)
                    .hint("set it to the address of the site, such as `https://example.org`"),
            );
        }
        let mut load = Load::new(config, &mut known, now, progress)?;
        problems.append(&mut load.problems);
        let mut files = Files::default();
        let names: Vec<String> =
            theme.statics.iter().map(|file| format!("{}/{}", theme::STATIC, file.name)).collect();
        files.measure(names.iter().map(String::as_str).zip(&theme.statics), &known.files, now)?;
        let hash = hash(&theme, config, &load);
        let config = Arc::new(config.clone());
        Ok(Self { config, theme, load, known, now, files, hash, statics, problems })
    }

    /// Fails if an article is being written just now and the run has patience.
    pub(super) fn refuse_unfinished(&self, run: &Run) -> Result<()> {
        match self.load.unfinished().filter(|_| run.patient) {
            Some(name) => Err(Unfinished(name.to_string()).into()),
            None => Ok(()),
        }
    }

    /// Plans a site of all that is not set aside. `kept` are pages that stand already and stay, with their sources.
    pub(super) fn plan(&mut self, kept: &[(OutPath, String)]) -> Result<Attempt> {
        let media = Media::new(&self.load, &mut self.files, (&self.known, self.now))?;
        let images =
            media.files().map(|(path, source)| Copied { path: path.clone(), source: source.to_string() });
        let copied: Vec<Copied> = self.statics.iter().cloned().chain(images).collect();
        let (archive, mut problems) = Archive::new(std::mem::take(&mut self.load.entries), &self.config);
        let (plan, clashes) = Plan::new(&archive, &self.config, &copied, kept)?;
        problems.extend(clashes);
        let around = self.around(&media, (&copied, kept));
        Ok(Attempt::new((media, copied), (archive, plan), around, problems))
    }

    /// Plans the site that some articles would make, as another configuration wants it; what is to be published and
    /// what is known of it stay as they are.
    pub(super) fn plan_of(
        &self,
        entries: Vec<Arc<Entry>>,
        config: &Config,
        files: &mut Files,
    ) -> Result<Attempt> {
        let media = Media::of(entries.iter(), &self.load.listing, files, (&self.known, self.now))?;
        let images =
            media.files().map(|(path, source)| Copied { path: path.clone(), source: source.to_string() });
        let copied: Vec<Copied> = self.statics.iter().cloned().chain(images).collect();
        let (archive, mut problems) = Archive::new(entries, config);
        let (plan, clashes) = Plan::new(&archive, config, &copied, &[])?;
        problems.extend(clashes);
        // Nothing remembers it, so that there is nothing to compare.
        Ok(Attempt::new((media, copied), (archive, plan), 0, problems))
    }

    /// All that pages are made from but articles.
    fn around(&self, media: &Media, (copied, kept): (&[Copied], &[(OutPath, String)])) -> u128 {
        let mut hash = Xxh3::new();
        let mut add = |bytes: &[u8]| {
            hash.update(&(bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        add(&self.theme.hash.to_le_bytes());
        add(&self.config.digest.to_le_bytes());
        for (path, size) in media.faces() {
            add(format!("{path} {size:?}").as_bytes());
        }
        for path in copied.iter().map(|file| &file.path).chain(kept.iter().map(|(path, _)| path)) {
            add(path.as_str().as_bytes());
        }
        hash.digest128()
    }

    /// All that rendering an attempt needs.
    pub(super) fn work<'w>(&'w self, attempt: &'w Attempt) -> Work<'w> {
        let Attempt { media, copied, archive, plan, .. } = attempt;
        Work {
            config: &self.config,
            theme: &self.theme,
            archive,
            plan,
            copied,
            media,
            files: &self.files,
            load: &self.load,
        }
    }

    /// Whether what happened to a file of this name is nothing to the project: it is hidden, or is gone and was no part
    /// of it. Editors leave such files for a moment.
    pub(super) fn is_passing(&self, name: &str) -> bool {
        let Listing { sources, others, .. } = &self.load.listing;
        let inside = format!("{name}/");
        let had = |files: &[fs::File]| {
            let below = files.partition_point(|file| *file.name < *inside);
            files.binary_search_by(|file| (*file.name).cmp(name)).is_ok()
                || files.get(below).is_some_and(|file| file.name.starts_with(&inside))
        };
        let Some((content::FOLDER, below)) = name.split_once('/') else { return false };
        let is_hidden = below.split('/').any(|name| name.starts_with('.'));
        let is_gone = || fs::kind(&self.config.folder(name)).is_ok_and(|kind| kind.is_none());
        is_hidden || (is_gone() && !had(sources) && !had(others))
    }

    /// Whether a site was made from just these inputs. Articles that are set aside are looked at again.
    pub(super) fn are_those_of(&self, known: &Published) -> bool {
        if self.load.has_news() || !self.load.set_aside.is_empty() || known.inputs != self.hash {
            return false;
        }
        let others = self.load.listing.others.iter().map(|file| (file.name.clone(), file));
        let statics =
            self.theme.statics.iter().map(|file| (format!("{}/{}", theme::STATIC, file.name).into(), file));
        let files: HashMap<Arc<str>, &fs::File> = others.chain(statics).collect();
        self.known.files.par_iter().all(|(name, known)| {
            known.stamp.is_some()
                && files.get(name.as_str()).is_some_and(|file| fs::stamp(&file.path()) == known.stamp)
        })
    }

    /// Whether the next build should know something else of the inputs than this one did.
    pub(super) fn has_news(&self) -> bool {
        self.load.has_news() || !self.news_of_files().is_empty()
    }

    /// Files of which something else is known than before.
    fn news_of_files(&self) -> Vec<(String, Option<cache::File>)> {
        let (now, before) = (self.files.all(), &self.known.files);
        let new = now.iter().filter(|(name, file)| before.get(name.as_str()) != Some(file));
        let new = new.map(|(name, file)| (name.clone(), Some(file.clone())));
        let mut gone: Vec<&String> = before.keys().filter(|name| !now.contains_key(name.as_str())).collect();
        gone.sort();
        new.chain(gone.into_iter().map(|name| (name.clone(), None))).collect()
    }

    /// Articles, and files that are copied, that are others than in the last build, or gone.
    pub(super) fn changed(&self) -> Vec<String> {
        let (now, before) = (self.files.all(), &self.known.files);
        let is_same = |name: &str, file: &cache::File| {
            before.get(name).is_some_and(|before| before.sha256 == file.sha256)
        };
        let new = now.iter().filter(|(name, file)| !is_same(name, file)).map(|(name, _)| name);
        let gone = before.keys().filter(|name| !now.contains_key(name.as_str()));
        let mut changed: Vec<String> = new.chain(gone).cloned().collect();
        changed.extend(self.load.changed().map(str::to_string));
        changed.sort();
        changed
    }

    /// Stores what the next build should know, and gives where it ends; `before` is what the stored cache says of the site
    /// in this output.
    pub(super) fn save<'e>(
        &'e self,
        entries: impl Iterator<Item = &'e Arc<Entry>> + Clone,
        before: Option<Lists>,
        published: &'e Published,
        (run, progress): (&Run, Progress),
    ) -> Option<Tail> {
        let key = run.key(&self.config)?;
        if let Some(tail) = self.news(entries.clone(), before, published).and_then(|news| self.add(&news)) {
            return Some(tail);
        }
        let sources = self.load.known(entries);
        let files = self.files.all().iter().map(|(name, file)| (name.as_str(), file)).collect();
        let saving = cache::Saving { key, sources, files, published };
        let longer = |error: fs::Error| {
            progress(Event::Said(&format!("the next build will take longer: {error}: {}", error.cause())));
        };
        cache::save(&self.config, saving).map_err(longer).ok()
    }

    /// Knows an entry in the place of another.
    pub(super) fn exchange(&mut self, before: &Entry, now: &Entry) {
        self.hash = self.hash.wrapping_sub(before.print()).wrapping_add(now.print());
    }

    /// Adds to the stored cache, and gives where it ends; nothing if it has to be written anew.
    pub(super) fn add(&self, amendment: &Amendment) -> Option<Tail> {
        cache::amend(&self.config, amendment, self.known.tail?).ok().flatten()
    }

    /// What is other than in the stored cache, if it can be said.
    fn news<'e>(
        &'e self,
        entries: impl Iterator<Item = &'e Arc<Entry>>,
        before: Option<Lists>,
        published: &Published,
    ) -> Option<Amendment> {
        let mut amendment = Amendment::of(before?, published)?;
        amendment.sources = self.load.news(entries)?;
        amendment.files = self.news_of_files();
        Some(amendment)
    }

    /// What is known now, for the next look at the same project.
    pub(super) fn remember(&self, attempt: &Attempt) -> Cache {
        let files = self.files.all().iter().map(|(name, file)| (name.clone(), file.clone()));
        Cache::of(self.load.remember(attempt.archive.all()), files.collect())
    }

    /// Gives an attempt up, and the articles that failed it.
    pub(super) fn set_aside(&mut self, attempt: Attempt, failed: BTreeMap<String, Problem>) -> Result<()> {
        self.load.set_aside(attempt.archive, failed)
    }

    /// What was found in an attempt that worked.
    pub(super) fn problems_of(&self, attempt: &Attempt, found: Vec<Problem>) -> Vec<Problem> {
        let mut problems = attempt.problems.clone();
        problems.extend(content::unused(&self.load.listing, |name| attempt.media.mentions(name)));
        problems.extend(attempt.media.problems.iter().cloned());
        problems.extend(missing_images(&self.work(attempt)));
        problems.extend(found);
        problems
    }

    /// What should be known of the inputs, and what was found beside, sorted by place.
    pub(super) fn all_problems(&self, found: Vec<Problem>) -> Vec<Problem> {
        let mut problems = self.problems.clone();
        problems.extend(found);
        problems.extend(self.load.set_aside_problems());
        sort(&mut problems);
        problems
    }
}

fn hash(theme: &Theme, config: &Config, load: &Load) -> u128 {
    let mut hash = Xxh3::new();
    hash.update(&theme.hash.to_le_bytes());
    hash.update(&config.digest.to_le_bytes());
    for file in load.listing.others.iter().chain(&theme.statics) {
        hash.update(file.name.as_bytes());
        hash.update(b"\n");
    }
    // A sum, so that one can be exchanged for another.
    load.entries.iter().fold(hash.digest128(), |sum, entry| sum.wrapping_add(entry.print()))
}

/// What the last build knew, and the moment before this one looks at anything. Nothing is said of a cache that does
/// not work but what it costs: time.
pub(super) fn remembered(
    config: &Config,
    run: &Run,
    wanted: Wanted,
    progress: Progress,
) -> (Cache, Option<fs::Moment>) {
    let Some(key) = run.key(config) else { return Default::default() };
    let (known, reason) = Cache::load(config, key, wanted);
    if let Some(reason) = reason {
        progress(Event::Said(&reason));
    }
    let now = cache::open(config).unwrap_or_else(|error| {
        progress(Event::Said(&format!("there is no cache: {error}: {}", error.cause())));
        None
    });
    (known, now)
}

/// What sources call a file that is named from the project's folder; nothing if it cannot be one.
pub(super) fn name_of(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// Why the theme cannot be used, with what is wrong with the articles: who mends one wants to know of all.
fn with_content(
    error: anyhow::Error,
    config: &Config,
    (known, now): (&mut Cache, Option<fs::Moment>),
    progress: Progress,
) -> anyhow::Error {
    let Fatal(mut problems) = match error.downcast() {
        Ok(problems) => problems,
        Err(error) => return error,
    };
    // If the content cannot be read either, that shows when the theme is mended.
    if let Ok(load) = Load::new(config, known, now, progress) {
        problems.extend(load.set_aside_problems());
        problems.extend(load.problems);
    }
    sort(&mut problems);
    Fatal(problems).into()
}

/// Sorts problems by place.
pub(super) fn sort(problems: &mut [Problem]) {
    problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
}

/// Files of the theme and of `static/`, with the names that cannot be published.
fn statics(theme: &Theme) -> (Vec<Copied>, Vec<Problem>) {
    let mut problems = Vec::new();
    let assets =
        theme.assets.iter().map(|asset| Copied { path: asset.path.clone(), source: asset.label.clone() });
    let mut copied: Vec<Copied> = assets.collect();
    for file in &theme.statics {
        match theme::static_path(file) {
            Ok(path) => copied.push(Copied { path, source: format!("{}/{}", theme::STATIC, file.name) }),
            Err(problem) => problems.push(problem),
        }
    }
    (copied, problems)
}
