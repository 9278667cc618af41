//! Databases of phones, made here with the schemas of their programs.

use rusqlite::Connection;

use super::super::Sqlite;
use crate::testing::{Transcript, read};

fn database(sql: &str) -> Transcript {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(sql).unwrap();
    let bytes = connection.serialize("main").unwrap().to_vec();
    let (result, transcript) = read(&Sqlite, "x.db", &bytes);
    assert!(result.is_ok(), "{result:?}");
    transcript
}

/// The line of the transcript that holds all of these words, but for that of the raw bytes.
fn line(transcript: &Transcript, words: &[&str]) -> String {
    let lines: Vec<&str> = transcript
        .text
        .lines()
        .filter(|line| !line.contains("SQLite format 3") && words.iter().all(|word| line.contains(word)))
        .collect();
    assert_eq!(lines.len(), 1, "{words:?}: {}", transcript.text);
    lines[0].to_owned()
}

#[test]
fn a_message_that_came_in_was_received_and_one_that_went_out_was_not() {
    let transcript = database(
        "CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT);
         CREATE TABLE message (ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, handle_id INTEGER, date INTEGER,
             is_from_me INTEGER);
         CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY, guid TEXT, created_date INTEGER, filename TEXT,
             transfer_name TEXT, is_outgoing INTEGER);
         INSERT INTO handle VALUES (1, 'spy@evil.example');
         INSERT INTO message VALUES (1, 'a', 'see http://evil.example/in', 1, 600000000000000000, 0);
         INSERT INTO message VALUES (2, 'b', 'see http://evil.example/out', 1, 600000000, 1);
         INSERT INTO attachment VALUES (1, 'c', 600000000, '~/Library/SMS/Attachments/00/evil.gif', 'evil.gif', 0);",
    );
    let received = line(&transcript, &["passage", "evil.example/in"]);
    assert!(received.contains("Some(Received), at: Some(2020-01-06T10:40:00Z)"), "{received}");
    assert!(received.contains("handle: spy@evil.example"), "{received}");
    let sent = line(&transcript, &["passage", "evil.example/out"]);
    assert!(sent.contains("exposure: None, at: Some(2020-01-06T10:40:00Z)"), "{sent}");
    line(&transcript, &["observable file-path \"~/Library/SMS/Attachments/00/evil.gif\"", "Received"]);
}

#[test]
fn messages_of_android_and_whatsapp() {
    let transcript = database(
        "CREATE TABLE sms (_id INTEGER PRIMARY KEY, address TEXT, date INTEGER, type INTEGER, body TEXT);
         CREATE TABLE pdu (_id INTEGER PRIMARY KEY, date INTEGER, msg_box INTEGER);
         CREATE TABLE part (_id INTEGER PRIMARY KEY, mid INTEGER, ct TEXT, text TEXT);
         CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, ZISFROMME INTEGER, ZMESSAGEDATE REAL, ZTEXT TEXT);
         CREATE TABLE ZWAMESSAGEDATAITEM (Z_PK INTEGER PRIMARY KEY, ZMESSAGE INTEGER, ZCONTENT1 TEXT);
         INSERT INTO sms VALUES (1, '+33600000000', 1578307200000, 1, 'sms-in.example');
         INSERT INTO sms VALUES (2, '+33600000000', 1578307200000, 2, 'sms-out.example');
         INSERT INTO pdu VALUES (5, 1578307200, 1);
         INSERT INTO part VALUES (1, 5, 'text/plain', 'mms-in.example');
         INSERT INTO part VALUES (2, 6, 'text/plain', 'mms-unknown.example');
         INSERT INTO ZWAMESSAGE VALUES (1, 0, 600000000.5, 'whatsapp-in.example');
         INSERT INTO ZWAMESSAGE VALUES (2, 1, 600000000.5, 'whatsapp-out.example');
         INSERT INTO ZWAMESSAGEDATAITEM VALUES (1, 1, 'preview-in.example');
         INSERT INTO ZWAMESSAGEDATAITEM VALUES (2, 2, 'preview-out.example');",
    );
    for (word, wanted) in [
        ("sms-in", "Some(Received), at: Some(2020-01-06T10:40:00Z)"),
        ("sms-out", "exposure: None"),
        ("mms-in", "Some(Received), at: Some(2020-01-06T10:40:00Z)"),
        ("mms-unknown", "exposure: None, at: None"),
        ("whatsapp-in", "Some(Received), at: Some(2020-01-06T10:40:00Z)"),
        ("whatsapp-out", "exposure: None"),
        ("preview-in", "Some(Received)"),
        ("preview-out", "exposure: None"),
    ] {
        let line = line(&transcript, &["passage", word]);
        assert!(line.contains(wanted), "{word}: {line}");
    }
}

