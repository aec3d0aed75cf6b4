//! A program that does not end by itself, and what it says meanwhile.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

/// What takes longer has failed; nothing is concluded from less.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// The moment at which everything that goes on running says it is.
pub const NOW: [&str; 2] = ["--now", "2024-06-01T12:00:00Z"];

/// It is killed when the test lets go of it.
pub struct Running {
    child: Child,
    said: Receiver<Value>,
}

impl Running {
    /// Starts a command that says what it does in lines of JSON.
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let said = heard(child.stdout.take().unwrap(), |line| serde_json::from_str(&line).unwrap());
        Self { child, said }
    }

    /// Starts a command that speaks to people.
    #[cfg(target_os = "linux")]
    pub fn spawn_aloud(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let said = heard(child.stderr.take().unwrap(), Value::String);
        Self { child, said }
    }

    /// The next line for people that holds a text.
    #[cfg(target_os = "linux")]
    #[track_caller]
    pub fn hear(&mut self, text: &str) -> String {
        self.hear_until(text).pop().unwrap_or_default()
    }

    /// The lines for people up to the next that holds a text.
    #[cfg(target_os = "linux")]
    #[track_caller]
    pub fn hear_until(&mut self, text: &str) -> Vec<String> {
        let lines = std::cell::RefCell::new(Vec::new());
        self.await_one(text, |line| {
            lines.borrow_mut().extend(line.as_str().map(str::to_string));
            line.as_str().is_some_and(|line| line.contains(text))
        });
        lines.into_inner()
    }

    /// The next object of a kind.
    #[track_caller]
    pub fn next(&mut self, kind: &str) -> Value {
        self.await_one(kind, |object| object["kind"] == kind)
    }

    #[track_caller]
    fn await_one(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let said = self.said.recv_timeout(left).unwrap_or_else(|_| panic!("no {what} was reported"));
            if is_it(&said) {
                return said;
            }
        }
    }

    /// How many objects of a kind were said since the last look.
    pub fn count(&self, kind: &str) -> usize {
        self.said.try_iter().filter(|object| object["kind"] == kind).count()
    }

    /// How much memory it has, in KiB, where the system tells.
    pub fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// How many files and connections it has open, where the system tells.
    pub fn open_files(&self) -> Option<usize> {
        Some(std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).ok()?.count())
    }

    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let kill = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    /// Asks it to end, and waits until it does.
    #[cfg(unix)]
    pub fn interrupt(mut self) -> Option<i32> {
        self.signal("INT");
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads lines in a thread of its own, until there are no more.
fn heard(stream: impl Read + Send + 'static, value: fn(String) -> Value) -> Receiver<Value> {
    let (sender, said) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let _ = sender.send(value(line));
        }
    });
    said
}

/// Waits until something holds, looking every few milliseconds.
#[track_caller]
pub fn until(holds: impl Fn() -> bool, what: impl Fn() -> String) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "{}", what());
        std::thread::sleep(Duration::from_millis(10));
    }
}
