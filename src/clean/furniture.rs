//! What pages have around a story, in the languages that dumps come in.
//!
//! Phrases are compared with whole short blocks, never searched for in a paragraph: a story may talk about cookies
//! and followers. A language is a few lines in a table.

/// Longest furniture in characters; longer blocks are always story.
const LONGEST: usize = 200;

/// Blocks that are furniture wherever they stand: nobody writes them as a paragraph of a story.
const WHOLE: &[&str] = &[
    "read more",
    "read also",
    "read full story",
    "continue reading",
    "see also",
    "related",
    "related articles",
    "related stories",
    "more on this topic",
    "more stories",
    "share",
    "share this",
    "share this article",
    "share on facebook",
    "share on twitter",
    "tweet",
    "print",
    "email",
    "comments",
    "leave a comment",
    "no comments",
    "add a comment",
    "advertisement",
    "advertising",
    "sponsored",
    "promoted",
    "subscribe",
    "subscribe now",
    "sign in",
    "log in",
    "sign up",
    "register",
    "menu",
    "search",
    "home",
    "back to top",
    "accept",
    "accept all",
    "accept cookies",
    "accept all cookies",
    "reject all",
    "cookie settings",
    "i agree",
    "got it",
    "ok",
    "close",
    "skip to content",
    "follow us",
    "newsletter",
    "weiterlesen",
    "mehr lesen",
    "mehr zum thema",
    "lesen sie auch",
    "anzeige",
    "werbung",
    "teilen",
    "drucken",
    "kommentare",
    "anmelden",
    "abonnieren",
    "zustimmen",
    "alle akzeptieren",
    "folgen sie uns",
    "lire la suite",
    "lire aussi",
    "à lire aussi",
    "publicité",
    "partager",
    "imprimer",
    "commentaires",
    "s'abonner",
    "se connecter",
    "accepter",
    "tout accepter",
    "suivez-nous",
    "leer más",
    "lea también",
    "publicidad",
    "compartir",
    "imprimir",
    "comentarios",
    "suscríbete",
    "iniciar sesión",
    "aceptar",
    "aceptar todo",
    "síguenos",
    "leggi anche",
    "leggi tutto",
    "pubblicità",
    "condividi",
    "stampa",
    "commenti",
    "abbonati",
    "accedi",
    "accetta",
    "seguici",
    "leia mais",
    "leia também",
    "publicidade",
    "compartilhe",
    "partilhar",
    "assine",
    "entrar",
    "aceitar",
    "siga-nos",
    "читать далее",
    "читайте также",
    "подробнее",
    "реклама",
    "поделиться",
    "распечатать",
    "комментарии",
    "подписаться",
    "войти",
    "принять",
    "подписывайтесь",
];

/// Sets of words that furniture has together; every word of a set must stand in the block.
const TOGETHER: &[&[&str]] = &[
    &["website", "uses", "cookies"],
    &["site", "uses", "cookies"],
    &["we", "use", "cookies"],
    &["cookies", "you", "agree"],
    &["cookie", "policy"],
    &["followers", "facebook"],
    &["follow", "us", "on"],
    &["like", "us", "on", "facebook"],
    &["join", "us", "on"],
    &["sign", "up", "newsletter"],
    &["subscribe", "newsletter"],
    &["subscribe", "our", "channel"],
    &["click", "here", "to"],
    &["download", "our", "app"],
    &["share", "this", "article"],
    &["enable", "javascript"],
    &["all", "rights", "reserved"],
    &["website", "verwendet", "cookies"],
    &["wir", "verwenden", "cookies"],
    &["folgen", "sie", "uns"],
    &["newsletter", "anmelden"],
    &["newsletter", "abonnieren"],
    &["alle", "rechte", "vorbehalten"],
    &["site", "utilise", "cookies"],
    &["nous", "utilisons", "cookies"],
    &["suivez", "nous", "sur"],
    &["inscrivez", "newsletter"],
    &["tous", "droits", "réservés"],
    &["utilizamos", "cookies"],
    &["utiliza", "cookies"],
    &["síguenos", "en"],
    &["suscríbete", "newsletter"],
    &["todos", "los", "derechos", "reservados"],
    &["utilizza", "cookie"],
    &["seguici", "su"],
    &["iscriviti", "newsletter"],
    &["tutti", "diritti", "riservati"],
    &["usamos", "cookies"],
    &["siga", "nos", "no"],
    &["todos", "os", "direitos", "reservados"],
    &["сайт", "использует", "cookie"],
    &["используем", "cookie"],
    &["подписывайтесь", "на"],
    &["подпишитесь", "на"],
    &["все", "права", "защищены"],
];

/// Whether a block is furniture by its words alone, at the edges of a story.
pub(super) fn at_edge(block: &str) -> bool {
    if block.chars().count() > LONGEST {
        return false;
    }
    let words = words(block);
    anywhere(block)
        || TOGETHER.iter().any(|set| set.iter().all(|word| words.iter().any(|found| found == word)))
        || is_signs(block)
}

/// Whether a block is furniture even between two paragraphs of a story.
pub(super) fn anywhere(block: &str) -> bool {
    let bare = block.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    WHOLE.contains(&bare.as_str())
}

/// A statement of rights: `All rights reserved by …`, `© 1998 …`.
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
        "copyright ",
        "©",
        "(c) ",
    ];
    block.chars().count() <= LONGEST && said.iter().any(|phrase| lower.starts_with(phrase))
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
    let short = !name.is_empty() && name.chars().count() <= 80 && !name.contains(". ");
    short.then(|| name.to_string())
}

fn words(block: &str) -> Vec<String> {
    block
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(ToString::to_string)
        .collect()
}

/// Rules, bullets and arrows.
fn is_signs(block: &str) -> bool {
    !block.chars().any(char::is_alphanumeric)
}
