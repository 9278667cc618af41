//! One question, checked whole.

use super::{
    code::{kind, rcode},
    name::Name,
};

/// The bytes before the first question.
const HEADER: usize = 12;
/// Additional records that a query may bring; one is usual.
const MOST_RECORDS: u16 = 8;

/// What a query says of EDNS (RFC 6891).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edns {
    /// The most bytes that its sender takes in one datagram: at least 512.
    pub size: u16,
    /// Whether it asks for signatures.
    pub dnssec_ok: bool,
    /// Whether it padded itself, and wants the answer padded (RFC 7830).
    pub is_padded: bool,
}

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<'p> {
    /// The packet, for what is given back as it came.
    packet: &'p [u8],
    /// Where the question ends.
    question_end: usize,
    /// The name.
    pub name: Name,
    /// The type of record.
    pub kind: u16,
    /// What it says of EDNS; none without.
    pub edns: Option<Edns>,
}

/// Why a packet is no question that is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// With silence: it is too short to have a sender who waits, or an answer.
    Silently,
    /// With this response code.
    With(u16),
}

impl<'p> Query<'p> {
    /// Reads a packet.
    ///
    /// # Errors
    /// How it is refused.
    pub fn read(packet: &'p [u8]) -> Result<Self, Refused> {
        let header: &[u8; HEADER] = packet.first_chunk().ok_or(Refused::Silently)?;
        // An answer is never answered: two servers would keep each other busy.
        if header[2] & 0x80 != 0 {
            return Err(Refused::Silently);
        }
        if header[2] >> 3 & 0xf != 0 {
            return Err(Refused::With(rcode::NOT_IMP));
        }
        let broken = Refused::With(rcode::FORM_ERR);
        let count = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
        let (answers, authorities, additional) = (count(6), count(8), count(10));
        if count(4) != 1 || answers != 0 || authorities != 0 || additional > MOST_RECORDS {
            return Err(broken);
        }
        let name = Name::read(&packet[HEADER..]).ok_or(broken)?;
        let at = HEADER + name.wire().len();
        let kind = number(packet, at).ok_or(broken)?;
        let class = number(packet, at + 2).ok_or(broken)?;
        let mut query = Self { packet, question_end: at + 4, name, kind, edns: None };
        let mut at = query.question_end;
        for _ in 0..additional {
            at = query.additional(at)?;
        }
        if at != packet.len() {
            return Err(broken);
        }
        match query.kind {
            kind::OPT | kind::TSIG | 0 => Err(broken),
            kind::IXFR..=kind::MAILA => Err(Refused::With(rcode::NOT_IMP)),
            _ if class != 1 => Err(Refused::With(rcode::REFUSED)),
            _ => Ok(query),
        }
    }

    /// Reads an additional record, and tells where it ends.
    fn additional(&mut self, at: usize) -> Result<usize, Refused> {
        let broken = Refused::With(rcode::FORM_ERR);
        let packet = self.packet;
        let owner = Name::read(packet.get(at..).unwrap_or_default()).ok_or(broken)?.wire().len();
        let at = at + owner;
        let fixed: &[u8; 10] = packet.get(at..).and_then(<[u8]>::first_chunk).ok_or(broken)?;
        let length = usize::from(u16::from_be_bytes([fixed[8], fixed[9]]));
        let data = packet.get(at + 10..at + 10 + length).ok_or(broken)?;
        if u16::from_be_bytes([fixed[0], fixed[1]]) == kind::OPT {
            if owner != 1 || self.edns.is_some() {
                return Err(broken);
            }
            let is_padded = options(data).ok_or(broken)?;
            if fixed[5] != 0 {
                return Err(Refused::With(rcode::BAD_VERS));
            }
            let size = u16::from_be_bytes([fixed[2], fixed[3]]).max(512);
            self.edns = Some(Edns { size, dnssec_ok: fixed[6] & 0x80 != 0, is_padded });
        }
        Ok(at + 10 + length)
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> u16 {
        u16::from_be_bytes([self.packet[0], self.packet[1]])
    }

    /// Whether it wants recursion.
    #[must_use]
    pub fn recursion_desired(&self) -> bool {
        self.packet[2] & 1 != 0
    }

    /// Whether it checks signatures itself.
    #[must_use]
    pub fn checking_disabled(&self) -> bool {
        self.packet[3] & 0x10 != 0
    }

    /// Whether it asks for signatures.
    #[must_use]
    pub fn dnssec_ok(&self) -> bool {
        self.edns.is_some_and(|edns| edns.dnssec_ok)
    }

    /// Whether it understands that an answer was authenticated: with DO, or with AD (RFC 6840, 5.7).
    #[must_use]
    pub fn wants_authenticated(&self) -> bool {
        self.dnssec_ok() || self.packet[3] & 0x20 != 0
    }

    /// The question as it was spelled: name, type and class.
    #[must_use]
    pub fn question(&self) -> &'p [u8] {
        &self.packet[HEADER..self.question_end]
    }
}

/// Whether options hold padding; none when they are broken.
fn options(mut data: &[u8]) -> Option<bool> {
    let mut is_padded = false;
    while !data.is_empty() {
        let length = usize::from(number(data, 2)?);
        is_padded |= number(data, 0)? == 12;
        data = data.get(4 + length..)?;
    }
    Some(is_padded)
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}
