//! Who asks, in which language, with what: everything a page needs to be rendered.

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{Method, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::Timestamp;
use vauban_model::{Lang, Text};
pub(crate) use vauban_signin::{LANGUAGE, cookie, language};

use crate::{
    door::{Door, House, Out, Way},
    page::unbound,
};

/// Somebody who is in.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// Under which name.
    pub(crate) who: String,
    /// In which language.
    pub(crate) lang: Lang,
    /// The page that is asked for, for the way back from another language.
    pub(crate) path: String,
    /// When.
    pub(crate) now: Timestamp,
    /// In which pages.
    pub(crate) house: &'static House,
}

impl Visitor {
    /// One of two texts.
    pub(crate) const fn say(&self, fr: &'static str, en: &'static str) -> &'static str {
        match self.lang {
            Lang::Fr => fr,
            Lang::En => en,
        }
    }

    /// One of two texts that were put together.
    pub(crate) fn tell<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.lang)
    }
}

impl<S> FromRequestParts<S> for Visitor
where
    S: Send + Sync,
    Door: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let door = Door::from_ref(state);
        let changes = parts.method != Method::GET && parts.method != Method::HEAD;
        let lang = language(&parts.headers, door.lang);
        let who = door.who(&parts.headers, changes).map_err(|out| away(&door, out, lang, parts))?;
        Ok(Self { who, lang, path: parts.uri.path().to_owned(), now: (door.now)(), house: door.house })
    }
}

/// Where those are sent who are not let in.
fn away(door: &Door, out: Out, lang: Lang, parts: &Parts) -> Response {
    match (&door.way, out) {
        (Way::Link(_), _) => Redirect::to("/closed").into_response(),
        (Way::SignedIn(site), Out::Nobody) => vauban_signin::away(site, parts),
        (Way::SignedIn(_), Out::Member) => Redirect::to("/mine").into_response(),
        (Way::SignedIn(_), Out::Unbound) => unbound(lang),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn cookies_and_languages_are_read() {
        let map = headers(&[("cookie", "a=b; vauban=xyz;c=d")]);
        assert_eq!(cookie(&map, "vauban"), Some("xyz"));
        assert_eq!(cookie(&map, "vaub"), None);
        assert_eq!(language(&headers(&[("accept-language", "de, fr-CA;q=0.8, en;q=0.9")]), Lang::En), Lang::Fr);
        assert_eq!(language(&headers(&[("accept-language", "fr"), ("cookie", "vauban-lang=en")]), Lang::Fr), Lang::En);
        assert_eq!(language(&headers(&[]), Lang::Fr), Lang::Fr);
    }
}
