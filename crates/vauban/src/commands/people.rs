//! `vauban people`: who belongs to the organisation, and how they come in. What needs two people's signatures is begun here and
//! signed in the browser.

mod account;
mod client;
mod elsewhere;
pub(super) mod models;
pub(super) mod provider;
mod serve;
pub(super) mod settings;
mod shown;

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use vauban_guard::config::{Config, SignInTable};
use vauban_model::{Lang, Text};
use vauban_people::{Actor, Group, InvalidName, NewPerson, People, PeopleError, Person, Refusal, RequestId, Role, Tie};

use crate::{
    commands::config,
    failure::Failure,
    place::{Place, rng},
    terminal,
};

/// Say who belongs here: everybody signs in with a passkey, and two people answer for each other
///
/// There are no passwords. The first two administrators are founded on this machine; from then on whoever comes, or lost all
/// keys, needs the signatures of two administrators. docs/people.md says how, step by step.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// The configuration; without it, vauban.toml where there is one
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

impl Arguments {
    /// The configuration, where there is one. A file that was named has to be there.
    fn read(&self) -> Result<Option<Config>, Failure> {
        let usual = Path::new(CONFIG);
        let file = self.config.as_deref().or_else(|| usual.exists().then_some(usual));
        file.map(config::read).transpose()
    }
}

/// The configuration of a machine where the program is started beside it.
const CONFIG: &str = "vauban.toml";

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Name one of the first two administrators; prints the link to hand over, in person
    Found {
        /// The person's name, as colleagues know it
        name: String,
        #[command(flatten)]
        at: At,
    },
    /// Ask for somebody to be let in: two administrators approve in the browser
    Invite {
        /// The person's name, as colleagues know it
        name: String,
        /// A compartment or group they belong to; several may be given
        #[arg(long = "group")]
        groups: Vec<String>,
        /// A volunteer, who leaves on the day that --until says
        #[arg(long, requires = "until")]
        volunteer: bool,
        /// An administrator
        #[arg(long)]
        administrator: bool,
        /// The last day, as 2027-05-08
        #[arg(long, value_name = "DAY")]
        until: Option<Date>,
    },
    /// Ask for somebody who lost all keys to be let in again: two others approve; old keys and sessions die
    ///
    /// For an administrator, two of the three break-glass keys approve as well, at a page that needs no sign-in.
    Recover {
        /// The person
        person: String,
        #[command(flatten)]
        at: At,
    },
    /// Ask for another role of somebody: two administrators approve, or two break-glass keys where it makes an administrator and fewer than two are left
    Role {
        /// The person
        person: String,
        /// member or administrator
        #[arg(value_parser = role)]
        role: Role,
        #[command(flatten)]
        at: At,
    },
    /// Print the link of what was approved: once, to be handed over in person
    Link {
        /// The request
        request: String,
        #[command(flatten)]
        at: At,
    },
    /// List people, with their keys
    List {
        /// Also those who are gone
        #[arg(long)]
        gone: bool,
    },
    /// List what waits for approvals, and where break-glass keys can approve it
    Requests {
        #[command(flatten)]
        at: At,
    },
    /// Stop a request, until it is done
    Veto {
        /// The request
        request: String,
    },
    /// Shut somebody out for a while: all sessions end
    Suspend {
        /// The person
        person: String,
    },
    /// Let somebody in again who was shut out
    Resume {
        /// The person
        person: String,
    },
    /// Somebody leaves: keys, sessions and requests end at once
    Remove {
        /// The person
        person: String,
    },
    /// Show what happened, the newest last
    Audit {
        /// Only what concerns this person
        #[arg(long)]
        person: Option<String>,
    },
    Account(account::Arguments),
    Client(client::Arguments),
    Serve(serve::Serve),
}

impl Command {
    /// Whether it works whatever is wrong with the configuration: shutting somebody out, and looking.
    const fn hangs_on_no_setting(&self) -> bool {
        matches!(
            self,
            Self::Suspend { .. }
                | Self::Remove { .. }
                | Self::Veto { .. }
                | Self::List { .. }
                | Self::Requests { .. }
                | Self::Audit { .. }
        )
    }
}

/// Where people sign in.
#[derive(Debug, clap::Args)]
struct At {
    /// Where people sign in, as https://vauban.campagne.example; without it, what [signin] of the configuration says
    #[arg(long, value_name = "ORIGIN", global = true)]
    origin: Option<String>,
}

impl At {
    fn origin<'t>(&'t self, table: &'t SignInTable) -> &'t str {
        self.origin.as_deref().unwrap_or(&table.origin)
    }
}

