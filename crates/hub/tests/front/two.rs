//! Two fronts on one PostgreSQL, and what they say when it goes away.

use vauban_hub::store::FrontStore;
use vauban_release::SignedReceipt;

use crate::{
    client::Client,
    made::{ALICE, GROUP, batch, filled, front, now, party_key, served},
    postgres::Server,
};

#[tokio::test]
async fn two_fronts_are_one_hub() {
    let Some(mut server) = Server::start() else { return };
    let (place, _) = server.database();
    let store = FrontStore::open(&place).await.unwrap();
    let releases = filled(&store).await;
    let addresses = [served(front(store)).await, served(front(FrontStore::open(&place).await.unwrap())).await];
    let clients = addresses.map(|address| Client::bearer(&address, ALICE));

    // Each goes on where the other stopped: cursors are the hub's.
    let (mut names, mut next) = (Vec::new(), String::new());
    for turn in 0.. {
        let path = format!("/releases/collections/{}/objects/?limit=2{next}", GROUP.0);
        let page = clients[turn % 2].taxii(&path).await.json();
        names.extend(page["objects"].as_array().unwrap().iter().map(|object| object["name"].to_string()));
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&next={cursor}");
    }
    assert_eq!(names.len(), 9);
    let path = format!("/hub/v1/streams/{}/releases/latest", GROUP.0);
    assert_eq!(clients[0].get(&path).await, clients[1].get(&path).await);

    // What one keeps the other gives back.
    let receipt = format!("/hub/v1/streams/{}/releases/1/receipt", GROUP.0);
    let text = SignedReceipt::sign(releases[0].signed(), &party_key(21), now().into()).unwrap().to_text();
    assert_eq!(clients[0].ask("PUT", &receipt, &[], text.as_bytes()).await.status, 201);
    assert_eq!(clients[1].ask("PUT", &receipt, &[], text.as_bytes()).await.status, 200);
    assert_eq!(clients[1].get(&receipt).await.text(), text);

    // What the signer refuses is given back; a rush on both spends one budget.
    let mut other_epoch = batch(1, &[]).0;
    other_epoch[7] = 9;
    for number in 0..8 {
        let came = clients[number % 2].ask("POST", "/hub/v1/blind", &[], &other_epoch).await;
        assert_eq!(came.code(), "epoch");
    }
    let rush: Vec<_> = (0..12)
        .map(|number| {
            let client = clients[number % 2].clone();
            tokio::spawn(
                async move { client.ask("POST", "/hub/v1/blind", &[], &batch(number as u64, &[]).0).await.status },
            )
        })
        .collect();
    let mut statuses = Vec::new();
    for one in rush {
        statuses.push(one.await.unwrap());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 3, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");

    server.stop_at_once();
    let taxii = clients[0].taxii("/releases/collections/").await;
    let own = clients[1].get("/hub/v1/streams").await;
    assert_eq!((taxii.status, taxii.header("retry-after")), (503, Some("60")));
    assert_eq!((own.status, own.code().as_str(), own.header("retry-after")), (503, "unavailable", Some("60")));
    server.run();
    assert_eq!(clients[0].taxii("/releases/collections/").await.status, 200);
    assert_eq!(clients[1].get(&path).await.status, 200);
}
