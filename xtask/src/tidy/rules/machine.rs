//! No file names the machine it was written on: neither the checkout's path nor the home of whoever wrote it.

use super::super::tree::{Complaint, Tree};

/// `places` are the paths that must not occur, as whole paths.
pub(in super::super) fn check(tree: &Tree, places: &[String]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in &tree.files {
        for (number, line) in (1..).zip(file.text.lines()) {
            for place in places {
                let found = line.match_indices(place.as_str()).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    let after = line[at + place.len()..].chars().next();
                    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
                    !before.is_some_and(inside) && after == Some('/')
                });
                if found {
                    complaints.push(Complaint::new(format!("{}:{number}", file.path), "names a path of this machine"));
                }
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_machine_is_told() {
        let tree = Tree::of(&[
            ("README.md", "see docs/house/plan.md\n"),
            ("bench/run.sh", "cd /house/ana/project\n"),
            ("docs/a.md", "mount/house/ana/x and /house/anabel/x\n"),
        ]);
        let told: Vec<_> = check(&tree, &["/house/ana".to_owned()]).into_iter().map(|complaint| complaint.at).collect();
        assert_eq!(told, ["bench/run.sh:1"]);
    }
}
