//! Nothing lies about unused: a Rust file that no module declares is not compiled and not tested, and a crate that
//! nobody imports does nothing.

use super::super::tree::{Complaint, Tree, code};

/// Crates that wait for the one that will import them; each is tested by itself until then.
const AHEAD: &[&str] = &[];

pub(in super::super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in tree.rust() {
        let Some((_, inside)) = file.path.split_once("/src/") else { continue };
        let Some(stem) = inside.strip_suffix(".rs") else { continue };
        if matches!(stem, "lib" | "main") || stem.starts_with("bin/") {
            continue;
        }
        if !is_declared(tree, file.path.strip_suffix(inside).unwrap_or_default(), stem) {
            complaints.push(Complaint::new(&file.path, "no module declares this file"));
        }
    }
    for name in tree.folders("crates/") {
        let own = format!("crates/{name}/");
        if !tree.has(&format!("{own}Cargo.toml")) {
            complaints.push(Complaint::new(&own, "is no crate"));
        } else if name != "vauban" && !AHEAD.contains(&name) && !is_imported(tree, name, &own) {
            complaints.push(Complaint::new(&own, "no other crate imports it"));
        }
    }
    complaints
}

/// Whether the module above the file at `source` + `stem` + `.rs` has a `mod` line for it.
fn is_declared(tree: &Tree, source: &str, stem: &str) -> bool {
    let path = stem.strip_suffix("/mod").unwrap_or(stem);
    let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
    let parents = if above.is_empty() {
        vec![format!("{source}lib.rs"), format!("{source}main.rs")]
    } else {
        vec![format!("{source}{above}/mod.rs"), format!("{source}{above}.rs")]
    };
    let wanted = format!("mod {name};");
    parents
        .iter()
        .filter_map(|parent| tree.text(parent))
        .any(|text| code(text).any(|(_, line)| line.trim_end().ends_with(&wanted)))
}

fn is_imported(tree: &Tree, name: &str, own: &str) -> bool {
    let wanted = format!("vauban-{name}");
    tree.files.iter().any(|file| {
        file.path.starts_with("crates/")
            && file.path.ends_with("/Cargo.toml")
            && !file.path.starts_with(own)
            && file.text.lines().any(|line| line.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with(['.', ' '])))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_orphan_is_told() {
        let tree = Tree::of(&[
            ("crates/model/Cargo.toml", ""),
            ("crates/model/src/lib.rs", "mod text;\npub(crate) mod deep;\n// mod ghost;\n"),
            ("crates/model/src/text.rs", ""),
            ("crates/model/src/ghost.rs", ""),
            ("crates/model/src/deep/mod.rs", "mod inner;"),
            ("crates/model/src/deep/inner.rs", ""),
            ("crates/model/src/deep/lost.rs", ""),
            ("crates/vauban/Cargo.toml", "[dependencies]\nvauban-model.workspace = true\n"),
            ("crates/vauban/src/main.rs", ""),
        ]);
        let told: Vec<_> = check(&tree).into_iter().map(|complaint| complaint.at).collect();
        assert_eq!(told, ["crates/model/src/ghost.rs", "crates/model/src/deep/lost.rs"]);
    }

    #[test]
    fn a_crate_that_nobody_wants_is_told() {
        let tree = Tree::of(&[
            ("crates/gadget/Cargo.toml", ""),
            ("crates/vauban/Cargo.toml", "vauban-gadgets.workspace = true"),
            ("crates/notes/a.txt", ""),
        ]);
        let told: Vec<_> = check(&tree).into_iter().map(|complaint| complaint.at).collect();
        assert_eq!(told, ["crates/gadget/", "crates/notes/"]);
    }
}
