//! The OpenID Connect provider of this state: its file, the key that its own keys are sealed with, and telling tools.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    sync::Arc,
    time::Duration,
};

use data_encoding::HEXLOWER_PERMISSIVE;
use vauban_model::Text;
use vauban_oidc::{OidcError, Provider, SealingKey};
use vauban_signin::provider::{Desk, Heard};

use crate::{
    failure::Failure,
    place::{Place, random},
};

/// The name of the sealing key, there and in the state directory.
const KEY: &str = "oidc-key";
/// How long a tool may take to hear that a session ended.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens it.
pub(in crate::commands) fn open(place: &Place, origin: &str) -> Result<Arc<Provider>, Failure> {
    let sealing = sealing(place).map_err(|error| cannot(&error.to_string()))?;
    let provider = Provider::open(&place.provider(), origin, sealing).map_err(|error| cannot(&error.to_string()))?;
    Ok(Arc::new(provider))
}

/// What is due, each minute, beside the threads that serve: keys are made, and tools begin to hear of sessions that ended. Nobody waits for them.
pub(in crate::commands) fn due(desk: &Desk) -> Result<(), OidcError> {
    let tended = desk.tend();
    tended.and(desk.tell_beside(carry).map_err(|_| OidcError::Lost))
}

/// Posts a form to a tool, without following anybody anywhere.
fn carry(to: &str, form: &str) -> Heard {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build();
    let posted = ureq::Agent::new_with_config(config)
        .post(to)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Cache-Control", "no-store")
        .send(form);
    match posted.map(|answer| answer.status().as_u16()) {
        Ok(200 | 204) => Heard::Yes,
        // A proxy whose tool is down (RFC 9110, sections 15.6.3 to 15.6.5).
        Ok(502..=504) | Err(_) => Heard::Nobody,
        Ok(_) => Heard::No,
    }
}

/// The key that is not in the provider's file: of systemd where it has one, else a file beside it that is made once.
fn sealing(place: &Place) -> io::Result<SealingKey> {
    let path = place.secret(KEY);
    if !path.exists() {
        make(&path)?;
    }
    let text = zeroize::Zeroizing::new(fs::read(&path)?);
    let bytes = HEXLOWER_PERMISSIVE.decode(text.trim_ascii()).ok().and_then(|bytes| bytes.try_into().ok());
    let wrong = || io::Error::other(format!("{}: 32 bytes in hexadecimal are expected", path.display()));
    bytes.map(SealingKey::new).ok_or_else(wrong)
}

fn make(path: &Path) -> io::Result<()> {
    let mut key = zeroize::Zeroizing::new([0; 32]);
    random(&mut *key)?;
    let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        Ok(mut file) => {
            writeln!(file, "{}", *zeroize::Zeroizing::new(HEXLOWER_PERMISSIVE.encode(&*key)))?;
            file.sync_all()
        }
        // Another process was first.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

pub(super) fn cannot(reason: &str) -> Failure {
    let words = Text::new(
        format!("le fournisseur OpenID Connect ne peut pas être ouvert : {reason}"),
        format!("the OpenID Connect provider cannot be opened: {reason}"),
    );
    Failure::new("people", words, Text::new("voyez docs/oidc.md", "see docs/oidc.md"))
}
