//! openid-client (JavaScript) with everything that there is, and Authlib (Python) with what is usual.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use vauban_oidc::Algorithm;

use super::walk::{run, skipped};
use crate::{house::House, tool::Tool};

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc/peers").join(name)
}

fn tell(command: &mut Command, house: &House, tool: &Tool) {
    command.args([&house.origin(), &tool.id, tool.secret.as_ref().unwrap(), &tool.redirect]);
}

#[test]
fn openid_client_pushes_proves_and_refreshes() {
    let modules = env::var_os("VAUBAN_BROWSER").map(PathBuf::from);
    let Some(modules) = modules.filter(|folder| folder.join("node_modules/openid-client").is_dir()) else {
        return skipped("openid-client, which needs node and openid-client (VAUBAN_BROWSER)");
    };
    let mut house = House::new();
    let tool = house.add("client", |new| new.pushes = true);
    let mut command = Command::new("node");
    command.arg(script("openid-client.mjs")).arg(modules);
    tell(&mut command, &house, &tool);
    let learned = run(&mut command, &mut house.ana);
    assert_eq!(learned["claims"]["sub"], house.person("Ana").to_string());
    assert_eq!((&learned["type"], &learned["info"]["name"]), (&"dpop".into(), &"Ana".into()));
    assert_eq!(learned["refreshed"], learned["claims"]["sub"]);
    assert_eq!(learned["revoked"], "invalid_grant");
}

#[test]
fn authlib_signs_somebody_in_with_rsa() {
    let python = env::var_os("VAUBAN_PYTHON").unwrap_or_else(|| "python3".into());
    let has = Command::new(&python).args(["-c", "import authlib, requests"]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        return skipped("Authlib, which needs a python3 with authlib and requests (VAUBAN_PYTHON)");
    }
    let mut house = House::with_rsa();
    let tool = house.add("python", |new| new.algorithm = Algorithm::Rs256);
    let mut command = Command::new(python);
    command.arg(script("by_authlib.py"));
    tell(&mut command, &house, &tool);
    let learned = run(&mut command, &mut house.ana);
    assert_eq!(
        (&learned["alg"], &learned["claims"]["sub"]),
        (&"RS256".into(), &house.person("Ana").to_string().into())
    );
    assert_eq!((&learned["info"]["name"], &learned["refreshed"]), (&"Ana".into(), &true.into()));
}
