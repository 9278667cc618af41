//! Views of a stream: what a credential may see of it now, in the formats of other tools, and as a feed of MISP.

mod context;
mod document;
mod feed;
mod files;
mod held;
mod room;
mod tag;
mod view;
mod walk;

pub(super) use files::{event, hashes, manifest};
pub(super) use room::Room;
pub(super) use view::view;
