//! Judges one message: what it says, which facts it shows, what they weigh.
//!
//! Offline and pure: bytes and what the organisation says of itself go in, a verdict with all of its reasons comes out.
//! Nothing is fetched, resolved or remembered here: what only a resolver, a memory or indicators can tell is handed in as
//! facts of its own ([`Acquaintance`]).
//!
//! - [`Letter`]: what the message says;
//! - [`facts()`]: what is odd about it, typed, each with its evidence;
//! - [`Weights::judge`]: the sum, and the verdict.

mod acquaintance;
mod bitmap;
mod fact;
mod facts;
mod letter;
mod organisation;
mod outgoing;
mod pictures;
mod places;
mod show;
mod verdict;
mod watch;

pub use acquaintance::Acquaintance;
pub use fact::{Code, Fact, Facts};
pub use facts::facts;
pub use letter::{Address, Header, Hop, Letter, Link, Page, Part, PartKind, Shown, Target};
pub use organisation::{Known, Organisation, Partner, Person};
pub use outgoing::{Leak, Leaving, leaving};
pub use places::is_freemail;
pub use show::{json_line, paragraph};
pub use verdict::{Judgement, Reason, Verdict, Weights};
pub use watch::{Said, Told, onlooker};
