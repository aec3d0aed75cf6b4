//! What pages have around a story, in the languages that dumps come in.
//!
//! A block is furniture by its shape, never because a word occurs in it: a story may talk about cookies and followers.
//! Either the whole block is a known phrase, or it begins as furniture begins – an imperative or a "we" of the page –
//! and goes on as furniture goes on. What is quoted or ends as a sentence of one word is an answer, not a button.
//! A language is a few lines in a table.

/// Longest furniture in characters; longer blocks are always story.
const LONGEST: usize = 200;

/// Blocks that nobody writes as a paragraph of a story, wherever they stand.
const WHOLE: &[&str] = &[
    "read more",
    "read also",
    "read full story",
    "continue reading",
    "see also",
    "related articles",
    "related stories",
    "more on this topic",
    "more stories",
    "share this",
    "share this article",
    "share on facebook",
    "share on twitter",
    "leave a comment",
    "no comments",
    "add a comment",
    "advertisement",
    "advertising",
    "subscribe now",
    "sign in",
    "log in",
    "sign up",
    "back to top",
    "accept all",
    "accept cookies",
    "accept all cookies",
    "reject all",
    "cookie settings",
    "skip to content",
    "follow us",
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

/// How longer furniture begins and goes on: the words stand in this order, the first at the beginning; `…` is any
/// number of words, `@` one of [`NETWORKS`].
const PATTERNS: &[&str] = &[
    "this website uses cookies …",
    "this site uses cookies …",
    "our website uses cookies …",
    "our site uses cookies …",
    "we use cookies …",
    "we and our partners … cookies …",
    "by continuing … cookies …",
    "by using … you agree …",
    "by clicking … you agree …",
    "cookie policy …",
    "we've got … followers on @ …",
    "we have … followers on @ …",
    "follow us on @ …",
    "follow us for …",
    "follow our … on …",
    "like us on @ …",
    "find us on @ …",
    "join us on @ …",
    "join our … channel …",
    "sign up … newsletter …",
    "sign up for our …",
    "subscribe to our …",
    "subscribe … newsletter …",
    "click here to …",
    "click here for …",
    "download our app …",
    "download the app …",
    "get our app …",
    "share this article …",
    "share this story …",
    "please enable javascript …",
    "enable javascript …",
    "diese website verwendet cookies …",
    "diese webseite verwendet cookies …",
    "wir verwenden cookies …",
    "folgen sie uns …",
    "folge uns …",
    "newsletter abonnieren …",
    "jetzt newsletter …",
    "ce site utilise … cookies …",
    "nous utilisons … cookies …",
    "suivez nous …",
    "inscrivez vous … newsletter …",
    "abonnez vous à …",
    "este sitio utiliza cookies …",
    "este sitio web utiliza cookies …",
    "utilizamos cookies …",
    "síguenos …",
    "síganos …",
    "suscríbete …",
    "suscríbase …",
    "questo sito utilizza … cookie …",
    "utilizziamo … cookie …",
    "seguici su …",
    "iscriviti alla newsletter …",
    "este site usa cookies …",
    "usamos cookies …",
    "utilizamos cookies …",
    "siga nos …",
    "assine … newsletter …",
    "этот сайт использует … cookie …",
    "сайт использует … cookie …",
    "мы используем … cookie …",
    "подписывайтесь на …",
    "подпишитесь на …",
    "следите за нами …",
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
    if block.chars().count() > LONGEST {
        return Sure::No;
    }
    if anywhere(block) || !block.chars().any(char::is_alphanumeric) {
        return Sure::Yes;
    }
    // What somebody says is story.
    if block.contains(['"', '“', '”', '„', '«', '»']) {
        return Sure::No;
    }
    let words = words(block);
    if PATTERNS.iter().any(|pattern| follows(&words, pattern)) {
        return Sure::Yes;
    }
    if BUTTONS.contains(&bare(block).as_str()) { Sure::Beside } else { Sure::No }
}

/// Whether a block is furniture even between two paragraphs of a story.
pub(super) fn anywhere(block: &str) -> bool {
    if block.chars().count() > LONGEST {
        return false;
    }
    let teaser = block.split_once(':').map(|(head, _)| bare(head));
    WHOLE.contains(&bare(block).as_str()) || teaser.is_some_and(|head| TEASERS.contains(&head.as_str()))
}

/// A block without signs around it; a full stop stays, as it ends a sentence.
fn bare(block: &str) -> String {
    let around = |c: char| !c.is_alphanumeric() && !".!?".contains(c);
    block.trim_matches(around).to_lowercase()
}

/// Whether words follow a pattern from the first on.
fn follows(words: &[String], pattern: &str) -> bool {
    let mut rest = words;
    let mut skip = false;
    for part in pattern.split(' ') {
        if part == "…" {
            skip = true;
            continue;
        }
        let is = |word: &String| if part == "@" { NETWORKS.contains(&word.as_str()) } else { word == part };
        let at =
            if skip { rest.iter().position(is) } else { rest.first().filter(|word| is(word)).map(|_| 0) };
        let Some(at) = at else { return false };
        rest = &rest[at + 1..];
        skip = false;
    }
    skip || rest.is_empty()
}

/// A statement of rights: `All rights reserved by …`, `© 1998 …`, `Copyright 1998 …`.
pub(super) fn is_rights(block: &str) -> bool {
    let lower = block.to_lowercase();
    let said = [
        "all rights reserved",
        "alle rechte vorbehalten",
        "tous droits réservés",
        "todos los derechos reservados",
        "tutti i diritti riservati",
        "todos os direitos reservados",
        "все права защищены",
        "©",
    ];
    let sign = ["copyright", "(c)"].iter().find_map(|word| lower.strip_prefix(word)).map(str::trim_start);
    // `Copyright law must change` is a story.
    let owned = sign.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit() || c == '©')
            || rest.starts_with("(c)")
            || rest.starts_with("by ")
    });
    block.chars().count() <= LONGEST && (owned || said.iter().any(|phrase| lower.starts_with(phrase)))
}

/// Who published it first, from `First published by NAME.` and its like.
pub(super) fn first_publisher(block: &str) -> Option<String> {
    let said = [
        "first published by ",
        "first published in ",
        "originally published by ",
        "originally published in ",
        "zuerst erschienen in ",
        "zuerst veröffentlicht von ",
        "publié à l'origine par ",
        "publicado originalmente por ",
        "publicado originalmente en ",
        "впервые опубликовано в ",
    ];
    let lower = block.to_lowercase();
    // Lower case may have other lengths than the text itself; the phrases are cut off by letters.
    let phrase = said.iter().find(|phrase| lower.starts_with(**phrase))?;
    let name: String = block.chars().skip(phrase.chars().count()).collect();
    let name = name.trim().trim_end_matches('.').trim();
    is_proper_name(name).then(|| name.to_string())
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
