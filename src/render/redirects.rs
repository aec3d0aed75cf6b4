//! Redirects and removed addresses, in the words of servers.

use super::Renderer;
use crate::article::Status;
use crate::config::RedirectMap;
use crate::plan::Page;
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything that has moved or gone. Paths are below the host, decoded where servers compare them so.
#[derive(Serialize)]
pub(super) struct Moves {
    moved: Vec<Moved>,
    gone: Vec<Gone>,
    /// Length of the site's own path, which rules of a folder do not see.
    base: usize,
}

#[derive(Serialize)]
struct Moved {
    path: String,
    decoded: String,
    query: Option<String>,
    /// The query as a rule of Netlify's asks for it; `None` if it cannot.
    pairs: Option<String>,
    to: String,
}

#[derive(Serialize)]
struct Gone {
    url: String,
    /// The path of the file.
    decoded: String,
    /// Whether it is a folder's own page, which has two addresses.
    folder: bool,
    status: u16,
}

impl Renderer<'_> {
    pub(super) fn moves(&self) -> Moves {
        let addresses = &self.plan.addresses;
        let base = &self.config.site.base_path;
        let moved = self.plan.redirects.iter().map(|redirect| {
            let (path, query) = redirect.from.parts();
            let pairs = redirect.from.pairs().map(|pairs| {
                let pairs: Vec<String> =
                    pairs.iter().map(|(name, value)| format!(" {name}={value}")).collect();
                pairs.concat()
            });
            Moved {
                path: format!("{base}{path}"),
                decoded: format!("{base}{}", redirect.from.decoded_path()),
                query: query.map(str::to_string),
                pairs,
                to: addresses.url(addresses.of(redirect.to)).into(),
            }
        });
        let gone = self.plan.outputs.iter().filter_map(|output| {
            let Page::Tombstone(subject) = output.page else { return None };
            let Status::Removed(removal) = &subject.of(self.archive).article.status else { return None };
            let url = String::from(addresses.url(&output.path));
            let folder = url.ends_with('/');
            let decoded = format!("{base}/{}", output.path);
            let status = if removal.legal { 451 } else { 410 };
            Some(Gone { url, decoded, folder, status })
        });
        Moves { moved: moved.collect(), gone: gone.collect(), base: base.len() }
    }
}

pub(super) fn write(moves: &Moves, map: RedirectMap, out: &mut Vec<u8>) {
    let text = match map {
        RedirectMap::Netlify => netlify(moves),
        RedirectMap::Nginx => nginx(moves),
        RedirectMap::Apache => apache(moves),
    };
    out.extend(text.bytes());
}

/// <https://docs.netlify.com/manage/routing/redirects/redirect-options/#query-parameters>: a rule asks for plain
/// names and values. One without holds for all queries, so that it comes last.
fn netlify(moves: &Moves) -> String {
    let mut text = String::new();
    let (with, without): (Vec<&Moved>, Vec<&Moved>) =
        moves.moved.iter().partition(|moved| moved.query.is_some());
    for moved in with.into_iter().chain(without) {
        let Some(pairs) = &moved.pairs else { continue };
        // A rule's own signs: a splat, and a placeholder at the beginning of a name.
        let from = moved.path.replace('*', "%2A").replace("/:", "/%3A");
        text += &format!("{from}{pairs} {} 301!\n", moved.to);
    }
    for gone in &moves.gone {
        for file in if gone.folder { &["", "index.html"][..] } else { &[""] } {
            text += &format!("{}{file} {} {}!\n", gone.url, gone.url, gone.status);
        }
    }
    text
}

