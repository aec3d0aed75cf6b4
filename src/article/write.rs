//! [`Article`] → front matter, in one canonical order.

use super::{Article, Kind, Provenance, Raw, Status};
use crate::yaml::{self, Kind as Scalar, Node};

/// The article's file: front matter between `---` lines, an empty line, the body. [`super::parse`] reads the
/// same article back.
pub fn write(article: &Article, body: &str) -> String {
    let front = yaml::write(&front_matter(article));
    format!("---\n{front}---\n\n{}\n", body.trim_end())
}

/// The front matter as JSON.
pub fn front(article: &Article) -> serde_json::Value {
    yaml::json(&front_matter(article))
}

fn front_matter(article: &Article) -> Node {
    let mut out = Entries(Vec::new());
    out.text("title", article.title.as_ref());
    out.text("subtitle", article.subtitle.as_ref());
    out.text("description", article.description.as_ref());
    out.text("date", article.date.as_ref());
    out.text("updated", article.updated.as_ref());
    for (key, names) in article.terms.iter() {
        out.list(key, names);
    }
    out.text("slug", article.slug.as_ref());
    out.list("aliases", &article.aliases);
    out.text("lang", article.lang.as_ref());
    out.text("image", article.image.as_ref());
    out.text("kind", (article.kind == Kind::Page).then_some("page"));
    out.status(&article.status);
    out.text("embargo", article.embargo.as_ref());
    out.text("expires", article.expires.as_ref());
    out.provenance(&article.provenance);
    let corrections = article.corrections.iter().map(|correction| {
        let mut item = Entries(Vec::new());
        item.text("date", correction.date.as_ref());
        item.text("text", Some(&correction.text));
        Node::Map(item.0)
    });
    out.node("corrections", Node::List(corrections.collect()));
    out.text("same_as", article.same_as.as_ref());
    out.text("translation_of", article.translation_of.as_ref());
    out.list("redact", &article.redact);
    out.node("extra", Node::Map(article.extra.clone()));
    out.raw(article.raw.as_deref());
    Node::Map(out.0)
}

struct Entries(Vec<(String, Node)>);

impl Entries {
    /// Empty collections are left out: they would read back as absent.
    fn node(&mut self, key: &str, value: Node) {
        let empty = match &value {
            Node::Null => true,
            Node::Scalar(..) => false,
            Node::List(items) => items.is_empty(),
            Node::Map(entries) => entries.is_empty(),
        };
        if !empty {
            self.0.push((key.to_string(), value));
        }
    }

    fn text(&mut self, key: &str, value: Option<impl ToString>) {
        self.node(key, value.map_or(Node::Null, |value| Node::text(value.to_string())));
    }

    fn list(&mut self, key: &str, values: &[String]) {
        self.node(key, Node::List(values.iter().map(Node::text).collect()));
    }

    fn status(&mut self, status: &Status) {
        match status {
            Status::Published => {}
            Status::Draft => self.text("status", Some("draft")),
            Status::Removed(removal) => {
                self.text("status", Some("removed"));
                let mut inner = Self(Vec::new());
                inner.text("date", removal.date.as_ref());
                inner.text("reason", removal.reason.as_ref());
                let code = if removal.legal { "451" } else { "410" };
                inner.node("code", Node::Scalar(Scalar::Int, code.to_string()));
                self.node("removed", Node::Map(inner.0));
            }
        }
    }

    fn provenance(&mut self, provenance: &Provenance) {
        self.text("original_url", provenance.original_url.as_ref());
        self.text("archived_url", provenance.archived_url.as_ref());
        self.text("retrieved", provenance.retrieved.as_ref());
        self.text("first_published_by", provenance.first_published_by.as_ref());
        self.text("rights", provenance.rights.as_ref());
        self.text("dateline", provenance.dateline.as_ref());
        self.text("agency", provenance.agency.as_ref());
        let mut print = Self(Vec::new());
        print.text("edition", provenance.print.edition.as_ref());
        print.text("page", provenance.print.page.as_ref());
        print.text("column", provenance.print.column.as_ref());
        self.node("print", Node::Map(print.0));
    }

    fn raw(&mut self, raw: Option<&Raw>) {
        let Some(raw) = raw else { return };
        let mut inner = Self(Vec::new());
        inner.text("file", Some(&raw.file));
        inner.text("sha256", Some(&raw.sha256));
        inner.text("written", raw.written.as_ref());
        self.node("raw", Node::Map(inner.0));
    }
}

#[cfg(test)]
mod tests {
    use crate::article::{
        Article, Correction, Date, Keys, Kind, Particulars, Raw, Removal, Seldom, Status, parse, write,
    };
    use crate::yaml::Node;
    use proptest::prelude::*;

    /// A line as the reader cleans it.
    fn line() -> impl Strategy<Value = String> {
        "[^\\pC\\s][^\\pC\\s]{0,8}( [^\\pC\\s]{1,8}){0,3}"
    }

    fn article() -> impl Strategy<Value = Article> {
        let dates = prop::sample::select(vec!["1998", "1998-05~", "2024-02-29", "2019-07-21T09:30:00+02:00"]);
        let status = prop_oneof![
            Just(Status::Published),
            Just(Status::Draft),
            (prop::option::of(line()), any::<bool>())
                .prop_map(|(reason, legal)| Status::Removed(Box::new(Removal { date: None, reason, legal }))),
        ];
        let plain =
            (prop::option::of(line()), prop::option::of(line()), prop::option::of(dates.clone()), status);
        let lists = (
            prop::collection::btree_set(line(), 0..3),
            prop::collection::vec(line(), 0..3),
            prop::collection::vec((prop::option::of(dates), line()), 0..3),
        );
        (plain, lists, prop::option::of((line(), line())), any::<bool>()).prop_map(
            |((title, slug, date, status), (tags, redact, corrections), raw, page)| {
                let date_of = |text: Option<&str>| text.map(|text| Date::parse(text).unwrap());
                let mut terms = crate::article::Terms::default();
                terms.insert("tags", tags.into_iter().collect());
                terms.retain(|_| true);
                let seldom = Particulars {
                    extra: title.iter().map(|title| ("k".to_string(), Node::text(title))).collect(),
                    redact,
                    corrections: corrections
                        .into_iter()
                        .map(|(date, text)| Correction { date: date_of(date), text })
                        .collect(),
                    ..Particulars::default()
                };
                Article {
                    seldom: Seldom::new(seldom),
                    title,
                    slug,
                    date: date_of(date),
                    status,
                    terms,
                    raw: raw.map(|(file, sha256)| Box::new(Raw { file, sha256, written: None })),
                    kind: if page { Kind::Page } else { Kind::Article },
                    ..Article::default()
                }
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(article in article(), body in "[a-z \n]{0,40}") {
            let text = write(&article, &body);
            let parsed = parse(&text, &Keys::default()).unwrap();
            prop_assert_eq!(&parsed.article, &article);
            prop_assert_eq!(text[parsed.body..].trim(), body.trim());
            prop_assert_eq!(write(&parsed.article, text[parsed.body..].trim_start_matches('\n')), write(&article, body.trim_start_matches('\n')));
        }
    }
}
