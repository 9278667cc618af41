//! Signing in, put together for the guard: who belongs here, the policy, and the pages behind it.

use std::{net::SocketAddr, sync::Arc};

use jiff::Timestamp;
use vauban_guard::{
    Indicators,
    config::{Config, SignInTable},
    sensors::signin::{SignInParts, Tools},
};
use vauban_model::Lang;
use vauban_people::People;
use vauban_portal::Portal;
use vauban_signin::{
    Settings, SignIn,
    provider::{Desk, router},
};

use crate::{
    commands::people::{
        models, provider,
        settings::{self, cannot},
    },
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
    let home = if portal.is_some() { "/" } else { "/mine" };
    let settings = Settings { home, ..settings::of(table, tools.reach(), place)? };
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
