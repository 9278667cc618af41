//! A body that keeps its place in the room until it was sent: piece by piece, so that whoever takes it slowly is seen to.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::room::Held;

/// Bytes that the connection is handed at a time.
const PIECE: usize = 64 << 10;

/// What is left to send.
pub(super) struct HeldBody {
    left: Bytes,
    _held: Held,
}

impl HeldBody {
    pub(super) fn new(bytes: Vec<u8>, held: Held) -> Self {
        Self { left: bytes.into(), _held: held }
    }
}

impl Body for HeldBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.left.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(self.left.split_to(length)))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}
