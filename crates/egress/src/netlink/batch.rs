//! A transaction of nf_tables: elements put into sets and taken out, all at once or not at all.

use std::{net::IpAddr, time::Duration};

use super::message::{ACK, CREATE, Writer};
use crate::TABLE;

const BEGIN: u16 = 0x10;
const END: u16 = 0x11;
pub(super) const SUBSYSTEM: u16 = 10;
const NEW_ELEMENTS: u16 = (SUBSYSTEM << 8) | 12;
pub(super) const GET_ELEMENTS: u16 = (SUBSYSTEM << 8) | 13;
const DELETE_ELEMENTS: u16 = (SUBSYSTEM << 8) | 14;
pub(super) const GET_GENERATION: u16 = (SUBSYSTEM << 8) | 16;

/// `NFPROTO_INET`, version 0, no resource.
pub(super) const INET: [u8; 4] = [1, 0, 0, 0];
pub(super) const LIST_TABLE: u16 = 1;
pub(super) const LIST_SET: u16 = 2;
const LIST_ELEMENTS: u16 = 3;
const ELEMENT: u16 = 1;
const KEY: u16 = 1;
const FLAGS: u16 = 3;
const TIMEOUT: u16 = 4;
const VALUE: u16 = 1;
const INTERVAL_END: u32 = 1;

/// So many elements are in one message at the most: what they take fits into the two bytes of its length.
const MOST_ELEMENTS: usize = 600;

/// An element of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element {
    key: [u8; 32],
    length: usize,
    timeout: Option<Duration>,
    is_end: bool,
}

impl Element {
    /// One address, for so long or (none) for as long as the set says.
    pub(crate) fn address(address: IpAddr, timeout: Option<Duration>) -> Self {
        let mut element = Self { key: [0; 32], length: 0, timeout, is_end: false };
        element.push(address);
        element
    }

    /// A device and a destination, of one family.
    pub(crate) fn pair(device: IpAddr, destination: IpAddr, timeout: Option<Duration>) -> Self {
        let mut element = Self::address(device, timeout);
        element.push(destination);
        element
    }

    /// The first address behind an interval.
    pub(crate) fn end(address: IpAddr) -> Self {
        Self { is_end: true, ..Self::address(address, None) }
    }

    /// The same without its time, to take it out.
    pub(crate) const fn bare(mut self) -> Self {
        self.timeout = None;
        self
    }

    fn push(&mut self, address: IpAddr) {
        let octets = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        if let Some(place) = self.key.get_mut(self.length..self.length + octets.len()) {
            place.copy_from_slice(&octets);
            self.length += octets.len();
        }
    }

    fn write(&self, writer: &mut Writer) {
        let element = writer.nest(ELEMENT);
        let key = writer.nest(KEY);
        writer.attribute(VALUE, self.key.get(..self.length).unwrap_or_default());
        writer.end_nest(key);
        if self.is_end {
            writer.attribute(FLAGS, &INTERVAL_END.to_be_bytes());
        }
        if let Some(timeout) = self.timeout {
            let milliseconds = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
            writer.attribute(TIMEOUT, &milliseconds.max(1).to_be_bytes());
        }
        writer.end_nest(element);
    }
}

/// A transaction that is being written. An empty one is not sent.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    writer: Writer,
    first: u32,
    next: u32,
}

impl Batch {
    /// Begins, with the number of its first message.
    pub(super) fn new(first: u32) -> Self {
        let mut batch = Self { writer: Writer::default(), first, next: first };
        batch.frame(BEGIN);
        batch
    }

    /// Puts elements into a set; those that are there stay.
    pub(crate) fn add(&mut self, set: &str, elements: &[Element]) {
        for some in elements.chunks(MOST_ELEMENTS) {
            self.change(NEW_ELEMENTS, CREATE, set, some);
        }
    }

    /// Takes elements out of a set; all of them must be there.
    pub(crate) fn delete(&mut self, set: &str, elements: &[Element]) {
        for some in elements.chunks(MOST_ELEMENTS) {
            self.change(DELETE_ELEMENTS, 0, set, some);
        }
    }

    /// Takes everything out of a set.
    pub(crate) fn flush(&mut self, set: &str) {
        self.change(DELETE_ELEMENTS, 0, set, &[]);
    }

    /// Begins the time of elements anew, whether they are there or not. Kernels before 6.12 leave the time of an element that
    /// is put in again as it was, so it is put in, taken out, and put in; packets see only the end of a transaction.
    pub(crate) fn renew(&mut self, set: &str, elements: &[Element]) {
        let bare: Vec<Element> = elements.iter().map(|element| element.bare()).collect();
        self.add(set, elements);
        self.delete(set, &bare);
        self.add(set, elements);
    }

    fn change(&mut self, kind: u16, flags: u16, set: &str, elements: &[Element]) {
        let message = self.writer.begin(kind, flags | ACK, self.next, &INET);
        self.next = self.next.wrapping_add(1);
        self.writer.text(LIST_TABLE, TABLE);
        self.writer.text(LIST_SET, set);
        if !elements.is_empty() {
            let list = self.writer.nest(LIST_ELEMENTS);
            for element in elements {
                element.write(&mut self.writer);
            }
            self.writer.end_nest(list);
        }
        self.writer.end(message);
    }

    fn frame(&mut self, kind: u16) {
        let [high, low] = SUBSYSTEM.to_be_bytes();
        let message = self.writer.begin(kind, 0, self.next, &[0, 0, high, low]);
        self.next = self.next.wrapping_add(1);
        self.writer.end(message);
    }

    /// Its bytes, the number of its first message, and those of the messages that are answered.
    pub(super) fn finish(mut self) -> (Vec<u8>, u32, std::ops::Range<u32>) {
        let answered = self.first.wrapping_add(1)..self.next;
        self.frame(END);
        (self.writer.bytes, self.first, answered)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::message::Reader, *};

    #[test]
    fn an_element_is_written_as_the_kernel_reads_it() {
        let mut batch = Batch::new(1);
        let pair =
            Element::pair("10.0.0.1".parse().unwrap(), "192.0.2.7".parse().unwrap(), Some(Duration::from_secs(60)));
        batch.add("open4", &[pair]);
        let (bytes, first, answered) = batch.finish();
        assert_eq!((first, answered), (1, 2..3));
        let messages: Vec<_> = Reader(&bytes).collect();
        assert_eq!(messages.iter().map(|message| message.kind).collect::<Vec<_>>(), [BEGIN, NEW_ELEMENTS, END]);
        let shown: Vec<String> = messages[1].payload.iter().map(|byte| format!("{byte:02x}")).collect();
        // The outer parts are in the byte order of the machine.
        if cfg!(target_endian = "little") {
            assert_eq!(
                shown.concat(),
                "01000000\
                 0b00010076617562616e0000\
                 0a0002006f70656e34000000\
                 24000380\
                 20000180\
                 10000180\
                 0c0001000a000001c0000207\
                 0c000400000000000000ea60"
            );
        }
    }

    #[test]
    fn the_largest_message_says_its_length() {
        let address: IpAddr = "2001:db8::1".parse().unwrap();
        let elements = vec![Element::pair(address, address, Some(Duration::MAX)); MOST_ELEMENTS];
        let mut batch = Batch::new(1);
        batch.add("open6", &elements);
        let (bytes, ..) = batch.finish();
        assert!(bytes.len() < usize::from(u16::MAX), "{}", bytes.len());
        assert_eq!(Reader(&bytes).count(), 3);
    }
}
