//! Texts as a whole; all of them are invented.

use super::{Blocks, Lines, Model};
use crate::clean::from_text;

/// Cleans a text of which no other is known.
fn story(text: &str) -> (Option<String>, String) {
    let blocks = Blocks::of(text, Model::own());
    let held = vec![-1.0; blocks.texts().count()];
    let made = from_text(blocks, None, &held, Model::own()).unwrap();
    (made.article.title, made.text)
}

/// What stands above and below a story: menu, notice and teasers, as their own language has them.
struct Around<'a> {
    menu: &'a [&'a str],
    teasers: &'a [&'a str],
    end: &'a [&'a str],
}

/// The story and the headline of a page are found whole, and nothing else with them, in blocks and in lines.
#[track_caller]
fn finds(around: &Around, headline: &str, paragraphs: &[&str]) {
    let page = [around.menu, &[headline], paragraphs, around.teasers, around.end].concat();
    for gap in ["\n\n", "\n"] {
        let (title, text) = story(&page.join(gap));
        assert_eq!(text.split("\n\n").collect::<Vec<_>>(), paragraphs, "{gap:?}");
        assert_eq!(title.as_deref(), Some(headline), "{gap:?}");
    }
}

#[test]
fn stories_of_english_pages() {
    let english = Around {
        menu: &[
            "The Saltwick Lantern",
            "Home",
            "News",
            "Sport",
            "Weather",
            "Culture",
            "Opinion",
            "Sign in",
            "Subscribe",
            "We value your privacy",
            "Cookies help us to show you what you like.",
            "Settings",
            "Agree",
            "Islands",
        ],
        teasers: &[
            "Most read",
            "Lighthouse keeper retires after forty years",
            "Council votes on the new pier",
            "Seal found in library",
            "Bakery wins prize for its rye bread",
            "More from Islands",
            "School choir sings at the harbour",
        ],
        end: &["About us", "Contact", "Privacy", "Terms", "Facebook", "Instagram", "© 2024 Saltwick Lantern"],
    };
    finds(
        &english,
        "Ferry waits for an island that has moved",
        &[
            "The ferry that left the harbour this morning came back before noon, because nobody had told the crew that the island had been moved.",
            "“We looked for it for two hours,” said the captain, who has sailed the route for thirty years and has never missed the island before.",
            "The harbour office said on Tuesday that it would send a boat to look for the island, and that the timetable would be printed again in spring.",
            "Until then, passengers for the island are asked to wait on the pier, where the office has put up a tent and serves tea from six in the morning.",
        ],
    );
}

#[test]
fn stories_of_german_pages() {
    let german = Around {
        menu: &[
            "Salzwieker Laterne",
            "Startseite",
            "Politik",
            "Wirtschaft",
            "Sport",
            "Wetter",
            "Kultur",
            "Anmelden",
            "Abo",
            "Wir schätzen Ihre Privatsphäre",
            "Einstellungen",
            "Zustimmen",
            "Inseln",
        ],
        teasers: &[
            "Meistgelesen",
            "Leuchtturmwärter geht nach vierzig Jahren in Rente",
            "Rat stimmt über neuen Anleger ab",
            "Seehund in Bücherei gefunden",
            "Bäckerei gewinnt Preis für Roggenbrot",
            "Mehr aus Inseln",
            "Schulchor singt am Hafen",
        ],
        end: &["Über uns", "Kontakt", "Datenschutz", "Impressum", "Facebook", "Instagram"],
    };
    finds(
        &german,
        "Fähre wartet auf eine Insel, die verlegt wurde",
        &[
            "Die Fähre, die am Morgen den Hafen verlassen hatte, kehrte vor Mittag zurück, weil niemand der Mannschaft gesagt hatte, dass die Insel verlegt worden war.",
            "„Wir haben sie zwei Stunden lang gesucht“, sagte der Kapitän, der die Strecke seit dreißig Jahren fährt und die Insel noch nie verfehlt hat.",
            "Das Hafenamt teilte am Dienstag mit, dass ein Boot nach der Insel ausgeschickt werde und der Fahrplan im Frühjahr neu gedruckt werden solle.",
            "Bis dahin werden Fahrgäste gebeten, auf dem Anleger zu warten, wo das Amt ein Zelt aufgestellt hat und ab sechs Uhr Tee ausschenkt.",
        ],
    );
}

#[test]
fn stories_of_russian_pages() {
    let russian = Around {
        menu: &[
            "Солёный маяк",
            "Главная",
            "Новости",
            "Политика",
            "Спорт",
            "Погода",
            "Культура",
            "Войти",
            "Подписка",
            "Мы ценим вашу частную жизнь",
            "Настройки",
            "Согласен",
            "Острова",
        ],
        teasers: &[
            "Самое читаемое",
            "Смотритель маяка уходит на пенсию после сорока лет",
            "Совет голосует о новом причале",
            "Тюлень найден в библиотеке",
            "Пекарня получила приз за ржаной хлеб",
            "Ещё об островах",
            "Школьный хор поёт в гавани",
        ],
        end: &["О нас", "Контакты", "Реклама", "Правила", "Телеграм", "Вконтакте"],
    };
    finds(
        &russian,
        "Паром ждёт остров, который перенесли",
        &[
            "Паром, который утром вышел из гавани, вернулся ещё до полудня, потому что никто не сказал команде, что остров перенесли на другое место.",
            "«Мы искали остров два часа», — сказал капитан, который ходит по этому маршруту тридцать лет и ни разу не промахнулся.",
            "Портовая служба во вторник сообщила, что отправит на поиски острова катер, а расписание весной напечатают заново.",
            "До тех пор пассажиров просят ждать на причале, где служба поставила палатку и с шести утра наливает чай.",
        ],
    );
}

