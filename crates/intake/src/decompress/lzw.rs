//! The two small codings of PDF that multiply bytes: LZW (ISO 32000-1 section 7.4.4) and run lengths (7.4.5).

use super::{Output, Unpacked};
use crate::{Budget, Problem};

/// Unpacks LZW with codes of 9 to 12 bits, most significant bit first. `early` is the standard's EarlyChange: whether
/// the width grows one code before it must.
#[must_use]
pub fn unlzw(bytes: &[u8], early: bool, budget: &Budget) -> Unpacked {
    let mut output = Output::new(budget);
    let result = lzw(bytes, usize::from(early), &mut output);
    output.finish(bytes.len(), result)
}

/// Unpacks runs: a length below 128 copies one more byte than it says, one above repeats the next byte.
#[must_use]
pub fn unpack_runs(bytes: &[u8], budget: &Budget) -> Unpacked {
    let mut output = Output::new(budget);
    let mut at = 0_usize;
    let result = loop {
        let Some(&length) = bytes.get(at).filter(|length| **length != 128) else { break Ok(()) };
        at = at.saturating_add(1);
        let step = if length < 128 {
            let end = at.saturating_add(usize::from(length)).saturating_add(1).min(bytes.len());
            let copied = output.push(bytes.get(at..end).unwrap_or_default());
            at = end;
            copied
        } else {
            let run = bytes.get(at).map(|byte| vec![*byte; 257_usize.saturating_sub(usize::from(length))]);
            at = at.saturating_add(1);
            output.push(&run.unwrap_or_default())
        };
        if let Err(problem) = step {
            break Err(problem);
        }
    };
    output.finish(at.min(bytes.len()), result)
}

const CLEAR: usize = 256;
const END: usize = 257;
const MOST_CODES: usize = 4096;

fn lzw(bytes: &[u8], early: usize, output: &mut Output<'_>) -> Result<(), Problem> {
    // An entry is a stretch of what was already unpacked, so that the table costs no copies.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
    let (mut bits, mut held, mut width) = (0_u32, 0_u32, 9_u32);
    for &byte in bytes {
        bits = (bits << 8) | u32::from(byte);
        held += 8;
        if held < width {
            continue;
        }
        held -= width;
        let code = usize::try_from(bits >> held).unwrap_or(END);
        bits &= (1 << held) - 1;
        if code == END {
            return Ok(());
        }
        if code == CLEAR {
            table.clear();
            previous = None;
            width = 9;
            continue;
        }
        let start = output.len();
        let next = table.len().saturating_add(258);
        match u8::try_from(code) {
            Ok(literal) => output.push(&[literal])?,
            Err(_) => {
                let stretch = match table.get(code.saturating_sub(258)) {
                    Some(&stretch) => Some(stretch),
                    // The one code that is not in the table yet: what came before and its own first byte.
                    None if code == next => previous.map(|(from, length)| (from, length.saturating_add(1))),
                    None => None,
                };
                let (from, length) = stretch.ok_or_else(|| Problem::corrupt("LZW code that was never defined"))?;
                let end = from.saturating_add(length);
                let mut copy = output.bytes().get(from..end.min(start)).unwrap_or_default().to_vec();
                if copy.len() < length {
                    copy.extend(output.bytes().get(from));
                }
                output.push(&copy)?;
            }
        }
        if let Some((from, length)) = previous
            && next < MOST_CODES
        {
            table.push((from, length.saturating_add(1)));
        }
        previous = Some((start, output.len().saturating_sub(start)));
        width = match table.len().saturating_add(258).saturating_add(early) {
            0..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
    }
    Err(Problem::corrupt("LZW stream is cut short"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, StopFlag};

    fn budget() -> Budget {
        Budget::new(Limits { item_bytes: 1 << 20, ..Limits::default() }, StopFlag::default())
    }

    #[test]
    fn the_example_of_the_standard() {
        let packed = [0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01];
        let unpacked = unlzw(&packed, true, &budget());
        assert_eq!(unpacked.problem, None);
        assert_eq!(unpacked.bytes, [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]);
    }

    #[test]
    fn runs_and_copies() {
        assert_eq!(unpack_runs(&[2, b'a', b'b', b'c', 254, b'x', 128, 9, 9], &budget()).bytes, b"abcxxx");
        assert_eq!(unpack_runs(&[9, b'a'], &budget()).bytes, b"a");
    }

    #[test]
    fn hostile_codes_end_without_a_panic() {
        assert!(unlzw(&[0xff; 64], true, &budget()).problem.is_some());
        assert!(unlzw(&[0x80, 0x7f, 0xff, 0xff], false, &budget()).problem.is_some());
        assert!(unlzw(&[], true, &budget()).problem.is_some());
    }
}
