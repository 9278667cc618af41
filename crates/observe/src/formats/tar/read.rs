//! tar archives.

use vauban_intake::{Budget, Problem, archive};

use crate::{Item, Reader, Sink, member::hand_over};

/// The reader of tar archives.
pub(crate) struct Tar;

impl Reader for Tar {
    fn name(&self) -> &'static str {
        "tar"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        item.has_magic(257, b"ustar") || has_checksum(item.bytes)
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        archive::tar(item.bytes, budget, &mut |member| hand_over(member, sink))
    }
}

/// Whether the first block is a header of the time before `ustar`: it has no signature, but its sum is right.
fn has_checksum(bytes: &[u8]) -> bool {
    let Some(header) = bytes.get(..512) else { return false };
    let (Some(name), Some(field)) = (header.first(), header.get(148..156)) else { return false };
    let digits = field.iter().skip_while(|byte| **byte == b' ').take_while(|byte| byte.is_ascii_digit());
    let stated = digits.fold(0_u32, |sum, digit| sum.wrapping_mul(8).wrapping_add(u32::from(*digit).wrapping_sub(48)));
    let sum: u32 = header
        .iter()
        .enumerate()
        .map(|(at, byte)| u32::from(if (148..156).contains(&at) { b' ' } else { *byte }))
        .sum();
    *name != 0 && stated == sum
}

#[cfg(test)]
mod tests {
    use vauban_model::Reason;

    use super::*;
    use crate::testing::{fixtures, read};

    fn fixture(name: &str) -> Vec<u8> {
        std::fs::read(fixtures("tar").join(name)).unwrap()
    }

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&Tar);
    }

    #[test]
    fn a_size_beyond_the_file_keeps_what_is_there() {
        let mut bytes = fixture("ustar.tar");
        // A size in base 256, as GNU tar writes large ones.
        bytes[124..136].copy_from_slice(&[0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        let sum = |(at, byte): (usize, &u8)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) };
        let sum: u32 = bytes[..512].iter().enumerate().map(sum).sum();
        bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let (_, transcript) = read(&Tar, "a.tar", &bytes);
        assert_eq!(transcript.children.len(), 1);
        assert!(transcript.children[0].1.starts_with(b"Please sign in"));
        assert_eq!(transcript.unread, [("letter.txt".to_owned(), Reason::Corrupt)]);
    }

    #[test]
    fn what_stands_behind_the_end_is_said() {
        let mut bytes = fixture("ustar.tar");
        bytes.extend_from_slice(b"something else entirely");
        let (result, transcript) = read(&Tar, "a.tar", &bytes);
        assert_eq!(result.unwrap_err().reason, Reason::Corrupt);
        assert_eq!(transcript.children.len(), 2);
    }

    #[test]
    fn text_is_no_archive() {
        let location = vauban_model::Location::file("x.tar");
        let bytes = [b'a'; 1024];
        assert!(!Tar.recognises(&Item { location: &location, name: "x.tar", media_type: "", bytes: &bytes }));
    }
}
