//! The milter protocol, version 6, as Sendmail's `mfdef.h` and Postfix's `milter8.c` speak it: how a mail server asks a
//! filter about a message while its sender still waits.
//!
//! The crate `miltr-server` was looked at first: it hands header values out as lossy text, so that a message in another
//! charset could be neither verified nor given back byte by byte, and it cannot say "still working".
//!
//! A filter reads frames with [`Frames`], understands each with [`Command::parse`], and answers with [`Reply`]. Nothing of
//! the peer's is allocated before it was counted.

mod command;
mod frames;
mod negotiation;
mod reply;

pub use command::{Command, CommandError, Family};
pub use frames::{FrameError, Frames, LONGEST};
pub use negotiation::{Actions, Negotiation, NegotiationError, Steps};
pub use reply::Reply;
