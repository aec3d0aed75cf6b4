//! What the first look takes for the story, in parts: those that gaps divide, and those of each element. Further
//! stories, teasers and comments stand apart from a story, in elements of their own, and are less sure as a whole than it
//! is. Nothing is decided here: these are columns of the second look.

use super::block::{Block, Kind};
use super::walk::Walked;
use std::collections::BTreeMap;

/// So many blocks in a row that are none of the story divide two parts of it.
const APART: u32 = 5;
/// Numbers that are known of each block.
pub(super) const COLUMNS: usize = 16;

/// A row for each block of a page, given the sizes of all, and their scores.
pub(super) fn rows(walked: &Walked, sizes: impl Iterator<Item = f32>, scores: &[f32]) -> Vec<[f32; COLUMNS]> {
    let each = walked.blocks.iter().zip(sizes).zip(scores);
    let told: Vec<Told> = each.map(|((block, size), score)| Told::new(walked, block, size, *score)).collect();
    let (mut aboves, mut above) = (Vec::with_capacity(told.len()), Above::default());
    let (mut parts, mut elements) = (Vec::new(), BTreeMap::<usize, Tally>::new());
    for it in &told {
        above.meet(it);
        aboves.push(above);
        above.all.add(it);
        parts.resize(above.part + 1, Tally::default());
        parts[above.part].add(it);
        elements.entry(it.container).or_default().add(it);
    }
    let page = Page {
        all: above.all,
        main: Main::new(&told, &elements),
        surest: most(parts.iter().copied().enumerate()).map_or(-1.0, |(_, part)| part.mean()),
        parts,
        elements,
    };
    told.iter().zip(aboves).enumerate().map(|(at, (it, above))| page.row(at, it, &above)).collect()
}

/// A block as the first look sees it.
struct Told {
    /// Whether it has words of its own.
    speaks: bool,
    /// Whether it is taken for one of the story.
    wanted: bool,
    size: f64,
    score: f64,
    /// The nearest element with more in it.
    container: usize,
    /// Whether it is a heading of the first two levels.
    leads: bool,
}

impl Told {
    fn new(walked: &Walked, block: &Block, size: f32, score: f32) -> Self {
        let speaks = !block.kind.is_silent();
        Self {
            speaks,
            wanted: speaks && score > 0.5,
            size: f64::from(size),
            score: f64::from(score),
            container: walked.home(block),
            leads: matches!(block.kind, Kind::Heading(1 | 2)),
        }
    }
}

/// Some blocks together.
#[derive(Clone, Copy, Default)]
struct Tally {
    /// Those with words.
    blocks: u32,
    /// Those of the story.
    wanted: u32,
    /// The size of those of the story, and the sum of their sizes times their scores.
    size: f64,
    sure: f64,
}

impl Tally {
    fn add(&mut self, it: &Told) {
        self.blocks += u32::from(it.speaks);
        if it.wanted {
            self.wanted += 1;
            self.size += it.size;
            self.sure += it.size * it.score;
        }
    }

    fn less(self, other: Self) -> Self {
        Self {
            blocks: self.blocks - other.blocks,
            wanted: self.wanted - other.wanted,
            size: self.size - other.size,
            sure: self.sure - other.sure,
        }
    }

    /// The mean score of what is wanted, by size; -1 if there is none.
    fn mean(self) -> f64 {
        if self.size > 0.0 { self.sure / self.size } else { -1.0 }
    }
}

/// What stands above a block.
#[derive(Clone, Copy, Default)]
struct Above {
    all: Tally,
    /// The part that it is in, from 0, or the last one above.
    part: usize,
    /// Blocks since the last one that is wanted, and headings of the first two levels among them.
    open: u32,
    headings: u32,
    /// The longest gap that the story has had so far.
    gap: Gap,
}

/// Blocks in the midst of a story that are none of it.
#[derive(Clone, Copy, Default)]
struct Gap {
    blocks: u32,
    headings: u32,
    /// The size of what is wanted above it.
    above: f64,
}

