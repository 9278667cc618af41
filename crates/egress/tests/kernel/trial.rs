//! Plans on trial: confirmed, taken back, and forgotten by everybody.

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use vauban_egress::{Nft, NftError, Switch, SwitchError};

use crate::yard::{DEVICE, NETWORK, POLICY, SERVER, Yard, addresses, can_run, enter, now, waits_until};

/// Ten seconds, and what a machine that is busy needs.
const OVER: Duration = Duration::from_secs(30);
/// The place in which a process that is to be killed applies.
const PLACE: &str = "VAUBAN_TEST_PLACE";

#[test]
fn a_plan_that_nobody_confirms_is_undone_by_the_kernel_alone() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    let (plan, switch) = (yard.plan(POLICY, NETWORK), yard.switch());
    yard.inside("gateway", || switch.apply(&plan).unwrap());
    assert!(!yard.connects("work", SERVER, 443));
    let standing = yard.inside("gateway", || switch.standing().unwrap());
    assert!(standing.is_in_place && !standing.is_confirmed && standing.trial_seconds.is_some());
    // Nothing of ours runs.
    waits_until("the kernel undoes it", OVER, || yard.connects("work", SERVER, 443));
    let late = yard.inside("gateway", || switch.confirm().unwrap_err());
    assert!(matches!(late, SwitchError::NoTrial), "{late:?}");
    let standing = yard.inside("gateway", || switch.standing().unwrap());
    assert!(!standing.is_in_place && standing.trial_seconds.is_none());
}

#[test]
fn the_plan_before_holds_again_when_the_next_one_is_not_confirmed() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    let opener = yard.guarded();
    now(opener.open(&addresses(&[DEVICE]), &addresses(&[SERVER]), Duration::from_secs(3_600)));
    let mut download = yard.connection("work", SERVER, 443).unwrap();
    let switch = yard.switch();
    // Guests may not, in the new one.
    let next = yard.plan(&POLICY.replace("guest = { ", "guest = { egress = \"named\", "), NETWORK);
    yard.inside("gateway", || switch.apply(&next).unwrap());
    assert!(!yard.connects("guest", SERVER, 443));
    assert!(yard.connects("work", SERVER, 443) && crate::yard::echoes(&mut download), "what is open stays open");
    waits_until("the kernel undoes it", OVER, || yard.connects("guest", SERVER, 443));
    assert!(!yard.connects("work", "192.0.2.20", 443), "the one before still holds");
    let standing = yard.inside("gateway", || switch.standing().unwrap());
    assert!(standing.is_confirmed && standing.has_lapsed);

    // Taken back at once, and after it was confirmed.
    yard.inside("gateway", || switch.apply(&next).unwrap());
    assert!(!yard.connects("guest", SERVER, 443));
    yard.inside("gateway", || switch.undo().unwrap());
    assert!(yard.connects("guest", SERVER, 443) && !yard.connects("work", "192.0.2.20", 443));
    yard.inside("gateway", || {
        switch.apply(&next).unwrap();
        switch.confirm().unwrap();
    });
    thread::sleep(Duration::from_secs(11));
    assert!(!yard.connects("guest", SERVER, 443), "confirmed is for good");
    yard.inside("gateway", || switch.undo().unwrap());
    assert!(yard.connects("guest", SERVER, 443) && !yard.connects("work", "192.0.2.20", 443));
    assert!(crate::yard::echoes(&mut download), "through all of that");
    // Nothing was before the first one.
    yard.inside("gateway", || switch.undo().unwrap());
    assert!(yard.connects("work", "192.0.2.20", 443));
    assert!(!yard.nft("list ruleset").contains("vauban"));
}

#[test]
fn killing_whoever_applied_it_changes_nothing() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "trial::applies_and_waits_to_be_killed", "--nocapture"])
        .env(PLACE, format!("{} {}", yard.name("gateway"), yard.state.path().display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    waits_until("it applies", OVER, || !yard.connects("work", SERVER, 443));
    // SIGKILL.
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!yard.connects("work", SERVER, 443), "it is on trial");
    waits_until("the kernel undoes it", OVER, || yard.connects("work", SERVER, 443));
}

/// Not a test by itself: the process of the one above.
#[test]
fn applies_and_waits_to_be_killed() {
    let Ok(place) = env::var(PLACE) else { return };
    let (name, state) = place.split_once(' ').unwrap();
    enter(name);
    let rules = vauban_policy::Rules::new(toml::from_str(POLICY).unwrap()).unwrap();
    let at = "2026-12-01T00:00:00Z".parse().unwrap();
    let plan = vauban_egress::Plan::new(&rules, &toml::from_str(NETWORK).unwrap(), None, at).unwrap();
    Switch::new(Path::new(state), Nft::default()).apply(&plan).unwrap();
    thread::sleep(Duration::from_secs(600));
}

#[test]
fn after_a_restart_what_was_confirmed_holds_and_what_was_on_trial_does_not() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    let switch = yard.switch();
    let none = yard.inside("gateway", || switch.restore().unwrap_err());
    assert!(matches!(none, SwitchError::NoPlan));
    drop(yard.guarded());
    let next = yard.plan(&POLICY.replace("guest = { ", "guest = { egress = \"named\", "), NETWORK);
    yard.inside("gateway", || switch.apply(&next).unwrap());
    // The machine starts again: the kernel has nothing.
    yard.nft("flush ruleset");
    assert!(yard.connects("work", SERVER, 443));
    yard.inside("gateway", || switch.restore().unwrap());
    assert!(!yard.connects("work", SERVER, 443) && yard.connects("guest", SERVER, 443));
    let late = yard.inside("gateway", || switch.confirm().unwrap_err());
    assert!(matches!(late, SwitchError::NoTrial));
}

#[test]
fn other_tables_are_not_touched_and_an_unknown_one_of_our_name_is_not_taken_over() {
    if !can_run() {
        return;
    }
    let yard = Yard::new();
    yard.nft("add table inet others");
    yard.nft("add chain inet others forward { type filter hook forward priority 0 ; policy accept ; }");
    yard.nft("add rule inet others forward ip daddr 192.0.2.20 drop");
    yard.nft("add table ip vauban");
    let before = yard.nft("list table inet others");
    yard.nft("add table inet vauban");
    let (plan, switch) = (yard.plan(POLICY, NETWORK), yard.switch());
    let unknown = yard.inside("gateway", || switch.apply(&plan).unwrap_err());
    assert!(matches!(unknown, SwitchError::Unknown), "{unknown:?}");
    assert!(unknown.words().1.fr.contains("undo"));
    yard.inside("gateway", || {
        switch.undo().unwrap();
        switch.apply(&plan).unwrap();
    });
    assert_eq!(yard.nft("list table inet others"), before);
    assert!(!yard.connects("guest", "192.0.2.20", 443), "another's rule still drops what ours accept");
    yard.inside("gateway", || switch.undo().unwrap());
    assert_eq!(yard.nft("list table inet others"), before);
    assert!(yard.nft("list ruleset").contains("table ip vauban"));
}

#[test]
fn without_nft_nothing_is_changed_and_it_is_said() {
    let state = tempfile::tempdir().unwrap();
    let switch = Switch::new(state.path(), Nft::new("/nowhere/nft"));
    let missing = switch.standing().unwrap_err();
    assert!(matches!(missing, SwitchError::Nft(NftError::Missing(_))), "{missing:?}");
    let (what, next) = missing.words();
    assert!(what.en.contains("cannot be started") && next.fr.contains("nftables"));
}
