//! `backissue import`.

use super::report::{Report, plain};
use super::{Global, load, millis, pool};
use crate::config::Flags;
use crate::import;
use anyhow::Result;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;

/// Paths shown in the summary.
const SHOWN: usize = 10;

/// Clean raw files into articles
#[derive(Debug, Args)]
pub(super) struct Import {
    /// Text files, folders of them, or `-` for the standard input
    #[arg(required = true, value_name = "FILE|DIR|-")]
    inputs: Vec<PathBuf>,
}

impl Import {
    pub(super) fn run(self, global: &Global, report: &Report) -> Result<()> {
        let start = Instant::now();
        let config = load(Flags::default())?;
        let imported = pool(global)?.install(|| import::import(&config, &self.inputs, &|_| {}))?;
        report.problems(&imported.problems);
        report.result(&json!({
            "kind": "imported",
            "written": imported.written,
            "rewritten": imported.rewritten,
            "unchanged": imported.unchanged,
            "edited": imported.edited.len(),
            "rejected": imported.rejected,
            "millis": millis(start),
        }));
        for name in imported.written.iter().chain(&imported.rewritten).take(SHOWN) {
            report.line(&format!("  {}", plain(name)));
        }
        report.line(&format!(
            "{} written, {} rewritten, {} unchanged, {} edited by hand and kept, {} rejected in {:.2} s",
            imported.written.len(),
            imported.rewritten.len(),
            imported.unchanged,
            imported.edited.len(),
            imported.rejected,
            start.elapsed().as_secs_f64()
        ));
        Ok(())
    }
}
