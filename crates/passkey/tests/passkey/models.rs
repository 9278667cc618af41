//! Which models are vouched for: by whom, for which, until when.

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SigningKey as _, date_time_ymd,
};
use sha2::{Digest as _, Sha256};
use vauban_passkey::{Attestation, Credential, Door, Model, Models, NotAModel, NotARoot, Refused};
use vauban_softkey::{Enrolment, SoftKey, flag, packed};

use crate::support::{ORIGIN, ana, door, enrol_at, nonce, now};

pub(crate) const MODEL: &str = "aabbccdd-0000-4000-8000-000000000001";
pub(crate) const OTHER: &str = "aabbccdd-0000-4000-8000-000000000002";

/// A maker of keys.
pub(crate) struct Maker {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) root: Vec<u8>,
}

/// A certificate of a batch of keys, and what signs with it.
pub(crate) struct Batch {
    chain: Vec<Vec<u8>>,
    key: KeyPair,
}

impl Maker {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap().der().to_vec();
        Self { issuer: Issuer::new(params, key), root }
    }

    pub(crate) fn batch(&self, change: impl FnOnce(&mut CertificateParams)) -> Batch {
        let key = KeyPair::generate().unwrap();
        let mut params = leaf();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Batch { chain: vec![certificate.der().to_vec()], key }
    }
}

/// What §8.2.1 asks of a certificate.
fn leaf() -> CertificateParams {
    let mut params = CertificateParams::default();
    for (kind, value) in [
        (DnType::CountryName, "FR"),
        (DnType::OrganizationName, "Maker"),
        (DnType::OrganizationalUnitName, "Authenticator Attestation"),
        (DnType::CommonName, "Batch 1"),
    ] {
        params.distinguished_name.push(kind, value);
    }
    params.is_ca = IsCa::ExplicitNoCa;
    params
}

fn bytes(model: &str) -> [u8; 16] {
    uuid::Uuid::try_parse(model).unwrap().into_bytes()
}

fn door_with(makers: &[(&Maker, &str)]) -> Door {
    let mut models = Models::default();
    for (maker, model) in makers {
        models.trust(&maker.root, [model.parse::<Model>().unwrap()]).unwrap();
    }
    door().trusting(models)
}

/// A key of that batch and model.
pub(crate) fn of(batch: Batch, model: &str) -> impl FnOnce(&mut Enrolment) {
    let model = bytes(model);
    move |lie| {
        lie.model = model;
        lie.statement = packed(-7, move |message| batch.key.sign(message).unwrap(), batch.chain);
    }
}

pub(crate) fn required(door: &Door, lie: impl FnOnce(&mut Enrolment)) -> Result<Credential, Refused> {
    enrol_at(door, Attestation::Required, lie).map(|(_, credential)| credential)
}

#[test]
fn a_root_vouches_for_its_model() {
    let maker = Maker::new("Root");
    let door = door_with(&[(&maker, MODEL)]);
    let credential = required(&door, of(maker.batch(|_| {}), MODEL)).unwrap();
    assert!(credential.is_attested());
    assert_eq!(credential.model().unwrap().to_string(), MODEL);
    assert_eq!(credential.anchor().unwrap().as_slice(), Sha256::digest(&maker.root).as_slice());
    let kept = Credential::from_bytes(&credential.to_bytes()).unwrap();
    assert_eq!(kept, credential);
    let (_, unasked) = enrol_at(&door, Attestation::Any, of(maker.batch(|_| {}), MODEL)).unwrap();
    assert!(unasked.is_attested(), "noted where it is not asked for");
}

