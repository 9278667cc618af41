//! The steps of a desk in its folder: what they refuse, and that their reasons are the store's rules.

use jiff::Timestamp;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use vauban_hub::{
    desk::{Chosen, Decision, Desk, DeskError, NotBlind, Stays, Wanted, can_be_blind, stays},
    store::{Act, ObjectId, State, Tier},
};
use vauban_model::Marking;

use crate::documents::{bundle, indicator, now};

fn act() -> Act<'static> {
    Act { who: "claire", at: now() }
}

fn id(number: u32) -> ObjectId {
    ObjectId::new(&format!("indicator--00000000-0000-4000-8000-{number:012}")).unwrap()
}

async fn desk(folder: &tempfile::TempDir) -> (Desk, ChaCha20Rng) {
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let desk = Desk::init(&folder.path().join("desk"), "CERT", "CERT, 01 00 00 00 00", &mut rng).await.unwrap();
    (desk, rng)
}

async fn import(desk: &Desk, objects: &[String]) {
    let taken = desk.import(act(), ("bundle.json", "CERT"), &bundle(objects), Marking::Amber).await.unwrap();
    assert_eq!(taken.to_review(), objects.len(), "{:?}", taken.refused);
}

#[tokio::test]
async fn a_desk_is_made_once_and_opened_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (made, mut rng) = desk(&folder).await;
    let place = folder.path().join("desk");
    let again = Desk::init(&place, "other", "other", &mut rng).await;
    assert!(matches!(again, Err(DeskError::There(..))));
    let opened = Desk::open(&place).await.unwrap();
    assert_eq!((opened.id(), opened.name(), opened.public()), (made.id(), "CERT", made.public()));
    assert!(matches!(Desk::open(folder.path()).await, Err(DeskError::File(..))));
}

#[tokio::test]
async fn an_object_stays_exactly_where_the_store_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut rng) = desk(&folder).await;
    let mut streams = Vec::new();
    for is_for_one in [false, true] {
        streams.push(desk.stream(act(), ("stream", ""), is_for_one, &[], &mut rng).await.unwrap());
    }
    let markings = [Marking::Clear, Marking::Green, Marking::Amber, Marking::AmberStrict, Marking::Red];
    // The last day is today: before its end, and at it.
    let times: [Timestamp; 2] = [now(), "2026-11-27T00:00:00Z".parse().unwrap()];
    let mut number = 0;
    for marking in markings {
        for tier in [Tier::Open, Tier::Blind, Tier::Held] {
            number += 1;
            import(&desk, &[indicator(number, &format!("[domain-name:value = 'n{number}.example']"), "")]).await;
            let last_day = Some("2026-11-26".parse().unwrap());
            let chosen = [id(number)];
            desk.review(act(), Chosen::These(&chosen), Decision { marking, tier, last_day }).await.unwrap();
            desk.grant(act(), Chosen::These(&chosen), &streams).await.unwrap();
        }
    }
    let mut reasons = std::collections::HashSet::new();
    for stream in desk.store().streams().await.unwrap() {
        for at in times {
            let leaves = desk.store().releasable(stream.info.id, at, None, 1_000).await.unwrap();
            for object in desk.objects(State::Granted).await.unwrap() {
                let why = stays(&object, &stream, at);
                let is_there = leaves.iter().any(|one| one.object.id == object.id);
                assert_eq!(why.is_none(), is_there, "{object:?} {why:?} at {at}");
                reasons.extend(why);
            }
        }
    }
    assert_eq!(reasons.len(), 4, "each reason was met: {reasons:?}");
    assert!(reasons.contains(&Stays::Ended));
}

#[tokio::test]
async fn what_could_be_tried_through_is_not_reviewed_as_blind_and_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, _) = desk(&folder).await;
    import(
        &desk,
        &[
            indicator(1, "[domain-name:value = 'fine.example']", ""),
            indicator(2, "[ipv4-addr:value = '198.51.100.7']", ""),
            indicator(3, "[domain-name:value = 'a.example' AND url:value = 'https://a.example/x']", ""),
        ],
    )
    .await;
    let decision = Decision { marking: Marking::Green, tier: Tier::Blind, last_day: None };
    for chosen in [Chosen::All, Chosen::These(&[id(1), id(2)]), Chosen::These(&[id(3)])] {
        let refused = desk.review(act(), chosen, decision).await;
        assert!(matches!(refused, Err(DeskError::NotBlind { .. })), "{refused:?}");
    }
    let waiting = desk.objects(State::Imported).await.unwrap();
    assert_eq!(waiting.len(), 3, "none was decided on");
    assert_eq!(can_be_blind(&waiting[0]), Ok(()));
    assert!(matches!(can_be_blind(&waiting[1]), Err(NotBlind::Value(_))));
    assert_eq!(can_be_blind(&waiting[2]), Err(NotBlind::NoChoice));
    assert_eq!(desk.review(act(), Chosen::These(&[id(1)]), decision).await.unwrap(), 1);
    assert!(matches!(desk.withdraw(act(), &id(9)).await, Err(DeskError::NoObject(_))));
}

#[tokio::test]
async fn a_trial_keeps_nothing_and_only_who_is_named_drafts() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut rng) = desk(&folder).await;
    let stream = desk.stream(act(), ("stream", ""), false, &[], &mut rng).await.unwrap();
    import(&desk, &[indicator(1, "[domain-name:value = 'one.example']", "")]).await;
    let decision = Decision { marking: Marking::Green, tier: Tier::Open, last_day: None };
    desk.review(act(), Chosen::All, decision).await.unwrap();
    desk.grant(act(), Chosen::All, &[stream]).await.unwrap();
    let head = desk.store().verify_audit(None).await.unwrap();
    let trial = desk.trial(stream, now(), &mut rng).await.unwrap();
    assert_eq!((trial.open.len(), trial.blind), (1, 0));
    assert!(trial.open[0].contains("one.example") && trial.open[0].contains(Marking::Green.stix_id()));
    assert!(!trial.tags.is_empty(), "a table without a true tag has false ones");
    assert_eq!(desk.store().verify_audit(None).await.unwrap(), head, "a look leaves no line");
    assert!(!folder.path().join("desk/drafts").exists());
    let refused = desk.draft(act(), &Wanted::new(stream, 30, ("", "")), &mut rng).await;
    assert!(matches!(refused, Err(DeskError::Approvers(_))), "nobody named Claire: {refused:?}");
}

#[tokio::test]
async fn all_is_all_and_versions_of_one_object_stay_together() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, _) = desk(&folder).await;
    let one = |number: u32| indicator(number, &format!("[domain-name:value = 'n{number}.example']"), "");
    import(&desk, &(1..=2_100).map(one).collect::<Vec<_>>()).await;
    // A second version of some: one of them where a page of a thousand ends.
    for second in [1, 998, 999, 1_000, 1_996, 2_100] {
        let newer = one(second).replace("\"modified\":\"2026-11-01", "\"modified\":\"2026-11-02");
        import(&desk, &[newer]).await;
    }
    let all = desk.objects(State::Imported).await.unwrap();
    assert_eq!(all.len(), 2_106);
    let keys: std::collections::BTreeSet<_> = all.iter().map(|object| (&object.id, object.version)).collect();
    assert_eq!(keys.len(), all.len(), "each once");
    let decision = Decision { marking: Marking::Green, tier: Tier::Open, last_day: None };
    assert_eq!(desk.review(act(), Chosen::All, decision).await.unwrap(), 2_106);
    assert!(desk.objects(State::Imported).await.unwrap().is_empty());
}
