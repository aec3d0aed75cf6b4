//! For each article those before it, near in time, that it may be a copy of.

use super::bands::{Bands, Keys, keys};
use super::{DAYS, Item, When};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::ops::Range;

/// Articles whose bands are in memory, but for those of a week before.
const SLAB: usize = 16 << 10;
/// Articles that one is compared with, of those that have bands in common with it.
const MOST: usize = 16;

/// Another article, and how many bands it has in common with one.
type Like = (u32, u32);

/// Finds them. Articles are called by their places in the order. Of those whose day is known, a week's at a time are
/// searched; the others, which may be of any day, are searched for each of them.
pub(super) fn alike(items: &[Item], order: &[u32]) -> Vec<Vec<u32>> {
    let search = Search { items, order };
    let known = order.partition_point(|at| !items[*at as usize].when.vague) as u32;
    let all = order.len() as u32;
    let vague_keys = search.keys(known..all);
    let vague = Bands::of(&vague_keys, known);
    let mut alike: Vec<Vec<Like>> = Vec::with_capacity(order.len());
    let mut like_vague: Vec<Vec<Like>> = vec![Vec::new(); vague_keys.len()];
    for start in (0..known).step_by(SLAB) {
        let slab = start..known.min(start + SLAB as u32);
        for (at, (before, of_vague)) in slab.clone().zip(search.slab(slab, known..all, &vague)) {
            alike.push(before);
            for (other, count) in of_vague {
                like_vague[(other - known) as usize].push((at, count));
            }
        }
    }
    let with_vague = (known..all).into_par_iter().zip(&vague_keys).zip(like_vague);
    alike.par_extend(with_vague.map(|((at, keys), mut like)| {
        like.extend(keys.iter().flat_map(|keys| search.near(at, vague.like(keys, known..at))));
        most(like)
    }));
    let places = |like: Vec<Like>| like.into_iter().map(|(other, _)| other).collect();
    alike.into_iter().map(places).collect()
}

struct Search<'a> {
    items: &'a [Item],
    order: &'a [u32],
}

impl Search<'_> {
    fn item(&self, at: u32) -> &Item {
        &self.items[self.order[at as usize] as usize]
    }

    fn keys(&self, range: Range<u32>) -> Vec<Option<Keys>> {
        range.into_par_iter().map(|at| keys(&self.item(at).text.words)).collect()
    }

    /// For each article of a part of the order: those before it, and those of unknown days.
    fn slab(&self, slab: Range<u32>, others: Range<u32>, vague: &Bands) -> Vec<(Vec<Like>, Vec<Like>)> {
        let first = self.week_before(slab.start);
        let keys = self.keys(first..slab.end);
        let bands = Bands::of(&keys, first);
        let like = |at: u32| {
            let Some(keys) = &keys[(at - first) as usize] else { return Default::default() };
            let before = bands.like(keys, self.week_before(at)..at);
            (most(before), most(self.near(at, vague.like(keys, others.clone())).collect()))
        };
        slab.into_par_iter().map(like).collect()
    }

    /// The place of the first article that is not too long before another.
    fn week_before(&self, at: u32) -> u32 {
        let day = self.item(at).when.from.saturating_sub(DAYS);
        let is_earlier = |at: &u32| self.items[*at as usize].when.from < day;
        self.order[..at as usize].partition_point(is_earlier) as u32
    }

    fn near(&self, at: u32, like: Vec<Like>) -> impl Iterator<Item = Like> {
        let when: When = self.item(at).when;
        like.into_iter().filter(move |(other, _)| self.item(*other).when.is_near(&when, DAYS))
    }
}

/// Those that have most in common; of equal ones, the first.
fn most(mut like: Vec<Like>) -> Vec<Like> {
    like.sort_unstable_by_key(|(at, count)| (Reverse(*count), *at));
    like.truncate(MOST);
    like
}
