//! What a message says, told apart once for all facts: who wrote, to whom, its texts, its links and what is attached.
//!
//! Nothing is judged here, nothing is fetched, and a message that is broken is read as far as it goes.

mod header;
mod html;
mod link;
mod parts;
mod read;
mod tag;
mod text;

pub use header::{Address, Header, Hop};
pub use html::Page;
pub use link::{Link, Shown, Target};
pub(crate) use parts::MOST_PICTURES;
pub use parts::{Part, PartKind};
pub use read::Letter;
pub(crate) use text::{folded, is_costume, is_invisible};
