//! Arrows between crates point down. The table is the design: a crate without a line in it may import nothing.
//! What only tests import is not looked at.

use std::{path::Path, process::Command};

use super::super::tree::Complaint;

/// Who may import whom, without the prefix `vauban-`.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("intake", &["model"]),
    ("intel", &["model", "intake"]),
    ("observe", &["model", "intake"]),
    ("phone", &["model", "intake"]),
    ("mailbox", &["model", "intake"]),
    ("matching", &["model"]),
    ("yara", &["model"]),
    ("sigma", &["model"]),
    ("stix", &["model", "matching"]),
    ("workers", &[]),
    ("policy", &["model"]),
    ("lists", &["model", "intel", "matching"]),
    ("egress", &["model", "policy"]),
    ("rpz", &[]),
    ("taxii", &[]),
    ("serve", &[]),
    ("record", &["model"]),
    ("people", &["model"]),
    ("report", &["model", "record"]),
    ("blind", &[]),
    ("passkey", &[]),
    ("oidc", &[]),
    ("softkey", &[]),
    ("release", &[]),
    ("party", &["model", "intel", "matching", "record", "release", "blind"]),
    ("knowledge", &["model", "intel", "matching", "yara", "sigma", "party", "release"]),
    ("lookalike", &[]),
    ("examine", &["model", "intake", "observe", "matching", "yara", "sigma", "knowledge", "workers"]),
    ("mail", &["model", "intake", "observe", "examine", "lookalike"]),
    ("protocol", &[]),
    ("resolver", &[]),
    ("openpgp", &[]),
    ("signin", &["model", "people", "passkey", "oidc", "serve"]),
    (
        "guard",
        &[
            "model",
            "intake",
            "intel",
            "matching",
            "examine",
            "lookalike",
            "mail",
            "openpgp",
            "policy",
            "protocol",
            "record",
            "lists",
            "egress",
            "resolver",
            "rpz",
            "people",
            "signin",
        ],
    ),
    ("hub", &["model", "intel", "matching", "stix", "taxii", "blind", "release", "serve"]),
    ("portal", &["model", "mail", "policy", "lists", "guard", "record", "report", "hub", "people", "serve", "signin"]),
    ("hub", &["model", "intel", "matching", "stix", "taxii", "blind", "release"]),
    ("portal", &["model", "mail", "policy", "lists", "guard", "record", "report", "hub", "signin"]),
    (
        "sweep",
        &[
            "model",
            "intake",
            "intel",
            "observe",
            "examine",
            "phone",
            "mailbox",
            "matching",
            "yara",
            "sigma",
            "knowledge",
            "policy",
            "record",
            "report",
            "workers",
        ],
    ),
    (
        "vauban",
        &[
            "model",
            "intake",
            "intel",
            "observe",
            "examine",
            "guard",
            "hub",
            "blind",
            "release",
            "stix",
            "party",
            "people",
            "oidc",
            "portal",
            "signin",
            "lists",
            "egress",
            "resolver",
            "rpz",
            "openpgp",
            "protocol",
            "lookalike",
            "mail",
            "phone",
            "mailbox",
            "matching",
            "yara",
            "sigma",
            "knowledge",
            "policy",
            "record",
            "report",
            "sweep",
            "workers",
        ],
    ),
    ("xtask", &[]),
];

/// An arrow from one crate of the workspace to another, with short names.
pub(in super::super) type Edge = (String, String);

/// What cargo reads in the manifest of a folder.
fn metadata(folder: &Path) -> Result<serde_json::Value, String> {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(folder)
        .output()
        .map_err(|error| format!("cargo could not be run: {error}"))?;
    serde_json::from_slice(&output.stdout).map_err(|_| {
        let said = String::from_utf8_lossy(&output.stderr);
        format!("cargo metadata in {}: {}", folder.display(), said.trim())
    })
}

/// The arrows that cargo knows, and every crate with itself so that none is missed.
pub(in super::super) fn edges(root: &Path) -> Result<Vec<Edge>, String> {
    let metadata = metadata(root)?;
    // Nothing that is built every day reads the manifest of the fuzz targets, which is a workspace of its own.
    let fuzz = root.join("fuzz");
    if fuzz.is_dir() {
        self::metadata(&fuzz)?;
    }
    let packages = metadata.get("packages").and_then(|packages| packages.as_array()).cloned().unwrap_or_default();
    if packages.is_empty() {
        return Err("cargo metadata lists no crate".to_owned());
    }
    let text =
        |value: &serde_json::Value, key: &str| value.get(key).and_then(|value| value.as_str()).map(str::to_owned);
    let mut edges = Vec::new();
    for package in &packages {
        let from = short(&text(package, "name").unwrap_or_default());
        edges.push((from.clone(), from.clone()));
        for dependency in package.get("dependencies").and_then(|list| list.as_array()).into_iter().flatten() {
            let is_ours = dependency.get("path").is_some_and(serde_json::Value::is_string);
            if is_ours && text(dependency, "kind").as_deref() != Some("dev") {
                edges.push((from.clone(), short(&text(dependency, "name").unwrap_or_default())));
            }
        }
    }
    Ok(edges)
}

fn short(name: &str) -> String {
    name.strip_prefix("vauban-").unwrap_or(name).to_owned()
}

/// Finds arrows that the table does not have.
pub(in super::super) fn check(edges: &[Edge]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (from, to) in edges {
        match MAY_IMPORT.iter().find(|(name, _)| name == from) {
            None if from == to => {
                complaints.push(Complaint::new(from, "this crate has no line in the table of imports"))
            }
            Some((_, allowed)) if from != to && !allowed.contains(&to.as_str()) => {
                complaints.push(Complaint::new(from, format!("must not import {to}")));
            }
            _ => {}
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: &str, to: &str) -> Edge {
        (from.to_owned(), to.to_owned())
    }

    #[test]
    fn arrows_point_down() {
        assert_eq!(check(&[edge("observe", "intake"), edge("sweep", "record"), edge("model", "model")]), []);
        assert_eq!(check(&[edge("model", "intake")]).len(), 1);
        assert_eq!(check(&[edge("observe", "intel")]).len(), 1, "side by side is not down");
        assert_eq!(check(&[edge("sweep", "vauban")]).len(), 1);
    }

    #[test]
    fn a_crate_without_a_line_is_told() {
        assert_eq!(check(&[edge("gadget", "gadget")])[0].at, "gadget");
    }

    #[test]
    fn the_table_has_no_cycle() {
        for (at, (_, allowed)) in MAY_IMPORT.iter().enumerate() {
            for name in *allowed {
                let position = MAY_IMPORT.iter().position(|(other, _)| other == name);
                assert!(position.is_some_and(|position| position < at), "{name} stands below who imports it");
            }
        }
    }
}
