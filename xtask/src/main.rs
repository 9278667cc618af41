//! The house's own tasks: `cargo xtask tidy`, `cargo xtask test`, `cargo xtask bench`.
//!
//! Nothing of the product is here, and the product does not depend on it.

mod bench;
mod lanes;
mod say;
mod tidy;

use std::{env, path::PathBuf, process::ExitCode};

const USAGE: &str = "usage: cargo xtask <task>
  tidy           check the rules of the house on every file
  test           run all the tests: the fast lane, then what needs other programs
  test --fast    run only what needs nothing installed
  bench [NAME]   run the benches, or those whose name holds NAME";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["tidy"] => tidy::run(&root()),
        ["test"] => lanes::run(&root(), lanes::Lanes::All),
        ["test", "--fast"] => lanes::run(&root(), lanes::Lanes::Fast),
        ["bench"] => bench::run(&root(), ""),
        ["bench", name] => bench::run(&root(), name),
        _ => {
            say::problem(USAGE);
            return ExitCode::from(2);
        }
    };
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map_or_else(|| own.clone(), PathBuf::from)
}
