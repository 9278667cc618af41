//! Which mail counts as encrypted already. A wrong yes stores a letter in clear, so most cases here are a no.

use vauban_openpgp::is_encrypted;

use crate::support::{Kind, armour, dearmour, reader};

/// A message that we sealed ourselves, as text to take apart.
fn sealed() -> String {
    String::from_utf8(reader(Kind::Version4).seal(b"From: a@b.example\r\nSubject: x\r\n\r\nsecret\r\n")).unwrap()
}

fn block() -> String {
    String::from_utf8(armour(sealed().as_bytes()).to_vec()).unwrap()
}

fn yes(message: &str) {
    assert!(is_encrypted(message.as_bytes()), "{message}");
}

fn no(message: &str) {
    assert!(!is_encrypted(message.as_bytes()), "{message}");
}

#[test]
fn pgp_mime() {
    yes(&sealed());
    yes(&sealed().replace("\r\n", "\n"));
    let boundary = sealed().split("boundary=\"").nth(1).unwrap()[..32].to_owned();
    let start = format!("\r\n\r\n--{boundary}\r\nContent-Type: application/pgp-encrypted");
    let before = |text: &str| sealed().replacen(&start, &format!("\r\n\r\n{text}{start}"), 1);
    yes(&before("This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)"));
    no(&before(&"This is what I have to say. ".repeat(20)));
}

#[test]
fn pgp_mime_that_is_not_quite() {
    let whole = sealed();
    let swap = |from: &str, to: &str| {
        assert!(whole.contains(from), "{from}");
        no(&whole.replacen(from, to, 1));
    };
    swap("; protocol=\"application/pgp-encrypted\"", "");
    swap("protocol=\"application/pgp-encrypted\"", "protocol=\"application/pgp-signature\"");
    swap("multipart/encrypted", "multipart/mixed");
    swap("Content-Type: application/pgp-encrypted", "Content-Type: text/plain");
    swap("Content-Type: application/octet-stream", "Content-Type: text/plain");
    swap("\r\nVersion: 1\r\n", "\r\nRead this, it is in clear\r\n");
    swap("Subject: ...", "Content-Type: text/html");
    swap("-----BEGIN PGP MESSAGE-----", "I write in clear.\r\n-----BEGIN PGP MESSAGE-----");
    swap("-----END PGP MESSAGE-----", "-----END PGP MESSAGE-----\r\nI write in clear.");
    swap(&block(), "I write in clear.");
    swap(&block(), "-----BEGIN PGP MESSAGE-----\r\n\r\nSSB3cml0ZSBpbiBjbGVhci4=\r\n-----END PGP MESSAGE-----");
    let boundary = whole.split("boundary=\"").nth(1).unwrap()[..32].to_owned();
    let end = format!("--{boundary}--");
    swap(&end, &format!("--{boundary}\r\nContent-Type: text/plain\r\n\r\nA third part\r\n{end}"));
    swap(&end, &format!("{end}\r\nbehind the end"));
    swap(&end, "");
}

#[test]
fn pgp_in_the_text() {
    let block = block();
    yes(&format!("Subject: x\r\n\r\n{block}\r\n"));
    yes(&format!("Content-Type: text/plain; charset=utf-8\r\n\r\n\r\n{block}\r\n\r\n"));
    let coded = block.replace('=', "=3D");
    yes(&format!("Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{coded}"));
    no(&format!("Subject: x\r\n\r\nLook:\r\n{block}\r\n"));
    no(&format!("Subject: x\r\n\r\n{block}\r\nLook above.\r\n"));
    no(&format!("Subject: x\r\n\r\n> {}\r\n", block.replace("\r\n", "\r\n> ")));
    no(&format!("Subject: x\r\n\r\n{block}\r\nbetween\r\n{block}\r\n"));
    no(&format!("Content-Type: text/html\r\n\r\n{block}\r\n"));
    no(&format!(
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n{block}\r\n--x\r\n\r\nclear\r\n--x--\r\n"
    ));
    no("Subject: x\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\n-----END PGP MESSAGE-----\r\n");
    no("Subject: x\r\n\r\n");
    no("");
}

#[test]
fn armour_around_what_anybody_can_read() {
    use pgp::composed::{ArmorOptions, MessageBuilder};
    let literal = MessageBuilder::from_bytes("", b"I write in clear.".to_vec());
    let armoured = literal.to_armored_string(crate::support::random(), ArmorOptions::default()).unwrap();
    no(&format!("Subject: x\r\n\r\n{armoured}"));
    // The same behind real ciphertext, in one block.
    let literal =
        MessageBuilder::from_bytes("", b"I write in clear.".to_vec()).to_vec(crate::support::random()).unwrap();
    let both = [dearmour(sealed().as_bytes()), literal].concat();
    let text = data_encoding::BASE64.encode(&both);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let wrapped = format!("-----BEGIN PGP MESSAGE-----\r\n\r\n{}\r\n-----END PGP MESSAGE-----\r\n", lines.join("\r\n"));
    no(&format!("Subject: x\r\n\r\n{wrapped}"));
}

#[test]
fn s_mime() {
    let message = |of: &str, der: &[u8]| {
        let body = data_encoding::BASE64.encode(der);
        format!("Subject: x\r\nContent-Type: {of}\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}\r\n")
    };
    let der = |oid: &[u8]| {
        let content = [oid, &[0xa0; 40]].concat();
        [&[0x30, u8::try_from(content.len()).unwrap()], content.as_slice()].concat()
    };
    let enveloped = der(&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 3]);
    let authenticated = der(&[6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 16, 1, 23]);
    let signed = der(&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2]);
    yes(&message("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", &enveloped));
    yes(&message("application/x-pkcs7-mime; smime-type=Enveloped-Data", &enveloped));
    yes(&message("application/pkcs7-mime; name=smime.p7m", &enveloped));
    yes(&message("application/pkcs7-mime; smime-type=authEnveloped-data", &authenticated));
    no(&message("application/pkcs7-mime; smime-type=enveloped-data", &signed));
    no(&message("application/pkcs7-mime; smime-type=signed-data", &enveloped));
    no(&message("application/pkcs7-mime; smime-type=enveloped-data", b"I write in clear."));
    no(&message("application/pkcs7-mime; smime-type=enveloped-data", &[&enveloped, b"in clear".as_slice()].concat()));
    no(&message("application/octet-stream; smime-type=enveloped-data", &enveloped));
}
