//! A page as rows of numbers, one for each block: what the model decides by. The program that trains it calls this
//! very code.
//!
//! The first look sees the block, its elements and its neighbours. The second sees also what the first thought of the
//! blocks around, of the elements they stand in, of all that are marked up alike, and of the story in parts.

use super::block::{Block, Container, Kind};
use super::head::Head;
use super::hints;
use super::lexicon::Lexicon;
use super::measure::{Measure, measure};
use super::parts;
use super::walk::Walked;
use std::collections::BTreeMap;

/// Levels of elements around a block that are looked at.
const LEVELS: usize = 4;
/// How far neighbours are looked at.
const WINDOW: isize = 3;
/// How far their scores are.
const REACH: isize = 4;
/// Blocks from this size on that are not links are taken for prose, until something better is known.
const PROSE: f32 = 80.0;

/// Sums over all blocks before each one, so that the sum over any element costs nothing.
struct Sums(Vec<[f64; 4]>);

impl Sums {
    fn new(each: impl Iterator<Item = [f64; 4]>) -> Self {
        let mut sum = [0.0; 4];
        let mut all = vec![sum];
        for one in each {
            for (sum, value) in sum.iter_mut().zip(one) {
                *sum += value;
            }
            all.push(sum);
        }
        Self(all)
    }

    fn between(&self, first: usize, end: usize) -> [f64; 4] {
        let (from, to) = (self.0[first], self.0[end.max(first)]);
        [to[0] - from[0], to[1] - from[1], to[2] - from[2], to[3] - from[3]]
    }
}

/// What is known of a page before anything is decided.
pub(super) struct Measured {
    measures: Vec<Measure>,
    /// Size, size of links, size of prose, blocks of prose.
    sums: Sums,
    /// The deepest element that holds most of the prose.
    core: usize,
    /// Blocks with equal markup.
    alike: BTreeMap<u64, Vec<usize>>,
    /// How often a text occurs.
    repeats: BTreeMap<u64, u32>,
    headline: Option<usize>,
    /// Headings of the first two levels, and times.
    marks: Sums,
}

impl Measured {
    pub(super) fn new(page: &Walked, head: &Head) -> Self {
        let measures: Vec<Measure> = page.blocks.iter().map(|block| measure(block, head)).collect();
        let sums = Sums::new(measures.iter().map(|it| {
            let prose = if it.size >= PROSE && it.linked < 0.3 { it.size } else { 0.0 };
            [it.size, it.size * it.linked, prose, prose.min(1.0)].map(f64::from)
        }));
        let core = core(&page.containers, &sums, 2);
        let mut alike: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        let mut repeats = BTreeMap::new();
        for (at, block) in page.blocks.iter().enumerate() {
            alike.entry(block.facts.signature).or_default().push(at);
            *repeats.entry(measures[at].hash).or_default() += 1;
        }
        let is_headline = |at: &usize| is_heading(&page.blocks[*at], 1) && measures[*at].title[0] > 0.5;
        let headline = (0..measures.len())
            .filter(is_headline)
            .max_by(|a, b| measures[*a].size.total_cmp(&measures[*b].size).then(b.cmp(a)));
        let marks = Sums::new(page.blocks.iter().map(|block| {
            let time = flag(block.facts.near[hints::TIME] <= 1);
            [flag(is_heading(block, 1)), flag(is_heading(block, 2)), time, 0.0].map(f64::from)
        }));
        Self { measures, sums, core, alike, repeats, headline, marks }
    }

    /// The heading that says what the page is called.
    pub(super) fn headline(&self) -> Option<usize> {
        self.headline
    }

    /// What a reader would see of a block's numbers.
    pub(super) fn facts(&self, block: &Block, at: usize) -> Vec<String> {
        let it = &self.measures[at];
        let percent = (it.linked * 100.0).round();
        let linked = (percent >= 30.0).then(|| format!("links {percent} %"));
        let repeats = Some(self.repeats[&it.hash]).filter(|count| *count > 1 && it.size > 0.0);
        let repeats = repeats.map(|count| format!("{count} times on the page"));
        linked.into_iter().chain(repeats).chain(hints::around(&block.facts.near)).collect()
    }

