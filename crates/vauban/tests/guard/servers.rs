//! What people notice of the guard, with a real mail server between: banners, encrypted copies, answers and words.

use crate::{
    encryption::{Reader, keys},
    milter::{doubtful, honest, trap},
    postfix::{Delivers, Postfix, can_run, send_from},
    process::Guard,
};

const CLAIRE: &str = "claire.martin@campagne.example";
const HUGO: &str = "hugo.bernard@campagne.example";
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
