//! `backissue man`.

use super::report::Report;
use crate::fs;
use anyhow::Result;
use clap::{Args, Command};
use clap_mangen::Man as Page;
use serde_json::json;
use std::path::PathBuf;

/// Print the manual page, or write those of all commands to a folder
#[derive(Debug, Args)]
pub(super) struct Man {
    /// Write one page for the program and one for each command to this folder, such as `~/.local/share/man/man1`
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(self, definition: Command, report: &Report) -> Result<()> {
        // Without this, names and flags of the commands lack the program's.
        let mut definition = definition.disable_help_subcommand(true);
        definition.build();
        let Some(folder) = self.folder else {
            report.file(&page(&definition)?.1);
            return Ok(());
        };
        fs::create_folders(&folder)?;
        let commands = definition.get_subcommands().filter(|command| !command.is_hide_set());
        for command in std::iter::once(&definition).chain(commands) {
            let (name, bytes) = page(command)?;
            let path = folder.join(&name);
            fs::replace(&path, &bytes)?;
            report.data(&path.display().to_string(), &json!({"kind": "manual-page", "file": path}));
        }
        Ok(())
    }
}

/// A page's file name and text.
fn page(command: &Command) -> Result<(String, Vec<u8>)> {
    let page = Page::new(command.clone());
    let mut text = Vec::new();
    page.render(&mut text)?;
    Ok((page.get_filename(), text))
}
