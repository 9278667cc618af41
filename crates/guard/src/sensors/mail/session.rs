//! One connection of the mail server, as a state machine: commands in, steps out.

use vauban_protocol::milter::{Command, CommandError, Family, Negotiation, NegotiationError, Reply};

use super::{answer::Changes, message::Message};

/// What to do after a command.
#[derive(Debug)]
pub(super) enum Step {
    /// Nothing.
    Nothing,
    /// Say this.
    Say(Vec<u8>),
    /// The message is whole: judge it and answer.
    Judge,
    /// The connection ends.
    Close,
}

/// Why a connection makes no sense any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionError {
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error(transparent)]
    Negotiation(#[from] NegotiationError),
    #[error("a command before the negotiation")]
    TooEarly,
}

/// A connection.
#[derive(Debug, Default)]
pub(super) struct Session {
    negotiation: Option<Negotiation>,
    pub(super) message: Message,
    /// The most of one message that is held.
    most: usize,
}

impl Session {
    pub(super) fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// What the mail server lets a filter change.
    pub(super) fn changes(&self) -> Changes {
        self.negotiation.map(Changes::from).unwrap_or_default()
    }

    /// Takes one frame.
    pub(super) fn take(&mut self, code: u8, data: &[u8]) -> Result<Step, SessionError> {
        let command = Command::parse(code, data)?;
        if let Command::Negotiate { version, actions, steps } = command {
            let agreed = Negotiation::answer(version, actions, steps)?;
            self.negotiation = Some(agreed);
            return Ok(Step::Say(agreed.to_bytes()));
        }
        let Some(agreed) = self.negotiation else { return Err(SessionError::TooEarly) };
        let message = &mut self.message;
        match command {
            Command::Macros(_, values) => macros(message, values),
            Command::Connect(_, family) => {
                *message = Message::default();
                if let Family::Inet(address) = family {
                    message.client = Some(address);
                }
            }
            Command::Helo(name) => message.helo = String::from_utf8_lossy(name).into_owned(),
            Command::Mail(sender) => {
                message.clear();
                message.sender(sender);
            }
            Command::Recipient(address) => message.recipient(address),
            Command::Header(name, value) => message.header(name, value, self.most),
            Command::EndOfHeader => message.end_of_header(),
            Command::Body(piece) => message.body(piece, self.most),
            Command::EndOfBody(piece) => {
                message.body(piece, self.most);
                return Ok(Step::Judge);
            }
            Command::Abort => message.clear(),
            Command::NextClient => *message = Message::default(),
            Command::Quit => return Ok(Step::Close),
            Command::Data | Command::UnknownSmtp | Command::Negotiate { .. } => {}
        }
        Ok(if agreed.wants_reply(code) { Step::Say(Reply::Continue.to_bytes()) } else { Step::Nothing })
    }
}

fn macros(message: &mut Message, values: &[u8]) {
    for (name, value) in Command::macros(values) {
        match name {
            b"{auth_authen}" => message.is_signed_in = !value.is_empty(),
            b"i" | b"{i}" => message.queue_id = String::from_utf8_lossy(value).into_owned(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed() -> Session {
        let mut session = Session::new(1000);
        let offer: Vec<u8> = [6_u32, 0x1ff, 0x001f_ffff].iter().flat_map(|number| number.to_be_bytes()).collect();
        assert!(matches!(session.take(b'O', &offer), Ok(Step::Say(_))));
        session
    }

    #[test]
    fn a_message_is_taken_and_the_next_begins_anew() {
        let mut session = agreed();
        for (code, data) in [
            (b'C', &b"x\x004\0\x19192.0.2.1\0"[..]),
            (b'H', b"mail.b.example\0"),
            (b'D', b"Mi\x004F1\0{auth_authen}\0\0"),
            (b'M', b"<a@b.example>\0"),
            (b'R', b"<c@d.example>\0"),
            (b'L', b"Subject\0 one\0"),
            (b'N', b""),
            (b'B', b"hello\r\n"),
        ] {
            assert!(matches!(session.take(code, data), Ok(Step::Nothing)), "{code}");
        }
        assert!(matches!(session.take(b'E', b""), Ok(Step::Judge)));
        assert_eq!(session.message.bytes, b"Subject: one\r\n\r\nhello\r\n");
        assert_eq!(session.message.client, Some("192.0.2.1".parse().unwrap()));
        assert!(!session.message.is_signed_in);
        session.take(b'M', b"<z@b.example>\0").unwrap();
        assert!(session.message.bytes.is_empty() && session.message.recipients.is_empty());
        assert_eq!(session.message.helo, "mail.b.example");
        assert!(matches!(session.take(b'Q', b""), Ok(Step::Close)));
    }

    #[test]
    fn nothing_is_said_before_it_was_agreed_on() {
        assert!(matches!(Session::new(10).take(b'M', b"<a@b.example>\0"), Err(SessionError::TooEarly)));
    }
}
