//! What parties tell of the use of releases, from the front to sums that name nobody.

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use vauban_hub::{
    desk::Desk,
    store::{Act, FrontStore, NewParty, Place, PublicKey, Sequence, StreamId, ToldCounts},
};
use vauban_release::{Band, Number, SignedCounts, SigningKey, Tally};
use zeroize::Zeroizing;

use crate::documents::now;

const WEEK: &str = "2026-W47";

fn act() -> Act<'static> {
    Act { who: "claire", at: now() }
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&Zeroizing::new([number; 32]), [number; 8])
}

/// A desk and a front with four parties of one stream, each with its key.
struct Hub {
    folder: tempfile::TempDir,
    desk: Desk,
    front: FrontStore,
    stream: StreamId,
    parties: Vec<NewParty>,
}

impl Hub {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let desk = Desk::init(&folder.path().join("desk"), "CERT", "CERT, 01", &mut rng).await.unwrap();
        for number in 0..4_u8 {
            let (id, _) = desk.party(act(), &format!("party {number}"), 1, &mut rng).await.unwrap();
            desk.store().note_key(act(), id, PublicKey(key(number).public().bytes())).await.unwrap();
        }
        let parties: Vec<NewParty> = desk.store().parties().await.unwrap().into_iter().map(|one| one.party).collect();
        let ids: Vec<_> = parties.iter().map(|one| one.id).collect();
        let stream = desk.stream(act(), ("stream", ""), false, &ids, &mut rng).await.unwrap();
        let front = FrontStore::open(&Place::File(folder.path().join("front"))).await.unwrap();
        front.set_audience(&desk.store().audience().await.unwrap()).await.unwrap();
        Self { folder, desk, front, stream, parties }
    }

    fn text(&self, signer: u8, week: &str, open: Band, blind: Band) -> String {
        let tally = Tally {
            hub: self.desk.id(),
            stream: vauban_release::StreamId::new(self.stream.0),
            week: week.parse().unwrap(),
            release: Number::FIRST,
            open,
            blind,
        };
        SignedCounts::sign(&tally, &key(signer)).unwrap().to_text()
    }

    async fn give(&self, party: usize, week: &str, text: String) {
        let (credential, stream) = (self.parties[party].credential, self.stream);
        let week = week.parse().unwrap();
        let told = ToldCounts { credential, stream, week, received: now(), bytes: text.into_bytes() };
        self.front.keep_counts(&told).await.unwrap();
    }

    async fn collect(&self) -> vauban_hub::desk::Collected {
        self.desk.collect(act(), &Place::File(self.folder.path().join("front")).into()).await.unwrap()
    }
}

#[tokio::test]
async fn sums_say_how_many_and_not_who() {
    let hub = Hub::new().await;
    assert!(hub.desk.sums().unwrap().sums.is_empty());
    for (party, open) in [(0, Band::None), (1, Band::Few), (2, Band::Few)] {
        hub.give(party, WEEK, hub.text(u8::try_from(party).unwrap(), WEEK, open, Band::One)).await;
    }
    hub.give(0, "2026-W46", hub.text(0, "2026-W46", Band::Many, Band::None)).await;
    let collected = hub.collect().await;
    assert!(collected.wrong.is_empty(), "{:?}", collected.wrong);
    let sums = hub.desk.sums().unwrap();
    assert_eq!((collected.counts.len(), &sums.sums), (2, &collected.counts));
    let [before, sum] = &sums.sums[..] else { panic!("{sums:?}") };
    assert_eq!((before.week.to_string().as_str(), before.told), ("2026-W46", 1));
    assert_eq!((sum.stream, sum.told), (hub.stream, 3));
    assert_eq!(sum.open.bands().collect::<Vec<_>>(), [(Band::None, 1), (Band::Few, 2)]);
    assert_eq!(sum.blind.bands().collect::<Vec<_>>(), [(Band::One, 3)]);

    // Once more brings nothing; one more brings the sum of its week alone.
    assert!(hub.collect().await.counts.is_empty());
    hub.give(3, WEEK, hub.text(3, WEEK, Band::Tens, Band::None)).await;
    let collected = hub.collect().await;
    assert_eq!(collected.counts.iter().map(|sum| sum.told).collect::<Vec<_>>(), [4]);

    // Each is kept with its signature, and the trail says who told, not what.
    let kept = hub.desk.received_folder().join("counts").join(hub.stream.0.to_string()).join(WEEK);
    let file = std::fs::read_to_string(kept.join(format!("{}.txt", hub.parties[1].id.0))).unwrap();
    assert_eq!(file, hub.text(1, WEEK, Band::Few, Band::One));
    let trail = hub.desk.store().audit(Sequence(0), 1_000).await.unwrap();
    let told: Vec<&str> =
        trail.iter().map(|line| line.what.as_str()).filter(|what| what.contains("told counts")).collect();
    assert_eq!(told.len(), 5);
    let last = format!("party {} told counts of {WEEK} of stream {}", hub.parties[3].id.0, hub.stream.0);
    assert_eq!(told[4], last);
}

