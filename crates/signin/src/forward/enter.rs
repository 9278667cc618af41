//! Back at the tool: a ticket becomes a pass, in the browser that set out.

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::html;
use serde::Deserialize;
use vauban_model::Text;
use vauban_people::{BrowserToken, Doorway, Pass, TicketToken};

use super::{
    start::At,
    tools::{Tool, path_or_root},
};
use crate::{
    SignIn,
    cookie::{self, Cookies},
    failed::Failed,
    pages::plain,
    visit::language,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ticket {
    ticket: String,
    to: String,
}

pub(super) async fn enter(
    State(site): State<SignIn>,
    At(tool): At,
    headers: HeaderMap,
    Query(shown): Query<Ticket>,
) -> Response {
    let cookies = Cookies::of(tool.origin());
    match changed(&site, &tool, &shown.ticket, cookie::value(&headers, cookies.way)) {
        Ok(pass) => {
            let seconds = pass.until.duration_since(site.now()).as_secs();
            let kept = cookies.keep_across(cookies.pass, &pass.token.text(), seconds);
            let gone = cookies.keep_across(cookies.way, "", 0);
            let mut answer = Redirect::to(&path_or_root(&shown.to)).into_response();
            for cookie in [kept, gone].into_iter().flatten() {
                answer.headers_mut().append(header::SET_COOKIE, cookie);
            }
            answer
        }
        Err(failed) => lost(&site, &headers, &failed),
    }
}

fn changed(site: &SignIn, tool: &Tool, ticket: &str, mark: Option<&str>) -> Result<Pass, Failed> {
    let ticket: TicketToken = ticket.parse()?;
    let mark: BrowserToken = mark.unwrap_or_default().parse()?;
    let at = Doorway { host: tool.host(), browser: mark.hash() };
    Ok(site.people().enter(&ticket.hash(), &at, &mut site.rng()?, site.now())?)
}

/// Whoever presses "back", or was sent a ticket by somebody, begins again at the tool.
fn lost(site: &SignIn, headers: &HeaderMap, failed: &Failed) -> Response {
    let lang = language(headers, site.settings().lang);
    let title = Text::new("Ce passage ne vaut plus", "This way in is over");
    let again = Text::new("Recommencer", "Begin again");
    let content = html! { p { (failed.text().get(lang)) } p { a href="/" { (again.get(lang)) } } };
    (StatusCode::FORBIDDEN, plain(site, lang, title.get(lang), &content)).into_response()
}
