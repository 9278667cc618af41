//! What stays readable outside and what stands inside, word for word. No other program is needed.

use crate::support::{Kind, cut, dearmour, now, position, random, reader};
use pgp::packet::Packet;
use vauban_openpgp::{EncryptError, Options, encrypt, is_encrypted};

const MESSAGE: &str = "Return-Path: <bob@press.example>\r\n\
    Received: from mx.party.example\r\n\tby mail.party.example; Mon, 3 Jun 2024 10:00:00 +0000\r\n\
    DKIM-Signature: v=1; a=rsa-sha256; d=press.example;\r\n b=abc\r\n\
    Authentication-Results: mail.party.example; dkim=pass\r\n\
    X-Vauban-Verdict: deliver\r\n\
    Autocrypt: addr=bob@press.example; keydata=AAAA\r\n\
    From: Bob <bob@press.example>\r\n\
    To: Alice <alice@party.example>\r\n\
    Subject: The list of donors\r\n\
    Thread-Topic: The list of donors\r\n\
    Date: Mon, 3 Jun 2024 10:00:00 +0000\r\n\
    Message-ID: <2@press.example>\r\n\
    In-Reply-To: <1@party.example>\r\n\
    List-Id: <donors.press.example>\r\n\
    HP-Outer: Subject: a lie\r\n\
    Autocrypt-Gossip: addr=carol@party.example; keydata=AAAA\r\n\
    X-Priority: 1\r\n\
    MIME-Version: 1.0\r\n\
    Content-Type: text/plain;\r\n charset=utf-8\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\
    \r\n\
    Mr. =C3=89mile gave 300 euros.\r\n";

#[test]
fn the_outer_header_word_for_word() {
    let sealed = reader(Kind::Version4).seal(MESSAGE.as_bytes());
    let outer = String::from_utf8(sealed[..position(&sealed, b"-----BEGIN").unwrap()].to_vec()).unwrap();
    let boundary = outer.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(boundary.len(), 32);
    let expected = "Return-Path: <bob@press.example>\r\n\
        Received: from mx.party.example\r\n\tby mail.party.example; Mon, 3 Jun 2024 10:00:00 +0000\r\n\
        Authentication-Results: mail.party.example; dkim=pass\r\n\
        X-Vauban-Verdict: deliver\r\n\
        Autocrypt: addr=bob@press.example; keydata=AAAA\r\n\
        From: Bob <bob@press.example>\r\n\
        To: Alice <alice@party.example>\r\n\
        Subject: ...\r\n\
        Date: Mon, 3 Jun 2024 10:00:00 +0000\r\n\
        Message-ID: <2@press.example>\r\n\
        In-Reply-To: <1@party.example>\r\n\
        List-Id: <donors.press.example>\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";\r\n boundary=\"BOUNDARY\"\r\n\
        \r\n\
        --BOUNDARY\r\n\
        Content-Type: application/pgp-encrypted\r\n\
        Content-Description: PGP/MIME version identification\r\n\
        \r\n\
        Version: 1\r\n\
        \r\n\
        --BOUNDARY\r\n\
        Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n\
        Content-Description: OpenPGP encrypted message\r\n\
        Content-Disposition: inline; filename=\"encrypted.asc\"\r\n\
        \r\n";
    assert_eq!(outer, expected.replace("BOUNDARY", boundary));
    let end = String::from_utf8(sealed).unwrap();
    assert!(end.ends_with(&format!("-----END PGP MESSAGE-----\r\n\r\n--{boundary}--\r\n")), "{end}");
    assert!(end.split_inclusive('\n').all(|line| line.ends_with("\r\n") && line.len() <= 80));
    assert!(end.contains("-----BEGIN PGP MESSAGE-----\r\n\r\n"), "no Version, no Comment");
}

#[test]
fn the_inner_header_word_for_word() {
    let alice = reader(Kind::Version4);
    let plain = alice.open(&alice.seal(MESSAGE.as_bytes()));
    let (header, body) = cut(&plain);
    let expected = "DKIM-Signature: v=1; a=rsa-sha256; d=press.example;\r\n b=abc\r\n\
        From: Bob <bob@press.example>\r\n\
        To: Alice <alice@party.example>\r\n\
        Subject: The list of donors\r\n\
        Thread-Topic: The list of donors\r\n\
        Date: Mon, 3 Jun 2024 10:00:00 +0000\r\n\
        Message-ID: <2@press.example>\r\n\
        In-Reply-To: <1@party.example>\r\n\
        List-Id: <donors.press.example>\r\n\
        X-Priority: 1\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: text/plain; protected-headers=\"v1\"; hp=\"cipher\";\r\n charset=utf-8\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\
        HP-Outer: From: Bob <bob@press.example>\r\n\
        HP-Outer: To: Alice <alice@party.example>\r\n\
        HP-Outer: Subject: ...\r\n\
        HP-Outer: Date: Mon, 3 Jun 2024 10:00:00 +0000\r\n\
        HP-Outer: Message-ID: <2@press.example>\r\n\
        HP-Outer: In-Reply-To: <1@party.example>\r\n\
        HP-Outer: List-Id: <donors.press.example>\r\n";
    assert_eq!(header, expected);
    assert_eq!(body, b"Mr. =C3=89mile gave 300 euros.\r\n");
}

