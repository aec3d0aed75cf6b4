//! What is shown now: the site, or why there is none, and the last good bytes of pages that cannot be made any more.

use super::html::{list_of, page};
use super::place::{Place, place};
use super::{inspect, withheld};
use crate::build::{Inspection, Preview, Whole};
use crate::problem::{Fatal, Level, Problem};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinError;
use tokio::time::{Instant, timeout_at};
use xxhash_rust::xxh3::xxh3_64;

/// How long somebody who asks for a page waits until what it is made from is not being changed any more.
pub(super) const SETTLED: Duration = Duration::from_secs(10);
/// Pages whose last good bytes are kept: as many as somebody may have open.
const KEPT: usize = 32;

/// What other machines are told of problems.
pub(super) const ELSEWHERE: &str = "something is wrong; the machine of the preview says what";
/// The status of a page of our own that says why there is no other.
pub(super) const SORRY: u16 = 500;
/// The status of the page that says that there will be one soon.
const WAIT: u16 = 503;

/// One state of the project.
#[derive(Clone, Default)]
pub(super) struct Shown {
    /// The last site that could be planned.
    pub(super) preview: Option<Arc<Preview>>,
    /// Errors of the site, and why what was changed last makes none.
    pub(super) problems: Vec<Problem>,
    /// Whether what was changed last makes no site, and the one of before is shown.
    pub(super) failing: bool,
    /// The page of what was changed last, for those who follow; what is withheld is for this machine only.
    pub(super) go_to: Option<String>,
    /// Addresses of copied files that changed since the preview began, each with the number of its last change.
    pub(super) copies: Arc<BTreeMap<String, u64>>,
}

impl Shown {
    /// Path of the site's address without a slash at the end; empty at a host's root, and while nothing is known of it.
    pub(super) fn base_path(&self) -> &str {
        self.preview.as_ref().map_or("", |preview| preview.base_path())
    }

    /// Whether the project was not read yet.
    fn is_unknown(&self) -> bool {
        self.preview.is_none() && self.problems.is_empty()
    }
}

/// The present state, for all connections.
pub(super) struct Desk {
    shown: watch::Sender<Arc<Shown>>,
    /// The last seen at the end.
    good: Mutex<VecDeque<Good>>,
}

/// Bytes of before.
struct Good {
    key: String,
    /// What they were made from, as the manifest calls it.
    source: String,
    bytes: Arc<[u8]>,
}

impl Good {
    /// Whether they may still be shown in a site. A page may while its source has it, or cannot be used just now: one
    /// whose article was withdrawn, or asks for another address, is gone, whatever else is wrong. What is no page is a
    /// style sheet of before.
    fn stand_in(&self, site: &Site) -> bool {
        let name = site.name_of(&self.key);
        !is_page(name)
            || site.source(name).map_or_else(|| site.keeps(&self.source), |source| source == self.source)
    }

    /// The same of what is published, where that is known at once.
    fn stand(&self, shown: &Shown) -> bool {
        let preview = shown.preview.as_ref().filter(|_| !self.key.starts_with('/'));
        preview.is_none_or(|preview| self.stand_in(&Site::Published(preview)))
    }
}

/// What is asked for, as addresses have it.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// A path of the site.
    Site(String),
    /// What is not published: a path below the folder of the preview's own.
    Withheld(String),
}

impl Asked {
    /// What no site has: no output has this path, so what comes of it is the page that says so.
    pub(super) fn nothing() -> Self {
        Self::Site("\0".to_string())
    }
}

/// What there is at a path.
pub(super) enum Look {
    /// Bytes, with what is wrong with them.
    File(File),
    /// The address is another.
    Moved(String),
    /// What it is made from is being changed just now; the file says so.
    Changing(File),
}

/// A file as it is shown.
pub(super) struct File {
    pub(super) status: u16,
    /// Its path below the output.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// Why it could not be made, if these are the bytes of before or none.
    pub(super) problems: Vec<Problem>,
}

impl File {
    pub(super) fn is_page(&self) -> bool {
        is_page(&self.name)
    }

    /// What tells its bytes from others.
    pub(super) fn hash(&self) -> String {
        hash_of(&self.bytes)
    }
}

