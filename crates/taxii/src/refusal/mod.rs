//! Why a request is not answered, with the status of the standard and words for people.

mod cause;
mod message;
mod words;

pub use cause::{Missing, Refusal};
pub use words::Words;
