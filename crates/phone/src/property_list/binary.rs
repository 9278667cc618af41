//! The binary form: a table of offsets to objects that refer to each other by their place in that table.

use std::borrow::Cow;

use super::value::{MAX_DEPTH, Value};

/// A text that is copied or looked through costs as much as one value for each of so many bytes: a list may name the
/// same long text any number of times.
const TEXT_PER_VALUE: usize = 64;
const TRAILER: usize = 32;
const CUT_SHORT: &str = "the property list is cut short";
const MALFORMED: &str = "the property list is malformed";

/// The bytes, and what the trailer says about them.
struct Objects<'a> {
    bytes: &'a [u8],
    offset_size: usize,
    reference_size: usize,
    offsets: &'a [u8],
    /// Values that may still be made. Objects are shared, so that a few bytes may stand for any number of values.
    values_left: usize,
}

/// Reads a binary property list of at most `values` values.
pub(super) fn parse(bytes: &[u8], values: usize) -> Result<Value<'_>, &'static str> {
    let trailer_at = bytes.len().checked_sub(TRAILER).ok_or(CUT_SHORT)?;
    let trailer = bytes.get(trailer_at..).ok_or(CUT_SHORT)?;
    let size = |at: usize| trailer.get(at).map(|size| usize::from(*size)).filter(|size| (1..=8).contains(size));
    let number = |at: usize| integer(trailer.get(at..at.saturating_add(8))?);
    let offset_size = size(6).ok_or(MALFORMED)?;
    let reference_size = size(7).ok_or(MALFORMED)?;
    let count = number(8).ok_or(MALFORMED)?;
    let root = number(16).ok_or(MALFORMED)?;
    let table_at = number(24).ok_or(MALFORMED)?;

    let table_length = count.checked_mul(offset_size).ok_or(MALFORMED)?;
    let table_end = table_at.checked_add(table_length).filter(|end| *end <= trailer_at).ok_or(CUT_SHORT)?;
    let offsets = bytes.get(table_at..table_end).ok_or(CUT_SHORT)?;
    // No object lies in the table or behind it.
    let bytes = bytes.get(..table_at).ok_or(CUT_SHORT)?;
    let mut objects = Objects { bytes, offset_size, reference_size, offsets, values_left: values };
    objects.value(root, 0)
}

