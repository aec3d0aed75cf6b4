//! What is wrong with an input, as data: where it is, what it is and what would mend it.
//!
//! Bad input never stops a run. Rooms collect problems and hand them on; only `cli` prints them.

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// Something is published differently from what its author may expect, but nothing is missing.
    Note,
    /// Something was left out or guessed.
    Warning,
    /// An article was set aside, or nothing was published.
    Error,
}

impl Level {
    /// The level's name in messages and in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Every code a problem can have, with its meaning; the reference in `README.md` is this list.
pub const CODES: &[(&str, &str)] = &[
    (
        "changed-by-hand",
        "a published file was edited in the output; it is kept, or replaced if it is still part of the site",
    ),
    ("changed-while-building", "a source file changed during the build; build again"),
    ("config", "`archive.yaml` cannot be used"),
    ("data", "a file of `data/` cannot be used"),
    ("date", "a date does not exist or has an unknown form; the article counts as undated"),
    ("dead-anchor", "a link leads to a part of a page that does not exist"),
    ("dead-link", "a link leads to a page that does not exist"),
    (
        "duplicate",
        "an article was imported once only: another of the same run has its address, or its text and nobody else published it",
    ),
    (
        "edited-import",
        "a file was edited by hand since it was imported, or seems to be a copy but is not as `import` wrote it; it is kept",
    ),
    ("encoding", "some bytes of a raw file could not be read; `�` stands for them"),
    ("foreign-file", "an unknown file lies in the output; it is kept"),
    ("front-matter", "front matter is not valid YAML or a value has the wrong form"),
    ("host-limit", "the site exceeds a limit of the host"),
    ("html-limits", "raw HTML is over a limit; it is shown as text"),
    ("html-removed", "raw HTML had elements or attributes that are not published"),
    ("import-rejected", "a raw file or a record of one holds no article"),
    ("invalid-value", "a value was not understood and is ignored"),
    ("markdown-limits", "a body is over a limit; the article is set aside"),
    ("missing-article", "an address that `--expect` lists is not among the imported articles"),
    ("missing-image", "an image was not found; its alternative text is shown"),
    ("no-base-url", "`base_url` is missing, so feeds and sitemap are left out"),
    ("no-front-matter", "a file has no front matter; its title comes from its heading or name"),
    ("no-headline", "a raw file begins without a headline; its article is called by its file"),
    ("no-words", "the interface has no words in the archive's language; they are English"),
    ("nothing-to-import", "a folder holds no raw files"),
    ("orphan-term", "an alias names no term that an article has"),
    ("output-clash", "two inputs want one output path"),
    ("panic", "a defect in backissue hit this article; it is set aside"),
    ("passed-over", "a name in `content/` begins with `_`; what it holds is not published"),
    ("path", "a file's name cannot be published"),
    ("redact", "a name to be redacted can still be read in the text; the article is set aside"),
    ("redirect", "an address of before cannot lead to the article that names it"),
    ("remarks-omitted", "a body has more remarks than are shown"),
    ("same-path", "articles wanted one path; the later got a suffix"),
    ("shortcode", "a shortcode of another generator is shown as text"),
    ("similar-terms", "terms of one article are spelt almost like others; perhaps by mistake"),
    ("skipped-file", "a link, device, unreadable or oversized file was not read"),
    ("system", "the operating system refused something"),
    ("template", "a template cannot be used"),
    ("term-spelling", "spellings of a term differ by more than case; they are one term"),
    (
        "unknown-key",
        "an unknown key of front matter, kept under `extra` at its top and ignored below; or an unknown word",
    ),
    ("unsafe-image", "an image of a kind that can run script is not published"),
    ("unsafe-link", "a link was not published because of its scheme"),
    (
        "unused-file",
        "files in `content/` are neither articles nor shown by one, or nothing asks for a template",
    ),
    ("usage", "a flag, argument or environment variable has a value that cannot be used"),
    ("verify-changed", "a published file is not the one that the manifest lists"),
    ("verify-manifest", "the manifest is damaged, incomplete or absent"),
    ("verify-missing", "a file that the manifest lists is missing"),
    ("verify-unlisted", "a file that the manifest does not list lies in the output"),
];

/// One finding about one input.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Problem {
    /// How much it matters.
    pub level: Level,
    /// One of [`CODES`].
    pub code: &'static str,
    /// The input, relative to the project, with `/`.
    pub file: Option<String>,
    /// Line in the input, from 1.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// The article or page being rendered, where that is not the file itself.
    pub page: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What would mend it.
    pub hint: Option<String>,
    /// The text of the line, for the excerpt.
    pub excerpt: Option<String>,
}

