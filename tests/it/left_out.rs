//! What a machine cannot check, said where it is seen.

use std::io::Write as _;

/// Says which check is left out and why. The test passes, and what a test that passes prints is kept back: so it is
/// written past that.
pub fn left_out(check: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "left out: {check}: {why}");
}
