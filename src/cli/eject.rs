//! `backissue eject`.

use super::load;
use super::report::Report;
use crate::config::Flags;
use crate::fs;
use crate::problem::{Fatal, Problem, nearest};
use crate::theme;
use anyhow::Result;
use clap::Args;
use serde_json::json;

/// Copy a file of the theme into the project, to change it
#[derive(Debug, Args)]
#[command(
    after_help = "The copy in `templates/` stands in for the theme's own file from then on. Without FILE, the \
    theme's files are listed."
)]
pub(super) struct Eject {
    /// A template, an asset or the words of a language: `article.html`, `assets/style.css`, `i18n/en.yaml`
    #[arg(value_name = "FILE")]
    file: Option<String>,
}

impl Eject {
    pub(super) fn run(self, report: &Report) -> Result<()> {
        let Some(name) = self.file else {
            for name in names() {
                report.data(&name, &json!({"kind": "theme-file", "file": name}));
            }
            return Ok(());
        };
        let bytes = theme::embedded(&name).ok_or_else(|| unknown(&name))?;
        let target = format!("{}/{name}", theme::FOLDER);
        let path = load(Flags::default())?.root.join(&target);
        if fs::kind(&path)?.is_some() {
            let message = format!("`{target}` exists already");
            let hint = "edit it, or move it away to get the theme's own";
            return Err(Fatal::one(Problem::error("template", message).hint(hint)));
        }
        fs::create(&path, &bytes)?;
        report.data(&target, &json!({"kind": "ejected", "file": target}));
        Ok(())
    }
}

fn names() -> Vec<String> {
    let mut names = theme::embedded_names();
    names.sort();
    names
}

fn unknown(name: &str) -> anyhow::Error {
    let names = names();
    let file = names.iter().map(String::as_str).find(|known| known.rsplit('/').next() == Some(name));
    let known = file.or_else(|| nearest(name, names.iter().map(String::as_str)));
    let message = format!("the theme has no file `{name}`");
    let problem = Problem::error("usage", message);
    Fatal::one(match known {
        Some(known) => problem.hint(format!("did you mean `{known}`? `backissue eject` lists all")),
        None => problem.hint("`backissue eject` lists all"),
    })
}