fn hash_of(bytes: &[u8]) -> String {
    format!("{:016x}", xxh3_64(bytes))
}

impl Desk {
    pub(super) fn new() -> Self {
        Self { shown: watch::Sender::new(Arc::default()), good: Mutex::default() }
    }

    pub(super) fn show(&self, shown: Shown) {
        self.keep_styles(&shown);
        let shown = Arc::new(shown);
        self.shown.send_replace(Arc::clone(&shown));
        // At once: what was withdrawn must not come back when its source breaks later.
        self.all_good().retain(|good| good.stand(&shown));
    }

    /// A page that was sent a moment ago may ask for its style sheets only now.
    fn keep_styles(&self, next: &Shown) {
        let (Some(old), Some(new)) = (&self.shown().preview, &next.preview) else { return };
        let styles = new.styles();
        for style in old.styles().iter().filter(|style| !styles.contains(style)) {
            if let Place::Site(name) = place(&style.url, old.base_path())
                && let Some(Ok(Some(bytes))) = old.file(&name)
            {
                self.keep(&Site::Published(old), &name, &bytes);
            }
        }
    }

    /// The same once more, but that nobody is sent anywhere again.
    pub(super) fn look_again(&self) {
        self.shown.send_modify(|shown| Arc::make_mut(shown).go_to = None);
    }

    pub(super) fn shown(&self) -> Arc<Shown> {
        Arc::clone(&self.shown.borrow())
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Arc<Shown>> {
        self.shown.subscribe()
    }

    /// The present state, or the first one if that comes in time: before, not even the base path is known.
    pub(super) async fn begun(&self, end: Instant) -> Arc<Shown> {
        let mut states = self.subscribe();
        let begun = states.wait_for(|shown| !shown.is_unknown());
        // What is borrowed must not be held for long.
        let _ = timeout_at(end, begun).await.map(drop);
        self.shown()
    }

    /// What there is for somebody who asks. If what it is made from is being changed, the state that has it is waited
    /// for until then.
    pub(super) async fn answer(self: &Arc<Self>, asked: &Asked, end: Instant) -> Result<Look, JoinError> {
        let mut states = self.subscribe();
        loop {
            let shown = Arc::clone(&states.borrow_and_update());
            let (desk, asked) = (Arc::clone(self), asked.clone());
            let look = tokio::task::spawn_blocking(move || desk.look(&shown, &asked)).await?;
            if !matches!(look, Look::Changing(_)) || timeout_at(end, states.changed()).await.is_err() {
                return Ok(look);
            }
        }
    }

    /// Looks at what is asked for. Takes the time that a page takes to be made.
    pub(super) fn look(&self, shown: &Shown, asked: &Asked) -> Look {
        match find(shown, asked) {
            Ok((site, name)) => self.look_in(&site, name),
            Err(look) => look,
        }
    }

    /// A page about what a file is made from, and the hash of that file; none if there is no such file.
    pub(super) fn inspect(shown: &Shown, asked: &Asked, path: &str) -> Option<(String, String)> {
        let (site, name) = find(shown, asked).ok()?;
        let inspection = site.inspect(&name)?;
        let hash = inspection.bytes.as_ref().map(|bytes| hash_of(bytes)).unwrap_or_default();
        Some((inspect::about(path, inspection), hash))
    }

    fn look_in(&self, site: &Site, name: String) -> Look {
        match site.file(&name) {
            Some(Ok(None)) => match self.good(site, &name) {
                Some(bytes) => Look::File(File { status: 200, name, bytes, problems: Vec::new() }),
                None => Look::Changing(sorry(name, vec![changing()])),
            },
            Some(Ok(Some(bytes))) => {
                if is_page(&name) {
                    self.keep(site, &name, &bytes);
                }
                Look::File(File { status: 200, name, bytes, problems: Vec::new() })
            }
            Some(Err(error)) => Look::File(self.before(site, name, Fatal::of(error).0)),
            None => self.unplanned(site, name),
        }
    }

    /// What is shown where the site has nothing.
    fn unplanned(&self, site: &Site, name: String) -> Look {
        if let Some(folder) = site.url(&format!("{name}/index.html")) {
            return Look::Moved(folder);
        }
        // An article that cannot be read for the moment has no place in the plan; its page is not gone for good.
        if let Some(bytes) = self.good(site, &name) {
            return Look::File(File { status: 200, name, bytes, problems: Vec::new() });
        }
        let (bytes, problems) = match site.file("404.html") {
            Some(Ok(bytes)) => (bytes.unwrap_or_default(), Vec::new()),
            Some(Err(error)) => (b"not found\n".to_vec(), Fatal::of(error).0),
            None => (b"not found\n".to_vec(), Vec::new()),
        };
        Look::File(File { status: 404, name: "404.html".into(), bytes, problems })
    }

    /// The last good bytes of a file that cannot be made.
    fn before(&self, site: &Site, name: String, problems: Vec<Problem>) -> File {
        // They may show what is to be redacted now.
        let may_stay = !problems.iter().any(|problem| problem.code == "redact");
        match self.good(site, &name).filter(|_| may_stay) {
            Some(bytes) => File { status: 200, name, bytes, problems },
            None => sorry(name, problems),
        }
    }

    fn good(&self, site: &Site, name: &str) -> Option<Vec<u8>> {
        let (all, key) = (self.all_good(), site.key(name));
        let good = all.iter().find(|good| good.key == key)?;
        good.stand_in(site).then(|| good.bytes.to_vec())
    }

    fn keep(&self, site: &Site, name: &str, bytes: &[u8]) {
        let Some(source) = site.source(name) else { return };
        let good = Good { key: site.key(name), source: source.to_string(), bytes: bytes.into() };
        let mut all = self.all_good();
        // It may have been made from a site of before, and be withdrawn by now.
        if !good.stand(&self.shown()) {
            return;
        }
        all.retain(|known| known.key != good.key);
        if all.len() == KEPT {
            all.pop_front();
        }
        all.push_back(good);
    }

    fn all_good(&self) -> MutexGuard<'_, VecDeque<Good>> {
        self.good.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The site that something is asked of, and its name there; or what there is to see where there is none.
fn find<'s>(shown: &'s Shown, asked: &Asked) -> Result<(Site<'s>, String), Look> {
    let (path, withheld) = match asked {
        Asked::Site(path) => (path.as_str(), false),
        Asked::Withheld(path) => match path.strip_prefix("/site/") {
            Some(path) => (path, true),
            None => return Err(list(shown, path)),
        },
    };
    let name = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.into() };
    let Some(preview) = &shown.preview else { return Err(missing(name, &shown.problems)) };
    if !withheld {
        return Ok((Site::Published(preview), name));
    }
    match preview.whole(withheld::BASE) {
        Ok(whole) => Ok((Site::Whole(whole), name)),
        Err(problems) => Err(Look::File(sorry(name, problems.to_vec()))),
    }
}

