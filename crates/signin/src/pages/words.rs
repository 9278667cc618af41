//! The words for what `people` knows.

use vauban_people::{Kind, RequestState, Role, Standing, Tie};

use crate::seat::Seat;

pub(super) const fn role(seat: &Seat, role: Role) -> &'static str {
    match role {
        Role::Member => seat.say("membre", "member"),
        Role::Administrator => seat.say("administrateur", "administrator"),
    }
}

pub(super) const fn tie(seat: &Seat, tie: Tie) -> &'static str {
    match tie {
        Tie::Staff => seat.say("équipe", "staff"),
        Tie::Volunteer => seat.say("bénévole", "volunteer"),
    }
}

pub(super) const fn standing(seat: &Seat, standing: Standing) -> &'static str {
    match standing {
        Standing::Invited => seat.say("invitation en cours", "invited"),
        Standing::Active => seat.say("actif", "active"),
        Standing::Suspended => seat.say("suspendu", "suspended"),
        Standing::Gone => seat.say("parti", "gone"),
    }
}

pub(super) const fn kind(seat: &Seat, kind: &Kind) -> &'static str {
    match kind {
        Kind::Found { .. } => seat.say("Fondateur", "Founder"),
        Kind::Invite(_) => seat.say("Invitation", "Invitation"),
        Kind::Recover { .. } => seat.say("Récupération", "Recovery"),
        Kind::Role { .. } => seat.say("Autre rôle", "Another role"),
        Kind::BreakGlass { .. } => seat.say("Clés de secours", "Break-glass keys"),
    }
}

pub(super) const fn state(seat: &Seat, state: RequestState) -> &'static str {
    match state {
        RequestState::Waiting => seat.say("attend des approbations", "waits for approvals"),
        RequestState::Approved => seat.say("approuvée", "approved"),
        RequestState::Done => seat.say("faite", "done"),
        RequestState::Vetoed => seat.say("arrêtée", "stopped"),
        RequestState::Expired => seat.say("expirée", "expired"),
        RequestState::Withdrawn => seat.say("retirée", "withdrawn"),
    }
}

/// Whom a request is about, by name.
pub(super) fn subject(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Found { name, .. } | Kind::Recover { name, .. } | Kind::Role { name, .. } => Some(name.as_str()),
        Kind::Invite(invited) => Some(invited.name.as_str()),
        Kind::BreakGlass { .. } => None,
    }
}
