//! Who received what: provable on both sides, good for one release and one party.

use vauban_release::{Content, Countersignature, ReceiptError, SignedReceipt};

use crate::support::{after, day, evening, key, moment, run, time};

const PARTY: u8 = 40;
const RIVAL: u8 = 41;

#[test]
fn a_receipt_proves_one_release_to_one_party() {
    let run = run(2);
    let receipt = SignedReceipt::sign(run[0].signed(), &key(PARTY), day(1)).unwrap();
    let read = SignedReceipt::from_text(&receipt.to_text()).unwrap();
    assert_eq!(read, receipt);
    assert_eq!(read.verify(&key(PARTY).public(), run[0].signed(), evening(1)), Ok(()));
    assert_eq!(read.verify(&key(PARTY).public(), run[1].signed(), evening(2)), Err(ReceiptError::OtherRelease));
    assert_eq!(read.verify(&key(RIVAL).public(), run[0].signed(), evening(1)), Err(ReceiptError::OtherParty));
    assert_eq!(read.receipt().party, key(PARTY).public().fingerprint());
}

#[test]
fn a_receipt_for_one_fork_is_none_for_the_other() {
    let run = run(2);
    let other = after(&run[0], 2, Content::Full);
    let receipt = SignedReceipt::sign(run[1].signed(), &key(PARTY), day(2)).unwrap();
    assert_eq!(receipt.verify(&key(PARTY).public(), other.signed(), evening(2)), Err(ReceiptError::OtherRelease));
}

#[test]
fn nobody_signs_for_another() {
    let release = &run(1)[0];
    let receipt = SignedReceipt::sign(release.signed(), &key(PARTY), day(1)).unwrap();
    let line = receipt.to_text().lines().next().unwrap().to_owned() + "\n";
    let forged = format!("{line}{}", key(RIVAL).sign(line.as_bytes(), "x".parse().unwrap()));
    let forged = SignedReceipt::from_text(&forged).unwrap();
    let verified = forged.verify(&key(PARTY).public(), release.signed(), evening(1));
    assert!(matches!(verified, Err(ReceiptError::NotSigned(_))), "{verified:?}");
}

#[test]
fn every_bit_of_a_receipt_counts() {
    let release = &run(1)[0];
    let text = SignedReceipt::sign(release.signed(), &key(PARTY), day(1)).unwrap().to_text();
    for at in 0..text.len() * 8 {
        let mut bytes = text.clone().into_bytes();
        bytes[at / 8] ^= 1 << (at % 8);
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let verified = SignedReceipt::from_text(&text)
            .and_then(|receipt| receipt.verify(&key(PARTY).public(), release.signed(), evening(1)));
        assert!(verified.is_err(), "{at}");
    }
}

#[test]
fn a_receipt_is_dated_when_it_can_have_been_signed() {
    let release = &run(1)[0];
    let at = |text: &str| SignedReceipt::sign(release.signed(), &key(PARTY), time(text)).unwrap();
    assert_eq!(at("2026-10-01T00:00:00Z").receipt().time, day(1), "a slow clock does not date it before the release");
    let future = at("2026-11-02T00:00:00Z");
    let verify = |now: &str| future.verify(&key(PARTY).public(), release.signed(), moment(now));
    assert_eq!(verify("2026-11-01T23:50:00Z"), Ok(()));
    assert_eq!(verify("2026-11-01T23:49:00Z"), Err(ReceiptError::Time(time("2026-11-02T00:00:00Z"))));
}

#[test]
fn the_hub_signs_in_return() {
    let run = run(2);
    let receipt = |at: usize| SignedReceipt::sign(run[at].signed(), &key(PARTY), day(2)).unwrap();
    let seen = Countersignature::sign(&receipt(0), &key(1), day(2)).unwrap();
    let read = Countersignature::from_text(&seen.to_text()).unwrap();
    assert_eq!((read.verify(&key(1).public(), &receipt(0)), read.time()), (Ok(()), day(2)));
    assert_eq!(read.verify(&key(1).public(), &receipt(1)), Err(ReceiptError::OtherReceipt));
    assert!(matches!(read.verify(&key(2).public(), &receipt(0)), Err(ReceiptError::NotSigned(_))));
}

#[test]
fn one_kind_of_document_never_passes_for_another() {
    let release = &run(1)[0];
    let receipt = SignedReceipt::sign(release.signed(), &key(1), day(1)).unwrap();
    let seen = Countersignature::sign(&receipt, &key(1), day(1)).unwrap();
    assert_eq!(SignedReceipt::from_text(&seen.to_text()), Err(ReceiptError::Shape));
    assert_eq!(Countersignature::from_text(&receipt.to_text()), Err(ReceiptError::Shape));
    let renamed = receipt.to_text().replacen("receipt/1", "receipt/2", 1);
    assert_eq!(SignedReceipt::from_text(&renamed), Err(ReceiptError::Shape));
    assert_eq!(SignedReceipt::from_text(&"x".repeat(10_000)), Err(ReceiptError::Shape));
}
