//! A response of HTTP as values.

use serde::Serialize;

use crate::media::TAXII;

/// What goes back. For HEAD whoever sends it leaves the body out, and keeps its length in `Content-Length`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Names and values. `Content-Length` is for whoever sends it.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    pub(crate) fn new(status: u16, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("Content-Type", TAXII.to_owned())], body }
    }

    pub(crate) fn json(status: u16, resource: &impl Serialize) -> Self {
        let body =
            serde_json::to_vec(resource).expect("a resource has only names that are texts, and no number that is none");
        Self::new(status, body)
    }

    /// The value of a header, by the name that this crate writes it with.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
