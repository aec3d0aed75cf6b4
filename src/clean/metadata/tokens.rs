//! Text → words and numbers of any script.

/// A word or a number.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) text: String,
    /// The sign before it.
    pub(super) sign: char,
}

impl Token {
    /// A number of one or two digits, perhaps an ordinal.
    pub(super) fn number(&self, least: u32, most: u32) -> Option<u32> {
        let digits = self.text.trim_end_matches(char::is_alphabetic);
        // `3rd`, `1er`, `2-го`; `12h` is a time.
        let behind = &self.text[digits.len()..];
        let fits =
            behind.is_empty() || matches!(behind, "st" | "nd" | "rd" | "th" | "er" | "e" | "º" | "ª" | "го");
        digits.parse().ok().filter(|n| fits && digits.len() <= 2 && (least..=most).contains(n))
    }

    /// A year.
    pub(super) fn year(&self) -> Option<i32> {
        let digits = self.text.strip_suffix(['г', 'y']).unwrap_or(&self.text);
        digits.parse().ok().filter(|year| digits.len() == 4 && (1600..2200).contains(year))
    }
}

/// Words and numbers with the sign before each; an ideograph is a word of its own.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let (mut word, mut sign) = (String::new(), ' ');
    let mut close = |word: &mut String, sign: &mut char, next: char| {
        if !word.is_empty() {
            tokens.push(Token { text: std::mem::take(word), sign: std::mem::replace(sign, next) });
        } else if !next.is_whitespace() || sign.is_whitespace() {
            *sign = next;
        }
    };
    for c in text.chars().flat_map(char::to_lowercase) {
        let c = digit(c);
        let last = word.chars().last();
        if is_ideograph(c) {
            close(&mut word, &mut sign, ' ');
            word.push(c);
            close(&mut word, &mut sign, ' ');
        } else if c.is_alphanumeric() || (is_mark(c) && last.is_some_and(char::is_alphabetic)) {
            // `12dec`, `t10`: letters and digits are two words, but for `3rd` and `12th`.
            if last.is_some_and(|last| last.is_alphabetic() && c.is_ascii_digit()) {
                close(&mut word, &mut sign, ' ');
            }
            word.push(c);
        } else {
            close(&mut word, &mut sign, c);
        }
    }
    close(&mut word, &mut sign, ' ');
    // `22dec2023`, `2023t10`
    tokens.into_iter().flat_map(split_letters).collect()
}

fn split_letters(token: Token) -> Vec<Token> {
    let digits = token.text.bytes().take_while(u8::is_ascii_digit).count();
    let letters = token.text.len() - digits;
    let first = token.text[digits..].chars().next();
    if digits == 0
        || letters == 0
        || (letters <= 4 && first != Some('t') && first != Some('h') && first != Some('z'))
    {
        return vec![token];
    }
    if token.text.ends_with("th") {
        return vec![token];
    }
    let (number, word) = token.text.split_at(digits);
    let word = word.strip_prefix(['t', 'h']).filter(|rest| rest.is_empty()).map_or(word, |_| &word[..1]);
    vec![Token { text: number.to_string(), sign: token.sign }, Token { text: word.to_string(), sign: '\0' }]
}

/// Arabic, Persian, Devanagari, Bengali, Thai and full-width digits as ASCII.
fn digit(c: char) -> char {
    for zero in ['٠', '۰', '०', '০', '๐', '０'] {
        if let Some(value) = (c as u32).checked_sub(zero as u32).filter(|value| *value < 10) {
            return char::from(b'0' + value as u8);
        }
    }
    c
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '年' | '月' | '日' | '년' | '월' | '일')
}

/// Vowel signs of Indic scripts and Thai, which are no letters.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{981}'..='\u{983}'
        | '\u{9bc}'..='\u{9cd}' | '\u{e31}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{200c}')
}
