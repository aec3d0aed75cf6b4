//! Files in the output that nobody told us about: they are reported, and kept.
//!
//! To list every folder would take longer than all else that a build does where nothing changed. A folder that has the
//! stamp it had when nothing foreign was in it holds the same names still, and is not listed; but for the output
//! itself, in which the manifest lies. Links are named, never followed.

use super::{Site, TEMPORARY, manifest, output_name, places};
use crate::fs::{self, Kind, Moment, Stamp};
use crate::problem::Problem;
use rayon::prelude::*;

/// What was found in the folders of a site.
#[derive(Debug, Default)]
pub struct Foreign {
    /// Files that are not ours.
    pub problems: Vec<Problem>,
    /// Stamps of the site's folders, in order; `None` for one that has to be listed again.
    pub folders: Vec<Option<Stamp>>,
}

impl Site {
    /// Looks for foreign files in the site as it stands. `known` is what the last look said of its folders.
    pub fn foreign(&self, known: &[Option<Stamp>]) -> Foreign {
        let listed: Vec<&str> = self.found.records().iter().map(|record| record.path.as_str()).collect();
        self.foreign_but(&listed, known, self.opened)
    }

    /// Looks for files that are not `listed`, which is sorted. What happened to a folder from the moment `now` on may
    /// happen again without a trace.
    pub(super) fn foreign_but(
        &self,
        listed: &[&str],
        known: &[Option<Stamp>],
        now: Option<Moment>,
    ) -> Foreign {
        let before = folders(self.found.records().iter().map(|record| record.path.as_str()));
        // Of another site nothing is known; nor of one whose manifest lost what it listed then.
        let is_same = before.len() == known.len() && self.found.is_whole(self.found.records().len());
        let before = if is_same { before } else { Vec::new() };
        let folders = folders(listed.iter().copied());
        let known: Vec<Option<Stamp>> =
            places(folders.iter().copied(), &before, |folder| folder).map(|place| known[place?]).collect();
        let look = |(folder, known): (&&str, Option<Stamp>)| {
            // With the slash, a link that took the folder's place would be followed.
            let path = self.output.join(folder.trim_end_matches('/'));
            let stamp = fs::folder_stamp(&path);
            let is_folder = || matches!(fs::kind(&path), Ok(Some(Kind::Folder)));
            if stamp.is_some() && stamp == known || stamp.is_none() && !is_folder() {
                return (stamp, Vec::new());
            }
            let (clean, found) = self.strangers(folder, listed, &folders);
            let settled = |stamp: &Stamp| now.is_some_and(|now| stamp.settled_before(now));
            (stamp.filter(|stamp| clean && settled(stamp)), found)
        };
        let (stamps, found): (Vec<_>, Vec<_>) = folders.par_iter().zip(known).map(look).unzip();
        let output = output_name(&self.output);
        let note = |name: String| {
            Problem::note("foreign-file", "not written by backissue; it is kept")
                .file(format!("{output}/{name}"))
        };
        Foreign { problems: found.into_iter().flatten().map(note).collect(), folders: stamps }
    }

    /// Lists one folder. Says whether all in it is ours, and gives the files that are not. The site stands already: what
    /// cannot be listed is nobody's but its owner's.
    fn strangers(&self, folder: &str, listed: &[&str], folders: &[&str]) -> (bool, Vec<String>) {
        let Ok(names) = fs::names(&self.output.join(folder)) else { return (false, Vec::new()) };
        let mut found = Vec::new();
        let mut clean = true;
        for name in names.iter().filter(|name| !(folder.is_empty() && is_of_server(name))) {
            let name = [folder, name].concat();
            let inside = [name.as_str(), "/"].concat();
            if listed.binary_search(&name.as_str()).is_ok() || folders.binary_search(&inside.as_str()).is_ok()
            {
                continue;
            }
            clean = false;
            let path = self.output.join(&name);
            match fs::kind(&path) {
                Ok(Some(Kind::Folder)) => {
                    let below = fs::walk(&path, "", |_| false).unwrap_or_default().files;
                    found.extend(below.iter().map(|file| [inside.as_str(), &file.name].concat()));
                }
                Ok(Some(_)) => found.push(name),
                Ok(None) | Err(_) => {}
            }
        }
        found.retain(|name| !manifest::is_own(name));
        (clean, found)
    }
}

/// What lies in an output and is neither `listed` nor the manifest's own, nor the business of the server.
pub(super) fn unknown(output: &std::path::Path, listed: impl Fn(&str) -> bool) -> fs::Result<fs::Walk> {
    let mut walk = fs::walk(output, "", |name| name == TEMPORARY)?;
    walk.files
        .retain(|file| !is_of_server(&file.name) && !manifest::is_own(&file.name) && !listed(&file.name));
    Ok(walk)
}

/// Whether a name at the top of an output is that of a file or folder that is there for the server.
fn is_of_server(name: &str) -> bool {
    name.starts_with('.') || name == "CNAME"
}

/// The folders that sorted paths are in, the output itself first. Each ends with a slash, as folders are sorted so.
fn folders<'p>(paths: impl Iterator<Item = &'p str>) -> Vec<&'p str> {
    let mut folders = vec![""];
    let mut before = "";
    for path in paths {
        // Neighbours have folders in common.
        let same = path.bytes().zip(before.bytes()).take_while(|(a, b)| a == b).count();
        folders.extend(path.match_indices('/').filter(|(at, _)| *at >= same).map(|(at, _)| &path[..=at]));
        before = path;
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn folders_are_those_above_each_path(paths in proptest::collection::btree_set("([ab.-]{1,2}/){0,3}[ab.-]", 0..12)) {
            let found = folders(paths.iter().map(String::as_str));
            let above = |path: &String| path.match_indices('/').map(|(at, _)| path[..=at].to_string()).collect::<Vec<_>>();
            let mut expected: Vec<String> = paths.iter().flat_map(above).chain([String::new()]).collect();
            expected.sort();
            expected.dedup();
            prop_assert_eq!(found, expected);
        }
    }
}
