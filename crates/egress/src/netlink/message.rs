//! Messages of netlink: a header and attributes, all in the byte order of the machine, values of nf_tables in that of the network.

/// The size of a message's header.
pub(super) const HEADER: usize = 16;
/// "This is a request."
pub(super) const REQUEST: u16 = 0x1;
/// "Answer, also when all is well."
pub(super) const ACK: u16 = 0x4;
/// "Everything there is."
pub(super) const DUMP: u16 = 0x300;
/// "Make it where it is missing."
pub(super) const CREATE: u16 = 0x400;
/// An answer: an error, or none.
pub(super) const ERROR: u16 = 2;
/// The end of everything there is.
pub(super) const DONE: u16 = 3;
const NESTED: u16 = 0x8000;

/// Writes messages one after the other.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

/// Where a message or a nest began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun(usize);

impl Writer {
    pub(super) fn begin(&mut self, kind: u16, flags: u16, sequence: u32, head: &[u8]) -> Begun {
        let begun = Begun(self.bytes.len());
        self.bytes.extend(0_u32.to_ne_bytes());
        self.bytes.extend(kind.to_ne_bytes());
        self.bytes.extend((flags | REQUEST).to_ne_bytes());
        self.bytes.extend(sequence.to_ne_bytes());
        self.bytes.extend(0_u32.to_ne_bytes());
        self.bytes.extend(head);
        begun
    }

    /// Ends a message; its length is known now.
    pub(super) fn end(&mut self, begun: Begun) {
        let length = u32::try_from(self.bytes.len() - begun.0).unwrap_or(u32::MAX);
        self.put(begun.0, &length.to_ne_bytes());
    }

    pub(super) fn attribute(&mut self, kind: u16, value: &[u8]) {
        let length = u16::try_from(value.len() + 4).unwrap_or(u16::MAX);
        self.bytes.extend(length.to_ne_bytes());
        self.bytes.extend(kind.to_ne_bytes());
        self.bytes.extend(value);
        self.pad();
    }

    pub(super) fn text(&mut self, kind: u16, text: &str) {
        let mut value = text.as_bytes().to_vec();
        value.push(0);
        self.attribute(kind, &value);
    }

    pub(super) fn nest(&mut self, kind: u16) -> Begun {
        let begun = Begun(self.bytes.len());
        self.bytes.extend(0_u16.to_ne_bytes());
        self.bytes.extend((kind | NESTED).to_ne_bytes());
        begun
    }

    /// Ends a nest. Whoever writes keeps it below what its length can say (`Batch`).
    pub(super) fn end_nest(&mut self, begun: Begun) {
        let length = u16::try_from(self.bytes.len() - begun.0).unwrap_or(u16::MAX);
        self.put(begun.0, &length.to_ne_bytes());
    }

    fn put(&mut self, at: usize, value: &[u8]) {
        if let Some(place) = self.bytes.get_mut(at..at + value.len()) {
            place.copy_from_slice(value);
        }
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

/// A message that was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message<'m> {
    pub(super) kind: u16,
    pub(super) sequence: u32,
    pub(super) payload: &'m [u8],
}

impl Message<'_> {
    /// The number of the error that it tells, 0 for none; none when it is no answer of that sort.
    pub(super) fn error(&self) -> Option<i32> {
        let number = self.payload.get(..4)?.try_into().ok()?;
        (self.kind == ERROR).then(|| i32::from_ne_bytes(number).saturating_neg())
    }
}

/// The messages in what was received. It ends at the first one that is not whole.
#[derive(Debug, Clone)]
pub(super) struct Reader<'m>(pub(super) &'m [u8]);

impl<'m> Iterator for Reader<'m> {
    type Item = Message<'m>;

    fn next(&mut self) -> Option<Message<'m>> {
        let header = self.0.get(..HEADER)?;
        let length = usize::try_from(u32::from_ne_bytes(header.get(..4)?.try_into().ok()?)).ok()?;
        let payload = self.0.get(HEADER..length)?;
        let kind = u16::from_ne_bytes(header.get(4..6)?.try_into().ok()?);
        let sequence = u32::from_ne_bytes(header.get(8..12)?.try_into().ok()?);
        self.0 = self.0.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(Message { kind, sequence, payload })
    }
}

/// The attributes in a payload, without their flags: kind and value.
pub(super) fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(u16::from_ne_bytes(bytes.get(..2)?.try_into().ok()?));
        let kind = u16::from_ne_bytes(bytes.get(2..4)?.try_into().ok()?) & 0x3fff;
        let value = bytes.get(4..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, value))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut writer = Writer::default();
        for sequence in [7, 8] {
            let message = writer.begin(0xa0c, CREATE, sequence, &[1, 0, 0, 10]);
            writer.text(1, "vauban");
            let nest = writer.nest(3);
            writer.attribute(1, &[1, 2, 3]);
            writer.end_nest(nest);
            writer.end(message);
        }
        let messages: Vec<_> = Reader(&writer.bytes).collect();
        assert_eq!(messages.iter().map(|message| message.sequence).collect::<Vec<_>>(), [7, 8]);
        let found: Vec<_> = attributes(&messages[1].payload[4..]).collect();
        assert_eq!(found[0], (1, &b"vauban\0"[..]));
        assert_eq!(attributes(found[1].1).next(), Some((1, &[1, 2, 3][..])));
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_to_its_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let read: usize = Reader(&bytes).map(|message| HEADER + message.payload.len()).sum();
            prop_assert!(read <= bytes.len());
            prop_assert!(attributes(&bytes).map(|(_, value)| value.len() + 4).sum::<usize>() <= bytes.len());
        }
    }
}
