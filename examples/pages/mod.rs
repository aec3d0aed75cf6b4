//! Folders of pages with their truth, as the programs here read them: `gt.json` and `html/ID.html`.

#![expect(clippy::disallowed_methods, reason = "a tool beside the program")]

use anyhow::{Context as _, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The pages of a folder, each with its outlet.
pub fn list(folder: &Path) -> Result<Vec<(String, String)>> {
    let file = folder.join("gt.json");
    let missing = || format!("there is no `{}`: a folder needs it, and the pages in `html/`", file.display());
    let text = std::fs::read_to_string(&file).with_context(missing)?;
    let pages: BTreeMap<String, Value> = serde_json::from_str(&text)?;
    let outlet = |id: &str, page: &Value| match page["outlet"].as_str() {
        Some(outlet) if !outlet.is_empty() => outlet.to_string(),
        _ => id.to_string(),
    };
    Ok(pages.iter().map(|(id, page)| (id.clone(), outlet(id, page))).collect())
}

/// The text of a page: in UTF-8, or as the page says, or as the bytes look.
pub fn read(folder: &Path, id: &str) -> Result<String> {
    let file = folder.join("html").join(format!("{id}.html"));
    let bytes = std::fs::read(&file).with_context(|| format!("failed to read `{}`", file.display()))?;
    if let Ok(text) = std::str::from_utf8(&bytes) {
        return Ok(text.trim_start_matches('\u{feff}').to_string());
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_lowercase();
    let said = head.split("charset=").nth(1).map(|rest| {
        let rest = rest.trim_start_matches(['"', '\'']);
        rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .next()
            .unwrap_or_default()
            .to_string()
    });
    let encoding = said.and_then(|said| encoding_rs::Encoding::for_label(said.as_bytes()));
    let encoding = encoding.unwrap_or_else(|| {
        let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
        detector.feed(&bytes, true);
        detector.guess(None, chardetng::Utf8Detection::Allow)
    });
    Ok(encoding.decode(&bytes).0.into_owned())
}

/// Which fifth of the outlets this one is in.
pub fn fold(outlet: &str) -> u32 {
    (xxhash_rust::xxh3::xxh3_64(outlet.as_bytes()) % 5) as u32
}

/// The models that were learned without each fifth of the outlets.
pub fn folds<M>(folder: &str, read: impl Fn(&[u8]) -> Option<M>) -> Result<Vec<M>> {
    let model = |fold: u32| {
        let file = format!("{folder}/fold{fold}.bin");
        let bytes = std::fs::read(&file).with_context(|| format!("failed to read `{file}`"))?;
        read(&bytes).with_context(|| format!("`{file}` is no model"))
    };
    (0..5).map(model).collect()
}
