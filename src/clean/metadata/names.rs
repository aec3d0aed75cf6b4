//! What bylines say → names.

/// Longest name in characters.
const LONG: usize = 60;

/// Words that stand before a name, with what follows them.
const BY: [&str; 58] = [
    "view all posts by",
    "all posts by",
    "posts by",
    "more by",
    "articles by",
    "alle artikel von",
    "alle beiträge von",
    "alles von",
    "autorenseite von",
    "beiträge von",
    "mehr von",
    "written and reported by",
    "reporting by",
    "written by",
    "posted by",
    "published by",
    "story by",
    "article by",
    "words by",
    "submitted by",
    "author:",
    "authors:",
    "author",
    "by:",
    "by",
    "ein beitrag von",
    "ein artikel von",
    "geschrieben von",
    "verfasst von",
    "veröffentlicht von",
    "text von",
    "interview von",
    "autor:",
    "autorin:",
    "autoren:",
    "autor",
    "text:",
    "von:",
    "von",
    "vom",
    "propos recueillis par",
    "publié par",
    "rédigé par",
    "écrit par",
    "par",
    "publicado por",
    "escrito por",
    "por:",
    "por",
    "a cura di",
    "scritto da",
    "di",
    "da",
    "door",
    "av",
    "af",
    "автор:",
    "autor/in:",
];

/// Whether a text begins with a word that stands before names, and a name may follow.
pub(super) fn starts_with_by(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric()).trim_end();
    let Some(rest) = without_by(text) else { return false };
    rest.is_empty() && !text.is_empty() || (rest.starts_with(char::is_uppercase) && rest.len() < 80)
}

/// Whether a text is such a word and nothing more.
pub(super) fn starts_with_by_alone(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric()).trim_end();
    without_by(text).is_some_and(str::is_empty)
}

fn without_by(text: &str) -> Option<&str> {
    let start: String = text.chars().take(30).flat_map(char::to_lowercase).collect();
    let by = BY.iter().find(|by| {
        start
            .strip_prefix(**by)
            .is_some_and(|rest| by.ends_with(':') || !rest.starts_with(char::is_alphanumeric))
    })?;
    let end = text.char_indices().nth(by.chars().count()).map_or(text.len(), |(at, _)| at);
    Some(text[end..].trim_start_matches([':', ' ', '\n', '\u{a0}']))
}

/// The names in a text of one or several; `None` if it is no list of names.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let text = if text.contains("://") { without_addresses(text) } else { text.to_string() };
    for line in text.split(['\n', '|', ';', '•', '·', '—', '–', '/', '\t']) {
        let line = line.trim();
        let line = without_by(line).unwrap_or(line);
        // `Doe, Jane`
        if let Some((last, first)) = line.split_once(", ")
            && is_word(last)
            && is_word(first)
        {
            push(&mut names, &format!("{first} {last}"));
            continue;
        }
        for part in line.split([',', '&', '+', '،', '、']) {
            for name in and(part) {
                push(&mut names, name);
            }
        }
    }
    names.truncate(20);
    names
}

fn without_addresses(text: &str) -> String {
    let words = text.split_whitespace().filter(|word| !word.contains("://"));
    words.collect::<Vec<_>>().join(" ")
}

fn is_word(text: &str) -> bool {
    !text.contains([' ', ','])
        && text.chars().count() > 1
        && text.starts_with(char::is_uppercase)
        && !is_role(text)
}

fn push(names: &mut Vec<String>, text: &str) {
    if let Some(name) = clean(text)
        && !names.iter().any(|known| fold(known) == fold(&name))
    {
        names.push(name);
    }
}

/// Names that a word for `and` stands between.
fn and(part: &str) -> Vec<&str> {
    const AND: [&str; 14] =
        ["and", "und", "et", "y", "e", "en", "och", "og", "ja", "i", "и", "ve", "și", "with"];
    let mut names = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for word in part.split(' ') {
        let end = at + word.len();
        if AND.contains(&word.to_lowercase().as_str())
            && (word.len() > 1 || word.chars().all(char::is_lowercase))
            && at > start
        {
            names.push(part[start..at].trim());
            start = end;
        }
        at = end + 1;
    }
    names.push(part[start.min(part.len())..].trim());
    names
}

