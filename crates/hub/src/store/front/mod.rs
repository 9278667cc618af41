//! What the front keeps: releases and their entries, who may read which stream, receipts, budgets, keys, what parties sent.

mod audience;
mod counts;
mod entries;
mod forget;
mod inbox;
mod joined;
mod marking;
mod orders;
mod page;
mod publish;
mod question;
mod receipts;
mod releases;
mod store;
mod values;

pub use counts::{CountsKey, ToldCounts};
pub use inbox::{Submission, SubmissionKind};
pub use joined::{JoinedParty, Known};
pub(super) use marking::{marking, rank};
pub use orders::{Doing, OrderMark};
pub use page::{Joined, Page};
pub use publish::{PartFile, Publication, Published, Withdrawal};
#[cfg(test)]
pub(in crate::store) use question::question_for_tests;
pub use receipts::{Noted, Receipt};
pub use releases::{PartInfo, StoredRelease};
pub use store::FrontStore;
pub use values::{
    Asked, Audience, Credential, Detail, Entry, Filter, KeyEntry, NewEntry, Reading, Spent, StreamInfo, StreamView,
    Versions,
};