pub(crate) fn run(arguments: &Arguments, place: &Place) -> Result<ExitCode, Failure> {
    place.make().map_err(|error| Failure::output(&error))?;
    let config = match arguments.read() {
        Err(_) if arguments.command.hangs_on_no_setting() => None,
        config => config?,
    };
    let table = config.as_ref().and_then(|config| config.signin.clone()).unwrap_or_default();
    let text = match &arguments.command {
        Command::Serve(serve) => {
            serve::run(open(place, &table)?, serve, config.as_ref(), place)?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Account(arguments) => account::run(arguments, &open(place, &table)?, &table, place)?,
        Command::Client(arguments) => client::run(arguments, &table, place)?,
        command => done(&open(place, &table)?, command, &table, place.lang)?,
    };
    terminal::data(&text).map_err(|error| Failure::output(&error))?;
    Ok(ExitCode::SUCCESS)
}

fn done(people: &People, command: &Command, table: &SignInTable, lang: Lang) -> Result<String, Failure> {
    let now = Timestamp::now();
    let person = |text: &str| people.find(text).map_err(|error| failed(&error));
    match command {
        Command::Found { name, at } => {
            let request =
                people.found(name.parse().map_err(wrong)?, &mut random()?, now).map_err(|error| failed(&error))?;
            link(people, request.id, at.origin(table), lang, now)
        }
        Command::Invite { name, groups, volunteer, administrator, until } => {
            let new = NewPerson {
                name: name.parse().map_err(wrong)?,
                tie: if *volunteer { Tie::Volunteer } else { Tie::Staff },
                role: if *administrator { Role::Administrator } else { Role::Member },
                groups: groups
                    .iter()
                    .map(|group| group.parse::<Group>())
                    .collect::<Result<BTreeSet<_>, _>>()
                    .map_err(wrong)?,
                until: until.and_then(end_of),
            };
            let asked = people.invite(&Actor::Machine, &new, &mut random()?, now);
            Ok(shown::asked(&asked.map_err(|error| failed(&error))?, lang))
        }
        Command::Recover { person: text, at } => {
            let asked = people.recover(&Actor::Machine, person(text)?.id, &mut random()?, now);
            shown::asked_in_need(people, &asked.map_err(|error| failed(&error))?, at.origin(table), lang, now)
                .map_err(|error| failed(&error))
        }
        Command::Role { person: text, role, at } => {
            let asked = people.ask_role(&Actor::Machine, person(text)?.id, *role, &mut random()?, now);
            shown::asked_in_need(people, &asked.map_err(|error| failed(&error))?, at.origin(table), lang, now)
                .map_err(|error| failed(&error))
        }
        Command::Link { request, at } => link(people, named(request)?, at.origin(table), lang, now),
        Command::Veto { request } => {
            let id = named(request)?;
            people.veto(&Actor::Machine, id, now).map_err(|error| failed(&error))?;
            Ok(format!("{id}: {}\n", Text::new("arrêtée", "stopped").get(lang)))
        }
        Command::List { gone } => shown::people(people, *gone, lang, now).map_err(|error| failed(&error)),
        Command::Requests { at } => {
            shown::requests(people, at.origin(table), lang, now).map_err(|error| failed(&error))
        }
        Command::Audit { person: one } => {
            let id = one.as_deref().map(person).transpose()?.map(|person| person.id);
            shown::events(people, id, lang).map_err(|error| failed(&error))
        }
        Command::Suspend { person: text } => {
            changed(&person(text)?, lang, |one| people.suspend(&Actor::Machine, one.id, now))
        }
        Command::Resume { person: text } => {
            changed(&person(text)?, lang, |one| people.resume(&Actor::Machine, one.id, now).map(|()| None))
        }
        Command::Remove { person: text } => {
            changed(&person(text)?, lang, |one| people.leave(&Actor::Machine, one.id, now))
        }
        Command::Serve(_) | Command::Account(_) | Command::Client(_) => Ok(String::new()),
    }
}

/// The request of this id.
fn named(request: &str) -> Result<RequestId, Failure> {
    request.parse().map_err(|_| failed(&Refusal::NoSuchRequest.into()))
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| "member, administrator".to_owned())
}

/// Does something to a person, and says what has to be known of it.
fn changed(
    person: &Person,
    lang: Lang,
    change: impl FnOnce(&Person) -> Result<Option<vauban_people::Warning>, PeopleError>,
) -> Result<String, Failure> {
    let warning = change(person).map_err(|error| failed(&error))?;
    let mut text = format!("{}: {}\n", person.name, Text::new("c'est fait", "done").get(lang));
    if let Some(warning) = warning {
        let _ = writeln!(text, "{}", warning.text().get(lang));
    }
    Ok(text)
}

/// The link of a request. What stands behind the # is sent to no server: only the page reads it.
fn link(people: &People, request: RequestId, origin: &str, lang: Lang, now: Timestamp) -> Result<String, Failure> {
    let origin = origin.trim_end_matches('/');
    let token = people.give_link(&Actor::Machine, request, &mut random()?, now).map_err(|error| failed(&error))?;
    let how = Text::new(
        "À remettre en main propre, ou à ouvrir devant la personne : bon une fois, pendant un jour. Qui l'ouvre est cette personne.",
        "Hand it over in person, or open it with the person there: good once, for a day. Whoever opens it is that person.",
    );
    Ok(format!("{origin}/enrol#{}\n{}\n", &*token.text(), how.get(lang)))
}

/// The end of a day.
fn end_of(day: Date) -> Option<Timestamp> {
    let next = day.tomorrow().ok()?;
    TimeZone::UTC.to_timestamp(next.at(0, 0, 0, 0)).ok()
}

fn open(place: &Place, table: &SignInTable) -> Result<People, Failure> {
    People::open(&place.people(), models::rules(table)).map_err(|error| failed(&error))
}

fn random() -> Result<rand_chacha::ChaCha20Rng, Failure> {
    rng().map_err(|error| Failure::output(&error))
}

fn failed(error: &PeopleError) -> Failure {
    Failure::new("people", error.text(), Text::default())
}

fn wrong(error: InvalidName) -> Failure {
    let words = Text::new(format!("ce nom ne peut pas servir : {error}"), format!("this name will not do: {error}"));
    Failure::new("people", words, Text::default())
}
