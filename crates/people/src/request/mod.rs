//! Requests: what two people approve, in words that have one spelling, and how it is done then.

mod approve;
mod ask;
mod enrol;
mod found;
mod glass;
mod link;
mod settle;
mod store;
mod text;
mod values;

pub use approve::Approval;
pub use ask::{Invited, Kind, NewPerson};
pub use enrol::{Enrolled, Enrolment, Means};
pub use glass::{GlassAssertion, SpareKey};
pub use link::Invitation;
pub use values::{Approver, Digest, Request, RequestState};
