//! Whether text begins with the header of a message.

/// Fields that a message has and a script, a letter or a configuration file does not begin with.
const FIELDS: &[&str] = &[
    "arc-seal",
    "authentication-results",
    "bcc",
    "cc",
    "date",
    "delivered-to",
    "dkim-signature",
    "envelope-to",
    "errors-to",
    "from",
    "in-reply-to",
    "list-id",
    "list-unsubscribe",
    "message-id",
    "mime-version",
    "organization",
    "precedence",
    "received",
    "received-spf",
    "references",
    "reply-to",
    "resent-date",
    "resent-from",
    "resent-to",
    "return-path",
    "sender",
    "status",
    "subject",
    "to",
    "user-agent",
    "x-apparently-to",
    "x-mailer",
    "x-mozilla-status",
    "x-original-to",
    "x-originating-ip",
    "x-received",
    "x-uid",
    "x-uidl",
    "x-spam-status",
];

/// Fields that count where something else says already that this is a message.
const BODY_FIELDS: &[&str] = &["content-disposition", "content-id", "content-transfer-encoding", "content-type"];

/// How far the header is looked at: enough for a few long trace fields.
const OPENING: usize = 16 << 10;

/// Whether `bytes` begin with a header block. A text must name two different fields of a message; where its
/// place or name `claims` that it is one, a single field, be it of a body, suffices.
pub(crate) fn begins_with_headers(bytes: &[u8], claims: bool) -> bool {
    let (mut seen, mut strange) = (Vec::<&str>::new(), 0_usize);
    for (index, line) in
        bytes.get(..OPENING.min(bytes.len())).unwrap_or_default().split(|byte| *byte == b'\n').enumerate()
    {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        if index > 0 && line.starts_with(b" ") || line.starts_with(b"\t") {
            continue;
        }
        let Some(name) = field_name(line) else {
            // The first line decides; a stray line further down is what broken senders do.
            strange = strange.saturating_add(1);
            if index == 0 || strange > 2 {
                break;
            }
            continue;
        };
        let fields = FIELDS.iter().chain(if claims { BODY_FIELDS } else { &[] });
        for field in fields {
            if name.eq_ignore_ascii_case(field.as_bytes()) && !seen.contains(field) {
                seen.push(field);
            }
        }
        if seen.len() >= if claims { 1 } else { 2 } {
            return true;
        }
    }
    false
}

/// The name of the field that this line begins, if it begins one (RFC 5322 section 2.2).
pub(crate) fn field_name(line: &[u8]) -> Option<&[u8]> {
    let colon = memchr::memchr(b':', line.get(..line.len().min(128)).unwrap_or_default())?;
    let name = line.get(..colon)?.trim_ascii_end();
    let sound = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
    sound.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_from_other_text() {
        for (text, claims, wanted) in [
            ("Received: from a\r\n\tby b\r\nSubject: x\r\n\r\n", false, true),
            ("MIME-Version: 1.0\nFrom: <Saved by a browser>\n", false, true),
            ("from email import message\nto: x\nsubject: y\n", false, false),
            ("Date: Mon\nServer: x\nContent-Type: text/html\n\n", false, false),
            ("Content-Type: text/plain\n\nx", false, false),
            ("Content-Type: text/plain\n\nx", true, true),
            ("To the committee\n\nFrom: a\nTo: b\n", false, false),
            ("#!/bin/sh\nFrom: a\nTo: b", false, false),
            ("", true, false),
        ] {
            assert_eq!(begins_with_headers(text.as_bytes(), claims), wanted, "{text:?}");
        }
    }
}
