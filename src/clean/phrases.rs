//! What pages say around stories, in the languages that dumps come in, and how a block is compared with it. A language
//! is a few lines in each table.

/// Blocks that nobody writes as a paragraph of a story, wherever they stand.
pub(super) const WHOLE: &[&str] = &[
    "read more",
    "read full story",
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
    "anzeige",
    "abonnieren",
    "alle akzeptieren",
    "folgen sie uns",
    "lire la suite",
    "publicité",
    "s'abonner",
    "se connecter",
    "tout accepter",
    "suivez-nous",
    "leer más",
    "publicidad",
    "suscríbete",
    "iniciar sesión",
    "aceptar todo",
    "síguenos",
    "leggi tutto",
    "pubblicità",
    "seguici",
    "leia mais",
    "publicidade",
    "siga-nos",
    "читать далее",
    "подписаться",
    "подписывайтесь",
];

/// Headings of lists of other stories, wherever they stand.
pub(super) const LISTS: &[&str] = &[
    "read also",
    "see also",
    "related articles",
    "related stories",
    "more on this topic",
    "more stories",
    "mehr zum thema",
    "lesen sie auch",
    "lire aussi",
    "à lire aussi",
    "lea también",
    "leggi anche",
    "leia também",
    "читайте также",
];

/// Words of buttons and menus that could be a headline, an answer or a subheading as well: furniture only beside
/// other furniture.
pub(super) const BUTTONS: &[&str] = &[
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
pub(super) const PATTERNS: &[&str] = &[
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
pub(super) const PAGE: &[&str] = &[
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
    "navigation",
    "navegación",
    "navigazione",
    "navegação",
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
pub(super) const NETWORKS: &[&str] = &[
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
pub(super) const TEASERS: &[&str] = &[
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

/// The words behind a pattern, if words begin with it.
pub(super) fn behind<'a>(words: &'a [String], pattern: &str) -> Option<&'a [String]> {
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

/// What stands behind a phrase in small letters, if a text begins with it. Small letters may have other lengths than
/// the text itself, so they are counted as letters.
pub(super) fn after<'a>(text: &'a str, phrase: &str) -> Option<&'a str> {
    let count = phrase.chars().count();
    let end = text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    (text[..end].to_lowercase() == phrase).then(|| &text[end..])
}

/// The words of a block; what an apostrophe joins is one.
pub(super) fn words(block: &str) -> Vec<String> {
    let lower = block.to_lowercase().replace('’', "'");
    let words = lower.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.map(|word| word.trim_matches('\'').to_string()).filter(|word| !word.is_empty()).collect()
}

/// Whether words are somebody's: stories tell, pages do not.
pub(super) fn is_told(words: &[String]) -> bool {
    words.iter().any(|word| TOLD.contains(&word.as_str()))
}
