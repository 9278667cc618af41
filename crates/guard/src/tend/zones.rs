//! Lists that are zones of a server: transferred, and written as the text of a zone, so that they are kept and judged like
//! every other list. What a list covers stays covered where names inside it would make a hole in the zone.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use tokio::runtime::Handle;
use vauban_policy::List;
use vauban_rpz::{Limits, Surroundings, Transfer, TransferSettings, TsigKey, Zone, write_text};

use crate::sensors::mail::Random;

/// Zones as they came last: the next time only what changed is asked for.
#[derive(Clone)]
pub(super) struct Zones {
    kept: Arc<Mutex<HashMap<String, Arc<Zone>>>>,
    surroundings: Surroundings,
}

impl Zones {
    pub(super) fn new(surroundings: Surroundings) -> Self {
        Self { kept: Arc::default(), surroundings }
    }

    /// The text of a list's zone as its server has it now.
    pub(super) fn text(&self, list: &List) -> Result<Vec<u8>, String> {
        let settings: TransferSettings = list.from.parse().map_err(|error| format!("{error}"))?;
        let key = (!list.key.is_empty()).then(|| list.key.parse::<TsigKey>());
        let settings = settings.with_key(key.transpose().map_err(|error| error.to_string())?);
        let transfer = Transfer::new(settings, Limits::default(), self.surroundings.clone());
        let kept = self.kept().get(&list.name).cloned();
        let outcome = Handle::current().block_on(transfer.fetch(kept.as_ref())).map_err(|error| error.to_string())?;
        let zone =
            outcome.zone().cloned().or(kept).ok_or("the server says that nothing changed, and nothing is here")?;
        let mut text = Vec::new();
        write_text(&zone, &mut text).map_err(|error| error.to_string())?;
        self.kept().insert(list.name.clone(), zone);
        Ok(text)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Zone>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What transfers of zones need from outside.
pub(super) fn surroundings(now: fn() -> Timestamp, random: Random) -> Surroundings {
    Surroundings {
        now: Arc::new(move || u64::try_from(now().as_second()).unwrap_or(0)),
        random: Arc::new(move || {
            let mut bytes = [0; 2];
            // Without randomness a number is guessed; the key that signs the transfer is not.
            let _ = random(&mut bytes);
            u16::from_ne_bytes(bytes)
        }),
    }
}
