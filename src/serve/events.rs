//! What an open page is told. Each subscriber's page is made again when something changed, and only what is new in it
//! is worth an event: a page that is as it was hears nothing.

use super::desk::{Asked, Desk, ELSEWHERE, File, Look, Shown, elsewhere};
use super::line::Line;
use super::place::{OWN, Place, place};
use super::withheld;
use crate::build::Style;
use crate::problem::Problem;
use hyper::body::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, Sender};
use xxhash_rust::xxh3::xxh3_64;

/// After so long without an event something is sent, so that a connection that is gone is found out.
const ALIVE: Duration = Duration::from_secs(15);
/// Events that wait for a slow reader.
const WAITING: usize = 16;

/// An open page.
pub(super) struct Subscriber {
    /// Its path, as it stands in its address.
    pub(super) path: String,
    /// The hash of its bytes, as the page itself says.
    pub(super) hash: String,
    /// Whose end is its own.
    pub(super) line: Line,
    /// Whether it is on this machine.
    pub(super) near: bool,
}

/// Begins to tell a page what changes.
pub(super) fn subscribe(desk: Arc<Desk>, subscriber: Subscriber) -> Receiver<Bytes> {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(tell(desk, subscriber, sender));
    receiver
}

/// What a subscriber was told last.
struct Told {
    hash: String,
    /// What the page is but for its style sheets; unknown until it was looked at.
    shape: Option<(u64, Vec<Style>)>,
    /// None before the first time: a page that comes back has to hear that nothing is wrong any more.
    problems: Option<Vec<Problem>>,
    near: bool,
    /// The last change of a copied file that it knows of.
    copies: u64,
}

async fn tell(desk: Arc<Desk>, subscriber: Subscriber, sender: Sender<Bytes>) {
    let mut states = desk.subscribe();
    let near = subscriber.near;
    let copies = desk.shown().copies.values().copied().max().unwrap_or_default();
    let mut told = Told { hash: subscriber.hash, shape: None, problems: None, near, copies };
    let mut first = true;
    // At once, so that the browser knows that it is heard.
    if sender.send(Bytes::from_static(b": hello\n\n")).await.is_err() {
        return;
    }
    loop {
        let shown = Arc::clone(&states.borrow_and_update());
        let (at, now, path) = (Arc::clone(&desk), Arc::clone(&shown), subscriber.path.clone());
        let seen = tokio::task::spawn_blocking(move || seen(&at, &now, (&path, near))).await;
        let mut events = seen.map(|file| told.news(&shown, file)).unwrap_or_default();
        let go_to = shown.go_to.as_ref().filter(|url| !first && **url != subscriber.path);
        let go_to = go_to.filter(|url| near || !url.starts_with(OWN));
        let go_to = home(&shown, &subscriber.path).or_else(|| go_to.cloned());
        events.extend(go_to.map(|url| event("goto", &json!(url))));
        first = false;
        for event in events {
            if sender.send(event).await.is_err() {
                return;
            }
        }
        loop {
            tokio::select! {
                changed = states.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                },
                () = sender.closed() => return,
                () = subscriber.line.ended() => return,
                () = tokio::time::sleep(ALIVE) => {
                    // If it does not fit, somebody is far from idle.
                    let _ = sender.try_send(Bytes::from_static(b":\n\n"));
                }
            }
        }
    }
}

/// The address of the site, for a page that was opened at the host's root before anybody knew that it lies below it.
fn home(shown: &Shown, path: &str) -> Option<String> {
    let base_path = shown.base_path();
    (place(path, base_path) == Place::Root).then(|| format!("{base_path}/"))
}

/// The page that a subscriber would get now.
fn seen(desk: &Desk, shown: &Shown, (path, near): (&str, bool)) -> Option<File> {
    let asked = match place(path, shown.base_path()) {
        Place::Site(path) => Asked::Site(path),
        Place::Own(name) if near => Asked::Withheld(withheld::below(&name)?.to_string()),
        Place::Nowhere => Asked::nothing(),
        Place::Own(_) | Place::Root | Place::Malformed => return None,
    };
    match desk.look(shown, &asked) {
        Look::File(file) => Some(if near { file } else { elsewhere(file, shown) }),
        Look::Moved(_) | Look::Changing(_) => None,
    }
}

impl Told {
    /// What has to be told, as events.
    fn news(&mut self, shown: &Shown, file: Option<File>) -> Vec<Bytes> {
        let mut events = Vec::new();
        // Those of the page itself are what somebody who has it open wants to know.
        let mut problems = Vec::new();
        if let Some(file) = file {
            events.extend(self.change(shown, &file));
            events.extend(self.copies(shown, &file));
            problems = file.problems;
        }
        let others = shown.problems.iter().filter(|problem| !problems.contains(problem));
        let others: Vec<Problem> = others.cloned().collect();
        problems.extend(others);
        if !self.near && !problems.is_empty() {
            problems = vec![Problem::error("system", ELSEWHERE)];
        }
        if self.problems.as_ref() != Some(&problems) {
            events.push(event("problems", &problems.iter().map(object).collect()));
            self.problems = Some(problems);
        }
        events
    }

    /// The copied files that the page shows by an address that stays while their bytes change.
    fn copies(&mut self, shown: &Shown, file: &File) -> Option<Bytes> {
        let seen = self.copies;
        let new: Vec<&String> =
            shown.copies.iter().filter(|(_, change)| **change > seen).map(|(url, _)| url).collect();
        if new.is_empty() {
            return None;
        }
        self.copies = shown.copies.values().copied().max().unwrap_or_default();
        let text = String::from_utf8_lossy(&file.bytes);
        let names_it = |url: &&String| text.contains(&format!("\"{url}\""));
        let urls: Vec<&String> = new.into_iter().filter(names_it).collect();
        (!urls.is_empty()).then(|| event("files", &json!({"change": self.copies, "urls": urls})))
    }

    fn change(&mut self, shown: &Shown, file: &File) -> Option<Bytes> {
        let styles = shown.preview.as_ref().map(|preview| preview.styles()).unwrap_or_default();
        let (hash, shape) = (file.hash(), shape(&file.bytes, &styles));
        let before = self.shape.replace((shape, styles.clone()));
        if hash == self.hash {
            return None;
        }
        self.hash.clone_from(&hash);
        match before {
            Some((known, before)) if known == shape && before != styles => {
                let pairs = before.iter().filter_map(|old| {
                    let new = styles.iter().find(|new| new.name == old.name && *new != old)?;
                    Some(json!({"old": old.url, "new": new.url, "integrity": new.integrity}))
                });
                Some(event("css", &json!({"page": hash, "styles": pairs.collect::<Vec<_>>()})))
            }
            _ => Some(event("reload", &json!(hash))),
        }
    }
}

/// The hash of a page without the addresses of its style sheets.
fn shape(page: &[u8], styles: &[Style]) -> u64 {
    let text = String::from_utf8_lossy(page);
    let text = styles.iter().fold(text.into_owned(), |text, style| {
        text.replace(&style.url, &style.name).replace(&style.integrity, "")
    });
    xxh3_64(text.as_bytes())
}

fn event(name: &str, data: &Value) -> Bytes {
    // JSON has no line breaks outside of texts, and none in them.
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

fn object(problem: &Problem) -> Value {
    json!({
        "level": problem.level.name(),
        "place": problem.place(),
        "page": problem.page,
        "column": problem.column,
        "message": problem.message,
        "excerpt": problem.excerpt,
        "hint": problem.hint,
    })
}
