//! The encrypted doors: devices under their own names, over TLS and HTTPS, with our client and with `kdig` and `curl`.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
    sync::Arc,
};

use hickory_proto::rr::RecordType;
use rcgen::{CertifiedKey, KeyPair};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
use sha2::{Digest as _, Sha256};

use super::{
    client::{Got, over_stream, query},
    world::{POLICY, World},
};
use crate::process::free_port;

/// A world with both doors, and a certificate for them.
struct Doors {
    world: World,
    tls: u16,
    https: u16,
}

impl Doors {
    fn start() -> Self {
        let (tls, https) = (free_port(), free_port());
        let mut world = World::prepare(&format!(
            "tls = [\"127.0.0.1:{tls}\"]\nhttps = [\"127.0.0.1:{https}\"]\ncertificate = \"FOLDER/cert.pem\"\nkey = \"FOLDER/key.pem\"\nname = \"dns.campagne.example\"\n"
        ));
        let names = ["dns.campagne.example", "*.dns.campagne.example"].map(str::to_owned).to_vec();
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        fs::write(world.guard.path("cert.pem"), made.cert.pem()).unwrap();
        fs::write(world.guard.path("key.pem"), made.signing_key.serialize_pem()).unwrap();
        world.guard.begin();
        Self { world, tls, https }
    }

    /// A name of its own for a device.
    fn token(&self, device: &str) -> String {
        let config = self.world.guard.path("vauban.toml").display().to_string();
        let out = self.world.guard.run(&["device", "name", device, "--config", &config]);
        assert!(out.status.success(), "{out:?}");
        let text = String::from_utf8(out.stdout).unwrap();
        let line = text.lines().find(|line| line.ends_with(".dns.campagne.example")).unwrap();
        line.trim().split('.').next().unwrap().to_owned()
    }

    /// A connection under a name; none when the door is shut on it.
    fn connect(&self, port: u16, name: &str) -> StreamOwned<ClientConnection, TcpStream> {
        self.connect_as(port, name, None)
    }

    /// A connection under a name, of somebody who shows a certificate when asked.
    fn connect_as(
        &self,
        port: u16,
        name: &str,
        shown: Option<&CertifiedKey<KeyPair>>,
    ) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_file(self.world.guard.path("cert.pem")).unwrap();
        roots.add(certificate).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match shown {
            None => config.with_no_client_auth(),
            Some(shown) => {
                let key = PrivateKeyDer::try_from(shown.signing_key.serialize_der()).unwrap();
                config.with_client_auth_cert(vec![shown.cert.der().clone()], key).unwrap()
            }
        };
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(8))).unwrap();
        StreamOwned::new(connection, stream)
    }

    fn over_tls(&self, token: &str, name: &str) -> Got {
        let mut stream = self.connect(self.tls, &format!("{token}.dns.campagne.example"));
        over_stream(&mut stream, name, RecordType::A)
    }

    /// Whether the door is shut on a token.
    fn is_shut(&self, token: &str) -> bool {
        let mut stream = self.connect(self.tls, &format!("{token}.dns.campagne.example"));
        let bytes = query("wikipedia.demo", RecordType::A);
        let whole = [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], &bytes].concat();
        stream.write_all(&whole).and_then(|()| stream.flush()).is_err()
            || stream.read(&mut [0; 2]).map_or(true, |length| length == 0)
    }

    fn over_https(&self, token: &str, name: &str) -> (u16, Option<Got>) {
        let mut stream = self.connect(self.https, "dns.campagne.example");
        let body = query(name, RecordType::A);
        write!(
            stream,
            "POST /dns-query/{token} HTTP/1.1\r\nHost: dns.campagne.example\r\nContent-Type: application/dns-message\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        )
        .unwrap();
        stream.write_all(&body).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let header = String::from_utf8_lossy(&answer[..end]).into_owned();
        let code = header[9..12].parse().unwrap();
        (code, (code == 200).then(|| Got::read(&answer[end + 4..])))
    }
}

