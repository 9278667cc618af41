//! Why the hub's own API does not answer: a status, a stable code, and what to do next in both languages.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use vauban_blind::WireError;
use vauban_release::{CountsError, JoiningError, ReceiptError, SightingError, Words};

use super::{answered::private, body::Unread};
use crate::{signer::NotEvaluated, store::StoreError};

/// Why a request is refused. None tells whether something exists that the asker may not see.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Nobody, or not who they say.
    #[error("the client needs to authenticate")]
    Unauthenticated,
    /// No such path.
    #[error("there is no such path")]
    Path,
    /// The path has other methods.
    #[error("the path has other methods")]
    Method,
    /// A parameter that is none, or is malformed.
    #[error("a parameter is malformed")]
    Parameter,
    /// No such stream for the asker.
    #[error("there is no such stream")]
    Stream,
    /// No such release in the stream.
    #[error("there is no such release")]
    Release,
    /// The release was, and its files are kept no longer.
    #[error("the files of the release are kept no longer")]
    Gone,
    /// No view of this name.
    #[error("there is no such view")]
    View,
    /// The feed has no such event, or has it no more.
    #[error("there is no such event")]
    Event,
    /// The stream is more than a view is made of.
    #[error("the stream is too large for this view")]
    ViewTooLarge,
    /// There is no receipt.
    #[error("there is no receipt")]
    NoReceipt,
    /// The credential has no key for receipts.
    #[error("the credential has no key for receipts")]
    NoReceiptKey,
    /// A receipt that proves nothing.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// Another receipt of the same party for the same release is kept.
    #[error("another receipt is kept")]
    OtherReceipt,
    /// A joining that proves nothing.
    #[error(transparent)]
    Joining(#[from] JoiningError),
    /// The party joined already.
    #[error("this party joined already")]
    Joined,
    /// A sighting that proves nothing.
    #[error(transparent)]
    Sighting(#[from] SightingError),
    /// A statement of counts that proves nothing.
    #[error(transparent)]
    Counts(#[from] CountsError),
    /// Another statement of the same party for the same stream and week came before.
    #[error("another statement of counts came before")]
    OtherCounts,
    /// There is no such sighting of this party.
    #[error("there is no such sighting")]
    NoSighting,
    /// What came is longer than what belongs there.
    #[error("the body is too long")]
    TooLong,
    /// The body did not come in time, or not to its end.
    #[error("the body did not come")]
    Slow,
    /// A batch that is none.
    #[error(transparent)]
    Batch(#[from] WireError),
    /// A batch that the signer does not evaluate.
    #[error(transparent)]
    Signer(#[from] NotEvaluated),
    /// The budget of the slot is spent; the next slot begins in so many seconds.
    #[error("the budget of this slot is spent")]
    Budget(i64),
    /// There are no keys of the blind tier yet.
    #[error("there are no keys yet")]
    NoKeys,
    /// Not now.
    #[error("the hub cannot answer now")]
    Unavailable,
    /// The hub's own fault.
    #[error("the hub failed")]
    Internal,
}

#[derive(Serialize)]
struct Message<'m> {
    status: u16,
    code: &'static str,
    en: &'m str,
    fr: &'m str,
}

impl Problem {
    /// The status, and the stable code for programs.
    #[must_use]
    pub const fn code(&self) -> (u16, &'static str) {
        match self {
            Self::Parameter => (400, "parameter"),
            Self::Batch(WireError::Length { .. } | WireError::Size(_)) => (400, "size"),
            Self::Batch(WireError::Magic) => (400, "format"),
            Self::Batch(WireError::Key) => (400, "key"),
            Self::Batch(WireError::Element(_) | WireError::Proof) => (400, "point"),
            Self::Batch(WireError::Identity(_)) => (400, "identity"),
            Self::Unauthenticated => (401, "unauthenticated"),
            Self::NoReceiptKey => (403, "no-receipt-key"),
            Self::Path => (404, "path"),
            Self::Stream => (404, "stream"),
            Self::Release => (404, "release"),
            Self::View => (404, "view"),
            Self::Event => (404, "event"),
            Self::NoReceipt => (404, "no-receipt"),
            Self::NoKeys => (404, "no-keys"),
            Self::Method => (405, "method"),
            Self::NoSighting => (404, "no-sighting"),
            Self::Slow => (408, "slow"),
            Self::Signer(NotEvaluated::Epoch { .. }) => (409, "epoch"),
            Self::Signer(NotEvaluated::Key(_)) => (409, "key"),
            Self::OtherReceipt => (409, "other-receipt"),
            Self::OtherCounts => (409, "other-counts"),
            Self::Joined => (409, "joined"),
            Self::Gone => (410, "gone"),
            Self::TooLong => (413, "too-long"),
            Self::Receipt(ReceiptError::Shape | ReceiptError::Form(_)) => (400, "receipt"),
            Self::Receipt(ReceiptError::OtherRelease | ReceiptError::OtherReceipt) => (422, "other-release"),
            Self::Receipt(ReceiptError::OtherParty) => (422, "other-party"),
            Self::Receipt(ReceiptError::Time(_)) => (422, "time"),
            Self::Receipt(ReceiptError::NotSigned(_)) => (422, "signature"),
            Self::Joining(JoiningError::Line(_) | JoiningError::Key) => (400, "joining"),
            Self::Joining(JoiningError::NotSigned(_)) | Self::Sighting(SightingError::NotSigned(_)) => {
                (422, "signature")
            }
            Self::Sighting(SightingError::Line(_) | SightingError::Text | SightingError::Nobody) => (400, "sighting"),
            Self::Sighting(SightingError::OtherStream) => (422, "other-stream"),
            Self::Sighting(SightingError::OtherParty) => (422, "other-party"),
            Self::Sighting(SightingError::Time(_)) => (422, "time"),
            Self::Counts(CountsError::Line(_)) => (400, "counts"),
            Self::Counts(CountsError::OtherStream) => (422, "other-stream"),
            Self::Counts(CountsError::OtherParty) => (422, "other-party"),
            Self::Counts(CountsError::OtherWeek(_)) => (422, "other-week"),
            Self::Counts(CountsError::Early(_) | CountsError::Late(_)) => (422, "time"),
            Self::Counts(CountsError::NotSigned(_)) => (422, "signature"),
            Self::Budget(_) => (429, "budget"),
            Self::Internal => (500, "internal"),
            Self::Signer(NotEvaluated::Away) => (503, "signer"),
            Self::Unavailable => (503, "unavailable"),
            Self::ViewTooLarge => (507, "view-too-large"),
        }
    }

    fn retry_after(&self) -> Option<i64> {
        match self {
            Self::Budget(seconds) => Some(*seconds),
            Self::Signer(NotEvaluated::Away) | Self::Unavailable => Some(60),
            _ => None,
        }
    }

    /// What a person reads.
    #[must_use]
    pub fn words(&self) -> Words {
        let (fr, en) = match self {
            Self::Receipt(error) => return error.words(),
            Self::Joining(error) => return error.words(),
            Self::Sighting(error) => return error.words(),
            Self::Counts(error) => return error.words(),
            Self::OtherCounts => {
                ("Un autre décompte est déjà gardé pour cette semaine.", "Other counts are kept for this week already.")
            }
            Self::NoSighting => ("Il n'y a pas de tel signalement de vous.", "There is no such sighting of yours."),
            Self::Joined => (
                "Cette inscription est déjà faite. Si ce n'était pas vous, appelez l'agence.",
                "This party joined already. If that was not you, call the agency.",
            ),
            Self::Batch(error) => {
                let fr =
                    "Ce lot de recherches n'est pas valable : refaites-le d'après la dernière livraison.".to_owned();
                return Words::new(
                    fr,
                    format!("This batch is not valid: {error}. Make it again from the newest release."),
                );
            }
            Self::Unauthenticated => ("Indiquez votre code d'accès.", "Show your credential."),
            Self::Path => ("Il n'y a rien à cette adresse.", "There is nothing at this path."),
            Self::Method => {
                ("Cette adresse s'utilise autrement ; voyez Allow.", "This path has other methods; see Allow.")
            }
            Self::Parameter => ("Un paramètre est inconnu ou mal formé.", "A parameter is unknown or malformed."),
            Self::Stream => ("Il n'y a pas de tel flux pour vous.", "There is no such stream for you."),
            Self::Release => {
                ("Il n'y a pas de telle livraison dans ce flux.", "There is no such release in this stream.")
            }
            Self::Gone => (
                "Les fichiers de cette livraison ne sont plus gardés ; prenez la dernière.",
                "The files of this release are kept no longer; take the latest.",
            ),
            Self::View => ("Ce format n'existe pas ici.", "There is no such view."),
            Self::Event => ("Il n'y a pas de tel événement dans ce flux.", "There is no such event in this stream."),
            Self::ViewTooLarge => (
                "Ce flux est trop grand pour être donné d'un bloc ; prenez-le par TAXII.",
                "This stream is too large to be given in one piece; take it by TAXII.",
            ),
            Self::NoReceipt => ("Il n'y a pas d'accusé de réception.", "There is no receipt."),
            Self::NoReceiptKey => (
                "L'agence ne connaît pas votre clé de signature ; donnez-la-lui.",
                "The agency does not know your key for receipts; give it to them.",
            ),
            Self::OtherReceipt => (
                "Un autre accusé de réception est déjà gardé pour cette livraison.",
                "Another receipt is kept for this release already.",
            ),
            Self::TooLong => ("L'envoi est trop long.", "What was sent is too long."),
            Self::Slow => ("L'envoi n'est pas arrivé en entier.", "What was sent did not arrive whole."),
            Self::Signer(NotEvaluated::Epoch { .. } | NotEvaluated::Key(_)) => (
                "La clé a changé : prenez la dernière livraison et refaites le lot.",
                "The key has changed: take the newest release and make the batch again.",
            ),
            Self::Signer(NotEvaluated::Away) => (
                "Le service de recherche ne répond pas ; réessayez plus tard, rien n'est décompté.",
                "The signer does not answer; try again later, nothing was counted.",
            ),
            Self::Budget(_) => (
                "Le nombre de recherches de cette période est épuisé ; voyez Retry-After.",
                "The look-ups of this slot are spent; see Retry-After.",
            ),
            Self::NoKeys => ("Il n'y a pas encore de clés.", "There are no keys yet."),
            Self::Unavailable => ("Le serveur ne peut pas répondre maintenant.", "The hub cannot answer now."),
            Self::Internal => ("Le serveur a échoué.", "The hub failed."),
        };
        Words::new(fr, en)
    }
}

impl From<Unread> for Problem {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLong => Self::TooLong,
            Unread::Slow => Self::Slow,
        }
    }
}

impl From<StoreError> for Problem {
    /// What a store says is logged; the asker learns whether to come again.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Denied | StoreError::UnknownStream => Self::Stream,
            StoreError::UnknownRelease => Self::Release,
            StoreError::Taken("joining") => Self::Joined,
            StoreError::Taken("counts") => Self::OtherCounts,
            StoreError::Taken(_) => Self::OtherReceipt,
            StoreError::Gone(_) | StoreError::Busy | StoreError::Full | StoreError::ReadOnly => {
                tracing::warn!(%error, "the store does not answer");
                Self::Unavailable
            }
            other => {
                tracing::error!(error = %other, "the store failed");
                Self::Internal
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let ((status, code), words) = (self.code(), self.words());
        let message = Message { status, code, en: &words.en, fr: &words.fr };
        let body = serde_json::to_vec(&message).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self == Self::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"hub\""));
        }
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        private(response)
    }
}
