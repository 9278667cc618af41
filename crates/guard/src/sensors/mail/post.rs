//! Handing mail over: SMTP to the one door past the filter that the configuration names.

use std::time::Duration;

use lettre::{
    Transport as _,
    address::{Address, Envelope},
    transport::smtp::{SmtpTransport, extension::ClientId},
};

/// How long the door may take for one message.
const PATIENCE: Duration = Duration::from_secs(60);

/// The door past the filter.
#[derive(Debug, Clone)]
pub struct Post {
    place: String,
}

/// Why a message was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The configuration names no place.
    #[error("{0:?} is no address with its port")]
    Place(String),
    /// An address that no mail server takes.
    #[error("{0}: {1}")]
    Address(String, lettre::address::AddressError),
    /// Nobody to hand it to.
    #[error("no recipient")]
    Nobody,
    /// The server refuses, or is not there.
    #[error("the mail server behind {0} does not take it: {1}")]
    Refused(String, lettre::transport::smtp::Error),
}

impl Post {
    /// A door at this place: `127.0.0.1:10026`.
    #[must_use]
    pub fn new(place: &str) -> Self {
        Self { place: place.to_owned() }
    }

    /// Hands a message over, byte by byte as it is. An empty sender is a bounce's. Blocks until the server answers.
    ///
    /// # Errors
    /// When the server did not take it for all recipients: then none of them is promised it.
    pub fn hand_over(&self, sender: &str, recipients: &[String], message: &[u8]) -> Result<(), PostError> {
        let (host, port) = self
            .place
            .rsplit_once(':')
            .and_then(|(host, port)| Some((host.trim_matches(['[', ']']), port.parse().ok()?)))
            .ok_or_else(|| PostError::Place(self.place.clone()))?;
        let address = |text: &String| text.parse::<Address>().map_err(|error| PostError::Address(text.clone(), error));
        let from = if sender.is_empty() { None } else { Some(address(&sender.to_owned())?) };
        let to = recipients.iter().map(address).collect::<Result<Vec<_>, _>>()?;
        let envelope = Envelope::new(from, to).map_err(|_| PostError::Nobody)?;
        let transport = SmtpTransport::builder_dangerous(host)
            .port(port)
            .timeout(Some(PATIENCE))
            .hello_name(ClientId::Domain("vauban.invalid".to_owned()))
            .build();
        // The client ends the message itself: what is given twice would be a line more than arrived.
        let message = message.strip_suffix(b"\r\n").unwrap_or(message);
        transport.send_raw(&envelope, message).map_err(|error| PostError::Refused(self.place.clone(), error))?;
        Ok(())
    }
}
