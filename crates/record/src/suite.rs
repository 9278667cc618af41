//! The one suite that every store passes.

use jiff::Timestamp;

use crate::{Kind, Record, Verification};

/// Expands to the tests; the argument makes an empty record and whatever must stay alive beside it.
macro_rules! every_store_keeps_the_record {
    ($make:expr) => {
        #[test]
        fn an_empty_record_is_whole() {
            let (record, _keep) = $make();
            crate::suite::empty(&record);
        }

        #[test]
        fn entries_come_back_in_order_and_by_filter() {
            let (mut record, _keep) = $make();
            crate::suite::order(&mut record);
        }
    };
}
pub(crate) use every_store_keeps_the_record;

pub(crate) fn empty(record: &impl Record) {
    let head = record.head().unwrap();
    assert_eq!(head.sequence, 0);
    assert_eq!(record.verify(None).unwrap(), Verification::Whole(head));
}

pub(crate) fn order(record: &mut impl Record) {
    let at: Timestamp = "2026-11-24T08:00:00.123456789Z".parse().unwrap();
    let sweep = record.append(at, Kind::SweepStarted, 0, r#"{"a":1}"#).unwrap();
    record.append(at, Kind::Sighting, sweep, r#"{"é":"\u0000"}"#).unwrap();
    record.commit().unwrap();
    let other = record.append(at, Kind::SweepStarted, 0, "{}").unwrap();
    record.append(at, Kind::Sighting, other, r#"{"b":2}"#).unwrap();
    record.commit().unwrap();
    let list = |sweep, kind| {
        let mut all = Vec::new();
        record.entries(sweep, kind, &mut |entry| all.push((entry.sequence, entry.body, entry.at))).unwrap();
        all
    };
    assert_eq!(list(None, None).len(), 4);
    assert_eq!(list(Some(sweep), None).len(), 2);
    assert_eq!(
        list(None, Some(Kind::Sighting)),
        [(2, r#"{"é":"\u0000"}"#.to_owned(), at), (4, r#"{"b":2}"#.to_owned(), at)]
    );
    assert_eq!(list(Some(other), Some(Kind::Unread)), []);
    let head = record.head().unwrap();
    assert_eq!(record.verify(Some(head)).unwrap(), Verification::Whole(head));
    let mut wrong = head;
    wrong.hash[0] ^= 1;
    assert_eq!(record.verify(Some(wrong)).unwrap(), Verification::Broken { sequence: head.sequence });
}

mod memory {
    use crate::MemoryRecord;

    every_store_keeps_the_record!(|| (MemoryRecord::default(), ()));
}
