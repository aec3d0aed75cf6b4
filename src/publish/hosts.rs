//! What common hosts of static sites take, and what of a published site they would refuse.
//!
//! Only figures that the hosts themselves publish stand here, each with its source; where plans differ, those of the
//! free one. They are advice, so a limit that a host has raised since costs no more than a warning.

use super::manifest::{self, INDEX, Index};
use super::{Manifest, output_name};
use crate::fs::{self, Kind};
use crate::problem::{Fatal, Problem};
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;

const MB: u64 = 1_000_000;
const GB: u64 = 1000 * MB;
const MIB: u64 = 1 << 20;
/// Offenders that a finding names.
const SHOWN: usize = 5;
/// The file of redirects that several hosts read.
const REDIRECTS: &str = "_redirects";
/// Largest file of redirects that is counted.
const REDIRECTS_LIMIT: u64 = 64 << 20;

/// A host of static sites and its limits.
#[derive(Debug)]
pub struct Host {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its own name.
    title: &'static str,
    limits: &'static [(Measure, u64)],
}

/// What a host limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    /// Files of the site.
    Files,
    /// Files and folders of the site.
    Entries,
    /// Files directly in one folder.
    FolderFiles,
    /// Bytes of one file.
    FileSize,
    /// Bytes of the site.
    SiteSize,
    /// Rules in `_redirects`.
    Redirects,
    /// Rules in `_redirects` without wildcards and placeholders.
    PlainRedirects,
    /// Rules in `_redirects` with them.
    PatternRedirects,
    /// Bytes of `_redirects`.
    RedirectsSize,
}

/// The known hosts, by name.
pub const HOSTS: &[Host] = &[
    Host {
        name: "cloudflare-pages",
        title: "Cloudflare Pages",
        limits: &[
            // 20,000 files on the free plan, 25 MiB a file: https://developers.cloudflare.com/pages/platform/limits/
            (Measure::Files, 20_000),
            (Measure::FileSize, 25 * MIB),
            // 2,000 static and 100 dynamic rules: https://developers.cloudflare.com/pages/configuration/redirects/
            (Measure::PlainRedirects, 2_000),
            (Measure::PatternRedirects, 100),
        ],
    },
    Host {
        name: "codeberg-pages",
        title: "Codeberg Pages",
        limits: &[
            // 750 MiB of Git storage for all repositories of a user, without asking for more:
            // https://blog.codeberg.org/new-storage-limits-on-codeberg-what-you-need-to-know.html
            (Measure::SiteSize, 750 * MIB),
        ],
    },
    Host {
        name: "github-pages",
        title: "GitHub Pages",
        limits: &[
            // "Published GitHub Pages sites may be no larger than 1 GB":
            // https://docs.github.com/en/pages/getting-started-with-github-pages/github-pages-limits
            (Measure::SiteSize, GB),
            // What is larger cannot be pushed to a repository:
            // https://docs.github.com/en/repositories/working-with-files/managing-large-files/about-large-files-on-github
            (Measure::FileSize, 100 * MIB),
        ],
    },
    Host {
        name: "gitlab-pages",
        title: "GitLab Pages",
        limits: &[
            // 1 GB, and 200,000 entries with folders and links, on gitlab.com:
            // https://gitlab.com/gitlab-org/gitlab/-/issues/405048, https://gitlab.com/gitlab-org/gitlab/-/issues/500273
            (Measure::SiteSize, GB),
            (Measure::Entries, 200_000),
            // https://docs.gitlab.com/user/project/pages/redirects/; with more, none of the rules works:
            // https://gitlab.com/gitlab-org/gitlab-pages/-/merge_requests/555
            (Measure::Redirects, 1_000),
            // https://gitlab.com/gitlab-org/gitlab-pages/-/merge_requests/362
            (Measure::RedirectsSize, 64 << 10),
        ],
    },
    Host {
        name: "neocities",
        title: "Neocities",
        limits: &[
            // The free plan, in Neocities' own source:
            // https://github.com/neocities/neocities/blob/00cd44878aa6dc3656b9078714c0e76642034942/models/site.rb
            (Measure::SiteSize, GB),
            (Measure::Files, 15_000),
            (Measure::FileSize, 100 * MB),
        ],
    },
    Host {
        name: "netlify",
        title: "Netlify",
        limits: &[
            // "a limit of 54,000 files per directory": https://docs.netlify.com/site-deploys/overview/
            (Measure::FolderFiles, 54_000),
        ],
    },
    Host {
        name: "s3",
        title: "Amazon S3",
        limits: &[
            // Any number of objects, each of up to 50 TB:
            // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingObjects.html
            (Measure::FileSize, 50_000 * GB),
        ],
    },
    Host {
        name: "vercel",
        title: "Vercel",
        limits: &[
            // With the command line on the Hobby plan, 100 MB and 15,000 files: https://vercel.com/docs/limits
            (Measure::SiteSize, 100 * MB),
            (Measure::Files, 15_000),
        ],
    },
];

