//! Names as they are asked for, without a script: one page that does not end for ten minutes, and grows at its bottom.
//!
//! A page that loads itself again would throw whoever reads it back to its beginning, screen reader and keyboard alike. Rows that
//! are only added move nothing, and whoever wants them to stand still follows a link, or lets the browser stop.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use hyper::body::Frame;
use maud::{PreEscaped, html};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time::{Instant, sleep},
};
use vauban_record::Looked;

use super::{
    names::{Asked, head, line, look, silent},
    overview::{beside, unreadable},
    policy::Now,
};
use crate::{
    page::{failed, page},
    request::Visitor,
    serve::Shared,
};

/// The rows that the page begins with.
const FIRST: u32 = 20;
/// The rows that come at a time.
const MOST: u32 = 200;
/// How often it is looked for more.
const LOOK: Duration = Duration::from_secs(1);
/// How long a page follows.
const LONGEST: Duration = Duration::from_secs(600);
/// Where rows stand in the page.
const HERE: &str = "<!-- rows -->";

/// A body that comes piece by piece.
struct Pieces(mpsc::Receiver<Bytes>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.get_mut().0.poll_recv(context).map(|piece| piece.map(|bytes| Ok(Frame::data(bytes))))
    }
}

pub(crate) async fn follow(
    State(shared): State<Shared>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let Ok(permit) = Arc::clone(&shared.followers).try_acquire_owned() else {
        let next = visitor.say("Fermez-en une, puis essayez de nouveau.", "Close one of them, then try again.");
        return failed(&visitor, visitor.say("Trop de pages suivent en direct.", "Too many pages follow live."), next);
    };
    let portal = shared.portal.clone();
    let policy = match beside(move || Now::read(&portal)).await {
        Ok(now) => now,
        Err(why) => return unreadable(&visitor, &why),
    };
    let looked = asked.looked(FIRST);
    let whole = whole(&visitor, &policy, &looked);
    let Some((before, after)) = whole.split_once(HERE) else { return unreadable(&visitor, "rows") };
    let (send, receive) = mpsc::channel(4);
    let follower = Follower { shared, visitor, looked, send, headers, _permit: permit };
    tokio::spawn(follower.run(before.to_owned(), after.to_owned()));
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], Body::new(Pieces(receive))).into_response()
}

/// The page, with a mark where its rows stand.
fn whole(visitor: &Visitor, now: &Now, looked: &Looked) -> String {
    let list = format!("/names?verdict={}&name={}", looked.verdict, looked.under);
    let content = html! {
        p { (visitor.say(
            "Les nouvelles lignes s'ajoutent en bas, pendant dix minutes. Rien de ce que vous lisez ne bouge.",
            "New rows are added at the bottom, for ten minutes. Nothing that you read moves.",
        )) }
        p { a.do href=(list) { (visitor.say("Arrêter, et revenir à la liste", "Stop, and go back to the list")) } }
        (silent(visitor, now.rules.policy()))
        table {
            caption { (visitor.say("Les plus récents en bas", "The latest at the bottom")) }
            (head(visitor))
            tbody { (PreEscaped(HERE)) }
        }
        p { (visitor.say("La page ne suit plus.", "The page no longer follows.")) " " a href={ "/names/live?verdict=" (looked.verdict) "&name=" (looked.under) } { (visitor.say("Suivre encore", "Follow on")) } }
    };
    page(visitor, visitor.say("Noms demandés, en direct", "Names asked for, live"), &content).0
}

/// Whoever follows.
struct Follower {
    shared: Shared,
    visitor: Visitor,
    looked: Looked,
    send: mpsc::Sender<Bytes>,
    /// What shows the session, which may end meanwhile.
    headers: HeaderMap,
    _permit: OwnedSemaphorePermit,
}

impl Follower {
    /// Sends the page, what there is, and what comes, until nobody reads it, the session ends, or it was long enough.
    async fn run(mut self, before: String, after: String) {
        let began = Instant::now();
        if self.send.send(before.into()).await.is_err() {
            return;
        }
        while began.elapsed() < LONGEST {
            if self.shared.door.who(&self.headers, false).is_err() {
                break;
            }
            let Some(rows) = self.rows().await else { break };
            if !rows.is_empty() && self.send.send(rows.into()).await.is_err() {
                return;
            }
            tokio::select! {
                () = sleep(LOOK) => {}
                () = self.send.closed() => return,
            }
        }
        let _ = self.send.send(after.into()).await;
    }

    /// The rows that came since the last time, the latest at the bottom.
    async fn rows(&mut self) -> Option<String> {
        let (portal, looked) = (self.shared.portal.clone(), self.looked.clone());
        let (now, rows) = beside(move || {
            let rows = look(&portal, &looked)?;
            Ok((if rows.is_empty() { None } else { Some(Now::read(&portal)?) }, rows))
        })
        .await
        .ok()?;
        self.looked.most = MOST;
        self.looked.after = rows.first().map_or(self.looked.after, |row| row.id);
        let Some(now) = now else { return Some(String::new()) };
        let lines = rows.iter().rev().map(|row| line(&self.visitor, &now, row).into_string());
        Some(lines.collect())
    }
}
