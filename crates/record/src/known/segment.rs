//! A segment of history: sorted observables with the places where each was seen, front-coded, never changed.
//!
//! Layout: a varint with the length of the table of items, the table, then the observables. An item is the number of its
//! content and the path to it inside. An observable is its key (kind and value, sharing a prefix with the one before)
//! and its sightings, each an item with how far it got and when. Hashes are kept as bytes, not as hexadecimal.

use crate::RecordError;

/// The item shows the observable itself; else a text in it mentions it.
pub(super) const MENTIONED: u8 = 0x10;
const HAS_TIME: u8 = 0x20;
/// A value that is lower-case hexadecimal, kept as bytes.
const PACKED: u8 = 0x80;

/// An item that showed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ItemRow {
    pub(super) content: i64,
    /// The segments of its location inside the file; empty for the file itself.
    pub(super) inside: Vec<Box<str>>,
}

/// One sighting of an observable: number of the item in the segment, flags, time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    pub(super) item: u32,
    /// The exposure's number, and [`MENTIONED`].
    pub(super) flags: u8,
    pub(super) at: Option<i64>,
}

/// The key under which an observable is sorted and kept.
pub(super) fn key(kind: u8, value: &str, out: &mut Vec<u8>) {
    out.clear();
    let digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if value.len() >= 32 && value.len().is_multiple_of(2) && value.bytes().all(|byte| digit(&byte)) {
        out.push(kind | PACKED);
        let nibble = |byte: u8| if byte.is_ascii_digit() { byte - b'0' } else { byte - b'a' + 10 };
        let (pairs, _) = value.as_bytes().as_chunks::<2>();
        out.extend(pairs.iter().map(|[high, low]| nibble(*high) << 4 | nibble(*low)));
    } else {
        out.push(kind);
        out.extend(value.as_bytes());
    }
}

/// The kind and value of a key.
pub(super) fn unkey(key: &[u8]) -> Option<(u8, String)> {
    let (kind, value) = key.split_first()?;
    if kind & PACKED != 0 {
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
        Some((kind & !PACKED, value.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()))
    } else {
        Some((*kind, String::from_utf8(value.to_vec()).ok()?))
    }
}

/// Writes a segment; observables are pushed in the order of their keys.
#[derive(Debug, Default)]
pub(super) struct Writer {
    items: Vec<u8>,
    item_count: u32,
    last_content: i64,
    last_inside: Vec<u8>,
    observables: Vec<u8>,
    count: u64,
    last_key: Vec<u8>,
}

impl Writer {
    /// Adds an item and gives its number.
    pub(super) fn item(&mut self, row: &ItemRow) -> u32 {
        let mut inside = Vec::new();
        for segment in &row.inside {
            varint(segment.len() as u64, &mut inside);
            inside.extend(segment.as_bytes());
        }
        varint(zigzag(row.content.wrapping_sub(self.last_content)), &mut self.items);
        front_code(&self.last_inside, &inside, &mut self.items);
        self.last_content = row.content;
        self.last_inside = inside;
        let number = self.item_count;
        self.item_count += 1;
        number
    }

    /// Adds an observable with all its sightings in order of items.
    pub(super) fn observable(&mut self, key: &[u8], seen: &[Seen]) {
        front_code(&self.last_key, key, &mut self.observables);
        varint(seen.len() as u64, &mut self.observables);
        let mut last = 0;
        for one in seen {
            varint(u64::from(one.item.saturating_sub(last)), &mut self.observables);
            last = one.item;
            self.observables.push(one.flags | if one.at.is_some() { HAS_TIME } else { 0 });
            if let Some(at) = one.at {
                varint(zigzag(at), &mut self.observables);
            }
        }
        self.last_key.clear();
        self.last_key.extend(key);
        self.count += 1;
    }

    /// How many observables, and the bytes.
    pub(super) fn finish(self) -> (u64, Vec<u8>) {
        let mut bytes = Vec::with_capacity(self.items.len() + self.observables.len() + 16);
        varint(u64::from(self.item_count), &mut bytes);
        varint(self.items.len() as u64, &mut bytes);
        bytes.extend(self.items);
        bytes.extend(self.observables);
        (self.count, bytes)
    }
}

/// Reads a segment from its start to its end.
#[derive(Debug)]
pub(super) struct Reader<'s> {
    rest: &'s [u8],
    pub(super) items: Vec<ItemRow>,
    pub(super) key: Vec<u8>,
    pub(super) seen: Vec<Seen>,
}

impl<'s> Reader<'s> {
    pub(super) fn open(bytes: &'s [u8]) -> Result<Self, RecordError> {
        Self::parse(bytes).ok_or_else(damaged)
    }

