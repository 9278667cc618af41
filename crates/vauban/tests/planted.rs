//! Published indicators, planted in every kind of container by a generator, are found where they lie.

use std::{env, path::Path, process::Command};

#[test]
fn what_is_planted_is_found_and_near_misses_are_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let data = root.join("../shared/data/intel");
    if env::var_os("VAUBAN_SLOW").is_none() {
        println!("skipped: VAUBAN_SLOW is not set");
        return;
    }
    if !data.is_dir() {
        assert!(env::var_os("VAUBAN_REQUIRE_SHARED").is_none(), "{} is missing", data.display());
        println!("skipped: no shared data");
        return;
    }
    let work = tempfile::tempdir().unwrap();
    let run = Command::new("python3")
        .arg(root.join("conformance/planted/plant.py"))
        .arg(env!("CARGO_BIN_EXE_vauban"))
        .arg(&data)
        .arg(work.path().join("work"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&run.stdout);
    println!("{told}");
    assert!(run.status.success(), "{told}{}", String::from_utf8_lossy(&run.stderr));
}
