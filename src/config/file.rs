//! The text form of the configuration and its checks. Every error points at its line.

use super::formats::{CitationFormat, FeedKeys, RedirectMap};
use super::taxonomy::{self, TaxonomyKeys};
use super::{Config, FILE, Flags, Navigation, Periods, Permalink, Site, Taxonomy};
use crate::article;
use crate::problem::{Fatal, Problem, nearest};
use crate::yaml;
use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use xxhash_rust::xxh3::xxh3_128;

/// `archive.yaml` as it is written.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "the field is the key in the file")]
pub(super) struct Keys {
    title: Option<String>,
    description: Option<String>,
    base_url: Option<String>,
    lang: Option<String>,
    timezone: Option<String>,
    per_page: Option<usize>,
    permalink: Option<String>,
    periods: PeriodKeys,
    taxonomies: Option<Ordered<Option<TaxonomyKeys>>>,
    keys: Ordered<String>,
    import: ImportKeys,
    aliases: Ordered<Ordered<String>>,
    feeds: FeedKeys,
    own_hosts: Vec<String>,
    redirect_maps: Vec<RedirectMap>,
    citations: Vec<CitationFormat>,
    downloads: bool,
    on_this_day: bool,
    lookup: Option<bool>,
    publisher: Option<String>,
    contact: Option<String>,
    first_weekday: Option<Weekday>,
    navigation: Vec<NavigationKeys>,
    extra: Option<serde_json::Value>,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PeriodKeys {
    home: Option<Extent>,
    year: Option<Extent>,
    month: Option<Extent>,
    day: Option<Extent>,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ImportKeys {
    keys: Ordered<String>,
}

#[derive(Clone, Copy, PartialEq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Extent {
    Latest,
    All,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NavigationKeys {
    title: String,
    url: String,
}

#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// What `import` calls the parts of a record.
const IMPORT_KEYS: [&str; 14] = [
    "text", "html", "id", "url", "title", "date", "updated", "authors", "tags", "section", "lang", "outlet",
    "summary", "image",
];

/// A mapping in the order written, keys unique.
struct Ordered<V>(Vec<(String, V)>);

impl<V> Default for Ordered<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Ordered<V> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Entries<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Entries<V> {
            type Value = Ordered<V>;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("a mapping")
            }

            fn visit_unit<E>(self) -> Result<Ordered<V>, E> {
                Ok(Ordered::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<V>, A::Error> {
                let mut entries: Vec<(String, V)> = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    if entries.iter().any(|(known, _)| *known == key) {
                        return Err(serde::de::Error::custom(format!("duplicate key `{key}`")));
                    }
                    entries.push((key, map.next_value()?));
                }
                Ok(Ordered(entries))
            }
        }
        source.deserialize_any(Entries(PhantomData))
    }
}

/// The file's keys with its text, so that every later error can point into it.
pub(super) struct File<'a> {
    text: &'a str,
    keys: Keys,
}

