//! `vauban stix check`: objects against the standard, with the reason of every refusal.

use std::{
    fmt::Write as _,
    fs,
    io::{self, BufRead as _},
    path::PathBuf,
    process::ExitCode,
};

use vauban_model::{Lang, Text, printable};
use vauban_stix::{BundleJudge, Fault, Limits, Rules, judge_row, read_all};

use crate::{failure::Failure, place::Place, terminal};

/// Judge STIX 2.1 objects against the standard
///
/// Each fault says where, what, and which section says so. docs/stix.md has the checks.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Documents, or without any one row a line from stdin: {"input":OBJECT,"options":{…}} gives {"valid":…,"errors":[…],"warnings":[…]}.
    /// Exit code 1 when an object of a document is refused
    Check {
        /// Refuse what the standard only recommends against, too
        #[arg(long)]
        strict: bool,
        /// The documents
        files: Vec<PathBuf>,
    },
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    let Action::Check { strict, files } = &arguments.action;
    if files.is_empty() {
        return rows();
    }
    let mut rules = Rules::default();
    rules.strict = *strict;
    let mut is_well = true;
    for file in files {
        let bytes = fs::read(file).map_err(|error| unreadable(file, &error.to_string()))?;
        let (text, is_valid) = document(&bytes, &rules, place.lang).map_err(|why| unreadable(file, &why))?;
        is_well &= is_valid;
        let verdict = match (is_valid, place.lang) {
            (true, Lang::Fr) => "conforme",
            (true, Lang::En) => "valid",
            (false, Lang::Fr) => "refusé",
            (false, Lang::En) => "refused",
        };
        let said = format!("{}: {verdict}\n{text}", printable(&file.display().to_string()));
        terminal::data(&said).map_err(|error| Failure::output(&error))?;
    }
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn rows() -> Result<ExitCode, Failure> {
    for line in io::stdin().lock().split(b'\n') {
        let line = line.map_err(|error| Failure::output(&error))?;
        let line = String::from_utf8_lossy(&line);
        if !line.trim().is_empty() {
            terminal::data(&format!("{}\n", judge_row(&line))).map_err(|error| Failure::output(&error))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// All that is wrong with a document, and whether it can be taken all the same.
fn document(bytes: &[u8], rules: &Rules, lang: Lang) -> Result<(String, bool), String> {
    let document = read_all(bytes, &Limits::default()).map_err(|error| error.to_string())?;
    let (mut text, mut is_valid) = (String::new(), document.refused.is_empty());
    for refused in &document.refused {
        let why = Text::new(refused.refusal.french(), refused.refusal.to_string());
        let _ = writeln!(text, "  objects[{}] {}", refused.index, printable(why.get(lang)));
    }
    let spec_version = document.envelope.properties.get("spec_version").and_then(|version| version.as_str());
    let mut bundle = BundleJudge::new(rules, spec_version);
    let mut say = |what: &str, fault: &Fault| {
        is_valid &= !rules.refuses(fault);
        let why = Text::new(fault.problem.french(), fault.problem.english());
        let at = fault.path.as_str();
        let _ = writeln!(
            text,
            "  {} {}{}{} ({}, {})",
            printable(what),
            printable(at),
            if at.is_empty() { "" } else { ": " },
            printable(why.get(lang)),
            fault.problem.code(),
            fault.section
        );
    };
    for object in &document.objects {
        let faults = bundle.judge(object);
        faults.iter().for_each(|fault| say(object.id_text().unwrap_or("?"), fault));
    }
    bundle.finish().iter().for_each(|fault| say("bundle", fault));
    Ok((text, is_valid))
}

fn unreadable(file: &std::path::Path, why: &str) -> Failure {
    let file = file.display();
    Failure::new(
        "stix",
        Text::new(format!("{file} ne peut pas être lu : {why}"), format!("{file} cannot be read: {why}")),
        Text::default(),
    )
}
