//! A format is one folder plus one line in a slice; a reader of evidence also has fixtures, a fuzz target and a page.

use super::super::tree::{Complaint, Tree};

const OBSERVE: &str = "crates/observe/src/formats/";
const INTEL: &str = "crates/intel/src/formats/";

/// The folder of the formats, that of their pages, and whether they read evidence.
const SLICES: [(&str, &str, bool); 2] = [(OBSERVE, "docs/formats/", true), (INTEL, "docs/formats/indicators/", false)];

pub(in super::super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (slice, pages, reads_evidence) in SLICES {
        let beside: String = tree
            .files
            .iter()
            .filter(|file| file.path.strip_prefix(slice).is_some_and(|name| !name.contains('/')))
            .map(|file| file.text.as_str())
            .collect();
        for name in tree.folders(slice) {
            let mut must = |holds: bool, what: String| {
                if !holds {
                    complaints.push(Complaint::new(format!("{slice}{name}"), what));
                }
            };
            must(in_slice(&beside, name), format!("has no line in the slice of {slice}"));
            must(tree.has(&format!("{pages}{name}.md")), format!("has no page {pages}{name}.md"));
            if reads_evidence {
                must(tree.any_below(&format!("{slice}{name}/fixtures/")), "has no fixture".to_owned());
                let target = format!("fuzz/fuzz_targets/{name}.rs");
                must(tree.has(&target), format!("has no fuzz target {target}"));
                must(
                    tree.text("fuzz/Cargo.toml").unwrap_or_default().contains(&format!("\"fuzz_targets/{name}.rs\"")),
                    "its fuzz target is not listed in fuzz/Cargo.toml".to_owned(),
                );
            }
        }
    }
    for (slice, pages, _) in SLICES {
        for page in tree.files.iter().filter_map(|file| file.path.strip_prefix(pages)?.strip_suffix(".md")) {
            if !page.contains('/') && page != "README" && !tree.any_below(&format!("{slice}{page}/")) {
                complaints.push(Complaint::new(format!("{pages}{page}.md"), "describes a format that is not here"));
            }
        }
    }
    complaints
}

/// Whether a slice is filled from this module: its path stands in the text, not only its declaration.
fn in_slice(declared: &str, name: &str) -> bool {
    let path = format!("{name}::");
    declared.match_indices(&path).any(|(at, _)| {
        !declared[..at].chars().next_back().is_some_and(|before| before.is_alphanumeric() || before == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLICE: &str = "mod zip;\nmod tar;\npub const READERS: &[&dyn Reader] = &[&zip::Zip];\n";

    #[test]
    fn a_whole_format_passes() {
        let tree = Tree::of(&[
            ("crates/observe/src/formats/mod.rs", SLICE),
            ("crates/observe/src/formats/zip/mod.rs", ""),
            ("crates/observe/src/formats/zip/fixtures/a.zip", ""),
            ("docs/formats/zip.md", ""),
            ("fuzz/Cargo.toml", "path = \"fuzz_targets/zip.rs\""),
            ("fuzz/fuzz_targets/zip.rs", ""),
        ]);
        assert_eq!(check(&tree), []);
    }

    #[test]
    fn everything_that_is_missing_is_told() {
        let tree = Tree::of(&[
            ("crates/observe/src/formats/mod.rs", SLICE),
            ("crates/observe/src/formats/tar/mod.rs", ""),
            ("crates/intel/src/formats/mod.rs", "mod stix;"),
            ("crates/intel/src/formats/stix/mod.rs", ""),
            ("docs/formats/arj.md", ""),
        ]);
        let told = check(&tree);
        assert_eq!(told.iter().filter(|complaint| complaint.at.ends_with("/tar")).count(), 5, "{told:?}");
        assert_eq!(told.iter().filter(|complaint| complaint.at.ends_with("/stix")).count(), 2, "{told:?}");
        assert_eq!(told.iter().filter(|complaint| complaint.at == "docs/formats/arj.md").count(), 1, "{told:?}");
    }

    #[test]
    fn a_name_inside_a_longer_one_is_no_line() {
        assert!(!in_slice("&[&seven_zip::SevenZip]", "zip"));
        assert!(in_slice("&[&zip::Zip]", "zip"));
    }
}