#[test]
fn and_for_no_other() {
    let (maker, stranger) = (Maker::new("Root"), Maker::new("Root"));
    let door = door_with(&[(&maker, MODEL)]);
    assert_eq!(required(&door, of(maker.batch(|_| {}), OTHER)), Err(Refused::Model), "another model of this maker");
    assert_eq!(required(&door, of(stranger.batch(|_| {}), MODEL)), Err(Refused::Model), "a maker of the same name");
    assert_eq!(required(&door, |_| {}), Err(Refused::Model), "no statement");
    let zero = "00000000-0000-0000-0000-000000000000";
    assert_eq!(required(&door, of(maker.batch(|_| {}), zero)), Err(Refused::Model), "a key that does not tell");
    let (_, plain) = enrol_at(&door, Attestation::Any, of(stranger.batch(|_| {}), MODEL)).unwrap();
    assert!(!plain.is_attested() && plain.model().is_some(), "told, and not vouched for");
    assert_eq!(required(&self::door(), of(maker.batch(|_| {}), MODEL)), Err(Refused::Model), "a door without a list");
}

#[test]
fn two_roots_may_have_one_name() {
    let (first, second) = (Maker::new("Root"), Maker::new("Root"));
    let door = door_with(&[(&first, MODEL), (&second, OTHER)]);
    assert!(required(&door, of(second.batch(|_| {}), OTHER)).is_ok());
    assert_eq!(required(&door, of(second.batch(|_| {}), MODEL)), Err(Refused::Model), "each for its own models");
}

#[test]
fn a_key_signs_for_itself_and_is_not_vouched_for() {
    let maker = Maker::new("Root");
    let door = door_with(&[(&maker, MODEL)]);
    let lie = |lie: &mut Enrolment| {
        lie.model = bytes(MODEL);
        lie.statement = packed(-7, own_signature([1; 32]), Vec::new());
    };
    assert_eq!(required(&door, lie), Err(Refused::Model));
    let (_, plain) = enrol_at(&door, Attestation::Any, lie).unwrap();
    assert!(!plain.is_attested());
}

/// The signature of the key that this seed makes, whoever asked for it.
fn own_signature(seed: [u8; 32]) -> impl FnOnce(&[u8]) -> Vec<u8> {
    let asked = door().enrol(ana(), "Ana", &[], Attestation::Any, nonce(1)).unwrap();
    let (key, _) = SoftKey::make(&asked.options, ORIGIN, seed, |_| {}).unwrap();
    move |message| (key.signer)(message)
}

#[test]
fn the_time_is_the_callers() {
    let maker = Maker::new("Root");
    let door = door_with(&[(&maker, MODEL)]);
    let batch = maker.batch(|params| {
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2026, 12, 31);
    });
    let asked = door.enrol(ana(), "Ana", &[], Attestation::Required, nonce(1)).unwrap();
    let (_, response) = SoftKey::make(&asked.options, ORIGIN, [1; 32], of(batch, MODEL)).unwrap();
    let at = |time: &str| {
        let time: Timestamp = time.parse().unwrap();
        door.enrolled(&asked.state, response.as_bytes(), time).map(|credential| credential.is_attested())
    };
    assert_eq!(at("2026-11-27T00:00:00Z"), Ok(true));
    assert_eq!(at("2027-01-01T00:00:00Z"), Err(Refused::Model));
    assert_eq!(at("2025-12-31T00:00:00Z"), Err(Refused::Model));
    assert_eq!(at("1960-01-01T00:00:00Z"), Err(Refused::Model));
}

