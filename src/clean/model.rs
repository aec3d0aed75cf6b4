//! Trees of decisions that were learned from pages of many outlets: a row of numbers → how likely the block belongs to
//! the story. `training/` says how they are made.

/// The trees of one look.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Forest {
    /// The first node of each tree.
    roots: Vec<u32>,
    nodes: Vec<Node>,
    /// Columns of a row.
    columns: usize,
}

/// A question, or where `column` is `LEAF`, an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Node {
    column: u16,
    /// The node for larger values; that for others comes next.
    larger: u16,
    value: f32,
}

const LEAF: u16 = u16::MAX;

/// Both looks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    pub(super) first: Forest,
    pub(super) second: Forest,
}

impl Model {
    /// Reads a file as `training/train.py` writes it; `None` if it is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let model = Self::part(&mut rest)?;
        rest.is_empty().then_some(model)
    }

    /// Reads both looks from the beginning of a file that has more.
    pub(super) fn part(rest: &mut &[u8]) -> Option<Self> {
        Some(Self { first: Forest::read(rest)?, second: Forest::read(rest)? })
    }
}

impl Forest {
    /// Columns, trees, then of each tree its number of nodes and they themselves; all little-endian.
    pub(super) fn read(rest: &mut &[u8]) -> Option<Self> {
        let columns = usize::from(u16::from_le_bytes(take(rest)?));
        let mut forest = Self { columns, ..Self::default() };
        for _ in 0..u16::from_le_bytes(take(rest)?) {
            let count = u16::from_le_bytes(take(rest)?);
            forest.roots.push(u32::try_from(forest.nodes.len()).ok()?);
            for at in 0..count {
                let column = u16::from_le_bytes(take(rest)?);
                let larger = u16::from_le_bytes(take(rest)?);
                let value = f32::from_le_bytes(take(rest)?);
                // Both ways lead on within the tree, so that no walk goes on for ever.
                let fits = usize::from(column) < columns && larger > at + 1 && larger < count;
                if column != LEAF && !fits {
                    return None;
                }
                forest.nodes.push(Node { column, larger, value });
            }
        }
        Some(forest)
    }

    /// A score between 0 and 1.
    pub(super) fn score(&self, row: &[f32]) -> f32 {
        assert_eq!(row.len(), self.columns, "the model was made for other rows");
        let sum: f64 = self.roots.iter().map(|root| f64::from(self.answer(*root as usize, row))).sum();
        (1.0 / (1.0 + (-sum).exp())) as f32
    }

    fn answer(&self, root: usize, row: &[f32]) -> f32 {
        let mut at = root;
        loop {
            let node = &self.nodes[at];
            if node.column == LEAF {
                return node.value;
            }
            at = if row[usize::from(node.column)] <= node.value {
                at + 1
            } else {
                root + usize::from(node.larger)
            };
        }
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk()?;
    *rest = left;
    Some(*taken)
}
