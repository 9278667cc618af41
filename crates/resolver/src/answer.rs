//! An answer as the sensor hands it on: bytes, and what they say, so that nobody has to read them again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{
    Name, Question, svcb,
    validate::as_it_came,
    wire::{self, Message, Record, first_name, flag, kind, rcode},
};

/// How much a signature says for the answer (RFC 4035 section 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Every part of it is signed, up to a trust anchor.
    Secure,
    /// It is proven that this part of the tree is not signed, or it was asked to be taken for that.
    Insecure,
    /// Signatures should be right and are not. The asker gets SERVFAIL, unless it checks for itself.
    Bogus(Why),
    /// Nobody looked: validation is off, or what it needs could not be had.
    Indeterminate,
}

/// What is wrong with what is bogus. The numbers are those of extended errors (RFC 8914).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A signature does not fit.
    Bogus = 6,
    /// A signature has expired.
    Expired = 7,
    /// A signature is not valid yet.
    NotYetValid = 8,
    /// The key of a signature, or of a delegation, is not there.
    KeyMissing = 9,
    /// Signatures are not there.
    SignaturesMissing = 10,
    /// That something is absent is not proven.
    ProofMissing = 12,
}

/// An extended DNS error (RFC 8914): what the sensor puts into its OPT record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedError {
    /// The info code.
    pub code: u16,
    /// The extra text, in English as the standard's names are.
    pub text: &'static str,
}

impl ExtendedError {
    /// An answer past its time, because nobody has a newer one.
    pub const STALE: Self = Self { code: 3, text: "stale answer" };
    /// The same for a name that did not exist.
    pub const STALE_NXDOMAIN: Self = Self { code: 19, text: "stale NXDOMAIN answer" };
    /// No upstream server answered.
    pub const UNREACHABLE: Self = Self { code: 22, text: "no upstream server answered" };
    /// No upstream server could be spoken with.
    pub const NETWORK: Self = Self { code: 23, text: "no upstream server could be reached" };
    /// What an upstream server said was not an answer to the question.
    pub const INVALID: Self = Self { code: 24, text: "the upstream server's answer is invalid" };
    /// Every upstream server refused, or failed.
    pub const FAILED: Self = Self { code: 0, text: "every upstream server failed" };
    /// More is asked than can be kept in mind.
    pub const BUSY: Self = Self { code: 0, text: "too many questions at once" };
    /// Nobody forwards such questions.
    pub const NOT_SUPPORTED: Self = Self { code: 21, text: "questions of this type are not forwarded" };
}

impl ExtendedError {
    /// What is said beside a message that is past its time.
    pub(crate) fn of_stale(message: &[u8]) -> Self {
        let is_nxdomain = message.get(3).is_some_and(|byte| byte & 0xF == rcode::NXDOMAIN);
        if is_nxdomain { Self::STALE_NXDOMAIN } else { Self::STALE }
    }
}

impl From<Why> for ExtendedError {
    fn from(why: Why) -> Self {
        let text = match why {
            Why::Bogus => "a DNSSEC signature does not fit",
            Why::Expired => "a DNSSEC signature has expired",
            Why::NotYetValid => "a DNSSEC signature is not valid yet",
            Why::KeyMissing => "a DNSSEC key is missing",
            Why::SignaturesMissing => "DNSSEC signatures are missing",
            Why::ProofMissing => "the DNSSEC proof of absence is missing",
        };
        Self { code: why as u16, text }
    }
}

/// An address in an answer: of a record A or AAAA, or a hint in HTTPS or SVCB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// Where its bytes are in the answer.
    pub offset: u16,
    /// The address.
    pub value: IpAddr,
    /// Whether it is only a hint.
    pub hint: bool,
}

/// A response without OPT record: id 0, QR, RD and RA set, CD as asked, AD when all of it is secure (the sensor clears AD for
/// askers that set neither AD nor DO, RFC 6840 section 5.8). The additional section is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The message.
    pub bytes: Box<[u8]>,
    /// Where the times to live are in it, four bytes each, as they were when it was made.
    pub ttl_offsets: Box<[u16]>,
    /// The names that the question's name leads to, in order.
    pub chain: Box<[Name]>,
    /// The addresses in it.
    pub addresses: Box<[Address]>,
    /// How long it may be kept, in seconds: the lowest time to live; for an absence that of RFC 2308.
    pub ttl: u32,
    /// Whether it says that there is no such name, or no such record.
    pub is_absence: bool,
    /// What was found of its signatures.
    pub security: Security,
    /// What the asker should be told beside it.
    pub error: Option<ExtendedError>,
}

