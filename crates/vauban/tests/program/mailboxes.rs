//! Sweeping a mailbox where it lies: a real Dovecot on a loopback port, started and stopped here.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use crate::runs::{Run, slow, sweep, vauban};

/// The account that Dovecot reads mail as: it refuses to do so as root.
const NOBODY: u32 = 65534;
const PASSWORD: &str = "correct horse, \"battery\" staple";

/// A mail server of one user, alice.
struct Server {
    folder: tempfile::TempDir,
    child: Child,
    port: u16,
}

impl Server {
    /// None, and said, where it cannot be had.
    fn start() -> Option<Self> {
        if !slow() {
            return None;
        }
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        let is_there = |program: &str| Command::new(program).arg("--version").output().is_ok();
        if !is_root || !is_there("dovecot") || !is_there("openssl") {
            assert!(std::env::var_os("CI").is_none(), "CI must not skip this");
            println!("skipped: a mailbox on a server, which needs dovecot, openssl and root");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        authority(folder.path());
        let at = folder.path().display();
        fs::write(folder.path().join("users"), format!("alice:{{PLAIN}}{PASSWORD}\n")).unwrap();
        fs::write(
            folder.path().join("dovecot.conf"),
            format!(
                "base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\nprotocols = imap\nlisten = 127.0.0.1\n\
                 ssl = required\nssl_cert = <{at}/server.pem\nssl_key = <{at}/server.key\n\
                 mail_location = maildir:{at}/mail/%u\n\
                 auth_failure_delay = 0\nservice anvil {{\n unix_listener anvil-auth-penalty {{\n mode = 0\n }}\n}}\n\
                 passdb {{\n driver = passwd-file\n args = {at}/users\n}}\n\
                 userdb {{\n driver = static\n args = uid={NOBODY} gid={NOBODY} home={at}/mail/%u\n}}\n\
                 service imap-login {{\n inet_listener imap {{\n port = 0\n }}\n inet_listener imaps {{\n port = {port}\n ssl = yes\n }}\n}}\n"
            ),
        )
        .unwrap();
        let mut path = folder.path().to_path_buf();
        // Every folder above must let the unprivileged reader of mail through.
        while path.starts_with(std::env::temp_dir()) && path != std::env::temp_dir() {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            fs::set_permissions(&path, mode).unwrap();
            path.pop();
        }
        let child = Command::new("dovecot")
            .args(["-F", "-c"])
            .arg(folder.path().join("dovecot.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { folder, child, port };
        let answers = (0..200).any(|_| {
            thread::sleep(Duration::from_millis(50));
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        assert!(answers, "dovecot did not start: {}", server.log());
        Some(server)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn url(&self, mailbox: &str) -> String {
        format!("imaps://alice@127.0.0.1:{}/{mailbox}", self.port)
    }

    /// Delivers a message into a folder of the user's; empty for the inbox.
    fn deliver(&self, mailbox: &str, name: &str, message: &str) {
        let home = self.path("mail/alice");
        let folder = if mailbox.is_empty() { home.clone() } else { home.join(format!(".{mailbox}")) };
        for part in ["new", "cur", "tmp"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        fs::write(folder.join("new").join(name), message).unwrap();
        for path in [
            self.path("mail"),
            home,
            folder.clone(),
            folder.join("new"),
            folder.join("cur"),
            folder.join("tmp"),
            folder.join("new").join(name),
        ] {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Bodies that were asked for since the server started, by its own account of ended connections.
    fn bodies(&self) -> u64 {
        // The last connection is written down when the server has noticed that it is gone.
        thread::sleep(Duration::from_millis(500));
        let log = self.log();
        log.split("body_count=").skip(1).filter_map(|rest| rest.split(' ').next()?.parse::<u64>().ok()).sum()
    }

    fn sweep(&self, more: &[&str]) -> Run {
        self.sweep_with("vauban", more)
    }

    /// The same with another state.
    fn sweep_with(&self, state: &str, more: &[&str]) -> Run {
        let (list, password, authority) = (self.text("list.txt"), self.text("password"), self.text("ca.pem"));
        let mut arguments =
            vec!["--no-starter", "--intel", &list, "--mail-password-file", &password, "--mail-ca", &authority];
        arguments.extend(more);
        sweep(&self.path(state), &arguments)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// An authority, and a certificate for the loopback address that it vouches for.
fn authority(folder: &Path) {
    let run = |arguments: &str| {
        let output = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    run(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=authority"));
    run(&format!("req -x509 {key} -keyout other.key -out other.pem -days 2 -subj /CN=other"));
    run(&format!("req {key} -keyout server.key -out server.csr -subj /CN=mail"));
    fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n").unwrap();
    run("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names");
    fs::write(folder.join("list.txt"), "evil.example\n").unwrap();
    fs::write(folder.join("password"), format!("{PASSWORD}\n")).unwrap();
}

fn letter(number: u32, text: &str) -> String {
    format!(
        "From: news@letters.example\r\nTo: alice@party.example\r\nSubject: {number}\r\nMessage-ID: <{number}@letters.example>\r\n\
         Date: Mon, 3 Apr 2017 07:00:00 +0000\r\n\r\n{text}\r\n"
    )
}

/// A page as an attachment behind three megabytes of another.
fn large_letter() -> String {
    let page = data_encoding::BASE64.encode(b"<a href='http://login.evil.example/x'>here</a>");
    let filling = format!("{}\r\n", "QUFB".repeat(18)).repeat(40_000);
    format!(
        "From: a@letters.example\r\nTo: alice@party.example\r\nSubject: large\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/octet-stream\r\n\
         Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=data.bin\r\n\r\n{filling}\r\n--b\r\n\
         Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=page.html\r\n\r\n{page}\r\n--b--\r\n"
    )
}

#[test]
fn a_mailbox_is_swept_where_it_lies_and_left_as_it_is() {
    let Some(server) = Server::start() else { return };
    for number in 0..30 {
        server.deliver("", &format!("{number}.eml"), &letter(number, "nothing to see"));
    }
    server.deliver("", "30.eml", &letter(30, "sign in at http://login.evil.example/ today"));
    server.deliver("Envoy&AOk-s.2017", "31.eml", &large_letter());
    let first = server.sweep(&[&server.url("")]);
    assert_eq!(
        (first.status, first.number("files"), first.number("unread")),
        (1, 32, 0),
        "{}\n{}",
        first.talk,
        first.text
    );
    let places: Vec<Vec<String>> =
        first.of("sighting").iter().map(|one| serde_json::from_value(one["location"].clone()).unwrap()).collect();
    let ends = |place: &[String], parts: &[&str]| {
        place[0].starts_with(&server.url("")) && place[0].contains(parts[0]) && place[1..] == parts[1..]
    };
    assert_eq!(places.len(), 2, "{places:?}");
    assert!(ends(&places[0], &["/Envoy%C3%A9s.2017;UIDVALIDITY=", "page.html"]), "{places:?}");
    assert!(ends(&places[1], &["/INBOX;UIDVALIDITY="]) && places[1][0].ends_with(";UID=31"), "{places:?}");

    // All are still new, and nobody has seen them.
    let new = |folder: &str| fs::read_dir(server.path(folder)).unwrap().count();
    assert_eq!((new("mail/alice/new"), new("mail/alice/cur")), (31, 0));
    assert_eq!(server.bodies(), 31 + 3, "a message of three megabytes is fetched in pieces");

    let again = server.sweep(&[&server.url("")]);
    assert_eq!((again.number("unchanged"), again.number("bytes")), (32, 0));
    assert_eq!(again.findings(), first.findings());
    assert_eq!(server.bodies(), 34, "nothing was fetched again");

    // One more arrives; one mailbox alone; and the past can be asked.
    server.deliver("", "32.eml", &letter(32, "see evil.example"));
    let third = server.sweep(&[&server.url("inbox")]);
    assert_eq!((third.number("files"), third.number("unchanged"), third.of("sighting").len()), (32, 31, 2));
    fs::write(server.path("new.txt"), "letters.example\n").unwrap();
    let hunt =
        vauban(&server.path("vauban"), &["record", "hunt", "--intel", &server.text("new.txt"), "--format", "jsonl"]);
    let hunt = String::from_utf8(hunt.stdout).unwrap();
    assert!(hunt.contains(r#""evidence":"elsewhere""#) && hunt.contains(";UID=1\""), "{hunt}");
    assert_eq!(server.bodies(), 35);
}

#[test]
fn who_cannot_sign_in_or_does_not_know_the_server_is_told_so() {
    let Some(server) = Server::start() else { return };
    server.deliver("", "1.eml", &letter(1, "see evil.example"));
    let url = server.url("");
    let state = server.path("vauban");
    let (password, authority, wrong) = (server.text("password"), server.text("ca.pem"), server.text("users"));
    let run = |arguments: &[&str]| {
        let output =
            vauban(&state, &[&["sweep", "--no-starter", "--intel", &server.text("list.txt")], arguments].concat());
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!talk.contains("battery"), "{talk}");
        (output.status.code(), talk)
    };
    let (code, talk) = run(&["--mail-password-file", &wrong, "--mail-ca", &authority, &url]);
    assert!(code == Some(2) && talk.contains("refuses the sign-in") && talk.contains("hint:"), "{talk}");
    let (code, talk) = run(&["--mail-password-file", &password, &url]);
    assert!(code == Some(2) && talk.contains("is not proven"), "{talk}");
    let (code, talk) = run(&["--mail-password-file", &password, "--mail-ca", &server.text("other.pem"), &url]);
    assert!(code == Some(2) && talk.contains("is not proven"), "{talk}");
    let (code, talk) = run(&["--mail-token-file", &password, "--mail-ca", &authority, &url]);
    assert!(code == Some(2) && talk.contains("does not offer OAUTHBEARER"), "{talk}");
    let (code, talk) =
        run(&["--mail-password-file", &password, "--mail-ca", &authority, &url.replace("imaps", "imap")]);
    assert!(code == Some(2) && talk.contains("in clear"), "{talk}");
    let secret = url.replace("alice@", "alice:battery@");
    let (code, talk) = run(&["--mail-password-file", &password, "--mail-ca", &authority, &secret]);
    assert!(code == Some(2) && talk.contains("password does not belong"), "{talk}");

    // With something else to sweep, it is one input that cannot be read.
    let list = server.text("list.txt");
    let both = ["--no-starter", "--intel", &list, "--mail-password-file", &wrong, "--mail-ca", &authority, &list, &url];
    let refusals = || server.log().matches("auth failed, 1 attempts").count();
    let before = refusals();
    let both = sweep(&state, &both);
    thread::sleep(Duration::from_millis(500));
    assert_eq!(refusals() - before, 1, "a wrong password is sent once: {}", server.log());
    assert_eq!((both.number("files"), both.number("unread"), both.status), (2, 1, 1), "{}", both.text);
    assert_eq!(both.of("unread")[0]["reason"], "denied");
    let missing = server.sweep(&[&server.url("Archive")]);
    assert_eq!((missing.status, missing.number("unread")), (3, 1), "{}", missing.text);
}

#[test]
fn a_sweep_of_a_mailbox_that_was_killed_goes_on() {
    let Some(server) = Server::start() else { return };
    for number in 0..2_000 {
        let text = if number % 100 == 7 { "see login.evil.example" } else { "nothing to see" };
        server.deliver("", &format!("{number}.eml"), &letter(number, text));
    }
    let whole = server.sweep_with("other", &[&server.url("")]);
    assert_eq!((whole.number("files"), whole.of("sighting").len()), (2_000, 20));
    let before = server.bodies();
    let mut killed = Command::new(env!("CARGO_BIN_EXE_vauban"))
        .args([
            "--lang",
            "en",
            "--state",
            &server.text("vauban"),
            "sweep",
            "--no-starter",
            "--intel",
            &server.text("list.txt"),
        ])
        .args(["--mail-password-file", &server.text("password"), "--mail-ca", &server.text("ca.pem"), &server.url("")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    thread::sleep(Duration::from_millis(500));
    killed.kill().unwrap();
    killed.wait().unwrap();
    let after_kill = server.bodies();
    let rest = server.sweep(&[&server.url("")]);
    assert_eq!(rest.findings(), whole.findings());
    let fetched = server.bodies() - after_kill;
    assert_eq!(fetched + rest.number("unchanged"), 2_000, "what was known is not fetched: {before} {after_kill}");
}