#[test]
fn a_process_that_used_the_network_ran() {
    let transcript = database(
        "CREATE TABLE ZPROCESS (Z_PK INTEGER PRIMARY KEY, ZTIMESTAMP REAL, ZPROCNAME TEXT, ZBUNDLENAME TEXT);
         CREATE TABLE access (service TEXT, client TEXT, client_type INTEGER, last_modified INTEGER);
         INSERT INTO ZPROCESS VALUES (1, 600000000, 'evild/com.evil.agent', 'com.evil.agent');
         INSERT INTO ZPROCESS VALUES (2, NULL, 'quietd', NULL);
         INSERT INTO access VALUES ('kTCCServiceMicrophone', '/usr/libexec/eard', 1, 1578307200);",
    );
    for (word, wanted) in [
        ("process-name \"evild\"", "Some(Executed), at: Some(2020-01-06T10:40:00Z)"),
        ("app-id \"com.evil.agent\"", "Some(Executed)"),
        ("process-name \"quietd\"", "Some(Executed), at: None"),
        ("process-name \"eard\"", "Some(Executed), at: Some(2020-01-06T10:40:00Z)"),
        ("file-path \"/usr/libexec/eard\"", "Some(Executed)"),
    ] {
        let line = line(&transcript, &["observable", word]);
        assert!(line.contains(wanted), "{word}: {line}");
    }
}

#[test]
fn a_page_of_safari_was_visited_and_a_file_of_a_backup_lies_where_it_lay() {
    let transcript = database(
        "CREATE TABLE history_items (id INTEGER PRIMARY KEY, url TEXT);
         CREATE TABLE history_visits (id INTEGER PRIMARY KEY, history_item INTEGER, visit_time REAL);
         CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
         INSERT INTO history_items VALUES (1, 'http://visited.example/'), (2, 'http://never.example/');
         INSERT INTO history_visits VALUES (1, 1, 600000000);
         INSERT INTO Files VALUES ('00', 'RootDomain', 'Library/evil.plist', 1, X'25504446');
         INSERT INTO Files VALUES ('01', 'AppDomain-com.evil.app', 'Documents/x.db', 1, NULL);",
    );
    assert!(line(&transcript, &["visited.example"]).contains("Contacted"));
    assert!(line(&transcript, &["never.example"]).contains("exposure: None"));
    line(&transcript, &["observable file-path \"/private/var/root/Library/evil.plist\""]);
    line(&transcript, &["observable file-name \"evil.plist\""]);
    line(&transcript, &["observable app-id \"com.evil.app\""]);
}

#[test]
fn a_table_with_a_known_name_and_other_columns_says_nothing() {
    let transcript = database(
        "CREATE TABLE message (guid TEXT, text TEXT); CREATE TABLE access (client TEXT);
         INSERT INTO message VALUES ('a', 'plain.example'); INSERT INTO access VALUES ('com.plain.app');",
    );
    assert!(line(&transcript, &["plain.example"]).contains("exposure: None"));
    assert_eq!(transcript.observables.len(), 0);
}