impl Above {
    /// Goes on to a block.
    fn meet(&mut self, it: &Told) {
        if it.wanted {
            let begun = self.all.wanted > 0;
            self.part += usize::from(begun && self.open >= APART);
            if begun && self.open > self.gap.blocks {
                self.gap = Gap { blocks: self.open, headings: self.headings, above: self.all.size };
            }
            (self.open, self.headings) = (0, 0);
        } else if it.speaks {
            self.open += 1;
            self.headings += u32::from(it.leads);
        }
    }
}

/// The one with most of the story, and which it is; the first of equals.
fn most(some: impl Iterator<Item = (usize, Tally)>) -> Option<(usize, Tally)> {
    some.reduce(|best, it| if it.1.size > best.1.size { it } else { best })
}

/// The element with most of the story.
struct Main {
    /// The size of what is wanted in it.
    size: f64,
    /// The first and the last block of the story in it.
    first: usize,
    last: usize,
}

impl Main {
    fn new(told: &[Told], elements: &BTreeMap<usize, Tally>) -> Self {
        let (container, all) =
            most(elements.iter().map(|(container, all)| (*container, *all))).unwrap_or_default();
        let holds = |it: &Told| it.wanted && it.container == container;
        let (first, last) = (told.iter().position(holds), told.iter().rposition(holds));
        Self { size: all.size, first: first.unwrap_or(0), last: last.unwrap_or(0) }
    }
}

/// A page in parts.
struct Page {
    all: Tally,
    main: Main,
    /// The mean score of the part with most of the story.
    surest: f64,
    parts: Vec<Tally>,
    elements: BTreeMap<usize, Tally>,
}

