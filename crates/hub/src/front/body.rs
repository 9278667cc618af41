//! Bodies are read up to a bound and within a time. One that says it is longer is refused before it comes.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is longer than it may be.
    TooLong,
    /// It did not come in time, or not to its end.
    Slow,
}

pub(crate) async fn read_body(body: Body, most: usize, patience: Duration) -> Result<Bytes, Unread> {
    if body.size_hint().lower() > most as u64 {
        return Err(Unread::TooLong);
    }
    match tokio::time::timeout(patience, Limited::new(body, most).collect()).await {
        Ok(Ok(read)) => Ok(read.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Unread::TooLong),
        _ => Err(Unread::Slow),
    }
}
