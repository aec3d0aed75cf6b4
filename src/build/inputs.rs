//! What a build and a check have in common: everything that is read, and the plan of a site from it.

use super::Progress;
use super::load::Load;
use super::media::Media;
use super::pages::Work;
use crate::archive::Archive;
use crate::config::Config;
use crate::content;
use crate::plan::{Copied, Plan};
use crate::problem::Problem;
use crate::route::OutPath;
use crate::theme::{self, Theme};
use anyhow::Result;
use std::collections::BTreeMap;

/// Content, theme and configuration, read once.
pub(super) struct Inputs<'a> {
    pub(super) config: &'a Config,
    pub(super) theme: Theme,
    pub(super) load: Load,
    /// Files of the theme and of `static/`.
    statics: Vec<Copied>,
    problems: Vec<Problem>,
}

/// A site that may turn out not to work: an article that cannot be rendered after all changes the plan.
pub(super) struct Attempt {
    pub(super) media: Media,
    pub(super) copied: Vec<Copied>,
    pub(super) archive: Archive,
    pub(super) plan: Plan,
    problems: Vec<Problem>,
}

impl<'a> Inputs<'a> {
    pub(super) fn read(config: &'a Config, progress: Progress) -> Result<Self> {
        let (theme, mut problems) = Theme::load(config)?;
        let (statics, unpublished) = statics(&theme);
        problems.extend(unpublished);
        if config.site.base_url.is_empty() {
            let note = Problem::note("no-base-url", "without `base_url` there are no feeds and no sitemap");
            problems.push(
                note.file(crate::config::FILE)
                    .hint("set it to the address of the site, such as `https://example.org`"),
            );
        }
        let mut load = Load::new(config, progress)?;
        problems.append(&mut load.problems);
        Ok(Self { config, theme, load, statics, problems })
    }

    /// Plans a site of all that is not set aside. `kept` are pages that stand already and stay, with their sources.
    pub(super) fn plan(&mut self, kept: &[(OutPath, String)]) -> Result<Attempt> {
        let media = Media::new(&self.load, &self.theme.statics);
        let images =
            media.files().map(|(path, source)| Copied { path: path.clone(), source: source.to_string() });
        let copied: Vec<Copied> = self.statics.iter().cloned().chain(images).collect();
        let (archive, mut problems) = Archive::new(std::mem::take(&mut self.load.entries), self.config);
        let (plan, clashes) = Plan::new(&archive, self.config, &copied, kept)?;
        problems.extend(clashes);
        Ok(Attempt { media, copied, archive, plan, problems })
    }

    /// All that rendering an attempt needs.
    pub(super) fn work<'w>(&'w self, attempt: &'w Attempt) -> Work<'w> {
        let Attempt { media, copied, archive, plan, .. } = attempt;
        Work { config: self.config, theme: &self.theme, archive, plan, copied, media, load: &self.load }
    }

    /// Gives an attempt up, and the articles that failed it.
    pub(super) fn set_aside(&mut self, attempt: Attempt, failed: BTreeMap<String, Problem>) {
        self.load.set_aside(attempt.archive, failed);
    }

    /// What should be known of the inputs and of an attempt that worked, sorted by place.
    pub(super) fn all_problems(&mut self, attempt: Option<Attempt>, found: Vec<Problem>) -> Vec<Problem> {
        let mut problems = std::mem::take(&mut self.problems);
        if let Some(attempt) = attempt {
            problems.extend(attempt.problems);
            problems.extend(content::unused(&self.load.listing, |name| attempt.media.mentions(name)));
            problems.extend(attempt.media.problems);
        }
        problems.extend(found);
        problems.extend(self.load.set_aside_problems());
        sort(&mut problems);
        problems
    }
}

/// Sorts problems by place.
pub(super) fn sort(problems: &mut [Problem]) {
    problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
}

/// Files of the theme and of `static/`, with the names that cannot be published.
fn statics(theme: &Theme) -> (Vec<Copied>, Vec<Problem>) {
    let mut problems = Vec::new();
    let assets =
        theme.assets.iter().map(|asset| Copied { path: asset.path.clone(), source: asset.label.clone() });
    let mut copied: Vec<Copied> = assets.collect();
    for file in &theme.statics {
        match theme::static_path(file) {
            Ok(path) => copied.push(Copied { path, source: format!("{}/{}", theme::STATIC, file.name) }),
            Err(problem) => problems.push(problem),
        }
    }
    (copied, problems)
}
