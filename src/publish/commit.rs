//! What was staged → the published site, in an order that a reader, and the next build, can live with.

use super::manifest::{self, Line};
use super::prune::Prune;
use super::{Foreign, Kept, Record, Site, Staged, State, TEMPORARY, clear, output_name};
use crate::config::Config;
use crate::fs::{self, Moment, Stamp};
use crate::problem::{Fatal, Problem};
use crate::route::OutPath;
use anyhow::Result;
use rayon::prelude::*;
use std::collections::HashMap;
use std::path::Path;

/// A planned file that is staged.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'a> {
    /// Where it goes.
    pub path: &'a OutPath,
    /// The input it is made from.
    pub source: &'a str,
    /// Its bytes.
    pub staged: &'a Staged,
}

/// What a commit changed, manifest not counted.
#[derive(Debug, Default)]
pub struct Changes {
    /// Files created or replaced.
    pub written: usize,
    /// Files that were up to date.
    pub unchanged: usize,
    /// Files that are no longer part of the site.
    pub removed: usize,
    /// What was found in the output that should be known.
    pub problems: Vec<Problem>,
    /// Stamps of what is published now, as it was planned; `None` if a later edit might leave one as it is.
    pub stamps: Vec<Option<Stamp>>,
    /// What the next build should know of the folders.
    pub folders: Vec<Option<Stamp>>,
}

impl<'a> Planned<'a> {
    fn path(&self) -> &'a str {
        self.path.as_str()
    }

    fn line(&self) -> Line<'a> {
        let file = &self.staged.file;
        Line { path: self.path.as_str(), size: file.size, sha256: file.sha256, source: self.source }
    }
}

impl Site {
    /// Publishes what was staged and removes what is ours and no longer planned. What is planned must be sorted by path;
    /// `folders` is what is known of those of the site that stands.
    pub fn commit(
        self,
        config: &Config,
        planned: &[Planned],
        (kept, folders): (&Kept, &[Option<Stamp>]),
    ) -> Result<Changes> {
        let lines = planned.iter().map(Planned::line).collect();
        self.publish(config, (planned, lines), kept, Some(folders))
    }

    /// Publishes what was staged for some files of a site that has them already; all others stay, and nobody looks for
    /// what is not ours.
    pub fn amend(&self, config: &Config, planned: &[Planned]) -> Result<Changes> {
        let records = self.found.records();
        if let Some(planned) = planned.iter().find(|planned| self.found.of(planned.path()).len() != 1) {
            // Nobody would own it.
            anyhow::bail!("`{}` is no part of the site that is published", planned.path);
        }
        let of = |record: &Record| planned.binary_search_by(|planned| planned.path().cmp(&record.path));
        let lines = records.iter().map(|record| match of(record) {
            Ok(at) => planned[at].line(),
            Err(_) => record.line(),
        });
        let lines = lines.collect();
        self.publish(config, (planned, lines), &Kept::default(), None)
    }

    fn publish(
        &self,
        config: &Config,
        (planned, mut lines): (&[Planned], Vec<Line>),
        kept: &Kept,
        folders: Option<&[Option<Stamp>]>,
    ) -> Result<Changes> {
        debug_assert!(planned.is_sorted_by(|a, b| a.path < b.path));
        self.refuse_foreign(planned)?;
        let new = |planned: &&Planned| !matches!(planned.staged.state, State::Unchanged);
        let mut moves: Vec<&Planned> = planned.iter().filter(new).collect();
        moves.par_sort_unstable_by(|a, b| (a.staged.rank, a.path).cmp(&(b.staged.rank, b.path)));
        let unchanged = planned.len() - moves.len();
        let mut changes = Changes { written: moves.len(), unchanged, ..Changes::default() };
        changes.problems.extend(moves.iter().filter(|planned| planned.staged.edited).map(|planned| {
            let message = "edited by hand since the last build; the site's own version took its place";
            Problem::warning("changed-by-hand", message)
                .file(format!("{}/{}", output_name(&self.output), planned.path))
                .hint("edit what it is made from instead")
        }));
        if !moves.is_empty() {
            manifest::write_pending(&self.output, moves.iter().map(|planned| planned.line()), &self.found)?;
        }
        // From here on, what is written in the output is written later than what was set aside before.
        let begun = fs::own_stamp(&self.output.join(manifest::PENDING)).map(|stamp| stamp.modified());
        let mut prune = Prune::new(self, &lines, kept)?;
        if self.fresh {
            self.move_tree(&moves)?;
        } else {
            self.move_files(&moves, &mut prune)?;
        }
        let (removed, stay) = prune.finish(&mut changes.problems)?;
        changes.removed = removed;
        if !stay.is_empty() {
            lines.extend(stay.iter().map(Record::line));
            lines.sort_by(|a, b| a.path.cmp(b.path));
        }
        manifest::write(&self.output, &config.site, &lines, &self.found)?;
        // In a fresh site all is ours.
        let folders = folders.filter(|_| !self.fresh);
        let listed: Vec<&str> = folders.iter().flat_map(|_| &lines).map(|line| line.path).collect();
        // What a build has in memory is most here.
        drop(lines);
        clear(&self.output.join(TEMPORARY))?;
        changes.stamps = self.stamps(planned, begun);
        if changes.written + changes.removed > 0 {
            fs::sync(&self.output, &self.output.join(manifest::INDEX))?;
        }
        if let Some(folders) = folders {
            let now = fs::moment(&self.output.join(TEMPORARY)).ok().flatten();
            let Foreign { problems, folders } = self.foreign_but(&listed, folders, now);
            changes.problems.extend(problems);
            changes.folders = folders;
        }
        Ok(changes)
    }

