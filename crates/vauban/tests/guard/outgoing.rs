//! Work and private apart: what leaves, what its sender is told, and what does not leave.

use crate::{
    door::Door,
    milter::{Client, honest},
    process::Guard,
};

const HUGO: &str = "hugo.bernard@campagne.example";
const TABLES: &str =
    "address = \"vauban@campagne.example\"\nlanguages = [\"en\"]\n[mail.outgoing]\nprivate = [\"maison.example\"]\n";

fn from_hugo(to: &str) -> String {
    honest(1)
        .replace("Association <contact@lumiere.test>", &format!("Hugo Bernard <{HUGO}>"))
        .replace("claire.martin@campagne.example", to)
}

fn with_document(message: &str) -> String {
    message.replacen(
        "\n\n",
        "\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/pdf; name=budget.pdf\n\n%PDF-1.4\n--b\n\n",
        1,
    ) + "--b--\n"
}

#[test]
fn documents_for_a_private_mailbox_leave_with_a_word_to_their_sender() {
    let guard = Guard::start(TABLES);
    let door = Door::open(guard.release);
    let mut client = Client::ready(guard.milter);
    let to = "hugobernard@maison.example";
    assert_eq!(client.outgoing(HUGO, &[to], &from_hugo(to)).unwrap().last, 'c', "a note is no document");
    assert_eq!(client.outgoing(HUGO, &[to], &with_document(&from_hugo(to))).unwrap().last, 'c');
    let told = &door.waits_for(1)[0];
    assert_eq!(told.envelope, ["MAIL FROM:<>", &format!("RCPT TO:<{HUGO}>")]);
    let words = told.words();
    assert!(words.contains("Documents of work leave for your own private address"), "{words}");
    assert!(told.text().contains("In-Reply-To: <1@lumiere.test>"), "{}", told.text());

    let claire = "claire.martin@gmail.com";
    guard.configure(TABLES, ", { name = \"Claire Martin\", address = \"claire.martin@campagne.example\" }");
    guard.signal("HUP");
    assert!(guard.waits_for(|guard| guard.metric("vauban_reloads_total{outcome=\"done\"}") > 0.0));
    assert_eq!(client.outgoing(HUGO, &[claire], &from_hugo(claire)).unwrap().last, 'c');
    assert!(door.waits_for(2)[1].words().contains("a colleague's private mailbox"));
    assert!((guard.metric("vauban_mail_messages_total{verdict=\"warn\"}") - 2.0).abs() < f64::EPSILON);
}

#[test]
fn what_a_server_forwards_does_not_leave_until_somebody_else_says_so() {
    let mut guard = Guard::start(TABLES);
    let door = Door::open(guard.release);
    let to = "anybody@gmail.com";
    let forwarded = honest(7).replacen("From:", "X-Sieve-Redirected-From: hugo.bernard@campagne.example\nFrom:", 1);
    assert_eq!(Client::ready(guard.milter).outgoing(HUGO, &[to], &forwarded).unwrap().last, 'd');
    let words = door.waits_for(1)[0].words();
    assert!(words.contains("has not left") || words.contains("kept back"), "{words}");
    assert!(words.contains("call your IT lead at once"), "{words}");

    let listed = String::from_utf8(guard.run(&["mail", "quarantine", "list"]).stdout).unwrap();
    assert!(listed.contains("auto-forward") && listed.contains(to), "{listed}");
    let id = listed.split_whitespace().next().unwrap().to_owned();
    let [key, config] = ["key", "vauban.toml"].map(|name| guard.path(name).display().to_string());
    let released = guard.run(&["mail", "quarantine", "release", &id, "--identity", &key, "--config", &config]);
    assert!(released.status.success(), "{released:?}");
    let left = &door.waits_for(2)[1];
    assert_eq!(left.envelope, [&format!("MAIL FROM:<{HUGO}>"), "RCPT TO:<anybody@gmail.com>"]);
    assert_eq!(left.text(), forwarded.replace('\n', "\r\n"));
    guard.end();
}

#[test]
fn a_policy_that_allows_lets_all_of_it_pass() {
    let guard = Guard::start(&format!("{TABLES}auto_forward = \"allow\"\nown_private_mailbox = \"allow\"\n"));
    let door = Door::open(guard.release);
    let to = "hugobernard@maison.example";
    let forwarded = with_document(&from_hugo(to)).replacen("From:", "X-Forwarded-For: a b\nFrom:", 1);
    assert_eq!(Client::ready(guard.milter).outgoing(HUGO, &[to], &forwarded).unwrap().last, 'c');
    assert!(door.taken().is_empty());
    let history = String::from_utf8(guard.run(&["mail", "history"]).stdout).unwrap();
    assert!(history.contains("outgoing") && history.contains("auto-forward"), "{history}");
}
