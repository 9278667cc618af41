//! What becomes of one part of a message: text of the message itself, a child, or a child that cannot be opened.

use std::borrow::Cow;

use encoding_rs::Encoding;
use mail_parser::{MessagePart, MimeHeaders, decoders::charsets::map::charset_decoder};
use memchr::memmem;
use vauban_intake::{Budget, Problem};

use super::{
    headers,
    recognise::begins_with_headers,
    transfer::{Transfer, looks_like_base64},
    uuencode,
};
use crate::{Child, Context, Passage, Sink, formats::html, member::file_name};

/// Hands over the parts of one message and numbers those that have no name.
pub(super) struct Parts<'s> {
    pub(super) context: Context,
    pub(super) budget: &'s Budget,
    pub(super) sink: &'s mut dyn Sink,
    /// How many parts with a body were met.
    pub(super) leaves: u32,
    /// How many nested messages were met.
    pub(super) messages: u32,
}

impl Parts<'_> {
    /// Hands over one part. `body` are its bytes in the message, still encoded, and stand at `offset` in the item.
    pub(super) fn hand_over(&mut self, part: &MessagePart<'_>, body: &[u8], offset: u64) -> Result<(), Problem> {
        self.leaves = self.leaves.saturating_add(1);
        let kind = Kind::of(part);
        let mut transfer = part.content_transfer_encoding().map_or(Transfer::Identity, Transfer::named);
        if transfer == Transfer::Identity && !kind.is_text() && looks_like_base64(body) {
            transfer = Transfer::Base64;
        }
        let bytes = transfer.decode(body);
        if transfer != Transfer::Identity {
            self.budget.spend_bytes(bytes.len() as u64)?;
        }
        if part.is_encoding_problem && transfer != Transfer::Identity {
            // What the strict decoder refused and the lenient one skipped may be text in clear.
            self.passage(body, Some(offset), &[]);
        }
        let name = name(part);
        if kind.is_message() {
            self.messages = self.messages.saturating_add(1);
            let segment = name.clone().unwrap_or_else(|| format!("message {}", self.messages));
            return self.child(&segment, name.as_deref().unwrap_or_default(), "message/rfc822", &bytes);
        }
        if let Some(problem) = kind.encrypted(part, &bytes) {
            let segment = name.clone().unwrap_or_else(|| format!("part {}", self.leaves));
            self.budget.spend_entry()?;
            self.sink.unread_child(&segment, &name.unwrap_or_default(), problem);
            return Ok(());
        }
        let attached = part.content_disposition().is_some_and(mail_parser::ContentType::is_attachment);
        if kind.is_text() && !attached && name.is_none() {
            let offset = (transfer == Transfer::Identity).then_some(offset);
            return self.text(part, &kind, &bytes, offset, transfer.how());
        }
        let segment = name.clone().unwrap_or_else(|| format!("part {}", self.leaves));
        self.child(&segment, name.as_deref().unwrap_or_default(), &kind.to_string(), &bytes)?;
        if kind.subtype.ends_with("pkcs7-mime") || kind.subtype.ends_with("pkcs7-signature") {
            self.signed_content(&bytes)?;
        }
        Ok(())
    }

    /// Text of the message itself.
    fn text(
        &mut self,
        part: &MessagePart<'_>,
        kind: &Kind,
        bytes: &[u8],
        offset: Option<u64>,
        how: &'static [&'static str],
    ) -> Result<(), Problem> {
        let charset = part.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or_default();
        let text = Text::decode(bytes, charset);
        if text.is_doubtful {
            self.passage(bytes, offset, how);
        }
        let mut steps = how.to_vec();
        steps.extend(text.step);
        let unfolded;
        let (mut rest, mut offset) = (text.bytes.as_ref(), offset.filter(|_| matches!(text.bytes, Cow::Borrowed(_))));
        if kind.subtype.contains("html") || looks_like_html(rest) {
            let page = str::from_utf8(rest).map_or_else(|_| String::from_utf8_lossy(rest), Cow::Borrowed);
            return html::extract(&page, &steps, self.context, self.budget, self.sink);
        }
        if matches!(kind.subtype.as_str(), "calendar" | "vcard" | "x-vcard" | "directory") {
            unfolded = unfold(rest);
            (rest, offset) = (&unfolded, None);
        }
        if memmem::find(rest, b"-----BEGIN PGP MESSAGE-----").is_some() {
            self.budget.spend_entry()?;
            self.sink.unread_child("PGP message", "", Problem::encrypted("a PGP message; its key is needed"));
        }
        while let Some(file) = uuencode::find(rest) {
            self.budget.check_time()?;
            self.budget.spend_bytes(file.bytes.len() as u64)?;
            let before = rest.len().saturating_sub(rest.get(file.end..).map_or(0, <[u8]>::len));
            let text = rest.get(..before).unwrap_or_default();
            let text = memmem::rfind(text, b"begin ").and_then(|start| text.get(..start)).unwrap_or(text);
            self.passage(text, offset, &steps);
            self.child(file_name(&file.name), file_name(&file.name), "", &file.bytes)?;
            rest = rest.get(file.end..).unwrap_or_default();
            offset = offset.map(|offset| offset.saturating_add(before as u64));
        }
        self.passage(rest, offset, &steps);
        Ok(())
    }

    fn passage(&mut self, bytes: &[u8], offset: Option<u64>, how: &[&'static str]) {
        if !bytes.trim_ascii().is_empty() {
            self.sink.passage(Passage { bytes, offset, how, context: self.context });
        }
    }

    fn child(&mut self, segment: &str, name: &str, media_type: &str, bytes: &[u8]) -> Result<(), Problem> {
        self.budget.spend_entry()?;
        self.sink.child(Child { segment, name, media_type, bytes, context: self.context });
        Ok(())
    }

    /// The message inside an opaque signature (RFC 8551 section 3.5.2) stands there in clear.
    fn signed_content(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let start =
            [&b"Content-Type:"[..], b"MIME-Version:"].iter().filter_map(|field| memmem::find(bytes, field)).min();
        match start.and_then(|start| bytes.get(start..)) {
            Some(content) if begins_with_headers(content, true) => {
                self.child("signed content", "", "message/rfc822", content)
            }
            _ => Ok(()),
        }
    }
}