#[test]
fn stories_of_japanese_pages() {
    let japanese = Around {
        menu: &[
            "塩浜灯台新聞",
            "ホーム",
            "ニュース",
            "政治",
            "経済",
            "スポーツ",
            "天気",
            "文化",
            "ログイン",
            "購読",
            "設定",
            "同意する",
            "島",
        ],
        teasers: &[
            "よく読まれている記事",
            "灯台守が四十年の勤めを終える",
            "新しい桟橋を議会が採決へ",
            "図書館でアザラシ見つかる",
            "ライ麦パンで地元のパン屋が受賞",
            "島の記事一覧",
            "港で学校の合唱団が歌う",
        ],
        end: &["会社案内", "お問い合わせ", "個人情報", "利用規約", "広告"],
    };
    finds(
        &japanese,
        "フェリー、移された島を待つ",
        &[
            "今朝港を出たフェリーは昼前に戻ってきた。島が別の場所に移されたことを、だれも乗組員に知らせていなかったからである。",
            "「島を二時間も探しました」と、この航路で三十年働いてきた船長は話した。これまで島を見失ったことは一度もなかったという。",
            "港湾事務所は火曜日、島の捜索のために小船を出し、時刻表は春に改めて印刷すると発表した。乗客には待つよう呼びかけている。",
            "事務所は桟橋にテントを張り、朝六時から乗客に茶を出している。島がいつ見つかるのかは、だれにも分からないという。",
        ],
    );
}

#[test]
fn stories_of_arabic_pages() {
    let arabic = Around {
        menu: &[
            "منارة الملح",
            "الرئيسية",
            "الأخبار",
            "السياسة",
            "الرياضة",
            "الطقس",
            "الثقافة",
            "تسجيل الدخول",
            "اشترك",
            "نحن نقدر خصوصيتك",
            "الإعدادات",
            "أوافق",
            "الجزر",
        ],
        teasers: &[
            "الأكثر قراءة",
            "حارس المنارة يتقاعد بعد أربعين عاما",
            "المجلس يصوت على الرصيف الجديد",
            "العثور على فقمة في المكتبة",
            "المخبز يفوز بجائزة خبز الجاودار",
            "المزيد عن الجزر",
            "جوقة المدرسة تغني في الميناء",
        ],
        end: &["من نحن", "اتصل بنا", "الخصوصية", "الشروط", "فيسبوك"],
    };
    finds(
        &arabic,
        "العبارة تنتظر جزيرة نقلت من مكانها",
        &[
            "عادت العبارة التي غادرت الميناء صباح اليوم قبل الظهر، لأن أحدا لم يخبر الطاقم بأن الجزيرة نقلت إلى مكان آخر في البحر.",
            "وقال القبطان الذي يعمل على هذا الخط منذ ثلاثين عاما إنه بحث عن الجزيرة ساعتين كاملتين ولم يجد لها أثرا في أي مكان.",
            "وأعلن مكتب الميناء يوم الثلاثاء أنه سيرسل قاربا للبحث عن الجزيرة، وأن جدول الرحلات سيطبع من جديد في فصل الربيع.",
            "وطلب المكتب من الركاب الانتظار على الرصيف، حيث نصبت خيمة يقدم فيها الشاي منذ الساعة السادسة صباحا كل يوم.",
        ],
    );
}

/// A story with nothing around it loses nothing, whatever its paragraphs are like.
#[test]
fn clean_texts_keep_every_paragraph() {
    let lines = [
        "The ferry came back before noon.",
        "Why?",
        "Because nobody had told the crew that the island had been moved, the captain said on Tuesday.",
        "A long search",
        "“We looked for it for two hours.”",
        "The list of what they found is short:",
        "a buoy, two gulls, and a hat",
        "Nobody has asked for the hat.",
        "What happens next",
        "The harbour office will send a boat, it said in a statement that was read out on the pier at noon.",
        "Tea is served from six.",
        "It is free.",
    ];
    for gap in ["\n\n", "\n"] {
        for count in 2..=lines.len() {
            let (title, text) =
                story(&format!("Ferry waits for the island{gap}{}", lines[..count].join(gap)));
            assert_eq!(title.as_deref(), Some("Ferry waits for the island"));
            let text: Vec<&str> = text.split("\n\n").collect();
            assert_eq!(text, &lines[..count], "{count} {gap:?}");
        }
    }
}

