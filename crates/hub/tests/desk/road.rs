//! The whole road: import, review, grants, a draft that two people stand for, the front, and what each party sees.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use uuid::Uuid;
use vauban_blind::{Asker, BatchSize, Epoch as BlindEpoch, Observable, Pin, SecretKey, Signer, Table};
use vauban_hub::{
    desk::{Approvers, Blinding, DraftError, Drafting, incoming, publication, read_release, write_release},
    store::{
        Act, Asked, Credential, CredentialHash, DeskStore, Detail, Digest, Draft, Epoch, Filter, FrontStore, NewParty,
        ObjectId, PartyId, Place, Reading, ReleaseNumber, Sequence, State, StoreError, StreamId, StreamInfo, Tier,
        Version,
    },
};
use vauban_model::Marking;
use vauban_release::{
    BlindKey, Chain, HubId, KeyLog, Moment, Number, PartName, Release, SignedManifest, SigningKey, Step,
    TrustedComment, Words,
};
use zeroize::Zeroizing;

use crate::documents::{bundle, indicator, now};

const GROUP: StreamId = StreamId(Uuid::from_u128(1));
const ONE: StreamId = StreamId(Uuid::from_u128(2));

/// A hub with two parties: both read the group's stream, the first alone reads its own.
struct Hub {
    folder: tempfile::TempDir,
    desk: DeskStore,
    front: FrontStore,
    key: SigningKey,
    blinding: Blinding,
    rng: ChaCha20Rng,
    at: Timestamp,
}

fn act(at: Timestamp) -> Act<'static> {
    Act { who: "claire", at }
}

fn party(number: u8) -> NewParty {
    NewParty {
        id: PartyId(Uuid::from_u128(number.into())),
        name: format!("party {number}"),
        credential: CredentialHash([number; 32]),
        receipt_key: None,
        budget: 4,
    }
}

fn hub_id() -> HubId {
    HubId::new(Uuid::from_u128(77))
}

impl Hub {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| Place::File(folder.path().join(name));
        let (desk, front) =
            (DeskStore::open(&place("desk")).await.unwrap(), FrontStore::open(&place("front")).await.unwrap());
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let secret = SecretKey::generate(&mut rng).unwrap();
        let blind = BlindKey::new(*secret.public().as_bytes());
        let log = KeyLog::new(hub_id(), vauban_release::Epoch::FIRST, blind);
        let blinding = Blinding { secret, log, call: "CERT, 01 00 00 00 00".to_owned() };
        let key = SigningKey::from_seed(&Zeroizing::new([9; 32]), [1; 8]);
        for (id, is_for_one) in [(GROUP, false), (ONE, true)] {
            let info = StreamInfo { id, title: "stream".to_owned(), description: String::new(), is_for_one };
            desk.add_stream(act(now()), &info).await.unwrap();
        }
        for number in [1, 2] {
            desk.add_party(act(now()), &party(number)).await.unwrap();
            desk.join(act(now()), party(number).id, Reading { stream: GROUP, may_write: false }).await.unwrap();
        }
        desk.join(act(now()), party(1).id, Reading { stream: ONE, may_write: false }).await.unwrap();
        front.set_audience(&desk.audience().await.unwrap()).await.unwrap();
        Self { folder, desk, front, key, blinding, rng, at: now() }
    }

    async fn import(&self, objects: &[String]) {
        let read = incoming("bundle.json", "CERT", &bundle(objects), Marking::Amber, self.at);
        assert_eq!(read.objects.len(), objects.len(), "{:?}", read.refused);
        self.desk.import(act(self.at), &read.objects).await.unwrap();
    }

    /// Reviews an object and grants it.
    async fn grant(&self, number: u32, marking: Marking, tier: Tier, streams: &[StreamId]) {
        let id = id(number);
        let version = self.desk.object(&id).await.unwrap()[0].version;
        self.desk.review(act(self.at), &id, version, marking, tier, None).await.unwrap();
        self.desk.grant(act(self.at), &id, version, streams).await.unwrap();
    }

    async fn draft(&mut self, stream: StreamId, before: &[SignedManifest]) -> Result<Release, DraftError> {
        let drafting = Drafting {
            store: &self.desk,
            key: &self.key,
            hub: hub_id(),
            blinding: Some(&self.blinding),
            before,
            advice: Words::new("Lisez.", "Read."),
            lifetime: SignedDuration::from_hours(24 * 30),
            now: self.at,
        };
        Ok(drafting.draft(stream, &mut self.rng).await?.release)
    }

    /// What a party sees of a stream: names of indicators.
    async fn sees(&self, number: u8, stream: StreamId) -> Vec<String> {
        let (credential, filter) = (CredentialHash([number; 32]), Filter::default());
        let asked = Asked { credential, stream, filter: &filter, after: Sequence(0), most: 100, now: self.at };
        let page = self.front.page(asked, Detail::Objects).await.unwrap();
        let entries = page.map(|page| page.entries).unwrap_or_default();
        let indicators = entries.into_iter().filter(|entry| entry.kind.as_str() == "indicator");
        indicators.map(|entry| entry.object.to_string()).collect()
    }
}

