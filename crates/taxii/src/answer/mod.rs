//! What is answered: the resources of the standard, and how they become bytes.

mod collections;
mod pages;
mod render;
mod response;
mod server;

pub use collections::{Collection, Collections};
pub use pages::{ManifestRecord, ObjectJson, Paging, Span};
pub use render::Answer;
pub use response::Response;
pub use server::{ApiRoot, Discovery, Status, StatusDetails};
