//! The desk: documents come in, people decide, releases go out. All of it works without a network.
//!
//! ```text
//! document --incoming--> objects and refusals --DeskStore--> review, grants --draft--> release in a folder
//! folder --second person signs its manifest--> approve --publication--> front
//! ```
//! A release is a folder of files from the moment it is drafted: what is approved, published and put on a stick is the same bytes.

mod approvers;
mod draft;
mod folder;
mod head;
mod incoming;
mod observables;
mod publication;
mod released;
mod side;
mod steps;

pub use approvers::{Approvers, ApproversError};
pub use draft::{Blinding, DraftError, Drafted, Drafting};
pub use folder::{FolderError, read_manifest, read_release, write_release};
pub use incoming::{Incoming, RefusedObject, incoming};
pub use publication::{PublicationError, publication};
pub use side::{FrontSide, Reach, Rest, Step};
pub use steps::{
    Chosen, Collected, Decision, Desk, DeskError, Difference, Inside, NotBlind, Preview, Published, Seen, Spread,
    Stays, Sums, Taken, Trial, Wanted, WeekSum, can_be_blind, findings, stays,
};