/// Locations for a `server` block, one a path: nginx takes no two. A named location shows the tombstone under the
/// status that it stands for.
fn nginx(moves: &Moves) -> String {
    let mut by_path: BTreeMap<&str, (Vec<&Moved>, Option<u16>)> = BTreeMap::new();
    for moved in &moves.moved {
        by_path.entry(&moved.decoded).or_default().0.push(moved);
    }
    for gone in &moves.gone {
        by_path.entry(&gone.decoded).or_default().1 = Some(gone.status);
        if let Some(folder) = gone.decoded.strip_suffix("index.html").filter(|_| gone.folder) {
            by_path.entry(folder).or_default().1 = Some(gone.status);
        }
    }
    let mut text = String::from("# To be included in a `server` block.\n");
    for (path, (moves, gone)) in by_path {
        text += &format!("location = {} {{", quoted(path));
        for moved in &moves {
            if let Some(query) = &moved.query {
                let to = address(&moved.to);
                text += &format!(" if ($args {}) {{ return 301 {to}; }}", equals(query));
            }
        }
        if let Some(status) = gone {
            text += &format!(" error_page {status} @backissue_removed; return {status};");
        } else if let Some(moved) = moves.iter().find(|moved| moved.query.is_none()) {
            text += &format!(" return 301 {};", address(&moved.to));
        }
        text += " }\n";
    }
    if !moves.gone.is_empty() {
        text += "location @backissue_removed { try_files $uri $uri/index.html =410; }\n";
    }
    text
}

/// Compares with a text. In a string `$` would begin a variable and has no escape; a pattern knows no variables.
fn equals(text: &str) -> String {
    if text.contains('$') {
        format!("~ {}", quoted(&format!("^{}$", pattern(text))))
    } else {
        format!("= {}", quoted(text))
    }
}

/// An address in a string, where `$` would begin a variable.
fn address(url: &str) -> String {
    quoted(&url.replace('$', "%24"))
}

/// A string of nginx's configuration. The name of a location knows no variables.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace(['\r', '\n'], ""))
}

/// Rules of `mod_rewrite` in `.htaccess`: patterns are below the folder that the file lies in, and decoded.
fn apache(moves: &Moves) -> String {
    let mut text = String::from("RewriteEngine On\n");
    let below = |path: &str| pattern(path.get(moves.base + 1..).unwrap_or_default());
    // A rule without a query holds for all of them, so that it comes last.
    let (with, without): (Vec<&Moved>, Vec<&Moved>) =
        moves.moved.iter().partition(|moved| moved.query.is_some());
    for moved in with.into_iter().chain(without) {
        if let Some(query) = &moved.query {
            text += &format!("RewriteCond \"%{{QUERY_STRING}}\" \"^{}$\"\n", pattern(query));
        }
        let to = moved.to.replace('%', "\\%");
        text += &format!("RewriteRule \"^{}$\" \"{to}\" [R=301,L,NE,QSD]\n", below(&moved.decoded));
    }
    // The page that was asked for is the answer, though not with the status of a page. Asked for as an answer, it
    // must not be refused once more.
    for status in [410, 451].into_iter().filter(|status| moves.gone.iter().any(|gone| gone.status == *status))
    {
        text += &format!("ErrorDocument {status} /%{{REQUEST_URI}}\n");
    }
    for gone in &moves.gone {
        let flag = if gone.status == 451 { "R=451" } else { "G" };
        let pattern = match gone.decoded.strip_suffix("index.html").filter(|_| gone.folder) {
            Some(folder) => format!("^{}(index\\.html)?$", below(folder)),
            None => format!("^{}$", below(&gone.decoded)),
        };
        text += "RewriteCond \"%{ENV:REDIRECT_STATUS}\" \"^$\"\n";
        text += &format!("RewriteRule \"{pattern}\" \"-\" [{flag},L]\n");
    }
    text
}

/// A regular expression that matches a text alone.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 8);
    for letter in text.chars().filter(|c| !c.is_control()) {
        match letter {
            '"' => pattern += "\\x22",
            letter if letter.is_ascii_punctuation() && !"-_/".contains(letter) => {
                pattern.extend(['\\', letter]);
            }
            ' ' => pattern += "\\x20",
            letter => pattern.push(letter),
        }
    }
    pattern
}
