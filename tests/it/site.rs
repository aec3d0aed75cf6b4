//! A project in a temporary folder: write files, run the program, look at what it made and said.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_backissue");

/// A project.
pub struct Site {
    folder: tempfile::TempDir,
}

/// What a run said.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// The JSON lines of the standard output.
    pub objects: Vec<Value>,
}

impl Site {
    /// A project with an empty configuration.
    pub fn new() -> Self {
        Self::with("title: Test\nbase_url: https://example.org\n")
    }

    pub fn with(config: &str) -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        site.file("archive.yaml", config);
        fs::create_dir(site.path("content")).unwrap();
        site
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// An article with lines of front matter and a short body.
    pub fn article(&self, name: &str, front: &str) -> &Self {
        self.file(&format!("content/{name}"), format!("---\n{front}\n---\n\nBody of {name}.\n"))
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.current_dir(self.root()).args(args).stdin(Stdio::null());
        command.env_remove("SOURCE_DATE_EPOCH").env("NO_COLOR", "1");
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command(args).output().unwrap())
    }

    /// Builds at a fixed moment, with JSON output.
    pub fn try_build(&self, args: &[&str]) -> Run {
        self.run(&[&["build", "--json", "--now", "2024-06-01T12:00:00Z"], args].concat())
    }

    /// Builds and expects success.
    #[track_caller]
    pub fn build(&self) -> Run {
        let run = self.try_build(&[]);
        assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
        run
    }

    /// Builds, and says whether a file came of it.
    #[track_caller]
    pub fn build_and(&self, name: &str) -> bool {
        self.build();
        self.exists(name)
    }

    #[track_caller]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name))
            .unwrap_or_else(|error| panic!("{name}: {error}\n{:#?}", self.names()))
    }

    pub fn exists(&self, name: &str) -> bool {
        self.path(name).symlink_metadata().is_ok()
    }

    /// Published files with their bytes, manifest included.
    pub fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        tree(&self.path("public"))
    }

    /// Names of published files, manifest left out.
    pub fn names(&self) -> Vec<String> {
        self.tree().into_keys().filter(|name| !name.starts_with("manifest")).collect()
    }
}

/// All files below a folder.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
    {
        let name = entry.path().strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
        files.insert(name, fs::read(entry.path()).unwrap());
    }
    files
}

/// What a page refers to, as paths below the site with their fragments, and the ids it has.
pub fn references(name: &str, text: &str) -> (Vec<(String, String)>, BTreeSet<String>) {
    let page = scraper::Html::parse_document(text);
    let (mut links, mut ids) = (Vec::new(), BTreeSet::new());
    for element in page.tree.values().filter_map(|node| node.as_element()) {
        ids.extend(element.attr("id").map(str::to_string));
        for key in ["href", "src"] {
            let Some(url) = element.attr(key) else { continue };
            let base = url::Url::parse(&format!("https://example.org/{name}")).unwrap();
            let url = base.join(url).unwrap();
            if url.host_str() != Some("example.org") || element.attr("rel") == Some("nofollow") {
                assert!(matches!(element.name(), "a" | "link"), "{name}: {} fetches {url}", element.name());
                continue;
            }
            let path = percent_encoding::percent_decode_str(url.path()).decode_utf8().unwrap().into_owned();
            let file = if path.ends_with('/') { format!("{path}index.html") } else { path };
            links.push((file[1..].to_string(), url.fragment().unwrap_or_default().to_string()));
        }
    }
    (links, ids)
}

impl Run {
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        let objects = stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Self { code: output.status.code(), stdout, stderr, objects }
    }

    /// The last line: what was built.
    #[track_caller]
    pub fn built(&self) -> &Value {
        let last = self.objects.last().unwrap_or_else(|| panic!("nothing said: {}", self.stderr));
        assert_eq!(last["kind"], "built", "{last}");
        last
    }

    /// A count of the last line.
    #[track_caller]
    pub fn count(&self, key: &str) -> u64 {
        self.built()[key].as_u64().unwrap_or_else(|| panic!("no {key}"))
    }

    /// Problems with a code.
    pub fn problems(&self, code: &str) -> Vec<&Value> {
        self.objects.iter().filter(|object| object["kind"] == "problem" && object["code"] == code).collect()
    }

    /// The only problem with a code.
    #[track_caller]
    pub fn problem(&self, code: &str) -> &Value {
        let found = self.problems(code);
        assert_eq!(found.len(), 1, "{code}: {}{}", self.stdout, self.stderr);
        found[0]
    }

    /// Fails if there is a problem of any kind.
    #[track_caller]
    pub fn clean(&self) -> &Self {
        let any = self.objects.iter().any(|object| object["kind"] == "problem");
        assert!(!any && self.code == Some(0), "{}{}", self.stdout, self.stderr);
        self
    }
}
