//! TAXII 2.1 (OASIS Standard, 10 June 2021) without sockets and without a database: texts and bytes in, typed values out.
//!
//! **A server** hands each request to [`read`] and gets a [`Call`] or a [`Refusal`]. What it finds for the call it says as an
//! [`Answer`]; both become a [`Response`] of status, headers and body. Objects pass through as raw JSON, so that a page is the
//! concatenation of what the store holds. A [`Filter`] is plain data that a store translates into its own query;
//! [`Filter::select`] says what it means. Pages are cut at sequence numbers of the stream ([`Cursor`]), never at times.
//!
//! **A client** makes a [`Walk`], sends each [`Ask`] and feeds back the [`Reply`]. The walk never leaves the origin that it was
//! given and never follows a redirect.
//!
//! The crate does not decide who may read what, does not judge STIX objects, has no clock and no randomness. Whoever serves
//! authenticates first: an unauthenticated request is answered with [`Refusal::Unauthenticated`] before it is read.

mod answer;
mod client;
mod credentials;
mod cursor;
mod filter;
mod ids;
mod media;
mod refusal;
mod request;
mod stamp;

pub use answer::{
    Answer, ApiRoot, Collection, Collections, Discovery, ManifestRecord, ObjectJson, Paging, Response, Span, Status,
    StatusDetails,
};
pub use client::{Ask, Bounds, Found, Overlooked, Reply, Walk, WalkError, Wanted};
pub use credentials::Credentials;
pub use cursor::{Cursor, CursorKey, Sequence};
pub use filter::{Entry, Filter, Page, SpecVersion, SpecVersions, Versions};
pub use ids::{CollectionId, NameError, ObjectId, ObjectType, RootName, StatusId};
pub use media::{STIX, TAXII};
pub use refusal::{Missing, Refusal, Words};
pub use request::{BodyError, Call, Envelope, Request, Settings, Submitted, read};
pub use stamp::{Stamp, StampError};
