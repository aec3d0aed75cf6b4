//! Times of the functions in which a build spends its time. `cargo bench --bench hot` takes about a minute; the theme and
//! the configuration are those of the sample archive, the articles are made here.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use backissue::archive::{Archive, Entry, Pool, Related};
use backissue::article::{self, Keys};
use backissue::config::{Config, Flags};
use backissue::markdown::{self, Context, Words};
use backissue::plan::{Output, Page, Plan};
use backissue::render::{Bodies, Body, Ready, Renderer, Sheet};
use backissue::route::Slug;
use backissue::theme::Theme;
use criterion::{Criterion, Throughput};

/// The program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Articles of the archive that is planned.
const ARTICLES: usize = 10_000;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    bodies(&mut criterion);
    front_matter(&mut criterion);
    slugs(&mut criterion);
    site(&mut criterion);
    criterion.final_summary();
}

fn bodies(criterion: &mut Criterion) {
    let context = Context {
        title: "Ferry runs again",
        base_path: "",
        resolve: &|_| None,
        words: Words { footnotes: "Footnotes", back: "Back to text", table: "Table" },
    };
    let mut group = criterion.benchmark_group("body");
    for (name, body) in [("plain", plain_body()), ("rich", rich_body())] {
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| markdown::to_html(black_box(&body), &context)));
    }
    let body = plain_body();
    group.bench_function("names files", |bencher| {
        bencher.iter(|| markdown::may_name_files(black_box(&body)));
    });
    group.finish();
}

fn front_matter(criterion: &mut Criterion) {
    let (text, keys) = (source(1), Keys::default());
    criterion.bench_function("front matter", |bencher| {
        bencher.iter(|| article::parse(black_box(&text), &keys));
    });
}

fn slugs(criterion: &mut Criterion) {
    for (name, text) in
        [("ascii", "Harbour board votes on the new pier"), ("umlauts", "Café Zürich öffnet früh")]
    {
        criterion.bench_function(&format!("slug/{name}"), |bencher| {
            bencher.iter(|| Slug::new(black_box(text)));
        });
    }
}

/// What is made of all articles together, and pages of such an archive.
fn site(criterion: &mut Criterion) {
    let config =
        Config::load(Path::new(env!("CARGO_MANIFEST_DIR")), &Flags::default()).expect("the sample is valid");
    let (theme, _) = Theme::load(&config).expect("the theme is valid");
    let pool = Pool::default();
    let entries: Vec<Arc<Entry>> = (0..ARTICLES).map(|number| Arc::new(entry(number, &pool))).collect();
    criterion.bench_function("archive of 10,000", |bencher| {
        bencher.iter(|| Archive::new(black_box(entries.clone()), &config));
    });
    let (archive, _) = Archive::new(entries, &config);
    let plan = || Plan::new(black_box(&archive), &config, &[], &[]).expect("no two paths are equal");
    criterion.bench_function("plan of 10,000", |bencher| bencher.iter(plan));
    let (plan, _) = plan();
    let related = Related::default();
    related.prepare(&archive, &config, 0..ARTICLES);
    let related = |id: usize| related.of(&archive, &config, id);
    let ready = Ready::new(&config, &archive, &plan.addresses);
    let renderer = Renderer::new(&config, &theme, &archive, &plan, (&ready, &related));
    pages(criterion, &renderer, &plan.outputs);
}

