//! The same answer over every protocol, with the certificate that it should be, and from a second server when the
//! first one forges.

use std::{fs, net::UdpSocket, thread, time::Duration};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::runtime::Runtime;
use vauban_resolver::{Security, Settings, Why};

use crate::{
    client::{question, resolver},
    programs::{can_run, free_port},
    world::World,
};

const A: u16 = 1;

/// An authority, and what it signed for a name.
fn certificate(name: &str) -> (String, String, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    (authority.pem(), leaf.pem(), key.serialize_pem())
}

#[test]
fn every_protocol_brings_the_same_answer() {
    if !can_run() {
        return;
    }
    let (authority, leaf, key) = certificate("dns.example");
    let files = tempfile::tempdir().unwrap();
    let path = |name: &str| files.path().join(name).display().to_string();
    fs::write(path("leaf.pem"), leaf).unwrap();
    fs::write(path("key.pem"), key).unwrap();
    let (tls, https) = (free_port(), free_port());
    let world = World::small(&format!(
        "interface: 127.0.0.1@{tls}\ntls-port: {tls}\ninterface: 127.0.0.1@{https}\nhttps-port: {https}\n\
         tls-service-key: \"{}\"\ntls-service-pem: \"{}\"\n",
        path("key.pem"),
        path("leaf.pem")
    ));
    let plain = world.upstream.address;
    let runtime = Runtime::new().unwrap();
    let ask = |upstream: String, authorities: Option<&str>, asked: &str, kind: u16| {
        let ours = resolver(&[upstream], |settings: &mut Settings| {
            settings.trust_anchors = Some(world.anchor.clone());
            settings.authorities = authorities.map(|pem| pem.as_bytes().to_vec());
        });
        runtime.block_on(ours.resolve(&question(asked, kind)))
    };
    for upstream in [
        format!("udp://{plain}"),
        format!("tcp://{plain}"),
        format!("tls://127.0.0.1:{tls}#dns.example"),
        format!("https://127.0.0.1:{https}/dns-query#dns.example"),
    ] {
        for (asked, kind, rcode) in [("www.good.nsec", A, 0), ("absent.good.nsec", A, 3), ("many.good.nsec", 16, 0)] {
            let answer = ask(upstream.clone(), Some(&authority), asked, kind);
            assert_eq!((answer.rcode(), answer.security), (rcode, Security::Secure), "{upstream}: {asked}");
        }
    }
    let (stranger, ..) = certificate("dns.example");
    for (upstream, authority) in [
        (format!("tls://127.0.0.1:{tls}#other.example"), &authority),
        (format!("tls://127.0.0.1:{tls}"), &authority),
        (format!("https://127.0.0.1:{https}/dns-query#other.example"), &authority),
        (format!("tls://127.0.0.1:{tls}#dns.example"), &stranger),
        (format!("https://127.0.0.1:{https}#dns.example"), &stranger),
    ] {
        let answer = ask(upstream.clone(), Some(authority), "www.good.nsec", A);
        assert_eq!((answer.rcode(), answer.addresses.len()), (2, 0), "{upstream}");
    }
}

#[test]
fn a_connection_that_broke_is_made_anew() {
    if !can_run() {
        return;
    }
    // Unbound closes what is idle at once.
    let world = World::small("tcp-idle-timeout: 100\n");
    let ours = resolver(&[format!("tcp://{}", world.upstream.address)], |settings| {
        settings.trust_anchors = Some(world.anchor.clone());
    });
    let runtime = Runtime::new().unwrap();
    for asked in ["www.good.nsec", "mail.good.nsec", "there.wild.good.nsec"] {
        assert_eq!(runtime.block_on(ours.resolve(&question(asked, A))).security, Security::Secure, "{asked}");
        thread::sleep(Duration::from_millis(400));
    }
    assert_eq!(ours.upstreams()[0].1.failed, 0);
}

/// Hands queries on, and changes every address in what comes back.
fn forger(upstream: std::net::SocketAddr) -> std::net::SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let behind = UdpSocket::bind("127.0.0.1:0").unwrap();
            behind.send_to(&buffer[..length], upstream).unwrap();
            let mut answer = [0; 4096];
            let length = behind.recv(&mut answer).unwrap();
            let forged: Vec<u8> = answer[..length].to_vec();
            let place = forged.windows(4).position(|window| window == [192, 0, 2, 80]);
            let mut forged = forged;
            if let Some(place) = place {
                forged[place + 3] = 66;
            }
            socket.send_to(&forged, from).unwrap();
        }
    });
    address
}

#[test]
fn a_second_server_is_asked_when_the_first_one_forges() {
    if !can_run() {
        return;
    }
    let world = World::small("");
    let forger = format!("udp://{}", forger(world.upstream.address));
    let honest = format!("udp://{}", world.upstream.address);
    let runtime = Runtime::new().unwrap();
    let ask = |upstreams: &[String]| {
        let ours = resolver(upstreams, |settings| settings.trust_anchors = Some(world.anchor.clone()));
        runtime.block_on(ours.resolve(&question("www.good.nsec", A)))
    };
    let alone = ask(std::slice::from_ref(&forger));
    assert_eq!((alone.security, alone.rcode()), (Security::Bogus(Why::Bogus), 2));
    let both = ask(&[forger, honest]);
    assert_eq!((both.security, both.addresses[0].value.to_string()), (Security::Secure, "192.0.2.80".to_owned()));
}
