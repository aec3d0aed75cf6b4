//! The files that arguments name.

use super::source::Source;
use crate::fs;
use crate::problem::{Fatal, Problem};
use anyhow::Result;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its path below the folder that is imported, with `/`.
    pub file: String,
    /// What it was called on the command line, with its path below that, for messages.
    pub shown: String,
    /// Which of the arguments it was found in, if that is a folder.
    pub folder: Option<usize>,
    /// Where to open it; `None` for the standard input.
    path: Option<PathBuf>,
}

/// Lists the files of files and folders; `-` is the standard input. Of a folder, what is in one of `but` is left out,
/// unless that is the very folder: a project is no input of its own.
pub fn list(inputs: &[PathBuf], but: &[PathBuf]) -> Result<(Vec<Input>, Vec<Problem>)> {
    let but: Vec<PathBuf> = but.iter().filter_map(|folder| fs::canonical(folder).ok()).collect();
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (at, input) in inputs.iter().enumerate() {
        if input == Path::new("-") {
            let (file, shown) = ("stdin".to_string(), "-".to_string());
            found.push(Input { file, shown, folder: None, path: None });
        } else if fs::kind(&named(input)?)? == Some(fs::Kind::Folder) {
            folder((input, at), &but, &mut found, &mut problems);
        } else {
            // A file that was named is read whatever its name.
            let file = input.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            found.push(Input { file, shown: slashes(input), folder: None, path: Some(input.clone()) });
        }
    }
    Ok((found, problems))
}

/// Where an argument leads; links are followed, as they were named.
fn named(input: &Path) -> Result<PathBuf> {
    fs::canonical(input).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            Fatal::one(Problem::error("usage", format!("there is no `{}`", slashes(input))))
        }
        _ => error.into(),
    })
}

fn folder((root, at): (&Path, usize), but: &[PathBuf], found: &mut Vec<Input>, problems: &mut Vec<Problem>) {
    let label = root.to_string_lossy();
    let walk = match fs::walk(root, &label, |name| name.starts_with('.')) {
        Ok(walk) => walk,
        Err(error) => {
            let problem = Problem::error("skipped-file", format!("the folder was not read: {error}"));
            return problems.push(problem.file(label));
        }
    };
    problems.extend(walk.problems);
    let real = fs::canonical(root).unwrap_or_default();
    let but: Vec<&Path> = but.iter().filter_map(|folder| folder.strip_prefix(&real).ok()).collect();
    let is_own =
        |name: &str| but.iter().any(|folder| *folder != Path::new("") && Path::new(name).starts_with(folder));
    found.extend(walk.files.into_iter().filter(|file| !is_own(&file.name)).map(|file| {
        let path = file.path();
        Input { shown: slashes(&path), path: Some(path), file: file.name.to_string(), folder: Some(at) }
    }));
}

/// A path as messages show it on every system.
fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

impl Input {
    /// Its size in bytes, if it has one.
    pub fn size(&self) -> u64 {
        let opened = self.path.as_ref().and_then(|path| fs::open(path).ok());
        opened.map_or(0, |(_, size)| size)
    }

    /// Opens it, from its beginning.
    pub(super) fn open(&self, read: Arc<AtomicU64>) -> io::Result<Source> {
        let file = match &self.path {
            Some(path) => {
                fs::open(path).map_err(|error| io::Error::new(error.kind(), error.cause().to_string()))?.0
            }
            None => fs::stdin(),
        };
        Source::unpack(file, read)
    }

    /// Opens it once more, to look for what stands further down; the standard input is there once only.
    pub(super) fn again(&self) -> Option<Source> {
        self.path.as_ref().and_then(|_| self.open(Arc::default()).ok())
    }
}
