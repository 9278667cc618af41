//! What the front's store owes, whatever engine it stands on.

use uuid::Uuid;
use vauban_hub::store::{
    Audience, Detail, Epoch, Filter, Known, ObjectType, PartFile, PartName, Place, Published, ReleaseNumber, Sequence,
    SpecVersion, StoreError, Versions, Withdrawal,
};
use vauban_model::Marking;

use crate::made::{
    self, ALICE, ALICE_KEY, ALICES, BOB, GROUP, after, at, audience, entry, everything, filled, id, numbers, opened,
    page, publication, version,
};

pub(crate) async fn a_release_is_read_as_it_was_published(place: Place) {
    let front = opened(&place).await;
    let mut release = publication(GROUP, 1, vec![entry("indicator", 1, 1), entry("malware", 2, 1)]);
    let large: Vec<u8> = (0..3_000_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    let (name, empty) = (PartName::new("blind.table").unwrap(), PartName::new("empty").unwrap());
    release.parts.push(PartFile { name: name.clone(), bytes: large.clone() });
    release.parts.push(PartFile { name: empty.clone(), bytes: Vec::new() });
    assert_eq!(front.publish(&release, at(100)).await.unwrap(), Published::Now);
    let stored = front.releases(BOB, GROUP, ReleaseNumber(0), 10).await.unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!((&stored[0].manifest, &stored[0].signature), (&release.manifest, &release.signature));
    assert_eq!((stored[0].digest, stored[0].published), (release.digest, at(100)));
    let parts = front.parts(BOB, GROUP, ReleaseNumber(1)).await.unwrap();
    let told: Vec<_> = parts.iter().map(|part| (part.name.as_str(), part.bytes, part.chunks)).collect();
    assert_eq!(told, [("blind.table", 3_000_000, 3), ("empty", 0, 1), ("objects.json", 10, 1)]);
    let one = ReleaseNumber(1);
    assert_eq!(front.part(BOB, GROUP, one, &name, 3_000_000).await.unwrap(), Some(large));
    assert_eq!(front.part(BOB, GROUP, one, &name, 2_999_999).await.unwrap(), None, "larger than was asked for");
    assert_eq!(front.part(BOB, GROUP, one, &empty, 9).await.unwrap(), Some(Vec::new()));
    let entries = page(&front, BOB, GROUP, &Filter::default()).await;
    assert_eq!(entries.iter().map(|entry| entry.sequence.0).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(entries[0].json.as_deref(), Some(release.entries[0].json.as_str()));
    assert!(entries.iter().all(|entry| entry.added == at(100) && entry.expires.is_none()));
    let view = front.streams(BOB).await.unwrap().remove(0);
    assert_eq!((view.head, view.sequence, view.digest), (one, Sequence(2), Some(release.digest)));
    assert_eq!(front.last_added(BOB).await.unwrap(), Some(at(100)));
}

pub(crate) async fn a_chain_takes_only_what_follows(place: Place) {
    let front = opened(&place).await;
    let first = publication(GROUP, 1, vec![entry("indicator", 1, 1)]);
    let second = after(&first, publication(GROUP, 2, vec![]));
    assert!(matches!(front.publish(&second, at(1)).await, Err(StoreError::NotNext { expected: 1, found: 2 })));
    front.publish(&first, at(1)).await.unwrap();
    assert_eq!(front.publish(&first, at(2)).await.unwrap(), Published::Before);
    let mut other = first.clone();
    other.digest.0[5] ^= 1;
    assert!(matches!(front.publish(&other, at(2)).await, Err(StoreError::Fork { number: 1 })));
    let unchained = publication(GROUP, 2, vec![]);
    assert!(matches!(front.publish(&unchained, at(2)).await, Err(StoreError::Fork { number: 1 })));
    let mut back = second.clone();
    back.epoch = Epoch(0);
    assert!(matches!(front.publish(&back, at(2)).await, Err(StoreError::EpochWentBack { last: 1, found: 0 })));
    front.publish(&second, at(2)).await.unwrap();
    let mut nowhere = first.clone();
    nowhere.stream.0 = Uuid::from_u128(99);
    assert!(matches!(front.publish(&nowhere, at(3)).await, Err(StoreError::UnknownStream)));
    let numbers: Vec<u64> =
        front.releases(ALICE, GROUP, ReleaseNumber(0), 9).await.unwrap().iter().map(|it| it.number.0).collect();
    assert_eq!(numbers, [1, 2]);
}

pub(crate) async fn nobody_reads_what_is_not_theirs(place: Place) {
    let front = opened(&place).await;
    filled(&front).await;
    assert!(
        front
            .page(made::asked(BOB, ALICES, &Filter::default(), Sequence(0), 9, at(0)), Detail::Objects)
            .await
            .unwrap()
            .is_none()
    );
    front.publish(&publication(ALICES, 1, vec![]), at(400)).await.unwrap();
    let (one, name) = (ReleaseNumber(1), PartName::new("objects.json").unwrap());
    assert!(front.releases(BOB, ALICES, ReleaseNumber(0), 9).await.unwrap().is_empty());
    assert!(front.parts(BOB, ALICES, one).await.unwrap().is_empty());
    assert!(front.chunk(BOB, ALICES, one, &name, 0).await.unwrap().is_none());
    assert!(front.chunk(ALICE, ALICES, one, &name, 0).await.unwrap().is_some());
    assert!(matches!(front.add(BOB, ALICES, &[], at(9)).await, Err(StoreError::Denied)));
    assert!(matches!(front.add(BOB, GROUP, &[], at(9)).await, Err(StoreError::Denied)), "reading is not writing");
    assert!(matches!(front.remove(BOB, GROUP, &id("indicator", 1), None).await, Err(StoreError::Denied)));
    let mut without_bob = audience();
    without_bob.credentials.pop();
    front.set_audience(&without_bob).await.unwrap();
    assert!(front.streams(BOB).await.unwrap().is_empty());
    assert!(front.known(BOB).await.unwrap().is_none());
    let alice = Known { credential: ALICE, budget: 10, receipt_key: Some(ALICE_KEY), has_joined: false };
    assert_eq!(front.known(ALICE).await.unwrap(), Some(alice));
    assert!(page(&front, BOB, GROUP, &Filter::default()).await.is_empty());
    assert_eq!(page(&front, ALICE, GROUP, &Filter::default()).await.len(), 4, "what stays keeps what it holds");
    let mut opens_nothing_known = audience();
    opens_nothing_known.streams.pop();
    assert!(matches!(front.set_audience(&opens_nothing_known).await, Err(StoreError::UnknownStream)));
    front.set_audience(&Audience::default()).await.unwrap();
    front.set_audience(&audience()).await.unwrap();
    assert!(page(&front, ALICE, GROUP, &Filter::default()).await.is_empty(), "a stream that was gone begins anew");
}

pub(crate) async fn markings_and_ends_are_in_the_question(place: Place) {
    let front = opened(&place).await;
    let mut strict = entry("indicator", 1, 1);
    strict.marking = Marking::AmberStrict;
    let to_group = front.publish(&publication(GROUP, 1, vec![strict.clone()]), at(1)).await;
    assert!(matches!(to_group, Err(StoreError::TooSecret { .. })), "{to_group:?}");
    let mut red = strict.clone();
    red.marking = Marking::Red;
    assert!(matches!(
        front.publish(&publication(ALICES, 1, vec![red]), at(1)).await,
        Err(StoreError::TooSecret { .. })
    ));
    front.publish(&publication(ALICES, 1, vec![strict]), at(1)).await.unwrap();
    assert_eq!(numbers(&front, ALICE, ALICES, &Filter::default()).await, [1]);
    let mut opened_up = audience();
    opened_up.streams[1].is_for_one = false;
    front.set_audience(&opened_up).await.unwrap();
    assert!(numbers(&front, ALICE, ALICES, &Filter::default()).await.is_empty(), "the ceiling counts when it is read");
    let mut ends = entry("indicator", 2, 1);
    ends.expires = Some(at(50));
    front.publish(&publication(GROUP, 1, vec![ends]), at(1)).await.unwrap();
    let asked = async |now| {
        let page = front
            .page(made::asked(BOB, GROUP, &Filter::default(), Sequence(0), 9, at(now)), Detail::Manifest)
            .await
            .unwrap();
        page.unwrap().entries
    };
    assert_eq!(asked(49).await[0].expires, Some(at(50)));
    assert!(asked(50).await.is_empty());
}

pub(crate) async fn filters_say_what_taxii_says(place: Place) {
    let front = opened(&place).await;
    filled(&front).await;
    let asked = async |filter: Filter| numbers(&front, ALICE, GROUP, &filter).await;
    let kind = |text| ObjectType::new(text).unwrap();
    let last = || Filter { versions: Versions::last(), ..Filter::default() };
    let versions = |versions| Filter { versions, ..Filter::default() };
    assert_eq!(asked(Filter::default()).await, [1, 2, 3, 4]);
    assert_eq!(asked(last()).await, [2, 3, 4]);
    assert_eq!(asked(versions(Versions { first: true, ..Versions::all() })).await, [1, 2, 3]);
    assert_eq!(asked(versions(Versions { at: vec![version(2)], ..Versions::all() })).await, [4]);
    assert_eq!(asked(versions(Versions { at: vec![version(2)], first: true, last: false })).await, [1, 2, 3, 4]);
    assert_eq!(asked(Filter { types: vec![kind("malware")], ..last() }).await, [2]);
    let both = vec![kind("malware"), kind("indicator"), kind("malware"), kind("tool")];
    assert_eq!(asked(Filter { types: both, ..last() }).await, [2, 3, 4]);
    assert_eq!(asked(Filter { objects: vec![id("indicator", 1)], ..Filter::default() }).await, [1, 4]);
    assert_eq!(asked(Filter { objects: vec![id("indicator", 9)], ..last() }).await, [] as [u64; 0]);
    assert_eq!(asked(Filter { spec_versions: vec![SpecVersion::new("2.0").unwrap()], ..last() }).await, [] as [u64; 0]);
    assert_eq!(asked(Filter { added_after: Some(at(99)), ..last() }).await, [2, 3, 4]);
    assert_eq!(asked(Filter { added_after: Some(at(100)), ..last() }).await, [4], "after is not at");
    assert_eq!(asked(Filter { added_after: Some(at(200)), ..last() }).await, [] as [u64; 0]);
    let many = Filter { objects: (0..1_025).map(|number| id("tool", number)).collect(), ..last() };
    let wide = front.page(made::asked(ALICE, GROUP, &many, Sequence(0), 9, at(0)), Detail::Manifest).await;
    assert!(matches!(wide, Err(StoreError::FilterTooWide { most: 1_024 })), "{wide:?}");
}

pub(crate) async fn pages_go_on_where_they_ended(place: Place) {
    let front = opened(&place).await;
    let entries =
        (0..150).map(|number| entry(["indicator", "malware", "tool"][number as usize % 3], number, 1)).collect();
    front.publish(&publication(GROUP, 1, entries), at(1)).await.unwrap();
    let types = vec![ObjectType::new("indicator").unwrap(), ObjectType::new("tool").unwrap()];
    for (filter, total) in [(Filter::default(), 150), (Filter { types, ..Filter::default() }, 100)] {
        let (mut after, mut seen) = (Sequence(0), Vec::new());
        loop {
            let page =
                front.page(made::asked(BOB, GROUP, &filter, after, 7, at(2)), Detail::Manifest).await.unwrap().unwrap();
            assert!(page.entries.iter().all(|entry| entry.json.is_none()));
            assert_eq!(page.more, seen.len() + page.entries.len() < total);
            seen.extend(page.entries.iter().map(|entry| entry.sequence));
            after = *seen.last().unwrap();
            if !page.more {
                break;
            }
            assert_eq!(page.entries.len(), 7);
        }
        assert_eq!(seen.len(), total);
        assert!(seen.is_sorted_by(|one, two| one < two));
    }
}

pub(crate) async fn versions_know_which_is_newest(place: Place) {
    let front = opened(&place).await;
    let mut newest = entry("indicator", 1, 3);
    newest.expires = Some(at(50));
    let all = [entry("indicator", 1, 2), newest, entry("indicator", 1, 1)];
    front.add(ALICE, ALICES, &all, at(1)).await.unwrap();
    let last = Filter { versions: Versions::last(), ..Filter::default() };
    let first = Filter { versions: Versions { first: true, ..Versions::all() }, ..Filter::default() };
    assert_eq!(numbers(&front, ALICE, ALICES, &last).await, [2]);
    assert_eq!(numbers(&front, ALICE, ALICES, &first).await, [3]);
    let later = front
        .page(made::asked(ALICE, ALICES, &Filter::default(), Sequence(0), 9, at(60)), Detail::Manifest)
        .await
        .unwrap();
    assert!(later.unwrap().entries.is_empty(), "an object that has ended is not alive in its older versions");
    let object = id("indicator", 1);
    assert_eq!(front.remove(ALICE, ALICES, &object, Some(&[version(3), version(1)])).await.unwrap(), 2);
    assert_eq!(numbers(&front, ALICE, ALICES, &last).await, [1]);
    assert_eq!(numbers(&front, ALICE, ALICES, &first).await, [1]);
    assert!(matches!(
        front.add(ALICE, ALICES, &[entry("indicator", 1, 2)], at(2)).await,
        Err(StoreError::Twice { object }) if object == id("indicator", 1).to_string()
    ));
    assert_eq!(front.remove(ALICE, ALICES, &object, None).await.unwrap(), 1);
    assert_eq!(front.remove(ALICE, ALICES, &object, None).await.unwrap(), 0);
    front.add(ALICE, ALICES, &[entry("indicator", 1, 2)], at(2)).await.unwrap();
    assert_eq!(numbers(&front, ALICE, ALICES, &last).await, [4], "a number is not given twice");
}

pub(crate) async fn a_refused_release_leaves_nothing(place: Place) {
    let front = opened(&place).await;
    filled(&front).await;
    let before = everything(&front).await;
    let second = publication(GROUP, 2, vec![]);
    let mut twice: Vec<_> = (100..400).map(|number| entry("tool", number, 1)).collect();
    twice.push(entry("malware", 2, 1));
    let refused = front.publish(&after(&second, publication(GROUP, 3, twice)), at(900)).await;
    assert!(matches!(refused, Err(StoreError::Twice { .. })), "{refused:?}");
    let mut unknown = after(&second, publication(GROUP, 3, vec![entry("tool", 1, 1)]));
    unknown.withdrawn = vec![Withdrawal { object: id("tool", 99), version: None }];
    assert!(matches!(front.publish(&unknown, at(900)).await, Err(StoreError::UnknownObject)));
    assert_eq!(everything(&front).await, before);
    let mut changed = after(&second, publication(GROUP, 3, vec![entry("malware", 2, 1)]));
    changed.withdrawn = vec![Withdrawal { object: id("malware", 2), version: None }];
    front.publish(&changed, at(900)).await.unwrap();
    assert_eq!(numbers(&front, ALICE, GROUP, &Filter::default()).await, [1, 3, 4, 5], "out and in again is last");
}
