//! Cleans a folder of pages in the format of the cleaning sets, says how long it takes, and writes what was found as
//! JSON for the scorer.
//!
//! `cleaning DIR [OUT.json] [--folds MODELS]`: with `--folds`, each page is cleaned by the model in the folder
//! `MODELS` that has not seen its outlet.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a tool that measures, outside of the program"
)]

use anyhow::{Context as _, Result};
use backissue::clean::html::{Model, Page};
use serde_json::{Map, json};
use std::path::Path;
use std::time::{Duration, Instant};

#[path = "pages/mod.rs"]
mod pages;

fn main() -> Result<()> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let folds =
        args.iter().position(|it| it == "--folds").map(|at| args.drain(at..).nth(1).unwrap_or_default());
    let [folder, out @ ..] = args.as_slice() else {
        anyhow::bail!("usage: cleaning DIR [OUT.json] [--folds MODELS]")
    };
    let model = |name: String| -> Result<Model> {
        let bytes = std::fs::read(&name).with_context(|| format!("failed to read `{name}`"))?;
        Model::read(&bytes).with_context(|| format!("`{name}` is no model"))
    };
    let models = match folds {
        Some(folder) => {
            (0..5).map(|fold| model(format!("{folder}/fold{fold}.bin"))).collect::<Result<Vec<_>>>()?
        }
        None => vec![Model::own().clone()],
    };
    let folder = Path::new(folder);
    let mut found = Map::new();
    let (mut bytes, mut read, mut whole) = (0, Duration::ZERO, Duration::ZERO);
    for (id, outlet) in pages::list(folder)? {
        let html = pages::read(folder, &id)?;
        bytes += html.len();
        let start = Instant::now();
        let page = Page::read(&html);
        read += start.elapsed();
        let story = page.map(|page| page.story(&models[pages::fold(&outlet) as usize % models.len()]));
        let (text, markdown) = story.map(|story| (story.text(), story.markdown(None))).unwrap_or_default();
        whole += start.elapsed();
        found.insert(id, json!({ "text": text, "markdown": markdown }));
    }
    let pages = found.len().max(1);
    let each =
        |time: Duration| time.as_secs_f64() * 1000.0 / f64::from(u32::try_from(pages).unwrap_or(u32::MAX));
    println!(
        "{pages} pages of {} kB: {:.2} ms each, {:.2} of them to read and measure",
        bytes / pages / 1000,
        each(whole),
        each(read)
    );
    if let Some(out) = out.first() {
        std::fs::write(out, serde_json::to_string(&found)?)
            .with_context(|| format!("failed to write `{out}`"))?;
    }
    Ok(())
}
