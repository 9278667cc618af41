//! Header fields that are there once: of two with one name one may be a client's own, and nobody can tell which.

use axum::http::{HeaderMap, header::AsHeaderName};

/// The one value of a field; none where it is missing, there twice or no text.
pub(crate) fn only(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    none_or_only(headers, name)?
}

/// The value of a field that may be missing; none at all where it is there twice or no text.
pub(crate) fn none_or_only(headers: &HeaderMap, name: impl AsHeaderName) -> Option<Option<&str>> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Some(None),
        (Some(value), None) => value.to_str().ok().map(Some),
        (Some(_), Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_twice_is_not_there() {
        let headers = |values: &[&[u8]]| {
            let one = |value: &&[u8]| ("host".parse().unwrap(), axum::http::HeaderValue::from_bytes(value).unwrap());
            values.iter().map(one).collect::<HeaderMap>()
        };
        assert_eq!(none_or_only(&headers(&[]), "host"), Some(None));
        assert_eq!(none_or_only(&headers(&[b"a"]), "host"), Some(Some("a")));
        assert_eq!(only(&headers(&[b"a"]), "host"), Some("a"));
        for bad in [&[b"a".as_slice(), b"a"][..], &[b"\xff"], &[b"a", b""]] {
            assert_eq!((only(&headers(bad), "host"), none_or_only(&headers(bad), "host")), (None, None), "{bad:?}");
        }
        assert_eq!(only(&headers(&[]), "host"), None);
    }
}
