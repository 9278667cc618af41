//! DNS messages (RFC 1035, EDNS of RFC 6891), looked at where they lie and written into a buffer: what a filter of names needs of
//! the protocol, and no more.
//!
//! A [`Query`] is one question, checked whole: what is left over or contradicts itself is refused with the code that the
//! protocol has for it ([`Refused`]), or with silence. A [`Reply`] is written from a query: an answer of its own, a refusal, or
//! somebody else's answer under this query's number and spelling. No sockets, no clock, no allocation but the caller's buffer.

mod code;
mod name;
mod query;
mod reply;

pub use code::{Ede, kind, rcode};
pub use name::{MOST_BYTES, Name};
pub use query::{Edns, Query, Refused};
pub use reply::{How, Reply};