/// One of the two sites: as it is published, and with what is not.
enum Site<'p> {
    Published(&'p Preview),
    Whole(Whole<'p>),
}

impl Site<'_> {
    fn file(&self, name: &str) -> Option<anyhow::Result<Option<Vec<u8>>>> {
        match self {
            Self::Published(preview) => preview.file(name),
            Self::Whole(whole) => {
                let made = whole.file(name)?;
                Some(made.map(|bytes| bytes.map(|bytes| with_ribbon(*whole, name, bytes))))
            }
        }
    }

    fn inspect(&self, name: &str) -> Option<Inspection> {
        match self {
            Self::Published(preview) => preview.inspect(name),
            Self::Whole(whole) => {
                let made = whole.inspect(name)?;
                let bytes = made.bytes.map(|bytes| with_ribbon(*whole, name, bytes));
                Some(Inspection { bytes, ..made })
            }
        }
    }

    fn url(&self, name: &str) -> Option<String> {
        match self {
            Self::Published(preview) => preview.url(name),
            Self::Whole(whole) => whole.url(name),
        }
    }

    fn source(&self, name: &str) -> Option<&str> {
        match self {
            Self::Published(preview) => preview.source(name),
            Self::Whole(whole) => whole.source(name),
        }
    }

    /// Whether a source cannot be used as it is now, so that its pages stay as they were.
    fn keeps(&self, source: &str) -> bool {
        match self {
            Self::Published(preview) => preview.keeps(source),
            Self::Whole(whole) => whole.keeps(source),
        }
    }

    /// What a file's bytes are kept under.
    fn key(&self, name: &str) -> String {
        match self {
            Self::Published(_) => name.to_string(),
            // No path begins with a slash.
            Self::Whole(_) => format!("/{name}"),
        }
    }

    /// The name of what is kept under a key.
    fn name_of<'k>(&self, key: &'k str) -> &'k str {
        match self {
            Self::Published(_) => key,
            Self::Whole(_) => &key[1..],
        }
    }
}

