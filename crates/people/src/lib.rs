//! Who belongs to the organisation, and what they may do: persons, their keys, invitations and recoveries that two people
//! approve, sessions, challenges, and the events of all that.
//!
//! Every rule is one transaction in one SQLite file. There is no HTTP and no WebAuthn here: whoever calls has verified what a
//! key signed, and tells us which key it was; a credential is opaque bytes with an id and a label. There is no clock and no
//! randomness of its own either. Of everything that opens something (a cookie, a link, a challenge) only the SHA-256 is
//! kept, so that the file opens nothing. Changing asks who wants it ([`Actor`]); reading asks nobody: pages and commands decide who sees
//! what. The rules in plain words stand in `docs/people.md`.

mod account;
mod actor;
mod attempts;
mod challenge;
mod error;
mod event;
mod ids;
mod key;
mod names;
mod pass;
mod person;
mod refusal;
mod request;
mod rules;
mod session;
mod store;
mod tend;
mod tokens;
mod words;

pub use account::{Account, Claimed, InvalidSubject, NewAccount, Subject};
pub use actor::Actor;
pub use attempts::{Attempt, neighbourhood};
pub use challenge::{NewChallenge, Purpose, Taken};
pub use error::PeopleError;
pub use event::{By, Event, EventKind, Named, Told};
pub use ids::{AccountId, CredentialId, InvalidId, PersonId, RequestId, SessionId};
pub use key::{Key, KeyOwner, NewKey, Used};
pub use names::{Agent, Group, InvalidName, Label, Name};
pub use pass::{Admitted, Doorway, Pass};
pub use person::{Enlisted, Person, Role, Standing, Tie, Warning};
/// The traits that a source of randomness has to have.
pub use rand::{CryptoRng, RngCore};
pub use refusal::Refusal;
pub use request::{
    Approval, Approver, Digest, Enrolled, Enrolment, GlassAssertion, Invitation, Invited, Kind, Means, NewPerson,
    Request, RequestState, SpareKey,
};
pub use rules::{Rules, RulesError};
pub use session::{Began, Binding, Bound, Session, Started, Visit, Who};
pub use store::People;
pub use tend::Tended;
pub use tokens::{
    BrowserHash, BrowserToken, ChallengeHash, ChallengeToken, InvitationHash, InvitationToken, NotAToken, PassHash,
    PassToken, SessionHash, SessionToken, TicketHash, TicketToken, Token, TokenHash,
};
