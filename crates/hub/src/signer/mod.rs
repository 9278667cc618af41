//! The signer's role: the key of the blind tier, and nothing else. It is given batches, and never who sent them.

mod evaluate;
mod local;
mod remote;
mod secret;
mod serve;

pub use evaluate::{Evaluate, Evaluating, NoSigner, NotEvaluated};
pub use local::Local;
pub use remote::{Remote, SignerAddress};
pub use secret::Secret;
pub use serve::{serve, serve_unix};
