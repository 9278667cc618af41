//! Tests of the mail reader.

use vauban_model::{Location, Reason};

use super::*;
use crate::testing::{Transcript, read};

fn mail(text: &str) -> Transcript {
    let (result, transcript) = read(&Mail, "a.eml", text.as_bytes());
    result.unwrap();
    transcript
}

#[test]
fn fixtures_read_as_expected() {
    crate::testing::check_fixtures(&Mail);
}

#[test]
fn broken_structures_hide_nothing() {
    let head = "From: a@b.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n";
    for (what, body) in [
        ("no delimiter at all", "http://evil.example/1\n"),
        ("another delimiter", "--c\n\nhttp://evil.example/1\n--c--\n"),
        ("no closing delimiter", "--b\n\nhttp://evil.example/1\n"),
        ("preamble", "http://evil.example/1\n--b\n\nx\n--b--\n"),
        ("epilogue", "--b\n\nx\n--b--\nhttp://evil.example/1\n"),
        ("no blank line", "--b\nhttp://evil.example/1\n--b--\n"),
        ("part cut in its header", "--b\nContent-Type: text/plain; name=http://evil.example/1"),
        ("NULs", "--b\n\n\0http://evil.example/1\0\n--b--\n"),
        (
            "inner multipart without parts",
            "--b\nContent-Type: multipart/alternative; boundary=zz\n\nhttp://evil.example/1\n--b--\n",
        ),
        (
            "junk in base64",
            "--b\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nhttp://evil.example/1\n!!\n--b--\n",
        ),
        (
            "base64, then clear text",
            "--b\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\naGk=\n-- \nhttp://evil.example/1\n--b--\n",
        ),
        (
            "unknown encoding",
            "--b\nContent-Type: text/plain\nContent-Transfer-Encoding: x-rot\n\nhttp://evil.example/1\n--b--\n",
        ),
        ("utf-16 that is none", "--b\nContent-Type: text/plain; charset=utf-16\n\nhttp://evil.example/1\n--b--\n"),
        ("unknown charset", "--b\nContent-Type: text/plain; charset=x-none\n\nhttp://evil.example/1\n--b--\n"),
        ("nested message without header", "--b\nContent-Type: message/rfc822\n\n\nhttp://evil.example/1\n--b--\n"),
    ] {
        let transcript = mail(&format!("{head}{body}"));
        let inside_children = transcript
            .children
            .iter()
            .any(|(_, bytes)| memchr::memmem::find(bytes, b"http://evil.example/1").is_some());
        let found = inside_children || transcript.passages.iter().any(|text| text.contains("http://evil.example/1"));
        assert!(found, "{what}: {}", transcript.text);
    }
}

#[test]
fn carriage_returns_alone_still_show_the_text() {
    let transcript = mail("From: a@b.example\rSubject: x\r\rhttp://evil.example/1\r");
    assert!(transcript.text.contains("http://evil.example/1"));
}

