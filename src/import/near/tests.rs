//! How many copies are found, and that nothing else is, in invented texts with a fixed seed.

use super::*;

/// Numbers that look random (Marsaglia, *Xorshift RNGs*, 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    /// A word: some are frequent and most are rare, as in a language.
    fn word(&mut self) -> String {
        const PARTS: [&str; 20] = [
            "an", "be", "co", "da", "el", "fo", "gu", "har", "in", "jo", "ka", "lo", "me", "nor", "o", "pe",
            "qua", "ri", "st", "u",
        ];
        let limit = [20, 400, 8000, 8000][self.below(4)];
        let mut number = self.below(limit);
        let mut word = String::new();
        loop {
            word.push_str(PARTS[number % 20]);
            number /= 20;
            if number == 0 {
                return word;
            }
        }
    }

    fn words(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.word()).collect()
    }

    fn text(&mut self) -> Vec<String> {
        let count = 150 + self.below(500);
        self.words(count)
    }
}

fn item(name: &str, date: &str, words: &[String]) -> Item {
    let article = Article { date: Date::parse(date).ok(), ..Article::default() };
    let text = Text::of(&article, &words.join(" "));
    let mut item = Item::of(name, &article, article.date, text, true).unwrap();
    item.met = true;
    item
}

/// Names of copies and of their canonical articles.
fn found(items: &[Item]) -> Vec<(String, String)> {
    let name = |at: u32| items[at as usize].name.to_string();
    let decisions = decide(items).decisions.into_iter();
    decisions.filter_map(|(copy, canonical)| Some((name(copy), name(canonical?)))).collect()
}

type Edit = fn(&[String], &mut Dice) -> Vec<String>;

fn cut(words: &[String], _: &mut Dice) -> Vec<String> {
    words[..words.len() / 2].to_vec()
}

fn edited(words: &[String], dice: &mut Dice) -> Vec<String> {
    words.iter().map(|word| if dice.below(100) < 15 { dice.word() } else { word.clone() }).collect()
}

fn with_lead(words: &[String], dice: &mut Dice) -> Vec<String> {
    [dice.words(30), words.to_vec()].concat()
}

fn all_of_it(words: &[String], dice: &mut Dice) -> Vec<String> {
    let words = edited(&cut(words, dice), dice);
    with_lead(&words, dice)
}

#[test]
fn of_a_hundred_copies_ninety_eight_are_found_and_nothing_else() {
    let mut dice = Dice(7);
    for edit in [cut as Edit, edited, with_lead, all_of_it] {
        const COUNT: usize = 200;
        let mut items = Vec::new();
        for n in 0..COUNT {
            let words = dice.text();
            items.push(item(&format!("content/{n}-a.md"), "2015-10-16", &words));
            items.push(item(&format!("content/{n}-b.md"), "2015-10-18", &edit(&words, &mut dice)));
        }
        let found = found(&items);
        for (copy, canonical) in &found {
            assert_eq!(copy.replace("-b", "-a"), *canonical);
        }
        assert!(found.len() * 100 >= COUNT * 98, "{} of {COUNT}", found.len());
    }
}

#[test]
fn many_copies_of_one_story_are_found_whatever_was_done_to_them() {
    let mut dice = Dice(37);
    let edits = [cut as Edit, edited, with_lead, all_of_it];
    // Where a dozen edited copies are alike, they look more like notices of a kind.
    for (copies, least) in [(3, 98), (6, 98), (12, 95), (24, 95)] {
        const STORIES: usize = 6;
        let mut items = Vec::new();
        for story in 0..STORIES {
            let words = dice.text();
            items.push(item(&format!("content/{story}-a.md"), "2015-10-16", &words));
            for n in 0..copies {
                let words = edits[n % edits.len()](&words, &mut dice);
                items.push(item(&format!("content/{story}-{n}.md"), "2015-10-17", &words));
            }
        }
        let found = found(&items);
        let right = |(copy, of): &&(String, String)| of.starts_with(&copy[..=copy.find('-').unwrap()]);
        assert_eq!(found.iter().filter(right).count(), found.len());
        let firsts = found.iter().filter(|(_, of)| of.ends_with("-a.md")).count();
        assert!(firsts * 100 >= STORIES * copies * least, "{firsts} of {}", STORIES * copies);
    }
}

#[test]
fn of_two_hundred_thousand_pairs_of_different_texts_none_is_taken_for_copies() {
    let mut dice = Dice(11);
    let items: Vec<Item> =
        (0..640).map(|n| item(&format!("content/{n}.md"), "2015-10-16", &dice.text())).collect();
    assert!(items.len() * (items.len() - 1) / 2 >= 200_000);
    assert_eq!(found(&items), []);
}

