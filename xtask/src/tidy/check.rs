//! Runs every rule and says what each found. It knows no rule itself.

use std::{env, path::Path};

use super::{
    rules,
    tree::{Complaint, Tree},
};
use crate::say;

/// Checks the tree at `root`. Says whether it is tidy.
pub(crate) fn run(root: &Path) -> bool {
    let tree = match Tree::read(root) {
        Ok(tree) => tree,
        Err(error) => {
            say::problem(&error);
            return false;
        }
    };
    let edges = match rules::imports::edges(root) {
        Ok(edges) => edges,
        Err(error) => {
            say::problem(&error);
            return false;
        }
    };
    let places: Vec<String> = [Some(root.display().to_string()), env::var("HOME").ok()]
        .into_iter()
        .flatten()
        .filter(|place| place.len() > 2)
        .collect();
    let results: Vec<(&str, Vec<Complaint>)> = vec![
        ("imports point down", rules::imports::check(&edges)),
        ("modules say what they do", rules::module_docs::check(&tree)),
        ("formats are whole", rules::formats::check(&tree)),
        ("nothing is forgotten", rules::forgotten::check(&tree)),
        ("files are short", rules::length::check(&tree)),
        ("unsafe stays in its files", rules::no_guarantee::check(&tree)),
        ("lints are expected, not allowed", rules::attributes::check(&tree)),
        ("modules have names", rules::names::check(&tree)),
        ("mod.rs declares and re-exports", rules::mod_files::check(&tree)),
        ("no file names this machine", rules::machine::check(&tree, &places)),
    ];
    let mut found = 0;
    for (rule, complaints) in &results {
        for Complaint { at, what } in complaints {
            say::problem(&format!("{at}: {what} [{rule}]"));
        }
        found += complaints.len();
    }
    say::line(&rules::length::figures(&tree));
    say::line(&format!("tidy: {} rules, {} files, {found} complaints", results.len(), tree.files.len()));
    found == 0
}
