//! Runs the lanes. It tests nothing itself, and the test runner has the last word: nothing is printed after its
//! closing line.

use std::{env, ffi::OsString, path::Path, process::Command};

use super::peers::{is_installed, prepare, succeeds};
use crate::say;

/// Which lanes to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lanes {
    /// What needs nothing installed.
    Fast,
    /// Everything.
    All,
}

/// What tests are built with: the release's checks in the release's code, with less polish on it.
const PROFILE: &str = "checked";
/// The scripts that set the product beside another program: which one, and the script.
const SCRIPTS: &[(&str, &str)] = &[("yara", "conformance/starter/check.sh")];

/// Runs the tests. Says whether all passed.
pub(crate) fn run(root: &Path, lanes: Lanes) -> bool {
    let mut variables: Vec<(&str, OsString)> = Vec::new();
    if env::var_os("CI").is_some_and(|value| value == "true") {
        variables.push(("VAUBAN_REQUIRE_SHARED", "1".into()));
    }
    if !root.join("../shared/data").is_dir() {
        say::line("skipped: tests on shared data, because ../shared/data is absent");
    }
    let mut all_well = true;
    match lanes {
        Lanes::Fast => say::line("skipped: the slow lane, as asked"),
        Lanes::All => {
            variables.push(("VAUBAN_SLOW", "1".into()));
            let prepared = prepare(root);
            variables.extend(prepared.python.map(|python| ("VAUBAN_PYTHON", python.into())));
            variables.extend(prepared.browser.map(|folder| ("VAUBAN_BROWSER", folder.into())));
            variables.extend(prepared.mailboxes.map(|folder| ("VAUBAN_OUTLOOK", folder.into())));
            for (_, script) in SCRIPTS.iter().filter(|(peer, _)| is_installed(peer)) {
                all_well &=
                    Command::new("bash").arg(script).current_dir(root).status().is_ok_and(|status| status.success());
            }
        }
    }
    let mut cargo = |arguments: &[&str]| {
        let mut command = Command::new("cargo");
        command.args(arguments).current_dir(root).envs(variables.iter().map(|(name, value)| (name, value)));
        // What `cargo run` says of this package: build scripts that ask for it (ring's) would begin anew, and all above them.
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST")) {
                command.env_remove(name);
            }
        }
        all_well &= command.status().is_ok_and(|status| status.success());
    };
    if succeeds(Command::new("cargo").args(["nextest", "--version"])) {
        cargo(&["test", "--profile", PROFILE, "--workspace", "--quiet", "--doc"]);
        cargo(&["nextest", "run", "--cargo-profile", PROFILE, "--workspace", "--no-fail-fast"]);
    } else {
        say::line("cargo-nextest is not installed: the tests run with cargo test");
        cargo(&["test", "--profile", PROFILE, "--workspace", "--no-fail-fast"]);
    }
    all_well
}
