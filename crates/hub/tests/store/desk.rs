//! What the desk's store owes.

use uuid::Uuid;
use vauban_hub::store::{
    Act, Audited, CredentialHash, DeskObject, DeskStore, Digest, Draft, Epoch, Imported, NewParty, PartyId, Place,
    Reading, ReleaseNumber, Sequence, State, StoreError, StreamId, Tier,
};
use vauban_model::Marking;

use crate::made::{GROUP, at, entry, id, stream, version};

const ALICE: PartyId = PartyId(Uuid::from_u128(100));
const BOB: PartyId = PartyId(Uuid::from_u128(101));
const ALICES: StreamId = crate::made::ALICES;

fn act(who: &str, seconds: i64) -> Act<'_> {
    Act { who, at: at(seconds) }
}

fn party(id: PartyId, name: &str, credential: u8) -> NewParty {
    NewParty { id, name: name.to_owned(), credential: CredentialHash([credential; 32]), receipt_key: None, budget: 100 }
}

fn reading(stream: StreamId) -> Reading {
    Reading { stream, may_write: false }
}

fn object(number: u64, modified: i64) -> DeskObject {
    let made = entry("indicator", number, modified);
    DeskObject {
        id: made.object,
        version: made.version,
        kind: made.kind,
        spec_version: made.spec_version,
        json: made.json,
        marking: Marking::Amber,
        tier: Tier::Held,
        state: State::Imported,
        source: "made up".to_owned(),
        fingerprint: None,
        imported: at(0),
        expires: None,
    }
}

async fn opened(place: &Place) -> DeskStore {
    let desk = DeskStore::open(place).await.unwrap();
    desk.add_stream(act("ann", 0), &stream(GROUP, false)).await.unwrap();
    desk.add_stream(act("ann", 0), &stream(ALICES, true)).await.unwrap();
    desk.add_party(act("ann", 0), &party(ALICE, "alice", 1)).await.unwrap();
    desk.add_party(act("ann", 0), &party(BOB, "bob", 2)).await.unwrap();
    desk
}

pub(crate) async fn parties_and_streams_make_an_audience(place: Place) {
    let desk = opened(&place).await;
    let again = desk.add_party(act("ann", 1), &party(PartyId(Uuid::from_u128(9)), "alice", 9)).await;
    assert!(matches!(again, Err(StoreError::Taken("party"))), "a name is one party's");
    let same = desk.add_party(act("ann", 1), &party(PartyId(Uuid::from_u128(9)), "carol", 1)).await;
    assert!(matches!(same, Err(StoreError::Taken("party"))), "a credential is one party's");
    assert!(matches!(desk.add_stream(act("ann", 1), &stream(GROUP, true)).await, Err(StoreError::Taken("stream"))));
    desk.join(act("ann", 1), ALICE, reading(GROUP)).await.unwrap();
    desk.join(act("ann", 1), BOB, Reading { stream: GROUP, may_write: true }).await.unwrap();
    assert!(matches!(desk.join(act("ann", 1), BOB, reading(GROUP)).await, Err(StoreError::Taken("membership"))));
    let names: Vec<String> = desk.members(GROUP).await.unwrap().into_iter().map(|it| it.party.name).collect();
    assert_eq!(names, ["alice", "bob"]);
    let audience = desk.audience().await.unwrap();
    assert!(!format!("{audience:?}").contains("alice"), "the front is told a name");
    assert_eq!(audience.streams.len(), 2);
    assert_eq!(audience.credentials[1].streams, [Reading { stream: GROUP, may_write: true }]);
    desk.renew_party(act("ann", 2), &party(BOB, "bob", 7)).await.unwrap();
    desk.revoke_party(act("ann", 3), ALICE).await.unwrap();
    assert!(matches!(desk.revoke_party(act("ann", 3), ALICE).await, Err(StoreError::UnknownParty)));
    let hashes: Vec<_> = desk.audience().await.unwrap().credentials.into_iter().map(|it| it.hash).collect();
    assert_eq!(hashes, [CredentialHash([7; 32])]);
    assert_eq!(desk.parties().await.unwrap()[0].revoked, Some(at(3)));
}

