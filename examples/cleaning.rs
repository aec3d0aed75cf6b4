//! Cleans a folder of pages in the format of the cleaning sets, says how long it takes, and writes what was found as
//! JSON for the scorer.
//!
//! `cleaning DIR [OUT.json] [--folds MODELS]`: with `--folds`, each page is cleaned by the model in the folder
//! `MODELS` that has not seen its outlet. `cleaning --text TEXTS.json [OUT.json] [--folds MODELS]`: the same of plain
//! texts, those of one mode being imported together, as are all pages of a folder.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a tool that measures, outside of the program"
)]

use anyhow::{Context as _, Result};
use backissue::clean::evidence::{Evidence, Held};
use backissue::clean::html::{Page, model as own};
use backissue::clean::{self, Model, text};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

#[path = "pages/mod.rs"]
mod pages;
#[path = "pages/texts.rs"]
mod texts;

/// What was found, by the text's name, and how long it took.
#[derive(Default)]
struct Done {
    found: Map<String, Value>,
    bytes: usize,
    read: Duration,
    whole: Duration,
}

fn main() -> Result<()> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut option = |name: &str| {
        let at = args.iter().position(|it| it == name)?;
        args.drain(at..at + 2.min(args.len() - at)).nth(1)
    };
    let (text, folds) = (option("--text"), option("--folds"));
    let (done, out) = match (text, args.as_slice()) {
        (Some(texts), out) => (of_texts(&texts, folds.as_deref())?, out),
        (None, [folder, out @ ..]) => (of_pages(Path::new(folder), folds.as_deref())?, out),
        _ => anyhow::bail!("usage: cleaning (DIR | --text TEXTS.json) [OUT.json] [--folds MODELS]"),
    };
    let count = done.found.len().max(1);
    let each =
        |time: Duration| time.as_secs_f64() * 1000.0 / f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    println!(
        "{count} of {} kB: {:.2} ms each, {:.2} of them to read and measure",
        done.bytes / count / 1000,
        each(done.whole),
        each(done.read)
    );
    if let Some(out) = out.first() {
        std::fs::write(out, serde_json::to_string(&done.found)?)
            .with_context(|| format!("failed to write `{out}`"))?;
    }
    Ok(())
}

fn of_pages(folder: &Path, folds: Option<&str>) -> Result<Done> {
    let models = match folds {
        Some(folder) => pages::folds(folder, Model::read)?,
        None => vec![own().clone()],
    };
    let mut done = Done::default();
    let mut evidence = Evidence::default();
    let mut read = Vec::new();
    for (id, outlet) in pages::list(folder)? {
        let html = pages::read(folder, &id)?;
        done.bytes += html.len();
        let start = Instant::now();
        let page = Page::read(&html).ok();
        let noted = page.as_ref().map(|page| {
            let held = Held::of(page.texts());
            (evidence.note(&outlet, &held), held)
        });
        done.read += start.elapsed();
        read.push((id, outlet, page.zip(noted)));
    }
    done.whole = done.read;
    for (id, outlet, page) in read {
        let start = Instant::now();
        let story = page.map(|(page, (noted, held))| {
            let model = &models[pages::fold(&outlet) as usize % models.len()];
            page.story_among(model, &evidence.held(noted, &held))
        });
        done.whole += start.elapsed();
        let (text, markdown) = story.map(|story| (story.text(), story.markdown(None))).unwrap_or_default();
        done.found.insert(id, json!({ "text": text, "markdown": markdown }));
    }
    Ok(done)
}

fn of_texts(texts: &str, folds: Option<&str>) -> Result<Done> {
    let models = match folds {
        Some(folder) => pages::folds(folder, text::Model::read)?,
        None => vec![text::Model::own().clone()],
    };
    let model = |outlet: &str| &models[pages::fold(outlet) as usize % models.len()];
    let texts = texts::list(texts)?;
    let start = Instant::now();
    let held = texts::held(&texts, model);
    let mut done = Done { read: start.elapsed(), ..Done::default() };
    for (text, (blocks, held)) in texts.iter().zip(held) {
        done.bytes += text.input.len();
        let made = clean::from_text(blocks, text.title.as_deref(), &held, model(&text.outlet));
        let (title, story) = made.map_or((None, String::new()), |made| (made.article.title, made.text));
        done.found.insert(format!("{}|{}", text.id, text.mode), json!({ "text": story, "title": title }));
    }
    done.whole = start.elapsed();
    Ok(done)
}
