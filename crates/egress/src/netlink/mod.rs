//! Elements of sets straight to the kernel, in its own protocol (netlink): some ten microseconds, where starting `nft` costs
//! milliseconds. Rules are not made here.

mod batch;
mod listing;
mod message;
mod socket;

pub(crate) use batch::{Batch, Element};
pub(crate) use listing::{Kind, listing};
pub(crate) use socket::{Failed, Socket, is_empty, neighbours};
