//! What people ask of the guard by mail: to look at a message, and to get one that was kept back.

use crate::{
    door::Door,
    milter::{Client, doubtful, honest, trap},
    process::Guard,
};

const DESK: &str = "vauban@campagne.example";
const TABLES: &str = "address = \"vauban@campagne.example\"\nlanguages = [\"fr\", \"en\"]\n";
const CLAIRE: &str = "claire.martin@campagne.example";

/// A message that carries another one as an attachment.
fn forwarding(message: &str) -> String {
    format!(
        "From: Claire Martin <{CLAIRE}>\nTo: {DESK}\nSubject: Fwd: bizarre\nMessage-ID: <r1@campagne.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=f\n\n--f\nContent-Type: text/plain\n\nEst-ce vrai ?\n--f\nContent-Type: message/rfc822\n\n{message}\n--f--\n"
    )
}

fn with_link(number: usize) -> String {
    doubtful(number).replace("à demain.", "à demain. https://login.piege-campagne.test/compte?id=42")
}

#[test]
fn a_reported_mail_is_answered_confirmed_and_found_in_the_past() {
    let mut guard = Guard::start(TABLES);
    let door = Door::open(guard.release);
    let mut client = Client::ready(guard.milter);
    // It reached somebody before anybody knew.
    let before = honest(5).replace("à demain.", "https://piege-campagne.test/");
    assert_eq!(client.message(&before).unwrap().verdict(), "deliver");

    assert_eq!(client.outgoing(CLAIRE, &[DESK], &forwarding(&with_link(6))).unwrap().last, 'd');
    let answer = &door.waits_for(1)[0];
    assert_eq!(answer.envelope, ["MAIL FROM:<>", &format!("RCPT TO:<{CLAIRE}>")]);
    let words = answer.words();
    for part in ["Ce message est suspect", "This message is suspicious", "Hugo Bernard", "avoir signalé"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert!(!words.contains("http://") && !words.contains("https://"), "the answer links to nothing: {words}");

    let listed = String::from_utf8(guard.run(&["mail", "reports", "list"]).stdout).unwrap();
    for part in ["flag (", CLAIRE, "- login.piege-campagne.test", "- https://login.piege-campagne.test/compte\n"] {
        assert!(listed.contains(part), "{part}: {listed}");
    }
    assert!(!listed.contains("id=42"), "a query may say who was written to: {listed}");
    let id = listed.split_whitespace().next().unwrap().to_owned();
    let confirmed = guard.run(&["mail", "reports", "confirm", &id, "login.piege-campagne.test"]);
    assert!(confirmed.status.success(), "{confirmed:?}");
    let told = String::from_utf8(confirmed.stdout).unwrap();
    assert!(told.contains("no message of the past"), "the other one has another host: {told}");

    // It counts from the next message on, without anybody asking for it.
    let reloaded = |guard: &Guard| guard.metric("vauban_reloads_total{outcome=\"done\"}") > 0.0;
    assert!(guard.waits_for(reloaded), "{}", guard.log());
    let again = honest(8).replace("à demain.", "https://login.piege-campagne.test/");
    let answer = Client::ready(guard.milter).message(&again).unwrap();
    assert_eq!(answer.last, 'd', "{answer:?}");

    // The past is asked for by anybody who has the state, by host and by the name above it.
    let past = |value: &str| String::from_utf8(guard.run(&["mail", "history", value]).stdout).unwrap();
    assert!(past("piege-campagne.test").contains("5@lumiere.test"));
    assert!(!past("login.piege-campagne.test").contains("5@lumiere.test"));
    assert!(past("elsewhere.test").is_empty());
    let verified = guard.run(&["record", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
    guard.end();
}

#[test]
fn strangers_and_programs_are_not_answered() {
    let guard = Guard::start(TABLES);
    let door = Door::open(guard.release);
    let mut client = Client::ready(guard.milter);
    let stranger = client.incoming(&[DESK], &forwarding(&with_link(1))).unwrap();
    assert!(stranger.words.starts_with("550 5.7.1"), "{stranger:?}");
    let automatic = forwarding(&with_link(1)).replacen("Subject:", "Auto-Submitted: auto-replied\nSubject:", 1);
    assert_eq!(client.outgoing(CLAIRE, &[DESK], &automatic).unwrap().last, 'd');
    // Signed in, but writing in the name of somebody elsewhere: the answer would go there.
    assert_eq!(client.outgoing("victim@elsewhere.test", &[DESK], &forwarding(&with_link(1))).unwrap().last, 'd');
    // Not as an attachment: the answer says how.
    let plain = honest(2).replace("Association <contact@lumiere.test>", &format!("Claire <{CLAIRE}>"));
    assert_eq!(client.outgoing(CLAIRE, &[DESK], &plain).unwrap().last, 'd');
    let answers = door.waits_for(1);
    assert_eq!(answers.len(), 1);
    assert!(answers[0].words().contains("Forward it as an attachment"), "{}", answers[0].words());
    // With others among the readers, those get it.
    let mixed = client.outgoing(CLAIRE, &[DESK, "hugo.bernard@campagne.example"], &forwarding(&with_link(3))).unwrap();
    assert_eq!((mixed.last, mixed.removed), ('c', vec![format!("<{DESK}>")]));
    door.waits_for(2);
}

/// An answer of somebody to a word of the guard's, as a mail program writes one.
fn answer_to(word: &str, sender: &str) -> String {
    let id = word.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().trim();
    assert!(id.starts_with("<ask-"), "{id}");
    honest(9).replace("contact@lumiere.test", sender).replacen("Subject:", &format!("In-Reply-To: {id}\nSubject:"), 1)
}

#[test]
fn readers_are_told_what_is_kept_back_and_ask_for_it() {
    // The key lies beside the configuration for this test only.
    let mut guard = Guard::prepare_with(TABLES, "release_by = \"reader\"\nkey_file = \"FOLDER/key\"\n");
    guard.begin();
    let door = Door::open(guard.release);
    let mut client = Client::ready(guard.milter);
    // Heavy by the sum of its reasons, none of which decides alone.
    let message = doubtful(1)
        .replace("à demain.", "votre mot de passe expire, urgent : https://bit.ly/abc https://203.0.113.7/login");
    let answer = client.message(&message).unwrap();
    assert_eq!(answer.last, 'd', "{answer:?}");
    let digest = door.waits_for(1)[0].clone();
    assert_eq!(digest.envelope, ["MAIL FROM:<>", &format!("RCPT TO:<{CLAIRE}>")]);
    let words = digest.words();
    assert!(words.contains("sender@lumiere[.]test") && words.contains("answer this mail"), "{words}");
    // A colleague who was forwarded the word does not get another's mail; that somebody asks is noted.
    let hugo = "hugo.bernard@campagne.example";
    assert_eq!(client.outgoing(hugo, &[DESK], &answer_to(&digest.text(), hugo)).unwrap().last, 'd');
    assert!(door.waits_for(2)[1].words().contains("second person"));
    assert_eq!(client.outgoing(CLAIRE, &[DESK], &answer_to(&digest.text(), CLAIRE)).unwrap().last, 'd');
    let given = &door.waits_for(3)[2];
    assert_eq!(given.envelope, ["MAIL FROM:<sender@lumiere.test>", &format!("RCPT TO:<{CLAIRE}>")]);
    assert_eq!(given.text(), message.replace('\n', "\r\n"), "byte by byte");
    // Once: whoever asks again hears that it is no longer there.
    assert_eq!(client.outgoing(CLAIRE, &[DESK], &answer_to(&digest.text(), CLAIRE)).unwrap().last, 'd');
    assert!(door.waits_for(4)[3].words().contains("no longer there"));
    let listed = String::from_utf8(guard.run(&["mail", "quarantine", "list", "--all"]).stdout).unwrap();
    assert!(listed.contains("released"), "{listed}");

    // What decides alone needs a second person, whatever the policy says.
    let trapped = Client::ready(guard.milter).incoming(&[hugo], &trap(2, "x")).unwrap();
    assert_eq!(trapped.last, 'd');
    let digest = door.waits_for(5)[4].clone();
    assert_eq!(client.outgoing(hugo, &[DESK], &answer_to(&digest.text(), hugo)).unwrap().last, 'd');
    assert!(door.waits_for(6)[5].words().contains("second person"));
    let listed = String::from_utf8(guard.run(&["mail", "quarantine", "list"]).stdout).unwrap();
    assert!(listed.contains(&format!("asked for by {hugo}")), "{listed}");
    let verified = guard.run(&["record", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
    guard.end();
}
