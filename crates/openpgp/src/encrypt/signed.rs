//! Whether marks on the outermost part would be seen, when that part is a signature of the sender's.
//!
//! A program that finds `multipart/signed` inside looks for the protected header on what was signed, since that is the
//! payload (RFC 9787, RFC 9788; Thunderbird does so for OpenPGP). We cannot write there without
//! breaking the signature. If the sender's program did, all is well; otherwise the reader would never see the subject.

use mail_parser::{ContentType, MessageParser, MimeHeaders as _};

/// Enough of a message to see the header of its first part.
const LOOKED_AT: usize = 64 * 1024;

/// Whether the message is signed with OpenPGP (RFC 3156 section 5), and what was signed has no protected header.
pub(super) fn hides_marks(message: &[u8], header_len: usize) -> bool {
    let start = message.get(..message.len().min(header_len.saturating_add(LOOKED_AT))).unwrap_or_default();
    let is_signed = |of: &ContentType<'_>| {
        of.ctype().eq_ignore_ascii_case("multipart")
            && of.subtype().is_some_and(|sub| sub.eq_ignore_ascii_case("signed"))
            && of.attribute("protocol").is_some_and(|with| with.eq_ignore_ascii_case("application/pgp-signature"))
    };
    let parser = MessageParser::default();
    let headers = parser.parse_headers(start);
    if !headers.is_some_and(|headers| headers.content_type().is_some_and(is_signed)) {
        return false;
    }
    let parsed = parser.parse(start);
    let payload = parsed.as_ref().and_then(|parsed| parsed.parts.get(1)).and_then(|part| part.content_type());
    payload.is_none_or(|of| of.attribute("protected-headers") != Some("v1"))
}
