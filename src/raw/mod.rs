//! Files as they were found → [`RawArticle`]: decoded text with its origin. Nothing is judged here.
//!
//! A format is one file of this room.

mod text;

use crate::fs;
use crate::problem::{Fatal, Problem};
use anyhow::Result;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Largest raw file in bytes.
const LIMIT: u64 = 8 << 20;

/// One raw article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawArticle {
    /// Its path below the folder that is imported, with `/`.
    pub file: String,
    /// SHA-256 of its bytes in hexadecimal.
    pub sha256: String,
    /// What it is made of.
    pub content: Content,
    /// What is said of it beside its text.
    pub said: Said,
    /// Whether some of its bytes could not be read; `�` stands for them.
    pub damaged: bool,
}

/// The text of a raw article, decoded; line ends and odd characters as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text without markup.
    Text(String),
    /// A page or a part of one.
    Html(String),
}

impl Default for Content {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// What the file that an article came in says of it: a feed, an export, a crawl. Nothing of it is judged here; dates
/// are as they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What the file calls it.
    pub id: Option<String>,
    /// Where it was published, or was fetched from.
    pub url: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// What it is about, in a few sentences.
    pub summary: Option<String>,
    /// Who wrote it, one name each.
    pub authors: Vec<String>,
    /// When it was published.
    pub date: Option<String>,
    /// When it was changed last.
    pub updated: Option<String>,
    /// Its section of the outlet.
    pub section: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its language (BCP 47).
    pub lang: Option<String>,
    /// Who published it.
    pub outlet: Option<String>,
    /// Its lead image.
    pub image: Option<String>,
    /// Whether the text is known to be but a part of it.
    pub excerpt: bool,
}

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its path below the folder that is imported, with `/`.
    pub file: String,
    /// What it was called on the command line, with its path below that, for messages.
    pub shown: String,
    /// Where to open it; `None` for the standard input.
    path: Option<PathBuf>,
}

/// Lists the raw files of files and folders; `-` is the standard input. Files of unknown kinds are said once for
/// each kind.
pub fn list(inputs: &[PathBuf]) -> Result<(Vec<Input>, Vec<Problem>)> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for input in inputs {
        if input == Path::new("-") {
            found.push(Input { file: "stdin".to_string(), shown: "-".to_string(), path: None });
        } else if fs::kind(&named(input)?)? == Some(fs::Kind::Folder) {
            folder(input, &mut found, &mut problems);
        } else {
            // A file that was named is read whatever its name.
            let file = input.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let shown = slashes(input);
            found.push(Input { file, shown, path: Some(input.clone()) });
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

fn folder(root: &Path, found: &mut Vec<Input>, problems: &mut Vec<Problem>) {
    let label = root.to_string_lossy();
    let walk = match fs::walk(root, &label, |name| name.starts_with('.')) {
        Ok(walk) => walk,
        Err(error) => {
            let problem = Problem::error("skipped-file", format!("the folder was not read: {error}"));
            return problems.push(problem.file(label));
        }
    };
    problems.extend(walk.problems);
    let mut others: BTreeMap<String, usize> = BTreeMap::new();
    let before = found.len();
    for file in walk.files {
        let end = file.name.rsplit_once('.').map_or(String::new(), |(_, end)| end.to_lowercase());
        if end == "txt" {
            let shown = slashes(&file.path());
            found.push(Input { path: Some(file.path()), file: file.name.to_string(), shown });
        } else {
            *others.entry(end).or_default() += 1;
        }
    }
    if found.len() == before {
        let message = "there are no `.txt` files in this folder";
        problems.push(Problem::warning("nothing-to-import", message).file(label.clone()));
    }
    problems.extend(others.into_iter().map(|(end, count)| {
        let what =
            if end.is_empty() { "files without an extension".to_string() } else { format!("`.{end}` files") };
        let message = format!("{count} {what} skipped: this version imports `.txt` files");
        Problem::warning("skipped-file", message)
            .file(label.clone())
            .hint("name a file itself to import it as text")
    }));
}

/// A path as messages show it on every system.
fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Reads and decodes one file.
pub fn read(input: &Input) -> fs::Result<RawArticle> {
    let bytes = match &input.path {
        Some(path) => fs::read(path, LIMIT)?,
        None => fs::read_stdin(LIMIT)?,
    };
    let sha256 = HEXLOWER.encode(&Sha256::digest(&bytes));
    let text::Decoded { text, damaged } = text::decode(&bytes);
    let content = Content::Text(text);
    Ok(RawArticle { file: input.file.clone(), sha256, content, damaged, ..RawArticle::default() })
}
