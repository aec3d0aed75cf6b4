//! Embedded and user templates, words, assets and data → one [`Theme`] with one hash.
//!
//! The default theme is compiled in. A file of the project's `templates/` stands in for the embedded file of the
//! same name; it may still extend the embedded one as `theme/NAME`.

mod assets;
mod data;
mod problem;
mod shape;
mod words;

pub use assets::Asset;
pub use words::{Words, fill, is_rtl};

use crate::config::{self, Config};
use crate::fs;
use crate::problem::{Fatal, Problem, nearest};
use crate::route::{OutPath, Url};
use anyhow::Result;
use rust_embed::RustEmbed;
use std::collections::BTreeMap;
use tera::Tera;
use words::OddWords;
use xxhash_rust::xxh3::Xxh3;

/// The folder of the user's templates.
pub const FOLDER: &str = "templates";
/// The folder of files that are copied as they are.
pub const STATIC: &str = "static";
/// Under this prefix the embedded templates are found even if the user has some of the same name.
const PREFIX: &str = "theme/";
/// Largest template, word list or asset, in bytes; they are trusted, but may be the wrong file.
const LIMIT: u64 = 16 << 20;

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Embedded;

/// Everything that gives pages their looks.
pub struct Theme {
    /// The templates, with `site` in their global context.
    tera: Tera,
    /// The words of the interface.
    pub words: Words,
    /// The words of all languages that have a file.
    languages: BTreeMap<String, Words>,
    /// Stylesheet and other files of the theme.
    pub assets: Vec<Asset>,
    /// Files that are copied as they are; their names are relative to `static/`.
    pub statics: Vec<fs::File>,
    /// Hash of all that pages are made with but their own view: templates, words, assets, configuration.
    pub hash: u128,
    sources: BTreeMap<String, Source>,
}

/// A template's text and where it comes from, for messages.
struct Source {
    label: String,
    text: String,
}

/// One file of the theme, the user's or the embedded one.
struct File {
    /// Relative to `templates/`.
    name: String,
    /// How messages call it.
    label: String,
    bytes: Vec<u8>,
    embedded: bool,
}

impl Theme {
    /// Loads the theme of a project; a template that cannot be used is an error.
    pub fn load(config: &Config) -> Result<(Self, Vec<Problem>)> {
        let (files, mut problems) = files(config)?;
        let words = Words::load(&files, &config.site.lang)?;
        let languages = Words::languages(&files)?;
        let assets = assets::load(&files)?;
        let walk = fs::walk(&config.folder(STATIC), STATIC, |_| false)?;
        problems.extend(walk.problems);
        let (data, found) = data::load(config)?;
        problems.extend(found);
        let site = site(config, &words, &assets, data);
        let mut hash = Xxh3::new();
        for file in &files {
            hash.update(&xxhash_rust::xxh3::xxh3_128(file.name.as_bytes()).to_le_bytes());
            hash.update(&xxhash_rust::xxh3::xxh3_128(&file.bytes).to_le_bytes());
        }
        hash.update(site.to_string().as_bytes());
        problems.extend(untranslated(&files, &config.site.lang));
        let odd = OddWords::find(&files)?;
        let sources = templates(files)?;
        problems.extend(odd.problems(&sources));
        problems.extend(unused(&sources));
        let tera = compile(&sources, &site, &words)?;
        let (statics, hash) = (walk.files, hash.digest128());
        Ok((Self { tera, words, languages, assets, statics, hash, sources }, problems))
    }

    /// The words of a language; of the interface's, if it has none.
    pub fn words_of(&self, lang: &str) -> &Words {
        if primary(lang) == primary(self.words.lang()) {
            return &self.words;
        }
        let found = self.languages.get(lang).or_else(|| self.languages.get(&primary(lang)));
        found.unwrap_or(&self.words)
    }

