//! Plain texts with their truth, as the programs here read them: a list of `{"id", "mode", "outlet", "input", …}`. The
//! texts of one mode are those that were imported together.

use anyhow::{Context as _, Result};
use backissue::clean::evidence::{Evidence, Held};
use backissue::clean::text::{Blocks, Model};
use std::collections::BTreeMap;

/// A text.
#[derive(serde::Deserialize)]
pub struct Text {
    pub id: String,
    pub mode: String,
    pub outlet: String,
    pub input: String,
    /// What it is called, if that is said.
    #[serde(default)]
    pub title: Option<String>,
}

/// Reads a list of texts.
pub fn list(file: &str) -> Result<Vec<Text>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("failed to read `{file}`"))?;
    Ok(serde_json::from_str(&text)?)
}

/// The blocks of each text, and what the others of its outlet hold of it.
pub fn held<'a>(texts: &[Text], model: impl Fn(&str) -> &'a Model) -> Vec<(Blocks, Vec<f32>)> {
    let blocks: Vec<Blocks> = texts.iter().map(|text| Blocks::of(&text.input, model(&text.outlet))).collect();
    let mut together: BTreeMap<&str, Evidence> = BTreeMap::new();
    let noted = texts.iter().zip(&blocks).map(|(text, blocks)| {
        let held = Held::of(blocks.texts());
        (together.entry(&text.mode).or_default().note(&text.outlet, &held), held)
    });
    let noted: Vec<_> = noted.collect();
    let found = texts.iter().zip(blocks).zip(noted);
    found
        .map(|((text, blocks), (noted, held))| (blocks, together[text.mode.as_str()].held(noted, &held)))
        .collect()
}
