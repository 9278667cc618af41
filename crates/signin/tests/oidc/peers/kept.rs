//! Another's provider (oidc-provider, JavaScript) that the organisation keeps, and Chromium between it and us.

use std::{
    env,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use super::walk::skipped;
use crate::{elsewhere::keeping, world::World};

/// With what has to be encoded in it.
const SECRET: &str = "a secret: 100 % of it & more + that";

#[test]
fn somebody_comes_in_by_an_account_at_anothers_provider() {
    let modules = env::var_os("VAUBAN_BROWSER").map(PathBuf::from);
    let Some(modules) = modules.filter(|folder| folder.join("node_modules/oidc-provider").is_dir()) else {
        return skipped("another's provider, which needs chromium, playwright-core and oidc-provider (VAUBAN_BROWSER)");
    };
    // Free a moment ago: the script takes it.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let issuer = format!("http://127.0.0.1:{port}");
    let (world, mut founders) = World::with(|settings| keeping(settings, &issuer, "vauban", SECRET)).founded();
    let request = world.asked("Cleo", &mut founders);
    let link = format!("http://{}/enrol#{}", world.address, world.link(request));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance/signin/elsewhere.mjs");
    let mut node = Command::new("node");
    node.arg(script).arg(modules).args([&link, &port.to_string(), SECRET]).args(env::var_os("VAUBAN_PICTURES"));
    let output = node.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    println!("{said}");
}
