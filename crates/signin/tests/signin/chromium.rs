//! Chromium at the server of this very process: over TLS, with its sessions bound, and robbed of its cookies.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::atomic::{AtomicI64, Ordering},
};

use axum::{Router, extract::State, routing::get};
use jiff::{SignedDuration, Timestamp};
use vauban_people::Rules;
use vauban_signin::SignIn;

use crate::{
    front::{Front, Kind},
    proxies::is_there,
    world::World,
};

/// Where what drives the browser is, if it is there.
pub(crate) fn modules() -> Option<std::ffi::OsString> {
    let modules = std::env::var_os("VAUBAN_BROWSER");
    if modules.is_none() {
        assert!(std::env::var_os("VAUBAN_SLOW").is_none() || std::env::var_os("CI").is_none(), "CI must not skip this");
        println!("skipped: signing in with a browser, which needs chromium, playwright-core and axe-core");
    }
    modules
}

/// What a script of the folder `conformance/signin` told; whether it found everything right.
pub(crate) fn walked(script: &str, modules: &std::ffi::OsStr, arguments: &[&str]) {
    let script = format!("{}/../../conformance/signin/{script}", env!("CARGO_MANIFEST_DIR"));
    let mut node = Command::new("node");
    node.arg(script).arg(modules).args(arguments).args(std::env::var_os("VAUBAN_PICTURES"));
    let walked = node.output().unwrap();
    let told = String::from_utf8_lossy(&walked.stdout);
    println!("{told}");
    assert!(walked.status.success(), "{told} {}", String::from_utf8_lossy(&walked.stderr));
}

/// Has Chromium trust the test's authority: in the store of NSS, in the two places where it looks.
fn trusted(folder: &Path) {
    for place in ["home/.pki/nssdb", "home/.local/share/pki/nssdb"] {
        let store = folder.join(place);
        fs::create_dir_all(&store).unwrap();
        let database = format!("sql:{}", store.display());
        for arguments in [&["-N", "--empty-password"][..], &["-A", "-n", "test", "-t", "C,,", "-i", "ca.pem"]] {
            let mut certutil = Command::new("certutil");
            let done = certutil.args(["-d", &database]).args(arguments).current_dir(folder).status().unwrap();
            assert!(done.success(), "{arguments:?}");
        }
    }
}

#[test]
fn a_real_browser_signs_in() {
    let Some(modules) = modules() else { return };
    let world = World::new();
    walked("walk.mjs", &modules, &[&world.founders_page(&format!("http://{}", world.address), "Ana")]);
}

/// Does what was approved and waits for a veto, as if nobody had vetoed it in time.
async fn carry(State(site): State<SignIn>) -> &'static str {
    let (people, now) = (site.people(), site.now());
    for request in people.open_requests(now).unwrap() {
        if matches!(request.kind, vauban_people::Kind::BreakGlass { .. }) {
            people.carry_out(request.id, now + people.rules().delay).unwrap();
        }
    }
    "done\n"
}

#[test]
fn a_real_browser_invites_hands_over_suspends_and_lets_go() {
    let Some(modules) = modules() else { return };
    let rules = Rules { fresh: SignedDuration::from_secs(10), ..Rules::default() };
    let carry = |site: &SignIn, _: &Path| Router::new().route("/test/carry", get(carry)).with_state(site.clone());
    let world = World::serving(&rules, |_| (), carry);
    let links = ["Ana", "Bob"].map(|name| world.founders_page(&format!("http://{}", world.address), name));
    walked("people.mjs", &modules, &links.each_ref().map(String::as_str));
}

/// By how many seconds the clock of the server that is robbed is ahead.
static AHEAD: AtomicI64 = AtomicI64::new(0);

fn server() -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(AHEAD.load(Ordering::Relaxed))
}

/// The cookie of a device is over then. Its browser cannot be made to wait: cookies that end within two minutes it refreshes all the
/// time, and it signs six times in nine minutes at the most.
async fn move_on() -> &'static str {
    AHEAD.fetch_add(301, Ordering::Relaxed);
    "later\n"
}

#[test]
fn a_cookie_that_is_stolen_from_a_browser_is_worth_its_lifetime_or_nothing() {
    let Some(modules) = modules() else { return };
    if !is_there("nginx") || !is_there("certutil") {
        return;
    }
    let more = Router::new().route("/test/later", get(move_on));
    let front = Front::clocked(Kind::Nginx, "localhost", more, server);
    trusted(front.folder.path());
    let (link, folder) = (front.world.founders_page(&front.origin, "Ana"), front.folder.path().display().to_string());
    walked("bound.mjs", &modules, &[&link, &folder]);
}

#[test]
fn relays_that_steal_an_ordinary_session_get_none_of_ours() {
    let Some(modules) = modules() else { return };
    if !is_there("nginx") || !is_there("certutil") {
        return;
    }
    let front = Front::new(Kind::Nginx, "vauban.campagne.example");
    trusted(front.folder.path());
    let (link, folder) = (front.world.founders_page(&front.origin, "Ana"), front.folder.path().display().to_string());
    walked("relays.mjs", &modules, &[&link, &folder]);
}
