//! What the tests share: seeded randomness, a signer, labels, and the way from observables to outputs.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up is a failure")]

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use vauban_blind::{
    Asker, Batch, BatchSize, Epoch, Evaluated, Label, LabelId, Observable, Output, SecretKey, Severity, Signer, Table,
    TableBuilder,
};

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub(crate) fn signer(seed: u64) -> Signer {
    Signer::new(SecretKey::generate(&mut rng(seed)).unwrap(), Epoch::new(1))
}

pub(crate) fn size(elements: u16) -> BatchSize {
    BatchSize::new(elements).unwrap()
}

pub(crate) fn domain(name: &str) -> Observable {
    Observable::new("domain-name", name).unwrap()
}

pub(crate) fn names(what: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{what}-{number:04}.example")).collect()
}

pub(crate) fn label(number: usize) -> Label {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&(number as u64).to_be_bytes());
    Label {
        id: LabelId(id),
        severity: Severity::High,
        advice_fr: "Débranchez ce poste et appelez-nous.".to_owned(),
        advice_en: "Unplug this computer and call us.".to_owned(),
        call: "CERT, +33 1 23 45 67 89".to_owned(),
    }
}

/// The whole way, over the wire both times.
pub(crate) fn ask(signer: &Signer, observables: &[Observable], elements: u16, seed: u64) -> Vec<Output> {
    let (size, mut rng) = (size(elements), rng(seed));
    let (batch, pending) = Asker::new(signer.pin(), size).ask(observables, &mut rng).unwrap();
    let batch = Batch::from_bytes(&batch.to_bytes(), size).unwrap();
    let evaluated = signer.evaluate(&batch, &mut rng).unwrap();
    let evaluated = Evaluated::from_bytes(&evaluated.to_bytes(), size).unwrap();
    pending.finalise(&evaluated, &signer.pin()).unwrap()
}

/// A table whose outputs the desk had from the signer, as a party has.
pub(crate) fn table(signer: &Signer, names: &[String], seed: u64) -> Vec<u8> {
    let mut builder = TableBuilder::new(signer.pin());
    let observables: Vec<Observable> = names.iter().map(|name| domain(name)).collect();
    for (chunk, outputs) in observables.chunks(1024).map(|chunk| ask(signer, chunk, 1024, seed)).enumerate() {
        for (at, output) in outputs.into_iter().enumerate() {
            builder.add(output, label(chunk * 1024 + at)).unwrap();
        }
    }
    builder.build(&mut rng(seed)).unwrap()
}

pub(crate) fn found(table: &[u8], outputs: &[Output]) -> Vec<Option<LabelId>> {
    let table = Table::open(table).unwrap();
    outputs.iter().map(|output| table.look(output).unwrap().map(|label| label.id)).collect()
}

/// What stands in a kept state, opened with nothing of this crate.
pub(crate) fn unseal(sealed: &[u8], key: [u8; 32]) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new(&key.into());
    let payload = Payload { msg: &sealed[28..], aad: &sealed[..4] };
    cipher.decrypt(XNonce::from_slice(&sealed[4..28]), payload).unwrap()
}
