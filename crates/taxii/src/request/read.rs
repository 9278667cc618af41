//! The door: a request is understood whole, or refused with the standard's status.

use std::num::NonZeroU32;

use super::{
    Call, Envelope,
    route::{Method, Route},
};
use crate::{
    cursor::CursorKey,
    filter::{Allowed, Asked, Params},
    ids::{CollectionId, ObjectId, RootName},
    media,
    refusal::Refusal,
};

/// A request of HTTP, already authenticated.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// The method, in capitals.
    pub method: &'r str,
    /// The path, as it was sent, with its slashes and percent signs.
    pub path: &'r str,
    /// What stands behind the question mark, as it was sent; empty when there is none.
    pub query: &'r str,
    /// The `Accept` header; several are joined with commas.
    pub accept: Option<&'r str>,
    /// The `Content-Type` header.
    pub content_type: Option<&'r str>,
    /// The body. Whoever reads it from the net stops one byte behind [`Settings::body`].
    pub body: &'r [u8],
}

/// What the server allows.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Entries on a page when the client does not say.
    pub page: NonZeroU32,
    /// The most entries on a page, whatever the client says.
    pub most: NonZeroU32,
    /// The longest body, in bytes: `max_content_length` of the API root (section 4.2.1).
    pub body: u64,
    /// The most objects in one request to add some.
    pub objects: usize,
    /// The key of the cursors.
    pub cursors: CursorKey,
}

const OBJECTS: Allowed = Allowed { pages: true, objects: true, versions: true, endpoint: "objects" };
const MANIFEST: Allowed = Allowed { endpoint: "manifest", ..OBJECTS };
const OBJECT: Allowed = Allowed { objects: false, endpoint: "object", ..OBJECTS };
const DELETE: Allowed = Allowed { pages: false, endpoint: "delete", ..OBJECT };
const VERSIONS: Allowed = Allowed { versions: false, endpoint: "versions", ..OBJECT };

/// Reads a request.
///
/// # Errors
/// The first thing that is wrong with it, in this order: the path, the method, what the client accepts, the parameters, the
/// body.
pub fn read<'r>(request: &Request<'r>, settings: &Settings) -> Result<Call<'r>, Refusal> {
    let route = Route::read(request.path)?;
    let method = route.method(request.method)?;
    if !media::accepts(request.accept) {
        return Err(Refusal::NotAcceptable);
    }
    let params = Params::read(request.query)?;
    let of = |root: &RootName, collection: &CollectionId, object: Option<&ObjectId>, allowed: Allowed, params| {
        allowed.read(&Asked { root, collection, object }, params, settings)
    };
    Ok(match (route, method) {
        (Route::Manifest(root, collection), _) => {
            let (filter, page) = of(&root, &collection, None, MANIFEST, params)?;
            Call::Manifest { root, collection, filter, page }
        }
        (Route::Objects(root, collection), Method::Post) => {
            params.finish()?;
            let envelope = body(request, settings)?;
            Call::AddObjects { root, collection, envelope }
        }
        (Route::Objects(root, collection), _) => {
            let (filter, page) = of(&root, &collection, None, OBJECTS, params)?;
            Call::Objects { root, collection, filter, page }
        }
        (Route::Object(root, collection, id), Method::Delete) => {
            let (filter, _) = of(&root, &collection, Some(&id), DELETE, params)?;
            Call::DeleteObject { root, collection, id, filter }
        }
        (Route::Object(root, collection, id), _) => {
            let (filter, page) = of(&root, &collection, Some(&id), OBJECT, params)?;
            Call::Object { root, collection, id, filter, page }
        }
        (Route::Versions(root, collection, id), _) => {
            let (filter, page) = of(&root, &collection, Some(&id), VERSIONS, params)?;
            Call::Versions { root, collection, id, filter, page }
        }
        (route, _) => {
            params.finish()?;
            plain(route)
        }
    })
}

/// The calls without parameters.
fn plain<'r>(route: Route) -> Call<'r> {
    match route {
        Route::ApiRoot(root) => Call::ApiRoot { root },
        Route::Status(root, id) => Call::Status { root, id },
        Route::Collections(root) => Call::Collections { root },
        Route::Collection(root, id) => Call::Collection { root, id },
        _ => Call::Discovery,
    }
}

fn body<'r>(request: &Request<'r>, settings: &Settings) -> Result<Envelope<'r>, Refusal> {
    if !media::is_taxii(request.content_type) {
        return Err(Refusal::MediaType);
    }
    if request.body.len() as u64 > settings.body {
        return Err(Refusal::TooLarge(settings.body));
    }
    Ok(Envelope::read(request.body, settings.objects)?)
}
