//! What pages have around a story, in the languages that dumps come in.
//!
//! A block is furniture by its shape, never because a word occurs in it: a story may talk about cookies and followers.
//! Either the whole block is a known phrase, or it begins as furniture begins – an imperative or a "we" of the page –
//! and has nothing more to say, or more words of the page. What is quoted or told by somebody is story.
//! A language is a few lines in a table.

use super::dates;
use crate::article::Date;

/// Longest furniture in characters; longer blocks are always story.
const LONGEST: usize = 200;

/// Blocks that nobody writes as a paragraph of a story, wherever they stand.
const WHOLE: &[&str] = &[
    "read more",
    "read also",
    "read full story",
    "see also",
    "related articles",
    "related stories",
    "more on this topic",
    "more stories",
    "share this article",
    "share on facebook",
    "share on twitter",
    "leave a comment",
    "add a comment",
    "advertisement",
    "subscribe now",
    "sign in",
    "log in",
    "back to top",
    "accept all",
    "accept cookies",
    "accept all cookies",
    "reject all",
    "cookie settings",
    "skip to content",
    "cookie policy",
    "cookie notice",
    "privacy policy",
    "terms of use",
    "click here",
    "weiterlesen",
    "mehr lesen",
    "mehr zum thema",
    "lesen sie auch",
    "anzeige",
    "abonnieren",
    "alle akzeptieren",
    "folgen sie uns",
    "lire la suite",
    "lire aussi",
    "à lire aussi",
    "publicité",
    "s'abonner",
    "se connecter",
    "tout accepter",
    "suivez-nous",
    "leer más",
    "lea también",
    "publicidad",
    "suscríbete",
    "iniciar sesión",
    "aceptar todo",
    "síguenos",
    "leggi anche",
    "leggi tutto",
    "pubblicità",
    "seguici",
    "leia mais",
    "leia também",
    "publicidade",
    "siga-nos",
    "читать далее",
    "читайте также",
    "подписаться",
    "подписывайтесь",
];

/// Words of buttons and menus that could be a headline, an answer or a subheading as well: furniture only beside
/// other furniture.
const BUTTONS: &[&str] = &[
    "related",
    "share",
    "share this",
    "continue reading",
    "follow us",
    "no comments",
    "advertising",
    "sign up",
    "about us",
    "contact us",
    "contact",
    "imprint",
    "impressum",
    "tweet",
    "print",
    "email",
    "comments",
    "sponsored",
    "promoted",
    "subscribe",
    "register",
    "menu",
    "search",
    "home",
    "accept",
    "i agree",
    "got it",
    "ok",
    "close",
    "newsletter",
    "werbung",
    "teilen",
    "drucken",
    "kommentare",
    "anmelden",
    "zustimmen",
    "partager",
    "imprimer",
    "commentaires",
    "accepter",
    "compartir",
    "imprimir",
    "comentarios",
    "aceptar",
    "condividi",
    "stampa",
    "commenti",
    "abbonati",
    "accedi",
    "accetta",
    "compartilhe",
    "partilhar",
    "assine",
    "entrar",
    "aceitar",
    "подробнее",
    "реклама",
    "поделиться",
    "распечатать",
    "комментарии",
    "войти",
    "принять",
];

/// How longer furniture begins: the words stand in this order, the first at the beginning; `…` is up to [`GAP`] words,
/// `@` one of [`NETWORKS`]. What follows must be nothing, or say a word of [`PAGE`] or [`NETWORKS`].
const PATTERNS: &[&str] = &[
    "this website uses cookies",
    "this site uses cookies",
    "our website uses cookies",
    "our site uses cookies",
    "we use cookies",
    "we and our partners … cookies",
    "by continuing … cookies",
    "by using this … you",
    "by using our … you",
    "by clicking … you agree",
    "we've got … followers",
    "we have … followers",
    "follow us on",
    "follow us for",
    "follow our … on @",
    "like us on @",
    "find us on @",
    "join us on @",
    "join our … channel",
    "sign up for … newsletter",
    "sign up to … newsletter",
    "sign up for our",
    "subscribe to our",
    "subscribe to … newsletter",
    "click here to",
    "click here for",
    "download our app",
    "download the app",
    "get our app",
    "share this article",
    "share this story",
    "please enable javascript",
    "enable javascript",
    "diese website verwendet cookies",
    "diese webseite verwendet cookies",
    "wir verwenden cookies",
    "folgen sie uns",
    "folge uns",
    "newsletter abonnieren",
    "jetzt newsletter",
    "ce site utilise … cookies",
    "nous utilisons … cookies",
    "suivez nous",
    "inscrivez vous … newsletter",
    "abonnez vous à",
    "este sitio utiliza cookies",
    "este sitio web utiliza cookies",
    "utilizamos cookies",
    "síguenos",
    "síganos",
    "suscríbete",
    "suscríbase",
    "questo sito utilizza … cookie",
    "utilizziamo … cookie",
    "seguici su",
    "iscriviti alla newsletter",
    "este site usa cookies",
    "usamos cookies",
    "siga nos",
    "assine … newsletter",
    "этот сайт использует … cookie",
    "сайт использует … cookie",
    "мы используем … cookie",
    "подписывайтесь на",
    "подпишитесь на",
    "следите за нами",
];