    /// The rows of the first look.
    pub(super) fn first(&self, page: &Walked, lexicon: &Lexicon) -> Vec<Vec<f32>> {
        let groups = self.groups();
        let row = |at: usize| {
            let mut row = self.row(page, &groups, at);
            row.extend(lexicon.row(self.entries(at)));
            row
        };
        (0..page.blocks.len()).map(row).collect()
    }

    /// The entries of a block in the lexicon.
    pub(super) fn entries(&self, at: usize) -> &[u16] {
        &self.measures[at].entries
    }

    fn row(&self, page: &Walked, groups: &BTreeMap<u64, [f32; 4]>, at: usize) -> Vec<f32> {
        let mut row = Vec::with_capacity(192);
        let block = &page.blocks[at];
        self.words(&mut row, block, at);
        self.place(&mut row, page, at);
        self.elements(&mut row, page, block);
        row.extend(groups[&block.facts.signature]);
        for by in (-WINDOW..=WINDOW).filter(|by| *by != 0) {
            match at.checked_add_signed(by).filter(|other| *other < page.blocks.len()) {
                Some(other) => {
                    let it = &self.measures[other];
                    let facts = &page.blocks[other].facts;
                    let same = facts.signature == block.facts.signature;
                    let here = page.home(&page.blocks[other]) == page.home(block);
                    row.extend([it.size.ln_1p(), it.linked, it.end, it.kind]);
                    row.push(f32::from(u8::from(same)) + f32::from(u8::from(here)));
                }
                None => row.extend([-1.0; 5]),
            }
        }
        row
    }

    fn words(&self, row: &mut Vec<f32>, block: &Block, at: usize) {
        let it = &self.measures[at];
        row.extend([it.size.ln_1p(), it.words.ln_1p(), it.size / it.words.max(1.0), it.linked, it.strong]);
        row.extend([it.emphasised, it.digits, it.capitals, it.signs, it.end, it.commas.ln_1p()]);
        row.extend([it.sentences.ln_1p(), it.start, it.quotes.ln_1p(), it.separators.ln_1p()]);
        row.extend(it.marks);
        row.extend(it.title);
        row.extend([it.summary, it.body, it.kind, self.repeats[&it.hash] as f32]);
        row.extend([
            block.facts.links as f32,
            flag(block.tight),
            flag(block.quoted),
            f32::from(block.facts.depth),
        ]);
        row.extend(block.facts.near.map(f32::from));
    }

    fn place(&self, row: &mut Vec<f32>, page: &Walked, at: usize) {
        let count = page.blocks.len();
        let all = self.sums.between(0, count);
        let before = self.sums.between(0, at);
        row.extend([at as f32, (count - at) as f32, at as f32 / count as f32, (all[0] as f32).ln_1p()]);
        row.extend([
            ratio(before[0], all[0]),
            ratio(before[2], all[2]),
            ratio(all[1], all[0]),
            all[3] as f32,
        ]);
        let headline = self.headline.map_or(-999.0, |headline| at as f32 - headline as f32);
        row.push(headline.clamp(-999.0, 200.0));
        self.stories(row, page, at);
        let is_prose = |other: &usize| self.sums.between(*other, *other + 1)[3] > 0.0;
        let last = (at.saturating_sub(20)..at).rev().find(is_prose).map_or(21, |other| at - other);
        let next = (at + 1..count.min(at + 21)).find(is_prose).map_or(21, |other| other - at);
        row.extend([last as f32, next as f32]);
        let near = |from: usize, to: usize| self.sums.between(from, to)[2] as f32;
        row.extend([near(at.saturating_sub(6), at).ln_1p(), near(at + 1, count.min(at + 7)).ln_1p()]);
    }

