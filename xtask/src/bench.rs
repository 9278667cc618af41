//! Runs the benches: those of the crates through cargo, and the scripts of `bench/`. It compares no figures:
//! each bench prints its own measure beside the limit it is held to.

use std::{fs, path::Path, process::Command};

use crate::say;

/// Runs every bench whose name holds `name`. Says whether all went well.
pub(crate) fn run(root: &Path, name: &str) -> bool {
    let mut all_well = true;
    let mut seen = 0;
    for (member, bench) in benches(root).into_iter().filter(|(_, bench)| bench.contains(name)) {
        seen += 1;
        say::line(&format!("bench {bench} of {member}"));
        let manifest = root.join("crates").join(&member).join("Cargo.toml");
        let mut cargo = Command::new("cargo");
        cargo.args(["bench", "--profile", "release", "--bench", &bench, "--manifest-path"]).arg(manifest);
        all_well &= cargo.status().is_ok_and(|status| status.success());
    }
    for script in scripts(root).into_iter().filter(|script| script.contains(name)) {
        seen += 1;
        say::line(&format!("bench {script}"));
        all_well &= Command::new("bash").arg(&script).current_dir(root).status().is_ok_and(|status| status.success());
    }
    if seen == 0 {
        say::problem(&format!("no bench holds {name:?} in its name"));
    }
    all_well && seen > 0
}

/// The crate's folder and the bench's name, for every file in a `benches` folder.
fn benches(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for member in names(&root.join("crates")) {
        for file in names(&root.join("crates").join(&member).join("benches")) {
            if let Some(bench) = file.strip_suffix(".rs") {
                found.push((member.clone(), bench.to_owned()));
            }
        }
    }
    found
}

/// The scripts that compare with other programs.
fn scripts(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for folder in names(&root.join("bench")) {
        for file in names(&root.join("bench").join(&folder)) {
            if file.ends_with(".sh") {
                found.push(format!("bench/{folder}/{file}"));
            }
        }
    }
    found
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}