impl Problem {
    /// An error: the input is not used.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Error, code, message.into())
    }

    /// A warning: part of the input is not used.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Warning, code, message.into())
    }

    /// A note: the input is used, perhaps not as meant.
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Note, code, message.into())
    }

    fn new(level: Level, code: &'static str, message: String) -> Self {
        debug_assert!(CODES.iter().any(|(known, _)| *known == code), "undocumented code {code}");
        let (file, line, column, page, hint, excerpt) = Default::default();
        Self { level, code, file, line, column, page, message, hint, excerpt }
    }

    /// Names the input.
    #[must_use]
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Points at a place in `text`, the input's content, and quotes its line.
    #[must_use]
    pub fn at(mut self, text: &str, line: Option<usize>, column: Option<usize>) -> Self {
        // A hostile line may be megabytes long; nobody reads more than a screen's width of it.
        const EXCERPT: usize = 160;
        self.line = line;
        self.column = column;
        self.excerpt = line
            .and_then(|line| text.lines().nth(line.saturating_sub(1)))
            .map(|line| line.chars().take(EXCERPT).map(|c| if c.is_control() { ' ' } else { c }).collect());
        self
    }

    /// Names the page that was being made.
    #[must_use]
    pub fn page(mut self, page: impl Into<String>) -> Self {
        self.page = Some(page.into());
        self
    }

    /// Says what would mend it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// `file:line:column`, as far as it is known.
    pub fn place(&self) -> Option<String> {
        let mut text = self.file.clone().filter(|file| !file.is_empty())?;
        for part in [self.line, self.line.and(self.column)].into_iter().flatten() {
            text += &format!(":{part}");
        }
        Some(text)
    }
}

/// A problem as it is read back; its code is one of ours again.
#[derive(Deserialize)]
struct Stored {
    level: Level,
    code: String,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    page: Option<String>,
    message: String,
    hint: Option<String>,
    excerpt: Option<String>,
}

impl<'de> Deserialize<'de> for Problem {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let Stored { level, code, file, line, column, page, message, hint, excerpt } =
            Stored::deserialize(source)?;
        let known = CODES.iter().find(|(known, _)| *known == code);
        let (code, _) = known.ok_or_else(|| serde::de::Error::custom(format!("unknown code `{code}`")))?;
        Ok(Self { level, code, file, line, column, page, message, hint, excerpt })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place() {
            write!(out, "{place}: ")?;
        }
        out.write_str(&self.message)
    }
}

/// The one of some known words that a misspelt one means, if there is one.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Below this likeness (Jaro–Winkler, 0 to 1) a word is no misspelling of another.
    const ALIKE: f64 = 0.8;
    let alike = known.into_iter().map(|word| (strsim::jaro_winkler(given, word), word));
    let best = alike.filter(|(likeness, _)| *likeness >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, word)| word)
}

/// Problems that stop a run, as an error: the configuration, the templates or the plan cannot be used.
#[derive(Debug)]
pub struct Fatal(
    /// All of them, so that one run shows all there is to mend.
    pub Vec<Problem>,
);

impl Fatal {
    /// One problem as an error.
    pub fn one(problem: Problem) -> anyhow::Error {
        Self(vec![problem]).into()
    }

    /// The problems that an error carries, or else the error as one of the system.
    pub fn of(error: anyhow::Error) -> Self {
        error.downcast().unwrap_or_else(|error| Self(vec![Problem::error("system", format!("{error:#}"))]))
    }

    /// Whether the command line is at fault.
    pub fn is_usage(&self) -> bool {
        self.0.iter().any(|problem| problem.code == "usage")
    }
}

impl fmt::Display for Fatal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            write!(out, "{}{problem}", if i > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Fatal {}
