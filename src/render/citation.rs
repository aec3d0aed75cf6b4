//! Articles as reference managers want them: BibTeX, RIS, CSL-JSON. All three say "newspaper article".

use super::{Renderer, card};
use crate::article::Date;
use crate::config::CitationFormat;
use crate::markdown;
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Serialize)]
pub(super) struct Citation {
    key: String,
    title: String,
    authors: Vec<String>,
    date: Option<(i16, i8, i8, bool)>,
    newspaper: Option<String>,
    section: Option<String>,
    page: Option<String>,
    edition: Option<String>,
    publisher: String,
    summary: String,
    lang: String,
    /// Its whole address, if the site has one.
    url: Option<String>,
    original_url: Option<String>,
    retrieved: Option<(i16, i8, i8, bool)>,
    rights: Option<String>,
}

impl Renderer<'_> {
    pub(super) fn citation(&self, id: usize) -> Citation {
        let entry = &self.archive.entries[id];
        let article = &entry.article;
        let from = &article.provenance;
        let names = |key: &'static str| self.terms_in(key, entry, Some(id)).map(|term| term.name.to_string());
        let path = self.plan.addresses.article(id);
        let site = &self.config.site;
        Citation {
            key: path.as_str().trim_end_matches(".html").replace('/', ":"),
            title: entry.title.clone(),
            authors: names("authors").collect(),
            date: article.date.as_ref().map(parts),
            newspaper: names("sources").next().or_else(|| from.first_published_by.clone()),
            section: names("sections").next(),
            page: from.print.page.clone(),
            edition: from.print.edition.clone(),
            publisher: site.publisher.clone().unwrap_or_else(|| site.title.clone()),
            summary: card::summary(entry).into_owned(),
            lang: article.lang.clone().unwrap_or_else(|| site.lang.clone()),
            url: (!site.base_url.is_empty()).then(|| self.absolute(path)),
            original_url: from.original_url.as_deref().and_then(markdown::safe_web_url),
            retrieved: from.retrieved.as_ref().map(parts),
            rights: from.rights.clone(),
        }
    }
}

fn parts(date: &Date) -> (i16, i8, i8, bool) {
    let (year, month, day, _) = date.civil();
    (year, month, day, date.approximate() || date.uncertain())
}

pub(super) fn write(citation: &Citation, format: CitationFormat, out: &mut Vec<u8>) {
    match format {
        CitationFormat::Bibtex => out.extend(bibtex(citation).bytes()),
        CitationFormat::Ris => out.extend(ris(citation).bytes()),
        CitationFormat::Csl => super::json(&json!([csl(citation)]), out),
    }
}

/// <https://ctan.org/pkg/biblatex>, section 2; the field names are those that older styles know as well.
fn bibtex(citation: &Citation) -> String {
    let key: String =
        citation.key.chars().filter(|c| c.is_ascii_alphanumeric() || ":-".contains(*c)).collect();
    let mut text = format!("@article{{{key},\n");
    let mut field = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            text += &format!("  {name} = {{{value}}},\n");
        }
    };
    let plain = |value: &Option<String>| value.as_deref().map(tex);
    // Braces keep capitals, and names of organisations whole.
    let authors: Vec<String> = citation.authors.iter().map(|name| author(name)).collect();
    field("author", (!authors.is_empty()).then(|| authors.join(" and ")));
    field("title", Some(format!("{{{}}}", tex(&citation.title))));
    // What reference managers tell a newspaper's article from a journal's by.
    field("entrysubtype", Some("newspaper".to_string()));
    field("journal", plain(&citation.newspaper));
    if let Some((year, month, day, _)) = citation.date {
        field("year", Some(format!("{year:04}")));
        field("month", (month > 0).then(|| month.to_string()));
        field("day", (day > 0).then(|| day.to_string()));
    }
    field("pages", plain(&citation.page));
    field("edition", plain(&citation.edition));
    field("publisher", Some(tex(&citation.publisher)));
    field("langid", Some(tex(&citation.lang)));
    // `%` begins a comment in TeX, though not in a URL field that biblatex reads.
    field("url", citation.url.clone());
    field("urldate", citation.retrieved.map(iso));
    text + "}\n"
}

