//! The stick: a folder that goes by hand between a desk without a network and its front.
//!
//! ```text
//! desk --acts--> orders, signed, numbered, chained --sealed to the front--> to-front/
//! front --each order once, in its place--> its database
//! front --joinings, receipts, objects, sightings--sealed to the desk--> from-front/
//! ```
//! Whoever finds a stick reads sizes and numbers. Whoever changes one is found out before anything is done, and an older stick does
//! nothing, so that nobody who was revoked comes back with it. Nothing here knows a person's words but [`StickError::words`].

mod acts;
mod answer;
mod bytes;
mod error;
mod exchange;
mod folder;
mod orders;
mod publication;
mod seal;
mod side;
mod words;

pub use error::StickError;
pub use exchange::{Exchange, Exchanged};
pub use seal::StickRole;
pub(crate) use {
    orders::Orders,
    seal::StickKeys,
    side::{Giving, Stick},
};
