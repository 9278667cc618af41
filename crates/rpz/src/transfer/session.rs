//! One conversation with a server, without sockets: a request, and what its messages come to (RFC 5936, RFC 1995, RFC 8945).

use std::{sync::Arc, time::Duration};

use domain::{
    base::{
        Message, MessageBuilder, Rtype,
        iana::{Class, Opcode, Rcode, TsigRcode},
    },
    rdata::tsig::{Time48, Tsig},
    tsig::{ClientSequence, ValidationError},
};

use super::{
    error::TransferError,
    take::{Taken, Taking},
};
use crate::{key::TsigKey, name::ZoneName, zone::Zone};

/// How much and how long may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// All messages of a transfer, in bytes; 4 GiB at the most.
    pub bytes: usize,
    /// Records, and differences.
    pub records: usize,
    /// Until the connection stands.
    pub connect: Duration,
    /// Until a message is whole.
    pub message: Duration,
    /// Until the zone is whole.
    pub whole: Duration,
}

impl Default for Limits {
    /// Eight million records in 512 MiB; ten seconds to connect, thirty for a message, fifteen minutes for a zone.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { bytes: 512 << 20, records: 8_000_000, connect: seconds(10), message: seconds(30), whole: seconds(900) }
    }
}

/// What a transfer comes to.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The server has what is kept.
    Unchanged,
    /// The whole zone, in place of what is kept.
    Whole(Arc<Zone>),
    /// What is kept, with the server's differences.
    Differences {
        /// The zone after them.
        zone: Arc<Zone>,
        /// How many records came.
        added: usize,
        /// How many records went.
        deleted: usize,
    },
}

impl Outcome {
    /// The zone that came; `None` when nothing changed.
    #[must_use]
    pub fn zone(&self) -> Option<&Arc<Zone>> {
        match self {
            Self::Unchanged => None,
            Self::Whole(zone) | Self::Differences { zone, .. } => Some(zone),
        }
    }
}

/// One conversation.
pub(super) struct Session {
    zone: ZoneName,
    id: u16,
    kind: Rtype,
    signer: Option<ClientSequence<TsigKey>>,
    taking: Taking,
    limits: Limits,
    bytes: usize,
    is_first: bool,
}

impl Session {
    /// Begins one: what is to be sent. With `kept`, differences to it are asked for.
    pub(super) fn begin(
        (zone, key): (&ZoneName, Option<&TsigKey>),
        kept: Option<&Arc<Zone>>,
        limits: Limits,
        (id, now): (u16, u64),
    ) -> Result<(Self, Vec<u8>), TransferError> {
        let kind = if kept.is_some() { Rtype::IXFR } else { Rtype::AXFR };
        let (request, signer) =
            request(zone, key, kept, (id, now)).ok_or(TransferError::NoAnswer("the question is too long"))?;
        let taking = Taking::new(zone, kept.cloned(), limits.records, limits.bytes);
        Ok((Self { zone: zone.clone(), id, kind, signer, taking, limits, bytes: 0, is_first: true }, request))
    }

    /// Takes a message in. `true` when it was the last one.
    pub(super) fn take(&mut self, message: Vec<u8>, now: u64) -> Result<bool, TransferError> {
        self.bytes = self.bytes.saturating_add(message.len());
        if self.bytes > self.limits.bytes {
            return Err(TransferError::TooManyBytes(self.limits.bytes));
        }
        let mut message = Message::from_octets(message).map_err(|_| TransferError::Unreadable)?;
        self.check_header(&message)?;
        if let Some(signer) = &mut self.signer {
            let (doubt, rcode) = (told_error(&message), message.header().rcode());
            signer.answer(&mut message, Time48::from_u64(now)).map_err(|error| match error {
                // Servers refuse what they do not know without a signature.
                ValidationError::ServerUnsigned if rcode != Rcode::NOERROR => TransferError::Answer(rcode.to_string()),
                other => signature_error(other, doubt),
            })?;
        }
        self.check_answer(&message)?;
        self.is_first = false;
        let answer = message.answer().map_err(|_| TransferError::Unreadable)?;
        for record in answer {
            self.taking.take(&record.map_err(|_| TransferError::Unreadable)?)?;
        }
        Ok(self.taking.is_done())
    }

