//! Zstandard (RFC 8878): frames in a row, skippable frames between them.
#![expect(clippy::disallowed_types, reason = "this is the capped door to the raw decoder")]

use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

use super::{Output, Unpacked};
use crate::{Budget, Problem};

/// The largest window a frame may ask for. `zstd --ultra -22` asks for 128 MiB; only `--long` asks for more.
const WINDOW: u64 = 128 << 20;

/// Unpacks a zstd file: all its frames.
#[must_use]
pub fn unzstd(bytes: &[u8], budget: &Budget) -> Unpacked {
    let mut output = Output::new(budget);
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size(WINDOW);
    let mut rest = bytes;
    let result = loop {
        if rest.len() < bytes.len() && !is_frame(rest) {
            break Ok(());
        }
        match frame(&mut decoder, &mut rest, &mut output).and_then(|()| budget.check_time()) {
            Ok(()) if rest.is_empty() => break Ok(()),
            Ok(()) => {}
            Err(problem) => break Err(problem),
        }
    };
    output.finish(bytes.len().saturating_sub(rest.len()), result)
}

fn is_frame(bytes: &[u8]) -> bool {
    matches!(bytes, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

fn frame(decoder: &mut FrameDecoder, rest: &mut &[u8], output: &mut Output<'_>) -> Result<(), Problem> {
    match decoder.reset(&mut *rest) {
        Ok(()) => {}
        Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            *rest = rest.get(length..).ok_or_else(|| Problem::corrupt("zstd stream is cut short"))?;
            return Ok(());
        }
        Err(error) => return Err(problem(&error)),
    }
    loop {
        let step = decoder.decode_blocks(&mut *rest, BlockDecodingStrategy::UptoBlocks(1));
        let broken = step.err().map(|error| problem(&error));
        if broken.is_some() {
            // The decoder holds back its window until the frame ends, so what a cut frame held would be lost. An
            // empty last block (RFC 8878 section 3.1.1.2) and four bytes for a checksum end it.
            let _ = decoder.decode_blocks([1_u8, 0, 0, 0, 0, 0, 0].as_slice(), BlockDecodingStrategy::UptoBlocks(1));
        }
        if let Some(made) = decoder.collect() {
            output.push(&made)?;
        }
        if let Some(problem) = broken {
            return Err(problem);
        }
        if decoder.is_finished() {
            let stated = decoder.get_checksum_from_data();
            return if stated.is_some() && stated != decoder.get_calculated_checksum() {
                Err(Problem::corrupt("zstd checksum differs"))
            } else {
                Ok(())
            };
        }
        output.check_time()?;
    }
}

fn problem(error: &FrameDecoderError) -> Problem {
    match error {
        FrameDecoderError::WindowSizeTooBig { .. } => Problem::too_large("zstd stream needs more memory than allowed"),
        FrameDecoderError::DictNotProvided { .. } => {
            Problem::unsupported("zstd stream needs a dictionary that it lacks")
        }
        _ => Problem::corrupt("zstd stream is broken or cut short"),
    }
}
