//! What blind look-ups cost: the pieces of `bench/blind/compare.py`.
//!
//! ```text
//! costs evaluate BATCHES          the signer, from the bytes of a batch to the bytes of its answer, for each element
//! costs look-up COUNT             a party's whole work for so many look-ups, and what of it is what
//! ```

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::{env, error::Error, hint::black_box};

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use vauban_blind::{
    Asker, BATCH_HEADER, Batch, BatchSize, ELEMENT, Epoch, Evaluated, Label, LabelId, Observable, Output, Pending,
    SecretKey, Severity, Signer, StateKey, Table, TableBuilder,
};
use voprf::{BlindedElement, OprfServer, Ristretto255};

type Done = Result<(), Box<dyn Error>>;

const SIZE: BatchSize = BatchSize::USUAL;

fn main() -> Done {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["evaluate", batches] => evaluate(batches.parse()?),
        ["look-up", count] => look_up(count.parse()?),
        _ => Err("usage: costs evaluate BATCHES | look-up COUNT".into()),
    }
}

/// With its proof as the signer does it; and without, which is the plain mode of RFC 9497 and what peers without proofs do.
fn evaluate(batches: u32) -> Done {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let key = SecretKey::generate(&mut rng)?;
    let plain = OprfServer::<Ristretto255>::new_with_key(key.to_bytes().as_slice()).map_err(|_| "no key")?;
    let signer = Signer::new(key, Epoch::new(1));
    let asker = Asker::new(signer.pin(), SIZE);
    let (mut without, mut with) = (0.0, 0.0);
    for _ in 0..batches {
        let bytes = asker.ask(&[], &mut rng)?.0.to_bytes();
        let begun = cpu_seconds();
        let answer = bytes[BATCH_HEADER..].chunks(ELEMENT).map(|element| {
            let element = BlindedElement::deserialize(element)?;
            Ok(plain.blind_evaluate(&element).serialize())
        });
        black_box(answer.collect::<Result<Vec<_>, voprf::Error>>().map_err(|_| "no element")?);
        let between = cpu_seconds();
        black_box(signer.evaluate(&Batch::from_bytes(&bytes, SIZE)?, &mut rng)?.to_bytes());
        without += between - begun;
        with += cpu_seconds() - between;
    }
    let elements = f64::from(batches) * SIZE.elements() as f64;
    println!("evaluate_us {:.2}", without * 1e6 / elements);
    println!("evaluate_with_proof_us {:.2}", with * 1e6 / elements);
    Ok(())
}

/// One look-up in a hundred is a hit, in a table of as many indicators as there are look-ups.
fn look_up(count: usize) -> Done {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let key = SecretKey::generate(&mut rng)?;
    let mut builder = TableBuilder::new(Signer::new(key.clone(), Epoch::new(1)).pin());
    let begun = cpu_seconds();
    for number in 0..count {
        let name = if number % 100 == 0 { format!("seen-{number}.example") } else { format!("known-{number}.example") };
        builder.add(key.output(Epoch::new(1), &Observable::new("domain-name", &name)?)?, label(number))?;
    }
    let table = builder.build(&mut rng)?;
    println!("table_cpu_s {:.2}", cpu_seconds() - begun);
    println!("table_mib {:.1}", table.len() as f64 / f64::from(1 << 20));
    let signer = Signer::new(key, Epoch::new(1));

    let begun = cpu_seconds();
    let names = (0..count).map(|number| Observable::new("domain-name", &format!("seen-{number}.example")));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    let batches = u16::try_from(count.div_ceil(SIZE.elements()))?;
    let state_key = StateKey::new([1; 32]);
    let (made, _) = Asker::new(signer.pin(), SIZE).fill(&names, batches, &mut rng)?;
    let mut sent = Vec::new();
    for (batch, pending) in made {
        sent.push((batch.to_bytes(), pending.seal(&state_key, &mut rng)?));
    }
    let asked = cpu_seconds() - begun;

    let mut answered = Vec::new();
    for (batch, state) in sent {
        let answer = signer.evaluate(&Batch::from_bytes(&batch, SIZE)?, &mut rng)?.to_bytes();
        answered.push((answer, state));
    }

    let begun = cpu_seconds();
    let mut outputs: Vec<Output> = Vec::new();
    for (answer, state) in &answered {
        let pending = Pending::open(state, SIZE, &state_key)?;
        outputs.extend(pending.finalise(&Evaluated::from_bytes(answer, SIZE)?, &signer.pin())?);
    }
    let finalised = cpu_seconds() - begun;

    let begun = cpu_seconds();
    let table = Table::open(table)?;
    let mut hits = 0;
    for output in &outputs {
        hits += usize::from(table.look(output)?.is_some());
    }
    let looked = cpu_seconds() - begun;
    assert_eq!(hits, count.div_ceil(100), "every answer is checked");
    println!("ask_cpu_s {asked:.2}\nfinalise_cpu_s {finalised:.2}\nlook_cpu_s {looked:.2}");
    println!("party_cpu_s {:.2}", asked + finalised + looked);
    println!("party_us {:.1}", (asked + finalised + looked) * 1e6 / count as f64);
    Ok(())
}

fn label(number: usize) -> Label {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&(number as u64).to_be_bytes());
    let text = |text: &str| text.to_owned();
    Label {
        id: LabelId(id),
        severity: Severity::High,
        advice_fr: text("Débranchez ce poste et appelez-nous."),
        advice_en: text("Unplug this computer and call us."),
        call: text("CERT, +33 1 23 45 67 89"),
    }
}

/// CPU time of this thread.
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
