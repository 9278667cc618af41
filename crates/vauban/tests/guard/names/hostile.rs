//! Broken bytes, slow readers, many connections, floods: the filter goes on.

use std::{
    io::{Read as _, Write as _},
    net::{TcpStream, UdpSocket},
    time::Duration,
};

use hickory_proto::rr::RecordType;

use super::{
    client::{over_stream, query},
    world::{WORK, World},
};

#[test]
fn broken_packets_are_refused_or_passed_over_and_nothing_falls() {
    let world = World::start("");
    let socket = UdpSocket::bind((WORK, 0)).unwrap();
    let good = query("wikipedia.demo", RecordType::A);
    let mut seed = 1_u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap()
    };
    for _ in 0..20_000 {
        let mut bytes = good.clone();
        for _ in 0..=random() % 6 {
            let at = random() % bytes.len();
            bytes[at] = u8::try_from(random() % 256).unwrap();
        }
        bytes.truncate(random() % (bytes.len() + 1));
        let _ = socket.send_to(&bytes, ("127.0.0.1", world.port));
    }
    // A pointer to itself, a name of 64 KB, a question a thousand times, an answer.
    let mut pointer = good.clone();
    pointer.splice(12.., [0xc0, 12, 0, 1, 0, 1]);
    let long = [&good[..12], &[63; 60_000][..]].concat();
    let many = [&good[..4], &[0xff, 0xff], &good[6..]].concat();
    let mut answer = good.clone();
    answer[2] |= 0x80;
    for bytes in [&pointer, &long, &many, &answer] {
        let _ = socket.send_to(bytes, ("127.0.0.1", world.port));
    }
    assert_eq!(world.ask(WORK, "wikipedia.demo").addresses.len(), 1);
    assert_eq!(world.rule(WORK, "evil.example"), "list/malware");
    assert!(!world.guard.log().contains("panicked"), "{}", world.guard.log());
    assert_eq!(world.guard.metric("vauban_sensor_restarts_total{sensor=\"dns\"}"), 0.0);
}

#[test]
fn an_answer_never_starts_a_conversation_between_two_servers() {
    let world = World::start("");
    let socket = UdpSocket::bind((WORK, 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let mut answer = query("wikipedia.demo", RecordType::A);
    answer[2] |= 0x80;
    socket.send_to(&answer, ("127.0.0.1", world.port)).unwrap();
    let mut bytes = [0; 512];
    assert!(socket.recv_from(&mut bytes).is_err());
}

#[test]
fn slow_and_greedy_connections_do_not_keep_others_out() {
    let world = World::start("");
    let connect = || TcpStream::connect(("127.0.0.1", world.port)).unwrap();
    // Half a length, half a message, nothing at all, and questions whose answers nobody reads.
    let mut held = Vec::new();
    for number in 0..400 {
        let mut stream = connect();
        match number % 4 {
            0 => {}
            1 => drop(stream.write_all(&[0])),
            2 => drop(stream.write_all(&[0x10, 0, 1, 2, 3])),
            _ => {
                let bytes = query("wikipedia.demo", RecordType::A);
                let whole = [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], &bytes].concat();
                for _ in 0..50 {
                    let _ = stream.write_all(&whole);
                }
            }
        }
        held.push(stream);
    }
    assert_eq!(over_stream(&mut connect(), "wikipedia.demo", RecordType::A).addresses.len(), 1);
    assert_eq!(world.ask(WORK, "wikipedia.demo").addresses.len(), 1);
    // Whoever says that a message is shorter than a header is not listened to any more.
    let mut stream = connect();
    stream.write_all(&[0, 1, 0]).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert_eq!(stream.read(&mut [0; 8]).unwrap_or(0), 0);
}

#[test]
fn questions_on_one_connection_are_answered_as_they_are_ready() {
    let world = World::start("");
    world.ask(WORK, "quick.demo");
    let mut stream = TcpStream::connect(("127.0.0.1", world.port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    world.above.silence(true);
    let mut all = Vec::new();
    for name in ["slow.demo", "quick.demo"] {
        let bytes = query(name, RecordType::A);
        all.extend_from_slice(&u16::try_from(bytes.len()).unwrap().to_be_bytes());
        all.extend_from_slice(&bytes);
    }
    stream.write_all(&all).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).unwrap();
    let got = super::client::Got::read(&answer);
    assert_eq!(got.message.queries[0].name().to_ascii(), "quick.demo.", "it does not wait for the one before");
}
