//! DNSSEC (RFC 4033 to 4035, 5155, 6840, 9276): whether an answer that came through somebody else is what its zone
//! signed.
//!
//! Zones are walked down from a trust anchor, delegation by delegation, and what was found of each is remembered. It
//! signs nothing, follows no rollover of anchors (RFC 5011), and computes no signature itself: that is hickory's.

mod anchors;
mod budget;
mod compose;
mod denial;
mod fault;
mod judge;
mod nsec;
mod nsec3;
mod rrset;
mod shape;
mod signature;
mod walk;
mod zone;

pub use anchors::{Anchors, BadAnchor};
pub(crate) use budget::Budget;
pub(crate) use compose::{as_it_came, parts};
pub(crate) use fault::{Fault, Standing};
pub(crate) use judge::{Judged, judge};
pub(crate) use shape::{End, Shape};
pub(crate) use walk::{Walker, WalkerSettings};

#[cfg(test)]
mod tests;
