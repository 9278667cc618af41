//! Passkeys: the ceremonies of WebAuthn Level 3 as pure functions. Options go out, responses come in, and between the two is a [`State`]
//! that whoever calls keeps. No store, no clock, no randomness of its own, no HTTP.
//!
//! A [`Door`] is one host with one origin. [`Door::enrol`] and [`Door::enrolled`] make a [`Credential`]; [`Door::sign_in`] and
//! [`Door::signed_in`] tell whose it is, without a name being typed; [`Door::refresh`] asks somebody who is signed in once more;
//! [`Door::approve`] asks for a signature over the digest of what is approved, which [`Door::proof_holds`] checks again years later.
//! A user is verified in each of them. [`claim`] reads who a response says it is from, so that the credential can be looked up.
//!
//! What it does not do: it consumes nothing. The same response verifies twice with the same state, so the state is taken out of the
//! store *before* it is verified here. It does not know which credential ids exist. What is required of a key, and each refusal with its
//! section of the standard, is in `docs/passkeys.md`.
//!
//! The cryptography and the ceremonies are `webauthn-rs-core`'s. Not `webauthn-rs`, which is a layer above it: that one asks for a key
//! that need not be discoverable, and draws challenges of its own where an approval needs one that is bound to what is approved. What the
//! library leaves to whoever calls is checked here, before it: the exact origin, frames in pages of others, ids, handles, sizes.

mod approval;
mod assertion;
mod authenticator_data;
mod client_data;
mod credential;
mod door;
mod enrolment;
mod library;
mod model;
mod proof;
mod refused;
mod response;
mod sign_in;
mod state;
mod statement;
mod words;

pub use approval::{Approved, Digest};
pub use credential::{Credential, LONGEST_CREDENTIAL, NotACredential};
pub use door::{Asked, Door, LONGEST_NAME, MOST_KEYS, NoDoor, Nonce, NotAsked, PATIENCE_SECONDS};
pub use model::{Attestation, Model, Models, NotAModel, NotARoot};
pub use proof::LONGEST_PROOF;
pub use refused::Refused;
pub use response::{Claim, LONGEST_RESPONSE, claim};
pub use sign_in::Verified;
pub use state::{LONGEST_STATE, NotAState, State};
pub use statement::{LONGEST_STATEMENT, NotAStatement};
pub use words::Words;
