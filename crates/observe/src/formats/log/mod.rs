//! Access logs of proxies and web servers: lines that say that a machine talked to something, and when.

mod line;
mod read;

pub(super) use read::Log;