impl<'a> File<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self> {
        let blank = text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
        let keys = if blank {
            Keys::default()
        } else {
            yaml::typed(text).map_err(|error| unreadable(text, &error))?
        };
        Ok(Self { text, keys })
    }

    /// A problem at a top-level key.
    fn problem(&self, key: &str, message: impl Into<String>) -> Problem {
        let line = yaml::line_of(self.text, key);
        Problem::error("config", message).file(FILE).at(self.text, line, line.map(|_| 1))
    }

    pub(super) fn resolve(self, root: &Path, flags: &Flags) -> Result<Config> {
        let mut wrong = Vec::new();
        let mut keep = |result: Result<(), Problem>| wrong.extend(result.err());
        let mut taxonomies = Vec::new();
        keep(self.taxonomies().map(|list| taxonomies = list));
        let mut permalink = None;
        keep(self.permalink().map(|pattern| permalink = Some(pattern)));
        let mut site = None;
        keep(self.site(flags).map(|values| site = Some(values)));
        let mut clock = None;
        keep(self.clock(flags).map(|values| clock = Some(values)));
        keep(self.checks());
        keep(self.key_targets(&taxonomies));
        keep(self.import_targets());
        let (Some(permalink), Some(site), Some((timezone, now)), true) =
            (permalink, site, clock, wrong.is_empty())
        else {
            return Err(Fatal(wrong).into());
        };
        let all = |extent: Option<Extent>, default| extent.map_or(default, |extent| extent == Extent::All);
        let periods = &self.keys.periods;
        let config = Config {
            digest: xxh3_128(format!("{:?} {}", flags.base_url, self.text).as_bytes()),
            root: root.to_path_buf(),
            output: flags.output.clone().unwrap_or_else(|| root.join("public")),
            adopt: flags.adopt,
            now,
            drafts: flags.drafts,
            future: flags.future,
            site,
            timezone,
            per_page: self.keys.per_page.unwrap_or(50),
            permalink,
            periods: Periods {
                home: all(periods.home, false),
                year: all(periods.year, false),
                month: all(periods.month, true),
                day: all(periods.day, true),
            },
            taxonomies,
            keys: self.keys.keys.0,
            import_keys: self.keys.import.keys.0,
            feeds: self.keys.feeds.resolve(),
            own_hosts: self.keys.own_hosts.iter().map(|host| host.trim().to_lowercase()).collect(),
            redirect_maps: self.keys.redirect_maps,
            citations: self.keys.citations,
            downloads: self.keys.downloads,
            on_this_day: self.keys.on_this_day,
            lookup: self.keys.lookup.unwrap_or(true),
            aliases: self.keys.aliases.0.into_iter().map(|(name, map)| (name, map.0)).collect(),
            first_weekday: self.keys.first_weekday.map_or(0, |day| day as i8),
        };
        Ok(config)
    }

    /// A foreign key can only become one that we know.
    fn key_targets(&self, taxonomies: &[Taxonomy]) -> Result<(), Problem> {
        let own = || taxonomies.iter().map(|taxonomy| taxonomy.name.as_str()).chain(article::KEYS);
        let unknown = |(_, ours): &&(String, String)| !own().any(|known| known == ours);
        let Some((foreign, ours)) = self.keys.keys.0.iter().find(unknown) else { return Ok(()) };
        let problem = self.problem("keys", format!("`keys: {{{foreign}: {ours}}}`: unknown key `{ours}`"));
        Err(match nearest(ours, own()) {
            Some(known) => problem.hint(format!("did you mean `{known}`?")),
            None => problem.hint("name one of the keys that `README.md` lists, or a taxonomy"),
        })
    }

    /// A key of a dump can only become one that `import` reads.
    fn import_targets(&self) -> Result<(), Problem> {
        let known = |ours: &String| IMPORT_KEYS.contains(&ours.as_str());
        let Some((theirs, ours)) = self.keys.import.keys.0.iter().find(|(_, ours)| !known(ours)) else {
            return Ok(());
        };
        let message = format!("`import: {{keys: {{{theirs}: {ours}}}}}`: unknown key `{ours}`");
        let hint = match nearest(ours, IMPORT_KEYS) {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("known are `{}`", IMPORT_KEYS.join("`, `")),
        };
        Err(self.problem("import", message).hint(hint))
    }

    fn checks(&self) -> Result<(), Problem> {
        let within = |key: &str, what: &str, count: Option<usize>| match count {
            Some(count) if !(1..=1000).contains(&count) => {
                Err(self.problem(key, format!("`{what}: {count}` must be from 1 to 1000")))
            }
            _ => Ok(()),
        };
        within("per_page", "per_page", self.keys.per_page)?;
        within("feeds", "entries", self.keys.feeds.entries)?;
        let host = |host: &&String| url::Host::parse(host.trim()).is_err();
        match self.keys.own_hosts.iter().find(host) {
            Some(host) => Err(self
                .problem("own_hosts", format!("`{host}` is not the name of a host"))
                .hint("use names such as `www.example.org`, without `https://` and path")),
            None => Ok(()),
        }
    }

    fn site(&self, flags: &Flags) -> Result<Site, Problem> {
        let keys = &self.keys;
        let base_url = flags.base_url.as_ref().or(keys.base_url.as_ref());
        let (base_url, base_path) = match base_url.map(|text| text.trim()).filter(|text| !text.is_empty()) {
            None => Default::default(),
            Some(text) => base(text).map_err(|reason| {
                let problem = format!("`base_url: {text}` {reason}");
                let hint = "use an address such as `https://example.org` or `https://example.org/archive`";
                let from_flag = flags.base_url.is_some();
                let problem = if from_flag {
                    Problem::error("usage", problem)
                } else {
                    self.problem("base_url", problem)
                };
                problem.hint(hint)
            })?,
        };
        let navigation = keys.navigation.iter().map(|link| self.link(link, &base_path));
        let navigation = navigation.collect::<Result<Vec<_>, _>>()?;
        Ok(Site {
            title: keys.title.clone().unwrap_or_else(|| "News archive".to_string()),
            description: keys.description.clone().unwrap_or_default(),
            base_url,
            base_path: base_path.clone(),
            lang: self.lang()?,
            publisher: keys.publisher.clone(),
            contact: keys.contact.clone(),
            navigation,
            extra: keys.extra.clone().unwrap_or_else(|| serde_json::Value::Object(serde_json::Map::new())),
        })
    }

    fn lang(&self) -> Result<String, Problem> {
        let tag = self.keys.lang.as_deref().unwrap_or("en").trim();
        article::language_tag(tag).ok_or_else(|| {
            self.problem("lang", format!("`lang: {tag}` is not a language tag"))
                .hint("use tags such as `en`, `pt-BR`, `zh-Hant`")
        })
    }

    /// A link of the masthead. What is relative starts from the site's root, as it stands on pages of all folders.
    fn link(&self, link: &NavigationKeys, base_path: &str) -> Result<Navigation, Problem> {
        let url = link.url.trim();
        let fail = |reason: &str, hint: &str| {
            let at = self.text.lines().position(|line| line.contains("url") && line.contains(&link.url));
            let place = at.map(|at| at + 1).or_else(|| yaml::line_of(self.text, "navigation"));
            let message = format!("`navigation`: `{url}` {reason}");
            Err(Problem::error("config", message)
                .file(FILE)
                .at(self.text, place, place.map(|_| 1))
                .hint(hint))
        };
        let root = url::Url::parse("https://here.invalid/").expect("an address");
        let Ok(target) = root.join(url) else {
            return fail("is not an address", "write a path such as `/about.html`, or `https://…`");
        };
        let url = match url::Url::parse(url) {
            _ if !matches!(target.scheme(), "http" | "https" | "mailto") => {
                let reason = format!("is not published: its scheme is `{}`", target.scheme());
                return fail(&reason, "use `https`, `http` or `mailto`");
            }
            Ok(_) => url.to_string(),
            Err(_) if url.is_empty() => return fail("is empty", "write a path such as `/about.html`"),
            Err(_) if target.host_str() != root.host_str() => {
                return fail("leads to another site", "begin it with `https://`, or with one `/` for a path");
            }
            Err(_) if url.starts_with('/') => format!("{base_path}{url}"),
            Err(_) => format!("{base_path}{}", &target[url::Position::BeforePath..]),
        };
        Ok(Navigation { title: link.title.clone(), url })
    }

    fn clock(&self, flags: &Flags) -> Result<(TimeZone, Timestamp), Problem> {
        let name = self.keys.timezone.as_deref().unwrap_or("UTC");
        let zone = TimeZone::get(name).map_err(|_| {
            let hint = "use a name of the IANA time zone database, such as `Europe/Berlin`";
            self.problem("timezone", format!("unknown time zone `{name}`")).hint(hint)
        })?;
        let Some(text) = &flags.now else { return Ok((zone, flags.clock)) };
        // A day alone means its first moment; the name of another zone would not be listened to.
        let civil = || text.parse::<DateTime>().ok().filter(|_| !text.contains('['));
        let civil = || zone.to_ambiguous_timestamp(civil()?).compatible().ok();
        let now = text.parse::<Timestamp>().ok().or_else(civil);
        let now = now.ok_or_else(|| {
            let hint = "use `2024-05-01T12:00:00Z` or `2024-05-01`";
            Problem::error("usage", format!("`{text}` is not a moment")).hint(hint)
        })?;
        Ok((zone, now))
    }

    fn taxonomies(&self) -> Result<Vec<Taxonomy>, Problem> {
        let Some(map) = &self.keys.taxonomies else { return Ok(taxonomy::usual()) };
        taxonomy::list(map.0.iter().map(|(name, keys)| (name.as_str(), keys.as_ref()))).map_err(|wrong| {
            let problem = self.problem("taxonomies", wrong.message);
            match wrong.hint {
                Some(hint) => problem.hint(hint),
                None => problem,
            }
        })
    }

    fn permalink(&self) -> Result<Permalink, Problem> {
        let pattern = self.keys.permalink.as_deref().unwrap_or(Permalink::DEFAULT);
        Permalink::parse(pattern).map_err(|reason| {
            let hint = format!("the default is `{}`", Permalink::DEFAULT);
            self.problem("permalink", format!("`permalink: {pattern}` {reason}")).hint(hint)
        })
    }
}

