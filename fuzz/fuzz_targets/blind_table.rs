//! A blind table that somebody made up, and a real one that somebody damaged: nothing but what was sealed ever opens.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use vauban_blind::{Epoch, Label, LabelId, Observable, Output, Pin, SecretKey, Severity, Table, TableBuilder};

/// An output, its label, and a table in which they are.
static REAL: LazyLock<(Output, Label, Vec<u8>)> = LazyLock::new(|| {
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let key = SecretKey::generate(&mut rng).unwrap();
    let epoch = Epoch::new(1);
    let output = key.output(epoch, &Observable::new("domain-name", "evil.example").unwrap()).unwrap();
    let [advice_fr, advice_en, call] = ["Appelez.", "Call.", "CERT"].map(str::to_owned);
    let label = Label { id: LabelId([1; 16]), severity: Severity::High, advice_fr, advice_en, call };
    let mut builder = TableBuilder::new(Pin { epoch, key: key.public() });
    builder.add(output.clone(), label.clone()).unwrap();
    let table = builder.build(&mut rng).unwrap();
    (output, label, table)
});

fuzz_target!(|bytes: &[u8]| {
    let (output, label, table) = &*REAL;
    let look = |bytes: &[u8]| Table::open(bytes).ok().and_then(|table| table.look(output).ok().flatten());
    assert_eq!(look(bytes), None);
    // The first two bytes say where the others are put.
    let [high, low, rest @ ..] = bytes else { return };
    let mut damaged = table.clone();
    let at = usize::from(u16::from_be_bytes([*high, *low])) * 8 % damaged.len();
    let end = damaged.len().min(at + rest.len());
    damaged[at..end].copy_from_slice(&rest[..end - at]);
    let found = look(&damaged);
    assert!(found.is_none() || found.as_ref() == Some(label));
});