/// A name without what is around it.
pub(super) fn clean(text: &str) -> Option<String> {
    let text = text.trim();
    let text = without_by(text).unwrap_or(text);
    // What stands in brackets is an agency, a place or a time.
    let text = text.split(['(', '[', '<', '@']).next().unwrap_or_default();
    let text = [" for ", " of ", " in ", " at ", " für ", " pour ", " para ", " via ", " is ", " - "]
        .iter()
        .fold(text, |text, cut| text.split_once(cut).map_or(text, |(name, _)| name));
    let text = text
        .trim_matches(|c: char| !c.is_alphanumeric() && c != '.' && c != '’' && c != '\'')
        .trim_start_matches('.');
    let text = text.trim_matches(['\'', '’']).trim();
    let words: Vec<&str> = text.split_whitespace().collect();
    let (words, cut) = without_roles(&words);
    let text = words.join(" ");
    let is_name = (1..=LONG).contains(&text.chars().count())
        && text.chars().filter(|c| c.is_alphabetic()).count() >= 2
        && words.len() <= 6
        && !text.contains(|c: char| c.is_ascii_digit() || matches!(c, ':' | '!' | '?' | '=' | '{'))
        && !text.contains("http")
        && !text.contains("www.")
        && !(cut && words.is_empty())
        && !is_noise(&text);
    is_name.then(|| small(text))
}

/// A name in capitals as it is written elsewhere: `JANE O'CONNOR` → `Jane O'Connor`.
fn small(name: String) -> String {
    if name.contains(char::is_lowercase) || !name.contains(' ') {
        return name;
    }
    let part = |part: &str| {
        let (start, rest) =
            part.strip_prefix("MC").filter(|rest| rest.len() > 2).map_or(("", part), |rest| ("Mc", rest));
        let mut letters = rest.chars();
        let first = letters.next().map(String::from).unwrap_or_default();
        format!("{start}{first}{}", letters.as_str().to_lowercase())
    };
    let word = |word: &str| match word {
        _ if PARTICLES.contains(&word.to_lowercase().as_str()) => word.to_lowercase(),
        _ if is_short(word) => word.to_string(),
        _ => word.split_inclusive(['-', '\'', '’']).map(part).collect(),
    };
    let words: Vec<String> = name.split(' ').map(word).collect();
    words.join(" ")
}

/// Whether a word is made of initials, or so short that it may be.
fn is_short(word: &str) -> bool {
    word.contains('.') || word.chars().count() < 3
}

