//! The run-length coding of VBA projects ([MS-OVBA] section 2.4.1): chunks of at most 4,096 bytes, each a row of
//! literals and of copies from what the chunk already gave.

use super::{Output, Unpacked};
use crate::{Budget, Problem};

/// What one chunk unpacks to, at most.
const CHUNK: usize = 4096;

/// Unpacks a compressed container of a VBA project. It begins with its signature byte, 1.
#[must_use]
pub fn expand_vba(bytes: &[u8], budget: &Budget) -> Unpacked {
    let mut output = Output::new(budget);
    let mut at = 1;
    let result = if bytes.first() == Some(&1) {
        chunks(bytes, &mut at, &mut output)
    } else {
        Err(Problem::corrupt("not a compressed container"))
    };
    output.finish(at.min(bytes.len()), result)
}

fn chunks(bytes: &[u8], at: &mut usize, output: &mut Output<'_>) -> Result<(), Problem> {
    while let Some(header) = word(bytes, *at) {
        output.check_time()?;
        if (header >> 12) & 0b111 != 0b011 {
            return Err(Problem::corrupt("chunk without its signature"));
        }
        let start = at.saturating_add(2);
        let end = at.saturating_add(usize::from(header & 0x0fff)).saturating_add(3);
        let data = bytes.get(start..end.min(bytes.len())).unwrap_or_default();
        if header & 0x8000 == 0 {
            output.push(data)?;
        } else {
            output.push(&chunk(data)?)?;
        }
        *at = end;
        if end > bytes.len() {
            return Err(Problem::corrupt("chunk is cut short"));
        }
    }
    Ok(())
}

/// One compressed chunk. It stops at 4,096 bytes, whatever it still says.
fn chunk(data: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::with_capacity(CHUNK);
    let mut at = 0;
    while let Some(&flags) = data.get(at) {
        at = at.saturating_add(1);
        for bit in 0..8 {
            if at >= data.len() || out.len() >= CHUNK {
                return Ok(out);
            }
            if flags & (1 << bit) == 0 {
                out.extend(data.get(at));
                at = at.saturating_add(1);
            } else {
                let Some(token) = word(data, at) else { return Ok(out) };
                at = at.saturating_add(2);
                copy(token, &mut out)?;
            }
        }
    }
    Ok(out)
}

/// Copies what `token` points at. How its bits are split depends on how much there is to point at.
fn copy(token: u16, out: &mut Vec<u8>) -> Result<(), Problem> {
    let mut offset_bits = 4_u32;
    while offset_bits < 12 && (1_usize << offset_bits) < out.len() {
        offset_bits += 1;
    }
    let length = usize::from(token & (0xffff >> offset_bits)).saturating_add(3);
    let offset = usize::from(token >> (16 - offset_bits)).saturating_add(1);
    let from = out.len().checked_sub(offset).ok_or_else(|| Problem::corrupt("copy from before the chunk"))?;
    for index in from..from.saturating_add(length) {
        let Some(&byte) = out.get(index).filter(|_| out.len() < CHUNK) else { break };
        out.push(byte);
    }
    Ok(())
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(pair.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use vauban_model::Reason;

    use super::*;
    use crate::{Limits, StopFlag};

    fn expand(bytes: &[u8]) -> Unpacked {
        expand_vba(bytes, &Budget::new(Limits::default(), StopFlag::default()))
    }

    /// The three worked examples of the standard, section 3.2.
    #[test]
    fn the_examples_of_the_standard() {
        let literals = b"\x01\x19\xb0\x00abcdefgh\x00ijklmnop\x00qrstuv.";
        assert_eq!(expand(literals).bytes, b"abcdefghijklmnopqrstuv.");
        let normal = b"\x01\x2f\xb0\x00\x23\x61\x61\x61\x62\x63\x64\x65\x82\x66\x00\x70\x61\x67\x68\x69\x6a\x01\x38\x08\
            \x61\x6b\x6c\x00\x30\x6d\x6e\x6f\x70\x06\x71\x02\x70\x04\x10\x72\x73\x74\x75\x76\x10\x77\x78\x79\x7a\x00\x3c";
        let normal = expand(normal);
        assert_eq!(normal.problem, None);
        assert_eq!(normal.bytes, b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa");
        assert_eq!(expand(b"\x01\x03\xb0\x02\x61\x45\x00").bytes, vec![b'a'; 73]);
    }

    #[test]
    fn broken_input_keeps_what_came_before() {
        let cut = expand(b"\x01\x19\xb0\x00abcdefgh\x00ij");
        assert_eq!(cut.bytes, b"abcdefghij");
        assert_eq!(cut.problem.unwrap().reason, Reason::Corrupt);
        assert!(expand(b"\x01\x03\xb0\x01\x45\xff\x00").problem.is_some());
        assert!(expand(b"").problem.is_some());
        assert!(expand(b"\x02abc").problem.is_some());
    }

    #[test]
    fn a_chunk_never_gives_more_than_it_may() {
        // One literal, then copies of the greatest length until the chunk ends.
        let mut data = vec![0xfe, b'x'];
        for _ in 0..500 {
            data.extend_from_slice(&[0xff, 0x0f, 0xff, 0x0f]);
        }
        let header = 0xb000 | u16::try_from(data.len() - 1).unwrap();
        let container = [&[1][..], &header.to_le_bytes(), &data].concat();
        assert!(expand(&container).bytes.len() <= CHUNK);
    }
}
