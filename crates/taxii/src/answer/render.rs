//! One answer for each call, and the response it becomes.

use super::{ApiRoot, Collection, Collections, Discovery, ManifestRecord, ObjectJson, Paging, Response, Status, pages};
use crate::stamp::Stamp;

/// What was found for a [`Call`](crate::Call).
#[derive(Debug)]
pub enum Answer<'a> {
    /// The server (section 4.1).
    Discovery(&'a Discovery),
    /// The API root (section 4.2).
    ApiRoot(&'a ApiRoot),
    /// The status that was asked for (section 4.3).
    Status(&'a Status),
    /// The collections (section 5.1).
    Collections(&'a Collections),
    /// The collection (section 5.2).
    Collection(&'a Collection),
    /// A page of the manifest (section 5.3).
    Manifest(&'a [ManifestRecord<'a>], Paging),
    /// A page of objects, or of versions of one (sections 5.4 and 5.6).
    Objects(&'a [ObjectJson<'a>], Paging),
    /// What became of the objects that were sent (section 5.5).
    Added(&'a Status),
    /// It is gone (section 5.7).
    Deleted,
    /// A page of versions, in the order of the stream (section 5.8).
    Versions(&'a [Stamp], Paging),
}

impl Answer<'_> {
    /// The response, with the headers of section 3.2.
    #[must_use]
    pub fn response(&self) -> Response {
        match self {
            Self::Discovery(discovery) => Response::json(200, discovery),
            Self::ApiRoot(root) => Response::json(200, root),
            Self::Status(status) => Response::json(200, status),
            Self::Collections(collections) => Response::json(200, collections),
            Self::Collection(collection) => Response::json(200, collection),
            Self::Manifest(records, paging) => pages::manifest(records, paging),
            Self::Objects(objects, paging) => pages::objects(objects, paging),
            Self::Added(status) => Response::json(202, status),
            Self::Deleted => Response::new(200, Vec::new()),
            Self::Versions(versions, paging) => pages::versions(versions, paging),
        }
    }
}
