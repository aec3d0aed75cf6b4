//! Outputs that cannot all have their places: on every file system each has a path of its own, and none is a folder of
//! another.

use super::Output;
use crate::problem::{Fatal, Problem};
use crate::route::OutPath;
use anyhow::Result;
use rayon::prelude::*;

/// Refuses outputs that clash; `order` is theirs by path.
pub(super) fn check(outputs: &[Output], order: &[usize]) -> Result<()> {
    let folded: Vec<OutPath> = outputs.par_iter().map(|output| output.path.fold()).collect();
    let reserved = outputs.iter().zip(&folded).filter(|(_, folded)| is_reserved(folded));
    let mut problems: Vec<Problem> = reserved.map(|(output, _)| used_by_manifest(output)).collect();
    if folded.iter().zip(outputs).all(|(folded, output)| *folded == output.path) {
        problems.extend(clashes(outputs, &folded, order));
    } else {
        let mut order = order.to_vec();
        order.par_sort_unstable_by(|a, b| folded[*a].cmp(&folded[*b]).then(a.cmp(b)));
        problems.extend(clashes(outputs, &folded, &order));
    }
    if problems.is_empty() { Ok(()) } else { Err(Fatal(problems).into()) }
}

/// Clashes of outputs in the order of their folded paths, in which all that begins with a path follows it.
fn clashes(outputs: &[Output], folded: &[OutPath], order: &[usize]) -> Vec<Problem> {
    let mut problems = Vec::new();
    // Those before that the path begins with, each with the next; seldom more than one.
    let mut begun: Vec<usize> = Vec::new();
    for &at in order {
        let rest = |before: usize| folded[at].as_str().strip_prefix(folded[before].as_str());
        while begun.pop_if(|before| rest(*before).is_none()).is_some() {}
        if let Some(&same) = begun.last().filter(|before| rest(**before) == Some("")) {
            problems.push(clash(&outputs[at], &outputs[same], "are published at one path"));
            continue;
        }
        for file in begun.iter().filter(|before| rest(**before).is_some_and(|rest| rest.starts_with('/'))) {
            problems.push(clash(&outputs[at], &outputs[*file], "want one name as a folder and as a file"));
        }
        begun.push(at);
    }
    problems
}

/// Whether a folded path is one of the manifest's own.
pub(super) fn is_reserved(folded: &OutPath) -> bool {
    let first = folded.as_str().split('/').next().unwrap_or_default();
    matches!(first, "manifest" | "manifest.json" | ".backissue-tmp")
}

fn used_by_manifest(output: &Output) -> Problem {
    let message = format!("`{}` is a name that the archive's manifest uses", output.path);
    Problem::error("output-clash", message).file(&*output.source).hint("rename the file")
}

fn clash(a: &Output, b: &Output, what: &str) -> Problem {
    let message = format!("`{}` and `{}` {what}: `{}`", b.source, a.source, a.path);
    let hint = "rename one of them, or give the article another `slug`";
    Problem::error("output-clash", message).file(&*a.source).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Page;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn clashes_are_found_wherever_paths_stand(
            paths in proptest::collection::vec("([aA.-]{1,2}/){0,2}[aAb.-]{1,2}", 0..10),
        ) {
            let paths: Vec<OutPath> = paths.iter().filter_map(|path| OutPath::new(path).ok()).collect();
            let outputs: Vec<Output> = paths
                .iter()
                .map(|path| Output { path: path.clone(), page: Page::NotFound, source: path.as_str().into() })
                .collect();
            let mut order: Vec<usize> = (0..outputs.len()).collect();
            order.sort_by_key(|at| &outputs[*at].path);
            let folded: Vec<String> = paths.iter().map(OutPath::folded).collect();
            let of_pair = |(at, path): (usize, &String)| {
                let rest = |other: &String| path.strip_prefix(other.as_str()).map(str::to_string);
                let clashes = |rest: String| rest.is_empty() || rest.starts_with('/');
                folded.iter().enumerate().any(|(other, name)| other != at && rest(name).is_some_and(clashes))
            };
            let expected = folded.iter().enumerate().any(of_pair);
            prop_assert_eq!(check(&outputs, &order).is_err(), expected, "{:?}", folded);
        }
    }
}
