//! The receiving end of an agency's hub: enrol once, take releases whole or not at all, ask blindly once a day, and send back what a
//! person agreed to, byte for byte.
//!
//! [`Party::enrol`] makes a [`Party`] from a code that was handed over; [`Party::update`] brings every stream up to date through a [`Door`], and
//! [`Party::take_folder`] does the same from a stick: both end in one place, where a [`Chain`](vauban_release::Chain) decides. What was
//! accepted is a [`Current`], a folder that is replaced by one rename, so that whoever is killed leaves the old one or the new one.
//! [`Day`] keeps what was seen and not yet asked, sends the same bytes in every slot whether there is anything to ask, and yields each
//! [`Hit`]. A [`Preview`] holds the exact bytes of a sighting; only what a person consented to can be sent.
//!
//! What the hub is told: that a credential is alive, and which releases it has. No name leaves and no hit, and how many there were only
//! in bands, once a week, by a [`CountsAgreement`] that is off until a person gives it and ends when one says so. Canonical forms are the
//! caller's (`matching`'s), and so is what becomes of objects and rules. A [`Round`] does all of it in order, with the record; [`received`]
//! is for whoever matches. Time and randomness are arguments. `docs/party.md` says it for people.

mod counts;
mod credential;
mod day;
mod door;
mod error;
mod files;
mod membership;
mod party;
mod received;
mod round;
mod sealed;
mod sighting;
mod stream;

pub use counts::{CountsAgreement, CountsError, CountsState, CountsTold, KeptCounts};
pub use credential::{Credential, CredentialError};
pub use day::{Added, AttackError, Day, DayError, Hit, Slotted};
pub use door::{Door, DoorError, Https, Reply};
pub use error::PartyError;
pub use membership::{Membership, MembershipError};
pub use party::{Party, Updated};
pub use received::{Received, hubs, received};
pub use round::{Round, RoundError, Rounded};
pub use sealed::{SealError, StateSecret};
pub use sighting::{Consent, Preview, SightingError, shown};
pub use stream::{Current, Listed, Outcome, Stream, StreamError, StreamUpdate, parse_manifests, parse_streams};
