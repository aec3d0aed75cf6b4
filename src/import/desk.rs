//! Cleaned records → files of `content/`, one after the other: which of two equal ones is filed must not depend on threads.

use super::batch::{Made, Result as Cut};
use super::copies::{self, Copies};
use super::existing::{self, Existing, Known, file_name, stamped};
use super::{Event, Imported, Outcome, Wish, said, same};
use crate::article::{self, Article, Date, Keys, Raw, Status};
use crate::config::Config;
use crate::fs;
use crate::problem::Problem;
use crate::raw::{self, Input, Unread};
use crate::route::Slug;
use anyhow::Result;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use xxhash_rust::xxh3::xxh3_64;

/// What was found in a folder.
#[derive(Default)]
struct Folder {
    /// Whether it holds something to import.
    any: bool,
    /// Files of unknown kinds by the end of their names.
    others: BTreeMap<String, usize>,
}

/// Records of which it is told one by one that something was not understood.
const TOLD: usize = 20;

/// Where articles are filed.
pub(super) struct Desk<'a> {
    wish: &'a Wish,
    config: &'a Config,
    existing: Existing<'a>,
    pub(super) imported: Imported,
    /// Addresses of the articles of this run.
    addresses: HashSet<u64>,
    /// Their texts, and those with who published them.
    texts: HashSet<u128>,
    copies: Copies,
    /// Addresses of which there is but an excerpt.
    excerpts: HashSet<u64>,
    expected: BTreeMap<u64, &'a str>,
    /// Addresses that articles are from, if any are expected.
    found: HashSet<u64>,
    /// Where expected pages were found instead.
    moved: HashMap<u64, u64>,
    folders: BTreeMap<usize, Folder>,
    /// How many records say what nobody understands, by what that is about.
    unheard: BTreeMap<&'static str, usize>,
    pub(super) say: &'a mut (dyn FnMut(Event) + Send),
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        config: &'a Config,
        wish: &'a Wish,
        say: &'a mut (dyn FnMut(Event) + Send),
    ) -> Result<Self> {
        let expected = wish.expected.iter().filter_map(|url| Some((same::address(url)?, url.as_str())));
        let (existing, items) = Existing::read_with(config, "content", copies::item)?;
        Ok(Self {
            wish,
            config,
            existing,
            imported: Imported::default(),
            addresses: HashSet::new(),
            texts: HashSet::new(),
            copies: Copies::of(items),
            excerpts: HashSet::new(),
            expected: expected.collect(),
            found: HashSet::new(),
            moved: HashMap::new(),
            folders: wish.inputs.iter().enumerate().map(|(at, _)| (at, Folder::default())).collect(),
            unheard: BTreeMap::new(),
            say,
        })
    }

    /// Files what came of something that was found.
    pub(super) fn take(&mut self, input: &Input, cut: Cut) -> Result<()> {
        if let Some(folder) = input.folder.and_then(|at| self.folders.get_mut(&at)) {
            match cut {
                Cut::Unknown => *folder.others.entry(raw::end_of(&input.file)).or_default() += 1,
                _ => folder.any = true,
            }
        }
        match cut {
            Cut::Unknown => {
                let reason = "of an unknown kind".to_string();
                self.unread(input, &Unread { reason, ..Unread::default() }, "passed");
            }
            Cut::Moved(from, to) => self.moved(input, from, to),
            Cut::Unread(unread) if unread.passed => {
                *self.imported.passed.entry(unread.reason.clone()).or_default() += 1;
                self.unread(input, &unread, "passed");
            }
            Cut::Unread(unread) => {
                self.imported.inputs += 1;
                *self.imported.rejected.entry(unread.reason.clone()).or_default() += 1;
                let detail = unread.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
                let message = format!("not imported: {}{detail}", unread.reason);
                let problem = Problem::warning("import-rejected", message);
                self.problem(problem.file(place(input, unread.record.as_deref())));
                self.unread(input, &unread, "rejected");
            }
            Cut::Made(made) => {
                self.imported.inputs += 1;
                self.file(input, &made)?;
            }
        }
        Ok(())
    }

    fn moved(&mut self, input: &Input, from: String, to: String) {
        if !self.expected.is_empty()
            && let Some((from, to)) = same::address(&from).zip(same::address(&to))
        {
            self.moved.insert(from, to);
        }
        let unread = Unread { url: Some(from), detail: Some(to), ..Unread::default() };
        self.unread(input, &unread, "moved");
    }

    fn unread(&mut self, input: &Input, unread: &Unread, outcome: &'static str) {
        self.outcome(&Outcome {
            input: &input.shown,
            record: unread.record.as_deref(),
            url: unread.url.as_deref(),
            outcome,
            reason: Some(unread.reason.as_str()).filter(|reason| !reason.is_empty()),
            detail: unread.detail.as_deref(),
            file: None,
        });
    }

    fn outcome(&mut self, outcome: &Outcome) {
        (self.say)(Event::Outcome(outcome));
    }

    fn problem(&mut self, problem: Problem) {
        (self.say)(Event::Problem(problem));
    }

    fn file(&mut self, input: &Input, made: &Made) -> Result<()> {
        let place = place(input, made.record.as_deref());
        let original = made.article.provenance.original_url.as_deref().and_then(same::address);
        if !self.expected.is_empty() {
            // A page may call itself by another address than it was fetched from.
            self.found.extend(original.into_iter().chain(made.fetched.as_deref().and_then(same::address)));
        }
        if !self.is_wanted(made.article.date) {
            self.imported.left_out += 1;
            let reason = if made.article.date.is_some() { "of another time" } else { "without a date" };
            self.outcome(&made.outcome(input, "left-out", Some(reason), None));
            return Ok(());
        }
        let known = self.existing.made_from(&made.sha256);
        if let Some(known) = known.as_ref().filter(|known| known.met) {
            let message = format!("imported once only: `{}` has the same bytes", known.name);
            self.duplicate(input, made, Problem::note("same-path", message).file(place), "the same bytes");
            return Ok(());
        }
        let is_excerpt = said::is_excerpt(&made.article);
        let is_known = original.is_some_and(|original| !self.addresses.insert(original));
        // The whole goes before what a feed showed of it.
        let is_fuller = !is_excerpt && original.is_some_and(|original| self.excerpts.remove(&original));
        if is_excerpt && !is_known {
            self.excerpts.extend(original);
        }
        if is_known && !is_fuller {
            let message = "imported once only: another input has the same address";
            self.duplicate(input, made, Problem::note("duplicate", message).file(place), "the same address");
            return Ok(());
        }
        if self.is_said(made, original) {
            let message = "imported once only: another input has the same text";
            self.duplicate(input, made, Problem::note("duplicate", message).file(place), "the same text");
            return Ok(());
        }
        if made.damaged {
            let message = "some bytes could not be read; `�` stands for them in the article";
            let hint = "save the file as UTF-8 and import it again if you know its encoding";
            self.problem(Problem::warning("encoding", message).file(&place).hint(hint));
        }
        self.tell_unheard(made, &place);
        self.imported.undated += usize::from(made.article.date.is_none());
        let same_record = known.is_some();
        let known =
            known.or_else(|| original.and_then(|original| self.existing.published_at(original).cloned()));
        match known {
            Some(known) => self.again(input, made, &known, same_record),
            None => self.new_article(input, made, &place, original),
        }
    }

    /// Says what its file says of an article that nobody understood. A dump may say it of each of a million.
    fn tell_unheard(&mut self, made: &Made, place: &str) {
        for (name, said) in &made.unheard {
            let count = self.unheard.entry(name).or_default();
            *count += 1;
            if *count <= TOLD {
                let said: String = said.chars().take(80).collect();
                let message = format!("`{name}: {said}` is not understood; the article has none");
                let problem = Problem::warning("invalid-value", message).file(place);
                self.problem(problem.hint(hint_of(name)));
            }
        }
    }

    fn tell_of_unheard(&mut self) {
        for (name, count) in std::mem::take(&mut self.unheard) {
            if count > TOLD {
                let message = format!("`{name}` of {} more records is not understood", count - TOLD);
                self.problem(Problem::warning("invalid-value", message).hint(hint_of(name)));
            }
        }
    }

    /// Whether this run has an article of the same text, as far as it is known who published which. What another
    /// published is a copy, and an article of its own.
    fn is_said(&mut self, made: &Made, original: Option<u64>) -> bool {
        let source = || made.article.terms.get("sources")?.first().map(|name| xxh3_64(name.as_bytes()));
        let text = made.compared.hash();
        let by = |publisher: u64| text ^ (u128::from(publisher) << 1 | 1);
        let publisher = original.or_else(source);
        let is_new = self.texts.insert(text);
        let nobody = self.texts.contains(&by(0));
        !self.texts.insert(by(publisher.unwrap_or(0))) || !is_new && (nobody || publisher.is_none())
    }

    fn duplicate(&mut self, input: &Input, made: &Made, problem: Problem, reason: &str) {
        self.imported.duplicates += 1;
        self.problem(problem);
        self.outcome(&made.outcome(input, "duplicate", Some(reason), None));
    }

    /// Whether a date lies in the time that was asked for; one that is less precise than the limit may.
    fn is_wanted(&self, date: Option<Date>) -> bool {
        let (since, until) = (self.wish.since, self.wish.until);
        let Some(date) = date else { return since.is_none() && until.is_none() };
        since.is_none_or(|since| !is_before(date, since)) && until.is_none_or(|until| !is_before(until, date))
    }

    fn new_article(&mut self, input: &Input, made: &Made, place: &str, original: Option<u64>) -> Result<()> {
        let mut article = made.article.clone();
        let file = article.raw.as_ref().map(|raw| raw.file.clone()).unwrap_or_default();
        let name = file.split('#').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let name =
            made.record.as_deref().map_or_else(|| name.split('.').next().unwrap_or_default(), page_name);
        if article.title.is_none() {
            let message = "no headline was found; the article is called by its file";
            let hint =
                "put a line without a full stop above the first sentence, or edit the article's `title`";
            self.problem(Problem::warning("no-headline", message).file(place).hint(hint));
        }
        let slug = undated(Slug::new(article.title.as_deref().unwrap_or(name)), article.date);
        let slug = self.existing.take(&slug, article.date, &made.sha256)?;
        let name = file_name(article.date, &slug);
        article.slug = Some(slug.to_string());
        let text = stamped(&article, &made.body);
        let bytes = (!self.wish.dry_run).then_some(text.as_bytes());
        self.existing.create(&name, bytes, &made.sha256, original)?;
        self.copies.add(&name, &article, &made.compared);
        self.done(made, &article, &made.outcome(input, "written", None, Some(&name)));
        self.imported.written.push(name);
        Ok(())
    }

    /// The same record, or an earlier one of the same page, has an article already.
    fn again(&mut self, input: &Input, made: &Made, known: &Known, same_record: bool) -> Result<()> {
        self.copies.meet(&known.name);
        if !known.untouched && !self.wish.overwrite {
            let message = format!("kept as it is: edited by hand since it was made from `{}`", input.shown);
            self.keep(input, made, known, (&message, "`--overwrite` replaces it"));
            return Ok(());
        }
        let path = self.config.root.join(&*known.name);
        if self.wish.dry_run && fs::kind(&path)?.is_none() {
            // This run would have written it.
            self.copies.add(&known.name, &made.article, &made.compared);
            self.done(made, &made.article, &made.outcome(input, "rewritten", None, Some(&known.name)));
            self.imported.rewritten.push(known.name.to_string());
            return Ok(());
        }
        let current = String::from_utf8_lossy(&fs::read(&path, existing::LIMIT)?).into_owned();
        // The slug and the name under which it was found first stay: addresses and origins do not move.
        let old = article::parse(&current, &Keys::default()).map(|parsed| parsed.article).unwrap_or_default();
        if said::is_excerpt(&made.article) && !said::is_excerpt(&old) && !same_record {
            self.imported.unchanged += 1;
            self.done(made, &made.article, &made.outcome(input, "unchanged", None, Some(&known.name)));
            return Ok(());
        }
        if !known.untouched && matches!(old.status, Status::Removed(_)) {
            let hint = "delete its `status` to have it imported again";
            self.keep(input, made, known, ("kept as it is: it was taken down", hint));
            return Ok(());
        }
        let mut article = made.article.clone();
        if !known.untouched {
            // What was decided about the article is not undone with what was written in it.
            article.status = old.status.clone();
            (article.embargo, article.expires) = (old.embargo, old.expires);
            article.aliases.clone_from(&old.aliases);
            article.redact.clone_from(&old.redact);
            article.corrections.clone_from(&old.corrections);
        }
        let stem = || {
            known
                .name
                .rsplit('/')
                .next()
                .and_then(|name| name.rsplit_once('.'))
                .map(|(stem, _)| stem.to_string())
        };
        article.slug = old.slug.or_else(stem);
        // What it is a copy of is decided at the end.
        article.same_as = old.seldom.same_as.clone().filter(|_| known.untouched);
        article.seldom.settle();
        if same_record {
            article.raw = old.raw.or(article.raw).map(|raw| Box::new(Raw { written: None, ..*raw }));
        }
        let text = stamped(&article, &made.body);
        if text == current.replace("\r\n", "\n") {
            self.imported.unchanged += 1;
            self.done(made, &article, &made.outcome(input, "unchanged", None, Some(&known.name)));
            return Ok(());
        }
        if !self.wish.dry_run {
            fs::replace(&path, text.as_bytes())?;
        }
        self.copies.add(&known.name, &article, &made.compared);
        self.done(made, &article, &made.outcome(input, "rewritten", None, Some(&known.name)));
        self.imported.rewritten.push(known.name.to_string());
        Ok(())
    }

    /// Leaves an article as it stands; `why` with a hint.
    fn keep(&mut self, input: &Input, made: &Made, known: &Known, (why, hint): (&str, &str)) {
        self.done(made, &made.article, &made.outcome(input, "kept", None, Some(&known.name)));
        self.problem(Problem::note("edited-import", why).file(&*known.name).hint(hint));
        self.imported.edited.push(known.name.to_string());
    }

    /// Tells of an article.
    fn done(&mut self, made: &Made, article: &Article, outcome: &Outcome) {
        if self.wish.dry_run {
            (self.say)(Event::Article(article, outcome, &made.body, &made.text));
        }
        (self.say)(Event::Outcome(outcome));
    }

    /// What can be said only when everything was read.
    pub(super) fn end(&mut self) -> Result<()> {
        self.settle_copies()?;
        self.tell_of_unheard();
        self.tell_of_folders();
        self.tell_of_missing();
        Ok(())
    }

    fn settle_copies(&mut self) -> Result<()> {
        let settled = std::mem::take(&mut self.copies).settle(&self.config.root, self.wish.dry_run)?;
        for group in &settled.groups {
            (self.say)(Event::Copies(group));
        }
        for (copy, canonical) in &settled.copies {
            let (file, detail) = (Some(copy.as_str()), Some(canonical.as_str()));
            self.outcome(&Outcome { outcome: "copy", file, detail, ..Outcome::default() });
        }
        for (copy, canonical) in settled.kept {
            let message =
                format!("kept as it is: edited by hand, though it seems to be a copy of `{canonical}`");
            let hint = "put `same_as` into its front matter if it is one";
            self.problem(Problem::note("edited-import", message).file(copy).hint(hint));
        }
        self.imported.copies = settled.copies.len();
        self.imported.regrouped = settled.regrouped;
        Ok(())
    }

    fn tell_of_folders(&mut self) {
        for (at, root) in self.wish.inputs.iter().enumerate() {
            let label = root.to_string_lossy().replace('\\', "/");
            let folder = self.folders.remove(&at).unwrap_or_default();
            if let Some(problem) = nothing_in(root).filter(|_| !folder.any) {
                self.problem(problem);
            }
            for (end, count) in folder.others {
                let what = if end.is_empty() {
                    "files without an extension".to_string()
                } else {
                    format!("`.{end}` files")
                };
                let message = format!("{count} {what} skipped: they are of no kind that is imported");
                let problem = Problem::warning("skipped-file", message).file(label.clone());
                self.problem(problem.hint("name a file itself to import it as text"));
            }
        }
    }

    fn tell_of_missing(&mut self) {
        let mut missing: Vec<&str> = Vec::new();
        for (key, url) in &self.expected {
            let mut at = *key;
            // A chain of redirects has an end, or none.
            for _ in 0..10 {
                at = self.moved.get(&at).copied().unwrap_or(at);
            }
            if !self.found.contains(&at) && !self.found.contains(key) {
                missing.push(url);
            }
        }
        missing.sort_unstable();
        self.imported.missing = missing.len();
        for url in missing {
            let message = format!("no article is from `{url}`");
            self.problem(Problem::warning("missing-article", message));
        }
    }
}

