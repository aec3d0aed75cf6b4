//! Names that every file system can store, for the parts of configured paths.

/// Longest part; the slug in it counts with its longest.
const LONGEST: usize = 200;

/// Checks one file's or folder's name of plain letters; the error completes "path … ".
pub(super) fn check(name: &str) -> Result<(), String> {
    if name.len() > LONGEST {
        return Err(format!("has a name longer than {LONGEST} bytes"));
    }
    if name.ends_with('.') {
        return Err(format!("holds `{name}`, which ends in a dot"));
    }
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
    let device = numbered.is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()));
    if device || matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") {
        return Err(format!("holds `{name}`, the name of a device on some systems"));
    }
    Ok(())
}
