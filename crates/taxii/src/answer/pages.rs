//! Pages of objects, of their manifest and of versions (sections 3.7, 5.3.1 and 5.8.1), written by concatenation.
//!
//! An empty page is `{}`: no list may be empty (section 2). A page of the manifest or of versions says `next`, too; the
//! standard has it in the envelope, allows it elsewhere as a property of one's own (section 7.1), and clients look for it.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::Response;
use crate::{cursor::Cursor, filter::SpecVersion, ids::ObjectId, stamp::Stamp};

/// What stands beside the entries of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paging {
    /// The cursor of the next page, when there is more.
    pub next: Option<Cursor>,
    /// When the entries were added; `None` when there are none.
    pub span: Option<Span>,
}

/// When the first and the last entry of a page were added (section 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
}

/// One version of an object in the manifest (section 5.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestRecord<'m> {
    /// The object.
    pub id: &'m ObjectId,
    /// When this version was added.
    pub added: Timestamp,
    /// The version.
    pub version: Stamp,
    /// The version of STIX it is written in.
    pub spec_version: SpecVersion,
}

/// An object as JSON, byte by byte.
#[derive(Debug, Clone, Copy)]
pub struct ObjectJson<'o>(&'o str);

impl<'o> ObjectJson<'o> {
    /// A text that came in as a [`Submitted`](crate::Submitted) or was written by a serializer, and was kept since. It is not
    /// looked at again, which would cost ten times what writing the page does.
    #[must_use]
    pub const fn kept(text: &'o str) -> Self {
        Self(text)
    }
}

impl<'o> From<&'o RawValue> for ObjectJson<'o> {
    fn from(value: &'o RawValue) -> Self {
        Self(value.get())
    }
}

#[derive(Serialize)]
struct Record<'m> {
    id: &'m ObjectId,
    date_added: Stamp,
    version: Stamp,
    media_type: String,
}

pub(super) fn objects(objects: &[ObjectJson<'_>], paging: &Paging) -> Response {
    let length = objects.iter().map(|object| object.0.len() + 1).sum();
    let write = |body: &mut Vec<u8>, object: &ObjectJson<'_>| body.extend_from_slice(object.0.as_bytes());
    page("objects", objects, length, paging, write)
}

pub(super) fn manifest(records: &[ManifestRecord<'_>], paging: &Paging) -> Response {
    let write = |body: &mut Vec<u8>, record: &ManifestRecord<'_>| {
        let record = Record {
            id: record.id,
            date_added: Stamp::taxii(record.added),
            version: record.version,
            media_type: format!("application/stix+json;version={}", record.spec_version),
        };
        serde_json::to_writer(body, &record).expect("a record is texts, and memory takes them all");
    };
    page("objects", records, records.len() * 192, paging, write)
}

/// The latest version stands first on its page, while pages go on in the order of the stream.
pub(super) fn versions(versions: &[Stamp], paging: &Paging) -> Response {
    let mut versions = versions.to_vec();
    versions.sort_by(|one, other| other.cmp(one));
    let write = |body: &mut Vec<u8>, version: &Stamp| body.extend_from_slice(format!("\"{version}\"").as_bytes());
    page("versions", &versions, versions.len() * 32, paging, write)
}

fn page<T>(name: &str, entries: &[T], length: usize, paging: &Paging, write: impl Fn(&mut Vec<u8>, &T)) -> Response {
    if entries.is_empty() {
        return Response::new(200, b"{}".to_vec());
    }
    let mut body = Vec::with_capacity(length + 96);
    match &paging.next {
        Some(next) => {
            body.extend_from_slice(format!("{{\"more\":true,\"next\":\"{}\",\"{name}\":[", next.as_str()).as_bytes())
        }
        None => body.extend_from_slice(format!("{{\"more\":false,\"{name}\":[").as_bytes()),
    }
    for (at, entry) in entries.iter().enumerate() {
        if at > 0 {
            body.push(b',');
        }
        write(&mut body, entry);
    }
    body.extend_from_slice(b"]}");
    let mut response = Response::new(200, body);
    if let Some(span) = paging.span {
        response.headers.push(("X-TAXII-Date-Added-First", Stamp::taxii(span.first).to_string()));
        response.headers.push(("X-TAXII-Date-Added-Last", Stamp::taxii(span.last).to_string()));
    }
    response
}
