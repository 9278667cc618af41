//! What is being found out is found out once, however many wait for it; and it goes on when nobody waits any more.

use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::watch;

/// Errands under way, by what they are for.
pub(crate) struct Flights<K, V>(Arc<Mutex<HashMap<K, watch::Receiver<Option<V>>>>>);

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Clone + Eq + Hash + Send + 'static, V: Clone + Send + Sync + 'static> Flights<K, V> {
    /// Waits for an errand, which is begun unless it is under way. Nothing when it ended without a result.
    pub(crate) async fn join<F>(&self, key: &K, begin: impl FnOnce() -> F) -> Option<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut waiting = self.board(key, begin);
        waiting.wait_for(Option::is_some).await.ok()?.clone()
    }

    fn board<F>(&self, key: &K, begin: impl FnOnce() -> F) -> watch::Receiver<Option<V>>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waiting) = flights.get(key) {
            return waiting.clone();
        }
        let (done, waiting) = watch::channel(None);
        flights.insert(key.clone(), waiting.clone());
        let landing = Landing { flights: Arc::clone(&self.0), key: key.clone() };
        let errand = begin();
        tokio::spawn(async move {
            let landing = landing;
            let result = errand.await;
            drop(landing);
            // Nobody may be waiting any more.
            let _ = done.send(Some(result));
        });
        waiting
    }
}

/// Takes an errand out of the list when it is over, also when it panicked.
struct Landing<K: Eq + Hash, V> {
    flights: Arc<Mutex<HashMap<K, watch::Receiver<Option<V>>>>>,
    key: K,
}

impl<K: Eq + Hash, V> Drop for Landing<K, V> {
    fn drop(&mut self) {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl<K, V> fmt::Debug for Flights<K, V> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Flights").finish_non_exhaustive()
    }
}
