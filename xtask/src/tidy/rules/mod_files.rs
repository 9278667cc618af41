//! `mod.rs` declares modules, re-exports, and may hold the one constant slice of a folder; code has a file of its own.

use super::super::tree::{Complaint, Tree, code};

pub(in super::super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in tree.rust().filter(|file| file.path.ends_with("/mod.rs") && file.path.contains("/src/")) {
        for (number, line) in code(&file.text) {
            let starts_code = line
                .split_whitespace()
                .find(|word| !word.starts_with("pub") && !matches!(*word, "crate)" | "super)" | "const" | "async"))
                .is_some_and(|word| matches!(word, "fn" | "impl" | "struct" | "enum" | "trait" | "macro_rules!"));
            if starts_code {
                complaints
                    .push(Complaint::new(format!("{}:{number}", file.path), "mod.rs only declares and re-exports"));
                break;
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_in_a_mod_file_is_told() {
        let tree = Tree::of(&[
            ("crates/a/src/x/mod.rs", "//! Fine.\nmod y;\npub use y::Y;\npub const ALL: &[&dyn R] = &[&y::Y];\n"),
            ("crates/a/src/z/mod.rs", "mod y;\npub(crate) fn work() {}\n"),
            ("crates/a/src/w/mod.rs", "pub struct W;\n"),
        ]);
        let told: Vec<_> = check(&tree).into_iter().map(|complaint| complaint.at).collect();
        assert_eq!(told, ["crates/a/src/z/mod.rs:2", "crates/a/src/w/mod.rs:1"]);
    }
}
