//! Demands on files, content, mail and processes (section 6).

use serde_json::Value;

use super::Constraint;
use crate::{
    fault::Problem,
    form::Registry,
    judge::{Faults, Subject, cut},
    rules::Check,
};

pub(super) const ALL: &[Constraint] =
    &[content, encodings, bodies, header_fields, exif_tags, media_type, document_information, priority];

/// Content is here or at a place, not both; a place goes with hashes, a key with its algorithm (section 6.1).
fn content(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if subject.object_type != "artifact" {
        return;
    }
    if subject.has("payload_bin") && subject.has("url") {
        faults.must(&subject.at("payload_bin"), "6.1", Problem::Excludes("url"));
    }
    if subject.has("url") && !subject.has("hashes") {
        faults.must(&subject.at("url"), "6.1", Problem::Needs("hashes"));
    }
    if subject.has("decryption_key") && !subject.has("encryption_algorithm") {
        faults.must(&subject.at("decryption_key"), "6.1", Problem::Needs("encryption_algorithm"));
    }
}

/// There is no encoding of what is not there (section 3.1).
fn encodings(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    for (object_type, encoding, of) in [("file", "name_enc", "name"), ("directory", "path_enc", "path")] {
        if subject.object_type == object_type && subject.has(encoding) && !subject.has(of) {
            faults.must(&subject.at(encoding), "3.1", Problem::Needs(of));
        }
    }
}

/// A message has one body, or several parts (section 6.6).
fn bodies(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if subject.object_type != "email-message" {
        return;
    }
    match subject.object.get("is_multipart").and_then(Value::as_bool) {
        Some(true) if subject.has("body") => {
            faults.must(&subject.at("body"), "6.6", Problem::Excludes("is_multipart: true"));
        }
        Some(false) if subject.has("body_multipart") => {
            faults.must(&subject.at("body_multipart"), "6.6", Problem::Excludes("is_multipart: false"));
        }
        _ => {}
    }
}

/// Headers that have a property of their own are not said a second time (section 6.6).
fn header_fields(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    const SAID: &[&str] = &[
        "date",
        "received_lines",
        "content_type",
        "from_ref",
        "sender_ref",
        "to_refs",
        "cc_refs",
        "bcc_refs",
        "subject",
    ];
    let fields = subject.object.get("additional_header_fields").and_then(Value::as_object);
    let Some(fields) = fields.filter(|_| subject.object_type == "email-message") else { return };
    let path = subject.at("additional_header_fields");
    for name in fields.keys().filter(|name| SAID.contains(&name.as_str())) {
        faults.must(&path.property(name), "6.6", Problem::DictionaryKey(cut(name)));
    }
}

/// Tags are spelt as EXIF spells them (section 6.7.5).
fn exif_tags(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    let tags =
        subject.extension("raster-image-ext").and_then(|image| image.get("exif_tags")).and_then(Value::as_object);
    let Some(tags) = tags.filter(|_| subject.object_type == "file") else { return };
    let path = subject.at("extensions").property("raster-image-ext").property("exif_tags");
    for name in tags.keys().filter(|name| !name.starts_with(|first: char| first.is_ascii_uppercase())) {
        faults.must(&path.property(name), "6.7.5", Problem::Form("exif", cut(name)));
    }
}

/// Media types are registered ones (sections 6.1 and 6.7).
fn media_type(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    if let Some(text) = subject.text("mime_type")
        && matches!(subject.object_type, "file" | "artifact")
        && !Registry::MediaTypes.has(text)
    {
        let problem = Problem::Registry("media-types", cut(text));
        faults.should(Check::MimeType, &subject.at("mime_type"), subject.section, problem);
    }
}

/// The entries of the document information dictionary (section 6.7.4; ISO 32000-1, section 14.3.3).
fn document_information(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    const ENTRIES: &[&str] =
        &["Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate", "Trapped"];
    let entries = subject.extension("pdf-ext").and_then(|pdf| pdf.get("document_info_dict")).and_then(Value::as_object);
    let Some(entries) = entries.filter(|_| subject.object_type == "file") else { return };
    let path = subject.at("extensions").property("pdf-ext").property("document_info_dict");
    for name in entries.keys().filter(|name| !ENTRIES.contains(&name.as_str())) {
        faults.should(Check::PdfDocInfo, &path.property(name), "6.7.4", Problem::Registry("pdf", cut(name)));
    }
}

/// Priorities end in `_CLASS` (section 6.13.2).
fn priority(subject: &Subject<'_>, faults: &mut Faults<'_>) {
    let priority = subject.extension("windows-process-ext").and_then(|process| process.get("priority"));
    let Some(priority) = priority.and_then(Value::as_str).filter(|_| subject.object_type == "process") else { return };
    if priority.strip_suffix("_CLASS").is_none_or(str::is_empty) {
        let path = subject.at("extensions").property("windows-process-ext").property("priority");
        faults.should(Check::WindowsProcessPriority, &path, "6.13.2", Problem::Form("priority", cut(priority)));
    }
}
