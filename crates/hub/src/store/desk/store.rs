//! The desk's store: opening it, copying it.

use std::{path::Path, sync::Arc};

use crate::store::{
    Place, StoreError,
    engine::{self, Engine, Intent, Role, Schema, Session},
};

const SCHEMA: Schema = Schema { role: Role::Desk, steps: &[include_str!("schema.sql")] };

/// What the desk keeps. Every change is written into the audit trail in the same transaction.
#[derive(Debug, Clone)]
pub struct DeskStore {
    engine: Arc<dyn Engine>,
}

impl DeskStore {
    /// Opens the database, making what is missing of it.
    ///
    /// # Errors
    /// When it cannot be reached, is another's, or was written by a newer program.
    pub async fn open(place: &Place) -> Result<Self, StoreError> {
        Ok(Self { engine: engine::open(place, &SCHEMA).await? })
    }

    /// Writes a copy of the database, as it is at this moment, into a file that is not there yet. SQLite only.
    ///
    /// # Errors
    /// [`StoreError::OwnTools`] with PostgreSQL, [`StoreError::Exists`], and what keeps it from being written.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        self.engine.backup(to).await
    }

    /// Lets go of the database.
    ///
    /// # Errors
    /// None in practice.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.engine.close().await
    }

    pub(super) async fn read(&self) -> Result<Box<dyn Session>, StoreError> {
        self.engine.begin(Intent::Read).await
    }

    /// Alone, because the audit trail has one end.
    pub(super) async fn write(&self) -> Result<Box<dyn Session>, StoreError> {
        self.engine.begin(Intent::WriteAlone).await
    }
}
