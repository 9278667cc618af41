//! A body that comes piece by piece, with its length known before.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Pieces that somebody else sends. The body breaks off when they end too early, so that the client sees it.
pub(super) struct Pieces {
    pieces: Receiver<Vec<u8>>,
    left: u64,
}

impl Pieces {
    /// A body of this length, and where its pieces go. One piece waits at a time.
    pub(super) fn new(length: u64) -> (Sender<Vec<u8>>, Self) {
        let (sender, pieces) = channel(1);
        (sender, Self { pieces, left: length })
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, to: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.pieces.poll_recv(to).map(|piece| {
            let short = || io::Error::other("the release broke off");
            let Some(piece) = piece else { return Some(Err(short())) };
            match self.left.checked_sub(piece.len() as u64) {
                Some(left) => {
                    self.left = left;
                    Some(Ok(Frame::data(Bytes::from(piece))))
                }
                None => Some(Err(short())),
            }
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
