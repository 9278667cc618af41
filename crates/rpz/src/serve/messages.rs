//! The messages of a transfer that goes out, written while they are sent: no copy of the zone is made.

use domain::{
    base::{
        MessageBuilder, Rtype,
        iana::Class,
        message_builder::{AnswerBuilder, TreeCompressor},
        rdata::UnknownRecordData,
    },
    rdata::tsig::Time48,
};

use super::{answer::Request, outlet::Published};
use crate::zone::{Cursor, Record, Soa};

/// How long a message becomes: names in front of this can be pointed at (RFC 1035, section 4.1.4).
const LENGTH: usize = 16_000;
/// How long a message becomes that has one large record; a signature needs the rest.
const LONGEST: usize = 65_535 - 600;

/// What is to be sent, in its order.
enum Part<'a> {
    Start(&'a Soa),
    Records(Cursor<'a>),
}

/// The messages of one transfer.
pub(super) struct Messages<'a> {
    published: &'a Published,
    request: Request,
    /// The first is the last to be sent.
    parts: Vec<Part<'a>>,
}

impl<'a> Messages<'a> {
    /// The whole zone, or differences where they are known.
    pub(super) fn new(published: &'a Published, request: Request) -> Self {
        let zone = &published.zone;
        let mut parts = vec![Part::Start(zone.soa())];
        match request.has.and_then(|has| published.steps_from(has)) {
            Some(steps) => {
                for step in steps {
                    parts.extend([Part::Start(&step.from), Part::Records(step.difference.deleted.cursor())]);
                    parts.extend([Part::Start(&step.to), Part::Records(step.difference.added.cursor())]);
                }
            }
            None => parts.push(Part::Records(zone.records().cursor())),
        }
        parts.push(Part::Start(zone.soa()));
        parts.reverse();
        Self { published, request, parts }
    }

    /// The next message with its length before it; `None` when all was sent.
    pub(super) fn next(&mut self, now: u64) -> Option<Vec<u8>> {
        if self.parts.is_empty() {
            return None;
        }
        let mut message = MessageBuilder::from_target(TreeCompressor::new(Vec::with_capacity(LENGTH + 1000))).ok()?;
        message.set_push_limit(LENGTH);
        let header = message.header_mut();
        header.set_id(self.request.id);
        header.set_qr(true);
        header.set_aa(true);
        let mut question = message.question();
        let kind: Rtype = self.request.kind;
        question.push((self.published.zone.name().inner(), kind)).ok()?;
        let mut answer = question.answer();
        self.fill(&mut answer);
        let mut additional = answer.additional();
        additional.clear_push_limit();
        if let Some(signer) = &mut self.request.signer {
            signer.answer(&mut additional, Time48::from_u64(now)).ok()?;
        }
        let message = additional.finish().into_target();
        let length = u16::try_from(message.len()).ok()?;
        Some([&length.to_be_bytes(), message.as_slice()].concat())
    }

    /// Writes what has room.
    fn fill(&mut self, answer: &mut AnswerBuilder<TreeCompressor<Vec<u8>>>) {
        let zone = &self.published.zone;
        let mut count = 0;
        while let Some(part) = self.parts.last_mut() {
            match part {
                Part::Start(soa) => {
                    let apex = zone.name().inner();
                    if answer.push((apex, Class::IN, soa.ttl, soa.data())).is_err() {
                        return;
                    }
                    count += 1;
                    self.parts.pop();
                }
                Part::Records(cursor) => {
                    if !fill_from(cursor, &mut count, &mut |record: &Record<'_>, limit| {
                        let owner = zone.name().name_at(record.path)?;
                        let data = UnknownRecordData::from_octets(Rtype::from_int(record.rtype), record.data).ok()?;
                        answer.set_push_limit(limit);
                        answer.push((owner, Class::IN, record.ttl, data)).ok()
                    }) {
                        return;
                    }
                    self.parts.pop();
                }
            }
        }
    }
}

/// Writes records until there are none left (`true`) or there is no room.
fn fill_from(
    cursor: &mut Cursor<'_>,
    count: &mut usize,
    push: &mut impl FnMut(&Record<'_>, usize) -> Option<()>,
) -> bool {
    while let Some(record) = cursor.step() {
        if push(&record, LENGTH).is_some() {
            *count += 1;
            continue;
        }
        if *count == 0 {
            // One that needs a message of its own, or that no message can hold.
            if push(&record, LONGEST).is_none() {
                tracing::warn!("a record of the zone is too long to be sent");
            }
            *count += 1;
            continue;
        }
        cursor.step_back();
        return false;
    }
    true
}
