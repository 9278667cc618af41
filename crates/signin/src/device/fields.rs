//! The header fields of the draft, and how they are written (RFC 9651).

use axum::http::HeaderMap;

use crate::single;

/// From us: a browser may bind this session.
pub(super) const REGISTRATION: &str = "secure-session-registration";
/// From us: what is to be signed.
pub(super) const CHALLENGE: &str = "secure-session-challenge";
/// From a browser: what it signed.
pub(crate) const RESPONSE: &str = "secure-session-response";
/// From a browser: the session whose next cookie it asks for. Pages cannot write a field with this prefix.
pub(super) const SESSION: &str = "sec-secure-session-id";

/// The one value of a field. The draft has it in quotation marks, and Chromium writes it without; none of our values has a character that
/// quotation marks would change.
pub(super) fn only<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let value = single::only(headers, name)?.trim();
    Some(value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_the_same_in_quotation_marks_and_without() {
        let of = |values: &[&'static str]| {
            let headers: HeaderMap =
                values.iter().map(|value| (SESSION.parse().unwrap(), value.parse().unwrap())).collect();
            only(&headers, SESSION).map(str::to_owned)
        };
        assert_eq!(of(&["a-b"]), of(&["\"a-b\""]));
        assert_eq!(of(&["\""]).as_deref(), Some("\""));
        assert_eq!((of(&[]), of(&["a", "b"])), (None, None));
    }
}