    /// Fails if something that is not ours is in the way.
    fn refuse_foreign(&self, planned: &[Planned]) -> Result<()> {
        let clash = |path: &dyn std::fmt::Display, reason: &str| {
            let message = format!("`{path}` cannot be published: {reason}");
            let hint = "move the file away if it is yours, remove it if it is an old page, or choose another output with `--output DIR`";
            Problem::error("foreign-file", message).hint(hint)
        };
        let mut clashes = Vec::new();
        for planned in planned {
            if let State::Foreign(reason) = &planned.staged.state {
                clashes.push(clash(planned.path, reason).file(planned.source));
            }
        }
        if self.fresh {
            // Nothing was there; but making the pages took its time.
            for name in fs::names(&self.tree())? {
                if fs::kind(&self.output.join(&name))?.is_some() {
                    clashes.push(clash(&name, "since the build began, somebody put something there"));
                }
            }
        }
        if clashes.is_empty() { Ok(()) } else { Err(Fatal(clashes).into()) }
    }

    /// Moves a fresh site into place by what is at its top; what others refer to stands, as far as that goes, before
    /// them. Moves are sorted by rank.
    fn move_tree(&self, moves: &[&Planned]) -> Result<()> {
        let top = moves.iter().map(|planned| {
            let path = planned.path();
            (path.split_once('/').map_or(path, |(top, _)| top), planned.staged.rank)
        });
        let ranks: HashMap<&str, u8> = top.collect();
        // What the folder says, not the plan: where case does not count, two names may be one folder.
        let tree = self.tree();
        let mut names = fs::names(&tree)?;
        names.sort_by_key(|name| ranks.get(name.as_str()));
        Ok(names.iter().try_for_each(|name| fs::rename_tree(&tree.join(name), &self.output.join(name)))?)
    }

    /// Moves staged files into place one by one. Moves are sorted by rank.
    fn move_files(&self, moves: &[&Planned], prune: &mut Prune) -> Result<()> {
        moves.iter().try_for_each(|planned| prune.make_way(planned.path()))?;
        // Before the first file is moved: what needs room, or rights, is better refused while the old site stands.
        make_folders(&self.output, moves.iter().map(|planned| planned.path()))?;
        let one = |planned: &&Planned| match planned.staged.state {
            State::Aside(number) => fs::rename(&self.aside(number), &self.output.join(planned.path())),
            _ => Ok(()),
        };
        // What others refer to stands before them.
        let mut ranks = moves.chunk_by(|a, b| a.staged.rank == b.staged.rank);
        Ok(ranks.try_for_each(|moves| moves.par_iter().try_for_each(one))?)
    }

    /// Stamps of what is published that can be trusted: a file that was moved has the time at which it was set aside,
    /// unless somebody wrote to it since. One that came with its folder still has the stamp with which it was written.
    fn stamps(&self, planned: &[Planned], begun: Option<Moment>) -> Vec<Option<Stamp>> {
        let set_aside = |stamp: &Stamp| begun.is_some_and(|begun| stamp.written_before(begun));
        let stamp = |planned: &Planned| match planned.staged.state {
            State::Aside(_) => fs::own_stamp(&self.output.join(planned.path())).filter(set_aside),
            // At the top, files were moved themselves.
            State::Grown if planned.path.top().is_none() => {
                fs::own_stamp(&self.output.join(planned.path())).filter(set_aside)
            }
            State::Grown => planned.staged.file.stamp.filter(set_aside),
            _ => planned.staged.file.stamp,
        };
        planned.par_iter().map(stamp).collect()
    }
}

/// Makes the folders that files at some paths below `root` are in.
pub(super) fn make_folders<'a>(root: &Path, paths: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut folders: Vec<&str> =
        paths.filter_map(|path| path.rsplit_once('/')).map(|(folder, _)| folder).collect();
    // Sorted, so that a folder comes before those in it and is rarely asked for in vain.
    folders.par_sort_unstable();
    folders.dedup();
    Ok(folders.par_iter().try_for_each(|folder| fs::create_folders(&root.join(folder)))?)
}
