//! Paths and methods (section 3.1).

use crate::{
    filter::decoded,
    ids::{CollectionId, ObjectId, RootName, StatusId},
    refusal::{Missing, Refusal},
};

/// The longest path that is read, in bytes.
const LONGEST: usize = 2 << 10;

/// What a path names.
#[derive(Debug)]
pub(super) enum Route {
    Discovery,
    ApiRoot(RootName),
    Status(RootName, StatusId),
    Collections(RootName),
    Collection(RootName, CollectionId),
    Manifest(RootName, CollectionId),
    Objects(RootName, CollectionId),
    Object(RootName, CollectionId, ObjectId),
    Versions(RootName, CollectionId, ObjectId),
}

/// What is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Delete,
}

impl Route {
    /// Reads a path. What is no name of its kind is not found, as any other name that nobody has.
    pub(super) fn read(path: &str) -> Result<Self, Refusal> {
        if path.len() > LONGEST {
            return Err(Refusal::UriTooLong);
        }
        let nothing = Refusal::NotFound(Missing::Endpoint);
        let inner = path.strip_prefix('/').ok_or_else(|| nothing.clone())?;
        let Some(inner) = inner.strip_suffix('/') else {
            return Err(Self::of(inner).map_or(nothing, |_| Refusal::NoSlash));
        };
        Self::of(inner)
    }

    fn of(path: &str) -> Result<Self, Refusal> {
        let missing = Refusal::NotFound;
        let segments: Option<Vec<_>> = path.split('/').map(decoded).collect();
        let segments = segments.ok_or(missing(Missing::Endpoint))?;
        let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
        let (root, rest) = segments.split_first().ok_or(missing(Missing::Endpoint))?;
        if *root == "taxii2" && rest.is_empty() {
            return Ok(Self::Discovery);
        }
        let root = RootName::try_from(*root).map_err(|_| missing(Missing::Root))?;
        let collection = |text: &str| CollectionId::try_from(text).map_err(|_| missing(Missing::Collection));
        let object = |text: &str| ObjectId::try_from(text).map_err(|_| missing(Missing::Object));
        match *rest {
            [] => Ok(Self::ApiRoot(root)),
            ["status", id] => Ok(Self::Status(root, StatusId::try_from(id).map_err(|_| missing(Missing::Status))?)),
            ["collections"] => Ok(Self::Collections(root)),
            ["collections", id] => Ok(Self::Collection(root, collection(id)?)),
            ["collections", id, "manifest"] => Ok(Self::Manifest(root, collection(id)?)),
            ["collections", id, "objects"] => Ok(Self::Objects(root, collection(id)?)),
            ["collections", id, "objects", of] => Ok(Self::Object(root, collection(id)?, object(of)?)),
            ["collections", id, "objects", of, "versions"] => Ok(Self::Versions(root, collection(id)?, object(of)?)),
            _ => Err(missing(Missing::Endpoint)),
        }
    }

    /// The method, when this endpoint has it. HEAD is GET; whoever sends the response leaves the body out.
    pub(super) fn method(&self, method: &str) -> Result<Method, Refusal> {
        let (also, methods) = match self {
            Self::Objects(..) => (Some(("POST", Method::Post)), "GET, HEAD, POST"),
            Self::Object(..) => (Some(("DELETE", Method::Delete)), "GET, HEAD, DELETE"),
            _ => (None, "GET, HEAD"),
        };
        match also {
            Some((name, also)) if name == method => Ok(also),
            _ if method == "GET" || method == "HEAD" => Ok(Method::Get),
            _ => Err(Refusal::Method(methods)),
        }
    }
}