    /// What a language calls itself; its tag, if it has no words that say so.
    pub fn language<'a>(&'a self, lang: &'a str) -> &'a str {
        let words = Some(self.words_of(lang)).filter(|words| primary(words.lang()) == primary(lang));
        words.and_then(Words::language).unwrap_or(lang)
    }

    /// The files that a template is made of: its own, then those that it extends or includes, as messages call them.
    pub fn files_of(&self, template: &str) -> Vec<&str> {
        let find = |name: &str| {
            self.sources
                .get_key_value(name)
                .or_else(|| self.sources.get_key_value(&format!("{PREFIX}{name}")))
        };
        let mut found: Vec<(&String, &Source)> = find(template).into_iter().collect();
        let mut at = 0;
        while let Some((_, source)) = found.get(at) {
            for other in mentioned(&source.text).filter_map(find) {
                if found.iter().all(|(known, _)| *known != other.0) {
                    found.push(other);
                }
            }
            at += 1;
        }
        found.into_iter().map(|(_, source)| source.label.as_str()).collect()
    }

    /// Renders one template into a buffer. `page` is what is being made, for messages.
    pub fn render(
        &self,
        template: &str,
        view: &impl serde::Serialize,
        page: &str,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let context = tera::Context::from_serialize(view);
        let rendered = context.and_then(|context| self.tera.render_to(template, &context, &mut *out));
        rendered.map_err(|error| Fatal::one(problem::from_tera(&error, &self.sources).page(page)))
    }
}

/// The names of the templates that a text extends or includes.
fn mentioned(text: &str) -> impl Iterator<Item = &str> {
    let tags = text.split("{%").skip(1).map(|tag| tag.trim_start_matches('-').trim_start());
    let names = tags.filter_map(|tag| tag.strip_prefix("extends").or_else(|| tag.strip_prefix("include")));
    names.filter_map(|rest| {
        let rest = rest.trim_start();
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        rest[1..].split(quote).next()
    })
}

/// A language tag without script and region.
fn primary(lang: &str) -> String {
    lang.split('-').next().unwrap_or_default().to_ascii_lowercase()
}

/// The embedded theme's file names, for `eject` and tests.
pub fn embedded_names() -> Vec<String> {
    Embedded::iter().map(|name| name.to_string()).collect()
}

/// The bytes of an embedded file.
pub fn embedded(name: &str) -> Option<Vec<u8>> {
    Some(Embedded::get(name)?.data.into_owned())
}

/// Embedded files first, then the user's, each sorted.
fn files(config: &Config) -> Result<(Vec<File>, Vec<Problem>)> {
    let mut files: Vec<File> = Embedded::iter()
        .filter_map(|name| {
            let bytes = Embedded::get(&name)?.data.into_owned();
            Some(File { label: format!("{PREFIX}{name}"), name: name.to_string(), bytes, embedded: true })
        })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let walk = fs::walk(&config.folder(FOLDER), FOLDER, |name| name.starts_with('.'))?;
    for file in walk.files {
        let bytes = fs::read(&file.path(), LIMIT)?;
        files.push(File {
            label: format!("{FOLDER}/{}", file.name),
            name: file.name.to_string(),
            bytes,
            embedded: false,
        });
    }
    Ok((files, walk.problems))
}

fn templates(files: Vec<File>) -> Result<BTreeMap<String, Source>> {
    let mut sources = BTreeMap::new();
    let is_template = |name: &str| name.ends_with(".html") || name.ends_with(".xml");
    for file in files.into_iter().filter(|file| is_template(&file.name)) {
        let Ok(text) = String::from_utf8(file.bytes) else {
            return Err(Fatal::one(
                Problem::error("template", "the template is not UTF-8 text").file(file.label),
            ));
        };
        let name = if file.embedded { format!("{PREFIX}{}", file.name) } else { file.name };
        sources.insert(name, Source { label: file.label, text });
    }
    Ok(sources)
}

