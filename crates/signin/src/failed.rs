//! Why something was not done, as a script and a person are told: a code, and a sentence in both languages. Nothing of what was sent
//! comes back, and of several refusals of keys a person learns one thing.

use std::{io, time::Duration};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use vauban_model::{Lang, Text};
use vauban_oidc::elsewhere::ElsewhereError;
use vauban_passkey::{NotACredential, NotAState, NotAsked, Refused};
use vauban_people::{InvalidId, InvalidName, InvalidSubject, NotAToken, PeopleError, Refusal};

use crate::device::NotProven;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    /// A rule refused, or the store failed.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// What a key signed does not hold.
    #[error(transparent)]
    Key(#[from] Refused),
    /// A device has not proven its key.
    #[error("the device: {0}")]
    Device(#[from] NotProven),
    /// What a provider elsewhere let somebody bring back does not hold.
    #[error(transparent)]
    Answered(ElsewhereError),
    /// A provider elsewhere let nobody in, or does not work.
    #[error(transparent)]
    Elsewhere(ElsewhereError),
    /// The body is not what the script sends.
    #[error("the request cannot be read")]
    Unreadable,
    /// A browser cannot be asked.
    #[error("a browser cannot be asked: {0}")]
    NotAsked(#[from] NotAsked),
    /// What stands in our own store is not what was put there.
    #[error("the store holds what is none of ours")]
    Ours,
    /// There is no randomness.
    #[error("no randomness: {0}")]
    Random(#[from] io::Error),
    /// Too many failures of this neighbourhood, or of all, wait for their answers.
    #[error("too many failures wait")]
    Crowded(Duration),
    /// The work was lost: it panicked, or the process is ending.
    #[error("the work was lost")]
    Lost,
}

impl Failed {
    /// The code that scripts, logs and events know it by.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::People(PeopleError::Refused(refusal)) => refusal.word(),
            Self::Key(refused) => refused.code(),
            Self::Device(_) => "device-proof",
            Self::Answered(error) | Self::Elsewhere(error) => error.word(),
            Self::Unreadable => "unreadable",
            Self::Crowded(_) => "too-many",
            Self::People(_) | Self::Random(_) | Self::Lost => "unavailable",
            Self::NotAsked(_) | Self::Ours => "internal",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::People(PeopleError::Refused(Refusal::NoSession)) => StatusCode::UNAUTHORIZED,
            Self::People(PeopleError::Refused(
                Refusal::NoSuchPerson | Refusal::NoSuchRequest | Refusal::NoSuchLink | Refusal::NoSuchSession,
            )) => StatusCode::NOT_FOUND,
            Self::People(PeopleError::Refused(_)) | Self::Key(_) | Self::Device(_) | Self::Answered(_) => {
                StatusCode::FORBIDDEN
            }
            Self::Elsewhere(ElsewhereError::Declined(_)) => StatusCode::FORBIDDEN,
            Self::Elsewhere(_) => StatusCode::BAD_GATEWAY,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Crowded(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::People(_) | Self::Random(_) | Self::Lost => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotAsked(_) | Self::Ours => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What a person reads.
    pub(crate) fn text(&self) -> Text {
        match self {
            Self::People(error) => error.text(),
            Self::Key(refused) => {
                let words = refused.words();
                Text::new(words.fr, words.en)
            }
            Self::Device(_) => Text::new(
                "Cet appareil n'a pas prouvé sa clé. Reconnectez-vous.",
                "This device has not proven its key. Sign in again.",
            ),
            Self::Answered(_) => Text::new(
                "Ce que le fournisseur a renvoyé ne prouve rien, ou plus. Recommencez depuis cette organisation.",
                "What the provider sent back proves nothing, or no more. Begin again, from this organisation.",
            ),
            Self::Elsewhere(ElsewhereError::Declined(_)) => Text::new(
                "Le fournisseur n'a laissé entrer personne : vous avez annulé, ou ce compte n'y a pas droit.",
                "The provider let nobody in: you cancelled, or this account may not.",
            ),
            Self::Elsewhere(_) => Text::new(
                "Le fournisseur de comptes ne répond pas comme il faut. Entrez avec votre clé d'accès, ou prévenez un administrateur.",
                "The provider of accounts does not answer as it should. Sign in with your passkey, or tell an administrator.",
            ),
            Self::Unreadable => Text::new(
                "La page a envoyé quelque chose d'illisible. Rechargez-la.",
                "The page sent something that cannot be read. Load it again.",
            ),
            Self::Crowded(_) => Text::new(
                "Trop d'essais ont échoué d'ici. Attendez un peu, puis réessayez.",
                "Too many tries failed from here. Wait a little, then try again.",
            ),
            Self::NotAsked(_) | Self::Ours | Self::Random(_) | Self::Lost => Text::new(
                "Cela n'a pas marché, et ce n'est pas votre faute. Réessayez ; si cela dure, prévenez un administrateur.",
                "That did not work, and it is not your fault. Try again; if it lasts, tell an administrator.",
            ),
        }
    }

    /// The status to answer with. What is our own fault is written down.
    pub(crate) fn noted(&self) -> StatusCode {
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(error = %self, "sign-in failed");
        }
        status
    }

    /// For the script. People are answered with a page.
    pub(crate) fn response(&self) -> Response {
        let text = self.text();
        let body = serde_json::json!({ "code": self.code(), "fr": text.get(Lang::Fr), "en": text.get(Lang::En) });
        let mut answer = (self.noted(), [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response();
        if let Self::Crowded(wait) = self {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        answer
    }
}

impl From<ElsewhereError> for Failed {
    fn from(error: ElsewhereError) -> Self {
        match error {
            ElsewhereError::Answer(_) | ElsewhereError::Code | ElsewhereError::Token(_) => Self::Answered(error),
            _ => Self::Elsewhere(error),
        }
    }
}

impl From<InvalidSubject> for Failed {
    fn from(_: InvalidSubject) -> Self {
        Self::Answered(ElsewhereError::Token("a subject that is none"))
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self::People(refusal.into())
    }
}

impl From<NotAToken> for Failed {
    fn from(_: NotAToken) -> Self {
        Self::Unreadable
    }
}

impl From<InvalidId> for Failed {
    fn from(_: InvalidId) -> Self {
        Self::Unreadable
    }
}

impl From<InvalidName> for Failed {
    fn from(_: InvalidName) -> Self {
        Self::Unreadable
    }
}

impl From<NotAState> for Failed {
    fn from(_: NotAState) -> Self {
        Self::Ours
    }
}

impl From<NotACredential> for Failed {
    fn from(_: NotACredential) -> Self {
        Self::Ours
    }
}
