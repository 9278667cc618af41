//! Our zone in Knot, NSD, BIND and Unbound: taken, told of changes, and given back the same.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::sync::oneshot;
use vauban_rpz::{
    Action, Entry, Limits, Outlet, Secondary, ServeSettings, Transfer, TransferError, TransferSettings, Zone,
};

use crate::{
    process::{Server, can_run, free_address, surroundings},
    programs::{knot, nsd},
    questions,
    sample::{KEY, NAMES, ZONE, text, zone, zone_with},
};

/// Our zone, given out until it is dropped.
pub(crate) struct Ours {
    pub(crate) outlet: Outlet,
    pub(crate) address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Ours {
    /// Given out to whoever has the key, and unsigned to this machine when `unsigned`; `notify` is told of changes.
    pub(crate) async fn start(zone: Zone, unsigned: bool, notify: SocketAddr) -> Self {
        let settings = ServeSettings {
            listen: vec![free_address()],
            zone: ZONE.parse().unwrap(),
            keys: vec![KEY.parse().unwrap()],
            allow: if unsigned { vec!["127.0.0.0/8".parse().unwrap()] } else { Vec::new() },
            notify: vec![Secondary { server: notify, key: None }],
        };
        let outlet = Outlet::new(settings, surroundings());
        outlet.publish(Arc::new(zone)).unwrap();
        let listening = outlet.listen().await.unwrap();
        let address = listening.addresses()[0];
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(listening.serve(async move {
            let _ = stopped.await;
        }));
        Self { outlet, address, _stop: stop }
    }
}

/// The zone as a secondary has it now. While a server takes over what it fetched it may refuse.
async fn given_back(server: &Server) -> String {
    let settings: TransferSettings = format!("axfr://{}/{ZONE}", server.address).parse().unwrap();
    let settings = settings.with_key(Some(KEY.parse().unwrap()));
    let transfer = Transfer::new(settings, Limits::default(), surroundings());
    for _ in 0..100 {
        match transfer.fetch(None).await {
            Ok(outcome) => return text(outcome.zone().unwrap()),
            Err(TransferError::Answer(answer)) => println!("for now it answers {answer}"),
            Err(error) => panic!("{error} {}", server.log()),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it gives nothing back: {}", server.log());
}

async fn waits_for(server: &Server, serial: u32) {
    for _ in 0..300 {
        if questions::serial(server.address) == Some(serial) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("serial {serial} did not arrive: {}", server.log());
}

/// What the next zone has besides.
pub(crate) fn fresh() -> Vec<Entry> {
    ["fresh.example", "*.fresh.example"].map(|name| Entry::name(name, Action::NxDomain)).into()
}

/// A secondary gives back what it took, and takes what changed.
async fn goes_round(start: impl FnOnce(SocketAddr, SocketAddr) -> Server) {
    let (first, next) = (zone(7, NAMES), zone_with(8, NAMES, fresh()));
    let secondary = free_address();
    let ours = Ours::start(first.clone(), false, secondary).await;
    let server = tokio::task::block_in_place(|| start(secondary, ours.address));
    assert!(given_back(&server).await == text(&first), "it came back otherwise");
    ours.outlet.publish(Arc::new(next.clone())).unwrap();
    waits_for(&server, 8).await;
    assert!(given_back(&server).await == text(&next), "the change came otherwise");
}

#[tokio::test(flavor = "multi_thread")]
async fn knot_takes_our_zone_and_what_changes() {
    if can_run(&["knotd"]) {
        goes_round(|secondary, primary| knot(secondary, None, Some(primary))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nsd_takes_our_zone_and_what_changes() {
    if can_run(&["nsd"]) {
        goes_round(|secondary, primary| nsd(secondary, None, Some(primary))).await;
    }
}
