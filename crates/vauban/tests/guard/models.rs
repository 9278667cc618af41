//! Keys of administrators, where `[signin]` names the models that they may be of.

use std::{fs, process::Stdio};

use data_encoding::BASE64;
use serde_json::json;
use vauban_softkey::honest;

use crate::{
    browser::Browser,
    maker::Maker,
    process::{Guard, free_port},
    signin::{listens, said},
};

const MODEL: [u8; 16] = [0xab; 16];

/// Why a command does not begin.
fn refused(guard: &Guard, arguments: &[&str]) -> String {
    let output = guard.command(arguments).arg(guard.path("vauban.toml")).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// Somebody's first key, of the maker's model; whatever else they try is refused before.
fn enrols(guard: &Guard, origin: &str, name: &str, maker: &Maker) {
    let (done, link) = said(guard, &["people", "found", name, "--origin", origin]);
    assert!(done, "{link}");
    let token = link.lines().next().unwrap().strip_prefix(&format!("{origin}/enrol#")).unwrap();
    let mut browser = Browser::new(origin.strip_prefix("http://").unwrap());
    let strangers = Maker::new();
    for came in [
        browser.make_with("/enrol", token, 1, honest),
        browser.make_with("/enrol", token, 1, maker.made([0xcd; 16])),
        browser.make_with("/enrol", token, 1, strangers.made(MODEL)),
    ] {
        assert_eq!(came.err().unwrap().code(), "model");
    }
    browser.make_with("/enrol", token, name.as_bytes()[0], maker.made(MODEL)).unwrap();
    assert!(browser.get("/mine").body.contains("a security key that is admitted"));
}

#[test]
fn administrators_need_keys_of_models_that_lie_in_the_folder() {
    let (maker, port, other) = (Maker::new(), free_port(), free_port());
    let origin = format!("http://localhost:{port}");
    let mut guard = Guard::of_names(&format!(
        "[signin]\norigin = \"{origin}\"\nlisten = \"127.0.0.1:{port}\"\nmodels = \"models\"\n"
    ));
    let folder = guard.path("models");
    for arguments in [["config", "check"].as_slice(), &["guard", "--config"]] {
        assert!(refused(&guard, arguments).contains("models cannot be read"));
    }
    fs::create_dir(&folder).unwrap();
    for arguments in [["config", "check"].as_slice(), &["guard", "--config"], &["people", "serve", "--config"]] {
        assert!(refused(&guard, arguments).contains("models holds no model of key"), "{arguments:?}");
    }
    fs::write(folder.join("key.pem"), "-----BEGIN CERTIFICATE-----").unwrap();
    assert!(refused(&guard, &["guard", "--config"]).contains("key.pem: this is not the FIDO metadata statement"));
    fs::remove_file(folder.join("key.pem")).unwrap();
    let statement = json!({
        "aaguid": uuid::Uuid::from_bytes(MODEL).to_string(),
        "attestationRootCertificates": [BASE64.encode(&maker.root)],
    });
    fs::write(folder.join("key.json"), statement.to_string()).unwrap();

    guard.begin();
    listens(&guard, port);
    enrols(&guard, &origin, "Ana", &maker);
    guard.end();

    // Whoever serves without the guard, and from another folder, serves by the same rules.
    let (origin, address) = (format!("http://localhost:{other}"), format!("127.0.0.1:{other}"));
    let mut command = guard.command(&["people", "serve", "--origin", &origin, "--listen", &address, "--config"]);
    let mut serving = command.arg(guard.path("vauban.toml")).stderr(Stdio::null()).spawn().unwrap();
    listens(&guard, other);
    enrols(&guard, &origin, "Ben", &maker);
    serving.kill().unwrap();
    serving.wait().unwrap();
}
