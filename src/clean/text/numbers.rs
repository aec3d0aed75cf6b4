//! Counts and sums of blocks.

use std::collections::HashMap;

/// Sums over all blocks before each one, so that the sum over any run costs nothing.
pub(super) struct Sums<const N: usize>(Vec<[f64; N]>);

impl<const N: usize> Sums<N> {
    pub(super) fn new(each: impl Iterator<Item = [f32; N]>) -> Self {
        let mut sum = [0.0; N];
        let mut all = vec![sum];
        for one in each {
            for (sum, value) in sum.iter_mut().zip(one) {
                *sum += f64::from(value);
            }
            all.push(sum);
        }
        Self(all)
    }

    pub(super) fn between(&self, first: usize, end: usize) -> [f32; N] {
        let last = self.0.len() - 1;
        let (from, to) = (self.0[first.min(last)], self.0[end.clamp(first.min(last), last)]);
        let mut found = [0.0; N];
        for (found, (from, to)) in found.iter_mut().zip(from.iter().zip(to)) {
            *found = (to - from) as f32;
        }
        found
    }

    /// The sums of the blocks around one, itself left out, before and behind.
    pub(super) fn around(&self, at: usize, reach: usize) -> [[f32; N]; 2] {
        [self.between(at.saturating_sub(reach), at), self.between(at + 1, at + 1 + reach)]
    }
}

/// How often each occurs.
pub(super) fn counts<T: std::hash::Hash + Eq>(all: impl Iterator<Item = T>) -> HashMap<T, u16> {
    let mut counts: HashMap<T, u16> = HashMap::new();
    for one in all {
        let count = counts.entry(one).or_default();
        *count = count.saturating_add(1);
    }
    counts
}

/// The run of blocks with the largest sum, to before its end.
pub(super) fn best(each: impl Iterator<Item = f32>) -> (usize, usize) {
    let (mut found, mut most) = ((0, 0), 0.0);
    let (mut start, mut sum) = (0, 0.0);
    for (at, value) in each.enumerate() {
        if sum <= 0.0 {
            (start, sum) = (at, 0.0);
        }
        sum += value;
        if sum > most {
            (found, most) = ((start, at + 1), sum);
        }
    }
    found
}

/// How far behind another block one is.
pub(super) fn far(at: usize, other: usize) -> f32 {
    (at as f32 - other as f32).clamp(-99.0, 99.0)
}

pub(super) fn share_of<T>(all: &[T], is: impl Fn(&T) -> bool) -> f32 {
    ratio(all.iter().filter(|it| is(it)).count() as f32, all.len() as f32)
}

pub(super) fn ratio(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

pub(super) fn flag(it: bool) -> f32 {
    f32::from(u8::from(it))
}
