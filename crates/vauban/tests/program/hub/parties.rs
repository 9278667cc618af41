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

/// The variables under which a program believes that it is so many days later, shortly before midnight.
pub(super) fn days_later(days: i64) -> Vec<(String, String)> {
    let day = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
    let at = format!("{} 23:59:30", jiff::tz::TimeZone::UTC.to_datetime(day).date());
    let told = Command::new("faketime").args([&at, "env"]).env("TZ", "UTC").output().unwrap();
    let text = String::from_utf8(told.stdout).unwrap();
    let all = text.lines().filter_map(|line| line.split_once('='));
    // Not the wrapper itself: it would stay between a test and the process that the test has to stop.
    let own = all.filter(|(name, _)| matches!(*name, "FAKETIME" | "LD_PRELOAD"));
    let mut own: Vec<_> = own.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert_eq!(own.len(), 2, "{text}");
    own.push(("FAKETIME_DONT_FAKE_MONOTONIC".to_owned(), "1".to_owned()));
    own
}

/// A command of a party under such variables, which has to succeed.
pub(super) fn works_with(state: &Path, variables: &[(String, String)], arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vauban"));
    command.envs(variables.iter().cloned()).args(["--lang", "en", "--state"]).arg(state).args(arguments);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}
