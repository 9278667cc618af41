//! Protocols as state machines: bytes in, values out, and back. No sockets, no clocks, no threads.

pub mod dns;
pub mod milter;
