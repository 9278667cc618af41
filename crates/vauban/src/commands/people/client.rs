//! `vauban people client`: the tools that people sign in to by OpenID Connect. Only who runs this adds one, so that there is no page on
//! which anybody could be asked to let an application in.

mod change;
mod keys;
mod shown;

use std::path::PathBuf;

use jiff::Timestamp;
use vauban_guard::config::SignInTable;
use vauban_model::{Lang, Text};
use vauban_oidc::{
    Algorithm, Authentication, ClientError, ClientId, InvalidRedirect, NewClient, Provider, RedirectUri,
};

use super::{At, provider, random};
use crate::{failure::Failure, place::Place};

/// Say which tools people sign in to by OpenID Connect
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Add a tool; prints its secret, once
    Add(Add),
    /// List tools; those that send no PKCE are marked
    List,
    /// Show all that is known of a tool, to compare with the tool's own settings
    Show {
        /// Its client_id
        id: String,
    },
    /// Give a tool other addresses; its secret stays
    Change {
        /// Its client_id
        id: String,
        #[command(flatten)]
        change: change::Change,
    },
    /// Remove a tool: whatever it was granted is over
    Remove {
        /// Its client_id
        id: String,
    },
    /// Give a tool another secret; the one before is worth nothing
    Secret {
        /// Its client_id
        id: String,
    },
    /// Give a tool that signs in a secret's stead other keys; those before are worth nothing
    Keys {
        /// Its client_id
        id: String,
        /// Its public keys, as a JSON Web Key Set
        file: PathBuf,
    },
    /// Let an old tool do without PKCE, whose codes a thief can use; `--off` to end that
    Legacy {
        /// Its client_id
        id: String,
        /// From now on it must send PKCE again
        #[arg(long)]
        off: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Add {
    /// Its client_id: a-z, 0-9, - and _
    id: String,
    /// What people call it
    #[arg(long)]
    name: Option<String>,
    /// Where answers go, exactly as the tool says (redirect_uri); several may be given
    #[arg(long, required = true, value_name = "URI")]
    redirect: Vec<String>,
    /// Where people may go after signing out (post_logout_redirect_uri); several may be given
    #[arg(long, value_name = "URI")]
    after_logout: Vec<String>,
    /// Where the tool hears that a session ended (backchannel_logout_uri)
    #[arg(long, value_name = "URI")]
    told_of_logout: Option<String>,
    /// The host of the tool, for the policy; without it, that of the first --redirect
    #[arg(long)]
    host: Option<String>,
    /// It cannot keep a secret: an application on people's devices
    #[arg(long)]
    public: bool,
    /// It signs in a secret's stead (private_key_jwt): its public keys, as a JSON Web Key Set
    #[arg(long, value_name = "FILE", conflicts_with = "public")]
    keys: Option<PathBuf>,
    /// Sign its ID tokens with ES256 in place of RS256
    #[arg(long)]
    es256: bool,
    /// It has to push its requests (RFC 9126)
    #[arg(long)]
    pushes: bool,
}

pub(super) fn run(arguments: &Arguments, table: &SignInTable, place: &Place) -> Result<String, Failure> {
    let provider = provider::open(place, arguments.at.origin(table))?;
    done(&provider, &arguments.command, place.lang)
}

fn done(provider: &Provider, command: &Command, lang: Lang) -> Result<String, Failure> {
    match command {
        Command::Add(add) => {
            let added =
                provider.add_client(new(add)?, Timestamp::now(), &mut random()?).map_err(|error| failed(&error))?;
            Ok(shown::told(provider, &added.client, added.secret.as_ref(), lang))
        }
        Command::List => {
            let clients = provider.clients().map_err(|error| provider::cannot(&error.to_string()))?;
            Ok(shown::listed(&clients, lang))
        }
        Command::Show { id } => {
            let client = provider.known_client(&name(id)?).map_err(|error| provider::cannot(&error.to_string()))?;
            let client = client.ok_or_else(|| failed(&ClientError::Unknown))?;
            Ok(shown::whole(provider, &client, lang))
        }
        Command::Change { id, change } => {
            let changed = provider.change_client(&name(id)?, change.addresses()?);
            Ok(shown::whole(provider, &changed.map_err(|error| failed(&error))?, lang))
        }
        Command::Remove { id } => {
            provider.remove_client(&name(id)?).map_err(|error| failed(&error))?;
            Ok(format!("{id}: {}\n", Text::new("c'est fait", "done").get(lang)))
        }
        Command::Secret { id } => {
            let secret = provider.renew_secret(&name(id)?, &mut random()?).map_err(|error| failed(&error))?;
            Ok(format!("client_secret = {}\n", &*secret.text()))
        }
        Command::Keys { id, file } => {
            let renewed = provider.renew_keys(&name(id)?, keys::read(file)?);
            Ok(shown::whole(provider, &renewed.map_err(|error| failed(&error))?, lang))
        }
        Command::Legacy { id, off } => {
            let client = provider.set_legacy(&name(id)?, !off).map_err(|error| failed(&error))?;
            Ok(format!("{id}: {}\n", shown::pkce(&client).get(lang)))
        }
    }
}

fn new(add: &Add) -> Result<NewClient, Failure> {
    let redirects = addresses(&add.redirect)?;
    let host = add.host.clone().or_else(|| redirects.first().and_then(RedirectUri::host));
    Ok(NewClient {
        id: name(&add.id)?,
        name: add.name.clone().unwrap_or_else(|| add.id.clone()),
        host: host.unwrap_or_default(),
        authentication: match &add.keys {
            Some(file) => keys::read(file)?,
            None if add.public => Authentication::None,
            None => Authentication::Secret,
        },
        redirects,
        after_logout: addresses(&add.after_logout)?,
        told_of_logout: add.told_of_logout.as_ref().map(|told| address(told)).transpose()?,
        algorithm: if add.es256 { Algorithm::Es256 } else { Algorithm::Rs256 },
        pushes: add.pushes,
    })
}

fn addresses(texts: &[String]) -> Result<Vec<RedirectUri>, Failure> {
    texts.iter().map(|text| address(text)).collect()
}

fn address(text: &str) -> Result<RedirectUri, Failure> {
    text.parse().map_err(|error| not_an_address(text, error))
}

fn name(id: &str) -> Result<ClientId, Failure> {
    let hint = Text::new("1 à 64 signes de a-z, 0-9, - et _", "1 to 64 of a-z, 0-9, - and _");
    let words = Text::new(format!("{id:?} n'est pas un client_id"), format!("{id:?} is no client_id"));
    id.parse().map_err(|_| Failure::new("people", words, hint))
}

fn not_an_address(text: &str, error: InvalidRedirect) -> Failure {
    let words = Text::new(
        format!("{text} : cette adresse ne peut pas servir ({error})"),
        format!("{text}: this address will not do ({error})"),
    );
    Failure::new("people", words, Text::new("--redirect https://…", "--redirect https://…"))
}

fn failed(error: &ClientError) -> Failure {
    let fr = match error {
        ClientError::Taken => "un outil porte déjà ce client_id".to_owned(),
        ClientError::Unknown => "aucun outil ne porte ce client_id".to_owned(),
        ClientError::Incomplete => "il faut un nom, un hôte et 1 à 16 adresses de retour".to_owned(),
        ClientError::NoSecret => "cet outil n'a pas de secret".to_owned(),
        ClientError::NoKeys => "cet outil ne signe pas avec des clés".to_owned(),
        ClientError::NotWeb => "un outil apprend les déconnexions à une adresse https".to_owned(),
        ClientError::NeedsChallenge => "un outil sans secret ni clé envoie toujours un défi PKCE".to_owned(),
        ClientError::TooMany => "c'est trop d'outils".to_owned(),
        ClientError::Failed(error) => error.to_string(),
    };
    Failure::new(
        "people",
        Text::new(fr, error.to_string()),
        Text::new("vauban people client list", "vauban people client list"),
    )
}
