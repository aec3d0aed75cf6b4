//! The preview in a real browser. The checks themselves are in `.ci/pages/serve.mjs`.

use crate::left_out::left_out;
use crate::site::PROGRAM;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is missing on this machine, with how to get it.
fn missing(folder: &Path) -> Vec<&'static str> {
    let chromium = std::env::var_os("CHROMIUM").map_or("/usr/bin/chromium".into(), PathBuf::from);
    let there = [
        (chromium.exists(), "Chromium (Debian's `chromium`, or its path in `CHROMIUM`)"),
        (Command::new("node").arg("--version").output().is_ok(), "`node`"),
        (folder.join("node_modules/playwright-core").exists(), "`playwright-core` (`npm ci` in `.ci/pages`)"),
    ];
    there.into_iter().filter(|(there, _)| !there).map(|(_, name)| name).collect()
}

#[test]
fn open_pages_follow_in_a_browser() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/pages");
    let missing = missing(&folder);
    if !missing.is_empty() {
        let check =
            "the preview in a browser: edits, style sheets, templates, errors, scrolling, console and policy";
        return left_out(check, &format!("there is no {}; `.ci/run` does it", missing.join(", no ")));
    }
    let run = Command::new("node").arg("serve.mjs").arg(PROGRAM).current_dir(folder).output().unwrap();
    let said = [run.stdout, run.stderr].concat();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&said));
}
