//! What a request asks for: one variant for each endpoint (section 3.1).

use super::Envelope;
use crate::{
    filter::{Filter, Page},
    ids::{CollectionId, ObjectId, RootName, StatusId},
};

/// A request that is well-formed. Whether what it names exists, and who may see it, is for whoever answers.
#[derive(Debug)]
pub enum Call<'r> {
    /// `GET /taxii2/` (section 4.1).
    Discovery,
    /// `GET /{root}/` (section 4.2).
    ApiRoot {
        /// The API root.
        root: RootName,
    },
    /// `GET /{root}/status/{id}/` (section 4.3).
    Status {
        /// The API root.
        root: RootName,
        /// The status.
        id: StatusId,
    },
    /// `GET /{root}/collections/` (section 5.1).
    Collections {
        /// The API root.
        root: RootName,
    },
    /// `GET /{root}/collections/{id}/` (section 5.2).
    Collection {
        /// The API root.
        root: RootName,
        /// The collection.
        id: CollectionId,
    },
    /// `GET /{root}/collections/{id}/manifest/` (section 5.3).
    Manifest {
        /// The API root.
        root: RootName,
        /// The collection.
        collection: CollectionId,
        /// What is asked for.
        filter: Filter,
        /// Which page of it.
        page: Page,
    },
    /// `GET /{root}/collections/{id}/objects/` (section 5.4).
    Objects {
        /// The API root.
        root: RootName,
        /// The collection.
        collection: CollectionId,
        /// What is asked for.
        filter: Filter,
        /// Which page of it.
        page: Page,
    },
    /// `POST /{root}/collections/{id}/objects/` (section 5.5).
    AddObjects {
        /// The API root.
        root: RootName,
        /// The collection.
        collection: CollectionId,
        /// What is to be added.
        envelope: Envelope<'r>,
    },
    /// `GET /{root}/collections/{id}/objects/{object}/` (section 5.6).
    Object {
        /// The API root.
        root: RootName,
        /// The collection.
        collection: CollectionId,
        /// The object. The filter asks for it, too.
        id: ObjectId,
        /// Which versions of it.
        filter: Filter,
        /// Which page of them.
        page: Page,
    },
    /// `DELETE /{root}/collections/{id}/objects/{object}/` (section 5.7).
    DeleteObject {
        /// The API root.
        root: RootName,
        /// The collection.
        collection: CollectionId,
        /// The object. The filter asks for it, too.
        id: ObjectId,
        /// Which versions of it: the last, when nothing is said.
        filter: Filter,
    },
    /// `GET /{root}/collections/{id}/objects/{object}/versions/` (section 5.8).
    Versions {
        /// The API root.
        root: RootName,
        /// The collection.
        collection: CollectionId,
        /// The object. The filter asks for it, too.
        id: ObjectId,
        /// Which of its versions.
        filter: Filter,
        /// Which page of them.
        page: Page,
    },
}
