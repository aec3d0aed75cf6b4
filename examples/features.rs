//! Writes what the model sees of each block of each page in a folder of the cleaning sets, for `training/train.py`.
//!
//! `features DIR OUT [SCORES]`: `OUT.jsonl` has a line for each page with its blocks' words, `OUT.f32` a row for each
//! block: of the first look, or with `SCORES`, the first look's scores of all blocks, of the second. The lexicon of these
//! rows is empty.
//!
//! `features --words TABLES DIR OUT`: `OUT.f32` has for each block what each lexicon of `TABLES` says of its words; for
//! pages of each fold there are as many of them, one fold's after the other.
//!
//! `features --text TEXTS.json OUT [MODELS [SCORES]]`: the same of plain texts, whose lines are joined by the model of
//! `MODELS` that has not seen the outlet; without, a row for each break between two lines. `OUT.u32` has the words of
//! each block as numbers, which its line in `OUT.jsonl` counts.

#![expect(
    clippy::disallowed_methods,
    reason = "a tool for those who train the model, outside of the program"
)]

use anyhow::{Context as _, Result};
use backissue::clean::html::{Lexicon, Page};
use backissue::clean::text::{Lines, Model, Text, tokens};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

#[path = "pages/mod.rs"]
mod pages;
#[path = "pages/texts.rs"]
mod texts;

/// Where lines about texts, rows of their blocks, and their words go.
struct Out {
    lines: BufWriter<File>,
    rows: BufWriter<File>,
    words: BufWriter<File>,
}

impl Out {
    fn create(name: &str) -> Result<Self> {
        let create = |end: &str| File::create(format!("{name}.{end}")).map(BufWriter::new);
        Ok(Self { lines: create("jsonl")?, rows: create("f32")?, words: create("u32")? })
    }

    fn write(&mut self, line: &serde_json::Value, rows: &[Vec<f32>]) -> Result<()> {
        writeln!(self.lines, "{line}")?;
        for value in rows.iter().flatten() {
            self.rows.write_all(&value.to_le_bytes())?;
        }
        Ok(())
    }

    /// Writes the words of some blocks, and tells how many each has.
    fn words<'a>(&mut self, blocks: impl Iterator<Item = &'a str>) -> Result<Vec<usize>> {
        let mut counts = Vec::new();
        for words in blocks.map(tokens) {
            for word in &words {
                self.words.write_all(&word.to_le_bytes())?;
            }
            counts.push(words.len());
        }
        Ok(counts)
    }
}

/// Scores, one after the other, if a file has them.
fn scores(file: Option<&String>) -> Result<Option<impl Iterator<Item = f32> + use<>>> {
    let Some(file) = file else { return Ok(None) };
    let bytes = std::fs::read(file).with_context(|| format!("failed to read `{file}`"))?;
    let scores: Vec<f32> =
        bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
    Ok(Some(scores.into_iter()))
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--text", texts, out] => breaks(texts, Out::create(out)?),
        ["--text", texts, out, models, ..] => blocks(texts, Out::create(out)?, models, args.get(4)),
        ["--words", tables, folder, out] => words(tables, Path::new(folder), Out::create(out)?),
        [folder, out, ..] => of_pages(Path::new(folder), Out::create(out)?, args.get(2)),
        _ => anyhow::bail!(
            "usage: features DIR OUT [SCORES] | features --words TABLES DIR OUT | features --text TEXTS.json OUT [MODELS [SCORES]]"
        ),
    }
}

fn of_pages(folder: &Path, mut out: Out, file: Option<&String>) -> Result<()> {
    let mut scores = scores(file)?;
    for (id, label) in pages::list(folder)? {
        let html = pages::read(folder, &id)?;
        let Ok(page) = Page::read(&html) else { continue };
        let mut found = page.first(&Lexicon::default());
        if let Some(scores) = &mut scores {
            let of_page: Vec<f32> = scores.take(found.len()).collect();
            found = page.second(&found, &of_page);
        }
        let columns = found.first().map_or(0, Vec::len);
        let blocks: Vec<&str> = page.texts().collect();
        let silent: Vec<bool> = page.silent().collect();
        let containers: Vec<usize> = page.containers().collect();
        let entries: Vec<&[u16]> = page.entries().collect();
        let line = serde_json::json!({
            "id": id, "fold": pages::fold(&label), "columns": columns, "blocks": blocks, "silent": silent, "containers": containers,
            "entries": entries,
        });
        out.write(&line, &found)?;
    }
    Ok(())
}

/// What each lexicon of a page's fold says of its blocks.
fn words(tables: &str, folder: &Path, mut out: Out) -> Result<()> {
    let bytes = std::fs::read(tables).with_context(|| format!("failed to read `{tables}`"))?;
    let (mut rest, mut lexicons) = (bytes.as_slice(), Vec::new());
    while let Some(lexicon) = Lexicon::read(&mut rest) {
        lexicons.push(lexicon);
    }
    let views = lexicons.len() / 5;
    for (id, outlet) in pages::list(folder)? {
        let html = pages::read(folder, &id)?;
        let Ok(page) = Page::read(&html) else { continue };
        let fold = pages::fold(&outlet) as usize;
        let own = &lexicons[fold * views..][..views];
        let row = |entries| own.iter().flat_map(|lexicon| lexicon.row(entries)).collect::<Vec<f32>>();
        let rows: Vec<Vec<f32>> = page.entries().map(row).collect();
        out.write(&serde_json::json!({ "id": id }), &rows)?;
    }
    Ok(())
}

/// A row for each break between lines that might be one.
fn breaks(texts: &str, mut out: Out) -> Result<()> {
    for text in texts::list(texts)? {
        let lines = Lines::of(&text.input);
        let breaks: Vec<usize> = lines.breaks().collect();
        let rows: Vec<Vec<f32>> = breaks.iter().map(|at| lines.row(*at)).collect();
        let all: Vec<&str> = lines.texts().collect();
        let columns = rows.first().map_or(0, Vec::len);
        let line = serde_json::json!({
            "id": text.id, "fold": pages::fold(&text.outlet), "columns": columns, "lines": all, "breaks": breaks,
        });
        out.write(&line, &rows)?;
    }
    Ok(())
}

/// A row for each block.
fn blocks(texts: &str, mut out: Out, models: &str, file: Option<&String>) -> Result<()> {
    let mut scores = scores(file)?;
    let texts = texts::list(texts)?;
    let models = pages::folds(models, Model::read)?;
    let found = texts::held(&texts, |outlet| &models[pages::fold(outlet) as usize]);
    for (text, (blocks, held)) in texts.iter().zip(found) {
        let model = &models[pages::fold(&text.outlet) as usize];
        let measured = Text::new(&blocks, text.title.as_deref(), &held, &model.lexicon);
        let mut rows = measured.first();
        if let Some(scores) = &mut scores {
            let of_text: Vec<f32> = scores.take(rows.len()).collect();
            rows = measured.second(&rows, &of_text);
        }
        let columns = rows.first().map_or(0, Vec::len);
        let all: Vec<&str> = blocks.texts().collect();
        let words = out.words(blocks.texts())?;
        let line = serde_json::json!({
            "fold": pages::fold(&text.outlet), "columns": columns, "blocks": all, "words": words,
        });
        out.write(&line, &rows)?;
    }
    Ok(())
}
