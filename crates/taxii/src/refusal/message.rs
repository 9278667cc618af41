//! The error message (section 3.6.1).

use serde::Serialize;

use super::Refusal;
use crate::answer::Response;

#[derive(Serialize)]
struct Message<'m> {
    title: &'m str,
    description: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_id: Option<&'m str>,
    error_code: &'m str,
    http_status: String,
    details: Details<'m>,
}

/// The words in the other language. TAXII negotiates none.
#[derive(Serialize)]
struct Details<'m> {
    fr: &'m str,
}

impl Refusal {
    /// The response. `error_id` is what the server's own log calls this one error, when it logs it.
    #[must_use]
    pub fn response(&self, error_id: Option<&str>) -> Response {
        let words = self.words();
        let message = Message {
            title: self.title(),
            description: &words.en,
            error_id,
            error_code: self.code(),
            http_status: self.status().to_string(),
            details: Details { fr: &words.fr },
        };
        let mut response = Response::json(self.status(), &message);
        match self {
            Self::Unauthenticated(challenge) => response.headers.push(("WWW-Authenticate", challenge.clone())),
            Self::Method(methods) => response.headers.push(("Allow", (*methods).to_owned())),
            Self::Unavailable => response.headers.push(("Retry-After", "60".to_owned())),
            _ => {}
        }
        response
    }
}
