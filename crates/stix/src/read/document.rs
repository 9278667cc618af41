//! A document that fits in memory, whole.

use std::ops::ControlFlow;

use super::{Entry, Envelope, Limits, ReadError, Refused, read};
use crate::object::Object;

/// A document that was read whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// What is around the objects.
    pub envelope: Envelope,
    /// The objects.
    pub objects: Vec<Object>,
    /// What was not read as one.
    pub refused: Vec<Refused>,
}

/// Reads a document whole. Long ones are better read with [`read`], which holds one object at a time.
///
/// # Errors
/// As [`read`].
pub fn read_all(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    let (mut objects, mut refused) = (Vec::new(), Vec::new());
    let envelope = read(bytes, limits, &mut |entry| {
        match entry {
            Entry::Object(object) => objects.push(object),
            Entry::Refused(this) => refused.push(this),
        }
        ControlFlow::Continue(())
    })?;
    Ok(Document { envelope, objects, refused })
}
