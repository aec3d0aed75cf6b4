//! Every file of `content/` → an entry of the archive, withheld, or set aside.

use super::inputs::MOST_REWORDED;
use super::{Event, Progress, Stage, guarded};
use crate::archive::{self, Archive, Entry, Pool, Reason};
use crate::article::{Article, Keys};
use crate::cache::{Cache, Source, SourceRef};
use crate::config::Config;
use crate::content::{self, Listing, Loaded};
use crate::fs;
use crate::markdown;
use crate::problem::{Fatal, Problem};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;
use xxhash_rust::xxh3::xxh3_128;

/// An article without a byte that had some when it was read last was emptied to be written anew, unless that is longer
/// ago than this.
const WRITING: Duration = Duration::from_secs(2);

/// The content as a build knows it; bodies are not kept.
pub(super) struct Load {
    pub(super) listing: Listing,
    pub(super) keys: Keys,
    /// Published articles and pages, and removed ones.
    pub(super) entries: Vec<Arc<Entry>>,
    /// Those that are not published.
    hidden: Vec<Arc<Entry>>,
    pub(super) withheld: BTreeMap<Reason, Vec<String>>,
    /// Sources that cannot be used, with the reason.
    pub(super) set_aside: BTreeMap<String, Problem>,
    pub(super) problems: Vec<Problem>,
    /// Sources of which the next build should know something else than this one did, by their place in the listing.
    news: Vec<usize>,
    /// Sources that are no longer there.
    gone: Vec<Arc<str>>,
    /// Those that had to be parsed, by their place in the listing.
    parsed: Vec<usize>,
    /// An article that is most likely being written just now.
    unfinished: Option<usize>,
    /// What the last build knew in the place of what had to be parsed, as far as that is of use.
    before: Vec<Arc<Entry>>,
    /// What is known of each source of the listing.
    sources: Vec<Known>,
}

/// What is known of a source beside its entry.
struct Known {
    stamp: Option<fs::Stamp>,
    hash: u128,
    /// Problems, or what sets it aside, which is large and rare.
    problems: Result<Vec<Problem>, Box<Problem>>,
}

/// A source that was read again.
pub(super) struct Again {
    pub(super) entry: Arc<Entry>,
    /// Where it stands in the listing.
    at: usize,
    stamp: Option<fs::Stamp>,
    hash: u128,
}

/// What a source holds, or why it cannot be used.
type Understood<'a> = Result<(&'a Arc<Entry>, &'a [Problem]), &'a Problem>;

/// What a look at a source took.
enum Look {
    /// Its stamp was known.
    Glance,
    /// Its bytes were known.
    Read,
    /// It had to be parsed.
    Parse {
        /// What was known in its place.
        before: Option<Arc<Entry>>,
        /// Whether it was emptied a moment ago.
        emptied: bool,
    },
}

