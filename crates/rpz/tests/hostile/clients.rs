//! What comes to our outlet: noise, stalling, floods. It goes on to serve who may.

use std::{sync::Arc, time::Duration};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, UdpSocket},
};
use vauban_rpz::{Limits, Outcome};

use crate::script::{KEY, Ours, framed, transfer_from, zone};

async fn still_serves(ours: &Ours) {
    let outcome = transfer_from(ours.address, Some(KEY), Limits::default()).fetch(None).await.unwrap();
    assert!(matches!(outcome, Outcome::Whole(_)));
}

#[test]
fn questions_that_were_changed_get_nothing_and_break_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ours = runtime.block_on(Ours::start(zone(7, 100), ""));
    let kept = Arc::new(zone(3, 2));
    let (asked, _) = runtime.block_on(ours.transcript(Some(KEY), Some(&kept)));
    let whole = runtime.block_on(ours.answers(&asked));
    assert!(whole.len() > 1000, "unchanged it is answered");
    let signature = asked.windows(9).position(|bytes| bytes == b"\x08transfer").unwrap();
    let change = (any::<usize>(), 1u8.., any::<bool>());
    TestRunner::new(Config::with_cases(2000))
        .run(&change, |(at, bits, is_cut)| {
            let mut changed = asked.clone();
            let at = at % changed.len();
            changed[at] ^= bits;
            if is_cut {
                changed.truncate(at);
            }
            let answer = runtime.block_on(ours.answers(&changed));
            // A signature covers neither the id, which servers in between may change, nor all of its own record.
            let may = (2..4).contains(&at) || at >= signature;
            prop_assert!(
                answer.len() < 600 || (may && !is_cut && answer.len() == whole.len()),
                "{} of {}",
                answer.len(),
                at
            );
            Ok(())
        })
        .unwrap();
    let noise = proptest::collection::vec(any::<u8>(), 0..300);
    TestRunner::new(Config::with_cases(1000))
        .run(&noise, |noise| {
            let socket = runtime.block_on(UdpSocket::bind("127.0.0.1:0")).unwrap();
            runtime.block_on(socket.send_to(&noise, ours.address)).unwrap();
            let answer = runtime.block_on(ours.answers(&framed(&[noise])));
            prop_assert!(answer.len() < 600);
            Ok(())
        })
        .unwrap();
    runtime.block_on(still_serves(&ours));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stalls_takes_no_seat_from_others() {
    let ours = Ours::start(zone(7, 30_000), "allow = [\"127.0.0.0/8\"]").await;
    let (asked, _) = Ours::start(zone(7, 1), "").await.transcript(None, None).await;
    // Connections that say nothing, half a question, or ask and never read, from many addresses.
    let mut held = Vec::new();
    for last in 2..9u8 {
        for which in 0..12 {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind(([127, 0, 0, last], 0).into()).unwrap();
            let mut stream = socket.connect(ours.address).await.unwrap();
            let said = [&[][..], &asked[..5], &asked][which % 3];
            // Past the seats of an address the connection is ended.
            let _ = stream.write_all(said).await;
            held.push(stream);
        }
    }
    still_serves(&ours).await;
    // Those that are too many of one address are ended; those that have a seat wait.
    let mut ended = 0;
    for stream in &mut held {
        let mut byte = [0; 1];
        if let Ok(read) = tokio::time::timeout(Duration::from_millis(20), stream.read(&mut byte)).await {
            ended += usize::from(!matches!(read, Ok(1)));
        }
    }
    assert!(ended >= 7 * 4, "{ended} of {} were ended", held.len());
}

#[tokio::test]
async fn a_flood_of_questions_is_answered_shortly() {
    let ours = Ours::start(zone(7, 10), "").await;
    // The name of the zone and one that is not here, all types, over UDP: no answer is longer than a question and a start.
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut largest = 0;
    for kind in [1u8, 2, 6, 16, 251, 252, 255] {
        for name in [&b"\x03rpz\x07example\x00"[..], b"\x04evil\x03rpz\x07example\x00", b"\x00"] {
            let question = [&b"\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"[..], name, &[0, kind, 0, 1]].concat();
            socket.send_to(&question, ours.address).await.unwrap();
            let mut buffer = [0; 4096];
            let length = tokio::time::timeout(Duration::from_secs(5), socket.recv(&mut buffer)).await.unwrap().unwrap();
            assert_eq!(buffer[3] & 15, 5, "refused");
            largest = largest.max(length as i64 - question.len() as i64);
        }
    }
    assert!(largest <= 0, "an answer that nobody signed for is not longer than its question");
    let mut stream = TcpStream::connect(ours.address).await.unwrap();
    let question =
        framed(&[b"\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03rpz\x07example\x00\x00\xfc\x00\x01".to_vec()]);
    // A connection has a last question.
    for _ in 0..300 {
        if stream.write_all(&question).await.is_err() {
            break;
        }
    }
    let mut answers = Vec::new();
    let _ = stream.read_to_end(&mut answers).await;
    assert!(answers.len() <= 100 * (question.len() + 2), "{}", answers.len());
}
