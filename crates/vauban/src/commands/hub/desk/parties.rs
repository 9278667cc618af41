//! Parties, streams, and the people who stand for releases.

use std::{fmt::Write as _, fs, path::PathBuf};

use uuid::Uuid;
use vauban_hub::{
    desk::{Desk, DeskError},
    store::{Act, PartyId},
};
use vauban_model::{Lang, Text, printable};

use super::{
    super::{failed, wrong},
    rng,
};
use crate::failure::Failure;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Name somebody who may draft and approve releases, by the key that they sign with (`minisign -G`)
    Person {
        /// The name
        name: String,
        /// Their public key
        #[arg(long, value_name = "FILE.pub")]
        key: PathBuf,
    },
    /// Take a party in, and print its enrolment code, which is shown once and given by hand
    Party {
        /// The name; it never leaves the desk
        name: String,
        /// Blind batches a day
        #[arg(long, default_value_t = 1)]
        budget: u64,
    },
    /// Serve a party no more, from the next publication on
    Revoke {
        /// The party
        party: Uuid,
    },
    /// Open a stream of releases for an audience
    Stream {
        /// What its readers are told
        title: String,
        /// What it holds
        #[arg(long, default_value = "")]
        about: String,
        /// One organisation reads it: only then may it carry TLP:AMBER+STRICT
        #[arg(long)]
        for_one: bool,
        /// The parties that read it
        #[arg(long, value_name = "PARTY")]
        party: Vec<Uuid>,
    },
    /// Show parties and streams
    Who,
}

pub(super) async fn run(desk: &Desk, act: Act<'_>, command: &Command, lang: Lang) -> Result<String, Failure> {
    match command {
        Command::Person { name, key } => person(desk, act, name, key, lang).await,
        Command::Party { name, budget } => party(desk, act, name, *budget, lang).await,
        Command::Revoke { party } => {
            desk.store().revoke_party(act, PartyId(*party)).await.map_err(|error| failed(&error))?;
            let words = Text::new(
                "elle n'est plus servie dès la prochaine publication\n",
                "it is served no more from the next publication on\n",
            );
            Ok(words.get(lang).to_owned())
        }
        Command::Stream { title, about, for_one, party } => {
            let parties: Vec<PartyId> = party.iter().map(|party| PartyId(*party)).collect();
            let made = desk.stream(act, (title, about), *for_one, &parties, &mut rng()?).await;
            let id = made.map_err(|error| match error {
                DeskError::NoParty(stranger) => wrong(&stranger.to_string(), "aucune organisation", "no party"),
                error => failed(&error),
            })?;
            Ok(format!("{}\n", id.0))
        }
        Command::Who => who(desk, lang).await,
    }
}

async fn person(desk: &Desk, act: Act<'_>, name: &str, key: &PathBuf, lang: Lang) -> Result<String, Failure> {
    let text = fs::read_to_string(key).map_err(|error| failed(&error))?;
    let approvers = desk.person(act, name, &text).await.map_err(|error| failed(&error))?;
    let all: Vec<&str> = approvers.names().collect();
    let words = match (all.len(), lang) {
        (1, Lang::Fr) => "une personne peut signer ; il en faut deux pour publier\n".to_owned(),
        (1, Lang::En) => "one person may sign; it takes two to publish\n".to_owned(),
        (_, Lang::Fr) => format!("peuvent signer : {}\n", all.join(", ")),
        (_, Lang::En) => format!("may sign: {}\n", all.join(", ")),
    };
    Ok(words)
}

async fn party(desk: &Desk, act: Act<'_>, name: &str, budget: u64, lang: Lang) -> Result<String, Failure> {
    let (id, code) = desk.party(act, name, budget, &mut rng()?).await.map_err(|error| failed(&error))?;
    let words = Text::new(
        "Remettez ce code en main propre ; il n'est montré qu'une fois :",
        "Hand this code over in person; it is shown once:",
    );
    Ok(format!("{}\n{}\n\n{}\n", id.0, words.get(lang), *code.to_code()))
}

async fn who(desk: &Desk, lang: Lang) -> Result<String, Failure> {
    let mut text = String::new();
    for party in desk.store().parties().await.map_err(|error| failed(&error))? {
        let state = match (party.revoked, lang) {
            (None, _) => String::new(),
            (Some(at), Lang::Fr) => format!("  (n'est plus servie depuis le {at})"),
            (Some(at), Lang::En) => format!("  (served no more since {at})"),
        };
        let _ = writeln!(text, "{}  {}{state}", party.party.id.0, printable(&party.party.name));
    }
    for stream in desk.store().streams().await.map_err(|error| failed(&error))? {
        let _ = writeln!(text, "\n{}  {}", stream.info.id.0, printable(&stream.info.title));
        for party in desk.store().members(stream.info.id).await.map_err(|error| failed(&error))? {
            let _ = writeln!(text, "    {}", printable(&party.party.name));
        }
    }
    Ok(text)
}
