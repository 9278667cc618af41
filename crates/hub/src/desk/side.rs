//! The seam between a desk and its front: what the one tells the other, and what it asks, whether the front's database is at hand or a stick
//! goes between them.

use std::{path::PathBuf, pin::Pin};

use jiff::Timestamp;
use uuid::Uuid;

use super::DeskError;
use crate::store::{
    Audience, FrontStore, JoinedParty, KeyEntry, Place, Publication, Receipt, ReleaseNumber, StreamId, Submission,
    ToldCounts,
};

/// How a desk reaches its front.
#[derive(Debug, Clone)]
pub enum Reach {
    /// By its database.
    Database(Place),
    /// By a folder that is carried there and back.
    Stick(PathBuf),
}

impl Reach {
    /// From what a person wrote: `stick:FOLDER`, or else where a database is.
    #[must_use]
    pub fn named(text: &str) -> Self {
        match text.strip_prefix("stick:") {
            Some(folder) => Self::Stick(folder.into()),
            None => Self::Database(Place::named(text)),
        }
    }

    /// The folder of the stick, if it is one.
    #[must_use]
    pub fn stick(&self) -> Option<&std::path::Path> {
        if let Self::Stick(folder) = self { Some(folder) } else { None }
    }
}

impl From<Place> for Reach {
    fn from(place: Place) -> Self {
        Self::Database(place)
    }
}

/// What is left to do when a desk has told its front everything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rest {
    /// Orders that wait on a stick until it is at the front.
    pub orders: usize,
    /// Whether more waits at the front than one stick holds.
    pub more: bool,
}

/// What is being done.
pub type Step<'a, T> = Pin<Box<dyn Future<Output = Result<T, DeskError>> + Send + 'a>>;

/// A front, as its desk sees it. Each call may be made again: nothing happens twice.
pub trait FrontSide: Send {
    /// As [`FrontStore::append_key`].
    fn append_key<'a>(&'a mut self, new: &'a KeyEntry) -> Step<'a, ()>;

    /// As [`FrontStore::set_audience`].
    fn set_audience<'a>(&'a mut self, audience: &'a Audience) -> Step<'a, ()>;

    /// As [`FrontStore::publish`]. A stick is at the front later: it counts from then on.
    fn publish<'a>(&'a mut self, new: &'a Publication, now: Timestamp) -> Step<'a, ()>;

    /// As [`FrontStore::joined_parties`].
    fn joined_parties(&mut self) -> Step<'_, Vec<JoinedParty>>;

    /// As [`FrontStore::receipts`].
    fn receipts(&mut self, stream: StreamId, after: ReleaseNumber) -> Step<'_, Vec<Receipt>>;

    /// As [`FrontStore::countersign`].
    fn countersign<'a>(&'a mut self, receipt: &'a Receipt, seen: &'a [u8]) -> Step<'a, ()>;

    /// As [`FrontStore::waiting`].
    fn waiting(&mut self, most: u64) -> Step<'_, Vec<Submission>>;

    /// As [`FrontStore::taken`].
    fn taken<'a>(&'a mut self, id: Uuid, status: &'a str) -> Step<'a, ()>;

    /// As [`FrontStore::waiting_counts`].
    fn waiting_counts(&mut self, most: u64) -> Step<'_, Vec<ToldCounts>>;

    /// As [`FrontStore::counts_taken`].
    fn counts_taken<'a>(&'a mut self, told: &'a ToldCounts) -> Step<'a, ()>;

    /// All was said. Dropped before, a stick tells the front nothing of it.
    fn finish(self: Box<Self>) -> Step<'static, Rest>;
}

impl FrontSide for FrontStore {
    fn append_key<'a>(&'a mut self, new: &'a KeyEntry) -> Step<'a, ()> {
        Box::pin(async move { Ok(Self::append_key(self, new).await?) })
    }

    fn set_audience<'a>(&'a mut self, audience: &'a Audience) -> Step<'a, ()> {
        Box::pin(async move { Ok(Self::set_audience(self, audience).await?) })
    }

    fn publish<'a>(&'a mut self, new: &'a Publication, now: Timestamp) -> Step<'a, ()> {
        Box::pin(async move {
            Self::publish(self, new, now).await?;
            Ok(())
        })
    }

    fn joined_parties(&mut self) -> Step<'_, Vec<JoinedParty>> {
        Box::pin(async move { Ok(Self::joined_parties(self).await?) })
    }

    fn receipts(&mut self, stream: StreamId, after: ReleaseNumber) -> Step<'_, Vec<Receipt>> {
        Box::pin(async move { Ok(Self::receipts(self, stream, after).await?) })
    }

    fn countersign<'a>(&'a mut self, receipt: &'a Receipt, seen: &'a [u8]) -> Step<'a, ()> {
        Box::pin(async move { Ok(Self::countersign(self, receipt, seen).await?) })
    }

    fn waiting(&mut self, most: u64) -> Step<'_, Vec<Submission>> {
        Box::pin(async move { Ok(Self::waiting(self, most).await?) })
    }

    fn taken<'a>(&'a mut self, id: Uuid, status: &'a str) -> Step<'a, ()> {
        Box::pin(async move { Ok(Self::taken(self, id, status).await?) })
    }

    fn waiting_counts(&mut self, most: u64) -> Step<'_, Vec<ToldCounts>> {
        Box::pin(async move { Ok(Self::waiting_counts(self, most).await?) })
    }

    fn counts_taken<'a>(&'a mut self, told: &'a ToldCounts) -> Step<'a, ()> {
        Box::pin(async move { Ok(Self::counts_taken(self, told).await?) })
    }

    fn finish(self: Box<Self>) -> Step<'static, Rest> {
        Box::pin(async move {
            // What a party sent and the desk has taken is in the log beside the file until then.
            self.empty_log().await?;
            self.close().await?;
            Ok(Rest::default())
        })
    }
}