#[test]
fn a_mime_parser_finds_the_subject_and_the_text_inside() {
    let alice = reader(Kind::Version6);
    let plain = alice.open(&alice.seal(MESSAGE.as_bytes()));
    let parsed = mail_parser::MessageParser::default().parse(&plain).unwrap();
    assert_eq!(parsed.subject(), Some("The list of donors"));
    assert_eq!(parsed.body_text(0).unwrap().trim(), "Mr. Émile gave 300 euros.");
}

#[test]
fn signed_mail_shows_its_subject_and_keeps_its_signature() {
    let alice = reader(Kind::Version4);
    let signed = |with: &str, payload: &str| {
        format!(
            "Subject: The list of donors\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed;\r\n boundary=x; \
             protocol=\"{with}\"\r\nContent-Language: fr\r\n\r\n--x\r\nContent-Type: text/plain{payload}\r\n\r\ntext\r\n--x\r\n\
             Content-Type: application/pgp-signature\r\n\r\nAAAA\r\n--x--\r\n"
        )
    };
    // Programs look at what was signed, and there is no subject: it must stand one level above.
    let bare = signed("application/pgp-signature", "");
    let (header, entity) = bare.split_once("MIME-Version: 1.0\r\n").unwrap();
    let plain = String::from_utf8(alice.open(&alice.seal(bare.as_bytes()))).unwrap();
    let boundary = plain.split("boundary=\"").nth(1).unwrap()[..32].to_owned();
    let expected = format!(
        "{header}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; protected-headers=\"v1\"; hp=\"cipher\";\r\n \
         boundary=\"{boundary}\"\r\nHP-Outer: Subject: ...\r\n\r\n--{boundary}\r\n{entity}\r\n--{boundary}--\r\n"
    );
    assert_eq!(plain, expected);
    let parsed = mail_parser::MessageParser::default().parse(plain.as_bytes()).unwrap();
    assert_eq!((parsed.subject(), parsed.body_text(0).as_deref()), (Some("The list of donors"), Some("text")));

    // The sender's program wrote the subject there, or the signature is one through which programs do not look.
    for whole in
        [signed("application/pgp-signature", "; protected-headers=v1"), signed("application/pkcs7-signature", "")]
    {
        let plain = alice.open(&alice.seal(whole.as_bytes()));
        let (header, body) = cut(&plain);
        assert!(
            header.contains("Content-Type: multipart/signed; protected-headers=\"v1\"; hp=\"cipher\";\r\n boundary=x")
        );
        assert_eq!(body, whole.split_once("\r\n\r\n").unwrap().1.as_bytes());
    }
}

#[test]
fn any_body_comes_back_byte_for_byte() {
    let alice = reader(Kind::Version4);
    let long = vec![b'x'; 2_000_000];
    let bodies: [&[u8]; 9] =
        [b"", b"\r\n", b"bare\nlines\n", b"\rcr\r", b"nul \0 byte", b"\xff\xfe\x80", b"no end", b".\r\n..\r\n", &long];
    for kind in ["", "Content-Type: text/plain\r\n", "Content-Type: multipart/signed; boundary=\"x;\r\n"] {
        for body in bodies {
            let message = [b"From: b@c.example\r\n", kind.as_bytes(), b"\r\n", body].concat();
            let plain = alice.open(&alice.seal(&message));
            let (header, found) = cut(&plain);
            assert!(found == body, "{kind:?} {:?}", body.get(..20));
            assert!(header.contains("; protected-headers=\"v1\"; hp=\"cipher\""), "{header}");
        }
    }
}

