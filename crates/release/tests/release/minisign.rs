//! The tool that people check with, and the two crates that know its form.

use std::{fs, io::Cursor, path::Path, process::Command};

use vauban_release::{Chain, PublicKey, SignedManifest, SigningKey, Step};

use crate::support::{HUB, STREAM, draft, evening, hub, key, rich, stream};

/// Whether the program is there; else that is said.
#[expect(clippy::print_stdout, reason = "a test that skips says so")]
fn can_run(program: &str) -> bool {
    let is_there = Command::new(program).arg("--help").output().is_ok();
    if !is_there {
        assert!(std::env::var_os("VAUBAN_SLOW").is_none(), "{program} is not installed");
        println!("skipped: {program} is not installed");
    }
    is_there
}

/// Runs minisign: whether it ended well, and what it said.
fn tool(folder: &Path, arguments: &[&str]) -> Option<(bool, String)> {
    if !can_run("minisign") {
        return None;
    }
    let output = Command::new("minisign").args(arguments).current_dir(folder).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

fn write(folder: &Path, files: &[(&str, Vec<u8>)]) {
    files.iter().for_each(|(name, bytes)| fs::write(folder.join(name), bytes).unwrap());
}

#[test]
fn the_tool_checks_what_we_sign() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &rich().files());
    let own = key(1).public().to_string();
    let verify = ["-V", "-m", "manifest.json", "-P", &own];
    let Some((good, said)) = tool(folder.path(), &verify) else { return };
    assert!(good, "{said}");
    let comment = format!("Trusted comment: stream:{STREAM} version:1 file:manifest.json");
    assert!(said.contains(&comment), "{said}");
    let manifest = String::from_utf8(rich().signed().bytes().to_vec()).unwrap();
    fs::write(folder.path().join("manifest.json"), manifest.replacen("\"gone\":1", "\"gone\":2", 1)).unwrap();
    assert!(!tool(folder.path(), &verify).unwrap().0);
}

/// The second command of `docs/release.md`.
#[test]
fn a_stick_is_checked_without_us() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &rich().files());
    let check = || {
        let command = "jq -r '.parts[] | .sha256 + \"  \" + .name' manifest.json | sha256sum --check --strict --status";
        Command::new("sh")
            .args(["-c", command])
            .current_dir(folder.path())
            .status()
            .is_ok_and(|status| status.success())
    };
    if !can_run("jq") {
        return;
    }
    assert!(check());
    fs::write(folder.path().join("gone.txt"), "").unwrap();
    assert!(!check());
}

#[test]
fn the_tool_signs_what_we_check() {
    let folder = tempfile::tempdir().unwrap();
    let made = tool(folder.path(), &["-G", "-W", "-p", "hub.pub", "-s", "hub.key"]);
    let Some((good, said)) = made else { return };
    assert!(good, "{said}");
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let text = |name: &str| String::from_utf8(read(name)).unwrap();
    let public = PublicKey::from_file(&text("hub.pub")).unwrap();
    let secret = SigningKey::from_file(&text("hub.key")).unwrap();
    assert_eq!(secret.public(), public);
    let mut manifest = draft();
    manifest.signer = public;
    let ours = SignedManifest::sign(manifest, &secret).unwrap();
    fs::write(folder.path().join("manifest.json"), ours.bytes()).unwrap();
    let (good, said) = tool(folder.path(), &["-S", "-s", "hub.key", "-m", "manifest.json"]).unwrap();
    assert!(good, "{said}");
    let theirs = SignedManifest::read(&read("manifest.json"), &read("manifest.json.minisig")).unwrap();
    assert_eq!(theirs.digest(), ours.digest());
    // A signature names its release by the manifest's digest alone, so either is the same release.
    let whole = |signed| vauban_release::Verifier::new(signed).finish().unwrap();
    let mut party = Chain::new(HUB.parse().unwrap(), STREAM.parse().unwrap(), public);
    assert_eq!(party.accept(&whole(theirs), evening(1)), Ok(Step::First));
    assert_eq!(party.accept(&whole(ours), evening(1)), Ok(Step::Same));
}

#[test]
fn the_tool_signs_with_our_key() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[("own.key", key(1).to_file().as_bytes().to_vec()), ("manifest.json", rich().signed().bytes().to_vec())],
    );
    let Some((good, said)) = tool(folder.path(), &["-S", "-s", "own.key", "-m", "manifest.json"]) else { return };
    assert!(good, "{said}");
    let signature = fs::read(folder.path().join("manifest.json.minisig")).unwrap();
    assert!(SignedManifest::read(rich().signed().bytes(), &signature).is_ok());
}

#[test]
fn the_tool_checks_a_change_of_key() {
    let folder = tempfile::tempdir().unwrap();
    let change = vauban_release::KeyChange::sign(hub(), &key(1), key(2).public(), draft().time).unwrap();
    let (statement, signature) = change.files();
    write(folder.path(), &[("change", statement.into()), ("change.minisig", signature.into())]);
    let own = key(1).public().to_string();
    let Some((good, said)) = tool(folder.path(), &["-V", "-m", "change", "-P", &own]) else { return };
    assert!(good, "{said}");
}

#[test]
fn both_crates_agree_with_us() {
    let release = rich();
    let (bytes, signature) = (release.signed().bytes(), release.signed().signature().to_string());
    let verify = minisign_verify::PublicKey::from_base64(&key(1).public().to_string()).unwrap();
    let theirs = minisign_verify::Signature::decode(&signature).unwrap();
    assert!(verify.verify(bytes, &theirs, false).is_ok());
    let file = key(1).to_file().to_string();
    let secret = minisign::SecretKeyBox::from_string(&file).unwrap().into_unencrypted_secret_key().unwrap();
    let untrusted = Some("signature from minisign secret key");
    let signed = minisign::sign(None, &secret, Cursor::new(bytes), Some("comment"), untrusted).unwrap();
    assert!(SignedManifest::read(bytes, signed.to_string().as_bytes()).is_ok());
    assert_eq!(release.signed().manifest().stream, stream());
}

#[test]
fn what_no_signature_covers_has_one_spelling() {
    let release = rich();
    let signature = release.signed().signature().to_string();
    let read = |signature: String| SignedManifest::read(release.signed().bytes(), signature.as_bytes());
    assert!(read(signature.clone()).is_ok());
    assert!(read(signature.replacen("minisign secret key", "minisign secret Key", 1)).is_err());
    assert!(read(signature.replace('\n', "\r\n")).is_err());
    assert!(read(signature.trim_end().to_owned()).is_err());
    assert!(read(format!("{signature}x")).is_err());
    let legacy = signature.replacen("RUQ", "RWQ", 1);
    assert!(legacy != signature && read(legacy).is_err(), "signatures over the bare message are not read");
}
