//! Arrows between rooms point one way: each uses only rooms above it, and only those the table allows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Rooms in the order of `lib.rs`, each with the rooms it may use. All may use `problem`, all after it `config`.
const ROOMS: &[(&str, &str)] = &[
    ("problem", ""),
    ("yaml", ""),
    ("fs", ""),
    ("article", "yaml"),
    ("config", "article fs yaml"),
    ("route", ""),
    ("raw", "fs"),
    ("markdown", ""),
    ("clean", "article markdown raw"),
    ("import", "article clean fs raw route yaml"),
    ("theme", "fs route yaml"),
    ("content", "article fs route"),
    ("archive", "article route"),
    ("plan", "archive article route"),
    ("render", "archive article markdown plan route theme yaml"),
    ("publish", "fs route"),
    ("cache", "archive fs"),
    ("build", "archive article cache content fs markdown plan publish render route theme"),
    ("watch", "fs"),
    ("serve", "build"),
    ("cli", "archive article build clean fs import publish route serve theme watch"),
];

/// Rooms that touch no disk, clock, environment or terminal.
const PURE: &[&str] =
    &["problem", "yaml", "article", "route", "clean", "markdown", "archive", "plan", "render"];

fn sources(room: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(&folder).into_iter().filter_map(Result::ok);
    files
        .filter(|file| file.path().extension().is_some_and(|end| end == "rs"))
        .map(|file| {
            let name = file.path().strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
            (name, fs::read_to_string(file.path()).unwrap())
        })
        .filter(|(name, _)| name.starts_with(&format!("{room}/")) || *name == format!("{room}.rs"))
        .filter(|(name, _)| !is_test(&folder, name))
        .collect()
}

/// Whether a file is declared for tests only.
fn is_test(folder: &Path, name: &str) -> bool {
    let path = folder.join(name);
    let module = fs::read_to_string(path.with_file_name("mod.rs")).unwrap_or_default();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let declared =
        |rest: &str| rest.lines().find(|line| !line.starts_with("#[")) == Some(&format!("mod {stem};"));
    module.split("#[cfg(test)]\n").skip(1).any(declared)
}

/// The code before the unit tests.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn used(text: &str) -> BTreeSet<String> {
    let first_word =
        |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut rooms: BTreeSet<String> =
        text.split("crate::").skip(1).map(first_word).filter(|word| !word.is_empty()).collect();
    for group in text.split("use crate::{").skip(1) {
        let mut depth = 0;
        let mut word = String::new();
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' => word.clear(),
                c if depth == 0 && (c.is_alphanumeric() || c == '_') => word.push(c),
                _ => {
                    rooms.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
                }
            }
        }
        rooms.extend((!word.is_empty()).then_some(word));
    }
    rooms
}

#[test]
fn rooms_are_declared_in_order() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let declared: Vec<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let table: Vec<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    assert_eq!(declared, table);
}

#[test]
fn no_arrow_points_the_wrong_way() {
    let order: BTreeMap<&str, usize> = ROOMS.iter().enumerate().map(|(at, (room, _))| (*room, at)).collect();
    for (room, allowed) in ROOMS {
        let mut allowed: BTreeSet<&str> = allowed.split_whitespace().collect();
        allowed.extend([*room, "problem"]);
        allowed.extend((order["config"] < order[room]).then_some("config"));
        let files = sources(room);
        assert!(!files.is_empty(), "room `{room}` is empty");
        for (file, text) in files {
            for other in used(&code(&text)) {
                assert!(order.contains_key(other.as_str()), "{file} uses `{other}`, which is no room");
                assert!(allowed.contains(other.as_str()), "{file} uses `{other}`, which `{room}` may not");
            }
        }
    }
}

#[test]
fn pure_rooms_touch_nothing_outside() {
    for room in PURE {
        for (file, text) in sources(room) {
            let code = code(&text);
            for outside in [
                "std::fs",
                "std::env",
                "std::net",
                "std::process",
                "SystemTime",
                "Instant",
                "Timestamp::now",
                "println!",
            ] {
                assert!(!code.contains(outside), "{file} uses `{outside}`");
            }
        }
    }
}
