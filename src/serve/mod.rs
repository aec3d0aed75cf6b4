//! A site in memory → a browser on the same machine, or, if asked to, in its network. Pages are made when they are
//! asked for and looked up in the plan, never on disk; open pages are told what changed. The only room with a network,
//! and the only one that is asynchronous.

mod answer;
mod desk;
mod events;
mod guard;
mod html;
mod inspect;
mod lan;
mod line;
mod place;
mod withheld;

pub use lan::lan_addresses;

use crate::build::Preview;
use crate::problem::{Fatal, Problem};
use answer::Content;
use anyhow::Result;
use desk::{Asked, Desk, File, Look, Shown};
use events::Subscriber;
use hyper::body::{Bytes, Incoming};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use line::{Line, Use};
use percent_encoding::percent_decode_str;
use place::{OWN, Place};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// How long a connection may take over the head of a request.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections at a time; more are no browser. File descriptors are limited, to 256 on some systems.
const CONNECTIONS: usize = 200;
/// Largest head of a request in bytes, and the most headers.
const HEAD: usize = 32 << 10;
const HEADERS: usize = 100;
/// As for the threads of a build: nesting that a limit allows must not end the process.
const STACK: usize = 8 << 20;

/// The address of the list of what is not published.
pub const WITHHELD: &str = withheld::LIST;

const SCRIPT: &str = include_str!("preview.js");
const STYLE: &str = include_str!("preview.css");
const OWN_STYLE: &str = include_str!("own.css");

/// A running preview; it ends when it is dropped.
///
/// What is not published has a list at [`WITHHELD`].
pub struct Server {
    desk: Arc<Desk>,
    preview: Option<Arc<Preview>>,
    /// Copied files that changed, and how many changes there were.
    copies: Arc<BTreeMap<String, u64>>,
    changes: u64,
    runtime: Option<Runtime>,
}

impl Server {
    /// Answers on listeners to the names given, such as `localhost`, on any port. What is asked before there is a site
    /// waits for it.
    pub fn start(listeners: Vec<TcpListener>, hosts: Vec<String>, jobs: usize) -> Result<Self> {
        let failed = |error: std::io::Error| {
            Fatal::one(Problem::error("system", format!("failed to start the preview: {error}")))
        };
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(jobs.max(2))
            .thread_stack_size(STACK)
            .enable_all()
            .build()
            .map_err(failed)?;
        let desk = Arc::new(Desk::new());
        let (open, names) = (Open::default(), Arc::from(hosts));
        for listener in listeners {
            listener.set_nonblocking(true).map_err(failed)?;
            let listener = {
                let _inside = runtime.enter();
                tokio::net::TcpListener::from_std(listener).map_err(failed)?
            };
            runtime.spawn(accept(listener, Arc::clone(&open), (Arc::clone(&desk), Arc::clone(&names))));
        }
        Ok(Self { desk, preview: None, copies: Arc::default(), changes: 0, runtime: Some(runtime) })
    }

    /// Shows a site from now on. Browsers that `follow` are sent to the page of the one article that is another now.
    pub fn show(&mut self, preview: Arc<Preview>, follow: bool) {
        let before = self.preview.as_ref().filter(|_| follow);
        let go_to = before.and_then(|before| changed_page(&preview, before));
        if let Some(before) = &self.preview {
            self.changes += 1;
            let changed = preview.changed_copies(before).into_iter().map(|url| (url, self.changes));
            Arc::make_mut(&mut self.copies).extend(changed);
        }
        self.preview = Some(Arc::clone(&preview));
        let problems = desk::errors(preview.problems());
        let copies = Arc::clone(&self.copies);
        self.desk.show(Shown { preview: Some(preview), problems, failing: false, go_to, copies });
    }

    /// Has all open pages looked at again: one may have been made while a file was not what it is now.
    pub fn look_again(&self) {
        self.desk.look_again();
    }