    /// What it came to, when [`Session::take`] said that it was the last message.
    pub(super) fn finish(self) -> Result<Outcome, TransferError> {
        if let Some(signer) = self.signer {
            signer.done().map_err(|error| signature_error(error, None))?;
        }
        match self.taking.finish()? {
            Taken::Nothing => Ok(Outcome::Unchanged),
            Taken::Whole(zone) => Ok(Outcome::Whole(Arc::new(zone))),
            Taken::Differences { zone, added, deleted } => {
                Ok(Outcome::Differences { zone: Arc::new(zone), added, deleted })
            }
        }
    }

    /// What is looked at before the signature: whether it is an answer at all.
    fn check_header(&self, message: &Message<Vec<u8>>) -> Result<(), TransferError> {
        let header = message.header();
        if !header.qr() || header.opcode() != Opcode::QUERY {
            return Err(TransferError::NoAnswer("it is no answer"));
        }
        // A message that is signed has its id in the signature; a forged one fails there.
        if header.id() != self.id {
            return Err(TransferError::NoAnswer("it has another id"));
        }
        Ok(())
    }

    fn check_answer(&self, message: &Message<Vec<u8>>) -> Result<(), TransferError> {
        let rcode = message.header().rcode();
        if rcode != Rcode::NOERROR {
            return Err(TransferError::Answer(rcode.to_string()));
        }
        if message.header().tc() {
            return Err(TransferError::NoAnswer("it is cut short"));
        }
        let mut questions = message.question();
        match (questions.next(), questions.next()) {
            (None, None) if !self.is_first => Ok(()),
            (Some(Ok(question)), None)
                if self.zone.is(question.qname())
                    && question.qclass() == Class::IN
                    && (question.qtype() == self.kind) =>
            {
                Ok(())
            }
            _ => Err(TransferError::NoAnswer("it repeats another question")),
        }
    }
}

fn request(
    zone: &ZoneName,
    key: Option<&TsigKey>,
    kept: Option<&Arc<Zone>>,
    (id, now): (u16, u64),
) -> Option<(Vec<u8>, Option<ClientSequence<TsigKey>>)> {
    let mut message = MessageBuilder::new_vec();
    message.header_mut().set_id(id);
    let mut question = message.question();
    let kind = if kept.is_some() { Rtype::IXFR } else { Rtype::AXFR };
    question.push((zone.inner(), kind)).ok()?;
    let mut authority = question.authority();
    if let Some(kept) = kept {
        authority.push((zone.inner(), Class::IN, 0, kept.soa().data())).ok()?;
    }
    let mut additional = authority.additional();
    let signer = match key {
        Some(key) => Some(ClientSequence::request(key.clone(), &mut additional, Time48::from_u64(now)).ok()?),
        None => None,
    };
    Some((additional.finish(), signer))
}

/// The error that an answer to a signed question tells beside its signature.
fn told_error(message: &Message<Vec<u8>>) -> Option<TsigRcode> {
    if message.header().rcode() != Rcode::NOTAUTH {
        return None;
    }
    let last = message.additional().ok()?.last()?.ok()?;
    let signature = last.into_record::<Tsig<_, _>>().ok()??;
    Some(signature.data().error())
}

/// What is wrong with a signature. What a server tells of clocks is believed unproven: it changes a sentence and nothing else.
fn signature_error(error: ValidationError, told: Option<TsigRcode>) -> TransferError {
    match error {
        ValidationError::ServerBadTime { .. } | ValidationError::BadTime => TransferError::Clock,
        _ if told == Some(TsigRcode::BADTIME) => TransferError::Clock,
        ValidationError::ServerUnsigned | ValidationError::TooManyUnsigned => TransferError::Unsigned,
        ValidationError::ServerBadKey | ValidationError::ServerBadSig => TransferError::KeyUnknown,
        other => TransferError::Signature(other.to_string()),
    }
}
