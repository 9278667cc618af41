//! The servers that are asked: how they are named, spoken with, and chosen.
//!
//! Only addresses that a person named are dialled; nothing that is read in an answer ever is.

mod address;
mod connection;
mod flights;
mod health;
mod pool;
mod server;

pub use address::{BadUpstream, Protocol, Upstream};
pub(crate) use connection::tls_roots;
pub(crate) use flights::Flights;
pub use health::Standing as UpstreamStanding;
pub(crate) use pool::{Reply, Upstreams, Via};