impl Load {
    /// Reads `content/`; `known` is what the last build knew of it, `now` the moment before the look.
    pub(super) fn new(
        config: &Config,
        known: &mut Cache,
        now: Option<fs::Moment>,
        progress: Progress,
    ) -> anyhow::Result<Self> {
        let mut listing = content::list(config)?;
        let keys = content::keys(config);
        progress(Event::Stage(Stage::Reading, listing.sources.len()));
        let (known, gone) = known.sources(listing.sources.iter().map(|source| &*source.name));
        let pool = Pool::default();
        let read = |(source, known): (&fs::File, Option<Source>)| {
            let result = look(source, known, (&keys, &pool), now);
            progress(Event::Step);
            result
        };
        let results: Vec<_> = listing.sources.par_iter().zip(known).map(read).collect();
        let problems = std::mem::take(&mut listing.problems);
        let mut load = Self {
            keys,
            entries: Vec::with_capacity(results.len()),
            hidden: Vec::new(),
            withheld: BTreeMap::new(),
            set_aside: BTreeMap::new(),
            problems,
            parsed: Vec::new(),
            news: Vec::new(),
            gone,
            unfinished: None,
            before: Vec::new(),
            sources: Vec::with_capacity(results.len()),
            listing,
        };
        for (at, (Source { stamp, hash, read }, look)) in results.into_iter().enumerate() {
            if !matches!(look, Look::Glance) {
                load.news.push(at);
            }
            if let Look::Parse { before, emptied } = look {
                if before.is_some() && emptied {
                    load.unfinished = Some(at);
                }
                load.parsed.push(at);
                // One more is enough to know that there are too many.
                load.before.extend(before.filter(|_| load.before.len() <= MOST_REWORDED));
            }
            let problems = match read {
                Ok((mut entry, problems)) => {
                    // What was stored has a name of its own; of a large archive one for both is worth it.
                    if let Some(entry) = Arc::get_mut(&mut entry) {
                        entry.source = Arc::clone(&load.listing.sources[at].name);
                    }
                    load.problems.extend(problems.iter().cloned());
                    load.sort(entry, config);
                    Ok(problems)
                }
                Err(problem) if problem.code == "system" => return Err(Fatal::one(*problem)),
                Err(problem) => {
                    load.set_aside.insert(load.listing.sources[at].name.to_string(), (*problem).clone());
                    Err(problem)
                }
            };
            load.sources.push(Known { stamp, hash, problems });
        }
        Ok(load)
    }

    /// Reads a source again, if there is one of this name that could be used; nothing if there is something else to be
    /// said of it now. What happened to it from the moment `now` on may happen again without a trace.
    pub(super) fn read_again(&self, name: &str, now: Option<fs::Moment>) -> Option<Again> {
        let at = self.place(name)?;
        let source = &self.listing.sources[at];
        let (bytes, stamp) = content::stamped(source).ok()?;
        // Since the listing, a link may have taken its place, or that of a folder it is in; or other files are the same.
        if !fs::is_alone(&source.root, &source.name, stamp.as_ref()) {
            return None;
        }
        let stamp = stamp.filter(|stamp| now.is_some_and(|now| stamp.settled_before(now)));
        let hash = xxh3_128(&bytes);
        let read = guarded(name, || entry(source, bytes, (&self.keys, &Pool::default())));
        let (entry, problems) = read.ok()?;
        let known = self.sources[at].problems.as_ref().ok()?;
        (*known == problems).then_some(Again { entry, at, stamp, hash })
    }

    /// Knows a source from now on as it was read again; gives what the next build should know of it.
    pub(super) fn take(&mut self, again: &Again) -> (Arc<str>, Source) {
        let known = &mut self.sources[again.at];
        (known.stamp, known.hash) = (again.stamp, again.hash);
        let problems = known.problems.as_ref().map_or_else(|_| Vec::new(), Clone::clone);
        let read = Ok((Arc::clone(&again.entry), problems));
        (Arc::clone(&again.entry.source), Source { stamp: again.stamp, hash: again.hash, read })
    }

