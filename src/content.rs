//! `content/` → articles and problems, one file at a time. A broken file never hides the others.

use crate::article::{self, Article, Date, Keys, Redaction};
use crate::config::Config;
use crate::fs;
use crate::problem::{Fatal, Problem};
use crate::route::Slug;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// The folder that holds the articles.
pub const FOLDER: &str = "content";
/// Largest article in bytes, front matter included.
const LIMIT: u64 = (16 << 20) + (64 << 10);

/// What lies in `content/`.
#[derive(Debug, Default)]
pub struct Listing {
    /// The Markdown files, sorted; their names begin with `content/`.
    pub sources: Vec<fs::File>,
    /// All other files, sorted: images that articles may refer to.
    pub others: Vec<fs::File>,
    /// What was skipped.
    pub problems: Vec<Problem>,
    /// Whether a file may be here under several names.
    pub followed: bool,
}

/// One file, read and understood.
#[derive(Debug)]
pub struct Loaded {
    /// Its metadata; the date in the file's name already counts, and what it asks to be redacted is gone.
    pub article: Article,
    /// The slug asked for, or made from the file's name.
    pub slug: Slug,
    /// Whether the slug was asked for.
    pub explicit_slug: bool,
    /// A title made from the file's name, for want of a better one.
    pub name_title: String,
    /// The Markdown.
    pub body: String,
    /// Byte of the file at which the body starts.
    pub body_start: usize,
    /// Line of the file on which the body starts.
    pub body_line: usize,
    /// What is worth saying.
    pub problems: Vec<Problem>,
}

/// Lists `content/`; names that begin with `.` or `_` are passed over.
pub fn list(config: &Config) -> Result<Listing> {
    let folder = config.folder(FOLDER);
    if fs::kind(&folder)?.is_none() {
        // Taken for an empty one, it would empty the site.
        let problem = Problem::error("config", "the project has no folder `content/`");
        return Err(Fatal::one(problem.hint("create it, or name another project with `-C DIR`")));
    }
    let passed_over = Mutex::new(BTreeSet::new());
    let walk = fs::walk(&folder, FOLDER, |name| {
        if name.starts_with('_')
            && let Ok(mut names) = passed_over.lock()
        {
            names.insert(name.to_string());
        }
        name.starts_with(['.', '_'])
    })?;
    let mut listing = Listing { problems: walk.problems, followed: walk.followed, ..Listing::default() };
    listing.problems.extend(passed_over.into_inner().unwrap_or_default().iter().map(|name| {
        let message = format!("`{name}` in `{FOLDER}/` is passed over: its name begins with `_`");
        Problem::note("passed-over", message).hint("rename it if it holds articles")
    }));
    let root: Arc<Path> = config.root.as_path().into();
    for fs::File { name, .. } in walk.files {
        let file = fs::File { root: Arc::clone(&root), name: format!("{FOLDER}/{name}").into() };
        if is_markdown(&file.name) { listing.sources.push(file) } else { listing.others.push(file) }
    }
    Ok(listing)
}

/// Files that are neither articles nor anything that one refers to: said once for each kind, so that nothing of a
/// foreign archive is left out in silence.
pub fn unused<'a>(listing: &'a Listing, used: impl Fn(&str) -> bool) -> Vec<Problem> {
    let mut kinds: BTreeMap<String, Vec<&'a str>> = BTreeMap::new();
    for file in listing.others.iter().filter(|file| !used(&file.name)) {
        let name = file.name.rsplit('/').next().unwrap_or_default();
        let kind = name.rsplit_once('.').map_or(String::new(), |(_, end)| end.to_lowercase());
        kinds.entry(kind).or_default().push(&file.name);
    }
    let note = |(kind, names): (String, Vec<&str>)| {
        let count = names.len();
        let files = if count == 1 { "1 file".to_string() } else { format!("{count} files") };
        let kind = if kind.is_empty() { "without extension".to_string() } else { format!("`.{kind}`") };
        let message = format!("{files} {kind} not published: not Markdown, and no article shows it");
        let hint = "articles end in `.md`; raw files go through `import`, files to be copied into `static/`";
        Problem::note("unused-file", message).file(names[0]).hint(hint)
    };
    kinds.into_iter().map(note).collect()
}

/// What the configuration says about front-matter keys.
pub fn keys(config: &Config) -> Keys {
    let terms = config.taxonomies.iter().map(|taxonomy| taxonomy.name.clone()).collect();
    Keys { renamed: config.keys.clone(), terms }
}

