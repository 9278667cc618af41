//! Somebody approves: a signature of their key over the digest of what is approved.

use sha2::{Digest as _, Sha256};

use crate::{
    assertion::is_among,
    credential::Credential,
    door::{Asked, Door, Nonce, NotAsked, allowed},
    proof::Proof,
    refused::Refused,
    response,
    sign_in::Verified,
    state::{Ceremony, State},
};

/// The SHA-256 of the canonical text of what is approved.
pub type Digest = [u8; 32];

/// An approval: by whom, and what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    /// The key that signed, after this use.
    pub verified: Verified,
    /// What [`Door::proof_holds`] checks, for as long as the key is known; at most [`LONGEST_PROOF`](crate::LONGEST_PROOF) bytes.
    pub proof: Vec<u8>,
}

impl Door {
    /// Asks somebody to approve what has this digest, with one of their keys.
    ///
    /// # Errors
    ///
    /// [`NotAsked`] for no keys, too many, and keys of several people.
    pub fn approve(&self, keys: &[Credential], digest: Digest, nonce: Nonce) -> Result<Asked, NotAsked> {
        let ceremony = Ceremony::Approve { digest, nonce: nonce.0, allowed: allowed(keys)? };
        let challenge = challenge(nonce.0, digest);
        Ok(Asked { options: self.question(keys, challenge)?, state: State { challenge, ceremony } })
    }

    /// Verifies an approval of what has this digest. `credential` is the one that the response names, looked up among those that were
    /// asked for.
    ///
    /// # Errors
    ///
    /// [`Refused`], by the first check that fails; [`Refused::Challenge`] where something else was asked to be approved.
    pub fn approved(
        &self,
        state: &State,
        response: &[u8],
        credential: &Credential,
        digest: Digest,
    ) -> Result<Approved, Refused> {
        let Ceremony::Approve { digest: asked, nonce, allowed } = &state.ceremony else {
            return Err(Refused::OtherCeremony);
        };
        if *asked != digest {
            return Err(Refused::Challenge);
        }
        let response = response::assertion(response)?;
        is_among(allowed, &response)?;
        let result = self.verify(&response, &challenge(*nonce, digest), credential, credential.counter())?;
        let proof = Proof::new(*nonce, response).to_bytes()?;
        Ok(Approved { verified: Verified::new(credential, &result), proof })
    }

    /// Whether the key of this credential signed an approval of what has this digest, at this door, with its user verified. The
    /// credential may be as it was then or as it is now: its counter does not matter.
    ///
    /// # Errors
    ///
    /// [`Refused`], by the first check that fails.
    pub fn proof_holds(&self, proof: &[u8], credential: &Credential, digest: Digest) -> Result<(), Refused> {
        let proof = Proof::from_bytes(proof)?;
        let challenge = challenge(proof.nonce(), digest);
        self.verify(&proof.response(credential), &challenge, credential, 0).map(|_| ())
    }
}

/// Fixed lengths, so that nothing can be read in two ways.
fn challenge(nonce: [u8; 32], digest: Digest) -> [u8; 32] {
    Sha256::new().chain_update(b"vauban approval").chain_update(nonce).chain_update(digest).finalize().into()
}
