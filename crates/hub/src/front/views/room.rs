//! How many views are built at a time, and how many are in memory: two built, one held for each credential. Others wait, so that no
//! party's haste is seen in another's answer.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::store::CredentialHash;

/// Views that are built at a time.
const AT_ONCE: usize = 2;

/// Where views are built.
#[derive(Debug)]
pub(in crate::front) struct Room {
    building: Arc<Semaphore>,
    parties: Mutex<HashMap<CredentialHash, Weak<Semaphore>>>,
}

/// A place to build in, for as long as it is kept.
#[derive(Debug)]
pub(super) struct Building {
    _place: OwnedSemaphorePermit,
    /// What the answer holds until it was sent.
    pub(super) held: Held,
}

/// The one view that a credential has in memory.
#[derive(Debug)]
pub(super) struct Held {
    _place: OwnedSemaphorePermit,
}

impl Default for Room {
    fn default() -> Self {
        Self { building: Arc::new(Semaphore::new(AT_ONCE)), parties: Mutex::default() }
    }
}

impl Room {
    /// Waits for a place. Nothing when the room was closed, which it never is.
    pub(super) async fn enter(&self, credential: CredentialHash) -> Option<Building> {
        let held = self.of(credential).acquire_owned().await.ok()?;
        let place = Arc::clone(&self.building).acquire_owned().await.ok()?;
        Some(Building { _place: place, held: Held { _place: held } })
    }

    fn of(&self, credential: CredentialHash) -> Arc<Semaphore> {
        let mut parties = self.parties.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = parties.get(&credential).and_then(Weak::upgrade) {
            return own;
        }
        // Whoever holds and waits for nothing is forgotten.
        parties.retain(|_, own| own.strong_count() > 0);
        let own = Arc::new(Semaphore::new(1));
        parties.insert(credential, Arc::downgrade(&own));
        own
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn one_credential_holds_one_view_and_keeps_nobody_else_out() {
        let room = Room::default();
        let (alice, bob) = (CredentialHash([1; 32]), CredentialHash([2; 32]));
        let Building { held, _place: place } = room.enter(alice).await.unwrap();
        drop(place);
        let again = tokio::time::timeout(Duration::from_millis(20), room.enter(alice)).await;
        assert!(again.is_err(), "a second view while the first is held");
        let others: Vec<Building> = [room.enter(bob).await.unwrap()].into();
        drop(held);
        assert!(room.enter(alice).await.is_some());
        drop(others);
        assert!(room.enter(CredentialHash([3; 32])).await.is_some());
        assert_eq!(room.parties.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn two_are_built_at_a_time() {
        let room = Room::default();
        let _two = (room.enter(CredentialHash([1; 32])).await, room.enter(CredentialHash([2; 32])).await);
        let third = room.enter(CredentialHash([3; 32]));
        assert!(tokio::time::timeout(Duration::from_millis(20), third).await.is_err());
    }
}
