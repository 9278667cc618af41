//! Keys and signatures in the form of minisign, so that people check what is signed with a tool that is not ours.
//!
//! What signs and checks is `ed25519-dalek`; what hashes is `blake2`; only the form stands here. The crate `minisign` would sign,
//! too, but it draws randomness itself (the same input would give other bytes each time), asks a terminal, and leaves the secret in
//! memory. One signature scheme serves releases, changes of key and receipts; the first field of what is signed tells them apart.

mod error;
mod public;
mod secret;
mod signature;

pub use error::{FormError, NotSigned};
pub use public::PublicKey;
pub use secret::SigningKey;
pub use signature::{Signature, TrustedComment};
