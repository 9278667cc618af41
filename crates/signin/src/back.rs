//! Where somebody was going when they were sent to sign in: a path of ours, and nothing else. It comes back from a browser, so that it
//! is looked at each time.

use std::fmt;

use axum::http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::provider::CONTINUE;

/// A path with its query, at most.
const LONGEST: usize = 4_096;
/// What stays as it is in a query's value (RFC 3986, section 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path of one origin, with its query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Back(String);

impl Back {
    /// A path, if it is one: browsers take `//evil.example`, `/\evil.example` and what has tabs in it for other places.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let is_path = text.starts_with('/') && !text.starts_with("//");
        (is_plain && is_path && text.len() <= LONGEST).then(|| Self(text.to_owned()))
    }

    /// As a page has it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of a request.
    pub(crate) fn of(uri: &Uri) -> Option<Self> {
        Self::new(uri.path_and_query()?.as_str())
    }

    /// Whether it leads on to a tool, which may ask for a key to be touched again, whoever is in.
    pub(crate) fn is_onward(&self) -> bool {
        self.0.split_once('?').is_some_and(|(path, _)| path == CONTINUE)
    }

    /// As the value in a query.
    pub(crate) fn encoded(&self) -> String {
        encoded(&self.0)
    }
}

impl fmt::Display for Back {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A text as the value in a query.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_back_leads_to_no_other_place() {
        for own in ["/", "/mine", "/requests/1?a=b&c=%2F%2F", "/a//b", "/@evil.example"] {
            assert_eq!(Back::new(own).map(|back| back.to_string()).as_deref(), Some(own));
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        let tricks = [
            "",
            "mine",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/a\r\nSet-Cookie: b=c",
            " /mine",
            "/\u{e9}",
            &long,
        ];
        for trick in tricks {
            assert_eq!(Back::new(trick), None, "{trick:?}");
        }
    }

    #[test]
    fn a_way_back_is_one_value_of_a_query() {
        assert_eq!(Back::new("/a?b=c&d=é").map(|back| back.encoded()), None);
        assert_eq!(Back::new("/a-b?c=%26&d").unwrap().encoded(), "%2Fa-b%3Fc%3D%2526%26d");
    }
}
