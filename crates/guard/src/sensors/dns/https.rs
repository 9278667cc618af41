//! Questions over HTTPS (RFC 8484): `GET /dns-query?dns=…` and `POST /dns-query`. A device that cannot have a name of its own in
//! its address (Firefox can, some cannot) has its token at the end of the path: `/dns-query/TOKEN`.

use std::{convert::Infallible, net::IpAddr, sync::Arc, time::Duration};

use data_encoding::BASE64URL_NOPAD;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    body::{Bytes, Incoming},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

use super::{
    devices::Mark,
    engine::{Asker, Engine},
};
use crate::{Stopping, sensor::told_to_stop};

/// The type of a DNS message.
const MESSAGE: &str = "application/dns-message";
/// The longest DNS message.
const LONGEST: usize = 65_535;
/// How long a request's header and body may take, each.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long one connection is served: a device whose name was taken back does not keep it for longer.
const WHOLE: Duration = Duration::from_secs(3600);

/// Serves one connection.
pub(super) async fn serve<S>(
    engine: Arc<Engine>,
    stream: S,
    asker: Option<Asker>,
    address: IpAddr,
    mut stopping: Stopping,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_headers(64);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(64)
        .max_header_list_size(16 << 10)
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(PATIENCE);
    let service = service_fn(|request| {
        let (engine, asker) = (Arc::clone(&engine), asker.clone());
        async move { Ok::<_, Infallible>(respond(&engine, asker, address, request).await) }
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = timeout(WHOLE, connection.as_mut()) => {}
        () = told_to_stop(&mut stopping) => connection.as_mut().graceful_shutdown(),
    }
}

async fn respond(
    engine: &Arc<Engine>,
    asker: Option<Asker>,
    address: IpAddr,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let path = request.uri().path();
    let Some(rest) = path.strip_prefix("/dns-query") else { return plain(StatusCode::NOT_FOUND) };
    let asker = match rest.strip_prefix('/').filter(|token| !token.is_empty()) {
        Some(token) => engine.asker_with(Mark::Token(token.into()), address),
        None => asker,
    };
    let Some(asker) = asker.filter(|asker| engine.still_knows(asker)) else {
        engine.metrics.add("vauban_dns_refused_total", "strangers", 1.0);
        return plain(StatusCode::FORBIDDEN);
    };
    let packet = match *request.method() {
        Method::GET => question(request.uri().query().unwrap_or_default()),
        Method::POST if request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == MESSAGE) => {
            let body = Limited::new(request.into_body(), LONGEST).collect();
            timeout(PATIENCE, body).await.ok().and_then(Result::ok).map(|body| body.to_bytes().to_vec())
        }
        Method::POST => return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE),
        _ => return plain(StatusCode::METHOD_NOT_ALLOWED),
    };
    let Some(packet) = packet else { return plain(StatusCode::BAD_REQUEST) };
    let Some(answer) = engine.answer(&packet, &asker.over_stream(true)).await else {
        return plain(StatusCode::BAD_REQUEST);
    };
    let mut response = Response::new(Full::new(Bytes::from(answer)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MESSAGE));
    // What is asked differs by who asks, and the answer's own lifetimes stand in it.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=0"));
    response
}

/// The message in a query of a URL.
fn question(query: &str) -> Option<Vec<u8>> {
    let text = query.split('&').find_map(|pair| pair.strip_prefix("dns="))?;
    // Some clients pad, though they should not.
    BASE64URL_NOPAD.decode(text.trim_end_matches('=').as_bytes()).ok().filter(|packet| packet.len() <= LONGEST)
}

fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
