//! GnuPG is the peer that we did not write: it makes keys, we encrypt, it decrypts. Needs the Debian package `gnupg`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot set itself up has failed; one that skips says so"
)]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use jiff::Timestamp;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tempfile::TempDir;
use vauban_openpgp::{Autocrypt, Certificate, EncryptError, KeyError, Options, PreferEncrypt, Unusable};
use vauban_openpgp::{autocrypt_header, encrypt, is_encrypted};

const MESSAGE: &[u8] = b"Received: from mx.party.example by mail.party.example; Mon, 3 Jun 2024 10:00:00 +0000\r\n\
    From: Bob <bob@press.example>\r\nTo: Alice <alice@party.example>\r\nSubject: The list of donors\r\n\
    Date: Mon, 3 Jun 2024 10:00:00 +0000\r\nMessage-ID: <1@press.example>\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed;\r\n boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Content-Transfer-Encoding: 8bit\r\n\r\nVoil\xc3\xa0. \r\n--x\r\nContent-Type: application/pdf\r\n\
    Content-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--x--\r\n";

/// GnuPG with a home of its own, in which it is the year 2024.
struct GnuPg {
    home: TempDir,
}

impl GnuPg {
    fn new() -> Option<GnuPg> {
        if Command::new("gpg").arg("--version").stdout(Stdio::null()).status().is_err() {
            assert!(std::env::var_os("VAUBAN_SLOW").is_none(), "the slow lane needs gpg (Debian package gnupg)");
            eprintln!("skipped: there is no gpg on this machine (Debian package gnupg)");
            return None;
        }
        let home = TempDir::new().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
        Some(GnuPg { home })
    }