#[test]
fn notices_of_a_kind_make_no_group() {
    let mut dice = Dice(13);
    // Of few and of many, short and long ones; with a name in the place of another, or with numbers.
    for (count, length) in [(3, 60), (30, 60), (30, 150), (60, 400)] {
        let form = dice.words(length);
        let items: Vec<Item> = (0..count)
            .map(|n| {
                let mut words = form.clone();
                for at in (5..length).step_by(10) {
                    words[at] = dice.word() + "x";
                }
                item(&format!("content/{n}.md"), &format!("2015-10-{:02}", 1 + n % 30), &words)
            })
            .collect();
        assert_eq!(found(&items), [], "{count} of {length}");
        let form = dice.words(3 * length);
        let items: Vec<Item> = (0..5)
            .map(|n| {
                let mut words = form.clone();
                for at in (5..words.len()).step_by(10) {
                    words[at] = format!("{}", 100 + dice.below(900));
                }
                item(&format!("content/{n}.md"), &format!("2015-10-{:02}", 1 + n), &words)
            })
            .collect();
        assert_eq!(found(&items), [], "numbers, {length}");
    }
}

#[test]
fn what_a_site_puts_below_its_articles_makes_no_group() {
    let mut dice = Dice(17);
    let end = dice.words(70);
    let items: Vec<Item> = [55, 60, 500]
        .iter()
        .map(|count| {
            let words = [dice.words(*count), end.clone()].concat();
            item(&format!("content/{count}.md"), "2015-10-16", &words)
        })
        .collect();
    assert_eq!(found(&items), []);
}

#[test]
fn a_story_that_everybody_printed_is_one_group() {
    let mut dice = Dice(19);
    let story = dice.words(300);
    let items: Vec<Item> = (0..60)
        .map(|n| {
            let words = [dice.words(n % 20), story[..300 - 2 * n].to_vec()].concat();
            item(&format!("content/{n:02}.md"), "2015-10-16T09:00:00Z", &words)
        })
        .collect();
    let canonical = items.iter().max_by_key(|item| item.text.words.len()).unwrap().name.to_string();
    let found = found(&items);
    assert_eq!(found.len(), 59);
    assert!(found.iter().all(|(_, of)| *of == canonical));
}

#[test]
fn a_copy_is_a_copy_of_the_canonical_article_itself() {
    let mut dice = Dice(23);
    let (a, b, c) = (dice.words(300), dice.words(300), dice.words(300));
    // Each has most in common with the one before it, and the third nothing with the first.
    let items = [
        item("content/1.md", "2015-10-16", &[&a[..], &b[..200]].concat()),
        item("content/2.md", "2015-10-17", &[&a[..250], &b[..250], &c[..20]].concat()),
        item("content/3.md", "2015-10-18", &[&b[200..], &c[..20]].concat()),
    ];
    assert_eq!(found(&items), [("content/2.md".to_string(), "content/1.md".to_string())]);
}

#[test]
fn copies_are_of_the_same_week_or_equal() {
    let mut dice = Dice(29);
    let words = dice.words(300);
    let shorter = words[..200].to_vec();
    for (date, text, is_copy) in [
        ("2015-10-23", &shorter, true),
        ("2015-10-24", &shorter, false),
        ("2019-10-24", &words, true),
        ("2015-10", &shorter, true),
        ("2015-12", &shorter, false),
        ("", &shorter, true),
    ] {
        let items = [item("content/1.md", "2015-10-16", &words), item("content/2.md", date, text)];
        assert_eq!(found(&items).len(), usize::from(is_copy), "{date}");
        assert!(found(&items).iter().all(|(_, of)| of == "content/1.md"));
    }
}

#[test]
fn the_canonical_article_is_the_earliest_then_the_longest() {
    let mut dice = Dice(31);
    let words = dice.words(300);
    for (dates, canonical) in [
        (["2015-10-16", "2015-10-15"], 1),
        (["2015-10-16", "2015-10-16"], 0),
        (["2015-10-16", "2015-10-16T09:00:00+02:00"], 1),
        (["2015-10-16T09:00:00+02:00", "2015-10-16T08:30:00Z"], 0),
        (["2015", "2015-10-16"], 1),
        (["", "2015"], 1),
    ] {
        let items = [item("content/0.md", dates[0], &words), item("content/1.md", dates[1], &words[..250])];
        assert_eq!(found(&items)[0].1, format!("content/{canonical}.md"), "{dates:?}");
    }
}
