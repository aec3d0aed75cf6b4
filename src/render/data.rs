//! Articles as data, for those who study an archive.

use super::{Bodies, Renderer};
use crate::plan::Data;
use anyhow::Result;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One article; the names of its fields are those of front matter, with addresses added.
#[derive(Serialize)]
pub(super) struct Record {
    url: String,
    title: String,
    subtitle: Option<String>,
    description: Option<String>,
    date: Option<String>,
    updated: Option<String>,
    lang: String,
    terms: BTreeMap<String, Vec<String>>,
    original_url: Option<String>,
    archived_url: Option<String>,
    first_published_by: Option<String>,
    rights: Option<String>,
    corrections: Vec<(Option<String>, String)>,
    body: u128,
    #[serde(skip)]
    article: usize,
}

impl Renderer<'_> {
    /// The articles of a data file, oldest first.
    pub(super) fn data(&self, data: Data, bodies: &Bodies) -> Vec<Record> {
        let ids = match data {
            Data::All => 0..self.archive.entries.len(),
            Data::Month(period) => self.archive.months[&period].clone(),
            Data::Undated => 0..self.archive.undated,
        };
        let live = ids.filter(|id| !self.archive.entries[*id].removed());
        live.map(|id| self.record(id, bodies)).collect()
    }

    fn record(&self, id: usize, bodies: &Bodies) -> Record {
        let entry = &self.archive.entries[id];
        let article = &entry.article;
        let from = &article.provenance;
        let terms = self.config.taxonomies.iter().enumerate().map(|(index, taxonomy)| {
            let terms = self.archive.terms_of(id, index);
            let names = terms.map(|term| self.archive.terms[index][term].name.clone()).collect();
            (taxonomy.name.clone(), names)
        });
        let date = |date: &crate::article::Date| date.to_string();
        Record {
            url: self.absolute(self.plan.addresses.article(id)),
            title: entry.title.clone(),
            subtitle: article.subtitle.clone(),
            description: article.description.clone(),
            date: article.date.as_ref().map(date),
            updated: article.updated.as_ref().map(date),
            lang: article.lang.clone().unwrap_or_else(|| self.config.site.lang.clone()),
            terms: terms.collect(),
            original_url: from.original_url.clone(),
            archived_url: from.archived_url.clone(),
            first_published_by: from.first_published_by.clone(),
            rights: from.rights.clone(),
            corrections: article
                .corrections
                .iter()
                .map(|correction| (correction.date.as_ref().map(date), correction.text.clone()))
                .collect(),
            body: (bodies.hash)(id),
            article: id,
        }
    }
}

pub(super) fn write(records: &[Record], data: Data, bodies: &Bodies, out: &mut Vec<u8>) -> Result<()> {
    let mut values = records.iter().map(|record| Ok(value(record, &(bodies.html)(record.article)?)));
    if data == Data::All {
        return values.try_for_each(|value: Result<Value>| {
            super::json(&value?, out);
            Ok(())
        });
    }
    super::json(&json!({"articles": values.collect::<Result<Vec<_>>>()?}), out);
    Ok(())
}

fn value(record: &Record, html: &str) -> Value {
    let corrections = record.corrections.iter().map(|(date, text)| json!({"date": date, "text": text}));
    json!({
        "url": record.url, "title": record.title, "subtitle": record.subtitle,
        "description": record.description, "date": record.date, "updated": record.updated,
        "lang": record.lang, "terms": record.terms, "original_url": record.original_url,
        "archived_url": record.archived_url, "first_published_by": record.first_published_by,
        "rights": record.rights, "corrections": corrections.collect::<Vec<_>>(), "html": html,
    })
}
