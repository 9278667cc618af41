//! Our outlet and our transfers, with each other: what is given to whom.

use std::{sync::Arc, time::Duration};

use tokio::{net::UdpSocket, sync::mpsc};
use vauban_rpz::{Action, Covers, Entry, Limits, Outcome, PublishError, TransferError, Trigger, Watched, Zone, heed};

use crate::script::{KEY, NOW, Ours, ZONE, at, text, tight, transfer_from, zone};

#[tokio::test]
async fn whoever_has_the_key_takes_the_zone_and_what_changed() {
    let first = zone(7, 4000);
    let ours = Ours::start(first.clone(), "").await;
    let transfer = transfer_from(ours.address, Some(KEY), tight());
    let Outcome::Whole(taken) = transfer.fetch(None).await.unwrap() else { panic!() };
    assert_eq!(text(&taken), text(&first));
    assert!(matches!(transfer.fetch(Some(&taken)).await, Ok(Outcome::Unchanged)));

    ours.outlet.publish(Arc::new(zone(8, 4001))).unwrap();
    ours.outlet.publish(Arc::new(zone(9, 3999))).unwrap();
    let outcome = transfer.fetch(Some(&taken)).await.unwrap();
    let Outcome::Differences { zone: changed, added: 0, deleted: 1 } = outcome else { panic!("{outcome:?}") };
    assert_eq!(text(&changed), text(&zone(9, 3999)));
    // Whoever has something else, or has what is too long ago, takes all of it.
    let strange = transfer.fetch(Some(&Arc::new(zone(6, 1)))).await.unwrap();
    assert!(matches!(&strange, Outcome::Whole(zone) if zone.serial() == 9));
    for serial in 10..60 {
        ours.outlet.publish(Arc::new(zone(serial, 3999))).unwrap();
    }
    assert!(matches!(transfer.fetch(Some(&changed)).await.unwrap(), Outcome::Whole(_)));
    let recent = Arc::new(zone(50, 3999));
    assert!(matches!(transfer.fetch(Some(&recent)).await.unwrap(), Outcome::Differences { added: 0, deleted: 0, .. }));
}

#[tokio::test]
async fn everybody_else_is_refused() {
    let ours = Ours::start(zone(7, 10), "").await;
    let ask = |key: Option<String>| {
        let transfer = transfer_from(ours.address, key.as_deref(), tight());
        async move { transfer.fetch(None).await.unwrap_err() }
    };
    assert_eq!(ask(None).await, TransferError::Answer("REFUSED".to_owned()));
    for key in [KEY.replace("pmK3", "pmK4"), KEY.replace("transfer", "other"), KEY.replace("sha256", "sha512")] {
        assert_eq!(ask(Some(key.clone())).await, TransferError::KeyUnknown, "{key}");
    }
    let settings = format!("axfr://{}/{ZONE}", ours.address).parse::<vauban_rpz::TransferSettings>().unwrap();
    let late = vauban_rpz::Transfer::new(settings.with_key(Some(KEY.parse().unwrap())), tight(), at(NOW + 3600));
    assert_eq!(late.fetch(None).await.unwrap_err(), TransferError::Clock);
    let allowed = Ours::start(zone(7, 10), "allow = [\"127.0.0.1/32\"]").await;
    assert!(transfer_from(allowed.address, None, tight()).fetch(None).await.is_ok());
    let elsewhere = Ours::start(zone(7, 10), "allow = [\"192.0.2.0/24\"]").await;
    assert!(transfer_from(elsewhere.address, None, tight()).fetch(None).await.is_err());
}

#[tokio::test]
async fn only_a_newer_zone_is_given_out() {
    let ours = Ours::start(zone(7, 10), "").await;
    for serial in [7, 6, 7u32.wrapping_add(1 << 31)] {
        let error = ours.outlet.publish(Arc::new(zone(serial, 10))).unwrap_err();
        assert_eq!(error, PublishError::NotNewer { current: 7, offered: serial });
    }
    let other = Zone::build(&"other.example".parse().unwrap(), 9, []).zone;
    assert!(matches!(ours.outlet.publish(Arc::new(other)), Err(PublishError::OtherZone(..))));
    assert_eq!(ours.outlet.zone().unwrap().serial(), 7);
}

#[tokio::test]
async fn whoever_is_told_comes_and_takes() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let heeding = socket.local_addr().unwrap();
    let ours = Ours::start(zone(7, 10), &format!("notify = [{{ server = \"{heeding}\", key = \"{KEY}\" }}]")).await;
    let settings = format!("axfr://{}/{ZONE}", ours.address).parse::<vauban_rpz::TransferSettings>().unwrap();
    let watched = Watched::from(&settings.with_key(Some(KEY.parse().unwrap())));
    let (sender, mut told) = mpsc::channel(4);
    let task = tokio::spawn(heed(socket, vec![watched], at(NOW), sender));
    assert_eq!(told.recv().await.unwrap().to_string(), ZONE, "what it begins with is told, too");
    ours.outlet.publish(Arc::new(zone(8, 11))).unwrap();
    assert_eq!(told.recv().await.unwrap().to_string(), ZONE);
    // Unsigned, about another zone, from elsewhere: no answer.
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let message = b"\x00\x01\x24\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03rpz\x07example\x00\x00\x06\x00\x01";
    for message in
        [&message[..], &message[..20], b"\x00\x01\x24\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x06\x00\x01", b""]
    {
        stranger.send_to(message, heeding).await.unwrap();
    }
    let mut buffer = [0; 512];
    let silence = tokio::time::timeout(Duration::from_millis(300), stranger.recv(&mut buffer)).await;
    assert!(silence.is_err() && told.try_recv().is_err());
    drop(told);
    task.await.unwrap();
}

#[test]
fn what_has_no_place_in_a_zone_is_counted() {
    let entry = |text: &str, covers| Entry {
        trigger: Trigger::Name { text: text.to_owned(), covers },
        action: Action::NxDomain,
    };
    let long = vec!["a".repeat(63); 3].join(".") + ".abcdefghijklmnopqrstuvwxyz.abcdefghijklmnopqrstuvwxyz";
    let built = Zone::build(
        &ZONE.parse().unwrap(),
        1,
        [
            entry("evil.example", Covers::Exact),
            entry("", Covers::Below),
            entry("", Covers::Exact),
            entry("a..b", Covers::Exact),
            entry("24.0.2.0.192.rpz-ip", Covers::Exact),
            entry("*.evil.example", Covers::Exact),
            entry(&long, Covers::Exact),
            Entry { trigger: Trigger::ResponseAddress("0.0.0.0/0".parse().unwrap()), action: Action::NxDomain },
            Entry::name("empty.example", Action::LocalData(Vec::new())),
        ],
    );
    assert_eq!((built.refused, built.examples.len()), (7, 7));
    assert!(built.zone.verdict("anything.at.all").is_some());
}

#[tokio::test]
async fn a_record_that_needs_a_message_of_its_own_gets_one() {
    let text_record = |length: usize| {
        let text = "\"x\" ".repeat(length / 2);
        let file = format!("$ORIGIN {ZONE}.\n@ 60 SOA . . 7 1 1 1 1\na TXT {text}\nb CNAME .\nc TXT {text}\n");
        vauban_rpz::read_text(file.as_bytes(), None, vauban_rpz::TextLimits::default()).unwrap().zone
    };
    let large = text_record(60_000);
    let ours = Ours::start(large.clone(), "").await;
    let limits = Limits { ..tight() };
    let taken = transfer_from(ours.address, Some(KEY), limits).fetch(None).await.unwrap();
    assert_eq!(text(taken.zone().unwrap()), text(&large));
}
