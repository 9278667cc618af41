//! A module is named for what it does. These names say nothing, so everything ends up in them.

use super::super::tree::{Complaint, Tree};

const EMPTY_NAMES: &[&str] =
    &["common", "core", "helper", "helpers", "manager", "managers", "misc", "shared", "stuff", "util", "utils"];

pub(in super::super) fn check(tree: &Tree) -> Vec<Complaint> {
    tree.rust()
        .filter_map(|file| {
            let path = file.path.strip_suffix(".rs")?;
            let name = path.split('/').find(|part| EMPTY_NAMES.contains(part))?;
            Some(Complaint::new(&file.path, format!("{name} says nothing: name it for what it does")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_name_is_told() {
        let tree = Tree::of(&[
            ("crates/a/src/utils.rs", ""),
            ("crates/a/src/common/mod.rs", ""),
            ("crates/a/src/manager_of_none.rs", ""),
        ]);
        assert_eq!(check(&tree).len(), 2);
    }
}
