//! Keys: the signer's secret, what is pinned of it, the log of all of them, and the words that people compare.

mod fingerprint;
mod log;
mod public;
mod secret;

pub use fingerprint::{Fingerprint, WordList, WordsError};
pub use log::{KeyLog, KeyLogError};
pub use public::{KeyError, PublicKey};
pub use secret::SecretKey;
