//! Deflate (RFC 1951) and its two wrappers, zlib (RFC 1950) and gzip (RFC 1952).
#![expect(clippy::disallowed_types, reason = "this is the capped door to the raw decoder")]

use flate2::{Decompress, FlushDecompress, bufread::GzDecoder};

use super::{Output, Unpacked};
use crate::{Budget, Problem};

/// Unpacks a gzip file: all its members, one after the other.
#[must_use]
pub fn gunzip(bytes: &[u8], budget: &Budget) -> Unpacked {
    let mut output = Output::new(budget);
    let mut consumed = 0;
    let result = loop {
        let rest = bytes.get(consumed..).unwrap_or_default();
        // Zeros behind the last member are tape padding; anything else is not gzip's and is left to the caller.
        if consumed > 0 && !rest.starts_with(&[0x1f, 0x8b]) {
            break Ok(());
        }
        let (used, result) = run(&mut Decompress::new_gzip(15), rest, &mut output, "gzip");
        consumed = consumed.saturating_add(used);
        if let Err(problem) = result.and_then(|()| budget.check_time()) {
            break Err(problem);
        }
    };
    output.finish(consumed, result)
}

/// Unpacks a raw deflate stream, without any wrapper.
#[must_use]
pub fn inflate(bytes: &[u8], budget: &Budget) -> Unpacked {
    single(Decompress::new(false), bytes, budget, "deflate")
}

/// Unpacks a zlib stream, as in PDF.
#[must_use]
pub fn inflate_zlib(bytes: &[u8], budget: &Budget) -> Unpacked {
    single(Decompress::new(true), bytes, budget, "zlib")
}

/// The file name that the first member of a gzip file states, as bytes.
#[must_use]
pub fn gzip_name(bytes: &[u8]) -> Option<Vec<u8>> {
    GzDecoder::new(bytes).header()?.filename().map(<[u8]>::to_vec)
}

/// Appends one raw deflate stream to `output`, with the bytes before it as its history (MSZIP's blocks).
pub(crate) fn inflate_block(bytes: &[u8], history: &[u8], output: &mut Output<'_>) -> Result<(), Problem> {
    let mut stream = Decompress::new(false);
    if !history.is_empty() && stream.set_dictionary(history).is_err() {
        return Err(Problem::corrupt("deflate stream refuses its history"));
    }
    run(&mut stream, bytes, output, "deflate").1
}

fn single(mut stream: Decompress, bytes: &[u8], budget: &Budget, what: &str) -> Unpacked {
    let mut output = Output::new(budget);
    let (consumed, result) = run(&mut stream, bytes, &mut output, what);
    output.finish(consumed, result)
}

/// Runs one stream to its end. Also hands back how many bytes of input it took.
fn run(stream: &mut Decompress, bytes: &[u8], output: &mut Output<'_>, what: &str) -> (usize, Result<(), Problem>) {
    let mut step = vec![0; 64 << 10];
    let mut at = 0;
    loop {
        let (input_before, output_before) = (stream.total_in(), stream.total_out());
        let status = stream.decompress(bytes.get(at..).unwrap_or_default(), &mut step, FlushDecompress::None);
        let taken = usize::try_from(stream.total_in().saturating_sub(input_before)).unwrap_or(0);
        let made = usize::try_from(stream.total_out().saturating_sub(output_before)).unwrap_or(0);
        at = at.saturating_add(taken);
        // What was made in a step that fails still counts.
        if let Err(problem) = output.push(step.get(..made).unwrap_or_default()) {
            return (at, Err(problem));
        }
        match status {
            Ok(flate2::Status::StreamEnd) => return (at, Ok(())),
            Ok(_) if taken == 0 && made == 0 => {
                return (at, Err(Problem::corrupt(format!("{what} stream is cut short"))));
            }
            Ok(_) => {}
            Err(error) if error.needs_dictionary().is_some() => {
                return (at, Err(Problem::unsupported(format!("{what} stream needs a dictionary that it lacks"))));
            }
            Err(_) => return (at, Err(Problem::corrupt(format!("{what} stream is broken")))),
        }
        if let Err(problem) = output.check_time() {
            return (at, Err(problem));
        }
    }
}
