//! Processes that read hostile bytes: without network, files, writes or children, and replaced when they die.
//!
//! A **template** process prepares whatever all workers need (compiled rules, say), then forks one **worker** for each
//! that is asked for; a worker shuts itself in before it sees its first byte of evidence. A fork costs milliseconds and
//! shares the template's memory, so a worker that dies is cheap to replace. What is asked and answered is the user's
//! business: here are frames, file descriptors, limits and deaths. Linux only.

mod confine;
mod fork;
mod map;
mod pool;
mod template;
mod wire;

pub use confine::Confinement;
pub use map::map;
pub use pool::{Death, Pool, PoolError, Worker};
pub use template::{Jobs, Prepared, Replies, ServeError, serve};
pub use wire::{LONGEST, WireError};
