//! What the indicators we have would block of what everybody visits. Runs where `VAUBAN_SLOW` is set and a Python has
//! `pymispwarninglists`, which brings rankings of the most visited sites.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use vauban_intel::{Benign, read_path};
use vauban_lists::{Builder, Gate, Limits, NameSet};
use vauban_matching::set::SetBytes;
use vauban_model::{ObservableKind, Test};

/// Short rankings, banks and universities: together some 46,000 names. Nothing of these may be blocked.
const RANKED: [&str; 8] = [
    "alexa",
    "bank-website",
    "cisco_top10k",
    "cisco_top20k",
    "majestic_million",
    "moz-top500",
    "tranco10k",
    "university_domains",
];
/// Two of a million each, in no order. What stands in both is visited; one alone holds what malware asks for, too.
const MILLIONS: [&str; 2] = ["tranco", "google-chrome-crux-1million"];
const SUFFIXES: [&str; 2] = ["tlds", "second-level-tlds"];

/// Sites that people visit and that publishers name as places from which people were attacked. They stay blocked until
/// somebody who knows makes an exception.
const ATTACKED_FROM: [&str; 1] = ["novosti.dn.ua"];

/// The folder of the rankings.
fn rankings() -> Option<PathBuf> {
    let python = env::var_os("VAUBAN_PYTHON").unwrap_or_else(|| "python3".into());
    let ask = "import os, pymispwarninglists as p; print(os.path.dirname(p.__file__))";
    let output = Command::new(python).args(["-c", ask]).output().ok().filter(|output| output.status.success())?;
    let folder = Path::new(String::from_utf8(output.stdout).ok()?.trim()).join("data/misp-warninglists/lists");
    folder.is_dir().then_some(folder)
}

fn names(folder: &Path, list: &str) -> BTreeSet<String> {
    let text = fs::read(folder.join(list).join("list.json")).unwrap();
    let list: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let plain = |name: &serde_json::Value| {
        let name = name.as_str().unwrap().trim_matches('.').to_lowercase();
        name.strip_prefix("www.").unwrap_or(&name).to_owned()
    };
    list["list"].as_array().unwrap().iter().map(plain).collect()
}

/// All domains that indicators name, as a plain list: each with all below it.
fn indicators() -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = root.join("../shared/data/intel");
    if !shared.is_dir() {
        return None;
    }
    let mut reading = read_path(&shared).unwrap();
    reading.absorb(read_path(&root.join("starter")).unwrap());
    reading.set_benign_aside(&Benign::embedded());
    let tests = reading.indicators.iter().flat_map(|indicator| &indicator.tests);
    Some(
        tests
            .filter_map(|test| match test {
                Test::Observable(observable) if observable.kind == ObservableKind::DomainName => {
                    Some(&*observable.value)
                }
                _ => None,
            })
            .fold(String::new(), |text, name| text + name + "\n"),
    )
}

#[test]
fn nothing_that_everybody_visits_is_blocked() {
    let found = env::var_os("VAUBAN_SLOW").and_then(|_| Some((rankings()?, indicators()?)));
    let Some((folder, text)) = found else {
        println!("skipped: needs VAUBAN_SLOW=1, shared data and a python3 with pymispwarninglists");
        return;
    };
    let gate = Gate::new(&[], &[], &[]);
    let mut builder = Builder::new([1; 32]);
    let report = builder.add("indicators", text.as_bytes(), &gate, Limits::default()).unwrap();
    assert!(report.blocked > 1_900, "{report:?}");
    let mut bytes = Vec::new();
    builder.write(&mut bytes).unwrap();
    let set = NameSet::open(SetBytes::Owned(bytes)).unwrap();
    let blocked = |names: &BTreeSet<String>| -> Vec<String> {
        names.iter().filter(|name| !set.find(name).is_empty()).cloned().collect()
    };
    let all = |lists: &[&str]| -> BTreeSet<String> { lists.iter().flat_map(|list| names(&folder, list)).collect() };

    assert_eq!(blocked(&all(&SUFFIXES)), Vec::<String>::new(), "public suffixes");
    let ranked = all(&RANKED);
    assert!(ranked.len() > 40_000);
    assert_eq!(blocked(&ranked), Vec::<String>::new(), "what stands high in a ranking");
    let [one, other] = MILLIONS.map(|list| names(&folder, list));
    let both: BTreeSet<String> = one.intersection(&other).cloned().collect();
    assert!(both.len() > 300_000);
    assert_eq!(blocked(&both), ATTACKED_FROM, "what stands in both rankings of a million");
    let either: BTreeSet<String> = one.union(&other).cloned().collect();
    let rest = blocked(&either);
    println!(
        "{} names; ranked: 0 of {}; in both: {} of {}; in either: {} of {}: {rest:?}",
        set.entries(),
        ranked.len(),
        ATTACKED_FROM.len(),
        both.len(),
        rest.len(),
        either.len()
    );
    // One in a hundred thousand: names of the attackers' own that machines ask for often enough to be counted.
    assert!(rest.len() * 100_000 < either.len() * 2, "{rest:?}");
}
