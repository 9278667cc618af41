//! Signing in, put together for the guard: who belongs here, the policy, and the pages behind it.

use std::{net::SocketAddr, sync::Arc};

use jiff::Timestamp;
use vauban_guard::{
    Indicators,
    config::{Config, SignInTable},
    sensors::signin::{SignInParts, Tools},
};
use vauban_model::{Lang, Text};
use vauban_people::People;
use vauban_portal::Portal;
use vauban_signin::{
    Settings, SignIn,
    provider::{Desk, router},
};

use crate::{
    commands::people::{elsewhere, models, provider},
    failure::{Failure, chain},
    place::{Place, rng},
};

/// Sign-in as `[signin]` says, with the pages of the guard where it has any: people sign in to them, and no link leads in.
pub(super) fn prepared(
    table: &SignInTable,
    config: &Config,
    portal: Option<Portal>,
    indicators: Indicators,
    place: &Place,
) -> Result<SignInParts, Failure> {
    let listen: SocketAddr = table.listen.parse().map_err(|_| cannot(&format!("listen = {:?}", table.listen)))?;
    if !listen.ip().is_loopback() {
        return Err(cannot(&format!("{listen} is not this machine's own; a proxy ends TLS")));
    }
    let people =
        People::open(&place.people(), models::rules(table)).map_err(|error| cannot(error.text().get(Lang::En)))?;
    let tools = Tools::new(config).map_err(|error| cannot(&error))?;
    let settings = Settings {
        name: table.name.clone(),
        has_client_certificates: table.client_certificates,
        home: if portal.is_some() { "/" } else { "/mine" },
        reach: tools.reach(),
        tools: named(&table.tools)?,
        models: models::read(table)?,
        kept: table.elsewhere.as_ref().map(|kept| elsewhere::open(kept, &table.origin, place)).transpose()?,
        ..Settings::of(&table.origin, place.lang)
    };
    let site = SignIn::new(people, settings, vauban_portal::frame, Timestamp::now, rng)
        .map_err(|error| cannot(&chain(&error)))?;
    let desk = Desk::new(site.clone(), provider::open(place, &table.origin)?);
    let pages = match portal {
        Some(portal) => vauban_portal::signed_in(portal, &site),
        None => vauban_portal::assets(),
    };
    let pages = pages.merge(router(desk.clone()));
    let minute = Arc::new(move || {
        if let Err(error) = provider::due(&desk) {
            tracing::error!(sensor = "signin", %error, "the OpenID Connect provider could not do what is due");
        }
    });
    Ok(SignInParts { site, listen, pages, tools, record: place.record(), indicators, minute })
}

/// Tools by their addresses.
fn named(origins: &[String]) -> Result<Vec<vauban_signin::Tool>, Failure> {
    let one =
        |origin: &String| origin.parse().map_err(|error: vauban_signin::NoTool| cannot(&format!("{origin}: {error}")));
    origins.iter().map(one).collect()
}

fn cannot(reason: &str) -> Failure {
    let words = Text::new(
        format!("la connexion ne peut pas être servie : {reason}"),
        format!("sign-in cannot be served: {reason}"),
    );
    let hint =
        Text::new("voyez [signin] de vauban.toml et docs/signin.md", "see [signin] of vauban.toml and docs/signin.md");
    Failure::new("signin", words, hint)
}
