//! What a rule's condition demands of the bytes, read from its syntax tree.
//!
//! Three kinds of demands: first bytes (`uint16(0) == 0x5a4d`, `$magic at 0`, fields that only a PE or ELF file has),
//! the size, and literals of which at least one must occur (`any of them`, `$a and $b`). Everything here errs on one
//! side: a demand is kept only when the condition cannot hold without it, and `not`, counts and loops demand nothing.

mod beginning;
mod condition;
mod strings;
mod values;

pub(crate) use condition::demands;
pub use values::Bounds;
pub(crate) use values::{Demands, Literal, MOST_SETS, WINDOW};
