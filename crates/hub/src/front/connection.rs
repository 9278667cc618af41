//! Connections: so many at a time, none of them idle for long.

use std::{pin::pin, sync::Arc};

use axum::{Router, serve::Listener};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::Semaphore,
};

use super::{Limits, patience::Patient};

/// Serves connections until `stop` is done. Those that are open then end as they are dropped by their clients or run out of patience.
pub(crate) async fn keep_serving<L: Listener>(
    mut listener: L,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await.0)
        };
        let (place, stream) = tokio::select! {
            () = &mut stop => return,
            next = next => next,
        };
        let router = router.clone();
        tokio::spawn(async move {
            let _place = place;
            serve(stream, router, limits).await;
        });
    }
}

async fn serve<S>(stream: S, router: Router, limits: Limits)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let stream = TokioIo::new(Patient::new(stream, limits.write));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(64 << 10)
        .serve_connection(stream, TowerToHyperService::new(router))
        .await;
    // Who hangs up is no news; what was asked stands in no log.
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended");
    }
}
