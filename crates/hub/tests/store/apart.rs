//! Non-interference: two stores that differ only in what concerns Bob answer Alice byte for byte the same.

use proptest::{prelude::Strategy as _, strategy::ValueTree as _};
use vauban_hub::store::{
    CredentialHash, Detail, FrontStore, Place, PublicKey, Receipt, ReleaseNumber, Sequence, StreamId, Submission,
    SubmissionKind, ToldCounts,
};

use crate::{
    made::{self, ALICE, ALICE_KEY, ALICES, BOB, BOBS, GROUP, at, audience, entry, id, publication},
    random::{filter, runner},
};

/// Calls of Alice.
const CALLS: u64 = 1_000;

pub(crate) async fn what_others_do_changes_no_byte(place: Place) {
    let busy = FrontStore::open(&place).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let quiet = FrontStore::open(&Place::File(folder.path().join("quiet"))).await.unwrap();
    // Where Bob is busy his stream is there before Alice's, too, so that no inner number is the same.
    let mut order = audience();
    order.streams.reverse();
    busy.set_audience(&order).await.unwrap();
    let mut without = audience();
    without.streams.pop();
    without.credentials.pop();
    quiet.set_audience(&without).await.unwrap();
    let (mut runner, filters) = (runner(2), filter());
    let mut releases = Releases::default();
    for number in 0..CALLS {
        bob(&busy, number).await;
        let asked = filters.new_tree(&mut runner).unwrap().current();
        let choice = (0..10_u64, 0..40_u64, 1..7_u64).new_tree(&mut runner).unwrap().current();
        let call = Call { number, choice, asked, releases: releases.next(choice.0) };
        let (one, other) = (alice(&busy, &call).await, alice(&quiet, &call).await);
        assert_eq!(one, other, "call {number} tells of Bob");
    }
}

struct Call {
    number: u64,
    choice: (u64, u64, u64),
    asked: vauban_hub::store::Filter,
    releases: Option<vauban_hub::store::Publication>,
}

#[derive(Default)]
struct Releases {
    last: Option<vauban_hub::store::Publication>,
}

impl Releases {
    /// The next release of the group, when that is what is called.
    fn next(&mut self, choice: u64) -> Option<vauban_hub::store::Publication> {
        if choice != 1 {
            return None;
        }
        let number = self.last.as_ref().map_or(1, |last| last.number.0 + 1);
        let mut new = publication(GROUP, number, vec![entry("tool", 1_000 + number, 1), entry("indicator", number, 1)]);
        new.previous = self.last.as_ref().map(|last| last.digest);
        self.last = Some(new.clone());
        Some(new)
    }
}

/// Whatever Bob, his stream and his credential do.
async fn bob(front: &FrontStore, number: u64) {
    match number % 7 {
        0 => front.add(BOB, BOBS, &[entry("tool", number, 1), entry("malware", number, 2)], at(9_000)).await.unwrap(),
        1 => drop(front.remove(BOB, BOBS, &id("tool", number - 1), None).await.unwrap()),
        2 => drop(front.spend(BOB, number.try_into().unwrap(), 1).await.unwrap()),
        3 => {
            let receipt = Receipt {
                stream: GROUP,
                number: ReleaseNumber(1),
                key: PublicKey([12; 32]),
                at: at(1),
                bytes: vec![1],
            };
            // Until there is a release this is refused, which is Bob's business.
            let _ = front.keep_receipt(BOB, &receipt).await;
        }
        4 => {
            let submission = Submission {
                id: uuid::Uuid::from_u128(u128::from(number)),
                credential: BOB,
                stream: BOBS,
                kind: SubmissionKind::Objects,
                received: at(1),
                status: String::new(),
                body: Some(vec![1; 9]),
            };
            front.submit(&submission).await.unwrap();
        }
        5 => drop(front.keep_counts(&counts(BOB, number, 9)).await),
        _ => drop(
            front
                .page(made::asked(BOB, BOBS, &Default::default(), Sequence(0), 9, at(1)), Detail::Objects)
                .await
                .unwrap(),
        ),
    }
}

/// A statement of one of the group's weeks.
fn counts(credential: CredentialHash, number: u64, said: u64) -> ToldCounts {
    let week = format!("2026-W{:02}", 10 + number % 9).parse().unwrap();
    let bytes = vec![u8::try_from(said).unwrap()];
    ToldCounts { credential, stream: GROUP, week, received: at(1), bytes }
}

/// One call of Alice, or of the desk for her, and all that came of it, as text.
async fn alice(front: &FrontStore, call: &Call) -> String {
    let (what, after, most) = call.choice;
    let now = at(i64::try_from(call.number).unwrap());
    let page = async |credential: CredentialHash, stream: StreamId, detail| {
        let (after, asked) = (Sequence(after), &call.asked);
        format!("{:?}", front.page(made::asked(credential, stream, asked, after, most, now), detail).await)
    };
    match what {
        0 => {
            format!("{:?}", front.add(ALICE, ALICES, &[entry("malware", after, 1), entry("tool", after, 1)], now).await)
        }
        1 => match &call.releases {
            Some(release) => format!("{:?}", front.publish(release, now).await),
            None => String::new(),
        },
        2 => page(ALICE, GROUP, Detail::Manifest).await,
        3 => page(ALICE, ALICES, Detail::Objects).await,
        4 => format!("{:?} {:?}", front.streams(ALICE).await, front.last_added(ALICE).await),
        5 => page(ALICE, BOBS, Detail::Objects).await,
        6 => format!("{:?}", front.spend(ALICE, i64::try_from(after % 5).unwrap(), most).await),
        7 => {
            let (stream, number) = (GROUP, ReleaseNumber(after));
            let receipt = Receipt { stream, number, key: ALICE_KEY, at: now, bytes: vec![1] };
            format!("{:?} {:?}", front.keep_receipt(ALICE, &receipt).await, front.parts(ALICE, GROUP, number).await)
        }
        8 => format!("{:?}", front.keep_counts(&counts(ALICE, after, most % 2)).await),
        _ => format!(
            "{:?} {:?}",
            front.releases(ALICE, GROUP, ReleaseNumber(after), most).await,
            front.releases(ALICE, BOBS, ReleaseNumber(0), most).await
        ),
    }
}
