//! `vauban people account`: accounts at the provider that the organisation keeps. None is given to anybody here: whoever holds an invitation, or a
//! key, brings their own.

use std::fmt::Write as _;

use jiff::Timestamp;
use vauban_guard::config::SignInTable;
use vauban_model::{Lang, Text};
use vauban_oidc::elsewhere::{Prompt, Trip};
use vauban_people::{AccountId, Actor, People, PeopleError, Refusal};
use vauban_signin::redirect;

use super::{elsewhere, failed, random};
use crate::{failure::Failure, place::Place};

/// See who comes in by an account at the provider that you keep
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Ask the provider of [signin.elsewhere] whether it can be used, and print what to register there
    Check,
    /// List accounts, with whose they are
    List,
    /// Remove an account: the sessions that it began end
    Remove {
        /// Its id, as the list says
        account: String,
    },
}

pub(super) fn run(
    arguments: &Arguments,
    people: &People,
    table: &SignInTable,
    place: &Place,
) -> Result<String, Failure> {
    match &arguments.command {
        Command::Check => check(table, place),
        Command::List => listed(people, place.lang).map_err(|error| failed(&error)),
        Command::Remove { account } => {
            let gone = || failed(&Refusal::NoSuchAccount.into());
            let id: AccountId = account.parse().map_err(|_| gone())?;
            people.remove_account(&Actor::Machine, id, Timestamp::now()).map_err(|error| failed(&error))?;
            Ok(format!("{}\n", Text::new("c'est fait", "done").get(place.lang)))
        }
    }
}

fn check(table: &SignInTable, place: &Place) -> Result<String, Failure> {
    let Some(kept) = &table.elsewhere else {
        return Err(elsewhere::cannot("vauban.toml"));
    };
    let back = redirect(&table.origin);
    let provider = elsewhere::open(kept, &table.origin, place)?.provider;
    let asked = provider.way(&Trip::random(Prompt::Usual, &mut random()?), "check", Timestamp::now());
    asked.map_err(|error| elsewhere::cannot(&error.to_string()))?;
    let words = Text::new(
        "Le fournisseur répond, et dit de lui ce qu'il faut. À inscrire chez lui, tel quel :",
        "The provider answers, and says of itself what it should. To be registered there, as it stands:",
    );
    Ok(format!("{}\nredirect_uri = {back}\n", words.get(place.lang)))
}

fn listed(people: &People, lang: Lang) -> Result<String, PeopleError> {
    let mut text = String::new();
    for person in people.persons(false)? {
        for account in people.accounts(person.id)? {
            let _ = writeln!(text, "{}  {}  {}", person.name, account.label, account.subject.issuer());
            let _ = writeln!(text, "    {}", account.id);
        }
    }
    if text.is_empty() {
        text.push_str(Text::new("aucun compte\n", "no account\n").get(lang));
    }
    Ok(text)
}
