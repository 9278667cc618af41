//! The kinds of events, and who is told of each at once.

use crate::words::words;

words!(
    /// What happened.
    EventKind {
        /// A founder was named on the machine.
        Founded = "founded",
        /// Somebody's invitation was asked for.
        InvitationAsked = "invitation-asked",
        /// Somebody's recovery was asked for.
        RecoveryAsked = "recovery-asked",
        /// Another role was asked for.
        RoleAsked = "role-asked",
        /// Other break-glass keys were asked for.
        BreakGlassKeysAsked = "break-glass-keys-asked",
        /// One person approved a request.
        Approved = "approved",
        /// Two did: it may go on, or its delay runs.
        RequestApproved = "request-approved",
        /// An approval was refused.
        ApprovalRefused = "approval-refused",
        /// Break-glass keys approved a recovery, one assertion each.
        BreakGlass = "break-glass",
        /// Somebody vetoed a request.
        Vetoed = "vetoed",
        /// A request was withdrawn, because whoever it rested on is no longer active.
        Withdrawn = "withdrawn",
        /// A request's time was over.
        RequestExpired = "request-expired",
        /// A link was made.
        LinkGiven = "link-given",
        /// A link was refused.
        LinkRefused = "link-refused",
        /// Somebody used an invitation: a new person is active.
        Enrolled = "enrolled",
        /// Somebody was recovered: new key, nothing of the old.
        Recovered = "recovered",
        /// A role changed.
        RoleChanged = "role-changed",
        /// The break-glass keys are others.
        BreakGlassKeysChanged = "break-glass-keys-changed",
        /// A key was added.
        KeyAdded = "key-added",
        /// A key was removed.
        KeyRemoved = "key-removed",
        /// An account at a provider elsewhere is somebody's from now on.
        AccountAdded = "account-added",
        /// An account is nobody's any more.
        AccountRemoved = "account-removed",
        /// Somebody signed in.
        SignedIn = "signed-in",
        /// Somebody signed in from a browser or device that was not seen before.
        SignedInAnew = "signed-in-anew",
        /// One key was used in two places that are far from each other, within minutes.
        TwoPlaces = "two-places",
        /// Somebody did not get in.
        SignInRefused = "sign-in-refused",
        /// A session was bound to its device.
        SessionBound = "session-bound",
        /// A session was ended.
        SessionEnded = "session-ended",
        /// All sessions of somebody were ended.
        SessionsEnded = "sessions-ended",
        /// Somebody came to a tool.
        ToolEntered = "tool-entered",
        /// Somebody was suspended.
        Suspended = "suspended",
        /// Somebody is active again.
        Resumed = "resumed",
        /// Somebody left.
        Left = "left",
        /// Somebody's end came.
        Ended = "ended",
        /// Somebody's groups changed.
        GroupsChanged = "groups-changed",
        /// Somebody's end changed.
        EndChanged = "end-changed",
        /// A rule refused a change of people or keys.
        ChangeRefused = "change-refused",
    }
);

/// Who is told of an event at once, besides the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Nobody: it is in the list.
    Nobody,
    /// The person it is about.
    Subject,
    /// All administrators.
    Administrators,
    /// The person it is about and all administrators: who may veto.
    Both,
}

impl EventKind {
    /// Who is told at once.
    #[must_use]
    pub const fn told(self) -> Told {
        match self {
            Self::KeyAdded | Self::KeyRemoved | Self::SignedInAnew | Self::SessionsEnded => Told::Subject,
            Self::Founded
            | Self::InvitationAsked
            | Self::BreakGlassKeysAsked
            | Self::BreakGlassKeysChanged
            | Self::ApprovalRefused
            | Self::LinkRefused
            | Self::Enrolled
            | Self::Vetoed
            | Self::Suspended
            | Self::Ended
            | Self::Left => Told::Administrators,
            Self::AccountAdded
            | Self::AccountRemoved
            | Self::RecoveryAsked
            | Self::RoleAsked
            | Self::TwoPlaces
            | Self::RequestApproved
            | Self::BreakGlass
            | Self::Recovered
            | Self::RoleChanged => Told::Both,
            Self::Approved
            | Self::Withdrawn
            | Self::RequestExpired
            | Self::LinkGiven
            | Self::SignedIn
            | Self::SignInRefused
            | Self::SessionBound
            | Self::SessionEnded
            | Self::ToolEntered
            | Self::Resumed
            | Self::GroupsChanged
            | Self::EndChanged
            | Self::ChangeRefused => Told::Nobody,
        }
    }
}