/// Reads one file; the error sets it aside.
pub fn read(source: &fs::File, keys: &Keys) -> std::result::Result<Loaded, Problem> {
    parse(source, bytes(source)?, keys)
}

/// The body of a file whose front matter was read before and ends where it did; `None` if it must be read again.
pub fn body(
    source: &fs::File,
    start: usize,
    article: &Article,
) -> std::result::Result<Option<String>, Problem> {
    let Ok(mut text) = String::from_utf8(bytes(source)?) else { return Ok(None) };
    if !text.is_char_boundary(start) {
        return Ok(None);
    }
    text.drain(..start);
    let redaction = redaction(article);
    Ok(Some(if redaction.is_empty() { text } else { redaction.text(&text) }))
}

/// The bytes of one file; the error sets it aside.
fn bytes(source: &fs::File) -> std::result::Result<Vec<u8>, Problem> {
    Ok(stamped(source)?.0)
}

/// The bytes of one file, and the stamp that it had before they were read; the error sets it aside.
pub fn stamped(source: &fs::File) -> std::result::Result<(Vec<u8>, Option<fs::Stamp>), Problem> {
    fs::read_stamped(&source.path(), LIMIT).map_err(|error| {
        // One file may be locked or gone; what ails the system would set all articles aside.
        let code = match error.kind() {
            ErrorKind::FileTooLarge => "markdown-limits",
            _ if error.ails_system() => "system",
            _ => "skipped-file",
        };
        Problem::error(code, format!("the file could not be read: {}", error.cause())).file(&*source.name)
    })
}

/// Understands the bytes of one file; the error sets it aside.
pub fn parse(source: &fs::File, bytes: Vec<u8>, keys: &Keys) -> std::result::Result<Loaded, Problem> {
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let line =
            error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        let problem = Problem::error("front-matter", "the file is not UTF-8 text").file(&*source.name);
        problem.at("", Some(line), None).hint("convert it, for example with `iconv -f WINDOWS-1252 -t UTF-8`")
    })?;
    let parsed = article::parse(&text, keys).map_err(|problem| problem.file(&*source.name))?;
    let mut article = parsed.article;
    let stem = stem(&source.name);
    let wrong = Date::wrong_in_file_name(stem).filter(|_| article.date.is_none() && !parsed.wrong_date);
    let wrong = wrong.map(|reason| Problem::warning("date", format!("the file's name: {reason}")));
    let (date, stem) = Date::from_file_name(stem).map_or((None, stem), |(date, rest)| (Some(date), rest));
    article.date = article.date.or(date.filter(|_| !parsed.wrong_date));
    let redaction = redaction(&article);
    let mut stem = stem.to_string();
    text.drain(..parsed.body);
    let mut body = text;
    if !redaction.is_empty() {
        redaction.article(&mut article);
        (stem, body) = (redaction.path(&stem), redaction.text(&body));
    }
    let slug = Slug::new(article.slug.as_deref().unwrap_or(&stem));
    Ok(Loaded {
        slug,
        explicit_slug: article.slug.is_some(),
        name_title: title_from(&stem),
        article,
        body,
        body_start: parsed.body,
        body_line: parsed.body_line,
        problems: parsed
            .problems
            .into_iter()
            .chain(wrong)
            .map(|problem| problem.file(&*source.name))
            .collect(),
    })
}

/// What an article asks to be left out of everything that is published of it. File names and addresses may have a name
/// in the letters of a slug.
pub fn redaction(article: &Article) -> Redaction {
    let slugs: Vec<Slug> = article.redact.iter().map(|name| Slug::new(name)).collect();
    Redaction::new(article.redact.iter().map(String::as_str).chain(slugs.iter().map(Slug::as_str)))
}

fn is_markdown(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, end)| end.eq_ignore_ascii_case("md") || end.eq_ignore_ascii_case("markdown"))
}

/// The name that stands for a file: its own without extension, or its folder's if it is an `index.md`.
fn stem(name: &str) -> &str {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let parent = folder.rsplit_once('/').map(|(_, parent)| parent);
    if stem.eq_ignore_ascii_case("index") { parent.unwrap_or(stem) } else { stem }
}

fn title_from(stem: &str) -> String {
    let words = stem.split(['-', '_', ' ']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_for_slug_and_title() {
        for (name, stem_of, title) in [
            ("content/a/big-news.md", "big-news", "Big news"),
            ("content/a/big-news/index.md", "big-news", "Big news"),
            ("content/index.md", "index", "Index"),
            ("content/a.b.md", "a.b", "A.b"),
        ] {
            assert_eq!((stem(name), title_from(stem(name)).as_str()), (stem_of, title), "{name}");
        }
    }
}