/// Most words that `…` stands for.
const GAP: usize = 6;

/// What pages talk about to their visitors, and stories rarely after such a beginning.
const PAGE: &[&str] = &[
    "cookie",
    "cookies",
    "website",
    "site",
    "browser",
    "click",
    "join",
    "newsletter",
    "newsletters",
    "subscribe",
    "privacy",
    "policy",
    "settings",
    "consent",
    "experience",
    "terms",
    "updates",
    "inbox",
    "latest",
    "find out more",
    "learn more",
    "read more",
    "ios",
    "android",
    "datenschutz",
    "erfahren",
    "nutzung",
    "werbung",
    "expérience",
    "confidentialité",
    "conditions",
    "sitio",
    "experiencia",
    "boletín",
    "privacidad",
    "esperienza",
    "experiência",
    "notícias",
    "noticias",
    "сайт",
    "сайта",
    "сайте",
    "канал",
    "новости",
    "рассылку",
];

/// What stories do and pages do not: somebody tells it.
const TOLD: &[&str] = &[
    "said",
    "says",
    "say",
    "told",
    "tells",
    "wrote",
    "writes",
    "asked",
    "asks",
    "added",
    "adds",
    "admitted",
    "admits",
    "warned",
    "warns",
    "replied",
    "sagte",
    "sagt",
    "schrieb",
    "dit",
    "dijo",
    "dice",
    "disse",
    "сказал",
    "сказала",
    "заявил",
    "заявила",
];

/// Where readers are asked to follow.
const NETWORKS: &[&str] = &[
    "facebook",
    "twitter",
    "x",
    "telegram",
    "instagram",
    "whatsapp",
    "youtube",
    "tiktok",
    "linkedin",
    "mastodon",
    "bluesky",
    "threads",
    "google",
    "vk",
];

/// What a teaser begins with, before a colon and another story's headline.
const TEASERS: &[&str] = &[
    "read more",
    "read also",
    "see also",
    "also read",
    "related",
    "more on this",
    "mehr zum thema",
    "lesen sie auch",
    "lire aussi",
    "à lire aussi",
    "lea también",
    "leggi anche",
    "leia também",
    "читайте также",
];

/// How sure it is that a block is furniture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sure {
    /// It is.
    Yes,
    /// Beside other furniture it is.
    Beside,
    /// It is not.
    No,
}

/// Judges a block at the edges of a story.
pub(super) fn at_edge(block: &str) -> Sure {
    if anywhere(block) || !block.chars().any(char::is_alphanumeric) {
        return Sure::Yes;
    }
    let bare = bare(block);
    // `Comments (12)`
    let counted = bare.trim_end_matches(|c: char| c.is_ascii_digit() || " (".contains(c));
    if BUTTONS.contains(&bare.as_str()) || BUTTONS.contains(&counted) { Sure::Beside } else { Sure::No }
}

/// Whether a block is furniture even between two paragraphs of a story.
pub(super) fn anywhere(block: &str) -> bool {
    if block.chars().count() > LONGEST {
        return false;
    }
    // What ends as a sentence is somebody's; the headlines of other stories do not.
    let teaser = block.split_once(':').filter(|_| !block.ends_with(['.', '。']));
    WHOLE.contains(&bare(block).as_str())
        || teaser.is_some_and(|(head, _)| TEASERS.contains(&bare(head).as_str()))
        || is_addressed(block)
}

/// Whether the page speaks to its visitors about itself; below the story, nothing but more of the page follows.
pub(super) fn is_addressed(block: &str) -> bool {
    if block.chars().count() > LONGEST || block.contains(['"', '“', '”', '„', '«', '»']) {
        return false;
    }
    let words = words(block);
    let is_of_page = |rest: &[String]| {
        let said = rest.join(" ");
        let has = |known: &&str| format!(" {said} ").contains(&format!(" {known} "));
        rest.is_empty()
            || PAGE.iter().chain(NETWORKS).any(has)
            || block.contains("://")
            || block.contains('@')
    };
    let told = words.iter().any(|word| TOLD.contains(&word.as_str()));
    !told && PATTERNS.iter().any(|pattern| behind(&words, pattern).is_some_and(is_of_page))
}

/// A block without signs around it; a full stop stays, as it ends a sentence.
fn bare(block: &str) -> String {
    let around = |c: char| !c.is_alphanumeric() && !".!?".contains(c);
    block.trim_matches(around).to_lowercase()
}