/// Verses, results and minutes have no paragraphs, and are no menus.
#[test]
fn texts_of_short_lines_are_kept() {
    let verse = [
        "Stopping by the harbour on a quiet evening",
        "The boats are sleeping and the gulls are gone",
        "And nobody but me has seen the lantern",
        "That burns all night and burns until the dawn",
        "The water knows a thing it will not utter",
        "The sand has heard it and has gone to sleep",
        "And on the quay a child has lost a button",
        "That was not hers, and was not hers to keep",
        "Tomorrow when the ferry comes for mending",
        "The keeper will have something she can tell",
    ];
    let results = [
        "Northport 2, Saltwick 1",
        "Saltwick 0, Mirren 0",
        "Mirren 4, Northport 4",
        "Quay Rovers 1, Island Town 3",
        "Island Town 2, Saltwick 2",
        "Northport 0, Quay Rovers 1",
        "Mirren 1, Quay Rovers 0",
        "Island Town 5, Mirren 2",
    ];
    let minutes = [
        "The mayor: Is the pier open?",
        "The harbour master: It is not.",
        "The mayor: Since when?",
        "The harbour master: Since Tuesday.",
        "The mayor: And who knew?",
        "The harbour master: The seals did.",
        "The mayor: Thank you.",
        "The harbour master: Not at all.",
        "The council rose at four.",
    ];
    for lines in [&verse[..], &results, &minutes] {
        for gap in ["\n", "\n\n"] {
            let (_, text) = story(&format!("What the paper had to say{gap}{}", lines.join(gap)));
            assert_eq!(text.split("\n\n").collect::<Vec<_>>(), lines, "{gap:?}");
        }
    }
}

/// Links and emphasis cut sentences where a page became a line for each piece of text.
#[test]
fn pieces_of_sentences_are_joined() {
    let page = "The Saltwick Lantern\nHome\nNews\nSport\nWeather\nCulture\nOpinion\nSign in\nSubscribe\nIslands\nHarbour\n\
        Letters\nFerry waits for an island that has moved\n\
        The ferry that left the harbour this morning came back before noon, because\nnobody had told the crew\n\
        that the island had been moved.\n\
        “We looked for it for two hours,” said the captain of the\nMirren\n, who has sailed the route for thirty years.\n\
        The harbour office said on Tuesday that it would send a boat to look for the island.\n\
        Until then, passengers for the island are asked to wait on the pier, where the office serves tea.\n\
        Most read\nSeal found in library\nCouncil votes on the new pier\nBakery wins prize for its rye bread\n\
        About us\nContact\nPrivacy\nTerms\n";
    let (_, text) = story(page);
    assert_eq!(
        text.split("\n\n").collect::<Vec<_>>(),
        [
            "The ferry that left the harbour this morning came back before noon, because nobody had told the crew that the island had been moved.",
            "“We looked for it for two hours,” said the captain of the Mirren, who has sailed the route for thirty years.",
            "The harbour office said on Tuesday that it would send a boat to look for the island.",
            "Until then, passengers for the island are asked to wait on the pier, where the office serves tea.",
        ]
    );
}

#[test]
fn verses_and_lists_are_not_joined() {
    let verse = "The lantern\n\nStopping by the harbour on a quiet evening\nThe boats are sleeping and the gulls are gone\n\
        And nobody but me has seen the lantern\nthat burns all night and burns until the dawn\n\
        The water knows a thing it will not utter\nThe sand has heard it and has gone to sleep\n\
        And on the quay a child has lost a button\nthat was not hers, and was not hers to keep\n\
        Tomorrow when the ferry comes for mending\nThe keeper will have something she can tell\n\
        Of how the night was long and had no ending\nand how the morning did not ring its bell\n";
    assert_eq!(
        Blocks::of(verse, Model::own()).texts().count(),
        verse.lines().filter(|line| !line.is_empty()).count()
    );
    let list = "Stock\n\n".to_string()
        + &"twelve loaves of the black bread\nthree barrels of herring\na rope of forty fathoms\ntwo lamps\n"
            .repeat(4);
    assert_eq!(Blocks::of(&list, Model::own()).texts().count(), 17);
}

#[test]
fn rows_score_as_they_did_for_the_trainer() {
    let stored: Vec<Vec<(Vec<f32>, f32)>> = serde_json::from_str(include_str!("rows.json")).unwrap();
    let Model { joins, looks, .. } = Model::own();
    for (forest, rows) in [joins, &looks.first, &looks.second].into_iter().zip(&stored) {
        for (row, score) in rows {
            let found = forest.score(row);
            assert!((found - score).abs() < 1e-5, "{found} is not {score}");
        }
    }
    assert_eq!(stored.len(), 3);
}

#[test]
fn odd_texts_end_soon() {
    for text in ["a\n".repeat(200_000), "\n".repeat(200_000), "a ".repeat(400_000), "1\n\n".repeat(100_000)] {
        let blocks = Blocks::of(&text, Model::own());
        let held = vec![-1.0; blocks.texts().count()];
        let _ = from_text(blocks, None, &held, Model::own());
    }
    assert_eq!(Lines::of("").breaks().count(), 0);
}
