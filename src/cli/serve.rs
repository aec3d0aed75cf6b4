//! `backissue serve`.

use super::progress::Bar;
use super::report::{Report, counted};
use super::selection::Selection;
use super::watch::{AGAIN, Polling, Settings, names, stop_on_interrupt};
use super::{Global, home, load, millis, qr, run};
use crate::build::{Past, Preview, Remembered, Run, Unfinished};
use crate::config::Flags;
use crate::problem::{Fatal, Problem};
use crate::serve::{Server, WITHHELD, lan_addresses};
use crate::watch::Batch;
use anyhow::Result;
use clap::Args;
use serde_json::json;
use std::io::{ErrorKind, IsTerminal as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

/// The port that is tried first, and how many after it.
const PORT: u16 = 8000;
const MORE: u16 = 20;

/// Show the site in a browser, as it would be published now
///
/// Pages are made when they are asked for, and open ones follow every change. Nothing is written.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Listen on this port [default: 8000, or the next free one]
    #[arg(short, long, value_name = "N")]
    port: Option<u16>,
    /// Open the site in a browser
    #[arg(long)]
    open: bool,
    /// Let other machines of the network look, such as a phone; they see what would be published, and no more
    #[arg(long)]
    lan: bool,
    /// Let open pages go to the article that was changed last
    #[arg(long)]
    follow: bool,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    polling: Polling,
}

impl Serve {
    pub(super) fn run(self, global: &Global, report: &Report) -> Result<()> {
        let home = home();
        let run = Run { patient: true, ..run(global, home.as_deref()) };
        let pool = super::pool(global)?;
        let listeners = listen((self.lan, self.port), report)?;
        let port = listeners.first().and_then(|listener| listener.local_addr().ok());
        let port = port.map_or(PORT, |address| address.port());
        let flags: Flags = self.selection.into();
        // First the watch, then the look: nothing that happens in between is lost. To watch many folders takes as long as
        // to read what is remembered of them.
        let (mut watch, remembered) = std::thread::scope(|scope| {
            let remembered = scope.spawn(|| pool.install(|| remembered(&flags, &run, report)));
            (self.polling.watch(Path::new("public")), remembered.join().ok().flatten())
        });
        stop_on_interrupt(&watch)?;
        let lan = if self.lan { lan_addresses() } else { Vec::new() };
        let own = ["localhost", "127.0.0.1", "[::1]"].map(str::to_string);
        let hosts = own.into_iter().chain(lan.iter().copied().map(host)).collect();
        let server = Server::start(listeners, hosts, pool.current_num_threads())?;
        let mut showing = Showing {
            server,
            settings: Settings::default(),
            remembered,
            preview: None,
            url: None,
            problems: Vec::new(),
            failing: false,
            port,
            withheld: 0,
            lan: self.lan.then_some(lan),
        };
        let mut batch = Some(Batch::default());
        while let Some(changed) = batch {
            watch.notices().iter().for_each(|notice| report.notice(notice));
            let start = Instant::now();
            let first = showing.url.is_none();
            let look = || showing.look(&changed, &flags, &run, report);
            match pool.install(look) {
                Err(error) if error.is::<Unfinished>() => watch.remind(AGAIN),
                preview => showing.take(preview, (&changed, self.follow), start, report)?,
            }
            if let Some(url) = showing.url.as_deref().filter(|_| first && self.open) {
                show_in_browser(url, report);
            }
            batch = watch.next();
        }
        Ok(())
    }
}

/// What the last build knew; nothing if the configuration is broken, which is said when it is looked at.
fn remembered(flags: &Flags, run: &Run, report: &Report) -> Option<Remembered> {
    let config = load(flags.clone()).ok()?;
    let bar = Bar::new(report);
    let remembered = Remembered::of(&config, run, &|event| bar.on(event));
    bar.finish();
    Some(remembered)
}

/// What is shown, and what was said of it.
struct Showing {
    server: Server,
    settings: Settings,
    /// What the last build knew, for the first look.
    remembered: Option<Remembered>,
    preview: Option<Arc<Preview>>,
    url: Option<String>,
    problems: Vec<Problem>,
    /// Whether what was changed last makes no site.
    failing: bool,
    port: u16,
    /// The addresses of this machine in its networks, if others may look.
    lan: Option<Vec<IpAddr>>,
    /// How many articles were said to be withheld.
    withheld: usize,
}

impl Showing {
    /// Looks at the project. The clock goes on: an embargo may have ended since the last look.
    fn look(&mut self, batch: &Batch, flags: &Flags, run: &Run, report: &Report) -> Result<Preview> {
        let config = self.settings.load(flags)?;
        let known = self.preview.as_ref().filter(|_| !batch.all && !self.failing);
        if let Some(edited) = known.and_then(|preview| preview.edited(&config, &batch.paths)) {
            return Ok(edited);
        }
        let past = match (self.preview.as_deref(), self.remembered.take()) {
            (Some(preview), _) => Past::Site(preview),
            (None, Some(remembered)) => Past::Build(remembered.into()),
            (None, None) => Past::Unknown,
        };
        let bar = Bar::new(report);
        let preview = Preview::open(&config, past, run, &|event| bar.on(event));
        bar.finish();
        preview
    }

