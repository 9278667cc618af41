//! What all decompressors promise: within the budget, nothing lost before a break, no panic.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use vauban_model::Reason;

use super::*;
use crate::{Budget, Limits, StopFlag};

type Decompressor = fn(&[u8], &Budget) -> Unpacked;

const ALL: [Decompressor; 9] = [gunzip, inflate, inflate_zlib, inflate64, bunzip2, unxz, unlzma, unzstd, unlz4];

fn budget(item: u64, total: u64) -> Budget {
    Budget::new(Limits { item_bytes: item, total_bytes: total, entries: 10, depth: 1 }, StopFlag::default())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Text that does not shrink much, so that a cut file still holds whole pieces of it.
fn text() -> Vec<u8> {
    (0_u32..40_000).flat_map(|n| format!("{:x} ", n.wrapping_mul(2_654_435_761)).into_bytes()).collect()
}

#[test]
fn a_bomb_stops_at_the_limit_and_keeps_its_beginning() {
    let bomb = gzip(&vec![0; 20 << 20]);
    assert!(bomb.len() < 30_000);
    let small = budget(1 << 20, 4 << 20);
    for left in [3, 2, 1, 0] {
        let unpacked = gunzip(&bomb, &small);
        assert_eq!(unpacked.bytes.len(), 1 << 20);
        assert_eq!(unpacked.problem.unwrap().reason, Reason::TooLarge);
        assert_eq!(small.room(), (left << 20).min(1 << 20));
    }
    let unpacked = gunzip(&bomb, &small);
    assert!(unpacked.bytes.is_empty());
    assert_eq!(unpacked.problem.unwrap().reason, Reason::TooLarge);
}

#[test]
fn a_stopped_clock_stops_the_work() {
    let stop = StopFlag::default();
    let budget = Budget::new(Limits::default(), stop.clone());
    stop.raise();
    assert_eq!(gunzip(&gzip(&text()), &budget).problem.unwrap().reason, Reason::Timeout);
}

#[test]
fn members_follow_each_other_and_what_follows_them_is_left() {
    let mut bytes = gzip(b"one ");
    bytes.extend(gzip(b"two"));
    let length = bytes.len();
    bytes.extend_from_slice(b"not gzip");
    let unpacked = gunzip(&bytes, &budget(100, 100));
    assert_eq!((unpacked.bytes.as_slice(), unpacked.consumed, unpacked.problem), (&b"one two"[..], length, None));
}

#[test]
fn a_cut_stream_keeps_what_came_before_the_cut() {
    let plain = text();
    let packed = gzip(&plain);
    let cut = gunzip(packed.get(..packed.len() / 2).unwrap(), &budget(1 << 24, 1 << 24));
    assert!(plain.starts_with(&cut.bytes) && cut.bytes.len() > plain.len() / 3);
    assert_eq!(cut.problem.unwrap().reason, Reason::Corrupt);
}

#[test]
fn a_flipped_bit_is_noticed_and_what_came_before_it_is_kept() {
    let plain = text();
    let mut packed = gzip(&plain);
    let middle = packed.len() / 2;
    packed[middle] ^= 0x10;
    let broken = gunzip(&packed, &budget(1 << 24, 1 << 24));
    assert_eq!(broken.problem.unwrap().reason, Reason::Corrupt);
    let same = broken.bytes.iter().zip(&plain).take_while(|(one, other)| one == other).count();
    assert!(same > plain.len() / 3, "{same}");
}

#[test]
fn a_cut_zstd_frame_gives_the_blocks_before_the_cut() {
    // A frame (RFC 8878 section 3.1.1): magic, descriptor without size or checksum, window; a raw block of 5 bytes, a
    // run of 3; then the frame is cut.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x28, 0, 0, b'h', b'e', b'l', b'l', b'o', 0x1a, 0, 0, b'!'];
    let unpacked = unzstd(&frame, &budget(100, 100));
    assert_eq!(unpacked.bytes, b"hello!!!");
    assert_eq!(unpacked.problem.unwrap().reason, Reason::Corrupt);
}

#[test]
fn hostile_dictionaries_are_refused_before_they_are_allocated() {
    let room = || budget(1 << 20, 1 << 20);
    // LZMA alone: properties, a dictionary of 2 GiB, unknown size.
    let mut lzma = vec![0x5d, 0, 0, 0, 0x80];
    lzma.extend_from_slice(&[0xff; 8]);
    lzma.extend_from_slice(&[0; 32]);
    assert_eq!(unlzma(&lzma, &room()).problem.unwrap().reason, Reason::TooLarge);
    let mut in_zip = vec![9, 20, 5, 0, 0x5d, 0, 0, 0, 0x80];
    in_zip.extend_from_slice(&[0; 32]);
    assert_eq!(unlzma_in_zip(&in_zip, u64::MAX, &room()).problem.unwrap().reason, Reason::TooLarge);
    // A zstd frame with a window of 2 GiB and more.
    let zstd = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0, 0];
    assert_eq!(unzstd(&zstd, &room()).problem.unwrap().reason, Reason::TooLarge);
}

#[test]
fn nothing_unpacks_to_nothing_and_says_so() {
    for decompress in ALL {
        let unpacked = decompress(b"", &budget(10, 10));
        assert!(unpacked.bytes.is_empty());
    }
    assert!(gunzip(b"", &budget(10, 10)).problem.is_some());
    assert!(bunzip2(b"BZh9", &budget(10, 10)).problem.is_some());
    assert!(unxz(b"\xfd7zXZ\0", &budget(10, 10)).problem.is_some());
    assert!(unzstd(b"\x28\xb5\x2f\xfd", &budget(10, 10)).problem.is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_input_panics_or_breaks_the_budget(
        magic in prop::sample::select(vec![
            &b""[..], b"\x1f\x8b\x08\0\0\0\0\0\0\xff", b"BZh91AY&SY", b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46",
            b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\x78\x9c", b"\x5d\0\0\x10\0\xff\xff\xff\xff\xff\xff\xff\xff\0",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..300),
        item in 0_u64..5000,
        total in 0_u64..5000,
    ) {
        let mut bytes = magic.to_vec();
        bytes.extend_from_slice(&rest);
        for decompress in ALL {
            let budget = budget(item, total);
            let unpacked = decompress(&bytes, &budget);
            let made = u64::try_from(unpacked.bytes.len()).unwrap();
            prop_assert!(made <= item.min(total));
            prop_assert_eq!(budget.room(), item.min(total - made));
            prop_assert!(unpacked.consumed <= bytes.len());
        }
    }

    #[test]
    fn what_was_packed_comes_back(plain in prop::collection::vec(any::<u8>(), 0..3000)) {
        let unpacked = gunzip(&gzip(&plain), &budget(1 << 20, 1 << 20));
        prop_assert_eq!(unpacked.problem, None);
        prop_assert_eq!(unpacked.bytes, plain);
    }
}