    /// Whether it may be another story's: what stands between it and the headline.
    fn stories(&self, row: &mut Vec<f32>, page: &Walked, at: usize) {
        let titles = self.marks.between(0, at + 1);
        let above = self.marks.between(0, self.headline.map_or(0, |headline| headline + 1));
        row.extend([titles[0] - above[0], titles[1] - above[1], titles[2] - above[2]].map(|it| it as f32));
        let article = |at: usize| page.containers[page.blocks[at].facts.container].article;
        let own = article(at);
        let all = self.sums.between(0, page.blocks.len());
        let it = &page.containers[own];
        let nested = if own == 0 { -1.0 } else { flag(page.containers[it.parent].article != 0) };
        let same = self.headline.map_or(-1.0, |headline| flag(article(headline) == own));
        row.extend([same, nested, ratio(self.sums.between(it.first, it.end)[2], all[2])]);
        row.push(ratio(self.sums.between(0, it.first)[2], all[2]));
    }

    fn elements(&self, row: &mut Vec<f32>, page: &Walked, block: &Block) {
        let all = self.sums.between(0, page.blocks.len());
        let mut container = block.facts.container;
        for _ in 0..LEVELS {
            let it = &page.containers[container];
            let sum = self.sums.between(it.first, it.end);
            let blocks = (it.end - it.first) as f32;
            row.extend([
                (sum[0] as f32).ln_1p(),
                ratio(sum[1], sum[0]),
                ratio(sum[2], all[2]),
                blocks.ln_1p(),
            ]);
            row.extend([ratio(sum[2], sum[0]), sum[3] as f32]);
            container = it.parent;
        }
        relation(row, page, block, self.core);
    }

    /// Size and links of blocks with equal markup.
    fn groups(&self) -> BTreeMap<u64, [f32; 4]> {
        let group = |members: &Vec<usize>| {
            let size: f32 = members.iter().map(|at| self.measures[*at].size).sum();
            let linked: f32 =
                members.iter().map(|at| self.measures[*at].size * self.measures[*at].linked).sum();
            let all = (self.sums.between(0, self.measures.len())[0] as f32).max(1.0);
            let count = members.len() as f32;
            [count.ln_1p(), (size / count).ln_1p(), linked / size.max(1.0), size / all]
        };
        self.alike.iter().map(|(signature, members)| (*signature, group(members))).collect()
    }

    /// The rows of the second look, given the scores of the first.
    pub(super) fn second(&self, page: &Walked, first: &[Vec<f32>], scores: &[f32]) -> Vec<Vec<f32>> {
        let seen = Seen::new(self, page, scores);
        let each = first.iter().enumerate();
        each.map(|(at, row)| {
            let mut row = row.clone();
            seen.row(&mut row, self, page, at);
            row
        })
        .collect()
    }
}

/// What the first look says of a page as a whole.
struct Seen<'a> {
    scores: &'a [f32],
    /// Size, size by score, score, and what is wanted.
    sums: Sums,
    core: usize,
    /// Score and number of blocks with equal markup.
    alike: BTreeMap<u64, (f32, f32)>,
    first: usize,
    last: usize,
    /// What is known of each block by the parts of the story.
    parts: Vec<[f32; parts::COLUMNS]>,
}

impl<'a> Seen<'a> {
    fn new(measured: &Measured, page: &Walked, scores: &'a [f32]) -> Self {
        let sums = Sums::new(measured.measures.iter().zip(scores).map(|(it, score)| {
            let wanted = if *score > 0.5 { 1.0 } else { 0.0 };
            [it.size, it.size * score, *score, wanted].map(f64::from)
        }));
        let core = core(&page.containers, &sums, 1);
        let alike = measured.alike.iter().map(|(signature, members)| {
            (*signature, (members.iter().map(|at| scores[*at]).sum(), members.len() as f32))
        });
        let first = scores.iter().position(|score| *score > 0.5).unwrap_or(0);
        let last = scores.iter().rposition(|score| *score > 0.5).unwrap_or(0);
        let parts = parts::rows(page, measured.measures.iter().map(|it| it.size), scores);
        Self { scores, sums, core, alike: alike.collect(), first, last, parts }
    }