    /// What the next build should know of the sources; `published` are those that are.
    pub(super) fn known<'a>(
        &'a self,
        published: impl Iterator<Item = &'a Arc<Entry>>,
    ) -> impl Iterator<Item = (&'a str, SourceRef<'a>)> {
        let one = |(name, known, read): (&'a Arc<str>, &Known, Understood<'a>)| {
            let read = read.map(|(entry, problems)| (&**entry, problems));
            (&**name, SourceRef { stamp: known.stamp, hash: known.hash, read })
        };
        self.understood(published).map(one)
    }

    /// What the last build knew in the place of what had to be parsed now.
    pub(super) fn before(&self) -> &[Arc<Entry>] {
        &self.before
    }

    /// An article that is most likely being written just now: it is empty, and was not a moment ago.
    pub(super) fn unfinished(&self) -> Option<&str> {
        self.unfinished.map(|at| &*self.listing.sources[at].name)
    }

    /// How many sources had to be parsed.
    pub(super) fn parsed(&self) -> usize {
        self.parsed.len()
    }

    /// Sources that are others than in the last build, or gone.
    pub(super) fn changed(&self) -> impl Iterator<Item = &str> {
        let parsed = self.parsed.iter().map(|at| &*self.listing.sources[*at].name);
        parsed.chain(self.gone.iter().map(|name| &**name))
    }

    /// Whether a source holds other bytes than when it was read before.
    pub(super) fn is_other(&self, again: &Again) -> bool {
        self.sources[again.at].hash != again.hash
    }

    /// Whether the next build should know something else of the sources than this one did.
    pub(super) fn has_news(&self) -> bool {
        !(self.news.is_empty() && self.gone.is_empty())
    }

    /// What that is, by name; `None` for what is gone or of no use. Nothing if an article turned out to be unusable since.
    pub(super) fn news<'a>(
        &'a self,
        published: impl Iterator<Item = &'a Arc<Entry>>,
    ) -> Option<Vec<(Arc<str>, Option<Source>)>> {
        if !self.set_aside.is_empty() {
            return None;
        }
        let new: HashSet<&str> = self.news.iter().map(|at| &*self.listing.sources[*at].name).collect();
        let new = published.chain(&self.hidden).filter(|entry| new.contains(&*entry.source));
        let gone = self.gone.iter().map(|name| (Arc::clone(name), None));
        let new = new.filter_map(|entry| {
            let Known { stamp, hash, problems } = &self.sources[self.place(&entry.source)?];
            let read = Ok((Arc::clone(entry), problems.as_ref().ok()?.clone()));
            Some((Arc::clone(&entry.source), Some(Source { stamp: *stamp, hash: *hash, read })))
        });
        Some(gone.chain(new).collect())
    }

    /// The same, for one who is not to read it from a file.
    pub(super) fn remember<'a>(
        &'a self,
        published: impl Iterator<Item = &'a Arc<Entry>>,
    ) -> Vec<(Arc<str>, Source)> {
        let one = |(name, known, read): (&Arc<str>, &Known, Understood)| {
            let read = read.map(|(entry, problems)| (Arc::clone(entry), problems.to_vec()));
            let read = read.map_err(|problem| Box::new(problem.clone()));
            (Arc::clone(name), Source { stamp: known.stamp, hash: known.hash, read })
        };
        self.understood(published).map(one).collect()
    }

    /// Name and content of each source, in order.
    fn understood<'a>(
        &'a self,
        published: impl Iterator<Item = &'a Arc<Entry>>,
    ) -> impl Iterator<Item = (&'a Arc<str>, &'a Known, Understood<'a>)> {
        let mut entries: Vec<Option<&Arc<Entry>>> = vec![None; self.sources.len()];
        for entry in published.chain(&self.hidden) {
            if let Some(at) = self.place(&entry.source) {
                entries[at] = Some(entry);
            }
        }
        let known = self.listing.sources.iter().zip(&self.sources).zip(entries);
        known.filter_map(|((file, known), entry)| {
            let read = match &known.problems {
                Ok(problems) => Ok((entry?, problems.as_slice())),
                // A file that cannot be read now may be read later without having changed.
                Err(problem) if problem.code == "skipped-file" => return None,
                Err(problem) => Err(&**problem),
            };
            Some((&file.name, known, read))
        })
    }

    fn sort(&mut self, entry: Arc<Entry>, config: &Config) {
        let reason = archive::reason(&entry.article, config);
        if let Some(reason) = reason {
            self.withheld.entry(reason).or_default().push(entry.source.to_string());
        }
        let published = matches!(reason, None | Some(Reason::Removed));
        if published { self.entries.push(entry) } else { self.hidden.push(entry) }
    }

    /// Whether the same are published at a later moment; `published` are those that are now.
    pub(super) fn is_still_sorted<'e>(
        &self,
        config: &Config,
        published: impl Iterator<Item = &'e Arc<Entry>>,
    ) -> bool {
        let is_out = |entry: &Arc<Entry>| {
            matches!(archive::reason(&entry.article, config), None | Some(Reason::Removed))
        };
        // What is out stays out until it expires.
        let mut expiring = published.filter(|entry| entry.article.expires.is_some());
        expiring.all(is_out) && !self.hidden.iter().any(is_out)
    }

    /// Articles and pages that are not published now.
    pub(super) fn hidden(&self) -> &[Arc<Entry>] {
        &self.hidden
    }

    /// Whether the same is withheld elsewhere, for the same reasons.
    pub(super) fn withholds_like(&self, other: &Self) -> bool {
        let hidden =
            |load: &Self| load.hidden.iter().map(|entry| (entry.face, entry.body)).collect::<Vec<_>>();
        self.withheld == other.withheld && hidden(self) == hidden(other)
    }

    /// The file of a source.
    pub(super) fn source(&self, name: &str) -> Option<&fs::File> {
        self.place(name).map(|at| &self.listing.sources[at])
    }

    /// Where a source stands in the listing.
    fn place(&self, name: &str) -> Option<usize> {
        self.listing.sources.binary_search_by(|source| (*source.name).cmp(name)).ok()
    }

    /// Sets articles aside that turned out to be unusable; an error if it is the system that failed.
    pub(super) fn set_aside(
        &mut self,
        archive: Archive,
        failed: BTreeMap<String, Problem>,
    ) -> anyhow::Result<()> {
        if let Some(problem) = failed.values().find(|problem| problem.code == "system") {
            return Err(Fatal::one(problem.clone()));
        }
        self.entries = archive.into_entries();
        self.entries.retain(|entry| !failed.contains_key(&*entry.source));
        self.set_aside.extend(failed);
        Ok(())
    }

    /// Sources set aside whose pages stay.
    pub(super) fn kept(&self) -> BTreeSet<String> {
        self.set_aside.keys().filter(|source| self.keeps(source)).cloned().collect()
    }

    /// Whether a source is set aside and its pages stay. A page of before may show what is to be redacted now.
    pub(super) fn keeps(&self, source: &str) -> bool {
        self.set_aside.get(source).is_some_and(|problem| problem.code != "redact")
    }

    /// Why sources were set aside.
    pub(super) fn set_aside_problems(&self) -> Vec<Problem> {
        self.set_aside.values().cloned().collect()
    }
}

