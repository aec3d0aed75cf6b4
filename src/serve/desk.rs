//! What is shown now: the site, or why there is none, and the last good bytes of pages that cannot be made any more.

use super::place::{Place, place as place_of};
use crate::build::Preview;
use crate::problem::{Fatal, Level, Problem};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinError;
use tokio::time::{Instant, timeout_at};
use xxhash_rust::xxh3::xxh3_64;

/// How long somebody who asks for a page waits until what it is made from is not being changed any more.
const SETTLED: Duration = Duration::from_secs(10);
/// Pages whose last good bytes are kept: as many as somebody may have open.
const KEPT: usize = 32;

/// One state of the project.
#[derive(Clone, Default)]
pub(super) struct Shown {
    /// The last site that could be planned.
    pub(super) preview: Option<Arc<Preview>>,
    /// Errors of the site, and why what was changed last makes none.
    pub(super) problems: Vec<Problem>,
    /// The page of what was changed last.
    pub(super) go_to: Option<String>,
}

/// The present state, for all connections.
pub(super) struct Desk {
    shown: watch::Sender<Arc<Shown>>,
    /// Paths and bytes, the last seen at the end.
    good: Mutex<VecDeque<(String, Arc<[u8]>)>>,
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
        format!("{:016x}", xxh3_64(&self.bytes))
    }
}

impl Desk {
    pub(super) fn new() -> Self {
        Self { shown: watch::Sender::new(Arc::default()), good: Mutex::default() }
    }

    pub(super) fn show(&self, shown: Shown) {
        self.keep_styles(&shown);
        self.shown.send_replace(Arc::new(shown));
    }

    /// A page that was sent a moment ago may ask for its style sheets only now.
    fn keep_styles(&self, next: &Shown) {
        let (Some(old), Some(new)) = (&self.shown().preview, &next.preview) else { return };
        let styles = new.styles();
        for style in old.styles().iter().filter(|style| !styles.contains(style)) {
            if let Place::Site(name) = place_of(&style.url, old.base_path())
                && let Some(Ok(Some(bytes))) = old.file(&name)
            {
                self.keep(&name, &bytes);
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

    /// What there is at a path for somebody who asks. If what it is made from is being changed, the state that has it
    /// is waited for.
    pub(super) async fn answer(self: &Arc<Self>, path: &str) -> Result<Look, JoinError> {
        let mut states = self.subscribe();
        let end = Instant::now() + SETTLED;
        loop {
            let shown = Arc::clone(&states.borrow_and_update());
            let (desk, at) = (Arc::clone(self), path.to_string());
            let look = tokio::task::spawn_blocking(move || desk.look(&shown, &at)).await?;
            if !matches!(look, Look::Changing(_)) || timeout_at(end, states.changed()).await.is_err() {
                return Ok(look);
            }
        }
    }

    /// Looks at a path of the site, as its address has it. Takes the time that a page takes to be made.
    pub(super) fn look(&self, shown: &Shown, path: &str) -> Look {
        let name =
            if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.into() };
        let Some(preview) = &shown.preview else { return Look::File(sorry(name, shown.problems.clone())) };
        match preview.file(&name) {
            Some(Ok(None)) => match self.good(&name) {
                Some(bytes) => Look::File(File { status: 200, name, bytes, problems: Vec::new() }),
                None => Look::Changing(sorry(name, vec![changing()])),
            },
            Some(Ok(Some(bytes))) => {
                if is_page(&name) {
                    self.keep(&name, &bytes);
                }
                Look::File(File { status: 200, name, bytes, problems: Vec::new() })
            }
            Some(Err(error)) => Look::File(self.before(name, problems_of(error))),
            None => self.unplanned(shown, preview, name),
        }
    }

    /// What is shown where the site has nothing.
    fn unplanned(&self, shown: &Shown, preview: &Preview, name: String) -> Look {
        if let Some(folder) = preview.url(&format!("{name}/index.html")) {
            return Look::Moved(folder);
        }
        // An article that cannot be read for the moment has no place in the plan; its page is not gone for good. What is
        // kept and no page is a style sheet of before.
        if (!is_page(&name) || !shown.problems.is_empty())
            && let Some(bytes) = self.good(&name)
        {
            return Look::File(File { status: 200, name, bytes, problems: Vec::new() });
        }
        let (bytes, problems) = match preview.file("404.html") {
            Some(Ok(bytes)) => (bytes.unwrap_or_default(), Vec::new()),
            Some(Err(error)) => (b"not found\n".to_vec(), problems_of(error)),
            None => (b"not found\n".to_vec(), Vec::new()),
        };
        Look::File(File { status: 404, name: "404.html".into(), bytes, problems })
    }

    /// The last good bytes of a file that cannot be made.
    fn before(&self, name: String, problems: Vec<Problem>) -> File {
        match self.good(&name) {
            Some(bytes) => File { status: 200, name, bytes, problems },
            None => sorry(name, problems),
        }
    }

    fn good(&self, name: &str) -> Option<Vec<u8>> {
        let good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        good.iter().find(|(known, _)| known == name).map(|(_, bytes)| bytes.to_vec())
    }

    fn keep(&self, name: &str, bytes: &[u8]) {
        let mut good = self.good.lock().unwrap_or_else(PoisonError::into_inner);
        good.retain(|(known, _)| known != name);
        if good.len() == KEPT {
            good.pop_front();
        }
        good.push_back((name.to_string(), bytes.into()));
    }
}

/// The errors among problems: a warning is no reason to cover a page.
pub(super) fn errors(problems: &[Problem]) -> Vec<Problem> {
    problems.iter().filter(|problem| problem.level == Level::Error).cloned().collect()
}

fn problems_of(error: anyhow::Error) -> Vec<Problem> {
    match error.downcast::<Fatal>() {
        Ok(Fatal(problems)) => problems,
        Err(error) => vec![Problem::error("system", format!("{error:#}"))],
    }
}

fn changing() -> Problem {
    Problem::error("changed-while-building", "what this page is made from is being changed")
}

fn is_page(name: &str) -> bool {
    name.ends_with(".html")
}

/// The beginning of a page that cannot be made. With a script, what is wrong is told as on every other page.
const SORRY: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<title>This page cannot be made</title>
<style>body { max-width: 40rem; margin: 4rem auto; padding: 0 1rem; font: 1.1rem/1.5 system-ui, sans-serif }</style>
</head>
<body>
<h1>This page cannot be made</h1>
<p>It will be here as soon as what is wrong is mended.</p>
<noscript><ul>
";

/// A page of our own that says why there is no other.
fn sorry(name: String, problems: Vec<Problem>) -> File {
    let mut html = SORRY.to_string();
    for problem in &problems {
        let place = place(problem).map(|place| format!("{place}: ")).unwrap_or_default();
        html += &format!("<li>{}</li>\n", escaped(&format!("{place}{}", problem.message)));
    }
    html += "</ul></noscript>\n</body>\n</html>\n";
    let name = if is_page(&name) { name } else { "500.html".to_string() };
    File { status: 500, name, bytes: html.into_bytes(), problems }
}

/// `file:line:column`, as far as it is known.
pub(super) fn place(problem: &Problem) -> Option<String> {
    let mut text = problem.file.clone()?;
    for part in [problem.line, problem.line.and(problem.column)].into_iter().flatten() {
        text += &format!(":{part}");
    }
    Some(text)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
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
