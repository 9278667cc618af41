//! What the kernel lets out of a compartment: planned as rules of nftables, applied on trial, taken back, and opened and cut
//! while the guard runs.
//!
//! - [`Plan`] is pure: the policy and `[network]` in, the rules of one table of our own (`inet vauban`) out. Every set of
//!   addresses in it was found by asking [`vauban_policy::Rules::decide`], so the kernel cannot disagree with it.
//! - [`Switch`] puts a plan in place with `nft`, on trial until somebody confirms it, and takes it back.
//! - [`Opener`] speaks with the kernel at run time: it opens what the resolver just answered, cuts and blocks.
//!
//! It touches no table but its own, does no address translation, and logs no packet: it counts them, by compartment.

mod kernel;
mod live;
mod netlink;
mod plan;
mod settings;
mod store;
mod switch;
pub mod tell;
mod words;

pub use kernel::{Counted, Nft, NftError, counted};
pub use live::{Blocked, OpenError, Opener, siblings};
pub use plan::{Plan, networks_where};
pub use settings::{Between, NetworkTable, Quic};
pub use switch::{Standing, Switch, SwitchError};
pub use vauban_policy::Problem;

/// The one table that is ours, of the family `inet`.
pub const TABLE: &str = "vauban";
