//! The output against its manifest: what is missing, changed or not listed. Nothing is written, no link is followed.
//!
//! Unlike a build, which takes every line of a manifest that it can read, this room is strict: the manifest's own
//! files must be whole too. What can be read of a damaged part is still compared.

use super::foreign::unknown;
use super::manifest::{self, Digest, FOLDER, INDEX, Index, PENDING, Record, part_of};
use super::output_name;
use crate::fs::{self, Kind};
use crate::problem::{Fatal, Problem};
use crate::route::OutPath;
use anyhow::Result;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const AGAIN: &str = "build again";

/// What a comparison found.
#[derive(Debug, Default)]
pub struct Verified {
    /// How many files the manifest lists, its own not counted.
    pub files: usize,
    /// What differs, sorted by file; what ails the manifest itself comes first.
    pub findings: Vec<Problem>,
}

/// Compares an output folder with its manifest.
pub fn verify(output: &Path) -> Result<Verified> {
    if fs::kind(output)?.is_none() {
        return Err(nothing(output, "does not exist"));
    }
    let output = fs::canonical(output)?;
    let mut listed = Listed::read(&output)?;
    let blocked = blocked(&output, &listed.records)?;
    let compare = |record: &Record| listed.compare(record, &blocked).transpose();
    let changed: Vec<Problem> =
        listed.records.par_iter().filter_map(|(_, record)| compare(record)).collect::<Result<_>>()?;
    let unlisted = listed.unlisted()?;
    listed.say_lost(&unlisted);
    let unlisted = unlisted.into_iter().filter(|(name, _)| !listed.lost.contains_key(&part_of(name)));
    let unlisted: Vec<Problem> = unlisted.map(|(_, problem)| problem).collect();
    listed.findings.extend(changed);
    listed.findings.extend(unlisted);
    let order = |problem: &Problem| (problem.code != "verify-manifest", problem.file.clone(), problem.line);
    listed.findings.sort_by_cached_key(order);
    Ok(Verified { files: listed.records.len(), findings: listed.findings })
}

/// The manifest as it is found.
struct Listed<'a> {
    output: &'a Path,
    /// How messages call the output.
    name: String,
    records: BTreeMap<String, Record>,
    findings: Vec<Problem>,
    /// Parts that nothing can be read of, and why: whether their files are listed, nobody knows.
    lost: BTreeMap<String, &'static str>,
    /// Parts of the manifest that may have listed more than can be read.
    damaged: BTreeSet<String>,
}

impl<'a> Listed<'a> {
    fn read(output: &'a Path) -> Result<Self> {
        let name = output_name(output);
        let (records, findings, lost, damaged) = Default::default();
        let mut listed = Self { output, name, records, findings, lost, damaged };
        let index = fs::kind(&output.join(INDEX))?;
        let folder = fs::kind(&output.join(FOLDER))?;
        if index.is_none() && folder.is_none() {
            return Err(nothing(output, "has no manifest"));
        }
        let parts = listed.parts(index)?;
        if folder.is_some_and(|kind| kind != Kind::Folder) {
            listed.manifest(FOLDER, "is not a folder, so nothing in it is read");
            return Ok(listed);
        }
        for part in parts.iter().flatten() {
            listed.part(part)?;
        }
        let names = if folder.is_some() { fs::names(&output.join(FOLDER))? } else { Vec::new() };
        for name in names.into_iter().map(|name| format!("{FOLDER}/{name}")) {
            let known = |parts: &Vec<Record>| parts.iter().any(|part| part.path == name);
            if name == PENDING {
                listed.manifest(&name, "a build was interrupted, or is at work");
            } else if !manifest::is_own(&name) {
                // Reported with the other files that are not listed.
            } else if parts.is_none() {
                // Better than nothing: each part names its files whether or not the index can be read.
                listed.lines(&name)?;
            } else if !parts.as_ref().is_some_and(known) {
                listed.manifest(&name, "`manifest.json` does not list this part");
            }
        }
        Ok(listed)
    }

    /// The parts that `manifest.json` lists; `None` if it cannot be read.
    fn parts(&mut self, index: Option<Kind>) -> Result<Option<Vec<Record>>> {
        match index {
            Some(Kind::File) => {}
            Some(_) => {
                self.manifest(INDEX, "is not a file");
                return Ok(None);
            }
            None => {
                self.manifest(INDEX, "is missing");
                return Ok(None);
            }
        }
        match serde_json::from_slice::<Index>(&fs::read(&self.output.join(INDEX), manifest::LIMIT)?) {
            Ok(index) => Ok(Some(index.files)),
            Err(error) => {
                self.manifest(INDEX, &format!("is damaged: {error}"));
                Ok(None)
            }
        }
    }

    fn part(&mut self, part: &Record) -> Result<()> {
        let below = part.path.strip_prefix(FOLDER).and_then(|path| path.strip_prefix('/'));
        if !below.is_some_and(|name| !name.contains('/') && OutPath::new(name).is_ok()) {
            self.manifest(INDEX, &format!("lists `{}`, which is no part of a manifest", part.path));
            return Ok(());
        }
        match fs::kind(&self.output.join(&part.path))? {
            None => {
                self.lost.insert(part.path.clone(), "is missing");
            }
            Some(Kind::File) => {
                let digest = self.lines(&part.path)?;
                if digest != part.sha256 {
                    self.damaged.insert(part.path.clone());
                    self.manifest(&part.path, "was changed: it has another hash than `manifest.json` lists");
                }
            }
            Some(_) => {
                self.lost.insert(part.path.clone(), "is not a file");
            }
        }
        Ok(())
    }

