//! From bytes to text: byte order marks, UTF-16, and what is no list at all.

use std::borrow::Cow;

use super::Refusal;

/// Bytes that are looked at to tell what this is.
const LOOKED_AT: usize = 4096;

/// The text in a superset of ASCII, without a byte order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Refusal> {
    if is_compressed(bytes) {
        return Err(Refusal::Compressed);
    }
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        bytes => without_mark(bytes)?,
    };
    let head = text.get(..LOOKED_AT).unwrap_or(&text);
    if is_page(head) { Err(Refusal::WebPage) } else { Ok(text) }
}

/// Text without a mark: zeros at every other place are UTF-16, elsewhere they are no text.
fn without_mark(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Refusal> {
    let head = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if even + odd == 0 {
        return Ok(Cow::Borrowed(bytes));
    }
    let most = head.len() / 2 * 4 / 5;
    if odd > most && even == 0 {
        Ok(utf16(bytes, u16::from_le_bytes))
    } else if even > most && odd == 0 {
        Ok(utf16(bytes, u16::from_be_bytes))
    } else {
        Err(Refusal::NotText)
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'static, [u8]> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Cow::Owned(text.into_bytes())
}

fn is_compressed(bytes: &[u8]) -> bool {
    const MARKS: [&[u8]; 6] = [b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf"];
    MARKS.iter().any(|mark| bytes.starts_with(mark))
}

/// What servers send in place of what was asked for begins with a tag; no list does.
fn is_page(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    if !head.starts_with(b"<") {
        return false;
    }
    let head = head.to_ascii_lowercase();
    [&b"<!doctype"[..], b"<html", b"<head", b"<body", b"<?xml", b"<script", b"<meta", b"<title", b"<!--", b"<error"]
        .iter()
        .any(|tag| head.starts_with(tag) || memchr::memmem::find(&head, tag).is_some())
}