/// Whether a file without a byte was written just now. Where no stamp says when, or one that no clock agrees with, it is
/// taken as it is.
fn is_just_emptied(bytes: &[u8], stamp: Option<fs::Stamp>, now: Option<fs::Moment>) -> bool {
    let when = stamp.map(|stamp| stamp.modified());
    bytes.is_empty() && now.zip(when).is_some_and(|(now, when)| now.is_near(when, WRITING))
}

/// What a source holds. Its stamp, taken before it is read, says whether what is known of it still holds; else its
/// hash does.
fn look(
    source: &fs::File,
    known: Option<Source>,
    from: (&Keys, &Pool),
    now: Option<fs::Moment>,
) -> (Source, Look) {
    let known = match known {
        Some(known) if known.stamp.is_some() && known.stamp == fs::stamp(&source.path()) => {
            return (known, Look::Glance);
        }
        known => known,
    };
    let (bytes, stamp) = match content::stamped(source) {
        Ok(read) => read,
        Err(problem) => {
            let look = Look::Parse { before: None, emptied: false };
            return (Source { stamp: None, hash: 0, read: Err(problem.into()) }, look);
        }
    };
    // What happened to it since the build began can happen again without a trace.
    let settled = stamp.filter(|stamp| now.is_some_and(|now| stamp.settled_before(now)));
    let hash = xxh3_128(&bytes);
    match known {
        Some(known) if known.hash == hash => (Source { stamp: settled, ..known }, Look::Read),
        known => {
            let emptied = is_just_emptied(&bytes, stamp, now);
            let read = guarded(&source.name, || entry(source, bytes, from)).map_err(Box::new);
            let before = known.and_then(|known| known.read.ok()).map(|(entry, _)| entry);
            (Source { stamp: settled, hash, read }, Look::Parse { before, emptied })
        }
    }
}

