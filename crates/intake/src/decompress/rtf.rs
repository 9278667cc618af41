//! The coding of formatted text in Outlook's messages ([MS-OXRTFCP] section 2.1): literals and copies from a ring
//! of 4,096 bytes that begins with words common in such text. The checksum is not asked: a broken text is read
//! for what it is.

use super::{Output, Unpacked};
use crate::{Budget, Problem};

/// What the ring holds at the start ([MS-OXRTFCP] section 2.1.2.1).
const PRIMER: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const RING: usize = 4096;
const HEADER: usize = 16;
const COMPRESSED: &[u8] = b"LZFu";
const UNCOMPRESSED: &[u8] = b"MELA";

/// Unpacks compressed rich text with its header of sixteen bytes.
#[must_use]
pub fn expand_rtf(bytes: &[u8], budget: &Budget) -> Unpacked {
    let mut output = Output::new(budget);
    let body = bytes.get(HEADER..).unwrap_or_default();
    let result = match bytes.get(8..12) {
        Some(kind) if kind == COMPRESSED => expand(body, &mut output),
        Some(kind) if kind == UNCOMPRESSED => output.push(body),
        _ => Err(Problem::corrupt("not compressed rich text")),
    };
    output.finish(bytes.len(), result)
}

fn expand(bytes: &[u8], output: &mut Output<'_>) -> Result<(), Problem> {
    let mut ring = Ring::new();
    let mut bytes = bytes.iter().copied();
    while let Some(control) = bytes.next() {
        for bit in 0..8 {
            if control & (1 << bit) == 0 {
                let Some(byte) = bytes.next() else { return output.push(&ring.fresh) };
                ring.write(byte);
                continue;
            }
            let (Some(high), Some(low)) = (bytes.next(), bytes.next()) else {
                output.push(&ring.fresh)?;
                return Err(Problem::corrupt("compressed rich text is cut short"));
            };
            let from = usize::from(high) << 4 | usize::from(low) >> 4;
            if from == ring.at {
                return output.push(&ring.fresh);
            }
            for step in 0..usize::from(low & 0x0f) + 2 {
                ring.write(ring.bytes[(from + step) % RING]);
            }
        }
        if ring.fresh.len() >= RING {
            output.check_time()?;
            output.push(&ring.fresh)?;
            ring.fresh.clear();
        }
    }
    output.push(&ring.fresh)
}

struct Ring {
    bytes: [u8; RING],
    at: usize,
    /// What was written and not yet handed on.
    fresh: Vec<u8>,
}

impl Ring {
    fn new() -> Self {
        let mut bytes = [b' '; RING];
        bytes[..PRIMER.len()].copy_from_slice(PRIMER);
        Self { bytes, at: PRIMER.len(), fresh: Vec::with_capacity(RING * 2) }
    }

    fn write(&mut self, byte: u8) {
        self.bytes[self.at] = byte;
        self.at = (self.at + 1) % RING;
        self.fresh.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Limits, StopFlag};

    fn text(bytes: &[u8]) -> (String, bool) {
        let unpacked = expand_rtf(bytes, &Budget::new(Limits::default(), StopFlag::default()));
        (String::from_utf8(unpacked.bytes).unwrap(), unpacked.problem.is_none())
    }

    /// The two examples of [MS-OXRTFCP] sections 4.1 and 4.2.
    #[test]
    fn the_standard_s_examples_are_unpacked() {
        let simple = [
            0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00,
            0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09,
            0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
        ];
        assert_eq!(text(&simple), ("{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n".to_owned(), true));
        let crossing = [
            0x1a, 0x00, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xe2, 0xd4, 0x4b, 0x51, 0x41, 0x00,
            0x04, 0x20, 0x57, 0x58, 0x59, 0x5a, 0x0d, 0x6e, 0x7d, 0x01, 0x0e, 0xb0,
        ];
        assert_eq!(text(&crossing), ("{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}".to_owned(), true));
    }

    #[test]
    fn what_is_cut_is_kept() {
        assert_eq!(text(b"\0\0\0\0\0\0\0\0LZFu\0\0\0\0\0ab"), ("ab".to_owned(), true));
        assert_eq!(text(b"\0\0\0\0\0\0\0\0LZFu\0\0\0\0\x02a\x01"), ("a".to_owned(), false));
        assert_eq!(text(b"short"), (String::new(), false));
        assert_eq!(text(b"\0\0\0\0\0\0\0\0MELA\0\0\0\0{\\rtf1}"), ("{\\rtf1}".to_owned(), true));
    }
}