fn id(number: u32) -> ObjectId {
    ObjectId::new(&format!("indicator--00000000-0000-4000-8000-{number:012}")).unwrap()
}

/// Publishes as the command does: through a folder, approved by somebody else.
async fn publish(hub: &Hub, folder: &Path, release: &Release, before: Option<&Release>) {
    write_release(folder, release).unwrap();
    let read = read_release(folder).unwrap();
    assert_eq!(&read, release, "the folder holds what was drafted, byte for byte");
    let publication = publication(&read, before).unwrap();
    hub.front.publish(&publication, hub.at).await.unwrap();
}

#[tokio::test]
async fn what_a_party_sees_is_what_was_granted_to_it() {
    let mut hub = Hub::new().await;
    let names = ["open", "strict", "red", "blind", "held", "url"];
    let objects: Vec<String> = (1..)
        .zip(names)
        .map(|(number, name)| indicator(number, &format!("[domain-name:value = '{name}.example']"), ""))
        .collect();
    hub.import(&objects).await;
    hub.grant(1, Marking::Green, Tier::Open, &[GROUP, ONE]).await;
    hub.grant(2, Marking::AmberStrict, Tier::Open, &[GROUP, ONE]).await;
    hub.grant(3, Marking::Red, Tier::Open, &[GROUP, ONE]).await;
    hub.grant(4, Marking::Amber, Tier::Blind, &[GROUP]).await;
    hub.grant(5, Marking::Clear, Tier::Held, &[GROUP]).await;
    for (stream, folder) in [(GROUP, "group"), (ONE, "one")] {
        let release = hub.draft(stream, &[]).await.unwrap();
        publish(&hub, &hub.folder.path().join(folder), &release, None).await;
    }
    assert_eq!(hub.sees(1, GROUP).await, [id(1).to_string()]);
    assert_eq!(hub.sees(2, GROUP).await, [id(1).to_string()]);
    assert_eq!(hub.sees(1, ONE).await, [id(1).to_string(), id(2).to_string()], "one organisation reads it");
    assert!(hub.sees(2, ONE).await.is_empty(), "another's");

    // The blind one is in no file that can be read, and opens for whoever saw it.
    let release = read_release(&hub.folder.path().join("group")).unwrap();
    let all: Vec<u8> = release.files().into_iter().flat_map(|(_, bytes)| bytes).collect();
    for name in ["strict.example", "red.example", "blind.example", "held.example"] {
        assert!(!all.windows(name.len()).any(|window| window == name.as_bytes()), "{name}");
    }
    let pin = Pin { epoch: BlindEpoch::new(1), key: hub.blinding.secret.public() };
    let seen = ["blind.example", "other.example"].map(|name| Observable::new("domain-name", name).unwrap());
    let (batch, pending) = Asker::new(pin, BatchSize::USUAL).ask(&seen, &mut hub.rng).unwrap();
    let signer = Signer::new(SecretKey::from_bytes(&*hub.blinding.secret.to_bytes()).unwrap(), pin.epoch);
    let evaluated = signer.evaluate(&batch, &mut hub.rng).unwrap();
    let outputs = pending.finalise(&evaluated, &pin).unwrap();
    let table = Table::open(release.part(PartName::BlindTable).unwrap()).unwrap();
    let labels: Vec<_> = outputs.iter().map(|output| table.look(output).unwrap()).collect();
    assert_eq!(labels[0].as_ref().unwrap().call, "CERT, 01 00 00 00 00");
    assert!(labels[1].is_none());
}

