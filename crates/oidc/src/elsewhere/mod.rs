//! The other side of the table: a provider that the organisation keeps, of which we are a client (OpenID Connect Core, section 3.1; RFC
//! 9700). No sockets here: whoever calls brings a [`Carrier`].
//!
//! The state of an attempt (its nonce and PKCE verifier) is whoever calls' to keep and to hand out once. Nothing is asked of the provider but who
//! signed in: no access token is used, no address of mail is believed.

mod answer;
mod carrier;
mod claims;
mod error;
mod keys;
mod metadata;
mod party;
mod trip;

pub use answer::Answer;
pub use carrier::{Carrier, Reply};
pub use claims::SignedIn;
pub use error::ElsewhereError;
pub use party::{Credentials, Elsewhere};
pub use trip::{Prompt, Trip};
