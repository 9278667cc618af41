//! The seam below both stores: an engine runs SQL text with numbered places (`$1`), and both engines run the same text.

mod cells;
mod place;
mod postgres;
mod schema;
mod seam;
mod sqlite;

pub(super) use cells::{Row, Value, values};
pub use place::Place;
pub(super) use place::open;
pub(super) use schema::{Role, Schema};
pub(super) use seam::{Answer, Engine, Intent, Session};
