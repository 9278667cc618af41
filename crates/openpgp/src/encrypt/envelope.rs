//! What of a header stays readable, and what goes inside (RFC 9788 section 2.2, RFC 3156 section 4).
//!
//! A list of what stays, not of what goes: a field that nobody thought of may repeat the subject, as `Thread-Topic`
//! does. It does not rewrite a field but for its line ends.
//!
//! Both marks of a protected header are set, since they do not contradict each other: `hp="cipher"` of RFC 9788, and
//! `protected-headers="v1"` of the draft before it, the only one that Thunderbird looks for today.
//!
//! The sender's DKIM and ARC signatures go inside. Outside, they would fit neither the body nor the subject any more,
//! and every program that checks them again would call the mail forged; inside, they are still there to be checked
//! against the original, whose fields and body stand beside them.

use crate::message::{Field, Split};

/// What programs take for a subject that is inside. RFC 9788 proposes `[...]` and allows others; this is
/// what the mail programs in use write, and recognise.
const SUBJECT: &str = "...";

/// Traces of the way here, and what programs on this server act upon. They say nothing of the content, and the
/// reader's program does not show them: outside only.
const OUTSIDE: &[&str] = &[
    "Received",
    "Return-Path",
    "Delivered-To",
    "X-Original-To",
    "Received-SPF",
    "Authentication-Results",
    "X-Spam-Flag",
    "X-Spam-Status",
    "X-Spam-Score",
    "X-Spam-Level",
    // The sender's key, which programs look for here only (Autocrypt Level 1).
    "Autocrypt",
];

/// Who, to whom, when, in which thread: delivery and lists need them outside, and the reader needs them inside, where
/// whoever holds the mailbox cannot change them.
const BOTH: &[&str] = &[
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Mail-Followup-To",
    "Precedence",
    "Auto-Submitted",
];

/// Two fields mean something inside an encrypted message that they did not mean where they came from. Anybody can
/// write them into mail in clear: `HP-Outer` would lie about the outer header, and `Autocrypt-Gossip` would give the
/// reader's program keys of others that it believes, because they came encrypted (Autocrypt Level 1: key gossip).
const NOWHERE: &[&str] = &["HP-Outer", "Autocrypt-Gossip"];

/// Parameters of the type of the encrypted part.
const MARKS: &str = "; protected-headers=\"v1\"; hp=\"cipher\"";

/// What stands around the ciphertext, and around the body in it.
pub(super) struct Envelope {
    /// The header of the result, and its body up to the ciphertext.
    pub(super) outer: Vec<u8>,
    /// What stands before the body in the encrypted part: its header, with the empty line that ends it.
    pub(super) inner: Vec<u8>,
    /// What stands behind the body there: nothing, but for a message that was wrapped.
    pub(super) tail: Vec<u8>,
}

enum Place {
    Outside,
    Inside,
    Entity,
    Both,
    Nowhere,
}

impl Envelope {
    /// The envelope of a message whose outermost part takes the marks.
    pub(super) fn of(split: &Split<'_>, keep: &[String], boundary: &str) -> Envelope {
        let mut sorted = Sorted::of(split, keep, boundary);
        let types: Vec<&Field<'_>> = split.named("Content-Type").collect();
        if types.is_empty() {
            // What a message without a type is (RFC 2045 section 5.2).
            sorted.inner.extend_from_slice(format!("Content-Type: text/plain{MARKS}\r\n").as_bytes());
        }
        for field in types {
            write_marked(field, &mut sorted.inner);
        }
        let inner = [sorted.inner, sorted.entity, sorted.recorded, b"\r\n".to_vec()].concat();
        Envelope { outer: sorted.outer, inner, tail: Vec::new() }
    }

    /// The envelope of a message whose outermost part is left untouched, in a part of ours that takes the marks.
    pub(super) fn wrapping(split: &Split<'_>, keep: &[String], boundary: &str) -> Envelope {
        let mut sorted = Sorted::of(split, keep, boundary);
        // The ciphertext hides it, so that one boundary may serve inside and outside.
        let of_ours = format!("Content-Type: multipart/mixed{MARKS};\r\n boundary=\"{boundary}\"\r\n");
        let start = format!("\r\n--{boundary}\r\n");
        let mut entity = Vec::new();
        for field in split.named("Content-Type") {
            field.write(&mut entity);
        }
        entity.append(&mut sorted.entity);
        let parts = [sorted.inner.as_slice(), of_ours.as_bytes(), &sorted.recorded, start.as_bytes(), &entity, b"\r\n"];
        Envelope { outer: sorted.outer, inner: parts.concat(), tail: format!("\r\n--{boundary}--\r\n").into_bytes() }
    }
}