/// A part's media type in lower case.
struct Kind {
    main: String,
    subtype: String,
    /// Whether the parser took it for a message although its header does not say so (a digest's part).
    implied_message: bool,
}

impl Kind {
    fn of(part: &MessagePart<'_>) -> Self {
        let implied_message = matches!(part.body, mail_parser::PartType::Message(_));
        part.content_type().map_or_else(
            || Self { main: "text".to_owned(), subtype: "plain".to_owned(), implied_message },
            |kind| Self {
                main: kind.ctype().to_ascii_lowercase(),
                subtype: kind.subtype().unwrap_or_default().to_ascii_lowercase(),
                implied_message,
            },
        )
    }

    /// A multipart without any part is the text that its author failed to structure.
    fn is_text(&self) -> bool {
        matches!(self.main.as_str(), "text" | "multipart") && !self.subtype.ends_with("rtf")
            || self.main == "message"
                && matches!(self.subtype.as_str(), "delivery-status" | "disposition-notification" | "feedback-report")
    }

    fn is_message(&self) -> bool {
        self.implied_message || self.main == "message" && matches!(self.subtype.as_str(), "rfc822" | "global" | "news")
    }

    fn encrypted(&self, part: &MessagePart<'_>, bytes: &[u8]) -> Option<Problem> {
        if self.main == "application" && matches!(self.subtype.as_str(), "pkcs7-mime" | "x-pkcs7-mime") {
            let smime = part
                .content_type()
                .and_then(|kind| kind.attribute("smime-type"))
                .unwrap_or_default()
                .to_ascii_lowercase();
            // id-envelopedData and id-ct-authEnvelopedData stand within the first bytes of the DER.
            let opening = bytes.get(..40.min(bytes.len())).unwrap_or_default();
            let enveloped = memmem::find(opening, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03]).is_some();
            if smime.contains("enveloped") || enveloped {
                return Some(Problem::encrypted("an S/MIME message; its key is needed"));
            }
        }
        let armoured = bytes.trim_ascii_start().starts_with(b"-----BEGIN PGP MESSAGE-----");
        (armoured && self.main == "application").then(|| Problem::encrypted("a PGP message; its key is needed"))
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.main, self.subtype)
    }
}

/// The file name of a part, without the folders a hostile sender puts before it.
fn name(part: &MessagePart<'_>) -> Option<String> {
    let stated = part.attachment_name()?;
    let decoded = headers::decoded(stated);
    let name = file_name(decoded.trim());
    (!name.is_empty()).then(|| name.to_owned())
}

struct Text<'a> {
    bytes: Cow<'a, [u8]>,
    /// The charset as a step, where it hides ASCII.
    step: Option<&'static str>,
    /// Whether the declared charset does not fit, so that the bytes themselves must be looked at too.
    is_doubtful: bool,
}

impl<'a> Text<'a> {
    fn decode(bytes: &'a [u8], charset: &str) -> Self {
        let encoding = Encoding::for_label(charset.trim().as_bytes());
        if str::from_utf8(bytes).is_ok()
            && encoding.is_none_or(|encoding| encoding.is_ascii_compatible())
            && !is_stateful(charset)
        {
            return Self { bytes: bytes.into(), step: None, is_doubtful: false };
        }
        let Some(decode) = charset_decoder(charset.trim().as_bytes()) else {
            let text = encoding.unwrap_or(encoding_rs::WINDOWS_1252).decode_without_bom_handling(bytes).0;
            return Self { bytes: text.into_owned().into_bytes().into(), step: None, is_doubtful: false };
        };
        let text = decode(bytes);
        let wide = charset.trim().to_ascii_lowercase().starts_with("utf-16")
            || charset.trim().to_ascii_lowercase().starts_with("utf-32");
        let is_doubtful = is_stateful(charset) && text.contains('\u{fffd}') || wide && !bytes.contains(&0);
        Self { bytes: text.into_bytes().into(), step: wide.then_some("utf-16"), is_doubtful }
    }
}

/// Charsets in which ASCII characters can stand for something else.
fn is_stateful(charset: &str) -> bool {
    let charset = charset.trim().to_ascii_lowercase();
    ["utf-16", "utf-32", "utf-7", "iso-2022", "hz-", "ucs-", "unicode"].iter().any(|name| charset.starts_with(name))
}

/// Whether a part that calls itself plain is a page all the same: some mail programs show it as one.
fn looks_like_html(text: &[u8]) -> bool {
    let start = text.trim_ascii_start();
    [&b"<!doctype html"[..], b"<html", b"<body"]
        .iter()
        .any(|tag| start.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)))
}

/// Undoes the folding of iCalendar and vCard (RFC 5545 section 3.1), which cuts addresses at 75 bytes.
fn unfold(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match line.split_first() {
            Some((b' ' | b'\t', rest)) => out.extend_from_slice(rest),
            _ => {
                out.push(b'\n');
                out.extend_from_slice(line);
            }
        }
    }
    out
}
