//! The front's role: it hands out what the desk released, takes receipts and objects, and passes blind look-ups on.
//!
//! All that it tells a party comes out of the store's questions, which hold the party's credential. It has no plain text of the blind
//! tier, no names of parties and no key of the signer. TLS is a proxy's before it.

mod answered;
mod body;
mod openapi;
mod party;
mod problem;
mod router;
mod settings;
mod taxii;
mod views;

pub(crate) use body::read_body;
pub use party::key_entry;
pub use problem::Problem;
pub use router::{Front, router, serve};
pub use settings::{FrontSecret, Settings};
pub use taxii::Received;