/// Titles before and roles behind a name.
fn without_roles<'a>(words: &'a [&'a str]) -> (&'a [&'a str], bool) {
    let whole = words.len();
    let mut words = words;
    if words.len() > 1 {
        while let [first, rest @ ..] = words
            && matches!(
                first.trim_end_matches('.').to_lowercase().as_str(),
                "dr" | "prof" | "mr" | "mrs" | "ms" | "dipl" | "mag"
            )
            && first.ends_with('.')
        {
            words = rest;
        }
    }
    if let Some(at) = words.iter().position(|word| is_role(word)) {
        // `Jane Doe Staff Writer`; a role before a name is not cut: what is left might be anything.
        words = &words[..at];
        while let [rest @ .., last] = words
            && is_rank(last)
        {
            words = rest;
        }
    }
    (words, words.len() < whole)
}

fn is_rank(word: &str) -> bool {
    const RANKS: [&str; 46] = [
        "city",
        "lead",
        "foreign",
        "investigative",
        "opinion",
        "features",
        "digital",
        "web",
        "consumer",
        "general",
        "assignment",
        "qa",
        "data",
        "travel",
        "food",
        "arts",
        "entertainment",
        "economics",
        "legal",
        "world",
        "medical",
        "court",
        "staff",
        "senior",
        "chief",
        "deputy",
        "political",
        "sports",
        "business",
        "contributing",
        "associate",
        "assistant",
        "managing",
        "special",
        "news",
        "science",
        "health",
        "culture",
        "technology",
        "guest",
        "freelance",
        "national",
        "crime",
        "education",
        "executive",
        "freier",
    ];
    RANKS.contains(&word.to_lowercase().as_str())
}

fn is_role(word: &str) -> bool {
    const ROLES: [&str; 57] = [
        "engineer",
        "analyst",
        "manager",
        "strategist",
        "specialist",
        "columnists",
        "photographer",
        "dietitian",
        "expert",
        "correspondent",
        "reporter",
        "writer",
        "editor",
        "journalist",
        "columnist",
        "contributor",
        "producer",
        "redakteur",
        "redakteurin",
        "redaktion",
        "korrespondent",
        "korrespondentin",
        "journalistin",
        "autor",
        "autorin",
        "journaliste",
        "rédaction",
        "rédacteur",
        "rédactrice",
        "redacción",
        "redactor",
        "periodista",
        "redação",
        "redazione",
        "giornalista",
        "редактор",
        "корреспондент",
        "reporters",
        "writers",
        "editors",
        "correspondents",
        "contributors",
        "officer",
        "director",
        "president",
        "professor",
        "minister",
        "ceo",
        "cto",
        "founder",
        "co-founder",
        "phd",
        "head",
        "attorney",
        "volontär",
        "volontärin",
        "redactie",
    ];
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    ROLES.contains(&word.as_str())
}

/// What systems and people write where no name is.
fn is_noise(text: &str) -> bool {
    const WHOLE: [&str; 44] = [
        "admin",
        "administrator",
        "staff",
        "editorial",
        "editorial staff",
        "staff reports",
        "news staff",
        "unknown",
        "anonymous",
        "webmaster",
        "guest",
        "none",
        "null",
        "undefined",
        "n/a",
        "root",
        "user",
        "author",
        "authors",
        "by",
        "team",
        "published",
        "updated",
        "follow",
        "share",
        "contact",
        "about",
        "more",
        "read more",
        "email",
        "twitter",
        "facebook",
        "instagram",
        "linkedin",
        "wire services",
        "super user",
        "presse",
        "posted",
        "posted by",
        "see all",
        "guest author",
        "photo",
        "images",
        "view all posts",
    ];
    const IN: [&str; 15] = [
        "follow",
        "subscribe",
        "minute",
        "min read",
        "comment",
        "view all",
        "updated",
        "published",
        "posts by",
        "about the",
        "read more",
        "see more",
        "articles",
        "share",
        "newsletter",
    ];
    let lower = text.to_lowercase();
    WHOLE.contains(&lower.as_str())
        || IN.iter().any(|part| lower.contains(part))
        || lower.ends_with(".com")
        || lower.ends_with(".de")
        || lower.ends_with(".org")
}

/// A name for comparing: small letters and digits, single spaces.
pub(super) fn fold(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// What stands in small letters between the words of a name.
const PARTICLES: [&str; 24] = [
    "de", "da", "do", "dos", "das", "del", "della", "di", "du", "des", "la", "le", "el", "der", "den", "van",
    "von", "zu", "bin", "al", "ter", "ten", "und", "y",
];

/// Whether a text looks like the name of a person: two to five words that begin with capitals, or a script without.
pub(super) fn is_person(name: &str) -> bool {
    const NOBODY: [&str; 39] = [
        "view",
        "archive",
        "learn",
        "more",
        "read",
        "contact",
        "email",
        "posts",
        "stories",
        "profile",
        "biography",
        "text",
        "size",
        "fact",
        "checked",
        "policy",
        "author",
        "authors",
        "all",
        "the",
        "news",
        "staff",
        "team",
        "editorial",
        "press",
        "desk",
        "media",
        "redaktion",
        "magazine",
        "times",
        "agency",
        "agencies",
        "service",
        "services",
        "your",
        "our",
        "this",
        "online",
        "network",
    ];
    let words: Vec<&str> = name.split_whitespace().collect();
    let capital =
        |word: &str| word.starts_with(|c: char| c.is_uppercase() || (c.is_alphabetic() && !c.is_lowercase()));
    (2..=5).contains(&words.len())
        && words.iter().all(|word| capital(word) || PARTICLES.contains(word))
        && capital(words[0])
        && !words.iter().any(|word| NOBODY.contains(&word.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_and_cleaned() {
        for (text, names) in [
            ("By Jane Doe", &["Jane Doe"] as &[&str]),
            ("By Jane Doe and Sam Roe, Staff Writer", &["Jane Doe", "Sam Roe"]),
            ("Von Anna Beispiel und Max Muster", &["Anna Beispiel", "Max Muster"]),
            ("Par Jeanne Dupont (avec agences)", &["Jeanne Dupont"]),
            ("Doe, Jane", &["Jane Doe"]),
            ("Jane Doe Senior Political Correspondent", &["Jane Doe"]),
            ("Dr. Jane Doe | 3 May 2019", &["Jane Doe"]),
            ("Автор: Иван Пример", &["Иван Пример"]),
            ("Jane van der Doe & J. R. Roe", &["Jane van der Doe", "J. R. Roe"]),
            ("By JANE O'CONNOR and J.R. MCROE", &["Jane O'Connor", "J.R. McRoe"]),
            ("ANNE-MARIE VAN DER DOE", &["Anne-Marie van der Doe"]),
            ("JD ROE", &["JD Roe"]),
            ("BBC", &["BBC"]),
            ("https://example.org/jane", &[]),
            ("Staff", &[]),
            ("admin", &[]),
            ("", &[]),
        ] {
            assert_eq!(split(text), names, "{text}");
        }
    }

    #[test]
    fn people_and_others() {
        assert!(is_person("Jane van der Doe"));
        assert!(!is_person("Example News Desk"));
        assert!(!is_person("jane"));
    }
}
