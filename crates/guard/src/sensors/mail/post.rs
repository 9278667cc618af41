//! Handing mail over: SMTP to the one door past the filter that the configuration names.

use std::time::Duration;

use lettre::{
    Transport as _,
    address::{Address, Envelope},
    transport::smtp::{SmtpTransport, extension::ClientId},
};

/// How long the door may take for one message.
const PATIENCE: Duration = Duration::from_secs(30);

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
    #[error("{0:?} is no address")]
    Address(String),
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
        let from = if sender.is_empty() { None } else { Some(address(sender)?) };
        let to = recipients.iter().map(|text| address(text)).collect::<Result<Vec<_>, _>>()?;
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

/// An address as the mail server named it: what it took is taken back to it, also where the syntax is another's
/// (`a..b@docomo.example`). What could end the command and begin another is no address.
fn address(text: &str) -> Result<Address, PostError> {
    let wrong = || PostError::Address(text.to_owned());
    let (local, domain) = text.rsplit_once('@').ok_or_else(wrong)?;
    let ends = |c: char| c.is_control() || matches!(c, '<' | '>') || (c.is_whitespace() && !local.starts_with('"'));
    if local.is_empty() || domain.is_empty() || text.len() > 320 || text.contains(ends) {
        return Err(wrong());
    }
    Ok(text.parse().unwrap_or_else(|_| Address::new_dangerous(local, domain)))
}

impl PostError {
    /// Whether it is of no use to try again.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Place(_) => false,
            Self::Address(_) | Self::Nobody => true,
            Self::Refused(_, error) => error.is_permanent(),
        }
    }

    /// The word for it in logs, which hold no address.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Place(_) => "no place".to_owned(),
            Self::Address(_) => "an address is not one".to_owned(),
            Self::Nobody => "no recipient".to_owned(),
            Self::Refused(_, error) => error.status().map_or_else(|| "no answer".to_owned(), |code| code.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_servers_take_are_taken_and_commands_are_not() {
        for good in ["a@b.example", "a..b@docomo.example", "\"a b\"@c.example", "é@b.example"] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "@b.example", "a@b.example>\r\nRCPT TO:<x@y.example", "a b@c.example", "a@b.example\0"] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
