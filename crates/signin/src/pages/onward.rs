//! A page that goes on by itself, to a place that we know: what follows is asked for by a page of ours, with the cookies of this host.

use axum::{
    http::HeaderValue,
    response::{IntoResponse as _, Response},
};
use maud::html;
use vauban_model::Lang;

use super::plain;
use crate::SignIn;

pub(crate) fn onward(site: &SignIn, lang: Lang, to: &str) -> Response {
    let (title, link) = match lang {
        Lang::Fr => ("Un instant", "Continuer"),
        Lang::En => ("One moment", "Go on"),
    };
    let mut answer = plain(site, lang, title, &html! { p { a href=(to) { (link) } } }).into_response();
    if let Ok(header) = HeaderValue::from_str(&format!("0; url={to}")) {
        answer.headers_mut().insert("refresh", header);
    }
    answer
}
