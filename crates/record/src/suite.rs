//! The one suite that every store passes.

use jiff::Timestamp;

use vauban_model::{Location, Reason, Summary, Unread};

use crate::{CoverageRow, FormatCount, Kind, Record, SweepFinished, SweepLog, SweepStarted, Verification, sweeps};

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

        #[test]
        fn a_sweep_reads_back_as_it_was_written() {
            let (mut record, _keep) = $make();
            crate::suite::sweep(&mut record);
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

pub(crate) fn sweep(record: &mut impl Record) {
    let at = |seconds: i64| Timestamp::from_second(1_790_000_000 + seconds).unwrap();
    let started = SweepStarted {
        paths: vec!["evidence".into()],
        program: "0.1.0".into(),
        set_version: "1".into(),
        indicators: 3,
        set_aside: 1,
    };
    let unread = Unread { location: Location::file("a.rar"), reason: Reason::Unsupported, detail: "RAR".into() };
    let summary = Summary { files: 2_501, read: 2_500, unread: 1, ..Summary::default() };
    let mut log = SweepLog::begin(record, at(0), &started).unwrap();
    let first = log.sweep();
    for number in 0..2_501_u64 {
        let row = CoverageRow {
            path: format!("evidence/{number}"),
            bytes: number,
            sha256: None,
            format: "text".into(),
            items: 0,
            unread: Vec::new(),
        };
        log.coverage(at(1), row).unwrap();
    }
    log.unread(at(1), &unread).unwrap();
    log.unchanged("/evidence/b", "00");
    let formats = vec![FormatCount { format: "zip".to_owned(), files: 2, unread: 1 }];
    let finished = SweepFinished { summary, formats };
    log.finish(at(2), &finished).unwrap();
    let died = SweepLog::begin(record, at(3), &started).unwrap().sweep();

    let listed = sweeps(record).unwrap();
    assert_eq!(listed.iter().map(|swept| swept.sweep).collect::<Vec<_>>(), [first, died]);
    assert_eq!(listed[0].finished, Some((at(2), finished)));
    assert_eq!((&listed[0].started, &listed[1].finished), (&started, &None));
    assert_eq!(crate::unread(record, Some(first)).unwrap(), [unread]);
    assert!(crate::sightings(record, None).unwrap().is_empty());
    assert!(listed[1].summary().partial && !listed[0].summary().partial);
    let rows = crate::coverage(record, Some(first)).unwrap();
    assert!(rows.len() == 2_501 && rows.iter().enumerate().all(|(index, row)| row.bytes == index as u64));
    assert!(matches!(record.verify(None).unwrap(), Verification::Whole(_)));
}

mod memory {
    use crate::MemoryRecord;

    every_store_keeps_the_record!(|| (MemoryRecord::default(), ()));
}
