//! Files stay short: none above 1,200 lines, 95 of 100 below 800, half of them below 250.

use super::super::tree::{Complaint, Tree};

const MOST: usize = 1_200;
const MEDIAN_BELOW: usize = 250;
const P95_BELOW: usize = 800;

pub(in super::super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints: Vec<Complaint> = tree
        .rust()
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > MOST)
        .map(|(file, lines)| Complaint::new(&file.path, format!("has {lines} lines, {MOST} are allowed")))
        .collect();
    let lengths = lengths(tree);
    for (name, percent, limit) in [("median", 50, MEDIAN_BELOW), ("95th percentile", 95, P95_BELOW)] {
        let value = percentile(&lengths, percent);
        if value >= limit {
            complaints.push(Complaint::new(
                "all Rust files",
                format!("their {name} is {value} lines, it must stay below {limit}"),
            ));
        }
    }
    complaints
}

/// The figures, for people.
pub(in super::super) fn figures(tree: &Tree) -> String {
    let lengths = lengths(tree);
    format!(
        "lines of {} Rust files: median {}, 95th percentile {}, longest {}",
        lengths.len(),
        percentile(&lengths, 50),
        percentile(&lengths, 95),
        lengths.last().copied().unwrap_or_default()
    )
}

fn lengths(tree: &Tree) -> Vec<usize> {
    let mut lengths: Vec<usize> = tree.rust().map(|file| file.text.lines().count()).collect();
    lengths.sort_unstable();
    lengths
}

fn percentile(sorted: &[usize], percent: usize) -> usize {
    sorted.get(sorted.len().saturating_sub(1) * percent / 100).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_and_a_long_median_are_told() {
        let (short, middling, long) = ("\n".repeat(10), "\n".repeat(250), "\n".repeat(1_201));
        let mild =
            Tree::of(&[("crates/a/src/a.rs", &short), ("crates/a/src/b.rs", &short), ("crates/a/src/c.rs", &middling)]);
        assert_eq!(check(&mild), []);
        let bad = Tree::of(&[
            ("crates/a/src/a.rs", &middling),
            ("crates/a/src/b.rs", &middling),
            ("crates/a/src/c.rs", &long),
        ]);
        let told: Vec<_> = check(&bad).into_iter().map(|complaint| complaint.at).collect();
        assert_eq!(told, ["crates/a/src/c.rs", "all Rust files"]);
    }

    #[test]
    fn one_file_in_ten_that_is_too_long_is_told() {
        let (short, long) = ("\n".repeat(10), "\n".repeat(900));
        let names: Vec<String> = (0..20).map(|at| format!("crates/a/src/f{at:02}.rs")).collect();
        let files: Vec<(&str, &str)> = names
            .iter()
            .enumerate()
            .map(|(at, name)| (name.as_str(), if at < 2 { long.as_str() } else { &short }))
            .collect();
        assert_eq!(check(&Tree::of(&files)).len(), 1);
    }
}
