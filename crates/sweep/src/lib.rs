//! Have we been hit? Reads evidence from files, item by item, and accounts for every one.
//!
//! Offline and read-only: nothing is executed, nothing found is dialled, nothing is written. What to look for comes
//! in as [`Rules`]; what was found goes out as [`Event`]s in the order of the walk, whatever the number of threads.

mod account;
mod backups;
mod carried;
mod confined;
mod examine;
mod examiner;
mod file;
mod hashes;
mod hunt;
mod judge;
mod known;
mod ledger;
mod mailboxes;
mod met;
mod observed;
mod pieces;
mod rules;
mod run;
mod scanned;
mod scanner;
mod sink;
mod unpack;
mod walk;
mod whole;

pub use account::Account;
pub use backups::Backups;
pub use confined::{Confined, Terms, serve};
pub use examine::{Bench, Examined, examine};
pub use examiner::{Examiner, Examiners, InProcess, Task};
pub use file::{FileResult, Origin};
pub use hashes::Hashes;
pub use hunt::{Evidence, Hunt, Hunted};
pub use known::{Basis, Known, Learner, is_url};
pub use ledger::{Collected, Ledger};
pub use mailboxes::Mailboxes;
pub use observed::{Kept, Observed};
pub use rules::{EventHit, RuleHit, RuleScanner, Rules, Scanners};
pub use run::{Event, Options, Progress, Start, run};
pub use scanned::Scanned;
pub use unpack::{Held, Open, Piece, Source, Unpack};