fn entry(
    source: &fs::File,
    bytes: Vec<u8>,
    (keys, pool): (&Keys, &Pool),
) -> Result<(Arc<Entry>, Vec<Problem>), Problem> {
    let loaded = content::parse(source, bytes, keys)?;
    let article = &loaded.article;
    let summed_up = article.subtitle.is_some() || article.description.is_some();
    let outline = if article.title.is_some() && summed_up && !markdown::may_name_files(&loaded.body) {
        // All that a list or a plan needs stands in front matter; limits are watched when the body is rendered.
        markdown::Outline::default()
    } else {
        markdown::outline(&loaded.body)
            .map_err(|refused| refusal(&refused, &source.name, loaded.body_line))?
    };
    let Loaded { mut article, slug, explicit_slug, name_title, body, body_start, body_line, mut problems } =
        loaded;
    problems.extend(unusable_addresses(&article, &source.name));
    let title =
        article.title.take().or(outline.heading).filter(|title| !title.is_empty()).unwrap_or(name_title);
    // Headline and slug stand in the entry; as they were asked for they are not needed again.
    article.slug = None;
    let redaction = content::redaction(&article);
    let mut entry = Entry {
        source: Arc::clone(&source.name),
        alias: redaction.finds(&source.name).then(|| redaction.text(&source.name).into()),
        title: if title.is_empty() { slug.to_string() } else { title },
        names: pool.names(&std::mem::take(&mut article.terms)),
        article,
        slug,
        explicit_slug,
        excerpt: if summed_up { String::new() } else { outline.excerpt },
        links: outline.links,
        body_start,
        body_line,
        body: 0,
        face: 0,
    };
    // Lists show these before anybody looks at the body, and of what is not published nobody need ever do.
    let shown = [(&entry.title, "headline"), (&entry.excerpt, "text")];
    let read = shown.into_iter().find_map(|(text, part)| Some((redaction.which(text)?, part)));
    if let Some((name, part)) = read.filter(|_| !entry.removed()) {
        return Err(unredacted(&source.name, &entry.article, name, part));
    }
    entry.face = xxh3_128(&postcard::to_stdvec(&entry).expect("plain data into memory"));
    entry.body = xxh3_128(body.as_bytes());
    Ok((Arc::new(entry), problems))
}

/// Addresses of the provenance that no page can link to.
fn unusable_addresses<'a>(article: &'a Article, source: &'a str) -> impl Iterator<Item = Problem> + 'a {
    let from = &article.provenance;
    let addresses = [("original_url", &from.original_url), ("archived_url", &from.archived_url)];
    let given = addresses.into_iter().filter_map(|(key, url)| Some((key, url.as_deref()?)));
    given.filter(|(_, url)| markdown::safe_web_url(url).is_none()).map(move |(key, url)| {
        let url: String = url.chars().take(80).collect();
        let message = format!("`{key}: {url}` is not an address of the web; it is not shown");
        Problem::warning("unsafe-link", message).file(source).hint("write it with `https://` or `http://`")
    })
}

/// What an article asks to be redacted can still be read in a part of it. The name is told by its place in the list:
/// messages go where it must not, such as the logs of a server.
pub(super) fn unredacted(source: &str, article: &Article, name: usize, part: &str) -> Problem {
    // Each stands there a second time, in the letters of a slug.
    let number = name % article.redact.len().max(1) + 1;
    let message =
        format!("name {number} of `redact` can still be read in the {part}; the article is not published");
    let hint = "write the name in plain letters, without markup or character references in it";
    Problem::error("redact", message).file(source).hint(hint)
}

/// A body over a limit, as a problem of its file.
pub(super) fn refusal(refused: &markdown::Refused, source: &str, body_line: usize) -> Problem {
    let line = refused.line.map(|line| line + body_line - 1);
    Problem::error("markdown-limits", refused.message.clone()).file(source).at("", line, None)
}
