//! bzip2, including several streams in a row as parallel compressors write them.
#![expect(clippy::disallowed_types, reason = "this is the capped door to the raw decoder")]

use bzip2::{Decompress, Status};

use super::{Output, Unpacked};
use crate::{Budget, Problem};

/// Unpacks a bzip2 file: all its streams, one after the other.
#[must_use]
pub fn bunzip2(bytes: &[u8], budget: &Budget) -> Unpacked {
    let mut output = Output::new(budget);
    let mut consumed = 0;
    let result = loop {
        let rest = bytes.get(consumed..).unwrap_or_default();
        if consumed > 0 && !rest.starts_with(b"BZh") {
            break Ok(());
        }
        let (used, result) = stream(rest, &mut output);
        consumed = consumed.saturating_add(used);
        if let Err(problem) = result.and_then(|()| budget.check_time()) {
            break Err(problem);
        }
    };
    output.finish(consumed, result)
}

fn stream(bytes: &[u8], output: &mut Output<'_>) -> (usize, Result<(), Problem>) {
    let mut decoder = Decompress::new(false);
    let mut step = vec![0; 64 << 10];
    let mut at = 0;
    loop {
        let (input_before, output_before) = (decoder.total_in(), decoder.total_out());
        // Input goes in by pieces, so that the clock is looked at between blocks.
        let end = bytes.len().min(at + (256 << 10));
        let status = decoder.decompress(bytes.get(at..end).unwrap_or_default(), &mut step);
        let taken = usize::try_from(decoder.total_in().saturating_sub(input_before)).unwrap_or(0);
        let made = usize::try_from(decoder.total_out().saturating_sub(output_before)).unwrap_or(0);
        at = at.saturating_add(taken);
        if let Err(problem) = output.push(step.get(..made).unwrap_or_default()).and_then(|()| output.check_time()) {
            return (at, Err(problem));
        }
        match status {
            Ok(Status::StreamEnd) => return (at, Ok(())),
            Ok(_) if taken == 0 && made == 0 => {
                return (at, Err(Problem::corrupt("bzip2 stream is cut short")));
            }
            Ok(_) => {}
            Err(_) => return (at, Err(Problem::corrupt("bzip2 stream is broken"))),
        }
    }
}
