//! Finding observables in text: one scanner that every reader feeds.
//!
//! Works on UTF-8 and any superset of ASCII, and looks behind the disguises that indicators travel in:
//! defanging, percent-encoding, base64, hexadecimal, quoted-printable, UTF-16 and escaped slashes. It emits what
//! was seen, refanged but not canonical, and knows no indicator: canonical forms and boundaries of a match
//! belong to `vauban-matching`.

mod candidate;
mod defang;
mod disguise;
mod host;
mod scan;
mod token;

pub use candidate::Candidate;
pub(crate) use disguise::{NO_SYMBOL, SIX_BITS};
pub use scan::{Found, scan};