impl Answer {
    /// The response code.
    #[must_use]
    pub fn rcode(&self) -> u8 {
        self.bytes.get(3).map_or(rcode::SERVFAIL, |byte| byte & 0xF)
    }

    /// A failure: no records, SERVFAIL.
    #[must_use]
    pub fn failure(question: &Question, security: Security, error: ExtendedError) -> Self {
        Self::bare(question, rcode::SERVFAIL, security, error)
    }

    /// Reads a response that somebody else made, or changed: what answers the question, written anew. `None` when the bytes
    /// are no response to it.
    #[must_use]
    pub fn read(question: &Question, bytes: &[u8], security: Security, error: Option<ExtendedError>) -> Option<Self> {
        let message = Message::parse(bytes).ok()?;
        let (name, kind, class) = message.question.as_ref()?;
        if *name != question.name || *kind != question.kind || *class != question.class {
            return None;
        }
        let rcode = message.rcode();
        let mut parts = as_it_came(question, &message, security);
        if !matches!(rcode, rcode::NOERROR | rcode::NXDOMAIN | rcode::YXDOMAIN) {
            parts = Parts { rcode, security, ..Parts::default() };
        }
        Self::compose(question, parts, error)
    }

    /// A question that nobody forwards: REFUSED.
    pub(crate) fn refused(question: &Question) -> Self {
        Self::bare(question, rcode::REFUSED, Security::Indeterminate, ExtendedError::NOT_SUPPORTED)
    }

    fn bare(question: &Question, rcode: u8, security: Security, error: ExtendedError) -> Self {
        // Header and question alone always fit.
        Self::compose(question, Parts { rcode, security, ..Parts::default() }, Some(error)).unwrap_or_else(|| Self {
            bytes: Box::default(),
            ttl_offsets: Box::default(),
            chain: Box::default(),
            addresses: Box::default(),
            ttl: 0,
            is_absence: false,
            security,
            error: Some(error),
        })
    }

    /// Writes an answer. `None` when it does not fit into a message.
    pub(crate) fn compose(question: &Question, parts: Parts, error: Option<ExtendedError>) -> Option<Self> {
        let Parts { rcode, security, answers, authorities, ttl, is_absence } = parts;
        let mut flags = flag::RESPONSE | flag::RECURSION_DESIRED | flag::RECURSION_AVAILABLE | u16::from(rcode);
        if question.checking_disabled {
            flags |= flag::CHECKING_DISABLED;
        }
        if security == Security::Secure {
            flags |= flag::AUTHENTIC_DATA;
        }
        let asked = (&question.name, question.kind, question.class);
        let written = wire::write(flags, asked, &answers, &authorities)?;
        let mut addresses = Vec::new();
        for (record, &start) in answers.iter().zip(&written.data) {
            addresses_of(record, start, &mut addresses);
        }
        Some(Self {
            bytes: written.bytes.into_boxed_slice(),
            ttl_offsets: written.ttls.into_boxed_slice(),
            chain: chain(&question.name, question.kind, &answers),
            addresses: addresses.into_boxed_slice(),
            ttl,
            is_absence,
            security,
            error,
        })
    }

    /// The same answer past its time, as it is given when there is no newer one (RFC 8767): every time to live is `ttl`.
    pub(crate) fn stale(&self, ttl: u32) -> Self {
        let mut stale = self.clone();
        for &offset in &stale.ttl_offsets {
            put_ttl(&mut stale.bytes, offset, ttl);
        }
        stale.ttl = ttl;
        stale.error = Some(ExtendedError::of_stale(&self.bytes));
        stale
    }
}

/// What an answer is made of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) rcode: u8,
    pub(crate) security: Security,
    pub(crate) answers: Vec<Record>,
    pub(crate) authorities: Vec<Record>,
    pub(crate) ttl: u32,
    pub(crate) is_absence: bool,
}

impl Default for Parts {
    fn default() -> Self {
        let security = Security::Indeterminate;
        Self { rcode: 0, security, answers: Vec::new(), authorities: Vec::new(), ttl: 0, is_absence: false }
    }
}