/// The fields of a message, each where it goes, but for its type.
struct Sorted {
    outer: Vec<u8>,
    inner: Vec<u8>,
    /// Those that describe the body.
    entity: Vec<u8>,
    /// `HP-Outer` for every field that stands outside and inside.
    recorded: Vec<u8>,
}

impl Sorted {
    fn of(split: &Split<'_>, keep: &[String], boundary: &str) -> Sorted {
        let mut sorted = Sorted { outer: Vec::new(), inner: Vec::new(), entity: Vec::new(), recorded: Vec::new() };
        let mut subject_stands = false;
        for field in &split.fields {
            if field.is("Subject") {
                field.write(&mut sorted.inner);
                if !subject_stands {
                    sorted.outer.extend_from_slice(format!("Subject: {SUBJECT}\r\n").as_bytes());
                    sorted.recorded.extend_from_slice(format!("HP-Outer: Subject: {SUBJECT}\r\n").as_bytes());
                    subject_stands = true;
                }
                continue;
            }
            match place(field, keep) {
                Place::Outside => field.write(&mut sorted.outer),
                Place::Inside => field.write(&mut sorted.inner),
                Place::Entity => field.write(&mut sorted.entity),
                Place::Both => {
                    field.write(&mut sorted.outer);
                    field.write(&mut sorted.inner);
                    sorted.recorded.extend_from_slice(b"HP-Outer: ");
                    field.write(&mut sorted.recorded);
                }
                Place::Nowhere => {}
            }
        }
        sorted.outer.extend_from_slice(frame(boundary).as_bytes());
        sorted
    }
}

fn place(field: &Field<'_>, keep: &[String]) -> Place {
    let is_in = |names: &[&str]| names.iter().any(|name| field.is(name));
    // What describes the body stays with the body, whatever the configuration wishes to keep: outside, it would
    // describe the ciphertext. The type is written apart, with its marks.
    if field.is("Content-Type") {
        Place::Nowhere
    } else if field.begins("Content-") {
        Place::Entity
    } else if field.is("MIME-Version") {
        Place::Inside
    } else if is_in(NOWHERE) {
        Place::Nowhere
    } else if is_in(OUTSIDE) || field.begins("X-Vauban-") || keep.iter().any(|name| field.is(name)) {
        Place::Outside
    } else if is_in(BOTH) || field.begins("List-") || field.begins("Resent-") {
        Place::Both
    } else {
        Place::Inside
    }
}

/// The field with the marks right behind the type, before its own parameters: one of those may have a quote that
/// never closes, and what stands behind it is lost.
fn write_marked(field: &Field<'_>, out: &mut Vec<u8>) {
    let value = field.value();
    let start = value.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(value.len());
    let rest = value.get(start..).unwrap_or_default();
    let length = rest.iter().position(|byte| matches!(byte, b';' | b'(') || byte.is_ascii_whitespace());
    let length = length.unwrap_or(rest.len());
    let (before, after) = value.split_at(start + length);
    out.extend_from_slice(field.name());
    out.push(b':');
    out.extend_from_slice(before);
    if length == 0 {
        out.extend_from_slice(b" text/plain");
    }
    out.extend_from_slice(MARKS.as_bytes());
    out.extend_from_slice(after);
    out.extend_from_slice(b"\r\n");
}

fn frame(boundary: &str) -> String {
    [
        "MIME-Version: 1.0",
        "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";",
        &format!(" boundary=\"{boundary}\""),
        "",
        &format!("--{boundary}"),
        "Content-Type: application/pgp-encrypted",
        "Content-Description: PGP/MIME version identification",
        "",
        "Version: 1",
        "",
        &format!("--{boundary}"),
        "Content-Type: application/octet-stream; name=\"encrypted.asc\"",
        "Content-Description: OpenPGP encrypted message",
        "Content-Disposition: inline; filename=\"encrypted.asc\"",
        "",
        "",
    ]
    .join("\r\n")
}
