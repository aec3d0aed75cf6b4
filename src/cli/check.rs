//! `backissue check`.

use super::progress::Bar;
use super::report::{Report, counted};
use super::selection::Selection;
use super::{Global, load, millis, run};
use crate::build;
use crate::config::Flags;
use crate::problem::Level;
use crate::publish::hosts::{self, HOSTS, Host};
use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;

/// Look for mistakes without publishing anything
#[derive(Debug, Args)]
#[command(
    after_help = "Reports what a build would report, and links, anchors, images and aliases that lead nowhere. \
    The exit status is 1 if there is an error or a warning."
)]
pub(super) struct Check {
    /// Compare the published site with the limits of a host as well
    #[arg(long, value_name = "NAME", value_parser = known_host())]
    host: Option<&'static Host>,
    /// The published site, for `--host` [default: public]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    #[command(flatten)]
    selection: Selection,
}

impl Check {
    pub(super) fn run(self, global: &Global, report: &Report) -> Result<()> {
        let start = Instant::now();
        let config = load(Flags { output: self.output, ..self.selection.into() })?;
        let limits =
            self.host.map(|host| hosts::check(&config.output, host)).transpose()?.unwrap_or_default();
        let bar = Bar::new(report);
        let checked = build::check(&config, &run(global, None), &|event| bar.on(event));
        bar.finish();
        let mut checked = checked?;
        checked.findings.extend(limits);
        let (articles, findings) = (checked.articles, checked.findings.len());
        report.problems(&checked.findings);
        if checked.findings.iter().any(|finding| finding.level > Level::Note) {
            report.fail();
        }
        report.line(&format!("{} checked, {}", counted(articles, "article"), counted(findings, "finding")));
        report.result(&json!({
            "kind": "checked",
            "articles": articles,
            "findings": findings,
            "millis": millis(start),
        }));
        Ok(())
    }
}

fn known_host() -> impl TypedValueParser<Value = &'static Host> {
    let names =
        HOSTS.iter().map(|host| PossibleValue::new(host.name).aliases(host.name.strip_suffix("-pages")));
    PossibleValuesParser::new(names).map(|name| hosts::host(&name).expect("only known names are accepted"))
}
