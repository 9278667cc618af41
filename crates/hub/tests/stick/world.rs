//! A desk, a front, a stick between them, and parties that do at the front's store what its doors would do.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use vauban_hub::{
    FrontRole,
    desk::{Chosen, Collected, Decision, Desk, DeskError, Reach, Wanted, read_manifest},
    front::Received,
    stick::{Exchange, Exchanged, StickError},
    store::{
        Act, Asked, CredentialHash, Detail, Filter, FrontStore, JoinedParty, PartyId, Place, PublicKey, Receipt,
        ReleaseNumber, Sequence, StreamId, Submission, SubmissionKind, Tier, ToldCounts,
    },
};
use vauban_model::Marking;
use vauban_release::{
    Band, Digest, Enrolment, Joining, Number, SignedCounts, SignedReceipt, SignedSighting, SigningKey, Tally, Told,
};
use zeroize::Zeroizing;

pub(crate) const NOTE: &str = "on the laptop of the third floor";
pub(crate) const WEEK: &str = "2026-W47";
pub(crate) const TITLE: &str = "what partners read";

pub(crate) fn now() -> Timestamp {
    "2026-11-26T08:00:00Z".parse().unwrap()
}

pub(crate) fn act() -> Act<'static> {
    Act { who: "claire", at: now() }
}

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&Zeroizing::new([seed; 32]), [seed; 8])
}

/// A party, as it is known at the front.
pub(crate) struct Member {
    pub(crate) id: PartyId,
    pub(crate) credential: CredentialHash,
    key: SigningKey,
}

pub(crate) struct World {
    pub(crate) home: tempfile::TempDir,
    pub(crate) desk: Desk,
    pub(crate) front: FrontStore,
    pub(crate) role: FrontRole,
    pub(crate) stream: StreamId,
    pub(crate) alice: Member,
    pub(crate) bob: Member,
    rng: ChaCha20Rng,
    imported: u32,
}

fn indicator(number: u32) -> String {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-{number:012}",
        "created":"2026-11-01T00:00:00.000Z","modified":"2026-11-01T00:00:00.000Z","valid_from":"2026-11-01T00:00:00Z",
        "pattern_type":"stix","name":"number {number}","indicator_types":["malicious-activity"],
        "pattern":"[domain-name:value = 'burnt{number}.example']"}}"#
    )
}