/// The host of a name, which may do without `-pages`.
pub fn host(name: &str) -> Option<&'static Host> {
    HOSTS.iter().find(|host| host.name == name || host.name.strip_suffix("-pages") == Some(name))
}

/// Compares what is published in an output with the limits of a host.
pub fn check(output: &Path, host: &Host) -> Result<Vec<Problem>> {
    let site = Published::read(output)?;
    let exceeded = host.limits.iter().filter_map(|limit| site.exceeds(*limit, host));
    Ok(exceeded.map(|problem| problem.file(&site.name)).collect())
}

/// A published site, measured.
struct Published {
    /// How messages call the output.
    name: String,
    /// Sizes of files, the manifest's own included: they are uploaded like any other.
    files: BTreeMap<String, u64>,
    redirects: String,
}

impl Published {
    fn read(output: &Path) -> Result<Self> {
        let manifest = Manifest::read(output)?;
        if manifest.site.is_none() {
            let message =
                format!("`{}` holds no site to compare with the limits of a host", output.display());
            let hint = "build it first, or name its folder with `--output DIR`";
            return Err(Fatal::one(Problem::error("config", message).hint(hint)));
        }
        let mut files: BTreeMap<String, u64> = BTreeMap::new();
        files.extend(manifest.records().iter().map(|record| (record.path.clone(), record.size)));
        let index = fs::read(&output.join(INDEX), manifest::LIMIT)?;
        let parts = serde_json::from_slice::<Index>(&index).map(|index| index.files).unwrap_or_default();
        files.extend(parts.into_iter().map(|part| (part.path, part.size)));
        files.insert(INDEX.to_string(), index.len() as u64);
        let path = output.join(REDIRECTS);
        let redirects = match fs::kind(&path)? {
            Some(Kind::File) => String::from_utf8_lossy(&fs::read(&path, REDIRECTS_LIMIT)?).into_owned(),
            _ => String::new(),
        };
        Ok(Self { name: output_name(&fs::canonical(output)?), files, redirects })
    }

    fn exceeds(&self, (measure, most): (Measure, u64), host: &Host) -> Option<Problem> {
        // Of what is limited one by one, only what is over the limit offends.
        let each = matches!(measure, Measure::FileSize | Measure::FolderFiles);
        let bytes = matches!(measure, Measure::FileSize | Measure::SiteSize | Measure::RedirectsSize);
        let binary = most.is_multiple_of(1 << 10);
        let show = |value: u64| if bytes { size(value, binary) } else { value.to_string() };
        let (what, actual, offenders) = self.measure(measure);
        if actual <= most {
            return None;
        }
        let shown = offenders.iter().filter(|(_, value)| !each || *value > most);
        let shown: Vec<String> =
            shown.take(SHOWN).map(|(name, value)| format!("`{name}` {}", show(*value))).collect();
        let list = if shown.is_empty() { String::new() } else { format!(": {}", shown.join(", ")) };
        let message = format!("{} takes {} {what}, here are {}{list}", host.title, show(most), show(actual));
        Some(Problem::warning("host-limit", message))
    }

    /// What is measured, its value, and what contributes most to it.
    fn measure(&self, measure: Measure) -> (&'static str, u64, Vec<(String, u64)>) {
        let rules = |keep: &dyn Fn(&str) -> bool| {
            let rules = self.redirects.lines().map(str::trim);
            rules.filter(|rule| !rule.is_empty() && !rule.starts_with('#') && keep(rule)).count() as u64
        };
        let pattern =
            |rule: &str| rule.split_whitespace().next().is_some_and(|from| from.contains(['*', ':']));
        match measure {
            Measure::Files => ("files", self.files.len() as u64, largest(self.by_top(|_| 1))),
            Measure::Entries => {
                let folders = self.by_folder().into_keys().filter(|folder| folder != "/").count();
                ("files and folders", (self.files.len() + folders) as u64, largest(self.by_top(|_| 1)))
            }
            Measure::FolderFiles => {
                let folders = largest(self.by_folder());
                ("files in a folder", folders.first().map_or(0, |(_, count)| *count), folders)
            }
            Measure::FileSize => {
                let files = largest(self.files.clone());
                ("in a file", files.first().map_or(0, |(_, size)| *size), files)
            }
            Measure::SiteSize => ("in all", self.files.values().sum(), largest(self.by_top(|size| size))),
            Measure::Redirects => ("rules in `_redirects`", rules(&|_| true), Vec::new()),
            Measure::PlainRedirects => {
                ("rules without wildcards in `_redirects`", rules(&|rule| !pattern(rule)), Vec::new())
            }
            Measure::PatternRedirects => {
                ("rules with wildcards in `_redirects`", rules(&pattern), Vec::new())
            }
            Measure::RedirectsSize => ("in `_redirects`", self.redirects.len() as u64, Vec::new()),
        }
    }