pub(crate) async fn one_organisation_is_one(place: Place) {
    let desks = [opened(&place).await, DeskStore::open(&place).await.unwrap()];
    let joins = [(0, ALICE), (1, BOB)].map(|(desk, party): (usize, _)| {
        let desk = desks[desk].clone();
        tokio::spawn(async move { desk.join(act("ann", 1), party, reading(ALICES)).await })
    });
    let mut refused = 0;
    for join in joins {
        match join.await.unwrap() {
            Ok(()) => {}
            Err(StoreError::OneParty) => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(refused, 1);
    let member = desks[0].members(ALICES).await.unwrap().remove(0).party.id;
    desks[0].leave(act("ann", 2), member, ALICES).await.unwrap();
    desks[0].join(act("ann", 3), if member == ALICE { BOB } else { ALICE }, reading(ALICES)).await.unwrap();
    assert_eq!(desks[0].streams().await.unwrap().iter().map(|it| it.members).sum::<u64>(), 1);
}

pub(crate) async fn objects_go_through_review(place: Place) {
    let desk = opened(&place).await;
    let print = Some(Digest([3; 32]));
    let one = DeskObject { fingerprint: print, ..object(1, 1) };
    let twin = DeskObject { fingerprint: print, state: State::Granted, ..object(2, 1) };
    let outcomes = desk.import(act("ann", 1), &[one.clone(), twin, object(1, 2), one.clone()]).await.unwrap();
    let same = Imported::SameAs(vec![id("indicator", 1)]);
    assert_eq!(outcomes, [Imported::New, same, Imported::Version, Imported::Known]);
    assert_eq!(desk.object(&id("indicator", 2)).await.unwrap()[0].state, State::Imported, "a grant is a person's");
    let early = desk.grant(act("ann", 2), &one.id, version(1), &[GROUP]).await;
    assert!(matches!(early, Err(StoreError::WrongState("imported"))), "{early:?}");
    desk.review(act("ann", 2), &one.id, version(1), Marking::Green, Tier::Open, Some(at(90))).await.unwrap();
    let nowhere = desk.grant(act("ann", 2), &one.id, version(1), &[crate::made::BOBS]).await;
    assert!(matches!(nowhere, Err(StoreError::UnknownStream)), "{nowhere:?}");
    desk.grant(act("ann", 2), &one.id, version(1), &[GROUP, ALICES, GROUP]).await.unwrap();
    assert_eq!(desk.granted(&one.id).await.unwrap(), [GROUP, ALICES]);
    let granted = desk.objects(State::Granted, None, 9).await.unwrap();
    assert_eq!((granted.len(), granted[0].marking, granted[0].tier), (1, Marking::Green, Tier::Open));
    assert_eq!(desk.objects(State::Imported, None, 9).await.unwrap().len(), 2);
    assert_eq!(desk.objects(State::Imported, Some(&one.id), 9).await.unwrap().len(), 1);
    desk.withdraw(act("ann", 3), &one.id).await.unwrap();
    assert!(desk.granted(&one.id).await.unwrap().is_empty());
    let late = desk.review(act("ann", 4), &one.id, version(1), Marking::Green, Tier::Open, None).await;
    assert!(matches!(late, Err(StoreError::UnknownObject)), "{late:?}");
    assert!(matches!(desk.withdraw(act("ann", 4), &id("indicator", 9)).await, Err(StoreError::UnknownObject)));
}

pub(crate) async fn only_what_may_leave_is_releasable(place: Place) {
    let desk = opened(&place).await;
    desk.join(act("ann", 1), ALICE, reading(GROUP)).await.unwrap();
    desk.join(act("ann", 1), ALICE, reading(ALICES)).await.unwrap();
    let rules = [
        (1, Marking::Green, Tier::Open, None),
        (2, Marking::AmberStrict, Tier::Blind, None),
        (3, Marking::Red, Tier::Open, None),
        (4, Marking::Clear, Tier::Held, None),
        (5, Marking::Clear, Tier::Open, Some(at(50))),
    ];
    for (number, marking, tier, expires) in rules {
        desk.import(act("ann", 1), &[object(number, 1)]).await.unwrap();
        let id = id("indicator", number);
        desk.review(act("ann", 1), &id, version(1), marking, tier, expires).await.unwrap();
        desk.grant(act("ann", 1), &id, version(1), &[GROUP, ALICES]).await.unwrap();
    }
    let leaves = async |stream, now| {
        let some = desk.releasable(stream, at(now), None, 99).await.unwrap();
        some.into_iter().map(|it| (it.object.id, it.object.version)).collect::<Vec<_>>()
    };
    let one = |number| (id("indicator", number), version(1));
    assert_eq!(leaves(GROUP, 49).await, [one(1), one(5)]);
    assert_eq!(leaves(ALICES, 49).await, [one(1), one(2), one(5)]);
    assert_eq!(leaves(ALICES, 50).await, [one(1), one(2)]);
    let after = desk.releasable(ALICES, at(0), Some(&id("indicator", 1)), 1).await.unwrap();
    assert_eq!(after[0].object.id, id("indicator", 2));
    desk.import(act("ann", 2), &[object(1, 2)]).await.unwrap();
    assert_eq!(leaves(GROUP, 50).await, [one(1)], "a version that nobody reviewed does not leave, the one before does");
    desk.review(act("ann", 2), &id("indicator", 1), version(2), Marking::Red, Tier::Open, None).await.unwrap();
    desk.grant(act("ann", 2), &id("indicator", 1), version(2), &[GROUP]).await.unwrap();
    assert_eq!(leaves(GROUP, 50).await, [], "what became RED is not given out as it was");
    desk.review(act("ann", 2), &id("indicator", 1), version(2), Marking::Green, Tier::Open, None).await.unwrap();
    assert_eq!(leaves(GROUP, 50).await, [(id("indicator", 1), version(2))]);
    assert_eq!(leaves(ALICES, 50).await, [one(2)], "a grant says exactly where");
    let preview = desk.preview(ALICE, at(50), 9).await.unwrap();
    assert_eq!(
        preview.iter().map(|(stream, some)| (*stream, some.len())).collect::<Vec<_>>(),
        [(GROUP, 1), (ALICES, 1)]
    );
    assert!(desk.preview(BOB, at(50), 9).await.unwrap().is_empty());
}

pub(crate) async fn two_people_publish(place: Place) {
    let desk = opened(&place).await;
    let draft = |number: u64, digest| Draft {
        id: Uuid::from_u128(u128::from(number) * 256 + u128::from(digest)),
        stream: GROUP,
        number: ReleaseNumber(number),
        epoch: Epoch(1),
        digest: Digest([digest; 32]),
        manifest: b"manifest".to_vec(),
        author: "ann".to_owned(),
        created: at(1),
        published: None,
    };
    let (one, rival) = (draft(1, 5), draft(1, 6));
    desk.draft(act("ann", 1), &one).await.unwrap();
    desk.draft(act("ann", 1), &rival).await.unwrap();
    assert!(matches!(desk.approved(one.id).await, Err(StoreError::SecondPerson)));
    assert!(matches!(desk.approve(act("ann", 2), one.id, one.digest).await, Err(StoreError::SecondPerson)));
    let other = desk.approve(act("bea", 2), one.id, rival.digest).await;
    assert!(matches!(other, Err(StoreError::NotWhatWasApproved)), "{other:?}");
    assert!(matches!(desk.published(act("ann", 2), one.id).await, Err(StoreError::SecondPerson)));
    desk.approve(act("bea", 2), one.id, one.digest).await.unwrap();
    desk.approve(act("bea", 3), one.id, one.digest).await.unwrap();
    assert_eq!(desk.approved(one.id).await.unwrap(), one);
    let waiting = desk.drafts().await.unwrap();
    let approvers: Vec<_> = waiting.iter().map(|(draft, by)| (draft.id, by.len())).collect();
    assert_eq!(approvers, [(one.id, 1), (rival.id, 0)]);
    assert_eq!(desk.last_published(GROUP).await.unwrap(), None);
    desk.published(act("ann", 4), one.id).await.unwrap();
    desk.published(act("ann", 5), one.id).await.unwrap();
    assert_eq!(desk.last_published(GROUP).await.unwrap().unwrap().published, Some(at(4)));
    desk.approve(act("bea", 5), rival.id, rival.digest).await.unwrap();
    let fork = desk.published(act("ann", 5), rival.id).await;
    assert!(matches!(fork, Err(StoreError::Fork { number: 1 })), "{fork:?}");
    desk.drop_draft(act("ann", 6), rival.id).await.unwrap();
    assert!(matches!(desk.drop_draft(act("ann", 6), one.id).await, Err(StoreError::UnknownRelease)));
    assert!(desk.drafts().await.unwrap().is_empty());
}

pub(crate) async fn the_trail_shows_what_was_changed(place: Place) {
    let desk = opened(&place).await;
    let before = desk.audit(Sequence(0), 99).await.unwrap().len();
    let refused = desk.revoke_party(act("ann", 1), PartyId(Uuid::from_u128(77))).await;
    assert!(matches!(refused, Err(StoreError::UnknownParty)));
    assert_eq!(desk.audit(Sequence(0), 99).await.unwrap().len(), before, "what did not happen is not written down");
    desk.note(act("bea", 2), "looked at the preview").await.unwrap();
    let trail = desk.audit(Sequence(0), 99).await.unwrap();
    assert_eq!((trail.len(), trail[before].who.as_str()), (before + 1, "bea"));
    let Audited::Whole(head) = desk.verify_audit(None).await.unwrap() else { panic!("not whole") };
    assert_eq!(desk.verify_audit(Some(head)).await.unwrap(), Audited::Whole(head));
    change(&place, "UPDATE audit SET who = 'eve' WHERE seq = 2").await;
    assert_eq!(desk.verify_audit(None).await.unwrap(), Audited::Broken(Sequence(2)));
    change(&place, "UPDATE audit SET who = 'ann' WHERE seq = 2").await;
    change(&place, &format!("DELETE FROM audit WHERE seq = {}", head.sequence)).await;
    assert!(
        matches!(desk.verify_audit(None).await.unwrap(), Audited::Whole(_)),
        "a cut end cannot be seen from within"
    );
    assert_eq!(desk.verify_audit(Some(head)).await.unwrap(), Audited::Broken(head.sequence));
}

async fn change(place: &Place, sql: &str) {
    use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};
    match place {
        Place::File(path) => {
            let mut raw = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut raw).await.unwrap();
        }
        Place::Server(address) => {
            let mut raw = sqlx::PgConnection::connect(address).await.unwrap();
            let sql = sql.replace(" audit ", " vauban_desk.audit ");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut raw).await.unwrap();
        }
    }
}
