//! `backissue verify`.

use super::report::{Report, counted};
use super::{Global, millis, pool};
use crate::publish;
use anyhow::Result;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;

/// Compare the published site with its manifest
#[derive(Debug, Args)]
#[command(
    after_help = "Every listed file must have the hash that the manifest gives, and no other file may lie \
    beside them. The exit status is 1 if anything differs."
)]
pub(super) struct Verify {
    /// The site's folder; it needs no project
    #[arg(short, long, value_name = "DIR", default_value = "public")]
    output: PathBuf,
}

impl Verify {
    pub(super) fn run(self, global: &Global, report: &Report) -> Result<()> {
        let start = Instant::now();
        let verified = pool(global)?.install(|| publish::verify(&self.output))?;
        let (files, findings) = (verified.files, verified.findings.len());
        report.problems(&verified.findings);
        if findings > 0 {
            report.fail();
        }
        report.line(&format!("{} verified, {}", counted(files, "file"), counted(findings, "finding")));
        report.result(&json!({
            "kind": "verified",
            "files": files,
            "findings": findings,
            "millis": millis(start),
        }));
        Ok(())
    }
}
