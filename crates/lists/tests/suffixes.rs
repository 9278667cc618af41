//! Every rule of the public suffix list, and everything above one, against the gate: as names in a list of every format.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::{collections::BTreeSet, env, fs, path::PathBuf, process::Command};

use vauban_lists::{Action, Builder, Gate, Limits, NameSet};
use vauban_matching::set::SetBytes;

/// The rules that the crate `psl` was made from: they come with its source.
fn rules() -> Vec<String> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "psl").unwrap();
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    let text = fs::read_to_string(manifest.with_file_name("data").join("rules.txt")).unwrap();
    text.lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|rule| !rule.starts_with("//"))
        .map(str::to_owned)
        .collect()
}

/// The names that a rule makes suffixes, and all that are above them.
fn names(rules: &[String]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for rule in rules {
        // What stands under `*` is any label; what begins with `!` is no suffix, what is above it is one.
        let name = match rule.strip_prefix('!') {
            Some(exception) => exception.split_once('.').unwrap().1.to_owned(),
            None => rule.replacen('*', "anything", 1),
        };
        let name = idna::domain_to_ascii(&name).unwrap();
        let mut rest = Some(name.as_str());
        while let Some(name) = rest {
            names.insert(name.to_owned());
            rest = name.split_once('.').map(|(_, above)| above);
        }
    }
    names
}

#[test]
fn no_public_suffix_and_nothing_above_one_can_be_blocked() {
    let rules = rules();
    let names = names(&rules);
    assert!(rules.len() > 9_000 && names.len() > rules.len());
    let gate = Gate::new(&[], &[], &[]);
    let mut builder = Builder::new([5; 32]);
    let ways: [fn(&str) -> String; 6] = [
        |name| format!("0.0.0.0 {name}"),
        |name| name.to_uppercase(),
        |name| format!("||{name}^"),
        |name| format!("address=/{name}/"),
        |name| format!("local-zone: \"{name}.\" always_nxdomain"),
        |name| format!("*.{name} CNAME ."),
    ];
    for way in ways {
        let text: String = names.iter().map(|name| way(name) + "\n").collect();
        let report = builder.add("suffixes", text.as_bytes(), &gate, Limits::default()).unwrap();
        let through: Vec<&String> = names.iter().filter(|name| gate.name(name, Action::Block).is_none()).collect();
        assert_eq!((report.blocked, report.bad.count), (0, 0), "{through:?}");
        assert_eq!(report.set_aside.count, names.len() as u64, "{report:?}");
    }
    let mut bytes = Vec::new();
    assert_eq!(builder.write(&mut bytes).unwrap().entries, 0);
    let set = NameSet::open(SetBytes::Owned(bytes)).unwrap();
    for name in &names {
        assert!(set.find(name).is_empty() && set.find(&format!("a.{name}")).is_empty());
    }
}

#[test]
fn the_names_above_suffixes_are_those_of_the_list_and_no_others() {
    let names = names(&rules());
    let table = include_str!("../src/gate/above_suffixes.txt").split_whitespace();
    let gate = Gate::new(&[], &[], &[]);
    let mut count = 0;
    for name in table {
        count += 1;
        assert!(names.contains(name), "{name} is no longer above a public suffix");
        assert_ne!(gate.name(name, Action::Block), None);
        assert_ne!(gate.name(name, Action::Block), Some(vauban_lists::Why::PublicSuffix), "{name} is one itself");
    }
    assert!(count > 100);
}
