//! LZ4 frames.
#![expect(clippy::disallowed_types, reason = "this is the capped door to the raw decoder")]

use lz4_flex::frame::FrameDecoder;

use super::{Output, Unpacked};
use crate::Budget;

/// Unpacks an LZ4 file: all its frames.
#[must_use]
pub fn unlz4(bytes: &[u8], budget: &Budget) -> Unpacked {
    const MAGIC: [u8; 4] = [0x04, 0x22, 0x4d, 0x18];
    let mut output = Output::new(budget);
    let mut rest = bytes;
    let result = loop {
        if rest.len() < bytes.len() && !rest.starts_with(&MAGIC) {
            break Ok(());
        }
        let mut decoder = FrameDecoder::new(rest);
        let result = output.drain(&mut decoder, "lz4");
        let after = *decoder.get_ref();
        // A frame that takes nothing would be asked for ever.
        let moved = after.len() < rest.len();
        rest = after;
        if let Err(problem) = result.and_then(|()| budget.check_time()) {
            break Err(problem);
        }
        if !moved {
            break Ok(());
        }
    };
    output.finish(bytes.len().saturating_sub(rest.len()), result)
}