    /// What the files of each top folder amount to.
    fn by_top(&self, value: impl Fn(u64) -> u64) -> BTreeMap<String, u64> {
        let mut sums = BTreeMap::new();
        for (path, size) in &self.files {
            let top = path.split_once('/').map_or_else(|| path.clone(), |(top, _)| format!("{top}/"));
            *sums.entry(top).or_default() += value(*size);
        }
        sums
    }

    /// How many files lie directly in each folder; those that hold only folders have none.
    fn by_folder(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for path in self.files.keys() {
            for (at, _) in path.match_indices('/') {
                counts.entry(path[..=at].to_string()).or_insert(0);
            }
            let folder = path.rfind('/').map_or("/", |at| &path[..=at]);
            *counts.entry(folder.to_string()).or_default() += 1;
        }
        counts
    }
}

fn largest(values: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    values
}

/// A size in the kind of unit that the limit is given in, and in bytes where that says more.
fn size(bytes: u64, binary: bool) -> String {
    let (step, units) = if binary {
        (1024, ["bytes", "KiB", "MiB", "GiB", "TiB"])
    } else {
        (1000, ["bytes", "kB", "MB", "GB", "TB"])
    };
    let mut unit = 1_u64;
    let mut names = units.into_iter().peekable();
    let mut name = names.next().unwrap_or_default();
    while bytes / unit >= step && names.peek().is_some() {
        unit *= step;
        name = names.next().unwrap_or_default();
    }
    if bytes.is_multiple_of(unit) {
        return format!("{} {name}", bytes / unit);
    }
    // Integers, so that no rounding turns what is over a limit into the limit.
    let hundredths = u128::from(bytes % unit) * 100 / u128::from(unit);
    format!("{}.{hundredths:02} {name} ({bytes} bytes)", bytes / unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(files: &[(&str, u64)], redirects: &str) -> Published {
        let files = files.iter().map(|(path, size)| ((*path).to_string(), *size)).collect();
        Published { name: "public".to_string(), files, redirects: redirects.to_string() }
    }

    #[track_caller]
    fn check(site: &Published, name: &str, expected: &[&str]) {
        let host = host(name).unwrap();
        let found = host.limits.iter().filter_map(|limit| site.exceeds(*limit, host));
        assert_eq!(found.map(|problem| problem.message).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn names_are_sorted_and_may_be_short() {
        assert!(HOSTS.is_sorted_by_key(|host| host.name));
        assert_eq!(host("github").unwrap().name, "github-pages");
        assert!(host("geocities").is_none());
    }

    #[test]
    fn each_exceeded_limit_names_value_and_offenders() {
        let large = site(&[("a/b.pdf", 26 << 20), ("a/c.pdf", (25 << 20) + 1), ("d.html", 25 << 20)], "");
        let message = "Cloudflare Pages takes 25 MiB in a file, here are 26 MiB: `a/b.pdf` 26 MiB, `a/c.pdf` 25.00 MiB (26214401 bytes)";
        check(&large, "cloudflare", &[message]);
        check(&large, "github", &[]);
        let message = "GitHub Pages takes 1 GB in all, here are 1.50 GB (1500000001 bytes): `a/` 1.50 GB (1500000000 bytes), `d.html` 1 bytes";
        let parts: Vec<(String, u64)> = (0..15).map(|at| (format!("a/{at}"), 100 * MB)).collect();
        let mut parts: Vec<(&str, u64)> = parts.iter().map(|(path, size)| (path.as_str(), *size)).collect();
        parts.push(("d.html", 1));
        check(&site(&parts, ""), "github-pages", &[message]);
    }

    #[test]
    fn folders_and_redirects_are_counted() {
        let names: Vec<String> = (0..54_001).map(|at| format!("a/b/{at}.html")).collect();
        let files: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
        check(
            &site(&files, ""),
            "netlify",
            &["Netlify takes 54000 files in a folder, here are 54001: `a/b/` 54001"],
        );
        let rules = (0..1001).map(|at| format!("/{at} /x\n# comment\n\n")).collect::<Vec<_>>().concat();
        check(
            &site(&[], &rules),
            "gitlab",
            &["GitLab Pages takes 1000 rules in `_redirects`, here are 1001"],
        );
        let rules = "/a/* /b/:splat\n".repeat(101);
        let message = "Cloudflare Pages takes 100 rules with wildcards in `_redirects`, here are 101";
        check(&site(&[], &rules), "cloudflare-pages", &[message]);
    }
}
