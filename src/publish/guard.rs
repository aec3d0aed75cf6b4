//! Which folders may be an output at all. Everything here happens before the first write.

use super::manifest::{Manifest, SiteName};
use crate::config::Config;
use crate::fs::{self, Kind};
use crate::problem::{Fatal, Problem};
use anyhow::Result;
use std::path::{Component, Path, PathBuf};

/// Folders of the project that are never an output, nor is anything in them.
const SOURCES: [&str; 6] = ["content", "templates", "static", "data", ".git", ".backissue"];

const ELSEWHERE: &str = "choose a folder of its own with `--output DIR`";

/// The output's real path, if it may be written to.
pub(super) fn check(config: &Config, home: Option<&Path>) -> Result<PathBuf> {
    let output = &config.output;
    let refuse = |reason: &str, hint: &str| {
        let message = format!("the output `{}` {reason}", output.display());
        Err(Fatal::one(Problem::error("config", message).hint(hint)))
    };
    if output.as_os_str().is_empty() {
        return refuse("has an empty name", ELSEWHERE);
    }
    match fs::kind(output)? {
        Some(Kind::File | Kind::Other) => return refuse("is not a folder", ELSEWHERE),
        Some(Kind::Link) if !inside(&fs::canonical(output)?, &fs::canonical(&config.root)?) => {
            return refuse(
                "is a link that leads out of the project",
                "name the folder itself with `--output DIR`",
            );
        }
        _ => {}
    }
    let real = real_path(output)?;
    let root = real_path(&config.root)?;
    if real.parent().is_none() {
        return refuse("is the root of the file system", ELSEWHERE);
    }
    if inside(&root, &real) {
        return refuse("is the project's folder or holds it", ELSEWHERE);
    }
    if home.is_some_and(|home| real_path(home).is_ok_and(|home| inside(&home, &real))) {
        return refuse("is your home folder or holds it", ELSEWHERE);
    }
    if let Some(source) = SOURCES.iter().find(|source| {
        real_path(&config.folder(source)).is_ok_and(|source| inside(&real, &source) || inside(&source, &real))
    }) {
        return refuse(&format!("is, holds or lies in the project's `{source}`"), ELSEWHERE);
    }
    Ok(real)
}

/// Whether a folder that exists already is ours to fill.
pub(super) fn check_owner(output: &Path, manifest: &Manifest, config: &Config) -> Result<()> {
    if !manifest.foreign.is_empty() {
        let folder = super::output_name(output);
        let problem = |name: &String| {
            let message = "a file that backissue did not write stands where the manifest has its place";
            let hint = "move the file away, or choose another output with `--output DIR`";
            Problem::error("foreign-file", message).file(format!("{folder}/{name}")).hint(hint)
        };
        return Err(Fatal(manifest.foreign.iter().map(problem).collect()).into());
    }
    if config.adopt {
        return Ok(());
    }
    let shown = config.output.display();
    match &manifest.site {
        Some(site) if !same_site(site, manifest, (output, config)) => {
            let message = format!("the output `{shown}` holds another site: {}", describe(site));
            let hint = "give this site a folder of its own with `--output DIR`, or take that one over with `--adopt`";
            Err(Fatal::one(Problem::error("config", message).hint(hint)))
        }
        Some(_) => Ok(()),
        None => {
            let names = if fs::kind(output)?.is_some() { fs::names(output)? } else { Vec::new() };
            // A first build that was killed may have come no further than the manifest's empty folder.
            let begun = |name: &str| {
                name == super::manifest::FOLDER
                    && fs::names(&output.join(name)).is_ok_and(|names| names.is_empty())
            };
            let ours = |name: &str| name.starts_with('.') || name == "CNAME" || begun(name);
            let foreign = names.iter().find(|name| !ours(name));
            let Some(name) = foreign.filter(|_| manifest.is_empty()) else { return Ok(()) };
            let message =
                format!("the output `{shown}` is not empty and was not made by backissue: it holds `{name}`");
            let hint = "choose an empty folder with `--output DIR`, or take this one over with `--adopt`; foreign files are kept";
            Err(Fatal::one(Problem::error("config", message).hint(hint)))
        }
    }
}

/// Two addresses decide. Where one of them is unknown, an output in the project's own folder is the project's; of
/// others the titles must agree, and without any address, something they were made from must be here.
fn same_site(theirs: &SiteName, manifest: &Manifest, (output, config): (&Path, &Config)) -> bool {
    let ours = &config.site;
    if !theirs.base_url.is_empty() && !ours.base_url.is_empty() {
        return theirs.base_url == ours.base_url;
    }
    if fs::canonical(&config.root).is_ok_and(|root| inside(output, &root)) {
        return true;
    }
    let named = !theirs.base_url.is_empty() || !ours.base_url.is_empty();
    let here = |source: &str| fs::kind(&config.folder(source)).is_ok_and(|kind| kind.is_some());
    theirs.title == ours.title
        && (named || manifest.content().next().is_none() || manifest.content().any(here))
}

fn describe(site: &SiteName) -> String {
    if site.base_url.is_empty() {
        format!("`{}`", site.title)
    } else {
        format!("`{}` at {}", site.title, site.base_url)
    }
}

/// Whether `path` is `folder` or lies in it. Compared as the least careful file system would.
fn inside(path: &Path, folder: &Path) -> bool {
    let fold = |path: &Path| -> Vec<String> {
        path.components()
            .map(|part| unicase::UniCase::new(part.as_os_str().to_string_lossy()).to_folded_case())
            .collect()
    };
    path.starts_with(folder) || fold(path).starts_with(&fold(folder))
}

/// The real path of something that may not exist yet: its deepest existing folder is resolved, the rest appended.
fn real_path(path: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let mut real = PathBuf::new();
    for part in absolute.components() {
        match part {
            // After a link is resolved, `..` means the folder above its target, as it does for the system.
            Component::ParentDir => {
                real.pop();
            }
            Component::CurDir => {}
            _ => {
                real.push(part);
                if fs::kind(&real)?.is_some() {
                    real = fs::canonical(&real)?;
                }
            }
        }
    }
    Ok(real)
}
