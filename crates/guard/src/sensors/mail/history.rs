//! What was judged, for whoever asks later. A history that fails costs a row, and mail goes on.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use vauban_record::{Journal, Judged, RecordError};

/// The guard's history of mail.
#[derive(Clone)]
pub struct History {
    store: Arc<Mutex<Option<Journal>>>,
    path: PathBuf,
    random: [u8; 32],
}

impl History {
    /// A history in this file; `random` is the key of a new one.
    #[must_use]
    pub fn new(path: PathBuf, random: [u8; 32]) -> Self {
        Self { store: Arc::default(), path, random }
    }

    /// Notes a message that was judged, with what stood in it.
    pub(super) fn note(&self, at: Timestamp, message: &Judged, shown: &[Vec<u8>]) {
        self.with(|journal| journal.note(at, message, shown.iter().map(Vec::as_slice)));
    }

    /// Forgets what is too old.
    pub(crate) fn forget(&self, now: Timestamp, days: u16) {
        // In small pieces: messages wait for the store.
        while self.with(|journal| journal.forget(now, days)) == Some(true) {}
    }

    fn with<T>(&self, change: impl FnOnce(&mut Journal) -> Result<T, RecordError>) -> Option<T> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = match store.as_mut() {
            Some(journal) => change(journal),
            None => Journal::open(&self.path, self.random).and_then(|journal| change(store.insert(journal))),
        };
        if let Err(error) = &outcome {
            tracing::error!(%error, "the history of mail cannot be used");
            *store = None;
        }
        outcome.ok()
    }
}
