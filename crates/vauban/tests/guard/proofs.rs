//! SPF, DKIM and DMARC with real records, asked of a real resolver (Unbound) on a port of its own.

use std::{
    fs,
    net::UdpSocket,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use mail_auth::{
    common::{crypto::Ed25519Key, headers::HeaderWriter as _},
    dkim::DkimSigner,
};

use crate::{
    milter::{Client, honest},
    process::{Guard, free_port},
};

/// A resolver that knows a few names and asks nobody.
struct Resolver {
    _folder: tempfile::TempDir,
    child: Child,
    port: u16,
}

impl Resolver {
    /// None, and said, where it cannot be had.
    fn start(records: &[(&str, &str)]) -> Option<Self> {
        if std::env::var_os("VAUBAN_SLOW").is_none() {
            println!("skipped: VAUBAN_SLOW is not set");
            return None;
        }
        if Command::new("unbound").arg("-V").stdout(Stdio::null()).status().is_err() {
            assert!(std::env::var_os("CI").is_none(), "CI must not skip this");
            println!("skipped: proofs of origin with real records, which need unbound");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut text = format!(
            "server:\n interface: 127.0.0.1\n port: {port}\n username: \"\"\n chroot: \"\"\n directory: \"{0}\"\n pidfile: \"\"\n use-syslog: no\n logfile: \"{0}/log\"\n\
             module-config: \"iterator\"\n local-zone: \".\" static\n",
            folder.path().display()
        );
        for (name, record) in records {
            text.push_str(&format!(" local-data: '{name}. 60 IN TXT \"{record}\"'\n"));
        }
        text.push_str("remote-control:\n control-enable: no\n");
        fs::write(folder.path().join("unbound.conf"), text).unwrap();
        let child = Command::new("unbound")
            .args(["-d", "-c"])
            .arg(folder.path().join("unbound.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let resolver = Self { _folder: folder, child, port };
        let asker = UdpSocket::bind("127.0.0.1:0").unwrap();
        asker.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        // Who asks for the root's name servers gets an answer of some kind from whoever listens.
        let question = b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\0\0\x02\0\x01";
        let answers = (0..100).any(|_| {
            thread::sleep(Duration::from_millis(50));
            asker.send_to(question, ("127.0.0.1", port)).is_ok() && asker.recv(&mut [0; 512]).is_ok()
        });
        assert!(answers, "unbound did not start");
        Some(resolver)
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn who_really_sent_a_message_is_found_out() {
    let document = Ed25519Key::generate_pkcs8().unwrap();
    let key = Ed25519Key::from_pkcs8_der(&document).unwrap();
    let public = data_encoding::BASE64.encode(&key.public_key());
    let signing = format!("v=DKIM1; k=ed25519; p={public}");
    // The tests' mail server says that clients come from 203.0.113.9.
    let Some(resolver) = Resolver::start(&[
        ("campagne.example", "v=spf1 ip4:192.0.2.1 -all"),
        ("_dmarc.campagne.example", "v=DMARC1; p=none"),
        ("s1._domainkey.campagne.example", &signing),
        ("lumiere.test", "v=spf1 ip4:203.0.113.9 -all"),
        ("_dmarc.lumiere.test", "v=DMARC1; p=reject"),
        ("banque.test", "v=spf1 ip4:192.0.2.7 -all"),
        ("_dmarc.banque.test", "v=DMARC1; p=reject"),
    ]) else {
        return;
    };
    let guard = Guard::start(&format!("resolver = \"127.0.0.1:{}\"", resolver.port));
    let judge = |message: &str| Client::ready(guard.milter).message(message).unwrap();
    let from = |author: &str| honest(1).replace("Association <contact@lumiere.test>", author);

    // The sender's own server.
    let answer = judge(&honest(1));
    assert_eq!(answer.verdict(), "deliver", "{answer:?}");
    // A bank that did not send it.
    let answer = judge(&from("Service <info@banque.test>"));
    assert_eq!(answer.verdict(), "flag");
    assert!(answer.inserted[0].contains("dmarc-fail=4"), "{answer:?}");
    // The organisation's own name, from nowhere.
    let own = from("Accueil <accueil@campagne.example>");
    assert_eq!(judge(&own).last, 'd');
    // The same, signed by the organisation, through a stranger's server.
    let crlf = own.replace('\n', "\r\n");
    let signature = DkimSigner::from_key(key)
        .domain("campagne.example")
        .selector("s1")
        .headers(["From", "To", "Subject"])
        .sign(crlf.as_bytes())
        .unwrap()
        .to_header();
    let signed = format!("{}\n{own}", signature.trim_end().replace("\r\n\t", " ").replace("\r\n", " "));
    let answer = judge(&signed);
    assert_eq!(answer.verdict(), "deliver", "{answer:?} {signed}");
    // And changed on the way.
    assert_eq!(judge(&signed.replace("Bonjour Claire", "Bonjour Hugo")).last, 'd');

    // Without answers nothing is held against anybody, and it shows.
    drop(resolver);
    let answer = judge(&own);
    assert_eq!(answer.verdict(), "deliver", "{answer:?}");
    assert!(guard.metric("vauban_mail_failures_total{reason=\"authentication\"}") > 0.0);
}
