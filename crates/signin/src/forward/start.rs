//! The way round: the tool marks the browser, and we see the session.

use axum::{
    extract::{FromRequestParts, Query, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use vauban_people::{BrowserHash, BrowserToken, Doorway};

use super::{
    judge::closed,
    tools::{Tool, path_or_root},
};
use crate::{SignIn, back::encoded, cookie::Cookies, failed::Failed, seat::Seat, single::only};

/// How long the way round may take, with signing in: seconds.
const WAY_SECONDS: i64 = 900;

/// The tool whose name a request comes by. Its proxy passes `/.vauban/` on to us with `Host` as it is.
#[derive(Debug)]
pub(super) struct At(pub(super) Tool);

impl FromRequestParts<SignIn> for At {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SignIn) -> Result<Self, Response> {
        let tool = only(&parts.headers, header::HOST).and_then(|host| site.tools().get(host)).cloned();
        tool.map(Self).ok_or_else(|| (StatusCode::FORBIDDEN, "no such tool\n").into_response())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct To {
    to: String,
}

/// At the tool: marks the browser, and sends it to us.
pub(super) async fn set_out(State(site): State<SignIn>, At(tool): At, Query(To { to }): Query<To>) -> Response {
    let Ok(mut rng) = site.rng() else { return Failed::Lost.response() };
    let mark = BrowserToken::random(&mut rng);
    let way = BASE64URL_NOPAD.encode(mark.hash().bytes());
    let to = path_or_root(&to);
    let location =
        format!("{}/forward/start?host={}&way={way}&to={}", site.origin(), encoded(tool.host()), encoded(&to));
    let cookies = Cookies::of(tool.origin());
    let mut answer = Redirect::to(&location).into_response();
    if let Some(cookie) = cookies.keep_across(cookies.way, &mark.text(), WAY_SECONDS) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

#[derive(Debug, Deserialize)]
pub(crate) struct Going {
    host: String,
    way: String,
    #[serde(default)]
    to: String,
}

/// Here: whoever has a session, and may go there, gets a ticket.
pub(crate) async fn go(
    State(site): State<SignIn>,
    seat: Seat,
    headers: HeaderMap,
    Query(going): Query<Going>,
) -> Response {
    let way = BASE64URL_NOPAD.decode(going.way.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    let (Some(tool), Some(way)) = (site.tools().get(&going.host), way) else {
        return (StatusCode::FORBIDDEN, "no such tool\n").into_response();
    };
    if let Err(why) = site.settings().reach.may(&seat.who.groups, tool.host(), site.now()) {
        return closed(&site, &headers, &why);
    }
    let to = Doorway { host: tool.host(), browser: BrowserHash::new(way) };
    let ticket = site
        .rng()
        .map_err(Failed::from)
        .and_then(|mut rng| site.people().ticket(&seat.session, &to, &mut rng, site.now()).map_err(Failed::from));
    match ticket {
        Ok(ticket) => {
            let path = path_or_root(&going.to);
            let enter = format!("/.vauban/enter?ticket={}&to={}", &*ticket.text(), encoded(&path));
            Redirect::to(&tool.at(&enter)).into_response()
        }
        Err(failed) => failed.response(),
    }
}
