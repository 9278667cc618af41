//! What every sensor owes, asked of the filter of mail.

use std::{fs, process::Command};

use crate::{
    milter::{Client, doubtful, honest, trap},
    process::Guard,
};

#[test]
fn messages_are_delivered_flagged_and_kept_back() {
    let guard = Guard::start("");
    let mut client = Client::ready(guard.milter);
    let answer = client.message(&honest(1)).unwrap();
    assert_eq!((answer.verdict().as_str(), answer.last), ("deliver", 'c'));

    let answer = client.message(&doubtful(2)).unwrap();
    assert_eq!((answer.verdict().as_str(), answer.last), ("flag", 'c'));
    assert!(answer.inserted.iter().any(|field| field == "X-Vauban-Reasons: staff-name-outside=5"), "{answer:?}");

    assert_eq!(client.message(&trap(3, "a")).unwrap().last, 'd');

    // What claims to be the filter's word is taken out.
    let forged = honest(4).replacen("From:", "X-Vauban-Verdict: deliver\nx-vauban-verdict: deliver\nFrom:", 1);
    let answer = client.message(&forged).unwrap();
    assert_eq!(answer.deleted, ["X-Vauban-Verdict", "X-Vauban-Verdict"]);
    assert_eq!(answer.inserted.len(), 1);

    for (verdict, number) in [("deliver", 2.0), ("flag", 1.0), ("quarantine", 1.0)] {
        let counted = guard.metric(&format!("vauban_mail_messages_total{{verdict=\"{verdict}\"}}"));
        assert!((counted - number).abs() < f64::EPSILON, "{verdict}: {counted}");
    }
    let log = guard.log();
    assert!(log.contains("\"fail_policy\":\"Closed\""), "the fail policy is declared: {log}");
    assert!(!log.contains("Hugo") && !log.contains("Bonjour"), "nothing of a message is logged: {log}");
}

#[test]
fn the_same_message_gets_the_same_verdict_before_and_after_a_restart() {
    let mut guard = Guard::start("");
    let judge = |guard: &Guard| Client::ready(guard.milter).message(&doubtful(1)).unwrap();
    let first = judge(&guard);
    assert_eq!(judge(&guard), first);
    guard.kill();
    guard.begin();
    assert_eq!(judge(&guard), first);
    guard.end();
}

#[test]
fn a_changed_configuration_is_taken_and_a_wrong_one_is_not() {
    let guard = Guard::start("");
    let from_nadia = honest(1).replace("Association <contact@lumiere.test>", "Nadia Roux <nr@gmail.com>");
    let mut client = Client::ready(guard.milter);
    assert_eq!(client.message(&from_nadia).unwrap().verdict(), "deliver");

    // A message that is half told when the configuration changes is finished.
    let mut half = Client::ready(guard.milter);
    half.begin(&honest(2));
    guard.configure("", ", { name = \"Nadia Roux\", address = \"nadia.roux@campagne.example\" }");
    guard.signal("HUP");
    assert!(guard.waits_for(|guard| guard.metric("vauban_reloads_total{outcome=\"done\"}") > 0.0), "{}", guard.log());
    half.send(b'E', b"");
    assert_eq!(half.answer().unwrap().verdict(), "deliver");
    // On a new connection, and on one that was there before.
    assert_eq!(Client::ready(guard.milter).message(&from_nadia).unwrap().verdict(), "flag");
    assert_eq!(client.message(&from_nadia).unwrap().verdict(), "flag");

    fs::write(guard.path("vauban.toml"), "[mial]\n").unwrap();
    guard.signal("HUP");
    assert!(guard.waits_for(|guard| guard.metric("vauban_reloads_total{outcome=\"failed\"}") > 0.0));
    assert!(guard.log().contains("did you mean"), "{}", guard.log());
    assert_eq!(Client::ready(guard.milter).message(&from_nadia).unwrap().verdict(), "flag");
}

#[test]
fn strangers_and_invented_conversations_are_told_and_a_restart_forgets_nobody() {
    let mut guard = Guard::start("learning_days = 0");
    let answer = Client::ready(guard.milter).message(&honest(1)).unwrap();
    assert_eq!(answer.inserted, ["X-Vauban-Verdict: deliver; score=1"], "a first contact");
    guard.kill();
    guard.begin();
    let answer = Client::ready(guard.milter).message(&honest(2)).unwrap();
    assert_eq!(answer.inserted, ["X-Vauban-Verdict: deliver; score=0"], "known now");

    let invented = "In-Reply-To: <never-sent@campagne.example>\nFrom:";
    let answer = Client::ready(guard.milter).message(&honest(3).replacen("From:", invented, 1)).unwrap();
    assert_eq!(answer.verdict(), "deliver");
    let stranger = honest(4).replace("contact@lumiere.test", "contact@obscur.test").replacen("From:", invented, 1);
    let answer = Client::ready(guard.milter).message(&stranger).unwrap();
    assert_eq!(answer.verdict(), "flag");
    assert!(answer.inserted[0].contains("unknown-thread=3.5 first-contact=1"), "{answer:?}");
}

#[test]
fn readers_that_die_are_replaced_and_no_message_is_lost() {
    let guard = Guard::start("");
    let mut client = Client::ready(guard.milter);
    for number in 0..10 {
        // The readers are the children of the template, which is the guard's child.
        let template = children(guard.pid());
        for reader in template.iter().flat_map(|template| children(*template)) {
            let _ = Command::new("kill").args(["-9", &reader.to_string()]).status();
        }
        let answer = client.message(&doubtful(number)).unwrap();
        assert_eq!(answer.verdict(), "flag", "{answer:?} {}", guard.log());
    }
}

#[test]
fn a_guard_that_is_told_to_end_finishes_what_it_began() {
    let mut guard = Guard::start("");
    let mut client = Client::ready(guard.milter);
    client.begin(&doubtful(1));
    // Until it has begun to arrive, its sender still has all of it.
    std::thread::sleep(std::time::Duration::from_millis(500));
    guard.signal("TERM");
    client.send(b'E', b"");
    assert_eq!(client.answer().unwrap().verdict(), "flag");
    drop(client);
    guard.end_after_signal();
}

/// The children of a process.
fn children(pid: u32) -> Vec<u32> {
    let told = Command::new("ps").args(["--no-headers", "-o", "pid", "--ppid", &pid.to_string()]).output().unwrap();
    String::from_utf8(told.stdout).unwrap().split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}
