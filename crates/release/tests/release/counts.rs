//! Statements of counts: one stream, one week, one party, one length.

use proptest::prelude::*;
use vauban_release::{
    Band, CountsError, HubId, LineError, Moment, Number, SignedCounts, SignedReceipt, StreamId, Tally, Week,
};

use crate::support::{day, key, moment, run};

const PARTY: u8 = 40;
const RIVAL: u8 = 41;

fn hub(number: u128) -> HubId {
    HubId::new(uuid::Uuid::from_u128(number))
}

fn stream(number: u128) -> StreamId {
    StreamId::new(uuid::Uuid::from_u128(number))
}

fn week(text: &str) -> Week {
    text.parse().unwrap()
}

fn tally() -> Tally {
    Tally {
        hub: hub(7),
        stream: stream(1),
        week: week("2026-W48"),
        release: Number::new(7).unwrap(),
        open: Band::Few,
        blind: Band::None,
    }
}

fn signed(tally: &Tally) -> SignedCounts {
    SignedCounts::sign(tally, &key(PARTY)).unwrap()
}

fn monday() -> Moment {
    moment("2026-11-30T00:00:00Z")
}

#[test]
fn what_is_said_is_what_is_read() {
    let text = signed(&tally()).to_text();
    let line = text.lines().next().unwrap();
    let party = key(PARTY).public().fingerprint();
    assert_eq!(
        line,
        format!(
            "{{\"vauban\":\"counts/1\",\"hub\":\"{}\",\"stream\":\"{}\",\"party\":\"{party}\",\"week\":\"2026-W48\",\
             \"release\":\"0000000000000007\",\"open\":\"  2-9\",\"blind\":\"    0\"}}",
            hub(7),
            stream(1)
        )
    );
    let read = SignedCounts::from_text(&text).unwrap();
    assert_eq!((read.counts().open, read.counts().blind), (Band::Few, Band::None));
    assert_eq!(read, signed(&tally()), "the same numbers are the same bytes");
}

#[test]
fn it_is_of_one_stream_and_one_week_by_one_party() {
    let read = SignedCounts::from_text(&signed(&tally()).to_text()).unwrap();
    let verify = |party: u8, at: u128, of: u128, named: &str, moment| {
        read.verify(&key(party).public(), hub(at), (stream(of), week(named)), moment)
    };
    assert_eq!(verify(PARTY, 7, 1, "2026-W48", monday()), Ok(()));
    assert_eq!(verify(RIVAL, 7, 1, "2026-W48", monday()), Err(CountsError::OtherParty));
    assert_eq!(verify(PARTY, 8, 1, "2026-W48", monday()), Err(CountsError::OtherStream));
    assert_eq!(verify(PARTY, 7, 2, "2026-W48", monday()), Err(CountsError::OtherStream));
    assert_eq!(verify(PARTY, 7, 1, "2026-W47", monday()), Err(CountsError::OtherWeek(week("2026-W48"))));
    let early = moment("2026-11-29T23:49:59Z");
    assert_eq!(verify(PARTY, 7, 1, "2026-W48", early), Err(CountsError::Early(week("2026-W48"))));
    assert_eq!(verify(PARTY, 7, 1, "2026-W48", moment("2026-11-29T23:50:00Z")), Ok(()), "clocks are not the same");
}

#[test]
fn every_bit_counts() {
    let text = signed(&tally()).to_text();
    for at in 0..text.len() * 8 {
        let mut bytes = text.clone().into_bytes();
        bytes[at / 8] ^= 1 << (at % 8);
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let of = (stream(1), week("2026-W48"));
        let verified =
            SignedCounts::from_text(&text).and_then(|read| read.verify(&key(PARTY).public(), hub(7), of, monday()));
        assert!(verified.is_err(), "{at}");
    }
}

#[test]
fn a_line_has_one_spelling() {
    let text = signed(&tally()).to_text();
    for (from, to) in [
        ("counts/1", "counts/2"),
        ("\"  2-9\"", "\"2-9\""),
        ("\"  2-9\"", "\"    7\""),
        ("\"  2-9\"", "7"),
        ("\"0000000000000007\"", "7"),
        ("\"0000000000000007\"", "\"7\""),
        ("\"0000000000000007\"", "\"+000000000000007\""),
        ("\"0000000000000007\"", "\"0000000000000000\""),
        ("2026-W48", "2026-W54"),
        ("2026-W48", "2026-W8"),
        ("}\n", ",\"note\":\"\"}\n"),
        (":", ": "),
    ] {
        let bad = text.replacen(from, to, 1);
        assert_ne!(bad, text);
        assert_eq!(SignedCounts::from_text(&bad), Err(CountsError::Line(LineError::Shape)), "{bad}");
    }
    assert!(SignedCounts::from_text("").is_err() && SignedCounts::from_text(&"x".repeat(10_000)).is_err());
    let receipt = SignedReceipt::sign(run(1)[0].signed(), &key(PARTY), day(1)).unwrap().to_text();
    assert!(SignedCounts::from_text(&receipt).is_err() && SignedReceipt::from_text(&text).is_err());
}

fn tallies() -> impl Strategy<Value = Tally> {
    let band = || prop::sample::select(Band::ALL.to_vec());
    let weeks = (0..253_000_000_000_i64).prop_map(|at| Week::of(jiff::Timestamp::from_second(at).unwrap()));
    let number = (1..1_u64 << 53).prop_map(|number| Number::new(number).unwrap());
    (any::<u128>(), any::<u128>(), weeks, number, band(), band()).prop_map(
        |(hub, stream, week, release, open, blind)| {
            let (hub, stream) = (HubId::new(uuid::Uuid::from_u128(hub)), StreamId::new(uuid::Uuid::from_u128(stream)));
            Tally { hub, stream, week, release, open, blind }
        },
    )
}

proptest! {
    #[test]
    fn whatever_is_told_has_one_length(tally in tallies()) {
        let made = signed(&tally);
        let text = made.to_text();
        prop_assert_eq!(text.len(), signed(&self::tally()).to_text().len());
        prop_assert_eq!(SignedCounts::from_text(&text), Ok(made));
    }

    #[test]
    fn whatever_comes_is_read_or_refused(text in ".{0,300}", at in 0..400_usize, with in ".{0,9}") {
        let _ = SignedCounts::from_text(&text);
        let mut whole: Vec<char> = signed(&tally()).to_text().chars().collect();
        whole.splice(at..at, with.chars());
        let changed: String = whole.into_iter().collect();
        if let Ok(read) = SignedCounts::from_text(&changed) {
            prop_assert_eq!(read.to_text(), changed);
        }
    }
}
