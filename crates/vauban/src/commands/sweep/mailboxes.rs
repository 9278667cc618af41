//! Mailboxes on servers, as a person names them on the command line, and how to sign in to them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use vauban_intake::StopFlag;
use vauban_mailbox::{Account, AccountError, Authorities, Circumstances, Login, MailboxError};
use vauban_model::{Lang, Secret, Text};
use vauban_sweep::Mailboxes;

use super::first_line;
use crate::{failure::Failure, terminal};

#[derive(Debug, clap::Args)]
pub(super) struct MailArguments {
    /// The file whose first line is the password of the mailbox; without it, it is asked for
    #[arg(long, value_name = "FILE", conflicts_with = "mail_token_file")]
    mail_password_file: Option<PathBuf>,
    /// The file whose first line is an OAuth access token for the mailbox
    #[arg(long, value_name = "FILE")]
    mail_token_file: Option<PathBuf>,
    /// Believe the mail server when this authority of your own vouches for it (PEM), and no other
    #[arg(long, value_name = "FILE.pem")]
    mail_ca: Option<PathBuf>,
}

/// The mailbox that this path names; none when it is a path.
pub(super) fn open(
    path: &str,
    arguments: &MailArguments,
    stop: &StopFlag,
    clock: &Arc<dyn Fn() -> Duration + Send + Sync>,
    lang: Lang,
) -> Result<Option<Mailboxes>, Failure> {
    if !Account::is_meant_by(path) {
        return Ok(None);
    }
    let account = Account::parse(path).map_err(|error| not_an_account(path, error))?;
    let authorities = authorities(arguments)?;
    let login = login(&account, arguments, lang)?;
    let circumstances = Circumstances { clock: Arc::clone(clock), stop: stop.clone() };
    Ok(Some(Mailboxes::new(account, login, authorities, circumstances)))
}

fn authorities(arguments: &MailArguments) -> Result<Authorities, Failure> {
    let outcome = match &arguments.mail_ca {
        None => Authorities::public(),
        Some(file) => Authorities::from_file(file),
    };
    outcome.map_err(|error| {
        let file = arguments.mail_ca.as_ref().map_or_else(String::new, |file| file.display().to_string());
        Failure::new(
            "mail-ca",
            Text::new(format!("{file} : autorité inutilisable : {error}"), format!("{file}: {error}")),
            Text::new(
                "donnez le certificat de votre autorité au format PEM",
                "give the certificate of your authority as PEM",
            ),
        )
    })
}

fn login(account: &Account, arguments: &MailArguments, lang: Lang) -> Result<Login, Failure> {
    let first_line = |file: &Path| {
        let hint = Text::new(
            "ou donnez le mot de passe dans le terminal, sans cette option",
            "or give the password in the terminal, without this option",
        );
        first_line(file, "mail-secret", hint)
    };
    if let Some(file) = &arguments.mail_token_file {
        return first_line(file).map(Login::Token);
    }
    if let Some(file) = &arguments.mail_password_file {
        return first_line(file).map(Login::Password);
    }
    let what = Text::new(format!("mot de passe de {account}"), format!("password of {account}"));
    terminal::secret(&what, lang).map(|password| Login::Password(Secret::new(password)))
}

fn not_an_account(path: &str, error: AccountError) -> Failure {
    let path = vauban_model::printable(path);
    let french = match error {
        AccountError::Clear => "imap:// envoie le mot de passe en clair",
        AccountError::Password => "un mot de passe n'a pas sa place dans l'adresse",
        AccountError::NoUser => "l'adresse ne dit pas de qui est la boîte",
        AccountError::Form => "l'adresse n'a pas la forme imaps://utilisateur@serveur/boîte",
    };
    // What is said of a password must not show it.
    let shown = if error == AccountError::Password { "imaps://…" } else { &path };
    Failure::new(
        "mailbox",
        Text::new(format!("{shown} : {french}"), format!("{shown}: {error}")),
        match error {
            AccountError::Password => Text::new(
                "retirez-le de l'adresse : il sera demandé, ou lu avec --mail-password-file ; changez-le s'il a été tapé ici",
                "leave it out: it is asked for, or read with --mail-password-file; change it if it was typed here",
            ),
            _ => Text::new("écrivez imaps://utilisateur@serveur/", "write imaps://user@server/"),
        },
    )
}

/// Why a mailbox cannot be opened, and what to do about it.
pub(super) fn not_opened(path: &str, error: &MailboxError) -> Failure {
    let path = vauban_model::printable(path);
    let hint = match error {
        MailboxError::SignIn(_) => Text::new(
            "vérifiez l'utilisateur et le mot de passe ; Google demande un mot de passe d'application, Microsoft un jeton (--mail-token-file)",
            "check user and password; Google wants an application password, Microsoft a token (--mail-token-file)",
        ),
        MailboxError::NoMechanism(_) => Text::new(
            "ce serveur demande un autre secret : --mail-token-file pour un jeton, --mail-password-file pour un mot de passe",
            "this server wants another secret: --mail-token-file for a token, --mail-password-file for a password",
        ),
        MailboxError::Identity { .. } => Text::new(
            "si le serveur est le vôtre, donnez son autorité avec --mail-ca ; sinon, n'insistez pas : quelqu'un est peut-être entre vous et lui",
            "if the server is yours, name its authority with --mail-ca; else stop here: somebody may stand between you and it",
        ),
        _ => Text::new("vérifiez le nom du serveur et le réseau", "check the name of the server, and the network"),
    };
    Failure::new(
        "mailbox",
        Text::new(format!("{path} ne s'ouvre pas : {}", french(error)), format!("{path} cannot be opened: {error}")),
        hint,
    )
}

fn french(error: &MailboxError) -> String {
    match error {
        MailboxError::Io { server, source } => format!("pas de connexion à {server} : {source}"),
        MailboxError::Identity { server, reason } => format!("l'identité de {server} n'est pas prouvée : {reason}"),
        MailboxError::Silent { server } => format!("{server} ne répond pas"),
        MailboxError::Stopped => "arrêté à la demande".to_owned(),
        MailboxError::NotImap(server) => format!("{server} ne parle pas IMAP"),
        MailboxError::TooMuch(server) => format!("{server} en dit plus qu'il ne devrait"),
        MailboxError::Bye(said) => format!("le serveur raccroche : {said}"),
        MailboxError::SignIn(said) => format!("le serveur refuse l'utilisateur ou le mot de passe : {said}"),
        MailboxError::NoMechanism(what) => format!("le serveur n'accepte pas {what}"),
        MailboxError::Refused { said, .. } => format!("le serveur refuse : {said}"),
        MailboxError::Renewed => "la boîte a été refaite entre-temps".to_owned(),
        MailboxError::Vanished => "le message n'est plus là".to_owned(),
    }
}
