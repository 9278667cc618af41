//! A provider that the organisation keeps: its secret, and what carries requests there.

use std::{fs, os::unix::fs::PermissionsExt as _, sync::Arc, time::Duration};

use vauban_guard::config::ElsewhereTable;
use vauban_model::Text;
use vauban_oidc::elsewhere::{Carrier, Credentials, Elsewhere, Reply};
use vauban_signin::{KeptProvider, redirect};
use zeroize::Zeroizing;

use crate::{failure::Failure, place::Place};

/// The name of our secret at the provider, as a file.
const SECRET: &str = "elsewhere-secret";
/// How long the provider may take, while somebody looks at an empty page.
const PATIENCE: Duration = Duration::from_secs(10);

/// The provider of a configuration.
pub(in crate::commands) fn open(table: &ElsewhereTable, origin: &str, place: &Place) -> Result<KeptProvider, Failure> {
    let path = place.secret(SECRET);
    let shown = path.display();
    let read = || Ok::<_, std::io::Error>((fs::metadata(&path)?, Zeroizing::new(fs::read_to_string(&path)?)));
    let (about, text) = read().map_err(|error| cannot(&format!("{shown}: {error}")))?;
    if about.permissions().mode() & 0o007 != 0 {
        return Err(cannot(&format!("{shown}: chmod 600")));
    }
    let secret = Zeroizing::new(text.trim().to_owned());
    let credentials = Credentials { issuer: table.issuer.clone(), client: table.client.clone(), secret };
    let provider =
        Elsewhere::new(credentials, &redirect(origin), Arc::new(Https)).map_err(|error| cannot(&error.to_string()))?;
    Ok(KeptProvider { name: table.name.clone(), provider: Arc::new(provider) })
}

/// HTTPS with the usual authorities; plain HTTP only to this machine, since only such addresses are asked for. Nobody is followed elsewhere.
struct Https;

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(PATIENCE))
        .user_agent("vauban")
        .build()
        .into()
}

fn reply(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>, most: u64) -> Result<Reply, String> {
    let mut answer = answer.map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(most).read_to_vec().map_err(|error| error.to_string())?;
    Ok(Reply { status, body })
}

impl Carrier for Https {
    fn get(&self, url: &str, most: u64) -> Result<Reply, String> {
        reply(agent().get(url).header("Accept", "application/json").call(), most)
    }

    fn post(&self, url: &str, form: &str, authorization: Option<&str>, most: u64) -> Result<Reply, String> {
        let mut request = agent()
            .post(url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json");
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        reply(request.send(form), most)
    }
}

pub(super) fn cannot(reason: &str) -> Failure {
    let words = Text::new(
        format!("le fournisseur de [signin.elsewhere] ne peut pas servir : {reason}"),
        format!("the provider of [signin.elsewhere] cannot be used: {reason}"),
    );
    let hint = Text::new(
        "son secret va dans le fichier elsewhere-secret ; voyez docs/signin.md",
        "its secret goes into the file elsewhere-secret; see docs/signin.md",
    );
    Failure::new("people", words, hint)
}