fn bundle(number: u32) -> Vec<u8> {
    let id = "bundle--00000000-0000-4000-8000-000000000001";
    format!(r#"{{"type":"bundle","id":"{id}","objects":[{}]}}"#, indicator(number)).into_bytes()
}

impl World {
    /// A desk with two people, two parties and one stream; `seed` makes it another hub.
    pub(crate) async fn new(seed: u8) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut rng = ChaCha20Rng::from_seed([seed; 32]);
        let folder = home.path().join("desk");
        let desk = Desk::init(&folder, "CERT", "CERT, 01 00 00 00 00", &mut rng).await.unwrap();
        for (name, seed) in [("claire", 101), ("marc", 102)] {
            desk.person(act(), name, &key(seed).public().to_string()).await.unwrap();
        }
        let (mut members, mut parties) = (Vec::new(), Vec::new());
        for (name, seed) in [("Alice SA", 11), ("Bob SARL", 12)] {
            let (id, code) = desk.party(act(), name, 4, &mut rng).await.unwrap();
            members.push(Member { id, credential: hash(&code), key: key(seed) });
            parties.push(id);
        }
        let stream = desk.stream(act(), (TITLE, ""), false, &parties, &mut rng).await.unwrap();
        let role = FrontRole::read(&fs::read_to_string(desk.roles_folder().join("front.toml")).unwrap()).unwrap();
        let front = FrontStore::open(&Place::File(home.path().join("front.sqlite"))).await.unwrap();
        fs::create_dir(home.path().join("stick")).unwrap();
        let bob = members.pop().unwrap();
        let alice = members.pop().unwrap();
        Self { home, desk, front, role, stream, alice, bob, rng, imported: 0 }
    }

    pub(crate) fn stick(&self) -> PathBuf {
        self.home.path().join("stick")
    }

    pub(crate) fn by_stick(&self) -> Reach {
        Reach::Stick(self.stick())
    }

    /// One more object is granted, and the release with it is published.
    pub(crate) async fn publish(&mut self, reach: &Reach) -> ReleaseNumber {
        let id = self.approved().await;
        self.desk.publish(act(), id, reach).await.unwrap().number
    }

    /// A draft that may be published.
    pub(crate) async fn approved(&mut self) -> Uuid {
        self.imported += 1;
        let document = bundle(self.imported);
        self.desk.import(act(), ("bundle.json", "CERT"), &document, Marking::Green).await.unwrap();
        let decision = Decision { marking: Marking::Green, tier: Tier::Open, last_day: None };
        self.desk.review(act(), Chosen::All, decision).await.unwrap();
        self.desk.grant(act(), Chosen::All, &[self.stream]).await.unwrap();
        let wanted = Wanted::new(self.stream, 30, ("", ""));
        let (id, drafted) = self.desk.draft(act(), &wanted, &mut self.rng).await.unwrap();
        let signature = key(102).sign(drafted.release.signed().bytes(), "approved".parse().unwrap());
        self.desk.approve(act(), id, signature.to_string().as_bytes()).await.unwrap();
        id
    }

    pub(crate) async fn exchange(&self) -> Result<Exchanged, StickError> {
        self.exchange_at(&self.front, &self.stick()).await
    }

    pub(crate) async fn exchange_at(&self, store: &FrontStore, stick: &Path) -> Result<Exchanged, StickError> {
        let (hub, secret) = (self.role.settings.hub, &self.role.settings.secret);
        let role = self.role.stick.as_ref().unwrap();
        Exchange { store, hub, role, secret, now: now() }.exchange(stick).await
    }

    pub(crate) async fn collect(&self) -> Result<Collected, DeskError> {
        self.desk.collect(act(), &self.by_stick()).await
    }

    /// A party joins, gives a receipt for a release, and sends a sighting and an object.
    pub(crate) async fn join_and_send(&self, member: &Member, number: ReleaseNumber, object: u32) {
        let shown = Digest::of(member.credential.0.as_slice());
        let joining = Joining::sign(shown, &member.key, now().into()).unwrap();
        let receipt_key = PublicKey(member.key.public().bytes());
        let joined = JoinedParty {
            credential: member.credential,
            shown: CredentialHash(*shown.bytes()),
            receipt_key,
            at: now(),
            bytes: joining.to_text().into_bytes(),
        };
        self.front.join(&joined).await.unwrap();
        let manifest = read_manifest(&self.desk.release_folder(self.stream, number)).unwrap();
        let signed = SignedReceipt::sign(&manifest, &member.key, now().into()).unwrap();
        let bytes = signed.to_text().into_bytes();
        let receipt = Receipt { stream: self.stream, number, key: receipt_key, at: now(), bytes };
        self.front.keep_receipt(member.credential, &receipt).await.unwrap();
        self.send(member, NOTE).await;
        let (week, stream) = (WEEK.parse().unwrap(), vauban_release::StreamId::new(self.stream.0));
        let release = Number::new(number.0).unwrap();
        let tally = Tally { hub: self.desk.id(), stream, week, release, open: Band::Few, blind: Band::None };
        let bytes = SignedCounts::sign(&tally, &member.key).unwrap().to_text().into_bytes();
        let (credential, stream) = (member.credential, self.stream);
        let told = ToldCounts { credential, stream, week, received: now(), bytes };
        self.front.keep_counts(&told).await.unwrap();
        self.submit(member, SubmissionKind::Objects, &Received::default().to_text(), bundle(object)).await;
    }

    pub(crate) async fn send(&self, member: &Member, note: &str) -> Uuid {
        let stream = vauban_release::StreamId::new(self.stream.0);
        let told = Told { hub: self.desk.id(), stream, label: &"00".repeat(16), by: "A. Martin", note };
        let signed = SignedSighting::sign(&told, &member.key, now().into()).unwrap();
        self.submit(member, SubmissionKind::Sighting, "waiting", signed.to_text().into_bytes()).await
    }

    async fn submit(&self, member: &Member, kind: SubmissionKind, status: &str, body: Vec<u8>) -> Uuid {
        let mut id = [0; 16];
        id.copy_from_slice(&Digest::of(&body).bytes()[..16]);
        let (id, status) = (Uuid::from_bytes(id), status.to_owned());
        let (credential, stream) = (member.credential, self.stream);
        let new = Submission { id, credential, stream, kind, received: now(), status, body: Some(body) };
        self.front.submit(&new).await.unwrap();
        id
    }

    /// The objects that a party sees at a front.
    pub(crate) async fn sees(&self, front: &FrontStore, member: &Member) -> Vec<String> {
        let filter =
            Filter { types: vec![vauban_hub::store::ObjectType::new("indicator").unwrap()], ..Filter::default() };
        let (credential, stream, after) = (member.credential, self.stream, Sequence(0));
        let asked = Asked { credential, stream, filter: &filter, after, most: 100, now: now() };
        let page = front.page(asked, Detail::Objects).await.unwrap();
        page.map(|page| page.entries).unwrap_or_default().into_iter().filter_map(|entry| entry.json).collect()
    }
}

fn hash(code: &Enrolment) -> CredentialHash {
    CredentialHash(Sha256::digest(code.credential().as_bytes()).into())
}

/// The files of a folder and of those in it.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let place = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::copy(&file, place).unwrap();
    }
}

/// Whether a text stands in a file.
pub(crate) fn holds(path: &Path, text: &str) -> bool {
    fs::read(path).unwrap_or_default().windows(text.len()).any(|window| window == text.as_bytes())
}
