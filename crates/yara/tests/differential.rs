//! The hits are those of libyara, on generated rules and on files planted for them. Runs where `VAUBAN_SLOW` is set
//! and python3 has yara-python; says so where it does not.

#![expect(clippy::unwrap_used, reason = "a test says what it expects in the shortest way")]

use std::{
    path::{Path, PathBuf},
    process::Command,
};

fn run(program: &Path, arguments: &[&Path]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn hits_are_those_of_libyara() {
    let python = PathBuf::from(std::env::var_os("VAUBAN_PYTHON").unwrap_or_else(|| "python3".into()));
    let has_yara = || Command::new(&python).args(["-c", "import yara"]).output().is_ok_and(|run| run.status.success());
    if std::env::var_os("VAUBAN_SLOW").is_none() || !has_yara() {
        println!("skipped: needs VAUBAN_SLOW=1 and a python3 with yara-python (VAUBAN_PYTHON names another)");
        return;
    }
    let bench = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../bench/yara"));
    let folder = tempfile::tempdir().unwrap();
    let (rules, planted, cache) =
        (folder.path().join("rules"), folder.path().join("planted"), folder.path().join("cache"));
    run(&python, &[&bench.join("generate.py"), folder.path(), Path::new("1500"), Path::new("7")]);
    let theirs = run(&python, &[&bench.join("differential.py"), &rules, &planted]);

    // Cargo builds the examples before it runs the tests.
    let scan = std::env::current_exe().unwrap().parent().unwrap().with_file_name("examples").join("scan");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&rules).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut arguments = vec![Path::new("compile")];
    arguments.extend(files.iter().map(PathBuf::as_path));
    arguments.push(&cache);
    run(&scan, &arguments);
    let ours = run(&scan, &[Path::new("run"), &cache, &planted]);

    let (mut ours, mut theirs): (Vec<&str>, Vec<&str>) = (ours.lines().collect(), theirs.lines().collect());
    ours.sort_unstable();
    theirs.sort_unstable();
    let lost: Vec<_> = theirs.iter().filter(|hit| ours.binary_search(hit).is_err()).collect();
    let added: Vec<_> = ours.iter().filter(|hit| theirs.binary_search(hit).is_err()).collect();
    assert!(lost.is_empty() && added.is_empty(), "lost {lost:#?}, added {added:#?}");
    assert!(theirs.len() > 1000, "the planted files must hit to prove anything: {}", theirs.len());
}
