//! `unsafe` stands in the files that are named here, each for one call. The compiler denies it too; this rule keeps
//! anybody from lifting that denial elsewhere.

use super::super::tree::{Complaint, Tree, code};

/// The memory map of the indicator set, the fork of a worker, and the memory map of evidence inside one.
const FILES: &[&str] = &["crates/matching/src/set/map.rs", "crates/workers/src/fork.rs", "crates/workers/src/map.rs"];

pub(in super::super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in tree.rust().filter(|file| !FILES.contains(&file.path.as_str())) {
        for (number, line) in code(&file.text) {
            let has_word = line
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|word| matches!(word, "unsafe" | "unsafe_code"));
            if has_word {
                complaints.push(Complaint::new(
                    format!("{}:{number}", file.path),
                    format!("unsafe belongs in {} alone", FILES.join(", ")),
                ));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsafe_elsewhere_is_told() {
        let tree = Tree::of(&[
            (FILES[1], "unsafe { map() }"),
            ("crates/a/src/a.rs", "// nothing unsafe\nlet word = \"unsafe\";\nlet unsafely = 1;\nunsafe { read() }\n"),
            ("crates/a/src/b.rs", "#[expect(unsafe_code, reason = \"no\")]\n"),
        ]);
        let told: Vec<_> = check(&tree).into_iter().map(|complaint| complaint.at).collect();
        assert_eq!(told, ["crates/a/src/a.rs:4", "crates/a/src/b.rs:1"]);
    }
}
