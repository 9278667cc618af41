//! Whether a message is encrypted already, so that it is left alone (RFC 3156, RFC 8551, and PGP in the text).
//!
//! Strict, for every yes is a message that is stored as it came: all of its body must be ciphertext, and a message
//! that only quotes or forwards some is not encrypted. A no costs little, a second layer. It does not try to decrypt,
//! so it cannot know for whom a message is.

use std::borrow::Cow;

use mail_parser::{ContentType, HeaderName, HeaderValue, MessageParser, PartType};

use super::header::Split;
use super::sealed;

/// Text outside of the parts of a multipart, which clients write there for those who cannot read MIME.
const LONGEST_PREAMBLE: usize = 200;

/// Whether all of the body is encrypted: PGP/MIME (RFC 3156 section 4), S/MIME (RFC 8551 section 3.3), or one OpenPGP
/// message block that is all of a plain text.
///
/// The header of such a message is as readable as it ever was.
pub fn is_encrypted(message: &[u8]) -> bool {
    let Some(part) = Part::of(message) else { return false };
    let Some(of) = &part.of else { return part.is_inline() };
    if is_type(of, "text", "plain") {
        part.is_inline()
    } else if is_type(of, "multipart", "encrypted") {
        is(of.attribute("protocol"), "application/pgp-encrypted") && is_pgp_mime(of, part.body)
    } else if is_type(of, "application", "pkcs7-mime") || is_type(of, "application", "x-pkcs7-mime") {
        let said = of.attribute("smime-type");
        let fits = said.is_none() || is(said, "enveloped-data") || is(said, "authenveloped-data");
        fits && part.bytes().is_some_and(|der| sealed::is_cms(&der))
    } else {
        false
    }
}

/// A message or a part of one, of which only the header was read: a bomb of parts within parts does not go off.
struct Part<'m> {
    whole: &'m [u8],
    of: Option<ContentType<'m>>,
    body: &'m [u8],
}

impl<'m> Part<'m> {
    /// Nothing if the header is too long, or says twice what the body is: then it is for the reader's program to
    /// choose, and the other choice may be text.
    fn of(whole: &'m [u8]) -> Option<Part<'m>> {
        let split = Split::of(whole);
        let twice = |name: &str| split.named(name).count() > 1;
        if split.is_too_long || twice("Content-Type") || twice("Content-Transfer-Encoding") {
            return None;
        }
        let headers = MessageParser::default().parse_headers(whole)?.parts.into_iter().next()?.headers;
        let of = headers.into_iter().find_map(|header| match (header.name, header.value) {
            (HeaderName::ContentType, HeaderValue::ContentType(of)) => Some(of),
            _ => None,
        });
        // A type that cannot be read is not the same as none.
        if of.is_none() && split.named("Content-Type").next().is_some() {
            return None;
        }
        Some(Part { whole, of, body: split.body })
    }

    /// The body, decoded. Only for types that have no parts.
    fn bytes(&self) -> Option<Cow<'m, [u8]>> {
        match MessageParser::default().parse(self.whole)?.parts.into_iter().next()?.body {
            PartType::Text(text) | PartType::Html(text) => Some(match text {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            }),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => Some(bytes),
            PartType::Message(_) | PartType::Multipart(_) => None,
        }
    }

    fn is_inline(&self) -> bool {
        self.bytes().is_some_and(|text| sealed::is_armoured_openpgp(&text))
    }
}

/// Exactly two parts: the version, and one block that is the message (RFC 3156 section 4).
fn is_pgp_mime(of: &ContentType<'_>, body: &[u8]) -> bool {
    let Some([version, data]) = of.attribute("boundary").and_then(|boundary| two_parts(body, boundary)) else {
        return false;
    };
    let leaf = |whole, subtype| {
        let part = Part::of(whole)?;
        if is_type(part.of.as_ref()?, "application", subtype) { part.bytes() } else { None }
    };
    leaf(version, "pgp-encrypted").is_some_and(|text| text.trim_ascii().eq_ignore_ascii_case(b"Version: 1"))
        && leaf(data, "octet-stream").is_some_and(|data| sealed::is_armoured_openpgp(&data))
}

/// The parts, if there are two, little stands before them and nothing behind.
fn two_parts<'m>(body: &'m [u8], boundary: &str) -> Option<[&'m [u8]; 2]> {
    let delimiter = format!("--{boundary}");
    let mut marks = Vec::new();
    let mut at = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        if let Some(rest) = line.strip_prefix(delimiter.as_bytes()) {
            marks.push((at, at + line.len(), rest.trim_ascii_end()));
            if marks.len() > 3 {
                return None;
            }
        }
        at += line.len();
    }
    let [(first, start, b""), (end, next, b""), (last, close, b"--")] = *marks.as_slice() else { return None };
    let nothing_behind = body.get(close..)?.trim_ascii().is_empty();
    (first <= LONGEST_PREAMBLE && nothing_behind).then_some([body.get(start..end)?, body.get(next..last)?])
}

fn is_type(of: &ContentType<'_>, main: &str, sub: &str) -> bool {
    of.ctype().eq_ignore_ascii_case(main) && of.subtype().is_some_and(|found| found.eq_ignore_ascii_case(sub))
}

fn is(found: Option<&str>, wanted: &str) -> bool {
    found.is_some_and(|found| found.eq_ignore_ascii_case(wanted))
}
