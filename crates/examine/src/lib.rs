//! One file with everything inside it, examined: the flow of the product that `sweep` and the sensors of `guard` share.
//!
//! [`examine()`] is that flow on one screen. It runs in worker processes that are shut in ([`Confined`]), or in this process
//! ([`in_process`]). What to look for comes in as [`Rules`]; what was found goes into a [`Ledger`]; whoever has other
//! questions looks on ([`Onlooker`]). It walks no folders, keeps nothing, and decides nothing.

mod account;
mod confined;
mod examine;
mod examiner;
mod hashes;
mod judge;
mod ledger;
mod met;
mod observed;
mod onlooker;
mod pieces;
mod reading;
mod refused;
mod rules;
mod scanned;
mod scanner;
mod sink;
mod whole;

pub use account::Account;
pub use confined::{Confined, Terms, serve};
pub use examine::{Bench, Examined, examine};
pub use examiner::{Examiner, Examiners, Task, in_process};
pub use hashes::Hashes;
pub use judge::{reference, severity};
pub use ledger::{Collected, Ledger};
pub use observed::{Kept, Observed};
pub use onlooker::{MakeOnlooker, Onlooker};
pub use reading::Reading;
pub use refused::denied;
pub use rules::{EventHit, RuleHit, RuleScanner, Rules, Scanners};
pub use scanned::Scanned;
