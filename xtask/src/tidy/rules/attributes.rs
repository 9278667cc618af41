//! A lint is expected with a reason, never allowed: an expectation that no longer holds tells so itself.

use super::super::tree::{Complaint, Tree, code};

pub(in super::super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in tree.rust() {
        for (number, line) in code(&file.text) {
            let dense: String = line.split_whitespace().collect();
            if dense.contains("#[allow(") || dense.contains("#![allow(") {
                complaints
                    .push(Complaint::new(format!("{}:{number}", file.path), "write #[expect(lint, reason = \"...\")]"));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowed_lint_is_told() {
        let tree = Tree::of(&[
            (
                "crates/a/src/a.rs",
                "#[expect(dead_code, reason = \"x\")]\n// #[allow(dead_code)]\n#[ allow(dead_code)]\n",
            ),
            ("xtask/src/b.rs", "#![allow(unused)]\n"),
        ]);
        let told: Vec<_> = check(&tree).into_iter().map(|complaint| complaint.at).collect();
        assert_eq!(told, ["crates/a/src/a.rs:3", "xtask/src/b.rs:1"]);
    }
}
