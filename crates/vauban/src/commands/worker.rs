//! `vauban worker`: the process that reads hostile bytes for a sweep. Hidden: it speaks with its host on standard input.

use std::{
    io,
    os::{fd::AsFd as _, unix::net::UnixStream},
    process::ExitCode,
    sync::LazyLock,
    time::{Duration, Instant},
};

use vauban_model::Text;

use crate::failure::Failure;

static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);

fn clock() -> Duration {
    BEGUN.elapsed()
}

pub(crate) fn run() -> Result<ExitCode, Failure> {
    let control = io::stdin().as_fd().try_clone_to_owned().map(UnixStream::from);
    let outcome =
        control.map(|control| vauban_examine::serve(control, vauban_report::advice, clock, vauban_mail::onlooker));
    match outcome {
        Ok(Ok(())) => Ok(ExitCode::SUCCESS),
        _ => Err(Failure::new(
            "worker",
            Text::new("cette commande ne sert qu'au programme lui-même", "this command is of use to the program alone"),
            Text::new("essayez `vauban sweep DOSSIER`", "try `vauban sweep FOLDER`"),
        )),
    }
}
