//! `vauban hub`: the agency shares what it knows, and keeps the rest.

mod desk;
mod front;
mod signer;

use std::{fs, path::Path, process::ExitCode};

use vauban_hub::{RoleError, stick::StickError};
use vauban_model::Text;
use zeroize::Zeroizing;

use crate::{
    failure::{Failure, chain},
    place::Place,
};

/// Share indicators under TLP with parties that are rivals
///
/// The desk decides what leaves; it needs no network: a stick goes between it and the front. The front hands releases out; the signer answers blind look-ups. docs/hub.md goes through a first release step by step.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Desk(desk::Arguments),
    Front(front::Arguments),
    Signer(signer::Arguments),
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Desk(arguments) => desk::run(arguments, place),
        Command::Front(arguments) => front::run(arguments, place),
        Command::Signer(arguments) => signer::run(arguments, place),
    }
}

/// What went wrong, with what to do.
fn cannot(error: &dyn std::error::Error, hint: Text) -> Failure {
    let why = chain(error);
    Failure::new("hub", Text::new(format!("c'est impossible : {why}"), format!("that cannot be done: {why}")), hint)
}

/// The same, where the error says enough.
fn failed(error: &(impl std::error::Error + 'static)) -> Failure {
    cannot(error, Text::default())
}

/// Why a stick was refused, with what to do.
fn refused(error: &StickError) -> Failure {
    Failure::new("stick", error.words(), error.hint())
}

/// A word that is not one of those that may stand there.
fn wrong(what: &str, fr: &str, en: &str) -> Failure {
    Failure::new("hub", Text::new(format!("{what:?} : {fr}"), format!("{what:?}: {en}")), Text::default())
}

/// What the desk wrote for a role: `desk/roles/NAME`, handed over.
fn handed<T>(file: &Path, name: &str, read: impl Fn(&str) -> Result<T, RoleError>) -> Result<T, Failure> {
    let hint = || {
        Text::new(
            format!("le bureau écrit ce fichier : desk/roles/{name} ; --config dit où il est"),
            format!("the desk writes this file: desk/roles/{name}; --config says where it is"),
        )
    };
    let text = fs::read_to_string(file).map(Zeroizing::new).map_err(|error| cannot(&error, hint()))?;
    read(&text).map_err(|error| cannot(&error, hint()))
}

/// Logs as JSON lines on standard error.
fn log() {
    tracing_subscriber::fmt().json().flatten_event(true).with_target(false).with_writer(std::io::stderr).init();
}

/// Done when somebody wants it to stop: Ctrl-C, or what a service manager sends.
async fn stop() {
    let terminated = async {
        if let Ok(mut signal) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            signal.recv().await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