fn with_ribbon(whole: Whole, name: &str, bytes: Vec<u8>) -> Vec<u8> {
    if is_page(name) { withheld::with_ribbon(&bytes, whole.reason(name).as_deref()) } else { bytes }
}

/// The list of what is withheld, where there is no page.
fn list(shown: &Shown, path: &str) -> Look {
    let name = "withheld.html".to_string();
    let whole = shown.preview.as_ref().map(|preview| preview.whole(withheld::BASE));
    match (path, whole) {
        ("/", Some(Ok(whole))) => {
            let bytes = withheld::list(&whole).into_bytes();
            Look::File(File { status: 200, name, bytes, problems: Vec::new() })
        }
        ("/", Some(Err(problems))) => Look::File(sorry(name, problems.to_vec())),
        ("/", None) => missing(name, &shown.problems),
        ("", _) => Look::Moved(withheld::LIST.to_string()),
        ("/site", _) => Look::Moved(format!("{}/", withheld::BASE)),
        _ => {
            let bytes = b"not found\n".to_vec();
            Look::File(File { status: 404, name: "404.txt".to_string(), bytes, problems: Vec::new() })
        }
    }
}

/// The errors among problems: a warning is no reason to cover a page.
pub(super) fn errors(problems: &[Problem]) -> Vec<Problem> {
    problems.iter().filter(|problem| problem.level == Level::Error).cloned().collect()
}

fn changing() -> Problem {
    Problem::error("changed-while-building", "what this page is made from is being changed")
}

fn is_page(name: &str) -> bool {
    name.ends_with(".html")
}

/// What there is while there is no site at all: as long as nothing is said to be wrong, it is being read.
fn missing(name: String, problems: &[Problem]) -> Look {
    if !problems.is_empty() {
        return Look::File(sorry(name, problems.to_vec()));
    }
    let main = "<h1>The archive is being read</h1>\n<p>This page will be here in a moment.</p>\n";
    let bytes = page("The archive is being read", main).into_bytes();
    let name = if is_page(&name) { name } else { "503.html".to_string() };
    Look::Changing(File { status: WAIT, name, bytes, problems: Vec::new() })
}

/// A page of our own that says why there is no other.
fn sorry(name: String, problems: Vec<Problem>) -> File {
    let main = format!(
        "<h1>This page cannot be made</h1>\n<p>It will be here as soon as what is wrong is mended.</p>\n\
         <noscript>{}</noscript>\n",
        list_of(&problems)
    );
    let html = page("This page cannot be made", &main);
    let name = if is_page(&name) { name } else { "500.html".to_string() };
    File { status: SORRY, name, bytes: html.into_bytes(), problems }
}

/// A file as other machines get it. What is kept of before may have been withdrawn since, which nobody knows while
/// something is wrong; and what is wrong may be in a draft: its name and its lines are not theirs to read.
pub(super) fn elsewhere(file: File, shown: &Shown) -> File {
    if file.status != SORRY && file.problems.is_empty() && !shown.failing {
        return file;
    }
    let main = format!("<h1>This page cannot be made</h1>\n<p>{ELSEWHERE}.</p>\n");
    let bytes = page("This page cannot be made", &main).into_bytes();
    let name = if file.is_page() { file.name } else { "500.html".to_string() };
    File { status: SORRY, name, bytes, problems: file.problems }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_a_page_twice() {
        let desk = Desk::new();
        let mut states = desk.subscribe();
        desk.show(Shown { go_to: Some("/a.html".into()), ..Shown::default() });
        assert!(states.borrow_and_update().go_to.is_some());
        desk.look_again();
        assert!(states.has_changed().unwrap() && states.borrow_and_update().go_to.is_none());
    }
}
