//! Whether the words of a project have the shape of the theme's own. What has not is left out and said: a page would
//! show it as it stands, or the name of the word.

use crate::problem::{Problem, nearest};
use crate::yaml;
use serde_json::Value;

/// A word that is not as the theme's.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Odd {
    /// The keys that lead to it.
    path: Vec<String>,
    /// What it must be; `None` if the theme has no such word.
    wanted: Option<String>,
    found: &'static str,
}

/// Leaves out what templates could not show, numbers becoming text. Words that the theme does not know may be for
/// templates of the project.
pub(super) fn fit(words: Value, theme: &Value) -> (Value, Vec<Odd>) {
    let mut odd = Vec::new();
    let fitted = match words {
        Value::Null => None,
        words => fitted(words, theme, &mut Vec::new(), &mut odd),
    };
    (fitted.unwrap_or_else(|| Value::Object(serde_json::Map::new())), odd)
}

fn fitted(word: Value, theme: &Value, path: &mut Vec<String>, odd: &mut Vec<Odd>) -> Option<Value> {
    match (theme, word) {
        (Value::Object(theme), Value::Object(words)) => {
            let mut kept = serde_json::Map::new();
            // A taxonomy may have any name.
            let any = Value::String(String::new());
            let any = Some(&any).filter(|_| path.last().is_some_and(|key| key == "taxonomies"));
            for (key, word) in words {
                path.push(key.clone());
                // Languages that inflect months have them twice.
                let like = if key == "months_of_days" { "months" } else { key.as_str() };
                let word = if let Some(theme) = theme.get(like).or(any) {
                    fitted(word, theme, path, odd)
                } else {
                    odd.push(Odd { path: path.clone(), wanted: None, found: describe(&word) });
                    Some(word)
                };
                path.pop();
                kept.extend(word.map(|word| (key, word)));
            }
            Some(Value::Object(kept))
        }
        (Value::Array(theme), Value::Array(words)) if theme.len() == words.len() => {
            let texts: Option<Vec<Value>> = words.iter().map(text).collect();
            if texts.is_none() {
                odd.push(wrong(path, format!("a list of {} texts", theme.len()), "a list of others"));
            }
            texts.map(Value::Array)
        }
        (Value::String(_), word) if text(&word).is_some() => text(&word),
        (theme, word) => {
            let wanted = match theme {
                Value::Array(theme) => format!("a list of {} texts", theme.len()),
                Value::Object(_) => "`key: value` pairs".to_string(),
                _ => "text".to_string(),
            };
            odd.push(wrong(path, wanted, describe(&word)));
            None
        }
    }
}

fn text(word: &Value) -> Option<Value> {
    match word {
        Value::String(text) => Some(Value::String(text.clone())),
        Value::Number(number) => Some(Value::String(number.to_string())),
        Value::Bool(truth) => Some(Value::String(truth.to_string())),
        _ => None,
    }
}

fn wrong(path: &[String], wanted: String, found: &'static str) -> Odd {
    Odd { path: path.to_vec(), wanted: Some(wanted), found }
}

fn describe(word: &Value) -> &'static str {
    match word {
        Value::Null => "nothing",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
        _ => "a single value",
    }
}

impl Odd {
    /// The word that no template of the theme asks for; one of the project may.
    pub(super) fn unknown(&self) -> Option<&str> {
        self.path.last().filter(|_| self.wanted.is_none()).map(String::as_str)
    }

    /// What is to be said of it. `text` is that of the file.
    pub(super) fn problem(&self, label: &str, text: &str, theme: &Value) -> Problem {
        let name = self.path.join(".");
        let problem = match &self.wanted {
            None => Problem::warning("unknown-key", format!("unknown word `{name}`; nothing shows it")),
            Some(wanted) if name.is_empty() => {
                let message = format!("the file is {}, but must be {wanted}; it is ignored", self.found);
                Problem::warning("invalid-value", message)
            }
            Some(wanted) => {
                let message = format!("`{name}` is {}, but must be {wanted}; it is ignored", self.found);
                Problem::warning("invalid-value", message)
            }
        };
        let line = line_of(text, &self.path);
        let problem = problem.file(label).at(text, line, line.map(|_| 1));
        let mut above = self.path.iter().rev().skip(1).rev();
        let known = above.try_fold(theme, |theme, key| theme.get(key)).and_then(Value::as_object);
        let known = known.into_iter().flat_map(|known| known.keys().map(String::as_str));
        match self.unknown().and_then(|key| nearest(key, known)) {
            Some(known) => problem.hint(format!("did you mean `{known}`?")),
            None if self.wanted.is_none() => problem.hint("`backissue eject i18n/en.yaml` shows all words"),
            None => problem,
        }
    }
}

/// The line of a word, or else of the one that it stands under.
fn line_of(text: &str, path: &[String]) -> Option<usize> {
    let outer = yaml::line_of(text, path.first()?)?;
    let inner = path.last().filter(|_| path.len() > 1);
    let below = text.lines().enumerate().skip(outer).take_while(|(_, line)| line.starts_with(' '));
    let found = |key: &String| {
        let mut lines = below.filter(|(_, line)| yaml::line_of(line.trim_start(), key).is_some());
        lines.next().map(|(at, _)| at + 1)
    };
    inner.and_then(found).or(Some(outer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_have_the_shape_of_the_theme() {
        let theme = json!({
            "months": ["a", "b"], "dates": {"day": "d", "year": "y"}, "taxonomies": {"tags": "T"}, "page": "P", "pages": "Ps",
        });
        let text = "months: [x]\nmonths_of_days: [1, b]\ndates:\n  dayy: D\n  year: [Y]\ntaxonomies: {mine: M}\npage:\npages: 5\nmine: [1]\n";
        let (words, odd) = fit(yaml::typed(text).unwrap(), &theme);
        let kept = json!({
            "months_of_days": ["1", "b"], "dates": {"dayy": "D"}, "taxonomies": {"mine": "M"}, "pages": "5", "mine": [1],
        });
        assert_eq!(words, kept);
        let mut said: Vec<String> = odd
            .iter()
            .map(|odd| odd.problem("en.yaml", text, &theme))
            .map(|problem| format!("{problem} ({})", problem.hint.as_deref().unwrap_or_default()))
            .collect();
        said.sort();
        assert_eq!(
            said,
            [
                "en.yaml:1:1: `months` is a list, but must be a list of 2 texts; it is ignored ()",
                "en.yaml:4:1: unknown word `dates.dayy`; nothing shows it (did you mean `day`?)",
                "en.yaml:5:1: `dates.year` is a list, but must be text; it is ignored ()",
                "en.yaml:7:1: `page` is nothing, but must be text; it is ignored ()",
                "en.yaml:9:1: unknown word `mine`; nothing shows it (`backissue eject i18n/en.yaml` shows all words)",
            ]
        );
        assert_eq!(odd.iter().filter_map(Odd::unknown).count(), 2);
        assert_eq!(fit(Value::Null, &theme), (json!({}), Vec::new()));
        assert_eq!(fit(json!(["a"]), &theme).1.len(), 1);
    }
}
