//! Where a database is.

use std::{fmt, path::PathBuf, sync::Arc};

use super::{Engine, Schema, postgres, sqlite};
use crate::store::StoreError;

/// Where a database is: a file of one's own, or a server that several fronts share.
#[derive(Clone)]
pub enum Place {
    /// An SQLite file, made when there is none.
    File(PathBuf),
    /// A PostgreSQL database: `postgres://user:password@host/database`. With `sslmode=verify-full` the server must prove its name.
    Server(String),
}

impl Place {
    /// From what a person wrote: an address of PostgreSQL, or else a path.
    #[must_use]
    pub fn named(text: &str) -> Self {
        let is_server = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        if is_server { Self::Server(text.to_owned()) } else { Self::File(text.into()) }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            // The address holds a password.
            Self::Server(_) => f.write_str("Server(…)"),
        }
    }
}

/// Opens the database and brings its schema up to date.
pub(in crate::store) async fn open(place: &Place, schema: &Schema) -> Result<Arc<dyn Engine>, StoreError> {
    Ok(match place {
        Place::File(path) => Arc::new(sqlite::Sqlite::open(path, schema).await?),
        Place::Server(address) => Arc::new(postgres::Postgres::open(address, schema).await?),
    })
}
