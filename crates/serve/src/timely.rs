//! Bodies that come in time, or not at all: whoever promises one and never sends it would keep a connection for ever.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::StatusCode,
    middleware::{self, Next},
};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// Has the whole body of each request come within so long: a read of what is missing then fails, and the answer says 408.
pub fn timely(router: Router, most: Duration) -> Router {
    router.layer(middleware::from_fn(move |request: Request, next: Next| async move {
        if request.body().is_end_stream() {
            return next.run(request).await;
        }
        let is_late = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_late);
        let body = |body| Body::new(Timely { body, until: Box::pin(sleep(most)), is_late: told });
        let mut answer = next.run(request.map(body)).await;
        if is_late.load(Ordering::Relaxed) {
            *answer.status_mut() = StatusCode::REQUEST_TIMEOUT;
        }
        answer
    }))
}

/// A body, for so long.
struct Timely {
    body: Body,
    until: Pin<Box<Sleep>>,
    is_late: Arc<AtomicBool>,
}

impl HttpBody for Timely {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if polled.is_pending() && self.until.as_mut().poll(context).is_ready() {
            self.is_late.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut)))));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
