//! Records in order, packed: of each path only what differs from the one before is written, and the usual actions are one byte.
//!
//! A name and everything below it, `evil.example` and `*.evil.example`, take some twenty bytes together. Every sixteenth record is
//! written whole and can be found by halving.

use super::record::{Record, rtype};

/// How many records there are from one that is written whole to the next.
const STRIDE: usize = 16;
/// The lifetime that is not written.
pub(crate) const USUAL_TTL: u32 = 300;
/// The data of an alias that is an action of its own.
const USUAL: [&[u8]; 5] =
    [b"\x00", b"\x01*\x00", b"\x0crpz-passthru\x00", b"\x08rpz-drop\x00", b"\x0crpz-tcp-only\x00"];
/// Any other record: its type and data follow.
const OTHER: u8 = 0x0F;
/// The lifetime follows.
const HAS_TTL: u8 = 0x80;

/// Records in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    bytes: Vec<u8>,
    /// Where each record that is written whole begins.
    whole: Vec<u32>,
    count: usize,
}

impl Records {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// How many bytes of memory they take.
    pub(crate) fn size(&self) -> usize {
        self.bytes.capacity() + self.whole.capacity() * size_of::<u32>()
    }

    /// From the first record on.
    pub(crate) fn cursor(&self) -> Cursor<'_> {
        Cursor { records: self, at: 0, path: Vec::with_capacity(64), tail: Tail::default(), is_ahead: false }
    }

    /// A cursor whose next record is the first with this path or one behind it.
    pub(crate) fn seek(&self, path: &[u8]) -> Cursor<'_> {
        let block = self.whole.partition_point(|&at| self.whole_path(at) < path).saturating_sub(1);
        let mut cursor = self.cursor();
        cursor.at = self.whole.get(block).map_or(0, |&at| at as usize);
        while let Some(record) = cursor.step() {
            if record.path >= path {
                cursor.is_ahead = true;
                break;
            }
        }
        cursor
    }

    /// The path of a record that is written whole.
    fn whole_path(&self, at: u32) -> &[u8] {
        let at = at as usize;
        let length = self.bytes.get(at + 1).copied().map_or(0, usize::from);
        self.bytes.get(at + 2..at + 2 + length).unwrap_or_default()
    }
}

/// Writes records that come in order.
#[derive(Debug, Default)]
pub(crate) struct Packer {
    records: Records,
    last: Vec<u8>,
}

impl Packer {
    /// Room for so many bytes.
    pub(crate) fn with_room(bytes: usize) -> Self {
        let records = Records { bytes: Vec::with_capacity(bytes), ..Records::default() };
        Self { records, last: Vec::with_capacity(64) }
    }

    /// Appends a record; it is not before the last one.
    pub(crate) fn push(&mut self, record: &Record<'_>) {
        let Records { bytes, whole, count } = &mut self.records;
        let is_whole = *count % STRIDE == 0;
        let common = if is_whole {
            whole.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
            0
        } else {
            self.last.iter().zip(record.path).take_while(|(one, other)| one == other).count()
        };
        // A path has 254 bytes at the most.
        let byte = |length: usize| u8::try_from(length).unwrap_or(u8::MAX);
        bytes.extend([byte(common), byte(record.path.len() - common)]);
        bytes.extend_from_slice(&record.path[common..]);
        push_rest(bytes, record);
        self.last.clear();
        self.last.extend_from_slice(record.path);
        *count += 1;
    }

    /// What was packed.
    pub(crate) fn finish(mut self) -> Records {
        self.records.bytes.shrink_to_fit();
        self.records.whole.shrink_to_fit();
        self.records
    }
}

fn push_rest(bytes: &mut Vec<u8>, record: &Record<'_>) {
    let usual = USUAL.iter().position(|data| record.rtype == rtype::CNAME && *data == record.data);
    let kind = usual.map_or(OTHER, |index| u8::try_from(index).unwrap_or(OTHER));
    let ttl = (record.ttl != USUAL_TTL).then_some(record.ttl);
    bytes.push(kind | if ttl.is_some() { HAS_TTL } else { 0 });
    if let Some(ttl) = ttl {
        bytes.extend(ttl.to_le_bytes());
    }
    if kind == OTHER {
        bytes.extend(record.rtype.to_le_bytes());
        bytes.extend(u16::try_from(record.data.len()).unwrap_or(u16::MAX).to_le_bytes());
        bytes.extend_from_slice(record.data);
    }
}

/// Goes over records, one after the other.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    records: &'a Records,
    at: usize,
    path: Vec<u8>,
    tail: Tail<'a>,
    /// Whether the next record was read already.
    is_ahead: bool,
}

#[derive(Clone, Default)]
struct Tail<'a> {
    rtype: u16,
    data: &'a [u8],
    ttl: u32,
}

impl<'a> Cursor<'a> {
    /// The next record.
    pub(crate) fn step(&mut self) -> Option<Record<'_>> {
        if self.is_ahead {
            self.is_ahead = false;
        } else {
            self.advance()?;
        }
        Some(self.record())
    }

    /// The next step leads to the same record once more.
    pub(crate) fn step_back(&mut self) {
        self.is_ahead = true;
    }

    /// The record that the last step led to.
    pub(crate) fn record(&self) -> Record<'_> {
        Record { path: &self.path, rtype: self.tail.rtype, data: self.tail.data, ttl: self.tail.ttl }
    }

    fn advance(&mut self) -> Option<()> {
        let common = self.byte()?;
        let length = self.byte()?;
        let suffix = self.take(usize::from(length))?;
        self.path.truncate(usize::from(common));
        self.path.extend_from_slice(suffix);
        let kind = self.byte()?;
        let ttl = if kind & HAS_TTL == 0 { USUAL_TTL } else { u32::from_le_bytes(self.array()?) };
        self.tail = match USUAL.get(usize::from(kind & !HAS_TTL)) {
            Some(data) => Tail { rtype: rtype::CNAME, data, ttl },
            None => {
                let rtype = u16::from_le_bytes(self.array()?);
                let length = u16::from_le_bytes(self.array()?);
                Tail { rtype, data: self.take(usize::from(length))?, ttl }
            }
        };
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.records.bytes.get(self.at..self.at + length)?;
        self.at += length;
        Some(taken)
    }
}