/// The words behind a pattern, if words begin with it.
fn behind<'a>(words: &'a [String], pattern: &str) -> Option<&'a [String]> {
    let mut rest = words;
    let mut gap = 0;
    for part in pattern.split(' ') {
        if part == "…" {
            gap = GAP;
            continue;
        }
        let is = |word: &String| if part == "@" { NETWORKS.contains(&word.as_str()) } else { word == part };
        let at = rest.iter().take(gap + 1).position(is)?;
        rest = &rest[at + 1..];
        gap = 0;
    }
    Some(rest)
}

/// A statement of rights: `All rights reserved by …`, `© 1998 …`, `Copyright 1998 …`. Behind the phrase stands
/// nothing, a year, a name or another sentence: `Copyright law must change` and `© Lind said no` are stories.
pub(super) fn is_rights(block: &str) -> bool {
    const SAID: [&str; 7] = [
        "all rights reserved",
        "alle rechte vorbehalten",
        "tous droits réservés",
        "todos los derechos reservados",
        "tutti i diritti riservati",
        "todos os direitos reservados",
        "все права защищены",
    ];
    if block.chars().count() > LONGEST || words(block).iter().any(|word| TOLD.contains(&word.as_str())) {
        return false;
    }
    let mut rest = block;
    // The word alone is no statement: `Copyright Board Rejects Appeal`.
    if let Some(behind) = after(block, "copyright").map(str::trim_start) {
        let signs = ["©", "(c)", "by "];
        if !behind.starts_with(|c: char| c.is_ascii_digit())
            && signs.iter().all(|sign| after(behind, sign).is_none())
        {
            return false;
        }
    }
    while let Some(behind) = ["copyright", "©", "(c)"].iter().chain(&SAID).find_map(|said| after(rest, said))
    {
        rest = behind.trim_start();
    }
    if rest.len() == block.len() {
        return false;
    }
    let name = after(rest, "by ").unwrap_or(rest);
    let name = name.split(['.', ',']).next().unwrap_or_default();
    rest.is_empty()
        || rest.starts_with(|c: char| ".|".contains(c) || c.is_ascii_digit())
        || is_proper_name(name)
}

/// What stands behind a phrase in small letters, if a text begins with it. Small letters may have other lengths than
/// the text itself, so they are counted as letters.
pub(super) fn after<'a>(text: &'a str, phrase: &str) -> Option<&'a str> {
    let count = phrase.chars().count();
    let end = text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    (text[..end].to_lowercase() == phrase).then(|| &text[end..])
}

/// Who published it first, and perhaps when, from `First published by NAME on DATE.` and its like.
pub(super) fn first_publisher(block: &str) -> Option<(String, Option<Date>)> {
    const SAID: [&str; 10] = [
        "first published by",
        "first published in",
        "originally published by",
        "originally published in",
        "zuerst erschienen in",
        "zuerst veröffentlicht von",
        "publié à l'origine par",
        "publicado originalmente por",
        "publicado originalmente en",
        "впервые опубликовано в",
    ];
    let said = SAID.iter().find_map(|phrase| after(block, phrase))?;
    let said = said.strip_prefix(':').unwrap_or(said).strip_prefix(' ')?.trim();
    let (name, date) = [" on ", ", "]
        .iter()
        .filter_map(|gap| said.split_once(gap))
        .find_map(|(name, date)| Some((name, Some(dates::line(date.trim_end_matches('.'))?.date))))
        .unwrap_or((said, None));
    let name = name.trim_end_matches('.').trim();
    is_proper_name(name).then(|| (name.to_string(), date))
}

/// Whether a text is a name and nothing more: capitals but for particles, no number first, no clause behind it.
pub(super) fn is_proper_name(text: &str) -> bool {
    const PARTICLES: [&str; 30] = [
        "of", "the", "and", "de", "da", "do", "dos", "das", "del", "della", "di", "du", "des", "la", "le",
        "les", "el", "y", "e", "et", "und", "der", "den", "van", "von", "zu", "bin", "al", "и", "ter",
    ];
    let words: Vec<&str> = text.split_whitespace().collect();
    let capital = |word: &str| {
        let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        word.starts_with(|c: char| c.is_uppercase() || (c.is_alphabetic() && !c.is_lowercase()))
    };
    let fits = |word: &&str| capital(word) || PARTICLES.contains(&word.to_lowercase().as_str());
    (1..=7).contains(&words.len())
        && capital(words[0])
        && words.last().is_some_and(|word| capital(word))
        && words.iter().all(fits)
        && !text.contains([',', ';', ':', '?', '!'])
        && !text.contains(". ")
}

/// The words of a block; what an apostrophe joins is one.
fn words(block: &str) -> Vec<String> {
    let lower = block.to_lowercase().replace('’', "'");
    let words = lower.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.map(|word| word.trim_matches('\'').to_string()).filter(|word| !word.is_empty()).collect()
}