    fn row(&self, row: &mut Vec<f32>, measured: &Measured, page: &Walked, at: usize) {
        let count = self.scores.len();
        let block = &page.blocks[at];
        let own = self.scores[at];
        row.push(own);
        for by in (-REACH..=REACH).filter(|by| *by != 0) {
            row.push(at.checked_add_signed(by).and_then(|it| self.scores.get(it)).copied().unwrap_or(-1.0));
        }
        for reach in [4, 10, 25] {
            let before = self.sums.between(at.saturating_sub(reach), at);
            let after = self.sums.between(at + 1, count.min(at + 1 + reach).max(at + 1));
            row.extend([ratio(before[1], before[0]), ratio(after[1], after[0])]);
        }
        let mut container = block.facts.container;
        let all = self.sums.between(0, count);
        for _ in 0..LEVELS {
            let it = &page.containers[container];
            let sum = self.sums.between(it.first, it.end);
            let others = f64::from(measured.measures[at].size);
            row.push(ratio(sum[1] - others * f64::from(own), sum[0] - others));
            row.extend([ratio(sum[1], all[1]), ratio(sum[2], (it.end - it.first) as f64)]);
            container = it.parent;
        }
        relation(row, page, block, self.core);
        let (score, members) = self.alike[&block.facts.signature];
        row.push(if members > 1.0 { (score - own) / (members - 1.0) } else { -1.0 });
        let before = self.sums.between(0, at);
        row.extend([ratio(before[1], all[1]), ratio(all[1], all[0]), all[3] as f32]);
        row.extend([at as f32 - self.first as f32, self.last as f32 - at as f32]);
        let wanted = |other: &usize| self.scores[*other] > 0.5;
        let last = (at.saturating_sub(30)..at).rev().find(wanted).map_or(31, |other| at - other);
        let next = (at + 1..count.min(at + 31)).find(wanted).map_or(31, |other| other - at);
        row.extend([last as f32, next as f32]);
        row.extend(self.parts[at]);
    }
}

fn is_heading(block: &Block, level: u8) -> bool {
    block.kind == Kind::Heading(level)
}

/// The deepest element with most of what a column of the sums counts.
fn core(containers: &[Container], sums: &Sums, column: usize) -> usize {
    const MOST: f64 = 0.6;
    let all = containers.first().map_or(0.0, |root| sums.between(root.first, root.end)[column]);
    let holds = |at: &usize| sums.between(containers[*at].first, containers[*at].end)[column] >= all * MOST;
    (0..containers.len()).filter(holds).max_by_key(|at| containers[*at].depth).unwrap_or(0)
}

/// How a block stands to an element: inside or not, how far below what holds both, before or behind it.
fn relation(row: &mut Vec<f32>, page: &Walked, block: &Block, core: usize) {
    let it = &page.containers[core];
    let (mut container, mut up) = (block.facts.container, 0.0);
    let holds = |at: usize| page.containers[at].first <= it.first && it.end <= page.containers[at].end;
    let depth = |at: usize| page.containers[at].depth;
    while container != core && !(holds(container) && depth(container) <= it.depth) && up < 40.0 {
        container = page.containers[container].parent;
        up += 1.0;
    }
    row.extend([flag(container == core), up, f32::from(it.depth) - f32::from(depth(container))]);
}

fn ratio(part: f64, whole: f64) -> f32 {
    if whole > 0.0 { (part / whole) as f32 } else { 0.0 }
}

fn flag(it: bool) -> f32 {
    f32::from(u8::from(it))
}