    fn take(
        &mut self,
        preview: Result<Preview>,
        (batch, follow): (&Batch, bool),
        start: Instant,
        report: &Report,
    ) -> Result<()> {
        let problems = match preview {
            // Such as after a file was written that is no part of the site, or a mistake that was mended at once.
            Ok(preview) if !self.failing && self.is_shown(&preview) => {
                self.server.look_again();
                return Ok(());
            }
            Ok(preview) => {
                self.failing = false;
                let preview = Arc::new(preview);
                let problems = preview.problems().to_vec();
                self.server.show(Arc::clone(&preview), follow);
                self.tell(problems, report);
                self.announce(preview.base_path(), report);
                self.announce_withheld(preview.withheld(), report);
                self.preview = Some(preview);
                let articles = self.preview.as_ref().map_or(0, |preview| preview.articles());
                let planned = !self.preview.as_ref().is_some_and(|preview| preview.is_edited());
                let shown = json!({"kind": "shown", "articles": articles, "planned": planned, "millis": millis(start)});
                report.result(&shown);
                report.line(&line(articles, batch, start));
                return Ok(());
            }
            Err(error) => Fatal::of(error),
        };
        if self.url.is_none() && problems.is_usage() {
            return Err(problems.into());
        }
        // What is wrong can be mended while the preview goes on.
        self.failing = true;
        self.server.fail(&problems.0);
        self.tell(problems.0, report);
        if self.url.is_none() {
            self.announce("", report);
        } else {
            report.line("the last good site is shown");
        }
        Ok(())
    }

    fn is_shown(&self, preview: &Preview) -> bool {
        self.preview.as_ref().is_some_and(|shown| shown.is_like(preview))
    }

    /// Problems, if they are not those of before.
    fn tell(&mut self, problems: Vec<Problem>, report: &Report) {
        if self.problems != problems {
            report.problems(&problems);
        }
        self.problems = problems;
    }

    fn announce(&mut self, base_path: &str, report: &Report) {
        let url = format!("http://127.0.0.1:{}{base_path}/", self.port);
        if self.url.as_ref() != Some(&url) {
            let others = self.lan.iter().flatten();
            let others: Vec<String> = others
                .map(|address| format!("http://{}:{}{base_path}/", host(*address), self.port))
                .collect();
            report.result(&json!({"kind": "serving", "url": url, "lan": others}));
            report.line(&format!("look at it: {url} (Ctrl-C ends)"));
            if self.lan.is_some() {
                invite(&others, report);
            }
            self.url = Some(url);
        }
    }

    /// Says where to look at what is not published, if it is more or less than before.
    fn announce_withheld(&mut self, count: usize, report: &Report) {
        if self.withheld != count {
            let url = format!("http://127.0.0.1:{}{WITHHELD}", self.port);
            report.result(&json!({"kind": "withheld", "count": count, "url": url}));
            let places = if count == 0 { String::new() } else { format!("; look at them: {url}") };
            report.line(&format!("withheld: {count}{places}"));
            self.withheld = count;
        }
    }
}

/// Says how others can look, and who they are.
fn invite(urls: &[String], report: &Report) {
    let Some(first) = urls.first() else {
        report.notice("this machine has no address in a network: nobody else can look");
        return;
    };
    report.warning("everybody in the network can read this preview: all that would be published now");
    report.line("what is withheld, `?inspect` and errors show on this machine only");
    for url in urls {
        report.line(&format!("from other machines: {url}"));
    }
    if std::io::stderr().is_terminal()
        && let Some(code) = qr::code(first, report.styled())
    {
        report.line(&code);
    }
}

/// An address as the host of a URL.
fn host(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// Listeners: on this machine's own address, which no other machine reaches, or, for others of the network, on all.
fn listen((lan, port): (bool, Option<u16>), report: &Report) -> Result<Vec<TcpListener>> {
    let own = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(|listener| vec![listener]);
    let on = |port| if lan { on_all(port) } else { own(port) };
    let first = port.unwrap_or(PORT);
    let mut listener = on(first);
    if port.is_none() {
        let taken = |listener: &std::io::Result<Vec<TcpListener>>| {
            listener.as_ref().is_err_and(|error| {
                matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied)
            })
        };
        if taken(&listener) {
            listener = (1..=MORE).map(|more| on(PORT + more)).find(|next| !taken(next)).unwrap_or(listener);
            report.notice(&format!("port {PORT} is taken; the next free one is used"));
        }
    }
    listener.map_err(|error| {
        let problem = Problem::error("system", format!("failed to listen on port {first}: {error}"));
        Fatal::one(problem.hint("name another with `--port N`, or none"))
    })
}

/// Listeners on a port of all addresses of this machine.
fn on_all(port: u16) -> std::io::Result<Vec<TcpListener>> {
    let four = |port| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port));
    match TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)) {
        Ok(six) => {
            // On most systems that takes connections by IPv4 as well, and their port is taken then.
            let four = four(six.local_addr()?.port()).ok();
            Ok([six].into_iter().chain(four).collect())
        }
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(error),
        // There is no IPv6.
        Err(_) => four(port).map(|listener| vec![listener]),
    }
}

fn line(articles: usize, batch: &Batch, start: Instant) -> String {
    let changed = names(batch);
    let changed = if changed.is_empty() { String::new() } else { format!("{changed}: ") };
    format!("{changed}{} in {:.2} s", counted(articles, "article"), start.elapsed().as_secs_f64())
}

/// Asks the system to open an address; the user can do it as well.
fn show_in_browser(url: &str, report: &Report) {
    let (program, arguments): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        // The first argument of `start` is a title.
        ("cmd", &["/c", "start", ""])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(arguments).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.spawn() {
        Ok(mut child) => {
            // It may go on as long as the browser does; nobody waits for that but a thread of its own.
            let (report, program) = (report.clone(), program.to_string());
            std::thread::spawn(move || match child.wait() {
                Ok(status) if !status.success() => {
                    report.notice(&format!("failed to open a browser with `{program}`: {status}"));
                }
                _ => {}
            });
        }
        Err(error) => report.notice(&format!("failed to open a browser with `{program}`: {error}")),
    }
}
