//! Who asks: a credential whose hash the store knows, as a token or as the password of any user.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use sha2::{Digest as _, Sha256};
use vauban_taxii::Credentials;

use crate::{
    front::{Front, problem::Problem},
    store::{CredentialHash, PublicKey, ReleaseNumber, StreamId, StreamView},
};

/// What TAXII names in `WWW-Authenticate`.
pub(in crate::front) fn challenge() -> String {
    "Basic realm=\"hub\", Bearer realm=\"hub\"".to_owned()
}

/// The hash of the credential that is shown, known or not.
pub(in crate::front) fn hash(headers: &HeaderMap) -> Option<CredentialHash> {
    let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let digest = match Credentials::read(header)? {
        Credentials::Bearer(credential) => Sha256::digest(credential.as_bytes()),
        Credentials::Basic { password, .. } => Sha256::digest(password.as_bytes()),
    };
    Some(CredentialHash(digest.into()))
}

/// A party whose credential counts.
#[derive(Debug, Clone)]
pub(in crate::front) struct Party {
    /// What the desk knows it by.
    pub(in crate::front) hash: CredentialHash,
    /// The key that its receipts are signed with.
    pub(in crate::front) receipt_key: Option<PublicKey>,
    /// Whether it exchanged what its code opened for a credential of its own.
    pub(in crate::front) has_joined: bool,
}

impl FromRequestParts<Arc<Front>> for Party {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, front: &Arc<Front>) -> Result<Self, Problem> {
        let hash = hash(&parts.headers).ok_or(Problem::Unauthenticated)?;
        let known = front.store.known(hash).await?.ok_or(Problem::Unauthenticated)?;
        Ok(Self { hash: known.credential, receipt_key: known.receipt_key, has_joined: known.has_joined })
    }
}

impl Party {
    /// The stream of this name, when the credential opens it. One that is no name is not found, as another's.
    pub(in crate::front) async fn stream(&self, front: &Front, name: &str) -> Result<StreamView, Problem> {
        let id = stream_id(name).ok_or(Problem::Stream)?;
        let streams = front.store.streams(self.hash).await?;
        streams.into_iter().find(|view| view.info.id == id).ok_or(Problem::Stream)
    }

    /// The stream and the release of these names, when the credential opens the stream and the release may be there.
    pub(super) async fn release(
        &self,
        front: &Front,
        stream: &str,
        name: &str,
    ) -> Result<(StreamId, ReleaseNumber), Problem> {
        let view = self.stream(front, stream).await?;
        Ok((view.info.id, number(name, &view)?))
    }
}

/// A stream's name has one spelling.
pub(in crate::front) fn stream_id(name: &str) -> Option<StreamId> {
    let uuid = uuid::Uuid::try_parse(name).ok()?;
    (uuid.to_string() == name).then_some(StreamId(uuid))
}

/// A release's number, or the latest of the stream.
fn number(name: &str, view: &StreamView) -> Result<ReleaseNumber, Problem> {
    if name == "latest" {
        return Ok(view.head);
    }
    let number: u64 = name.parse().map_err(|_| Problem::Release)?;
    let has_one_spelling = number.to_string() == name;
    if has_one_spelling && number <= view.head.0 { Ok(ReleaseNumber(number)) } else { Err(Problem::Release) }
}
