//! What came of it, side by side, in `target/`.

use std::{fs, path::PathBuf};

use crate::suite::rows;

/// What became of one way.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Packets that leaked.
    pub(crate) packets: Vec<String>,
    /// What else went wrong.
    pub(crate) wrong: Vec<String>,
    /// What is said besides.
    pub(crate) said: String,
    /// Whether what is harmless passed, and was heard.
    pub(crate) control: bool,
}

/// A way.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) is_limit: bool,
}

impl Outcome {
    pub(crate) fn leaked(&self) -> bool {
        !self.packets.is_empty() || !self.wrong.is_empty()
    }

    /// In a few words.
    pub(crate) fn told(&self) -> String {
        let mut parts = vec![match self.packets.len() {
            0 => "0".to_owned(),
            many => format!("**{many}**"),
        }];
        if !self.wrong.is_empty() {
            parts.push(format!("**answered ({})**", self.wrong.len()));
        }
        if !self.said.is_empty() {
            parts.push(self.said.clone());
        }
        if !self.control {
            parts.push("the control failed".to_owned());
        }
        parts.join(", ")
    }
}

/// Keeps a column, and writes the table of all columns that there are.
pub(crate) fn keep(column: &str, outcomes: &[Outcome]) {
    let folder = folder();
    let told: Vec<String> = outcomes.iter().map(Outcome::told).collect();
    fs::write(folder.join(format!("{column}.txt")), told.join("\n")).unwrap();
    let columns: Vec<Vec<String>> = ["vauban", "web", "open"]
        .map(|column| {
            let text = fs::read_to_string(folder.join(format!("{column}.txt"))).unwrap_or_default();
            text.lines().map(str::to_owned).collect()
        })
        .into();
    let mut table =
        "| from work | Vauban | Unbound, web ports only | Unbound, all ports but DNS |\n|---|---|---|---|\n".to_owned();
    for (at, row) in rows().iter().enumerate() {
        let cells: Vec<&str> = columns.iter().map(|column| column.get(at).map_or("", String::as_str)).collect();
        let name = if row.is_limit { format!("*limit:* {}", row.name) } else { row.name.to_owned() };
        table.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    }
    fs::write(folder.join("table.md"), &table).unwrap();
    println!("{table}");
}

fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("egress");
    fs::create_dir_all(&folder).unwrap();
    folder
}
