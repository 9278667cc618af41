//! Every Rust file opens with `//!`. Whether it tells the truth is for the reader.

use super::super::tree::{Complaint, Tree};

pub(in super::super) fn check(tree: &Tree) -> Vec<Complaint> {
    tree.rust()
        .filter(|file| {
            let first = file.text.lines().find(|line| !line.trim().is_empty() && !line.starts_with("#!"));
            !first.is_some_and(|line| line.starts_with("//! ") && line.len() > 12)
        })
        .map(|file| Complaint::new(&file.path, "begins without //! and a sentence that says what it does"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_file_is_told() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "\n//! What it does, and what not.\n"),
            ("crates/a/src/silent.rs", "use std::fs;\n//! Too late to say it.\n"),
            ("crates/a/src/empty.rs", ""),
            ("crates/a/src/curt.rs", "//! it\n"),
        ]);
        let told: Vec<_> = check(&tree).into_iter().map(|complaint| complaint.at).collect();
        assert_eq!(told, ["crates/a/src/silent.rs", "crates/a/src/empty.rs", "crates/a/src/curt.rs"]);
    }
}
