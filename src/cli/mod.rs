//! Arguments, messages and exit codes. The only room that prints, and the only one that reads clock and environment.

#![expect(clippy::disallowed_methods, reason = "clock and environment are read here, once")]

mod build;
mod check;
mod completions;
mod eject;
mod explain;
mod import;
mod init;
mod man;
mod new;
mod progress;
mod qr;
mod report;
mod selection;
mod serve;
mod verify;
mod watch;

use crate::build::Run;
use crate::config::{Config, Flags};
use crate::fs;
use crate::problem::{Fatal, Problem};
use anyhow::Result;
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use jiff::Timestamp;
use report::Report;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use xxhash_rust::xxh3::Xxh3;

/// Turn a pile of news articles into a clean, browsable, durable static archive.
#[derive(Debug, Parser)]
#[command(name = "backissue", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Global {
    /// Work as if started in this folder: relative paths follow it
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true)]
    directory: Option<PathBuf>,
    /// Use this many threads [default: one a processor]
    #[arg(short, long, value_name = "N", global = true, value_parser = clap::value_parser!(u16).range(1..=512))]
    jobs: Option<u16>,
    /// Exit with status 1 if there is any problem
    #[arg(long, global = true)]
    strict: bool,
    /// Print errors and warnings only
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Print problems and results as JSON, one object a line
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create a project with a small sample archive
    Init(init::Init),
    /// Create an article dated today
    New(new::New),
    /// Clean raw files into articles
    Import(import::Import),
    /// Show why a raw file is cleaned as it is, block by block
    Explain(explain::Explain),
    /// Build the site
    Build(build::Build),
    /// Build the site again whenever something changes
    Watch(watch::WatchCommand),
    /// Show the site in a browser, as it would be published now
    Serve(serve::Serve),
    /// Look for mistakes without publishing anything
    Check(check::Check),
    /// Compare the published site with its manifest
    Verify(verify::Verify),
    /// Copy a file of the theme into the project, to change it
    Eject(eject::Eject),
    /// Print completions for a shell
    Completions(completions::Completions),
    /// Print the manual page, or write those of all commands to a folder
    Man(man::Man),
}

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version go to the standard output with status 0, wrong usage to the standard error with 2.
        Err(error) => {
            let code = ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
            if error.use_stderr() && std::env::args_os().any(|argument| argument == "--json") {
                report::usage(&error.to_string());
            } else {
                let _ = error.print();
            }
            return code;
        }
    };
    fs::heed_size_limit();
    let report =
        Report::new(&cli.global, std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()));
    let result = enter(&cli.global).and_then(|()| match cli.command {
        Command::Init(init) => init.run(&report),
        Command::New(new) => new.run(&report),
        Command::Import(import) => import.run(&cli.global, &report),
        Command::Explain(explain) => explain.run(&report),
        Command::Build(build) => build.run(&cli.global, &report),
        Command::Watch(watch) => watch.run(&cli.global, &report),
        Command::Serve(serve) => serve.run(&cli.global, &report),
        Command::Check(check) => check.run(&cli.global, &report),
        Command::Verify(verify) => verify.run(&cli.global, &report),
        Command::Eject(eject) => eject.run(&report),
        Command::Completions(completions) => {
            completions.run(definition(), &report);
            Ok(())
        }
        Command::Man(man) => man.run(definition(), &report),
    });
    match result {
        Ok(()) if report.failed() || (cli.global.strict && report.any()) => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let usage = error.downcast_ref::<Fatal>().is_some_and(Fatal::is_usage);
            report.failure(error);
            if usage { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

/// The definitions of all commands, for what is generated from them.
fn definition() -> clap::Command {
    Cli::command()
}

/// The threads that a command works on.
fn pool(global: &Global) -> Result<rayon::ThreadPool> {
    crate::build::pool(global.jobs.map_or(0, usize::from))
}

/// How builds are run. The program is known by its bytes: another version may make other pages of equal input.
fn run<'a>(global: &Global, home: Option<&'a Path>) -> Run<'a> {
    let mut program = Xxh3::new();
    let path = std::env::current_exe().ok();
    let read = path.and_then(|path| fs::read_pieces(&path, |piece| program.update(piece)).ok());
    let program = read.map(|()| program.digest128());
    Run { jobs: global.jobs.map_or(0, usize::from), home, program, patient: false }
}

/// Milliseconds since a moment, for results.
fn millis(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn enter(global: &Global) -> Result<()> {
    let Some(folder) = &global.directory else { return Ok(()) };
    std::env::set_current_dir(folder).map_err(|error| {
        Fatal::one(Problem::error("usage", format!("failed to enter `{}`: {error}", folder.display())))
    })
}

/// Reads the configuration of the project that the program was started in.
fn load(flags: Flags) -> Result<Config> {
    let now = match flags.now {
        Some(now) => Some(now),
        None => epoch()?,
    };
    let flags = Flags { now, clock: Timestamp::now(), ..flags };
    Config::load(&PathBuf::from("."), &flags)
}

/// The moment that a reproducible build is for: <https://reproducible-builds.org/specs/source-date-epoch/>
fn epoch() -> Result<Option<String>> {
    const NAME: &str = "SOURCE_DATE_EPOCH";
    let Some(text) = std::env::var_os(NAME).filter(|text| !text.is_empty()) else { return Ok(None) };
    let text = text.to_string_lossy();
    let moment = text.trim().parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let moment = moment.ok_or_else(|| {
        let problem =
            Problem::error("usage", format!("`{NAME}={text}` is not a number of seconds since 1970"));
        Fatal::one(problem.hint("unset it, or name the moment with `--now`"))
    })?;
    Ok(Some(moment.to_string()))
}

/// The user's home folder.
fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| !home.as_os_str().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
