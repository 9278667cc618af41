//! Connections: so many at a time, none of them idle for long.

use std::{pin::pin, sync::Arc};

use axum::{Router, extract::ConnectInfo, serve::Listener};
use hyper::{
    Request,
    body::Incoming,
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::Semaphore,
};

use crate::{Limits, patience::Patient};

/// Serves connections until `stop` is done. Those that are open then end as they are dropped by their clients or run out of patience.
/// Each request is told from where it comes ([`ConnectInfo`]).
pub async fn keep_serving<L>(mut listener: L, router: Router, limits: Limits, stop: impl Future<Output = ()>)
where
    L: Listener,
    L::Addr: Clone + Send + Sync + 'static,
{
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, (stream, address)) = tokio::select! {
            () = &mut stop => return,
            next = next => next,
        };
        let router = router.clone();
        tokio::spawn(async move {
            let _place = place;
            serve(stream, ConnectInfo(address), router, limits).await;
        });
    }
}

async fn serve<S, A>(stream: S, from: ConnectInfo<A>, router: Router, limits: Limits)
where
    A: Clone + Send + Sync + 'static,
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let routed = TowerToHyperService::new(router);
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(from.clone());
        routed.call(request)
    });
    let stream = TokioIo::new(Patient::new(stream, limits.write));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(64 << 10)
        .serve_connection(stream, service)
        .await;
    // Who hangs up is no news; what was asked stands in no log.
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended");
    }
}
