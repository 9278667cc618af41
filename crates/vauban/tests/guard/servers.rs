//! What people notice of the guard, with a real mail server between: banners, encrypted copies, answers and words.

use std::{
    fs,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    encryption::{Reader, keys},
    milter::{doubtful, honest, trap},
    postfix::{Delivers, Postfix, can_run, send_from},
    process::Guard,
};

const CLAIRE: &str = "claire.martin@campagne.example";
const HUGO: &str = "hugo.bernard@campagne.example";
/// What she signs in with.
const PASSWORD: &str = "un mot de passe";
const STRANGER: &str = "sender@lumiere.test";

#[test]
fn a_flagged_message_arrives_whole_inside_one_that_warns() {
    if !can_run() {
        return;
    }
    let guard = Guard::start("banner = \"fr\"\n");
    let server = Postfix::start(Some(guard.milter), Some(guard.release), &Delivers::Here);
    let page = doubtful(1).replacen("\n\n", "\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<p>", 1);
    assert!(send_from(server.port, STRANGER, &[CLAIRE], &page).starts_with("250"), "{}", server.log());
    let delivered = &server.waits_for(1)[0];
    let (header, body) = delivered.split_once("\n\n").unwrap();
    assert!(header.contains("Content-Type: multipart/mixed") && !header.contains("text/html"), "{header}");
    assert!(header.contains("X-Vauban-Verdict: flag") && header.contains("Subject: Bonjour 1"), "{header}");
    assert!(body.contains("ATTENTION : ce message est suspect"), "{body}");
    assert!(body.contains(&page), "the message as it arrived, byte by byte: {body}");
    // What is harmless stays as it was signed.
    assert!(send_from(server.port, STRANGER, &[CLAIRE], &honest(2)).starts_with("250"));
    let delivered = server.waits_for(2);
    assert!(delivered.iter().any(|text| text.contains("Bonjour 2") && !text.contains("multipart/mixed")));
}

#[test]
fn a_readers_copy_is_encrypted_and_the_others_are_not() {
    if !can_run() {
        return;
    }
    let Some(claire) = Reader::new(CLAIRE, "0") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = keys(folder.path(), &[("claire.asc", &claire.public_key())]);
    let guard = Guard::start(&format!("[mail.openpgp]\nkeys = {:?}\n", path.display().to_string()));
    let server = Postfix::start(Some(guard.milter), Some(guard.release), &Delivers::Here);
    assert!(send_from(server.port, STRANGER, &[CLAIRE, HUGO], &honest(1)).starts_with("250"), "{}", server.log());
    let delivered = server.waits_for(2);
    let sealed = delivered.iter().find(|text| text.contains("BEGIN PGP MESSAGE")).unwrap();
    assert!(sealed.contains(&format!("Delivered-To: {CLAIRE}")) && !sealed.contains("demain"), "{sealed}");
    assert!(claire.open(sealed).contains("Bonjour Claire, à demain. 1"));
    let clear = delivered.iter().find(|text| text.contains("demain")).unwrap();
    assert!(clear.contains(&format!("Delivered-To: {HUGO}")), "{clear}");

    // What is kept back and released goes the same way.
    assert!(send_from(server.port, STRANGER, &[CLAIRE], &trap(2, "b")).starts_with("250"));
    let listed = String::from_utf8(guard.run(&["mail", "quarantine", "list"]).stdout).unwrap();
    let id = listed.split_whitespace().next().unwrap().to_owned();
    let [key, config] = ["key", "vauban.toml"].map(|name| guard.path(name).display().to_string());
    let released = guard.run(&["mail", "quarantine", "release", &id, "--identity", &key, "--config", &config]);
    assert!(released.status.success(), "{released:?}");
    let delivered = server.waits_for(3);
    assert!(delivered.iter().all(|text| !text.contains("p.lnk")), "in clear");
}

#[test]
fn people_report_and_are_warned_through_a_server() {
    if !can_run() {
        return;
    }
    // Mail from this machine goes out: a webmail on it, say.
    let tables = "address = \"vauban@campagne.example\"\n[mail.outgoing]\nnetworks = [\"127.0.0.0/8\"]\nprivate = [\"maison.example\"]\n";
    let guard = Guard::start(tables);
    let server = Postfix::start(Some(guard.milter), Some(guard.release), &Delivers::Here);
    let report = format!(
        "From: Claire <{CLAIRE}>\nTo: vauban@campagne.example\nMessage-ID: <r1@campagne.example>\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n{}",
        trap(1, "piège")
    );
    let to = ["vauban@campagne.example"];
    assert!(send_from(server.port, CLAIRE, &to, &report).starts_with("250"), "{}", server.log());
    let answer = server.waits_for(1)[0].clone();
    assert!(
        answer.contains(&format!("Delivered-To: {CLAIRE}")) && answer.contains("In-Reply-To: <r1@campagne.example>"),
        "{answer}"
    );
    assert!(answer.contains("Auto-Submitted: auto-generated"), "{answer}");

    let forwarded =
        honest(2).replacen("From:", "X-Forwarded-For: hugo.bernard@campagne.example h@maison.example\nFrom:", 1);
    assert!(send_from(server.port, HUGO, &["h@maison.example"], &forwarded).starts_with("250"));
    let delivered = server.waits_for(2);
    assert!(delivered.iter().any(|text| text.contains(&format!("Delivered-To: {HUGO}"))), "{delivered:?}");
    let history = String::from_utf8(guard.run(&["mail", "history"]).stdout).unwrap();
    assert!(history.contains("hold") && history.contains("h@maison.example"), "{history}");
}