#[test]
fn odd_headers_neither_fail_nor_leak_nor_inject() {
    let alice = reader(Kind::Version4);
    let messages: [&[u8]; 12] = [
        b"",
        b"\r\n",
        b"no header at all, only secret text",
        b"Subject: secret",
        b"Subject: secret\n\nLF only",
        b"Subject: a\r\nSubject: secret\r\n\r\ntwice",
        b"sUBJECT : secret\r\n\r\nblank before the colon",
        b"Subject:\r\n secret\r\n\tsecret\r\n\r\nfolded",
        b"Subject: \xc3\xa9 secret\xff\0\r\n\r\n8 bits",
        b"X: y\rSubject: secret\r\n\r\nhidden behind a lone CR",
        b"From: a@b.example\r\n \r\nSubject: secret\r\n\r\nblank line that is none",
        b"Content-Type: \r\nContent-Type: text/plain; charset=\"secret\r\nMIME-Version: secret\r\n\r\ntwo types",
    ];
    for message in messages {
        let sealed = alice.seal(message);
        assert!(position(&sealed, b"secret").is_none(), "{:?}", String::from_utf8_lossy(message));
        assert!(is_encrypted(&sealed), "{:?}", String::from_utf8_lossy(message));
        let outer = &sealed[..position(&sealed, b"\r\n\r\n").unwrap()];
        let types = outer.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"Content-Type")).count();
        assert_eq!(types, 1);
        assert!(!outer.iter().zip(outer.iter().skip(1)).any(|(one, two)| *one == b'\r' && *two != b'\n'), "a lone CR");
        alice.open(&sealed);
    }
}

#[test]
fn a_field_outside_cannot_smuggle_another_behind_a_lone_cr() {
    let sealed = reader(Kind::Version4).seal(b"To: a@b.example\rBcc: c@d.example\0\r\n\r\n");
    assert!(sealed.starts_with(b"To: a@b.example Bcc: c@d.example \r\nMIME-Version: 1.0\r\n"));
}

#[test]
fn what_the_caller_keeps_stays_outside_and_what_describes_the_body_cannot() {
    let alice = reader(Kind::Version4);
    let options = Options { keep: vec!["x-ticket".to_owned(), "Content-Type".to_owned()], ..Options::default() };
    let message = b"X-Ticket: 7\r\nX-Other: 8\r\nContent-Type: text/html\r\n\r\nx";
    let sealed = encrypt(message, &[&alice.certificate], now(), &mut random(), &options).unwrap();
    assert!(sealed.starts_with(b"X-Ticket: 7\r\nMIME-Version: 1.0\r\nContent-Type: multipart/encrypted"));
    assert_eq!(
        cut(&alice.open(&sealed)).0,
        "X-Other: 8\r\nContent-Type: text/html; protected-headers=\"v1\"; hp=\"cipher\"\r\n"
    );
}

#[test]
fn one_source_of_randomness_gives_one_result() {
    let alice = reader(Kind::Version4);
    assert_eq!(alice.seal(MESSAGE.as_bytes()), alice.seal(MESSAGE.as_bytes()));
}

#[test]
fn limits_are_errors() {
    let alice = reader(Kind::Version4);
    let seal = |message: &[u8], keys: &[_], options: &Options| encrypt(message, keys, now(), &mut random(), options);
    assert_eq!(seal(b"x", &[], &Options::default()), Err(EncryptError::NoKey));
    let small = Options { max_message_bytes: 3, ..Options::default() };
    assert_eq!(seal(b"1234", &[&alice.certificate], &small), Err(EncryptError::TooLarge(4)));
    assert!(seal(&vec![b'x'; 2_000_000], &[&alice.certificate], &Options::default()).is_ok(), "a body of one line");
    let header = b"X: y\r\n".repeat(200_000);
    assert_eq!(seal(&header, &[&alice.certificate], &Options::default()), Err(EncryptError::HeaderTooLarge));
}

#[test]
fn version_2_only_when_every_reader_reads_it() {
    let (old, new) = (reader(Kind::Version4), reader(Kind::Version6));
    // Behind the header of the packet stands the version of the data (RFC 9580 section 5.13).
    let versions = |sealed: &[u8]| -> Vec<usize> {
        let binary = dearmour(sealed);
        let packets = pgp::packet::PacketParser::new(binary.as_slice());
        let data = packets.filter_map(|packet| match packet.unwrap() {
            Packet::SymEncryptedProtectedData(data) => Some(data.version()),
            _ => None,
        });
        data.collect()
    };
    assert_eq!(versions(&old.seal(b"\r\nx")), [1]);
    assert_eq!(versions(&new.seal(b"\r\nx")), [2]);
    let both = [&old.certificate, &new.certificate, &old.certificate];
    let sealed = encrypt(MESSAGE.as_bytes(), &both, now(), &mut random(), &Options::default()).unwrap();
    assert_eq!(versions(&sealed), [1]);
    assert_eq!(old.open(&sealed), new.open(&sealed));
}
