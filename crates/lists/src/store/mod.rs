//! Lists in the state directory: the last copy of each that was good, and all of them compiled.
//!
//! ```text
//! lists/NAME/meta.json        what is known of the list: when, from which bytes, why the last copy was refused
//! lists/NAME/SHA256.list      its last good copy, as it was published
//! lists/compiled/DIGEST.names all lists in one set; the name is the digest of what it was made from
//! lists/compiled/DIGEST.json  what was read from each list
//! ```
//! Every file is written as a whole or not at all, and `meta.json` is the one that switches from one copy to the next: a
//! store is usable whenever its program is killed. One program at a time writes.

mod compile;
mod folder;
mod meta;
mod update;

pub use compile::{Compiled, Missing};
pub use folder::{Store, StoreError};
pub use meta::{Good, Meta, Refused};
pub use update::{Judging, Updated};
