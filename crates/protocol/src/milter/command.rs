//! What a mail server says.

use std::net::IpAddr;

/// Why a command could not be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No such command.
    #[error("unknown command {0:?}")]
    Unknown(char),
    /// Its data are not what they must be.
    #[error("malformed {0}")]
    Malformed(&'static str),
}

/// From where the client came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Over the network.
    Inet(IpAddr),
    /// From this machine.
    Local,
    /// The mail server does not say.
    Unknown,
}

/// One command. Texts are as they came: bytes of any charset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command<'c> {
    /// `SMFIC_OPTNEG`: what the mail server can do.
    Negotiate {
        /// Its version of the protocol.
        version: u32,
        /// What it lets filters change.
        actions: u32,
        /// Steps that may be left out.
        steps: u32,
    },
    /// `SMFIC_MACRO`: values that belong to the next command, as name and value, each ended by a zero.
    Macros(u8, &'c [u8]),
    /// `SMFIC_CONNECT`: a client came.
    Connect(&'c [u8], Family),
    /// `SMFIC_HELO`: what it calls itself.
    Helo(&'c [u8]),
    /// `SMFIC_MAIL`: the envelope's sender, in angle brackets.
    Mail(&'c [u8]),
    /// `SMFIC_RCPT`: a recipient, in angle brackets.
    Recipient(&'c [u8]),
    /// `SMFIC_DATA`: the message follows.
    Data,
    /// `SMFIC_HEADER`: a header field, its name and its value.
    Header(&'c [u8], &'c [u8]),
    /// `SMFIC_EOH`: the header ends.
    EndOfHeader,
    /// `SMFIC_BODY`: a piece of the body.
    Body(&'c [u8]),
    /// `SMFIC_BODYEOB`: the message ends, perhaps with a last piece; an answer is due.
    EndOfBody(&'c [u8]),
    /// `SMFIC_ABORT`: forget the message.
    Abort,
    /// `SMFIC_QUIT`: the connection ends.
    Quit,
    /// `SMFIC_QUIT_NC`: the next client comes over the same connection.
    NextClient,
    /// `SMFIC_UNKNOWN`: a command of SMTP that the mail server does not know.
    UnknownSmtp,
}

impl<'c> Command<'c> {
    /// Understands a frame.
    ///
    /// # Errors
    /// When it is no command of the protocol, or its data are malformed.
    pub fn parse(command: u8, data: &'c [u8]) -> Result<Self, CommandError> {
        Ok(match command {
            b'O' => {
                let numbers = data.as_chunks::<4>().0;
                let number = |at: usize| numbers.get(at).map(|bytes| u32::from_be_bytes(*bytes));
                match (number(0), number(1), number(2)) {
                    (Some(version), Some(actions), Some(steps)) => Self::Negotiate { version, actions, steps },
                    _ => return Err(CommandError::Malformed("negotiation")),
                }
            }
            b'D' => {
                let (of, values) = data.split_first().ok_or(CommandError::Malformed("macros"))?;
                Self::Macros(*of, values)
            }
            b'C' => connect(data)?,
            b'H' => Self::Helo(text(data).ok_or(CommandError::Malformed("helo"))?.0),
            b'M' => Self::Mail(text(data).ok_or(CommandError::Malformed("sender"))?.0),
            b'R' => Self::Recipient(text(data).ok_or(CommandError::Malformed("recipient"))?.0),
            b'T' => Self::Data,
            b'L' => {
                let (name, rest) = text(data).ok_or(CommandError::Malformed("header"))?;
                let (value, _) = text(rest).ok_or(CommandError::Malformed("header"))?;
                Self::Header(name, value)
            }
            b'N' => Self::EndOfHeader,
            b'B' => Self::Body(data),
            b'E' => Self::EndOfBody(data),
            b'A' => Self::Abort,
            b'Q' => Self::Quit,
            b'K' => Self::NextClient,
            b'U' => Self::UnknownSmtp,
            other => return Err(CommandError::Unknown(char::from(other))),
        })
    }

    /// Names and values of macros. What is malformed ends them.
    pub fn macros(mut values: &'c [u8]) -> impl Iterator<Item = (&'c [u8], &'c [u8])> {
        std::iter::from_fn(move || {
            let (name, rest) = text(values)?;
            let (value, rest) = text(rest)?;
            values = rest;
            Some((name, value))
        })
    }
}

/// A text that a zero ends, and what follows.
fn text(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = data.iter().position(|byte| *byte == 0)?;
    Some((data.get(..end)?, data.get(end + 1..)?))
}

fn connect(data: &[u8]) -> Result<Command<'_>, CommandError> {
    const MALFORMED: CommandError = CommandError::Malformed("connection");
    let (name, rest) = text(data).ok_or(MALFORMED)?;
    let (family, rest) = rest.split_first().ok_or(MALFORMED)?;
    let family = match family {
        b'4' | b'6' => {
            // Two bytes of port stand before the address.
            let (address, _) = rest.get(2..).and_then(text).ok_or(MALFORMED)?;
            let address = str::from_utf8(address).map_err(|_| MALFORMED)?;
            let address =
                address.get(..5).filter(|start| start.eq_ignore_ascii_case("IPv6:")).map_or(address, |_| &address[5..]);
            Family::Inet(address.parse().map_err(|_| MALFORMED)?)
        }
        b'L' => Family::Local,
        _ => Family::Unknown,
    };
    Ok(Command::Connect(name, family))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn commands_are_understood() {
        assert_eq!(
            Command::parse(b'O', &[0, 0, 0, 6, 0, 0, 1, 0xff, 0, 0x1f, 0xff, 0xff]),
            Ok(Command::Negotiate { version: 6, actions: 0x1ff, steps: 0x001f_ffff })
        );
        let client = Family::Inet("203.0.113.9".parse().unwrap());
        assert_eq!(
            Command::parse(b'C', b"mail.sender.example\x004\x04\xd2203.0.113.9\0"),
            Ok(Command::Connect(b"mail.sender.example", client))
        );
        let client = Family::Inet("2001:db8::1".parse().unwrap());
        assert_eq!(Command::parse(b'C', b"x\x006\x04\xd2IPv6:2001:db8::1\0"), Ok(Command::Connect(b"x", client)));
        assert_eq!(Command::parse(b'M', b"<a@b.example>\0SIZE=1\0"), Ok(Command::Mail(b"<a@b.example>")));
        assert_eq!(Command::parse(b'L', b"Subject\0 caf\xe9\0"), Ok(Command::Header(b"Subject", b" caf\xe9")));
        let macros: Vec<_> = Command::macros(b"i\x004F1\0{auth_authen}\0claire\0").collect();
        assert_eq!(macros, [(&b"i"[..], &b"4F1"[..]), (b"{auth_authen}", b"claire")]);
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for (command, data) in [
            (b'L', &b"Subject"[..]),
            (b'C', b"x\x004"),
            (b'C', b"x\x004\0\0not an address\0"),
            (b'O', b"\0"),
            (b'!', b""),
        ] {
            assert!(Command::parse(command, data).is_err(), "{command} {data:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(command: u8, data in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(Command::Macros(_, values)) = Command::parse(command, &data) {
                let _ = Command::macros(values).count();
            }
        }
    }
}
