//! What a format is, which ones there are, and which one reads a document.

use super::{
    csv::Csv, hosts::Hosts, list::List, misp::Misp, report::Report, rpz::Rpz, sigma::Sigma, stix::Stix, yara::Yara,
};
use crate::{
    Document, LARGEST_DOCUMENT,
    reading::{Place, Reading},
};

/// A format of indicator documents.
pub trait Format: Sync {
    /// Its name, as the command line shows it.
    fn name(&self) -> &'static str;
    /// Whether the document is of this format.
    fn recognises(&self, document: &Document<'_>) -> bool;
    /// Reads it. What is broken is refused by itself.
    fn read(&self, document: &Document<'_>, out: &mut Reading);
}

/// Every format, the surest to recognise first.
pub const FORMATS: &[&dyn Format] = &[&Stix, &Misp, &Yara, &Sigma, &Rpz, &Hosts, &Csv, &List, &Report];

/// Reads a document in the first format that recognises it.
#[must_use]
pub fn read_document(document: &Document<'_>) -> Reading {
    let mut reading = Reading::default();
    if document.bytes.len() > LARGEST_DOCUMENT {
        reading.refuse(document, Place::Whole, "", format!("larger than {LARGEST_DOCUMENT} bytes"));
        return reading;
    }
    match FORMATS.iter().find(|format| format.recognises(document)) {
        Some(format) => {
            reading.format = format.name();
            format.read(document, &mut reading);
        }
        None => {
            if let (true, Err(error)) = (document.looks_like_json(), document.json()) {
                reading.refuse(document, Place::Whole, "", format!("broken JSON: {error}"));
            }
        }
    }
    if !reading.is_empty() {
        reading.documents.push(document.name.to_owned());
    }
    reading
}
