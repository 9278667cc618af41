//! Keys: the signer's secret, and what is pinned of it. The log of all keys is the release's, because parties compare it.

mod public;
mod secret;

pub use public::{KeyError, PublicKey};
pub use secret::SecretKey;
