//! What passes are.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{BrowserHash, Group, Name, PassToken, PersonId, SessionId};

/// Where a ticket is good: at one tool, in the browser that set out from there.
#[derive(Debug, Clone, Copy)]
pub struct Doorway<'a> {
    /// The tool's host, with its port where it has one, as browsers write it.
    pub host: &'a str,
    /// The browser, by the cookie that it has of that host.
    pub browser: BrowserHash,
}

/// A pass that was just made. The token is told this once.
#[derive(Debug)]
pub struct Pass {
    /// What the cookie holds.
    pub token: PassToken,
    /// Until when it is good.
    pub until: Timestamp,
}

/// Who holds a pass, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// The session it came from, and ends with.
    pub session: SessionId,
    /// The person.
    pub person: PersonId,
    /// Called what.
    pub name: Name,
    /// The person's groups, as they are now.
    pub groups: BTreeSet<Group>,
    /// When it was made.
    pub made: Timestamp,
    /// Until when it is good.
    pub until: Timestamp,
}