#[test]
fn a_device_is_in_its_compartment_wherever_it_is_until_its_name_is_taken_back() {
    let doors = Doors::start();
    let token = doors.token("laptop-alice");
    // The address is a guest's; the name says who it is.
    assert!(doors.world.guard.waits_for(|_| !doors.is_shut(&token)), "{}", doors.world.guard.log());
    assert_eq!(doors.over_tls(&token, "web.whatsapp.com").rule(), "work/never/private-messaging");
    assert_eq!(doors.over_tls(&token.to_uppercase(), "wikipedia.demo").addresses.len(), 1);
    let (code, got) = doors.over_https(&token, "web.whatsapp.com");
    assert_eq!((code, got.unwrap().rule()), (200, "work/never/private-messaging"));
    let hugo = doors.token("laptop-hugo");
    assert!(doors.world.guard.waits_for(|_| doors.over_https(&hugo, "web.whatsapp.com").0 == 200));
    assert_eq!(doors.over_https(&hugo, "web.whatsapp.com").1.unwrap().rule(), "", "an exception of the press");

    for stranger in ["aaaaaaaaaaaaaaaaaaaaaaaa", "x"] {
        assert!(doors.is_shut(stranger));
        assert_eq!(doors.over_https(stranger, "wikipedia.demo").0, 403);
    }
    // Without a token the address counts.
    let mut plain = doors.connect(doors.tls, "dns.campagne.example");
    assert_eq!(over_stream(&mut plain, "torproject.org", RecordType::A).rule(), "guest/never/anonymiser");

    // A connection that stands ends with the name.
    let mut standing = doors.connect(doors.tls, &format!("{token}.dns.campagne.example"));
    assert_eq!(over_stream(&mut standing, "wikipedia.demo", RecordType::A).addresses.len(), 1);
    let config = doors.world.guard.path("vauban.toml").display().to_string();
    assert!(doors.world.guard.run(&["device", "revoke", "laptop-alice"]).status.success());
    assert!(doors.world.guard.waits_for(|_| doors.is_shut(&token)), "{config}");
    let bytes = query("wikipedia.demo", RecordType::A);
    let whole = [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], &bytes].concat();
    let _ = standing.write_all(&whole).and_then(|()| standing.flush());
    assert_eq!(standing.read(&mut [0; 2]).unwrap_or(0), 0);
    assert_eq!(doors.over_https(&token, "wikipedia.demo").0, 403);
    assert_eq!(doors.over_tls(&hugo, "wikipedia.demo").addresses.len(), 1, "the others stay");
    // The state holds no token.
    let kept = fs::read_to_string(doors.world.guard.path("state").join("devices.json")).unwrap();
    assert!(!kept.contains(&hugo));
}