impl<'a> Objects<'a> {
    fn value(&mut self, index: usize, depth: usize) -> Result<Value<'a>, &'static str> {
        // Also what ends a list that contains itself.
        if depth > MAX_DEPTH {
            return Err("the property list is nested too deeply");
        }
        self.spend(1)?;
        let at = index.checked_mul(self.offset_size).ok_or(MALFORMED)?;
        let offset = self.offsets.get(at..at.saturating_add(self.offset_size)).and_then(integer).ok_or(MALFORMED)?;
        let (marker, rest) = self.bytes.get(offset..).and_then(<[u8]>::split_first).ok_or(CUT_SHORT)?;
        let low = marker & 0x0f;
        match (marker >> 4, low) {
            (0, 8) => Ok(Value::Boolean(false)),
            (0, 9) => Ok(Value::Boolean(true)),
            (1, 0..=4) => signed(take(rest, 1 << low)?).map(Value::Integer),
            (2, 2) => Ok(Value::Real(f64::from(f32::from_be_bytes(fixed(rest)?)))),
            (2, 3) => Ok(Value::Real(f64::from_be_bytes(fixed(rest)?))),
            (3, 3) => Ok(Value::Date(f64::from_be_bytes(fixed(rest)?))),
            (4, _) => {
                let (length, rest) = length(low, rest)?;
                Ok(Value::Data(Cow::Borrowed(take(rest, length)?)))
            }
            (5 | 7, _) => {
                let (length, rest) = length(low, rest)?;
                self.spend(length / TEXT_PER_VALUE)?;
                Ok(Value::Text(String::from_utf8_lossy(take(rest, length)?)))
            }
            (6, _) => {
                let (length, rest) = length(low, rest)?;
                self.spend(length / TEXT_PER_VALUE)?;
                let units = take(rest, length.checked_mul(2).ok_or(CUT_SHORT)?)?;
                let units = units.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
                let text = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER));
                Ok(Value::Text(Cow::Owned(text.collect())))
            }
            (8, 0..=7) => {
                let bytes = take(rest, usize::from(low).saturating_add(1))?;
                Ok(Value::Uid(bytes.iter().fold(0, |all, byte| (all << 8) | u64::from(*byte))))
            }
            (0xa..=0xc, _) => {
                let (length, rest) = length(low, rest)?;
                self.references(rest, length)?
                    .map(|index| self.value(index?, depth.saturating_add(1)))
                    .collect::<Result<_, _>>()
                    .map(Value::Array)
            }
            (0xd, _) => {
                let (length, rest) = length(low, rest)?;
                let keys = self.references(rest, length)?;
                let values =
                    self.references(rest.get(length.saturating_mul(self.reference_size)..).ok_or(CUT_SHORT)?, length)?;
                let mut pairs = Vec::new();
                for (key, value) in keys.zip(values) {
                    let Value::Text(key) = self.value(key?, depth.saturating_add(1))? else { return Err(MALFORMED) };
                    pairs.push((key, self.value(value?, depth.saturating_add(1))?));
                }
                Ok(Value::Dictionary(pairs))
            }
            _ => Err(MALFORMED),
        }
    }

    fn spend(&mut self, values: usize) -> Result<(), &'static str> {
        self.values_left = self.values_left.checked_sub(values).ok_or("the property list has too many values")?;
        Ok(())
    }

    /// The next `count` references to objects.
    fn references(
        &self,
        bytes: &'a [u8],
        count: usize,
    ) -> Result<impl Iterator<Item = Result<usize, &'static str>> + use<'a>, &'static str> {
        let all = take(bytes, count.checked_mul(self.reference_size).ok_or(CUT_SHORT)?)?;
        Ok(all.chunks_exact(self.reference_size).map(|reference| integer(reference).ok_or(MALFORMED)))
    }
}

/// How long an object is: in the low half of its marker, or in an integer after it.
fn length(low: u8, rest: &[u8]) -> Result<(usize, &[u8]), &'static str> {
    if low != 0x0f {
        return Ok((usize::from(low), rest));
    }
    let (marker, rest) = rest.split_first().ok_or(CUT_SHORT)?;
    if !(0x10..=0x13).contains(marker) {
        return Err(MALFORMED);
    }
    let size = 1_usize << (marker & 0x0f);
    let length = integer(take(rest, size)?).ok_or(MALFORMED)?;
    Ok((length, rest.get(size..).unwrap_or_default()))
}

fn take(bytes: &[u8], length: usize) -> Result<&[u8], &'static str> {
    bytes.get(..length).ok_or(CUT_SHORT)
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], &'static str> {
    bytes.first_chunk().copied().ok_or(CUT_SHORT)
}

/// At most eight bytes, big-endian, as a size or an index.
fn integer(bytes: &[u8]) -> Option<usize> {
    let value = bytes.iter().fold(0_u64, |all, byte| (all << 8) | u64::from(*byte));
    usize::try_from(value).ok()
}

