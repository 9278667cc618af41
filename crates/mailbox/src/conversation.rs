//! Commands and what the server says to them. Bytes in, responses out, with an end to everything: a server that talks
//! without end, or never ends a line, is left.

use std::io;

use imap_codec::{
    AuthenticateDataCodec, CommandCodec, GreetingCodec, ResponseCodec,
    decode::Decoder as _,
    encode::{Encoder as _, Fragment},
    imap_types::{
        auth::AuthenticateData,
        command::{Command, CommandBody},
        response::{Code, Data, GreetingKind, Response, Status},
    },
};
use vauban_model::printable;

use crate::MailboxError;

/// Bytes to and from a server.
pub(crate) trait Wire {
    /// Some more of what the server says; nothing when it hung up.
    ///
    /// # Errors
    /// When the connection broke, time is up, or somebody asked for the end.
    fn receive(&mut self, buffer: &mut [u8]) -> Result<usize, MailboxError>;

    /// Says something.
    ///
    /// # Errors
    /// When the connection broke.
    fn send(&mut self, bytes: &[u8]) -> Result<(), MailboxError>;

    /// A new answer is awaited, to a new command or to the same: the time for it begins.
    fn begin(&mut self, new_command: bool);

    /// Who it is, for people.
    fn server(&self) -> &str;
}

/// The longest response: a piece of a message, and what stands around it.
const LONGEST: usize = 4 << 20;
/// Responses to one command: a mailbox has fewer messages.
const MOST: u32 = 4_000_000;
/// What is shown of what a server says.
const SHOWN: usize = 200;

/// What a command makes of each response. It may answer a question.
pub(crate) type Heard<'h> = dyn FnMut(Response<'_>) -> Result<Option<AuthenticateData>, MailboxError> + 'h;

pub(crate) struct Conversation<W> {
    pub(crate) wire: W,
    buffer: Vec<u8>,
    tags: u32,
}

impl<W: Wire> Conversation<W> {
    /// Begins: hears the greeting, and what the server can do where it says so at once. Whether the user is signed in
    /// already.
    pub(crate) fn begin(wire: W) -> Result<(Self, bool), MailboxError> {
        let mut conversation = Self { wire, buffer: Vec::new(), tags: 0 };
        let said = conversation.response()?;
        let (_, greeting) = GreetingCodec::default().decode(&said).map_err(|_| conversation.not_imap())?;
        match greeting.kind {
            GreetingKind::Ok => Ok((conversation, false)),
            GreetingKind::PreAuth => Ok((conversation, true)),
            GreetingKind::Bye => Err(MailboxError::Bye(shown(greeting.text.inner()))),
        }
    }

    /// What the server can do, in capitals.
    pub(crate) fn capabilities(&mut self) -> Result<Vec<String>, MailboxError> {
        let mut all: Vec<String> = Vec::new();
        self.command(CommandBody::Capability, "a list of what it can do", &mut |said| {
            if let Response::Data(Data::Capability(some)) = said {
                all = some.into_iter().map(|one| one.to_string().to_ascii_uppercase()).collect();
            }
            Ok(None)
        })?;
        Ok(all)
    }

    /// Gives a command and hears everything until it is done. `what` it is, for people.
    pub(crate) fn command(
        &mut self,
        body: CommandBody<'_>,
        what: &'static str,
        heard: &mut Heard<'_>,
    ) -> Result<(), MailboxError> {
        self.wire.begin(true);
        self.tags = self.tags.wrapping_add(1);
        let tag = format!("V{}", self.tags);
        let command = Command::new(tag.as_str(), body).map_err(|_| MailboxError::NoMechanism("such a name"))?;
        for fragment in CommandCodec::default().encode(&command) {
            match fragment {
                Fragment::Line { data } => self.wire.send(&data)?,
                Fragment::Literal { data, .. } => {
                    // It must be asked for first.
                    self.until(&tag, what, &mut |said| {
                        Ok(matches!(said, Response::CommandContinuationRequest(_)).then_some(Step::GoOn))
                    })?;
                    self.wire.send(&data)?;
                }
            }
        }
        self.until(&tag, what, &mut |said| {
            Ok(heard(said)?.map(|answer| {
                let fragments = AuthenticateDataCodec::default().encode(&answer);
                Step::Say(fragments.dump())
            }))
        })
    }

