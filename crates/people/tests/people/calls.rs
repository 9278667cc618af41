//! What people might do, drawn at random: mostly what they may, so that things come far.

use proptest::prelude::*;

/// Indexes are taken modulo how many there are.
#[derive(Debug, Clone)]
pub(crate) enum Call {
    Invite(usize, bool),
    Recover(usize, usize),
    Role(usize, usize, bool),
    Approve {
        request: usize,
        approver: usize,
        signed: usize,
        with_key_of: usize,
    },
    Link(usize, usize),
    Enrol(usize),
    EnrolElsewhere(usize),
    Elsewhere(usize, usize, bool),
    AddAccount(usize),
    RemoveAccount(usize, usize, usize),
    SignIn(usize, usize, bool),
    CarryOut(usize),
    Veto(usize, usize),
    Suspend(usize, usize),
    Resume(usize, usize),
    Leave(usize, usize),
    EndAll(usize, usize),
    AddKey(usize),
    RemoveKey(usize, usize, usize),
    Pass(i64),
    Tend,
    /// What honest people do, so that things come far: an invitation, a recovery, other keys, a suspension, another role, an invitation that is used with
    /// an account elsewhere, other accounts, from begin to end.
    Honest(usize, u8),
}

pub(crate) fn call() -> impl Strategy<Value = Call> {
    let at = || 0..64_usize;
    prop_oneof![
        3 => (at(), any::<bool>()).prop_map(|(by, power)| Call::Invite(by, power)),
        2 => (at(), at()).prop_map(|(by, who)| Call::Recover(by, who)),
        2 => (at(), at(), any::<bool>()).prop_map(|(by, who, up)| Call::Role(by, who, up)),
        10 => (at(), at(), 0..8_usize, 0..8_usize).prop_map(|(request, approver, signed, key)| Call::Approve {
            request,
            approver,
            // Mostly this very request, signed by a key of one's own.
            signed: if signed == 0 { request + 1 } else { request },
            with_key_of: if key == 0 { approver + 1 } else { approver },
        }),
        4 => (at(), at()).prop_map(|(by, request)| Call::Link(by, request)),
        4 => at().prop_map(Call::Enrol),
        3 => at().prop_map(Call::EnrolElsewhere),
        4 => (at(), at(), any::<bool>()).prop_map(|(who, account, bound)| Call::Elsewhere(who, account, bound)),
        2 => at().prop_map(Call::AddAccount),
        2 => (at(), at(), at()).prop_map(|(by, who, account)| Call::RemoveAccount(by, who, account)),
        6 => (at(), at(), any::<bool>()).prop_map(|(who, key, bound)| Call::SignIn(who, key, bound)),
        2 => at().prop_map(Call::CarryOut),
        3 => (at(), at()).prop_map(|(by, request)| Call::Veto(by, request)),
        1 => (at(), at()).prop_map(|(by, who)| Call::Suspend(by, who)),
        2 => (at(), at()).prop_map(|(by, who)| Call::Resume(by, who)),
        1 => (at(), at()).prop_map(|(by, who)| Call::Leave(by, who)),
        1 => (at(), at()).prop_map(|(by, who)| Call::EndAll(by, who)),
        2 => at().prop_map(Call::AddKey),
        2 => (at(), at(), at()).prop_map(|(by, who, key)| Call::RemoveKey(by, who, key)),
        4 => prop_oneof![4 => 1..200_i64, 1 => 200..100_000_i64].prop_map(Call::Pass),
        1 => Just(Call::Tend),
        3 => (at(), 0..7_u8).prop_map(|(who, what)| Call::Honest(who, what)),
    ]
}