#[test]
fn bodies_are_decoded_and_say_how() {
    let transcript = mail(
        "From: a@b.example\nTo: c@d.example\nContent-Transfer-Encoding: quoted-printable\n\nhttp://evil=\n.example/=3Fx\n",
    );
    assert!(
        transcript.text.contains(r#"how ["quoted-printable"]"#) && transcript.text.contains("http://evil.example/?x"),
        "{}",
        transcript.text
    );
    let coded = data_encoding::BASE64.encode("<a href='http://evil.example/2'>x</a>".as_bytes());
    let transcript = mail(&format!(
        "From: a@b.example\nTo: c@d.example\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n{coded}\n"
    ));
    assert!(
        transcript.text.contains(r#"how ["base64"]"#) && transcript.text.contains("http://evil.example/2"),
        "{}",
        transcript.text
    );
}

#[test]
fn charsets_are_decoded() {
    for (charset, bytes, wanted) in [
        ("iso-8859-1", &b"\xe9t\xe9"[..], "été"),
        ("windows-1252", b"\x93x\x94", "“x”"),
        ("koi8-r", b"\xd0\xd2\xc9\xd7\xc5\xd4", "привет"),
        ("iso-2022-jp", b"\x1b$B%F%9%H\x1b(B evil.example", "テスト evil.example"),
        ("utf-16le", b"e\0v\0i\0l\0.\0e\0x\0", "evil.ex"),
        ("utf-7", b"evil+AC4-example", "evil.example"),
        ("", b"\xe9vil.example", "évil.example"),
    ] {
        let mut message =
            format!("From: a@b.example\nTo: c@d.example\nContent-Type: text/plain; charset={charset}\n\n").into_bytes();
        message.extend_from_slice(bytes);
        let (_, transcript) = read(&Mail, "a.eml", &message);
        assert!(transcript.passages.iter().any(|text| text.contains(wanted)), "{charset}: {}", transcript.text);
    }
}

#[test]
fn attachments_and_messages_are_children_under_their_names() {
    let transcript = mail(
        "From: a@b.example\nTo: c@d.example\nContent-Type: multipart/mixed; boundary=b\n\n\
         --b\nContent-Type: application/zip; name=\"../../invoice.zip\"\nContent-Transfer-Encoding: base64\n\nUEsDBA==\n\
         --b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename*0*=utf-8''r%C3%A9; filename*1=sum.doc\n\nabc\n\
         --b\nContent-Type: image/png\n\nxyz\n\
         --b\nContent-Type: message/rfc822\n\nSubject: inner\nFrom: x@y.example\n\ninner text\n\
         --b--\n",
    );
    let segments: Vec<_> = transcript.children.iter().map(|(segment, _)| segment.as_str()).collect();
    assert_eq!(segments, ["invoice.zip", "résum.doc", "part 3", "message 1"]);
    assert_eq!(transcript.children[0].1, b"PK\x03\x04");
    assert_eq!(transcript.children[3].1, b"Subject: inner\nFrom: x@y.example\n\ninner text");
}

#[test]
fn encrypted_mail_is_announced() {
    let transcript = mail(
        "From: a@b.example\nTo: c@d.example\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\
         Content-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHA6CA\n",
    );
    assert_eq!(transcript.unread, [("smime.p7m".to_owned(), Reason::Encrypted)]);
    let transcript = mail(
        "From: a@b.example\nTo: c@d.example\nContent-Type: multipart/encrypted; boundary=b; protocol=\"application/pgp-encrypted\"\n\n\
         --b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\
         --b\nContent-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\n--b--\n",
    );
    assert_eq!(transcript.unread, [("encrypted.asc".to_owned(), Reason::Encrypted)]);
}

#[test]
fn files_in_plain_text_are_children() {
    let transcript =
        mail("From: a@b.example\nTo: c@d.example\n\nsee evil.example\nbegin 644 cat.txt\n#0V%T\n`\nend\nbye\n");
    assert_eq!(transcript.children, [("cat.txt".to_owned(), b"Cat".to_vec())]);
    assert!(transcript.text.contains("see evil.example") && transcript.text.contains("bye"));
}

#[test]
fn a_folded_address_in_a_calendar_is_made_whole() {
    let transcript =
        mail("From: a@b.example\nTo: c@d.example\nContent-Type: text/calendar\n\nURL:http://ev\n il.example/x\n");
    assert!(transcript.text.contains("http://evil.example/x"), "{}", transcript.text);
}

#[test]
fn the_date_and_the_exposure_are_the_message_s() {
    let transcript = mail("From: a@b.example\nDate: Sat, 19 Mar 2016 04:34:30 -0400\n\nx evil.example\n");
    assert!(
        transcript.text.contains("2016-03-19T08:34:30Z") && transcript.text.contains("Received"),
        "{}",
        transcript.text
    );
}

#[test]
fn other_ways_to_keep_a_message_are_recognised() {
    let location = Location::file("x");
    for (name, bytes, wanted) in [
        ("1.emlx", &b"42      \nReceived: x\nSubject: y\n\nz\n<?xml?>"[..], true),
        ("1543.M1P1.host:2,S", b"Return-Path: <a@b.example>\nDelivered-To: c\n\nx", true),
        ("a", b"\n\nFrom: a@b.example\nTo: c@d.example\n\n", true),
        ("a.py", b"from: x\nimport y\n", false),
        ("a.log", b"Error: x\nDate: y\n", false),
    ] {
        let item = Item { location: &location, name, media_type: "", bytes };
        assert_eq!(Mail.recognises(&item), wanted, "{name}");
    }
}

#[test]
fn attacks_on_the_parser_are_refused_and_their_text_is_still_read() {
    let nested = format!("Subject: x\n{}\nhttp://evil.example/1", "Content-Type: message/rfc822\n\n".repeat(20_000));
    let (result, transcript) = read(&Mail, "a.eml", nested.as_bytes());
    assert_eq!(result.unwrap_err().reason, Reason::TooMany);
    assert!(transcript.passages[0].contains("http://evil.example/1"));
}

#[test]
fn many_parts_of_every_shape_end_in_time() {
    for (open, unit) in [
        ("multipart/mixed; boundary=b", "--b\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\naGk=\n"),
        ("multipart/mixed; boundary=b", "--b\nContent-Type: multipart/mixed; boundary=b\n\n"),
        ("multipart/digest; boundary=b", "--b\n\nSubject: x\n\ny\n"),
        ("multipart/mixed; boundary=b", "--b--\n"),
        ("text/plain", "=?utf-8?q?"),
        ("text/plain", "begin 644 a\n"),
    ] {
        let message = format!("Subject: x\nFrom: a\nContent-Type: {open}\n\n{}", unit.repeat(20_000));
        let _ = read(&Mail, "a.eml", message.as_bytes());
    }
}
