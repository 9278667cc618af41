//! Deflate64, the larger-window variant that Windows writes into ZIP files over 2 GB.
#![expect(clippy::disallowed_types, reason = "this is the capped door to the raw decoder")]

use deflate64::Deflate64Decoder;

use super::{Output, Unpacked};
use crate::Budget;

/// Unpacks a deflate64 stream. It has no mark of its own at the end, so all input counts as consumed.
#[must_use]
pub fn inflate64(bytes: &[u8], budget: &Budget) -> Unpacked {
    let mut output = Output::new(budget);
    let result = output.drain(&mut Deflate64Decoder::with_buffer(bytes), "deflate64");
    output.finish(bytes.len(), result)
}
