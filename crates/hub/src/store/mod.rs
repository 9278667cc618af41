//! What the hub keeps: the desk's database and the front's, apart, in SQLite or PostgreSQL.

mod desk;
mod engine;
mod error;
mod front;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod plans;
mod values;

pub use desk::*;
pub use engine::Place;
pub use error::StoreError;
pub use front::*;
pub use values::*;
