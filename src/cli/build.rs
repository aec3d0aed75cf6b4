//! `backissue build`.

use super::progress::Bar;
use super::report::{Report, counted, plain};
use super::selection::Selection;
use super::{Global, home, load, millis, run};
use crate::archive::Reason;
use crate::build::{self, Built};
use crate::config::{Config, Flags};
use anyhow::Result;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Build the site
#[derive(Debug, Args)]
pub(super) struct Build {
    #[command(flatten)]
    target: Target,
}

/// What is published, and where.
#[derive(Debug, Args)]
pub(super) struct Target {
    /// Write the site to this folder [default: public]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Take over an output folder that holds something else; files that are not ours are kept
    #[arg(long)]
    adopt: bool,
    #[command(flatten)]
    selection: Selection,
}

impl Target {
    /// Where the site goes, from the project.
    pub(super) fn output(&self) -> &Path {
        self.output.as_deref().unwrap_or(Path::new("public"))
    }
}

impl From<Target> for Flags {
    fn from(target: Target) -> Self {
        Self { output: target.output, adopt: target.adopt, ..target.selection.into() }
    }
}

impl Build {
    pub(super) fn run(self, global: &Global, report: &Report) -> Result<()> {
        let start = Instant::now();
        let config = load(self.target.into())?;
        let bar = Bar::new(report);
        let home = home();
        let built = build::build(&config, &run(global, home.as_deref()), &|event| bar.on(event));
        bar.finish();
        let built = built?;
        report.problems(&built.problems);
        report.result(&summary(&built, millis(start)));
        tell(&built, &config, start, report);
        Ok(())
    }
}

pub(super) fn summary(built: &Built, millis: u64) -> serde_json::Value {
    let withheld = |reason: Reason| built.withheld.get(&reason).map_or(0, Vec::len);
    let withheld: serde_json::Map<_, _> =
        Reason::ALL.iter().map(|reason| (reason.name().to_string(), withheld(*reason).into())).collect();
    json!({
        "kind": "built",
        "articles": built.articles,
        "pages": built.pages,
        "written": built.written,
        "unchanged": built.unchanged,
        "removed": built.removed,
        "withheld": withheld,
        "set_aside": built.set_aside.len(),
        "millis": millis,
    })
}

/// What is not published, and why.
pub(super) fn tell_withheld(built: &Built, report: &Report) {
    /// Paths shown for each reason.
    const SHOWN: usize = 10;
    let count: usize = built.withheld.values().map(Vec::len).sum();
    if count > 0 {
        let reasons =
            built.withheld.iter().map(|(reason, sources)| format!("{} {}", reason.name(), sources.len()));
        report.line(&format!("withheld: {count} ({})", reasons.collect::<Vec<_>>().join(", ")));
        for (reason, sources) in &built.withheld {
            for source in sources.iter().take(SHOWN) {
                report.line(&format!("  {}: {}", reason.name(), plain(source)));
            }
            if sources.len() > SHOWN {
                report.line(&format!("  {}: … and {} more", reason.name(), sources.len() - SHOWN));
            }
        }
    }
    if !built.set_aside.is_empty() {
        report.line(&format!(
            "set aside: {} (see the errors above; pages they had are kept)",
            built.set_aside.len()
        ));
    }
}

fn tell(built: &Built, config: &Config, start: Instant, report: &Report) {
    tell_withheld(built, report);
    report.line(&format!(
        "{}: {} written, {} unchanged, {} removed in {:.2} s",
        counted(built.articles, "article"),
        built.written,
        built.unchanged,
        built.removed,
        start.elapsed().as_secs_f64()
    ));
    if built.written + built.removed > 0 {
        let output = config.output.strip_prefix(".").unwrap_or(&config.output).display();
        let base = &config.site.base_path;
        report.line(&format!(
            "the site is in `{output}`, to be served at {base}/; look at it: `backissue serve`"
        ));
    }
}