/// Address and path without a slash at the end.
fn base(text: &str) -> Result<(String, String), &'static str> {
    let url = url::Url::parse(text).map_err(|_| "is not an address")?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("must begin with `https://` or `http://`");
    }
    if url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Err("must hold host and path only");
    }
    let path = url.path().trim_end_matches('/');
    Ok((url.as_str().trim_end_matches('/').to_string(), path.to_string()))
}

fn unreadable(text: &str, error: &yaml::Error) -> anyhow::Error {
    let problem =
        |message: String| Problem::error("config", message).file(FILE).at(text, error.line, error.column);
    Fatal::one(match unknown(&error.message) {
        Some(unknown) => {
            problem(format!("unknown {} `{}`", unknown.what, unknown.given)).hint(unknown.hint())
        }
        None => problem(plain(&error.message)),
    })
}

/// serde's words for what is expected, in those of somebody who writes a file.
fn plain(message: &str) -> String {
    message
        .replace("expected struct Keys", "expected `key: value` lines")
        .replace("expected usize", "expected a whole number")
        .replace("expected struct FeedKeys", "expected `key: value` pairs")
        .replace("expected struct ImportKeys", "expected `key: value` pairs")
        .replace("expected struct PeriodKeys", "expected `key: value` pairs")
}

/// What serde did not know, and what it knows.
struct Unknown<'a> {
    what: &'static str,
    given: &'a str,
    known: Vec<&'a str>,
}

fn unknown(message: &str) -> Option<Unknown<'_>> {
    let after = |what: &'static str, phrase: &str| Some((what, message.split_once(phrase)?.1));
    let (what, rest) = after("key", "unknown field `").or_else(|| after("value", "unknown variant `"))?;
    let (given, known) = rest.split_once('`')?;
    Some(Unknown { what, given, known: known.split('`').skip(1).step_by(2).collect() })
}

impl Unknown<'_> {
    fn hint(&self) -> String {
        match nearest(self.given, self.known.iter().copied()) {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("known are `{}`", self.known.join("`, `")),
        }
    }
}