#[tokio::test]
async fn releases_follow_each_other_and_only_what_changed_moves() {
    let mut hub = Hub::new().await;
    let ends = r#","valid_until":"2026-12-01T00:00:00Z""#;
    hub.import(&[
        indicator(1, "[domain-name:value = 'stays.example']", ""),
        indicator(2, "[domain-name:value = 'ends.example']", ends),
        indicator(3, "[domain-name:value = 'leaves.example']", ""),
    ])
    .await;
    for number in 1..=3 {
        hub.grant(number, Marking::Green, Tier::Open, &[GROUP]).await;
    }
    let first = hub.draft(GROUP, &[]).await.unwrap();
    publish(&hub, &hub.folder.path().join("1"), &first, None).await;
    assert_eq!(hub.sees(2, GROUP).await.len(), 3);

    hub.at = "2026-12-02T00:00:00Z".parse().unwrap();
    hub.desk.withdraw(act(hub.at), &id(3)).await.unwrap();
    hub.import(&[indicator(4, "[domain-name:value = 'comes.example']", "")]).await;
    hub.grant(4, Marking::Green, Tier::Open, &[GROUP]).await;
    let second = hub.draft(GROUP, std::slice::from_ref(first.signed())).await.unwrap();
    publish(&hub, &hub.folder.path().join("2"), &second, Some(&first)).await;
    assert_eq!(hub.sees(2, GROUP).await, [id(1).to_string(), id(4).to_string()]);

    // A party that has the first takes the second; one that took another first does not.
    let mut chain = Chain::new(hub_id(), first.signed().manifest().stream, hub.key.public());
    let moment = Moment::new(hub.at);
    assert_eq!(chain.accept(first.whole(), moment).unwrap(), Step::First);
    assert!(matches!(chain.accept(second.whole(), moment).unwrap(), Step::Next(_)));
    assert!(chain.accept(first.whole(), moment).is_err(), "an old one again");

    // What nobody changed is no news at the front.
    let unchanged = publication(&second, Some(&second)).unwrap();
    assert!(unchanged.entries.is_empty() && unchanged.withdrawn.is_empty());
    assert_eq!(second.signed().manifest().number, Number::new(2).unwrap());
}

#[tokio::test]
async fn an_observable_has_no_version_and_leaves_with_its_release_all_the_same() {
    let mut hub = Hub::new().await;
    let file = |size: u32| {
        format!(
            r#"{{"type":"file","spec_version":"2.1","id":"file--00000000-0000-4000-8000-000000000009","name":"a.exe","size":{size}}}"#
        )
    };
    let id = ObjectId::new("file--00000000-0000-4000-8000-000000000009").unwrap();
    let (mut before, mut signed) = (None, Vec::new());
    let mut added = Vec::new();
    for (day, size) in [(1, 1), (2, 1), (3, 2)] {
        hub.at = format!("2026-12-{day:02}T00:00:00Z").parse().unwrap();
        if day != 2 {
            hub.import(&[file(size)]).await;
            let version = hub.desk.object(&id).await.unwrap().iter().map(|object| object.version).max().unwrap();
            hub.desk.review(act(hub.at), &id, version, Marking::Green, Tier::Open, None).await.unwrap();
            hub.desk.grant(act(hub.at), &id, version, &[GROUP]).await.unwrap();
        }
        let release = hub.draft(GROUP, &signed).await.unwrap();
        publish(&hub, &hub.folder.path().join(day.to_string()), &release, before.as_ref()).await;
        let (credential, filter) = (CredentialHash([1; 32]), Filter::default());
        let asked = Asked { credential, stream: GROUP, filter: &filter, after: Sequence(0), most: 100, now: hub.at };
        let page = hub.front.page(asked, Detail::Objects).await.unwrap().unwrap();
        added.extend(page.entries.into_iter().filter(|entry| entry.object == id).map(|entry| (day, entry.version)));
        signed.push(release.signed().clone());
        before = Some(release);
    }
    let at = |day: u32| Version::new(format!("2026-12-{day:02}T00:00:00Z").parse().unwrap());
    assert_eq!(added, [(1, at(1)), (2, at(1)), (3, at(3))], "once each time, and new only where it changed");
}

