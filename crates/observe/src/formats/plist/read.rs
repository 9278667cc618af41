//! Tells which form it is, walks it, and leaves the raw bytes to the scan.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};
use memchr::memmem;
use vauban_intake::{Budget, Problem};

use super::{binary, tell::Tell, xml};
use crate::{Context, Item, Passage, Reader, Sink};

/// Reads property lists and configuration profiles.
pub(in crate::formats) struct Plist;

/// How far an XML document's opening is looked at.
const OPENING: usize = 1024;
/// `signedData`, the content type of a signed profile (RFC 5652, section 5.1).
const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";

impl Reader for Plist {
    fn name(&self) -> &'static str {
        "plist"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        item.has_magic(0, binary::MAGIC) || is_xml(item.bytes) || signed(item.bytes).is_some()
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let mut tell = Tell::new(budget, sink);
        let result = if item.has_magic(0, binary::MAGIC) {
            binary::walk(item.bytes, budget, &mut tell)
        } else {
            xml::walk(&decoded(signed(item.bytes).unwrap_or(item.bytes)), budget, &mut tell)
        };
        tell.finish();
        // Comments, the signer's certificate, and what no object of the list names.
        sink.passage(Passage { bytes: item.bytes, offset: Some(0), how: &[], context: Context::default() });
        result
    }
}

fn is_xml(bytes: &[u8]) -> bool {
    let opening = bytes.get(..OPENING.min(bytes.len())).unwrap_or_default();
    // Nearly everything is told by its first letter: no copy is made of that.
    let is_before_letters = |byte: &u8| byte.is_ascii_whitespace() || b"\0\xef\xbb\xbf\xff\xfe".contains(byte);
    if opening.iter().find(|byte| !is_before_letters(byte)) != Some(&b'<') {
        return false;
    }
    let letters: Vec<u8> = opening.iter().copied().filter(|byte| *byte != 0).collect();
    let start = letters.strip_prefix(b"\xef\xbb\xbf").or(letters.strip_prefix(b"\xff\xfe")).unwrap_or(&letters);
    start.trim_ascii_start().starts_with(b"<")
        && (memmem::find(start, b"<!DOCTYPE plist").is_some() || memmem::find(start, b"<plist").is_some())
}

/// The list inside a signature.
fn signed(bytes: &[u8]) -> Option<&[u8]> {
    let opening = bytes.get(..64.min(bytes.len()))?;
    if opening.first() != Some(&0x30) || memmem::find(opening, SIGNED_DATA).is_none() {
        return None;
    }
    let from = memmem::find(bytes, b"<?xml").or_else(|| memmem::find(bytes, b"<plist"))?;
    let to = memmem::rfind(bytes, b"</plist>")?;
    bytes.get(from..to.checked_add(b"</plist>".len())?)
}

fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or((UTF_8, 0));
    encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Transcript, check_fixtures, read, survives_mutations};

    #[test]
    fn fixtures_read_as_expected() {
        check_fixtures(&Plist);
    }

    /// A binary list of these objects, the first being its top; offsets and references of one byte.
    fn binary_list(objects: &[&[u8]]) -> Vec<u8> {
        let mut bytes = b"bplist00".to_vec();
        let mut offsets = Vec::new();
        for object in objects {
            offsets.push(u8::try_from(bytes.len()).unwrap());
            bytes.extend_from_slice(object);
        }
        let table = bytes.len() as u64;
        bytes.extend(offsets);
        bytes.extend([0, 0, 0, 0, 0, 0, 1, 1]);
        bytes.extend((objects.len() as u64).to_be_bytes());
        bytes.extend(0_u64.to_be_bytes());
        bytes.extend(table.to_be_bytes());
        bytes
    }

    fn told(bytes: &[u8]) -> (Result<(), Problem>, Transcript) {
        read(&Plist, "x.plist", bytes)
    }

    #[test]
    fn both_widths_of_text_stand_beside_their_keys() {
        let wide: Vec<u8> = [0x63].into_iter().chain("é.x".encode_utf16().flat_map(u16::to_be_bytes)).collect();
        let (result, transcript) = told(&binary_list(&[&[0xd2, 1, 2, 3, 4], b"\x53URL", b"\x51b", b"\x5f", &wide]));
        // The fourth object is a string whose count is missing.
        assert!(result.is_err(), "{}", transcript.text);
        let (result, transcript) =
            told(&binary_list(&[&[0xd2, 1, 2, 3, 4], b"\x53URL", b"\x51b", b"\x5f\x10\x0cevil.example", &wide]));
        assert!(result.is_ok(), "{result:?}");
        assert_eq!(transcript.passages[0], "URL: evil.example\u{0}".trim_end_matches('\0').to_owned() + "\nb: é.x\n");
    }

    #[test]
    fn a_list_that_holds_itself_ends() {
        let (result, _) = told(&binary_list(&[&[0xa1, 0]]));
        assert!(result.unwrap_err().detail.contains("inside each other"));
    }

    #[test]
    fn lists_of_lists_of_the_same_lists_run_out_of_budget() {
        let rows: Vec<Vec<u8>> = (0..40).map(|n| [0xaf, 0x10, 16].into_iter().chain([n + 1; 16]).collect()).collect();
        let mut objects: Vec<&[u8]> = rows.iter().take(9).map(Vec::as_slice).collect();
        objects.push(b"\x51x");
        let (result, _) = told(&binary_list(&objects));
        assert!(result.is_err());
    }

    #[test]
    fn counts_beyond_the_bytes_are_corrupt() {
        for object in [&b"\x4f\x13\x7f\xff\xff\xff\xff\xff\xff\xff"[..], b"\xaf\x13\xff\xff\xff\xff\xff\xff\xff\xff"] {
            assert!(told(&binary_list(&[object])).0.is_err());
        }
        assert!(told(b"bplist00").0.is_err());
        survives_mutations(&Plist, "x.plist", &binary_list(&[&[0xd1, 1, 2], b"\x51a", b"\x51b"]));
    }

    #[test]
    fn an_entity_is_not_expanded() {
        let (_, transcript) = told(
            b"<?xml version='1.0'?><!DOCTYPE plist [<!ENTITY a 'aaaa'>]><plist><dict><key>k</key><string>&a;&a;&amp;\
              </string></dict></plist>",
        );
        assert_eq!(transcript.passages[0], "k: &a;&a;&\n");
    }

    #[test]
    fn addresses_that_were_looked_up_and_processes_that_ran() {
        let (result, transcript) = told(
            b"<plist><dict><key>com.apple.madrid</key><dict><key>mailto:spy@evil.example</key><dict>\
              <key>IDStatus</key><integer>1</integer><key>LookupDate</key><real>600000000.5</real></dict></dict>\
              <key>netUsageBaseline</key><dict><key>evild</key><array><date>2020-01-06T10:40:00Z</date>\
              <real>3</real></array></dict><key>Applications</key><dict><key>com.evil.app</key><dict/></dict></dict></plist>",
        );
        assert!(result.is_ok());
        for line in [
            "email-addr \"spy@evil.example\" at None how [] Context { exposure: Some(Received), at: Some(2020-01-06T10:40:00Z)",
            "process-name \"evild\" at None how [] Context { exposure: Some(Executed), at: Some(2020-01-06T10:40:00Z)",
            "app-id \"com.evil.app\"",
        ] {
            assert!(transcript.text.contains(line), "{line}: {}", transcript.text);
        }
    }
}