    /// Says which parts are lost, with the number of files that they may have listed.
    fn say_lost(&mut self, unlisted: &[(String, Problem)]) {
        for (part, reason) in self.lost.clone() {
            let files = unlisted.iter().filter(|(name, _)| part_of(name) == part).count();
            let message = match files {
                0 => reason.to_string(),
                1 => format!("{reason}; 1 file that it may have listed is not compared"),
                _ => format!("{reason}; {files} files that it may have listed are not compared"),
            };
            self.manifest(&part, &message);
        }
    }

    /// Takes the records of a part; gives its hash.
    fn lines(&mut self, part: &str) -> Result<Digest> {
        let path = self.output.join(part);
        if fs::kind(&path)? != Some(Kind::File) {
            self.manifest(part, "is not a file");
            return Ok(Digest::default());
        }
        let bytes = fs::read(&path, manifest::LIMIT)?;
        let lines = bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
        for (at, line) in lines {
            let problem = match serde_json::from_slice::<Record>(line) {
                Err(_) => "this line is damaged".to_string(),
                Ok(record) if !OutPath::new(&record.path).is_ok_and(|path| path.as_str() == record.path) => {
                    format!("`{}` cannot be the path of a published file", record.path)
                }
                Ok(record) => match self.records.insert(record.path.clone(), record) {
                    None => continue,
                    Some(twice) => format!("`{}` is listed twice", twice.path),
                },
            };
            self.add(Problem::error("verify-manifest", problem).at("", Some(at + 1), None), part);
        }
        Ok(Sha256::digest(&bytes).into())
    }

    /// What is wrong with a listed file. `blocked` are folders that are none.
    fn compare(&self, record: &Record, blocked: &BTreeSet<String>) -> Result<Option<Problem>> {
        let found = |problem: Problem| Ok(Some(self.place(problem, &record.path).hint(AGAIN)));
        let changed = |message: String| found(Problem::error("verify-changed", message));
        let above = record.path.match_indices('/').map(|(at, _)| &record.path[..at]);
        if let Some(folder) = above.into_iter().find(|folder| blocked.contains(*folder)) {
            return changed(format!("`{folder}` is a link or device; what it leads to is not read"));
        }
        let path = self.output.join(&record.path);
        match fs::kind(&path)? {
            Some(Kind::File) => {}
            None => return found(Problem::error("verify-missing", missing(record))),
            Some(Kind::Folder) => return changed("a folder stands in its place".to_string()),
            Some(Kind::Link | Kind::Other) => {
                return changed("a link or device stands in its place".to_string());
            }
        }
        let (mut size, mut hash) = (0, Sha256::new());
        let read = fs::read_pieces(&path, |piece| {
            size += piece.len() as u64;
            hash.update(piece);
        });
        if let Err(error) = read {
            let cause =
                std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            return changed(format!("the file could not be read{cause}"));
        }
        if size != record.size {
            return changed(format!("the file was changed: {size} bytes instead of {}", record.size));
        }
        if Digest::from(hash.finalize()) != record.sha256 {
            return changed(format!("the file was changed: {size} bytes as before, but others"));
        }
        Ok(None)
    }

    /// What a build would report as foreign, and links that it passes over; each with its path.
    fn unlisted(&self) -> Result<Vec<(String, Problem)>> {
        let found = unknown(self.output, |name| self.records.contains_key(name))?;
        let files = found.files.iter().map(|file| (&*file.name, "not listed in the manifest".to_string()));
        let skipped = found.problems.iter().filter_map(|problem| {
            let name = problem.file.as_deref().filter(|name| !name.starts_with('.'))?;
            let reason = problem.message.trim_start_matches("skipped: ");
            Some((name, format!("not listed in the manifest: {reason}")))
        });
        let index_damaged =
            self.findings.iter().any(|problem| problem.file.as_deref() == Some(&self.index()));
        let hint = |name: &str| {
            let is_known = !index_damaged && !self.damaged.contains(&part_of(name));
            if is_known { "remove it, or move it to `static/`" } else { AGAIN }
        };
        let all = files.chain(skipped.filter(|(name, _)| !self.records.contains_key(*name)));
        let problem = |(name, message): (&str, String)| {
            let problem = self.place(Problem::warning("verify-unlisted", message), name);
            (name.to_string(), problem.hint(hint(name)))
        };
        Ok(all.map(problem).collect())
    }

    /// How messages call `manifest.json`.
    fn index(&self) -> String {
        format!("{}/{INDEX}", self.name)
    }

    fn manifest(&mut self, file: &str, message: &str) {
        self.add(Problem::error("verify-manifest", message), file);
    }

    fn add(&mut self, problem: Problem, file: &str) {
        let problem = self.place(problem, file).hint(AGAIN);
        self.findings.push(problem);
    }

    fn place(&self, problem: Problem, file: &str) -> Problem {
        problem.file(format!("{}/{file}", self.name))
    }
}

fn missing(record: &Record) -> String {
    match record.source.as_str() {
        "" => "the file is missing".to_string(),
        source => format!("the file is missing; it was made from `{source}`"),
    }
}

/// Folders above listed files that are links or devices: nothing below them is ours.
fn blocked(output: &Path, records: &BTreeMap<String, Record>) -> Result<BTreeSet<String>> {
    let above = records.keys().flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at]));
    let mut blocked = BTreeSet::new();
    for folder in above.collect::<BTreeSet<_>>() {
        if matches!(fs::kind(&output.join(folder))?, Some(Kind::Link | Kind::Other)) {
            blocked.insert(folder.to_string());
        }
    }
    Ok(blocked)
}

fn nothing(output: &Path, reason: &str) -> anyhow::Error {
    let message = format!("`{}` {reason}, so there is nothing to compare", output.display());
    let hint = "build the site first, or name its folder with `--output DIR`";
    Fatal::one(Problem::error("verify-manifest", message).hint(hint))
}
