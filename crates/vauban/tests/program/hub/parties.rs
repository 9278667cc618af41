//! A party's commands.

use std::{
    path::Path,
    process::{Command, Output},
};

/// A command of a party, whose state is a folder; a day later when `late`.
pub(super) fn party(state: &Path, late: bool, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_vauban");
    let mut command = if late {
        let mut command = Command::new("faketime");
        command.args([tomorrow().as_str(), program]).env("TZ", "UTC");
        command
    } else {
        Command::new(program)
    };
    command.args(["--lang", "en", "--state"]).arg(state).args(arguments).output().unwrap()
}

/// The end of the next day, as `faketime` wants it: every party's moment has come.
pub(super) fn tomorrow() -> String {
    let tomorrow = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
    format!("{} 23:59:30", jiff::tz::TimeZone::UTC.to_datetime(tomorrow).date())
}

pub(super) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub(super) fn works(state: &Path, late: bool, arguments: &[&str]) -> String {
    let output = party(state, late, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

pub(super) fn has_faketime() -> bool {
    let is_there = Command::new("faketime").arg("--version").output().is_ok();
    assert!(is_there || std::env::var_os("VAUBAN_SLOW").is_none(), "faketime is missing");
    if !is_there {
        println!("skipped: there is no faketime");
    }
    is_there
}