#[tokio::test]
async fn two_people_publish_and_one_does_not() {
    let mut hub = Hub::new().await;
    let release = hub.draft(GROUP, &[]).await.unwrap();
    let signed = release.signed();
    let [claire, marc] = [3, 4].map(|seed| SigningKey::from_seed(&Zeroizing::new([seed; 32]), [seed; 8]));
    let mut approvers = Approvers::default();
    approvers.add("claire", &claire.public().to_string()).unwrap();
    approvers.add("marc", &marc.public().to_string()).unwrap();
    assert!(approvers.add("claire again", &claire.public().to_string()).is_err(), "one person, two names");
    let comment = || "approved".parse::<TrustedComment>().unwrap();
    let by = |key: &SigningKey, bytes: &[u8]| key.sign(bytes, comment()).to_string().into_bytes();
    assert_eq!(approvers.who(signed, &by(&marc, signed.bytes())).unwrap(), "marc");
    assert!(approvers.who(signed, &by(&marc, b"something else")).is_err());
    assert!(approvers.who(signed, &by(&hub.key, signed.bytes())).is_err(), "the hub's own key approves nothing");

    let draft = Draft {
        id: Uuid::from_u128(5),
        stream: GROUP,
        number: ReleaseNumber(1),
        epoch: Epoch(1),
        digest: Digest(*signed.digest().bytes()),
        manifest: signed.bytes().to_vec(),
        author: "claire".to_owned(),
        created: hub.at,
        published: None,
    };
    hub.desk.draft(act(hub.at), &draft).await.unwrap();
    assert!(matches!(hub.desk.approved(draft.id).await, Err(StoreError::SecondPerson)));
    let alone = hub.desk.approve(act(hub.at), draft.id, draft.digest).await;
    assert!(matches!(alone, Err(StoreError::SecondPerson)), "its author");
    let marc = Act { who: "marc", at: hub.at };
    assert!(hub.desk.approve(marc, draft.id, Digest([0; 32])).await.is_err(), "other bytes than those that are here");
    hub.desk.approve(marc, draft.id, draft.digest).await.unwrap();
    assert_eq!(hub.desk.approved(draft.id).await.unwrap().digest, draft.digest);
}

#[tokio::test]
async fn what_cannot_be_blind_is_said_before_anything_leaves() {
    for (pattern, is_fine) in [
        ("[domain-name:value = 'fine.example']", true),
        ("[ipv4-addr:value = '192.0.2.7']", false),
        ("[domain-name:value LIKE '%.example' AND domain-name:value != 'a.example']", false),
    ] {
        let mut hub = Hub::new().await;
        hub.import(&[indicator(1, pattern, "")]).await;
        hub.grant(1, Marking::Amber, Tier::Blind, &[GROUP]).await;
        assert_eq!(hub.draft(GROUP, &[]).await.is_ok(), is_fine, "{pattern}");
    }
    let hub = Hub::new().await;
    assert!(hub.desk.objects(State::Granted, None, 10).await.unwrap().is_empty());
    let credential = Credential { hash: CredentialHash([9; 32]), receipt_key: None, budget: 0, streams: Vec::new() };
    assert!(hub.front.streams(credential.hash).await.unwrap().is_empty(), "nobody's");
    assert!(Version::new(hub.at) < Version::new(Timestamp::MAX));
}
