//! Bytes that somebody made up, and answers that somebody would like to be believed.
#![expect(clippy::unwrap_used, reason = "a value that is not there is a failure")]

use proptest::prelude::*;
use vauban_blind::{
    Asker, BATCH_HEADER, Batch, BatchSize, EVALUATED_HEADER, Epoch, EvaluateError, Evaluated, FinaliseError, KeyError,
    MAX_ROWS, Pending, PublicKey, ROW, SecretKey, Signer, StateKey, TABLE_HEADER, Table, TableError, WireError,
};

use crate::steps::{domain, names, rng, signer, size, table};

const FOUR: BatchSize = match BatchSize::new(4) {
    Some(size) => size,
    None => BatchSize::USUAL,
};

/// Encodings that RFC 9496 (appendix A.2) wants refused: not reduced, negative, no square root, a negative product, a zero.
const BAD_ENCODINGS: [&str; 8] = [
    "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
    "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

fn batch_and_pending(signer: &Signer) -> (Batch, Pending) {
    let seen = [domain("evil.example"), domain("harmless.example")];
    Asker::new(signer.pin(), FOUR).ask(&seen, &mut rng(2)).unwrap()
}

/// Puts bytes in the place of those at an offset.
fn with(bytes: &[u8], at: usize, other: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + other.len()].copy_from_slice(other);
    bytes
}

#[test]
fn elements_that_are_none_are_told_by_their_place() {
    let signer = signer(1);
    let (batch, _) = batch_and_pending(&signer);
    let evaluated = signer.evaluate(&batch, &mut rng(3)).unwrap().to_bytes();
    let batch = batch.to_bytes();
    for at in 0..4 {
        for encoding in BAD_ENCODINGS {
            let encoding = data_encoding::HEXLOWER.decode(encoding.as_bytes()).unwrap();
            let bytes = with(&batch, BATCH_HEADER + at * 32, &encoding);
            assert_eq!(Batch::from_bytes(&bytes, FOUR).unwrap_err(), WireError::Element(at));
            let bytes = with(&evaluated, EVALUATED_HEADER + at * 32, &encoding);
            assert_eq!(Evaluated::from_bytes(&bytes, FOUR).unwrap_err(), WireError::Element(at));
        }
        let bytes = with(&batch, BATCH_HEADER + at * 32, &[0; 32]);
        assert_eq!(Batch::from_bytes(&bytes, FOUR).unwrap_err(), WireError::Identity(at));
        let bytes = with(&evaluated, EVALUATED_HEADER + at * 32, &[0; 32]);
        assert_eq!(Evaluated::from_bytes(&bytes, FOUR).unwrap_err(), WireError::Identity(at));
    }
}

#[test]
fn other_messages_and_sizes_are_refused() {
    let signer = signer(1);
    let batch = batch_and_pending(&signer).0.to_bytes();
    let read = |bytes: &[u8]| Batch::from_bytes(bytes, FOUR).unwrap_err();
    let expected = Batch::wire_length(FOUR);
    for short in 0..batch.len() {
        let error = read(&batch[..short]);
        assert_eq!(error, WireError::Length { expected, found: short }, "{short}");
    }
    let long = [batch.clone(), vec![0]].concat();
    assert_eq!(read(&long), WireError::Length { expected, found: expected + 1 });
    assert_eq!(read(&with(&batch, 0, b"VBE1")), WireError::Magic);
    assert_eq!(read(&with(&batch, 3, b"2")), WireError::Magic);
    assert_eq!(read(&with(&batch, 8, &[4, 0])), WireError::Size(1024));
    assert_eq!(Batch::from_bytes(&batch, BatchSize::USUAL).unwrap_err(), WireError::Size(4));
    assert_eq!(read(&with(&batch, 10, &[0; 32])), WireError::Key);
    assert_eq!(Evaluated::from_bytes(&batch, FOUR).unwrap_err(), WireError::Magic);
    assert_eq!(BatchSize::new(0), None);
    assert_eq!(BatchSize::new(BatchSize::GREATEST + 1), None);
}

#[test]
fn another_epoch_and_another_key_are_refused_by_name() {
    let signer = signer(1);
    let key = SecretKey::generate(&mut rng(1)).unwrap();
    let (batch, _) = batch_and_pending(&signer);
    let later = Signer::new(key, Epoch::new(2));
    let error = EvaluateError::Epoch { asked: Epoch::new(1), ours: Epoch::new(2) };
    assert_eq!(later.evaluate(&batch, &mut rng(3)).unwrap_err(), error);
    let other = crate::steps::signer(9);
    assert_eq!(other.evaluate(&batch, &mut rng(3)).unwrap_err(), EvaluateError::Key(Epoch::new(1)));
}

