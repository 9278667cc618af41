//! Zones from BIND, NSD and Knot.

use std::{
    fs,
    io::Write as _,
    net::SocketAddr,
    process::{Command, Stdio},
    sync::Arc,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use vauban_rpz::{Limits, Outcome, Surroundings, Transfer, TransferError, TransferSettings, Zone};

use crate::{
    process::{Server, can_run, free_address, surroundings},
    programs::{SECRET, bind_primary, knot, nsd},
    sample::{KEY, NAMES, ZONE, text, zone},
};

fn transfer_with(server: &Server, key: Option<&str>, surroundings: Surroundings) -> Transfer {
    let settings: TransferSettings = format!("axfr://{}/{ZONE}", server.address).parse().unwrap();
    let settings = settings.with_key(key.map(|key| key.parse().unwrap()));
    Transfer::new(settings, Limits::default(), surroundings)
}

fn transfer(server: &Server) -> Transfer {
    transfer_with(server, Some(KEY), surroundings())
}

async fn whole(server: &Server) -> Arc<Zone> {
    match transfer(server).fetch(None).await.unwrap() {
        Outcome::Whole(zone) => zone,
        other => panic!("{other:?} {}", server.log()),
    }
}

/// The checker of BIND takes what we write.
fn checks(text: &str) {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    let checked = Command::new("named-checkzone").args(["-i", "local", ZONE]).arg(file.path()).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn bind_gives_its_zone_to_whoever_has_the_key() {
    if !can_run(&["named", "named-checkzone", "nsupdate"]) {
        return;
    }
    let original = zone(7, NAMES);
    let written = text(&original);
    checks(&written);
    let server = bind_primary(&written);
    let taken = whole(&server).await;
    assert!(text(&taken) == written, "the zone came otherwise than it was written");
    assert!(matches!(transfer(&server).fetch(Some(&taken)).await, Ok(Outcome::Unchanged)));
    for algorithm in ["hmac-sha384", "hmac-sha512"] {
        let key = format!("{algorithm}:{algorithm}.example:{SECRET}");
        let taken = transfer_with(&server, Some(&key), surroundings()).fetch(None).await.unwrap();
        assert!(text(taken.zone().unwrap()) == written, "{algorithm}");
    }

    // Whoever has no key, another secret or another time gets nothing.
    let refused = transfer_with(&server, None, surroundings()).fetch(None).await.unwrap_err();
    assert_eq!(refused, TransferError::Answer("REFUSED".to_owned()));
    for key in [KEY.replace("pmK3", "pmK4"), KEY.replace("transfer.example", "other.example")] {
        let refused = transfer_with(&server, Some(&key), surroundings()).fetch(None).await.unwrap_err();
        assert_eq!(refused, TransferError::KeyUnknown, "{key}");
    }
    for skew in [-3600i64, 3600] {
        let real = surroundings();
        let now = Arc::clone(&real.now);
        let skewed = Surroundings { now: Arc::new(move || now().checked_add_signed(skew).unwrap()), ..real };
        let refused = transfer_with(&server, Some(KEY), skewed).fetch(None).await.unwrap_err();
        assert_eq!(refused, TransferError::Clock, "{skew}");
    }

    cuts(&server, None).await;
    // After an update only what changed comes.
    update(
        &server,
        "update add fresh.example.rpz.campagne.example 300 CNAME .\nupdate delete ok.nothing.rpz.campagne.example\n",
    );
    update(
        &server,
        "update add other.example.rpz.campagne.example 300 A 192.0.2.7\nupdate delete fresh.example.rpz.campagne.example\n",
    );
    update(&server, "update add fresh.example.rpz.campagne.example 300 CNAME rpz-drop.\n");
    let Outcome::Differences { zone: changed, added, deleted } = transfer(&server).fetch(Some(&taken)).await.unwrap()
    else {
        panic!("{}", server.log())
    };
    assert_eq!((added, deleted), (2, 0));
    assert_eq!(changed.serial(), 10);
    cuts(&server, Some(&taken)).await;
    assert!(text(&changed) == text(&*whole(&server).await), "differences lead elsewhere than the whole zone");
    // A zone that is none of the server's past is asked for anew.
    let Outcome::Whole(anew) = transfer(&server).fetch(Some(&Arc::new(zone(5, 10)))).await.unwrap() else {
        panic!("{}", server.log())
    };
    assert!(text(&anew) == text(&changed));
    let older = transfer(&server).fetch(Some(&Arc::new(zone(1000, 10)))).await.unwrap_err();
    assert_eq!(older, TransferError::Older { kept: 1000, offered: 10 });
}

/// Cut off at any byte, what comes from a real server is refused.
async fn cuts(server: &Server, kept: Option<&Arc<Zone>>) {
    let real = server.address;
    let whole = through(real, usize::MAX, kept).await.unwrap();
    assert!(whole.zone().is_some());
    let lengths: &[usize] =
        if kept.is_some() { &[0, 1, 2, 100, 300] } else { &[0, 1, 2, 14, 20_000, 500_000, 2_000_000] };
    for &length in lengths {
        assert_eq!(through(real, length, kept).await.unwrap_err(), TransferError::CutShort, "{length}");
    }
}

/// A transfer through a connection that breaks after so many bytes.
async fn through(real: SocketAddr, length: usize, kept: Option<&Arc<Zone>>) -> Result<Outcome, TransferError> {
    let settings: TransferSettings = format!("axfr://{real}/{ZONE}").parse().unwrap();
    let transfer = Transfer::new(settings.with_key(Some(KEY.parse().unwrap())), Limits::default(), surroundings());
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    let broken = async move {
        let (from, into) = TcpStream::connect(real).await.unwrap().into_split();
        let (asked, answered) = tokio::io::split(theirs);
        let ask = async move {
            let (mut asked, mut into) = (asked, into);
            let _ = tokio::io::copy(&mut asked, &mut into).await;
        };
        let answer = async move {
            let (mut from, mut answered) = (from.take(length as u64), answered);
            let _ = tokio::io::copy(&mut from, &mut answered).await;
            let _ = answered.shutdown().await;
        };
        tokio::select! { () = answer => {}, () = ask => {} }
    };
    let (outcome, ()) = tokio::join!(transfer.over(ours, kept), broken);
    outcome
}

fn update(server: &Server, commands: &str) {
    let mut child =
        Command::new("nsupdate").args(["-y", KEY]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let port = server.address.port();
    let commands = format!("server 127.0.0.1 {port}\nzone {ZONE}\n{commands}send\n");
    child.stdin.take().unwrap().write_all(commands.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?} {}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn nsd_gives_its_zone() {
    if !can_run(&["nsd"]) {
        return;
    }
    let written = text(&zone(7, NAMES));
    let server = nsd(free_address(), Some(&written), None);
    let taken = whole(&server).await;
    assert!(text(&taken) == written, "the zone came otherwise than it was written");
    assert!(matches!(transfer(&server).fetch(Some(&taken)).await, Ok(Outcome::Unchanged)));
    let refused = transfer_with(&server, None, surroundings()).fetch(None).await.unwrap_err();
    assert_eq!(refused, TransferError::Answer("REFUSED".to_owned()));
    let key = KEY.replace("pmK3", "pmK4");
    let refused = transfer_with(&server, Some(&key), surroundings()).fetch(None).await.unwrap_err();
    assert_eq!(refused, TransferError::KeyUnknown);
    // It keeps no differences unless told so, and gives the whole zone.
    fs::write(server.path("rpz.zone"), text(&zone(8, 50))).unwrap();
    server.reload();
    let mut changed = transfer(&server).fetch(Some(&taken)).await.unwrap();
    for _ in 0..100 {
        if changed.zone().is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        changed = transfer(&server).fetch(Some(&taken)).await.unwrap();
    }
    assert!(text(changed.zone().unwrap()) == text(&zone(8, 50)), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn knot_gives_its_zone_and_what_changed() {
    if !can_run(&["knotd"]) {
        return;
    }
    let written = text(&zone(7, NAMES));
    let server = knot(free_address(), Some(&written), None);
    let taken = whole(&server).await;
    assert!(text(&taken) == written, "the zone came otherwise than it was written");
    let next = written.replacen(" 7 900 ", " 8 900 ", 1) + "fresh.example 300 IN CNAME .\n";
    fs::write(server.path("rpz.zone"), next).unwrap();
    server.reload();
    let mut changed = transfer(&server).fetch(Some(&taken)).await.unwrap();
    for _ in 0..100 {
        if changed.zone().is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        changed = transfer(&server).fetch(Some(&taken)).await.unwrap();
    }
    let Outcome::Differences { zone: changed, added: 1, deleted: 0 } = changed else {
        panic!("{} {changed:?}", server.log())
    };
    assert!(text(&changed) == text(&*whole(&server).await));
}