#[test]
fn a_statement_that_does_not_hold() {
    let maker = Maker::new("Root");
    let door = door_with(&[(&maker, MODEL)]);
    let told = |model: [u8; 16]| {
        move |params: &mut CertificateParams| {
            let content = [&[4, 16], model.as_slice()].concat();
            let extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 45_724, 1, 1, 4], content);
            params.custom_extensions.push(extension);
        }
    };
    assert!(required(&door, of(maker.batch(told(bytes(MODEL))), MODEL)).is_ok());
    let other = required(&door, of(maker.batch(told(bytes(OTHER))), MODEL));
    assert_eq!(other, Err(Refused::AttestationStatement), "the certificate is of another model");

    let swapped = Batch { key: KeyPair::generate().unwrap(), ..maker.batch(|_| {}) };
    assert_eq!(required(&door, of(swapped, MODEL)), Err(Refused::AttestationStatement), "not the certificate's key");

    let batch = maker.batch(|_| {});
    let earlier = batch.key.sign(b"another enrolment").unwrap();
    let replayed = |lie: &mut Enrolment| {
        lie.model = bytes(MODEL);
        lie.statement = packed(-7, move |_| earlier, batch.chain);
    };
    assert_eq!(required(&door, replayed), Err(Refused::AttestationStatement));

    let unit = |params: &mut CertificateParams| {
        params.distinguished_name.push(DnType::OrganizationalUnitName, "Something else");
    };
    assert_eq!(required(&door, of(maker.batch(unit), MODEL)), Err(Refused::AttestationStatement), "§8.2.1");
}

#[test]
fn a_batch_makes_no_batches() {
    let maker = Maker::new("Root");
    let door = door_with(&[(&maker, MODEL)]);
    let mut params = leaf();
    params.distinguished_name.push(DnType::CommonName, "Stolen");
    let stolen = KeyPair::generate().unwrap();
    let above = params.signed_by(&stolen, &maker.issuer).unwrap().der().to_vec();
    let key = KeyPair::generate().unwrap();
    let below = leaf().signed_by(&key, &Issuer::new(params, stolen)).unwrap().der().to_vec();
    let batch = Batch { chain: vec![below, above], key };
    assert_eq!(required(&door, of(batch, MODEL)), Err(Refused::Model));
}

#[test]
fn an_administrators_key_stays_where_it_is() {
    let maker = Maker::new("Root");
    let door = door_with(&[(&maker, MODEL)]);
    let vouched = of(maker.batch(|_| {}), MODEL);
    let copyable = |lie: &mut Enrolment| {
        vouched(lie);
        lie.flags |= flag::CAN_BE_COPIED;
    };
    assert_eq!(required(&door, copyable), Err(Refused::MayBeCopied));
}

#[test]
fn an_administrator_is_asked_for_a_hardware_key() {
    let asked = door().enrol(ana(), "Ana", &[], Attestation::Required, nonce(1)).unwrap();
    let options: serde_json::Value = serde_json::from_str(&asked.options).unwrap();
    assert_eq!(options["attestation"], "direct");
    assert_eq!(options["attestationFormats"], serde_json::json!(["packed"]));
    assert_eq!(options["hints"], serde_json::json!(["security-key"]));
    let (_, response) = SoftKey::make(&asked.options, ORIGIN, [1; 32], |_| {}).unwrap();
    assert_eq!(door().enrolled(&asked.state, response.as_bytes(), now()), Err(Refused::Model));
}

#[test]
fn what_a_list_takes() {
    let maker = Maker::new("Root");
    let model: Model = MODEL.parse().unwrap();
    let mut models = Models::default();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", pem_lines(&maker.root));
    assert_eq!(models.trust(pem.as_bytes(), [model]), Ok(()));
    assert_eq!(models.trust(&maker.root, []), Err(NotARoot::NoModel));
    for wrong in [&b"-----BEGIN CERTIFICATE-----"[..], b"", &maker.root[1..], &[0x30; 20_000]] {
        assert_eq!(models.trust(wrong, [model]), Err(NotARoot::NotACertificate));
    }
    for _ in 1..256 {
        models.trust(&maker.root, [model]).unwrap();
    }
    assert_eq!(models.trust(&maker.root, [model]), Err(NotARoot::TooMany));
    assert_eq!("00000000-0000-0000-0000-000000000000".parse::<Model>(), Err(NotAModel));
    assert_eq!("key".parse::<Model>(), Err(NotAModel));
}

fn pem_lines(der: &[u8]) -> String {
    let text = data_encoding::BASE64.encode(der);
    text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\n")
}