    fn until(
        &mut self,
        tag: &str,
        what: &'static str,
        heard: &mut dyn FnMut(Response<'_>) -> Result<Option<Step>, MailboxError>,
    ) -> Result<(), MailboxError> {
        for _ in 0..MOST {
            let said = self.response()?;
            let response = match ResponseCodec::default().decode(&said) {
                Ok((_, response)) => response,
                // Servers tell of extensions that nobody asked for.
                Err(_) if may_be_passed_over(&said) => continue,
                Err(_) => return Err(self.not_imap()),
            };
            match &response {
                Response::Status(Status::Bye { text, .. }) => return Err(MailboxError::Bye(shown(text.inner()))),
                Response::Status(Status::Ok { tag: Some(done), .. }) if done.inner() == tag => return Ok(()),
                Response::Status(
                    Status::No { tag: Some(done), text, .. } | Status::Bad { tag: Some(done), text, .. },
                ) if done.inner() == tag => {
                    return Err(MailboxError::Refused { what, said: shown(text.inner()) });
                }
                Response::Status(
                    Status::Ok { tag: Some(_), .. }
                    | Status::No { tag: Some(_), .. }
                    | Status::Bad { tag: Some(_), .. },
                ) => return Err(self.not_imap()),
                _ => {}
            }
            match heard(response)? {
                None => {}
                Some(Step::Say(bytes)) => self.wire.send(&bytes)?,
                Some(Step::GoOn) => return Ok(()),
            }
        }
        Err(MailboxError::TooMuch(self.wire.server().to_owned()))
    }

    /// The bytes of the next response: a line, and the literals in it.
    fn response(&mut self) -> Result<Vec<u8>, MailboxError> {
        self.wire.begin(false);
        let mut begun = 0;
        loop {
            match line_end(&self.buffer, begun) {
                Some(end) => match literal(self.buffer.get(begun..end).unwrap_or_default()) {
                    Some(length) => {
                        begun = end.saturating_add(length);
                        if begun > LONGEST {
                            return Err(MailboxError::TooMuch(self.wire.server().to_owned()));
                        }
                        while self.buffer.len() < begun {
                            self.more()?;
                        }
                    }
                    None => {
                        let rest = self.buffer.split_off(end);
                        return Ok(std::mem::replace(&mut self.buffer, rest));
                    }
                },
                None => self.more()?,
            }
        }
    }

    fn more(&mut self) -> Result<(), MailboxError> {
        if self.buffer.len() > LONGEST {
            return Err(MailboxError::TooMuch(self.wire.server().to_owned()));
        }
        let mut some = [0; 16 << 10];
        match self.wire.receive(&mut some)? {
            0 => Err(MailboxError::Io {
                server: self.wire.server().to_owned(),
                source: io::Error::from(io::ErrorKind::UnexpectedEof),
            }),
            count => {
                self.buffer.extend_from_slice(some.get(..count).unwrap_or_default());
                Ok(())
            }
        }
    }

    pub(crate) fn not_imap(&self) -> MailboxError {
        MailboxError::NotImap(self.wire.server().to_owned())
    }
}

/// What follows on a response.
enum Step {
    Say(Vec<u8>),
    GoOn,
}

/// Where the line that begins there ends.
fn line_end(bytes: &[u8], begun: usize) -> Option<usize> {
    let rest = bytes.get(begun..)?;
    rest.iter().position(|byte| *byte == b'\n').map(|at| begun + at + 1)
}

/// The length of the literal that follows on a line.
fn literal(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"\r\n").or_else(|| line.strip_suffix(b"\n"))?.strip_suffix(b"}")?;
    let digits = line.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (before, digits) = line.split_at(line.len() - digits);
    if !before.ends_with(b"{") || digits.is_empty() {
        return None;
    }
    // One that is too long for a number is too long for anything.
    Some(std::str::from_utf8(digits).ok()?.parse().unwrap_or(usize::MAX))
}

/// Whether something that is not understood can be left out without missing a message, a mailbox or an end.
fn may_be_passed_over(said: &[u8]) -> bool {
    let word = |number: usize| said.split(|byte| byte.is_ascii_whitespace()).nth(number).unwrap_or_default();
    word(0) == b"*" && !word(1).eq_ignore_ascii_case(b"LIST") && !word(2).eq_ignore_ascii_case(b"FETCH")
}

/// What the validity of a mailbox is, where the response says so.
pub(crate) fn validity(response: &Response<'_>) -> Option<u32> {
    match response {
        Response::Status(Status::Ok { code: Some(Code::UidValidity(validity)), .. }) => Some(validity.get()),
        _ => None,
    }
}

/// A server's words, as far as they are shown: they are a stranger's.
fn shown(text: &str) -> String {
    printable(text).chars().take(SHOWN).collect()
}