    fn try_run(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut child = Command::new("gpg")
            .env("GNUPGHOME", self.home.path())
            .args(["--batch", "--yes", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""])
            .args(["--trust-model", "always", "--faked-system-time", "20240101T000000!"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let writer = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        let _ = writer.join().unwrap();
        output
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let output = self.try_run(arguments, input);
        assert!(output.status.success(), "gpg {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn generate(&self, algorithm: &str, usage: &str, expiry: &str) -> String {
        self.run(&["--quick-generate-key", "Alice <Alice@Party.Example>", algorithm, usage, expiry], b"");
        let list = self.run(&["--with-colons", "--list-keys"], b"");
        let list = String::from_utf8(list).unwrap();
        let line = list.lines().find(|line| line.starts_with("fpr:")).unwrap();
        line.split(':').nth(9).unwrap().to_owned()
    }

    fn export(&self, arguments: &[&str]) -> Vec<u8> {
        self.run(&[arguments, &["--export"]].concat(), b"")
    }

    fn certificate(&self) -> Certificate {
        Certificate::parse(&self.export(&["--armor"])).unwrap()
    }

    fn decrypt(&self, message: &[u8]) -> Vec<u8> {
        self.run(&["--decrypt"], armour(message))
    }
}

impl Drop for GnuPg {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").env("GNUPGHOME", self.home.path()).args(["--kill", "all"]).status();
    }
}

fn armour(message: &[u8]) -> &[u8] {
    let find = |words: &[u8]| message.windows(words.len()).position(|window| window == words).unwrap();
    &message[find(b"-----BEGIN PGP MESSAGE-----")..find(b"-----END PGP MESSAGE-----") + 27]
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn in_june() -> Timestamp {
    time("2024-06-01T00:00:00Z")
}

fn seal(message: &[u8], certificate: &Certificate) -> Vec<u8> {
    encrypt(message, &[certificate], in_june(), &mut StdRng::seed_from_u64(1), &Options::default()).unwrap()
}

/// The entity as it was, from what was decrypted: the marks off the type, and the fields that describe the body.
fn entity(plain: &[u8]) -> (Vec<String>, Vec<u8>) {
    let end = plain.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let header = String::from_utf8(plain[..end].to_vec()).unwrap().replace("\r\n ", "\u{0} ");
    let header = header.replacen("; protected-headers=\"v1\"; hp=\"cipher\"", "", 1);
    let fields = header.split("\r\n").filter(|line| line.starts_with("Content-") || line.starts_with("MIME-"));
    (fields.map(|line| line.replace('\u{0}', "\r\n")).collect(), plain[end + 4..].to_vec())
}

fn gnupg_opens_what_we_seal(algorithm: &str, subkey: &str) {
    let Some(gpg) = GnuPg::new() else { return };
    let fingerprint = gpg.generate(algorithm, "cert,sign", "never");
    gpg.run(&["--quick-add-key", &fingerprint, subkey, "encr", "never"], b"");
    let certificate = gpg.certificate();
    assert_eq!(certificate.fingerprint(), fingerprint);
    assert_eq!(certificate.addresses(), ["alice@party.example"]);
    assert_eq!(certificate.usable(in_june()), Ok(()));
    assert_eq!(Certificate::parse(&gpg.export(&[])).unwrap().fingerprint(), fingerprint, "the binary form");

    let sealed = seal(MESSAGE, &certificate);
    assert!(is_encrypted(&sealed));
    assert!(!String::from_utf8_lossy(&sealed).contains("donors"));
    let plain = gpg.decrypt(&sealed);
    assert_eq!(entity(&plain), entity(MESSAGE));
    assert!(String::from_utf8_lossy(&plain).contains("\r\nSubject: The list of donors\r\n"));

    let large = [MESSAGE, &b"0123456789\r\n".repeat(400_000)].concat();
    assert!(gpg.decrypt(&seal(&large, &certificate)).ends_with(&large[MESSAGE.len()..]), "more than one chunk");
}

#[test]
fn gnupg_opens_rsa() {
    gnupg_opens_what_we_seal("rsa2048", "rsa2048");
}

#[test]
fn gnupg_opens_curve25519() {
    gnupg_opens_what_we_seal("ed25519", "cv25519");
}

#[test]
fn gnupg_opens_nistp256() {
    gnupg_opens_what_we_seal("nistp256", "nistp256");
}

#[test]
fn gnupg_sees_authenticated_aes_256_without_compression() {
    let Some(gpg) = GnuPg::new() else { return };
    gpg.generate("ed25519", "cert,sign", "never");
    let fingerprint = gpg.certificate().fingerprint();
    gpg.run(&["--quick-add-key", &fingerprint, "cv25519", "encr", "never"], b"");
    let sealed = seal(MESSAGE, &gpg.certificate());
    let packets = gpg.try_run(&["--list-packets", "--verbose"], armour(&sealed));
    let text = format!("{}{}", String::from_utf8_lossy(&packets.stdout), String::from_utf8_lossy(&packets.stderr));
    assert!(text.contains("mdc_method: 2"), "{text}");
    assert!(text.contains("AES256"), "{text}");
    assert!(!text.contains(":compressed packet:") && !text.contains(":signature packet:"), "{text}");
}

#[test]
fn an_expired_key_is_unusable_and_says_since_when() {
    let Some(gpg) = GnuPg::new() else { return };
    let fingerprint = gpg.generate("ed25519", "cert,sign", "1y");
    gpg.run(&["--quick-add-key", &fingerprint, "cv25519", "encr", "1y"], b"");
    let certificate = gpg.certificate();
    assert_eq!(certificate.usable(in_june()), Ok(()));
    let end = certificate.expires(in_june()).unwrap();
    assert!(end > time("2024-12-30T00:00:00Z") && end < time("2025-01-02T00:00:00Z"), "{end}");
    let later = time("2025-06-01T00:00:00Z");
    assert_eq!(certificate.usable(later), Err(Unusable::Expired { since: end }));
    let refused = encrypt(MESSAGE, &[&certificate], later, &mut StdRng::seed_from_u64(1), &Options::default());
    assert_eq!(refused, Err(EncryptError::Unusable { fingerprint, reason: Unusable::Expired { since: end } }));
    assert!(matches!(certificate.usable(time("2023-06-01T00:00:00Z")), Err(Unusable::NotYetValid { .. })));
}

#[test]
fn an_extended_key_is_usable_again() {
    let Some(gpg) = GnuPg::new() else { return };
    let fingerprint = gpg.generate("ed25519", "cert,sign", "1y");
    gpg.run(&["--quick-add-key", &fingerprint, "cv25519", "encr", "never"], b"");
    gpg.run(&["--faked-system-time", "20240201T000000!", "--quick-set-expire", &fingerprint, "5y"], b"");
    assert_eq!(gpg.certificate().usable(time("2026-06-01T00:00:00Z")), Ok(()));
}

#[test]
fn an_expired_subkey_alone_leaves_nothing_to_encrypt_to_and_a_second_one_takes_over() {
    let Some(gpg) = GnuPg::new() else { return };
    let fingerprint = gpg.generate("ed25519", "cert,sign", "never");
    gpg.run(&["--quick-add-key", &fingerprint, "cv25519", "encr", "1m"], b"");
    assert_eq!(gpg.certificate().usable(time("2024-01-15T00:00:00Z")), Ok(()));
    assert_eq!(gpg.certificate().usable(in_june()), Err(Unusable::NoEncryptionKey));
    gpg.run(&["--quick-add-key", &fingerprint, "cv25519", "encr", "never"], b"");
    let certificate = gpg.certificate();
    assert_eq!(certificate.usable(in_june()), Ok(()));
    assert_eq!(entity(&gpg.decrypt(&seal(MESSAGE, &certificate))), entity(MESSAGE));
}

#[test]
fn a_revoked_key_is_unusable() {
    let Some(gpg) = GnuPg::new() else { return };
    let fingerprint = gpg.generate("ed25519", "cert,sign", "never");
    gpg.run(&["--quick-add-key", &fingerprint, "cv25519", "encr", "never"], b"");
    // GnuPG writes a revocation beside each new key, its first dashes masked so that nobody imports it by accident.
    let path = gpg.home.path().join(format!("openpgp-revocs.d/{fingerprint}.rev"));
    let revocation = read(&path).replace(":-----BEGIN", "-----BEGIN");
    gpg.run(&["--import"], revocation.as_bytes());
    assert_eq!(gpg.certificate().usable(in_june()), Err(Unusable::Revoked));
}

#[test]
fn a_key_that_can_only_sign_is_no_help() {
    let Some(gpg) = GnuPg::new() else { return };
    gpg.generate("ed25519", "cert,sign", "never");
    assert_eq!(gpg.certificate().usable(in_june()), Err(Unusable::NoEncryptionKey));
}

#[test]
fn a_short_rsa_key_is_too_weak() {
    let Some(gpg) = GnuPg::new() else { return };
    let fingerprint = gpg.generate("ed25519", "cert,sign", "never");
    gpg.run(&["--quick-add-key", &fingerprint, "rsa1024", "encr", "never"], b"");
    assert_eq!(gpg.certificate().usable(in_june()), Err(Unusable::TooWeak));
}

#[test]
fn a_private_key_is_refused_in_every_form() {
    let Some(gpg) = GnuPg::new() else { return };
    gpg.generate("ed25519", "cert,sign", "never");
    let armoured = gpg.run(&["--armor", "--export-secret-keys"], b"");
    let binary = gpg.run(&["--export-secret-keys"], b"");
    assert_eq!(Certificate::parse(&armoured).unwrap_err(), KeyError::Secret);
    assert_eq!(Certificate::parse(&binary).unwrap_err(), KeyError::Secret);
    let disguised = String::from_utf8(armoured).unwrap().replace("PRIVATE", "PUBLIC");
    assert_eq!(Certificate::parse(disguised.as_bytes()).unwrap_err(), KeyError::Secret);
    let behind = [gpg.export(&[]), binary].concat();
    assert_eq!(Certificate::parse(&behind).unwrap_err(), KeyError::Secret, "behind a public key");
}

#[test]
fn the_signatures_of_others_do_not_matter() {
    let Some(gpg) = GnuPg::new() else { return };
    let alice = gpg.generate("ed25519", "cert,sign", "never");
    gpg.run(&["--quick-add-key", &alice, "cv25519", "encr", "never"], b"");
    let Some(carol) = GnuPg::new() else { return };
    carol.generate("rsa2048", "cert,sign", "never");
    carol.run(&["--import"], &gpg.export(&[]));
    carol.run(&["--quick-sign-key", &alice], b"");
    let signed = carol.run(&["--export", &alice], b"");
    assert!(signed.len() > gpg.export(&[]).len());
    assert_eq!(Certificate::parse(&signed).unwrap().usable(in_june()), Ok(()));
}

#[test]
fn two_keys_in_one_file_are_one_too_many() {
    let (Some(alice), Some(carol)) = (GnuPg::new(), GnuPg::new()) else { return };
    alice.generate("ed25519", "cert,sign", "never");
    carol.generate("ed25519", "cert,sign", "never");
    let binary = [alice.export(&[]), carol.export(&[])].concat();
    let armoured = [alice.export(&["--armor"]), carol.export(&["--armor"])].concat();
    assert_eq!(Certificate::parse(&binary).unwrap_err(), KeyError::Several);
    assert_eq!(Certificate::parse(&armoured).unwrap_err(), KeyError::Several);
}

#[test]
fn two_readers_both_open_it() {
    let (Some(alice), Some(carol)) = (GnuPg::new(), GnuPg::new()) else { return };
    for gpg in [&alice, &carol] {
        let fingerprint = gpg.generate("ed25519", "cert,sign", "never");
        gpg.run(&["--quick-add-key", &fingerprint, "cv25519", "encr", "never"], b"");
    }
    let keys = [&alice.certificate(), &carol.certificate()];
    let sealed = encrypt(MESSAGE, &keys, in_june(), &mut StdRng::seed_from_u64(1), &Options::default()).unwrap();
    assert_eq!(entity(&alice.decrypt(&sealed)), entity(MESSAGE));
    assert_eq!(entity(&carol.decrypt(&sealed)), entity(MESSAGE));
}

#[test]
fn gnupg_imports_the_key_of_our_autocrypt_field_and_we_read_that_of_its_own() {
    let Some(gpg) = GnuPg::new() else { return };
    let fingerprint = gpg.generate("rsa2048", "cert,sign", "never");
    gpg.run(&["--quick-add-uid", &fingerprint, "Alice at home <alice@home.example>"], b"");
    gpg.run(&["--quick-add-key", &fingerprint, "rsa2048", "encr", "never"], b"");
    let whole = gpg.certificate();
    let value = autocrypt_header("Alice@Party.Example", &whole, PreferEncrypt::Mutual, in_june()).unwrap();
    let read = Autocrypt::parse(value.as_bytes()).unwrap();
    assert_eq!((read.address.as_str(), read.prefer_encrypt), ("alice@party.example", PreferEncrypt::Mutual));
    assert_eq!(read.certificate.fingerprint(), fingerprint);
    assert_eq!(read.certificate.addresses(), ["alice@party.example"], "the other name stays at home");
    assert_eq!(entity(&gpg.decrypt(&seal(MESSAGE, &read.certificate))), entity(MESSAGE));

    let data = value.split_once("keydata=").unwrap().1.replace("\r\n ", "");
    let key = data_encoding::BASE64.decode(data.as_bytes()).unwrap();
    let Some(bob) = GnuPg::new() else { return };
    bob.run(&["--import"], &key);

    let minimal = gpg.export(&["--export-options", "export-minimal"]);
    let theirs = format!("addr=alice@home.example; keydata={}", data_encoding::BASE64.encode(&minimal));
    assert_eq!(Autocrypt::parse(theirs.as_bytes()).unwrap().certificate.fingerprint(), fingerprint);
}

#[test]
fn mail_that_gnupg_made_is_seen_as_encrypted_and_signed_mail_is_not() {
    let Some(gpg) = GnuPg::new() else { return };
    let fingerprint = gpg.generate("ed25519", "cert,sign", "never");
    gpg.run(&["--quick-add-key", &fingerprint, "cv25519", "encr", "never"], b"");
    let with_body = |body: &[u8]| [b"From: b@c.example\r\nSubject: x\r\n\r\n", body].concat();
    let encrypted = gpg.run(&["--armor", "--encrypt", "-r", &fingerprint], b"text");
    assert!(is_encrypted(&with_body(&encrypted)));
    let password = gpg.run(&["--passphrase", "x", "--armor", "--symmetric"], b"text");
    assert!(is_encrypted(&with_body(&password)));
    let signed = gpg.run(&["--armor", "--sign"], b"text");
    assert!(signed.starts_with(b"-----BEGIN PGP MESSAGE-----"));
    assert!(!is_encrypted(&with_body(&signed)), "the armour says message, but anybody can read it");
    let quoted = [b"Look at this:\r\n".as_slice(), &encrypted].concat();
    assert!(!is_encrypted(&with_body(&quoted)));
    assert!(!is_encrypted(&with_body(&encrypted.repeat(2))));
    let tampered = String::from_utf8(encrypted).unwrap().replace("\n\n", "\nComment: the plan is\n\n");
    assert!(is_encrypted(&with_body(tampered.as_bytes())), "a comment in the armour is the sender's affair");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}
