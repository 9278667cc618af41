//! What a proxy asks for each request: who is this, and may they? Everything that is not a clear yes is a no.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use jiff::Timestamp;
use maud::html;
use vauban_model::Text;
use vauban_people::{Admitted, PassHash, PassToken, Refusal};

use super::asked::Asked;
use crate::{
    SignIn,
    back::encoded,
    cookie::{self, Cookies},
    failed::Failed,
    pages::plain,
    visit::language,
};

/// Who it is, for the tool: the person's id, which never changes.
const USER: HeaderName = HeaderName::from_static("remote-user");
/// The person's name, in UTF-8.
const NAME: HeaderName = HeaderName::from_static("remote-name");
/// The person's groups, with commas between them.
const GROUPS: HeaderName = HeaderName::from_static("remote-groups");

/// For Caddy and Traefik, which hand our answer to the browser: it is sent on its way.
pub(super) async fn judge(State(site): State<SignIn>, asked: Asked, headers: HeaderMap) -> Response {
    judged(&site, &asked, &headers, StatusCode::FOUND)
}

/// For nginx, to which everything but 2xx, 401 and 403 is an error: its configuration sends the browser where `Location` says.
pub(super) async fn judge_quietly(State(site): State<SignIn>, asked: Asked, headers: HeaderMap) -> Response {
    judged(&site, &asked, &headers, StatusCode::UNAUTHORIZED)
}

fn judged(site: &SignIn, asked: &Asked, headers: &HeaderMap, away: StatusCode) -> Response {
    let now = site.now();
    let admitted = match shown(headers, asked).map(|pass| site.people().admitted(&pass, asked.tool.host(), now)) {
        Some(Ok(admitted)) => admitted,
        Some(Err(error)) => return Failed::from(error).response(),
        None => None,
    };
    match admitted {
        Some(admitted) if !(asked.is_navigation && is_half_over(&admitted, now)) => {
            match site.settings().reach.may(&admitted.groups, asked.tool.host(), now) {
                Ok(()) => welcome(&admitted),
                Err(why) => closed(site, headers, &why),
            }
        }
        _ if asked.is_navigation => {
            let to = asked.tool.at(&format!("/.vauban/start?to={}", encoded(&asked.path)));
            (away, [(header::LOCATION, to)]).into_response()
        }
        _ => Failed::from(Refusal::NoSession).response(),
    }
}

/// The pass that is shown. One that cannot be read is none.
fn shown(headers: &HeaderMap, asked: &Asked) -> Option<PassHash> {
    let name = Cookies::of(asked.tool.origin()).pass;
    let token: PassToken = cookie::value(headers, name)?.parse().ok()?;
    Some(token.hash())
}

/// Whoever goes to another page after half its time gets a new one on the way, so that nobody is interrupted at work.
fn is_half_over(admitted: &Admitted, now: Timestamp) -> bool {
    now.duration_since(admitted.made) > admitted.until.duration_since(now)
}

fn welcome(admitted: &Admitted) -> Response {
    // A name with a comma would be two; whoever has it has one group less.
    let groups: Vec<&str> =
        admitted.groups.iter().map(|group| group.as_str()).filter(|name| !name.contains(',')).collect();
    let said = [(USER, admitted.person.to_string()), (NAME, admitted.name.to_string()), (GROUPS, groups.join(","))];
    let mut answer = StatusCode::OK.into_response();
    for (name, value) in said {
        match HeaderValue::from_bytes(value.as_bytes()) {
            Ok(value) => answer.headers_mut().insert(name, value),
            Err(_) => return Failed::Ours.response(),
        };
    }
    answer
}

/// The policy's no, as a page.
pub(super) fn closed(site: &SignIn, headers: &HeaderMap, why: &Text) -> Response {
    let lang = language(headers, site.settings().lang);
    let title = Text::new("Pas d'accès à cet outil", "No access to this tool");
    let help = Text::new("Un administrateur peut dire pourquoi.", "An administrator can say why.");
    let content = html! { p { (why.get(lang)) } p { (help.get(lang)) } };
    (StatusCode::FORBIDDEN, plain(site, lang, title.get(lang), &content)).into_response()
}