/// A Dovecot that does nothing but say whether a password is right.
struct PasswordChecker {
    folder: tempfile::TempDir,
    child: Child,
}

impl PasswordChecker {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display().to_string();
        fs::write(folder.path().join("users"), format!("{CLAIRE}:{{PLAIN}}{PASSWORD}\n")).unwrap();
        fs::write(
            folder.path().join("dovecot.conf"),
            format!(
                "base_dir = {at}/run\nstate_dir = {at}/state\nlog_path = {at}/log\nprotocols =\nssl = no\n\
                 disable_plaintext_auth = no\nauth_mechanisms = plain login\nmail_location = maildir:{at}/mail\n\
                 service anvil {{\n unix_listener anvil-auth-penalty {{\n mode = 0\n }}\n}}\n\
                 service auth {{\n unix_listener {at}/sasl {{\n mode = 0666\n }}\n}}\n\
                 passdb {{\n driver = passwd-file\n args = {at}/users\n}}\n\
                 userdb {{\n driver = static\n args = uid=65534 gid=65534 home={at}/mail\n}}\n"
            ),
        )
        .unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(folder.path(), open).unwrap();
        let child = Command::new("dovecot")
            .args(["-F", "-c"])
            .arg(folder.path().join("dovecot.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let checker = Self { folder, child };
        let is_there = (0..200).any(|_| {
            thread::sleep(Duration::from_millis(50));
            checker.folder.path().join("sasl").exists()
        });
        assert!(is_there, "{}", fs::read_to_string(checker.folder.path().join("log")).unwrap_or_default());
        checker
    }
}

impl Drop for PasswordChecker {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

#[test]
fn whoever_signs_in_sends_out_and_whoever_does_not_is_judged() {
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !can_run() {
        return;
    }
    if !has("dovecot") || !has("swaks") {
        assert!(std::env::var_os("CI").is_none(), "CI must not skip this");
        println!("skipped: signing in to send, which needs dovecot and swaks");
        return;
    }
    let guard =
        Guard::start("address = \"vauban@campagne.example\"\n[mail.outgoing]\nprivate = [\"maison.example\"]\n");
    let checker = PasswordChecker::start();
    let sasl = format!(
        "smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = {}/sasl\n\
         smtpd_relay_restrictions = permit_sasl_authenticated, permit_mynetworks, reject\n",
        checker.folder.path().display()
    );
    let server = Postfix::start_with(Some(guard.milter), Some(guard.release), &Delivers::Here, &sasl);
    let swaks = |arguments: &[&str]| {
        let server = format!("127.0.0.1:{}", server.port);
        let sent = Command::new("swaks").args(["--server", &server, "--hide-all"]).args(arguments).output().unwrap();
        assert!(sent.status.success(), "{sent:?} {}", guard.log());
    };
    let (auth, user) = (["--auth", "PLAIN", "--auth-password", PASSWORD], ["--auth-user", CLAIRE]);
    let sign_in = [&auth[..], &user[..]].concat();
    // To the guard, as an attachment; the stranger's mail inside is a trap.
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.eml");
    let text = format!(
        "From: Claire <{CLAIRE}>\nTo: vauban@campagne.example\nMessage-ID: <r1@campagne.example>\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n{}",
        trap(1, "x")
    );
    fs::write(&report, text).unwrap();
    let data = format!("@{}", report.display());
    swaks(&[&["--from", CLAIRE, "--to", "vauban@campagne.example", "--data", &data], &sign_in[..]].concat());
    assert!(server.waits_for(1)[0].contains("Votre signalement") || server.delivered()[0].contains("Your report"));
    // The same without signing in is refused.
    let address = format!("127.0.0.1:{}", server.port);
    let refused = Command::new("swaks")
        .args(["--server", &address, "--from", CLAIRE, "--to", "vauban@campagne.example", "--data", &data])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&refused.stdout).contains("550 5.7.1"), "{refused:?}");

    // Documents for oneself at home: they leave, with a word.
    let budget = folder.path().join("budget.pdf");
    fs::write(&budget, "%PDF-1.4\n").unwrap();
    let budget = format!("@{}", budget.display());
    let home = ["--from", CLAIRE, "--to", "clairemartin@maison.example", "--attach-type", "application/pdf"];
    let attach = ["--attach-name", "budget.pdf", "--attach", &budget];
    swaks(&[&home[..], &attach[..], &sign_in[..]].concat());
    let history = String::from_utf8(guard.run(&["mail", "history"]).stdout).unwrap();
    assert!(history.contains("warn") && history.contains("own-private-mailbox"), "{history}");
    server.waits_for(2);
}

#[test]
fn a_hundred_megabytes_pass_flagged_and_whole() {
    if !can_run() {
        return;
    }
    let guard = Guard::start("");
    let server = Postfix::start(Some(guard.milter), Some(guard.release), &Delivers::Here);
    let line = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n";
    let large = honest(1) + &line.repeat((100 << 20) / line.len());
    assert!(send_from(server.port, STRANGER, &[CLAIRE], &large).starts_with("250"), "{}", server.log());
    let delivered = &server.waits_for(1)[0];
    assert!(delivered.contains("X-Vauban-Verdict: flag") && delivered.contains("too-large"), "{}", &delivered[..600]);
    assert!(delivered.len() > 100 << 20, "{}", delivered.len());
    // The guard held what it may hold, and not more.
    let status = fs::read_to_string(format!("/proc/{}/status", guard.pid())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.split_whitespace().next().unwrap().parse().unwrap();
    println!("peak of the guard's own process: {} MiB", peak >> 10);
    assert!(peak < 300 << 10, "{peak} KiB");
}
