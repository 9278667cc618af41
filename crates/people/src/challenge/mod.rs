//! Challenges: made for one ceremony in one browser, taken once.

mod purpose;
mod store;

pub use purpose::Purpose;
pub use store::{NewChallenge, Taken};