/// One, two and four bytes have no sign, eight and sixteen have.
fn signed(bytes: &[u8]) -> Result<i64, &'static str> {
    match *bytes {
        [a] => Ok(i64::from(a)),
        [a, b] => Ok(i64::from(u16::from_be_bytes([a, b]))),
        [a, b, c, d] => Ok(i64::from(u32::from_be_bytes([a, b, c, d]))),
        _ => match (bytes.first_chunk(), bytes.first_chunk()) {
            (_, Some(long)) => i64::try_from(i128::from_be_bytes(*long)).map_err(|_| MALFORMED),
            (Some(short), None) => Ok(i64::from_be_bytes(*short)),
            (None, None) => Err(CUT_SHORT),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Objects, their offsets in one byte each, and a trailer that says so.
    fn list(objects: &[&[u8]]) -> Vec<u8> {
        let mut bytes = b"bplist00".to_vec();
        let mut offsets = Vec::new();
        for object in objects {
            offsets.push(u8::try_from(bytes.len()).unwrap());
            bytes.extend_from_slice(object);
        }
        let table_at = bytes.len() as u64;
        bytes.extend_from_slice(&offsets);
        bytes.extend_from_slice(&[0, 0, 0, 0, 0, 0, 1, 1]);
        for number in [offsets.len() as u64, 0, table_at] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes
    }

    #[test]
    fn what_another_writer_wrote_is_read() {
        let mut dictionary = plist::Dictionary::new();
        dictionary.insert("small".to_owned(), 7.into());
        dictionary.insert("negative".to_owned(), (-7).into());
        dictionary.insert("large".to_owned(), 5_000_000_000_i64.into());
        dictionary.insert("name".to_owned(), "Zoé’s phone, which has a long name".into());
        dictionary.insert("data".to_owned(), plist::Value::Data(vec![1; 300]));
        dictionary.insert(
            "list".to_owned(),
            plist::Value::Array(vec![true.into(), plist::Value::Uid(plist::Uid::new(300)), 0.5.into()]),
        );
        let mut bytes = Vec::new();
        plist::Value::Dictionary(dictionary).to_writer_binary(&mut bytes).unwrap();
        let value = parse(&bytes, 100).unwrap();
        assert_eq!(value.get("small").and_then(Value::as_integer), Some(7));
        assert_eq!(value.get("negative").and_then(Value::as_integer), Some(-7));
        assert_eq!(value.get("large").and_then(Value::as_integer), Some(5_000_000_000));
        assert_eq!(value.get("name").and_then(Value::as_text), Some("Zoé’s phone, which has a long name"));
        assert_eq!(value.get("data").and_then(Value::as_data), Some(&[1; 300][..]));
        let list = [Value::Boolean(true), Value::Uid(300), Value::Real(0.5)];
        assert_eq!(value.get("list").and_then(Value::as_array), Some(&list[..]));
        assert!(parse(&bytes, 5).is_err(), "it has more than five values");
    }

    #[test]
    fn a_list_that_contains_itself_ends() {
        assert_eq!(parse(&list(&[&[0xa1, 0]]), 1000), Err("the property list is nested too deeply"));
    }

    #[test]
    fn thirty_lists_of_two_do_not_become_a_billion() {
        let objects: Vec<[u8; 3]> = (0..30).map(|at| [0xa2, at + 1, at + 1]).collect();
        let mut objects: Vec<&[u8]> = objects.iter().map(|object| &object[..]).collect();
        objects.push(&[0x09]);
        assert_eq!(parse(&list(&objects), 100_000), Err("the property list has too many values"));
    }

    #[test]
    fn lengths_beyond_the_end_are_refused() {
        for object in [
            &[0x4f, 0x13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..],
            &[0xaf, 0x12, 0xff, 0xff, 0xff, 0xff],
            &[0x6e],
            &[0xd3, 0],
        ] {
            assert!(parse(&list(&[object]), 1000).is_err());
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(
            body in proptest::collection::vec(any::<u8>(), 0..200),
            sizes in any::<[u8; 2]>(),
            count in 0_u64..40,
        ) {
            let mut bytes = b"bplist00".to_vec();
            bytes.extend_from_slice(&body);
            bytes.extend_from_slice(&[0, 0, 0, 0, 0, 0, sizes[0] % 10, sizes[1] % 10]);
            for number in [count, 0, 8] {
                bytes.extend_from_slice(&number.to_be_bytes());
            }
            let _ = parse(&bytes, 1000);
            let _ = parse(&body, 1000);
        }
    }
}
