//! Have we been hit? Reads evidence from files, item by item, and accounts for every one.
//!
//! Offline and read-only: nothing is executed, nothing found is dialled, nothing is written. Who examines a file comes in as
//! [`Examiners`](vauban_examine::Examiners); what was found goes out as [`Event`]s in the order of the walk, whatever the
//! number of threads.

mod backups;
mod carried;
mod file;
mod hunt;
mod known;
mod mailboxes;
mod run;
mod unpack;
mod walk;

pub use backups::Backups;
pub use file::{FileResult, Origin};
pub use hunt::{Evidence, Hunt, Hunted};
pub use known::{Basis, Known, Learner, is_url};
pub use mailboxes::Mailboxes;
pub use run::{Event, Options, Progress, Start, run};
pub use unpack::{Held, Open, Piece, Source, Unpack};
