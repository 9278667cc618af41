//! What a party asks of a hub, and what comes back.

use std::io::Read;

use vauban_release::Words;

/// An answer: its body is read as far as its reader wants.
pub struct Reply {
    /// The status of HTTP (RFC 9110, section 15).
    pub status: u16,
    /// The validator of what came, to be shown next time (RFC 9110, section 8.8.3).
    pub etag: Option<String>,
    /// For how many seconds the hub wants to be left alone (RFC 9110, section 10.2.3).
    pub retry_after: Option<u64>,
    /// The body.
    pub body: Box<dyn Read>,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Reply({})", self.status)
    }
}

/// A connection to one hub with one credential. Paths begin with `/hub/v1/`.
pub trait Door {
    /// Asks for something, unless it is still what `etag` says.
    ///
    /// # Errors
    /// Only when there is no answer; a status is an answer.
    fn get(&self, path: &str, etag: Option<&str>) -> Result<Reply, DoorError>;

    /// Puts something in its place.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn put(&self, path: &str, body: &[u8]) -> Result<Reply, DoorError>;

    /// Sends something.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn post(&self, path: &str, body: &[u8]) -> Result<Reply, DoorError>;
}

/// Why the hub did not give what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// Neither `https://` nor `http://` to this machine.
    #[error("{0} is no https address")]
    Address(String),
    /// It sends elsewhere, and only the named address is dialled.
    #[error("the hub sends elsewhere; the credential is not shown there")]
    Redirected,
    /// The credential counts no more, or not for this (401, 403, 404).
    #[error("the hub does not know this credential, or not for this (status {0})")]
    Refused(u16),
    /// The hub wants to be left alone for a while (429, 503).
    #[error("the hub asks to come back later (status {status})")]
    Later {
        /// Which status.
        status: u16,
        /// After so many seconds, if it said.
        seconds: Option<u64>,
    },
    /// Another status.
    #[error("the hub answered with status {0}")]
    Status(u16),
    /// No answer, or one that broke off.
    #[error("the hub cannot be reached: {0}")]
    Failed(String),
    /// An answer longer than such an answer can be.
    #[error("the hub's answer is longer than {0} bytes")]
    Long(u64),
    /// An answer of another form.
    #[error("the hub's answer is not what it should be: {0}")]
    Form(String),
}

impl DoorError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Address(_) => Words::new(
                "L'adresse de l'agence doit commencer par https://. Vérifiez-la.",
                "The agency's address must begin with https://. Check it.",
            ),
            Self::Redirected => Words::new(
                "Le serveur de l'agence renvoie vers une autre adresse, qui n'a pas été appelée. Demandez la bonne adresse à l'agence.",
                "The agency's server sends to another address, which was not called. Ask the agency for the right address.",
            ),
            Self::Refused(_) => Words::new(
                "Le serveur de l'agence ne reconnaît pas cet accès. Appelez l'agence ; un nouveau code sera peut-être nécessaire.",
                "The agency's server does not know this access. Call the agency; a new code may be needed.",
            ),
            Self::Later { .. } => Words::new(
                "Le serveur de l'agence est occupé. Vauban réessaiera de lui-même.",
                "The agency's server is busy. Vauban tries again by itself.",
            ),
            Self::Status(_) | Self::Failed(_) => Words::new(
                "Le serveur de l'agence ne répond pas. Vauban réessaiera ; vérifiez la connexion.",
                "The agency's server does not answer. Vauban tries again; check the connection.",
            ),
            Self::Long(_) | Self::Form(_) => Words::new(
                "La réponse du serveur n'est pas celle d'une agence : rien n'en a été utilisé. Vérifiez l'adresse.",
                "The server's answer is not an agency's, and nothing of it was used. Check the address.",
            ),
        }
    }
}

/// The reply, if its status says that it is what was asked for.
pub(crate) fn success(reply: Reply) -> Result<Reply, DoorError> {
    match reply.status {
        200..=299 => Ok(reply),
        300..=303 | 307..=308 => Err(DoorError::Redirected),
        status @ (401 | 403 | 404) => Err(DoorError::Refused(status)),
        status @ (429 | 503) => Err(DoorError::Later { status, seconds: reply.retry_after }),
        status => Err(DoorError::Status(status)),
    }
}

/// The whole body, if it has at most `limit` bytes.
pub(crate) fn read_all(reply: Reply, limit: u64) -> Result<Vec<u8>, DoorError> {
    let mut bytes = Vec::new();
    let read = reply.body.take(limit.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| DoorError::Failed(error.to_string()))?;
    if bytes.len() as u64 > limit { Err(DoorError::Long(limit)) } else { Ok(bytes) }
}
