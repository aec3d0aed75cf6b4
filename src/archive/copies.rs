//! Groups of syndicated copies: `same_as` names the canonical article.

use super::Entry;
use crate::problem::Problem;
use std::collections::BTreeMap;
use std::sync::Arc;

/// For each copy its canonical article. A copy of a copy belongs to the same group; a ring has no canonical one.
pub(super) fn canonical(
    entries: &[Arc<Entry>],
    links: &BTreeMap<usize, usize>,
) -> (BTreeMap<usize, usize>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut canonical = BTreeMap::new();
    for (&copy, &first) in links {
        let mut last = first;
        // No chain is longer than there are links; a longer one goes round.
        let steps = (0..links.len()).take_while(|_| match links.get(&last) {
            Some(next) => {
                last = *next;
                true
            }
            None => false,
        });
        if steps.count() < links.len() && last != copy {
            canonical.insert(copy, last);
        } else {
            let message = "`same_as` leads back to the article itself, so that no copy is the canonical one";
            let problem = Problem::warning("invalid-value", message).file(&*entries[copy].source);
            problems.push(problem.hint("take `same_as` out of the article that was published first"));
        }
    }
    (canonical, problems)
}
