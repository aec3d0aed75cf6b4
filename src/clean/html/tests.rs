//! Pages as a whole; all of them are invented.

use super::{Page, Story, model};

/// A page with the furniture that pages have around `story`.
fn page(story: &str) -> String {
    let menu: String =
        ["A", "B", "C", "D", "E"].map(|it| format!("<li><a href='/{it}'>{it}</a></li>")).concat();
    let links = (1..6)
        .map(|it| format!("<li><a href='/{it}.html'><h4>{it} {it} {it}</h4></a></li>"))
        .collect::<Vec<_>>()
        .concat();
    format!(
        "<!doctype html><html><head><title>Title</title></head><body>\
         <header><nav class='main-menu'><ul>{menu}</ul></nav></header>\
         <main><article class='article'>{story}</article>\
         <aside class='related'><ul>{links}</ul></aside></main>\
         <footer class='footer'><p>© 2024 <a href='/x'>X</a> | <a href='/y'>Y</a></p></footer></body></html>"
    )
}

fn story(html: &str) -> Story {
    Page::read(html).unwrap().story(model())
}

/// A story of these paragraphs is found whole, and nothing else with it.
#[track_caller]
fn finds(headline: &str, paragraphs: &[&str]) {
    let body = paragraphs.iter().map(|it| format!("<p>{it}</p>\n")).collect::<Vec<_>>().concat();
    let html = page(&format!("<h1>{headline}</h1><div class='article-body'>{body}</div>"));
    let found = story(&html).text();
    let found: Vec<&str> = found.split("\n\n").collect();
    assert_eq!(found, paragraphs);
}

#[test]
fn stories_of_any_language() {
    finds(
        "Ferry Waits for the Island",
        &[
            "The ferry that left the harbour this morning came back before noon, because nobody had told the crew that the island had been moved.",
            "“We looked for it for two hours,” said the captain, who has sailed the route for thirty years and has never missed it before.",
            "The harbour office said on Tuesday that it would send a boat to look, and that the timetable would be printed again in spring.",
        ],
    );
    finds(
        "Fähre wartet auf die Insel",
        &[
            "Die Fähre, die am Morgen den Hafen verlassen hatte, kehrte vor Mittag zurück, weil niemand der Mannschaft gesagt hatte, dass die Insel verlegt worden war.",
            "„Wir haben sie zwei Stunden lang gesucht“, sagte der Kapitän, der die Strecke seit dreißig Jahren fährt und sie noch nie verfehlt hat.",
            "Das Hafenamt teilte am Dienstag mit, dass ein Boot ausgeschickt werde und der Fahrplan im Frühjahr neu gedruckt werden solle.",
        ],
    );
    finds(
        "Паром ждёт остров",
        &[
            "Паром, который утром вышел из гавани, вернулся ещё до полудня, потому что никто не сказал команде, что остров перенесли на другое место.",
            "«Мы искали его два часа», — сказал капитан, который ходит по этому маршруту тридцать лет и ни разу не промахнулся.",
            "Портовая служба во вторник сообщила, что отправит на поиски катер, а расписание весной напечатают заново.",
        ],
    );
    finds(
        "العبارة تنتظر الجزيرة",
        &[
            "عادت العبارة التي غادرت الميناء صباح اليوم قبل الظهر، لأن أحدا لم يخبر الطاقم بأن الجزيرة نقلت إلى مكان آخر في البحر.",
            "وقال القبطان الذي يعمل على هذا الخط منذ ثلاثين عاما إنه بحث عنها ساعتين كاملتين ولم يجد لها أثرا في أي مكان.",
            "وأعلن مكتب الميناء يوم الثلاثاء أنه سيرسل قاربا للبحث عنها، وأن جدول الرحلات سيطبع من جديد في فصل الربيع.",
        ],
    );
    finds(
        "渡轮等待小岛",
        &[
            "今天早上离开港口的渡轮在中午之前就回来了，因为没有人告诉船员，那座小岛已经被搬到了别的地方，谁也不知道它在哪里。",
            "在这条航线上工作了三十年的船长说：“我们找了整整两个小时，以前从来没有发生过这样的事情，我也不知道该怎么办。”",
            "港务局星期二表示，将派一艘小船前去寻找，并将在春天重新印制时刻表，请乘客耐心等待进一步的通知。",
        ],
    );
    finds(
        "フェリーは島を待つ",
        &[
            "今朝港を出たフェリーは昼前に戻ってきた。島が別の場所に移されたことを、だれも乗組員に知らせていなかったからである。",
            "「二時間も探しました」と、この航路で三十年働いてきた船長は話した。これまで島を見失ったことは一度もなかったという。",
            "港湾事務所は火曜日、捜索のために小船を出し、時刻表は春に改めて印刷すると発表した。乗客には待つよう呼びかけている。",
        ],
    );
}

#[test]
fn hidden_scripts_and_breaks() {
    let first = "The ferry that left the harbour this morning came back before noon, because nobody had told the crew.";
    let second =
        "The harbour office said on Tuesday that it would send a boat to look for the island, and soon.";
    let html = page(&format!(
        "<h1>Ferry</h1><script>var a = '<p>no</p>';</script><noscript><p>{second} no</p></noscript>\
         <div class='article-body'>{first}<br><br>{second}</div>"
    ));
    assert_eq!(story(&html).text(), format!("{first}\n\n{second}"));
}

#[test]
fn hostile_pages_end_soon() {
    for html in [
        "<table><tr><td>".repeat(150),
        "<p>a".repeat(150_000),
        "<a href=x>".repeat(600),
        "<b>a".repeat(40_000),
    ] {
        let _ = Page::read(&html).map(|page| page.story(model()));
    }
}

#[test]
fn rows_score_as_they_did_for_the_trainer() {
    let stored: Vec<Vec<(Vec<f32>, f32)>> = serde_json::from_str(include_str!("rows.json")).unwrap();
    let model = model();
    for (forest, rows) in [&model.looks.first, &model.looks.second].into_iter().zip(&stored) {
        for (row, score) in rows {
            let found = forest.score(row);
            assert!((found - score).abs() < 1e-5, "{found} is not {score}");
        }
    }
    assert_eq!(stored.len(), 2);
}
