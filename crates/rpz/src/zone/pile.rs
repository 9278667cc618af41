//! Records as they arrive, in any order, until there is an order.

use super::{
    record::Record,
    records::{Packer, Records},
};

/// More than a pile takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// More records.
    Records,
    /// More bytes.
    Bytes,
}

/// Records as they arrive.
#[derive(Debug)]
pub(crate) struct Pile {
    bytes: Vec<u8>,
    starts: Vec<u32>,
    most_records: usize,
    most_bytes: usize,
}

impl Pile {
    /// An empty one, which takes so many records and bytes (4 GiB at the most).
    pub(crate) fn new(most_records: usize, most_bytes: usize) -> Self {
        Self { bytes: Vec::new(), starts: Vec::new(), most_records, most_bytes: most_bytes.min(u32::MAX as usize) }
    }

    /// Puts a record on it.
    pub(crate) fn push(&mut self, record: &Record<'_>) -> Result<(), Full> {
        if self.starts.len() >= self.most_records {
            return Err(Full::Records);
        }
        if self.bytes.len() + record.path.len() + record.data.len() + HEAD > self.most_bytes {
            return Err(Full::Bytes);
        }
        self.starts.push(u32::try_from(self.bytes.len()).map_err(|_| Full::Bytes)?);
        self.bytes.push(u8::try_from(record.path.len()).map_err(|_| Full::Bytes)?);
        self.bytes.extend(u16::try_from(record.data.len()).map_err(|_| Full::Bytes)?.to_le_bytes());
        self.bytes.extend(record.rtype.to_le_bytes());
        self.bytes.extend(record.ttl.to_le_bytes());
        self.bytes.extend_from_slice(record.path);
        self.bytes.extend_from_slice(record.data);
        Ok(())
    }

    /// Sorted and packed; of twins, which no zone has, the first by lifetime stays.
    pub(crate) fn into_records(self) -> Records {
        let Self { bytes, mut starts, .. } = self;
        starts.sort_unstable_by(|&one, &other| at(&bytes, one).cmp(&at(&bytes, other)));
        let mut packer = Packer::with_room(bytes.len() / 2);
        let mut last: Option<Record<'_>> = None;
        for &start in &starts {
            let record = at(&bytes, start);
            if last.is_none_or(|last| !last.is_twin_of(&record)) {
                packer.push(&record);
            }
            last = Some(record);
        }
        packer.finish()
    }
}

/// Bytes of a record before its path: three lengths, type, lifetime.
const HEAD: usize = 9;

fn at(bytes: &[u8], start: u32) -> Record<'_> {
    let bytes = bytes.get(start as usize..).unwrap_or_default();
    let [path, data_low, data_high, type_low, type_high, a, b, c, d, rest @ ..] = bytes else {
        return Record { path: &[], rtype: 0, data: &[], ttl: 0 };
    };
    let length = usize::from(u16::from_le_bytes([*data_low, *data_high]));
    let (path, rest) = rest.split_at_checked(usize::from(*path)).unwrap_or_default();
    Record {
        path,
        rtype: u16::from_le_bytes([*type_low, *type_high]),
        data: rest.get(..length).unwrap_or_default(),
        ttl: u32::from_le_bytes([*a, *b, *c, *d]),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_record() -> impl Strategy<Value = (Vec<u8>, u16, Vec<u8>, u32)> {
        let label = proptest::collection::vec(proptest::sample::select(b"ab*-".to_vec()), 1..3);
        let path = proptest::collection::vec(label, 0..4).prop_map(|labels| {
            labels.iter().flat_map(|label| std::iter::once(label.len() as u8).chain(label.iter().copied())).collect()
        });
        let data = prop_oneof![
            Just(b"\x00".to_vec()),
            Just(b"\x01*\x00".to_vec()),
            Just(b"\x0crpz-passthru\x00".to_vec()),
            proptest::collection::vec(any::<u8>(), 0..6)
        ];
        (path, prop_oneof![Just(5u16), Just(1), any::<u16>()], data, prop_oneof![Just(300u32), any::<u32>()])
    }

    proptest! {
        #[test]
        fn what_lies_on_a_pile_comes_out_sorted_and_can_be_found(
            records in proptest::collection::vec(any_record(), 0..120),
            sought in any_record(),
        ) {
            let mut pile = Pile::new(1000, 1 << 20);
            for (path, rtype, data, ttl) in &records {
                pile.push(&Record { path, rtype: *rtype, data, ttl: *ttl }).unwrap();
            }
            let mut expected = records;
            expected.sort_by(|one, other| (&one.0, one.1, &one.2, one.3).cmp(&(&other.0, other.1, &other.2, other.3)));
            expected.dedup_by(|next, last| (&next.0, next.1, &next.2) == (&last.0, last.1, &last.2));
            let packed = pile.into_records();
            let mut cursor = packed.cursor();
            let mut found = Vec::new();
            while let Some(Record { path, rtype, data, ttl }) = cursor.step() {
                found.push((path.to_vec(), rtype, data.to_vec(), ttl));
            }
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(packed.len(), expected.len());
            let first = expected.iter().find(|record| record.0 >= sought.0);
            let mut cursor = packed.seek(&sought.0);
            let behind = cursor.step().map(|Record { path, rtype, data, ttl }| (path.to_vec(), rtype, data.to_vec(), ttl));
            prop_assert_eq!(behind.as_ref(), first);
        }
    }

    #[test]
    fn a_pile_has_an_end() {
        let mut pile = Pile::new(2, 40);
        let record = Record { path: b"\x01a", rtype: 5, data: b"\x00", ttl: 1 };
        assert_eq!(pile.push(&Record { data: &[0; 60], ..record }), Err(Full::Bytes));
        pile.push(&record).unwrap();
        pile.push(&record).unwrap();
        assert_eq!(pile.push(&record), Err(Full::Records));
        assert_eq!(pile.into_records().len(), 1);
    }
}