/// One page of an article and one of a list: made, and only looked at since it is as it was.
fn pages(criterion: &mut Criterion, renderer: &Renderer, outputs: &[Output]) {
    let find = |wanted: fn(Page) -> bool| {
        // From the middle, where pages have neighbours on both sides.
        let mut found = outputs.iter().filter(|output| wanted(output.page));
        let count = found.clone().count();
        found.nth(count / 2).expect("the plan has such a page")
    };
    let article = find(|page| matches!(page, Page::Article(_)));
    let list = find(|page| matches!(page, Page::Term(..)));
    let text = plain_body();
    let make = |output: &Output, sheet: &mut Sheet| match output.page {
        Page::Article(_) => {
            let body = Body { hash: 0, lead: None };
            renderer.story(output.page, &body, || Ok::<_, anyhow::Error>(text.clone()), sheet)
        }
        page => {
            let bodies = Bodies { hash: &|_| 0, html: &|_| Ok(text.clone()) };
            renderer.other(page, &output.path, &bodies, sheet)
        }
    };
    let mut buffer = Vec::new();
    for (name, output) in [("article", article), ("list", list)] {
        criterion.bench_function(&format!("page/{name}"), |bencher| {
            bencher.iter(|| make(black_box(output), &mut Sheet::new(&mut buffer, None)));
        });
        let known = make(output, &mut Sheet::new(&mut buffer, None)).expect("the page can be made");
        criterion.bench_function(&format!("fingerprint/{name}"), |bencher| {
            bencher.iter(|| make(black_box(output), &mut Sheet::new(&mut buffer, Some(known))));
        });
    }
}

/// A published article among ten thousand: each day has two, and each term some hundred.
fn entry(number: usize, pool: &Pool) -> Entry {
    let text = source(number);
    let parsed = article::parse(&text, &Keys::default()).expect("the front matter is valid");
    let title = parsed.article.title.clone().expect("it has a title");
    Entry {
        source: format!("content/{number}.md").into(),
        alias: None,
        slug: Slug::new(&title),
        title,
        names: pool.names(&parsed.article.terms),
        article: parsed.article,
        explicit_slug: false,
        excerpt: String::new(),
        links: Vec::new(),
        body_start: parsed.body,
        body_line: parsed.body_line,
        body: number as u128,
        face: number as u128,
    }
}

/// The file of an article.
fn source(number: usize) -> String {
    let (day, month, year) = (number / 2 % 28 + 1, number / 56 % 12 + 1, 2000 + number / 672);
    let (tag, other, author) = (number % 97, number % 53, number % 211);
    format!(
        "---\ntitle: \"Harbour board votes on pier {number}\"\ndate: {year}-{month:02}-{day:02}T08:30:00Z\n\
         description: \"What the vote means for the boats, the market and those who live on the quay.\"\n\
         tags: [\"Tag {tag}\", \"Topic {other}\", \"harbour {other}\"]\nauthors: [\"Author {author}\"]\n\
         source: \"The Skerry Times\"\nsection: \"Section {}\"\n---\n\n{}",
        number % 8,
        "The board met on Tuesday.\n"
    )
}

/// A body as newspapers have it, of about 4 KB.
fn plain_body() -> String {
    let paragraph = "The board's vote on the *new* pier came late -- \"after the tide,\" as one member said -- and was \
                     close. It follows [the report of last year](/2019/07/ferry-apology/) and what \
                     [the harbour office](https://example.org/harbour/2019) wrote in June... Boats of up to 12 metres \
                     may **moor** there from May, the others have to wait for the second part.\n\n";
    let list = "- 12 berths for boats of the island\n- a crane that lifts 3 tonnes\n- no parking\n\n";
    format!(
        "{}## What is planned\n\n{list}> It is late, but it is here.\n\n{}",
        paragraph.repeat(6),
        paragraph.repeat(6)
    )
}

/// A body with what takes the long way: tables, footnotes and raw HTML.
fn rich_body() -> String {
    let table = "| Year | Boats | Berths |\n|:---|---:|:-:|\n| 2018 | 112 | 40 |\n| 2019 | 131 | 52 |\n\n";
    let html = "<figure><img src=\"pier.jpg\" alt=\"The pier\"><figcaption>The <b>pier</b></figcaption></figure>\n\n";
    let notes = "Numbers are the office's[^1], prices are not[^2].\n\n[^1]: Report of 2019.\n[^2]: Those of *May*.\n\n";
    format!("{}{table}{html}{notes}", plain_body())
}
