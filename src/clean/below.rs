//! Where another text begins below a story: further stories, long teasers, readers' comments. Each of their blocks looks
//! like one of a story, so that no score of a block by itself tells them apart.

/// Blocks in a row that are none of the story and stand between the two.
const APART: usize = 8;
/// The least share of all that is kept which stands above: below a few lines at the top stands the story.
const ABOVE: f32 = 0.25;
/// The highest mean score of what is below, as a share of that of what is above.
const WEAKER: f32 = 0.7;

/// A block: whether it is kept, its score, and its length.
pub(super) type Judged = (bool, f32, f32);

/// The first block of another text, which is far below what is surely the story, and less sure.
pub(super) fn another(blocks: &[Judged]) -> Option<usize> {
    let kept = || blocks.iter().enumerate().filter(|(_, (kept, ..))| *kept);
    let sum = |length: f32, sure: f32, (_, score, more): &Judged| (length + more, sure + more * score);
    let all = kept().fold((0.0, 0.0), |(length, sure), (_, block)| sum(length, sure, block));
    let (mut length, mut sure) = (0.0, 0.0);
    for ((at, block), (next, _)) in kept().zip(kept().skip(1)) {
        (length, sure) = sum(length, sure, block);
        // Means, multiplied by both lengths.
        let is_weaker = (all.1 - sure) * length < WEAKER * sure * (all.0 - length);
        if next - at > APART && length >= ABOVE * all.0 && is_weaker {
            return Some(next);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where another text begins among five paragraphs of equal length, two of them `gap` lines below the others, given
    /// how sure both are.
    fn begins(gap: usize, (above, below): (f32, f32)) -> Option<usize> {
        let furniture = vec![(false, 0.1, 1.0); gap];
        another(&[vec![(true, above, 12.0); 3], furniture, vec![(true, below, 12.0); 2]].concat())
    }

    #[test]
    fn what_is_far_below_and_less_sure_is_another_text() {
        assert_eq!(begins(8, (0.9, 0.6)), Some(11));
        assert_eq!(begins(7, (0.9, 0.6)), None, "near");
        assert_eq!(begins(8, (0.9, 0.7)), None, "as sure");
        assert_eq!(begins(30, (0.6, 0.9)), None, "surer");
        assert_eq!(another(&[]), None);
        let short =
            [vec![(true, 0.9, 1.0)], vec![(false, 0.1, 1.0); 20], vec![(true, 0.5, 12.0); 2]].concat();
        assert_eq!(another(&short), None, "what stands above is but a line");
    }
}
