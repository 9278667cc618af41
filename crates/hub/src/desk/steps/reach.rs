//! A desk turns to its front: to the database, or to the stick that will be carried there.

use std::path::Path;

use jiff::Timestamp;
use vauban_intel::whole;

use super::{
    Desk, DeskError,
    open::{HANDED, read},
};
use crate::{
    desk::{FrontSide, Reach, Rest},
    roles::Handed,
    stick::{Giving, Orders, Stick, StickError, StickKeys},
    store::FrontStore,
};

/// The keys for sticks.
const KEYS: &str = "stick.keys";

impl Desk {
    /// Tells a front who may read what, without a release: who is served no more is refused as soon as the front has it.
    ///
    /// # Errors
    /// What fails in either database or on the stick.
    pub async fn hand_over_audience(&self, front: &Reach, now: Timestamp) -> Result<Rest, DeskError> {
        let mut front = self.front(front, now).await?;
        front.set_audience(&self.store().audience().await?).await?;
        front.finish().await
    }

    pub(super) async fn front(&self, reach: &Reach, now: Timestamp) -> Result<Box<dyn FrontSide>, DeskError> {
        Ok(match reach {
            Reach::Database(place) => Box::new(FrontStore::open(place).await?),
            Reach::Stick(folder) => Box::new(self.stick(folder, now)?),
        })
    }

    fn stick(&self, folder: &Path, now: Timestamp) -> Result<Stick, DeskError> {
        let handed: Handed = serde_json::from_str(&read(&self.folder, HANDED)?).map_err(DeskError::About)?;
        let giving = Giving {
            hub: self.id(),
            key: self.key.clone(),
            secret: handed.secret().ok_or_else(|| StickError::Keys(self.folder.join(HANDED)))?,
            keys: self.stick_keys()?,
            orders: Orders::new(self.folder.join("orders"), self.folder.join("releases")),
        };
        Ok(Stick::new(giving, folder, now)?)
    }

    /// The keys for sticks; made when there are none, and then the front's file has to be handed over again.
    pub(super) fn stick_keys(&self) -> Result<StickKeys, DeskError> {
        let path = self.folder.join(KEYS);
        if !path.exists() {
            // Written beside and renamed: whoever is killed leaves none or whole ones.
            let keys = StickKeys::generate();
            whole::write(&path, keys.to_text().as_bytes()).map_err(|error| DeskError::File(path.clone(), error))?;
            self.write_roles()?;
        }
        let text = zeroize::Zeroizing::new(read(&self.folder, KEYS)?);
        Ok(StickKeys::from_text(&text).ok_or(StickError::Keys(path))?)
    }
}