impl Page {
    /// What is known of the block at a place. Shares are of the size of all that is wanted.
    fn row(&self, at: usize, it: &Told, above: &Above) -> [f32; COLUMNS] {
        let mut own = Tally::default();
        own.add(it);
        let below = self.all.less(above.all).less(own);
        let begun = above.all.wanted + own.wanted > 0;
        let share = |size: f64| size / self.all.size.max(1.0);
        let (part, element) = (self.parts[above.part], self.elements[&it.container]);
        let others = element.less(own);
        let row = [
            // How sure the story is above and below.
            above.all.mean(),
            below.mean(),
            // Gaps: the longest one above, the one that it stands in, and what the longest one divides.
            f64::from(above.gap.blocks),
            if begun { f64::from(above.open) } else { -1.0 },
            share(above.gap.above),
            f64::from(above.gap.headings),
            // Its part, beside the one with most of the story.
            share(part.size),
            part.mean(),
            self.surest,
            above.part as f64,
            // The element that it stands in.
            share(element.size),
            f64::from(others.wanted) / f64::from(others.blocks.max(1)),
            f64::from(element.blocks),
            // How far it is behind the end and the beginning of the story in the element with most of it.
            at as f64 - self.main.last as f64,
            at as f64 - self.main.first as f64,
            share(self.main.size),
        ];
        row.map(|it| it as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of a story, of a further one below it, and of what is none.
    const STORY: (&str, f32) = ("<p>Ferry</p>", 0.9);
    const FURTHER: (&str, f32) = ("<p>Goats</p>", 0.6);
    const LINK: (&str, f32) = ("<p><a href=/>Tides</a></p>", 0.1);
    const HEADING: (&str, f32) = ("<h2>Tides</h2>", 0.1);
    const PICTURE: (&str, f32) = ("<img src=/goat.jpg>", 0.9);

    /// What is known of each block of a page, element by element; all lines are equally long.
    fn rows_of(elements: &[&[(&str, f32)]]) -> Vec<[f32; COLUMNS]> {
        let html = elements.iter().map(|lines| {
            let lines: String = lines.iter().map(|(line, _)| *line).collect();
            format!("<div>{lines}</div>")
        });
        let html = format!("<body>{}</body>", html.collect::<String>());
        let page = super::super::walk::walk(&super::super::parse::parse(&html).unwrap());
        let scores: Vec<f32> =
            elements.iter().flat_map(|lines| lines.iter().map(|(_, score)| *score)).collect();
        assert_eq!(page.blocks.len(), scores.len());
        rows(&page, scores.iter().map(|_| 5.0), &scores)
    }

    /// Numbers are these, but for what is lost in the last digits.
    #[track_caller]
    fn says(found: &[f32], expected: &[f32]) {
        let near = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-4);
        assert!(found.len() == expected.len() && near, "{found:?} is not {expected:?}");
    }

    /// The part that each block of a page of one element is in.
    #[track_caller]
    fn divides(lines: &[(&str, f32)], parts: &[f32]) {
        let found: Vec<f32> = rows_of(&[lines]).iter().map(|row| row[9]).collect();
        says(&found, parts);
    }

    #[test]
    fn a_long_gap_divides_a_story() {
        divides(&[STORY, LINK, LINK, LINK, LINK, LINK, FURTHER], &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
        divides(&[STORY, LINK, LINK, LINK, LINK, FURTHER], &[0.0; 6]);
        // What has no words is no part of a gap, and none of the story; what stands above the story is no gap.
        divides(&[STORY, LINK, LINK, PICTURE, LINK, LINK, FURTHER], &[0.0; 7]);
        divides(&[LINK, LINK, LINK, LINK, LINK, LINK, STORY], &[0.0; 7]);
    }

    #[test]
    fn a_further_story_is_told_by_how_sure_it_is() {
        let rows = rows_of(&[&[STORY, STORY, STORY, LINK, LINK, LINK, LINK, LINK, FURTHER]]);
        let [above, below, ..] = rows[0];
        // Nothing stands above the first line; two lines and a further one below.
        says(&[above, below], &[-1.0, 0.8]);
        let [above, below, .., share, part, surest, _, _, _, _, _, _, _] = rows[8];
        says(&[above, below, share, part, surest], &[0.9, -1.0, 0.25, 0.6, 0.9]);
        let [.., share, part, surest, _, _, _, _, _, _, _] = rows[2];
        says(&[share, part, surest], &[0.75, 0.9, 0.9]);
    }

    #[test]
    fn a_block_knows_its_gap_and_the_longest_one_above() {
        let rows = rows_of(&[&[LINK, STORY, LINK, HEADING, STORY, LINK, STORY, LINK]]);
        let gap = |at: usize| {
            let [_, _, longest, open, above, headings, ..] = rows[at];
            [longest, open, above * 3.0, headings]
        };
        // Above the story there is none.
        says(&gap(0), &[0.0, -1.0, 0.0, 0.0]);
        says(&gap(3), &[0.0, 2.0, 0.0, 0.0]);
        // It is known as soon as the story goes on: two blocks with a heading below a third of the story.
        says(&gap(4), &[2.0, 0.0, 1.0, 1.0]);
        // A shorter one is none that counts.
        says(&gap(7), &[2.0, 1.0, 1.0, 1.0]);
    }

    #[test]
    fn a_block_knows_its_element_and_the_one_with_most_of_the_story() {
        let rows = rows_of(&[&[LINK, STORY, STORY, STORY], &[FURTHER, LINK, LINK]]);
        let element = |at: usize| {
            let [.., share, others, blocks, behind_end, behind_start, main] = rows[at];
            [share, others, blocks, behind_end, behind_start, main]
        };
        says(&element(0), &[0.75, 1.0, 4.0, -3.0, -1.0, 0.75]);
        says(&element(4), &[0.25, 0.0, 3.0, 1.0, 3.0, 0.75]);
        says(&element(5), &[0.25, 0.5, 3.0, 2.0, 4.0, 0.75]);
    }

    #[test]
    fn pages_without_a_story_have_rows_as_well() {
        assert!(rows_of(&[]).is_empty());
        let rows = rows_of(&[&[LINK, LINK]]);
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().flatten().all(|it| it.is_finite()), "{rows:?}");
    }
}
