//! A message written, with the places in it that others come back to.

use std::collections::HashMap;

use super::{Name, Record, rdata};

/// A message and its places.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    /// Where the times to live are, one for each record.
    pub(crate) ttls: Vec<u16>,
    /// Where the data of each record of the answer section begins.
    pub(crate) data: Vec<u16>,
}

/// Writes a response. `None` when it is longer than a message can be.
pub(crate) fn write(
    flags: u16,
    (name, kind, class): (&Name, u16, u16),
    answers: &[Record],
    authorities: &[Record],
) -> Option<Written> {
    let mut out = Writer { bytes: Vec::with_capacity(512), known: HashMap::new(), ttls: Vec::new(), data: Vec::new() };
    let counts = [1, u16::try_from(answers.len()).ok()?, u16::try_from(authorities.len()).ok()?, 0];
    for word in [0, flags].iter().chain(&counts) {
        out.bytes.extend_from_slice(&word.to_be_bytes());
    }
    out.name(name.as_bytes(), true);
    out.bytes.extend_from_slice(&kind.to_be_bytes());
    out.bytes.extend_from_slice(&class.to_be_bytes());
    for record in answers.iter().chain(authorities) {
        out.record(record)?;
    }
    out.data.truncate(answers.len());
    (out.bytes.len() <= usize::from(u16::MAX)).then_some(Written { bytes: out.bytes, ttls: out.ttls, data: out.data })
}

struct Writer<'a> {
    bytes: Vec<u8>,
    /// Ends of names that stand in the message, and where.
    known: HashMap<&'a [u8], u16>,
    ttls: Vec<u16>,
    data: Vec<u16>,
}

impl<'a> Writer<'a> {
    fn record(&mut self, record: &'a Record) -> Option<()> {
        self.name(record.owner.as_bytes(), true);
        self.bytes.extend_from_slice(&record.kind.to_be_bytes());
        self.bytes.extend_from_slice(&record.class.to_be_bytes());
        self.ttls.push(u16::try_from(self.bytes.len()).ok()?);
        self.bytes.extend_from_slice(&record.ttl.to_be_bytes());
        let length_at = self.bytes.len();
        self.bytes.extend_from_slice(&[0, 0]);
        self.data.push(u16::try_from(self.bytes.len()).ok()?);
        self.rdata(record);
        let length = u16::try_from(self.bytes.len() - length_at - 2).ok()?;
        self.bytes[length_at..length_at + 2].copy_from_slice(&length.to_be_bytes());
        Some(())
    }

    fn rdata(&mut self, record: &'a Record) {
        let names = rdata::names(record.kind, &record.data).filter(|_| rdata::may_compress(record.kind));
        let Some((start, end)) = names else {
            self.bytes.extend_from_slice(&record.data);
            return;
        };
        self.bytes.extend_from_slice(&record.data[..start]);
        let mut at = start;
        while at < end {
            let length = wire_length(&record.data[at..end]);
            self.name(&record.data[at..at + length], false);
            at += length;
        }
        self.bytes.extend_from_slice(&record.data[end..]);
    }

    fn name(&mut self, wire: &'a [u8], remember: bool) {
        let mut rest = wire;
        while let Some(&length) = rest.first().filter(|length| **length != 0) {
            if let Some(place) = self.known.get(rest) {
                self.bytes.extend_from_slice(&(0xC000 | place).to_be_bytes());
                return;
            }
            if let Some(place) = u16::try_from(self.bytes.len()).ok().filter(|place| *place < 0x4000 && remember) {
                self.known.insert(rest, place);
            }
            let (label, after) = rest.split_at((1 + usize::from(length)).min(rest.len()));
            self.bytes.extend_from_slice(label);
            rest = after;
        }
        self.bytes.push(0);
    }
}

fn wire_length(data: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&length) = data.get(at).filter(|length| **length != 0) {
        at += 1 + usize::from(length);
    }
    (at + 1).min(data.len())
}
