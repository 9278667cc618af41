//! The filters of streams (ISO 32000-1 section 7.4). Pictures stay packed; encrypted streams are not opened.

use vauban_intake::{Budget, Problem, Unpacked, inflate_zlib, unlzw, unpack_runs};

use super::{
    document::Document,
    object::{Dictionary, Value, hex, is_space},
};

/// More filters on one stream than this are an attack: each may multiply.
const MAX_FILTERS: usize = 8;

/// What a stream holds.
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    /// Whether a filter of pictures is left, whose bytes are a picture file.
    pub(super) picture: bool,
    pub(super) problem: Option<Problem>,
}

/// Undoes the filters of a stream.
pub(super) fn decode(raw: &[u8], dictionary: &Dictionary, document: &Document<'_>, budget: &Budget) -> Decoded {
    let filters = document.list(dictionary.get(b"Filter").or_else(|| dictionary.get(b"F")));
    let parameters = document.list(dictionary.get(b"DecodeParms").or_else(|| dictionary.get(b"DP")));
    let mut decoded = Decoded { bytes: raw.to_vec(), picture: false, problem: None };
    for (index, filter) in filters.iter().take(MAX_FILTERS).enumerate() {
        let Value::Name(filter) = filter else { continue };
        let unpacked = match filter.as_slice() {
            b"FlateDecode" | b"Fl" => flate(&decoded.bytes, budget),
            b"LZWDecode" | b"LZW" => {
                let early = parameter(&parameters, index, b"EarlyChange", document).is_none_or(|early| early != 0.0);
                unlzw(&decoded.bytes, early, budget)
            }
            b"RunLengthDecode" | b"RL" => unpack_runs(&decoded.bytes, budget),
            b"ASCIIHexDecode" | b"AHx" => whole(hex(until(&decoded.bytes, b'>'))),
            b"ASCII85Decode" | b"A85" => whole(ascii85(&decoded.bytes)),
            b"DCTDecode" | b"DCT" | b"JPXDecode" | b"CCITTFaxDecode" | b"CCF" | b"JBIG2Decode" => {
                decoded.picture = true;
                break;
            }
            _ => continue,
        };
        decoded.problem = decoded.problem.or(unpacked.problem);
        decoded.bytes = unpacked.bytes;
        if matches!(filter.as_slice(), b"FlateDecode" | b"Fl" | b"LZWDecode" | b"LZW") {
            let value = |key: &[u8], otherwise: f64| {
                let value = parameter(&parameters, index, key, document).unwrap_or(otherwise);
                if (0.0..=1e6).contains(&value) { value as usize } else { 0 }
            };
            let bits = value(b"Colors", 1.0).saturating_mul(value(b"BitsPerComponent", 8.0));
            let row = bits.saturating_mul(value(b"Columns", 1.0)).div_ceil(8);
            decoded.bytes = match value(b"Predictor", 1.0) {
                10..=15 => png_rows(&decoded.bytes, row, bits.div_ceil(8)),
                _ => decoded.bytes,
            };
        }
    }
    decoded
}

/// Deflate with its wrapper; a stream whose two bytes of wrapper are wrong is tried without them, as readers do.
fn flate(bytes: &[u8], budget: &Budget) -> Unpacked {
    let unpacked = inflate_zlib(bytes, budget);
    if unpacked.bytes.is_empty() && unpacked.problem.is_some() {
        let bare = vauban_intake::inflate(bytes.get(2..).unwrap_or_default(), budget);
        if !bare.bytes.is_empty() {
            return bare;
        }
    }
    unpacked
}

fn parameter(parameters: &[Value], index: usize, key: &[u8], document: &Document<'_>) -> Option<f64> {
    let value = parameters.get(index)?.dictionary()?.get(key)?;
    document.resolve(value).number()
}

fn whole(bytes: Vec<u8>) -> Unpacked {
    Unpacked { bytes, consumed: 0, problem: None }
}

fn until(bytes: &[u8], end: u8) -> &[u8] {
    bytes.get(..memchr::memchr(end, bytes).unwrap_or(bytes.len())).unwrap_or_default()
}

fn ascii85(bytes: &[u8]) -> Vec<u8> {
    let bytes = bytes.strip_prefix(b"<~").unwrap_or(bytes);
    let mut out = Vec::with_capacity(bytes.len());
    let (mut group, mut count) = (0_u32, 0_usize);
    for &byte in until(bytes, b'~').iter().filter(|byte| !is_space(**byte)) {
        match byte {
            b'z' if count == 0 => out.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                count += 1;
                if count == 5 {
                    out.extend_from_slice(&group.to_be_bytes());
                    (group, count) = (0, 0);
                }
            }
            _ => {}
        }
    }
    if count > 1 {
        for _ in count..5 {
            group = group.wrapping_mul(85).wrapping_add(84);
        }
        out.extend(group.to_be_bytes().into_iter().take(count - 1));
    }
    out
}

/// Undoes the PNG predictors (PNG specification, section 9): each row says its own in its first byte.
fn png_rows(bytes: &[u8], row: usize, pixel: usize) -> Vec<u8> {
    let Some(step) = row.checked_add(1).filter(|_| row > 0) else { return bytes.to_vec() };
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut above = vec![0_u8; row];
    for line in bytes.chunks(step) {
        let Some((&kind, data)) = line.split_first() else { continue };
        let mut current = data.to_vec();
        for index in 0..current.len() {
            let left = index.checked_sub(pixel).and_then(|at| current.get(at)).copied().unwrap_or(0);
            let up = above.get(index).copied().unwrap_or(0);
            let corner = index.checked_sub(pixel).and_then(|at| above.get(at)).copied().unwrap_or(0);
            let guess = match kind {
                1 => left,
                2 => up,
                3 => u8::midpoint(left, up),
                4 => paeth(left, up, corner),
                _ => 0,
            };
            if let Some(byte) = current.get_mut(index) {
                *byte = byte.wrapping_add(guess);
            }
        }
        out.extend_from_slice(&current);
        above = current;
    }
    out
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(up) - i16::from(corner);
    let distance = |value: u8| (guess - i16::from(value)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(corner) {
        left
    } else if distance(up) <= distance(corner) {
        up
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii85_reads_its_example() {
        assert_eq!(ascii85(b"<~87cURD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(ascii85(b"87cUR\nD]i,\"Ebo7~>"), b"Hello World");
    }

    #[test]
    fn png_rows_undo_their_predictors() {
        assert_eq!(png_rows(&[2, 1, 2, 2, 1, 1], 2, 1), [1, 2, 2, 3]);
        assert_eq!(png_rows(&[1, 5, 1, 0, 7, 7], 2, 1), [5, 6, 7, 7]);
    }
}
