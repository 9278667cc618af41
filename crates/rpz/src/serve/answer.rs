//! What a question gets. No sockets: bytes in, a decision out.

use std::net::IpAddr;

use domain::{
    base::{
        Message, MessageBuilder, Question, Rtype,
        iana::{Class, Opcode, Rcode, TsigRcode},
        message_builder::AdditionalBuilder,
        name::{Name, ToName as _},
    },
    rdata::{
        Soa as SoaData,
        tsig::{Time48, Tsig},
    },
    tsig::{ServerError, ServerSequence},
};

use super::{
    keys::Keys,
    outlet::{Inner, Outlet},
};
use crate::{key::TsigKey, zone::Soa};

/// What a question gets.
pub(super) enum Reply {
    /// Nothing: what came is no question.
    Nothing,
    /// This message.
    Message(Vec<u8>),
    /// The zone, or what changed.
    Transfer(Box<Request>),
}

/// A transfer that was asked for by somebody who may.
pub(super) struct Request {
    pub(super) id: u16,
    pub(super) kind: Rtype,
    /// What the asker has.
    pub(super) has: Option<u32>,
    pub(super) signer: Option<ServerSequence<TsigKey>>,
}

/// How the question came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    Tcp,
    Udp,
}

impl Outlet {
    /// Decides what this message gets.
    pub(super) fn reply(&self, message: Vec<u8>, from: IpAddr, over: Over) -> Reply {
        let Ok(mut message) = Message::from_octets(message) else { return Reply::Nothing };
        if message.header().qr() {
            return Reply::Nothing;
        }
        let Inner { settings, surroundings, .. } = &*self.0;
        let now = Time48::from_u64((surroundings.now)());
        let signer = match ServerSequence::request(&Keys(settings.keys.clone()), &mut message, now) {
            Ok(signer) => signer,
            Err(error) => {
                tracing::info!(%from, error = %error.error(), "a question about the zone has a signature that is not accepted");
                return refusal(&message, error).map_or(Reply::Nothing, Reply::Message);
            }
        };
        let may = signer.is_some() || settings.allow.iter().any(|net| net.contains(&from.to_canonical()));
        match self.decide(&message, may, over) {
            Ok(Asked::Start) => self.start(&message, signer, now),
            Ok(Asked::Transfer { kind, has }) => {
                Reply::Transfer(Box::new(Request { id: message.header().id(), kind, has, signer }))
            }
            Err(rcode) => {
                tracing::debug!(%from, %rcode, "a question about the zone is refused");
                let builder = MessageBuilder::new_vec().start_answer(&message, rcode);
                builder.map_or(Reply::Nothing, |builder| sign(builder.additional(), signer, now))
            }
        }
    }

    fn decide(&self, message: &Message<Vec<u8>>, may: bool, over: Over) -> Result<Asked, Rcode> {
        if message.header().opcode() != Opcode::QUERY {
            return Err(Rcode::NOTIMP);
        }
        let question = message.sole_question().map_err(|_| Rcode::FORMERR)?;
        if !may || question.qclass() != Class::IN || !self.0.settings.zone.is(question.qname()) {
            return Err(Rcode::REFUSED);
        }
        let published = self.published().ok_or(Rcode::SERVFAIL)?;
        match (question.qtype(), over) {
            (Rtype::SOA, _) => Ok(Asked::Start),
            (Rtype::AXFR, Over::Tcp) => Ok(Asked::Transfer { kind: Rtype::AXFR, has: None }),
            (Rtype::IXFR, over) => {
                let has = serial_in(message).ok_or(Rcode::FORMERR)?;
                // Over UDP the serial alone is told, and whoever lacks it comes over TCP (RFC 1995, section 2).
                if over == Over::Udp || has == published.zone.serial() {
                    return Ok(Asked::Start);
                }
                Ok(Asked::Transfer { kind: Rtype::IXFR, has: Some(has) })
            }
            _ => Err(Rcode::REFUSED),
        }
    }

    /// The start of the zone.
    fn start(&self, message: &Message<Vec<u8>>, signer: Option<ServerSequence<TsigKey>>, now: Time48) -> Reply {
        let built = self.published().and_then(|published| {
            let mut answer = MessageBuilder::new_vec().start_answer(message, Rcode::NOERROR).ok()?;
            answer.header_mut().set_aa(true);
            let soa = published.zone.soa();
            answer.push((self.0.settings.zone.inner(), Class::IN, soa.ttl, soa.data())).ok()?;
            Some(answer.additional())
        });
        built.map_or(Reply::Nothing, |built| sign(built, signer, now))
    }
}

enum Asked {
    Start,
    Transfer { kind: Rtype, has: Option<u32> },
}

/// The answer to a signature that is not accepted. The crate `domain` tells a wrong one as a wrong form, which clients do not
/// understand; it is told here as what it is (RFC 8945, section 5.2.2).
pub(super) fn refusal(message: &Message<Vec<u8>>, error: ServerError<TsigKey>) -> Option<Vec<u8>> {
    let signature = message.get_last_additional::<Tsig<_, _>>().filter(|_| error.error() == TsigRcode::FORMERR);
    let Some(signature) = signature else {
        return Some(error.build_message(message, MessageBuilder::new_vec()).ok()?.finish());
    };
    let data = signature.data();
    let told = Tsig::new(
        data.algorithm(),
        data.time_signed(),
        data.fudge(),
        b"",
        message.header().id(),
        TsigRcode::BADSIG,
        b"",
    );
    let mut answer = MessageBuilder::new_vec().start_answer(message, Rcode::NOTAUTH).ok()?.additional();
    answer.push((signature.owner(), Class::ANY, 0, told.ok()?)).ok()?;
    Some(answer.finish())
}

fn sign(mut message: AdditionalBuilder<Vec<u8>>, signer: Option<ServerSequence<TsigKey>>, now: Time48) -> Reply {
    if let Some(mut signer) = signer
        && signer.answer(&mut message, now).is_err()
    {
        return Reply::Nothing;
    }
    Reply::Message(message.finish())
}

/// The serial that whoever asks for differences has (RFC 1995, section 3).
fn serial_in(message: &Message<Vec<u8>>) -> Option<u32> {
    let mut authority = message.authority().ok()?.limit_to::<SoaData<_>>();
    let record = authority.next()?.ok()?;
    Some(record.data().serial().into_int())
}

/// A message that tells a secondary that the zone changed (RFC 1996).
pub(super) fn notice(zone: &Name<Vec<u8>>, soa: Option<&Soa>, id: u16) -> Option<AdditionalBuilder<Vec<u8>>> {
    let mut message = MessageBuilder::new_vec();
    let header = message.header_mut();
    header.set_id(id);
    header.set_opcode(Opcode::NOTIFY);
    header.set_aa(true);
    let mut question = message.question();
    question.push(Question::new_in(zone.to_name::<Vec<u8>>(), Rtype::SOA)).ok()?;
    let mut answer = question.answer();
    if let Some(soa) = soa {
        answer.push((zone, Class::IN, soa.ttl, soa.data())).ok()?;
    }
    Some(answer.additional())
}
