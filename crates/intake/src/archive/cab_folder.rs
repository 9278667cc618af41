//! A cabinet's folder: data blocks in a row, unpacked as one stream (MS-CAB 2.6 and 3).
#![expect(clippy::disallowed_types, reason = "this is the capped door to the raw decoder")]

use lzxd::{Lzxd, WindowSize};

use super::fields::{u16_at, u32_at};
use crate::{
    Budget, Problem, Unpacked,
    decompress::{Output, inflate_block},
};

/// A block holds at most this much unpacked; so far back MSZIP may also refer.
const BLOCK: usize = 32 << 10;

/// What the cabinet says of a folder.
pub(super) struct Folder {
    pub(super) offset: u32,
    pub(super) blocks: u16,
    pub(super) codec: u16,
    pub(super) data_reserve: usize,
}

enum Codec {
    Stored,
    MsZip,
    Lzx(Box<Lzxd>),
}

/// Unpacks a folder, up to its first broken block.
pub(super) fn unpack(bytes: &[u8], folder: &Folder, budget: &Budget) -> Unpacked {
    let mut output = Output::new(budget);
    let result = blocks(bytes, folder, &mut output);
    output.finish(0, result)
}

fn blocks(bytes: &[u8], folder: &Folder, output: &mut Output<'_>) -> Result<(), Problem> {
    let cut = || Problem::corrupt("the cabinet is cut short");
    let mut codec = codec(folder.codec)?;
    let mut at = usize::try_from(folder.offset).unwrap_or(usize::MAX);
    for _ in 0..folder.blocks {
        output.check_time()?;
        let header = bytes.get(at..).ok_or_else(cut)?;
        let stated = u32_at(header, 0).ok_or_else(cut)?;
        let packed = usize::from(u16_at(header, 4).ok_or_else(cut)?);
        let unpacked = usize::from(u16_at(header, 6).ok_or_else(cut)?);
        let start = 8_usize.saturating_add(folder.data_reserve);
        let end = start.saturating_add(packed);
        let data = header.get(start..end).ok_or_else(cut)?;
        let sizes_and_reserve = header.get(4..start).unwrap_or_default();
        if stated != 0 && stated != checksum(sizes_and_reserve, checksum(data, 0)) {
            return Err(Problem::corrupt("a cabinet block's checksum differs"));
        }
        if unpacked > BLOCK {
            return Err(Problem::corrupt("a cabinet block states an impossible size"));
        }
        let before = output.len();
        decode(&mut codec, data, unpacked, output)?;
        if output.len().saturating_sub(before) != unpacked {
            return Err(Problem::corrupt("a cabinet block has another size than it states"));
        }
        at = at.saturating_add(end);
    }
    Ok(())
}

fn codec(code: u16) -> Result<Codec, Problem> {
    Ok(match (code & 0x0f, code >> 8 & 0x1f) {
        (0, _) => Codec::Stored,
        (1, _) => Codec::MsZip,
        (2, _) => return Err(Problem::unsupported("the cabinet is packed with Quantum")),
        (3, bits) => {
            let window = match bits {
                15 => WindowSize::KB32,
                16 => WindowSize::KB64,
                17 => WindowSize::KB128,
                18 => WindowSize::KB256,
                19 => WindowSize::KB512,
                20 => WindowSize::MB1,
                21 => WindowSize::MB2,
                _ => return Err(Problem::corrupt("the cabinet states an impossible LZX window")),
            };
            Codec::Lzx(Box::new(Lzxd::new(window)))
        }
        (other, _) => return Err(Problem::unsupported(format!("the cabinet uses compression type {other}"))),
    })
}

fn decode(codec: &mut Codec, data: &[u8], unpacked: usize, output: &mut Output<'_>) -> Result<(), Problem> {
    match codec {
        Codec::Stored => output.push(data),
        Codec::MsZip => {
            let stream =
                data.strip_prefix(b"CK").ok_or_else(|| Problem::corrupt("a cabinet block lacks the mark of MSZIP"))?;
            let history = output.bytes().get(output.len().saturating_sub(BLOCK)..).unwrap_or_default().to_vec();
            inflate_block(stream, &history, output)
        }
        Codec::Lzx(decoder) => match decoder.decompress_next(data, unpacked) {
            Ok(made) => output.push(made),
            Err(_) => Err(Problem::corrupt("an LZX block is broken")),
        },
    }
}

/// The checksum of MS-CAB 3.1: words folded by exclusive or, the last one to three bytes in reverse.
fn checksum(bytes: &[u8], seed: u32) -> u32 {
    let words = bytes.chunks_exact(4);
    let rest = words.remainder().iter().fold(0, |rest, byte| rest << 8 | u32::from(*byte));
    words.fold(seed ^ rest, |sum, word| sum ^ u32_at(word, 0).unwrap_or_default())
}