#[test]
fn other_programs_speak_with_the_doors() {
    let doors = Doors::start();
    let token = doors.token("laptop-alice");
    assert!(doors.world.guard.waits_for(|_| !doors.is_shut(&token)));
    let cert = doors.world.guard.path("cert.pem").display().to_string();
    if Command::new("kdig").arg("-V").output().is_err() || Command::new("curl").arg("-V").output().is_err() {
        assert!(std::env::var_os("VAUBAN_SLOW").is_none(), "kdig and curl are missing");
        println!("skipped: there is no kdig or curl");
        return;
    }
    let kdig = |arguments: &[&str]| {
        let out = Command::new("kdig").args(["+timeout=8", "+retry=0", "+edns"]).args(arguments).output().unwrap();
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    let (tls, https) = (doors.tls.to_string(), doors.https.to_string());
    let host = format!("+tls-host={token}.dns.campagne.example");
    let ca = format!("+tls-ca={cert}");
    let text = kdig(&["@127.0.0.1", "-p", &tls, "+tls", &ca, &host, "wikipedia.demo", "A"]);
    assert!(text.contains("192.0.2.80") && text.contains("TLS session"), "{text}");
    let text = kdig(&["@127.0.0.1", "-p", &tls, "+tls", &ca, &host, "web.whatsapp.com", "A"]);
    assert!(text.contains("NXDOMAIN") && text.contains("work/never/private-messaging"), "{text}");
    let path = format!("+https=/dns-query/{token}");
    let text =
        kdig(&["@127.0.0.1", "-p", &https, &path, &ca, "+tls-host=dns.campagne.example", "web.whatsapp.com", "A"]);
    assert!(text.contains("HTTP session") && text.contains("work/never/private-messaging"), "{text}");
    let plain = doors.world.port.to_string();
    for transport in ["+notcp", "+tcp"] {
        let text = kdig(&["@127.0.0.1", "-p", &plain, transport, "torproject.org", "A"]);
        assert!(text.contains("guest/never/anonymiser"), "{text}");
    }
    let url = format!(
        "https://dns.campagne.example:{https}/dns-query/{token}?dns=AAABAAABAAAAAAAACXdpa2lwZWRpYQRkZW1vAAABAAE"
    );
    let resolve = format!("dns.campagne.example:{https}:127.0.0.1");
    for version in ["--http1.1", "--http2"] {
        let out = Command::new("curl")
            .args(["-s", version, "--cacert", &cert, "--resolve", &resolve, "-o", "-", &url])
            .output()
            .unwrap();
        assert_eq!(Got::read(&out.stdout).addresses.len(), 1, "{out:?}");
    }
    let out = Command::new("curl")
        .args(["-s", "--cacert", &cert, "--resolve", &resolve, "-o", "/dev/null", "-w", "%{http_code}"])
        .arg(format!("https://dns.campagne.example:{https}/other"))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&out.stdout), "404");
}

#[test]
fn a_device_is_known_by_its_certificate_as_long_as_the_policy_names_it() {
    let doors = Doors::start();
    let [alice, stranger] =
        ["laptop-alice", "stranger"].map(|name| rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap());
    let digest: String = Sha256::digest(alice.cert.der()).iter().map(|byte| format!("{byte:02X}:")).collect();
    let before = fs::read_to_string(doors.world.guard.path("vauban.toml")).unwrap();
    let device = "laptop-alice = { person = \"alice\",";
    assert!(POLICY.contains(device));
    let known = format!("{device} certificate = \"{}\",", digest.trim_end_matches(':'));
    fs::write(doors.world.guard.path("vauban.toml"), before.replace(device, &known)).unwrap();
    doors.world.guard.signal("HUP");
    let ask = |shown| {
        let mut stream = doors.connect_as(doors.tls, "dns.campagne.example", shown);
        over_stream(&mut stream, "web.whatsapp.com", RecordType::A).rule().to_owned()
    };
    // The address is a guest's.
    assert!(doors.world.guard.waits_for(|_| ask(Some(&alice)) == "work/never/private-messaging"));
    assert_eq!((ask(None), ask(Some(&stranger))), (String::new(), String::new()), "as a guest, by the address");

    let mut standing = doors.connect_as(doors.tls, "dns.campagne.example", Some(&alice));
    assert_eq!(over_stream(&mut standing, "wikipedia.demo", RecordType::A).addresses.len(), 1);
    fs::write(doors.world.guard.path("vauban.toml"), before).unwrap();
    doors.world.guard.signal("HUP");
    assert!(doors.world.guard.waits_for(|_| ask(Some(&alice)).is_empty()), "a guest again");
    let bytes = query("wikipedia.demo", RecordType::A);
    let whole = [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], &bytes].concat();
    let _ = standing.write_all(&whole).and_then(|()| standing.flush());
    assert_eq!(standing.read(&mut [0; 2]).unwrap_or(0), 0, "who it was, it is no more");
}