    /// Says why what was changed makes no site; the last good one stays.
    pub fn fail(&self, problems: &[Problem]) {
        let problems = desk::errors(problems);
        let copies = Arc::clone(&self.copies);
        let preview = self.preview.clone();
        self.desk.show(Shown { preview, problems, failing: true, go_to: None, copies });
    }
}

/// The address of what changed since a site of before, if that is one article or page. One that is not published is seen
/// among what is withheld, by those who may.
fn changed_page(preview: &Preview, before: &Preview) -> Option<String> {
    let source = preview.changed_since(before)?;
    let withheld = || preview.whole(withheld::BASE).ok()?.url_of_source(source);
    preview.url_of_source(source).or_else(withheld)
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody waits for a page that is being made.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Open connections of all listeners.
type Open = Arc<Mutex<Connections>>;

#[derive(Default)]
struct Connections {
    /// How many there were.
    count: u64,
    /// From the oldest to the newest, and what ends each.
    lines: BTreeMap<u64, (AbortHandle, Line)>,
}

/// What is offered on a connection.
#[derive(Clone)]
struct Host {
    desk: Arc<Desk>,
    /// The names that this server is known by.
    names: Arc<[String]>,
    line: Line,
    /// Whether the other side is on this machine, where all may be seen; elsewhere only what would be published.
    near: bool,
}

async fn accept(listener: tokio::net::TcpListener, open: Open, (desk, names): (Arc<Desk>, Arc<[String]>)) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // Most likely there are no file descriptors left: somebody has to hang up first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        make_room(&open);
        let (here, line) = (Arc::clone(&open), Line::new(stream));
        let near = peer.ip().to_canonical().is_loopback();
        let host = Host { desk: Arc::clone(&desk), names: Arc::clone(&names), line: line.clone(), near };
        // Held while the task starts, so that it cannot end before it is known.
        let mut known = open.lock().unwrap_or_else(PoisonError::into_inner);
        let number = known.count;
        known.count += 1;
        let task = tokio::spawn(async move {
            converse(host).await;
            here.lock().unwrap_or_else(PoisonError::into_inner).lines.remove(&number);
        });
        known.lines.insert(number, (task.abort_handle(), line));
    }
}

/// Hangs up on the oldest of the connections that can best be done without, if there are too many.
fn make_room(open: &Open) {
    let lines = &mut open.lock().unwrap_or_else(PoisonError::into_inner).lines;
    if lines.len() < CONNECTIONS {
        return;
    }
    // Of equals the first.
    let least = lines.iter().min_by_key(|(_, (_, line))| line.usage());
    let least = least.map(|(number, _)| *number);
    if let Some((task, _)) = least.and_then(|number| lines.remove(&number)) {
        task.abort();
    }
}