/// Templates of the user's that stand in for none of the theme's and that no other mentions: misspelt, most likely.
fn unused(sources: &BTreeMap<String, Source>) -> Vec<Problem> {
    let embedded = || sources.keys().filter_map(|name| name.strip_prefix(PREFIX));
    let mentioned = |name: &str| {
        let quoted = [format!("\"{name}\""), format!("'{name}'")];
        sources.values().any(|source| quoted.iter().any(|quoted| source.text.contains(quoted)))
    };
    let own = sources.iter().filter(|(name, _)| !name.starts_with(PREFIX));
    let unused = own.filter(|(name, _)| embedded().all(|known| known != *name) && !mentioned(name));
    let note = |(name, source): (&String, &Source)| {
        let message = "the theme has no file of this name, and no template includes it";
        let note = Problem::note("unused-file", message).file(source.label.clone());
        match nearest(name, embedded()) {
            Some(known) => note.hint(format!("did you mean `{known}`?")),
            None => note.hint("`backissue eject` lists the files of the theme"),
        }
    };
    unused.map(note).collect()
}

/// Nobody translated the interface into the archive's language.
fn untranslated(files: &[File], lang: &str) -> Option<Problem> {
    if Words::speaks(files, lang) {
        return None;
    }
    let message = format!("the interface has no words in `{lang}`, the archive's language; they are English");
    let hint = format!("translate the theme's `i18n/en.yaml` as `{FOLDER}/i18n/{}.yaml`", primary(lang));
    Some(Problem::note("no-words", message).file(config::FILE).hint(hint))
}

fn compile(sources: &BTreeMap<String, Source>, site: &serde_json::Value, words: &Words) -> Result<Tera> {
    let mut tera = Tera::new();
    let failed = |error: tera::Error| Fatal::one(problem::from_tera(&error, sources));
    tera.set_fallback_prefixes([PREFIX]).map_err(failed)?;
    tera.register_filter("thousands", |number: u64, _: tera::Kwargs, _: &tera::State| thousands(number));
    tera.add_raw_templates(sources.iter().map(|(name, source)| (name.as_str(), source.text.as_str())))
        .map_err(failed)?;
    tera.global_context().insert("site", site);
    tera.global_context().insert("words", words.all());
    Ok(tera)
}

/// A number with narrow spaces between groups of three digits (ISO 80000-1, section 7.3.1).
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// What templates see as `site`: nothing of it comes from an article, or one new article would change every page.
fn site(config: &Config, words: &Words, assets: &[Asset], data: serde_json::Value) -> serde_json::Value {
    let base = config.site.base_path.as_str();
    let mut site = serde_json::to_value(&config.site).expect("the configuration is plain data");
    let urls: serde_json::Map<_, _> = assets
        .iter()
        .map(|asset| {
            let url = Url::of(&asset.path, base);
            (asset.name.clone(), serde_json::json!({"url": url, "integrity": asset.integrity}))
        })
        .collect();
    let taxonomies: Vec<_> = config
        .taxonomies
        .iter()
        .map(|taxonomy| {
            let title = taxonomy.title.clone().unwrap_or_else(|| words.taxonomy(&taxonomy.name));
            serde_json::json!({"name": taxonomy.name, "title": title, "url": format!("{base}{}", taxonomy.path)})
        })
        .collect();
    site["dir"] = if is_rtl(&config.site.lang) { "rtl" } else { "ltr" }.into();
    site["words"] = words.values().clone();
    site["data"] = data;
    site["assets"] = urls.into();
    site["generator"] = concat!("backissue ", env!("CARGO_PKG_VERSION")).into();
    site["home"] = format!("{base}/").into();
    site["taxonomies"] = taxonomies.into();
    site
}

/// The path under which a file of `static/` is published, or what is wrong with its name.
pub fn static_path(file: &fs::File) -> Result<OutPath, Problem> {
    OutPath::new(&file.name).map_err(|reason| {
        Problem::warning("path", format!("not published: {reason}"))
            .file(format!("{STATIC}/{}", file.name))
            .hint("rename the file")
    })
}
