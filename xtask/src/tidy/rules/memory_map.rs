//! `unsafe` stands in the one file of the memory map. The compiler denies it too; this rule keeps anybody from
//! lifting that denial elsewhere.

use super::super::tree::{Complaint, Tree, code};

const THE_ONE_FILE: &str = "crates/matching/src/set/map.rs";

pub(in super::super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in tree.rust().filter(|file| file.path != THE_ONE_FILE) {
        for (number, line) in code(&file.text) {
            let has_word = line
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|word| matches!(word, "unsafe" | "unsafe_code"));
            if has_word {
                complaints.push(Complaint::new(
                    format!("{}:{number}", file.path),
                    format!("unsafe belongs in {THE_ONE_FILE} alone"),
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
            (THE_ONE_FILE, "unsafe { map() }"),
            ("crates/a/src/a.rs", "// nothing unsafe\nlet word = \"unsafe\";\nlet unsafely = 1;\nunsafe { read() }\n"),
            ("crates/a/src/b.rs", "#[expect(unsafe_code, reason = \"no\")]\n"),
        ]);
        let told: Vec<_> = check(&tree).into_iter().map(|complaint| complaint.at).collect();
        assert_eq!(told, ["crates/a/src/a.rs:4", "crates/a/src/b.rs:1"]);
    }
}