    fn parse(bytes: &'s [u8]) -> Option<Self> {
        let mut rest = bytes;
        let count = read_varint(&mut rest)?;
        let length = usize::try_from(read_varint(&mut rest)?).ok()?;
        let (mut table, rest) = rest.split_at_checked(length)?;
        let mut items = Vec::new();
        let (mut content, mut inside) = (0_i64, Vec::new());
        for _ in 0..count {
            content = content.wrapping_add(unzigzag(read_varint(&mut table)?));
            read_front_coded(&mut table, &mut inside)?;
            let mut segments = Vec::new();
            let mut left = inside.as_slice();
            while !left.is_empty() {
                let length = usize::try_from(read_varint(&mut left)?).ok()?;
                let (segment, after) = left.split_at_checked(length)?;
                segments.push(std::str::from_utf8(segment).ok()?.into());
                left = after;
            }
            items.push(ItemRow { content, inside: segments });
        }
        Some(Self { rest, items, key: Vec::new(), seen: Vec::new() })
    }

    /// Goes on to the next observable; false at the end.
    pub(super) fn advance(&mut self) -> Result<bool, RecordError> {
        if self.rest.is_empty() {
            return Ok(false);
        }
        self.step().map(|()| true).ok_or_else(damaged)
    }

    fn step(&mut self) -> Option<()> {
        read_front_coded(&mut self.rest, &mut self.key)?;
        let count = read_varint(&mut self.rest)?;
        self.seen.clear();
        let mut item = 0_u32;
        for _ in 0..count {
            item = item.checked_add(u32::try_from(read_varint(&mut self.rest)?).ok()?)?;
            let (flags, after) = self.rest.split_first()?;
            self.rest = after;
            let at = if flags & HAS_TIME != 0 { Some(unzigzag(read_varint(&mut self.rest)?)) } else { None };
            self.seen.push(Seen { item, flags: flags & !HAS_TIME, at });
        }
        Some(())
    }
}

fn damaged() -> RecordError {
    RecordError::Damaged("a segment of history does not read back".to_owned())
}

fn front_code(last: &[u8], bytes: &[u8], out: &mut Vec<u8>) {
    let shared = last.iter().zip(bytes).take_while(|(a, b)| a == b).count();
    varint(shared as u64, out);
    varint((bytes.len() - shared) as u64, out);
    out.extend(&bytes[shared..]);
}

fn read_front_coded(rest: &mut &[u8], into: &mut Vec<u8>) -> Option<()> {
    let shared = usize::try_from(read_varint(rest)?).ok()?;
    let length = usize::try_from(read_varint(rest)?).ok()?;
    if shared > into.len() {
        return None;
    }
    let (suffix, after) = rest.split_at_checked(length)?;
    into.truncate(shared);
    into.extend(suffix);
    *rest = after;
    Some(())
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

fn read_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written() -> Vec<u8> {
        let mut writer = Writer::default();
        let file = writer.item(&ItemRow { content: 7, inside: Vec::new() });
        let inner = writer.item(&ItemRow { content: 7, inside: vec!["message 1".into(), "a\u{1f}.doc".into()] });
        let mut buffer = Vec::new();
        key(1, "evil.example", &mut buffer);
        writer.observable(
            &buffer,
            &[Seen { item: file, flags: 0, at: None }, Seen { item: inner, flags: 0x13, at: Some(-5) }],
        );
        key(6, "00ff00ff00ff00ff00ff00ff00ff00ff", &mut buffer);
        writer.observable(&buffer, &[Seen { item: inner, flags: 0, at: Some(1_480_000_000) }]);
        writer.finish().1
    }

    #[test]
    fn what_is_written_reads_back() {
        let bytes = written();
        let mut reader = Reader::open(&bytes).unwrap();
        assert_eq!(reader.items[1].inside, ["message 1".into(), "a\u{1f}.doc".into()]);
        assert!(reader.advance().unwrap());
        assert_eq!(unkey(&reader.key).unwrap(), (1, "evil.example".to_owned()));
        assert_eq!(reader.seen[1], Seen { item: 1, flags: 0x13, at: Some(-5) });
        assert!(reader.advance().unwrap());
        assert_eq!(unkey(&reader.key).unwrap(), (6, "00ff00ff00ff00ff00ff00ff00ff00ff".to_owned()));
        assert_eq!(reader.key.len(), 17, "a hash is kept as bytes");
        assert!(!reader.advance().unwrap());
    }

    #[test]
    fn damage_is_an_error_not_a_panic() {
        let bytes = written();
        for at in 0..bytes.len() {
            for changed in [bytes[..at].to_vec(), [&bytes[..at], &[0xff], &bytes[at + 1..]].concat()] {
                if let Ok(mut reader) = Reader::open(&changed) {
                    while matches!(reader.advance(), Ok(true)) {}
                }
            }
        }
    }

    #[test]
    fn numbers_of_any_size_fit() {
        for value in [0, 1, -1, i64::MAX, i64::MIN, 300, -300] {
            let mut bytes = Vec::new();
            varint(zigzag(value), &mut bytes);
            assert_eq!(read_varint(&mut bytes.as_slice()).map(unzigzag), Some(value));
        }
    }
}
