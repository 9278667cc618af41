//! The filter of names: DNS over UDP, TCP, TLS and HTTPS, judged by the policy, indicators and lists.
//!
//! A packet becomes a [`Query`](vauban_protocol::dns::Query), its sender an asker with a place in the policy. What memory can
//! answer, a thread answers ([`udp`]); what has to be asked above is a task ([`engine`]). A name is judged before anybody is
//! asked about it, and its answer again: every name that it leads to, and every address.

mod certificate;
mod device_store;
mod devices;
mod doors;
mod engine;
mod https;
mod local;
mod log;
mod network;
mod opened;
mod outlets;
mod page;
mod plan;
mod profile;
mod sensor;
mod settle;
mod start;
mod strange;
mod stream;
mod udp;
mod view;

pub use device_store::{DeviceStore, NamedDevice};
pub use devices::{Devices, Mark, digest};
pub use engine::Engine;
pub use network::Network;
pub use outlets::Outlets;
pub(crate) use page::address as page_address;
pub use page::{Page, Shown};
pub use plan::Plan;
pub(crate) use plan::is_secret;
pub use profile::Profile;
pub use sensor::DnsSensor;
pub use start::{Parts, start};
