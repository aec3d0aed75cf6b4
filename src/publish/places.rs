//! Two sorted lists of paths, side by side: one pass finds what a search for each path would.

/// Where each of some sorted paths stands in a sorted list, if it does.
pub fn places<'p, T>(
    paths: impl Iterator<Item = &'p str>,
    list: &[T],
    path_of: impl Fn(&T) -> &str,
) -> impl Iterator<Item = Option<usize>> {
    let mut at = 0;
    paths.map(move |path| {
        while list.get(at).is_some_and(|other| path_of(other) < path) {
            at += 1;
        }
        list.get(at).filter(|other| path_of(other) == path).map(|_| at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_place_is_that_of_the_path(paths in btree_set("[a-c]{0,2}", 0..8), list in btree_set("[a-c]{0,2}", 0..8)) {
            let list: Vec<String> = list.into_iter().collect();
            let found: Vec<_> = places(paths.iter().map(String::as_str), &list, String::as_str).collect();
            let expected: Vec<_> = paths.iter().map(|path| list.binary_search(path).ok()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