async fn converse(host: Host) {
    let line = host.line.clone();
    let answer = service_fn(|request: Request<Incoming>| {
        host.line.put_to(Use::Asking);
        let host = host.clone();
        async move {
            let line = host.line.clone();
            let response = answer(request, host).await;
            let is_whole = matches!(response.body(), Content::Whole(_));
            line.put_to(if is_whole { Use::Sending } else { Use::Listening });
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        // Who sends no more may wait for an answer.
        .half_close(true)
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(HEAD)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(line), answer);
    // What goes wrong on a connection is the other side's business.
    let _ = connection.await;
}

async fn answer(request: Request<Incoming>, host: Host) -> Response<Content> {
    let (head, _) = request.into_parts();
    let is_head = head.method == Method::HEAD;
    let mut response = route(head, host).await;
    if is_head {
        *response.body_mut() = Content::Whole(Bytes::new());
    }
    response
}

async fn route(head: Parts, Host { desk, names, line, near }: Host) -> Response<Content> {
    let end = Instant::now() + desk::SETTLED;
    let mut shown = desk.shown();
    let mut place = place::place(head.uri.path(), shown.base_path());
    let near = near && !guard::is_passed_on(&head);
    let inspect = near && inspect::is_asked(head.uri.query());
    if let Err(status) = guard::check(&head, &names, !matches!(place, Place::Own(_)) && !inspect) {
        return answer::text(status, status.canonical_reason().unwrap_or_default());
    }
    if !matches!(place, Place::Malformed | Place::Own(_)) {
        shown = desk.begun(end).await;
        place = place::place(head.uri.path(), shown.base_path());
    }
    let asked = match place {
        Place::Malformed => return answer::text(StatusCode::BAD_REQUEST, "the path is not well encoded"),
        Place::Own(name) => match withheld::below(&name) {
            Some(below) if near => Asked::Withheld(below.to_string()),
            Some(_) => {
                let why = "what is withheld is shown on the machine of the preview only";
                return answer::text(StatusCode::FORBIDDEN, why);
            }
            None => return own(&name, &head, (desk, line, near)),
        },
        Place::Root => {
            let home = format!("{}/", shown.base_path());
            return answer::redirect(StatusCode::TEMPORARY_REDIRECT, &home);
        }
        Place::Site(path) => Asked::Site(path),
        Place::Nowhere => Asked::nothing(),
    };
    if inspect {
        let (asked, path) = (asked.clone(), head.uri.path().to_string());
        let look = move || Desk::inspect(&shown, &asked, &path);
        if let Ok(Some((html, hash))) = tokio::task::spawn_blocking(look).await {
            let html = with_script(html.into_bytes(), &hash);
            return answer::file(StatusCode::OK, "inspect.html", html, &head.headers);
        }
    }
    match desk.answer(&asked, end).await {
        Ok(Look::File(file) | Look::Changing(file)) => {
            page(if near { file } else { desk::elsewhere(file, &desk.shown()) }, &head)
        }
        Ok(Look::Moved(url)) => {
            let url = if inspect { inspect::address(&url) } else { url };
            answer::redirect(StatusCode::PERMANENT_REDIRECT, &url)
        }
        // A panic costs one page.
        Err(_) => {
            answer::text(StatusCode::INTERNAL_SERVER_ERROR, "backissue failed on this page: please report it")
        }
    }
}

/// What the preview itself needs.
fn own(name: &str, head: &Parts, (desk, line, near): (Arc<Desk>, Line, bool)) -> Response<Content> {
    let file = |text: &str| answer::file(StatusCode::OK, name, text.as_bytes().to_vec(), &head.headers);
    match name {
        "preview.js" => file(SCRIPT),
        "preview.css" => file(STYLE),
        "own.css" => file(OWN_STYLE),
        "events" => {
            let value = |key: &str| {
                let pairs = head.uri.query().unwrap_or_default().split('&');
                let value = pairs.filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == key);
                value.map(|(_, value)| percent_decode_str(value).decode_utf8_lossy().into_owned())
            };
            let subscriber = Subscriber {
                path: value("page").unwrap_or_default(),
                hash: value("hash").unwrap_or_default(),
                line,
                near,
            };
            answer::events(events::subscribe(desk, subscriber))
        }
        _ => answer::text(StatusCode::NOT_FOUND, "not found"),
    }
}

/// A file of the site; pages get the script that keeps them up to date.
fn page(mut file: File, head: &Parts) -> Response<Content> {
    let status = StatusCode::from_u16(file.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if file.is_page() {
        let hash = file.hash();
        file.bytes = with_script(file.bytes, &hash);
    }
    answer::file(status, &file.name, file.bytes, &head.headers)
}

/// A page with the script that keeps it up to date; the hash tells what it shows now.
fn with_script(mut page: Vec<u8>, hash: &str) -> Vec<u8> {
    let script = format!("<script src=\"{OWN}preview.js\" data-page=\"{hash}\" defer></script>");
    let at = withheld::find(&page, b"</head>").unwrap_or(page.len());
    page.splice(at..at, script.into_bytes());
    page
}
