//! Removal of what is ours and no longer planned.

use super::manifest::Line;
use super::{Kept, Record, Site, output_name, places};
use crate::fs::{self, Kind};
use crate::problem::{Fatal, Problem};
use crate::route::OutPath;
use anyhow::Result;
use std::collections::{BTreeSet, HashMap};

/// Old files on their way out.
pub(super) struct Prune<'a> {
    site: &'a Site,
    /// Paths to remove.
    out: BTreeSet<String>,
    /// Records of what stays.
    stay: Vec<Record>,
    /// Files edited by hand.
    changed: Vec<String>,
    removed: usize,
}

impl<'a> Prune<'a> {
    /// Finds what is ours and no longer planned; `planned` is sorted by path.
    pub(super) fn new(site: &'a Site, planned: &[Line], kept: &Kept) -> Result<Self> {
        let mut prune =
            Self { site, out: BTreeSet::new(), stay: Vec::new(), changed: Vec::new(), removed: 0 };
        let records = site.found.records();
        let is_planned = places(records.iter().map(|record| record.path.as_str()), planned, |line| line.path);
        let gone: Vec<&Record> = records
            .iter()
            .zip(is_planned)
            .filter(|(_, planned)| planned.is_none())
            .map(|(record, _)| record)
            .collect();
        if gone.is_empty() {
            return Ok(prune);
        }
        let folded: HashMap<String, &str> = planned
            .iter()
            .filter_map(|line| Some((OutPath::new(line.path).ok()?.folded(), line.path)))
            .collect();
        for records in gone.chunk_by(|a, b| a.path == b.path) {
            let path = records[0].path.as_str();
            let like = OutPath::new(path).ok().and_then(|path| folded.get(&path.folded()).copied());
            if let Some(planned) = like
                && site.is_one_file(path, planned)?
            {
                continue;
            }
            let stays = |record: &&&Record| {
                // While an article is set aside nobody knows which images its old page shows.
                let image = !kept.sources.is_empty() && record.path.starts_with("media/");
                image || kept.sources.contains(&record.source)
            };
            match records.iter().find(stays) {
                Some(record) if fs::kind(&site.output.join(path))?.is_some() => {
                    prune.stay.push((*record).clone());
                }
                Some(_) => {}
                None => {
                    prune.out.insert(path.to_string());
                }
            }
        }
        Ok(prune)
    }

    /// Removes what stands in the way of a new file: a file where a folder is needed, or the other way round.
    pub(super) fn make_way(&mut self, path: &str) -> Result<()> {
        for (at, _) in path.match_indices('/') {
            if let Some(above) = self.out.take(&path[..at]) {
                self.remove(&above)?;
            }
        }
        let target = self.site.output.join(path);
        if fs::kind(&target)? != Some(Kind::Folder) {
            return Ok(());
        }
        let prefix = format!("{path}/");
        let below: Vec<String> = self
            .out
            .range(prefix.clone()..)
            .take_while(|below| below.starts_with(&prefix))
            .cloned()
            .collect();
        for below in below {
            self.out.remove(&below);
            self.remove(&below)?;
        }
        fs::remove_empty_folder(&target);
        if fs::kind(&target)? == Some(Kind::Folder) {
            let message = format!("`{path}` cannot be published: a folder with other files stands there");
            return Err(Fatal::one(Problem::error("foreign-file", message).hint("move the folder away")));
        }
        Ok(())
    }

    /// Removes the rest. Gives the number of removed files and the records of those that stay.
    pub(super) fn finish(mut self, problems: &mut Vec<Problem>) -> Result<(usize, Vec<Record>)> {
        for path in std::mem::take(&mut self.out) {
            self.remove(&path)?;
        }
        let folder = output_name(&self.site.output);
        problems.extend(self.changed.iter().map(|path| {
            let message = "no longer part of the site, but edited by hand; it is kept";
            Problem::warning("changed-by-hand", message)
                .file(format!("{folder}/{path}"))
                .hint("remove it, or move it to `static/`")
        }));
        Ok((self.removed, self.stay))
    }

    fn remove(&mut self, path: &str) -> Result<()> {
        let records = self.site.found.of(path);
        let target = self.site.output.join(path);
        let below_link = match OutPath::new(path) {
            Ok(path) => self.site.unsafe_parent(&path)?.is_some(),
            Err(_) => true,
        };
        if below_link {
            return Ok(());
        }
        match fs::kind(&target)? {
            Some(Kind::File) => {
                let bytes = fs::read(&target, super::LIMIT)?;
                if !records.iter().any(|record| record.is_of(&bytes)) {
                    self.changed.push(path.to_string());
                    self.stay.extend(records.last().cloned());
                    return Ok(());
                }
                fs::remove(&target)?;
                self.removed += 1;
            }
            Some(_) => return Ok(()),
            // A killed build may have made or emptied its folder and come no further.
            None => {}
        }
        // Folders that this emptied; the output itself stays.
        let mut folder = path;
        while let Some((above, _)) = folder.rsplit_once('/') {
            if !fs::remove_empty_folder(&self.site.output.join(above)) {
                break;
            }
            folder = above;
        }
        Ok(())
    }
}

impl Site {
    /// Whether two names are one file here, as on file systems that ignore case.
    fn is_one_file(&self, a: &str, b: &str) -> fs::Result<bool> {
        fs::is_same(&self.output.join(a), &self.output.join(b))
    }
}