/// Puts a time to live where one was.
pub(crate) fn put_ttl(bytes: &mut [u8], offset: u16, ttl: u32) {
    let at = usize::from(offset);
    if let Some(place) = bytes.get_mut(at..at + 4) {
        place.copy_from_slice(&ttl.to_be_bytes());
    }
}

fn chain(name: &Name, asked: u16, answers: &[Record]) -> Box<[Name]> {
    let mut chain = Vec::new();
    let mut current = name.clone();
    let alias = |current: &Name| {
        answers.iter().find(|record| record.kind == kind::CNAME && asked != kind::CNAME && record.owner == *current)
    };
    while let Some(target) = alias(&current).and_then(|record| first_name(record.kind, &record.data)) {
        if chain.contains(&target) || chain.len() >= answers.len() {
            break;
        }
        chain.push(target.clone());
        current = target;
    }
    chain.into_boxed_slice()
}

fn addresses_of(record: &Record, start: u16, addresses: &mut Vec<Address>) {
    let mut add = |at: usize, value: IpAddr, hint: bool| {
        if let Some(offset) = u16::try_from(at).ok().and_then(|at| start.checked_add(at)) {
            addresses.push(Address { offset, value, hint });
        }
    };
    match (record.kind, &*record.data) {
        (kind::A, data) => {
            if let Ok(octets) = <[u8; 4]>::try_from(data) {
                add(0, Ipv4Addr::from(octets).into(), false);
            }
        }
        (kind::AAAA, data) => {
            if let Ok(octets) = <[u8; 16]>::try_from(data) {
                add(0, Ipv6Addr::from(octets).into(), false);
            }
        }
        (kind::HTTPS | kind::SVCB, data) => svcb::hints(data, |at, value| add(at, value, true)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn response() -> (Question, Vec<u8>) {
        let question = Question { dnssec_ok: true, ..Question::new(Name::from_text("www.example").unwrap(), kind::A) };
        let mut bytes = b"\0\0\x81\x80\0\x01\0\x03\0\0\0\0\x03www\x07example\0\0\x01\0\x01".to_vec();
        bytes.extend_from_slice(b"\xC0\x0C\0\x05\0\x01\0\0\0\x0A\0\x04\x01b\xC0\x10");
        bytes.extend_from_slice(b"\xC0\x29\0\x01\0\x01\0\0\0\x14\0\x04\xC0\0\x02\x01");
        bytes.extend_from_slice(b"\x01x\xC0\x10\0\x01\0\x01\0\0\0\x14\0\x04\xC0\0\x02\x09");
        (question, bytes)
    }

    #[test]
    fn what_was_not_asked_for_is_left_behind() {
        let (question, bytes) = response();
        let answer = Answer::read(&question, &bytes, Security::Insecure, None).unwrap();
        assert_eq!((answer.ttl, answer.ttl_offsets.len(), answer.addresses.len()), (10, 2, 1));
        assert_eq!(answer.chain, [Name::from_text("b.example").unwrap()].into());
        let at = usize::from(answer.addresses[0].offset);
        assert_eq!(answer.bytes[at..at + 4], [192, 0, 2, 1]);
        let other = Question::new(Name::from_text("w.example").unwrap(), kind::A);
        assert_eq!(Answer::read(&other, &bytes, Security::Insecure, None), None);
    }

    proptest! {
        #[test]
        fn damaged_responses_do_no_harm(damage in prop::collection::vec((0..120usize, any::<u8>()), 0..6), cut in 0..100usize) {
            let (question, mut bytes) = response();
            for (place, byte) in damage {
                if let Some(damaged) = bytes.get_mut(place) { *damaged = byte; }
            }
            bytes.truncate(bytes.len().saturating_sub(cut / 4));
            if let Some(answer) = Answer::read(&question, &bytes, Security::Insecure, None) {
                let again = Answer::read(&question, &answer.bytes, Security::Insecure, None).unwrap();
                prop_assert_eq!(&again.bytes, &answer.bytes);
                for address in &answer.addresses {
                    prop_assert!(usize::from(address.offset) + 4 <= answer.bytes.len());
                }
                for &offset in &answer.ttl_offsets {
                    prop_assert!(usize::from(offset) + 4 <= answer.bytes.len());
                }
            }
        }
    }
}
