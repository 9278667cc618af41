//! A message taken apart. It is as long as it is, at the most 65,535 bytes, and so are its records: nothing it says
//! about itself makes anything larger.

use super::{Name, rdata};

/// The message, or the record in it, is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message is malformed")]
pub(crate) struct Malformed;

/// A record. Names in its data are without compression, otherwise the data is as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) owner: Name,
    pub(crate) kind: u16,
    pub(crate) class: u16,
    pub(crate) ttl: u32,
    pub(crate) data: Box<[u8]>,
}

/// A message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) flags: u16,
    /// Name, type and class, when exactly one question is asked.
    pub(crate) question: Option<(Name, u16, u16)>,
    pub(crate) answers: Vec<Record>,
    pub(crate) authorities: Vec<Record>,
    pub(crate) additionals: Vec<Record>,
}

impl Message {
    /// Takes a message apart.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let word = |at: usize| read_u16(bytes, at);
        let [flags, questions, answers, authorities, additionals] = [word(2)?, word(4)?, word(6)?, word(8)?, word(10)?];
        let mut at = 12;
        let question = match questions {
            0 => None,
            1 => {
                let (name, after) = Name::read(bytes, at)?;
                at = after + 4;
                Some((name, word(after)?, word(after + 2)?))
            }
            _ => return Err(Malformed),
        };
        let mut section = |count: u16| (0..count).map(|_| read_record(bytes, &mut at)).collect::<Result<Vec<_>, _>>();
        Ok(Self {
            flags,
            question,
            answers: section(answers)?,
            authorities: section(authorities)?,
            additionals: section(additionals)?,
        })
    }

    /// The response code of the header.
    pub(crate) fn rcode(&self) -> u8 {
        (self.flags & 0xF) as u8
    }
}

pub(crate) fn read_u16(bytes: &[u8], at: usize) -> Result<u16, Malformed> {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map(|word| u16::from_be_bytes(*word)).ok_or(Malformed)
}

fn read_record(bytes: &[u8], at: &mut usize) -> Result<Record, Malformed> {
    let (owner, after) = Name::read(bytes, *at)?;
    let fixed: &[u8; 10] = bytes.get(after..).and_then(<[u8]>::first_chunk).ok_or(Malformed)?;
    let [k0, k1, c0, c1, t0, t1, t2, t3, l0, l1] = *fixed;
    let kind = u16::from_be_bytes([k0, k1]);
    let start = after + fixed.len();
    let end = start + usize::from(u16::from_be_bytes([l0, l1]));
    if end > bytes.len() {
        return Err(Malformed);
    }
    *at = end;
    // A time to live with its highest bit set is none (RFC 2181 section 8).
    let ttl = u32::from_be_bytes([t0, t1, t2, t3]);
    Ok(Record {
        owner,
        kind,
        class: u16::from_be_bytes([c0, c1]),
        ttl: if ttl > i32::MAX as u32 { 0 } else { ttl },
        data: rdata::decompress(bytes, kind, start, end)?,
    })
}
