//! `backissue completions`.

use super::report::Report;
use clap::{Args, Command};
use clap_complete::Shell;

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(
    after_help = "For bash: `backissue completions bash > ~/.local/share/bash-completion/completions/backissue`"
)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, mut definition: Command, report: &Report) {
        let name = definition.get_name().to_string();
        // Into memory first: the generator panics where the reader closes the pipe.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut definition, name, &mut script);
        report.file(&script);
    }
}
