//! Writes what the model sees of each block of each page in a folder of the cleaning sets, for `training/train.py`.
//!
//! `features DIR OUT [SCORES]`: `OUT.jsonl` has a line for each page with its blocks' words, `OUT.f32` a row for each
//! block: of the first look, or with `SCORES`, the first look's scores of all blocks, of the second.

#![expect(
    clippy::disallowed_methods,
    reason = "a tool for those who train the model, outside of the program"
)]

use anyhow::{Context as _, Result};
use backissue::clean::html::Page;
use std::io::Write as _;
use std::path::Path;

#[path = "pages/mod.rs"]
mod pages;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, out, scores @ ..] = args.as_slice() else {
        anyhow::bail!("usage: features DIR OUT [SCORES]")
    };
    let scores = match scores.first() {
        Some(file) => Some(std::fs::read(file).with_context(|| format!("failed to read `{file}`"))?),
        None => None,
    };
    let mut scores = scores.as_ref().map(|bytes| {
        bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
    });
    let mut lines = std::io::BufWriter::new(std::fs::File::create(format!("{out}.jsonl"))?);
    let mut rows = std::io::BufWriter::new(std::fs::File::create(format!("{out}.f32"))?);
    for (id, label) in pages::list(Path::new(folder))? {
        let html = pages::read(Path::new(folder), &id)?;
        let Ok(page) = Page::read(&html) else { continue };
        let mut found = page.first();
        if let Some(scores) = &mut scores {
            let of_page: Vec<f32> = scores.take(found.len()).collect();
            found = page.second(&found, &of_page);
        }
        let columns = found.first().map_or(0, Vec::len);
        let blocks: Vec<&str> = page.texts().collect();
        let silent: Vec<bool> = page.silent().collect();
        let containers: Vec<usize> = page.containers().collect();
        let line = serde_json::json!({
            "id": id, "fold": pages::fold(&label), "columns": columns, "blocks": blocks, "silent": silent, "containers": containers,
        });
        writeln!(lines, "{line}")?;
        for value in found.iter().flatten() {
            rows.write_all(&value.to_le_bytes())?;
        }
    }
    Ok(())
}