fn author(name: &str) -> String {
    let name = tex(name);
    if name.split_whitespace().any(|word| word.eq_ignore_ascii_case("and")) || name.contains(',') {
        format!("{{{name}}}")
    } else {
        name
    }
}

/// Text without TeX's special characters.
fn tex(text: &str) -> String {
    let mut tex = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '#' | '$' | '%' | '&' | '_' => tex.extend(['\\', letter]),
            '\\' => tex += "{\\textbackslash}",
            '~' => tex += "{\\textasciitilde}",
            '^' => tex += "{\\textasciicircum}",
            // An unbalanced brace would end the field.
            '{' => tex.push('('),
            '}' => tex.push(')'),
            letter => tex.push(letter),
        }
    }
    tex
}

fn iso((year, month, day, _): (i16, i8, i8, bool)) -> String {
    let mut text = format!("{year:04}");
    for part in [month, day].into_iter().filter(|part| *part > 0) {
        text += &format!("-{part:02}");
    }
    text
}

/// Research Information Systems' tagged format: two letters, two spaces, a hyphen, a space, and CRLF.
fn ris(citation: &Citation) -> String {
    let mut text = String::from("TY  - NEWS\r\n");
    let mut tag = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            // Nothing an article says may begin a line.
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            text += &format!("{name}  - {value}\r\n");
        }
    };
    tag("TI", Some(&citation.title));
    citation.authors.iter().for_each(|name| tag("AU", Some(name)));
    tag("T2", citation.newspaper.as_deref());
    if let Some((year, month, day, _)) = citation.date {
        let part = |part: i8| if part > 0 { format!("{part:02}") } else { String::new() };
        tag("PY", Some(&format!("{year:04}")));
        tag("DA", Some(&format!("{year:04}/{}/{}/", part(month), part(day))));
    }
    tag("SE", citation.section.as_deref());
    tag("SP", citation.page.as_deref());
    tag("ET", citation.edition.as_deref());
    tag("PB", Some(&citation.publisher));
    tag("AB", Some(&citation.summary));
    tag("LA", Some(&citation.lang));
    tag("UR", citation.url.as_deref());
    tag("L2", citation.original_url.as_deref());
    tag("Y2", citation.retrieved.map(iso).as_deref());
    text + "ER  - \r\n"
}

/// <https://github.com/citation-style-language/schema>
fn csl(citation: &Citation) -> Value {
    let date = |(year, month, day, circa): (i16, i8, i8, bool)| {
        let known: Vec<i16> =
            [year, i16::from(month), i16::from(day)].into_iter().take_while(|part| *part > 0).collect();
        let mut date = json!({"date-parts": [known]});
        if circa {
            date["circa"] = true.into();
        }
        date
    };
    let mut item = json!({
        "id": citation.key, "type": "article-newspaper", "title": citation.title,
        "language": citation.lang, "publisher": citation.publisher,
    });
    let authors: Vec<Value> = citation.authors.iter().map(|name| json!({"literal": name})).collect();
    for (key, value) in [
        ("author", (!authors.is_empty()).then(|| authors.into())),
        ("URL", citation.url.clone().map(Value::from)),
        ("issued", citation.date.map(date)),
        ("accessed", citation.retrieved.map(date)),
        ("container-title", citation.newspaper.clone().map(Value::from)),
        ("section", citation.section.clone().map(Value::from)),
        ("page", citation.page.clone().map(Value::from)),
        ("edition", citation.edition.clone().map(Value::from)),
        ("abstract", Some(citation.summary.clone()).filter(|text| !text.is_empty()).map(Value::from)),
    ] {
        if let Some(value) = value {
            item[key] = value;
        }
    }
    item
}
