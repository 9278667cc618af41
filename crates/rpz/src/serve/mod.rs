//! Our zone for other servers: whoever may take it gets it, everybody else is refused. And what others tell us of theirs.

mod answer;
mod connection;
mod datagram;
mod heed;
mod keys;
mod listening;
mod messages;
mod notify;
mod outlet;

pub use heed::heed;
pub use listening::Listening;
pub use outlet::{Outlet, PublishError};