/// What to do about a value that nobody understood.
fn hint_of(name: &str) -> &'static str {
    match name {
        "date" | "updated" => "write it as `YYYY-MM-DD`; what could mean two days is taken for neither",
        _ => "write the whole address, with `https://`",
    }
}

/// What is said of a folder in which nothing was found; `None` of anything but a folder.
pub(super) fn nothing_in(root: &Path) -> Option<Problem> {
    let kind = fs::canonical(root).and_then(|path| fs::kind(&path)).ok().flatten();
    let label = root.to_string_lossy().replace('\\', "/");
    let message = "there is nothing to import in this folder";
    (kind == Some(fs::Kind::Folder)).then(|| Problem::warning("nothing-to-import", message).file(label))
}

/// An input as messages name it.
fn place(input: &Input, record: Option<&str>) -> String {
    record.map_or_else(|| input.shown.clone(), |record| format!("{}#{record}", input.shown))
}

/// What a record is called; of an address, the last part of its path.
fn page_name(record: &str) -> &str {
    let Some((_, rest)) = record.split_once("://") else { return record };
    let path = rest.split(['?', '#']).next().unwrap_or(rest).trim_end_matches('/');
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().filter(|stem| !stem.is_empty() && path.contains('/')).unwrap_or(path)
}

/// Whether a date lies before another, as far as both are known.
fn is_before(a: Date, b: Date) -> bool {
    let parts = |date: Date| [Some(date.year()), date.month().map(i16::from), date.day().map(i16::from)];
    for (a, b) in parts(a).into_iter().zip(parts(b)) {
        let (Some(a), Some(b)) = (a, b) else { return false };
        if a != b {
            return a < b;
        }
    }
    a.time().zip(b.time()).is_some_and(|(a, b)| a < b)
}

/// A slug whose file has no date in its name: a build would read it as the article's. `1998-05-03-x` → `19980503-x`.
fn undated(slug: Slug, date: Option<Date>) -> Slug {
    match Date::from_file_name(slug.as_str()) {
        Some((said, _)) if date.map(|date| date.civil()) != Some(said.civil()) => {
            Slug::new(&slug.as_str().replacen('-', "", 2))
        }
        _ => slug,
    }
}
