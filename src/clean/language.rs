//! A text → the language that it is written in, where nobody states one. It is told by runs of three letters, and only
//! where that is sure: what is stated goes before, and a wrong guess is worse than none.

use whatlang::{Info, detect};

/// Least letters of a text that is judged: of a few lines of names and numbers anything could be guessed.
const LEAST: usize = 200;
/// Letters of each half that are looked at: more change nothing but the time.
const MOST: usize = 1_000;
/// Letters of languages that are not among those that can be told, and would be taken for others: Icelandic, Maltese;
/// Kazakh, Kyrgyz, Mongolian, Tatar; Kurdish, Pashto, Uyghur; Assamese.
const STRANGE: &str = "þðħġәғқңөұүһҗڕڵۆێەټډړږښڼېۍڭۇۈۋৰৱ";
/// One letter in so many of a text may be one of them, in names.
const NAMES: usize = 200;

/// What languages are called (ISO 639-3), and their tags (BCP 47).
const TAGS: [(&str, &str); 70] = [
    ("afr", "af"),
    ("aka", "ak"),
    ("amh", "am"),
    ("ara", "ar"),
    ("aze", "az"),
    ("bel", "be"),
    ("ben", "bn"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cmn", "zh"),
    ("cym", "cy"),
    ("dan", "da"),
    ("deu", "de"),
    ("ell", "el"),
    ("eng", "en"),
    ("epo", "eo"),
    ("est", "et"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("guj", "gu"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("hye", "hy"),
    ("ind", "id"),
    ("ita", "it"),
    ("jav", "jv"),
    ("jpn", "ja"),
    ("kan", "kn"),
    ("kat", "ka"),
    ("khm", "km"),
    ("kor", "ko"),
    ("lat", "la"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("mal", "ml"),
    ("mar", "mr"),
    ("mkd", "mk"),
    ("mya", "my"),
    ("nep", "ne"),
    ("nld", "nl"),
    ("nob", "nb"),
    ("ori", "or"),
    ("pan", "pa"),
    ("pes", "fa"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("sin", "si"),
    ("slk", "sk"),
    ("slv", "sl"),
    ("sna", "sn"),
    ("spa", "es"),
    ("srp", "sr"),
    ("swe", "sv"),
    ("tam", "ta"),
    ("tel", "te"),
    ("tgl", "tl"),
    ("tha", "th"),
    ("tuk", "tk"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("urd", "ur"),
    ("uzb", "uz"),
    ("vie", "vi"),
    ("yid", "yi"),
    ("zul", "zu"),
];

/// Whether a language is among those that can be told, by its tag.
pub fn tells(tag: &str) -> bool {
    TAGS.iter().any(|(_, known)| *known == tag)
}

/// The tag of a text's language; `None` if that is in doubt.
pub fn of(text: &str) -> Option<&'static str> {
    let letters: Vec<(usize, char)> = text.char_indices().filter(|(_, it)| it.is_alphabetic()).collect();
    let strange = letters.iter().filter(|(_, letter)| STRANGE.contains(*letter)).count();
    if letters.len() < LEAST || strange * NAMES > letters.len() {
        return None;
    }
    let part = |from: usize, to: usize| {
        let end = letters.get(to).map_or(text.len(), |(at, _)| *at);
        &text[letters[from].0..end]
    };
    let middle = letters.len() / 2;
    let (first, second) = (part(0, middle.min(MOST)), part(middle, letters.len().min(middle + MOST)));
    let whole = detect(&format!("{first}\n{second}")).filter(Info::is_reliable)?.lang();
    // A text that is quoted, or translated below, speaks for one half.
    let is_same = |half: &str| detect(half).is_some_and(|found| found.lang() == whole);
    let tag = TAGS.iter().find(|(name, _)| *name == whole.code())?.1;
    (is_same(first) && is_same(second)).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GERMAN: &str = "Die Fähre, die heute früh den Hafen verließ, kam vor dem Mittag zurück, weil niemand der Mannschaft gesagt hatte, dass die Insel verlegt worden war. Der Bürgermeister sagte, er wisse von nichts, und verwies auf das Amt für Inseln, das am Montag wieder öffnet. Bis dahin bleiben die Ziege und zwei Autos an Bord, und die Karten gelten weiter.";
    const ENGLISH: &str = "The ferry that left the harbour this morning came back before noon, because nobody had told the crew that the island had been moved. The mayor said that he knew nothing of it, and sent everyone to the office of islands, which opens again on Monday. Until then the goat and two cars stay on board, and all tickets are valid.";
    const RUSSIAN: &str = "Паром, который утром вышел из гавани, вернулся до полудня, потому что никто не сказал команде, что остров переставили. Мэр заявил, что ничего об этом не знает, и отправил всех в управление островов, которое откроется в понедельник. До тех пор коза и две машины остаются на борту, а все билеты действительны, сообщили в порту.";
    const JAPANESE: &str = "今朝港を出たフェリーは、島が移されたことを誰も乗組員に伝えていなかったため、正午前に戻ってきた。町長は何も知らないと述べ、月曜日に再び開く島の役所に尋ねるようにと話した。それまではヤギと車二台が船に残り、切符はすべて有効である。";

    #[test]
    fn a_long_text_tells_its_language() {
        assert_eq!(of(GERMAN), Some("de"));
        assert_eq!(of(ENGLISH), Some("en"));
        assert_eq!(of(RUSSIAN), Some("ru"));
        assert_eq!(of(&JAPANESE.repeat(4)), Some("ja"));
    }

    #[test]
    fn what_is_in_doubt_has_none() {
        for text in ["", "Ferry waits", &GERMAN[..120], &"12:30 0:1 – ".repeat(200), &"ABC ".repeat(200)] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(of(&format!("{GERMAN}\n\n{ENGLISH}")), None);
        // Kazakh, which would be Russian.
        let kazakh = "Бүгін таңертең айлақтан шыққан паром түске дейін қайтып келді, өйткені аралдың көшірілгенін ешкім айтпаған. ";
        assert_eq!(of(&kazakh.repeat(5)), None);
    }
}
