//! `backissue init`.

use super::report::Report;
use crate::config;
use crate::fs;
use crate::problem::{Fatal, Problem};
use anyhow::Result;
use clap::Args;
use rust_embed::RustEmbed;
use std::path::{Path, PathBuf};

const CONFIGURATION: &str = include_str!("../../archive.yaml");
const IGNORED: &str = "/public/\n/.backissue/\n";

#[derive(RustEmbed)]
#[folder = "content/"]
struct Sample;

/// Create a project with a small sample archive
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The project's folder; existing articles in it are kept and get no sample beside them
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

impl Init {
    pub(super) fn run(self, report: &Report) -> Result<()> {
        let folder = &self.folder;
        if fs::kind(&folder.join(config::FILE))?.is_some() {
            let message =
                format!("`{}` is a project already: it has an `{}`", folder.display(), config::FILE);
            return Err(Fatal::one(Problem::error("config", message).hint("choose another folder")));
        }
        let mut written = 0;
        let mut configuration = CONFIGURATION.to_string();
        if fs::kind(&folder.join("content"))?.is_some() {
            configuration = own_configuration(folder);
        } else {
            for name in Sample::iter() {
                let Some(file) = Sample::get(&name) else { continue };
                fs::create(&folder.join("content").join(Path::new(name.as_ref())), &file.data)?;
                written += 1;
            }
        }
        if fs::kind(&folder.join(".gitignore"))?.is_none() {
            fs::create(&folder.join(".gitignore"), IGNORED.as_bytes())?;
            written += 1;
        }
        // Last, so that a project that was only begun can be begun again.
        fs::create(&folder.join(config::FILE), configuration.as_bytes())?;
        report.line(&format!("{} files written to `{}`", written + 1, folder.display()));
        let enter =
            if folder == Path::new(".") { String::new() } else { format!("-C {} ", folder.display()) };
        report.line(&format!("next: `backissue {enter}build`"));
        report.result(&serde_json::json!({"kind": "initialised", "written": written + 1}));
        Ok(())
    }
}

/// What an archive that has articles already begins with: named for its folder, nothing else claimed.
fn own_configuration(folder: &Path) -> String {
    let name = std::path::absolute(folder).ok();
    let name = name.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let title = serde_json::Value::from(name.unwrap_or_else(|| "News archive".to_string()));
    format!(
        "# What can be set here: see \"Configuration\" in the README.\ntitle: {title}\n# base_url: https://example.org\n"
    )
}