#[tokio::test]
async fn what_does_not_hold_is_told_and_not_counted() {
    let hub = Hub::new().await;
    let text = hub.text(1, WEEK, Band::Few, Band::None);
    hub.give(0, WEEK, text.clone()).await;
    hub.give(1, WEEK, text.replace("  2-9", "10-99")).await;
    hub.give(2, WEEK, "{}".to_owned()).await;
    hub.give(3, WEEK, hub.text(3, WEEK, Band::One, Band::None)).await;
    hub.give(3, "2026-W48", hub.text(3, "2026-W48", Band::One, Band::None)).await;
    let collected = hub.collect().await;
    let mut wrong: Vec<&str> = collected.wrong.iter().map(|(_, why)| why.as_str()).collect();
    wrong.sort_unstable();
    assert_eq!(wrong.len(), 4, "another's, a changed one, none, one of a week that is not over: {wrong:?}");
    assert_eq!(collected.counts.iter().map(|sum| sum.told).collect::<Vec<_>>(), [1]);
    assert!(hub.front.waiting_counts(9).await.unwrap().is_empty(), "it is not brought again");
}

#[tokio::test]
async fn a_second_statement_never_takes_the_place_of_the_first() {
    let hub = Hub::new().await;
    let first = hub.text(0, WEEK, Band::One, Band::None);
    hub.give(0, WEEK, first.clone()).await;
    hub.collect().await;
    // A front that lost its memory, or lies, brings the same once more, and then another.
    for (name, text, wrong) in [("again", first.clone(), 0), ("other", hub.text(0, WEEK, Band::Many, Band::None), 1)] {
        let place = Place::File(hub.folder.path().join(name));
        let front = FrontStore::open(&place).await.unwrap();
        front.set_audience(&hub.desk.store().audience().await.unwrap()).await.unwrap();
        let (credential, stream, week) = (hub.parties[0].credential, hub.stream, WEEK.parse().unwrap());
        let told = ToldCounts { credential, stream, week, received: now(), bytes: text.into_bytes() };
        front.keep_counts(&told).await.unwrap();
        let collected = hub.desk.collect(act(), &place.into()).await.unwrap();
        assert_eq!((collected.wrong.len(), collected.counts.len()), (wrong, 1 - wrong), "{:?}", collected.wrong);
    }
    let sums = hub.desk.sums().unwrap();
    assert_eq!(sums.sums[0].open.bands().collect::<Vec<_>>(), [(Band::One, 1)]);

    // A file that was changed is told, and is in no sum.
    let file = hub.desk.received_folder().join("counts").join(hub.stream.0.to_string()).join(WEEK);
    std::fs::write(file.join("notes.txt"), &first).unwrap();
    let sums = hub.desk.sums().unwrap();
    assert_eq!((sums.damaged.len(), sums.sums[0].told), (1, 1));
}
