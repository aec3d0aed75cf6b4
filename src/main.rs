//! The `backissue` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    backissue::cli::main()
}
