//! What the ceremonies cost on one core: the server's whole part of each, from the question to the bytes that are kept, in CPU seconds.
//!
//! ```text
//! costs [COUNT]
//! ```

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use std::{env, error::Error};

use uuid::Uuid;
use vauban_passkey::{Attestation, Credential, Door, Nonce, State, claim};
use vauban_softkey::{SoftKey, honest};

type Done<T> = Result<T, Box<dyn Error>>;

const ORIGIN: &str = "https://id.example";

fn main() -> Done<()> {
    let count: u32 = env::args().nth(1).map_or(Ok(2_000), |count| count.parse())?;
    let door = Door::new("id.example", ORIGIN, "Example")?;
    let mut spent = Spent::default();
    let (mut key, mut kept) = enrol(&door, 0, &mut Spent::default())?;
    for number in 1..=count {
        enrol(&door, number, &mut spent)?;
        kept = sign_in(&door, &mut key, &kept, number, &mut spent)?;
        kept = approve(&door, &mut key, &kept, number, &mut spent)?;
    }
    for (name, seconds) in [
        ("enrolments", spent.enrolments),
        ("sign_ins", spent.sign_ins),
        ("approvals", spent.approvals),
        ("proofs", spent.proofs),
        ("softkey_signatures", spent.signatures),
    ] {
        println!("{name}_per_cpu_s {:.0}", f64::from(count) / seconds);
    }
    println!("credential_bytes {}", kept.len());
    Ok(())
}

/// CPU seconds.
#[derive(Default)]
struct Spent {
    enrolments: f64,
    sign_ins: f64,
    approvals: f64,
    proofs: f64,
    signatures: f64,
}

fn enrol(door: &Door, number: u32, spent: &mut Spent) -> Done<(SoftKey, Vec<u8>)> {
    let begun = cpu_seconds();
    let asked = door.enrol(Uuid::from_bytes([1; 16]), "Ana", &[], Attestation::Any, nonce(number))?;
    let state = asked.state.to_bytes();
    let asking = cpu_seconds() - begun;
    let (key, response) = SoftKey::make(&asked.options, ORIGIN, nonce_bytes(number), honest)?;
    let begun = cpu_seconds();
    let time = jiff::Timestamp::UNIX_EPOCH;
    let kept = door.enrolled(&State::from_bytes(&state)?, response.as_bytes(), time)?.to_bytes();
    spent.enrolments += asking + cpu_seconds() - begun;
    Ok((key, kept))
}

fn sign_in(door: &Door, key: &mut SoftKey, kept: &[u8], number: u32, spent: &mut Spent) -> Done<Vec<u8>> {
    let begun = cpu_seconds();
    let asked = door.sign_in(nonce(number))?;
    let state = asked.state.to_bytes();
    let asking = cpu_seconds() - begun;
    let begun = cpu_seconds();
    let response = key.sign(&asked.options, ORIGIN, honest)?;
    spent.signatures += cpu_seconds() - begun;
    let begun = cpu_seconds();
    let claim = claim(response.as_bytes())?;
    let credential = Credential::from_bytes(kept)?;
    if claim.person != credential.person() {
        return Err("another person".into());
    }
    let verified = door.signed_in(&State::from_bytes(&state)?, response.as_bytes(), &credential)?;
    let kept = verified.credential.to_bytes();
    spent.sign_ins += asking + cpu_seconds() - begun;
    Ok(kept)
}

fn approve(door: &Door, key: &mut SoftKey, kept: &[u8], number: u32, spent: &mut Spent) -> Done<Vec<u8>> {
    let credential = Credential::from_bytes(kept)?;
    let digest = nonce_bytes(number);
    let begun = cpu_seconds();
    let asked = door.approve(std::slice::from_ref(&credential), digest, nonce(number))?;
    let asking = cpu_seconds() - begun;
    let response = key.sign(&asked.options, ORIGIN, honest)?;
    let begun = cpu_seconds();
    let approved = door.approved(&asked.state, response.as_bytes(), &credential, digest)?;
    spent.approvals += asking + cpu_seconds() - begun;
    let begun = cpu_seconds();
    door.proof_holds(&approved.proof, &credential, digest)?;
    spent.proofs += cpu_seconds() - begun;
    Ok(approved.verified.credential.to_bytes())
}

fn nonce(number: u32) -> Nonce {
    Nonce::new(nonce_bytes(number))
}

fn nonce_bytes(number: u32) -> [u8; 32] {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    bytes
}

fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
