//! What a party remembers of a stream, and what it accepts next.
//!
//! A chain only grows: no older release passes for new, no second release of one number passes for the first, none is skipped
//! unnoticed, and a new key counts only when the old one named it. It is a few lines of text, kept beside what was received. It
//! does not fetch, and has no clock.

mod accept;
mod error;
mod state;
mod text;

pub use accept::{Moment, Step};
pub use error::ChainError;
pub use state::{Chain, Head};
pub use text::ChainTextError;