#[test]
fn keys_that_are_none_are_refused() {
    assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(KeyError::Invalid));
    assert_eq!(PublicKey::from_bytes(&[1; 31]), Err(KeyError::Length(31)));
    assert_eq!(SecretKey::from_bytes(&[0; 32]).unwrap_err(), KeyError::Invalid);
    assert_eq!(SecretKey::from_bytes(&[0xff; 32]).unwrap_err(), KeyError::Invalid);
    assert_eq!(SecretKey::from_bytes(&[1; 33]).unwrap_err(), KeyError::Length(33));
    let key = SecretKey::generate(&mut rng(1)).unwrap();
    let kept = SecretKey::from_bytes(key.to_bytes().as_slice()).unwrap();
    assert_eq!(kept.public(), key.public());
    assert_eq!(format!("{key:?} {:?}", StateKey::new([1; 32])), "SecretKey(..) StateKey(..)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A signer that uses a second key, and says that it used the first, is detected every time: for all elements or for one.
    #[test]
    fn a_second_key_is_always_detected(seed: u64, only in prop::option::of(0..4_usize)) {
        let (first, second) = (signer(seed), signer(seed ^ 1));
        let (batch, pending) = batch_and_pending(&first);
        let honest = first.evaluate(&batch, &mut rng(seed)).unwrap().to_bytes();
        // The batch is made out for the second key, evaluated, and the answer made out for the first again.
        let mark = |bytes: &[u8], signer: &Signer| with(bytes, 10, signer.pin().key.as_bytes());
        let theirs = Batch::from_bytes(&mark(&batch.to_bytes(), &second), FOUR).unwrap();
        let theirs = second.evaluate(&theirs, &mut rng(seed)).unwrap().to_bytes();
        prop_assert_eq!(
            pending.finalise(&Evaluated::from_bytes(&theirs, FOUR).unwrap(), &first.pin()), Err(FinaliseError::Other)
        );
        let forged = match only {
            None => mark(&theirs, &first),
            Some(at) => with(&honest, EVALUATED_HEADER + at * 32, &theirs[EVALUATED_HEADER + at * 32..][..32]),
        };
        let forged = Evaluated::from_bytes(&forged, FOUR).unwrap();
        prop_assert_eq!(pending.finalise(&forged, &first.pin()), Err(FinaliseError::Proof));
        let honest = Evaluated::from_bytes(&honest, FOUR).unwrap();
        prop_assert_eq!(pending.finalise(&honest, &first.pin()).unwrap().len(), 2);
        prop_assert_eq!(pending.finalise(&honest, &second.pin()), Err(FinaliseError::Stale));
    }

    /// Any bit of an answer that is turned makes it unreadable or unbelievable.
    #[test]
    fn a_turned_bit_is_always_detected(bit in 0..(EVALUATED_HEADER + 4 * 32) * 8) {
        let signer = signer(1);
        let (batch, pending) = batch_and_pending(&signer);
        let mut bytes = signer.evaluate(&batch, &mut rng(3)).unwrap().to_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(evaluated) = Evaluated::from_bytes(&bytes, FOUR) {
            prop_assert!(pending.finalise(&evaluated, &signer.pin()).is_err());
        }
    }

    #[test]
    fn made_up_bytes_never_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..400), magic in 0..4_usize, count in 0..6_u8) {
        if let Some(front) = bytes.get_mut(..4) {
            front.copy_from_slice([b"VBQ1", b"VBE1", b"VBT1", b"VBS1"][magic]);
        }
        if let Some(number) = bytes.get_mut(8..10) {
            number.copy_from_slice(&[0, count]);
        }
        let size = size(u16::from(count.max(1)));
        let _ = Batch::from_bytes(&bytes, size);
        let _ = Evaluated::from_bytes(&bytes, size);
        let _ = Table::open(&bytes);
        prop_assert!(Pending::open(&bytes, size, &StateKey::new([1; 32])).is_err());
    }
}

#[test]
fn the_answer_to_another_batch_is_refused() {
    let signer = signer(1);
    let (_, pending) = batch_and_pending(&signer);
    let (other, _) = Asker::new(signer.pin(), FOUR).ask(&[domain("evil.example")], &mut rng(8)).unwrap();
    let evaluated = signer.evaluate(&other, &mut rng(3)).unwrap();
    assert_eq!(pending.finalise(&evaluated, &signer.pin()), Err(FinaliseError::Proof));
    let (small, _) = Asker::new(signer.pin(), size(2)).ask(&[], &mut rng(8)).unwrap();
    let evaluated = signer.evaluate(&small, &mut rng(3)).unwrap();
    assert_eq!(pending.finalise(&evaluated, &signer.pin()), Err(FinaliseError::Size));
}

#[test]
fn damaged_tables_are_refused() {
    let bytes = table(&signer(1), &names("known", 3), 2);
    let open = |bytes: &[u8]| Table::open(bytes).unwrap_err();
    let expected = bytes.len();
    assert_eq!(expected, TABLE_HEADER + 1024 * ROW);
    assert_eq!(open(&bytes[..3]), TableError::Length { expected: TABLE_HEADER, found: 3 });
    assert_eq!(
        open(&bytes[..TABLE_HEADER - 1]),
        TableError::Length { expected: TABLE_HEADER, found: TABLE_HEADER - 1 }
    );
    assert_eq!(open(&bytes[..expected - 1]), TableError::Length { expected, found: expected - 1 });
    assert_eq!(open(&[bytes.clone(), vec![0]].concat()), TableError::Length { expected, found: expected + 1 });
    assert_eq!(open(&with(&bytes, 0, b"VBT2")), TableError::Magic);
    assert_eq!(open(&with(&bytes, 8, &[0; 32])), TableError::Key);
    for rows in [0_u32, 3, 1023, 1025, MAX_ROWS + 1, u32::MAX] {
        assert_eq!(open(&with(&bytes, TABLE_HEADER - 4, &rows.to_be_bytes())), TableError::Rows(rows));
    }
    let twice = with(&bytes, TABLE_HEADER + ROW, &bytes[TABLE_HEADER..][..8]);
    assert_eq!(open(&twice), TableError::Order(1));
    let swapped = with(&bytes, TABLE_HEADER, &[0xff; 8]);
    assert_eq!(open(&swapped), TableError::Order(1));
}
