//! Approvals: what is signed is what was asked, and it can be checked again.

use uuid::Uuid;
use vauban_passkey::{Approved, Attestation, Credential, Digest, LONGEST_PROOF, NotAsked, Refused};
use vauban_softkey::{Assertion, SoftKey, flag, honest};

use crate::support::{ORIGIN, door, enrol, nonce, now, sign_in};

const DIGEST: Digest = [42; 32];

fn approve(key: &mut SoftKey, credential: &Credential, lie: impl FnOnce(&mut Assertion)) -> Result<Approved, Refused> {
    let asked = door().approve(std::slice::from_ref(credential), DIGEST, nonce(8)).unwrap();
    let response = key.sign(&asked.options, ORIGIN, lie).unwrap();
    door().approved(&asked.state, response.as_bytes(), credential, DIGEST)
}

#[test]
fn a_proof_holds_for_what_was_approved_and_as_long_as_the_key_is_known() {
    let (mut key, credential) = enrol(honest).unwrap();
    let approved = approve(&mut key, &credential, honest).unwrap();
    assert!(approved.proof.len() < 512 && approved.proof.len() <= LONGEST_PROOF);
    assert_eq!(door().proof_holds(&approved.proof, &credential, DIGEST), Ok(()));
    let mut later = approved.verified.credential.clone();
    for _ in 0..3 {
        later = sign_in(&mut key, &later, honest).unwrap().credential;
    }
    assert_eq!(door().proof_holds(&approved.proof, &later, DIGEST), Ok(()), "its counter went on");
}

#[test]
fn it_holds_for_nothing_else() {
    let (mut key, credential) = enrol(honest).unwrap();
    let proof = approve(&mut key, &credential, honest).unwrap().proof;
    assert_eq!(door().proof_holds(&proof, &credential, [43; 32]), Err(Refused::Challenge));

    let asked = door().enrol(Uuid::from_bytes([2; 16]), "Bea", &[], Attestation::Any, nonce(1)).unwrap();
    let (_, response) = SoftKey::make(&asked.options, ORIGIN, [2; 32], honest).unwrap();
    let bea = door().enrolled(&asked.state, response.as_bytes(), now()).unwrap();
    assert_eq!(door().proof_holds(&proof, &bea, DIGEST), Err(Refused::Signature));

    let elsewhere = vauban_passkey::Door::new("other.example", "https://other.example", "Other").unwrap();
    assert_eq!(elsewhere.proof_holds(&proof, &credential, DIGEST), Err(Refused::Origin));
}

/// Each bit of a proof matters: one that is flipped anywhere makes it fail, but where ECDSA itself has two spellings.
#[test]
fn each_byte_of_it_counts() {
    let (mut key, credential) = enrol(honest).unwrap();
    let proof = approve(&mut key, &credential, honest).unwrap().proof;
    for at in 0..proof.len() {
        let mut wrong = proof.clone();
        wrong[at] ^= 1;
        assert!(door().proof_holds(&wrong, &credential, DIGEST).is_err(), "byte {at}");
        assert!(door().proof_holds(&proof[..at], &credential, DIGEST).is_err(), "cut at {at}");
    }
    let longer = [proof.as_slice(), &[0]].concat();
    assert_eq!(door().proof_holds(&longer, &credential, DIGEST), Err(Refused::Proof));
    assert_eq!(door().proof_holds(&vec![1; LONGEST_PROOF + 1], &credential, DIGEST), Err(Refused::Proof));
}

#[test]
fn what_was_asked_cannot_be_changed_afterwards() {
    let (mut key, credential) = enrol(honest).unwrap();
    let keys = [credential.clone()];
    let (asked, other) =
        (door().approve(&keys, DIGEST, nonce(8)).unwrap(), door().approve(&keys, [43; 32], nonce(8)).unwrap());
    assert_ne!(asked.options, other.options);
    let response = key.sign(&asked.options, ORIGIN, honest).unwrap();
    let swapped = door().approved(&asked.state, response.as_bytes(), &credential, [43; 32]);
    assert_eq!(swapped, Err(Refused::Challenge), "the state is of another request");
    let swapped = door().approved(&other.state, response.as_bytes(), &credential, [43; 32]);
    assert_eq!(swapped, Err(Refused::Challenge), "the signature is of another request");
}

#[test]
fn nobody_approves_without_being_verified_or_with_a_key_that_was_not_asked_for() {
    let (mut key, credential) = enrol(honest).unwrap();
    assert_eq!(approve(&mut key, &credential, |lie| lie.flags &= !flag::VERIFIED), Err(Refused::NotVerified));
    assert_eq!(approve(&mut key, &credential, |lie| lie.id[0] ^= 1), Err(Refused::OtherCredential));
    assert_eq!(approve(&mut key, &credential, |lie| lie.handle = Some(vec![2; 16])), Err(Refused::OtherPerson));
    assert_eq!(door().approve(&[], DIGEST, nonce(8)), Err(NotAsked::NoKey));
}

/// A sign-in is no approval, and an approval no sign-in, even with the same nonce.
#[test]
fn an_approval_and_a_sign_in_are_different_signatures() {
    let (mut key, credential) = enrol(honest).unwrap();
    let sign_in = door().sign_in(nonce(8)).unwrap();
    let approval = door().approve(std::slice::from_ref(&credential), DIGEST, nonce(8)).unwrap();
    let response = key.sign(&sign_in.options, ORIGIN, honest).unwrap();
    let verdict = door().approved(&approval.state, response.as_bytes(), &credential, DIGEST);
    assert_eq!(verdict, Err(Refused::Challenge));
    let response = key.sign(&approval.options, ORIGIN, honest).unwrap();
    assert_eq!(door().signed_in(&sign_in.state, response.as_bytes(), &credential), Err(Refused::Challenge));
}
