//! Running the program and reading what it says.

use std::{
    env,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// What one sweep said.
pub(crate) struct Run {
    pub(crate) lines: Vec<Value>,
    pub(crate) text: String,
    pub(crate) status: i32,
    pub(crate) talk: String,
}

impl Run {
    pub(crate) fn summary(&self) -> &Value {
        self.lines.last().unwrap()
    }

    /// A number of the last line.
    pub(crate) fn number(&self, field: &str) -> u64 {
        self.summary()[field].as_u64().unwrap()
    }

    /// Sightings and unread inputs as text, in an order of their own.
    pub(crate) fn findings(&self) -> Vec<String> {
        let mut all: Vec<String> =
            self.lines.iter().filter(|line| line["type"] != "summary").map(Value::to_string).collect();
        all.sort();
        all
    }

    pub(crate) fn of(&self, kind: &str) -> Vec<&Value> {
        self.lines.iter().filter(|line| line["type"] == kind).collect()
    }

    pub(crate) fn reason(&self, end: &str) -> Vec<String> {
        let here = |line: &&&Value| {
            let location = line["location"].as_array().unwrap();
            location.iter().any(|segment| segment.as_str().unwrap().ends_with(end))
        };
        self.of("unread").iter().filter(here).map(|line| line["reason"].as_str().unwrap().to_owned()).collect()
    }
}

/// Whether tests with other programs run.
pub(crate) fn slow() -> bool {
    let slow = env::var_os("VAUBAN_SLOW").is_some();
    if !slow {
        println!("skipped: VAUBAN_SLOW is not set");
    }
    slow
}

/// Runs a command of the program.
pub(crate) fn vauban(state: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vauban"))
        .args(["--lang", "en", "--state"])
        .arg(state)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Sweeps with JSON lines.
pub(crate) fn sweep(state: &Path, arguments: &[&str]) -> Run {
    let mut all = vec!["sweep", "--format", "jsonl"];
    all.extend(arguments);
    let output = vauban(state, &all);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    Run {
        lines,
        text,
        status: output.status.code().unwrap(),
        talk: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
