//! Times of day and their zones beside dates.

use super::tokens::Token;

/// The time behind a date, as `T09:30:00+02:00`, and where it ends.
pub(super) fn time_behind(tokens: &[Token], from: usize) -> (String, usize) {
    for at in from..tokens.len().min(from + 4) {
        if let Some((time, count)) = time_at(&tokens[at..]) {
            return (time, at + count);
        }
        // Another date begins.
        if tokens[at].year().is_some() {
            break;
        }
    }
    (String::new(), from)
}

/// The time in front of a date: `10:30, 5 May 2020`.
pub(super) fn time_before(tokens: &[Token], from: usize, at: usize) -> String {
    let first = at.saturating_sub(7).max(from);
    let found = (first..at).rev().find_map(|start| {
        let (time, count) = time_at(&tokens[start..at])?;
        (start + count + 3 >= at).then_some(time)
    });
    found.unwrap_or_default()
}

fn time_at(rest: &[Token]) -> Option<(String, usize)> {
    let [first, second, ..] = rest else { return None };
    let mut hour = first.number(0, 23).filter(|_| first.text.len() <= 2)?;
    let french = second.text == "h";
    let (minute, mut count) = if french {
        let minute = rest.get(2).and_then(|token| token.number(0, 59).filter(|_| token.text.len() == 2));
        (minute.unwrap_or(0), if minute.is_some() { 3 } else { 2 })
    } else {
        let minute = second.text.get(..2)?.parse().ok().filter(|minute| *minute < 60)?;
        let dotted = second.sign == '.'
            && rest.get(2).is_some_and(|word| matches!(word.text.as_str(), "uhr" | "am" | "pm"));
        if second.sign != ':' && !dotted {
            return None;
        }
        (minute, 2)
    };
    let mut half = second.text.get(2..).unwrap_or_default().to_string();
    let mut seconds = 0;
    if let Some(token) = rest.get(count).filter(|token| token.sign == ':' && token.text.len() >= 2)
        && let Some(number) =
            token.text.get(..2).and_then(|text| text.parse::<u32>().ok()).filter(|n| *n < 60)
    {
        seconds = number;
        half = token.text[2..].to_string();
        count += 1;
        // Parts of a second.
        if rest.get(count).is_some_and(|t| t.sign == '.' && t.text.starts_with(|c: char| c.is_ascii_digit()))
        {
            half = rest[count].text.trim_start_matches(|c: char| c.is_ascii_digit()).to_string();
            count += 1;
        }
    }
    if half.is_empty()
        && let Some(token) = rest.get(count)
        && matches!(token.text.as_str(), "am" | "pm" | "a" | "p")
    {
        half.clone_from(&token.text);
        count += 1;
        count += usize::from(rest.get(count).is_some_and(|token| token.text == "m"));
    }
    if half.starts_with('p') && hour < 12 {
        hour += 12;
    } else if half.starts_with('a') && hour == 12 {
        hour = 0;
    }
    let zone = if half == "z" { "Z".to_string() } else { zone(&rest[count..]) };
    Some((format!("T{hour:02}:{minute:02}:{seconds:02}{zone}"), count))
}

/// The offset that is stated behind a time; names that mean one offset only.
fn zone(rest: &[Token]) -> String {
    let Some(token) = rest.first() else { return String::new() };
    let named = match token.text.as_str() {
        "z" | "utc" | "gmt" => "Z",
        "est" | "cdt" => "-05:00",
        "edt" => "-04:00",
        "mdt" => "-06:00",
        "mst" | "pdt" => "-07:00",
        "pst" => "-08:00",
        "cet" | "mez" => "+01:00",
        "cest" | "mesz" | "eet" => "+02:00",
        "eest" | "msk" | "мск" => "+03:00",
        "jst" | "kst" => "+09:00",
        "aest" => "+10:00",
        "aedt" => "+11:00",
        _ => "",
    };
    if !named.is_empty() {
        // `GMT+2`
        if named == "Z" && rest.get(1).is_some_and(|token| matches!(token.sign, '+' | '-')) {
            return zone(&rest[1..]);
        }
        return named.to_string();
    }
    let sign = match token.sign {
        '+' => '+',
        '-' | '−' => '-',
        _ => return String::new(),
    };
    let digits = &token.text;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return String::new();
    }
    match digits.len() {
        4 => format!("{sign}{}:{}", &digits[..2], &digits[2..]),
        1 | 2 => {
            let minutes = rest.get(1).filter(|token| token.sign == ':' && token.text.len() == 2);
            format!("{sign}{digits:0>2}:{}", minutes.map_or("00", |token| &token.text))
        }
        _ => String::new(),
    }
}
