//! Steps of a schema are taken once, in order, keep what is there, and are all taken or none, on both engines.

use super::{
    Place, StoreError,
    engine::{Engine, Intent, Role, Schema, open, values},
};
use crate::server::Server;

const FIRST: &str = "CREATE TABLE thing (id INTEGER NOT NULL PRIMARY KEY, bytes BLOB NOT NULL) STRICT;";
const SECOND: &str =
    "ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 0; UPDATE thing SET size = length(bytes);";
const BAD: &str = "CREATE TABLE other (id INTEGER NOT NULL) STRICT; INSERT INTO nowhere VALUES (1);";

const fn schema(steps: &'static [&'static str]) -> Schema {
    Schema { role: Role::Front, steps }
}

async fn number(engine: &dyn Engine, sql: &str) -> Result<i64, StoreError> {
    engine.begin(Intent::Read).await.unwrap().one(sql, values![]).await?.take()
}

async fn steps_go_forward(place: Place) {
    let first = open(&place, &schema(&[FIRST])).await.unwrap();
    let mut session = first.begin(Intent::Write).await.unwrap();
    session.run("INSERT INTO thing (id, bytes) VALUES ($1, $2)", values![1_i64, vec![1_u8, 2, 3]]).await.unwrap();
    session.commit().await.unwrap();
    first.close().await.unwrap();
    let broken = open(&place, &schema(&[FIRST, BAD])).await.map(|_| ());
    assert!(matches!(broken, Err(StoreError::Damaged(_))), "{broken:?}");
    let at_once = [1, 2].map(|_| {
        let place = place.clone();
        tokio::spawn(async move { open(&place, &schema(&[FIRST, SECOND])).await.map(|_| ()) })
    });
    for one in at_once {
        one.await.unwrap().unwrap();
    }
    let second = open(&place, &schema(&[FIRST, SECOND])).await.unwrap();
    assert_eq!(number(&*second, "SELECT size FROM thing").await.unwrap(), 3);
    assert!(number(&*second, "SELECT count(*) FROM other").await.is_err(), "half a step was taken");
    second.close().await.unwrap();
    let older = open(&place, &schema(&[FIRST])).await.map(|_| ());
    assert!(matches!(older, Err(StoreError::Newer { found: 2, known: 1 })), "{older:?}");
}

#[tokio::test]
async fn steps_go_forward_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    steps_go_forward(Place::File(folder.path().join("steps"))).await;
}

#[tokio::test]
async fn steps_go_forward_on_postgresql() {
    let Some(server) = Server::start() else { return };
    steps_go_forward(server.database().0).await;
}
